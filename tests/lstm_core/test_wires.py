"""The graph of a cell: derived from its tables, complete, in order, with names that are keys."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any, ClassVar

import pytest

import lstm_core as lc
from lstm_core.signals import Node, Signal
from lstm_core.wires import Graph, new_parts, wires
from tests.lstm_core.test_design_rules import THROWAWAY, MinimalGatedUnit, OneGate


def with_terms(cell: type[lc.Cell], **terms: str) -> tuple[Signal, ...]:
    return tuple(replace(s, terms=terms.get(s.name, "")) for s in cell.declared)


class WrittenGate(OneGate):
    """The throwaway cell, with the terms of its state written down."""

    name = "written_gate"
    declared = with_terms(OneGate, h="(1-f) h' + f c")


class WrittenUnit(MinimalGatedUnit):
    name = "written_unit"
    declared = with_terms(MinimalGatedUnit, q="f h'", h="(1-f) h' + f c")


class Squares(lc.Cell):
    """Only tables: a square, a lagged complement, a lone factor, the input as a factor."""

    name = "squares"
    title = "Squares"
    source = "this test"
    sizes: ClassVar = {"d_x": "width of everything"}
    declared = (
        Signal("a", "accumulation", "sum", "", size="d_x"),
        Signal("z", "gate", "gate", "", of="a", size="d_x"),
        Signal("s", "state", "state", "", terms="z z s' + (1-z)' x + a", size="d_x"),
        Signal("v", "value", "value", "", terms="s", size="d_x"),
    )
    nodes: ClassVar = (Node("a", "W_x x + W_y z' + V s' + b + c", "", "- - - - -"),)
    carried = ("s", "z")
    state = "s"
    output = "v"
    totals = ("s", "v")


WRITTEN = (WrittenGate(), WrittenUnit())
EVERY_CELL: tuple[lc.Cell, ...] = (*lc.CELLS.values(), *THROWAWAY, *WRITTEN, Squares())
CELLS = pytest.mark.parametrize("cell", EVERY_CELL, ids=lambda cell: cell.name)


def kinds(graph: Graph, *wanted: str) -> set[str]:
    return {name for name, node in graph.nodes.items() if node.kind in wanted}


def ends(graph: Graph) -> set[tuple[str, str]]:
    return {(wire.source, wire.dest) for wire in graph.wires.values()}


def test_the_vanilla_lstm() -> None:
    graph = wires(lc.CELLS["vanilla_lstm"])
    assert kinds(graph, "input") == {"x"}
    assert kinds(graph, "before") == {"s'", "v'"}
    assert kinds(graph, "bias") == {"b_cu", "b_cs", "b_cr", "b_du"}
    assert kinds(graph, "sum") == {"a_cu", "a_cs", "a_cr", "a_du"}
    assert kinds(graph, "warp") == {"g_cu", "g_cs", "g_cr", "u", "r"}
    assert kinds(graph, "signal") == {"s", "v"}
    assert kinds(graph, "times") == {"s*0", "s*1", "v*0"}
    assert kinds(graph, "plus") == {"s+"}
    assert kinds(graph, "complement") == set()
    assert kinds(graph, "after") == {"s.next", "v.next"}
    assert kinds(graph, "loss") == {"loss"}
    carousel = {("s'", "s*0"), ("g_cs", "s*0"), ("s*0", "s+"), ("s*1", "s+"), ("s+", "s")}
    assert carousel | {("s", "s.next"), ("s", "r"), ("v", "loss")} <= ends(graph)
    peephole = graph.wires["W_s_cr"]
    assert (peephole.source, peephole.dest, peephole.param) == ("s", "a_cr", "W_s_cr")
    assert graph.wires["W_s_cs"].source == "s'"
    assert graph.wires["b_cu->a_cu"].param == "b_cu"
    assert len(graph.wires) == 33


@pytest.mark.parametrize("name", ["rnn_canonical", "rnn_standard"])
def test_an_rnn(name: str) -> None:
    """Its state is an accumulation; the standard one's returns as readout only."""
    graph = wires(lc.CELLS[name])
    back = {"rnn_canonical": {"s", "r"}, "rnn_standard": {"r"}}[name]
    assert (graph.nodes["s"].kind, graph.nodes["r"].kind) == ("sum", "warp")
    assert kinds(graph, "before") == {f"{signal}'" for signal in back}
    assert kinds(graph, "after") == {f"{signal}.next" for signal in back}
    assert {("s", "r"), ("r", "loss"), ("theta_s", "s")} <= ends(graph)


def test_complements_squares_and_lone_factors() -> None:
    graph = wires(Squares())
    assert {("z'", "1-z'"), ("1-z'", "s*1"), ("x", "s*1")} <= ends(graph)
    assert graph.nodes["1-z'"].lag == 1
    assert {"z->s*0", "z->s*0#2", "s'->s*0", "a->s+", "s->v"} <= graph.wires.keys()
    assert not {"s*2", "v+", "v*0"} & graph.nodes.keys()
    assert kinds(graph, "bias") == {"b", "c"}
    shared = wires(WrittenUnit())
    assert [wire.dest for wire in shared.leaving["1-f"]] == ["h*0"]
    assert {wire.source for wire in shared.arriving["h*0"]} == {"1-f", "h'"}


def test_signals_without_terms_stand_alone() -> None:
    graph = wires(OneGate())
    assert graph.nodes["h"].kind == "signal"
    assert not graph.arriving["h"]
    assert {wire.dest for wire in graph.leaving["h"]} == {"h.next", "loss"}


@CELLS
def test_everything_declared_is_there_once(cell: lc.Cell) -> None:
    graph = wires(cell)
    assert graph is wires(cell)
    assert kinds(graph, "sum", "warp", "signal") == set(cell.signals)
    weighted = [wire.param for wire in graph.wires.values() if wire.param]
    assert sorted(weighted) == sorted(cell.params)
    assert not graph.nodes.keys() & graph.wires.keys()
    for name, node in graph.nodes.items():
        assert node.name == name
        assert node.text
        assert node.signal in (*cell.signals, "x")
    for name, wire in graph.wires.items():
        assert wire.name == name
        assert wire in graph.leaving[wire.source]
        assert wire in graph.arriving[wire.dest]


@CELLS
def test_nodes_stand_behind_their_sources(cell: lc.Cell) -> None:
    graph = wires(cell)
    place = {name: i for i, name in enumerate(graph.nodes)}
    assert all(place[source] < place[dest] for source, dest in ends(graph))


@CELLS
def test_what_returns_has_both_ends(cell: lc.Cell) -> None:
    graph = wires(cell)
    before = {graph.nodes[name].signal for name in kinds(graph, "before")}
    after = {graph.nodes[name].signal for name in kinds(graph, "after")}
    assert before == after <= set(cell.lagged)
    assert graph.nodes["loss"].signal == cell.output


def test_a_circle_is_refused() -> None:
    class Circle(Squares):
        declared: ClassVar[Any] = with_terms(Squares, s="v z", v="s z")

    with pytest.raises(ValueError, match=r"these signals are made of each other: .*s"):
        wires(Circle())


WAY = ("rnn_canonical", *(n for n in lc.CELLS if n.startswith("stage_")), "vanilla_lstm")


def test_what_is_new_on_the_way_to_the_lstm() -> None:
    """Eq 94-108, a part at a time: the boxes by name, the wires by name."""
    found = [
        new_parts(lc.CELLS[cell], lc.CELLS[before]) for before, cell in itertools.pairwise(WAY)
    ]
    gates, identity, readout, squashed, vanilla = found
    graphs = [wires(lc.CELLS[name]) for name in WAY[1:]]
    assert gates & graphs[0].nodes.keys() == {
        *("a_cu", "a_cs", "b_cu", "b_cs", "g_cu", "g_cs", "a_ds", "a_du", "s*0", "s*1", "s+")
    }
    assert not gates & {"W_s", "W_r", "W_x", "theta_s", "theta_s->a_du"}
    assert identity == {"s'->s*0"}
    assert readout & graphs[2].nodes.keys() == {"a_cr", "b_cr", "g_cr", "v*0", "v", "v'", "v.next"}
    assert {"W_r", "W_v_cu", "W_v_cs", "W_s_cr"} <= readout
    assert squashed & graphs[3].nodes.keys() == {"xi_du", "a_cx", "b_cx", "g_cx", "a_du*0", "u"}
    assert "W_x" not in squashed
    assert vanilla == {"W_x_du"}


@CELLS
def test_a_cell_has_nothing_that_itself_has_not(cell: lc.Cell) -> None:
    assert new_parts(cell, cell) == frozenset()
    graph = wires(cell)
    assert new_parts(cell, lc.CELLS["rnn_standard"]) <= graph.nodes.keys() | graph.wires.keys()
