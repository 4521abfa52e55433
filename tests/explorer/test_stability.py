"""*Stability*: what the rule on eigenvalues says, and what happens (errata 1 and 4)."""

from dataclasses import replace

import numpy as np
import pytest

from explorer.stability import StabilityState, presets, run, settle, wanted_matrix
from explorer.stability_view import words

FAILS = presets()["Rule fails: start 10"]
HOLDS = presets()["Rule holds: start 0.1"]
BOUNDED = presets()["Unstable, yet bounded"]
NEGATIVE = presets()["Negative, and stable"]


@pytest.mark.parametrize("name", presets(), ids=str)
def test_every_preset_runs(name: str) -> None:
    state = settle(presets()[name])
    found = run(state)
    assert len(found.rec) == len(found.response) == len(found.at_step) == state.steps
    for rec in (found.rec, found.response):
        assert np.isfinite(rec["s"]).all()
    assert run(replace(state, n=0)) is found, "the cursor computes nothing anew"


# errata 1


def test_the_rule_holds_near_rest() -> None:
    found = run(HOLDS)
    np.testing.assert_allclose(np.abs(found.at_rest), 0.7, rtol=1e-12)
    assert np.abs(found.rec["s"][40]).max() < 1e-6
    assert found.motion.kind == "decays"


def test_the_rule_fails_far_out() -> None:
    """W_s = 1.2, W_r = -0.5: 0.7 in sum, and from 10 the state grows without end."""
    found = run(FAILS)
    np.testing.assert_array_equal(run(HOLDS).at_rest, found.at_rest)
    assert np.abs(found.rec["s"][40]).max() > 1e4
    assert found.rec["s"][39, 0] == pytest.approx(1.1e4, rel=0.2) or (
        found.rec["s"][40, 0] == pytest.approx(1.1e4, rel=0.2)
    )
    assert found.motion.kind == "grows"
    # out there the readout is saturated and W_s is left alone
    np.testing.assert_allclose(np.abs(found.at_step[-1]), 1.2, rtol=1e-6)


def test_the_state_of_the_preset_is_the_scalar_loop() -> None:
    for state in (HOLDS, FAILS):
        s = state.start
        for n in range(state.steps):
            s = 1.2 * s - 0.5 * np.tanh(s)
            np.testing.assert_allclose(run(state).rec["s"][n, 0], s, rtol=1e-9)


def test_an_unstable_rest_may_have_a_bounded_state() -> None:
    """W_s = 0, W_r = 2 stays at |s| = 1.915 for ever."""
    found = run(BOUNDED)
    np.testing.assert_allclose(found.at_rest, 2.0)
    assert np.abs(found.rec["s"][-1]) == pytest.approx(1.915, abs=5e-4)
    assert found.motion.kind == "stays"
    assert np.abs(found.at_step[-1]).max() < 1, "stable where it has come to rest"


# errata 4


def test_negative_eigenvalues_die_out() -> None:
    found = run(NEGATIVE)
    assert sorted(found.at_rest.real) == pytest.approx([-0.9, -0.5])
    s = found.rec["s"]
    assert np.abs(s[50, 0]) < 1e-14
    assert np.abs(s[59, 1]) < 2e-3
    assert found.motion.kind == "decays"
    assert found.motion.sign_changes > 0.9
    assert (np.sign(s[1:, 1]) == -np.sign(s[:-1, 1])).all()


# in words


@pytest.mark.parametrize(
    ("modulus", "rule"),
    [
        (0.999, "0.999: a small disturbance dies"),
        (1.001, "1.001: a small disturbance grows"),
        (1.0, "1: a small disturbance stays"),
    ],
)
@pytest.mark.parametrize("angle", [0.0, 12.3, 53.1, 90.0, 127.7, 180.0])
def test_the_rule_in_words(modulus: float, angle: float, rule: str) -> None:
    assert f"= {rule}." in words(run(StabilityState(modulus=modulus, angle=angle)))["html"]


def test_the_words_hold_a_number_for_every_step() -> None:
    found = run(FAILS)
    largest = words(found)["columns"]["largest"]
    assert len(largest) == FAILS.steps
    assert float(largest[-1]) == pytest.approx(np.abs(found.at_step[-1]).max(), rel=1e-3)
    assert 'data-of="largest"' in words(found)["html"]


# the eigenvalues are those that were set


@pytest.mark.parametrize("w_s", [-2.0, 0.0, 1.2])
@pytest.mark.parametrize(("mu_1", "mu_2"), [(0.7, 0.7), (-2.5, 2.5), (0.0, 1.0), (0.3, -0.95)])
def test_real_eigenvalues_as_set(mu_1: float, mu_2: float, w_s: float) -> None:
    found = run(StabilityState(form="real", mu_1=mu_1, mu_2=mu_2, w_s=w_s))
    assert sorted(found.at_rest.real) == pytest.approx(sorted((mu_1, mu_2)))
    assert np.abs(found.at_rest.imag).max() < 1e-12
    theta = found.rec.theta
    np.testing.assert_allclose(theta["W_s"] + theta["W_r"], np.diag([mu_1, mu_2]), atol=1e-15)
    np.testing.assert_array_equal(theta["W_s"], w_s * np.eye(2))


@pytest.mark.parametrize("w_s", [-2.0, 0.0, 1.2])
@pytest.mark.parametrize("angle", [0.0, 30.0, 90.0, 180.0])
@pytest.mark.parametrize("modulus", [0.0, 0.95, 2.5])
def test_a_complex_pair_as_set(modulus: float, angle: float, w_s: float) -> None:
    state = StabilityState(modulus=modulus, angle=angle, w_s=w_s)
    wanted = modulus * np.exp(1j * np.deg2rad(angle) * np.array([-1, 1]))
    for values in (run(state).at_rest, np.linalg.eigvals(wanted_matrix(state))):
        found = values[np.argsort(values.imag)]
        np.testing.assert_allclose(np.sort(found.real), np.sort(wanted.real), atol=1e-7)
        np.testing.assert_allclose(found.imag, np.sort(wanted.imag), atol=1e-7)


def test_the_jacobian_at_rest_has_the_eigenvalues_of_the_rule() -> None:
    found = run(StabilityState(start=0.0))
    assert found.motion.kind == "rests"
    for values in found.at_step:
        np.testing.assert_allclose(np.sort_complex(values), np.sort_complex(found.at_rest))


def test_the_impulse_response_starts_from_rest() -> None:
    found = run(presets()["Impulse (Example 1)"])
    np.testing.assert_array_equal(found.rec["s"], found.response["s"])
    np.testing.assert_array_equal(found.response["s"][0], [1.0, 0.0])
    far = run(StabilityState(start=20.0, signal="noise"))
    np.testing.assert_array_equal(far.response["s"], run(StabilityState()).response["s"])


def test_the_input_goes_to_unit_0() -> None:
    for signal in ("impulse", "step", "noise"):
        x = run(StabilityState(signal=signal, size=3.0)).rec.x
        assert x.shape == (60, 1)
        assert x.any()
    assert not run(StabilityState(signal="none")).rec.x.any()
    one, two = (run(StabilityState(signal="noise", seed=seed)).rec.x for seed in (1, 2))
    assert (one != two).any()


def test_the_largest_settings_stay_finite() -> None:
    state = StabilityState(
        form="real", mu_1=2.5, mu_2=-2.5, w_s=2.0, start=20.0, signal="step", size=10.0, steps=200
    )
    found = run(state)
    assert np.isfinite(found.rec["s"]).all()
    assert np.isfinite(found.at_step).all()
    assert found.motion.kind == "grows"
