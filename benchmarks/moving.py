"""The time cursor moved by keys, and a control dragged by the mouse, in a real Chromium."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page

from benchmarks.browser import handle, opened
from benchmarks.controls import CONTROLS
from benchmarks.serving import Server
from benchmarks.timing import spread
from tests.browser.conftest import wait_until_idle

SCRUBBED = replace(CONTROLS[0], key="live/cursor")
DRAGGED = CONTROLS[1]
SCRUB_PERIOD_S, DRAG_S, MOVE_S = 0.06, 2.0, 1 / 60
GAP_MS = 30  # changes of a chart closer than this are one picture
AFTER_RELEASE_MS = 300


def scrub(browser: Browser, app: Server, keys: int) -> None:
    """Move the time cursor by the arrow key, faster than it repeats by hand."""
    page = opened(browser, f"{app.url}/{SCRUBBED.path}?source=sine&steps=200")
    page.evaluate("document.activeElement?.blur()")
    page.evaluate(
        """css => { window.stop = watch.scrub(() => {
            const slider = document.querySelector(`${css} [role=slider], ${css} input[type=range]`);
            return Number(slider.getAttribute("aria-valuenow") ?? slider.value);
        }) }""",
        SCRUBBED.css,
    )
    for _ in paced(keys, SCRUB_PERIOD_S):
        page.keyboard.press("ArrowRight")
    page.wait_for_timeout(1000)
    seen = page.evaluate("window.stop()")
    lost = f"; {seen['lost']} keys were lost" if seen["lost"] else ""
    print(
        f"    time cursor, K = 200, {keys} keys in {keys * SCRUB_PERIOD_S:.1f} s: key -> end of the"
        f" frame that shows the step, p50/p95 {spread(seen['times'])} ms{lost}",
        flush=True,
    )
    page.context.close()


def drag(browser: Browser, app: Server) -> None:
    """Drag the control of the carousel to the left, and compare what is left with a fresh page."""
    page = opened(browser, f"{app.url}/{DRAGGED.path}")
    start, end, y = track(page)
    page.evaluate("watch.arm(); watch.begin()")
    page.mouse.move(start, y)
    page.mouse.down()
    begun = time.monotonic()
    for _ in paced(round(DRAG_S / MOVE_S), MOVE_S):
        share = min((time.monotonic() - begun) / DRAG_S, 1.0)
        page.mouse.move(start + (end - start) * share, y)
        if share == 1.0:  # a slow machine makes fewer moves
            break
    pictures = pictures_in(page.evaluate("watch.changes()"))
    page.mouse.up()
    page.wait_for_timeout(AFTER_RELEASE_MS)
    left = page.evaluate("watch.picture()")
    wait_until_idle(page)
    rested = page.evaluate("watch.picture()")
    fresh_page = opened(browser, page.url)
    fresh = fresh_page.evaluate("watch.picture()")
    print(
        f"    dragging {DRAGGED.key!r}, {DRAG_S:g} s: {pictures / DRAG_S:.1f} pictures/s; beside a fresh"
        f" load of {page.url.rpartition('/')[2]}: {AFTER_RELEASE_MS} ms after release"
        f" {same(left, fresh)}, at rest {same(rested, fresh)}",
        flush=True,
    )
    page.context.close()
    fresh_page.context.close()


def pictures_in(changes: Sequence[tuple[int, float]]) -> int:
    """How often all charts were drawn anew; changes of a chart that are close in time are one."""
    charts = {i for i, _ in changes}
    times = [[at for j, at in changes if i == j] for i in charts]
    return min((1 + int(np.sum(np.diff(mine) > GAP_MS)) for mine in times), default=0)


def track(page: Page) -> tuple[float, float, float]:
    """Where the control's thumb is, a place far to its left, and their height."""
    box = page.locator(DRAGGED.css).bounding_box()
    thumb = handle(page, DRAGGED).evaluate(
        """item => {
            const { left, top, width, height } = item.getBoundingClientRect();
            const share = item.type === "range" ? (item.value - item.min) / (item.max - item.min) : 0.5;
            return [left + height / 2 + (width - height) * share, top + height / 2];
        }"""
    )
    assert box is not None
    return thumb[0], box["x"] + 0.1 * box["width"], thumb[1]


def same(seen: list[Any], fresh: list[Any]) -> str:
    """Whether the charts show the same, in words and in curves."""
    different = [
        what
        for what in ("words", "curves")
        if [item[what] for item in seen] != [item[what] for item in fresh]
    ]
    return f"other {' and '.join(different)}" if different else "equal"


def paced(times: int, period: float) -> Iterator[int]:
    """Numbers from 0, one a period."""
    start = time.monotonic()
    for i in range(times):
        yield i
        time.sleep(max(0.0, start + (i + 1) * period - time.monotonic()))
