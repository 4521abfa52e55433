"""Where every wire enters its box: at the left edge, or into an operation from above or below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from lstm_core.figures.schematic.drawing import ARROW, BIAS, GRID, ROUND, box_size
from lstm_core.figures.schematic.heights import Extent
from lstm_core.figures.schematic.layers import Item, Layers, Link
from lstm_core.wires import Graph, GraphNode

# Of two wires into an operation, the first of these runs straight on: what returns before the rest.
STRAIGHT_ON = ("before", "plus", "times", "signal", "complement", "warp", "sum", "input")


class Entry(NamedTuple):
    """The edge at which a wire arrives. To the left edge it comes ``offset`` below the middle; to
    the top or bottom from ``item``, a lane above or below the box."""

    edge: str
    item: Item
    offset: float = 0.0


def entries(graph: Graph, found: Layers) -> dict[str, Entry]:
    """The entry of every wire but the biases', in the order in which they come from the left."""
    chosen: dict[str, Entry] = {}
    for k, links in enumerate(found.links):
        place = {item: i for i, item in enumerate(found.ranks[k])}
        into: dict[Item, list[Link]] = {}
        for link in sorted(links, key=lambda link: place[link.left]):
            if link.wire:
                into.setdefault(link.right, []).append(link)
        for dest, arriving in into.items():
            names = [link.wire for link in arriving]
            node = graph.nodes[graph.wires[names[0]].dest]
            chosen |= _into_box(graph, node, names, dest, k + 1)
    return chosen


def _into_box(
    graph: Graph, node: GraphNode, names: Sequence[str], dest: Item, rank: int
) -> dict[str, Entry]:
    """The entries of one box; ``names``: its wires from top to bottom."""
    if node.kind in ROUND and 1 < len(names) <= 3:
        straight = 1
        if len(names) == 2:
            kinds = [graph.nodes[graph.wires[name].source].kind for name in names]
            straight = min(range(2), key=lambda i: STRAIGHT_ON.index(kinds[i]))
        return {
            name: Entry("left", dest)
            if i == straight
            else Entry("top" if i < straight else "bottom", (name, rank))
            for i, name in enumerate(names)
        }
    half = (len(names) - 1) / 2
    return {name: Entry("left", dest, 2 * GRID * (i - half)) for i, name in enumerate(names)}


def with_lanes(graph: Graph, found: Layers, chosen: Mapping[str, Entry]) -> Layers:
    """The layers with the lanes above and below operations."""
    ranks: list[list[Item]] = []
    for rank in found.ranks:
        ranks.append([])
        for item in rank:
            into = arriving(graph, item, chosen)
            above = [entry.item for entry in into if entry.edge == "top"]
            below = [entry.item for entry in into if entry.edge == "bottom"]
            ranks[-1] += [*above, item, *below]
    links = [
        [link._replace(right=chosen[link.wire].item) if link.wire else link for link in between]
        for between in found.links
    ]
    return Layers(ranks, links)


def arriving(graph: Graph, item: Item, chosen: Mapping[str, Entry]) -> list[Entry]:
    """The entries into a box; none into a lane."""
    if not isinstance(item, str):
        return []
    return [chosen[wire.name] for wire in graph.arriving[item] if wire.name in chosen]


def biases(graph: Graph, name: str) -> list[str]:
    """The biases of a node, which stand below it."""
    return [w.source for w in graph.arriving[name] if graph.nodes[w.source].kind == "bias"]


def size(graph: Graph, node: GraphNode, chosen: Mapping[str, Entry]) -> tuple[float, float]:
    """Width and height of a box: its left edge has room for its wires, its lower one for biases."""
    edges = [entry.edge for entry in arriving(graph, node.name, chosen)]
    w, h = box_size(node, edges.count("left"))
    return max(w, 2 * BIAS * len(biases(graph, node.name))), h


def extent(graph: Graph, item: Item, sizes: Mapping[str, tuple[float, float]]) -> Extent:
    """The room that an item needs, with half of the gap to its neighbours."""
    if not isinstance(item, str):
        return Extent(GRID, GRID)
    above = below = sizes[item][1] / 2
    if biases(graph, item):
        below += ARROW + BIAS
    return Extent(*(GRID * -(-reach // GRID) + GRID for reach in (above, below)))
