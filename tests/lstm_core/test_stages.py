"""The stages from the RNN to the LSTM: each with its new part held open is the one before, or the next."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import lstm_core as lc
from lstm_core.analysis import KINDS

K, d_x, d_s = 9, 3, 4
SEEDS = pytest.mark.parametrize("seed", range(3))
BATCH = pytest.mark.parametrize("axes", [(), (2,)], ids=["one", "batch"])
UPDATE = {"W_r": "W_v_du", "W_x": "W_x_du", "theta_s": "b_du"}  # the stages' names -> Vanilla's


def random_theta(name: str, seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    theta = lc.init_params(lc.CELLS[name], d_x=d_x, d_s=d_s)
    return {key: 0.7 * rng.normal(size=value.shape) for key, value in theta.items()}


def run(
    name: str, theta: dict[str, np.ndarray], seed: int, axes: tuple[int, ...] = (), **clamp: float
) -> tuple[lc.Recording, lc.Gradients]:
    """The cell on a seeded input, start and error, the same for every cell; r[-1] = v[-1]."""
    rng = np.random.default_rng(seed)
    cell = lc.CELLS[name]
    x, s, v = rng.normal(size=(K, *axes, d_x)), rng.normal(size=d_s), rng.normal(size=d_s)
    rec = lc.unroll(cell, theta, x, {"s": s, cell.output: v}, clamp)
    g, on_state = rng.normal(size=(2, K, *axes, d_s))
    return rec, lc.backpropagate(rec, g, {"s": on_state})


def assert_same(one: Any, other: Any) -> None:
    np.testing.assert_allclose(one, other, rtol=1e-11, atol=1e-13)


def assert_equal_runs(
    one: tuple[lc.Recording, lc.Gradients],
    other: tuple[lc.Recording, lc.Gradients],
    renamed: dict[str, str],
) -> None:
    """Signals and gradients by name, where both have them; ``renamed``: one's names -> the other's."""
    (rec, back), (rec_other, back_other) = one, other
    for name in rec.names:
        if renamed.get(name, name) in rec_other:
            assert_same(rec[name], rec_other[renamed.get(name, name)])
            assert_same(back.of(name), back_other.of(renamed.get(name, name)))
    for name, value in back.d_theta.items():
        if renamed.get(name, name) in back_other.d_theta:
            assert_same(value, back_other.d_theta[renamed.get(name, name)])
    assert_same(back.d_x, back_other.d_x)
    for name, value in back.d_initial.items():
        assert_same(value, back_other.d_initial[renamed.get(name, name)])


@SEEDS
@BATCH
def test_identity_state_is_gated_state_with_identity(seed: int, axes: tuple[int, ...]) -> None:
    """Eq 100: W_s = I."""
    theta = random_theta("stage_identity_state", seed)
    kept = run("stage_identity_state", theta, seed, axes)
    gated = run("stage_gated_state", theta | {"W_s": np.eye(d_s)}, seed, axes)
    assert_equal_runs(kept, gated, {})
    if not axes:
        for kind in ("exact", "paper"):
            norms = [lc.transport_norms(rec, kind) for rec, _ in (kept, gated)]
            np.testing.assert_allclose(*norms, rtol=1e-9)


@SEEDS
@BATCH
def test_gated_readout_held_open_is_identity_state(seed: int, axes: tuple[int, ...]) -> None:
    """Eq 103 with g_cr = 1: v = r."""
    theta = random_theta("stage_gated_readout", seed)
    shared = {key: theta[key] for key in lc.CELLS["stage_identity_state"].params}
    open_ = run("stage_gated_readout", theta, seed, axes, g_cr=1.0)
    without = run("stage_identity_state", shared, seed, axes)
    assert_same(open_[0]["v"], without[0]["r"])
    assert_same(open_[1]["chi"], without[1]["chi"])
    assert_same(open_[1]["rho"], open_[1]["chi"])
    assert_equal_runs(open_, without, {"v": "r"})
    for name in ("W_x_cr", "W_s_cr", "W_v_cr", "b_cr"):
        np.testing.assert_array_equal(open_[1].d_theta[name], 0)


@SEEDS
@BATCH
def test_gated_input_held_open_is_the_vanilla_lstm(seed: int, axes: tuple[int, ...]) -> None:
    """Eq 106-108 with g_cx = 1: every signal and every gradient, with the update's weights renamed."""
    theta = random_theta("stage_gated_input", seed)
    last = run("stage_gated_input", theta, seed, axes, g_cx=1.0)
    vanilla = lc.CELLS["vanilla_lstm"].params
    renamed = {UPDATE.get(key, key): value for key, value in theta.items()}
    plain = run("vanilla_lstm", {k: v for k, v in renamed.items() if k in vanilla}, seed, axes)
    assert {"a_du", "u", "s", "r", "v", *(f"g_{c}" for c in ("cu", "cs", "cr"))} <= {
        *plain[0].names
    }
    assert set(plain[0].names) <= set(last[0].names)
    assert set(plain[1].names) <= set(last[1].names)
    assert {*vanilla} <= {UPDATE.get(key, key) for key in theta}
    assert_equal_runs(last, plain, UPDATE)
    assert_same(last[1].of("xi_du"), plain[1]["alpha_du"])
    for name in ("W_x_cx", "W_s_cx", "W_v_cx", "b_cx"):
        np.testing.assert_array_equal(last[1].d_theta[name], 0)
    if not axes:
        for kind in KINDS:
            norms = [lc.transport_norms(rec, kind) for rec, _ in (last, plain)]
            np.testing.assert_allclose(*norms, rtol=1e-9)


@SEEDS
def test_only_the_last_stage_squashes_its_update(seed: int) -> None:
    """Eq 98 and 102 add the update as it is, Eq 107-108 its warp."""
    for name in ("stage_gated_state", "stage_identity_state", "stage_gated_readout"):
        rec, _ = run(name, random_theta(name, seed), seed)
        assert "u" not in rec
        before = rec["a_ds"] if "a_ds" in rec.names else rec.previous("s")
        assert_same(rec["s"], rec["g_cs"] * before + rec["g_cu"] * rec["a_du"])
    rec, _ = run("stage_gated_input", random_theta("stage_gated_input", seed), seed)
    assert_same(rec["u"], np.tanh(rec["a_du"]))
    update = rec.previous("v") @ rec.theta["W_r"].T + rec.theta["theta_s"]
    assert_same(rec["a_du"], update + rec["g_cx"] * (rec.x @ rec.theta["W_x"].T))


def test_gates_open_and_linear_the_first_stage_is_the_canonical_rnn() -> None:
    """Eq 94-97: with both gates held at 1 nothing is left of them."""
    theta = random_theta("stage_gated_state", 1)
    gated = run("stage_gated_state", theta, 1, g_cs=1.0, g_cu=1.0)
    shared = {key: theta[key] for key in lc.CELLS["rnn_canonical"].params}
    assert_equal_runs(run("rnn_canonical", shared, 1), gated, {})


def test_nothing_holds_the_state_back() -> None:
    """Errata 15: a state gate of 1 is allowed; the state then grows with the steps, not with 1."""
    cell = lc.CELLS["stage_identity_state"]
    theta = lc.init_params(cell, weights="zeros", d_x=1, d_s=1) | {"W_x": np.ones((1, 1))}
    rec = lc.unroll(cell, theta, np.ones((1000, 1)), clamp={"g_cs": 1.0, "g_cu": 1.0})
    assert rec["s"][999, 0] == 1000


@pytest.mark.parametrize(
    ("name", "greek"),
    [
        ("stage_gated_state", "alpha_cu alpha_cs alpha_ds alpha_du gamma_cu gamma_cs psi chi"),
        ("stage_identity_state", "alpha_cu alpha_cs alpha_du gamma_cu gamma_cs psi chi"),
        (
            "stage_gated_readout",
            "alpha_cu alpha_cs alpha_cr alpha_du gamma_cu gamma_cs gamma_cr psi rho chi",
        ),
        (
            "stage_gated_input",
            "alpha_cu alpha_cs alpha_cx alpha_cr alpha_du"
            " gamma_cu gamma_cs gamma_cx gamma_cr psi rho chi",
        ),
    ],
)
def test_the_names_of_the_gradients(name: str, greek: str) -> None:
    assert list(lc.CELLS[name].gradient_names) == greek.split()
