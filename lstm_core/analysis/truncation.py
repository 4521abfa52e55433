"""What is left of an error's travel when a sequence is unrolled in segments."""

from __future__ import annotations

import numpy as np

from lstm_core.given import real, whole


def kept_shares(norms: np.ndarray, lag: int) -> np.ndarray:
    """The share of all travel over ``lag`` steps that no border cuts, for segments of 1 .. N steps.

    ``norms``: how much of an error at step q arrives at step p, [p, q], (N, N), as ``transport_norms``
    gives it. An error crosses no border (85), so p and q must be in one segment of K steps: the
    share is 0 where K <= lag, and 1 where one segment is all. NaN where no error comes so far.

    Returns: (N,), row K - 1 for segments of K steps, the last of them shorter.
    Raises: ValueError unless norms is (N, N) and lag is from 0 to N-1.
    """
    norms = np.asarray(real("norms", norms))
    if norms.ndim != 2 or norms.shape[0] != norms.shape[1] or not norms.size:
        raise ValueError(
            f"norms must have shape (N, N), as transport_norms(rec) has it; got {norms.shape}"
        )
    N = len(norms)
    lag = whole("lag", lag, 0, N - 1, "a number of steps in 0 .. N-1")
    travel = np.nan_to_num(np.diagonal(norms, lag))
    last, length = np.arange(lag, N), np.arange(1, N + 1)[:, None]
    together = last // length == (last - lag) // length
    return (together * travel).sum(1) / travel.sum() if travel.any() else np.full(N, np.nan)
