"""A linear readout behind a cell, and the losses on it: plain functions on NumPy arrays.

    y = linear_readout(rec.output, W_y, b_y)
    E, dE_dy = squared_error(y, target)
    dE_dout, dE_dW_y, dE_db_y = readout_gradients(rec.output, dE_dy, W_y)
    back = backpropagate(rec, dE_dout)

Document 000, Section VI-I, names a linear transformation of v followed by a softmax as a common
output y; ``readout_gradients`` is the first summand of Eq 144, (dy/dv)^T dE/dy. The losses are sums
over all steps (and the batch), as E in Eq 80.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lstm_core.arrays import plain, quiet
from lstm_core.given import finite, real
from lstm_core.overflow import check_result
from lstm_core.room import check_room

SMALLER = "take smaller numbers"


def linear_readout(out: Any, W_y: Any, b_y: Any) -> np.ndarray:
    """y[n] = W_y out[n] + b_y for every step: (K, d_y), or (K, B, d_y).

    Args:
        out: the cell's output, (K, d_out) or (K, B, d_out).
        W_y: (d_y, d_out). b_y: (d_y,).

    Raises: ValueError naming the argument, what was expected and what came.
    Source: document 000, Section VI-I.
    """
    out, W_y = _sequence("out", out, "d_out"), _weights(W_y)
    _match_columns("out", out, W_y)
    b_y = _numbers("b_y", b_y)
    if b_y.shape != W_y.shape[:1]:
        raise ValueError(f"b_y must have shape (d_y,) = {W_y.shape[:1]}; got {b_y.shape}")
    rows = "take fewer steps at a time"
    check_room("linear_readout: y", *out.shape[:-1], len(W_y), remedy=rows)
    with quiet():
        return check_result("y", out @ W_y.T + b_y, SMALLER)


def squared_error(y: Any, target: Any, mask: Any = None) -> tuple[float, np.ndarray]:
    """E = 1/2 sum (y - target)^2 over the steps that count, and dE/dy.

    Args:
        y: (K, d_y) or (K, B, d_y).
        target: the same shape; what stands at steps that don't count may be NaN.
        mask: 1 where a step counts and 0 where not, (K,) or (K, B); a fraction weighs a step.
            ``last_step(y)`` is the mask of a loss at the last step alone. None: every step.

    Returns: (E, dE_dy), dE_dy of y's shape, 0 at steps that don't count.
    Raises: ValueError naming the argument, what was expected and what came.
    """
    y = _sequence("y", y, "d_y")
    weight = _mask(mask, y)
    wanted = np.asarray(real("target", target))
    if wanted.shape != y.shape:
        raise ValueError(f"target must have the shape of y, {y.shape}; got {wanted.shape}")
    counts = weight[..., None] > 0
    wanted = _finite("target", np.where(counts, wanted, 0))
    with quiet():
        difference = np.where(counts, y - wanted, 0)
        dE_dy = weight[..., None] * difference
        E = 0.5 * float((dE_dy * difference).sum())
    return check_result("E", E, SMALLER), check_result("dE/dy", dE_dy, SMALLER)


def cross_entropy(y: Any, codes: Any, mask: Any = None) -> tuple[float, np.ndarray, np.ndarray]:
    """E = -sum ln p[code] with p = softmax(y), over the steps that count; dE/dy; and p.

    Args:
        y: the readout before the softmax, (K, d_y) or (K, B, d_y).
        codes: the right class of every step, whole numbers 0 .. d_y-1, (K,) or (K, B).
        mask: as in ``squared_error``; codes of steps that don't count are not looked at.

    Returns: (E, dE_dy, probabilities), both arrays of y's shape. E is in nats.
    Raises: ValueError naming the argument, what was expected and what came.
    """
    y = _sequence("y", y, "d_y")
    weight = _mask(mask, y)
    codes = np.asarray(real("codes", codes))
    axes = "(K,)" if y.ndim == 2 else "(K, B)"
    if codes.shape != y.shape[:-1]:
        raise ValueError(f"codes must have shape {axes} = {y.shape[:-1]}; got {codes.shape}")
    if codes.dtype.kind not in "iu":
        raise ValueError(f"codes must be whole numbers; got type {codes.dtype}")
    codes = np.where(weight > 0, codes, 0)
    if codes.min() < 0 or codes.max() >= y.shape[-1]:
        raise ValueError(
            f"codes must lie in 0 .. d_y-1 = {y.shape[-1] - 1};"
            f" got {codes.min() if codes.min() < 0 else codes.max()}"
        )
    with quiet():
        shifted = y - y.max(-1, keepdims=True)
    check_result("the difference of two entries of y", shifted, SMALLER)
    log_sum = np.log(np.exp(shifted).sum(-1, keepdims=True))
    log_p = shifted - log_sum
    probabilities = np.exp(log_p)
    right = codes[..., None]
    with quiet():
        E = -float((weight * np.take_along_axis(log_p, right, -1)[..., 0]).sum())
    check_result("E", E, SMALLER)
    dE_dy = probabilities.copy()
    np.put_along_axis(dE_dy, right, np.take_along_axis(dE_dy, right, -1) - 1, -1)
    return E, dE_dy * weight[..., None], probabilities


def readout_gradients(out: Any, dE_dy: Any, W_y: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Back through ``linear_readout``: dE/d out, the explicit part; dE/dW_y; dE/db_y.

    Args:
        out: (K, d_out) or (K, B, d_out).
        dE_dy: (K, d_y) or (K, B, d_y).
        W_y: (d_y, d_out).

    Returns: (dE_dout, dE_dW_y, dE_db_y); the last two summed over the steps and the batch.
    Raises: ValueError naming the argument, what was expected and what came.
    Source: document 000, the first summand of Eq 144, (dy/dv)^T dE/dy = W_y^T dE/dy.
    """
    out, W_y = _sequence("out", out, "d_out"), _weights(W_y)
    _match_columns("out", out, W_y)
    dE_dy = _sequence("dE_dy", dE_dy, "d_y")
    wanted = (*out.shape[:-1], W_y.shape[0])
    if dE_dy.shape != wanted:
        axes = "(K, d_y)" if out.ndim == 2 else "(K, B, d_y)"
        raise ValueError(f"dE_dy must have shape {axes} = {wanted}; got {dE_dy.shape}")
    flat = dE_dy.reshape(-1, dE_dy.shape[-1])
    with quiet():
        found = (dE_dy @ W_y, flat.T @ out.reshape(-1, out.shape[-1]), flat.sum(0))
    dE_dout, dE_dW_y, dE_db_y = (check_result("the readout's gradient", g, SMALLER) for g in found)
    return dE_dout, dE_dW_y, dE_db_y


def last_step(y: Any) -> np.ndarray:
    """The mask of a loss at the last step alone: (K,), 0 but for a 1 at the end."""
    mask = np.zeros(len(_sequence("y", y, "d_y")))
    mask[-1:] = 1
    return mask


def unit_error(out: np.ndarray, mask: Any = None) -> np.ndarray:
    """An explicit error of length 1, the same for all units, at the steps that count: out's shape.

    Args:
        out: the cell's output, (K, d_out) or (K, B, d_out).
        mask: as for ``squared_error``; None: every step.
    """
    out = _sequence("out", out, "d_out")
    return _mask(mask, out)[..., None] * np.full_like(out, 1 / np.sqrt(out.shape[-1]))


def _numbers(name: str, value: Any) -> np.ndarray:
    array = np.asarray(real(name, plain(value)))
    return _finite(name, array if array.dtype.kind == "f" else array.astype(np.float64))


def _finite(name: str, array: np.ndarray) -> np.ndarray:
    finite(name, array)
    return array


def _sequence(name: str, value: Any, width: str) -> np.ndarray:
    array = _numbers(name, value)
    if array.ndim not in (2, 3) or 0 in array.shape:
        raise ValueError(
            f"{name} must have shape (K, {width}) or (K, B, {width}); got {array.shape}"
        )
    return array


def _weights(value: Any) -> np.ndarray:
    array = _numbers("W_y", value)
    if array.ndim != 2 or 0 in array.shape:
        raise ValueError(f"W_y must have shape (d_y, d_out); got {array.shape}")
    return array


def _match_columns(name: str, array: np.ndarray, W_y: np.ndarray) -> None:
    if array.shape[-1] != W_y.shape[1]:
        raise ValueError(
            f"{name} must have d_out = {W_y.shape[1]} columns to fit W_y {W_y.shape};"
            f" got shape {array.shape}"
        )


def _mask(mask: Any, y: np.ndarray) -> np.ndarray:
    """The weight of every step, of the shape of y without its last axis."""
    axes = y.shape[:-1]
    if mask is None:
        return np.ones(axes, y.dtype)
    weight = _numbers("mask", mask)
    if weight.shape not in (axes, axes[:1]):
        symbols = f"(K,) = {axes}" if len(axes) == 1 else f"(K,) = {axes[:1]} or (K, B) = {axes}"
        raise ValueError(f"mask must have shape {symbols}; got {weight.shape}")
    if (weight < 0).any():
        raise ValueError(f"mask must hold weights of 0 or more; got {weight.min()}")
    weight = weight.astype(y.dtype)
    return np.broadcast_to(weight if weight.shape == axes else weight[:, None], axes)
