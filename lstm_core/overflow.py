"""Where numbers leave the range of their type: the first step and signal, and what would do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from lstm_core.arrays import NumpyArrays, TorchArrays, plain
from lstm_core.cells.base import Cell
from lstm_core.wires import wires


class Overflow(ValueError):
    """Numbers left the range of their type; the message says where, and what would do."""


def check_signals(
    cell: Cell,
    table: Mapping[str, Any],
    pieces: Iterable[Any],
    arrays: NumpyArrays | TorchArrays,
    back: bool = False,
) -> None:
    """Raise Overflow, naming the first step and signal, where a run has overflowed.

    ``pieces``: arrays that hold all of ``table``, the signals at all steps or, ``back``, the
    derivatives for them; the first is then the last step, since errors come from there.
    """
    if arrays.finite(list(pieces)):
        return
    names = [
        name for name in wires(cell).nodes if name in table
    ]  # what is made of others behind them
    found = []
    for order, name in enumerate(reversed(names) if back else names):
        bad = np.argwhere(~np.isfinite(plain(table[name])))
        if len(bad):
            place = bad[bad[:, 0] == (bad[-1, 0] if back else bad[0, 0])][0]
            found.append((-place[0] if back else place[0], order, name, place))
    if not found:
        return
    _, _, name, place = min(found, key=lambda entry: entry[:2])
    at = f"step {place[0]}" + (f" of sequence {place[1]} of the batch" if len(place) == 3 else "")
    kind = plain(table[name]).dtype
    wide = "" if kind == np.float64 else ", or run it in float64"
    if back:
        raise Overflow(
            f"On its way back the error at {name} grows beyond {_largest(kind)} at {at}, more than"
            f" {kind} can hold: take fewer steps, smaller weights or a smaller error{wide}."
        )
    raise Overflow(
        f"{name} ({cell.signals[name].meaning}) grows beyond {_largest(kind)} at {at}, more than"
        f" {kind} can hold: take fewer steps, or smaller weights, inputs or held values{wide}."
    )


def check_result(what: str, value: Any, remedy: str) -> Any:
    """``value`` itself; Overflow where it has overflowed. ``remedy``: what would do."""
    array = np.asarray(value)
    if not np.isfinite(array).all():
        raise Overflow(
            f"{what} grows beyond {_largest(array.dtype)}, more than {array.dtype} can hold: {remedy}."
        )
    return value


def _largest(kind: np.dtype[Any]) -> str:
    return f"{float(np.finfo(kind).max):.1e}".replace("e+", "e")
