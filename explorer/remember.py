"""Results that are kept for the next visitor who asks for the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any, TypeVar

import numpy as np
from cachetools import LRUCache, cached

import lstm_core as lc
from explorer.limits import MAX_REMEMBERED_BYTES
from lstm_core.layout import Layout
from lstm_core.wires import Graph

Function = TypeVar("Function", bound=Callable[..., Any])
PLAIN = frozenset((str, int, float, bool, type(None)))  # most of what a result is made of
SHARED = (lc.Cell, Layout, Graph)  # by all results of a cell


def remembered(compute: Function) -> Function:
    """Keep the newest results of a pure function of hashable arguments, by the size of their arrays."""
    cache: LRUCache[Any, Any] = LRUCache(MAX_REMEMBERED_BYTES, getsizeof=array_bytes)
    return cached(cache, lock=Lock())(compute)  # type: ignore[return-value]


def array_bytes(result: Any) -> int:
    """The memory of all arrays in a result, each counted once."""
    arrays: dict[int, int] = {}
    seen: set[int] = set()
    waiting = [result]
    while waiting:
        item = waiting.pop()
        if isinstance(item, np.ndarray):
            while isinstance(item.base, np.ndarray):
                item = item.base
            arrays[id(item)] = item.nbytes
        elif id(item) not in seen:
            seen.add(id(item))
            waiting += [part for part in _parts(item) if type(part) not in PLAIN]
    return sum(arrays.values())


def _parts(item: Any) -> Iterable[Any]:
    if isinstance(item, dict):
        return item.values()
    if isinstance(item, (list, tuple)):
        return item
    if isinstance(item, SHARED):
        return ()
    return getattr(item, "__dict__", {}).values()
