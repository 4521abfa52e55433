"""Whatever comes from outside is text: nothing of it is a link, a picture or a request."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import (
    assert_no_exception,
    in_link,
    open_page,
    rerun,
    wait_until,
    wait_until_idle,
)
from tests.browser.serve import environment, serving

HOST = "outside.invalid"
HOSTILE = (
    f"![x](http://{HOST}/p.png)",
    f"[click](http://{HOST})",
    f"<img src=http://{HOST}/p.png onerror=fetch('http://{HOST}')>",
    f"<a href='http://{HOST}'>click</a><script>fetch('//{HOST}')</script>",
    f"http://{HOST}/p https://{HOST} www.{HOST} someone@{HOST}",
    f"[r]: http://{HOST} [r] ![r]",
    f"<http://{HOST}> <!-- gone -->",
    "***",
    "---",
    "*a* _b_ **c** ~~d~~ `e` $f^2$ $$g$$",
    "# a",
    "> a",
    "- a",
    "+ a",
    "12. a",
    "3) a",
    "1986-87. csv",
    "| a | b | |---|---|",
    ":material/bolt: :smile: :streamlit: :red[a] :blue-background[b] :small[c]",
    "a -> b <- c <-> d -- e >= f <= g ~= h",
    r"\* \[a\](b) C:\data\x.csv \u2060 &amp; &lt; &#42;",
    "[^1] [^1]: note [x] [ ] ==a== ++b++ ^c^",
    "~~~ ``` a ```",
    "{a} {{b}} {% c %} ${d}",
    "Füße, 数据, данные, ψ′ = W · v‖",
)
SCRIPT = """
import json
import streamlit as st
from explorer import words

for text in json.loads({texts!r}):
    words.error(text)
    words.info(text)
    words.note(text)
words.toast(json.loads({texts!r})[0])
"""
SEEN = """() => [...document.querySelectorAll(
  '[data-testid="stAlert"], [data-testid="stCaptionContainer"], [data-testid="stToast"]')].map((each) =>
    (each.querySelector('[data-testid="stMarkdownContainer"]') ?? each).innerText
      .replaceAll("\\u2060", "").trim())"""
MADE = f"""() => [...document.querySelectorAll("a, img, iframe, script, video, audio, object, embed")].filter(
  (each) => each.outerHTML.includes("{HOST}")).map((each) => each.outerHTML)"""


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a page that says all of it, and the first over the page too."""
    folder = tmp_path_factory.mktemp("words")
    script = folder / "says.py"
    script.write_text(SCRIPT.format(texts=json.dumps(HOSTILE)))
    with serving(str(script), folder / "log", environment()) as (host, _):
        yield f"http://{host}"


def test_every_way_of_saying_shows_the_words_themselves(browser: Browser, said: str) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(said)
    page.locator('[data-testid="stToast"]').wait_for()
    expected = sorted(text for text in HOSTILE for _ in range(3))
    wait_until(page, lambda: len(page.evaluate(SEEN)) >= len(expected), "not all is said")
    seen = page.evaluate(SEEN)
    assert sorted(set(seen)) == sorted(HOSTILE), "something is shown as something else"
    assert len(seen) >= len(expected), "each as an error, a note and a piece of information"
    assert page.evaluate(MADE) == []
    assert not [url for url in asked if not url.startswith((said, "data:", "blob:"))]
    page.close()


BLOCKED = """(host) => new Promise((done) => {
  const blocked = [];
  const expected = ["img-src", "connect-src", "script-src-attr", "script-src-elem", "style-src-elem"];
  document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => {
    blocked.push(effectiveDirective);
    if (expected.every((each) => blocked.includes(each))) done(blocked);
  });
  setTimeout(() => done(blocked), 10000);
  const put = (tag, has) => document.body.append(Object.assign(document.createElement(tag), has));
  put("img", { src: `http://${host}/p.png` });
  fetch(`http://${host}/f`).catch(() => 0);
  put("script", { src: `http://${host}/s.js` });
  put("link", { rel: "stylesheet", href: `http://${host}/s.css` });
  document.body.insertAdjacentHTML("beforeend", "<i onclick='1'>x</i>");
  document.body.lastElementChild.click();
})"""


def test_the_browser_is_kept_to_the_site(page: Page, app_url: str) -> None:
    """Even where words became HTML, the browser would ask no other host and run nothing."""
    open_page(page, f"{app_url}/Stability")
    assert_no_exception(page)
    assert {"img-src", "connect-src", "script-src-attr", "script-src-elem"} <= set(
        page.evaluate(BLOCKED, HOST)
    )


@pytest.mark.parametrize("name", ["Inside_the_cell", "Stability", "Equations_and_errata"])
def test_a_hostile_link_opens_the_page_and_nothing_else(
    page: Page, app_url: str, name: str
) -> None:
    """Its keys and values are the words of a stranger."""
    settings = {field: text for text in HOSTILE[:4] for field in (text, "text", "series", "edits")}
    settings |= dict.fromkeys(("n", "search", "steps", "weight", "seed", "checks"), HOSTILE[0])
    open_page(page, f"{app_url}/{name}?{urlencode(settings)}")
    wait_until_idle(page)
    assert page.evaluate(MADE) == []
    assert_no_exception(page)


@pytest.mark.parametrize("text", [HOSTILE[0], HOSTILE[2]])
def test_a_hostile_file_is_read_as_one(page: Page, app_url: str, text: str) -> None:
    """Its name, its headings and its cells, and what is pasted or typed."""
    open_page(page, f"{app_url}/Inside_the_cell?source=csv")
    said = page.locator(".live-series .words")
    heading = text.replace('"', '""')
    rows = f'year,"{heading}","{heading} too"\n1,2,5\n2,1,4\n3,4,6\n4,3,2\n'
    for data in (rows, rows.replace("4,3,2", f'4,"{heading}","{heading}"'), f'"{heading}"'):
        page.get_by_label("CSV file", exact=True).set_input_files(
            {"name": text.replace("/", "∕"), "mimeType": "text/csv", "buffer": data.encode()}
        )
        expect(said).to_contain_text(text.replace("/", "∕")[:40])
    page.get_by_label("or paste numbers").fill(f"1 2 {text}")
    page.get_by_role("button", name="Read the numbers").click()
    expect(said).to_contain_text("Pasted numbers")
    open_page(page, f"{app_url}/Inside_the_cell?source=text")
    with rerun(page):
        page.get_by_role("textbox", name="Text to read").fill(text)
        page.get_by_role("textbox", name="Text to read").press("Control+Enter")
    open_page(page, f"{app_url}/Equations_and_errata")
    page.get_by_role("searchbox").fill(text[:60])
    in_link(page, "search=")
    assert page.evaluate(MADE) == []
    assert_no_exception(page)
