"""*Why the error dies*: its state, its presets, and what it computes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

import lstm_core as lc
from explorer.fields import choice, integer, number
from explorer.limits import MAX_STEPS
from explorer.remember import remembered
from lstm_core import sequences
from lstm_core.readout import last_step, unit_error

CAROUSEL = "Pure carousel"  # a system
LOSSES = {"last": "last step", "every": "every step"}
GATES = {"learned": "from the weights", "held": "held at values"}


@dataclass(frozen=True)
class WhyState:
    """One recurrent matrix, one input and one loss for three systems."""

    radius: float = number(0.8, 0.0, 2.0)
    nonnormal: float = number(0.0, 0.0, 6.0)
    width: int = integer(4, 1, 8)
    steps: int = integer(50, 3, MAX_STEPS)
    drive: float = number(0.5, 0.0, 10.0)
    loss: str = choice("last", *LOSSES)
    seed: int = integer(2, 0, 9999)
    gates: str = choice("learned", *GATES)
    forget_bias: float = number(3.0, -4.0, 8.0)
    g_cs: float = number(0.9, 0.0, 1.0)
    g_cu: float = number(1.0, 0.0, 1.0)
    g_cr: float = number(1.0, 0.0, 1.0)


def presets() -> dict[str, WhyState]:
    """Named states, each with a point of its own."""
    start = WhyState()
    return {
        "Vanishing": start,
        "Exploding": replace(start, radius=1.25, drive=0.0, steps=40),
        "Saturated": replace(start, radius=1.25, drive=6.0, steps=40),
        "Non-normal (errata 13)": replace(
            start, radius=0.9, nonnormal=5.0, width=2, drive=0.0, steps=45
        ),
        "Against Eq 182 (errata 29)": replace(
            start, radius=0.5, width=1, drive=0.0, steps=31, gates="held"
        ),
    }


def settle(state: WhyState) -> WhyState:
    return state


def recurrent_matrix(radius: float, nonnormal: float, width: int) -> np.ndarray:
    """Eigenvalues radius (1 - i/9) on the diagonal, the non-normal part just above it: (d, d)."""
    eigenvalues = radius * (1 - np.arange(width) / 9)
    return np.diag(eigenvalues) + np.diag(np.full(width - 1, nonnormal), 1)


@dataclass(frozen=True, eq=False)
class SystemRun:
    """One system's gradients and the travel of its error."""

    rec: lc.Recording
    back: lc.Gradients
    by_lag: dict[str, np.ndarray]
    norms: np.ndarray


@remembered
def run(state: WhyState) -> dict[str, SystemRun]:
    """The same input and loss through a plain RNN, the Vanilla LSTM and a pure carousel."""
    W = recurrent_matrix(state.radius, state.nonnormal, state.width)
    W_x = np.random.default_rng(state.seed).normal(size=(state.width, 1))
    x = _input(state.drive, state.steps, state.seed)
    rnn, lstm = lc.CELLS["rnn_standard"], lc.CELLS["vanilla_lstm"]
    plain = {"W_r": W, "W_x": W_x, "theta_s": np.zeros(state.width)}
    theta = lc.init_params(lstm, state.seed, d_x=1, d_s=state.width, forget_bias=state.forget_bias)
    theta |= {"W_v_du": W, "W_x_du": W_x}
    held = (
        {"g_cs": state.g_cs, "g_cu": state.g_cu, "g_cr": state.g_cr}
        if state.gates == "held"
        else None
    )
    return {
        "Plain RNN": _follow(lc.unroll(rnn, plain, x), state.loss),
        "Vanilla LSTM": _follow(lc.unroll(lstm, theta, x, clamp=held), state.loss),
        CAROUSEL: _carousel(state.width, state.steps, state.drive, state.seed, state.loss),
    }


def _input(drive: float, steps: int, seed: int) -> np.ndarray:
    return drive * sequences.noise(steps, seed=seed)


@remembered
def _carousel(width: int, steps: int, drive: float, seed: int, loss: str) -> SystemRun:
    """The LSTM with its gates held, so that nothing of the recurrent matrix reaches the state."""
    cell = lc.CELLS["vanilla_lstm"]
    theta = lc.init_params(cell, seed, d_x=1, d_s=width)
    clamp = {"g_cs": 1.0, "g_cu": 0.0, "g_cr": 1.0}
    return _follow(lc.unroll(cell, theta, _input(drive, steps, seed), clamp=clamp), loss)


def _follow(rec: lc.Recording, loss: str) -> SystemRun:
    error = unit_error(rec.output, last_step(rec.output) if loss == "last" else None)
    back = lc.backpropagate(rec, error)
    norms = lc.transport_norms(rec)
    exact = lc.norms_by_lag(norms)
    is_rnn = rec.cell.state in rec.cell.warp_of
    by_lag = {
        "exact": exact,
        # All that an RNN carries is its state: one-step factors leave nothing out.
        "paper": exact if is_rnn else lc.norms_to(rec, kind="paper")[::-1],
        "cec": lc.norms_to(rec, kind="cec")[::-1],
    }
    if is_rnn:  # Eq 92 speaks of RNNs
        by_lag["bound"] = lc.norm_bound(rec, len(rec))
    return SystemRun(rec, back, by_lag, norms)
