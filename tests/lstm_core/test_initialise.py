"""Seeded initialisers under their usual names."""

from typing import Any

import numpy as np
import pytest

import lstm_core as lc
from lstm_core.initialise import RULES, scale_spectral_radius

CELLS = pytest.mark.parametrize("cell", lc.CELLS.values(), ids=lc.CELLS.keys())
LSTM = lc.CELLS["vanilla_lstm"]


@CELLS
@pytest.mark.parametrize("rule", RULES)
def test_shapes_as_declared_and_reproducible(cell: lc.Cell, rule: str) -> None:
    all_sizes = {"d_x": 3, "d_s": 5, "d_v": 4, "L": 2}
    sizes = {name: all_sizes[name] for name in cell.sizes}
    theta = lc.init_params(cell, 7, weights=rule, **sizes)
    assert list(theta) == list(cell.params)
    for name, param in cell.params.items():
        assert theta[name].shape == tuple(sizes[symbol] for symbol in param.shape)
        assert theta[name].dtype == np.float64
        if param.is_bias:
            assert not theta[name].any()
    again = lc.init_params(cell, 7, weights=rule, **sizes)
    other = lc.init_params(cell, 8, weights=rule, **sizes)
    for name in theta:
        np.testing.assert_array_equal(theta[name], again[name])
    differs = any(not np.array_equal(theta[name], other[name]) for name in theta)
    assert differs == (rule not in ("identity", "zeros"))
    lc.unroll(cell, theta, np.ones((2, 3)))


def test_glorot() -> None:
    uniform = lc.init_params(LSTM, d_x=40, d_s=60)["W_x_cu"]
    bound = np.sqrt(6 / 100)
    assert np.abs(uniform).max() <= bound
    assert np.abs(uniform).max() > 0.98 * bound
    np.testing.assert_allclose(uniform.std(), np.sqrt(2 / 100), rtol=0.05)
    normal = lc.init_params(LSTM, weights="glorot_normal", d_x=40, d_s=60)["W_x_cu"]
    np.testing.assert_allclose(normal.std(), np.sqrt(2 / 100), rtol=0.05)
    assert np.abs(normal).max() > bound


@pytest.mark.parametrize("d_x", [2, 5, 9])
def test_orthogonal(d_x: int) -> None:
    theta = lc.init_params(LSTM, 1, weights="orthogonal", d_x=d_x, d_s=5)
    np.testing.assert_allclose(theta["W_v_cu"] @ theta["W_v_cu"].T, np.eye(5), atol=1e-14)
    W = theta["W_x_cu"]
    small = W @ W.T if d_x > 5 else W.T @ W
    np.testing.assert_allclose(small, np.eye(min(d_x, 5)), atol=1e-14)


def test_identity_and_zeros() -> None:
    theta = lc.init_params(LSTM, weights="zeros", recurrent="identity", d_x=2, d_s=3)
    for name, param in LSTM.params.items():
        lagged = not param.is_bias and param.source != "x"
        wanted = np.eye(3) if lagged else np.zeros(theta[name].shape)
        np.testing.assert_array_equal(theta[name], wanted)


def test_spectral_radius() -> None:
    theta = lc.init_params(LSTM, 3, spectral_radius=1.25, d_x=4, d_s=4)
    plain = lc.init_params(LSTM, 3, d_x=4, d_s=4)
    for name, param in LSTM.params.items():
        if param.source in ("s", "v"):
            assert np.abs(np.linalg.eigvals(theta[name])).max() == pytest.approx(1.25)
            ratio = theta[name] / plain[name]
            np.testing.assert_allclose(ratio, ratio.flat[0])
        else:
            np.testing.assert_array_equal(theta[name], plain[name])
    with pytest.raises(ValueError, match="eigenvalues are all 0 cannot be scaled"):
        scale_spectral_radius(np.array([[0.0, 1.0], [0.0, 0.0]]), 1.0)


def test_forget_bias_is_the_state_gates() -> None:
    theta = lc.init_params(LSTM, forget_bias=1.5, d_x=2, d_s=3)
    for name in ("b_cu", "b_cr", "b_du"):
        assert not theta[name].any()
    np.testing.assert_array_equal(theta["b_cs"], 1.5)


def test_float32() -> None:
    theta = lc.init_params(LSTM, dtype=np.float32, d_x=2, d_s=3)
    assert {value.dtype for value in theta.values()} == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"d_x": 2}, r"d_s \(width of the state\) must be 1 or more; got None"),
        ({"d_x": 0, "d_s": 2}, r"d_x \(width of the input\) must be 1 or more; got 0"),
        ({"d_x": 2, "d_s": -3}, "d_s .* must be 1 or more; got -3"),
        ({"d_x": 2, "d_s": 2, "d_ss": 3}, "unknown size of vanilla_lstm 'd_ss'.*'d_s'"),
        (
            {"d_x": 2, "d_s": 2, "weights": "glorot"},
            "unknown initialiser for weights 'glorot'.*'glorot_",
        ),
        ({"d_x": 2, "d_s": 2, "recurrent": "orthogonl"}, "unknown initialiser.*'orthogonal'"),
    ],
)
def test_what_is_wrong_is_named(options: dict[str, Any], message: str) -> None:
    with pytest.raises((ValueError, KeyError), match=message):
        lc.init_params(LSTM, **options)
