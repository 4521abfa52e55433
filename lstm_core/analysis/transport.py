"""How an error travels from step l back to step n: d psi[n] / d psi[l].

``exact``  (d s[l] / d s[n])^T, every path (errata 24: the joint recursion; errata 12 for the RNN)
``paper``  the product of the exact one-step factors (179-180); for an RNN the same as ``exact``
``cec``    the product of what the state passes on beside all weights, diag(g_cs) (182)
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from lstm_core.analysis.jacobians import StepResponses
from lstm_core.analysis.norms import ROOM, largest_singular_values, norms_from_grams, stack_norms
from lstm_core.arrays import quiet
from lstm_core.backpropagate import warp_slope
from lstm_core.checks import checked_recording
from lstm_core.given import real, shown, whole
from lstm_core.overflow import check_result
from lstm_core.records import Recording, unknown
from lstm_core.room import check_room

KINDS = ("exact", "paper", "cec")
BLOCK = 16  # steps that are worked on together, unless the matrices are large


def error_transport(rec: Recording, n: int, l: int, kind: str = "exact") -> np.ndarray:
    """d psi[n] / d psi[l], (d_s, d_s): what an error injected in s[l] adds to psi[n].

    Args:
        rec: a recording without a batch axis.
        n, l: steps, 0 <= n <= l < K.
        kind: one of ``KINDS``.

    Raises: ValueError, KeyError. Source: document 000, Eq 91, 179, 180, 182; errata 12 and 24.
    """
    _check(rec, kind)
    fits = all(
        isinstance(step, (int, np.integer)) and not isinstance(step, bool) for step in (n, l)
    )
    if not fits or not 0 <= n <= l < len(rec):
        raise ValueError(
            f"n and l must be steps with 0 <= n <= l <= {len(rec) - 1}; got {shown(n)}, {shown(l)}"
        )
    forward = np.eye(rec.state.shape[-1])
    with quiet():
        for step, columns in _columns(rec, kind, first=n, last=l):
            if step == l:
                forward = columns[:, : rec.state.shape[-1]].T.copy()
    remedy = "take steps closer to each other, or smaller weights"
    return check_result(f"d psi[{n}] / d psi[{l}]", forward, remedy)


def transport_norms(rec: Recording, kind: str = "exact", ord: float | str = 2) -> np.ndarray:
    """The norm of d psi[n] / d psi[l] for all n <= l: (K, K), entry [n, l]; NaN where l < n, and
    infinite where a product overflows.

    Args:
        rec: a recording without a batch axis.
        kind: one of ``KINDS``.
        ord: 2, 1, ``np.inf`` or ``"fro"``.

    Raises: ValueError, KeyError; also where there is no room for them (``lstm_core.room``).
    """
    _check(rec, kind)
    if not isinstance(ord, (int, float, str)) or ord not in (1, 2, np.inf, "fro"):
        raise ValueError(f"ord must be 1, 2, numpy.inf or 'fro'; got {shown(ord)}")
    steps, width = rec.state.shape
    check_room(
        f"transport_norms: {steps} x {steps} norms and their making",
        3 * steps,
        steps,
        remedy="take norms_to(rec, l), the errors of one step l, or unroll a slice, x[a:b]",
    )
    norms = np.full((steps, steps), np.nan)
    with quiet():
        if kind == "cec":
            gates = StepResponses(rec).direct_state
            products = np.ones((steps, width))
            for l in range(steps):
                products[:l] *= gates[l]
                norms[: l + 1, l] = _diagonal_norm(products[: l + 1], ord)
        elif ord == 2:
            _fill_with_two_norms(norms, rec, kind)
        else:
            for l, matrices in _matrices(rec, kind):
                norms[: l + 1, l] = stack_norms(matrices, ord)
    norms[_missing(norms)] = np.inf  # inf - inf or 0 inf: a product has overflowed
    return norms


def _missing(norms: np.ndarray) -> np.ndarray:
    """Where n <= l and there is no number: (K, K), of booleans."""
    return np.isnan(norms) & np.triu(np.ones_like(norms, bool))


def _fill_with_two_norms(norms: np.ndarray, rec: Recording, kind: str) -> None:
    """Set the entries n <= l: many at once, from M^T M, and the very small and large ones alone."""
    later, earlier = np.tril_indices(len(norms), -1)  # column after column of the norms
    norms[earlier, later] = norms_from_grams(_grams(rec, kind))
    np.fill_diagonal(norms, 1)
    odd = _missing(norms)
    if odd.any():
        for l, matrices in _matrices(rec, kind):
            norms[odd[:, l], l] = largest_singular_values(matrices[odd[: l + 1, l]])


def _grams(rec: Recording, kind: str) -> Iterator[np.ndarray]:
    """M^T M of M = ds[l]/ds[n] for l = 1, 2, .. and n = 0 .. l-1, in stacks of about ``ROOM``
    numbers; the same memory each time."""
    steps, width = rec.state.shape
    at_once = max(1, ROOM // width**2)
    grams = np.empty((at_once + steps, width, width))
    # A copy of the columns: of a matrix and itself NumPy makes a slower, symmetric product.
    copy = np.empty((width, steps * width))
    filled = 0
    for l, columns in _columns(rec, kind, first=0, last=steps - 1):
        before, again = columns[:, : l * width], copy[:, : l * width]
        again[...] = before
        left, right = _side_by_side(before).swapaxes(-1, -2), _side_by_side(again)
        np.matmul(left, right, out=grams[filled : filled + l])
        filled += l
        if filled >= at_once or l == steps - 1:
            yield grams[:filled]
            filled = 0


def norms_by_lag(norms: np.ndarray, l: int | None = None) -> np.ndarray:
    """Column ``l`` (the last by default) of a norm matrix against the lag l - n: (l + 1,).

    Raises: ValueError unless ``norms`` is (K, K) and 0 <= l < K.
    """
    norms = np.asarray(real("norms", norms))
    if norms.ndim != 2 or norms.shape[0] != norms.shape[1] or not norms.size:
        raise ValueError(
            f"norms must have shape (K, K), as transport_norms(rec) has it; got {norms.shape}"
        )
    l = len(norms) - 1 if l is None else whole("l", l, 0, len(norms) - 1, "a step")
    return norms[l::-1, l].copy()


def norms_to(rec: Recording, l: int | None = None, kind: str = "exact") -> np.ndarray:
    """The 2-norm of d psi[n] / d psi[l] for n = 0 .. l, ``l`` the last step by default: (l + 1,).

    Column ``l`` of ``transport_norms`` without the others: the work of l steps, not of l^2.
    Raises: ValueError, KeyError.
    """
    _check(rec, kind)
    steps, width = rec.state.shape
    l = steps - 1 if l is None else whole("l", l, 0, steps - 1, "a step")
    responses = _responses(rec)
    with quiet():
        if kind == "cec":
            later = responses.direct_state[l:0:-1]
            passed = np.cumprod(np.concatenate([np.ones((1, width)), later]), axis=0)[::-1]
            norms = _diagonal_norm(passed, 2)
        else:
            norms = largest_singular_values(_matrices_to(responses, l, kind))
    return np.where(np.isnan(norms), np.inf, norms)


def transport_gap(rec: Recording, l: int | None = None) -> np.ndarray:
    """||exact - paper|| / ||exact|| of d psi[n] / d psi[l] by the lag l - n = 0 .. l: (l + 1,), ``l`` the
    last step by default; NaN where the exact one is 0 or overflows.

    The product (180) leaves out the way of chi to chi through the readout gate. Nothing is missing up
    to lag 1; at lag 2 the difference is M[n] C[n+1] V[n+2] (errata 24). Raises: ValueError.
    """
    _check(rec, "exact")
    l = len(rec) - 1 if l is None else whole("l", l, 0, len(rec) - 1, "a step")
    responses = _responses(rec)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        exact, paper = (_matrices_to(responses, l, kind) for kind in ("exact", "paper"))
        gap = largest_singular_values(exact - paper) / largest_singular_values(exact)
    return gap[::-1]


@lru_cache(maxsize=1)
def _responses(rec: Recording) -> StepResponses:
    """The step responses of the last recording that was asked for: the kinds are asked for in turn."""
    return StepResponses(rec)


def _matrices_to(responses: StepResponses, l: int, kind: str) -> np.ndarray:
    """ds[l]/ds[n] for n = 0 .. l, (l + 1, d_s, d_s), from the last step to the first."""
    width = responses.rec.state.shape[-1]
    if kind == "exact":
        factors = responses.jacobians
        row = np.eye(factors.shape[-1])[responses.carried[responses.rec.cell.state]]
    else:
        factors, row = one_step(responses), np.eye(width)
    rows = np.empty((l + 1, width, factors.shape[-1]))
    for n in range(l, -1, -1):
        rows[n] = row
        row = row @ factors[n]
    return rows @ responses.state_from_carried[: l + 1] if kind == "exact" else rows


def norm_bound(rec: Recording, steps: int) -> np.ndarray:
    """The bound of Eq 92 (with <=, errata 13) on the 2-norm for lags 0 .. steps-1: (steps,).

    The power of one number. Where the state is an accumulation node (an RNN) that is
    sum ||W|| max|G'| over the weights that lead back to it; elsewhere the largest norm of a
    one-step factor, which bounds the product 180 but not the exact transport. Infinite where it is
    more than a number can hold.

    Raises: ValueError.
    """
    steps = whole("steps", steps, 0)
    check_room(f"norm_bound: {steps} lags", 2, steps, remedy="take fewer steps")
    responses = StepResponses(rec)
    with quiet():
        return _largest_factor(rec, responses) ** np.arange(steps)


def _largest_factor(rec: Recording, responses: StepResponses) -> float:
    """The number whose powers ``norm_bound`` takes."""
    cell = rec.cell
    if cell.state not in cell.warp_of:
        factors = one_step(responses)[1:]
        return float(np.linalg.norm(factors, 2, axis=(-2, -1)).max(initial=0.0))
    largest = 0.0
    for param in cell.params.values():
        if param.lag and param.source:
            signal = cell.signals[param.source]
            slope = warp_slope(signal, rec[signal.name]).max() if signal.warp else 1.0
            largest += float(np.linalg.norm(rec.theta[param.name], 2) * slope)
    return largest


def one_step(responses: StepResponses) -> np.ndarray:
    """ds[n]/ds[n-1] in total (179), (K, d_s, d_s); entry 0 counts only what is carried."""
    state = responses.carried[responses.rec.cell.state]
    rows = responses.jacobians[:, state]
    within = responses.state_from_carried
    with quiet():
        factors = np.concatenate([rows[:1, :, state], rows[1:] @ within[:-1]])
    return check_result("d psi[n-1] / d psi[n]", factors, "take smaller weights")


def _columns(rec: Recording, kind: str, first: int, last: int) -> Iterator[tuple[int, np.ndarray]]:
    """For l = first .. last: ds[l]/ds[n] for n = first .. l side by side, (d_s, (l-first+1) d_s);
    the same memory each time."""
    responses = StepResponses(rec)
    width = rec.state.shape[-1]
    state = responses.carried[rec.cell.state]
    within = responses.state_from_carried
    if kind == "exact":
        factors, starts = responses.jacobians, within
    else:
        factors = (
            one_step(responses)
            if kind == "paper"
            else responses.direct_state[..., None] * np.eye(width)
        )
        starts = np.broadcast_to(np.eye(width), factors.shape)
        state = slice(0, width)
    del responses  # memory
    # In blocks of steps: what one block does to all earlier columns is a single product, in which
    # only the rows of the state are made for every l.
    running = np.empty((factors.shape[-1], (last - first + 1) * width))
    block = max(1, min(BLOCK, 8 * ROOM // (width * running.shape[-1])))
    wanted = np.empty((block, width, running.shape[-1]))
    rows = np.empty((block, width, len(running)))
    inside, spare = np.empty((2, len(running), block * width))
    for begin in range(first, last + 1, block):
        steps = range(begin, min(begin + block, last + 1))
        filled, used = (begin - first) * width, 0
        product = np.eye(len(running))
        for i, l in enumerate(steps):
            product = factors[l] @ product
            rows[i] = product[state]
            np.matmul(factors[l], inside[:, :used], out=spare[:, :used])
            spare[:, used : used + width] = starts[l]
            inside, spare, used = spare, inside, used + width
            wanted[i, :, filled : filled + used] = inside[state, :used]
        old = wanted.reshape(-1, running.shape[-1])[: len(steps) * width, :filled]
        np.matmul(rows.reshape(-1, len(running))[: len(old)], running[:, :filled], out=old)
        for l in steps:
            yield l, wanted[l - begin, :, : filled + (l - begin + 1) * width]
        running[:, :filled] = product @ running[:, :filled]
        running[:, filled : filled + used] = inside[:, :used]


def _matrices(rec: Recording, kind: str) -> Iterator[tuple[int, np.ndarray]]:
    """For every l: ds[l]/ds[n] for n = 0 .. l, (l + 1, d_s, d_s); the same memory each time."""
    for l, columns in _columns(rec, kind, first=0, last=len(rec) - 1):
        yield l, _side_by_side(columns)


def _side_by_side(columns: np.ndarray) -> np.ndarray:
    """The square matrices that stand side by side in (d, N d) columns: (N, d, d)."""
    width, total = columns.shape
    return columns.reshape(width, total // width, width).transpose(1, 0, 2)


def _diagonal_norm(diagonals: np.ndarray, ord: float | str) -> np.ndarray:
    if ord == "fro":
        return np.sqrt((diagonals**2).sum(-1))
    return np.abs(diagonals).max(-1)


def _check(rec: Recording, kind: str) -> None:
    checked_recording(rec, batch=False)
    if not isinstance(kind, str) or kind not in KINDS:
        raise unknown("kind of transport", kind, KINDS)
