"""The canonical RNN with gates on what it keeps and on what it adds: document 000, Eq 94-99."""

from __future__ import annotations

from typing import Any, ClassVar

from lstm_core.cells.base import Cell
from lstm_core.signals import Node, Signal


class GatedState(Cell):
    """The state before passes W_s and a gate; the update, not squashed, passes another."""

    name = "stage_gated_state"
    title = "Stage 1: gated state and update"
    source = "document 000, Section V"
    sizes: ClassVar = {"d_x": "width of the input", "d_s": "width of the state"}
    declared = (
        Signal("a_cu", "accumulation", "control update accumulation", "113", "alpha_cu"),
        Signal("a_cs", "accumulation", "control state accumulation", "112", "alpha_cs"),
        Signal("a_ds", "accumulation", "data state accumulation", "96", "alpha_ds"),
        Signal("a_du", "accumulation", "data update accumulation", "97", "alpha_du"),
        Signal("g_cu", "gate", "update (input) gate", "116", "gamma_cu", "", "i", "a_cu"),
        Signal("g_cs", "gate", "state (forget) gate", "115", "gamma_cs", "", "f", "a_cs"),
        Signal("s", "state", "state", "98", "psi", torch="c", terms="g_cs a_ds + g_cu a_du"),
        Signal("r", "readout", "readout", "95", "chi", "", "h", "s", "tanh"),
    )
    nodes: ClassVar[tuple[Node, ...]] = (
        Node("a_cu", "W_x_cu x + W_s_cu s' + W_v_cu r' + b_cu", "113", "- - - -"),
        Node("a_cs", "W_x_cs x + W_s_cs s' + W_v_cs r' + b_cs", "112", "- - - -"),
        Node("a_ds", "W_s s'", "96", "-"),
        Node("a_du", "W_r r' + W_x x + theta_s", "97", "- - -"),
    )
    carried = ("s",)
    state = "s"
    output = "r"
    totals = ("s", "r")

    def step(self, warped: list[Any], before: tuple[Any, ...], tools: Any) -> tuple[Any, ...]:
        g_cu, g_cs, a_ds, a_du = warped  # (116), (115), (96), (97)
        s = tools.keep("s", g_cs * a_ds + g_cu * a_du)  # (98)
        return s, tools.keep("r", tools.tanh(s))  # (95)

    def local(self, rec: Any, slope: dict[str, Any], through: Any) -> tuple[Any, ...]:
        return (
            through("s", rec["a_du"] * slope["g_cu"]),  # ds/da_cu
            through("s", rec["a_ds"] * slope["g_cs"]),  # ds/da_cs
            through("s", rec["g_cs"]),  # ds/da_ds
            through("s", rec["g_cu"]),  # ds/da_du
            slope["r"],  # dr/ds
        )

    def step_back(
        self, local: tuple[Any, ...], arriving: list[Any], alphas: tuple[Any, ...], tools: Any
    ) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        *D_alphas, D_r = local
        f_psi, chi = arriving
        psi = chi * D_r + f_psi
        for D, alpha in zip(D_alphas, alphas, strict=True):
            tools.product(psi, D, alpha)
        return (psi, chi), (None, None)

    def inner_gradients(self, rec: Any, passed: dict[str, Any]) -> dict[str, Any]:
        psi = passed["s"]
        return {"g_cu": psi * rec["a_du"], "g_cs": psi * rec["a_ds"]}
