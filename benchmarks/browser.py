"""A real Chromium with the watch of ``watch.js`` in every page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, sync_playwright

from benchmarks.controls import Control
from tests.browser.conftest import CHROMIUM_FLAGS, Traffic, open_page, wait_until_idle
from tests.browser.find_chromium import find_chromium

WATCH = Path(__file__).with_name("watch.js")
VIEWPORT = {"width": 1440, "height": 900}


@contextmanager
def chromium() -> Iterator[Browser]:
    path = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


def opened(browser: Browser, url: str) -> Page:
    """A page in a fresh context, at rest."""
    context = browser.new_context(viewport=VIEWPORT)
    context.add_init_script(path=WATCH)
    page = context.new_page()
    page.traffic = Traffic()
    page.on("websocket", page.traffic.watch)
    open_page(page, url)
    page.wait_for_function("watch.drawn().then(() => true)")
    wait_until_idle(page)
    return page


def handle(page: Page, control: Control) -> Locator:
    """The part of a control that takes keys and can be dragged."""
    return page.locator(control.css).get_by_role("slider").first
