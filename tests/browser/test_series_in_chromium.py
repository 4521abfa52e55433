"""A visitor's series in real Chromium: as a file, pasted, in a frame of another site, and unanswered."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import FilePayload, FrameLocator, Page, WebSocketRoute, expect

from explorer.limits import MAX_STEPS, MAX_TEXT, MAX_UPLOAD_BYTES
from tests.browser.conftest import assert_no_exception, in_link, open_page, rerun
from tests.browser.test_pages_in_chromium import GOOD, csv, ready

PATH = "Inside_the_cell"
PICTURE = csv("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
COLUMNS = csv("weather.csv", b"day,rain,wind\n1,5,9\n2,4,8\n3,6,7\n4,5.5,9\n")
LARGE = csv("large.csv", b"".join(b"%d,%d.5\n" % (i, i % 7) for i in range(MAX_UPLOAD_BYTES // 3)))
PATIENCE_MS = 20_000

Where = Page | FrameLocator


def words(where: Where) -> Any:
    return where.locator(".live-series .words")


def choose_file(where: Where, file: FilePayload) -> None:
    where.get_by_label("CSV file", exact=True).set_input_files(file)


class Handler(BaseHTTPRequestHandler):
    """A course page with the app in a frame."""

    def __init__(self, *args: Any, attributes: str) -> None:
        self.attributes = attributes
        super().__init__(*args)

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(f"<iframe {self.attributes} width=1300 height=820></iframe>".encode())

    def log_message(self, *_: Any) -> None:
        """Keep quiet."""


@pytest.fixture(
    params=["", "sandbox='allow-scripts allow-same-origin'"], ids=["plain", "sandboxed"]
)
def course_url(request: pytest.FixtureRequest, app_url: str) -> Iterator[str]:
    """A page of another site, `localhost` and not 127.0.0.1, with the app in a frame."""
    source = f"src='{app_url}/{PATH}?source=csv&embed=true' {request.param}"
    server = ThreadingHTTPServer(("localhost", 0), partial(Handler, attributes=source))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_file_is_read_in_a_frame_of_another_site(page: Page, course_url: str) -> None:
    page.goto(course_url)
    frame = page.frame_locator("iframe")
    expect(frame.get_by_text("There is no series yet")).to_be_visible()
    apart = "() => { try { return !window.top.location.href } catch { return true } }"
    assert page.frames[1].evaluate(apart), "the frame is not of another site"
    choose_file(frame, GOOD)
    expect(words(frame)).to_contain_text("prices.csv: column “price”; 8 rows, all used.")
    expect(frame.get_by_text("There is no series yet")).to_have_count(0)
    choose_file(frame, PICTURE)
    expect(words(frame)).to_contain_text("picture.csv: The file is a PNG image")
    # Only the words name a file.
    expect(frame.get_by_label("CSV file", exact=True)).to_have_value("")
    frame.get_by_label("or paste numbers").fill("5 4 6 5.5")
    frame.get_by_role("button", name="Read the numbers").click()
    expect(words(frame)).to_contain_text("Pasted numbers: 4 rows, all used.")


def test_a_large_file_and_another_column(page: Page, app_url: str) -> None:
    open_page(page, f"{app_url}/{PATH}?source=csv")
    with rerun(page):
        choose_file(page, LARGE)
    size = f"{len(LARGE['buffer']):,}"
    expect(words(page)).to_contain_text(f"{size} bytes; first {MAX_STEPS} rows are used")
    ready(page, PATH)
    with rerun(page):
        choose_file(page, COLUMNS)
    expect(words(page)).to_contain_text("column “wind”")
    with rerun(page):
        page.get_by_label("Column", exact=True).select_option("rain")
    expect(words(page)).to_contain_text("weather.csv: column “rain”")
    expect(page.get_by_label("Column", exact=True)).to_have_value("rain")
    assert_no_exception(page)


def test_numbers_are_pasted_and_removed_by_the_keyboard(page: Page, app_url: str) -> None:
    open_page(page, f"{app_url}/{PATH}?source=csv&n=2")
    field = page.get_by_label("or paste numbers")
    field.focus()
    page.keyboard.type("5 4 6 5.5 7")
    with rerun(page):
        page.keyboard.press("Control+Enter")
    expect(words(page)).to_have_text("Pasted numbers: 5 rows, all used.")
    ready(page, PATH)
    in_link(page, "steps=4")
    field.focus()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("good bad")
    page.keyboard.press("Tab")
    with rerun(page):
        page.keyboard.press("Enter")
    expect(words(page)).to_contain_text("No column of numbers was found")
    expect(words(page)).to_contain_text("The series read before stays.")
    page.keyboard.press("Tab")
    with rerun(page):
        page.keyboard.press("Space")
    expect(page.get_by_text("There is no series yet")).to_be_visible()
    expect(words(page)).to_be_empty()
    assert_no_exception(page)


def test_a_long_text_stays_in_its_column(new_page: Callable[..., Page], app_url: str) -> None:
    page = new_page(width=1024, height=768)
    open_page(page, f"{app_url}/{PATH}?source=text&text={'x' * MAX_TEXT}")
    strip = page.locator(".strip")
    expect(strip).to_be_visible()
    assert strip.evaluate("strip => strip.scrollWidth <= strip.clientWidth")


def test_a_paste_is_read_at_once(page: Page, app_url: str) -> None:
    open_page(page, f"{app_url}/{PATH}?source=csv")
    field = page.get_by_label("or paste numbers")
    field.focus()
    with rerun(page):
        field.evaluate(
            """field => {
                field.dispatchEvent(new ClipboardEvent("paste", { bubbles: true }));
                field.value = "price\\n1,5\\n2,5\\n1\\n";
            }"""
        )
    expect(words(page)).to_contain_text("decimal comma: '1,5' is read as 1.5")


@pytest.mark.parametrize("framed", [False, True])
def test_without_an_answer_the_page_says_so_and_what_to_do(
    framed: bool, page: Page, app_url: str
) -> None:
    lost = threading.Event()

    def route(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        socket.on_message(lambda message: None if lost.is_set() else server.send(message))

    page.route_web_socket("**/_stcore/stream*", route)
    page.clock.install()
    address = f"{app_url}/{PATH}?source=csv&embed=true"
    if framed:
        page.set_content(f"<iframe src='{address}' width=1300 height=820></iframe>")
    else:
        page.goto(address)
    where: Where = page.frame_locator("iframe") if framed else page
    choose_file(where, GOOD)
    expect(words(where)).to_contain_text("prices.csv: column “price”")
    lost.set()
    choose_file(where, COLUMNS)
    expect(words(where)).to_have_text("Reading …")
    page.clock.fast_forward(PATIENCE_MS)
    expect(words(where)).to_contain_text("No answer came. Check the connection, and try again")
    expect(words(where)).not_to_contain_text("prices.csv")
    way_out = words(where).get_by_role("link", name="open this page in a tab of its own")
    expect(way_out).to_have_count(int(framed))
    if framed:
        assert way_out.get_attribute("target") == "_blank"
        assert "source=csv" in way_out.get_attribute("href")
        assert "embed" not in way_out.get_attribute("href")


def test_a_file_that_the_browser_cannot_read_is_said(page: Page, app_url: str) -> None:
    open_page(page, f"{app_url}/{PATH}?source=csv")
    with rerun(page):
        choose_file(page, GOOD)
    page.evaluate("() => { Blob.prototype.slice = () => { throw new DOMException('gone') } }")
    choose_file(page, COLUMNS)
    expect(words(page)).to_contain_text("weather.csv could not be read by the browser.")
    expect(words(page)).not_to_contain_text("prices.csv")
