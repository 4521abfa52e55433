"""What a trajectory of the state does, and how constant an error stays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lstm_core.analysis.norms import row_norms
from lstm_core.given import finite, real

SATURATED = 0.99


@dataclass(frozen=True)
class Motion:
    """A state trajectory in figures: its first and last size, its largest, how often it changes
    sign (share of the steps of the most active unit), and the share of saturated readouts."""

    first: float
    last: float
    largest: float
    sign_changes: float
    saturated: float

    @property
    def kind(self) -> str:
        """``rests``, ``decays``, ``stays`` or ``grows``."""
        if self.largest == 0:
            return "rests"
        if self.last < 0.1 * self.largest:
            return "decays"
        return "grows" if self.last > 100 * max(self.first, 1e-300) and self.last > 10 else "stays"


def motion(state: np.ndarray, readout: np.ndarray) -> Motion:
    """Describe (K, d_s) states and their (K, d_s) readouts. Raises: ValueError for anything else."""
    state, readout = _steps("state", state), _steps("readout", readout)
    size = row_norms(state)
    signs = np.sign(state)
    changes = (signs[1:] * signs[:-1] < 0).mean(0).max(initial=0.0) if len(state) > 1 else 0.0
    return Motion(
        first=float(size[0]),
        last=float(size[-1]),
        largest=float(size.max()),
        sign_changes=float(changes),
        saturated=float((np.abs(readout) > SATURATED).mean()),
    )


def constancy(psi: np.ndarray) -> tuple[float, float]:
    """How far an error is from constant: the largest change in one step, relative to the largest
    entry of the last step, and the 2-norm of the first step relative to that of the last. NaN where
    no error arrives (errata 18). Raises: ValueError unless ``psi`` is (K, d)."""
    psi = _steps("psi", psi)
    last = np.abs(psi[-1]).max()
    if last == 0 or len(psi) < 2:
        return float("nan"), float("nan")
    unit = psi / np.abs(psi).max()  # so that no square overflows
    return (
        float(np.abs(np.diff(unit, axis=0)).max() / np.abs(unit[-1]).max()),
        float(row_norms(psi[0]) / row_norms(psi[-1])),
    )


def _steps(name: str, value: np.ndarray) -> np.ndarray:
    """An array of one row a step."""
    array = np.asarray(real(name, value))
    if array.ndim != 2 or 0 in array.shape:
        raise ValueError(f"{name} must have shape (K, d); got {array.shape}")
    finite(name, array)
    return array
