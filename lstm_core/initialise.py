"""Seeded initialisers under their usual names."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from lstm_core.arrays import quiet
from lstm_core.cells.base import Cell
from lstm_core.checks import checked_cell
from lstm_core.given import floating, number, whole
from lstm_core.overflow import check_result
from lstm_core.records import unknown
from lstm_core.room import check_room
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
    with quiet():
        scaled = matrix * (radius / current)
    return check_result("a weight", scaled, f"take a smaller spectral_radius than {radius:g}")


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
            is larger than the cell allows; parameters for which there is no room (``lstm_core.room``).
    """
    checked_cell(cell)
    seed = whole("seed", seed, 0)
    forget_bias = number("forget_bias", forget_bias)
    kind = floating("dtype", dtype)
    for name in sizes:
        if name not in cell.sizes:
            raise unknown(f"size of {cell.name}", name, cell.sizes)
    for name, usual in cell.defaults.items():
        sizes.setdefault(name, sizes.get(usual, 0) if isinstance(usual, str) else usual)
    for name, meaning in cell.sizes.items():
        sizes[name] = whole(name, sizes.get(name), 1, meaning=meaning)
    for name, largest in cell.at_most.items():
        if sizes[name] > sizes[largest]:
            raise ValueError(
                f"{name} ({cell.sizes[name]}) must be at most {largest} = {sizes[largest]}; got"
                f" {sizes[name]}: make {name} smaller or {largest} larger"
            )
    if spectral_radius is not None:
        spectral_radius = number("spectral_radius", spectral_radius, 0)
    for name, rule in {
        "weights": weights,
        "recurrent": weights if recurrent is None else recurrent,
    }.items():
        if not isinstance(rule, str) or rule not in RULES:
            raise unknown(f"initialiser for {name}", rule, RULES)
    check_room(
        f"init_params: parameters with {', '.join(f'{name} = {sizes[name]}' for name in cell.sizes)}",
        sum(prod(sizes[symbol] for symbol in param.shape) for param in cell.params.values()),
        remedy=f"take a smaller {max(cell.sizes, key=lambda name: sizes[name])}",
    )
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
        with quiet():
            value = value.astype(kind)
        theta[name] = check_result(
            f"theta[{name!r}]", value, "take smaller numbers or a wider dtype"
        )
    return theta
