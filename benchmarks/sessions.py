"""What many visitors at once wait for, and what one rerun costs the server."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle
from statistics import fmean, median

import numpy as np
import websockets

from benchmarks.controls import Control
from benchmarks.serving import Server, served
from benchmarks.timing import spread
from benchmarks.visitor import Answer, Visitor, visiting

PERIOD_S = 2.0  # between two changes of one visitor
OPENING_S = 0.1  # between two visitors who open their page
COLD = 1 / 3  # of the time: nothing is known yet


def report(controls: Sequence[Control], counts: Sequence[int], seconds: float, reruns: int) -> None:
    """What a rerun of each page costs, then a row for each number of visitors."""
    print(
        f"one visitor, {reruns} changes in a row, to and fro beside the default state, then each to a"
        " new value; ms: Python (the processor time of the script's run, mean; aim: 10), all of the"
        " server's processor time (mean), and from sent to finished (median)"
    )
    print(
        f"    {'':12}{'to and fro: Python':>20}{'new: Python':>13}{'server':>8}{'finished':>10}   errors"
    )
    with served(timed=True) as server:
        for control in controls:
            asyncio.run(cost(server, control, reruns))
    for typed, words in ((False, "values that the control snaps to"), (True, "every value new")):
        print(
            f"S visitors, round robin over {len(controls)} page(s), {seconds:g} s: each changes a"
            f" control every {PERIOD_S:g} s, or when answered; {words}; sent -> finished, ms,"
            f" in the first {seconds * COLD:g} s, when nobody has asked for anything yet, and after"
        )
        print(
            f"    {'S':>4}{'first p50/p95':>16}{'new':>6}{'then p50/p95':>16}{'max':>7}{'new':>6}"
            f"{'CPU':>6}{'changes':>9}   errors"
        )
        for number in counts:
            with served() as server:
                asyncio.run(Crowd(server, controls, seconds, typed).measure(number))


async def cost(server: Server, control: Control, reruns: int) -> None:
    """Print what a change costs."""
    walk, beside = control.walk(typed=True), cycle(control.beside)
    async with visiting(server, control) as visitor:
        await opened(visitor)
        answers = [await visitor.change(next(beside)) for _ in range(2)]
        runs = len(server.script_seconds())
        answers += [await visitor.change(next(beside)) for _ in range(reruns)]
        known_states = server.script_seconds()[runs:]
        runs, before = runs + reruns, server.cpu_seconds()
        new = [await visitor.change(next(walk)) for _ in range(reruns)]
        after, scripts = server.cpu_seconds(), server.script_seconds()[runs:]
    known = before is not None and after is not None
    cpu = f"{1e3 * (after - before) / reruns:.1f}" if known else "-"  # type: ignore[operator]
    finished = median(1e3 * answer.seconds for answer in new)
    print(
        f"    {control.page:12}{1e3 * fmean(known_states):20.1f}{1e3 * fmean(scripts):13.1f}{cpu:>8}"
        f"{finished:10.1f}   {problems(answers + new)}",
        flush=True,
    )


async def opened(visitor: Visitor) -> None:
    if problem := (await visitor.open()).problem:
        raise RuntimeError(f"{visitor.control.path} did not open: {problem}")


def problems(answers: Sequence[Answer]) -> str:
    """How many answers were wrong, and how."""
    kinds = Counter(answer.problem for answer in answers if answer.problem)
    listed = ", ".join(f"{number} x {kind}" for kind, number in kinds.items())
    return f"{kinds.total()} ({listed})" if kinds else "0"


@dataclass(frozen=True)
class Change:
    """A visitor's change: when it was asked for, counted from the start, and what was answered."""

    due: float
    page: str
    value: float
    answer: Answer


@dataclass
class Crowd:
    """Visitors of one server at the same time: what they ask for, and what they are answered."""

    server: Server
    controls: Sequence[Control]
    seconds: float
    typed: bool
    changes: list[Change] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    cpu: str = "-"

    def __post_init__(self) -> None:
        self.walks = {control.page: control.walk(self.typed) for control in self.controls}

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
        self.changes.sort(key=lambda change: change.due)
        first = [change for change in self.changes if change.due < self.seconds * COLD]
        then = self.changes[len(first) :]
        times = _milliseconds(then)
        lost = [Answer(np.nan, problem) for problem in self.problems]
        print(
            f"    {number:4}{spread(_milliseconds(first)):>16}{_new(first, []):>6}"
            f"{spread(times):>16}{max(times, default=np.nan):7.0f}{_new(then, first):>6}"
            f"{self.cpu:>6}{len(self.changes):9}"
            f"   {problems([change.answer for change in self.changes] + lost)}",
            flush=True,
        )

    async def _visit(self, control: Control, i: int, start: float) -> None:
        """Open the page, then change its control until the time is over."""
        await asyncio.sleep(i * OPENING_S)
        try:
            async with visiting(self.server, control) as visitor:
                await opened(visitor)
                due, value = start + PERIOD_S * random.Random(i).random(), control.default
                while due < start + self.seconds:
                    await asyncio.sleep(due - time.perf_counter())
                    last, value = value, next(self.walks[control.page])
                    if value == last:  # no change: it has been all the way round
                        value = next(self.walks[control.page])
                    answer = await visitor.change(value)
                    self.changes.append(Change(due - start, control.page, value, answer))
                    due = max(due + PERIOD_S, time.perf_counter())
        except (OSError, RuntimeError, websockets.WebSocketException) as problem:
            self.problems.append(type(problem).__name__)

    async def _watch_cpu(self, start: float) -> None:
        """The share of one core that the server takes, once it has been asked for a while."""
        await asyncio.sleep(start + self.seconds * COLD - time.perf_counter())
        before, begun = self.server.cpu_seconds(), time.perf_counter()
        await asyncio.sleep(start + self.seconds - time.perf_counter())
        after, ended = self.server.cpu_seconds(), time.perf_counter()
        if before is not None and after is not None:
            self.cpu = f"{(after - before) / (ended - begun):.0%}"


def _milliseconds(changes: Sequence[Change]) -> list[float]:
    return [1e3 * change.answer.seconds for change in changes]


def _new(changes: Sequence[Change], before: Sequence[Change]) -> str:
    """The share of values that nobody had asked for."""
    values = {(change.page, change.value) for change in changes}
    known = {(change.page, change.value) for change in before}
    return f"{len(values - known) / len(changes):.0%}" if changes else "-"
