"""How many parameters a cell has, read from the shapes that it declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from lstm_core.cells.base import Cell


@dataclass(frozen=True)
class Count:
    """The parameters that read one signal: so many entities of one declared shape."""

    entities: int
    shape: tuple[str, ...]
    number: int


def count_params(cell: Cell, sizes: Mapping[str, int]) -> dict[str | None, Count]:
    """The numbers of parameters by what they read (``None``: biases), as they are declared (123), (215).

    ``sizes``: a number for each of ``cell.sizes``. All parameters that read the same signal have the
    same shape in the cells of the LSTM; ValueError for a cell where they have not, KeyError for a size
    that is missing.
    """
    shapes: dict[str | None, list[tuple[str, ...]]] = {}
    for param in cell.params.values():
        shapes.setdefault(param.source, []).append(param.shape)
    found = {}
    for source, alike in shapes.items():
        if len(set(alike)) > 1:
            raise ValueError(f"the weights of {source} in {cell.name} differ in shape: {alike}")
        number = len(alike) * prod(sizes[size] for size in alike[0])
        found[source] = Count(len(alike), alike[0], number)
    return found
