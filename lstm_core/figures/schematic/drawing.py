"""A laid-out graph: boxes and the paths of wires, all in px, x to the right and y down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from lstm_core.wires import Graph, GraphNode

Point = tuple[float, float]
Path = tuple[Point, ...]

GRID = 6  # px that every distance across the flow is a multiple of
HEIGHT, WIDTH = 6 * GRID, 10 * GRID  # of a named box: a symbol above a number of 6 characters
OPERATION, BIAS = 22, 16  # diameters
ROUND = {"times": OPERATION, "plus": OPERATION, "complement": OPERATION, "bias": BIAS}
MARGIN = 2 * GRID  # around everything
ARROW = 2 * GRID  # px at least that a wire runs straight before it ends


@dataclass(frozen=True)
class Box:
    """A node's place: its upper left corner, width and height; an operation is round."""

    name: str
    kind: str
    signal: str
    lag: int
    x: float
    y: float
    w: float
    h: float
    text: str

    @property
    def middle(self) -> Point:
        return self.x + self.w / 2, self.y + self.h / 2


@dataclass(frozen=True)
class Route:
    """A wire's ``path``, from border to border, and its ``own`` tail: the part of the path that no
    other wire from the same source runs along."""

    name: str
    source: str
    dest: str
    param: str
    path: Path
    own: Path


@dataclass(frozen=True)
class Trunk:
    """A piece of path that some ``wires`` from one source run along together, two or more of them."""

    source: str
    wires: tuple[str, ...]
    path: Path


@dataclass(frozen=True)
class Drawing:
    """Where to draw every node and wire of a graph: the trunks and the tails are all of its lines."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    wires: tuple[Route, ...]
    trunks: tuple[Trunk, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain data: numbers, texts, lists and dicts."""
        wires = [
            asdict(wire) | {"path": [*map(list, wire.path)], "own": [*map(list, wire.own)]}
            for wire in self.wires
        ]
        return {
            "width": self.width,
            "height": self.height,
            "boxes": [asdict(box) for box in self.boxes],
            "wires": wires,
            "trunks": [
                asdict(trunk) | {"wires": list(trunk.wires), "path": [*map(list, trunk.path)]}
                for trunk in self.trunks
            ],
        }


def box_size(node: GraphNode, wires_in: int = 0) -> tuple[float, float]:
    """Width and height of a node's box, with room for ``wires_in`` ends on one edge."""
    edge = 2 * GRID * wires_in
    if node.kind in ROUND:
        size = ROUND[node.kind]
        return size, size if wires_in <= 1 else max(size, edge)
    letters = 7.5 * len(node.text) + 2 * GRID
    return max(WIDTH, GRID * -(-letters // GRID)), max(HEIGHT, edge)


def centred(node: GraphNode, middle: Point, size: tuple[float, float]) -> Box:
    (x, y), (w, h) = middle, size
    return Box(node.name, node.kind, node.signal, node.lag, x - w / 2, y - h / 2, w, h, node.text)


def drawing(
    graph: Graph, boxes: Mapping[str, Box], paths: Mapping[str, Path], margin: float = MARGIN
) -> Drawing:
    """All of it, moved so that ``margin`` is left on every side."""
    straight = {name: simplified(path) for name, path in paths.items()}
    points = [point for path in straight.values() for point in path]
    corners = [(b.x, b.y) for b in boxes.values()] + [
        (b.x + b.w, b.y + b.h) for b in boxes.values()
    ]
    xs, ys = zip(*points, *corners, strict=True)
    left, top = min(xs) - margin, min(ys) - margin

    def moved(path: Path) -> Path:
        return tuple((x - left, y - top) for x, y in path)

    routes, trunks = [], {}
    for wire in graph.wires.values():
        path = straight[wire.name]
        leaving = graph.leaving[wire.source]
        together = {w.name: shared_length(path, straight[w.name]) for w in leaving if w is not wire}
        start = max(together.values(), default=0.0)
        own = moved(cut(path, start))
        for begin, end in pairwise(sorted({0.0, *together.values()})):
            along = tuple(w.name for w in leaving if together.get(w.name, end) >= end)
            trunks[along] = Trunk(wire.source, along, moved(cut(path, begin, end)))
        routes.append(Route(wire.name, wire.source, wire.dest, wire.param, moved(path), own))
    placed = [
        Box(b.name, b.kind, b.signal, b.lag, b.x - left, b.y - top, b.w, b.h, b.text)
        for b in (boxes[name] for name in graph.nodes)
    ]
    width, height = max(xs) - left + margin, max(ys) - top + margin
    return Drawing(width, height, tuple(placed), tuple(routes), tuple(trunks.values()))


def simplified(path: Path) -> Path:
    """The same path without points that it runs straight through."""
    kept: list[Point] = []
    for point in path:
        if kept and point == kept[-1]:
            continue
        if len(kept) > 1 and _direction(kept[-2], kept[-1]) == _direction(kept[-1], point):
            kept.pop()
        kept.append(point)
    return tuple(kept)


def shared_length(path: Path, other: Path) -> float:
    """How far two paths run together from their start."""
    length = 0.0
    for (a, b), (c, d) in zip(pairwise(path), pairwise(other), strict=False):
        if a != c or _direction(a, b) != _direction(c, d):
            break
        length += min(_length(a, b), _length(c, d))
        if b != d:
            break
    return length


def cut(path: Path, start: float, end: float | None = None) -> Path:
    """The path without its first ``start`` px, and without what comes ``end`` px after its start."""
    if end is not None:
        rest = sum(_length(a, b) for a, b in pairwise(path)) - end
        path = cut(path[::-1], rest)[::-1]
    for i, (a, b) in enumerate(pairwise(path)):
        length = _length(a, b)
        if start < length:
            (dx, dy) = _direction(a, b)
            return ((a[0] + dx * start, a[1] + dy * start), *path[i + 1 :])
        start -= length
    return path[-1:]


def _length(a: Point, b: Point) -> float:
    return abs(b[0] - a[0]) + abs(b[1] - a[1])


def _direction(a: Point, b: Point) -> tuple[int, int]:
    return (b[0] > a[0]) - (b[0] < a[0]), (b[1] > a[1]) - (b[1] < a[1])
