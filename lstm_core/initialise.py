"""Seeded initialisers under their usual names."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from lstm_core.cells.base import Cell
from lstm_core.records import unknown
from lstm_core.signals import INPUT

Rule = Callable[[np.random.Generator, tuple[int, int]], np.ndarray]


def glorot_uniform(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """U(-b, b) with b = sqrt(6 / (fan_in + fan_out))."""
    bound = np.sqrt(6 / sum(shape))
    return rng.uniform(-bound, bound, shape)


def glorot_normal(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """N(0, 2 / (fan_in + fan_out))."""
    return rng.normal(0, np.sqrt(2 / sum(shape)), shape)


def orthogonal(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """A random matrix with orthonormal rows or columns, whichever are fewer."""
    tall = rng.normal(size=(max(shape), min(shape)))
    q, r = np.linalg.qr(tall)
    q = q * np.where(np.diag(r) < 0, -1.0, 1.0)
    return q if shape[0] >= shape[1] else q.T


def identity(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Ones on the main diagonal."""
    return np.eye(*shape)


def zeros(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """All zero."""
    return np.zeros(shape)


def scale_spectral_radius(matrix: np.ndarray, radius: float) -> np.ndarray:
    """The square ``matrix`` scaled so that its largest |eigenvalue| is ``radius``."""
    current = np.abs(np.linalg.eigvals(matrix)).max()
    if current == 0:
        raise ValueError("a matrix whose eigenvalues are all 0 cannot be scaled to a radius")
    return matrix * (radius / current)


RULES: dict[str, Rule] = {
    rule.__name__: rule for rule in (glorot_uniform, glorot_normal, orthogonal, identity, zeros)
}


def init_params(
    cell: Cell,
    seed: int = 0,
    *,
    weights: str = "glorot_uniform",
    recurrent: str | None = None,
    spectral_radius: float | None = None,
    forget_bias: float = 0.0,
    dtype: Any = np.float64,
    **sizes: int,
) -> dict[str, np.ndarray]:
    """Parameters of a cell: weights by rule, biases zero.

    Args:
        cell: one of ``CELLS``.
        seed: of NumPy's default generator; the same seed gives the same parameters.
        weights: rule for every weight, a name in ``RULES``.
        recurrent: rule for the weights that read an earlier or the present state (``weights`` when None).
        spectral_radius: scale each square recurrent weight to this largest |eigenvalue|.
        forget_bias: the bias of the gate that frameworks call ``f``.
        sizes: ``d_x``, ``d_s`` and what else ``cell.sizes`` names; those in ``cell.defaults`` may be
            left out.

    The rule for a window over the input sees its taps side by side, as the one matrix they make.

    Raises:
        KeyError, ValueError: an unknown rule or size; a missing, zero or negative size, or one that
            is larger than the cell allows.
    """
    if not isinstance(cell, Cell):
        raise ValueError(f"cell must be one of lstm_core.CELLS.values(); got {cell!r}")
    for name in sizes:
        if name not in cell.sizes:
            raise unknown(f"size of {cell.name}", name, cell.sizes)
    for name, usual in cell.defaults.items():
        sizes.setdefault(name, sizes.get(usual, 0) if isinstance(usual, str) else usual)
    for name, meaning in cell.sizes.items():
        size = sizes.get(name)
        if isinstance(size, bool) or not isinstance(size, (int, np.integer)) or size < 1:
            raise ValueError(
                f"{name} ({meaning}) must be 1 or more; got {size!r}: give a whole number"
            )
    for name, largest in cell.at_most.items():
        if sizes[name] > sizes[largest]:
            raise ValueError(
                f"{name} ({cell.sizes[name]}) must be at most {largest} = {sizes[largest]}; got"
                f" {sizes[name]}: make {name} smaller or {largest} larger"
            )
    if np.dtype(dtype).kind != "f":
        raise ValueError(f"dtype must be a floating type such as numpy.float64; got {dtype!r}")
    if spectral_radius is not None and not (np.isfinite(spectral_radius) and spectral_radius >= 0):
        raise ValueError(f"spectral_radius must be 0 or more; got {spectral_radius!r}")
    for name in (weights, recurrent or weights):
        if name not in RULES:
            raise unknown("initialiser", name, RULES)
    rng = np.random.default_rng(seed)
    forget = {signal.of for signal in cell.declared if signal.torch == "f"}
    theta = {}
    for name, param in cell.params.items():
        shape = tuple(sizes[symbol] for symbol in param.shape)
        if param.is_bias:
            value = np.full(shape, forget_bias if param.dest in forget else 0.0)
        else:
            rule = weights if param.source == INPUT else recurrent or weights
            *taps, rows, columns = shape
            value = RULES[rule](rng, (rows, columns * prod(taps)))
            if param.is_window:
                value = np.stack(np.split(value, taps[0], axis=1))
            if spectral_radius is not None and param.source != INPUT and shape[0] == shape[1]:
                value = scale_spectral_radius(value, spectral_radius)
        theta[name] = value.astype(dtype)
    return theta
