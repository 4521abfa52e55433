"""The linear part of a step, fused from the declared wiring.

All weights that read the same signal are stacked into one matrix over all accumulation nodes, so
that a step costs one product per lagged signal, and the products with the input are made for all
steps at once. A matrix that is zero throughout is left out. A window over the input is a product too:
of its taps side by side with the samples x[n], x[n+1], .. side by side.
"""

from __future__ import annotations

from typing import Any

from lstm_core.arrays import NumpyArrays, TorchArrays
from lstm_core.cells.base import Cell
from lstm_core.layout import layout
from lstm_core.signals import INPUT, TAPS


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
        self.taps = sizes[TAPS] if cell.windows else 1
        self.late_back = {
            name: None if arrays.vanishes(theta[name]) else theta[name] for name in cell.late
        }
        self.late = {name: _transposed(weight, arrays) for name, weight in self.late_back.items()}
        late = tuple([name for name, weight in self.late.items() if weight is not None])
        self.layout = layout(cell, tuple(sizes.items()), late)
        self.columns, self.width = self.layout.columns, self.layout.width
        self.all_columns, self.all_width = self.layout.all_columns, self.layout.all_width
        self.input_back = self._stack(INPUT, 0, self.layout.all_widths)
        self.bias = self._stack(None, 0, self.layout.all_widths)
        self.lagged_back = [self._stack(name, 1, self.layout.node_widths) for name in cell.lagged]
        self.lagged = [_transposed(weights, arrays) for weights in self.lagged_back]

    def matrix(self, name: str) -> Any:
        """A parameter as the matrix that multiplies what it reads: a window's taps side by side."""
        value = self.theta[name]
        return self.arrays.join(list(value), -1) if name in self.cell.windows else value

    def entity(self, name: str, matrix: Any) -> Any:
        """The way back from ``matrix``: an array of the parameter's own shape."""
        if name not in self.cell.windows:
            return matrix
        rows, width = matrix.shape
        return matrix.reshape(rows, self.taps, width // self.taps).swapaxes(0, 1)

    def windows(self, x: Any) -> Any:
        """x[n], .., x[n+L-1] side by side, 0 past the end: (K, [B,] L d_x) (188)."""
        shifted = [x]
        for l in range(1, self.taps):
            past_end = self.arrays.zeros((min(l, len(x)), *x.shape[1:]))
            shifted.append(self.arrays.join([x[l:], past_end], 0))
        return x if self.taps == 1 else self.arrays.join(shifted, -1)

    def from_windows(self, errors: Any) -> Any:
        """The transpose of ``windows``: what reaches x[n] from all windows that it stands in."""
        if self.taps == 1:
            return errors
        width = errors.shape[-1] // self.taps
        total = errors[..., :width].copy()
        for l in range(1, min(self.taps, len(errors))):
            total[l:] += errors[:-l, ..., l * width : (l + 1) * width]
        return total

    def _stack(self, source: str | None, lag: int, node_widths: list[tuple[str, int]]) -> Any:
        """(width of all nodes, d_source), or None where nothing is wired or all is zero."""
        wires = self.cell.wiring.get((source, lag))
        if wires is None:
            return None
        given = self.theta
        if source == INPUT and self.cell.windows:
            given = {name: self._window(name) for name in wires.values()}
        shape = given[next(iter(wires.values()))].shape[1:]
        blocks = [
            given[wires[node]] if node in wires else self.arrays.zeros((width, *shape))
            for node, width in node_widths
        ]
        stack = self.arrays.join(blocks, 0)
        return None if self.arrays.vanishes(stack) else stack

    def _window(self, name: str) -> Any:
        """A matrix over the samples of a window: with zeros for all but x[n] where it reads no other."""
        matrix = self.matrix(name)
        if name in self.cell.windows:
            return matrix
        rows, width = matrix.shape
        return self.arrays.join([matrix, self.arrays.zeros((rows, (self.taps - 1) * width))], -1)

    def external(self, x: Any) -> Any:
        """The input's share of every accumulation, bias included: (K, [B,] all_width)."""
        if self.input_back is None:
            shares = self.arrays.zeros((*x.shape[:-1], self.all_width))
        else:
            shares = self.windows(x) @ self.input_back.T
        return shares if self.bias is None else self.arrays.added(shares, self.bias)

    def input_gradient(self, alphas: Any) -> Any:
        """dE/dx = sum over the nodes of W_x^T alpha: (K, [B,] d_x); errata 22."""
        if self.input_back is None:
            return None
        return self.from_windows(alphas @ self.input_back)


def _transposed(weights: Any, arrays: NumpyArrays | TorchArrays) -> Any:
    return None if weights is None else arrays.contiguous(weights.T)
