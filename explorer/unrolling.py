"""*Unrolling*: its state, its presets, and what it computes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

import lstm_core as lc
from explorer.fields import choice, integer, number
from explorer.limits import MAX_STEPS
from explorer.remember import remembered
from lstm_core import segments, sequences
from lstm_core.analysis import kept_shares

INPUTS = {"pulse": "One pulse", "noise": "Noise"}
STARTS = {"zero": "at 0 (63)", "carry": "carried over"}
SHOWN = {"s": "state s", "r": "readout r"}


@dataclass(frozen=True)
class UnrollingState:
    """An RNN of one unit, the length of its segments, and what the target asks for."""

    weight: float = number(1.0, -2.0, 2.0)
    length: int = integer(15, 1, MAX_STEPS)
    lag: int = integer(20, 1, MAX_STEPS - 1)
    signal: str = choice("pulse", *INPUTS)
    size: float = number(0.3, 0.0, 3.0)
    at: int = integer(8, 0, MAX_STEPS - 1)
    start: str = choice("zero", *STARTS)
    shown: str = choice("s", *SHOWN)
    steps: int = integer(60, 3, MAX_STEPS)
    seed: int = integer(0, 0, 9999)
    n: int = integer(28, 0, MAX_STEPS - 1)
    drawing: str = choice("none", "none", "cell", "unrolled")
    flow: str = choice("forward", "forward", "backward")


def presets() -> dict[str, UnrollingState]:
    """Named states, each with a point of its own."""
    start = UnrollingState()
    return {
        "Longer than the segment": start,
        "Shorter": replace(start, lag=5, n=13),
        "Shorter, across a border": replace(start, lag=5, at=12, n=17),
        "State carried over": replace(start, start="carry"),
        "Forgets by itself": replace(start, weight=0.4, lag=3, at=1, n=4),
        "An error at every step": replace(start, weight=0.9, lag=5, signal="noise", n=14),
    }


def settle(state: UnrollingState) -> UnrollingState:
    """Keep segment, dependency, pulse and cursor inside the sequence."""
    lag = min(state.lag, state.steps - 1)
    return replace(
        state,
        length=min(state.length, state.steps),
        lag=lag,
        at=min(state.at, state.steps - 1 - lag),
        n=min(state.n, state.steps - 1),
    )


@dataclass(frozen=True, eq=False)
class InSegments:
    """What the cell does segment by segment, all segments in a row: (N,) each; ``before`` is the
    readout of the step before, within the segment."""

    s: np.ndarray
    r: np.ndarray
    before: np.ndarray
    d_x: np.ndarray
    d_weight: float


@dataclass(frozen=True, eq=False)
class UnrollingRun:
    """The whole sequence and its segments, the target, and what segments of every length keep."""

    lengths: tuple[int, ...]
    target: np.ndarray
    rec: lc.Recording
    back: lc.Gradients
    cut: InSegments
    kept: np.ndarray

    @property
    def d_weight(self) -> float:
        return float(self.back.d_theta["W_r"].item())


def run(state: UnrollingState) -> UnrollingRun:
    """The run that a state describes; what is only looked at does not matter to it."""
    return _run(replace(state, n=0, shown="s", drawing="none", flow="forward"))


@remembered
def _run(state: UnrollingState) -> UnrollingRun:
    """The standard RNN without a bias, as in Example 1 (36): unrolled whole, and in segments."""
    cell = lc.CELLS["rnn_standard"]
    theta = {
        "W_r": np.array([[state.weight]]),
        "W_x": np.ones((1, 1)),
        "theta_s": np.zeros(1),
    }
    x = _input(state)
    target, due = _target(state, x)
    lengths = segments.equal_lengths(state.steps, state.length)
    rec = lc.unroll(cell, theta, x)
    back = lc.backpropagate(rec, _error(rec["r"], target, due))
    recs = segments.unroll_segments(cell, theta, x, lengths, carry=state.start == "carry")
    r = segments.joined([piece["r"] for piece in recs])
    backs = segments.backpropagate_segments(recs, _error(r, target, due))
    return UnrollingRun(
        lengths=lengths,
        target=target[:, 0],
        rec=rec,
        back=back,
        cut=InSegments(
            s=segments.joined([piece["s"] for piece in recs])[:, 0],
            r=r[:, 0],
            before=segments.joined([piece.previous("r") for piece in recs])[:, 0],
            d_x=segments.joined([piece.d_x for piece in backs])[:, 0],
            d_weight=sum(float(piece.d_theta["W_r"].item()) for piece in backs),
        ),
        kept=kept_shares(lc.transport_norms(rec), state.lag),
    )


def _input(state: UnrollingState) -> np.ndarray:
    if state.signal == "pulse":
        return sequences.impulse(state.steps, state.at, state.size)
    return sequences.noise(state.steps, state.seed, state.size)


def _target(state: UnrollingState, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The input L steps before, and where it is asked for: at the pulse's echo, or wherever there is
    one."""
    target = np.zeros_like(x)
    target[state.lag :] = x[: len(x) - state.lag]
    n = np.arange(len(x))[:, None]
    due = n == state.at + state.lag if state.signal == "pulse" else n >= state.lag
    return target, due


def _error(r: np.ndarray, target: np.ndarray, due: np.ndarray) -> np.ndarray:
    """The explicit dE/dr[n] of E = 1/2 sum (r[n] - v[n])^2 over the steps where v is due."""
    return np.where(due, r - target, 0.0)
