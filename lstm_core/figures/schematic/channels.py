"""Wires between two columns: the vertical part of every net gets a track of its own."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import NamedTuple

from lstm_core.figures.schematic.drawing import GRID


class Net(NamedTuple):
    """What comes in at the height ``left`` and goes out at the heights ``rights``.

    A net that makes a detour counts as two: its parts 0 and 1, left and right of the detour.
    """

    name: str
    left: float
    rights: tuple[float, ...]
    part: int = 0

    @property
    def span(self) -> tuple[float, float]:
        return min(self.left, *self.rights), max(self.left, *self.rights)


class Hop(NamedTuple):
    """A vertical part of a net: its track, and ``to``, the height at which a detour goes on from
    it (None: it ends where the net goes out)."""

    track: int
    to: float | None = None


def tracks(nets: Sequence[Net]) -> tuple[dict[str, list[Hop]], int]:
    """The vertical parts of every net, from left to right, and how many tracks they take.

    No two nets run along each other: where one goes out at the height at which another comes in,
    the other turns first. Nets that would wait for each other in a circle make a detour.
    """
    bent = [net for net in nets if any(y != net.left for y in net.rights)]
    taken = {y for net in nets for y in (net.left, *net.rights)}
    detours: dict[str, float] = {}
    while stuck := _stuck(bent):
        y = _free_height(stuck, taken)
        taken.add(y)
        detours[stuck.name] = y
        at = bent.index(stuck)
        bent[at : at + 1] = [
            Net(stuck.name, stuck.left, (y,), 0),
            Net(stuck.name, y, stuck.rights, 1),
        ]
    track: dict[Net, int] = {}
    for net in _few_crossings(_in_turn(bent)):
        behind = [t for other, t in track.items() if _touch(net, other) or _waits(net, other)]
        track[net] = max(behind, default=-1) + 1
    hops: dict[str, list[Hop]] = {net.name: [] for net in nets}
    for net in bent:
        hops[net.name].append(Hop(track[net], None if net.part else detours.get(net.name)))
    return hops, max(track.values(), default=-1) + 1


def _waits(net: Net, other: Net) -> bool:
    """Whether ``net`` has to turn to the right of ``other``."""
    if net.name == other.name:
        return net.part > other.part
    return other.left in net.rights


def _touch(net: Net, other: Net) -> bool:
    (low, high), (bottom, top) = net.span, other.span
    return low <= top + GRID and bottom <= high + GRID


def _in_turn(nets: Sequence[Net]) -> list[Net]:
    """The nets, each behind those that it waits for, as far as there is no circle."""
    order: list[Net] = []
    waiting = list(nets)
    while ready := [n for n in waiting if not any(_waits(n, other) for other in waiting)]:
        order.append(ready[0])
        waiting.remove(ready[0])
    return order


def _stuck(nets: Sequence[Net]) -> Net | None:
    """A net that waits for itself by way of others."""
    done = _in_turn(nets)
    waiting = [net for net in nets if net not in done]
    if not waiting:
        return None
    net, seen = waiting[0], set[Net]()
    while net not in seen:
        seen.add(net)
        net = next(other for other in waiting if _waits(net, other))
    return net


def _free_height(net: Net, taken: set[float]) -> float:
    """The height nearest to the net's middle at which nothing runs."""
    middle = GRID * round(sum(net.span) / 2 / GRID)
    steps = (middle + GRID * step * sign for step in count() for sign in (1, -1))
    return next(y for y in steps if y not in taken)


def _few_crossings(order: list[Net]) -> list[Net]:
    """Neighbours exchanged wherever that takes away crossings and neither waits for the other."""
    order = list(order)
    better = True
    while better:
        better = False
        for i in range(len(order) - 1):
            a, b = order[i], order[i + 1]
            if not _waits(b, a) and _crossings(b, a) < _crossings(a, b):
                order[i], order[i + 1] = b, a
                better = True
    return order


def _crossings(left: Net, right: Net) -> int:
    """How often two nets cross when ``left`` turns to the left of ``right``."""
    (low, high), (bottom, top) = left.span, right.span
    return (low < right.left < high) + sum(bottom < y < top for y in left.rights)
