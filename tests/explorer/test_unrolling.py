"""*Unrolling*: the whole sequence against its segments (errata 5 and 6, Proposition 1)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from explorer.unrolling import UnrollingRun, UnrollingState, presets, run, settle
from explorer.unrolling_view import cost_in_words, step_in_words

PRESETS = presets()
LONGER, SHORTER = PRESETS["Longer than the segment"], PRESETS["Shorter"]
ACROSS, CARRIED = PRESETS["Shorter, across a border"], PRESETS["State carried over"]
FORGETS, EVERY = PRESETS["Forgets by itself"], PRESETS["An error at every step"]


def at_pulse(state: UnrollingState) -> tuple[float, float]:
    """The gradient at the pulse: whole, and in segments."""
    found = run(state)
    return found.back.d_x[state.at, 0], found.cut.d_x[state.at]


@pytest.mark.parametrize("name", PRESETS, ids=str)
def test_every_preset_runs(name: str) -> None:
    state = settle(PRESETS[name])
    found = run(state)
    assert state == PRESETS[name]
    assert len(found.rec) == len(found.cut.s) == len(found.kept) == sum(found.lengths)
    assert run(replace(state, n=0, shown="r", drawing="cell")) is found, "looking computes nothing"


# the points of the presets


def test_a_dependency_beyond_the_segment_has_no_gradient_at_all() -> None:
    whole, cut = at_pulse(LONGER)
    assert abs(whole) > 0.01
    assert cut == 0
    assert run(LONGER).kept[LONGER.length - 1] == 0
    assert np.abs(run(LONGER).cut.s[15:]).max() == 0, "the response ends at the border"
    assert np.abs(run(LONGER).rec["s"][15:]).min() > 0.1


def test_a_dependency_within_a_segment_is_whole() -> None:
    whole, cut = at_pulse(SHORTER)
    assert cut == pytest.approx(whole, rel=1e-12)
    assert run(SHORTER).cut.d_weight == pytest.approx(run(SHORTER).d_weight, rel=1e-12)


def test_a_border_in_between_cuts_a_short_dependency() -> None:
    whole, cut = at_pulse(ACROSS)
    assert ACROSS.lag < ACROSS.length
    assert whole != 0
    assert cut == 0


def test_carried_states_mend_the_response_and_not_the_error() -> None:
    found = run(CARRIED)
    np.testing.assert_allclose(found.cut.s, found.rec["s"][:, 0], atol=1e-12, rtol=0)
    whole, cut = at_pulse(CARRIED)
    assert whole != 0
    assert cut == 0
    due = CARRIED.at + CARRIED.lag
    np.testing.assert_allclose(
        found.cut.d_x[15 : due + 1], found.back.d_x[15 : due + 1, 0], atol=1e-15
    )


def test_what_is_forgotten_costs_nothing() -> None:
    found = run(FORGETS)
    assert np.abs(found.cut.s - found.rec["s"][:, 0]).max() < 1e-5
    whole, cut = at_pulse(FORGETS)
    assert cut == pytest.approx(whole, rel=1e-12)


def test_with_errors_everywhere_the_gradient_is_another() -> None:
    found = run(EVERY)
    assert np.count_nonzero(found.cut.d_x) == EVERY.steps
    assert abs(found.cut.d_weight - found.d_weight) > 0.1


# the response, the target, the limits


@pytest.mark.parametrize("weight", [-1.3, 0.4, 1.0, 1.7])
def test_the_response_is_the_nested_expression(weight: float) -> None:
    """(36), one W_r more at every step (errata 5)."""
    state = UnrollingState(weight=weight, at=0)
    expected = state.size
    for value in run(state).rec["s"][:, 0]:
        assert value == pytest.approx(expected, rel=1e-12)
        expected = weight * np.tanh(expected)


def test_the_target_is_the_input_some_steps_before() -> None:
    for state in (LONGER, EVERY):
        found = run(state)
        np.testing.assert_array_equal(found.target[state.lag :], found.rec.x[: -state.lag, 0])
        assert not found.target[: state.lag].any()
    due = np.flatnonzero(run(LONGER).back.explicit["r"])
    assert due.tolist() == [28]


def test_one_segment_is_the_whole() -> None:
    for state in (replace(LONGER, length=60), replace(EVERY, length=60)):
        found = run(state)
        np.testing.assert_array_equal(found.cut.d_x, found.back.d_x[:, 0])
        assert found.cut.d_weight == found.d_weight
        assert found.kept[-1] == 1


@pytest.mark.parametrize("steps", [3, 17, 200])
@pytest.mark.parametrize("length", [1, 7, 200])
@pytest.mark.parametrize("lag", [1, 60, 199])
def test_settled_states_run(steps: int, length: int, lag: int) -> None:
    state = UnrollingState(steps=steps, length=length, lag=lag, at=199, n=199, weight=2.0, size=3.0)
    state = settle(state)
    assert state.at + state.lag < steps
    assert state.length <= steps
    found = run(state)
    assert np.isfinite(found.cut.d_x).all()
    assert step_in_words(found, state)["columns"]["m"][-1] == len(found.lengths) - 1


# in words


def words(state: UnrollingState) -> tuple[UnrollingRun, str]:
    return run(state), cost_in_words(run(state), state)


def test_the_cost_in_words() -> None:
    assert "<b>0 exactly</b>" in words(LONGER)[1]
    assert "<b>0%</b>" in words(LONGER)[1]
    found, html = words(SHORTER)
    assert "exactly" not in html
    assert f"<b>{found.kept[14]:.0%}</b>" in html
    assert "at the pulse" not in words(EVERY)[1]
    assert "<b>–</b>" in words(replace(LONGER, weight=0.0))[1], "nothing travels, nothing is kept"


def test_the_step_in_words_adds_up() -> None:
    for state in (LONGER, CARRIED, EVERY):
        columns = step_in_words(run(state), state)["columns"]
        assert columns["first"][14:16] == [0, 15]
        assert set(columns["samples"]) == {15}
        for before, value in (("before", "cut"), ("whole_before", "whole")):
            found = state.weight * np.array(columns[before]) + np.array(columns["x"])
            np.testing.assert_allclose(found, columns[value], atol=2e-3)
