"""Schematics: every wire has its way, and it is nobody else's; in both placings, for any cell."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from itertools import combinations, pairwise, product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lstm_core as lc
from lstm_core.figures.schematic import Box, Drawing, Route, schematic
from lstm_core.figures.schematic.channels import Hop, Net, tracks
from lstm_core.figures.schematic.heights import spread
from lstm_core.signals import Node, Signal
from lstm_core.wires import wires
from tests.lstm_core.test_wires import EVERY_CELL

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "assets" / "schematics"
BY_HAND = sorted(path.stem for path in FOLDER.glob("*.json"))
ROUND = ("times", "plus", "complement", "bias")
CLEAR = 3.0  # px between a wire and a box that is not its own
APART = 4.0  # px between parallel wires from different sources
ARROW = 10.0  # px of straight wire at its end

Segment = tuple[tuple[float, float], tuple[float, float]]


def places(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


PLACINGS = [(cell, None) for cell in EVERY_CELL]
PLACINGS += [(lc.CELLS[name], places(name)) for name in BY_HAND]
EACH_PLACING = pytest.mark.parametrize(
    ("cell", "by_hand"),
    PLACINGS,
    ids=lambda value: value.name if isinstance(value, lc.Cell) else "by_hand" if value else "auto",
)


# the rules


def assert_sound(cell: lc.Cell, drawn: Drawing) -> None:
    graph = wires(cell)
    boxes = {box.name: box for box in drawn.boxes}
    routes = {route.name: route for route in drawn.wires}
    assert list(boxes) == list(graph.nodes)
    assert list(routes) == list(graph.wires)
    for name, wire in graph.wires.items():
        route = routes[name]
        assert (route.source, route.dest, route.param) == (wire.source, wire.dest, wire.param)
        assert_way(route, boxes)
    assert_apart(list(boxes.values()))
    assert_inside(drawn)
    for route in drawn.wires:
        trunks = [trunk for trunk in drawn.trunks if route.name in trunk.wires]
        assert all(trunk.source == route.source and len(trunk.wires) > 1 for trunk in trunks)
        pieces = sorted(
            (*(trunk.path for trunk in trunks), route.own), key=lambda p: far(route, p[0])
        )
        assert all(one[-1] == other[0] for one, other in pairwise(pieces)), (
            f"{route.name} has a gap"
        )
        assert (pieces[0][0], pieces[-1][-1]) == (route.path[0], route.path[-1])
        assert sum(map(run, pieces)) == pytest.approx(run(route.path))
    for one, other in combinations([trunk.path for trunk in drawn.trunks], 2):
        assert not overlaps(one, other, 0), "two trunks share a piece"
    for one, other in combinations(drawn.wires, 2):
        if one.source == other.source:
            assert not overlaps(one.own, other.path, 0), f"{one.name} and {other.name} share a tail"
        else:
            assert not overlaps(one.path, other.path, APART), f"{one.name} runs along {other.name}"


def far(route: Route, point: tuple[float, float]) -> float:
    """How far along its path a wire comes to a point of it."""
    length = 0.0
    for (x, y), (to_x, to_y) in pairwise(route.path):
        px, py = point
        if min(x, to_x) <= px <= max(x, to_x) and min(y, to_y) <= py <= max(y, to_y):
            return length + abs(px - x) + abs(py - y)
        length += abs(to_x - x) + abs(to_y - y)
    raise AssertionError(f"{route.name} does not come to {point}")


def assert_way(route: Route, boxes: dict[str, Box]) -> None:
    """Orthogonal, without needless points, from border to border, and through no box."""
    assert len(route.path) >= 2
    for (x, y), (to_x, to_y) in pairwise(route.path):
        assert (x == to_x) != (y == to_y), f"{route.name} is not orthogonal: {route.path}"
    turns = [across(segment) for segment in pairwise(route.path)]
    assert all(a != b for a, b in pairwise(turns)), f"{route.name} has a needless point"
    assert_on_border(boxes[route.source], route.path[0], route.path[1])
    assert_on_border(boxes[route.dest], route.path[-1], route.path[-2])
    (x, y), (end_x, end_y) = route.path[-2:]
    assert abs(end_x - x) + abs(end_y - y) >= ARROW, f"{route.name} has no room for its arrow"
    for box in boxes.values():
        own = box.name in (route.source, route.dest)
        for segment in pairwise(route.path):
            assert not meets(segment, box, -1e-9 if own else CLEAR), f"{route.name} x {box.name}"
    own_length, length = run(route.own), run(route.path)
    assert 0 < own_length <= length
    assert route.own[-1] == route.path[-1]
    assert route.own[1:] == route.path[len(route.path) - len(route.own) + 1 :]


def assert_on_border(box: Box, point: tuple[float, float], outside: tuple[float, float]) -> None:
    """On an edge, at its middle if the box is round, and coming straight from outside."""
    x, y = point
    left, right, top, bottom = box.x, box.x + box.w, box.y, box.y + box.h
    on_side, on_end = (
        x in (left, right) and top < y < bottom,
        y in (top, bottom) and left < x < right,
    )
    assert on_side != on_end, f"{point} is not on the border of {box}"
    if on_side:
        assert outside[1] == y
        assert outside[0] < left if x == left else outside[0] > right
    else:
        assert outside[0] == x
        assert outside[1] < top if y == top else outside[1] > bottom
    if box.kind in ROUND and box.w == box.h:
        assert x == box.middle[0] or y == box.middle[1]


def assert_apart(boxes: list[Box]) -> None:
    for a, b in combinations(boxes, 2):
        gap_x = max(a.x, b.x) - min(a.x + a.w, b.x + b.w)
        gap_y = max(a.y, b.y) - min(a.y + a.h, b.y + b.h)
        assert max(gap_x, gap_y) >= 2 * CLEAR, f"{a.name} and {b.name} are too close"


def assert_inside(drawn: Drawing) -> None:
    points = [point for route in drawn.wires for point in route.path]
    points += [(box.x, box.y) for box in drawn.boxes]
    points += [(box.x + box.w, box.y + box.h) for box in drawn.boxes]
    assert min(x for x, _ in points) >= CLEAR and min(y for _, y in points) >= CLEAR
    assert max(x for x, _ in points) <= drawn.width - CLEAR
    assert max(y for _, y in points) <= drawn.height - CLEAR


def across(segment: Segment) -> bool:
    return segment[0][1] == segment[1][1]


def span(segment: Segment, axis: int) -> tuple[float, float]:
    return min(p[axis] for p in segment), max(p[axis] for p in segment)


def meets(segment: Segment, box: Box, margin: float) -> bool:
    (low, high), (top, bottom) = span(segment, 0), span(segment, 1)
    return (
        low < box.x + box.w + margin
        and high > box.x - margin
        and top < box.y + box.h + margin
        and bottom > box.y - margin
    )


def overlaps(path: Any, other: Any, apart: float) -> bool:
    """Whether two paths run beside each other nearer than ``apart``, or on each other if it is 0."""
    for one, two in ((a, b) for a in pairwise(path) for b in pairwise(other)):
        if across(one) != across(two):
            continue
        along, beside = (0, 1) if across(one) else (1, 0)
        distance = abs(one[0][beside] - two[0][beside])
        common = min(span(one, along)[1], span(two, along)[1]) - max(
            span(one, along)[0], span(two, along)[0]
        )
        if common > 0 and (distance < apart or distance == 0):
            return True
    return False


def run(path: Any) -> float:
    return sum(abs(c - a) + abs(d - b) for (a, b), (c, d) in pairwise(path))


# every cell


@EACH_PLACING
def test_the_rules_are_kept(cell: lc.Cell, by_hand: dict[str, Any] | None) -> None:
    assert_sound(cell, schematic(cell, by_hand))


@EACH_PLACING
def test_a_drawing_is_plain_data(cell: lc.Cell, by_hand: dict[str, Any] | None) -> None:
    drawn = schematic(cell, by_hand)
    assert schematic(cell, by_hand) is drawn
    data = drawn.as_dict()
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert data.keys() == {"width", "height", "boxes", "wires", "trunks"}
    for box in data["boxes"]:
        assert box.keys() == {"name", "kind", "signal", "lag", "x", "y", "w", "h", "text"}
    for wire in data["wires"]:
        assert wire.keys() == {"name", "source", "dest", "param", "path", "own"}
        assert all(len(point) == 2 for point in wire["path"] + wire["own"])
    for trunk in data["trunks"]:
        assert trunk.keys() == {"source", "wires", "path"}


@EACH_PLACING
def test_boxes_have_room(cell: lc.Cell, by_hand: dict[str, Any] | None) -> None:
    """A symbol above a number of 6 characters in a named box, one character in an operation."""
    for box in schematic(cell, by_hand).boxes:
        if box.kind == "bias":
            assert (box.w, box.h) == (16, 16)
        elif box.kind in ROUND:
            assert box.w == 22
            assert box.h >= 22
        else:
            assert box.w >= max(58, 7 * len(box.text))
            assert box.h >= 34


def test_layouts_by_hand_are_of_cells() -> None:
    assert sorted(lc.CELLS) == BY_HAND, "a file in assets/schematics for every cell"


def test_the_carousel_runs_straight() -> None:
    """From the old state through the gate and the sum to the new one: one height, left to right."""
    cell = lc.CELLS["vanilla_lstm"]
    for by_hand in (places(cell.name), None):
        drawn = schematic(cell, by_hand)
        boxes = {box.name: box for box in drawn.boxes}
        rail = [boxes[name].middle for name in ("s'", "s*0", "s+", "s", "s.next")]
        assert len({y for _, y in rail}) == 1
        assert [x for x, _ in rail] == sorted(x for x, _ in rail)
        assert all(y >= rail[0][1] for y in (box.middle[1] for box in drawn.boxes))
        assert 2 < drawn.width / drawn.height < 3.5
        assert drawn.width < 960


def test_weighted_wires_end_side_by_side() -> None:
    drawn = schematic(lc.CELLS["vanilla_lstm"], places("vanilla_lstm"))
    ends = {route.name: route.path[-1] for route in drawn.wires}
    for gate in ("cs", "cu"):
        points = [ends[f"W_{source}_{gate}"] for source in "svx"]
        assert len({y for _, y in points}) == 1
        assert len({x for x, _ in points}) == 3


def test_a_tail_begins_where_the_last_other_wire_leaves() -> None:
    drawn = schematic(lc.CELLS["vanilla_lstm"], places("vanilla_lstm"))
    routes = {route.name: route for route in drawn.wires}
    first, second = routes["W_s_cs"], routes["W_s_cu"]
    assert first.own[0] == second.own[0]
    assert first.own == first.path[-2:]
    assert second.own == (first.path[-2], *second.path[-2:])
    assert routes["s+->s"].own == routes["s+->s"].path


def test_the_same_on_every_run() -> None:
    """Whatever the order in which Python keeps sets."""
    script = (
        "import lstm_core as lc; from lstm_core.figures.schematic import schematic;"
        "print([schematic(cell).as_dict() for cell in lc.CELLS.values()])"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            timeout=60,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


# places that don't fit


def changed(part: str, **entries: Any) -> dict[str, Any]:
    found = places("rnn_standard")
    found[part] = {**found[part], **entries}
    found[part] = {name: value for name, value in found[part].items() if value is not None}
    return found


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (changed("boxes", q=[0, 0]), r"places\['boxes'\] names what the cell lacks: q"),
        (changed("boxes", r=None), r"places\['boxes'\] lacks r"),
        (changed("wires", W_q=["right", "left"]), r"\['wires'\] names what the cell lacks: W_q"),
        (changed("wires", W_x=None), r"\['wires'\] lacks W_x: its boxes stand neither in a row"),
        (changed("wires", W_x=["right", "left"]), r"\['wires'\]\['W_x'\] doesn't meet s"),
        (changed("wires", W_x=["up", "left"]), r"an edge is written as right, bottom-14 .* 'up'"),
    ],
)
def test_places_that_dont_fit(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        schematic(lc.CELLS["rnn_standard"], wrong)


# parts of the automatic layout


def test_nets_in_a_circle_make_a_detour() -> None:
    """Each comes in where another goes out: one of them has to turn twice."""
    hops, count = tracks([Net("a", 0, (60,)), Net("b", 60, (0,)), Net("c", 120, (120,))])
    assert count == 3
    assert hops["c"] == []
    (first, then), (between,) = hops["a"], hops["b"]
    assert first.track < between.track < then.track
    assert first.to not in (None, 0, 60, 120)
    assert then.to is None


def test_the_one_turns_first_where_the_other_goes_out() -> None:
    hops, count = tracks([Net("a", 0, (60,)), Net("b", 60, (120,))])
    assert hops == {"a": [Hop(1)], "b": [Hop(0)]}
    assert count == 2
    apart, count = tracks([Net("a", 0, (24,)), Net("b", 60, (120, 60))])
    assert apart == {"a": [Hop(0)], "b": [Hop(0)]}
    assert count == 1


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_heights_are_at_the_least_distance_from_the_wishes(data: Any) -> None:
    """Against all heights on a small grid."""
    wish = st.tuples(st.integers(0, 6), st.integers(1, 4))
    wishes = data.draw(st.lists(st.lists(wish, min_size=1, max_size=3), min_size=1, max_size=3))
    gaps = data.draw(
        st.lists(st.integers(1, 3), min_size=len(wishes) - 1, max_size=len(wishes) - 1)
    )

    def distance(heights: Any) -> float:
        pairs = zip(heights, wishes, strict=True)
        return sum(w * abs(y - wanted) for y, wished in pairs for wanted, w in wished)

    found = spread(wishes, gaps)
    assert all(b - a >= gap for (a, b), gap in zip(pairwise(found), gaps, strict=True))
    possible = [
        heights
        for heights in product(range(-6, 13), repeat=len(wishes))
        if all(b - a >= gap for (a, b), gap in zip(pairwise(heights), gaps, strict=True))
    ]
    assert distance(found) == min(map(distance, possible))


# made-up cells


def made_up(seed: int) -> lc.Cell:
    """A cell that is only tables: gates and candidates, states by random terms, late nodes."""
    rng = random.Random(seed)
    lagged = rng.sample(["s0", "s1", "v", "g0"], rng.randint(1, 3))
    states = ["s0", "s1"][: 2 if "s1" in lagged else rng.randint(1, 2)]

    def node(name: str, now: list[str]) -> Node:
        sources = ["x", *(f"{signal}'" for signal in lagged), *now]
        read = rng.sample(sources, rng.randint(1, len(sources)))
        terms = [f"W{i}_{name} {source}" for i, source in enumerate(read)]
        terms += [f"b{i}_{name}" for i in range(rng.choice((0, 1, 1, 1, 2)))]
        return Node(name, " + ".join(terms), "", " ".join("-" for _ in terms))

    def terms(factors: list[str]) -> str:
        products = []
        for _ in range(rng.randint(1, 4)):
            chosen = rng.choices(factors, k=rng.randint(1, 4))
            products.append(
                " ".join(f"(1-{f})" if f[0] == "g" and rng.random() < 0.3 else f for f in chosen)
            )
        return " + ".join(products)

    early, late = rng.randint(1, 6), rng.randint(0, 2)
    gates = [f"g{i}" for i in range(early + late)]
    nodes = [node(f"a{i}", []) for i in range(early)]
    nodes += [node(f"a{i}", states) for i in range(early, early + late)]
    before = [f"{signal}'" for signal in lagged]
    declared = [Signal(n.name, "accumulation", "a", "") for n in nodes]
    declared += [Signal(g, "gate", "g", "", of=f"a{g[1:]}") for g in gates]
    for i, state in enumerate(states):
        known = [*gates[:early], *before, "x", *states[:i]]
        declared.append(Signal(state, "state", "s", "", terms=terms(known)))
    declared.append(Signal("r", "readout", "r", "", of="s0", warp="tanh"))
    declared.append(Signal("v", "value", "v", "", terms=terms([*gates, *states, "r"])))
    tables = {
        "name": f"made_up_{seed}",
        "declared": tuple(declared),
        "nodes": tuple(nodes),
        "carried": tuple(lagged),
        "state": "s0",
        "output": "v",
        "totals": (),
    }
    made: lc.Cell = type("MadeUp", (lc.Cell,), tables)()
    return made


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**9))
def test_made_up_cells_keep_the_rules(seed: int) -> None:
    cell = made_up(seed)
    assert_sound(cell, schematic(cell))
