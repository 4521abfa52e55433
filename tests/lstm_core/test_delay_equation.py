"""From the delay differential equation (14) to the RNN: the weights (25-29), the solution, the order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import lstm_core as lc
from lstm_core.delay_equation import (
    DelayEquation,
    Input,
    delayed,
    discretise,
    distance,
    inputs_read,
    sampled_states,
    solve,
)
from lstm_core.errata.roots import printed_state_weights

SEEDS = pytest.mark.parametrize("seed", range(5))


def random_equation(seed: int, d: int = 3, d_x: int = 2) -> DelayEquation:
    rng = np.random.default_rng(seed)
    A = -np.diag(rng.uniform(0.3, 3, d)) + 0.2 * rng.normal(size=(d, d))
    B, C = rng.normal(size=(d, d)), rng.normal(size=(d, d_x))
    return DelayEquation(A, B, C, 0.5 * rng.normal(size=d), tau=float(rng.uniform(0.5, 1.5)))


def scalar(a: float, b: float, c: float = 0.0, phi: float = 0.0, tau: float = 1.0) -> DelayEquation:
    A, B, C = (np.array([[value]]) for value in (-a, b, c))
    return DelayEquation(A, B, C, np.array([phi]), tau)


def weights(equation: DelayEquation, dT: float) -> dict[str, np.ndarray]:
    return discretise(equation.A, equation.B, equation.C, equation.phi, dT)


def sampled(equation: DelayEquation, x: Input, start: Any, delays: int, m: int) -> np.ndarray:
    read = inputs_read(x, equation.tau, delays, m)
    return sampled_states(weights(equation, equation.tau / m), read, start, m)


def waves(t: float, k: int) -> list[float]:
    return [np.sin(t), np.cos(0.7 * t)]


# the weights


@SEEDS
@pytest.mark.parametrize("dT", [1.0, 0.25, 0.01])
def test_a_step_of_the_canonical_rnn_is_a_step_of_backward_euler(seed: int, dT: float) -> None:
    """s[n+1] - s[n] = dT (A s[n+1] + B r[n] + C x[n+1] + phi) (23), to rounding."""
    equation = random_equation(seed)
    rng = np.random.default_rng(seed)
    x, start = rng.normal(size=(30, 2)), rng.normal(size=3)
    rec = lc.unroll(lc.CELLS["rnn_canonical"], weights(equation, dT), x, {"s": start})
    s, before = rec["s"], rec.previous("s")
    right = s @ equation.A.T + np.tanh(before) @ equation.B.T + x @ equation.C.T + equation.phi
    residual = np.abs(s - before - dT * right).max()
    assert residual <= 2e-15 * np.abs(s).max()


def test_the_residual_of_a_scalar_step_is_one_rounding() -> None:
    theta = weights(scalar(a=1.0, b=-1.5, c=1.5), 0.5)
    s = sampled_states(theta, np.ones((20, 1)), [0.0])[:, 0]
    right = -s[1:] - 1.5 * np.tanh(s[:-1]) + 1.5
    np.testing.assert_allclose(s[1:] - s[:-1], 0.5 * right, rtol=0, atol=2.3e-16)


@SEEDS
def test_weights_are_those_of_25_to_29(seed: int) -> None:
    equation, dT = random_equation(seed), 0.3
    theta = weights(equation, dT)
    inverse = np.eye(3) - dT * equation.A
    wanted = {"W_r": equation.B, "W_x": equation.C, "theta_s": equation.phi}
    np.testing.assert_allclose(inverse @ theta["W_s"], np.eye(3), atol=1e-14)
    for name, matrix in wanted.items():
        np.testing.assert_allclose(inverse @ theta[name], dT * matrix, atol=1e-14)
    assert theta.keys() == lc.CELLS["rnn_canonical"].params.keys()


@pytest.mark.parametrize(("a", "off"), [(2.0, 0.5), (10.0, 0.1), (100.0, 0.01)])
def test_the_approximation_is_off_by_1_over_a(a: float, off: float) -> None:
    """Errata 2, and for another step by 1 / (dT a)."""
    exact = weights(scalar(a, 1.0), 1.0)["W_s"].item()
    about = printed_state_weights(np.array([[-a]])).item()
    assert exact == pytest.approx(1 / (1 + a), rel=1e-15)
    assert about / exact - 1 == pytest.approx(off, rel=1e-12)
    later = weights(scalar(a, 1.0), 0.25)["W_s"].item()
    about = printed_state_weights(np.array([[-a]]), 0.25).item()
    assert about / later - 1 == pytest.approx(4 * off, rel=1e-12)


@SEEDS
@pytest.mark.parametrize("m", [1, 2, 5])
def test_a_longer_delay_is_a_canonical_rnn_of_more_units(seed: int, m: int) -> None:
    rng = np.random.default_rng(seed)
    theta = weights(random_equation(seed), 0.3)
    x, start = rng.normal(size=(17, 2)), rng.normal(size=3)
    s = [start]
    for n in range(1, 18):
        r = np.tanh(s[max(n - m, 0)])
        s.append(
            theta["W_s"] @ s[-1] + theta["W_r"] @ r + theta["W_x"] @ x[n - 1] + theta["theta_s"]
        )
    np.testing.assert_allclose(sampled_states(theta, x, start, m), s, rtol=1e-12, atol=1e-13)
    cell, whole = lc.CELLS["rnn_canonical"], delayed(theta, m)
    assert whole["W_r"].shape == (3 * m, 3 * m)
    rec = lc.unroll(cell, whole, x, {"s": np.tile(start, m)})
    np.testing.assert_allclose(rec["s"][:, :3], s[1:], rtol=1e-12, atol=1e-13)


def test_a_step_reads_the_input_at_its_end() -> None:
    held = np.array([0.0, 1.0, 0.0])
    read = inputs_read(lambda t, k: held[k], tau=0.3, delays=3, m=4)
    np.testing.assert_array_equal(read[:, 0], [0] * 4 + [1] * 4 + [0] * 4)
    np.testing.assert_allclose(inputs_read(lambda t, k: t, 0.5, 3, 2)[:, 0], 0.25 * np.arange(1, 7))


# the solution


@pytest.mark.parametrize("a", [0.5, 1.0, 40.0])
def test_without_feedback_the_solution_is_an_exponential(a: float) -> None:
    s = solve(scalar(a, 0.0, phi=0.7 * a), lambda t, k: 0.0, [2.0], 5, 16, rtol=1e-11)[:, 0]
    t = np.linspace(0, 5, len(s))
    np.testing.assert_allclose(s, 0.7 + 1.3 * np.exp(-a * t), rtol=0, atol=1e-9)


def test_the_first_two_delays_are_those_of_a_quadrature() -> None:
    """What feeds the second delay is an exponential, so s(t) there is one integral."""
    from scipy.integrate import quad

    a, b, tau, start = 0.8, -1.7, 0.6, 1.2
    s = solve(scalar(a, b, tau=tau), lambda t, k: 0.0, [start], 2, 8, rtol=1e-11)[:, 0]

    def first(t: float) -> float:
        rest = b / a * np.tanh(start)
        return rest + (start - rest) * np.exp(-a * t)

    def second(t: float) -> float:
        def fed(u: float) -> float:
            return np.exp(-a * (t - u)) * b * np.tanh(first(u - tau))

        return np.exp(-a * (t - tau)) * first(tau) + quad(fed, tau, t, epsabs=1e-13)[0]

    times = np.arange(17) * tau / 8
    wanted = [first(t) if t <= tau else second(t) for t in times]
    np.testing.assert_allclose(s, wanted, rtol=0, atol=1e-10)


@SEEDS
def test_the_solution_solves_the_equation(seed: int) -> None:
    """Its slope, by central differences of order 6, is the right-hand side of (14)."""
    equation = random_equation(seed)
    per_delay, delays = 64, 4
    s = solve(equation, waves, np.full(3, 0.4), delays, per_delay, rtol=1e-12)
    h = equation.tau / per_delay
    inside = np.concatenate([np.arange(k * per_delay + 3, (k + 1) * per_delay - 2) for k in (2, 3)])
    weights = ((1, 3 / 4), (2, -3 / 20), (3, 1 / 60))
    slope = sum(w * (s[inside + i] - s[inside - i]) for i, w in weights) / h
    x = np.array([waves(n * h, 0) for n in inside])
    right = s[inside] @ equation.A.T + np.tanh(s[inside - per_delay]) @ equation.B.T
    right += x @ equation.C.T + equation.phi
    np.testing.assert_allclose(slope, right, rtol=0, atol=2e-7)


def test_a_solution_is_the_same_whoever_solves_at_the_same_time() -> None:
    equations = [scalar(1.0 + i, -2.0 - i) for i in range(6)]

    def solved(equation: DelayEquation) -> np.ndarray:
        return solve(equation, lambda t, k: 0.0, [0.5], 4)

    alone = [solved(equation) for equation in equations]
    with ThreadPoolExecutor(6) as pool:
        for one, two in zip(alone, pool.map(solved, equations), strict=True):
            np.testing.assert_array_equal(one, two)


# the order


@SEEDS
def test_halving_the_step_halves_the_distance(seed: int) -> None:
    """The delay stays; the readout comes from m = tau / dT steps before."""
    equation, delays, finest = random_equation(seed), 4, 256
    start = np.full(3, 0.4)
    solution = solve(equation, waves, start, delays, finest, rtol=1e-10)
    found = [distance(solution, sampled(equation, waves, start, delays, m)) for m in (64, 128, 256)]
    ratios = np.divide(found[:-1], found[1:])
    assert ((ratios > 1.9) & (ratios < 2.1)).all(), ratios


@pytest.mark.parametrize("jumps", [(0, 1, 0, 0, 0), (0, 1, 1, 1, 1), (0.3, -1.2, 0.8, -0.1, 2)])
def test_it_does_so_with_an_input_that_jumps(jumps: tuple[float, ...]) -> None:
    equation = scalar(1.0, -1.5, c=1.5)

    def x(t: float, k: int) -> float:
        return jumps[k]

    solution = solve(equation, x, [0.0], len(jumps), 256, rtol=1e-10)
    found = [distance(solution, sampled(equation, x, [0.0], len(jumps), m)) for m in (64, 128, 256)]
    ratios = np.divide(found[:-1], found[1:])
    assert ((ratios > 1.9) & (ratios < 2.1)).all(), ratios


def test_with_the_delay_of_one_step_each_has_its_own_solution() -> None:
    """tau = dT as in (20): halved together, the distance from the equation of that delay halves too;
    that from one equation does not go to zero."""
    whole = scalar(1.0, -1.5, c=1.5)
    at_end, from_one = [], []
    one = solve(whole, lambda t, k: 1.0, [0.0], 4, 64, rtol=1e-10)
    for m in (8, 16, 32, 64):
        own = scalar(1.0, -1.5, c=1.5, tau=1 / m)
        s = sampled(own, lambda t, k: 1.0, [0.0], 4 * m, 1)
        at_end.append(distance(solve(own, lambda t, k: 1.0, [0.0], 4 * m, 1, rtol=1e-10), s))
        from_one.append(distance(one, s))
    ratios = np.divide(at_end[:-1], at_end[1:])
    assert (np.abs(ratios[1:] - 2) < 0.1).all(), ratios
    assert from_one[-1] > 0.1


# what is refused


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"A": np.zeros((2, 3))}, r"A must have shape \(d, d\) with d = 2 as in phi; got \(2, 3\)"),
        ({"B": np.zeros(2)}, r"B must have shape \(d, d\)"),
        ({"C": np.zeros((3, 1))}, r"C must have shape \(d, d_x\) with d = 2"),
        ({"C": np.zeros(2)}, r"C must have shape \(d, d_x\)"),
        ({"phi": 1.0}, r"phi must have shape \(d,\)"),
        ({"B": np.full((2, 2), np.nan)}, "B must be finite"),
        ({"dT": 0.0}, "dT must be a finite number above 0; got 0.0"),
        ({"dT": np.nan}, "dT must be a finite number above 0"),
        ({"A": 2 * np.eye(2), "dT": 0.5}, "dT = 0.5 makes I - dT A singular"),
    ],
)
def test_what_does_not_fit_is_said(change: dict[str, Any], words: str) -> None:
    given: dict[str, Any] = {
        "A": -np.eye(2),
        "B": np.eye(2),
        "C": np.ones((2, 1)),
        "phi": np.zeros(2),
        "dT": 1.0,
    }
    with pytest.raises(ValueError, match=words):
        discretise(**given | change)
    if "dT" not in change:
        named = {name: value for name, value in (given | change).items() if name != "dT"}
        with pytest.raises(ValueError, match=words):
            DelayEquation(**named, tau=1.0)
    with pytest.raises(ValueError, match="tau must be a finite number above 0"):
        scalar(1.0, 1.0, tau=-1.0)
