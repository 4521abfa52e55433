"""The loop over time, backward: the only one. Document 000, Eq 144-172 with errata 21 and 22."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial, reduce
from operator import mul
from typing import Any

import numpy as np

from lstm_core.arrays import NumpyArrays
from lstm_core.checks import checked_explicit, checked_recording
from lstm_core.given import number
from lstm_core.overflow import check_result, check_signals
from lstm_core.records import SMALLER_ERROR, Gradients, Recording
from lstm_core.signals import Signal
from lstm_core.step_tools import BackwardTools


def backpropagate(
    rec: Recording,
    dE_dout: Any,
    explicit: Mapping[str, Any] | None = None,
    clip_alpha: float | None = None,
) -> Gradients:
    """Back-propagate an error through time and record every gradient.

    Args:
        rec: a recording of NumPy arrays.
        dE_dout: the explicit part of dE/d output[n], (K, d_out) or (K, B, d_out).
        explicit: explicit parts for other signals that carry an error between steps, by name, for
            example ``{"s": ...}`` for a loss on the state.
        clip_alpha: clip the derivatives of the accumulations to [-clip_alpha, clip_alpha]
            (footnotes 19 and 24); off by default. The result is then no longer the gradient.

    Raises:
        ValueError, KeyError: naming the argument, what was expected and what came; or the step and
            signal at which the error leaves the range of the type on its way back.
    """
    arrays = checked_recording(rec).products.arrays
    if not isinstance(arrays, NumpyArrays):
        raise ValueError(
            "rec: backpropagate needs a recording of NumPy arrays; this one is on a torch graph: call"
            " .backward() on a loss of its signals, or unroll with NumPy arrays"
        )
    injected = checked_explicit(rec, dE_dout, explicit)
    if clip_alpha is not None:
        clip_alpha = number("clip_alpha (None: no clipping)", clip_alpha, 0, above=True)
    with arrays.quiet():
        back = _run_back(rec, injected, clip_alpha, arrays)
    pieces = [back.alphas, *[v for k, v in back.table.items() if k not in rec.cell.warp_of]]
    pieces += [back.d_x, *back.d_initial.values()]
    if not arrays.finite(pieces):
        check_signals(rec.cell, back.table, pieces, arrays, back=True)
        check_result("dE/dx", back.d_x, SMALLER_ERROR)
        for name, value in back.d_initial.items():
            check_result(f"On its way back the error at {name} before step 0", value, SMALLER_ERROR)
    for value in (*back.table.values(), *injected.values(), back.alphas):
        arrays.sealed(value)
    return back


def _run_back(
    rec: Recording,
    injected: dict[str, np.ndarray],
    clip_alpha: float | None,
    arrays: NumpyArrays,
) -> Gradients:
    """The gradients, wherever they have overflowed to; ``injected``: the explicit parts."""
    cell, products = rec.cell, rec.products
    tools = BackwardTools(products, rec.clamps, arrays.dot, clip_alpha)
    local = local_derivatives(rec)
    nothing = [np.zeros_like(rec[name][0]) for name in cell.arrivals]  # beyond the end (85)
    explicits = [(i, injected[name]) for i, name in enumerate(cell.arrivals) if name in injected]
    wires = [(i, w) for i, w in enumerate(products.lagged_back) if w is not None]
    unlagged = [None] * (len(cell.arrivals) - len(cell.lagged))
    unwired = [i for i in range(len(cell.arrivals)) if i not in dict(wires)]
    masks = alpha_masks(rec)
    step_masks = None if masks is None else masks[..., : products.width]
    all_alphas = np.empty((*rec.output.shape[:-1], products.all_width), arrays.dtype)
    alphas = all_alphas[..., : products.width]
    row = np.empty_like(alphas[0])  # of a step's nodes; the same memory for every step
    alphas_n = tuple([row[..., columns] for columns in products.columns.values()])
    dot, step_back = arrays.dot, cell.step_back
    arriving: list[Any] = list(nothing)
    steps = []
    for n, local_n in reversed(list(enumerate(zip(*local, strict=True)))):
        tools.at = n
        for i, given in explicits:
            arriving[i] = arriving[i] + given[n]
        totals, direct = step_back(local_n, arriving, alphas_n, tools)
        steps.append(totals)
        alphas[n] = row
        if step_masks is not None:
            row *= step_masks[n]
        arriving = [*direct, *unlagged]
        for i, weight in wires:
            flow, rest = dot(row, weight), arriving[i]  # (154), (155)
            arriving[i] = flow if rest is None else rest + flow
        for i in unwired:
            if arriving[i] is None:
                arriving[i] = nothing[i]
    table = {
        name: arrays.at_all_steps(total[::-1])
        for name, total in zip(cell.totals, zip(*steps, strict=True), strict=True)
    }
    if cell.ahead:
        fill_ahead(rec, all_alphas, masks)
    table |= {name: all_alphas[..., columns] for name, columns in products.all_columns.items()}
    passed = all_alphas if masks is None else all_alphas * masks
    table |= cell.inner_gradients(rec, {name: pass_on(rec, name, table[name]) for name in table})
    d_x = products.input_gradient(passed)
    return Gradients(
        recording=rec,
        table=table,
        alphas=passed,
        d_x=np.zeros_like(rec.x) if d_x is None else d_x,
        d_initial=initial_gradient(rec, dict(zip(cell.lagged, arriving, strict=False))),
        explicit=injected,
    )


def fill_ahead(rec: Recording, alphas: np.ndarray, masks: np.ndarray | None) -> None:
    """Set the columns of the nodes that are known ahead, from those of the nodes that read them:
    dE/dxi_cu = alpha_cu, dE/dxi_du = g_cx . alpha_du (197, 209)."""
    cell, columns = rec.cell, rec.products.all_columns
    for name in cell.ahead:
        alphas[..., columns[name]] = 0
        for node, terms in cell.products.items():
            for factors in (term.split() for term in terms):
                for i in (i for i, factor in enumerate(factors) if factor == name):
                    error = alphas[..., columns[node]]
                    error = error if masks is None else error * masks[..., columns[node]]
                    others = [rec.factor(other) for other in factors[:i] + factors[i + 1 :]]
                    alphas[..., columns[name]] += reduce(mul, others, error)


def pass_on(rec: Recording, name: str, gradient: np.ndarray) -> np.ndarray:
    """What passes from a signal to what it was made of: nothing where it is forced."""
    free = rec.clamps.free(name)
    return gradient if free is None else gradient * free


def local_derivatives(rec: Recording) -> tuple[np.ndarray, ...]:
    """The cell's local derivatives for all steps, each (K, [B,] d)."""
    slopes = {
        signal.name: pass_on(rec, signal.name, warp_slope(signal, rec[signal.name]))
        for signal in rec.cell.declared
        if signal.warp
    }
    return rec.cell.local(rec, slopes, partial(pass_on, rec))


def warp_slope(signal: Signal, value: np.ndarray) -> np.ndarray:
    """The derivative of a squashing function, from its value (137-138)."""
    return value * (1 - value) if signal.warp == "sigmoid" else 1 - value * value


def alpha_masks(rec: Recording) -> np.ndarray | None:
    """1 where an accumulation is free and 0 where it is forced, for all nodes side by side."""
    names = list(rec.products.all_columns)
    if not any(name in rec.clamps.forced for name in names):
        return None
    return np.concatenate(
        [pass_on(rec, name, np.ones_like(rec[name])) for name in names],
        -1,
    )


def initial_gradient(rec: Recording, returning: dict[str, Any]) -> dict[str, np.ndarray]:
    """dE/d(initial values); a readout that follows the initial state adds to the state's."""
    gradient = dict(returning)
    for name in rec.follows:
        signal = rec.cell.signals[name]
        slope = warp_slope(signal, np.asarray(rec.initial[name]))
        gradient[signal.of] = gradient[signal.of] + gradient.pop(name) * slope
    return gradient
