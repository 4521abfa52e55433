"""The gates' warp and its slope, for the forms that are written out in this package."""

from __future__ import annotations

import numpy as np


def sigma(z: np.ndarray) -> np.ndarray:
    """G_c(z) = 1 / (1 + exp(-z)) (121)."""
    return 1 / (1 + np.exp(-z))


def slope(z: np.ndarray) -> np.ndarray:
    """G_c'(z) (137)."""
    return sigma(z) * (1 - sigma(z))
