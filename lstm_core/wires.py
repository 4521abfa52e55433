"""The wiring of a cell as a graph, derived from its declared tables: what a schematic draws.

Every name is a key: nodes and wires share one space of names. A node is named after its signal,
``s``; ``s'`` is that of the previous step and ``s.next`` the way to the next one; ``s*0``, ``s*1``
are the products that make s, ``s+`` their sum, ``1-z`` a complement, ``loss`` the place where the
explicit error enters. A weighted wire has the name of its parameter, any other is ``source->dest``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from lstm_core.cells.base import Cell
from lstm_core.signals import INPUT, Node, Signal, is_product, signal_of

LOSS = "loss"
NAMED = ("sum", "warp", "signal")  # the kinds of node that are a recorded signal


@dataclass(frozen=True)
class GraphNode:
    """One node. Its ``kind`` is one of

    ``input``, ``before`` (a lagged signal of the previous step), ``bias``;
    ``sum`` (an accumulation), ``warp`` (the squashing of a signal), ``signal`` (written by terms);
    ``times``, ``plus``, ``complement``: the unnamed operations in between;
    ``after`` (a signal leaves to the next step) and ``loss`` (the explicit error enters).

    ``signal``: what the node shows or helps to make, at ``lag`` steps before; a bias helps to make
    its accumulation, a complement is that of its signal. ``text``: its label in plain characters.
    """

    name: str
    kind: str
    signal: str
    lag: int
    text: str


@dataclass(frozen=True)
class Wire:
    """``source`` -> ``dest``, names of nodes; ``param`` names the weight matrix or the bias on it."""

    name: str
    source: str
    dest: str
    param: str = ""


@dataclass(frozen=True, eq=False)
class Graph:
    """Nodes and wires by name; every node stands behind those that it is made of."""

    nodes: dict[str, GraphNode] = field(repr=False)
    wires: dict[str, Wire] = field(repr=False)

    @cached_property
    def leaving(self) -> dict[str, tuple[Wire, ...]]:
        """The wires that start at every node."""
        return {
            name: tuple(wire for wire in self.wires.values() if wire.source == name)
            for name in self.nodes
        }

    @cached_property
    def arriving(self) -> dict[str, tuple[Wire, ...]]:
        """The wires that end at every node, in the order of its terms."""
        return {
            name: tuple(wire for wire in self.wires.values() if wire.dest == name)
            for name in self.nodes
        }


@lru_cache(maxsize=64)
def wires(cell: Cell) -> Graph:
    """The graph of a cell, from ``cell.nodes``, ``cell.declared`` and what is read with a lag."""
    found = _Reader(cell)
    nodes = {node.name: node for node in cell.nodes}
    for signal in cell.declared:
        if signal.name in nodes:
            found.read_sum(nodes[signal.name])
        elif signal.of:
            found.add(signal.name, "warp", signal.name)
            found.connect(found.source(signal.of, 0), signal.name)
        else:
            found.read_terms(signal)
    found.read_exits()
    return Graph(_in_order(found.nodes, found.wires), found.wires)


class _Reader:
    """Collects the nodes and wires of one cell."""

    def __init__(self, cell: Cell) -> None:
        self.cell = cell
        self.nodes: dict[str, GraphNode] = {}
        self.wires: dict[str, Wire] = {}
        self._times_connected: Counter[str] = Counter()

    def add(self, name: str, kind: str, signal: str, lag: int = 0, text: str = "") -> str:
        self.nodes.setdefault(name, GraphNode(name, kind, signal, lag, text or name))
        return name

    def connect(self, source: str, dest: str, param: str = "", name: str = "") -> None:
        name = name or f"{source}->{dest}"
        self._times_connected[name] += 1
        if self._times_connected[name] > 1:  # a square: both factors are the same signal
            name = f"{name}#{self._times_connected[name]}"
        self.wires[name] = Wire(name, source, dest, param)

    def source(self, signal: str, lag: int) -> str:
        """The node of a signal that is read; made here if it is the input or of a step before."""
        if lag:
            return self.add(signal + "'" * lag, "before", signal, lag, f"{signal}[n−{lag}]")
        return self.add(INPUT, "input", INPUT) if signal == INPUT else signal

    def read_sum(self, node: Node) -> None:
        """An accumulation: its weighted wires, its biases and its products of signals."""
        name = self.add(node.name, "sum", node.name)
        times = 0
        for term in node.terms.split(" + "):
            if is_product(term, self.cell.size_of):
                self.read_product(name, times, term.split(), name)
                times += 1
                continue
            param = self.cell.params[term.split()[0]]
            if param.source is None:
                bias = self.add(param.name, "bias", name, text="b")
                self.connect(bias, name, param.name)
            else:
                source = self.source(param.source, param.lag)
                self.connect(source, name, param.name, name=param.name)

    def read_terms(self, signal: Signal) -> None:
        """A sum of products: an operation for every product and for the sum, where there are any."""
        name = signal.name
        self.add(name, "signal", name)
        products = [term.split() for term in signal.terms.split(" + ")] if signal.terms else []
        end = name
        if len(products) > 1:
            end = self.add(f"{name}+", "plus", name, text="+")
            self.connect(end, name)
        for i, factors in enumerate(products):
            self.read_product(name, i, factors, end)

    def read_product(self, name: str, i: int, factors: list[str], end: str) -> None:
        """Product ``i`` of a signal, which ends at node ``end``; a lone factor leads there itself."""
        product = end
        if len(factors) > 1:
            product = self.add(f"{name}*{i}", "times", name, text="×")
            self.connect(product, end)
        for factor in factors:
            self.connect(self._factor(factor), product)

    def _factor(self, written: str) -> str:
        """The node of a factor: ``z``, ``z'``, ``(1-z)`` or ``(1-z)'``."""
        signal, lag = signal_of(written), written.count("'")
        source = self.source(signal, lag)
        if not written.startswith("(1-"):
            return source
        name = f"1-{source}"
        if name not in self.nodes:
            self.add(name, "complement", signal, lag, "1−")
            self.connect(source, name)
        return name

    def read_exits(self) -> None:
        """Where a signal that the next step reads leaves, and where the explicit error enters."""
        read = {node.signal for node in self.nodes.values() if node.kind == "before"}
        for signal in self.cell.lagged:
            if signal in read:
                self.connect(
                    signal, self.add(f"{signal}.next", "after", signal, text=f"{signal}[n]")
                )
        output = self.cell.output
        self.connect(output, self.add(LOSS, "loss", output, text="E"))


def new_parts(cell: Cell, before: Cell) -> frozenset[str]:
    """The names of the nodes and wires of ``cell`` that ``before`` has nothing like.

    A node is known by its name, a bias by what it is added to; a wire by its two ends, or, where only
    its end has moved, by the weight on it and the signal that this reads. So weights that merely go by
    other names are not new.
    """
    graph, earlier = wires(cell), wires(before)
    known = {_alike(earlier, name) for name in earlier.nodes}
    ends = {_ends(earlier, wire) for wire in earlier.wires.values()}
    reads = {(wire.param, wire.source) for wire in earlier.wires.values() if wire.param}
    nodes = {n for n in graph.nodes if n not in earlier.nodes and _alike(graph, n) not in known}
    found = {
        wire.name
        for wire in graph.wires.values()
        if _ends(graph, wire) not in ends and (wire.param, wire.source) not in reads
    }
    return frozenset(nodes | found)


def _alike(graph: Graph, name: str) -> str:
    node = graph.nodes[name]
    return f"bias of {node.signal}" if node.kind == "bias" else name


def _ends(graph: Graph, wire: Wire) -> tuple[str, str]:
    return _alike(graph, wire.source), _alike(graph, wire.dest)


def _in_order(nodes: dict[str, GraphNode], wires: dict[str, Wire]) -> dict[str, GraphNode]:
    """The nodes, each behind those that it is made of; otherwise as they come."""
    waiting: dict[str, Any] = {name: set() for name in nodes}
    for wire in wires.values():
        waiting[wire.dest].add(wire.source)
    ordered: dict[str, GraphNode] = {}
    while waiting:
        ready = [name for name, sources in waiting.items() if sources <= ordered.keys()]
        if not ready:
            raise ValueError(f"these signals are made of each other: {', '.join(waiting)}")
        for name in ready:
            ordered[name] = nodes[name]
            del waiting[name]
    return ordered
