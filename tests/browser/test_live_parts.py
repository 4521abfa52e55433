"""The parts that live in the browser: the cursor, the controls that are dragged, the line to the server."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from streamlit.proto.BackMsg_pb2 import BackMsg

import lstm_core as lc
from explorer import inside, stability, why
from explorer.cell_view import places
from explorer.inside import InsideState
from explorer.stability import StabilityState
from explorer.why import WhyState
from lstm_core.figures.schematic import schematic
from tests.browser.conftest import (
    assert_no_exception,
    in_link,
    not_in_link,
    open_page,
    rerun,
    wait_until,
    wait_until_idle,
)
from tests.browser.test_pages_in_chromium import (
    assert_sound,
    control,
    drawn,
    ready,
    words_of_charts,
)

DOTS = """() => [...document.querySelectorAll('.live-over circle')]
  .filter(dot => dot.getAttribute('visibility') === 'visible')
  .map(dot => [Number(dot.getAttribute('cx')), Number(dot.getAttribute('cy'))])"""


def hub(page: Page, expression: str) -> Any:
    return page.evaluate(f"() => carousel.{expression}")


def open_inside(page: Page, app_url: str) -> InsideState:
    open_page(page, f"{app_url}/Inside_the_cell")
    ready(page, "Inside_the_cell")
    wait_until(page, lambda: bool(page.evaluate(DOTS)), "the cursor is not on the charts")
    return inside.settle(InsideState())


# the cursor


def test_a_band_reaches_ahead_of_the_cursor(page: Page, app_url: str) -> None:
    """It holds the samples x[n] .. x[n+L-1], and the cursor's axis goes on past the end by L - 1."""
    open_page(page, f"{app_url}/Augmented_LSTM?taps=4&n=10")
    ready(page, "Augmented_LSTM")
    width = """() => Number(document.querySelector('.live-over').closest('svg')
      .querySelector('.role-frame path.background').getAttribute('d').match(/h([\\d.]+)/)[1])"""
    band = page.locator(".live-over .ahead").first
    one = page.evaluate(width) / (39 + 3)
    for n, left, right in ((10, 9.5, 13.5), (0, 0, 3.5), (38, 37.5, 41.5), (39, 38.5, 42)):
        page.evaluate(f"() => carousel.moveTo({n})")
        found = [float(x) for x in re.findall(r"[\d.]+", band.get_attribute("d"))]
        assert found[0] == pytest.approx(left * one, abs=0.1)
        assert found[2] == pytest.approx(right * one, abs=0.1)
    assert page.locator(".live-over .ahead:not([d=''])").count() == 1, "on the input alone"
    assert page.locator(".live-over .past:not([d=''])").count() == 5
    slider = control(page, "Augmented_LSTM", "taps").get_by_role("slider")
    with rerun(page):
        slider.press("Home")
    one = page.evaluate(width) / 39
    page.evaluate("() => carousel.moveTo(10)")
    found = [float(x) for x in re.findall(r"[\d.]+", band.get_attribute("d"))]
    assert found[0] == pytest.approx(9.5 * one, abs=0.1)
    assert found[2] == pytest.approx(10.5 * one, abs=0.1)
    assert page.locator(".live-over .past:not([d=''])").count() == 0
    assert_sound(page)


def test_the_cursor_moves_without_the_server(page: Page, app_url: str) -> None:
    open_inside(page, app_url)
    sent: list[Any] = []
    page.traffic.on_sent = sent.append
    before = page.evaluate(DOTS)
    line = page.locator(".live-over .here").first.get_attribute("d")
    page.evaluate("() => carousel.moveTo(31)")
    assert page.evaluate(DOTS) != before
    assert page.locator(".live-over .here").first.get_attribute("d") != line
    assert page.locator(".live-cursor .where").inner_text() == "n = 31 of 59"
    assert not sent, "a step asks the server"


def test_the_dots_are_the_recorded_numbers(page: Page, app_url: str) -> None:
    """A chart's height is linear in its value: so the dots of a gate lie on one line over its values."""
    state = open_inside(page, app_url)
    gates = inside.run(state).rec["g_cs"][:, state.unit]
    steps = (0, 7, 13, 20, 33, 46, 59)
    heights = []
    for n in steps:
        page.evaluate(f"() => carousel.moveTo({n})")
        dots = page.evaluate(
            """() => [...document.querySelectorAll('.over_n_marks path')]
            .map(path => path.getAttribute('aria-label'))"""
        )
        heights.append(page.evaluate(DOTS)[dots.index("g_cs")][1])
    slope, offset = np.polyfit(gates[list(steps)], heights, 1)
    assert slope < -50
    np.testing.assert_allclose(slope * gates[list(steps)] + offset, heights, atol=0.1)


def test_the_browser_has_the_recording(page: Page, app_url: str) -> None:
    """What the browser shows at a step is what the library computed, forward and backward."""
    state = open_inside(page, app_url)
    run = inside.run(state)
    for name, n, unit in (("g_cs", 20, 4), ("W_v_cu", 33, 2), ("s'", 0, 1), ("b_cr", 5, 7)):
        shown = hub(page, f'recording.at("{name}", {n}, {unit})')
        assert shown == np.float32(run.flows.forward[name][n, unit])
        back = hub(page, f'recording.at("{name}", {n}, {unit}, true)')
        assert back == np.float32(run.flows.backward[name][n, unit])
    assert np.isnan(hub(page, 'recording.at("nothing", 0, 0)'))


def test_numbers_beyond_float32_are_shown(page: Page, app_url: str) -> None:
    """The state of a cell that is far from stable."""
    query = {
        "form": "real",
        "mu_1": "2.5",
        "mu_2": "0.1",
        "w_s": "2.0",
        "start": "20",
        "steps": "200",
    }
    open_page(page, f"{app_url}/Stability?{urlencode(query)}&n=199&drawing=cell")
    ready(page, "Stability")
    state = replace(
        StabilityState(), form="real", mu_1=2.5, mu_2=0.1, w_s=2.0, start=20.0, steps=200
    )
    rec = stability.run(stability.settle(state)).rec
    for n, unit in ((0, 1), (99, 0), (199, 0), (199, 1)):
        assert hub(page, f'recording.at("s", {n}, {unit})') == rec["s"][n, unit]
    assert abs(rec["s"][199, 0]) > 1e40
    assert_sound(page)


def test_the_map_says_the_norm_under_the_pointer(page: Page, app_url: str) -> None:
    open_page(page, f"{app_url}/Why_the_error_dies?radius=0.1&steps=60")
    ready(page, "Why_the_error_dies")
    system = why.run(why.settle(replace(WhyState(), radius=0.1, steps=60)))["Plain RNN"]
    cells = page.locator(".live-map").first.locator("image")
    cells.scroll_into_view_if_needed()
    box, tip = cells.bounding_box(), page.locator(".live-map .live-tip").first
    for n, l in ((0, 0), (3, 17), (0, 59), (58, 59)):
        page.mouse.move(
            box["x"] + (l + 0.5) / 60 * box["width"], box["y"] + (n + 0.5) / 60 * box["height"]
        )
        expect(tip.locator("span")).to_have_text(f"n = {n}, l = {l}")
        said = float(tip.locator("b").inner_text().replace("−", "-"))
        assert said == pytest.approx(system.norms[n, l], rel=1e-3)
    assert system.norms[0, 59] < 1e-50, "less than float32 can hold"
    page.mouse.move(box["x"] + 2, box["y"] + box["height"] - 2)
    expect(tip).to_be_hidden()


def test_a_click_and_a_drag_on_a_chart_move_the_cursor(page: Page, app_url: str) -> None:
    open_inside(page, app_url)
    chart = page.get_by_test_id("stVegaLiteChart").nth(3).locator(".live-over .here")
    box = chart.locator("xpath=ancestor::*[name()='svg']").first.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] - 50
    page.mouse.click(x, y)
    clicked = hub(page, "n")
    assert clicked != 20
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 150, y, steps=8)
    assert hub(page, "n") > clicked + 5
    page.mouse.up()
    in_link(page, f"n={hub(page, 'n')}")
    assert_sound(page)


def test_hovering_marks_the_step_on_every_chart(page: Page, app_url: str) -> None:
    open_inside(page, app_url)
    box = page.get_by_test_id("stVegaLiteChart").nth(1).bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + box["height"] / 2)
    wait_until(page, lambda: hub(page, "hovered") is not None, "nothing is hovered")
    marks = page.locator(".live-over .there").evaluate_all(
        "all => all.map(e => e.getAttribute('d'))"
    )
    assert len(marks) == 4
    assert all(marks)
    page.mouse.move(5, 5)
    wait_until(page, lambda: hub(page, "hovered") is None, "the mark stays")


@pytest.mark.parametrize("charts", [[0, 2, 4], [1, 3, 5]], ids=["step", "lag"])
def test_a_step_is_not_marked_as_a_lag_nor_a_lag_as_a_step(
    page: Page, app_url: str, charts: list[int]
) -> None:
    open_page(page, f"{app_url}/Why_the_error_dies")
    ready(page, "Why_the_error_dies")
    box = page.get_by_test_id("stVegaLiteChart").nth(charts[0]).bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + box["height"] / 2)
    marked = """() => carousel.allCharts()
      .flatMap((chart, i) => chart.querySelector('.there').getAttribute('d') ? [i] : [])"""
    wait_until(page, lambda: page.evaluate(marked) == charts, f"other marks than on {charts}")


def test_on_a_curve_one_label_says_the_numbers(page: Page, app_url: str) -> None:
    """Zeros are drawn at the foot of a log axis, and said to be 0."""
    open_page(page, f"{app_url}/Why_the_error_dies")
    ready(page, "Why_the_error_dies")
    chart = page.get_by_test_id("stVegaLiteChart").nth(1)
    points = chart.locator(".over_lag_marks path").first.evaluate(
        """path => [20, 30, 40].map(n => {
          const at = path.getPointAtLength((path.getTotalLength() * n) / 49), m = path.getScreenCTM();
          return [at.x * m.a + m.e, at.y * m.d + m.f];
        })"""
    )
    for x, y in points:
        page.mouse.move(x, y)
        page.wait_for_timeout(300)
    tip = page.locator(".live-tip:visible")
    expect(tip).to_have_count(1)
    assert re.search(r"cec0(?!\.)", tip.inner_text().replace("\n", ""))
    expect(page.locator(".vg-tooltip.visible, #vg-tooltip-element.visible")).to_have_count(0)


def test_the_step_under_the_pointer_is_named(page: Page, app_url: str) -> None:
    """Where the numbers under the pointer are not the chart's own data: dots between a line."""
    open_page(page, f"{app_url}/Roots")
    ready(page, "Roots")
    box = page.get_by_test_id("stVegaLiteChart").nth(1).bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] / 2)
    wait_until(page, lambda: hub(page, "hovered") is not None, "nothing is hovered")
    expect(page.locator(".live-tip:visible")).to_contain_text(f"n{hub(page, 'hovered')}")


CUT = """() => [...document.querySelectorAll('[data-testid="stVegaLiteChart"] svg')].flatMap(svg => {
  const ground = svg.querySelector('.role-frame path.background').getAttribute('d');
  const [, width, height] = ground.match(/h(-?[\\d.]+)v(-?[\\d.]+)/);
  return [...svg.querySelectorAll('clipPath')].map(clip => [
    clip.id, [width, height], ['width', 'height'].map(n => clip.querySelector('rect').getAttribute(n)),
  ]);
})"""


@pytest.mark.parametrize("path", ["Constant_error_carousel", "Regimes", "Unrolling"])
def test_curves_are_cut_off_at_the_axes(page: Page, app_url: str, path: str) -> None:
    open_page(page, f"{app_url}/{path}")
    ready(page, path)
    cuts = page.evaluate(CUT)
    assert len(cuts) >= 3
    assert len({name for name, _, _ in cuts}) == len(cuts), "charts share a clip path"
    for name, plot, rect in cuts:
        assert rect == plot, f"{name}: curves are cut off at {rect}, the plot has {plot}"


def test_a_signal_is_brought_out_by_its_legend(page: Page, app_url: str) -> None:
    open_inside(page, app_url)
    words = page.locator(".role-legend-label text", has_text="g_cs").bounding_box()
    assert words
    page.mouse.click(words["x"] + 4, words["y"] + 4)
    assert hub(page, "selected") == "g_cs"
    faint = """() => [...document.querySelectorAll('.over_n_marks path')]
      .filter(path => path.style.opacity).map(path => path.getAttribute('aria-label'))"""
    wait_until(
        page, lambda: set(page.evaluate(faint)) == {"g_cu", "g_cr"}, "the others do not stand back"
    )
    page.mouse.click(words["x"] + 4, words["y"] + 4)
    wait_until(page, lambda: not page.evaluate(faint), "the others do not come back")


def test_keys_reach_the_cursor_after_a_click_on_a_choice(page: Page, app_url: str) -> None:
    open_inside(page, app_url)
    with rerun(page):
        control(page, "Inside_the_cell", "loss").get_by_role("radio", name="last step").click()
    page.keyboard.press("ArrowRight")
    assert hub(page, "n") == 21
    in_link(page, "loss=last")


def test_space_plays_from_a_slider_that_has_the_keys(page: Page, app_url: str) -> None:
    open_inside(page, app_url)
    control(page, "Inside_the_cell", "unit").get_by_role("slider").focus()
    page.keyboard.press(" ")
    assert hub(page, "playing")
    page.keyboard.press(" ")
    assert not hub(page, "playing")


def test_keys_reach_the_cursor_after_a_choice_from_a_list(page: Page, app_url: str) -> None:
    """But not after one by the keyboard, which the list keeps."""
    open_inside(page, app_url)
    drawings = page.get_by_label("Drawing")
    drawings.click()
    with rerun(page):
        drawings.select_option("none")  # as its own window does after a click
    page.keyboard.press("ArrowRight")
    assert hub(page, "n") == 21
    assert drawings.input_value() == "none"
    drawings.focus()
    with rerun(page):
        page.keyboard.press("ArrowDown")
    expect(drawings).to_be_focused()
    assert (hub(page, "n"), drawings.input_value()) == (21, "cell")


def test_keys_reach_the_cursor_after_a_click_in_the_drawing(page: Page, app_url: str) -> None:
    """On a box, on the switch of the flow, on full screen: there the step is said, too."""
    open_inside(page, app_url)
    drawing = page.locator(".live-cell")
    expect(drawing.locator(".now")).to_be_hidden()
    clicks = (
        lambda: drawing.locator(".box.warp").first.click(),
        lambda: drawing.get_by_role("button", name="Backward").click(),
        lambda: drawing.get_by_role("button", name="Full screen").click(),
    )
    words = drawing.locator(".words")
    for i, click in enumerate(clicks):
        click()
        page.wait_for_function("() => document.activeElement === document.body")
        page.keyboard.press("ArrowRight")
        page.keyboard.press(" ")
        assert hub(page, "playing")
        page.keyboard.press(" ")
        assert (hub(page, "n"), hub(page, "playing")) == (21 + i, False)
    expect(drawing.locator(".now")).to_have_text("n = 23")
    drawing.locator(".box.warp").first.click()
    expect(words).to_be_visible()
    drawing.get_by_role("button", name="Full screen").click()
    expect(words).to_be_hidden()
    drawing.get_by_role("button", name="Full screen").click()
    page.wait_for_function(
        "() => document.fullscreenElement && document.activeElement === document.body"
    )
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.closest('.live-cell') !== null")


# dragging


def drag(page: Page, path: str, field: str, to: float, seconds: float) -> None:
    """Drag a slider's knob from where it is to a share of its width, and let go."""
    box = control(page, path, field).get_by_role("slider").bounding_box()
    assert box
    slider = control(page, path, field).get_by_role("slider")
    low, high = (float(slider.get_attribute(end) or 0) for end in ("min", "max"))
    share = (float(slider.input_value()) - low) / (high - low)
    y = box["y"] + box["height"] / 2
    knob = 7
    start, end = (box["x"] + knob + s * (box["width"] - 2 * knob) for s in (share, to))
    page.mouse.move(start, y)
    page.mouse.down()
    moves = int(seconds * 30)
    for i in range(1, moves + 1):
        page.mouse.move(start + (end - start) * i / moves, y)
        page.wait_for_timeout(1000 / 30)
    page.mouse.up()


def test_the_picture_follows_the_hand_and_ends_where_it_ends(
    page: Page, new_page: Callable[..., Page], app_url: str
) -> None:
    path = "Why_the_error_dies"
    open_page(page, f"{app_url}/{path}")
    ready(page, path)
    pictures = page.traffic.runs
    with rerun(page):
        drag(page, path, "radius", to=0.75, seconds=1.5)
        during = page.traffic.runs - pictures
    assert during >= 2, "no picture came while the slider was held"
    value = control(page, path, "radius").get_by_role("slider").input_value()
    in_link(page, f"radius={value}")
    assert float(value) > 1.2
    fresh = new_page()
    open_page(fresh, page.url)
    ready(fresh, path)
    assert words_of_charts(fresh) == words_of_charts(page)
    with rerun(page):
        page.get_by_role("button", name="Undo").click()
    not_in_link(page, "radius")
    assert_sound(page)


LATE_S = 2.0
# Every frame from the server comes late, in its order.
LATE = f"""
const handler = Object.getOwnPropertyDescriptor(WebSocket.prototype, 'onmessage');
const later = (listener, on) => (event) =>
  window.late ? setTimeout(() => listener.call(on, event), {1000 * LATE_S}) : listener.call(on, event);
Object.defineProperty(WebSocket.prototype, 'onmessage', {{
  get() {{ return handler.get.call(this); }},
  set(listener) {{ handler.set.call(this, later(listener, this)); }},
}});
const listen = WebSocket.prototype.addEventListener;
WebSocket.prototype.addEventListener = function (name, listener, ...more) {{
  return listen.call(this, name, name === 'message' ? later(listener, this) : listener, ...more);
}};
"""


def test_a_slow_network_does_not_queue(page: Page, app_url: str) -> None:
    """Answers that take long: one request is on its way at a time, and the last value arrives."""
    path = "Stability"
    page.add_init_script(LATE)
    open_page(page, f"{app_url}/{path}")
    ready(page, path)
    first: dict[int, float] = {}  # request -> when it went out

    def note(frame: str | bytes) -> None:
        for state in BackMsg.FromString(frame).rerun_script.widget_states.widgets:
            if "values" in state.json_value:
                first.setdefault(json.loads(state.json_value)["sent"]["seq"], time.monotonic())

    page.traffic.on_sent = note
    page.evaluate("() => { window.late = true; }")
    with rerun(page):
        drag(page, path, "modulus", to=0.9, seconds=6)
    gaps = np.diff(list(first.values()))
    assert len(first) >= 3
    assert gaps.min() >= LATE_S, f"a request went out before the answer to the last: {gaps}"
    value = control(page, path, "modulus").get_by_role("slider").input_value()
    in_link(page, f"modulus={value}")
    assert_sound(page)


def test_a_typed_value_that_does_not_fit_is_said(page: Page, app_url: str) -> None:
    path = "Stability"
    open_page(page, f"{app_url}/{path}")
    ready(page, path)
    field = control(page, path, "modulus").get_by_role("spinbutton")
    before, link = words_of_charts(page), page.url
    field.fill("7")
    field.press("Enter")
    expect(control(page, path, "modulus").get_by_role("alert")).to_have_text(
        "“7” is not a number from 0 to 2.5."
    )
    wait_until_idle(page)
    assert (words_of_charts(page), page.url) == (before, link)
    with rerun(page):
        field.fill("1.05")
        field.press("Enter")
    expect(control(page, path, "modulus").get_by_role("alert")).to_be_hidden()
    in_link(page, "modulus=1.05")


# failures


@pytest.mark.parametrize("kind", ["steps", "slider", "recording"])
def test_an_error_in_one_part_leaves_the_others_alone(page: Page, app_url: str, kind: str) -> None:
    path = "Inside_the_cell"
    open_page(page, f"{app_url}/Stability")
    ready(page, "Stability")
    fail = "() => { throw new Error('forced') }"
    forced = f"record = {fail}" if kind == "recording" else f"define('{kind}', {fail})"
    page.evaluate(f"() => {{ carousel.{forced}; }}")
    with rerun(page):
        page.locator(".st-key-navigation").get_by_role("link", name="Inside the cell").click()
    drawn(page, 4)
    failed = page.locator(".live-failed")
    if kind != "recording":
        expect(failed.first).to_have_text(
            "This part could not be drawn; the rest of the page still works."
        )
    n = hub(page, "n")
    page.keyboard.press("ArrowRight")
    assert hub(page, "n") == n + 1
    with rerun(page):
        control(page, path, "loss").get_by_role("radio", name="last step").click()
    in_link(page, "loss=last")
    assert_no_exception(page)
    page.reload()
    ready(page, path)
    expect(failed).to_have_count(0)


def test_what_a_browser_sends_is_checked(page: Page, app_url: str) -> None:
    """A message that no part would send: said or ignored, never an error."""
    open_inside(page, app_url)
    for values in (
        {"Inside the cell/steps": "many"},
        {"nothing": 1},
        {"Inside the cell/unit": [1]},
        {"n": "many"},
    ):
        looks = {"n": values.pop("n")} if "n" in values else {}
        sent = {"seq": 1, "movement": 1, "values": values, **looks}
        with rerun(page):
            page.evaluate(f"() => carousel.lines.picture.setStateValue('sent', {json.dumps(sent)})")
        assert_sound(page)
    assert page.url.endswith("Inside_the_cell")


# the cell


CROSSED = """() => {
  const boxes = [...document.querySelectorAll('.live-cell .box')];
  const inside = (a, b, margin) => a.left >= b.left - margin && a.right <= b.right + margin
    && a.top >= b.top - margin && a.bottom <= b.bottom + margin;
  return boxes.filter(box => {
    const frame = box.querySelector('rect').getBoundingClientRect();
    const words = [...box.querySelectorAll('text')].filter(text => text.textContent);
    return !words.every(text => inside(text.getBoundingClientRect(), frame, 1));
  }).map(box => box.textContent);
}"""


def numbers_in(page: Page) -> dict[str, str]:
    """What the boxes of the cell say, by their names."""
    labels = page.locator(".live-cell .box").evaluate_all(
        "all => all.map(e => e.getAttribute('aria-label'))"
    )
    return dict(label.rsplit(" ", 1) for label in labels if label and " " in label)


def open_cell(page: Page, app_url: str) -> InsideState:
    state = open_inside(page, app_url)
    wait_until(page, lambda: "s" in numbers_in(page), "the cell says nothing")
    return state


def test_the_cell_shows_the_numbers_of_the_step_and_stays_in_its_boxes(
    page: Page, app_url: str
) -> None:
    state = open_cell(page, app_url)
    run = inside.run(state)
    for n in (0, 5, 10, 59):
        page.evaluate(f"() => carousel.moveTo({n})")
        wait_until_idle(page)
        said = numbers_in(page)
        for name in ("g_cs", "a_du", "s", "v", "s'"):
            shown = float(said[name].replace("−", "-"))
            number = run.flows.forward[name][n, state.unit]
            assert shown == pytest.approx(number, rel=6e-3, abs=1e-12), name
        assert not page.evaluate(CROSSED), "a label leaves its box"
    page.get_by_role("button", name="Backward: errors").click()
    wait_until_idle(page)
    said = numbers_in(page)
    for name in ("g_cs", "s", "v", "x"):
        number = run.flows.backward[name][59, state.unit if name != "x" else 0]
        assert float(said[name].replace("−", "-")) == pytest.approx(number, rel=6e-2), name
    assert not page.evaluate(CROSSED), "a label leaves its box"
    in_link(page, "flow=backward")
    assert_sound(page)


def test_a_signal_chosen_in_the_cell_is_brought_out_in_the_charts_and_back(
    page: Page, app_url: str
) -> None:
    open_cell(page, app_url)
    page.locator(".live-cell .box.warp", has_text="cs").click()
    assert hub(page, "selected") == "g_cs"
    words = page.locator(".live-cell .words")
    expect(words).to_contain_text("state (forget) gate (132)")
    faint = """() => [...document.querySelectorAll('.over_n_marks path')]
      .filter(path => path.style.opacity).map(path => path.getAttribute('aria-label'))"""
    wait_until(
        page, lambda: set(page.evaluate(faint)) == {"g_cu", "g_cr"}, "the charts do not follow"
    )
    page.keyboard.press("Escape")
    expect(words).to_be_hidden()
    page.evaluate("() => carousel.select('u')")
    chosen = page.locator(".live-cell .box.chosen")
    expect(chosen).to_have_count(1)
    assert_sound(page)


def test_a_line_that_wires_share_is_drawn_and_stands_for_its_source(
    page: Page, app_url: str
) -> None:
    """Backward, too, where the strongest of all wires from s' is not among those that share it."""
    open_cell(page, app_url)
    page.evaluate("() => carousel.moveTo(26)")
    page.get_by_role("button", name="Backward: errors").click()
    trunks = page.locator(".live-cell .net:not(:has(.arrow))")
    shared = schematic(lc.CELLS["vanilla_lstm"], places("vanilla_lstm")).trunks
    expect(trunks).to_have_count(len(shared))
    faint = page.locator(".live-cell .net:not(.loud):not(:has(.arrow))")
    expect(faint).to_have_count(0)
    found = set()
    for i in range(len(shared)):
        trunks.nth(i).locator(".reach").dispatch_event("click")
        found.add(page.locator(".live-cell .words > b").inner_text())
        page.keyboard.press("Escape")
    assert found == {"x", "s′", "v′", "s", "v"}


def test_the_steps_side_by_side_move_the_cursor(page: Page, app_url: str) -> None:
    open_page(page, f"{app_url}/Inside_the_cell?drawing=unrolled&n=30")
    ready(page, "Inside_the_cell")
    step = page.locator(".live-unrolled .step")
    expect(page.locator(".live-unrolled .step.here")).to_contain_text("n = 30")
    step.first.click()
    n = hub(page, "n")
    assert n < 30
    expect(page.locator(".live-unrolled .step.here")).to_contain_text(f"n = {n}")
    opaque = page.locator(".live-unrolled .edge").evaluate_all(
        "all => all.map(e => Number(e.getAttribute('stroke-opacity')))"
    )
    assert min(opaque) >= 0
    assert max(opaque) <= 1
    assert len(set(opaque)) > 3
    assert_sound(page)


def test_nothing_moves_by_itself_where_that_is_not_wanted(
    new_page: Callable[..., Page], app_url: str
) -> None:
    page = new_page(reduced_motion="reduce")
    open_cell(page, app_url)
    page.get_by_role("button", name="Backward: errors").click()
    moving = """() => document.querySelector('.live-cell').getAnimations({subtree: true})
      .filter(animation => animation.playState === 'running').length"""
    assert page.evaluate(moving) == 0
    still = new_page()
    open_cell(still, app_url)
    still.get_by_role("button", name="Backward: errors").click()
    wait_until(still, lambda: still.evaluate(moving) > 0, "the error does not flow")


# the plane and the curve


def drag_to(page: Page, handle: Any, dx: float, dy: float) -> None:
    """Drag a handle by so many pixels."""
    box = handle.locator(".reach").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + dx, y + dy, steps=10)
    page.mouse.up()


def test_an_eigenvalue_is_dragged_and_its_conjugate_follows(page: Page, app_url: str) -> None:
    open_page(page, f"{app_url}/Stability")
    ready(page, "Stability")
    handles = page.locator(".live-plane .handle")
    expect(handles).to_have_count(2)
    before = words_of_charts(page)
    with rerun(page):
        drag_to(page, handles.first, -30, -20)
    said = handles.evaluate_all("all => all.map(e => e.getAttribute('aria-valuetext'))")
    real, imaginary = zip(
        *(re.match(r"(\S+) ([+−] \S+)i", words).groups() for words in said), strict=True
    )
    assert real[0] == real[1]
    assert {sign[0] for sign in imaginary} == {"+", "−"}
    assert imaginary[0][2:] == imaginary[1][2:]
    in_link(page, "modulus=")
    in_link(page, "angle=")
    assert words_of_charts(page) != before
    with rerun(page):
        handles.first.focus()
        page.keyboard.press("ArrowLeft")
    assert handles.first.get_attribute("aria-valuetext") != said[0]
    for _ in range(2):
        with rerun(page):
            page.get_by_role("button", name="Undo").click()
    not_in_link(page, "modulus")
    assert_sound(page)


def test_a_point_of_a_gate_is_dragged_and_moved_by_keys(page: Page, app_url: str) -> None:
    open_page(page, f"{app_url}/Constant_error_carousel?cs_mode=curve")
    ready(page, "Constant_error_carousel")
    points = page.locator(".live-schedule .handle")
    expect(points).to_have_count(4)
    before = words_of_charts(page)
    with rerun(page):
        drag_to(page, points.nth(1), 20, -15)
    in_link(page, "cs_curve=")
    assert words_of_charts(page) != before
    link = page.url
    with rerun(page):
        points.nth(1).focus()
        page.keyboard.press("ArrowUp")
    assert page.url != link
    with rerun(page):
        page.keyboard.press("Delete")
    expect(points).to_have_count(3)
    assert_sound(page)
