"""The Augmented LSTM cell: document 000, Eq 196-214 forward, Eq 216-229 backward.

The Vanilla LSTM with windows over the input (188), a gate for the input, and a projection of the
value. The parameters (215) and their gradients (230-250) are the nodes' terms, with errata 32-37.
"""

from __future__ import annotations

from typing import Any, ClassVar

from lstm_core.cells.base import Cell
from lstm_core.signals import Node, Signal


class AugmentedLSTM(Cell):
    """Every accumulation sees the input L - 1 steps ahead; the value is narrower than the state.

    The input's gate has a row for each unit of the state, as what it multiplies (errata 32).
    """

    name = "augmented_lstm"
    title = "Augmented LSTM"
    source = "document 000, Section VII"
    sizes: ClassVar = {
        "d_x": "width of the input",
        "d_s": "width of the state",
        "d_v": "width of the value",
        "L": "taps of the windows over the input",
    }
    defaults: ClassVar = {"d_v": "d_s", "L": 1}
    at_most: ClassVar = {"d_v": "d_s"}
    declared = (
        Signal("xi_cu", "accumulation", "input's contribution to the control update", "196"),
        Signal("xi_cs", "accumulation", "input's contribution to the control state", "199"),
        Signal("xi_cx", "accumulation", "input's contribution to the control input", "205"),
        Signal("xi_cr", "accumulation", "input's contribution to the control readout", "202"),
        Signal("xi_du", "accumulation", "input's contribution to the data update", "208"),
        Signal("a_cu", "accumulation", "control update accumulation", "197", "alpha_cu", "224"),
        Signal("a_cs", "accumulation", "control state accumulation", "200", "alpha_cs", "223"),
        Signal("a_cx", "accumulation", "control input accumulation", "206", "alpha_cx", "227"),
        Signal("a_cr", "accumulation", "control readout accumulation", "203", "alpha_cr", "221"),
        Signal("a_du", "accumulation", "data update accumulation", "209", "alpha_du", "225"),
        Signal("v", "value", "value", "214", "chi", "217", "h", size="d_v"),
        Signal("g_cu", "gate", "update (input) gate", "198", "gamma_cu", "141", "i", "a_cu"),
        Signal("g_cs", "gate", "state (forget) gate", "201", "gamma_cs", "141", "f", "a_cs"),
        Signal("g_cx", "gate", "gate on the input", "207", "gamma_cx", "226", of="a_cx"),
        Signal("g_cr", "gate", "readout (output) gate", "204", "gamma_cr", "220", "o", "a_cr"),
        Signal("u", "candidate", "update candidate", "210", "", "", "g", "a_du", "tanh"),
        Signal("s", "state", "state", "211", "psi", "222", "c", terms="g_cs s' + g_cu u"),
        Signal("r", "readout", "readout", "212", "rho", "219", "", "s", "tanh"),
        Signal("q", "value", "qualifier", "213", "beta", "218", terms="g_cr r"),
    )
    nodes = (
        Node("xi_cu", "W_x_cu * x", "196", "230"),
        Node("xi_cs", "W_x_cs * x", "199", "234"),
        Node("xi_cx", "W_x_cx * x", "205", "242"),
        Node("xi_cr", "W_x_cr * x", "202", "238"),
        Node("xi_du", "W_x_du * x", "208", "246"),
        Node("a_cu", "xi_cu + W_s_cu s' + W_v_cu v' + b_cu", "197", "- 231 232 233"),
        Node("a_cs", "xi_cs + W_s_cs s' + W_v_cs v' + b_cs", "200", "- 235 236 237"),
        Node("a_cx", "xi_cx + W_s_cx s' + W_v_cx v' + b_cx", "206", "- 243 244 245"),
        Node("a_cr", "xi_cr + W_s_cr s + W_v_cr v' + b_cr", "203", "- 239 240 241"),
        Node("a_du", "g_cx xi_du + W_v_du v' + b_du", "209", "- 247 248"),
        Node("v", "W_q_dr q", "214", "249"),  # errata 36: chi q^T
    )
    carried = ("s", "v")
    state = "s"
    output = "v"
    totals = ("s", "q")

    def step(self, warped: list[Any], before: tuple[Any, ...], tools: Any) -> tuple[Any, ...]:
        g_cu, g_cs, g_cx, _, _, _ = warped  # (198), (201), (207)
        s_prev, _ = before
        u = tools.plus("a_du", g_cx * tools.ahead("xi_du"))  # (209), (210)
        s = tools.keep("s", g_cs * s_prev + g_cu * u)  # (211)
        g_cr = tools.late("W_s_cr", s)  # (203), (204)
        r = tools.keep("r", tools.tanh(s))  # (212)
        q = tools.keep("q", g_cr * r)  # (213)
        tools.late("W_q_dr", q)  # (214): the node v
        return s, r, q

    def local(self, rec: Any, slope: dict[str, Any], through: Any) -> tuple[Any, ...]:
        return (
            through("s", rec["u"] * slope["g_cu"]),  # (224)
            through("s", rec.previous("s") * slope["g_cs"]),  # (223)
            through("a_du", rec["xi_du"] * slope["g_cx"]),  # (227), errata 35: the slope at a_cx
            through("q", rec["r"] * slope["g_cr"]),  # (221)
            through("s", rec["g_cu"] * slope["u"]),  # (225)
            through("q", rec["g_cr"] * slope["r"]),  # (222)
            through("s", rec["g_cs"]),  # last term of (229)
        )

    def step_back(
        self, local: tuple[Any, ...], arriving: list[Any], alphas: tuple[Any, ...], tools: Any
    ) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        D_cu, D_cs, D_cx, D_cr, D_du, D_r, D_s = local
        alpha_cu, alpha_cs, alpha_cx, alpha_cr, alpha_du, alpha_v = alphas
        f_psi, chi = arriving  # (229); (217) with (228)
        alpha_v[...] = chi  # no accumulation: it is not clipped
        beta = tools.late_back("W_q_dr", alpha_v, 0 * D_r)  # (218)
        tools.product(beta, D_cr, alpha_cr)  # (221)
        psi = tools.late_back("W_s_cr", alpha_cr, beta * D_r + f_psi)  # (222), errata 33
        tools.product(psi, D_cu, alpha_cu)  # (224)
        tools.product(psi, D_cs, alpha_cs)  # (223)
        tools.product(psi, D_du, alpha_du)  # (225)
        tools.product(alpha_du, D_cx, alpha_cx)  # (227)
        return (psi, beta), (D_s * psi, None)

    def inner_gradients(self, rec: Any, passed: dict[str, Any]) -> dict[str, Any]:
        psi, beta = passed["s"], passed["q"]
        return {
            "g_cu": psi * rec["u"],
            "g_cs": psi * rec.previous("s"),
            "g_cx": passed["a_du"] * rec["xi_du"],  # (226), errata 34
            "g_cr": beta * rec["r"],  # (220)
            "u": psi * rec["g_cu"],
            "r": beta * rec["g_cr"],  # (219)
        }
