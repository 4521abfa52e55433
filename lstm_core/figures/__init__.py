"""Figures as pure functions: recording or arrays -> constant spec and data."""

from lstm_core.figures.export import export, to_csv
from lstm_core.figures.figure import Figure, figure_function
from lstm_core.figures.gates import gate_saturation
from lstm_core.figures.heat import signal_heat
from lstm_core.figures.paired import paired, paired_gradients, paired_signals
from lstm_core.figures.plane import eigenvalue_plane
from lstm_core.figures.sampled import distance_by_step, sampled_signal
from lstm_core.figures.segments import kept_by_length, segment_bands
from lstm_core.figures.signals import (
    PANELS,
    gradient_traces,
    label,
    names_of_kind,
    sequence,
    signal_traces,
)
from lstm_core.figures.theme import DARK, LIGHT, PRINT, THEMES, Theme
from lstm_core.figures.transport import (
    step_norms,
    transport_by_lag,
    transport_gap_by_lag,
    transport_map,
)

__all__ = [
    "DARK",
    "LIGHT",
    "PANELS",
    "PRINT",
    "THEMES",
    "Figure",
    "Theme",
    "distance_by_step",
    "eigenvalue_plane",
    "export",
    "figure_function",
    "gate_saturation",
    "gradient_traces",
    "kept_by_length",
    "label",
    "names_of_kind",
    "paired",
    "paired_gradients",
    "paired_signals",
    "sampled_signal",
    "segment_bands",
    "sequence",
    "signal_heat",
    "signal_traces",
    "step_norms",
    "to_csv",
    "transport_by_lag",
    "transport_gap_by_lag",
    "transport_map",
]
