"""A Vanilla LSTM inside an Augmented one: what stays the same, and what each extension changes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import lstm_core as lc
from lstm_core.analysis import first_moved, state_change
from lstm_core.augment import augmented_params
from lstm_core.counts import count_params
from lstm_core.figures.signals import names_of_kind

VANILLA, AUGMENTED = lc.CELLS["vanilla_lstm"], lc.CELLS["augmented_lstm"]
SEEDS = pytest.mark.parametrize("seed", range(4))
K = 14


def plain_theta(seed: int) -> tuple[dict[str, np.ndarray], np.random.Generator]:
    rng = np.random.default_rng(seed)
    theta = lc.init_params(VANILLA, d_x=int(rng.integers(1, 4)), d_s=int(rng.integers(2, 6)))
    return {name: 0.6 * rng.normal(size=value.shape) for name, value in theta.items()}, rng


@SEEDS
def test_without_extensions_both_cells_are_the_same(seed: int) -> None:
    """L = 1, W_q_dr = I, g_cx = 1: every signal, error and gradient that both have."""
    theta, rng = plain_theta(seed)
    d_s, d_x = theta["W_x_du"].shape
    x, error = rng.normal(size=(K, d_x)), rng.normal(size=(K, d_s))
    plain = lc.unroll(VANILLA, theta, x)
    more = lc.unroll(AUGMENTED, augmented_params(theta, seed), x, clamp={"g_cx": 1.0})
    back, more_back = lc.backpropagate(plain, error), lc.backpropagate(more, error)
    kinds = ("gate", "candidate", "state", "readout", "value")
    for name in names_of_kind(plain, kinds):
        np.testing.assert_allclose(more[name], plain[name], rtol=0, atol=1e-14)
    for name in back.names:
        np.testing.assert_allclose(more_back[name], back[name], rtol=1e-11, atol=1e-13)
    for name, gradient in back.d_theta.items():
        found = more_back.d_theta[name].reshape(gradient.shape)
        np.testing.assert_allclose(found, gradient, rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(more_back.d_x, back.d_x, rtol=1e-11, atol=1e-13)


@SEEDS
def test_what_is_drawn_does_not_depend_on_the_sizes(seed: int) -> None:
    theta, _ = plain_theta(seed)
    d_s = len(theta["b_cs"])
    long = augmented_params(theta, seed, L=5, projection="orthogonal")
    short = augmented_params(theta, seed, L=2, d_v=1, projection="orthogonal")
    wanted = lc.init_params(AUGMENTED, d_x=theta["W_x_du"].shape[1], d_s=d_s, d_v=1, L=2)
    assert {name: value.shape for name, value in short.items()} == {
        name: value.shape for name, value in wanted.items()
    }
    for name, value in short.items():
        np.testing.assert_array_equal(value, long[name][tuple(map(slice, value.shape))])
    W_q_dr = long["W_q_dr"]
    np.testing.assert_allclose(W_q_dr @ W_q_dr.T, np.eye(d_s), atol=1e-14)


@SEEDS
@pytest.mark.parametrize("L", [1, 3, 6])
def test_the_state_moves_the_windows_length_before_the_sample(seed: int, L: int) -> None:
    """(188): x[m] is in the windows of the steps m-L+1 .. m, and no earlier state knows it."""
    theta, rng = plain_theta(seed)
    more = augmented_params(theta, seed, L=L)
    x = rng.normal(size=(K, theta["W_x_du"].shape[1]))
    rec = lc.unroll(AUGMENTED, more, x)
    for m in (1, 8, K - 1):
        changed = x.copy()
        changed[m] -= 1.0
        change = state_change(rec, lc.unroll(AUGMENTED, more, changed))
        first = max(0, m - L + 1)
        assert first_moved(change) == first
        assert not change[:first].any()
        assert change[first] > 1e-6


@SEEDS
@pytest.mark.parametrize("L", [1, 4])
def test_a_loss_reaches_the_input_ahead_of_it(seed: int, L: int) -> None:
    theta, rng = plain_theta(seed)
    x = rng.normal(size=(K, theta["W_x_du"].shape[1]))
    rec = lc.unroll(AUGMENTED, augmented_params(theta, seed, L=L), x)
    error = np.zeros_like(rec.output)
    error[6] = 1.0
    reached = np.abs(lc.backpropagate(rec, error).d_x).max(1)
    assert (reached[: 6 + L] > 0).all()
    assert not reached[6 + L :].any()


@SEEDS
def test_a_shut_input_gate_keeps_the_input_from_the_update_alone(seed: int) -> None:
    theta, rng = plain_theta(seed)
    theta |= {name: np.zeros_like(b) for name, b in theta.items() if name == "b_du"}
    x = rng.normal(size=(K, theta["W_x_du"].shape[1]))
    rec = lc.unroll(AUGMENTED, augmented_params(theta, seed, L=2), x, clamp={"g_cx": 0.0})
    assert not rec["s"].any()
    assert np.ptp(rec["g_cu"], axis=0).min() > 1e-3
    error = rng.normal(size=rec.output.shape)
    assert not lc.backpropagate(rec, error).d_theta["W_x_du"].any()


@SEEDS
def test_a_narrow_values_error_is_spread_by_the_projection(seed: int) -> None:
    """(218)."""
    theta, rng = plain_theta(seed)
    more = augmented_params(theta, seed, d_v=1, projection="orthogonal")
    x = rng.normal(size=(K, theta["W_x_du"].shape[1]))
    rec = lc.unroll(AUGMENTED, more, x)
    back = lc.backpropagate(rec, rng.normal(size=(K, 1)))
    assert back["chi"].shape == (K, 1)
    np.testing.assert_allclose(back["beta"], back["chi"] @ more["W_q_dr"], rtol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"L": 0}, "L must be 1 or more"),
        ({"d_v": 9}, "d_v must be from 1 to 4"),
        ({"d_v": 0}, "d_v must be from 1 to 4"),
        ({"projection": "orthogonl"}, "Did you mean 'orthogonal'"),
    ],
)
def test_what_does_not_fit_is_said(arguments: dict[str, Any], words: str) -> None:
    theta, _ = plain_theta(0)
    with pytest.raises((ValueError, KeyError), match=words):
        augmented_params(theta, **arguments)


def test_runs_that_do_not_fit_are_said() -> None:
    theta, rng = plain_theta(0)
    x = rng.normal(size=(K, theta["W_x_du"].shape[1]))
    with pytest.raises(ValueError, match="states of one shape"):
        state_change(lc.unroll(VANILLA, theta, x), lc.unroll(VANILLA, theta, x[1:]))
    assert first_moved(np.zeros(5)) is None


@SEEDS
@pytest.mark.parametrize("cell", [VANILLA, AUGMENTED], ids=lambda cell: cell.name)
def test_parameters_are_counted(cell: lc.Cell, seed: int) -> None:
    rng = np.random.default_rng(seed)
    d_x, d_v, more, L = (int(size) for size in rng.integers(1, 6, 4))
    sizes = {"d_x": d_x, "d_v": d_v, "d_s": d_v + more, "L": L}
    theta = lc.init_params(cell, **{size: sizes[size] for size in cell.sizes})
    counts = count_params(cell, sizes)
    assert sum(count.number for count in counts.values()) == sum(v.size for v in theta.values())
    assert sum(count.entities for count in counts.values()) == len(theta)
    for source, count in counts.items():
        alike = [theta[name] for name, param in cell.params.items() if param.source == source]
        assert count.number == sum(value.size for value in alike)


def test_a_missing_size_is_said() -> None:
    with pytest.raises(KeyError, match="d_v"):
        count_params(AUGMENTED, {"d_x": 1, "d_s": 2, "L": 1})
