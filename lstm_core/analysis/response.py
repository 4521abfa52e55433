"""What a change of the input at one step does to the state, before and after it."""

from __future__ import annotations

import numpy as np

from lstm_core.analysis.norms import row_norms
from lstm_core.arrays import quiet
from lstm_core.checks import checked_recording
from lstm_core.given import real
from lstm_core.records import Recording


def state_change(rec: Recording, changed: Recording) -> np.ndarray:
    """The 2-norm of the difference of two runs' states at every step: (K,), or (K, B); infinite where
    it is more than a number can hold.

    Raises ValueError where the runs differ in shape.
    """
    checked_recording(rec)
    checked_recording(changed, "changed")
    if rec.state.shape != changed.state.shape:
        raise ValueError(
            f"rec and changed must have states of one shape; got {rec.state.shape} and"
            f" {changed.state.shape}"
        )
    with quiet():
        return np.minimum(2 * row_norms(changed.state / 2 - rec.state / 2), np.inf)


def first_moved(change: np.ndarray) -> int | None:
    """The first step at which there is any change, of (K,); None where there is none.

    A cell with windows of L taps (188) moves L - 1 steps before the sample that was changed.
    """
    change = np.asarray(real("change", change))
    if change.ndim != 1:
        raise ValueError(f"change must have shape (K,); got {change.shape}")
    (moved,) = np.nonzero(change)
    return int(moved[0]) if len(moved) else None
