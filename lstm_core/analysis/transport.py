"""How an error travels from step l back to step n: d psi[n] / d psi[l].

``exact``  (d s[l] / d s[n])^T, every path (errata 24: the joint recursion; errata 12 for the RNN)
``paper``  the product of the exact one-step factors (179-180); for an RNN the same as ``exact``
``cec``    the product of what the state passes on beside all weights, diag(g_cs) (182)
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lstm_core.analysis.jacobians import StepResponses
from lstm_core.analysis.norms import stack_norms
from lstm_core.backpropagate import warp_slope
from lstm_core.records import Recording, unknown

KINDS = ("exact", "paper", "cec")
ROOM = 2**19  # numbers that are worked on together: many, yet few enough for the cache
BLOCK = 16  # steps that are worked on together, unless the matrices are large


def error_transport(rec: Recording, n: int, l: int, kind: str = "exact") -> np.ndarray:
    """d psi[n] / d psi[l], (d_s, d_s): what an error injected in s[l] adds to psi[n].

    Args:
        rec: a recording without a batch axis.
        n, l: steps, 0 <= n <= l < K.
        kind: one of ``KINDS``.

    Raises: ValueError, KeyError. Source: document 000, Eq 91 and 179-182; errata 12 and 24.
    """
    _check(rec, kind)
    if not 0 <= n <= l < len(rec):
        raise ValueError(f"n and l must satisfy 0 <= n <= l <= {len(rec) - 1}; got {n}, {l}")
    forward = np.eye(rec.state.shape[-1])
    for step, columns in _columns(rec, kind, first=n, last=l):
        if step == l:
            forward = columns[:, : rec.state.shape[-1]]
    return forward.T


def transport_norms(rec: Recording, kind: str = "exact", ord: float | str = 2) -> np.ndarray:
    """The norm of d psi[n] / d psi[l] for all n <= l: (K, K), entry [n, l]; NaN where l < n.

    Args:
        rec: a recording without a batch axis.
        kind: one of ``KINDS``.
        ord: 2, 1, ``np.inf`` or ``"fro"``.

    Raises: ValueError, KeyError.
    """
    _check(rec, kind)
    if ord not in (1, 2, np.inf, "fro"):
        raise ValueError(f"ord must be 1, 2, numpy.inf or 'fro'; got {ord!r}")
    steps, width = rec.state.shape
    norms = np.full((steps, steps), np.nan)
    if kind == "cec":
        gates = StepResponses(rec).direct_state
        products = np.ones((steps, width))
        for l in range(steps):
            products[:l] *= gates[l]
            norms[: l + 1, l] = _diagonal_norm(products[: l + 1], ord)
        return norms
    at_once = max(1, ROOM // width**2)  # matrices; many small ones, and few large ones
    waiting = np.empty((at_once + steps, width, width))
    filled, first = 0, 0
    with np.errstate(over="ignore", invalid="ignore"):
        for l, columns in _columns(rec, kind, first=0, last=steps - 1):
            blocks = columns.reshape(width, l + 1, width).transpose(1, 0, 2)
            waiting[filled : filled + l + 1] = blocks
            filled += l + 1
            if filled >= at_once or l == steps - 1:
                found, filled = stack_norms(waiting[:filled], ord), 0
                found[np.isnan(found)] = np.inf  # inf - inf or 0 inf: a product has overflowed
                for m in range(first, l + 1):
                    norms[: m + 1, m], found = found[: m + 1], found[m + 1 :]
                first = l + 1
    return norms


def norms_by_lag(norms: np.ndarray, l: int | None = None) -> np.ndarray:
    """Column ``l`` (the last by default) of a norm matrix against the lag l - n: (l + 1,)."""
    l = len(norms) - 1 if l is None else l
    return norms[l::-1, l]


def norm_bound(rec: Recording, steps: int) -> np.ndarray:
    """The bound of Eq 92 (with <=, errata 13) on the 2-norm for lags 0 .. steps-1: (steps,).

    The power of one number. Where the state is an accumulation node (an RNN) that is
    sum ||W|| max|G'| over the weights that lead back to it; elsewhere the largest norm of a
    one-step factor, which bounds the product 180 but not the exact transport.
    """
    cell, responses = rec.cell, StepResponses(rec)
    if cell.state not in cell.warp_of:
        factors = _one_step(responses)[1:]
        return np.linalg.norm(factors, 2, axis=(-2, -1)).max(initial=0.0) ** np.arange(steps)
    largest = 0.0
    for param in cell.params.values():
        if param.lag and param.source:
            signal = cell.signals[param.source]
            slope = warp_slope(signal, rec[signal.name]).max() if signal.warp else 1.0
            largest += float(np.linalg.norm(rec.theta[param.name], 2) * slope)
    return largest ** np.arange(steps)


def _one_step(responses: StepResponses) -> np.ndarray:
    """ds[n]/ds[n-1] in total, (K, d_s, d_s); entry 0 counts only what is carried."""
    state = responses.carried[responses.rec.cell.state]
    rows = responses.jacobians[:, state]
    within = responses.state_from_carried
    return np.concatenate([rows[:1, :, state], rows[1:] @ within[:-1]])


def _columns(rec: Recording, kind: str, first: int, last: int) -> Iterator[tuple[int, np.ndarray]]:
    """For l = first .. last: ds[l]/ds[n] for n = first .. l side by side, (d_s, (l-first+1) d_s);
    the same memory each time."""
    responses = StepResponses(rec)
    width = rec.state.shape[-1]
    state = responses.carried[rec.cell.state]
    within = responses.state_from_carried
    if kind == "exact":
        factors, starts = responses.jacobians, within
    elif kind == "paper":
        factors = _one_step(responses)
        starts = np.broadcast_to(np.eye(width), factors.shape)
        state = slice(0, width)
    else:
        factors = responses.direct_state[..., None] * np.eye(width)
        starts = np.broadcast_to(np.eye(width), factors.shape)
        state = slice(0, width)
    # In blocks of steps: what one block does to all earlier columns is a single product, in which
    # only the rows of the state are made for every l.
    running = np.empty((factors.shape[-1], (last - first + 1) * width))
    block = max(1, min(BLOCK, 8 * ROOM // (width * running.shape[-1])))
    wanted = np.empty((block, width, running.shape[-1]))
    for begin in range(first, last + 1, block):
        steps = range(begin, min(begin + block, last + 1))
        filled = (begin - first) * width
        product, rows = np.eye(len(running)), []
        inside = running[:, :0]
        for l in steps:
            product = factors[l] @ product
            rows.append(product[state])
            inside = np.concatenate([factors[l] @ inside, starts[l]], 1)
            wanted[l - begin, :, filled : filled + inside.shape[1]] = inside[state]
        old = wanted.reshape(-1, running.shape[-1])[: len(steps) * width, :filled]
        np.matmul(np.concatenate(rows), running[:, :filled], out=old)
        for l in steps:
            yield l, wanted[l - begin, :, : filled + (l - begin + 1) * width]
        running[:, :filled] = product @ running[:, :filled]
        running[:, filled : filled + inside.shape[1]] = inside


def _diagonal_norm(diagonals: np.ndarray, ord: float | str) -> np.ndarray:
    if ord == "fro":
        return np.sqrt((diagonals**2).sum(-1))
    return np.abs(diagonals).max(-1)


def _check(rec: Recording, kind: str) -> None:
    if kind not in KINDS:
        raise unknown("kind of transport", kind, KINDS)
    if rec.state.ndim != 2:
        raise ValueError("the transport needs a recording without a batch axis: unroll x[:, b]")
