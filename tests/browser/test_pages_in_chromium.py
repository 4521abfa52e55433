"""Every page of the real app in real Chromium: it opens, it answers, its link brings it back."""

from __future__ import annotations

import contextlib
import difflib
import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.browser.conftest import (
    assert_no_exception,
    in_link,
    not_in_link,
    open_page,
    rerun,
    wait_until,
    wait_until_idle,
)

NAMES = {
    "Inside_the_cell": "Inside the cell",
    "Constant_error_carousel": "The constant error carousel",
    "Regimes": "Regimes",
    "Why_the_error_dies": "Why the error dies",
    "Building_the_LSTM": "Building the LSTM",
    "Stability": "Stability",
    "Unrolling": "Unrolling",
    "Augmented_LSTM": "Augmented LSTM",
    "Equations_and_errata": "Equations and errata",
    "Roots": "Roots",
}
PLOTS = {
    "Inside_the_cell": 4,
    "Constant_error_carousel": 4,
    "Regimes": 3,
    "Why_the_error_dies": 6,
    "Building_the_LSTM": 3,
    "Stability": 3,
    "Unrolling": 4,
    "Augmented_LSTM": 5,
    "Equations_and_errata": 0,
    "Roots": 3,
}
EACH_PAGE = pytest.mark.parametrize("path", NAMES)
STATES = {
    "Inside_the_cell": "source=sine&n=17&unit=2&view=sums&loss=last&notation=framework",
    "Constant_error_carousel": "cs_mode=schedule&cs_at=7&cr_mode=constant&seed=5&width=3&n=11",
    "Regimes": "matrices=turn&w_vdu=2.5&gates=held&g_cs=0.5&width=4&seed=5&n=11",
    "Why_the_error_dies": "radius=1.1&nonnormal=2.0&width=3&seed=9&loss=every",
    "Building_the_LSTM": "stage=gated_readout&b_cr=-1.5&signal=sine&width=3&unit=2&seed=5&n=33",
    "Stability": "modulus=1.02&angle=77.0&signal=noise&seed=5&n=33",
    "Unrolling": "weight=-0.7&length=9&lag=4&signal=noise&seed=5&n=33",
    "Augmented_LSTM": "taps=3&d_v=2&gate=held&g_cx=0.2&signal=noise&seed=5&n=33",
    "Equations_and_errata": "search=transpose&kind=T&rows=all&checks=000-11%3A7",
    "Roots": "units=two&a_1=3.0&coupling=1.0&signal=noise&seed=5&n=9",
}
SLIPS = {
    "Roots": "halvings",
    "Equations_and_errata": "seed",
}  # a whole number that is not in STATES; elsewhere the steps

# Marks that draw data, on every chart: axes and legends don't count, an empty canvas neither.
MARKS = """() => [...document.querySelectorAll(
  '[data-testid="stVegaLiteChart"]')].map(chart => {
    const drawn = [...chart.querySelectorAll(
      '.role-mark path, .role-mark line, .role-mark rect')];
    const inked = [...chart.querySelectorAll('canvas')].filter(canvas => canvas.width > 0
      && canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height)
        .data.some(byte => byte));
    return drawn.filter(e => e.tagName !== 'path' || (e.getAttribute('d') || '').length > 4).length
      + inked.length;
  })"""
TOO_WIDE = """() => {
  const main = document.querySelector('[data-testid="stMain"]');
  const wide = [...main.querySelectorAll('*')].filter(
    e => e.getBoundingClientRect().right > innerWidth + 1 && e.clientWidth > 0
      && !e.closest('svg, .katex, [data-testid="stToast"], [data-testid="stDataFrame"]'));
  return {
    overflow: Math.max(document.documentElement.scrollWidth - innerWidth,
                       main.scrollWidth - main.clientWidth),
    elements: wide.slice(-3).map(e => (e.dataset.testid || e.className) + ': ' + e.innerText)
  };
}"""


def drawn(page: Page, at_least: int) -> list[int]:
    """Wait until every chart is drawn; how many marks each has."""
    marks: list[int] = []

    def ready() -> bool:
        marks[:] = page.evaluate(MARKS)
        return len(marks) >= at_least and all(marks)

    try:
        wait_until(page, ready, "charts are missing or empty")
    except TimeoutError as error:
        raise AssertionError(
            f"{error}: marks per chart {marks}, {at_least} charts expected"
        ) from None
    return marks


def shown(page: Page) -> tuple[str, list[str]]:
    """The words and numbers of a page, and what its charts say of themselves."""
    charts = page.locator('[data-testid="stVegaLiteChart"]')
    text = page.get_by_test_id("stMainBlockContainer").inner_text()
    return text, [chart.get_attribute("aria-label") or "" for chart in charts.all()]


def assert_shows(page: Page, expected: tuple[str, list[str]], otherwise: str) -> None:
    """The page comes to show what is expected; if not, say in which lines it differs.

    The labels inside a chart come in the order in which they were drawn: so, sorted.
    """

    def differences() -> list[str]:
        lines = [sorted([*text.splitlines(), *charts]) for text, charts in (expected, shown(page))]
        return [line for line in difflib.ndiff(*lines) if line[0] in "+-" and line[1:].strip()]

    with contextlib.suppress(TimeoutError):
        wait_until(page, lambda: not differences(), otherwise, seconds=5)
    assert not (found := differences()), "\n".join([otherwise, *found])


def words_of_charts(page: Page) -> list[str]:
    return shown(page)[1]


def ready(page: Page, path: str, plots: int | None = None) -> Page:
    """The page is drawn, and nothing went wrong."""
    drawn(page, PLOTS.get(path, 0) if plots is None else plots)
    wait_until_idle(page)
    if path == "Equations_and_errata":
        expect(page.locator(".live-rows").locator("li, tr").first).to_be_attached()
        expect(page.get_by_text("checking …")).to_have_count(0, timeout=30_000)
        wait_until_idle(page)
    assert_sound(page)
    return page


def assert_sound(page: Page) -> None:
    assert_no_exception(page)
    assert "Traceback" not in page.locator("body").inner_text()
    assert "encountered an error" not in page.locator("body").inner_text()


def control(page: Page, path: str, field: str) -> Locator:
    """The control of a field, by its key; the cursor's is the same on every page."""
    if field == "n":
        return page.locator(".st-key-live-cursor")
    key = re.sub(r"[^a-zA-Z0-9_-]", "-", f"{NAMES[path]}/{field}".strip())
    return page.locator(f".st-key-{key}")


def slide(page: Page, path: str, field: str, key: str, times: int = 1) -> None:
    """Move a slider by the keyboard; at rest, the whole page has followed."""
    slider = control(page, path, field).get_by_role("slider")
    if field == "n":  # the server hears nothing of it; the link follows at rest
        for _ in range(times):
            slider.press(key)
        wait_until_idle(page)
        return
    with rerun(page):
        for _ in range(times):
            slider.press(key)


def choose(page: Page, path: str, field: str, name: str) -> None:
    """Press one of a row of buttons."""
    with rerun(page):
        control(page, path, field).get_by_role("radio", name=name).or_(
            control(page, path, field).get_by_role("button", name=name)
        ).first.click()


def select(page: Page, path: str, field: str, name: str) -> None:
    """Choose from a drop-down list."""
    with rerun(page):
        control(page, path, field).get_by_role("combobox").select_option(label=name)


def press_button(page: Page, name: str) -> None:
    with rerun(page):
        page.get_by_role("button", name=name).first.click()


def leave(page: Page) -> None:
    """Take the focus away from every control, by a click on plain text."""
    page.get_by_role("heading", level=2).click()


def step_of(page: Page) -> int:
    """Where the cursor stands, as its label says."""
    return int(page.locator(".live-cursor .where").inner_text().split()[2])


# opening


def test_home_leads_to_every_chapter(page: Page, app_url: str) -> None:
    page.set_default_timeout(10_000)
    open_page(page, app_url)
    assert_sound(page)
    for path, name in NAMES.items():
        with rerun(page):
            page.get_by_test_id("stMainBlockContainer").get_by_role("link", name=name).last.click()
        expect(page).to_have_url(re.compile(path))
        ready(page, path)
        with rerun(page):
            page.locator(".st-key-navigation").get_by_role("link").first.click()
        expect(page.get_by_role("heading", name="Carousel")).to_be_visible()
    assert_sound(page)


@EACH_PAGE
def test_a_cold_link_restores_its_state_and_says_what_is_wrong(
    path: str, page: Page, app_url: str
) -> None:
    """The first address that this browser ever opens is a link with a state, a slip in it, and a key that
    is no setting."""
    slip = SLIPS.get(path, "steps")
    with rerun(page):  # what is said goes away by itself, on a slow machine before all is drawn
        page.goto(f"{app_url}/{path}?{STATES[path]}&stpes=3&{slip}=abc")
        toast = page.get_by_test_id("stToast")
        expect(toast).to_contain_text(re.compile(f"“{slip}” must be a whole number"))
    expect(page.get_by_text("stpes")).to_have_count(0)
    ready(page, path)
    for setting in STATES[path].split("&"):
        assert re.search(rf"[?&]{re.escape(setting)}(&|$)", page.url), page.url
    not_in_link(page, "stpes")
    not_in_link(page, "abc")


# controls and the link


def change_inside(page: Page) -> None:
    path = "Inside_the_cell"
    select(page, path, "source", "Sine")
    slide(page, path, "steps", "ArrowLeft", 2)
    choose(page, path, "loss", "last step")
    select(page, path, "view", "Sums and gradients")
    slide(page, path, "unit", "ArrowRight", 2)
    choose(page, path, "notation", "PyTorch")
    leave(page)
    page.keyboard.press("ArrowRight")
    wait_until_idle(page)


def change_carousel(page: Page) -> None:
    path = "Constant_error_carousel"
    slide(page, path, "cs", "ArrowLeft", 2)
    select(page, path, "cu_mode", "pushed by its bias")
    slide(page, path, "cu_bias", "ArrowRight", 2)
    choose(page, path, "error", "the state s")
    slide(page, path, "n", "ArrowLeft", 2)


def change_why(page: Page) -> None:
    path = "Why_the_error_dies"
    slide(page, path, "radius", "ArrowRight", 2)
    slide(page, path, "drive", "ArrowRight", 2)
    choose(page, path, "loss", "every step")
    select(page, path, "gates", "held at values")
    slide(page, path, "g_cs", "ArrowLeft", 2)


def change_building(page: Page) -> None:
    path = "Building_the_LSTM"
    for _ in range(3):
        press_button(page, "Next part")
    slide(page, path, "radius", "ArrowRight", 2)
    slide(page, path, "b_cr", "ArrowLeft", 2)
    select(page, path, "signal", "Sine")
    slide(page, path, "n", "ArrowRight", 2)


def change_regimes(page: Page) -> None:
    path = "Regimes"
    slide(page, path, "w_vdu", "ArrowRight", 2)
    select(page, path, "signal", "Constant")
    select(page, path, "gates", "Held at values")
    slide(page, path, "g_cs", "ArrowLeft", 2)
    slide(page, path, "n", "ArrowLeft", 2)


def change_stability(page: Page) -> None:
    path = "Stability"
    slide(page, path, "modulus", "ArrowRight", 2)
    slide(page, path, "angle", "ArrowRight", 2)
    select(page, path, "signal", "Noise")
    slide(page, path, "n", "ArrowRight", 2)
    with rerun(page):
        typed = control(page, path, "w_s").get_by_role("spinbutton")
        typed.fill("1.2")
        typed.press("Enter")


def change_unrolling(page: Page) -> None:
    path = "Unrolling"
    slide(page, path, "weight", "ArrowLeft", 2)
    slide(page, path, "length", "ArrowRight", 2)
    slide(page, path, "lag", "ArrowLeft", 2)
    choose(page, path, "start", "carried over")
    choose(page, path, "shown", "readout r")
    slide(page, path, "n", "ArrowLeft", 2)


def change_augmented(page: Page) -> None:
    path = "Augmented_LSTM"
    slide(page, path, "taps", "ArrowLeft", 2)
    slide(page, path, "d_v", "ArrowLeft", 2)
    choose(page, path, "gate", "held")
    slide(page, path, "g_cx", "ArrowLeft", 2)
    select(page, path, "signal", "Sine")
    slide(page, path, "n", "ArrowRight", 2)


def change_equations(page: Page) -> None:
    path = "Equations_and_errata"
    choose(page, path, "rows", "with a check")
    select(page, path, "kind", "T: missing transpose")
    slide(page, path, "seed", "ArrowRight", 2)
    with rerun(page):
        control(page, path, "search").get_by_role("searchbox").fill("W_s_cr")
    with rerun(page):
        page.get_by_role("button", name="Check 000-23 now").click()


def change_roots(page: Page) -> None:
    path = "Roots"
    slide(page, path, "halvings", "ArrowRight", 2)
    slide(page, path, "a", "ArrowRight", 2)
    select(page, path, "signal", "Sine")
    choose(page, path, "state_weights", "dropped")
    slide(page, path, "n", "ArrowRight", 2)


CHANGES: dict[str, tuple[Callable[[Page], None], dict[str, str]]] = {
    "Inside_the_cell": (change_inside, {"source": "sine", "loss": "last", "notation": "framework"}),
    "Constant_error_carousel": (change_carousel, {"cs": "0.88", "cu_mode": "bias", "n": "18"}),
    "Regimes": (change_regimes, {"signal": "constant", "g_cs": "0.88", "n": "18"}),
    "Why_the_error_dies": (change_why, {"radius": "0.82", "loss": "every", "g_cs": "0.88"}),
    "Building_the_LSTM": (
        change_building,
        {"stage": "gated_readout", "radius": "0.92", "b_cr": "-0.2", "n": "27"},
    ),
    "Stability": (change_stability, {"modulus": "0.97", "w_s": "1.2", "n": "2"}),
    "Unrolling": (change_unrolling, {"weight": "0.98", "length": "17", "n": "26"}),
    "Augmented_LSTM": (change_augmented, {"taps": "3", "d_v": "2", "g_cx": "0.48", "n": "18"}),
    "Equations_and_errata": (change_equations, {"kind": "T", "search": "W_s_cr", "seed": "4"}),
    "Roots": (change_roots, {"halvings": "2", "a": "1.05", "state_weights": "dropped", "n": "4"}),
}


@EACH_PAGE
def test_controls_change_the_picture_and_the_link_brings_it_back(
    path: str, page: Page, new_page: Callable[..., Page], app_url: str
) -> None:
    open_page(page, f"{app_url}/{path}")
    ready(page, path)
    before = shown(page)
    change, expected = CHANGES[path]
    change(page)
    ready(page, path)
    after = shown(page)
    assert after[0] != before[0]
    assert after[1] != before[1] or not PLOTS[path], "the charts did not follow"
    for name, value in expected.items():
        in_link(page, f"{name}={value}")

    fresh = new_page()
    open_page(fresh, page.url)
    ready(fresh, path)
    assert_shows(fresh, after, "the link shows something else in a fresh browser")
    assert fresh.url == page.url

    with rerun(page):
        page.reload()
    ready(page, path)
    assert_shows(page, after, "a reload loses the state")
    with rerun(page):
        page.get_by_role("button", name="Reset").click()
    ready(page, path)
    assert_shows(page, before, "reset does not lead back to the start")
    press_button(page, "Undo")
    ready(page, path)
    assert_shows(page, after, "undo does not bring back what reset took away")


@EACH_PAGE
def test_presets_change_the_picture_in_place(path: str, page: Page, app_url: str) -> None:
    open_page(page, f"{app_url}/{path}")
    ready(page, path)
    presets = page.locator(".live-head").get_by_role("button").all_inner_texts()
    presets = [name for name in presets if name and not re.search("Reset|Undo", name)]
    assert 3 <= len(presets) <= 6

    def words() -> Any:
        return words_of_charts(page) if PLOTS[path] else shown(page)[0]

    seen = [words()]
    for name in presets[1:]:
        with rerun(page):
            page.locator(".st-key-presets").get_by_role("button", name=name, exact=True).click()
        drawn(page, min(3, PLOTS[path]))
        assert_sound(page)
        wait_until(page, lambda: words() not in seen, f"{name} changed nothing")
        seen.append(words())
    press_button(page, "Undo")
    wait_until(page, lambda: words() == seen[-2], "undo did nothing")
    assert_sound(page)


def test_the_stages_are_walked_by_the_keyboard(page: Page, app_url: str) -> None:
    """Building_the_LSTM: from the first stage to the last, what is new is marked at each."""
    open_page(page, f"{app_url}/Building_the_LSTM?stage=canonical")
    ready(page, "Building_the_LSTM")
    back, on = (
        page.get_by_role("button", name=name, exact=True)
        for name in ("◀ Part before", "Next part ▶")
    )
    marks = page.locator(".live-cell .halo path, .live-cell .fresh")
    expect(back).to_be_disabled()
    expect(marks).to_have_count(0)
    seen = set()
    for stage in ("gated_state", "identity_state", "gated_readout", "gated_input", "vanilla"):
        on.focus()
        with rerun(page):
            page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(f"[?&]stage={stage}|LSTM$"))
        expect(marks).not_to_have_count(0)
        seen.add((marks.count(), page.locator("summary").inner_text()))
    assert len(seen) == 5
    expect(on).to_be_disabled()
    radio = page.get_by_role("radio", name="6 Vanilla LSTM")
    expect(radio).to_be_checked()
    radio.focus()
    step = step_of(page)
    with rerun(page):
        page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("radio", name="5 Gated input")).to_be_checked()
    assert step_of(page) == step, "the arrow moved the cursor too"
    page.locator("summary").click()
    expect(page.locator("details .live-steps")).to_contain_text("largest")
    assert_sound(page)


def test_a_slider_changes_a_metric(page: Page, app_url: str) -> None:
    path = "Constant_error_carousel"
    open_page(page, f"{app_url}/{path}")
    metric = page.locator(".live-steps .figure b").first
    before = metric.inner_text()
    slide(page, path, "cs", "ArrowLeft", 5)
    expect(metric).not_to_have_text(before)
    slide(page, path, "cs", "ArrowRight", 5)
    expect(metric).to_have_text(before)
    assert_sound(page)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("Stability", "modulus"),
        ("Unrolling", "length"),
        ("Constant_error_carousel", "cs"),
        ("Why_the_error_dies", "radius"),
        ("Regimes", "w_vdu"),
        ("Inside_the_cell", "n"),
    ],
)
def test_quick_presses_all_count(path: str, field: str, page: Page, app_url: str) -> None:
    """As a held arrow key: faster than the app reruns, and none is lost or taken back."""
    open_page(page, f"{app_url}/{path}")
    ready(page, path)
    slider = control(page, path, field).get_by_role("slider")
    value, step = float(slider.input_value()), float(slider.get_attribute("step") or 1)
    for _ in range(8):
        slider.press("ArrowLeft", delay=20)
    wait_until_idle(page)
    assert float(slider.input_value()) == pytest.approx(value - 8 * step)
    in_link(page, f"{field}={slider.input_value()}")


def test_a_weight_is_scaled_and_set(page: Page, app_url: str) -> None:
    path = "Inside_the_cell"
    open_page(page, f"{app_url}/{path}")
    ready(page, path)
    before = shown(page)[1]
    press_popover(page, "Weights")
    scale = page.get_by_test_id("stPopoverBody").get_by_role("slider").first
    with rerun(page):
        scale.press("ArrowLeft")
    in_link(page, "edits=W_v_cs*0.95")
    assert shown(page)[1] != before
    page.get_by_role("gridcell").first.click()
    page.keyboard.type("2.5")
    page.keyboard.press("Enter")
    in_link(page, "edits=W_v_cs*0.95;W_v_cs[0,0]=2.6315789473684212")
    with rerun(page):
        page.get_by_role("button", name=re.compile("Trained weights back")).click()
    not_in_link(page, "edits")
    assert shown(page)[1] == before
    assert_sound(page)


def press_popover(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).first.click()
    expect(page.get_by_test_id("stPopoverBody")).to_be_visible()


# keys


@pytest.mark.parametrize("path", ["Inside_the_cell", "Stability"])
def test_keys_move_the_cursor(path: str, page: Page, app_url: str) -> None:
    open_page(page, f"{app_url}/{path}?n=20")
    ready(page, path)
    before = shown(page)
    for key, n in (
        ("ArrowRight", 21),
        ("ArrowRight", 22),
        ("ArrowLeft", 21),
        ("End", 59),
        ("Home", 0),
        ("ArrowRight", 1),
    ):
        page.keyboard.press(key)
        assert step_of(page) == n, key
    assert shown(page)[0] != before[0]
    expect(page).to_have_url(re.compile(r"[?&]n=1(&|$)"))
    assert_sound(page)


def test_the_numbers_of_the_step_follow_the_cursor(page: Page, app_url: str) -> None:
    open_page(page, f"{app_url}/Inside_the_cell?n=20")
    ready(page, "Inside_the_cell")
    numbers = page.locator(".step")
    before = numbers.inner_text()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name=re.compile(r"Step n = 21"))).to_be_visible()
    expect(numbers).not_to_have_text(before)
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("heading", name=re.compile(r"Step n = 20"))).to_be_visible()
    assert numbers.inner_text() == before


def test_one_press_on_the_cursors_slider_is_one_step(page: Page, app_url: str) -> None:
    path = "Inside_the_cell"
    open_page(page, f"{app_url}/{path}?n=20")
    ready(page, path)
    slider = control(page, path, "n").get_by_role("slider")
    for key, n in (("ArrowRight", 21), ("ArrowRight", 22), ("ArrowLeft", 21)):
        slider.focus()
        page.keyboard.press(key)
        assert step_of(page) == n, f"{key} on the slider"
    assert_sound(page)


def test_keys_on_another_slider_leave_the_cursor_alone(page: Page, app_url: str) -> None:
    path = "Inside_the_cell"
    open_page(page, f"{app_url}/{path}?n=20&unit=1")
    ready(page, path)
    slider = control(page, path, "unit").get_by_role("slider")
    unit = int(slider.input_value())
    slider.focus()
    with rerun(page):
        page.keyboard.press("ArrowRight")
    assert int(slider.input_value()) == unit + 1
    assert step_of(page) == 20


def test_typing_leaves_the_cursor_alone(page: Page, app_url: str) -> None:
    path = "Inside_the_cell"
    open_page(page, f"{app_url}/{path}?source=text&n=4")
    ready(page, path, plots=3)
    field = page.get_by_role("textbox", name="Text to read")
    field.click()
    for key in ("End", "ArrowLeft", "ArrowRight", "Home", "Space", "a", "Space"):
        page.keyboard.press(key)
    wait_until_idle(page)
    assert step_of(page) == 4
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    with rerun(page):
        field.press("Control+Enter")
    assert step_of(page) == 4
    assert field.input_value().startswith(" a "), "the keys did not reach the field"
    assert_sound(page)


@pytest.mark.parametrize("how", ["Space", "button"])
def test_play_and_pause(how: str, page: Page, app_url: str) -> None:
    path = "Inside_the_cell"
    open_page(page, f"{app_url}/{path}?n=3")
    ready(page, path)

    def toggle() -> None:
        if how == "Space":
            page.keyboard.press("Space")
        else:
            page.locator(".live-cursor .play").click()

    toggle()
    wait_until(page, lambda: step_of(page) >= 6, "play does not advance")
    toggle()
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    wait_until_idle(page)
    stopped = step_of(page)
    page.wait_for_timeout(1200)  # several periods of play: nothing may happen
    assert step_of(page) == stopped, "pause does not stop"
    assert_sound(page)


def test_play_stops_at_the_end(page: Page, app_url: str) -> None:
    open_page(page, f"{app_url}/Inside_the_cell?n=57")
    page.locator(".live-cursor .play").click()
    wait_until(page, lambda: step_of(page) == 59, "play does not arrive")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    wait_until_idle(page)
    assert_sound(page)


WATCH_STEPS = """() => {
  window.steps = [carousel.n];
  carousel.on('cursor', () => window.steps.push(carousel.n));
  carousel.setSpeed(20);
}"""


@pytest.mark.parametrize("drawing", ["cell", "unrolled"])
@pytest.mark.parametrize(
    ("flow", "n", "end", "start", "sign"), [("forward", 56, 59, 0, 1), ("backward", 3, 0, 59, -1)]
)
def test_play_runs_with_the_flow(
    drawing: str, flow: str, n: int, end: int, start: int, sign: int, page: Page, app_url: str
) -> None:
    """To its end, from its beginning where it was at the end, and round where the flow turns."""
    path = "Inside_the_cell"
    open_page(page, f"{app_url}/{path}?n={n}&flow={flow}&drawing={drawing}")
    ready(page, path)
    name = f"Play{' backward, from the last step to the first' if sign < 0 else ''} (space)"
    play = page.get_by_role("button", name=name, exact=True)
    page.evaluate(WATCH_STEPS)
    play.click()
    wait_until(page, lambda: step_of(page) == end, "play does not arrive")
    expect(play).to_be_visible()
    steps = page.evaluate("() => window.steps")
    assert steps[0] == n
    assert all(sign * (to - of) > 0 for of, to in pairwise(steps)), steps

    page.keyboard.press("Space")
    page.wait_for_function(f"() => {sign} * (carousel.n - {start}) >= 5")
    steps = page.evaluate("() => window.steps")[len(steps) :]
    assert steps[0] == start
    page.locator(".live-switch button[aria-pressed='false']").click()
    page.wait_for_function(f"() => !carousel.playing && carousel.n === {start}")
    page.keyboard.press("ArrowRight" if start == 0 else "ArrowLeft")
    assert step_of(page) == start + sign, "the keys do not go by the direction of play"
    assert_sound(page)


# the lists of equations and errata


def erratum(page: Page, number: str) -> Locator:
    return page.locator(f'.live-errata li[data-number="{number}"]')


def test_a_press_checks_an_erratum_on_a_fresh_seed(page: Page, app_url: str) -> None:
    open_page(page, f"{app_url}/Equations_and_errata?seed=40")
    row = erratum(page, "000-11")
    expect(row).to_contain_text("seed 0")
    expect(row.locator(".corrected b")).to_have_text(row.locator(".truth b").inner_text())
    before = row.locator(".three").inner_text()
    press = row.get_by_role("button", name="Check 000-11 now")
    press.focus()
    for seed in (40, 41):
        page.keyboard.press("Enter")
        expect(row).to_contain_text(f"seed {seed}")
        expect(row.locator(".three")).not_to_have_text(before)
    expect(erratum(page, "000-12")).to_contain_text("seed 0")
    expect(page).to_have_url(re.compile(r"checks=000-11%3A41_.*&seed=42"))
    assert_sound(page)


def test_all_errata_are_checked_together(page: Page, app_url: str) -> None:
    """Quick presses while they are under way are answered too."""
    open_page(page, f"{app_url}/Equations_and_errata?rows=checkable&checks=.&seed=5")
    rows = page.locator(".live-errata li:visible")
    expect(rows.nth(24)).to_be_visible()
    page.get_by_role("button", name="Check all shown").click()
    expect(page.locator(".live-errata progress")).to_be_visible()
    erratum(page, "000-1").get_by_role("button", name="Check 000-1 now").click()
    erratum(page, "000-2").get_by_role("button", name="Check 000-2 now").click()
    expect(page.locator(".live-errata progress")).to_be_hidden(timeout=30_000)
    expect(page.get_by_role("button", name="Check all shown")).to_be_enabled()
    texts = rows.locator(".result").all_inner_texts()
    assert all("truth" in text for text in texts), texts
    assert "seed 6" in texts[0]
    assert "seed 7" in texts[1]
    assert all("seed 5" in text or "one instance" in text for text in texts[2:])
    assert_sound(page)


def test_a_preset_ends_what_is_still_to_be_checked(page: Page, app_url: str) -> None:
    open_page(page, f"{app_url}/Equations_and_errata?rows=checkable&checks=.&seed=77")
    page.get_by_role("button", name="Check all shown").click()
    page.locator(".live-head").get_by_role("button", name="Five errors in numbers").click()
    expect(page.locator(".live-errata li:visible")).to_have_count(5)
    expect(page.locator(".live-errata progress")).to_be_hidden()
    wait_until_idle(page)
    not_in_link(page, "checks")
    not_in_link(page, "seed")


def test_the_index_is_searched_while_one_types(page: Page, app_url: str) -> None:
    path = "Equations_and_errata"
    open_page(page, f"{app_url}/{path}?view=equations")
    rows = page.locator(".live-equations tbody tr:visible")
    expect(rows).to_have_count(250)
    field = control(page, path, "search").get_by_role("searchbox")
    field.press_sequentially("144-155", delay=30)
    expect(rows).to_have_count(12)
    assert field.input_value() == "144-155"
    page.get_by_role("button", name="21").first.press("Enter")
    expect(erratum(page, "000-21")).to_be_visible()
    page.get_by_role("button", name="in the index").first.click()
    expect(rows).to_have_count(5)
    field.fill("<img src=x onerror=alert(1)>")
    expect(page.get_by_text("No equation has all of these words")).to_be_visible()
    assert_sound(page)


def test_the_lists_scroll_by_the_keyboard(page: Page, app_url: str) -> None:
    for view in ("equations", "errata&rows=all"):
        open_page(page, f"{app_url}/Equations_and_errata?view={view}")
        ready(page, "Equations_and_errata")
        rows = page.locator(".live-rows")
        rows.focus()
        page.keyboard.press("End")
        expect(rows.locator(":is(tr, li):visible").last).to_be_in_viewport()
    assert_sound(page)


# looks


def luminance(colour: str) -> float:
    red, green, blue = (int(float(part)) for part in re.findall(r"[\d.]+", colour)[:3])
    return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255


CLIPPED = """all => all.flatMap(svg => {
  const box = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('text')].filter(text => {
    const r = text.getBoundingClientRect();
    return r.width > 0 && (r.left < box.left - 1 || r.right > box.right + 1
      || r.top < box.top - 1 || r.bottom > box.bottom + 1);
  }).map(text => text.textContent);
})"""
FIT = """all => Math.max(...all.map(e => e.getBoundingClientRect().bottom))"""
LOOKS = [("light", 1440, 900), ("dark", 1024, 768), ("light", 390, 844)]


@pytest.mark.parametrize(("scheme", "width", "height"), LOOKS, ids=str)
def test_looks(
    scheme: Any, width: int, height: int, new_page: Callable[..., Page], app_url: str
) -> None:
    """No horizontal overflow, no clipped label, legible charts, the experiment on one screen."""
    page = new_page(width=width, height=height, color_scheme=scheme)
    ugly: dict[str, list[str]] = {}
    for path in ("", *NAMES):
        open_page(page, f"{app_url}/{path}")
        ready(page, path)
        problems = ugly.setdefault(path or "home", [])
        wide = page.evaluate(TOO_WIDE)
        if wide["overflow"] > 0:
            problems.append(f"{wide['overflow']} pixels too wide: {wide['elements']}")
        charts = page.get_by_test_id("stVegaLiteChart").locator("svg")
        if clipped := charts.evaluate_all(CLIPPED):
            problems.append(f"clipped labels: {clipped}")
        ground = page.get_by_test_id("stApp").evaluate("e => getComputedStyle(e).backgroundColor")
        assert (luminance(ground) < 0.5) == (scheme == "dark")
        texts = charts.locator("text").evaluate_all(
            "all => [...new Set(all.map(e => getComputedStyle(e).fill))]"
        )
        problems += [
            f"text {text} on {ground}"
            for text in texts
            if abs(luminance(text) - luminance(ground)) < 0.4
        ]
        if width == 1440 and path:
            picture = '[data-testid="stVegaLiteChart"], .step, .live-rows'
            if (lowest := page.locator(picture).evaluate_all(FIT)) > height:
                problems.append(f"the picture ends at {lowest:.0f} of {height} pixels")
    assert not {path: problems for path, problems in ugly.items() if problems}


def test_every_link_of_the_navigation_can_be_clicked(page: Page, app_url: str) -> None:
    """Nothing invisible lies over the navigation."""
    open_page(page, f"{app_url}/Stability")
    ready(page, "Stability")
    covered = page.locator(".st-key-navigation a").evaluate_all(
        """all => all.filter(a => {
          const r = a.getBoundingClientRect();
          const top = document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2);
          return !a.contains(top);
        }).map(a => a.innerText)"""
    )
    assert not covered


def test_on_a_phone_the_navigation_is_where_the_page_is(
    new_page: Callable[..., Page], app_url: str
) -> None:
    """Its links, of which a few have room, do not run below the framework's menu either."""
    page = new_page(width=390, height=844)
    open_page(page, f"{app_url}/Stability")
    ready(page, "Stability")
    for name in ("Augmented LSTM", "Equations and errata", "Roots"):
        link = page.locator(".st-key-navigation").get_by_role("link", name=name)
        link.evaluate("link => link.click()")  # wherever it is
        expect(page).to_have_url(re.compile(name.replace(" ", "_")))
        expect(link).to_be_in_viewport(ratio=1)
        here = link.bounding_box()
        menu = page.get_by_role("button", name="Main menu").bounding_box()
        assert here["x"] + here["width"] <= menu["x"]


# bad input


def csv(name: str, data: bytes) -> FilePayload:
    return {"name": name, "mimeType": "text/csv", "buffer": data}


GOOD = csv("prices.csv", b"year,price\n1,5\n2,4\n3,6\n4,5.5\n5,7\n6,3\n7,4\n8,5\n")
BAD = [
    (csv("empty.csv", b""), "empty"),
    (csv("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256))), "PNG"),
    (csv("text.csv", b"year,price\n1,5\n2,4\n3,6\n4,5\n5,6\n6,n/a\n"), "row 7, column 'price'"),
]


def test_bad_files_are_said_and_change_nothing(page: Page, app_url: str) -> None:
    path = "Inside_the_cell"
    open_page(page, f"{app_url}/{path}?source=csv")
    expect(page.get_by_text(re.compile("choose a CSV file")).first).to_be_visible()
    assert_sound(page)
    uploader = page.get_by_label("CSV file", exact=True)
    body = page.locator("body")

    file, remedy = BAD[2]
    with rerun(page):
        uploader.set_input_files(file)
    expect(body).to_contain_text(remedy)
    assert_sound(page)

    with rerun(page):
        uploader.set_input_files(GOOD)
    ready(page, path)
    expect(body).not_to_contain_text(remedy)
    link, charts, step = page.url, words_of_charts(page), page.locator(".step").inner_text()
    assert "series=" in link

    for file, remedy in BAD:
        with rerun(page):
            uploader.set_input_files(file)
        expect(body).to_contain_text(remedy)
        expect(body).to_contain_text(file["name"])
        ready(page, path)
        assert page.url == link
        assert words_of_charts(page) == charts, "the picture is gone"
        assert page.locator(".step").inner_text() == step
    with rerun(page):
        uploader.set_input_files(GOOD)
    expect(body).not_to_contain_text(BAD[-1][1])
    assert words_of_charts(page) == charts


def test_a_text_that_is_too_short_is_said_and_mended(page: Page, app_url: str) -> None:
    path = "Inside_the_cell"
    open_page(page, f"{app_url}/{path}?source=text&n=5")
    ready(page, path, plots=3)
    before = shown(page)
    field = page.get_by_role("textbox", name="Text to read")
    text = field.input_value()
    field.fill("ab")
    with rerun(page):
        field.press("Control+Enter")
    expect(page.get_by_text(re.compile("at least three letters"))).to_be_visible()
    assert_sound(page)
    assert field.input_value() == "ab"
    field.fill(text)
    with rerun(page):
        field.press("Control+Enter")
    ready(page, path, plots=3)
    leave(page)  # a field that has the focus counts its characters
    assert_shows(page, before, "mending the text does not lead back")


def test_undo_by_the_keyboard(page: Page, app_url: str) -> None:
    path = "Why_the_error_dies"
    open_page(page, f"{app_url}/{path}")
    ready(page, path)
    before = shown(page)
    for _ in range(2):  # with a rest between them, so that they are two changes
        slide(page, path, "radius", "ArrowRight")
    in_link(page, "radius=0.82")
    leave(page)
    for _ in range(2):
        with rerun(page):
            page.keyboard.press("Control+z")
    ready(page, path)
    assert_shows(page, before, "undo does not lead back")
    not_in_link(page, "radius")

    control(page, path, "radius").get_by_role("slider").focus()
    page.keyboard.press("ArrowRight")
    with rerun(page):  # at once, before the change is answered
        page.keyboard.press("Control+z")
    assert_shows(page, before, "a quick undo does not lead back")
