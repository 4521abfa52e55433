"""The input gated and the update squashed: document 000, Eq 106-108; with g_cx = 1 the Vanilla LSTM."""

from __future__ import annotations

from typing import Any, ClassVar

from lstm_core.cells.base import Cell
from lstm_core.signals import Node, Signal


class GatedInput(Cell):
    """The last stage: a gate for the input's contribution xi_du, with a row for each unit of the
    state (errata 32), and a candidate u that is squashed as the readout is."""

    name = "stage_gated_input"
    title = "Stage 4: gated input, squashed update"
    source = "document 000, Section V"
    sizes: ClassVar = {"d_x": "width of the input", "d_s": "width of the state"}
    declared = (
        Signal("xi_du", "accumulation", "input's contribution to the data update", "106"),
        Signal("a_cu", "accumulation", "control update accumulation", "113", "alpha_cu"),
        Signal("a_cs", "accumulation", "control state accumulation", "112", "alpha_cs"),
        Signal("a_cx", "accumulation", "control input accumulation", "192", "alpha_cx"),
        Signal("a_cr", "accumulation", "control readout accumulation", "114", "alpha_cr"),
        Signal("a_du", "accumulation", "data update accumulation", "106", "alpha_du"),
        Signal("g_cu", "gate", "update (input) gate", "116", "gamma_cu", "", "i", "a_cu"),
        Signal("g_cs", "gate", "state (forget) gate", "115", "gamma_cs", "", "f", "a_cs"),
        Signal("g_cx", "gate", "gate on the input", "193", "gamma_cx", of="a_cx"),
        Signal("g_cr", "gate", "readout (output) gate", "117", "gamma_cr", "", "o", "a_cr"),
        Signal("u", "candidate", "update candidate", "107", "", "", "g", "a_du", "tanh"),
        Signal("s", "state", "state", "108", "psi", torch="c", terms="g_cs s' + g_cu u"),
        Signal("r", "readout", "readout", "95", "rho", of="s", warp="tanh"),
        Signal("v", "value", "value", "103", "chi", torch="h", terms="g_cr r"),
    )
    nodes = (
        Node("xi_du", "W_x x", "106", "-"),
        Node("a_cu", "W_x_cu x + W_s_cu s' + W_v_cu v' + b_cu", "113", "- - - -"),
        Node("a_cs", "W_x_cs x + W_s_cs s' + W_v_cs v' + b_cs", "112", "- - - -"),
        Node("a_cx", "W_x_cx x + W_s_cx s' + W_v_cx v' + b_cx", "192", "- - - -"),
        Node("a_cr", "W_x_cr x + W_s_cr s + W_v_cr v' + b_cr", "114", "- - - -"),
        Node("a_du", "W_r v' + g_cx xi_du + theta_s", "106", "- - -"),
    )
    carried = ("s", "v")
    state = "s"
    output = "v"
    totals = ("s", "v")

    def step(self, warped: list[Any], before: tuple[Any, ...], tools: Any) -> tuple[Any, ...]:
        g_cu, g_cs, g_cx, _, _ = warped  # (116), (115), (193)
        s_prev, _ = before
        u = tools.plus("a_du", g_cx * tools.ahead("xi_du"))  # (106), (107)
        s = tools.keep("s", g_cs * s_prev + g_cu * u)  # (108)
        g_cr = tools.late("W_s_cr", s)  # (114), (117)
        r = tools.keep("r", tools.tanh(s))  # (95)
        return s, r, tools.keep("v", g_cr * r)  # (103)

    def local(self, rec: Any, slope: dict[str, Any], through: Any) -> tuple[Any, ...]:
        return (
            through("s", rec["u"] * slope["g_cu"]),  # ds/da_cu
            through("s", rec.previous("s") * slope["g_cs"]),  # ds/da_cs
            through("a_du", rec["xi_du"] * slope["g_cx"]),  # da_du/da_cx
            through("v", rec["r"] * slope["g_cr"]),  # dv/da_cr
            through("s", rec["g_cu"] * slope["u"]),  # ds/da_du
            through("v", rec["g_cr"] * slope["r"]),  # dv/ds beside a_cr
            through("s", rec["g_cs"]),  # ds/ds'
        )

    def step_back(
        self, local: tuple[Any, ...], arriving: list[Any], alphas: tuple[Any, ...], tools: Any
    ) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        D_cu, D_cs, D_cx, D_cr, D_du, D_r, D_s = local
        alpha_cu, alpha_cs, alpha_cx, alpha_cr, alpha_du = alphas
        f_psi, chi = arriving
        tools.product(chi, D_cr, alpha_cr)
        psi = tools.late_back("W_s_cr", alpha_cr, chi * D_r + f_psi)
        tools.product(psi, D_cu, alpha_cu)
        tools.product(psi, D_cs, alpha_cs)
        tools.product(psi, D_du, alpha_du)
        tools.product(alpha_du, D_cx, alpha_cx)
        return (psi, chi), (D_s * psi, None)

    def inner_gradients(self, rec: Any, passed: dict[str, Any]) -> dict[str, Any]:
        psi, chi = passed["s"], passed["v"]
        return {
            "g_cu": psi * rec["u"],
            "g_cs": psi * rec.previous("s"),
            "g_cx": passed["a_du"] * rec["xi_du"],
            "g_cr": chi * rec["r"],
            "u": psi * rec["g_cu"],
            "r": chi * rec["g_cr"],
        }
