"""The schematic of any cell: where to draw its nodes and wires, derived from its declared wiring."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from lstm_core.cells.base import Cell
from lstm_core.figures.schematic.drawing import Box, Drawing, Route
from lstm_core.figures.schematic.layered import layered
from lstm_core.figures.schematic.placed import placed
from lstm_core.wires import wires

__all__ = ["Box", "Drawing", "Route", "schematic"]


def schematic(cell: Cell, places: Mapping[str, Any] | None = None) -> Drawing:
    """Boxes for the nodes of ``wires(cell)`` and orthogonal paths for its wires, in px.

    Args:
        cell: any cell; nothing but its declared tables is read.
        places: a layout set by hand, as in ``placed``; without it the layout is automatic.

    No wire meets another node's box or runs along a wire from another source; wires may cross.
    Raises: ValueError where ``places`` doesn't fit the cell.
    """
    return _schematic(cell, json.dumps(places) if places else "")


@lru_cache(maxsize=64)
def _schematic(cell: Cell, places: str) -> Drawing:
    return placed(wires(cell), json.loads(places)) if places else layered(wires(cell))
