"""The linear readout and its losses against automatic differentiation."""

from typing import Any

import numpy as np
import pytest
import torch

import lstm_core as lc
from lstm_core.readout import (
    cross_entropy,
    last_step,
    linear_readout,
    readout_gradients,
    squared_error,
    unit_error,
)

BATCH = pytest.mark.parametrize("axes", [(7,), (7, 3)], ids=["one", "batch"])
MASK = pytest.mark.parametrize("mask", ["all", "last", "some", "weights"])
d_out, d_y = 4, 5


def mask_of(kind: str, axes: tuple[int, ...], rng: np.random.Generator) -> Any:
    return {
        "all": None,
        "last": last_step(np.zeros((*axes, d_y))),
        "some": rng.integers(0, 2, axes),
        "weights": rng.uniform(0, 2, axes),
    }[kind]


def weight_of(mask: Any, axes: tuple[int, ...]) -> torch.Tensor:
    weight = np.ones(axes) if mask is None else np.asarray(mask, float)
    return torch.tensor(
        np.broadcast_to(
            weight.reshape(weight.shape + (1,) * (len(axes) - weight.ndim)), axes
        ).copy()
    )


def leaf(array: np.ndarray) -> torch.Tensor:
    return torch.tensor(array, requires_grad=True)


@BATCH
@MASK
@pytest.mark.parametrize("loss", ["squared", "cross"])
def test_against_torch(axes: tuple[int, ...], mask: str, loss: str) -> None:
    rng = np.random.default_rng(len(axes))
    out, W_y, b_y = (
        rng.normal(size=(*axes, d_out)),
        rng.normal(size=(d_y, d_out)),
        rng.normal(size=d_y),
    )
    weights = mask_of(mask, axes, rng)
    tensors = [leaf(array) for array in (out, W_y, b_y)]
    y_torch = torch.nn.functional.linear(*tensors)
    y_torch.retain_grad()
    y = linear_readout(out, W_y, b_y)
    np.testing.assert_allclose(y, y_torch.detach().numpy(), rtol=1e-13, atol=1e-13)

    weight = weight_of(weights, axes)
    if loss == "squared":
        target = rng.normal(size=y.shape)
        error, dE_dy = squared_error(y, target, weights)
        truth = 0.5 * (weight[..., None] * (y_torch - torch.tensor(target)) ** 2).sum()
    else:
        codes = rng.integers(0, d_y, axes)
        error, dE_dy, p = cross_entropy(y, codes, weights)
        np.testing.assert_allclose(p, y_torch.softmax(-1).detach().numpy(), rtol=1e-12)
        each = torch.nn.functional.cross_entropy(
            y_torch.reshape(-1, d_y), torch.tensor(codes).reshape(-1), reduction="none"
        )
        truth = (weight.reshape(-1) * each).sum()
    truth.backward()
    found = (dE_dy, *readout_gradients(out, dE_dy, W_y))
    assert error == pytest.approx(truth.item(), rel=1e-12)
    for mine, tensor in zip(found, (y_torch, *tensors), strict=True):
        assert tensor.grad is not None
        np.testing.assert_allclose(mine, tensor.grad.numpy(), rtol=1e-10, atol=1e-12)


def test_loss_at_the_last_step_reaches_all_parameters() -> None:
    """The whole chain: cell, readout, loss; back to the cell's weights."""
    cell = lc.CELLS["vanilla_lstm"]
    rng = np.random.default_rng(0)
    theta = lc.init_params(cell, 1, d_x=2, d_s=d_out)
    x, target = rng.normal(size=(9, 2)), rng.normal(size=(9, 1))
    W_y, b_y = rng.normal(size=(1, d_out)), rng.normal(size=1)
    rec = lc.unroll(cell, theta, x)
    y = linear_readout(rec.output, W_y, b_y)
    error, dE_dy = squared_error(y, target, last_step(y))
    dE_dout, _, _ = readout_gradients(rec.output, dE_dy, W_y)
    assert not dE_dout[:-1].any()
    back = lc.backpropagate(rec, dE_dout)
    step = 1e-6
    for name in ("W_x_cu", "W_s_cr", "b_cs"):
        moved = {key: value.copy() for key, value in theta.items()}
        moved[name].flat[0] += step
        y2 = linear_readout(lc.unroll(cell, moved, x).output, W_y, b_y)
        slope = (squared_error(y2, target, last_step(y2))[0] - error) / step
        assert slope == pytest.approx(back.d_theta[name].flat[0], rel=1e-3, abs=1e-8)


def test_steps_that_do_not_count_may_hold_anything() -> None:
    y = np.zeros((3, 2))
    target = np.array([[np.nan, np.nan], [np.inf, 0], [1.0, 2.0]])
    error, dE_dy = squared_error(y, target, last_step(y))
    assert error == 2.5
    np.testing.assert_array_equal(dE_dy, [[0, 0], [0, 0], [-1, -2]])
    error, dE_dy, _ = cross_entropy(y, [-1, 99, 1], last_step(y))
    assert error == pytest.approx(np.log(2))
    np.testing.assert_allclose(dE_dy, [[0, 0], [0, 0], [0.5, -0.5]])


def test_softmax_of_large_numbers() -> None:
    error, dE_dy, p = cross_entropy([[1000.0, -1000.0, 0.0]], [1])
    assert error == 2000
    np.testing.assert_array_equal(p, [[1, 0, 0]])
    np.testing.assert_array_equal(dE_dy, [[1, -1, 0]])


@pytest.mark.parametrize("shape", [(5, 3), (4, 2, 6), (1, 1)])
def test_a_unit_error_has_length_1_where_it_counts(shape: tuple[int, ...]) -> None:
    out = np.random.default_rng(0).normal(size=shape)
    np.testing.assert_allclose(np.linalg.norm(unit_error(out), axis=-1), 1, rtol=1e-15)
    at_end = unit_error(out, last_step(out))
    np.testing.assert_array_equal(at_end[-1], unit_error(out)[-1])
    assert not at_end[:-1].any()


def test_type_is_kept() -> None:
    y = np.ones((3, 2), np.float32)
    assert squared_error(y, np.zeros((3, 2), np.float32))[1].dtype == np.float32
    assert cross_entropy(y, [0, 1, 0], last_step(y))[1].dtype == np.float32


OUT, W, b, Y = np.zeros((7, 4)), np.zeros((5, 4)), np.zeros(5), np.zeros((7, 5))


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: linear_readout(np.zeros(4), W, b), r"^out must .*\(K, d_out\).*got \(4,\)"),
        (lambda: linear_readout(OUT, b, b), r"^W_y must have shape \(d_y, d_out\); got \(5,\)"),
        (
            lambda: linear_readout(OUT[:, :3], W, b),
            r"^out must have d_out = 4 .*got shape \(7, 3\)",
        ),
        (
            lambda: linear_readout(OUT, W, b[:2]),
            r"^b_y must have shape \(d_y,\) = \(5,\); got \(2,\)",
        ),
        (lambda: linear_readout(OUT * np.nan, W, b), r"^out must be finite; entry \[0, 0\]"),
        (lambda: linear_readout("out", W, b), r"^out must be an array of real numbers"),
        (
            lambda: squared_error(Y, Y[:3]),
            r"^target must have the shape of y, \(7, 5\); got \(3, 5\)",
        ),
        (lambda: squared_error(Y, Y * np.nan), r"^target must be finite"),
        (lambda: squared_error(Y, None), r"^target must be an array"),
        (
            lambda: squared_error(Y, Y, np.ones(3)),
            r"^mask must have shape \(K,\) = \(7,\); got \(3,\)",
        ),
        (lambda: squared_error(Y, Y, -np.ones(7)), r"^mask must hold weights of 0 or more"),
        (lambda: cross_entropy(Y, np.zeros(3, int)), r"^codes must .*\(K,\) = \(7,\); got \(3,\)"),
        (lambda: cross_entropy(Y, np.zeros(7)), r"^codes must be whole numbers"),
        (lambda: cross_entropy(Y, np.full(7, 5)), r"^codes must lie in 0 .. d_y-1 = 4; got 5"),
        (lambda: cross_entropy(Y, np.full(7, -1)), r"^codes must lie in .*got -1"),
        (lambda: readout_gradients(OUT, Y[:3], W), r"^dE_dy must have shape \(K, d_y\) = \(7, 5\)"),
        (lambda: readout_gradients(OUT, Y, W.T), r"^out must have d_out = 5"),
    ],
)
def test_what_is_wrong_is_named(call: Any, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        call()
