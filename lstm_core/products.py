"""The linear part of a step, fused from the declared wiring.

All weights that read the same signal are stacked into one matrix over all accumulation nodes, so
that a step costs one product per lagged signal, and the products with the input are made for all
steps at once. A matrix that is zero throughout is left out.
"""

from __future__ import annotations

from typing import Any

from lstm_core.arrays import NumpyArrays, TorchArrays
from lstm_core.cells.base import Cell
from lstm_core.layout import layout
from lstm_core.signals import INPUT


class Products:
    """The stacked matrices of one cell and one set of parameters; ``sizes``: the value of each."""

    def __init__(
        self,
        cell: Cell,
        theta: dict[str, Any],
        sizes: dict[str, int],
        arrays: NumpyArrays | TorchArrays,
    ) -> None:
        self.cell, self.theta, self.arrays = cell, theta, arrays
        self.late_back = {
            name: None if arrays.vanishes(theta[name]) else theta[name] for name in cell.late
        }
        self.late = {name: _transposed(weight, arrays) for name, weight in self.late_back.items()}
        late = tuple([name for name, weight in self.late.items() if weight is not None])
        self.layout = layout(cell, tuple(sizes.items()), late)
        self.columns, self.width = self.layout.columns, self.layout.width
        self.input_back = self._stack(INPUT, 0)
        self.bias = self._stack(None, 0)
        self.lagged_back = [self._stack(name, 1) for name in cell.lagged]
        self.lagged = [_transposed(weights, arrays) for weights in self.lagged_back]

    def _stack(self, source: str | None, lag: int) -> Any:
        """(width of all nodes, d_source), or None where nothing is wired or all is zero."""
        wires = self.cell.wiring.get((source, lag))
        if wires is None:
            return None
        shape = self.theta[next(iter(wires.values()))].shape[1:]
        blocks = [
            self.theta[wires[node]] if node in wires else self.arrays.zeros((width, *shape))
            for node, width in self.layout.node_widths
        ]
        stack = self.arrays.join(blocks, 0)
        return None if self.arrays.vanishes(stack) else stack

    def external(self, x: Any) -> Any:
        """The input's share of every accumulation, bias included: (K, [B,] width)."""
        if self.input_back is None:
            shares = self.arrays.zeros((*x.shape[:-1], self.width))
        else:
            shares = x @ self.input_back.T
        return shares if self.bias is None else self.arrays.added(shares, self.bias)

    def input_gradient(self, alphas: Any) -> Any:
        """dE/dx = sum over the nodes of W_x^T alpha: (K, [B,] d_x)."""
        return alphas @ self.input_back if self.input_back is not None else None


def _transposed(weights: Any, arrays: NumpyArrays | TorchArrays) -> Any:
    return None if weights is None else arrays.contiguous(weights.T)
