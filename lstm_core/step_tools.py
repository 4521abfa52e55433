"""What the loops hand to a cell's step: nodes and their warps, clamps, and the late terms.

A late term reads a signal of the very step that its node belongs to, as W_s_cr reads s[n] (128).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lstm_core.clamps import Clamps
from lstm_core.layout import Place
from lstm_core.products import Products


class ForwardTools:
    """Tools of one forward pass; ``start`` opens step ``n``, ``nodes`` and ``warps`` record it.

    In NumPy and with nothing forced, the warps of every step go to the same memory (``room``),
    whose parts are cut only once; elsewhere every step makes its own arrays.
    """

    def __init__(
        self,
        products: Products,
        clamps: Clamps,
        shape: tuple[int, ...],
        ahead: Mapping[str, Any],
    ) -> None:
        arrays, layout = products.arrays, products.layout
        functions = {"sigmoid": arrays.sigmoid, "tanh": arrays.tanh, "": arrays.copied}
        self.tanh = arrays.tanh
        self._arrays, self._clamps = arrays, clamps
        self._dot, self._added = arrays.dot, arrays.added
        self._forced = clamps.active
        self._nodes = [
            (place, functions[place.function], node in layout.late_nodes)
            for node, place in layout.places.items()
        ]
        self._completed = {place.node: (place, function) for place, function, _ in self._nodes}
        self._late = {
            param: (weight, *self._completed[products.cell.params[param].dest])
            for param, weight in products.late.items()
        }
        self._ahead = ahead
        self.n = 0
        self.nodes: Any = None
        self.keep: Callable[[str, Any], Any] = self._keep
        if not self._forced:
            self.keep = _as_it_is
            room = arrays.zeros(shape)
            self._room = room
            self._warped = [room[..., columns] for columns in layout.columns.values()]
            self._runs = [
                (functions[name], columns, room[..., columns]) for name, columns in layout.runs
            ]

    def start(self, n: int, nodes: Any) -> list[Any]:
        """Take the accumulations of step ``n`` and return the warp of each; a late one comes later."""
        self.n, self.nodes = n, nodes
        if self._forced:
            return self._start_forced()
        for function, columns, room in self._runs:
            function(nodes[..., columns], room)
        return self._warped

    def _start_forced(self) -> list[Any]:
        self._warped = []
        for place, function, late in self._nodes:
            warp = None
            if not late:
                a = self._keep(place.node, self.nodes[..., place.columns])
                self.nodes = self._arrays.replaced(self.nodes, place.columns, a)
                warp = self._keep(place.warp, function(a))
            self._warped.append(warp)
        return self._warped

    def late(self, param: str, source: Any) -> Any:
        """The warp of a node once the term of ``param`` is added to it."""
        weight, place, function = self._late[param]
        if weight is None:
            return self._warped[place.position]
        a = self._added(self.nodes[..., place.columns], self._dot(source, weight))
        if not self._forced:
            return function(a, self._warped[place.position])
        return self._forced_warp(place, function, a)

    def plus(self, node: str, term: Any) -> Any:
        """The warp of a node once ``term``, its product of signals, is added to it."""
        place, function = self._completed[node]
        a = self._added(self.nodes[..., place.columns], term)
        if not self._forced:
            return function(a, self._warped[place.position])
        return self._forced_warp(place, function, a)

    def ahead(self, name: str) -> Any:
        """The value at this step of a node that is known ahead."""
        return self._ahead[name][self.n]

    def _forced_warp(self, place: Place, function: Callable[..., Any], a: Any) -> Any:
        a = self._keep(place.node, a)
        self.nodes = self._arrays.replaced(self.nodes, place.columns, a)
        self._warped[place.position] = warp = self._keep(place.warp, function(a))
        return warp

    def warps(self) -> Any:
        """The warps of this step, in the columns of their nodes."""
        return self._arrays.join(self._warped) if self._forced else self._room.copy()

    def _keep(self, name: str, value: Any) -> Any:
        return self._clamps.keep(name, value, self.n)


class BackwardTools:
    """Tools of the backward pass: the weights within a step, and the alphas with their clipping.

    ``at`` is the step, or the index of several steps, that is worked on. ``product(a, b, alpha)``
    and ``total(a, b, alpha)`` set the row ``alpha`` to a . b and to a + b, clipped when asked to
    (footnotes 19 and 24), and return it.
    """

    def __init__(
        self,
        products: Products,
        clamps: Clamps,
        dot: Callable[[Any, Any], Any],
        clip: float | None = None,
    ) -> None:
        self.at: Any = 0
        self.product: Callable[[Any, Any, Any], Any] = _clipped(np.multiply, clip)
        self.total: Callable[[Any, Any, Any], Any] = _clipped(np.add, clip)
        self._dot = dot
        self._late = {
            param: (weight, clamps.free(products.cell.params[param].dest))
            for param, weight in products.late_back.items()
        }

    def late_back(self, param: str, alpha: Any, rest: Any) -> Any:
        """``rest`` plus W^T alpha for a late weight."""
        weight, free = self._late[param]
        if weight is None:
            return rest
        return rest + self._dot(alpha if free is None else alpha * free[self.at], weight)


def _clipped(operation: Callable[..., Any], clip: float | None) -> Callable[[Any, Any, Any], Any]:
    """``operation`` itself, or followed by clipping to [-clip, clip]."""
    if clip is None:
        return operation
    return lambda a, b, row: np.clip(operation(a, b, row), -clip, clip, row)


def _as_it_is(name: str, value: Any) -> Any:
    return value
