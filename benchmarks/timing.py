"""Two sides, timed in alternating blocks of the same run, so that both meet the same machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median
from time import perf_counter

import numpy as np

Work = Callable[[], object]


def keep_freed_memory() -> None:
    """Have both sides work as in a process that has been at work for a while: once a large block
    was freed, glibc's malloc keeps what is freed instead of asking for fresh pages every time."""
    np.empty(30 * 2**20, np.uint8)


def calls_for(work: Work, seconds: float) -> int:
    """How many calls of ``work`` take about ``seconds``; at least 1. Warms ``work`` up."""
    work()
    return max(1, round(seconds / max(seconds_per_call(work, 1), 1e-9)))


def seconds_per_call(work: Work, calls: int) -> float:
    """Mean time of one call in one block of ``calls``."""
    start = perf_counter()
    for _ in range(calls):
        work()
    return (perf_counter() - start) / calls


def alternate(ours: Work, theirs: Work, rounds: int, seconds: float = 0.02) -> tuple[float, float]:
    """Median seconds per call of both sides, from ``rounds`` blocks each, taken in turn."""
    calls = [calls_for(work, seconds) for work in (ours, theirs)]
    blocks = [
        (seconds_per_call(ours, calls[0]), seconds_per_call(theirs, calls[1]))
        for _ in range(rounds)
    ]
    mine, others = zip(*blocks, strict=True)
    return median(mine), median(others)


def alone(work: Work, rounds: int) -> float:
    """Median seconds of one call."""
    work()
    return median(seconds_per_call(work, 1) for _ in range(rounds))


def spread(times: Sequence[float]) -> str:
    """Median and 95th percentile."""
    if not times:
        return "-"
    p50, p95 = np.percentile(times, [50, 95])
    digits = 0 if p50 >= 20 else 1
    return f"{p50:.{digits}f}/{p95:.{digits}f}"
