"""The canonical RNN: document 000, Eq 30-31 forward, Eq 82-84 backward."""

from __future__ import annotations

from typing import Any, ClassVar

from lstm_core.cells.base import Cell
from lstm_core.signals import Node, Signal


class CanonicalRNN(Cell):
    """The state is its own accumulation node; state and readout both return."""

    name = "rnn_canonical"
    title = "Canonical RNN"
    source = "document 000, Section II"
    sizes: ClassVar = {"d_x": "width of the input", "d_s": "width of the state"}
    declared = (
        Signal("s", "state", "state", "30", "psi", "84"),
        Signal("r", "readout", "readout", "31", "chi", "82", "h", "s", "tanh"),
    )
    nodes: ClassVar[tuple[Node, ...]] = (
        Node("s", "W_s s' + W_r r' + W_x x + theta_s", "30", "- 87 88 89"),
    )
    carried = ("s",)
    state = "s"
    output = "r"
    totals = ("r",)

    def step(self, warped: list[Any], before: tuple[Any, ...], tools: Any) -> tuple[Any, ...]:
        return ()  # (30) is the node s, (31) its warp r

    def local(self, rec: Any, slope: dict[str, Any], through: Any) -> tuple[Any, ...]:
        return (slope["r"],)

    def step_back(
        self, local: tuple[Any, ...], arriving: list[Any], alphas: tuple[Any, ...], tools: Any
    ) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        (dr,) = local
        (psi,) = alphas
        f_psi, chi = arriving  # W_s^T psi[n+1]; (82) with its transpose, errata 11
        tools.total(chi * dr, f_psi, psi)  # (83)
        return (chi,), (None, None)

    def inner_gradients(self, rec: Any, passed: dict[str, Any]) -> dict[str, Any]:
        return {}
