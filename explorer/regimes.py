"""*Regimes*: its state, its presets, and what it computes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

import lstm_core as lc
from explorer.fields import choice, integer, number
from explorer.limits import MAX_STEPS
from explorer.problems import UNDO, Problem
from explorer.remember import remembered
from lstm_core import sequences
from lstm_core.analysis import (
    KINDS,
    Split,
    conditions,
    rest_bound,
    split,
    transport_gap,
)
from lstm_core.errata.transport import grow_and_let_go

SIGNALS = {
    "noise": "Noise",
    "constant": "Constant",
    "grown": "Lets s grow, then lets go (errata 28)",
}
MATRICES = {
    "random": "Random",
    "identity": "Multiples of the identity",
    "turn": "Unit reads the one before",
}
GATES = {
    "free": "From the weights",
    "held": "Held at values",
    "turn": "Held, updates in turn",
}
NORMS = {  # field -> the matrices that have this 2-norm
    "w_s": ("W_s_cu", "W_s_cs"),
    "w_v": ("W_v_cu", "W_v_cs"),
    "w_vdu": ("W_v_du",),
    "w_scr": ("W_s_cr",),
    "w_vcr": ("W_v_cr",),
}
NOISE_FLOOR = 1e-12  # of a relative difference: below it is rounding
AWAY_FROM_ONE = 1e-3  # by which a spectral radius is below 1 where it counts as such
LARGEST = 1e38  # that a product of bounds is drawn at; the browser's numbers end there
HELD_WITHIN = 2.0  # the factor up to which (182) counts as right


@dataclass(frozen=True)
class RegimesState:
    """The norms of the weights between the steps, the gates, and what the cell reads."""

    signal: str = choice("noise", *SIGNALS)
    size: float = number(1.0, 0.0, 40.0)
    matrices: str = choice("random", *MATRICES)
    w_s: float = number(0.8, 0.0, 5.0)
    w_v: float = number(1.5, 0.0, 5.0)
    w_vdu: float = number(1.5, 0.0, 5.0)
    w_scr: float = number(0.5, 0.0, 40.0)
    w_vcr: float = number(3.0, 0.0, 5.0)
    gates: str = choice("free", *GATES)
    b_cs: float = number(1.0, -40.0, 40.0)
    b_cu: float = number(0.0, -40.0, 40.0)
    b_cr: float = number(0.0, -40.0, 40.0)
    g_cs: float = number(0.9, 0.0, 1.0)
    g_cu: float = number(1.0, 0.0, 1.0)
    g_cr: float = number(1.0, 0.0, 1.0)
    width: int = integer(3, 1, 4)
    steps: int = integer(40, 3, MAX_STEPS)
    seed: int = integer(36, 0, 9999)
    n: int = integer(20, 0, MAX_STEPS - 1)


def presets() -> dict[str, RegimesState]:
    """Named states: where the three products differ, and each listed condition with its truth."""
    start = RegimesState()
    scalar = replace(start, matrices="identity", width=1)
    small = replace(scalar, w_s=0.49, w_v=0.49, w_vdu=0.99, w_scr=0.49, w_vcr=0.49, b_cs=0.0)
    steep = replace(small, w_scr=40.0, b_cs=3.0, b_cu=1.0, b_cr=-40.0)
    still = replace(scalar, size=0.0, w_s=0.0, w_v=0.0, w_scr=0.0, w_vcr=0.0)
    flat = replace(small, matrices="random", width=3, w_s=0.2, b_cs=20.0, b_cu=20.0)
    return {
        "Three answers": start,
        "Radius ½ (errata 26)": replace(
            still, matrices="turn", width=2, w_vdu=2.0, gates="turn", g_cs=0.5, steps=21, n=10
        ),
        "(a) fails (errata 28)": replace(steep, size=0.5, seed=11),
        "(b)–(d) fail (errata 28)": replace(small, signal="grown", b_cr=-40.0, steps=51, n=50),
        "(e) holds": replace(flat, signal="constant", size=40.0),
        "Beside the gates (errata 29)": replace(still, w_vdu=0.5, gates="held", steps=31, n=30),
    }


def settle(state: RegimesState) -> RegimesState:
    return replace(state, n=min(state.n, state.steps - 1))


@dataclass(frozen=True)
class Claim:
    """Something that is said of a run: where it applies, what it promises, and what is true.

    ``met``: (K,), whether the condition is met at step k; it applies at these, or, if it speaks of
    ``all_steps``, where it is met at every step after the first. ``holds`` is None where it does not.
    """

    name: str
    met: np.ndarray
    all_steps: bool
    promise: str
    truth: float
    holds: bool | None


@dataclass(frozen=True, eq=False)
class RegimesRun:
    """The parts of every step's factor, their bounds, the three transports, and the claims."""

    rec: lc.Recording
    parts: Split
    rest_bound: np.ndarray
    by_lag: dict[str, np.ndarray]
    gap: np.ndarray
    claims: tuple[Claim, ...]


def run(state: RegimesState) -> RegimesRun:
    """The run that a state describes; the cursor does not matter to it."""
    return _run(replace(state, n=0))


@remembered
def _run(state: RegimesState) -> RegimesRun:
    rec = record(state)
    by_lag = {kind: lc.norms_to(rec, kind=kind)[::-1] for kind in KINDS}
    parts = split(rec)
    if not all(np.isfinite(norms).all() for norms in by_lag.values()):
        raise Problem(
            "On its way back the error grows beyond 1e308, more than a number can hold: take fewer"
            f" steps or smaller weights. {UNDO}"
        )
    by_lag["bound"] = np.minimum(parts.bound_by_lag(), LARGEST)
    gap = transport_gap(rec)
    gap = np.where(gap < NOISE_FLOOR, 0.0, gap)
    return RegimesRun(rec, parts, rest_bound(rec), by_lag, gap, claims(rec, parts, by_lag))


def record(state: RegimesState) -> lc.Recording:
    """The Vanilla LSTM with the weights, gates and input of a state. The input enters the candidate;
    the gates read s and v."""
    cell, d = lc.CELLS["vanilla_lstm"], state.width
    theta = lc.init_params(cell, 0, weights="zeros", d_x=1, d_s=d)
    rng = np.random.default_rng(state.seed)
    for field, names in NORMS.items():
        for name in names:
            theta[name] = getattr(state, field) * unit_matrix(state.matrices, d, rng)
    theta["W_x_du"] = np.ones((d, 1))
    if state.gates == "free":
        theta |= {f"b_{c}": np.full(d, getattr(state, f"b_{c}")) for c in ("cs", "cu", "cr")}
        clamp = {}
    else:
        clamp = {"g_cs": state.g_cs, "g_cr": state.g_cr, "g_cu": update_gates(state)}
    if state.signal == "grown":
        grown = grow_and_let_go(theta, state.steps)
        return lc.unroll(cell, grown.theta, grown.x, clamp=clamp)
    x = np.ones((state.steps, 1))
    if state.signal == "noise":
        x = sequences.noise(state.steps, seed=state.seed)
    return lc.unroll(cell, theta, state.size * x, clamp=clamp)


def unit_matrix(kind: str, d: int, rng: np.random.Generator) -> np.ndarray:
    """A matrix of 2-norm 1: (d, d). In turn: every unit reads the one before it."""
    drawn = rng.normal(size=(d, d))
    if kind == "identity":
        return np.eye(d)
    if kind == "turn":
        return np.roll(np.eye(d), 1, axis=0)
    return drawn / np.linalg.norm(drawn, 2)


def update_gates(state: RegimesState) -> np.ndarray:
    """g_cu where it is held, (K, d): the same for all units, or one unit after the other."""
    if state.gates == "held":
        return np.full((state.steps, state.width), state.g_cu)
    return state.g_cu * np.eye(state.width)[np.arange(state.steps) % state.width]


def claims(rec: lc.Recording, parts: Split, by_lag: dict[str, np.ndarray]) -> tuple[Claim, ...]:
    """What is said of such a run, and what comes true: errata 28 (a to f), 26 and 29."""
    later = np.arange(len(rec)) > 0  # there is no step before the first
    found = []
    for name, met in conditions(rec).items():
        largest = float(parts.rest_norms[met].max(initial=0.0)) if met.any() else np.nan
        holds = largest < 1 if met.any() else None
        found.append(Claim(name, met, False, "‖Q‖ < 1", largest, holds))
    exact, cec = (float(by_lag[kind][-1]) for kind in ("exact", "cec"))
    radius = later & (lc.spectral_radius(parts.factors) < 1 - AWAY_FROM_ONE)
    holds = exact < 1 if radius[1:].all() else None
    found.append(Claim("radius", radius, True, "error fades", exact, holds))
    small = later & (parts.rest_norms < 1)
    agree = exact <= HELD_WITHIN * cec and cec <= HELD_WITHIN * exact
    holds = agree if small[1:].all() else None
    found.append(Claim("gates", small, True, f"(182): {cec:.3g}", exact, holds))
    return tuple(found)
