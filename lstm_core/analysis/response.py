"""What a change of the input at one step does to the state, before and after it."""

from __future__ import annotations

import numpy as np

from lstm_core.records import Recording


def state_change(rec: Recording, changed: Recording) -> np.ndarray:
    """The 2-norm of the difference of two runs' states at every step: (K,).

    Raises ValueError where the runs differ in shape.
    """
    if rec.state.shape != changed.state.shape:
        raise ValueError(
            f"both runs must have states of one shape; got {rec.state.shape} and"
            f" {changed.state.shape}"
        )
    return np.linalg.norm(changed.state - rec.state, axis=-1)


def first_moved(change: np.ndarray) -> int | None:
    """The first step at which there is any change, of (K,); None where there is none.

    A cell with windows of L taps (188) moves L - 1 steps before the sample that was changed.
    """
    (moved,) = np.nonzero(change)
    return int(moved[0]) if len(moved) else None
