"""*Augmented LSTM*: its state, its presets, and what it computes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

import lstm_core as lc
from explorer.fields import choice, integer, number
from explorer.limits import MAX_STEPS, MAX_TAPS
from explorer.remember import remembered
from lstm_core import sequences
from lstm_core.analysis import state_change
from lstm_core.augment import augmented_params
from lstm_core.readout import last_step, unit_error

AUGMENTED, VANILLA = lc.CELLS["augmented_lstm"], lc.CELLS["vanilla_lstm"]
GATES = {"open": "open: 1", "held": "held", "learned": "from its weights"}
INPUTS = {
    "pulse": "A pulse at step m",
    "pulses": "Pulses far apart, from m on",
    "noise": "Noise",
    "sine": "Sine",
}
PROJECTIONS = {"identity": "first units", "orthogonal": "a mixture"}
GAP = 15  # between pulses
FORGET_BIAS = 2.0  # of both cells, so that what was read stays a while


@dataclass(frozen=True)
class AugmentedState:
    """The three extensions, and what both cells read."""

    taps: int = integer(5, 1, MAX_TAPS)
    d_s: int = integer(4, 1, 8)
    d_v: int = integer(4, 1, 8)
    projection: str = choice("identity", *PROJECTIONS)
    gate: str = choice("open", *GATES)
    g_cx: float = number(0.5, 0.0, 1.0)
    signal: str = choice("pulse", *INPUTS)
    at: int = integer(20, 0, MAX_STEPS - 1)
    steps: int = integer(40, 3, MAX_STEPS)
    seed: int = integer(2, 0, 9999)
    unit: int = integer(0, 0, 7)
    n: int = integer(16, 0, MAX_STEPS - 1)
    flow: str = choice("forward", "forward", "backward")
    drawing: str = choice("none", "none", "cell")


def presets() -> dict[str, AugmentedState]:
    """Named states, each with a point of its own."""
    start = AugmentedState()
    equal = replace(start, taps=1, signal="noise", n=20)
    return {
        "Sees it coming, L = 5": start,
        "Equal to Vanilla": equal,
        "Narrow value, d_v = 1": replace(equal, d_v=1, projection="orthogonal"),
        "Gate on the input shut": replace(equal, gate="held", g_cx=0.0),
        "All three": replace(
            equal, taps=4, d_v=2, projection="orthogonal", gate="learned", signal="sine"
        ),
        "Past the end": replace(start, signal="noise", at=39, n=37),
    }


def settle(state: AugmentedState) -> AugmentedState:
    """Keep value, unit, changed step and cursor inside what there is."""
    return replace(
        state,
        d_v=min(state.d_v, state.d_s),
        unit=min(state.unit, state.d_s - 1),
        at=min(state.at, state.steps - 1),
        n=min(state.n, state.steps - 1),
    )


@dataclass(frozen=True, eq=False)
class CellRun:
    """One cell: its signals, its errors, and how far each s[n] moves with the input of step m."""

    rec: lc.Recording
    back: lc.Gradients
    change: np.ndarray


@dataclass(frozen=True, eq=False)
class AugmentedRun:
    """Both cells on the same input, with the same weights where both have them."""

    augmented: CellRun
    vanilla: CellRun


def run(state: AugmentedState) -> AugmentedRun:
    """The run that a state describes; what is only looked at does not matter to it."""
    return _run(replace(state, unit=0, n=0, flow="forward", drawing="none"))


@remembered
def _run(state: AugmentedState) -> AugmentedRun:
    plain = lc.init_params(VANILLA, state.seed, d_x=1, d_s=state.d_s, forget_bias=FORGET_BIAS)
    more = augmented_params(
        plain, state.seed, L=state.taps, d_v=state.d_v, projection=state.projection
    )
    held = {"open": {"g_cx": 1.0}, "held": {"g_cx": state.g_cx}, "learned": {}}[state.gate]
    x = read(state)
    return AugmentedRun(
        _follow(AUGMENTED, more, x, held, state.at), _follow(VANILLA, plain, x, {}, state.at)
    )


def read(state: AugmentedState) -> np.ndarray:
    """The input of both cells: (K, 1)."""
    if state.signal == "pulse":
        return sequences.impulse(state.steps, at=state.at)
    if state.signal == "pulses":
        return sequences.pulses(state.steps, gap=GAP, start=state.at)
    if state.signal == "sine":
        return sequences.sine(state.steps, period=11.0)
    return sequences.noise(state.steps, seed=state.seed)


def _follow(
    cell: lc.Cell, theta: dict[str, np.ndarray], x: np.ndarray, held: dict[str, float], at: int
) -> CellRun:
    """The error enters on the value of the last step, with length 1; x[at] is lowered by 1."""
    rec = lc.unroll(cell, theta, x, clamp=held)
    back = lc.backpropagate(rec, unit_error(rec.output, last_step(rec.output)))
    lower = x.copy()
    lower[at] -= 1.0
    return CellRun(rec, back, state_change(rec, lc.unroll(cell, theta, lower, clamp=held)))
