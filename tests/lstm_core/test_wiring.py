"""What the wiring's text can say beyond the registered cells: all of it at once, in one cell."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pytest

import lstm_core as lc
from lstm_core.analysis import flows
from lstm_core.signals import Node, Signal
from lstm_core.substitute import step_in_numbers
from tests.lstm_core.gradient_check import random_case, worst_error
from tests.lstm_core.test_design_rules import OneGate


class Mixed(OneGate):
    """A window beside a plain weight of the input, in nodes that wait for the step before; a node
    that is known ahead, with a bias, read alone and in a product with a complement."""

    name = "mixed"
    title = "Mixed"
    sizes: ClassVar = {"d_x": "width of the input", "d_h": "width of the state", "L": "taps"}
    declared = (
        Signal("k", "accumulation", "known ahead", "", size="d_h"),
        *OneGate.declared[:-1],
        Signal("h", "state", "state", "", terms="(1-f) h' + f c", size="d_h"),
    )
    nodes = (
        Node("k", "W_k x + b_k", "", "- -"),
        Node("a_f", "W_f * x + U_f h' + b_f", "", "- - -"),
        Node("a_c", "W_c x + (1-f) k + U_c h' + k + b_c", "", "- - - - -"),
    )

    def step(self, warped: list[Any], before: tuple[Any, ...], tools: Any) -> tuple[Any, ...]:
        f, _ = warped
        c = tools.plus("a_c", (1 - f) * tools.ahead("k"))
        return (tools.keep("h", (1 - f) * before[0] + f * c),)

    def local(self, rec: Any, slope: dict[str, Any], through: Any) -> tuple[Any, ...]:
        return (
            *super().local(rec, slope, through),
            through("a_c", -rec["k"] * slope["f"]),
        )

    def step_back(
        self, local: tuple[Any, ...], arriving: list[Any], alphas: tuple[Any, ...], tools: Any
    ) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        (psi,) = arriving
        D_f, D_c, D_h, c_f = local
        alpha_f, alpha_c = alphas
        tools.product(psi, D_c, alpha_c)
        tools.total(psi * D_f, alpha_c * c_f, alpha_f)
        return (psi,), (psi * D_h,)

    def inner_gradients(self, rec: Any, passed: dict[str, Any]) -> dict[str, Any]:
        found = super().inner_gradients(rec, passed)
        return found | {"f": found["f"] - passed["a_c"] * rec["k"]}


CELL = Mixed()


@pytest.mark.parametrize("batch", [False, True], ids=["one", "batch"])
@pytest.mark.parametrize("clamped", [False, True], ids=["free", "clamped"])
@pytest.mark.parametrize("seed", range(6))
def test_gradients(batch: bool, clamped: bool, seed: int) -> None:
    assert CELL.ahead == ("k",)
    assert CELL.products == {"k": (), "a_f": (), "a_c": ("(1-f) k", "k")}
    assert worst_error(random_case(CELL, seed, batch=batch, clamped=clamped)) < 1e-10


def test_numbers_and_flows() -> None:
    theta = lc.init_params(CELL, 1, d_x=2, d_h=3, L=3)
    rec = lc.unroll(CELL, theta, np.random.default_rng(1).normal(size=(5, 2)))
    back = lc.backpropagate(rec, np.ones_like(rec.output))
    found = flows(rec, back)
    lines = {line.signal.name: line for line in step_in_numbers(rec, 2, 1)}
    terms = lines["a_c"].terms
    assert [term.names for term in terms] == [("W_c",), ("1-f", "k"), ("U_c",), ("k",), ("b_c",)]
    for term in terms:
        product = np.prod([found.forward[name][2, 1] for name in term.names])
        assert term.value == pytest.approx(product)
    assert sum(term.value for term in terms) == pytest.approx(rec["a_c"][2, 1])
    wires = found.graph.leaving["k"]
    assert {wire.dest for wire in wires} == {"a_c", "a_c*0"}
    total = np.sum([found.backward[wire.name] for wire in wires], 0)
    np.testing.assert_allclose(total, back.of("k"), rtol=1e-12)
    error = np.sum([found.backward[wire.name] for wire in found.graph.leaving["x"]], 0)
    np.testing.assert_allclose(error, back.d_x, rtol=1e-12)


@pytest.mark.parametrize("reader", ["state", "weight", "lag", "node"])
def test_what_is_read_elsewhere_is_not_ahead(reader: str) -> None:
    """It may be forced or needed step by step: then it is a node of the step."""
    declared, nodes = list(CELL.declared), list(CELL.nodes)
    if reader == "state":
        declared[-1] = Signal("h", "state", "state", "", terms="(1-f) h' + k", size="d_h")
    elif reader == "weight":
        nodes[1] = Node("a_f", "W_f * x + V_f k + b_f", "", "- - -")
    elif reader == "lag":
        nodes[2] = Node("a_c", "(1-f) k + U_c h' + k' + b_c", "", "- - - -")
    else:
        nodes[0] = Node("k", "W_k x + U_k h' + b_k", "", "- - -")
    tables = {"declared": tuple(declared), "nodes": tuple(nodes)}
    cell: lc.Cell = type("Other", (Mixed,), tables)()
    assert cell.ahead == ()
