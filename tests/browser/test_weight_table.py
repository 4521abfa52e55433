"""The table of weights, used by the keyboard, the mouse and a finger."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from playwright.sync_api import Locator, Page, expect

from explorer import inside
from explorer.entries import read_number
from explorer.inside import InsideState
from tests.browser.conftest import in_link, not_in_link, open_page, wait_until
from tests.browser.test_pages_in_chromium import assert_sound, press_popover, ready, step_of

PATH = "Inside_the_cell"


def open_table(page: Page, app_url: str, query: str = "") -> Locator:
    open_page(page, f"{app_url}/{PATH}{query}")
    ready(page, PATH, 3 if "text" in query else None)
    press_popover(page, "Weights")
    table = page.locator(".live-table")
    expect(table.get_by_role("gridcell").first).to_be_visible()
    return table


def type_in(page: Page, *keys: str) -> None:
    """Type, as fast as it goes; names of keys press them."""
    for key in keys:
        if key in ("Enter", "Tab", "Escape", "F2", "Delete") or key.startswith(
            ("Arrow", "Control+")
        ):
            page.keyboard.press(key)
        else:
            page.keyboard.type(key)


def focused(page: Page) -> str:
    return str(page.evaluate("() => document.activeElement.getAttribute('aria-label')"))


def entered(page: Page) -> dict[str, float]:
    """The entries of W_v_cs that the link holds."""
    edits = unquote(page.url).partition("edits=")[2].partition("&")[0]
    pairs = (edit.split("=") for edit in edits.split(";") if "]=" in edit)
    return {target.removeprefix("W_v_cs"): float(value) for target, value in pairs}


def comes_to_hold(page: Page, entries: dict[str, float]) -> None:
    wait_until(page, lambda: entered(page) == entries, f"not {entries}")


def test_a_window_opened_by_a_key_gets_the_keys(page: Page, app_url: str) -> None:
    """The table is reached by Tab from the window's first control, and Escape leads back."""
    open_page(page, f"{app_url}/{PATH}")
    ready(page, PATH)
    button = page.get_by_role("button", name="Weights").first
    button.focus()
    page.keyboard.press("Enter")
    window = page.get_by_test_id("stPopoverBody")
    expect(window.get_by_role("combobox", name="Weight matrix")).to_be_focused()
    for _ in range(3):
        page.keyboard.press("Tab")
    assert focused(page).startswith("row 0, column 0 of W_v_cs")
    page.keyboard.press("Escape")
    expect(window).to_have_count(0)
    expect(button).to_be_focused()


def test_a_session_by_keyboard_keeps_every_entry_and_its_place(page: Page, app_url: str) -> None:
    table = open_table(page, app_url)
    table.get_by_role("gridcell").first.focus()
    before = step_of(page)
    type_in(page, "1", "Enter", "2", "Enter", "3", "Enter")
    assert focused(page).startswith("row 3, column 0 of W_v_cs")
    comes_to_hold(page, {"[0,0]": 1, "[1,0]": 2, "[2,0]": 3})
    assert focused(page).startswith("row 3, column 0 of W_v_cs")
    type_in(page, "0,5", "Tab", "-1,25", "Tab", "1e-3", "Tab", "60", "Tab", "+4", "ArrowDown")
    assert focused(page).startswith("row 4, column 4 of W_v_cs")
    seven = {"[0,0]": 1, "[1,0]": 2, "[2,0]": 3, "[3,0]": 0.5, "[3,1]": -1.25, "[3,2]": 1e-3}
    comes_to_hold(page, seven | {"[3,4]": 4})
    said = "Row 3, column 3 of W_v_cs: “60” is not a number from −50 to 50."
    expect(table.get_by_role("alert")).to_have_text(said)
    refused = table.locator("[aria-invalid]")
    expect(refused).to_have_count(1)
    expect(table.locator("td.set")).to_have_text(
        ["1.000", "2.000", "3.000", "0.500", "−1.250", "0.001", "4.000"]
    )

    type_in(page, "9", "Escape", "ArrowUp", "F2", "ArrowLeft")
    expect(table.get_by_role("textbox")).to_have_value("4")
    type_in(page, "Escape")
    assert focused(page) == "row 3, column 4 of W_v_cs: 4.000"
    type_in(page, "Delete")
    comes_to_hold(page, seven)
    type_in(page, "Control+z")
    comes_to_hold(page, seven | {"[3,4]": 4})
    type_in(page, "Control+z")
    comes_to_hold(page, seven)
    assert focused(page).startswith("row 3, column 4 of W_v_cs")
    expect(table.get_by_role("alert")).to_be_hidden()

    for key in (" ", "End", "Home", "ArrowRight"):
        page.keyboard.press(key)
    assert step_of(page) == before
    assert not page.evaluate("() => carousel.playing")
    assert focused(page).startswith("row 3, column 1 of W_v_cs")
    page.keyboard.press("Tab")
    expect(table.get_by_role("button", name="Trained weights back (6 changed)")).to_be_focused()
    page.keyboard.press("Enter")
    not_in_link(page, "edits")
    assert focused(page).startswith("row 3, column 1 of W_v_cs")
    assert_sound(page)


def test_blocks_are_copied_and_pasted(new_page: Callable[..., Page], app_url: str) -> None:
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    table = open_table(page, app_url)
    table.get_by_role("gridcell").nth(9).click()

    def paste(text: str) -> None:
        page.evaluate("text => navigator.clipboard.writeText(text)", text)
        page.keyboard.press("Control+v")

    paste("0,5\t1\r\n2\t-3\r\n")
    block = {"[1,1]": 0.5, "[1,2]": 1, "[2,1]": 2, "[2,2]": -3}
    comes_to_hold(page, block)
    type_in(page, "Control+z")
    not_in_link(page, "edits")
    assert focused(page).startswith("row 1, column 1 ")

    alert = table.get_by_role("alert")
    paste("\n".join(["1\t2"] * 80))
    expect(alert).to_have_text(
        "Nothing was pasted into W_v_cs: 80 rows and 2 columns do not fit into 8 rows and 8 columns,"
        " from row 1, column 1 on."
    )
    paste("x;60\n1;2")
    expect(alert).to_have_text(
        "Nothing was pasted into W_v_cs: “x” (row 1, column 1) and “60” (row 1, column 2) are not"
        " numbers from −50 to 50."
    )
    expect(page.get_by_test_id("stToast")).to_have_count(0)
    assert not entered(page)

    page.keyboard.press("F2")
    paste("5\t6")
    comes_to_hold(page, {"[1,1]": 5, "[1,2]": 6})
    expect(alert).to_be_hidden()
    type_in(page, "Control+a", "Control+c")
    copied: Any = page.evaluate("() => navigator.clipboard.readText()")
    numbers = [[float(text) for text in line.split("\t")] for line in copied.split("\n")]
    trained = inside.trained(InsideState())["W_v_cs"].copy()
    trained[1, 1:3] = 5, 6
    assert numbers == trained.tolist()
    type_in(page, "Escape")
    page.keyboard.press("Shift+ArrowRight")
    type_in(page, "Control+c")
    line = page.evaluate("() => navigator.clipboard.readText()")
    assert [float(text) for text in line.split("\t")] == trained[0, :2].tolist()
    assert_sound(page)


def test_a_finger_opens_an_entry_and_goes_on(new_page: Callable[..., Page], app_url: str) -> None:
    page = new_page(width=390, height=844, has_touch=True, is_mobile=True)
    table = open_table(page, app_url)
    table.get_by_role("gridcell").first.tap()
    expect(page.get_by_role("textbox", name="row 0, column 0 of W_v_cs")).to_be_focused()
    page.keyboard.press("Control+a")
    type_in(page, "−0,5", "Enter")
    expect(page.get_by_role("textbox", name="row 1, column 0 of W_v_cs")).to_be_focused()
    page.keyboard.press("Control+a")
    type_in(page, "2")
    table.get_by_role("gridcell").nth(2).tap()
    comes_to_hold(page, {"[0,0]": -0.5, "[1,0]": 2})
    assert_sound(page)


def test_the_largest_matrix_is_scaled_and_set(page: Page, app_url: str) -> None:
    table = open_table(page, app_url, "?source=text&weight=W_v_cs&edits=W_v_cs*0.1")
    expect(table).to_contain_text("Entries from −5 to 5 while the matrix is scaled by 0.1.")
    expect(table.get_by_role("gridcell")).to_have_count(32 * 32)
    table.get_by_role("gridcell").first.click()
    page.keyboard.press("Control+ArrowDown")
    page.keyboard.press("Control+ArrowRight")
    assert focused(page).startswith("row 31, column 31 ")
    type_in(page, "7", "Enter")
    expect(table.get_by_role("alert")).to_contain_text("“7” is not a number from −5 to 5 while")
    type_in(page, "2", "Enter")
    in_link(page, "edits=W_v_cs*0.1;W_v_cs[31,31]=20.0")
    expect(table.get_by_role("gridcell").last).to_have_text("2.000")
    assert_sound(page)


def test_both_sides_read_numbers_alike(page: Page, app_url: str) -> None:
    open_page(page, f"{app_url}/{PATH}")
    ready(page, PATH)
    texts = [
        "0,5",
        "1.25",
        "−3",
        "–3",
        "+2.",
        ",5",
        " 1e-3 ",
        "1E3",
        "",
        "-",
        ".",
        "1,2,3",
        "1.2,3",
    ]
    texts += ["60", "abc", "1 2", "nan", "Infinity", "0x1", "1_0", "٣", "--1", "1e", "1e5.5"]
    read = page.evaluate("texts => texts.map(text => carousel.read(text))", texts)
    found = [None if number != number else number for number in read]
    assert found == [read_number(text) for text in texts]
