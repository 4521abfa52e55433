"""The address holds the state at every moment, and an address that nearly names a page leads to it."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import (
    assert_no_exception,
    in_link,
    open_page,
    rerun,
    wait_until,
)
from tests.browser.test_pages_in_chromium import STATES, drawn

# Pages of each kind: with a cursor, with a plane to drag in, with lists.
SOME_PAGES = pytest.mark.parametrize(
    "path", ["Inside_the_cell", "Stability", "Equations_and_errata"]
)
# Every address that the page has, however short.
WATCH = """
window.addresses = [location.pathname + location.search];
for (const how of ["pushState", "replaceState"]) {
  const plain = history[how];
  history[how] = function (...all) {
    plain.apply(this, all);
    window.addresses.push(location.pathname + location.search);
  };
}
"""


def settings(address: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(address).query)


@SOME_PAGES
def test_the_address_holds_the_state_from_the_first_moment_on(
    page: Page, app_url: str, path: str
) -> None:
    page.add_init_script(WATCH)
    open_page(page, f"{app_url}/{path}?{STATES[path]}&utm_source=mail")
    wait_until(page, lambda: "utm_source" not in page.url, "the link is not written")
    with rerun(page):  # the browser is heard for the first time
        page.get_by_role("button", name="Undo").evaluate("(button) => { button.disabled = false }")
        page.get_by_role("button", name="Undo").click()
    wanted = settings(f"?{STATES[path]}")
    for address in page.evaluate("addresses"):
        assert wanted.items() <= settings(address).items(), address
    assert page.evaluate("history.length") == 2, "the way back leads to the same page"
    assert_no_exception(page)


@pytest.mark.parametrize("after_ms", [100, 600])
def test_a_reload_at_any_time_keeps_the_state(page: Page, app_url: str, after_ms: int) -> None:
    page.goto(f"{app_url}/Inside_the_cell?{STATES['Inside_the_cell']}")
    page.wait_for_timeout(after_ms)
    with rerun(page):
        page.reload()
    drawn(page, 4)
    for setting in STATES["Inside_the_cell"].split("&"):
        in_link(page, setting)


def test_another_page_gets_nothing_of_a_link_that_was_only_looked_at(
    page: Page, app_url: str
) -> None:
    open_page(page, f"{app_url}/Stability?{STATES['Stability']}")
    with rerun(page):
        page.locator(".st-key-navigation").get_by_role("link", name="Unrolling").click()
    wait_until(
        page, lambda: page.url.endswith("/Unrolling"), "the other page has a link's settings"
    )
    drawn(page, 4)
    assert page.url.endswith("/Unrolling")
    with rerun(page):
        page.locator(".st-key-navigation").get_by_role("link", name="Stability").click()
    for setting in STATES["Stability"].split("&"):
        in_link(page, setting)
    assert_no_exception(page)


@pytest.mark.parametrize("near", ["roots", "Roots/extra"])
def test_an_address_that_nearly_names_a_page_opens_it(page: Page, app_url: str, near: str) -> None:
    open_page(page, f"{app_url}/{near}?halvings=3")
    drawn(page, 3)
    assert page.url == f"{app_url}/Roots?halvings=3"
    assert page.get_by_role("heading", name="Where does an RNN come from?").is_visible()
    assert_no_exception(page)
