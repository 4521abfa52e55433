"""Errata 31-38: document 000, Section VII. The Augmented LSTM."""

from __future__ import annotations

import numpy as np

from lstm_core.errata.erratum import Check, Erratum, compare
from lstm_core.errata.instances import AUGMENTED, random_instance
from lstm_core.records import Recording


def standing_window(seed: int) -> Check:
    """Errata 31: printed: x[0 .. L-1] at every step. Truth: torch's convolution."""
    import torch

    run = random_instance(AUGMENTED, seed)
    W_x, x = run.theta["W_x_du"], run.x
    L = len(W_x)
    first = np.einsum("lsx,lx->s", W_x, x[:L])
    printed = np.broadcast_to(first, x.shape)
    padded = torch.tensor(np.concatenate([x, np.zeros((L - 1, x.shape[1]))]).T)
    truth = torch.conv1d(padded[None], torch.tensor(W_x.transpose(1, 2, 0)))[0].T
    return compare("xi_du[{}]", printed, run.rec["xi_du"], truth)


def untransposed_weights(seed: int) -> Check:
    """Errata 33."""
    run = random_instance(AUGMENTED, seed)
    printed = printed_217_229(run.rec, run.g)
    return compare("psi[{}]", printed, run.back["psi"], run.truth.gradient("s"))


def printed_217_229(rec: Recording, g: np.ndarray) -> np.ndarray:
    """psi (K, d_s) by (217) to (229) as printed in (222), (228) and (229): no weight is transposed.
    The slope of (227) is the right one."""
    W = rec.theta
    g_cu, g_cs, g_cx, g_cr = (rec[f"g_{c}"] for c in ("cu", "cs", "cx", "cr"))
    u, r, xi_du, s_prev = rec["u"], rec["r"], rec["xi_du"], rec.previous("s")
    psi = np.zeros_like(u)
    f_psi, f_chi = np.zeros_like(u[0]), np.zeros_like(g[0])
    for n in range(len(g) - 1, -1, -1):
        chi = g[n] + f_chi  # (217)
        beta = W["W_q_dr"].T @ chi  # (218)
        alpha_cr = beta * r[n] * g_cr[n] * (1 - g_cr[n])  # (221)
        psi[n] = beta * g_cr[n] * (1 - r[n] ** 2) + W["W_s_cr"] @ alpha_cr + f_psi  # (222)
        alpha_cs = psi[n] * s_prev[n] * g_cs[n] * (1 - g_cs[n])  # (223)
        alpha_cu = psi[n] * u[n] * g_cu[n] * (1 - g_cu[n])  # (224)
        alpha_du = psi[n] * g_cu[n] * (1 - u[n] ** 2)  # (225)
        alpha_cx = alpha_du * xi_du[n] * g_cx[n] * (1 - g_cx[n])  # (226), (227)
        f_chi = W["W_v_cu"] @ alpha_cu + W["W_v_cs"] @ alpha_cs + W["W_v_cr"] @ alpha_cr  # (228)
        f_chi = f_chi + W["W_v_cx"] @ alpha_cx + W["W_v_du"] @ alpha_du
        f_psi = W["W_s_cu"] @ alpha_cu + W["W_s_cs"] @ alpha_cs + W["W_s_cx"] @ alpha_cx  # (229)
        f_psi = f_psi + g_cs[n] * psi[n]
    return psi


def second_slope(seed: int) -> Check:
    """Errata 34: the middle member of (226), which counts G_d' twice."""
    run = random_instance(AUGMENTED, seed)
    printed = run.back["alpha_du"] * (1 - run.rec["u"] ** 2) * run.rec["xi_du"]
    return compare("gamma_cx[{}]", printed, run.back["gamma_cx"], run.truth.gradient("g_cx"))


def foreign_slope(seed: int) -> Check:
    """Errata 35: G_c' at a_cr in (227), with everything before it right."""
    run = random_instance(AUGMENTED, seed)
    printed = run.back["gamma_cx"] * run.rec["g_cr"] * (1 - run.rec["g_cr"])
    return compare("alpha_cx[{}]", printed, run.back["alpha_cx"], run.truth.gradient("a_cx"))


def wrong_source(seed: int) -> Check:
    """Errata 36: the gradient (249), summed by (172), with v for q."""
    run = random_instance(AUGMENTED, seed)
    printed = run.back["chi"].T @ run.rec["v"]
    corrected, truth = run.back.d_theta["W_q_dr"], run.truth.gradient("W_q_dr")
    return compare("dE/dW_q_dr[{}]", printed, corrected, truth)


def ungated_window(seed: int) -> Check:
    """Errata 38: the gradient (246), summed by (172), without the gate of (209)."""
    run = random_instance(AUGMENTED, seed)
    alpha_du, x = run.back["alpha_du"], run.x
    corrected, truth = run.back.d_theta["W_x_du"], run.truth.gradient("W_x_du")
    # A window ends where the sequence does: x[n + l] is 0 from K on.
    printed = np.stack([alpha_du[: len(x) - l].T @ x[l:] for l in range(len(corrected))])
    return compare("dE/dW_x_du[{}]", printed, corrected, truth)


ROWS = (
    Erratum(
        "000-31",
        "Eq 187",
        "I",
        wrong="The window is said to hold x[0] to x[3] at each step; what lies past the end is left"
        " open.",
        right="x[n] to x[n+3], zeros past the end.",
        check=standing_window,
        code="The window of step n is x[n] to x[n+L-1], with zeros past the end.",
        files=("lstm_core/products.py",),
    ),
    Erratum(
        "000-32",
        "Eq 192, 195, 206, 209",
        "D",
        wrong="The gate on the input has d_x elements, and multiplies a contribution of d_s.",
        right="The first dimension of all parameters of cx is d_s, as in 106.",
        unchecked="shapes that don't fit: there is nothing to compute",
        code="It has d_s rows, as have its parameters.",
        files=("lstm_core/cells/augmented_lstm.py", "lstm_core/cells/stage_gated_input.py"),
    ),
    Erratum(
        "000-33",
        "Eq 222, 228, 229",
        "T",
        wrong="Every weight matrix lacks its transpose.",
        right="W_s_cr^T, W_v_c^T and W_s_c^T.",
        check=untransposed_weights,
        code="Transposes everywhere: within the step for W_s_cr and W_q_dr, in the loop for the others.",
        files=("lstm_core/cells/augmented_lstm.py", "lstm_core/backpropagate.py"),
    ),
    Erratum(
        "000-34",
        "Eq 226",
        "E",
        wrong="The middle member counts G_d' twice: alpha_du is dE/da_du already.",
        right="gamma_cx = alpha_du xi_du, the member to the right.",
        check=second_slope,
        code="gamma_cx is alpha_du times xi_du.",
        files=("lstm_core/cells/augmented_lstm.py",),
    ),
    Erratum(
        "000-35",
        "Eq 227",
        "E",
        wrong="The slope of the gate on the input is taken at a_cr.",
        right="At a_cx.",
        check=foreign_slope,
        code="It is taken at a_cx.",
        files=("lstm_core/cells/augmented_lstm.py",),
    ),
    Erratum(
        "000-36",
        "Eq 249",
        "E, D",
        wrong="The gradient of the projection is chi v^T, which has not even its shape.",
        right="chi[n] q[n]^T.",
        check=wrong_source,
        code="It is chi q^T, d_v x d_s.",
        files=("lstm_core/cells/augmented_lstm.py",),
    ),
    Erratum(
        "000-37",
        "Eq 250",
        "E",
        wrong="dE/dW_q_dr is missing, and the row of cx repeats that of cu.",
        right="One row for each of cu, cs, cr, cx and du, and W_q_dr.",
        unchecked="a list, not a number",
        code="`d_theta` has every parameter that the nodes name.",
        files=("lstm_core/records.py",),
    ),
    Erratum(
        "000-38",
        "Eq 246",
        "E",
        wrong="The gradient of the input's weights for the update lacks the gate on the input.",
        right="(alpha_du g_cx)[n] x[n+l]^T: in 209 the gate stands before the window's contribution.",
        check=ungated_window,
        code="It is that of xi_du, which has the gate in it; 242 is right, since no gate stands there.",
        files=("lstm_core/backpropagate.py",),
    ),
)
