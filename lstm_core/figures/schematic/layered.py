"""An automatic layout of any graph, from left to right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from lstm_core.figures.schematic.channels import Hop, Net, tracks
from lstm_core.figures.schematic.drawing import (
    ARROW,
    BIAS,
    GRID,
    Box,
    Drawing,
    Path,
    Point,
    centred,
    drawing,
)
from lstm_core.figures.schematic.entries import Entry, biases, entries, extent, size, with_lanes
from lstm_core.figures.schematic.heights import Heights
from lstm_core.figures.schematic.layers import RAIL, Item, Layers, Link, layers
from lstm_core.wires import Graph, Wire

TRACK = 10.0  # px between the tracks of a channel
LEAD, END = 2.0 * GRID, 3.0 * GRID  # px of a channel before its first track and behind its last
LANE, RAILS, WITHIN = 4.0, 8.0, 2.0  # how much straightness weighs; 1 for what a parameter weights


class Channel(NamedTuple):
    """The space between two ranks: its left end and the vertical parts of its nets."""

    x: float
    hops: dict[str, list[Hop]]


def layered(graph: Graph) -> Drawing:
    """Boxes in ranks; wires in lanes between the boxes, and in tracks between the ranks."""
    ordered = layers(graph)
    chosen = entries(graph, ordered)
    found = with_lanes(graph, ordered, chosen)
    sizes = {name: size(graph, node, chosen) for name, node in graph.nodes.items()}
    y = _heights(graph, found, chosen, sizes)
    boxes: dict[str, Box] = {}
    channels = []
    x = 0.0
    for k, rank in enumerate(found.ranks):
        names = [item for item in rank if isinstance(item, str)]
        width = max(sizes[name][0] for name in names)
        for name in names:
            boxes[name] = centred(graph.nodes[name], (x + width / 2, y[name]), sizes[name])
            boxes |= _biases_below(graph, boxes[name])
        x += width
        if k < len(found.links):
            hops, count = tracks(_nets(found.links[k], y, chosen))
            channels.append(Channel(x, hops))
            x += LEAD + TRACK * max(count - 1, 0) + END
    rank_of = {item: k for k, rank in enumerate(found.ranks) for item in rank}
    paths: dict[str, Path] = {}
    for wire in graph.wires.values():
        source, dest = boxes[wire.source], boxes[wire.dest]
        if wire.name not in chosen:  # a bias
            across = source.middle[0]
            paths[wire.name] = ((across, source.y), (across, dest.y + dest.h))
            continue
        first, last = rank_of[wire.source], rank_of[wire.dest]
        entry = chosen[wire.name]
        lanes = [y[wire.source], *(y[wire.source, k] for k in range(first + 1, last))]
        points = _through(wire, [*lanes, y[entry.item] + entry.offset], channels[first:last])
        paths[wire.name] = ((source.x + source.w, y[wire.source]), *points, *_end(dest, entry, y))
    return drawing(graph, boxes, paths)


def _heights(
    graph: Graph,
    found: Layers,
    chosen: Mapping[str, Entry],
    sizes: Mapping[str, tuple[float, float]],
) -> dict[Item, float]:
    return Heights(
        found,
        {item: extent(graph, item, sizes) for rank in found.ranks for item in rank},
        {name: entry.offset for name, entry in chosen.items()},
        {link: _weight(graph, link) for links in found.links for link in links},
        [(graph.wires[name].dest, entry.item) for name, entry in chosen.items()],
    ).best()


def _weight(graph: Graph, link: Link) -> float:
    """How much it counts that a piece of a net is straight."""
    if not link.wire:
        return LANE
    wire = graph.wires[link.wire]
    kinds = graph.nodes[wire.source].kind, graph.nodes[wire.dest].kind
    if all(kind in RAIL for kind in kinds):
        return RAILS
    return 1.0 if wire.param else WITHIN


def _nets(links: Sequence[Link], y: Mapping[Item, float], chosen: Mapping[str, Entry]) -> list[Net]:
    """The nets that run between two ranks, from top to bottom."""
    rights: dict[str, list[float]] = {}
    left: dict[str, float] = {}
    for link in links:
        left[link.net] = y[link.left]
        offset = chosen[link.wire].offset if link.wire else 0.0
        rights.setdefault(link.net, []).append(y[link.right] + offset)
    return [
        Net(name, left[name], tuple(rights[name])) for name in sorted(left, key=lambda n: left[n])
    ]


def _biases_below(graph: Graph, box: Box) -> dict[str, Box]:
    """The boxes of a node's biases, side by side below its own."""
    names = biases(graph, box.name)
    half = (len(names) - 1) / 2
    y = box.y + box.h + ARROW + BIAS / 2
    return {
        name: centred(graph.nodes[name], (box.middle[0] + 2 * BIAS * (i - half), y), (BIAS, BIAS))
        for i, name in enumerate(names)
    }


def _through(wire: Wire, levels: Sequence[float], channels: Sequence[Channel]) -> list[Point]:
    """The corners of a wire, which goes through the i-th channel from one level to the next."""
    points = []
    for channel, y, after in zip(channels, levels, levels[1:], strict=False):
        for hop in channel.hops[wire.source]:
            x = channel.x + LEAD + TRACK * hop.track
            points.append((x, y))
            y = after if hop.to is None else hop.to
            points.append((x, y))
    return points


def _end(dest: Box, entry: Entry, y: Mapping[Item, float]) -> Path:
    """The last points of a wire: at the left edge, or in at the top or bottom from its lane."""
    if entry.edge == "left":
        return ((dest.x, y[entry.item] + entry.offset),)
    x = dest.middle[0]
    return (x, y[entry.item]), (x, dest.y if entry.edge == "top" else dest.y + dest.h)
