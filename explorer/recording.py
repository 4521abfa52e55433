"""What the browser gets of a run: the flow through every node and wire of the cell, at all steps."""

from __future__ import annotations

import numpy as np

import lstm_core as lc
from explorer import live
from lstm_core.analysis import Flows
from lstm_core.figures.signals import GREEK


def send(cell: lc.Cell, flows: Flows, unit: int) -> None:
    """Send a recording to the page's live parts, with the next answer."""
    block = compact(np.concatenate(flows.arrays, 1, dtype=np.float64))
    forward, backward = (
        {name: [place.start, place.stop - place.start] for name, place in columns.items()}
        for columns in flows.columns
    )
    head = {
        "steps": len(block),
        "stride": block.shape[1],
        "units": flows.forward[cell.state].shape[1],
        "unit": unit,
        "forward": forward,
        "backward": backward,
        "signals": labels(cell),
        "kinds": {name: signal.kind for name, signal in cell.signals.items()},
    }
    live.record(head, block)


def compact(values: np.ndarray) -> np.ndarray:
    """``values`` as float32, or as float64 where some are too large or too small for that: an error that
    has all but died is not 0."""
    with np.errstate(over="ignore"):
        short = values.astype(np.float32)
    sizes = np.abs(short)
    fits = np.isfinite(sizes) & (sizes >= np.finfo(np.float32).tiny)
    return short if (fits | (values == 0)).all() else values


def labels(cell: lc.Cell) -> dict[str, str]:
    """Every label that a chart can have for a signal or its gradient -> the signal."""
    found = {name: name for name in (*cell.signals, "x")}
    found |= {signal.torch: name for name, signal in cell.signals.items() if signal.torch}
    for gradient, name in cell.gradient_names.items():
        symbol = GREEK.get(gradient, gradient)
        found |= {symbol: name, f"‖{symbol}[n]‖": name}
    return found
