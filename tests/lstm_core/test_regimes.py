"""One step of an error in its parts: against automatic differentiation, the written-out formulas, and
the errata's numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import lstm_core as lc
from lstm_core.analysis import (
    CONDITIONS,
    conditions,
    rest_bound,
    split,
    transport_gap,
)
from lstm_core.analysis.regimes import roles
from lstm_core.errata.instances import AUGMENTED, LSTM, Instance, random_instance, zeros
from lstm_core.errata.transport import grow_and_let_go, grown_state, held_gates
from tests.lstm_core.gradient_check import random_case
from tests.lstm_core.test_design_rules import THROWAWAY
from tests.lstm_core.test_transport import automatic_transports, record

CELLS = pytest.mark.parametrize("cell", lc.CELLS.values(), ids=lc.CELLS.keys())
CLAMPED = pytest.mark.parametrize("clamped", [False, True], ids=["free", "clamped"])
GATED = [name for name in lc.CELLS if name in ("vanilla_lstm", "augmented_lstm")]


def norm(matrix: np.ndarray) -> float:
    return float(np.linalg.norm(matrix, 2))


def blocks(rec: lc.Recording, n: int) -> tuple[np.ndarray, ...]:
    """V, C, S and M of the Vanilla LSTM at step n, written out (errata, the exact joint recursion)."""
    W, s_prev = rec.theta, rec.previous("s")[n]
    g_cu, g_cs, g_cr, u, r = (rec[name][n] for name in ("g_cu", "g_cs", "g_cr", "u", "r"))
    D_cu, D_cs = np.diag(u * g_cu * (1 - g_cu)), np.diag(s_prev * g_cs * (1 - g_cs))
    D_du, D_cr = np.diag(g_cu * (1 - u**2)), np.diag(r * g_cr * (1 - g_cr))
    V = W["W_v_cu"].T @ D_cu + W["W_v_cs"].T @ D_cs + W["W_v_du"].T @ D_du
    S = W["W_s_cu"].T @ D_cu + W["W_s_cs"].T @ D_cs + np.diag(g_cs)
    return V, W["W_v_cr"].T @ D_cr, S, np.diag(g_cr * (1 - r**2)) + W["W_s_cr"].T @ D_cr


# the parts of a step (179)


@CELLS
@CLAMPED
@pytest.mark.parametrize("seed", range(6))
def test_the_parts_are_automatic_differentiation(cell: lc.Cell, clamped: bool, seed: int) -> None:
    case = random_case(cell, seed, clamped=clamped)
    rec, truth = record(case), automatic_transports(case)
    parts = split(rec)
    for k in range(1, len(rec)):
        np.testing.assert_allclose(
            parts.factors[k], truth[k - 1, k], rtol=1e-10, atol=1e-12 * np.abs(truth).max()
        )
        product = lc.error_transport(rec, k - 1, k, "paper")
        np.testing.assert_allclose(parts.factors[k], product, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("seed", range(10))
def test_the_parts_are_the_formulas(seed: int) -> None:
    rec = random_instance(LSTM, seed).rec
    parts = split(rec)
    np.testing.assert_array_equal(parts.gates, rec["g_cs"])
    for k in range(1, len(rec)):
        V, _, S, _ = blocks(rec, k)
        *_, M = blocks(rec, k - 1)
        Q = S + M @ V - np.diag(rec["g_cs"][k])
        np.testing.assert_allclose(parts.rest[k], Q, rtol=1e-12, atol=1e-15)
        assert parts.rest_norms[k] == pytest.approx(norm(Q), rel=1e-12)
        assert parts.gate_norms[k] == pytest.approx(norm(np.diag(rec["g_cs"][k])), rel=1e-12)
        assert parts.factor_norms[k] == pytest.approx(norm(Q + np.diag(rec["g_cs"][k])), rel=1e-12)


@CELLS
@CLAMPED
def test_the_triangle_holds(cell: lc.Cell, clamped: bool) -> None:
    for seed in range(10):
        parts = split(record(random_case(cell, seed, clamped=clamped)))
        assert (parts.factor_norms <= parts.bound * (1 + 1e-12)).all()


@pytest.mark.parametrize("seed", range(10))
def test_the_product_of_bounds_bounds_the_product(seed: int) -> None:
    rec = random_instance(LSTM, seed, scale=1).rec
    bound = split(rec).bound_by_lag()
    np.testing.assert_allclose(bound[:3], [1, *np.cumprod(split(rec).bound[-1:-3:-1])], rtol=1e-14)
    assert (lc.norms_to(rec, kind="paper")[::-1] <= bound * (1 + 1e-12)).all()


def test_the_product_of_bounds_is_no_bound_of_the_exact_transport() -> None:
    """One unit, all weights positive: what (180) leaves out adds up (errata 24)."""
    theta = zeros(LSTM, 1) | {name: np.ones((1, 1)) for name in ("W_v_du", "W_x_du")}
    theta |= {"W_v_cr": np.full((1, 1), 5.0), "b_cr": np.full(1, -4.0)}
    rec = lc.unroll(LSTM, theta, np.full((12, 1), 1.0))
    exact, bound = lc.norms_to(rec)[::-1], split(rec).bound_by_lag()
    assert (exact[:2] <= bound[:2] * (1 + 1e-12)).all()
    assert (exact[2:] > bound[2:]).all()


# the bound of errata 28


@pytest.mark.parametrize("seed", range(10))
def test_the_bound_is_that_of_errata_28(seed: int) -> None:
    rec = random_instance(LSTM, seed).rec
    w = {name: norm(rec.theta[name]) for name in LSTM.params if name[0] == "W"}
    S = np.abs(rec.previous("s")).max(-1)
    expected = (1 + w["W_s_cr"] / 4) * ((w["W_v_cu"] + S * w["W_v_cs"]) / 4 + w["W_v_du"]) + (
        w["W_s_cu"] + S * w["W_s_cs"]
    ) / 4
    np.testing.assert_allclose(rest_bound(rec), expected, rtol=1e-13)


def test_the_bound_of_the_augmented_cell() -> None:
    rec = random_instance(AUGMENTED, 1).rec
    w = {
        name: norm(rec.theta[name])
        for name in AUGMENTED.params
        if name[:3] in ("W_s", "W_v", "W_q")
    }
    S, X = np.abs(rec.previous("s")).max(-1), np.abs(rec["xi_du"]).max(-1)
    V = (w["W_v_cu"] + S * w["W_v_cs"] + X * w["W_v_cx"]) / 4 + w["W_v_du"]
    inside = w["W_q_dr"] * (1 + w["W_s_cr"] / 4)
    expected = inside * V + (w["W_s_cu"] + S * w["W_s_cs"] + X * w["W_s_cx"]) / 4
    np.testing.assert_allclose(rest_bound(rec), expected, rtol=1e-13)


@CELLS
@CLAMPED
@pytest.mark.parametrize("scale", [0.1, 0.5, 2.0, 8.0])
def test_the_bound_holds_on_random_nets(cell: lc.Cell, clamped: bool, scale: float) -> None:
    for seed in range(12):
        case = random_case(cell, seed, clamped=clamped)
        theta = {name: scale * value for name, value in case.theta.items()}
        clamp = {name: 3 * value for name, value in case.clamp.items()}  # gates above 1 as well
        rec = lc.unroll(cell, theta, case.x, case.initial, clamp)
        assert (split(rec).rest_norms <= rest_bound(rec) * (1 + 1e-12)).all(), seed


def test_the_bound_is_reached() -> None:
    rec = held_gates(0.9, np.ones((5, 1)), np.array([[0.5]])).rec
    np.testing.assert_allclose(split(rec).rest_norms[1:], 0.5, rtol=1e-14)
    np.testing.assert_allclose(rest_bound(rec), 0.5, rtol=1e-14)


# exact against paper


@pytest.mark.parametrize("seed", range(10))
def test_the_first_difference_is_at_lag_2(seed: int) -> None:
    rec = random_instance(LSTM, seed).rec
    for l in range(2, len(rec)):
        gap = transport_gap(rec, l)
        assert gap.shape == (l + 1,)
        assert gap[:2] == pytest.approx(0, abs=1e-15)
        (V, *_), (_, C, *_), (*_, M) = (blocks(rec, n) for n in (l, l - 1, l - 2))
        missing = lc.error_transport(rec, l - 2, l) - lc.error_transport(rec, l - 2, l, "paper")
        np.testing.assert_allclose(missing, M @ C @ V, rtol=1e-10, atol=1e-14)
        assert gap[2] == pytest.approx(norm(M @ C @ V) / norm(lc.error_transport(rec, l - 2, l)))
        for lag in range(l + 1):
            exact, paper = (
                lc.error_transport(rec, l - lag, l, kind) for kind in ("exact", "paper")
            )
            assert gap[lag] == pytest.approx(norm(exact - paper) / norm(exact), rel=1e-8, abs=1e-14)
    np.testing.assert_array_equal(transport_gap(rec), transport_gap(rec, len(rec) - 1))


def test_without_its_weight_there_is_no_difference() -> None:
    for changes in ({"W_v_cr": np.zeros((4, 4))}, {"b_cr": np.full(4, -60.0)}):
        rec = random_instance(LSTM, 1, **changes).rec
        assert transport_gap(rec) == pytest.approx(0, abs=1e-12)


# the listed conditions


def expected_conditions(rec: lc.Recording) -> dict[str, list[bool]]:
    """The list of the source for the Vanilla LSTM, read step by step."""
    w = {name: norm(value) for name, value in rec.theta.items() if value.ndim == 2}
    peepholes = w["W_s_cu"] < 0.5 and w["W_s_cs"] < 0.5
    found: dict[str, list[bool]] = {name: [False] for name in CONDITIONS}
    for k in range(1, len(rec)):
        flat_r = all(1 - rec["r"][k - 1] ** 2 <= 1e-3)
        g_cr, g_cu, g_cs, u = rec["g_cr"][k - 1], rec["g_cu"][k], rec["g_cs"][k], rec["u"][k]
        flat = {
            name: all(g * (1 - g) <= 0.25e-3)
            for name, g in zip("rus", (g_cr, g_cu, g_cs), strict=True)
        }
        found["a"].append(peepholes and w["W_v_cu"] < 0.5 and w["W_v_cs"] < 0.5 and w["W_v_du"] < 1)
        found["b"].append(flat_r and peepholes and w["W_s_cr"] < 0.5)
        found["c"].append(flat_r and flat["r"] and peepholes)
        found["d"].append(all(g_cr <= 1e-3) and peepholes)
        found["e"].append(flat["u"] and flat["s"] and all(1 - u**2 <= 1e-3))
        found["f"].append(all(g_cu <= 1e-3) and all(g_cs <= 1e-3))
    return found


def test_conditions_are_the_list_of_the_source() -> None:
    seen = dict.fromkeys(CONDITIONS, 0)
    for seed in range(200):
        rng = np.random.default_rng(seed)
        scale = rng.choice([0.1, 0.4, 3.0])
        biases: dict[str, Any] = {
            f"b_{c}": np.full(2, rng.choice([-15.0, 0.0, 15.0])) for c in ("cs", "cu", "cr", "du")
        }
        run = random_instance(LSTM, seed, K=12, d=2, scale=scale, **biases)
        found = conditions(run.rec)
        assert tuple(found) == CONDITIONS
        for name, expected in expected_conditions(run.rec).items():
            assert found[name].tolist() == expected, (seed, name)
            seen[name] += sum(expected)
    assert all(seen.values()), seen


@pytest.mark.parametrize("seed", range(5))
def test_a_to_c_promise_what_a_grown_state_breaks(seed: int) -> None:
    rec = grown_state(seed).rec
    met = conditions(rec)
    assert [name for name in CONDITIONS if met[name][-1]] == ["a", "b", "c"]
    assert 4 < split(rec).rest_norms[-1] < rest_bound(rec)[-1]


def test_errata_28_figures() -> None:
    """All norms just below a half, the readout flat and shut, s = 50: |Q| = 6.25, and 0.12 by W_s_cu."""
    theta = zeros(LSTM, 1)
    for name, value in theta.items():
        if name[:3] in ("W_s", "W_v"):
            value[:] = 0.5 - 1e-12
    rec = grow_and_let_go(theta | {"b_cr": np.full(1, -40.0)}, 51).rec
    met = conditions(rec)
    assert [name for name in CONDITIONS if met[name][-1]] == ["a", "b", "c", "d"]
    assert rec["s"][-2, 0] == pytest.approx(50, abs=0.1)
    assert rec["g_cs"][-1, 0] == pytest.approx(0.5, abs=1e-12)
    assert split(rec).rest_norms[-1] == pytest.approx(0.5 * 50 / 4 + 0.5 / 4, abs=0.01)


def test_growing_units_let_go_together() -> None:
    theta = random_instance(LSTM, 3, d=3, scale=0.1).theta
    rec = grow_and_let_go(theta, 20).rec
    np.testing.assert_allclose(rec["a_cs"][-1], 0, atol=1e-12)
    assert (np.diff(rec["s"][:-1], axis=0) > 0.9).all()


def test_saturated_everywhere_and_at_rest_q_is_small() -> None:
    """(e) and (f) keep their promise, the better the saturation."""
    for seed in range(50):
        sides = np.random.default_rng(seed).choice([-60.0, 60.0], (4, 2))
        biases = {f"b_{c}": side for c, side in zip(("cs", "cu", "cr", "du"), sides, strict=True)}
        rec = random_instance(LSTM, seed, d=2, **biases).rec
        assert conditions(rec)["e"][1:].all()
        assert split(rec).rest_norms[1:].max() < 1e-12
        shut = random_instance(LSTM, seed, d=2, b_cs=np.full(2, -60.0), b_cu=np.full(2, -60.0)).rec
        assert conditions(shut)["f"][1:].all()
        assert split(shut).rest_norms[1:].max() < 1e-12


def test_what_is_held_passes_no_error() -> None:
    rec = held_gates(0.5, np.full((4, 2), 0.5), np.eye(2)).rec
    assert not conditions(rec)["e"].any()  # the candidate is steep
    flat = Instance(LSTM, rec.theta, rec.x, rec.x, {}, {"g_cs": 0.5, "g_cu": 0.5, "u": 0.5}).rec
    assert conditions(flat)["e"].tolist() == [False, True, True, True]
    assert not split(flat).rest_norms[1:].any()


# any cell


@pytest.mark.parametrize("name", GATED)
def test_the_gates_are_read_from_the_wiring(name: str) -> None:
    found = roles(lc.CELLS[name])
    assert (found.state_gate, found.update_gate, found.candidate) == ("g_cs", "g_cu", "u")
    assert (found.readout, found.readout_gate) == ("r", "g_cr")
    assert tuple(conditions(random_instance(lc.CELLS[name], 0).rec)) == CONDITIONS


def test_cells_without_such_gates_are_refused() -> None:
    with pytest.raises(ValueError, match="Standard RNN has no state gate, update gate"):
        conditions(random_instance(lc.CELLS["rnn_standard"], 0).rec)
    for cell in THROWAWAY:
        rec = record(random_case(cell, 0))
        assert split(rec).factors.shape == split(rec).rest.shape
        with pytest.raises(ValueError, match="does not declare what h is made of"):
            rest_bound(rec)


def test_bad_input_is_refused() -> None:
    rec = record(random_case(LSTM, 0, batch=True))
    for function in (split, rest_bound, conditions):
        with pytest.raises(ValueError, match="without a batch axis"):
            function(rec)
    with pytest.raises(ValueError, match="without a batch axis"):
        transport_gap(rec)
    with pytest.raises(ValueError, match=r"l .* must be from 0 to 7; got 8"):
        transport_gap(random_instance(LSTM, 0).rec, 8)
