"""*Roots*: its state, its presets, and what it computes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from explorer.fields import choice, integer, number
from explorer.remember import remembered
from lstm_core import sequences
from lstm_core.analysis import spectral_radius
from lstm_core.delay_equation import (
    DelayEquation,
    Input,
    Theta,
    delayed,
    discretise,
    distance,
    inputs_read,
    sampled_states,
    solve,
)
from lstm_core.errata.roots import printed_modes, printed_state_weights

UNITS = {"one": "one", "two": "two, coupled"}
INPUTS = {"none": "None", "pulse": "Pulse", "step": "Step", "sine": "Sine", "noise": "Noise"}
STATE_WEIGHTS = {"exact": "exact (25)", "dropped": "dropped (32)"}
DELAYS = 12  # that are shown
MOST_HALVINGS = 4  # of the step, on the page
HALVINGS = 5  # of the step, in the study of the distance
PERIOD = 6  # of the sine, in delays


@dataclass(frozen=True)
class RootsState:
    """The equation in units of |a| of unit 0, its input, and how it is sampled."""

    units: str = choice("one", *UNITS)
    a: float = number(1.0, 0.1, 100.0)
    a_1: float = number(4.0, 0.1, 100.0)
    b: float = number(-1.5, -5.0, 5.0)
    coupling: float = number(0.5, -5.0, 5.0)
    c: float = number(1.5, -3.0, 3.0)
    phi: float = number(0.0, -2.0, 2.0)
    tau: float = number(1.0, 0.1, 2.0)
    start: float = number(0.0, -3.0, 3.0)
    signal: str = choice("pulse", *INPUTS)
    seed: int = integer(0, 0, 9999)
    halvings: int = integer(0, 0, MOST_HALVINGS)
    state_weights: str = choice("exact", *STATE_WEIGHTS)
    n: int = integer(2, 0, DELAYS * 2**MOST_HALVINGS)


def presets() -> dict[str, RootsState]:
    """Named states, each with a point of its own."""
    start = RootsState()
    return {
        "As in the paper: ΔT = τ": start,
        "ΔT = τ/8": replace(start, halvings=3, n=12),
        "Swinging by its delay": replace(start, b=-4.0, signal="none", start=0.1, halvings=3),
        "W_s dropped at |a| = 99": replace(
            start, a=99.0, b=0.5, signal="sine", state_weights="dropped"
        ),
        "W_s dropped at |a| = 1": replace(start, b=0.5, signal="sine", state_weights="dropped"),
        "Coupled (errata 3)": replace(
            start, units="two", a=100.0, a_1=20.0, b=0.5, coupling=0.4, signal="none", start=0.01
        ),
    }


def settle(state: RootsState) -> RootsState:
    return replace(state, n=min(state.n, DELAYS * 2**state.halvings))


def equation_of(state: RootsState) -> DelayEquation:
    """A = -diag(|a|), B = |a_0| [[b, k], [k, b]], C = |a_0| c, phi = |a_0| phi: so the size of the state
    stays what it is while a is changed, and only its speed follows."""
    d = 1 if state.units == "one" else 2
    B = np.array([[state.b, state.coupling], [state.coupling, state.b]])
    return DelayEquation(
        A=-np.diag([state.a, state.a_1][:d]),
        B=state.a * B[:d, :d],
        C=np.full((d, 1), state.a * state.c),
        phi=np.full(d, state.a * state.phi),
        tau=state.tau,
    )


def input_of(state: RootsState) -> Input:
    """x(t). What jumps does so between two delays, so that every step has all of a value."""
    held = np.zeros(DELAYS)
    if state.signal == "sine":
        return lambda t, k: np.sin(2 * np.pi * t / (PERIOD * state.tau))
    if state.signal == "pulse":
        held[1] = 1.0
    elif state.signal == "step":
        held[1:] = 1.0
    elif state.signal == "noise":
        held = sequences.noise(DELAYS, seed=state.seed)[:, 0]
    return lambda t, k: held[k]


@dataclass(frozen=True, eq=False)
class RootsRun:
    """The solution of (14), its samples, the weights that make them, and the distance by the step.

    ``times`` (T,), ``solution`` (T, d), ``input`` (T,); ``samples`` (K + 1, d), ``read`` (K,) x[n] of
    the steps 1 .. K; ``terms``: name -> (K, d), the four terms of (30) at these steps; ``theta``: the
    weights of the d units; ``approximate`` (d, d): W_s as the paper has it; ``modes`` (d,): its mu_i;
    ``radius``: the largest |eigenvalue| of W_s + W_r; ``steps``, ``distances`` (M,).
    """

    dT: float
    m: int
    times: np.ndarray
    solution: np.ndarray
    input: np.ndarray
    samples: np.ndarray
    read: np.ndarray
    terms: dict[str, np.ndarray]
    theta: Theta
    approximate: np.ndarray
    modes: np.ndarray
    radius: float
    steps: np.ndarray
    distances: np.ndarray


def run(state: RootsState) -> RootsRun:
    """The run that a state describes; the cursor does not matter to it."""
    return _run(replace(state, n=0))


@remembered
def _run(state: RootsState) -> RootsRun:
    equation, x = equation_of(state), input_of(state)
    m = 2**state.halvings
    dT = state.tau / m
    solution = _solution(state_of_equation(state))
    theta = weights(state, m)
    read = inputs_read(x, state.tau, DELAYS, m)
    start = np.full(len(equation.A), state.start)
    samples = sampled_states(theta, read, start, m)
    whole = delayed(theta, m)
    times = np.linspace(0, DELAYS * state.tau, len(solution))
    return RootsRun(
        dT=dT,
        m=m,
        times=times,
        solution=solution,
        input=_drawn_input(x, times),
        samples=samples,
        read=read[:, 0],
        terms=terms_of(theta, samples, read, m),
        theta=theta,
        approximate=printed_state_weights(equation.A, dT),
        modes=printed_modes(equation.A, equation.B),
        radius=float(spectral_radius(whole["W_s"] + whole["W_r"])),
        steps=state.tau / 2.0 ** np.arange(HALVINGS + 1),
        distances=_distances(replace(state_of_equation(state), state_weights=state.state_weights)),
    )


def state_of_equation(state: RootsState) -> RootsState:
    """The state without what the equation knows nothing of."""
    plain = RootsState()
    seed = state.seed if state.signal == "noise" else plain.seed
    return replace(state, halvings=0, state_weights="exact", n=0, seed=seed)


@remembered
def _solution(state: RootsState) -> np.ndarray:
    """s(t), with 2^HALVINGS points a delay, far more precise than any samples of the page."""
    equation = equation_of(state)
    start = np.full(len(equation.A), state.start)
    return solve(equation, input_of(state), start, DELAYS, per_delay=2**HALVINGS, rtol=1e-6)


@remembered
def _distances(state: RootsState) -> np.ndarray:
    """How far the samples are from the solution, for dT = tau, tau/2, .. at the same delay tau."""
    solution, x = _solution(state_of_equation(state)), input_of(state)
    start = np.full(solution.shape[1], state.start)
    found = []
    for m in (2**halvings for halvings in range(HALVINGS + 1)):
        read = inputs_read(x, state.tau, DELAYS, m)
        found.append(distance(solution, sampled_states(weights(state, m), read, start, m)))
    return np.array(found)


def weights(state: RootsState, m: int) -> Theta:
    """The RNN's weights for dT = tau / m (25-29); with W_s dropped, those of the standard RNN (32)."""
    equation = equation_of(state)
    theta = discretise(equation.A, equation.B, equation.C, equation.phi, state.tau / m)
    if state.state_weights == "dropped":
        theta["W_s"] = np.zeros_like(theta["W_s"])
    return theta


def terms_of(theta: Theta, samples: np.ndarray, read: np.ndarray, m: int) -> dict[str, np.ndarray]:
    """The terms of (30) at the steps 1 .. K, (K, d) each; their sum is s[1] .. s[K]."""
    n = np.arange(1, len(samples))
    readout = np.tanh(samples[np.maximum(n - m, 0)])  # before 0 all is as at 0
    return {
        "state": samples[n - 1] @ theta["W_s"].T,
        "readout": readout @ theta["W_r"].T,
        "input": read @ theta["W_x"].T,
        "bias": np.tile(theta["theta_s"], (len(n), 1)),
    }


def _drawn_input(x: Input, times: np.ndarray) -> np.ndarray:
    """x at the grid of the solution, before a jump rather than after it."""
    per_delay = (len(times) - 1) // DELAYS
    delays = np.maximum(np.arange(len(times)) - 1, 0) // per_delay
    return np.array([x(t, k) for t, k in zip(times, delays, strict=True)], float)
