"""The Vanilla LSTM cell: document 000, Eq 126-136 forward, Eq 144-155 backward."""

from __future__ import annotations

from typing import Any, ClassVar

from lstm_core.cells.base import Cell
from lstm_core.signals import Node, Signal


class VanillaLSTM(Cell):
    """Three gates around a state that is carried by itself; full peephole matrices W_s_*."""

    name = "vanilla_lstm"
    title = "Vanilla LSTM"
    source = "document 000, Section VI"
    sizes: ClassVar = {"d_x": "width of the input", "d_s": "width of the state"}
    declared = (
        Signal("a_cu", "accumulation", "control update accumulation", "126", "alpha_cu", "152"),
        Signal("a_cs", "accumulation", "control state accumulation", "127", "alpha_cs", "151"),
        Signal("a_cr", "accumulation", "control readout accumulation", "128", "alpha_cr", "147"),
        Signal("a_du", "accumulation", "data update accumulation", "129", "alpha_du", "153"),
        Signal("g_cu", "gate", "update (input) gate", "131", "gamma_cu", "141", "i", "a_cu"),
        Signal("g_cs", "gate", "state (forget) gate", "132", "gamma_cs", "141", "f", "a_cs"),
        Signal("g_cr", "gate", "readout (output) gate", "133", "gamma_cr", "146", "o", "a_cr"),
        Signal("u", "candidate", "update candidate", "130", "", "", "g", "a_du", "tanh"),
        Signal("s", "state", "state", "134", "psi", "150", "c", terms="g_cs s' + g_cu u"),
        Signal("r", "readout", "readout", "135", "rho", "145", "", "s", "tanh"),
        Signal("v", "value", "value", "136", "chi", "144", "h", terms="g_cr r"),
    )
    nodes = (
        Node("a_cu", "W_x_cu x + W_s_cu s' + W_v_cu v' + b_cu", "126", "156 157 158 159"),
        Node("a_cs", "W_x_cs x + W_s_cs s' + W_v_cs v' + b_cs", "127", "160 161 162 163"),
        Node("a_cr", "W_x_cr x + W_s_cr s + W_v_cr v' + b_cr", "128", "164 165 166 167"),
        Node("a_du", "W_x_du x + W_v_du v' + b_du", "129", "168 169 170"),
    )
    carried = ("s", "v")
    state = "s"
    output = "v"
    totals = ("s", "v")

    def step(self, warped: list[Any], before: tuple[Any, ...], tools: Any) -> tuple[Any, ...]:
        g_cu, g_cs, _, u = warped  # (131), (132), (130)
        s_prev, _ = before
        s = tools.keep("s", g_cs * s_prev + g_cu * u)  # (134)
        g_cr = tools.late("W_s_cr", s)  # (128), (133)
        r = tools.keep("r", tools.tanh(s))  # (135)
        v = tools.keep("v", g_cr * r)  # (136)
        return s, r, v

    def local(self, rec: Any, slope: dict[str, Any], through: Any) -> tuple[Any, ...]:
        return (
            through("s", rec["u"] * slope["g_cu"]),  # (152)
            through("s", rec.previous("s") * slope["g_cs"]),  # (151)
            through("v", rec["r"] * slope["g_cr"]),  # (147)
            through("s", rec["g_cu"] * slope["u"]),  # (153)
            through("v", rec["g_cr"] * slope["r"]),  # (150)
            through("s", rec["g_cs"]),  # last term of (155)
        )

    def step_back(
        self, local: tuple[Any, ...], arriving: list[Any], alphas: tuple[Any, ...], tools: Any
    ) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        D_cu, D_cs, D_cr, D_du, D_r, D_s = local
        alpha_cu, alpha_cs, alpha_cr, alpha_du = alphas
        f_psi, chi = arriving  # (155); (144) with (154)
        tools.product(chi, D_cr, alpha_cr)  # (147)
        psi = tools.late_back("W_s_cr", alpha_cr, chi * D_r + f_psi)  # (150), errata 21
        tools.product(psi, D_cu, alpha_cu)  # (152)
        tools.product(psi, D_cs, alpha_cs)  # (151)
        tools.product(psi, D_du, alpha_du)  # (153)
        return (psi, chi), (D_s * psi, None)

    def inner_gradients(self, rec: Any, passed: dict[str, Any]) -> dict[str, Any]:
        psi, chi = passed["s"], passed["v"]
        return {
            "g_cu": psi * rec["u"],
            "g_cs": psi * rec.previous("s"),
            "g_cr": chi * rec["r"],  # (146)
            "u": psi * rec["g_cu"],
            "r": chi * rec["g_cr"],  # (145)
        }
