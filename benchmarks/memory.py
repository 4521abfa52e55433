"""How much memory the server's process has: before a crowd, at its most, after it, and once the crowd
has been away for a while."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from string import ascii_lowercase
from urllib.parse import urlencode

from benchmarks.serving import Server, served
from benchmarks.sessions import problems
from benchmarks.visitor import Answer, visiting

FULL = {"texts": 600, "states": 60, "visitors": 60}
QUICK = {"texts": 30, "states": 2, "visitors": 4}
LETTERS = 107  # of every text
WATCH_S = 0.2

LONGEST = {  # states of every page that take the most
    "Roots": "signal=noise&halvings=4",
    "Stability": "signal=noise&steps=200&drawing=unrolled",
    "Unrolling": "signal=noise&steps=200&length=200&drawing=unrolled",
    "Why_the_error_dies": "steps=200&width=8",
    "Building_the_LSTM": "stage=vanilla&steps=200&width=8",
    "Inside_the_cell": "source=noise&steps=200&view=all&drawing=unrolled",
    "Constant_error_carousel": "steps=200&width=8&drawing=unrolled",
    "Regimes": "steps=200&width=4",
    "Augmented_LSTM": "signal=noise&steps=200&d_s=8",
    "Equations_and_errata": "view=equations",
}

Link = tuple[str, str]  # a page, and the query of its state


@dataclass(frozen=True)
class Crowd:
    """Sessions, each with the links that it opens one after the other, and how many there are at once."""

    name: str
    sessions: Sequence[Sequence[Link]]
    at_once: int


def crowds(texts: int, states: int, visitors: int) -> list[Crowd]:
    side_by_side = {"view": "all", "drawing": "unrolled"}
    longest = [
        (page, f"{query}&seed={seed}") for seed in range(states) for page, query in LONGEST.items()
    ]
    return [
        Crowd(f"{texts} texts", _texts(texts, {}), 8),
        Crowd(f"{texts} texts, all units and steps", _texts(texts, side_by_side), 8),
        Crowd(f"{states} x 10 of the longest states", [[link] for link in longest], 8),
        Crowd(f"{visitors} visitors x 10 pages", [[(p, "") for p in LONGEST]] * visitors, visitors),
    ]


def _texts(number: int, shown: dict[str, str]) -> list[list[Link]]:
    """Sessions that each open a text of their own."""
    letters = random.Random(0)
    texts = ["".join(letters.choices(ascii_lowercase + " ", k=LETTERS)) for _ in range(number)]
    queries = [urlencode({"source": "text", "text": text, **shown}) for text in texts]
    return [[("Inside_the_cell", query)] for query in queries]


def report(quick: bool, idle_minutes: float) -> None:
    """A row for every crowd, each with a server of its own."""
    print(
        "resident memory of the server, MB: after its first page; at most and at the end, with a crowd;"
        f" {idle_minutes:g} minutes after the crowd left"
    )
    print(f"    {'':38}{'first':>7}{'most':>7}{'end':>7}{'idle':>7}{'seconds':>9}   errors")
    with ExitStack() as stack:
        rows = []
        for crowd in crowds(**QUICK if quick else FULL):
            server = stack.enter_context(served())
            rows.append((server, asyncio.run(measured(server, crowd))))
        time.sleep(60 * idle_minutes)
        for server, (name, sizes, rest) in rows:
            shown = "".join(f"{size:7.0f}" for size in (*sizes, server.resident_mb()))
            print(f"    {name:38}{shown}{rest}", flush=True)


async def measured(server: Server, crowd: Crowd) -> tuple[str, list[float], str]:
    """The crowd's name, the memory before, at its most and after, and the rest of its row."""
    answers = [await _open(server, [("", "")])]
    sizes = [server.resident_mb()]
    begun = time.perf_counter()
    places = asyncio.Semaphore(crowd.at_once)

    async def visit(links: Sequence[Link]) -> None:
        async with places:
            answers.append(await _open(server, links))

    watch = asyncio.create_task(_watch(server, sizes))
    await asyncio.gather(*(visit(links) for links in crowd.sessions))
    seconds = time.perf_counter() - begun
    watch.cancel()
    sizes.append(server.resident_mb())
    row = f"{seconds:9.0f}   {problems([answer for each in answers for answer in each])}"
    return crowd.name, [sizes[0], max(sizes), sizes[-1]], row


async def _open(server: Server, links: Sequence[Link]) -> list[Answer]:
    """Open links one after the other in one session."""
    async with visiting(server) as visitor:
        return [await visitor.follow(page, query) for page, query in links]


async def _watch(server: Server, sizes: list[float]) -> None:
    while True:
        sizes.append(server.resident_mb())
        await asyncio.sleep(WATCH_S)
