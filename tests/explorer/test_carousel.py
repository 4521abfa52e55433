"""*The constant error carousel*: Example 2 with errata 18, and the gated scalar of Figure 12.16."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import lstm_core as lc
from explorer.carousel import (
    GATES,
    PATTERNS,
    SCALAR_STEPS,
    CarouselState,
    presets,
    run,
    saturation_estimate,
    scalar_input,
    settle,
    spanning,
    switched,
)
from explorer.carousel_view import step_in_words
from explorer.limits import MAX_POINTS

EXAMPLE = presets()["Example 2, as printed"]
OPENED = presets()["Example 2, opened at the end"]
SATURATED = presets()["Saturated, b = 5"]


@pytest.mark.parametrize("name", presets(), ids=str)
def test_every_preset_runs(name: str) -> None:
    state = settle(presets()[name])
    found = run(state)
    for signal in found.rec.names:
        assert np.isfinite(found.rec[signal]).all()
        assert np.isfinite(found.back.of(signal)).all()
    assert {"exact", "paper", "cec"} <= found.by_lag.keys()


def test_the_opening_state_shows_a_leak() -> None:
    found = run(CarouselState())
    np.testing.assert_allclose(found.by_lag["cec"], 0.9 ** np.arange(40), rtol=1e-12)
    assert 0 < found.change < np.inf


# Example 2


def test_as_printed_everything_is_zero() -> None:
    """With the readout shut at every step the equality of Example 2 is 0 = 0 (errata 18)."""
    found = run(EXAMPLE)
    assert not found.rec["v"].any()
    assert not found.back["psi"].any()
    assert np.isnan(found.change)
    assert np.isnan(found.left)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("at", [1, 20, 39])
def test_opened_somewhere_the_error_is_constant_exactly(seed: int, at: int) -> None:
    psi = run(settle(replace(OPENED, seed=seed, cr_at=at, cr_before=0.0))).back["psi"]
    assert psi[-1].any()
    if at == 39:
        assert (psi == psi[-1]).all()
    else:  # while the readout is shut
        assert (psi[:at] == psi[0]).all()


def test_opened_at_the_end_the_change_is_0() -> None:
    found = run(OPENED)
    assert (found.change, found.left) == (0.0, 1.0)
    np.testing.assert_allclose(found.by_lag["cec"], 1.0, rtol=0, atol=0)


def test_an_error_on_the_state_goes_round_exactly() -> None:
    found = run(replace(EXAMPLE, error="state"))
    np.testing.assert_array_equal(found.back["psi"], 1.0)
    assert (found.change, found.left) == (0.0, 1.0)


@pytest.mark.parametrize("b", [5.0, 10.0, 20.0])
def test_saturated_by_a_bias_the_change_is_about_8_e_to_the_minus_b(b: float) -> None:
    state = replace(SATURATED, cs_bias=b, cu_bias=-b, cr_bias=-b)
    estimate = 8 * np.exp(-b)
    assert saturation_estimate(state) == pytest.approx(estimate, rel=1e-14)
    change = run(state).change
    assert estimate / 3 < change < 3 * estimate


def test_the_saturated_error_is_small_itself() -> None:
    sizes = []
    for b in (5.0, 10.0, 20.0):
        psi = run(replace(SATURATED, cs_bias=b, cu_bias=-b, cr_bias=-b)).back["psi"]
        sizes.append(np.abs(psi[-1]).max())
    np.testing.assert_allclose(np.diff(np.log(sizes)), [-5, -10], rtol=0.05)


@pytest.mark.parametrize(
    "changes",
    [
        {"cs_mode": "constant"},
        {"cu_mode": "free"},
        {"cr_mode": "schedule"},
        {"cs_bias": -5.0},
        {"cu_bias": 0.0},
    ],
    ids=str,
)
def test_there_is_no_estimate_where_a_gate_is_not_saturated(changes: dict[str, Any]) -> None:
    assert saturation_estimate(replace(SATURATED, **changes)) is None


# how the gates are set


@pytest.mark.parametrize("gate", GATES)
def test_a_gate_is_held(gate: str) -> None:
    found = run(replace(CarouselState(), **{f"{gate}_mode": "constant", gate: 0.25}))
    np.testing.assert_array_equal(found.rec[f"g_{gate}"], 0.25)


@pytest.mark.parametrize("gate", GATES)
@pytest.mark.parametrize("at", [1, 17, 39])
def test_a_gate_is_switched(gate: str, at: int) -> None:
    settings = {f"{gate}_mode": "schedule", f"{gate}_before": 0.25, f"{gate}_at": at, gate: 0.75}
    values = run(replace(CarouselState(), **settings)).rec[f"g_{gate}"]
    np.testing.assert_array_equal(values[:at], 0.25)
    np.testing.assert_array_equal(values[at:], 0.75)


def test_the_two_points_of_a_switch_are_its_three_settings() -> None:
    settings = switched("cu", ((0, 0.25), (7, 0.75)))
    values = run(replace(CarouselState(), cu_mode="schedule", **settings)).rec["g_cu"]
    np.testing.assert_array_equal(values[:7], 0.25)
    np.testing.assert_array_equal(values[7:], 0.75)


@pytest.mark.parametrize("gate", GATES)
def test_a_gate_is_drawn(gate: str) -> None:
    points = ((0, 0.0), (10, 1.0), (20, 0.5), (39, 0.5))
    settings: Any = {f"{gate}_mode": "curve", f"{gate}_curve": points}
    state = settle(replace(CarouselState(), **settings))
    assert getattr(state, f"{gate}_curve") == points, "it has all steps already"
    values = run(state).rec[f"g_{gate}"]
    for n, value in {0: 0.0, 3: 0.3, 10: 1.0, 15: 0.75, 20: 0.5, 30: 0.5, 39: 0.5}.items():
        np.testing.assert_allclose(values[n], value, rtol=1e-14, atol=1e-15)


def test_a_drawn_state_gate_keeps_the_error_and_lets_it_go() -> None:
    """What the mode opens on: from the end back to step 22 all of it, then less at every step."""
    found = run(replace(CarouselState(), cs_mode="curve"))
    np.testing.assert_array_equal(found.by_lag["cec"][:19], 1.0)
    assert (np.diff(found.by_lag["cec"][18:]) < 0).all()
    assert found.by_lag["exact"][18] > 0.5
    assert found.by_lag["exact"][-1] < 1e-5


def test_all_gates_drawn_write_keep_and_read() -> None:
    drawn: Any = {f"{gate}_mode": "curve" for gate in GATES}
    rec = run(settle(replace(CarouselState(), **drawn))).rec
    np.testing.assert_array_equal(rec["s"][24:], rec["s"][23:-1])
    assert (np.abs(rec["s"][39]) > 0.1).all()
    assert not rec["v"][:31].any()
    assert rec["v"][39].all()


@pytest.mark.parametrize(
    ("points", "last", "wanted"),
    [
        (((0, 0.0), (39, 1.0)), 39, ((0, 0.0), (39, 1.0))),
        (((0, 0.0), (40, 1.0)), 20, ((0, 0.0), (20, 0.5))),
        (((0, 0.0), (10, 1.0), (40, 0.0)), 20, ((0, 0.0), (10, 1.0), (20, 0.667))),
        (((0, 0.0), (10, 1.0)), 20, ((0, 0.0), (10, 1.0), (20, 1.0))),
        (((0, 0.0), (10, 1.0), (20, 1.0)), 30, ((0, 0.0), (10, 1.0), (30, 1.0))),
        (((0, 0.5), (10, 0.5)), 30, ((0, 0.5), (30, 0.5))),
        (((5, 0.5), (10, 1.0)), 10, ((0, 0.5), (5, 0.5), (10, 1.0))),
        (((50, 0.5), (60, 1.0)), 9, ((0, 0.5), (9, 0.5))),
    ],
    ids=str,
)
def test_a_curve_spans_the_steps(points: Any, last: int, wanted: Any) -> None:
    assert spanning(points, last) == wanted
    assert spanning(wanted, last) == wanted


def test_a_curve_stays_short_while_steps_are_added() -> None:
    full = tuple((n, float(n % 2)) for n in range(MAX_POINTS))
    for points in (full, full[:2], ((0, 1.0), (1, 1.0))):
        for last in range(MAX_POINTS, 60):
            points = spanning(points, last)
            assert (points[0][0], points[-1][0]) == (0, last)
            assert len(points) <= MAX_POINTS
    assert len(spanning(spanning(full[:3], 20), 30)) == 4
    late = tuple((n + 1, value) for n, value in full)
    assert len(spanning(late, 59)) == MAX_POINTS


def test_only_a_drawn_gate_has_its_curve_settled() -> None:
    state = replace(CarouselState(), cu_mode="curve", steps=20)
    assert settle(state).cu_curve == ((0, 1.0), (18, 1.0), (19, 0.833))
    assert settle(state).cs_curve == CarouselState().cs_curve


@pytest.mark.parametrize("gate", GATES)
def test_a_gate_is_pushed(gate: str) -> None:
    found = run(replace(CarouselState(), **{f"{gate}_mode": "bias", f"{gate}_bias": -40.0}))
    np.testing.assert_array_equal(found.rec.theta[f"b_{gate}"], -40.0)
    assert found.rec[f"g_{gate}"].max() < 1e-12
    assert found.rec[f"g_{gate}"].min() > 0, "pushed, not held"


@pytest.mark.parametrize("gate", GATES)
def test_a_free_gate_comes_from_the_weights(gate: str) -> None:
    found = run(replace(CarouselState(), **{f"{gate}_mode": "free"}))
    other = run(replace(CarouselState(), **{f"{gate}_mode": "free", gate: 0.5, f"{gate}_at": 3}))
    values = found.rec[f"g_{gate}"]
    assert ((values > 0) & (values < 1)).all()
    assert np.ptp(values) > 0
    np.testing.assert_array_equal(values, other.rec[f"g_{gate}"])


def test_a_switch_has_two_points() -> None:
    with pytest.raises(ValueError, match="two points"):
        switched("cs", ((0, 0.0), (1, 1.0), (2, 0.0)))


@pytest.mark.parametrize("system", ["lstm", "scalar"])
def test_the_numbers_of_every_step_make_its_equation(system: str) -> None:
    state = settle(CarouselState(system=system, unit=2))
    shown = step_in_words(run(state), state)
    columns = {name: np.array(values) for name, values in shown["columns"].items()}
    assert all(len(column) == len(run(state).rec) for column in columns.values())
    made = columns["g_cs"] * columns["before"] + columns["g_cu"] * columns["u"]
    np.testing.assert_allclose(made, columns["s"], rtol=2e-3, atol=1e-4)
    for name in columns:
        assert f'data-of="{name}"' in shown["html"]


def test_what_is_only_looked_at_computes_nothing_anew() -> None:
    assert run(replace(CarouselState(), n=3, unit=2)) is run(CarouselState())


# a = g_i p + g_f a' (12.16)


def scalar_loop(p: np.ndarray, opened: tuple[int, ...], cleared: tuple[int, ...]) -> list[float]:
    a, values = 0.0, []
    for n in range(SCALAR_STEPS):
        g_i = 1.0 if n in opened else 0.0
        g_f = 0.0 if n in cleared else 1.0
        a = g_i * float(p[n, 0]) + g_f * a
        values.append(a)
    return values


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize(
    ("opened", "cleared"),
    [
        ((1, 2, 3), (14,)),
        ((), ()),
        ((0, 19), ()),
        ((3,), (3, 9)),
        (tuple(range(SCALAR_STEPS)), ()),
        (tuple(range(SCALAR_STEPS)), tuple(range(SCALAR_STEPS))),
    ],
    ids=str,
)
def test_the_gated_scalar_is_the_direct_loop(
    pattern: str, opened: tuple[int, ...], cleared: tuple[int, ...]
) -> None:
    state = CarouselState(system="scalar", pattern=pattern, opened=opened, cleared=cleared)
    found = run(settle(state))
    p = scalar_input(pattern)
    np.testing.assert_array_equal(found.rec["s"][:, 0], scalar_loop(p, opened, cleared))
    np.testing.assert_array_equal(found.rec["u"], p)
    # the error goes back until the feedback gate is shut
    alive = np.arange(SCALAR_STEPS) >= max(cleared, default=0)
    np.testing.assert_array_equal(found.back["psi"][:, 0], alive.astype(float))


def test_the_scalar_carousel_is_a_cell_like_any_other() -> None:
    found = run(presets()["Gated scalar (12.16)"])
    assert found.rec.cell in lc.CELLS.values()
    np.testing.assert_array_equal(found.rec["s"][4:14, 0], 3.0)
    np.testing.assert_array_equal(found.rec["s"][14:, 0], 0.0)
