"""Eigenvalues and singular values of one matrix or of a stack of them."""

from __future__ import annotations

import numpy as np

from lstm_core.given import finite, real


def eigenvalues(matrices: np.ndarray) -> np.ndarray:
    """Complex eigenvalues, the largest modulus first, conjugates side by side: (..., D)."""
    values = np.linalg.eigvals(_square(matrices)).astype(complex)
    sizes = np.abs(values)
    rounded = np.where(sizes < 1e12, np.round(np.minimum(sizes, 1e12), 12), sizes)
    order = np.lexsort((-values.imag, -values.real, -rounded), axis=-1)
    return np.take_along_axis(values, order, -1)


def spectral_radius(matrices: np.ndarray) -> np.ndarray:
    """The largest |eigenvalue|: (...)."""
    return np.abs(eigenvalues(matrices)).max(-1)


def singular_values(matrices: np.ndarray) -> np.ndarray:
    """Singular values, the largest first: (..., D). The first is the 2-norm."""
    return np.linalg.svd(_square(matrices), compute_uv=False)


def _square(matrices: np.ndarray) -> np.ndarray:
    matrices = np.asarray(real("matrices", matrices))
    if matrices.ndim < 2 or matrices.shape[-1] != matrices.shape[-2] or not matrices.shape[-1]:
        raise ValueError(f"matrices must have shape (..., D, D) with D >= 1; got {matrices.shape}")
    finite("matrices", matrices)
    return matrices if matrices.dtype in (np.float32, np.float64) else matrices.astype(float)
