"""Runs whose numbers leave the range of floating point are explained, not drawn."""

from __future__ import annotations

import numpy as np

import lstm_core as lc
from explorer.problems import Problem


def require_finite(rec: lc.Recording, back: lc.Gradients | None = None) -> None:
    """Raise Problem, naming the remedy, where a signal or an error overflows."""
    if not np.isfinite(rec.state).all():
        (n, *_), *_ = np.argwhere(~np.isfinite(rec.state))
        raise Problem(
            f"The state grows beyond 1e308 at step {n}, more than a number can hold:"
            " take fewer steps or smaller weights (Undo takes the last change back)."
        )
    if back is not None and not np.isfinite(back["psi"]).all():
        n = int(np.argwhere(~np.isfinite(back["psi"]))[-1][0])
        raise Problem(
            f"On its way back the error grows beyond 1e308 at step {n}, more than a number can"
            " hold: take fewer steps or smaller weights (Undo takes the last change back)."
        )
