"""*Stability*: its state, its presets, and what it computes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

import lstm_core as lc
from explorer.fields import choice, integer, number
from explorer.limits import MAX_STEPS
from explorer.remember import remembered
from lstm_core import sequences
from lstm_core.analysis import Motion, motion

FORMS = {"real": "Real", "pair": "Complex pair"}
INPUTS = {"none": "None", "impulse": "Impulse", "step": "Step", "noise": "Noise"}


@dataclass(frozen=True)
class StabilityState:
    """The eigenvalues of W_s + W_r, how they are split, the start and the input."""

    form: str = choice("pair", *FORMS)
    modulus: float = number(0.95, 0.0, 2.5)
    angle: float = number(30.0, 0.0, 180.0)
    mu_1: float = number(0.7, -2.5, 2.5)
    mu_2: float = number(0.7, -2.5, 2.5)
    w_s: float = number(0.0, -2.0, 2.0)
    start: float = number(0.1, 0.0, 20.0)
    signal: str = choice("none", *INPUTS)
    size: float = number(1.0, 0.0, 10.0)
    steps: int = integer(60, 3, MAX_STEPS)
    seed: int = integer(0, 0, 9999)
    n: int = integer(0, 0, MAX_STEPS - 1)
    drawing: str = choice("none", "none", "cell", "unrolled")
    flow: str = choice("forward", "forward", "backward")


def presets() -> dict[str, StabilityState]:
    """Named states, each with a point of its own."""
    start = StabilityState()
    twins = replace(start, form="real", mu_1=0.7, mu_2=0.7, w_s=1.2, steps=41)
    return {
        "Spiral to rest": start,
        "Impulse (Example 1)": replace(start, signal="impulse", start=0.0, modulus=0.85),
        "Rule holds: start 0.1": twins,
        "Rule fails: start 10": replace(twins, start=10.0),
        "Unstable, yet bounded": replace(start, form="real", mu_1=2.0, mu_2=2.0),
        "Negative, and stable": replace(
            start, form="real", mu_1=-0.5, mu_2=-0.9, start=1.0, steps=60
        ),
    }


def settle(state: StabilityState) -> StabilityState:
    return replace(state, n=min(state.n, state.steps - 1))


def wanted_matrix(state: StabilityState) -> np.ndarray:
    """The matrix W_s + W_r with the chosen eigenvalues: (2, 2)."""
    if state.form == "real":
        return np.diag([state.mu_1, state.mu_2])
    angle = np.deg2rad(state.angle)
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return state.modulus * rotation


@dataclass(frozen=True, eq=False)
class StabilityRun:
    """The trajectory, the impulse response, the eigenvalues and the motion in figures."""

    rec: lc.Recording
    response: lc.Recording
    at_rest: np.ndarray
    at_step: np.ndarray
    motion: Motion


def run(state: StabilityState) -> StabilityRun:
    """The run that a state describes; the cursor does not matter to it."""
    return _run(replace(state, n=0, drawing="none", flow="forward"))


@remembered
def _run(state: StabilityState) -> StabilityRun:
    """The canonical RNN with two units (30-31)."""
    cell = lc.CELLS["rnn_canonical"]
    W_s = state.w_s * np.eye(2)
    theta = {
        "W_s": W_s,
        "W_r": wanted_matrix(state) - W_s,
        "W_x": np.array([[1.0], [0.0]]),
        "theta_s": np.zeros(2),
    }
    rec = lc.unroll(
        cell, theta, _input(state), initial={"s": np.array([state.start, 0.5 * state.start])}
    )
    impulse = sequences.impulse(state.steps, amplitude=state.size)
    jacobians = lc.step_jacobians(rec)
    return StabilityRun(
        rec=rec,
        response=lc.unroll(cell, theta, impulse),
        at_rest=lc.eigenvalues(theta["W_s"] + theta["W_r"]),
        at_step=lc.eigenvalues(jacobians),
        motion=motion(rec["s"], rec["r"]),
    )


def _input(state: StabilityState) -> np.ndarray:
    if state.signal == "impulse":
        return sequences.impulse(state.steps, amplitude=state.size)
    if state.signal == "step":
        return sequences.step(state.steps, amplitude=state.size)
    if state.signal == "noise":
        return state.size * sequences.noise(state.steps, seed=state.seed)
    return np.zeros((state.steps, 1))
