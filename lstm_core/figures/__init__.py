"""Figures as pure functions: recording or arrays -> constant spec and data."""

from lstm_core.figures.figure import Figure
from lstm_core.figures.gates import gate_saturation
from lstm_core.figures.heat import signal_heat
from lstm_core.figures.plane import eigenvalue_plane
from lstm_core.figures.sampled import distance_by_step, sampled_signal
from lstm_core.figures.signals import (
    PANELS,
    gradient_traces,
    label,
    names_of_kind,
    sequence,
    signal_traces,
)
from lstm_core.figures.theme import DARK, LIGHT, THEMES, Theme
from lstm_core.figures.transport import transport_by_lag, transport_map

__all__ = [
    "DARK",
    "LIGHT",
    "PANELS",
    "THEMES",
    "Figure",
    "Theme",
    "distance_by_step",
    "eigenvalue_plane",
    "gate_saturation",
    "gradient_traces",
    "label",
    "names_of_kind",
    "sampled_signal",
    "sequence",
    "signal_heat",
    "signal_traces",
    "transport_by_lag",
    "transport_map",
]
