"""Norms of many small matrices at once."""

from __future__ import annotations

import numpy as np

PRECISION = 1e-11  # of an eigenvalue that is not LAPACK's; half of it for a singular value
ROUNDS = 4  # of power iteration before a Ritz value


def stack_norms(matrices: np.ndarray, ord: float | str) -> np.ndarray:
    """The norm of every matrix of a stack, (N, d, d) -> (N,); ``ord`` as in ``transport_norms``."""
    if ord == "fro":
        return np.sqrt(_dots(matrices, matrices))
    if ord == 2:
        return largest_singular_values(matrices)
    return np.abs(matrices).sum(-2 if ord == 1 else -1).max(-1)


@np.errstate(all="ignore")
def largest_singular_values(matrices: np.ndarray) -> np.ndarray:
    """The 2-norm of every matrix of a stack, (N, d, d) -> (N,); relative error below 1e-10."""
    matrices = np.asarray(matrices, float)
    norms = np.sqrt(largest_eigenvalues(matrices @ matrices.swapaxes(-1, -2)))
    # Where squares underflow or overflow: the same for a scaled copy.
    odd = np.flatnonzero(~((norms > 1e-146) & (norms < 1e150)))
    if len(odd):
        norms[odd] = sizes = np.abs(matrices[odd]).max((-2, -1))
        usual = np.isfinite(sizes) & (sizes > 0)
        odd, sizes = odd[usual], sizes[usual]
        unit = matrices[odd] / sizes[:, None, None]
        norms[odd] = sizes * np.sqrt(largest_eigenvalues(unit @ unit.swapaxes(-1, -2)))
    return norms


def largest_eigenvalues(grams: np.ndarray, fourth_powers: int = 3) -> np.ndarray:
    """The largest eigenvalue of every positive semidefinite matrix of a stack, (N, d, d) -> (N,).

    A few rounds of power iteration settle most. The others are raised to their fourth power, which
    draws the eigenvalues apart, up to ``fourth_powers`` times; LAPACK does what then is left, such
    as multiples of the identity. Zero, NaN and infinity give 0 or NaN. ``grams`` is overwritten.
    """
    sizes = np.trace(grams, axis1=-2, axis2=-1)
    grams /= sizes[:, None, None]
    values, settled = _ritz_values(grams)
    rest = np.flatnonzero(~settled & np.isfinite(sizes) & (sizes > 0))
    if len(rest) and fourth_powers:
        squares = grams[rest] @ grams[rest]
        values[rest] = largest_eigenvalues(squares @ squares, fourth_powers - 1) ** 0.25
    elif len(rest):
        values[rest] = np.linalg.eigvalsh(grams[rest])[:, -1]
    return np.where(sizes > 0, sizes * values, sizes)


def _ritz_values(grams: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The larger Ritz value of G on span(v, Gv), v from power iteration, and whether to trust it.

    With residual r, the largest eigenvalue is at most r^2 / (t - u) above the Ritz value t if all
    others are below u < t (Kato and Temple), and u^2 = ||G||_F^2 - t^2 bounds them. Trace G = 1.
    """
    start = 1.5 + np.sin(np.arange(1.0, grams.shape[-1] + 1) ** 2)  # no symmetry to be caught in
    v = grams @ start[:, None]
    for _ in range(ROUNDS - 1):
        v = grams @ v
    v /= np.sqrt(_dots(v, v))[:, None, None]
    # Two steps of Lanczos: G v = a v + b q, G q = b v + c q + rest.
    w = grams @ v
    a = _dots(v, w)
    w -= a[:, None, None] * v
    b = np.sqrt(_dots(w, w))
    q = w / np.where(b > 1e-140, b, np.inf)[:, None, None]  # none where v is an eigenvector
    w = grams @ q
    c = _dots(q, w)
    half = (a - c) / 2
    root = np.sqrt(half * half + b * b)
    value = (a + c) / 2 + root
    share = b / (half + root)  # of q in the Ritz vector, if v's is 1
    residual = np.maximum(_dots(w, w) - c * c - b * b, 0) * share**2
    others = np.sqrt(np.maximum(_dots(grams, grams) - value * value, 0))
    return value, residual <= PRECISION * value * (value - others)


def _dots(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.einsum("nij,nij->n", a, b)
