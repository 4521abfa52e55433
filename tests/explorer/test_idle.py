"""Memory is given back when nothing runs, and seldom while something does."""

from __future__ import annotations

import gc
import threading
import time
import weakref
from itertools import pairwise

import pytest

from explorer import idle, live
from explorer.idle import LATEST_S, QUIET_S, TICK_S, UNUSED_S, Pauses
from explorer.remember import Shelf


def given(pauses: Pauses, runs: list[float], until: float) -> list[float]:
    """When memory is given back, where something runs at these times; a clock that ticks."""
    times = []
    waiting = sorted(runs)
    for i in range(int(until / TICK_S)):
        now = i * TICK_S
        while waiting and waiting[0] <= now:
            pauses.ran = waiting.pop(0)
        if pauses.due(now):
            times.append(now)
    return times


def test_after_the_last_run_memory_is_given_back_soon_and_then_ever_more_seldom() -> None:
    times = given(Pauses(ran=0.0), [], 4 * UNUSED_S)
    assert times[0] == QUIET_S
    pauses = [b - a for a, b in pairwise(times)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == UNUSED_S, "and it never ends: a session may leave at any time"
    assert len(times) < 12


def test_a_run_while_it_is_quiet_begins_anew() -> None:
    times = given(Pauses(ran=0.0), [1000.0], 1100.0)
    assert min(time for time in times if time > 1000) == 1000 + QUIET_S


def test_a_class_at_work_is_stopped_every_five_minutes_at_most() -> None:
    times = given(Pauses(ran=0.0, given=0.0), [i * 0.5 for i in range(7200)], 3600)
    assert all(b - a >= LATEST_S for a, b in pairwise([0.0, *times]))
    assert len(times) >= 3600 / LATEST_S - 1


def test_a_run_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idle.PAUSES, "ran", -1.0)
    live._resume()
    assert idle.PAUSES.ran > 0


class Knot:
    """What holds itself, as sessions do."""

    def __init__(self) -> None:
        self.myself = self


def test_what_has_come_loose_is_collected() -> None:
    gc.disable()
    try:
        gone = weakref.ref(Knot())
        assert gone() is not None
        idle.give_back()
        assert gone() is None
    finally:
        gc.enable()


@pytest.mark.parametrize(
    ("let_go", "quiet", "done"),
    [
        (0, False, []),
        (idle.MUCH, False, []),
        (idle.MUCH + 1, False, ["trim"]),
        (0, True, ["give back"]),
        (idle.MUCH + 1, True, ["give back"]),
    ],
)
def test_freed_memory_goes_back_at_once_where_it_is_much(
    let_go: int, quiet: bool, done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(idle, "give_back", lambda: told.append("give back"))
    monkeypatch.setattr(idle, "trim", lambda: told.append("trim"))
    shelf, now = Shelf(1000), time.monotonic()
    shelf.let_go = let_go
    pauses = Pauses(ran=now - QUIET_S if quiet else now, given=now - QUIET_S - 1)
    for _ in range(3):
        idle.tick(pauses, shelf)
    assert told == done


def test_what_nobody_asked_for_is_let_go() -> None:
    shelf = Shelf(100_000)
    shelf.put("old", 1)
    shelf.put("new", 2)
    shelf._entries["old"].used -= UNUSED_S
    idle.tick(Pauses(), shelf)
    assert list(shelf._entries) == ["new"]


def test_the_watch_never_holds_the_process_up(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    monkeypatch.setattr(threading.Thread, "start", lambda thread: made.append(thread.daemon))
    idle.start()
    assert made == [True]
