"""Errata 21-23 and 30: document 000, Section VI. Back propagation in the Vanilla LSTM."""

from __future__ import annotations

import numpy as np

from lstm_core.errata.erratum import Check, Erratum, compare
from lstm_core.errata.instances import LSTM, Instance, random_instance
from lstm_core.records import Recording


def untransposed_weights(seed: int) -> Check:
    """Errata 21."""
    run = random_instance(LSTM, seed)
    psi, _ = printed_144_155(run.rec, run.g)
    return compare("psi[{}]", psi, run.back["psi"], run.truth.gradient("s"))


def printed_144_155(
    rec: Recording, g: np.ndarray, repaired: tuple[str, ...] = ()
) -> tuple[np.ndarray, np.ndarray]:
    """psi and chi, (K, d_s) each, by (144) to (155) as printed: no weight is transposed, but for
    those that are ``repaired``."""
    W = {name: value.T if name in repaired else value for name, value in rec.theta.items()}
    g_cu, g_cs, g_cr, u, r = (rec[name] for name in ("g_cu", "g_cs", "g_cr", "u", "r"))
    s_prev = rec.previous("s")
    psi, chi = np.zeros_like(g), np.zeros_like(g)
    f_psi = f_chi = np.zeros_like(g[0])
    for n in range(len(g) - 1, -1, -1):
        chi[n] = g[n] + f_chi  # (144)
        alpha_cr = chi[n] * r[n] * g_cr[n] * (1 - g_cr[n])  # (147)
        psi[n] = chi[n] * g_cr[n] * (1 - r[n] ** 2) + W["W_s_cr"] @ alpha_cr + f_psi  # (150)
        alpha_cs = psi[n] * s_prev[n] * g_cs[n] * (1 - g_cs[n])  # (151)
        alpha_cu = psi[n] * u[n] * g_cu[n] * (1 - g_cu[n])  # (152)
        alpha_du = psi[n] * g_cu[n] * (1 - u[n] ** 2)  # (153)
        f_chi = W["W_v_cu"] @ alpha_cu + W["W_v_cs"] @ alpha_cs  # (154)
        f_chi = f_chi + W["W_v_cr"] @ alpha_cr + W["W_v_du"] @ alpha_du
        f_psi = W["W_s_cu"] @ alpha_cu + W["W_s_cs"] @ alpha_cs + g_cs[n] * psi[n]  # (155)
    return psi, chi


def silent_input(seed: int) -> Check:
    """Errata 22: dE/dx, which the text has no equation for; printed: nothing is passed down."""
    run = random_instance(LSTM, seed)
    return compare("dE/dx[{}]", np.zeros_like(run.x), run.back.d_x, run.truth.gradient("x"))


def early_weight(seed: int) -> Check:
    """Errata 23: the second term of (173), what comes back to s[n] through a_cr[n]."""
    run = random_instance(LSTM, seed)
    printed = printed_term_of_173(run.rec, run.back["chi"])
    corrected = run.back["alpha_cr"] @ run.theta["W_s_cr"]
    return compare("W_s_cr term of psi[{}]", printed, corrected, term_through_gate(run))


def printed_term_of_173(rec: Recording, chi: np.ndarray) -> np.ndarray:
    """(W_s_cr chi[n]) r[n] G_c'(a_cr[n]), (K, d_s): no transpose, and the weight before the factors."""
    return (chi @ rec.theta["W_s_cr"].T) * rec["r"] * rec["g_cr"] * (1 - rec["g_cr"])


def term_through_gate(run: Instance) -> np.ndarray:
    """The same term, (K, d_s), by automatic differentiation of v = G_c(a_cr) r with r held."""
    import torch

    rec = run.rec
    s = torch.tensor(rec["s"], requires_grad=True)
    W_s_cr, r = torch.tensor(run.theta["W_s_cr"]), torch.tensor(rec["r"])
    others = torch.tensor(rec["a_cr"] - rec["s"] @ run.theta["W_s_cr"].T)
    v = torch.sigmoid(others + s @ W_s_cr.T) * r
    (v * torch.tensor(run.truth.gradient("v"))).sum().backward()
    assert s.grad is not None
    return np.asarray(s.grad)


ROWS = (
    Erratum(
        "000-21",
        "Eq 148-150, 154, 155",
        "T",
        wrong="Every weight matrix lacks its transpose.",
        right="W_s_cr^T in psi, W_v_c^T in f_chi, W_s_cu^T and W_s_cs^T in f_psi.",
        check=untransposed_weights,
        code="Transposes everywhere: within the step for W_s_cr, in the loop for the others.",
        files=("lstm_core/cells/vanilla_lstm.py", "lstm_core/backpropagate.py"),
    ),
    Erratum(
        "000-22",
        "Section VI",
        "I",
        wrong="What arrives from beyond the last step, the state before the first, and dE/dx are not"
        " given.",
        right="dE/dx[n] = sum of W_x_c^T alpha_c[n] over c = cu, cs, cr, du.",
        check=silent_input,
        code="0 beyond the end; an initial state (zero unless given) with its own gradient; dE/dx[n]"
        " is the sum of W_x^T alpha over the accumulations, and over the windows that x[n] stands in.",
        files=(
            "lstm_core/unroll.py",
            "lstm_core/backpropagate.py",
            "lstm_core/products.py",
        ),
    ),
    Erratum(
        "000-23",
        "Eq 173, 174",
        "T, E",
        wrong="W_s_cr is multiplied before the factors that stand behind it.",
        right="W_s_cr^T (chi[n] r[n] G_c'(a_cr[n])).",
        check=early_weight,
        code="alpha_cr is completed first, then multiplied by W_s_cr^T.",
        files=("lstm_core/cells/vanilla_lstm.py",),
    ),
    Erratum(
        "000-30",
        "Eq 164-166, 171, 250",
        "O",
        wrong="Subscripts that name no parameter.",
        right="x_cr, s_cr, v_cr; the biases and rows of their own gates.",
        unchecked="lost in the extraction of the text",
    ),
)
