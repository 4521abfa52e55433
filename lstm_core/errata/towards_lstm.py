"""Errata 14-20: document 000, Sections V and VI-A. From the RNN to the Vanilla LSTM."""

from __future__ import annotations

import math

import numpy as np

from lstm_core.analysis.transport import error_transport, transport_norms
from lstm_core.errata.erratum import Check, Erratum, compare
from lstm_core.errata.instances import LSTM, Instance, random_instance, zeros
from lstm_core.errata.rnn import non_normal
from lstm_core.errata.roots import implicit_steps


def indifferent_input(seed: int) -> Check:
    """Errata 14: the transport over ten steps, without an input (printed: it makes no difference)
    and with one."""
    still, driven = non_normal(seed, drive=0), non_normal(seed, drive=2)
    printed = np.linalg.norm(error_transport(still.rec, 0, 10), 2)
    corrected = np.linalg.norm(error_transport(driven.rec, 0, 10), 2)
    truth = np.linalg.norm(driven.truth.transport(0, 10), 2)
    return compare("norm of dpsi[0]/dpsi[10]", printed, corrected, truth)


def fractional_state(seed: int) -> Check:
    """Errata 15: gates of exactly 1, which (99) allows; printed: a fraction keeps the state in the
    range of what is added. Truth: the sum of the candidates."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(0.5, 1.5, (1000, 1))
    theta = zeros(LSTM, 1) | {"W_x_du": np.ones((1, 1))}
    run = Instance(LSTM, theta, x, x, {}, {"g_cs": 1.0, "g_cu": 1.0})
    printed = np.abs(run.rec["u"]).max()
    truth = math.fsum(math.tanh(value) for value in x[:, 0])
    return compare("s[999]", printed, run.rec["s"][-1, 0], truth)


def fraction_above_one(seed: int) -> Check:
    """Errata 17: W_s of (25) with dT = 1 for a_ii between -0.9 and -0.3: 1/|a_ii| is no fraction."""
    a = np.random.default_rng(seed).uniform(0.3, 0.9, 4)
    truth = implicit_steps(-np.diag(a))
    return compare("W_s[{}]", np.diag(1 / a), np.diag(1 / (1 + a)), truth)


def saturated_carousel(seed: int) -> Check:
    """Errata 18: gates that biases of +-5 saturate, an error at the last of 20 steps alone;
    printed: psi[n] = psi[n+1]."""
    b, K = np.full(4, 5.0), 20
    run = random_instance(LSTM, seed, K=K, b_cs=b, b_cu=-b, b_cr=-b)
    run.g[:-1] = 0
    psi = run.back["psi"]
    printed = np.broadcast_to(psi[-1], psi.shape)
    return compare("psi[{}]", printed, psi, run.truth.gradient("s"))


def norm_of_a_gate(seed: int) -> Check:
    """Errata 19: ||g_cs|| as the 2-norm of the vector, against what diag(g_cs) does to an error.
    Truth: the step with everything but s' held."""
    run = random_instance(LSTM, seed, K=2)
    run = Instance(LSTM, run.theta, run.x, run.g, {}, {"g_cs": run.rec["g_cs"], "g_cu": 0.0})
    printed = np.linalg.norm(run.rec["g_cs"][1])
    corrected = transport_norms(run.rec, "cec")[0, 1]
    truth = np.linalg.norm(run.truth.transport(0, 1), 2)
    return compare("norm of diag(g_cs[1])", printed, corrected, truth)


ROWS = (
    Erratum(
        "000-14",
        "before Eq 106",
        "I",
        wrong="The input is said not to matter for vanishing and exploding gradients. A large one"
        " saturates G, and the error dies; Section IV says so itself.",
        right="It acts through G'(s[n]).",
        check=indifferent_input,
    ),
    Erratum(
        "000-15",
        "after Eq 102",
        "I",
        wrong="Since gates are fractions the state is said to remain stable; but (99) lets a gate be"
        " 1, and then the state grows with every step.",
        right="Stable where g_cs stays away from 1.",
        check=fractional_state,
        code="Nothing bounds the state; a test has the stage of Eq 102 reach 1000 after 1000 steps.",
        files=("lstm_core/cells/stage_identity_state.py",),
    ),
    Erratum(
        "000-16",
        "before Eq 105",
        "E",
        wrong="v[n-1] is put in the place of r[n].",
        right="In that of r[n-1].",
        unchecked="a slip in the words; the equation is right",
        code="It stands in place of r[n-1].",
        files=("lstm_core/cells/stage_gated_readout.py",),
    ),
    Erratum(
        "000-17",
        "before Eq 100",
        "I",
        wrong="The entries 1/|a_ii| are called fractions; they are only where |a_ii| > 1.",
        right="The exact 1/(1 + |a_ii|) always is one.",
        check=fraction_above_one,
    ),
    Erratum(
        "000-18",
        "Example 2",
        "I",
        wrong="The constant error holds exactly for gates that are held; with the readout shut at"
        " every step it says 0 = 0; with gates saturated by biases of size b it is off by about"
        " 8 e^-b a step.",
        right="psi[n] = psi[n+1] for held gates, with the readout open somewhere.",
        check=saturated_carousel,
        code="Clamps hold gates exactly; `constancy` measures, and gives NaN where no error arrives;"
        " presets for all three cases.",
        files=("lstm_core/clamps.py", "lstm_core/analysis/motion.py", "explorer/carousel.py"),
    ),
    Erratum(
        "000-19",
        "Section V, Example 2",
        "I",
        wrong="A norm of the gate's vector stands where every element is meant; the 2-norm of four"
        " open gates is 2.",
        right="The norm of diag(g_cs), which is the largest element.",
        check=norm_of_a_gate,
    ),
    Erratum(
        "000-20",
        "Section VI-A",
        "O",
        wrong='"If the control signal is 0, then 0 %" stands three times.',
        right="0 and 0 %, 1 and 100 %, and what lies between.",
        unchecked="lost in the extraction of the text",
    ),
)
