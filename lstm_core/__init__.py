"""See inside recurrent cells: every signal, every error gradient, and how errors travel."""

from lstm_core.analysis import (
    eigenvalues,
    error_transport,
    norm_bound,
    norms_by_lag,
    norms_to,
    singular_values,
    spectral_radius,
    step_jacobians,
    transport_norms,
)
from lstm_core.backpropagate import backpropagate
from lstm_core.cells import CELLS, Cell
from lstm_core.delay_equation import DelayEquation, discretise
from lstm_core.files import load_weights, save_weights
from lstm_core.initialise import init_params
from lstm_core.records import Gradients, Recording
from lstm_core.unroll import unroll
from lstm_core.weights import from_torch, to_torch

__all__ = [
    "CELLS",
    "Cell",
    "DelayEquation",
    "Gradients",
    "Recording",
    "backpropagate",
    "discretise",
    "eigenvalues",
    "error_transport",
    "from_torch",
    "init_params",
    "load_weights",
    "norm_bound",
    "norms_by_lag",
    "norms_to",
    "save_weights",
    "singular_values",
    "spectral_radius",
    "step_jacobians",
    "to_torch",
    "transport_norms",
    "unroll",
]
