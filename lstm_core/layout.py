"""Where everything is in the row that a step leaves: made once for a cell and its sizes.

A step's row is made of pieces: all accumulation nodes side by side, their warps in the same
columns, and the other signals of the cell. Nodes that are known ahead have no place in a row; in
arrays over all steps they stand behind the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from lstm_core.cells.base import Cell

Row = tuple[Any, ...]


class Place(NamedTuple):
    """A node: its name, columns and position among the nodes; its warp's function and name."""

    node: str
    columns: slice
    position: int
    function: str
    warp: str


class Layout:
    """The columns of the nodes, the runs of their warps, and the pieces of a row.

    ``columns`` and ``width`` are of a step's nodes, ``all_columns`` and ``all_width`` of all.
    """

    def __init__(self, cell: Cell, sizes: Mapping[str, int], late: tuple[str, ...]) -> None:
        self.cell = cell
        self.widths = {name: sizes[signal.size] for name, signal in cell.signals.items()}
        names = [node.name for node in cell.nodes if node.name not in cell.ahead]
        self.node_widths = [(name, self.widths[name]) for name in names]
        self.all_widths = self.node_widths + [(name, self.widths[name]) for name in cell.ahead]
        self.places: dict[str, Place] = {}
        self.width = 0
        for position, (node, width) in enumerate(self.node_widths):
            columns = slice(self.width, self.width + width)
            warp = cell.warp_of[node]
            function, name = (warp.warp, warp.name) if warp else ("", "")
            self.places[node] = Place(node, columns, position, function, name)
            self.width += width
        self.columns = {node: place.columns for node, place in self.places.items()}
        self.all_columns, self.all_width = dict(self.columns), self.width
        for node, width in self.all_widths[len(names) :]:
            self.all_columns[node] = slice(self.all_width, self.all_width + width)
            self.all_width += width
        self.late_nodes = {cell.params[param].dest for param in late}
        self.late_nodes |= {
            node for node, terms in cell.products.items() if not set(terms) <= set(cell.ahead)
        }
        self.runs = self._runs()
        self.pieces = self._pieces()
        self.lagged = self._picker(cell.lagged)

    def _runs(self) -> list[tuple[str, slice]]:
        """Neighbouring nodes with one warp, so that it is applied to them at once: its name and
        their columns. Late nodes are left out: they wait for a signal of their own step."""
        runs: list[tuple[str, slice]] = []
        for node, columns, _, function, _ in self.places.values():
            if node in self.late_nodes:
                continue
            if runs and runs[-1][0] == function and runs[-1][1].stop == columns.start:
                columns = slice(runs.pop()[1].start, columns.stop)
            runs.append((function, columns))
        return runs

    def _pieces(self) -> list[dict[str, slice]]:
        """The signals of every piece, each with its columns there."""
        warps = {place.warp: place.columns for place in self.places.values() if place.warp}
        others = [{name: slice(0, self.widths[name])} for name in self.cell.others]
        return [self.columns, warps, *others]

    def _picker(self, names: tuple[str, ...]) -> Callable[[Row], Row]:
        """A function from a row to the signals ``names`` in it."""
        found = {
            name: (i, part) for i, piece in enumerate(self.pieces) for name, part in piece.items()
        }
        places = [found[name] for name in names]
        if len(places) > 1 and all(i > 1 for i, _ in places):
            return itemgetter(*[i for i, _ in places])
        return lambda row: tuple([row[i][..., part] for i, part in places])

    def table(self, pieces: list[Any]) -> dict[str, Any]:
        """The signals by name, from every piece's values at all steps."""
        return {
            name: values[..., part]
            for piece, values in zip(self.pieces, pieces, strict=True)
            for name, part in piece.items()
        }


@lru_cache(maxsize=64)
def layout(cell: Cell, sizes: tuple[tuple[str, int], ...], late: tuple[str, ...]) -> Layout:
    """The layout of a cell. ``sizes``: the value of every size, as pairs; ``late``: the late
    weights that are not zero."""
    return Layout(cell, dict(sizes), late)
