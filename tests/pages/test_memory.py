"""Pictures that are kept for the next visitor are within the room, with all that they are made of."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import count
from pathlib import Path

import pytest
import streamlit as st
from streamlit.runtime.caching import cache_resource_api

from benchmarks.memory import LONGEST, Link, crowds
from benchmarks.serving import Server
from benchmarks.visitor import visiting
from explorer import live, remember
from explorer.remember import KEPT
from tests.browser.serve import environment, serving
from tests.pages.test_pages import INSIDE, open_page, picture, sound

INSIDE_VIEWS = [
    {"view": view, "source": source, "drawing": drawing}
    for view in ("unit", "all", "sums", "gates")
    for source, drawing in (("sunspots", "cell"), ("text", "unrolled"), ("noise", "none"))
]
STATES = [
    *((f"pages/{page}.py", dict(part.split("=") for part in query.split("&")))
      for page, query in LONGEST.items() if page != "Equations_and_errata"),
    *((f"pages/{page}.py", {}) for page in LONGEST if page != "Equations_and_errata"),
    *((INSIDE, view) for view in INSIDE_VIEWS),
]  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    KEPT.drop(-1)
    st.cache_resource.clear()


def pictures() -> list[cache_resource_api.CachedResult]:
    """What the framework keeps."""
    caches = cache_resource_api._resource_caches._function_caches.get(None, {}).values()
    return [kept for cache in caches for kept in cache._mem_cache._data.values()]


def accounted() -> int:
    """The bytes that are said of all pictures."""
    weights = [entry.weight for key, entry in KEPT._entries.items() if key[0] is live._kept]
    return sum(weight.total for weight in weights)


@pytest.mark.parametrize(("page", "query"), STATES, ids=lambda value: str(value))
def test_a_picture_and_its_results_weigh_what_is_kept_of_them(
    page: str, query: dict[str, str]
) -> None:
    sound(open_page(page, query))
    (kept,) = pictures()
    elements = sum(message.message.ByteSize() for message in kept.messages)
    told = sum(map(len, kept.value[1]))
    assert 0.8 * live.ELEMENTS * elements + told < accounted()
    assert accounted() < 1.2 * live.ELEMENTS * elements + told + 2 * live.PICTURE
    for key, entry in KEPT._entries.items():  # weighed when they were new, and drawn since
        if key[0] is not live._kept:
            assert remember.weigh((key, entry.value)).total < 1.2 * entry.weight.total + 10_000


def test_nothing_of_a_picture_stays_in_the_session() -> None:
    at = sound(open_page(INSIDE, {"view": "all"}))
    line = at.session_state[live.LINE]
    assert remember.weigh(line.told).total < 2000


def test_a_picture_that_has_no_room_is_cleared(monkeypatch: pytest.MonkeyPatch) -> None:
    room = 600_000
    monkeypatch.setattr(KEPT, "room", room)
    for start in range(8):
        sound(open_page(INSIDE, {"start": str(start)}))
        assert KEPT.held <= room
        assert len(pictures()) == sum(key[0] is live._kept for key in KEPT._entries) < 4
        messages = [m.message.ByteSize() for kept in pictures() for m in kept.messages]
        assert sum(messages) < room


def test_a_picture_that_was_cleared_is_drawn_anew() -> None:
    first = picture(sound(open_page(INSIDE)))
    KEPT.drop(-1)
    assert not pictures()
    assert picture(sound(open_page(INSIDE))) == first
    assert len(pictures()) == 1


def test_a_picture_that_is_looked_at_stays_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    def starts() -> list[str]:
        names = [key[1] for key in KEPT._entries if key[0] is live._kept]
        return [name.partition("start=")[2].partition(",")[0] for name in names]

    for start in (1, 2, 3, 1):
        open_page(INSIDE, {"start": str(start)})
    assert starts() == ["2", "3", "1"]


def test_the_framework_keeps_no_note_of_each_picture_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live, "MOST_NOTES", 5)
    monkeypatch.setattr(live, "_cleared", count(1))
    monkeypatch.setattr(KEPT, "room", 0)
    for start in range(12):
        open_page(INSIDE, {"start": str(start)})
        (cache,) = cache_resource_api._resource_caches._function_caches[None].values()
        assert len(cache._key_generations) <= 5
        assert len(cache._value_locks) <= 1
    assert not pictures()


# a real server


async def follow(server: Server, links: Sequence[Link]) -> list[str]:
    """Open links one after the other, each in a session of its own: what went wrong."""
    problems = []
    for page, query in links:
        async with visiting(server) as visitor:
            problems.append((await visitor.follow(page, query)).problem)
    return [problem for problem in problems if problem]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells the memory")
def test_a_server_that_is_sent_ever_new_texts_stays_small(tmp_path: Path) -> None:
    """Each text takes 3 MB where it is kept. What is freed is not all handed back at once."""
    links = [link for (link,) in crowds(texts=50, states=0, visitors=0)[1].sessions]
    assert len(set(links)) == 50
    env = environment() | {"CAROUSEL_MEMORY_MB": "8"}
    with serving("app.py", tmp_path / "log", env) as (host, pid):
        server = Server(host, pid)
        assert not asyncio.run(follow(server, links[:10]))
        before = server.resident_mb()
        assert not asyncio.run(follow(server, links[10:]))
        grown = server.resident_mb() - before
    assert grown < 60
