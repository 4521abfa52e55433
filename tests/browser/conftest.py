"""The real app in a real Chromium: fixtures, and what every browser test needs.

Fixtures: `app_url`, `browser`, `new_page` (a page of any size or colour scheme), `page`.
Helpers: `open_page`, `rerun`, `wait_until_idle`, `wait_until`, `in_link`, `not_in_link`,
`assert_no_exception`.

    from tests.browser.conftest import assert_no_exception, open_page, rerun

    def test_a_key_moves_the_cursor(page, app_url):
        open_page(page, f"{app_url}/Inside_the_cell?n=3")
        with rerun(page):
            page.get_by_role("slider").press("ArrowRight")
        expect(page.get_by_text("n = 4")).to_be_visible()
        assert_no_exception(page)
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    Request,
    WebSocket,
    expect,
    sync_playwright,
)
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from lstm_core.figures.font import FOLDER
from tests.browser.find_chromium import find_chromium
from tests.browser.serve import environment, serving

TIMEOUT_S = 30
QUIET_MS = 250
POLL_MS = 50  # to look all the time would slow down what is waited for
LOG = pytest.StashKey[Path]()

# What a browser without a window does not need: the pages behind its address bar cost a third of the
# time of opening a page. The rest Playwright switches off, too; of two lists Chromium reads the last.
SWITCHED_OFF = [
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "AimEnabled",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
]
CHROMIUM_FLAGS = [
    f"--disable-features={','.join(SWITCHED_OFF)}",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# On a deep link Streamlit first looks for its server below the page's own path, and gets a 404.
PROBES = re.compile(r"/[^/]+/_stcore/(health|host-config)$")
IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'
# Asked when the browser has done all else; a page without live parts is always settled.
SETTLED = """() => new Promise((done) => requestIdleCallback(
  () => done(window.carousel?.settled?.() ?? true), { timeout: 1000 }))"""


@dataclass
class Traffic:
    """What went over a page's websocket: runs of the script that ended, time of the last frame.

    The attribute that `IDLE` reads is too coarse to see every rerun: a short one begins and ends
    between two renderings, and a slider waits about 0.1 s before it tells the server.
    """

    runs: int = 0
    last: float = 0.0
    on_sent: Callable[[str | bytes], object] | None = None

    def watch(self, socket: WebSocket) -> None:
        socket.on("framesent", self._sent)
        socket.on("framereceived", self._received)

    def _sent(self, frame: str | bytes) -> None:
        self.last = time.monotonic()
        if self.on_sent:
            self.on_sent(frame)

    def _received(self, frame: str | bytes) -> None:
        self.last = time.monotonic()
        if isinstance(frame, bytes):
            self.runs += ForwardMsg.FromString(frame).WhichOneof("type") == "script_finished"


def open_page(page: Page, url: str) -> None:
    """Go to `url` and wait until the app has finished running."""
    with rerun(page):
        page.goto(url)


@contextmanager
def rerun(page: Page) -> Iterator[None]:
    """Wait, on leaving, for the end of a run begun inside, and until the app is idle."""
    before = page.traffic.runs
    yield
    wait_until(page, lambda: page.traffic.runs > before, "the app did not rerun")
    wait_until_idle(page)


def wait_until_idle(page: Page) -> None:
    """Wait until no script runs, nothing has gone to or from the server for a while, and the browser has
    nothing left to do: the controls have come to rest and the link is written."""

    def quiet() -> bool:
        return time.monotonic() - page.traffic.last >= QUIET_MS / 1000

    def idle() -> bool:
        if not quiet() or page.locator(IDLE).count() != 1:
            return False
        if not page.evaluate(SETTLED):
            page.traffic.last = time.monotonic()  # what follows may still have to be sent
        return quiet()

    wait_until(page, idle, "the app did not come to rest")


def wait_until(
    page: Page, condition: Callable[[], bool], otherwise: str, seconds: float = TIMEOUT_S
) -> None:
    """Wait for a condition; a TimeoutError says what is the matter ``otherwise``."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{otherwise} within {seconds} s")
        page.wait_for_timeout(POLL_MS)


def in_link(page: Page, setting: str) -> None:
    """The link comes to hold a setting, `name=value`, or `name=` with any value; it is written when all
    has come to rest."""

    def there() -> bool:
        settings = re.split("[?&]", unquote(page.url))
        return any(s == setting or (setting[-1] == "=" and s.startswith(setting)) for s in settings)

    wait_until(page, there, f"{setting} does not come into the link")


def not_in_link(page: Page, text: str) -> None:
    """The link comes to be without some text."""
    wait_until(page, lambda: text not in unquote(page.url), f"{text} stays in the link")


def assert_no_exception(page: Page) -> None:
    """No exception box on the page, no console error, no request to another host."""
    boxes = page.get_by_test_id("stException").all_inner_texts()
    assert not boxes, f"the page shows an exception: {boxes}"
    assert not page.errors, "\n".join(page.errors)


@pytest.fixture(scope="session")
def app_url(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[str]:
    """Address of the real app, served from this repository on a free port."""
    log = tmp_path_factory.mktemp("app") / "server.log"
    pytestconfig.stash[LOG] = log
    with serving("app.py", log, environment()) as (host, _):
        yield f"http://{host}"


@pytest.fixture(scope="package")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One headless Chromium for all tests of this folder, closed after them: an open Playwright keeps an
    event loop running, in which nothing else could start one. None on the machine is an error, with the
    remedy. On a machine without any font it has the figures' own: without one it draws no text at all."""
    path = find_chromium()
    expect.set_options(timeout=10_000)
    fonts = tmp_path_factory.mktemp("fonts") / "fonts.conf"
    machine = os.environ.get("FONTCONFIG_FILE", "/etc/fonts/fonts.conf")
    include = f'<include ignore_missing="yes">{machine}</include>'
    fonts.write_text(f"<fontconfig>{include}<dir>{FOLDER}</dir></fontconfig>")
    env = os.environ | {"FONTCONFIG_FILE": str(fonts)}
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS, env=env)
        yield chromium
        chromium.close()


@pytest.fixture
def new_page(browser: Browser, app_url: str) -> Iterator[Callable[..., Page]]:
    """Make a page in a fresh context: `new_page(width=1440, height=900, **context_options)`.

    `page.errors` collects console errors, uncaught errors and requests to other hosts.
    """
    contexts = []

    def make(width: int = 1440, height: int = 900, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        context.set_default_timeout(1000 * TIMEOUT_S)
        page = context.new_page()
        page.traffic = Traffic()
        page.on("websocket", page.traffic.watch)
        page.errors = errors = []

        def on_console(message: ConsoleMessage) -> None:
            source = message.location.get("url", "")
            if message.type == "error" and not PROBES.search(source):
                errors.append(f"console: {message.text} ({source})")

        def on_request(request: Request) -> None:
            if not request.url.startswith((app_url, "data:", "blob:", "about:")):
                errors.append(f"request to another host: {request.url}")

        page.on("console", on_console)
        page.on("pageerror", lambda error: errors.append(f"uncaught: {error}"))
        page.on("request", on_request)
        return page

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A page of 1440 x 900 in a fresh context, with `page.errors`."""
    return new_page()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder as `browser`. They take the longest, so they begin."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: here not in item.path.parents)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Show the end of the app's log with a failed test."""
    report = yield
    log = item.config.stash.get(LOG, None)
    if report.failed and log is not None and "app_url" in getattr(item, "fixturenames", ()):
        report.sections.append(("the app's log (end)", log.read_text()[-4000:]))
    return report
