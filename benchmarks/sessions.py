"""What many visitors at once wait for, and what one rerun costs the server."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from statistics import median

import numpy as np
import websockets

from benchmarks.controls import Control
from benchmarks.serving import Server, served
from benchmarks.timing import spread
from benchmarks.visitor import Answer, Visitor, visiting

PERIOD_S = 2.0  # between two changes of one visitor
OPENING_S = 0.1  # between two visitors who open their page


def report(controls: Sequence[Control], counts: Sequence[int], seconds: float, reruns: int) -> None:
    """What a rerun of each page costs, then a row for each number of visitors."""
    print(
        f"Python per rerun: one visitor, {reruns} in a row, each change to a new value; ms of the"
        " server's CPU (mean; aim: 10) and from sent to finished (median)"
    )
    print(f"    {'':12}{'CPU':>8}{'finished':>10}   errors")
    with served() as server:
        for control in controls:
            asyncio.run(cost(server, control, reruns))
    print(
        f"S visitors, round robin over {len(controls)} page(s), {seconds:g} s: each changes a control"
        f" every {PERIOD_S:g} s, or when answered; sent -> finished, ms"
    )
    print(f"    {'S':>4}{'p50/p95':>13}{'max':>7}{'changes':>9}{'new':>6}{'CPU':>6}   errors")
    for number in counts:
        with served() as server:
            asyncio.run(Crowd(server, controls, seconds).measure(number))


async def cost(server: Server, control: Control, reruns: int) -> None:
    """Print what a change costs."""
    walk = control.walk()
    async with visiting(server, control) as visitor:
        await opened(visitor)
        await visitor.change(next(walk))
        changes = await repeated(server, reruns, lambda: visitor.change(next(walk)))
    print(f"    {control.page:12}{changes}   {problems(changes.answers)}", flush=True)


@dataclass(frozen=True)
class Cost:
    """Answers in a row, and the server's processor time for one."""

    answers: list[Answer]
    cpu: float | None

    def __str__(self) -> str:
        cpu = "-" if self.cpu is None else f"{1e3 * self.cpu:.1f}"
        waited = [1e3 * answer.seconds for answer in self.answers]
        return f"{cpu:>8}{median(waited):10.1f}"


async def repeated(server: Server, times: int, ask: Callable[[], Awaitable[Answer]]) -> Cost:
    before = server.cpu_seconds()
    answers = [await ask() for _ in range(times)]
    after = server.cpu_seconds()
    return Cost(answers, None if before is None or after is None else (after - before) / times)


async def opened(visitor: Visitor) -> None:
    if problem := (await visitor.open()).problem:
        raise RuntimeError(f"{visitor.control.path} did not open: {problem}")


def problems(answers: Sequence[Answer]) -> str:
    """How many answers were wrong, and how."""
    kinds = Counter(answer.problem for answer in answers if answer.problem)
    listed = ", ".join(f"{number} x {kind}" for kind, number in kinds.items())
    return f"{kinds.total()} ({listed})" if kinds else "0"


@dataclass
class Crowd:
    """Visitors of one server at the same time: what they ask for, and what they are answered."""

    server: Server
    controls: Sequence[Control]
    seconds: float
    asked: list[tuple[str, float]] = field(default_factory=list)
    changes: list[Answer] = field(default_factory=list)
    cpu: str = "-"

    def __post_init__(self) -> None:
        self.walks = {control.page: control.walk() for control in self.controls}

    async def measure(self, number: int) -> None:
        """Let so many visitors in, and print their row."""
        for control in self.controls:  # what is loaded once is not measured
            async with visiting(self.server, control) as visitor:
                await opened(visitor)
        start = time.perf_counter() + OPENING_S * number + 1
        async with asyncio.TaskGroup() as group:
            for i in range(number):
                group.create_task(self._visit(self.controls[i % len(self.controls)], i, start))
            group.create_task(self._watch_cpu(start))
        times = [1e3 * answer.seconds for answer in self.changes]
        new = len(set(self.asked)) / max(len(self.asked), 1)
        print(
            f"    {number:4}{spread(times):>13}{max(times, default=np.nan):7.0f}"
            f"{len(times):9}{new:6.0%}{self.cpu:>6}   {problems(self.changes)}",
            flush=True,
        )

    async def _visit(self, control: Control, i: int, start: float) -> None:
        """Open the page, then change its control until the time is over."""
        await asyncio.sleep(i * OPENING_S)
        try:
            async with visiting(self.server, control) as visitor:
                await opened(visitor)
                due = start + PERIOD_S * random.Random(i).random()
                while due < start + self.seconds:
                    await asyncio.sleep(due - time.perf_counter())
                    value = next(self.walks[control.page])
                    self.asked.append((control.page, value))
                    self.changes.append(await visitor.change(value))
                    due = max(due + PERIOD_S, time.perf_counter())
        except (OSError, RuntimeError, websockets.WebSocketException) as problem:
            self.changes.append(Answer(np.nan, type(problem).__name__))

    async def _watch_cpu(self, start: float) -> None:
        """The share of one core that the server takes while the visitors are at work."""
        await asyncio.sleep(start - time.perf_counter())
        before = self.server.cpu_seconds()
        await asyncio.sleep(self.seconds)
        after = self.server.cpu_seconds()
        if before is not None and after is not None:
            self.cpu = f"{(after - before) / self.seconds:.0%}"
