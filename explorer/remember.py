"""What is kept for the next visitor who asks for the same: results and pictures, all within one number
of bytes. What was not asked for the longest goes first."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import partial, wraps
from sys import getsizeof
from threading import Lock
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any, TypeVar

import numpy as np

import lstm_core as lc
from explorer.limits import KEPT_BYTES
from lstm_core.layout import Layout
from lstm_core.wires import Graph

Function = TypeVar("Function", bound=Callable[..., Any])
SHARED = (  # by all results of a cell, or by all of the program
    *(lc.Cell, Layout, Graph),
    *(type, FunctionType, BuiltinFunctionType, ModuleType),
)
LARGE = 1024  # bytes: what is larger and belongs to several results is counted once
# Bytes of the bookkeeping.
ENTRY = 1024  # for a result
PART = 256  # for each of its large parts
SHARE = 4  # a result that would take more than this part of the room is not kept


@dataclass(frozen=True)
class Weight:
    """The memory of a result: what is small, and every ``large`` part by its identity."""

    small: int
    large: dict[int, int]

    @property
    def total(self) -> int:
        return self.small + sum(self.large.values())


@dataclass
class Entry:
    """A result, its weight, when it was last asked for, and what lets go of what is kept elsewhere."""

    value: Any
    weight: Weight
    used: float
    release: Callable[[], object] | None = None


class Shelf:
    """Results by their keys, within ``room`` bytes."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.held = 0  # bytes
        self.let_go = 0  # bytes, so far
        self._lock = Lock()
        self._entries: OrderedDict[Hashable, Entry] = OrderedDict()  # the newest is the last
        self._holders: dict[int, int] = {}  # of every large part

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: Hashable) -> Entry | None:
        """What is kept under a key, which is now the newest."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is not None:
                self._entries.move_to_end(key)
                entry.used = time.monotonic()
        return entry

    def put(
        self,
        key: Hashable,
        value: Any,
        weight: Weight | None = None,
        release: Callable[[], object] | None = None,
    ) -> None:
        """Keep a value, and let go of the oldest until all have room. ``weight``: where the value itself
        doesn't say it; ``release`` is called once it is no longer kept, here too."""
        entry = Entry(value, weight or weigh((key, value)), time.monotonic(), release)
        gone = []
        with self._lock:
            if key in self._entries:
                self._take(key)
            if entry.weight.total > self.room / SHARE:
                gone.append(entry)
            else:
                self._add(key, entry)
            while self.held > self.room:
                gone.append(self._take(next(iter(self._entries))))
        _let_go(gone)

    def drop(self, unused_for: float) -> None:
        """Let go of what nobody has asked for in so many seconds."""
        before = time.monotonic() - unused_for
        gone = []
        with self._lock:
            while self._entries:
                key, entry = next(iter(self._entries.items()))
                if entry.used > before:
                    break
                gone.append(self._take(key))
        _let_go(gone)

    def forget(self, kind: Hashable) -> None:
        """Let go of all whose key begins with ``kind``."""
        with self._lock:
            keys = [key for key in self._entries if isinstance(key, tuple) and key[0] == kind]
            gone = [self._take(key) for key in keys]
        _let_go(gone)

    def _add(self, key: Hashable, entry: Entry) -> None:
        self._entries[key] = entry
        self.held += ENTRY + entry.weight.small
        for part, size in entry.weight.large.items():
            holders = self._holders.get(part, 0)
            self._holders[part] = holders + 1
            if not holders:
                self.held += size

    def _take(self, key: Hashable) -> Entry:
        entry, held = self._entries.pop(key), self.held
        self.held -= ENTRY + entry.weight.small
        for part, size in entry.weight.large.items():
            self._holders[part] -= 1
            if not self._holders[part]:
                del self._holders[part]
                self.held -= size
        self.let_go += held - self.held
        return entry


def _let_go(gone: list[Entry]) -> None:
    """Outside of the lock: what is released may take other locks."""
    for entry in gone:
        if entry.release:
            entry.release()


KEPT = Shelf(KEPT_BYTES)


def remembered(compute: Function) -> Function:
    """Keep the results of a pure function of hashable arguments; not what it raises."""

    @wraps(compute)
    def found(*args: Any) -> Any:
        key = (compute, *args)
        if (entry := KEPT.get(key)) is not None:
            return entry.value
        value = compute(*args)
        KEPT.put(key, value)
        return value

    found.cache_clear = partial(KEPT.forget, compute)  # type: ignore[attr-defined]
    return found  # type: ignore[return-value]


def weigh(thing: Any) -> Weight:
    """The memory of all that is reached from a thing, each part counted once."""
    small, large = 0, {}
    seen: set[int] = set()
    waiting = [thing]
    while waiting:
        item = waiting.pop()
        kind = type(item)
        if isinstance(item, np.ndarray) and item.base is not None:
            small += ARRAY
            while isinstance(item, np.ndarray) and item.base is not None:
                item = item.base
        if id(item) in seen:
            continue
        seen.add(id(item))
        if kind not in PLAIN:
            if isinstance(item, SHARED):
                continue
            if kind is dict or isinstance(item, Mapping):
                waiting += (*item, *item.values())
            elif isinstance(item, COLLECTIONS):
                waiting += item
            if parts := getattr(item, "__dict__", None):
                waiting.append(parts)
        if (size := getsizeof(item)) > LARGE:
            large[id(item)] = size
            small += PART
        else:
            small += size
    return Weight(small, large)


ARRAY = getsizeof(np.empty(0))
PLAIN = frozenset((np.ndarray, str, bytes, int, float, bool, complex, type(None), slice))
COLLECTIONS = (list, tuple, set, frozenset)
