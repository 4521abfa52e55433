"""One-step Jacobians of any cell, from its own backward step applied to unit errors."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from lstm_core.arrays import NumpyArrays, quiet
from lstm_core.backpropagate import local_derivatives, warp_slope
from lstm_core.checks import checked_recording
from lstm_core.overflow import check_result
from lstm_core.records import Recording
from lstm_core.room import check_room
from lstm_core.step_tools import BackwardTools


def step_jacobians(rec: Recording) -> np.ndarray:
    """d carried[n] / d carried[n-1] for every step, the carried signals side by side.

    ``carried`` is what ``rec.cell.carried`` names: s and v of an LSTM, s of an RNN. The carried
    signals of step n-1 count as independent of each other; a readout that follows the state, as
    r[n-1] = G(s[n-1]) in an RNN, counts through the state, so that an RNN's Jacobian is
    W_s + W_r diag(G'(s[n-1])) (errata 1).

    Returns: (K, D, D), or (K, B, D, D); D is the sum of the carried widths.
    Raises: ValueError for a recording on a torch graph, and where there is no room for them
        (``lstm_core.room``).
    """
    return StepResponses(rec).jacobians


@dataclass(frozen=True)
class StepResponses:
    """How every step answers to a unit error in each signal that an error can enter by."""

    rec: Recording

    def __post_init__(self) -> None:
        rec = checked_recording(self.rec)
        if not isinstance(rec.products.arrays, NumpyArrays):
            raise ValueError(
                "rec: this analysis needs a recording of NumPy arrays: unroll with"
                " x.detach().numpy() and parameters alike"
            )
        width = sum(rec[name].shape[-1] for name in rec.cell.carried)
        check_room(
            f"the Jacobians of {len(rec)} steps of {width} carried numbers",
            *rec.output.shape[:-1],
            width,
            rec.products.width + 4 * width,  # the errors at the nodes, and parts of the result
            remedy="unroll a slice of the steps, x[a:b], from their initial values",
            itemsize=rec.products.arrays.itemsize,
        )

    def _columns(self, names: tuple[str, ...]) -> dict[str, slice]:
        columns, start = {}, 0
        for name in names:
            width = self.rec[name].shape[-1]
            columns[name] = slice(start, start + width)
            start += width
        return columns

    @cached_property
    def carried(self) -> dict[str, slice]:
        """The columns of every carried signal in the D of a Jacobian."""
        return self._columns(self.rec.cell.carried)

    @cached_property
    def _answers(self) -> tuple[np.ndarray, list[Any], list[Any], np.ndarray]:
        """For unit errors in the carried signals: the state's total derivative, the flow to each
        lagged signal beside the weights and through them, and the errors themselves."""
        with quiet():
            return self._answer()

    def _answer(self) -> tuple[np.ndarray, list[Any], list[Any], np.ndarray]:
        rec, cell = self.rec, self.rec.cell
        width = sum(part.stop - part.start for part in self.carried.values())
        units = np.eye(width, dtype=rec.products.arrays.dtype)
        axes = rec.output.shape[:-1]
        arriving = []
        for name in cell.arrivals:
            size = rec[name].shape[-1]
            unit = units[:, self.carried[name]] if name in self.carried else np.zeros((width, size))
            arriving.append(np.broadcast_to(unit, (*axes, width, size)))
        tools = BackwardTools(rec.products, rec.clamps, np.matmul)
        tools.at = (..., None, slice(None))
        local = tuple(part[..., None, :] for part in local_derivatives(rec))
        alphas = np.empty((*axes, width, rec.products.width), rec.products.arrays.dtype)
        parts = {name: alphas[..., columns] for name, columns in rec.products.columns.items()}
        totals, direct = cell.step_back(local, arriving, tuple(parts.values()), tools)
        state = (parts | dict(zip(cell.totals, totals, strict=True)))[cell.state]
        free = [rec.clamps.free(node) for node in rec.products.columns]
        if any(mask is not None for mask in free):
            ones = [np.ones_like(rec[node]) for node in rec.products.columns]
            masks = [one if mask is None else mask for one, mask in zip(ones, free, strict=True)]
            alphas = alphas * np.concatenate(masks, -1)[..., None, :]
        weighted = [None if w is None else alphas @ w for w in rec.products.lagged_back]
        return state, list(direct), weighted, arriving[0]

    @cached_property
    def state_from_carried(self) -> np.ndarray:
        """d carried[n] / d s[n] within a step, (K, [B,] D, d_s)."""
        return self._answers[0]

    @cached_property
    def direct_state(self) -> np.ndarray:
        """The diagonal of ds[n]/ds[n-1] beside all weights: g_cs[n] in an LSTM, (K, [B,] d_s)."""
        rec = self.rec
        _, direct, _, _ = self._answers
        flow = direct[rec.cell.lagged.index(rec.cell.state)]
        if flow is None:
            return np.zeros_like(rec.state)
        rows = flow[..., self.carried[rec.cell.state], :]
        return np.diagonal(rows, axis1=-2, axis2=-1)

    @cached_property
    def jacobians(self) -> np.ndarray:
        """d carried[n] / d carried[n-1], (K, [B,] D, D)."""
        with quiet():
            return check_result("A step's Jacobian", self._joined_flows(), "take smaller weights")

    def _joined_flows(self) -> np.ndarray:
        rec, cell = self.rec, self.rec.cell
        _, direct, weighted, _ = self._answers
        axes = rec.output.shape[:-1]
        width = sum(part.stop - part.start for part in self.carried.values())
        flows: dict[str, Any] = {}
        for name, beside, through in zip(cell.lagged, direct, weighted, strict=True):
            parts = [part for part in (beside, through) if part is not None]
            zero = np.zeros((*axes, width, rec[name].shape[-1]), rec.products.arrays.dtype)
            flows[name] = sum(parts[1:], parts[0]) if parts else zero
        for name in cell.lagged:
            if name not in cell.carried:
                signal = cell.signals[name]
                slope = self._slope_before(name)
                flows[signal.of] = flows[signal.of] + flows[name] * slope[..., None, :]
        return np.concatenate([flows[name] for name in cell.carried], -1)

    def _slope_before(self, name: str) -> np.ndarray:
        """G' of a lagged warp at the step before; 0 where its value is forced or given."""
        rec = self.rec
        slope = warp_slope(rec.cell.signals[name], rec.previous(name))
        if name not in rec.follows:
            slope[0] = 0
        free = rec.clamps.free(name)
        if free is not None:
            slope[1:] *= free[:-1]
        return slope
