"""*Building the LSTM*: its state, its presets, and what it computes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

import lstm_core as lc
from explorer.fields import choice, integer, number
from explorer.limits import MAX_STEPS
from explorer.remember import remembered
from lstm_core import sequences
from lstm_core.figures import names_of_kind
from lstm_core.initialise import scale_spectral_radius
from lstm_core.readout import last_step, unit_error

# The name in a link -> the cell; each is the one before with one part more, or fewer.
CELLS = {
    "canonical": "rnn_canonical",
    "gated_state": "stage_gated_state",
    "identity_state": "stage_identity_state",
    "gated_readout": "stage_gated_readout",
    "gated_input": "stage_gated_input",
    "vanilla": "vanilla_lstm",
}
STAGES = {
    "canonical": "1 Canonical RNN",
    "gated_state": "2 Gated state",
    "identity_state": "3 Identity state",
    "gated_readout": "4 Gated readout",
    "gated_input": "5 Gated input, warped update",
    "vanilla": "6 Vanilla LSTM",
}
RENAMED = {
    "W_v_du": "W_r",
    "W_x_du": "W_x",
    "b_du": "theta_s",
}  # the Vanilla's names -> the stages'
SIGNALS = {"noise": "Noise", "pulse": "Pulse at n = 5", "step": "Step at n = 5", "sine": "Sine"}
GATES = {"bias": "from weights and bias", "held": "held at values"}


@dataclass(frozen=True)
class BuildingState:
    """The stage, and the weights, input and loss that all stages share."""

    stage: str = choice("canonical", *CELLS)
    radius: float = number(0.9, 0.0, 2.0)
    w_s: float = number(0.5, 0.0, 1.5)
    gates: str = choice("bias", *GATES)
    gate_weights: float = number(0.5, 0.0, 3.0)
    b_cs: float = number(3.0, -10.0, 10.0)
    b_cu: float = number(0.0, -10.0, 10.0)
    b_cr: float = number(0.0, -10.0, 10.0)
    b_cx: float = number(0.0, -10.0, 10.0)
    g_cs: float = number(0.9, 0.0, 1.0)
    g_cu: float = number(0.5, 0.0, 1.0)
    g_cr: float = number(0.5, 0.0, 1.0)
    g_cx: float = number(0.5, 0.0, 1.0)
    signal: str = choice("noise", *SIGNALS)
    size: float = number(1.0, 0.0, 10.0)
    steps: int = integer(50, 3, MAX_STEPS)
    width: int = integer(4, 1, 8)
    seed: int = integer(2, 0, 9999)
    unit: int = integer(0, 0, 7)
    n: int = integer(25, 0, MAX_STEPS - 1)
    flow: str = choice("forward", "forward", "backward")


def presets() -> dict[str, BuildingState]:
    """Named states, each with a point of its own."""
    start = BuildingState()
    kept = replace(start, gates="held", g_cs=1.0, g_cu=0.1, g_cr=1.0, g_cx=1.0)
    return {
        "From the RNN on": start,
        "The error survives": replace(start, stage="identity_state"),
        "Half-open gates": replace(start, stage="identity_state", b_cs=0.0),
        "Exploding, then tamed": replace(start, stage="gated_readout", radius=1.4, seed=3),
        "The state runs away (errata 15)": replace(
            kept, stage="gated_readout", radius=0.3, signal="step", size=5.0
        ),
    }


def settle(state: BuildingState) -> BuildingState:
    return replace(state, n=min(state.n, state.steps - 1), unit=min(state.unit, state.width - 1))


@dataclass(frozen=True, eq=False)
class StageRun:
    """One stage's signals, gradients, and what is left of an error on the state after so many steps:
    ``exact``, and along the state gates alone (182); both (K,), by lag from the last step."""

    rec: lc.Recording
    back: lc.Gradients
    by_lag: np.ndarray
    by_gates: np.ndarray

    @property
    def left(self) -> float:
        """What is left at the first step of an error at the last one."""
        return float(self.by_lag[-1])

    @cached_property
    def enters(self) -> float:
        """The norm of psi at the last step, where the loss is: what of it gets in."""
        return float(np.linalg.norm(self.back["psi"][-1]))

    @cached_property
    def largest(self) -> float:
        """The largest |s| of any unit at any step."""
        return float(np.abs(self.rec.state).max())

    @cached_property
    def means(self) -> dict[str, float]:
        """Every gate's mean over units and steps."""
        return {name: float(self.rec[name].mean()) for name in names_of_kind(self.rec, ["gate"])}


@dataclass(frozen=True, eq=False)
class BuildingRun:
    """The stage that is looked at, and the one before where there is one."""

    now: StageRun
    before: StageRun | None


def stage_before(stage: str) -> str | None:
    """The name of the stage before, None at the first."""
    names = list(CELLS)
    at = names.index(stage)
    return names[at - 1] if at else None


def cell(stage: str) -> lc.Cell:
    return lc.CELLS[CELLS[stage]]


def cells(stage: str) -> list[lc.Cell]:
    """The cells of a stage and of the one before."""
    return [cell(name) for name in (stage_before(stage), stage) if name]


def run(state: BuildingState) -> BuildingRun:
    """The run that a state describes; what is only looked at does not matter to it."""
    shared = replace(state, unit=0, n=0, flow="forward")
    before = stage_before(state.stage)
    return BuildingRun(_stage(shared), _stage(replace(shared, stage=before)) if before else None)


@remembered
def _stage(state: BuildingState) -> StageRun:
    """One stage, with a loss on its output at the last step."""
    own = cell(state.stage)
    shared = weights(state)
    theta = {name: shared[RENAMED.get(name, name)] for name in own.params}
    held = {name: getattr(state, name) for name in own.signals if name in gate_fields()}
    rec = lc.unroll(own, theta, _input(state), clamp=held if state.gates == "held" else None)
    back = lc.backpropagate(rec, unit_error(rec.output, last_step(rec.output)))
    by_lag, by_gates = (lc.norms_to(rec, kind=kind)[::-1] for kind in ("exact", "cec"))
    return StageRun(rec, back, by_lag, by_gates)


def gate_fields() -> list[str]:
    """The fields that a gate can be held by; each has the gate's name."""
    return [name for name in BuildingState.__dataclass_fields__ if name.startswith("g_")]


def weights(state: BuildingState) -> dict[str, np.ndarray]:
    """The weights that all stages share, under the stages' names: those of the stage that has all
    parts, and W_s = w_s I; from a differential equation it would be a fraction (errata 17)."""
    theta = lc.init_params(cell("gated_input"), state.seed, d_x=1, d_s=state.width)
    for name, param in cell("gated_input").params.items():
        if param.dest in ("a_du", "xi_du"):
            continue
        if param.is_bias:
            theta[name] = np.full(state.width, getattr(state, name))
        else:
            theta[name] = state.gate_weights * theta[name]
    theta["W_r"] = scale_spectral_radius(theta["W_r"], state.radius)
    return theta | {"W_s": state.w_s * np.eye(state.width)}


def _input(state: BuildingState) -> np.ndarray:
    at = min(5, state.steps - 1)
    x = {
        "noise": lambda: sequences.noise(state.steps, seed=state.seed),
        "pulse": lambda: sequences.impulse(state.steps, at=at),
        "step": lambda: sequences.step(state.steps, at=at),
        "sine": lambda: sequences.sine(state.steps, period=11.0),
    }[state.signal]()
    return state.size * x
