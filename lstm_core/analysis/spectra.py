"""Eigenvalues and singular values of one matrix or of a stack of them."""

from __future__ import annotations

import numpy as np


def eigenvalues(matrices: np.ndarray) -> np.ndarray:
    """Complex eigenvalues, the largest modulus first, conjugates side by side: (..., D)."""
    values = np.linalg.eigvals(_square(matrices)).astype(complex)
    order = np.lexsort((-values.imag, -values.real, -np.round(np.abs(values), 12)), axis=-1)
    return np.take_along_axis(values, order, -1)


def spectral_radius(matrices: np.ndarray) -> np.ndarray:
    """The largest |eigenvalue|: (...)."""
    return np.abs(eigenvalues(matrices)).max(-1)


def singular_values(matrices: np.ndarray) -> np.ndarray:
    """Singular values, the largest first: (..., D). The first is the 2-norm."""
    return np.linalg.svd(_square(matrices), compute_uv=False)


def _square(matrices: np.ndarray) -> np.ndarray:
    matrices = np.asarray(matrices)
    if matrices.ndim < 2 or matrices.shape[-1] != matrices.shape[-2]:
        raise ValueError(f"matrices must have shape (..., D, D); got {matrices.shape}")
    if not np.isfinite(matrices).all():
        raise ValueError("matrices must be finite; a NaN or infinite entry has no eigenvalues")
    return matrices
