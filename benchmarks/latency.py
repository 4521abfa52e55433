"""From a key press to the painted picture, in a real Chromium: the app beside a bare page."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from itertools import groupby
from statistics import median
from typing import Any
from urllib.parse import quote

import pyarrow as pa
from playwright.sync_api import Browser, Page

from benchmarks import moving
from benchmarks.browser import VIEWPORT, chromium, handle, opened
from benchmarks.controls import Control
from benchmarks.serving import BARE, Server, served
from benchmarks.timing import spread
from benchmarks.visitor import visiting
from tests.browser.conftest import wait_until_idle

WARM_UP = 2  # presses that are not counted
SLIDER = Control("bare", "", "value", 0.0, 1.0, 0.01, 0.5)


def report(controls: Sequence[Control], presses: int, keys: int) -> None:
    """A row for each page, then the time cursor and dragging on the pages that have them measured."""
    with served() as app, served(BARE) as bare:
        # Before Chromium: Playwright's event loop leaves no room for another.
        rows = {control: asyncio.run(rows_of(app, control)) for control in controls}
        with chromium() as browser:
            print(
                f"key press -> painted, up to {presses} presses in turn, Chromium {browser.version},"
                f" {VIEWPORT['width']} x {VIEWPORT['height']}; p50/p95 ms"
            )
            print(f"    {'':12}{'charts':>14}{'rows':>7}{'ours':>12}{'bare':>12}   ours / bare")
            for control in controls:
                press_in_turn(browser, app, bare, control, rows[control], presses)
            if moving.SCRUBBED.path in {control.path for control in controls}:
                moving.scrub(browser, app, keys)
            if moving.DRAGGED in controls:
                moving.drag(browser, app)


def press_in_turn(
    browser: Browser, app: Server, bare: Server, control: Control, rows: int, presses: int
) -> None:
    """Press the same key on our page and on its bare twin, one after the other."""
    ours = Side(opened(browser, f"{app.url}/{control.path}"), control)
    charts = charts_of(ours.page, rows)
    twin = quote(json.dumps(in_columns(charts)))
    theirs = Side(opened(browser, f"{bare.url}/?charts={twin}"), SLIDER)
    sides = (ours, theirs)
    for side in sides:
        side.warm_up()
    for _ in range(min(presses, control.presses - WARM_UP)):
        for side in sides:
            for each in sides:
                wait_until_idle(each.page)
            side.press()
    ratio = (
        f"{median(ours.times) / median(theirs.times):.2f}" if ours.times and theirs.times else "-"
    )
    missed = "".join(
        f"   {side.missed} presses changed no chart of {whose}"
        for side, whose in ((ours, "ours"), (theirs, "the bare page"))
        if side.missed
    )
    print(
        f"    {control.page:12}{len(charts):>14}{sum(chart['rows'] for chart in charts):7}"
        f"{spread(ours.times):>12}{spread(theirs.times):>12}{ratio:>14}{missed}",
        flush=True,
    )
    for side in sides:
        side.close()


class Side:
    """An open page whose control is pressed again and again; each press gives it a new value."""

    def __init__(self, page: Page, control: Control) -> None:
        self.page, self.handle = page, handle(page, control)
        self.times: list[float] = []
        self.missed = 0
        self.expected = 1_000

    def warm_up(self) -> None:
        """Learn how many charts a press changes."""
        changed = []
        for _ in range(WARM_UP):
            wait_until_idle(self.page)
            changed.append(self._pressed()["changed"])
        self.expected = max(changed)

    def press(self) -> None:
        answer = self._pressed()
        if answer["ms"] is None:
            self.missed += 1
        else:
            self.times.append(answer["ms"])

    def _pressed(self) -> dict[str, Any]:
        self.page.evaluate("watch.arm()")
        self.handle.press("ArrowLeft")
        return self.page.evaluate("expected => watch.settled(expected)", self.expected)

    def close(self) -> None:
        boxes = self.page.get_by_test_id("stException").all_inner_texts()
        self.page.context.close()
        if boxes:
            raise RuntimeError(f"the page shows an exception: {boxes}")


def charts_of(page: Page, rows: int) -> list[dict[str, Any]]:
    """Place, size and rows of the page's charts, which share ``rows``."""
    charts = page.evaluate("watch.layout()")
    return [
        {name: round(size) for name, size in chart.items()} | {"rows": rows // len(charts)}
        for chart in charts
    ]


async def rows_of(app: Server, control: Control) -> int:
    """The rows of data that the Vega charts of a page get in all."""
    async with visiting(app, control) as visitor:
        elements = (await visitor.open()).elements.values()
    charts = [item.vega_lite_chart for item in elements if item.HasField("vega_lite_chart")]
    tables = [chart.data.data for chart in charts]
    tables += [item.data.data for chart in charts for item in chart.datasets]
    return sum(pa.ipc.open_stream(table).read_all().num_rows for table in tables if table)


def in_columns(charts: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """The charts that stand above each other together, from left to right."""
    by_place = sorted(charts, key=lambda chart: chart["left"])  # keeps the order from top to bottom
    return [list(column) for _, column in groupby(by_place, key=lambda chart: chart["left"])]
