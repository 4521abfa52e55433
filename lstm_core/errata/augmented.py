"""Errata 31-37: document 000, Section VII. The Augmented LSTM.

Its forward pass is written out here, on NumPy arrays and on torch tensors, and so is its backward
pass, because the printed one and the right one differ in places within it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lstm_core.arrays import arrays_for
from lstm_core.errata.erratum import Check, Erratum, compare
from lstm_core.errata.warps import sigma, slope

L = 3  # the width of the windows
GATES = ("cu", "cs", "cr", "cx")
Signals = dict[str, np.ndarray]


class Augmented:
    """A random Augmented LSTM, all widths 4, its run and dE/dv (K, d_v)."""

    def __init__(self, seed: int, K: int = 8, d: int = 4) -> None:
        rng = np.random.default_rng(seed)
        self.theta = {"W_q_dr": 0.5 * rng.normal(size=(d, d))}
        for c in (*GATES, "du"):
            self.theta[f"W_x_{c}"] = 0.5 * rng.normal(size=(L, d, d))
            self.theta[f"W_v_{c}"] = 0.5 * rng.normal(size=(d, d))
            self.theta[f"b_{c}"] = 0.5 * rng.normal(size=d)
            if c != "du":
                self.theta[f"W_s_{c}"] = 0.5 * rng.normal(size=(d, d))
        self.x, self.g = rng.normal(size=(K, d)), rng.normal(size=(K, d))
        self.run = {name: np.stack(rows) for name, rows in forward(self.theta, self.x).items()}

    def truth(self, name: str) -> np.ndarray:
        """dE/d(signal), (K, d), or dE/d(parameter), by automatic differentiation."""
        import torch

        theta = {key: torch.tensor(w, requires_grad=True) for key, w in self.theta.items()}
        run = forward(theta, torch.tensor(self.x))
        error = (torch.tensor(self.g) * torch.stack(run["v"])).sum()
        if name in theta:
            return np.asarray(torch.autograd.grad(error, theta[name])[0])
        return np.stack([np.asarray(part) for part in torch.autograd.grad(error, run[name])])


def forward(theta: Mapping[str, Any], x: Any) -> dict[str, list[Any]]:
    """Every signal of (196) to (214), a list of K rows each."""
    arrays = arrays_for([x])
    sigmoid, tanh = arrays.sigmoid, arrays.tanh
    xi = {c: windows(theta[f"W_x_{c}"], x) for c in (*GATES, "du")}
    s = v = arrays.zeros(theta["b_cu"].shape)
    rows: dict[str, list[Any]] = {}
    for n in range(len(x)):
        before = {c: xi[c][n] + theta[f"W_v_{c}"] @ v + theta[f"b_{c}"] for c in GATES}
        a_cu, a_cs, a_cx = (before[c] + theta[f"W_s_{c}"] @ s for c in ("cu", "cs", "cx"))
        g_cx = sigmoid(a_cx)  # (207)
        a_du = g_cx * xi["du"][n] + theta["W_v_du"] @ v + theta["b_du"]  # (209)
        u = tanh(a_du)  # (210)
        s_prev, s = s, sigmoid(a_cs) * s + sigmoid(a_cu) * u  # (211)
        a_cr = before["cr"] + theta["W_s_cr"] @ s  # (203)
        r = tanh(s)  # (212)
        q = sigmoid(a_cr) * r  # (213)
        v = theta["W_q_dr"] @ q  # (214)
        row = {"a_cu": a_cu, "a_cs": a_cs, "a_cx": a_cx, "g_cx": g_cx, "a_du": a_du, "u": u}
        row |= {"s": s, "a_cr": a_cr, "r": r, "q": q, "v": v, "s_prev": s_prev, "xi": xi["du"][n]}
        for name, value in row.items():
            rows.setdefault(name, []).append(value)
    return rows


def windows(W_x: Any, x: Any) -> Any:
    """xi[n] = sum over l of W_x[l] x[n+l] (188), x = 0 past the end: (K, d_s)."""
    arrays = arrays_for([x])
    padded = arrays.join([x, arrays.zeros((len(W_x) - 1, x.shape[1]))], 0)
    return sum(padded[l : l + len(x)] @ W_x[l].T for l in range(len(W_x)))


def backward(net: Augmented, *, transposed: bool = True, slope_at: str = "a_cx") -> Signals:
    """The gradients (217) to (229), (K, d) each. Right by default; ``transposed=False`` and
    ``slope_at="a_cr"`` are as printed in (222), (228), (229) and in (227)."""
    run, K = net.run, len(net.g)
    W = {name: w.T if transposed else w for name, w in net.theta.items()}
    g_cu, g_cs, g_cr = (sigma(run[name]) for name in ("a_cu", "a_cs", "a_cr"))
    u, r, W_q_dr = run["u"], run["r"], net.theta["W_q_dr"]
    back: Signals = {name: np.zeros_like(u) for name in ("psi", "chi", "alpha_du", "alpha_cx")}
    f_chi = f_psi = np.zeros_like(u[0])
    for n in range(K - 1, -1, -1):
        chi = net.g[n] + f_chi  # (217)
        beta = W_q_dr.T @ chi  # (218)
        alpha_cr = beta * r[n] * slope(run["a_cr"][n])  # (221)
        psi = beta * g_cr[n] * (1 - r[n] ** 2) + W["W_s_cr"] @ alpha_cr + f_psi  # (222)
        alpha_cs = psi * run["s_prev"][n] * slope(run["a_cs"][n])  # (223)
        alpha_cu = psi * u[n] * slope(run["a_cu"][n])  # (224)
        alpha_du = psi * g_cu[n] * (1 - u[n] ** 2)  # (225)
        alpha_cx = alpha_du * run["xi"][n] * slope(run[slope_at][n])  # (226), (227)
        alphas = {"cu": alpha_cu, "cs": alpha_cs, "cr": alpha_cr, "cx": alpha_cx, "du": alpha_du}
        f_chi = sum((W[f"W_v_{c}"] @ alpha for c, alpha in alphas.items()), f_chi * 0)  # (228)
        f_psi = sum((W[f"W_s_{c}"] @ alphas[c] for c in ("cu", "cs", "cx")), g_cs[n] * psi)  # (229)
        back["psi"][n], back["chi"][n] = psi, chi
        back["alpha_du"][n], back["alpha_cx"][n] = alpha_du, alpha_cx
    return back


def standing_window(seed: int) -> Check:
    """Errata 31: printed: x[0 .. L-1] at every step. Truth: torch's convolution."""
    import torch

    net = Augmented(seed)
    W_x, x = net.theta["W_x_du"], net.x
    first = np.einsum("lsx,lx->s", W_x, x[:L])
    printed = np.broadcast_to(first, x.shape)
    padded = torch.tensor(np.concatenate([x, np.zeros((L - 1, x.shape[1]))]).T)
    truth = torch.conv1d(padded[None], torch.tensor(W_x.transpose(1, 2, 0)))[0].T
    return compare("xi_du[{}]", printed, net.run["xi"], truth)


def untransposed_weights(seed: int) -> Check:
    """Errata 33."""
    net = Augmented(seed)
    printed, corrected = backward(net, transposed=False)["psi"], backward(net)["psi"]
    return compare("psi[{}]", printed, corrected, net.truth("s"))


def second_slope(seed: int) -> Check:
    """Errata 34: the middle member of (226), which counts G_d' twice."""
    net = Augmented(seed)
    corrected = backward(net)["alpha_du"] * net.run["xi"]
    printed = corrected * (1 - net.run["u"] ** 2)
    return compare("gamma_cx[{}]", printed, corrected, net.truth("g_cx"))


def foreign_slope(seed: int) -> Check:
    """Errata 35: G_c' at a_cr, in the whole recursion."""
    net = Augmented(seed)
    printed, corrected = backward(net, slope_at="a_cr"), backward(net)
    truth = net.truth("a_cx")
    return compare("alpha_cx[{}]", printed["alpha_cx"], corrected["alpha_cx"], truth)


def wrong_source(seed: int) -> Check:
    """Errata 36: the gradient (249), summed by (172), with v for q."""
    net = Augmented(seed)
    chi = backward(net)["chi"]
    printed, corrected = chi.T @ net.run["v"], chi.T @ net.run["q"]
    return compare("dE/dW_q_dr[{}]", printed, corrected, net.truth("W_q_dr"))


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
        wrong="The input gate has d_x elements, and multiplies a contribution of d_s.",
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
        wrong="The slope of the input gate is taken at a_cr.",
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
)
