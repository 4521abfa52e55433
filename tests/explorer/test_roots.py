"""*Roots*: first order on the page's own states, W_s kept and dropped, errata 2 and 3."""

from dataclasses import replace

import numpy as np
import pytest

import lstm_core as lc
from explorer.roots import (
    DELAYS,
    INPUTS,
    RootsState,
    input_of,
    presets,
    run,
    settle,
)
from explorer.roots_view import words


@pytest.mark.parametrize("name", presets(), ids=str)
def test_every_preset_runs(name: str) -> None:
    state = settle(presets()[name])
    found = run(state)
    K = DELAYS * found.m
    assert len(found.samples) == K + 1
    assert found.times[-1] == pytest.approx(K * found.dT)
    for values in (found.solution, found.samples, found.distances):
        assert np.isfinite(values).all()
    np.testing.assert_allclose(sum(found.terms.values()), found.samples[1:], rtol=1e-12, atol=1e-13)
    every = (len(found.times) - 1) // K
    largest = np.abs(found.solution[::every] - found.samples).max()
    assert found.distances[state.halvings] == pytest.approx(largest, rel=1e-12)
    assert run(replace(state, n=0)) is found, "the cursor computes nothing anew"


@pytest.mark.parametrize("signal", INPUTS)
def test_halving_the_step_halves_the_distance(signal: str) -> None:
    found = run(RootsState(signal=signal, start=0.2))
    ratios = found.distances[:-1] / found.distances[1:]
    assert 1.9 < ratios[-1] < 2.1
    np.testing.assert_allclose(found.steps[:-1] / found.steps[1:], 2)


def test_the_solution_stays_while_the_step_is_halved() -> None:
    one, two = run(RootsState()), run(RootsState(halvings=4))
    assert one.solution is two.solution
    np.testing.assert_array_equal(one.distances, two.distances)
    assert two.dT == one.dT / 16


def test_the_opening_state_is_the_canonical_rnn_as_in_the_source() -> None:
    found = run(RootsState())
    assert found.m == 1
    rec = lc.unroll(lc.CELLS["rnn_canonical"], found.theta, found.read[:, None], {"s": np.zeros(1)})
    np.testing.assert_array_equal(found.samples[1:], rec["s"])


def test_w_s_may_be_dropped_where_it_is_small() -> None:
    """Beside the distance of the exact samples, at dT |a| = 99 and at 1."""
    fast, slow = (run(presets()[f"W_s dropped at |a| = {a}"]) for a in (99, 1))
    assert fast.distances[0] < 0.03
    assert slow.distances[0] > 0.8
    for found in (fast, slow):
        assert (np.diff(found.distances) > 0).all(), "a smaller step makes it worse"
        rnn = lc.CELLS["rnn_standard"]
        theta = {name: value for name, value in found.theta.items() if name != "W_s"}
        s = lc.unroll(rnn, theta, found.read[:, None])["s"]
        np.testing.assert_allclose(found.samples[1:], s, rtol=1e-13, atol=1e-15)


def test_what_is_called_stable_can_grow() -> None:
    """Errata 3: mu = 0.9 and 0.5 by the text, 2.72 by the matrix W_r."""
    found = run(presets()["Coupled (errata 3)"])
    np.testing.assert_allclose(found.modes, [0.9, 0.5], rtol=1e-12)
    assert lc.spectral_radius(found.theta["W_r"]) == pytest.approx(2.72, abs=0.005)
    assert found.radius > 2
    assert np.abs(found.samples[-1]).max() > 50 * np.abs(found.samples[0]).max()
    assert np.abs(found.solution[-1]).max() > 50 * np.abs(found.solution[0]).max()


def test_another_a_changes_the_speed_and_not_the_size() -> None:
    slow, fast = (run(RootsState(a=a, b=0.0, signal="step")) for a in (2.0, 50.0))
    assert slow.solution.max() == pytest.approx(fast.solution.max(), rel=1e-3)


@pytest.mark.parametrize("signal", INPUTS)
def test_what_is_drawn_is_what_the_steps_read(signal: str) -> None:
    found = run(RootsState(signal=signal, halvings=2, seed=7))
    every = (len(found.times) - 1) // len(found.read)
    np.testing.assert_allclose(found.input[every::every], found.read, rtol=0, atol=1e-12)
    x = input_of(RootsState(signal=signal))
    assert np.isfinite([x(0.5 * DELAYS, k) for k in range(DELAYS)]).all()


def test_the_words_tell_the_weights_and_their_approximation() -> None:
    html = words(run(RootsState(a=10.0)), RootsState(a=10.0))["html"]
    assert "<td>0.0909</td><td>0.1</td><td>10 %</td>" in html
    two = RootsState(units="two", a=100.0, a_1=20.0)
    html = words(run(two), two)["html"]
    assert "<td>0.0099</td><td>0.01</td><td>1 %</td>" in html
    assert "unit 0 of 2" in html


@pytest.mark.parametrize("name", presets(), ids=str)
def test_the_columns_are_the_run_at_every_step(name: str) -> None:
    state = settle(presets()[name])
    found = run(state)
    columns = words(found, state)["columns"]
    for values in columns.values():
        assert len(values) == len(found.samples)
    assert columns["state"][0] == "–", "no step ends at 0"
    np.testing.assert_allclose(columns["sample"], found.samples[:, 0], rtol=1e-3)


def test_nothing_at_all_is_drawn_and_said() -> None:
    rest = RootsState(signal="none")
    found = run(rest)
    assert not found.distances.any()
    assert "–" in words(found, rest)["html"]


def test_the_cursor_stays_within_the_steps() -> None:
    assert settle(RootsState(n=192)).n == DELAYS
    assert settle(RootsState(n=192, halvings=4)).n == 192
