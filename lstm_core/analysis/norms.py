"""Norms of many small matrices at once."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

PRECISION = 1e-11  # of an eigenvalue that is not LAPACK's; half of it for a singular value
ROOM = 2**19  # numbers that are worked on together: many, yet few enough for the cache
ROUNDING = 1e-15  # in the square of a residual, where the trace is 1
ROUNDS = 4  # of power iteration before a Ritz value


def row_norms(rows: np.ndarray) -> np.ndarray:
    """The 2-norm of every row, (..., d) -> (...), also where the squares of numbers overflow."""
    largest = np.abs(rows).max(-1, keepdims=True, initial=0)
    unit = rows / np.where(largest > 0, largest, 1)
    return np.linalg.norm(unit, axis=-1) * largest[..., 0]


def stack_norms(matrices: np.ndarray, ord: float | str) -> np.ndarray:
    """The norm of every matrix of a stack, (N, d, d) -> (N,); ``ord``: 1, ``np.inf`` or ``"fro"``."""
    if ord == "fro":
        return np.sqrt(np.einsum("nij,nij->n", matrices, matrices))
    return np.abs(matrices).sum(-2 if ord == 1 else -1).max(-1)


@np.errstate(all="ignore")
def largest_singular_values(matrices: np.ndarray) -> np.ndarray:
    """The 2-norm of every matrix of a stack, (N, d, d) -> (N,); relative error below 1e-10."""
    norms = sizes = np.abs(np.asarray(matrices, float)).max((-2, -1))
    usual = np.flatnonzero(np.isfinite(sizes) & (sizes > 0))
    unit = matrices[usual] / sizes[usual, None, None]
    norms[usual] *= norms_from_grams([unit.swapaxes(-1, -2) @ unit])
    return norms


@np.errstate(all="ignore")
def norms_from_grams(stacks: Iterable[np.ndarray]) -> np.ndarray:
    """The 2-norm of every M, of which M^T M is given, stack after stack: (N, d, d) each -> (all N,).

    Relative error below 1e-10; NaN where M^T M is too small or too large to be a number. A stack is
    overwritten, and done with when the next is asked for.
    """
    norms = np.sqrt(_largest_eigenvalues(stacks))
    return np.where((norms > 1e-146) & (norms < 1e150), norms, np.nan)


def _largest_eigenvalues(stacks: Iterable[np.ndarray], fourth_powers: int = 3) -> np.ndarray:
    """The largest eigenvalue of every positive semidefinite matrix of all stacks.

    A few rounds of power iteration settle most. The others are raised to their fourth power, which
    draws the eigenvalues apart, up to ``fourth_powers`` times; LAPACK does what then is left, such
    as multiples of the identity. NaN for zero and what is not finite.
    """
    sizes, values, settled = [np.ones(0)], [np.ones(0)], [np.ones(0, bool)]
    rest: list[np.ndarray] = []
    found: list[np.ndarray] = []
    for grams in stacks:
        sizes.append(np.einsum("nii->n", grams).copy())
        grams *= (1 / sizes[-1])[:, None, None]
        value, trusted = _ritz_values(grams)
        values.append(value)
        settled.append(trusted | np.isnan(value))
        rest.append(grams[~settled[-1]])
        if sum(part.size for part in rest) >= ROOM:
            found.append(_of_the_rest(rest, fourth_powers))
            rest.clear()
    if any(part.size for part in rest):
        found.append(_of_the_rest(rest, fourth_powers))
    together = np.concatenate(values)
    if found:
        together[~np.concatenate(settled)] = np.concatenate(found)
    return np.concatenate(sizes) * together


def _of_the_rest(rest: list[np.ndarray], fourth_powers: int) -> np.ndarray:
    matrices = np.concatenate(rest)
    if not fourth_powers:
        return np.linalg.eigvalsh(matrices)[:, -1]
    squares = matrices @ matrices
    return _largest_eigenvalues([squares @ squares], fourth_powers - 1) ** 0.25


def _ritz_values(grams: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The larger Ritz value of G on span(v, Gv), v from power iteration, and whether to trust it.

    With residual r, the largest eigenvalue is at most r^2 / (t - u) above the Ritz value t if all
    others are below u < t (Kato and Temple), and u^2 = ||G||_F^2 - t^2 bounds them. Trace G = 1.
    """
    width = grams.shape[-1]
    start = 1.5 + np.sin(np.arange(1.0, width + 1) ** 2)  # no symmetry to be caught in
    v = (grams.reshape(len(grams) * width, width) @ start).reshape(len(grams), width)
    for _ in range(ROUNDS - 1):
        v = np.matvec(grams, v)
    w = np.matvec(grams, v)
    q = np.matvec(grams, w)
    # Two steps of Lanczos, G v = a v + b x and G x = b v + c x + the rest, from v G^k v = m_k.
    unit = 1 / np.vecdot(v, v)
    a = np.vecdot(v, w) * unit
    m2, m3, m4 = np.vecdot(w, w) * unit, np.vecdot(w, q) * unit, np.vecdot(q, q) * unit
    b2 = np.maximum(m2 - a * a, 0)
    none = b2 < 1e-13 * m2  # no x: v is an eigenvector, but for rounding
    x2 = np.where(none, np.inf, b2)
    c = (m3 - 2 * a * m2 + a * a * a) / x2
    half = (a - c) / 2
    root = np.sqrt(half * half + b2)
    value = (a + c) / 2 + root
    apart = half + root  # value - c; the rounding of c comes into the value by its square
    left = np.maximum((m4 - 2 * a * m3 + a * a * m2) / x2 - c * c - b2, 0)
    residual = np.where(none, b2, left * b2 / apart**2) + ROUNDING
    flat = grams.reshape(len(grams), width**2)
    others = np.sqrt(np.maximum(np.vecdot(flat, flat) - value * value, 0))
    settled = residual <= PRECISION * value * (value - others)
    return value, settled & (apart**2 > ROUNDING / PRECISION)
