"""What is left of an error's travel when a sequence is unrolled in segments."""

from __future__ import annotations

import numpy as np


def kept_shares(norms: np.ndarray, lag: int) -> np.ndarray:
    """The share of all travel over ``lag`` steps that no border cuts, for segments of 1 .. N steps.

    ``norms``: how much of an error at step q arrives at step p, [p, q], (N, N), as ``transport_norms``
    gives it. An error crosses no border (85), so p and q must be in one segment of K steps: the
    share is 0 where K <= lag, and 1 where one segment is all. NaN where no error comes so far.

    Returns: (N,), row K - 1 for segments of K steps, the last of them shorter.
    Raises: ValueError unless lag is from 0 to N-1.
    """
    N = len(norms)
    if not 0 <= lag < N:
        raise ValueError(f"lag: expected a number of steps in 0 .. N-1 = 0 .. {N - 1}, got {lag}")
    travel = np.nan_to_num(np.diagonal(norms, lag))
    last, length = np.arange(lag, N), np.arange(1, N + 1)[:, None]
    together = last // length == (last - lag) // length
    return (together * travel).sum(1) / travel.sum() if travel.any() else np.full(N, np.nan)
