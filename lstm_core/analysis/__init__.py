"""What a recording says about how errors and states travel."""

from lstm_core.analysis.flows import Flows, flows, step_factors
from lstm_core.analysis.jacobians import step_jacobians
from lstm_core.analysis.motion import Motion, constancy, motion
from lstm_core.analysis.regimes import CONDITIONS, Split, conditions, rest_bound, split
from lstm_core.analysis.response import first_moved, state_change
from lstm_core.analysis.saturation import gate_shares
from lstm_core.analysis.spectra import eigenvalues, singular_values, spectral_radius
from lstm_core.analysis.transport import (
    KINDS,
    error_transport,
    norm_bound,
    norms_by_lag,
    norms_to,
    transport_gap,
    transport_norms,
)
from lstm_core.analysis.truncation import kept_shares

__all__ = [
    "CONDITIONS",
    "KINDS",
    "Flows",
    "Motion",
    "Split",
    "conditions",
    "constancy",
    "eigenvalues",
    "error_transport",
    "first_moved",
    "flows",
    "gate_shares",
    "kept_shares",
    "motion",
    "norm_bound",
    "norms_by_lag",
    "norms_to",
    "rest_bound",
    "singular_values",
    "spectral_radius",
    "split",
    "state_change",
    "step_factors",
    "step_jacobians",
    "transport_gap",
    "transport_norms",
]
