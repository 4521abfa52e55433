"""Memory goes back to the machine: what nobody has asked for in a while is let go, and what was freed is
handed back, when it is quiet."""

from __future__ import annotations

import ctypes
import gc
import logging
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field

from streamlit.runtime import get_instance

from explorer.remember import KEPT, Shelf

TICK_S = 5.0
QUIET_S = 10.0  # without a run; after that twice as long each time, up to
UNUSED_S = 600.0  # after which a result is let go, too
LATEST_S = 300.0  # of runs without a pause
NOT_GLIBC = (AttributeError, OSError, TypeError)
M_ARENA_MAX = -8  # of malloc.h: every arena keeps freed memory of its own
MUCH = 32 * 2**20  # bytes that were let go: freed memory is handed back at once


@dataclass
class Pauses:
    """When something ran, and when memory was given back, the last time."""

    ran: float = field(default_factory=time.monotonic)
    given: float = 0.0
    busy_since: float | None = None
    wait: float = QUIET_S
    let_go: int = 0  # bytes of all that had been let go then

    def due(self, now: float) -> bool:
        """Whether it is time to give memory back; the caller does."""
        if self.ran > self.given:
            self.wait = QUIET_S
            if self.busy_since is None:
                self.busy_since = now
        is_late = self.busy_since is not None and now - self.busy_since >= LATEST_S
        if now - max(self.ran, self.given) < self.wait and not is_late:
            return False
        self.given, self.wait, self.busy_since = now, min(2 * self.wait, UNUSED_S), None
        return True


PAUSES = Pauses()


def ran() -> None:
    """A page or a picture runs."""
    PAUSES.ran = time.monotonic()


def start() -> None:
    """Give memory back from now on, in a thread of its own."""
    with suppress(*NOT_GLIBC):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)
    threading.Thread(target=_watch, name="idle", daemon=True).start()


def _watch() -> None:
    while True:
        time.sleep(TICK_S)
        try:
            tick(PAUSES, KEPT)
        except Exception:
            logging.getLogger(__name__).exception("Memory could not be given back.")


def tick(pauses: Pauses, shelf: Shelf) -> None:
    """Give back what can be given back now."""
    shelf.drop(UNUSED_S)
    if pauses.due(time.monotonic()):
        give_back()
    elif shelf.let_go - pauses.let_go > MUCH:
        trim()
    else:
        return
    pauses.let_go = shelf.let_go


def give_back() -> None:
    """Collect what has come loose, and hand freed memory back to the machine."""
    let_sessions_go()
    gc.collect()
    trim()


def trim() -> None:
    """Hand freed memory back to the machine, which the allocators keep otherwise."""
    if arrow := sys.modules.get("pyarrow"):
        arrow.default_memory_pool().release_unused()
    with suppress(*NOT_GLIBC):
        ctypes.CDLL(None).malloc_trim(0)


def let_sessions_go() -> None:
    """The framework lets a session that has left go only when another one leaves: do so now."""
    with suppress(AttributeError, RuntimeError):  # no server; or not this version of it
        runtime = get_instance()
        left = runtime._session_mgr._session_storage._cache  # type: ignore[attr-defined]
        runtime._get_async_objs().eventloop.call_soon_threadsafe(left.expire)
