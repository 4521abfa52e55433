"""The menu of every chart in real Chromium: it opens by hand and by key, hands over files, and copies."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import (
    assert_no_exception,
    in_link,
    open_page,
    wait_until,
    wait_until_idle,
)
from tests.browser.test_pages_in_chromium import NAMES, PLOTS, drawn

WHY = "Why_the_error_dies"


def opened(page: Page, app_url: str, path: str, query: str = "") -> None:
    open_page(page, f"{app_url}/{path}?{query}")
    drawn(page, PLOTS[path])
    wait_until_idle(page)


def menu_of(page: Page, chart: str) -> Locator:
    """Open the menu of a chart by its button."""
    page.get_by_role("button", name=f"Menu of the chart {chart}", exact=True).click()
    return page.get_by_role("menu", name=f"Menu of the chart {chart}")


@pytest.mark.parametrize("path", [path for path in NAMES if PLOTS[path]])
def test_every_chart_has_a_menu_that_saves_it(path: str, page: Page, app_url: str) -> None:
    opened(page, app_url, path)
    buttons = page.get_by_role("button", name=re.compile("^Menu of the chart "))
    charts = page.locator("[data-chart]")
    wait_until(
        page,
        lambda: buttons.count() == charts.count() >= PLOTS[path],
        "there is not one menu for each chart",
    )
    button = buttons.last
    button.focus()
    page.keyboard.press("Enter")
    with page.expect_download() as saved:
        page.get_by_role("menuitem", name="SVG").click()
    name = saved.value.suggested_filename
    assert re.fullmatch(r"carousel-[a-z0-9-]+\.svg", name)
    assert Path(saved.value.path()).read_text().startswith("<svg")
    expect(page.get_by_role("status").filter(has_text=f"{name} is saved.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("menu")).to_be_hidden()
    expect(button).to_be_focused()
    assert_no_exception(page)


def test_the_menu_by_keys_alone(page: Page, app_url: str) -> None:
    """Its arrow keys are its own: the time cursor stays."""
    opened(page, app_url, "Stability", "n=5")
    page.get_by_role("button", name="Menu of the chart eigenvalues").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitemradio", name="Slide")).to_be_checked()
    page.keyboard.press("ArrowDown")
    with page.expect_download() as saved:
        page.keyboard.press("Enter")
    assert 'height="14cm"' in Path(saved.value.path()).read_text()
    expect(page.locator(".live-cursor .where")).to_have_text(re.compile("n = 5 of"))
    in_link(page, "n=5")
    assert_no_exception(page)


def test_what_is_saved_is_what_is_on_screen(page: Page, app_url: str) -> None:
    """The state of a drag and the cursor's step, which the server has not heard of."""
    opened(page, app_url, "Stability")
    step = page.locator(".live-cursor .where")
    expect(step).to_have_text("n = 0 of 59")
    page.keyboard.press("End")
    expect(step).to_have_text("n = 59 of 59")
    menu_of(page, "eigenvalues")
    page.get_by_role("menuitem", name="Python").click()
    lines = page.get_by_label("Lines of Python")
    expect(lines).to_have_value(re.compile(r"StabilityState\(n=59\)"))
    expect(lines).to_have_value(re.compile(r"at_step\[59\]"))
    assert_no_exception(page)


def test_the_link_is_copied(page: Page, app_url: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened(page, app_url, WHY, "radius=1.25&steps=40")
    menu_of(page, "map, Plain RNN")
    page.get_by_role("menuitem", name="Copy link").click()
    expect(page.get_by_text("The link to this state is copied.")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.url
    assert "radius=1.25" in copied


def test_the_menu_closes_with_a_click_elsewhere(page: Page, app_url: str) -> None:
    opened(page, app_url, WHY)
    menu = menu_of(page, "lags, Plain RNN")
    expect(menu).to_be_visible()
    page.get_by_role("heading", level=2).click()
    expect(menu).to_be_hidden()


def test_a_chart_that_has_gone_is_said(page: Page, app_url: str) -> None:
    opened(page, app_url, WHY)
    menu_of(page, "lags, Plain RNN")
    page.evaluate("document.querySelectorAll('[data-chart]')[1].dataset.chart = 'none'")
    page.get_by_role("menuitem", name="PDF").click()
    expect(page.get_by_role("alert").filter(has_text="no longer on the page")).to_be_visible()
    assert_no_exception(page)
