"""A layout that is set by hand.

``boxes`` has the middle of every node, in px. ``wires`` has the way of each that isn't a straight
line between two boxes in a row or a column: the edge that it leaves by, the lanes that it turns
into, in px, x and y in turn, and the edge that it arrives at, each edge with an offset from its
middle: ``["right", 90, 218, "bottom-14"]``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lstm_core.figures.schematic.drawing import (
    Box,
    Drawing,
    Path,
    Point,
    box_size,
    centred,
    drawing,
)
from lstm_core.wires import Graph

EDGES = {"left": (-1, 0), "right": (1, 0), "top": (0, -1), "bottom": (0, 1)}
Way = Sequence[Any]


def placed(graph: Graph, places: Mapping[str, Any]) -> Drawing:
    """The drawing of ``places``. Raises ValueError for what doesn't fit the graph."""
    middles, ways = places["boxes"], places.get("wires", {})
    _check_names("boxes", middles, graph.nodes, complete=True)
    _check_names("wires", ways, graph.wires, complete=False)
    boxes = {
        name: centred(node, tuple(middles[name]), box_size(node))
        for name, node in graph.nodes.items()
    }
    paths = {
        name: _path(name, boxes[wire.source], boxes[wire.dest], ways.get(name))
        for name, wire in graph.wires.items()
    }
    return drawing(graph, boxes, paths)


def _check_names(part: str, given: Iterable[str], known: Iterable[str], complete: bool) -> None:
    unknown, missing = set(given) - set(known), set(known) - set(given)
    if unknown:
        raise ValueError(
            f"places[{part!r}] names what the cell lacks: {', '.join(sorted(unknown))}"
        )
    if complete and missing:
        raise ValueError(f"places[{part!r}] lacks {', '.join(sorted(missing))}")


def _path(name: str, source: Box, dest: Box, way: Way | None) -> Path:
    """From border to border: straight on along each lane, a corner where the last two meet."""
    leave, *lanes, arrive = way or _straight(name, source, dest)
    (x, y), along_x = _port(source, leave)
    end, ends_along_x = _port(dest, arrive)
    points: list[Point] = [(x, y)]
    for lane in lanes:
        x, y = (lane, y) if along_x else (x, lane)
        points.append((x, y))
        along_x = not along_x
    corner = (end[0], y) if along_x else (x, end[1])
    if along_x == ends_along_x and corner != end:
        raise ValueError(f"places['wires'][{name!r}] doesn't meet {dest.name}: {list(way or [])}")
    return *points, corner, end


def _straight(name: str, source: Box, dest: Box) -> Way:
    (x, y), (to_x, to_y) = source.middle, dest.middle
    if y == to_y:
        return ("right", "left") if x < to_x else ("left", "right")
    if x == to_x:
        return ("bottom", "top") if y < to_y else ("top", "bottom")
    raise ValueError(f"places['wires'] lacks {name}: its boxes stand neither in a row nor a column")


def _port(box: Box, written: str) -> tuple[Point, bool]:
    """The point of an edge, as ``bottom-14``, and whether a wire meets it horizontally."""
    match = re.fullmatch(r"(left|right|top|bottom)([+-]\d+)?", written)
    if not match:
        raise ValueError(f"an edge is written as right, bottom-14 or the like; got {written!r}")
    dx, dy = EDGES[match[1]]
    offset = float(match[2] or 0)
    (x, y) = box.middle
    return (x + dx * box.w / 2 + abs(dy) * offset, y + dy * box.h / 2 + abs(dx) * offset), dx != 0
