"""What is kept for the next visitor stays within one number of bytes, and the bytes are real."""

from __future__ import annotations

import gc
import random
import threading
import tracemalloc
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pytest

import lstm_core as lc
from explorer import (
    augmented,
    building,
    carousel,
    inside,
    limits,
    regimes,
    remember,
    stability,
    why,
)
from explorer.remember import Shelf, Weight, weigh
from lstm_core.analysis import transport

MB = 2**20


@dataclass
class Result:
    values: np.ndarray
    again: dict[str, list[np.ndarray]]


class Pair(NamedTuple):
    values: np.ndarray
    others: list[np.ndarray]


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """An empty one for all, with room for a MB."""
    shelf = Shelf(MB)
    monkeypatch.setattr(remember, "KEPT", shelf)
    return shelf


def of(size: int) -> Weight:
    return Weight(size, {})


# the weight


def test_an_array_counts_once_and_with_all_of_its_memory() -> None:
    whole = np.zeros((10, 1000))
    result = Result(whole[0], {"views": [whole[1:], whole]})
    assert whole.nbytes < weigh(result).total < whole.nbytes + 3000
    assert weigh([result, result, np.zeros(300)]).total > weigh(result).total + 2400
    assert weigh(lc.CELLS["vanilla_lstm"]).total == 0


MAKERS: dict[str, Callable[[], Any]] = {
    "arrays": lambda: [np.random.rand(50, 7) for _ in range(200)],
    "views of an array": lambda: list(np.random.rand(500, 70)),
    "words": lambda: [f"{i} of many words" * 5 for i in range(3000)],
    "bytes": lambda: np.random.bytes(200_000),
    "numbers": lambda: tuple(1000.5 + i for i in range(5000)),
    "tables": lambda: [{f"name {i}": i * 1000.5, "more": [i + 10_000]} for i in range(1000)],
    "tables of other kinds": lambda: [
        OrderedDict(a=np.zeros(300)),
        MappingProxyType({"b": np.zeros(300)}),
        Pair(np.zeros(300), [np.zeros(300)]),
        np.zeros(300).view(np.recarray),
    ],
    "objects": lambda: [Result(np.zeros(3), {"all": []}) for _ in range(500)],
    "a trained cell's run": lambda: inside._run.__wrapped__(
        inside.InsideState(source="text", text="the cat sat on the mat and " * 4)
    ),
    "runs of three systems": lambda: why.run.__wrapped__(why.WhyState(steps=200, width=8, seed=7)),
    "the carousel's run": lambda: carousel._run_lstm.__wrapped__(carousel.CarouselState(steps=200)),
    "a split": lambda: regimes._run.__wrapped__(regimes.RegimesState(steps=200, width=4)),
    "a stage": lambda: building._stage.__wrapped__(building.BuildingState(steps=200, width=8)),
    "a stable cell": lambda: stability._run.__wrapped__(stability.StabilityState(steps=200)),
    "both cells": lambda: augmented._run.__wrapped__(augmented.AugmentedState(steps=200, d_s=8)),
}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_the_weight_is_the_memory_that_python_takes(make: Callable[[], Any], shelf: Shelf) -> None:
    shelf.room = 0  # a part that is known would take none
    make()  # what is made once for all
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        made = make()
        transport._responses.cache_clear()  # of the last recording, for the next question about it
        gc.collect()
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert 0.8 * taken < weigh(made).total < 1.6 * taken + 10_000


# the room


@pytest.mark.parametrize("seed", range(5))
def test_all_kinds_together_stay_within_the_room(seed: int, shelf: Shelf) -> None:
    """Results that share arrays, pictures kept elsewhere, in any order: the sum is that of what is there,
    and what was let go of is released, once."""
    choose = random.Random(seed)
    parts = [np.zeros(choose.randint(1, 8000)) for _ in range(30)]
    elsewhere: dict[int, int] = {}
    released: list[int] = []
    for i in range(500):
        key = choose.randint(0, 60)
        what = choose.random()
        if what < 0.4:
            shelf.put(("result", key), choose.sample(parts, 4))
        elif what < 0.8:
            elsewhere[i] = choose.randint(1, 300_000)
            shelf.put(("picture", i), i, of(elsewhere[i]), lambda i=i: released.append(i))
        else:
            shelf.get(("result", key))
        large: dict[int, int] = {}
        small = 0
        for entry in shelf._entries.values():
            small += remember.ENTRY + entry.weight.small
            large |= entry.weight.large
        assert shelf.held == small + sum(large.values()) <= shelf.room
        there = {entry.value for (kind, _), entry in shelf._entries.items() if kind == "picture"}
        assert there == elsewhere.keys() - set(released)
    assert len(released) == len(set(released)) > 50
    shelf.drop(-1)
    assert (len(shelf), shelf.held, shelf._holders) == (0, 0, {})
    assert set(released) == elsewhere.keys()


def test_functions_share_one_room_and_the_oldest_result_goes_first(shelf: Shelf) -> None:
    asked = []

    @remember.remembered
    def first(start: int) -> np.ndarray:
        asked.append(start)
        return np.arange(start, start + 25_000.0)  # 200 kB each: five have room

    @remember.remembered
    def second(start: int) -> np.ndarray:
        asked.append(-start)
        return np.arange(start, start + 25_000.0)

    for start in (1, 2, 3):
        first(start)
        second(start)
    assert asked == [1, -1, 2, -2, 3, -3]
    assert second(1)[0] == 1 and first(2)[0] == 2
    assert asked == [1, -1, 2, -2, 3, -3]
    first(1)  # the oldest had gone, and now the next one does
    second(2)
    assert asked[6:] == [1, -2]
    assert shelf.held <= shelf.room


def test_what_two_results_share_counts_once(shelf: Shelf) -> None:
    whole = np.zeros(10_000)
    shelf.put("a", [whole])
    alone = shelf.held
    shelf.put("b", [whole, whole[5:]])
    assert alone < shelf.held < alone + 3000
    shelf.put("a", None)
    assert shelf.held > 80_000, "b has it still"
    shelf.put("b", None)
    assert shelf.held < 5000


def test_a_result_that_would_take_most_of_the_room_is_handed_out_but_not_kept(shelf: Shelf) -> None:
    released: list[bool] = []
    shelf.put("small", 1)
    assert len(remember.remembered(np.zeros)(MB)) == MB
    shelf.put("picture", 2, of(MB // 2), lambda: released.append(True))
    assert released == [True]
    assert list(shelf._entries) == ["small"]


def test_without_room_nothing_is_kept(shelf: Shelf) -> None:
    shelf.room = 0
    assert remember.remembered(np.zeros)(5).shape == (5,)
    assert (len(shelf), shelf.held) == (0, 0)


def test_what_is_raised_is_not_kept(shelf: Shelf) -> None:
    asked = []

    @remember.remembered
    def fails(x: int) -> None:
        asked.append(x)
        raise ValueError("no")

    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            fails(1)
    assert asked == [1, 1]
    assert len(shelf) == 0


def test_none_is_a_result(shelf: Shelf) -> None:
    asked: list[int] = []
    twice = remember.remembered(asked.append)
    assert twice(1) is twice(1) is None
    assert asked == [1]


def test_what_nobody_asks_for_goes(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(remember.time, "monotonic", lambda: now)
    for name in "abc":
        shelf.put(name, name)
    now = 100.0
    shelf.get("a")
    now = 150.0
    shelf.drop(unused_for=120.0)
    assert list(shelf._entries) == ["a"]
    assert shelf.let_go > 0


@dataclass
class Slow:
    """A key whose comparison lets other threads run."""

    name: int
    seen: list[int] = field(default_factory=list)

    def __hash__(self) -> int:
        return self.name % 3

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Slow) and self.name == other.name


def test_many_threads_ask_at_once(shelf: Shelf) -> None:
    """None waits for ever, and the sum is right; what is released asks for something itself."""
    problems: list[BaseException] = []

    @remember.remembered
    def values(key: Slow) -> np.ndarray:
        return np.full(10_000, float(key.name))

    def visit(seed: int) -> None:
        choose = random.Random(seed)
        try:
            for _ in range(200):
                name = choose.randint(0, 40)
                assert values(Slow(name))[-1] == name
                shelf.put(("picture", name), None, of(50_000), lambda: shelf.get("anything"))
                if choose.random() < 0.02:
                    shelf.forget("picture")
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=visit, args=(seed,), daemon=True) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    assert not problems
    assert 0 < shelf.held <= shelf.room
    shelf.drop(-1)
    assert (shelf.held, shelf._holders) == (0, {})


# the setting


@pytest.mark.parametrize(
    ("text", "megabytes"), [("256", 256), ("0", 0), ("0.5", 0.5), (" 64 ", 64)]
)
def test_the_room_is_set_in_megabytes(text: str, megabytes: float) -> None:
    assert limits.kept_bytes(text) == megabytes * MB


@pytest.mark.parametrize("text", ["", "much", "-1", "nan", "inf", "256 MB"])
def test_a_room_that_is_no_number_is_said_and_not_used(
    text: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert limits.kept_bytes(text) == limits.KEPT_MB * MB
    assert f"CAROUSEL_MEMORY_MB={text} is not a number of megabytes; 256 is used." in caplog.text
