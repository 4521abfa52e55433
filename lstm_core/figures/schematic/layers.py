"""Nodes in ranks from left to right, ordered so that few wires cross (Sugiyama's method).

A wire that passes a rank gets a *lane* there, a slot of its own between the boxes; all wires from
one source share it.
"""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import NamedTuple

from lstm_core.wires import Graph

Lane = tuple[str, int]  # its net (the source's name) and its rank
Item = str | Lane
SWEEPS = 12
RAIL = ("before", "times", "plus", "signal", "after")  # the kinds along which a state is carried


class Link(NamedTuple):
    """A piece of a net between two neighbouring ranks; ``wire`` where it ends at a box."""

    net: str
    left: Item
    right: Item
    wire: str = ""


class Layers(NamedTuple):
    """The items of every rank from top to bottom; ``links[k]`` lead from rank k to rank k+1."""

    ranks: list[list[Item]]
    links: list[list[Link]]


def layers(graph: Graph) -> Layers:
    """Every node but the biases, which stand beside their accumulations."""
    rank = _ranks(graph)
    ranks: list[list[Item]] = [[] for _ in range(max(rank.values()) + 1)]
    links: list[list[Link]] = [[] for _ in ranks[1:]]
    for name, k in rank.items():
        ranks[k].append(name)
    for name, k in rank.items():
        last = max((rank[wire.dest] for wire in graph.leaving[name]), default=k)
        lanes: list[Item] = [name, *((name, i) for i in range(k + 1, last))]
        for i, (left, right) in enumerate(pairwise(lanes), k):
            ranks[i + 1].append(right)
            links[i].append(Link(name, left, right))
        for wire in graph.leaving[name]:
            at = rank[wire.dest] - 1
            links[at].append(Link(name, lanes[at - k], wire.dest, wire.name))
    return _carried_above(graph, _ordered(Layers(ranks, links)))


def _ranks(graph: Graph) -> dict[str, int]:
    """The longest way from the left; what leaves the cell stands in the last rank."""
    rank: dict[str, int] = {}
    for name, node in graph.nodes.items():
        if node.kind != "bias":
            sources = [rank[w.source] for w in graph.arriving[name] if w.source in rank]
            rank[name] = max(sources, default=-1) + 1
    last = max(rank.values())
    return {
        name: last if graph.nodes[name].kind in ("after", "loss") else k for name, k in rank.items()
    }


def _ordered(found: Layers) -> Layers:
    """The order with the fewest crossings among those that sweeps by barycentres go through."""
    best, fewest = found, crossings(found)
    for start in (found, Layers([rank[::-1] for rank in found.ranks], found.links)):
        ranks = start.ranks
        for sweep in range(SWEEPS):
            ranks = _swept(ranks, found.links, forward=sweep % 2 == 0)
            ranks = _exchanged(ranks, found.links)
            count = crossings(Layers(ranks, found.links))
            if count < fewest:
                best, fewest = Layers(ranks, found.links), count
    return best


def _carried_above(graph: Graph, found: Layers) -> Layers:
    """Turned upside down if what is carried on would run below the middle: nothing crosses more."""
    places = [
        i / (len(rank) - 1) - 0.5
        for rank in found.ranks
        for i, item in enumerate(rank)
        if len(rank) > 1 and isinstance(item, str) and graph.nodes[item].kind in RAIL
    ]
    if sum(places) <= 0:
        return found
    return Layers([rank[::-1] for rank in found.ranks], found.links)


def _swept(ranks: list[list[Item]], links: list[list[Link]], forward: bool) -> list[list[Item]]:
    """Every rank sorted by where the neighbours of its items stand, on the left or on the right."""
    ranks = [list(rank) for rank in ranks]
    order = range(1, len(ranks)) if forward else range(len(ranks) - 2, -1, -1)
    for k in order:
        side = ranks[k - 1] if forward else ranks[k + 1]
        place = {item: (i + 0.5) / len(side) for i, item in enumerate(side)}
        pairs = [(b, a) if forward else (a, b) for _, a, b, _ in links[k - 1 if forward else k]]
        wanted = {}
        for i, item in enumerate(ranks[k]):
            found = [place[other] for own, other in pairs if own == item]
            wanted[item] = sum(found) / len(found) if found else (i + 0.5) / len(ranks[k])
        ranks[k].sort(key=wanted.__getitem__)
    return ranks


def _exchanged(ranks: list[list[Item]], links: list[list[Link]]) -> list[list[Item]]:
    """Neighbours exchanged wherever that takes away crossings, until it does nowhere."""
    ranks = [list(rank) for rank in ranks]
    better = True
    while better:
        better = False
        for k, rank in enumerate(ranks):
            for i in range(len(rank) - 1):
                if _gain(ranks, links, k, i) > 0:
                    rank[i], rank[i + 1] = rank[i + 1], rank[i]
                    better = True
    return ranks


def _gain(ranks: list[list[Item]], links: list[list[Link]], k: int, i: int) -> int:
    """How many crossings are saved when items i and i+1 of rank k change places."""
    sides = []
    if k > 0:
        sides.append((ranks[k - 1], [(link.right, link.left) for link in links[k - 1]]))
    if k < len(links):
        sides.append((ranks[k + 1], [(link.left, link.right) for link in links[k]]))
    gain = 0
    for side, ends in sides:
        place = {item: j for j, item in enumerate(side)}
        upper = [place[other] for own, other in ends if own == ranks[k][i]]
        lower = [place[other] for own, other in ends if own == ranks[k][i + 1]]
        gain += sum((a > b) - (a < b) for a in upper for b in lower)
    return gain


def crossings(found: Layers) -> int:
    """How many pairs of links cross."""
    count = 0
    for (left, right), links in zip(pairwise(found.ranks), found.links, strict=True):
        a = {item: i for i, item in enumerate(left)}
        b = {item: i for i, item in enumerate(right)}
        ends = [(a[link.left], b[link.right]) for link in links]
        count += sum((p - r) * (q - s) < 0 for (p, q), (r, s) in combinations(ends, 2))
    return count
