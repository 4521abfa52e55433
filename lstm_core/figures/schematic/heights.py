"""How high every item of a layered graph stands: wires as straight as the order allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from lstm_core.figures.schematic.layers import Item, Layers, Link

ROUNDS = 24
BEND = 30.0  # px of rise that a link which isn't straight costs beside its own


class Extent(NamedTuple):
    """How far an item reaches above and below the line of its outgoing wire."""

    above: float
    below: float


Wish = tuple[float, float]  # a height and the weight of the wish for it
Places = dict[Item, float]


class Heights:
    """The heights of all items, sought so that the weighted rises and bends of all links are small.

    ``offsets``: how far below the middle of its box a wire arrives. ``close``: pairs of one rank that
    are to stand close together. All heights are sums of what is given, and so stay on its grid.
    """

    def __init__(
        self,
        found: Layers,
        extents: Mapping[Item, Extent],
        offsets: Mapping[str, float],
        weights: Mapping[Link, float],
        close: Sequence[tuple[Item, Item]] = (),
    ) -> None:
        self.found, self.offsets, self.weights, self.close = found, offsets, weights, close
        self.links = [link for links in found.links for link in links]
        self.gaps = [
            [extents[a].below + extents[b].above for a, b in pairwise(rank)] for rank in found.ranks
        ]
        self.neighbours = {
            item: (
                (above, gaps[i - 1] if i else 0.0),
                (below, gaps[i] if i < len(gaps) else 0.0),
            )
            for rank, gaps in zip(found.ranks, self.gaps, strict=True)
            for i, (above, item, below) in enumerate(
                zip([None, *rank], rank, [*rank[1:], None], strict=False)
            )
        }

    def best(self) -> Places:
        """Every rank in turn at the best heights that its neighbours allow, then straightened."""
        place: Places = {}
        for rank, gaps in zip(self.found.ranks, self.gaps, strict=True):
            place |= zip(rank, spread([[(0.0, 1.0)] for _ in rank], gaps), strict=True)
        tried = []
        last = len(self.found.links)
        for turn in range(ROUNDS):
            forward = turn % 2 == 0
            place = dict(place)
            for k in range(last + 1) if forward else range(last, -1, -1):
                left = self.found.links[k - 1] if k else []
                right = self.found.links[k] if k < last else []
                if turn < ROUNDS // 3:  # first from one side only, so that all moves freely
                    left, right = (left, []) if forward else ([], right)
                place |= self._settled(k, place, left, right)
            tried.append(place)
        tried.sort(key=self.cost)
        return min((self._straightened(place) for place in tried[:4]), key=self.cost)

    def rise(self, link: Link, place: Places) -> float:
        """How far a link goes down (up, if negative) from left to right."""
        return place[link.right] + self.offsets.get(link.wire, 0.0) - place[link.left]

    def cost(self, place: Places) -> float:
        rises = ((self.weights[link], abs(self.rise(link, place))) for link in self.links)
        apart = sum(abs(place[a] - place[b]) for a, b in self.close)
        return sum(weight * (rise + BEND) for weight, rise in rises if rise) + apart

    def _settled(
        self, k: int, place: Places, left: Sequence[Link], right: Sequence[Link]
    ) -> Places:
        rank = self.found.ranks[k]
        wishes: dict[Item, list[Wish]] = {item: [] for item in rank}
        for link in left:
            wishes[link.right].append(
                (place[link.right] - self.rise(link, place), self.weights[link])
            )
        for link in right:
            wishes[link.left].append(
                (place[link.left] + self.rise(link, place), self.weights[link])
            )
        wished = [wishes[item] or [(place[item], 1e-3)] for item in rank]
        return dict(zip(rank, spread(wished, self.gaps[k]), strict=True))

    def _straightened(self, place: Places) -> Places:
        """Items, and what hangs straight on them, moved wherever that straightens more than it bends."""
        cost = self.cost(place)
        better = True
        while better:
            better = False
            for link in self.links:
                rise = self.rise(link, place)
                if not rise:
                    continue
                ends = ((link.left, rise), (link.right, -rise))
                tries = [
                    (group, step) for start, step in ends for group in self._groups(start, place)
                ]
                for group, step in tries:
                    moved = place | {item: place[item] + step for item in group}
                    if self._fits(group, moved) and (now := self.cost(moved)) < cost:
                        place, cost, better = moved, now, True
                        break
        return place

    def _groups(self, start: Item, place: Places) -> list[set[Item]]:
        """An item alone, with all that hangs straight on it to one side, and to both."""
        straight = [link for link in self.links if not self.rise(link, place)]
        to_right = [(link.left, link.right) for link in straight]
        to_left = [(right, left) for left, right in to_right]
        sides = (to_right, to_left, to_right + to_left)
        return [{start}, *(_reached(start, side) for side in sides)]

    def _fits(self, group: set[Item], place: Places) -> bool:
        for item in group:
            (above, gap), (below, space) = self.neighbours[item]
            if above is not None and place[item] - place[above] < gap:
                return False
            if below is not None and place[below] - place[item] < space:
                return False
        return True


def _reached(start: Item, steps: Sequence[tuple[Item, Item]]) -> set[Item]:
    """All items that steps lead to from one."""
    reached, more = {start}, True
    while more:
        found = {b for a, b in steps if a in reached} - reached
        reached |= found
        more = bool(found)
    return reached


def spread(wishes: Sequence[Sequence[Wish]], gaps: Sequence[float]) -> list[float]:
    """Heights in the given order, at least ``gaps`` apart, at the least weighted distance from the
    wishes: items that press on each other are pooled and stand at the median of all their wishes.
    """
    shifts = [0.0]
    for gap in gaps:
        shifts.append(shifts[-1] + gap)
    pools: list[tuple[float, list[Wish], int]] = []
    for shift, wished in zip(shifts, wishes, strict=True):
        pool = [(y - shift, weight) for y, weight in wished]
        size = 1
        while pools and pools[-1][0] > _median(pool):
            _, above, count = pools.pop()
            pool, size = above + pool, size + count
        pools.append((_median(pool), pool, size))
    levels = [level for level, _, size in pools for _ in range(size)]
    return [level + shift for level, shift in zip(levels, shifts, strict=True)]


def _median(wishes: list[Wish]) -> float:
    ordered = sorted(wishes)
    half = sum(weight for _, weight in ordered) / 2
    for y, weight in ordered:
        half -= weight
        if half <= 0:
            return y
    return ordered[-1][0]
