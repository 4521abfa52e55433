"""Figures as pure functions: recording or arrays -> constant spec and data."""

from lstm_core.figures.export import export, to_csv
from lstm_core.figures.figure import Figure, figure_function
from lstm_core.figures.gates import gate_saturation
from lstm_core.figures.heat import signal_heat
from lstm_core.figures.plane import eigenvalue_plane
from lstm_core.figures.signals import (
    PANELS,
    gradient_traces,
    label,
    names_of_kind,
    sequence,
    signal_traces,
)
from lstm_core.figures.theme import DARK, LIGHT, PRINT, THEMES, Theme
from lstm_core.figures.transport import transport_by_lag, transport_map

__all__ = [
    "DARK",
    "LIGHT",
    "PANELS",
    "PRINT",
    "THEMES",
    "Figure",
    "Theme",
    "eigenvalue_plane",
    "export",
    "figure_function",
    "gate_saturation",
    "gradient_traces",
    "label",
    "names_of_kind",
    "sequence",
    "signal_heat",
    "signal_traces",
    "to_csv",
    "transport_by_lag",
    "transport_map",
]
