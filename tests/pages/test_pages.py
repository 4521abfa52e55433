"""Every page by the framework's own harness: opens, answers, restores, and never breaks."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from base64 import b64encode
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import lstm_core as lc
from explorer import (
    augmented,
    building,
    carousel,
    equations,
    errata_checks,
    inside,
    inside_view,
    live,
    regimes,
    roots,
    stability,
    unrolling,
    why,
)
from explorer.augmented import AugmentedState
from explorer.building import BuildingState
from explorer.carousel import CarouselState
from explorer.equations import EquationsState
from explorer.inside import InsideState
from explorer.limits import MAX_STEPS, MAX_TEXT, MAX_UPLOAD_BYTES, MIN_VALUES
from explorer.notation import NOTATIONS, equation, symbol
from explorer.page import CHAPTERS
from explorer.regimes import RegimesState
from explorer.roots import RootsState
from explorer.stability import StabilityState
from explorer.state import PROBLEMS_SHOWN, from_query, to_query
from explorer.unrolling import UnrollingState
from explorer.why import WhyState
from explorer.words import as_read
from lstm_core.analysis import KINDS, gate_shares
from lstm_core.errata import ERRATA
from lstm_core.figures import (
    Figure,
    eigenvalue_plane,
    gate_saturation,
    gradient_traces,
    names_of_kind,
    signal_heat,
    signal_traces,
    transport_by_lag,
    transport_map,
)
from lstm_core.signals import Node, Signal
from lstm_core.substitute import step_in_numbers
from tests.explorer.test_text_input import FOREIGN
from tests.live import (
    Control,
    can_undo,
    choose,
    control,
    controls,
    data,
    elements,
    give,
    give_file,
    give_numbers,
    link,
    moved,
    parts,
    press,
    send,
    shown,
    words,
)
from tests.lstm_core.test_design_rules import THROWAWAY
from tests.lstm_core.test_errata import TYPICAL

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "app.py"

INSIDE = "pages/Inside_the_cell.py"
CAROUSEL = "pages/Constant_error_carousel.py"
REGIMES = "pages/Regimes.py"
WHY = "pages/Why_the_error_dies.py"
BUILDING = "pages/Building_the_LSTM.py"
STABILITY = "pages/Stability.py"
UNROLLING = "pages/Unrolling.py"
AUGMENTED = "pages/Augmented_LSTM.py"
EQUATIONS = "pages/Equations_and_errata.py"
ROOTS = "pages/Roots.py"

PAGES: dict[str, tuple[Any, type]] = {
    INSIDE: (inside, InsideState),
    CAROUSEL: (carousel, CarouselState),
    REGIMES: (regimes, RegimesState),
    WHY: (why, WhyState),
    BUILDING: (building, BuildingState),
    STABILITY: (stability, StabilityState),
    UNROLLING: (unrolling, UnrollingState),
    AUGMENTED: (augmented, AugmentedState),
    EQUATIONS: (equations, EquationsState),
    ROOTS: (roots, RootsState),
}
LISTS = {EQUATIONS}  # pages that show lists instead of charts
PRESETS = [(page, name) for page, (module, _) in PAGES.items() for name in module.presets()]
EACH_PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda page: Path(page).stem)
EACH_PRESET = pytest.mark.parametrize(
    ("page", "preset"), PRESETS, ids=[f"{Path(page).stem}-{name}" for page, name in PRESETS]
)


def open_page(page: str, query: dict[str, str] | None = None) -> AppTest:
    """A page opened cold by its link; the app's entry file is known, and has not run."""
    at = AppTest.from_file(str(APP), default_timeout=30)
    at.switch_page(page)
    for name, text in (query or {}).items():
        at.query_params[name] = text
    return at.run()


def sound(at: AppTest) -> AppTest:
    """The page shows neither an exception nor an error."""
    assert not at.exception, [box.message for box in at.exception]
    assert not at.error, [box.value for box in at.error]
    return at


def refused(at: AppTest) -> str:
    """The one message of a page that could not use its input; no exception."""
    assert not at.exception, [box.message for box in at.exception]
    (box,) = at.error
    assert as_read(box.value).endswith(".")
    assert "Traceback" not in box.value
    return box.value


def state_of(at: AppTest, page: str) -> Any:
    """The state that the page's link holds."""
    state, problems = from_query(PAGES[page][1], link(at))
    assert not problems
    return state


def charts(at: AppTest) -> list[Any]:
    return [e for e in elements(at.main) if e.type == "vega_lite_chart"]


def picture(at: AppTest) -> tuple[Any, ...]:
    """Everything that a visitor sees: the charts' data, the words, the metrics."""
    drawn = [chart.proto.SerializeToString(deterministic=True) for chart in charts(at)]
    live = [
        (e.key, e.proto.bytes or data(e))
        for e in parts(at)
        if e.proto.component_name.removeprefix("carousel_")
        not in ("answer", "slider", "head", "series")
    ]
    filled = shown(at)["parts"]
    return (*drawn, *words(at), *(repr(part) for part in live), repr(filled)), numbers(at)


def numbers(at: AppTest) -> tuple[str, ...]:
    """The text of the page, its numbers with it."""
    texts = [
        *(e.value for e in at.markdown),
        *(e.proto.body for e in at.get("html")),
        *(f"{e.label}: {e.value}" for e in at.metric),
        *(e.value for e in at.caption),
        *(e.value for e in at.info),
    ]
    return tuple(texts)


# opening


def test_the_home_page_is_the_map_of_chapters() -> None:
    at = sound(AppTest.from_file(str(APP), default_timeout=30).run())
    text = "\n".join(e.value for e in at.markdown)
    for chapter in CHAPTERS:
        assert chapter.question in text
    assert set(PAGES) == {chapter.file for chapter in CHAPTERS}
    assert set(PAGES) == {f"pages/{path.name}" for path in (ROOT / "pages").glob("*.py")}


@EACH_PAGE
def test_a_page_opens_on_a_picture(page: str) -> None:
    at = sound(open_page(page))
    assert not at.toast
    assert not link(at)
    assert len(charts(at)) >= 3 or page in LISTS
    question = next(chapter.question for chapter in CHAPTERS if chapter.file == page)
    assert f"## {question}" in [e.value for e in at.markdown]
    assert len(words(at)) == len(charts(at))
    for said in words(at):
        assert any(c.isdigit() for c in said), "a text alternative without a number"
    assert at.expander, "no prediction to make"


@EACH_PAGE
def test_the_next_visitor_is_sent_the_picture_that_the_first_one_had(
    page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is drawn once for both; only what is asked for by one visitor is not kept."""
    drawn: list[Any] = []
    telling = live.telling
    monkeypatch.setattr(live, "telling", lambda draw: drawn.append(draw) or telling(draw))
    st.cache_resource.clear()
    first, second = (sound(open_page(page)) for _ in range(2))
    assert picture(first) == picture(second)
    assert shown(first)["recording"] == shown(second)["recording"]
    assert len(drawn) == (2 if page in LISTS else 1)


@EACH_PAGE
def test_a_page_is_the_same_when_it_runs_again(page: str) -> None:
    at = sound(open_page(page))
    first = picture(at)
    assert picture(sound(at.run())) == first


@EACH_PAGE
def test_the_opening_state_is_marked_among_the_presets(page: str) -> None:
    at = open_page(page)
    assert PAGES[page][0].presets()[chosen(at)] == PAGES[page][1]()


def chosen(at: AppTest) -> str:
    """The preset that is marked."""
    (head,) = parts(at, "head")
    return data(head)["labels"][shown(at)["head"]["current"]]


# presets, reset, undo


@EACH_PRESET
def test_a_preset_is_one_click(page: str, preset: str) -> None:
    module, _ = PAGES[page]
    wanted = module.settle(module.presets()[preset])
    at = sound(press(open_page(page), f"preset/{preset}"))
    assert state_of(at, page) == wanted
    assert link(at) == to_query(wanted)
    assert chosen(at) == preset
    assert picture(at)[0] == picture(sound(open_page(page, to_query(wanted))))[0]


@EACH_PAGE
def test_every_preset_has_its_own_picture(page: str) -> None:
    at = open_page(page)
    pictures = set()
    for preset in PAGES[page][0].presets():
        pictures.add(picture(sound(press(at, f"preset/{preset}"))))
    assert len(pictures) == len(PAGES[page][0].presets())


@EACH_PAGE
def test_reset_and_undo(page: str) -> None:
    at = open_page(page)
    first = picture(at)
    assert not can_undo(at)
    names = list(PAGES[page][0].presets())
    seen = []
    for preset in names[1:]:
        press(at, f"preset/{preset}")
        seen.append((link(at), picture(at)))
    sound(press(at, "reset"))
    assert link(at) == {}
    assert picture(at)[0] == first[0]
    for query, before in reversed(seen):
        sound(press(at, "undo"))
        assert link(at) == query
        assert picture(at) == before
    sound(press(at, "undo"))
    assert link(at) == {}
    assert not can_undo(at)
    assert picture(at) == first


@EACH_PAGE
def test_a_second_reset_is_no_change_to_undo(page: str) -> None:
    at = press(press(open_page(page), "reset"), "reset")
    assert not can_undo(at)


# controls


CONTROLS = [
    (INSIDE, {}, "live", "steps", 30),
    (INSIDE, {}, "live", "start", 10),
    (INSIDE, {}, "live", "unit", 1),
    (INSIDE, {}, "choice", "source", "sine"),
    (INSIDE, {}, "choice", "source", "text"),
    (INSIDE, {}, "choice", "loss", "last"),
    (INSIDE, {}, "choice", "notation", "framework"),
    (INSIDE, {}, "choice", "view", "all"),
    (INSIDE, {}, "choice", "view", "sums"),
    (INSIDE, {}, "choice", "view", "gates"),
    (INSIDE, {"source": "noise"}, "live", "seed", 3),
    (INSIDE, {"source": "text"}, "text_area", "text", "another text"),
    (CAROUSEL, {}, "live", "cs", 0.5),
    (CAROUSEL, {}, "live", "steps", 20),
    (CAROUSEL, {}, "live", "width", 2),
    (CAROUSEL, {}, "choice", "cs_mode", "bias"),
    (CAROUSEL, {}, "choice", "cr_mode", "schedule"),
    (CAROUSEL, {}, "choice", "error", "state"),
    (CAROUSEL, {}, "choice", "system", "scalar"),
    (CAROUSEL, {}, "live", "seed", 3),
    (CAROUSEL, {"cu_mode": "bias"}, "live", "cu_bias", 3.0),
    (CAROUSEL, {"system": "scalar"}, "choice", "pattern", "ramp"),
    (CAROUSEL, {"system": "scalar"}, "button_group", "opened", [2]),
    (CAROUSEL, {"system": "scalar"}, "button_group", "cleared", []),
    (REGIMES, {}, "live", "size", 3.0),
    (REGIMES, {}, "live", "w_s", 0.2),
    (REGIMES, {}, "live", "w_v", 0.2),
    (REGIMES, {}, "live", "w_vdu", 4.0),
    (REGIMES, {}, "live", "w_scr", 40.0),
    (REGIMES, {}, "live", "w_vcr", 0.0),
    (REGIMES, {}, "live", "b_cs", -3.0),
    (REGIMES, {}, "live", "b_cu", 3.0),
    (REGIMES, {}, "live", "b_cr", 3.0),
    (REGIMES, {}, "live", "width", 1),
    (REGIMES, {}, "live", "steps", 20),
    (REGIMES, {}, "choice", "signal", "constant"),
    (REGIMES, {}, "choice", "signal", "grown"),
    (REGIMES, {}, "choice", "matrices", "turn"),
    (REGIMES, {}, "choice", "gates", "turn"),
    (REGIMES, {"gates": "held"}, "live", "g_cs", 0.5),
    (REGIMES, {"gates": "held"}, "live", "g_cu", 0.5),
    (REGIMES, {"gates": "held"}, "live", "g_cr", 0.5),
    (REGIMES, {}, "live", "seed", 3),
    (WHY, {}, "live", "radius", 1.25),
    (WHY, {}, "live", "nonnormal", 3.0),
    (WHY, {}, "live", "drive", 4.0),
    (WHY, {}, "live", "forget_bias", -2.0),
    (WHY, {}, "live", "steps", 20),
    (WHY, {}, "live", "width", 2),
    (WHY, {}, "live", "seed", 3),
    (WHY, {}, "choice", "loss", "every"),
    (WHY, {}, "choice", "gates", "held"),
    (WHY, {"gates": "held"}, "live", "g_cs", 0.5),
    (BUILDING, {}, "choice", "stage", "gated_input"),
    (BUILDING, {}, "live", "radius", 1.3),
    (BUILDING, {}, "live", "w_s", 0.9),
    (BUILDING, {"stage": "identity_state"}, "live", "b_cs", -1.0),
    (BUILDING, {"stage": "identity_state"}, "live", "gate_weights", 0.0),
    (BUILDING, {}, "live", "size", 3.0),
    (BUILDING, {}, "live", "steps", 20),
    (BUILDING, {}, "live", "width", 2),
    (BUILDING, {}, "live", "unit", 2),
    (BUILDING, {}, "choice", "signal", "sine"),
    (BUILDING, {"stage": "identity_state"}, "choice", "gates", "held"),
    (BUILDING, {}, "live", "seed", 3),
    (BUILDING, {"stage": "vanilla"}, "live", "b_cx", -2.0),
    (BUILDING, {"stage": "gated_readout", "gates": "held"}, "live", "g_cr", 0.1),
    (STABILITY, {}, "live", "modulus", 1.1),
    (STABILITY, {}, "live", "angle", 90.0),
    (STABILITY, {}, "live", "w_s", 1.2),
    (STABILITY, {}, "live", "start", 10.0),
    (STABILITY, {}, "live", "steps", 20),
    (STABILITY, {}, "choice", "signal", "noise"),
    (STABILITY, {}, "choice", "form", "real"),
    (STABILITY, {"form": "real"}, "live", "mu_1", -0.5),
    (STABILITY, {"signal": "noise"}, "live", "seed", 3),
    (STABILITY, {"signal": "step"}, "live", "size", 3.0),
    (UNROLLING, {}, "live", "weight", -0.8),
    (UNROLLING, {}, "live", "length", 30),
    (UNROLLING, {}, "live", "lag", 4),
    (UNROLLING, {}, "live", "at", 16),
    (UNROLLING, {}, "live", "steps", 40),
    (UNROLLING, {}, "live", "size", 1.0),
    (UNROLLING, {}, "choice", "signal", "noise"),
    (UNROLLING, {}, "choice", "start", "carry"),
    (UNROLLING, {}, "choice", "shown", "r"),
    (UNROLLING, {}, "choice", "drawing", "unrolled"),
    (UNROLLING, {"signal": "noise"}, "live", "seed", 3),
    (AUGMENTED, {}, "live", "taps", 2),
    (AUGMENTED, {}, "live", "d_v", 1),
    (AUGMENTED, {}, "live", "d_s", 6),
    (AUGMENTED, {}, "live", "at", 30),
    (AUGMENTED, {}, "live", "unit", 3),
    (AUGMENTED, {}, "live", "steps", 30),
    (AUGMENTED, {}, "live", "seed", 3),
    (AUGMENTED, {}, "choice", "projection", "orthogonal"),
    (AUGMENTED, {}, "choice", "gate", "learned"),
    (AUGMENTED, {}, "choice", "signal", "pulses"),
    (AUGMENTED, {}, "choice", "drawing", "cell"),
    (AUGMENTED, {"gate": "held"}, "live", "g_cx", 0.25),
    (EQUATIONS, {}, "live", "search", "182"),
    (EQUATIONS, {}, "live", "seed", 7),
    (EQUATIONS, {}, "choice", "rows", "checkable"),
    (EQUATIONS, {}, "choice", "kind", "T"),
    (EQUATIONS, {"rows": "all"}, "choice", "document", "003"),
    (EQUATIONS, {}, "choice", "view", "equations"),
    (EQUATIONS, {"view": "equations"}, "choice", "status", "prose"),
    (EQUATIONS, {"view": "equations"}, "live", "search", "psi"),
    (ROOTS, {}, "live", "halvings", 2),
    (ROOTS, {}, "choice", "state_weights", "dropped"),
    (ROOTS, {}, "live", "a", 9.0),
    (ROOTS, {}, "live", "b", 0.5),
    (ROOTS, {}, "live", "c", 1.0),
    (ROOTS, {}, "live", "phi", 0.5),
    (ROOTS, {}, "live", "tau", 0.5),
    (ROOTS, {}, "live", "start", 1.0),
    (ROOTS, {}, "choice", "signal", "sine"),
    (ROOTS, {}, "choice", "units", "two"),
    (ROOTS, {"units": "two"}, "live", "a_1", 9.0),
    (ROOTS, {"units": "two"}, "live", "coupling", 2.0),
    (ROOTS, {"signal": "noise"}, "live", "seed", 3),
]


def name_of(page: str) -> str:
    return next(chapter.name for chapter in CHAPTERS if chapter.file == page)


@pytest.mark.parametrize(("page", "query", "kind", "field", "value"), CONTROLS, ids=str)
def test_a_control_changes_what_is_shown(
    page: str, query: dict[str, str], kind: str, field: str, value: Any
) -> None:
    at = sound(open_page(page, query))
    before = picture(at)
    key = f"{name_of(page)}/{field}"
    if kind == "live":
        sound(send(at, key, value))
    elif kind == "choice":
        sound(choose(at, key, value))
    else:
        control = next(e for e in at.get(kind) if e.key == key)
        sound(control.set_value(value).run())
    expected = tuple(value) if isinstance(value, list) else value
    assert getattr(state_of(at, page), field) == expected
    query = link(at)
    assert picture(sound(open_page(page, query))) == picture(at), "the link shows something else"
    assert picture(at) != before, "the control changes nothing"
    sound(press(at, "undo"))
    assert picture(at) == before


def test_a_switched_gate_takes_all_of_its_curve() -> None:
    at = sound(open_page(CAROUSEL, {"cs_mode": "schedule"}))
    before = picture(at)
    sound(send(at, f"{name_of(CAROUSEL)}/cs_points", "0:0.5_5:0.9"))
    state = state_of(at, CAROUSEL)
    assert (state.cs_before, state.cs_at, state.cs) == (0.5, 5, 0.9)
    assert picture(at) != before
    sound(press(at, "undo"))
    assert picture(at) == before


@pytest.mark.parametrize("value", [1e9, -1, "many", None, float("nan"), [3], 7.5])
def test_a_value_that_does_not_fit_changes_nothing(value: Any) -> None:
    """Whatever a browser sends: it is said, and the page stays as it is."""
    at = open_page(INSIDE)
    before = picture(at)
    moved(at, f"{name_of(INSIDE)}/steps", value, movement=1)
    assert not at.exception
    assert "“steps” must be" in as_read(at.toast[0].value)
    assert link(at) == {}
    assert picture(at) == before


def test_a_movement_is_one_change_to_undo() -> None:
    at = open_page(WHY)
    before = picture(at)
    for radius in (0.85, 0.9, 1.1):
        sound(moved(at, f"{name_of(WHY)}/radius", radius, movement=7))
        assert control(at, f"{name_of(WHY)}/radius").data["value"] == radius
    sound(send(at, f"{name_of(WHY)}/drive", 2.0))
    sound(send(at, f"{name_of(WHY)}/drive", 3.0))
    sound(press(at, "undo"))
    assert (state_of(at, WHY).radius, state_of(at, WHY).drive) == (1.1, 2.0)
    sound(press(at, "undo"))
    assert (state_of(at, WHY).radius, state_of(at, WHY).drive) == (1.1, WhyState().drive)
    sound(press(at, "undo"))
    assert picture(at) == before
    assert not can_undo(at)


def test_every_number_of_the_step_has_a_place_and_a_flow() -> None:
    """The browser fills the equations from the recording: every name in them is in it."""
    at = open_page(INSIDE)
    run = inside.run(InsideState())
    html = shown(at)["parts"]["live/step"]["html"]
    names = set(re.findall(r'data-of="([^"]+)"', html)) - {"n", "unit", "called", "E"}
    lines = step_in_numbers(run.rec, 7, 2)
    assert names == {name for line in lines for term in line.terms for name in term.names} | {
        line.signal.name for line in lines
    }
    for line in lines:
        for term in line.terms:
            for name, number in zip(term.names, term.numbers, strict=True):
                assert run.flows.forward[name][7, 2] == pytest.approx(number, rel=1e-12)


def test_scaling_a_matrix_and_taking_the_weights_back() -> None:
    at = sound(open_page(INSIDE))
    before = picture(at)
    sound(send(at, f"scale/{name_of(INSIDE)}/W_v_cs", 0.5))
    assert state_of(at, INSIDE).edits == (("W_v_cs*", 0.5),)
    assert picture(at)[0] != before[0]
    sound(send(at, TABLE, [{"back": True}]))
    assert state_of(at, INSIDE).edits == ()
    assert picture(at) == before


TABLE = f"table/{name_of(INSIDE)}/W_v_cs"


def entry(row: int, column: int, text: str, typed: bool = True) -> dict[str, Any]:
    """A change that the table of weights sends: an entry that was typed, or a block."""
    return {"row": row, "column": column, "text": text, "typed": typed}


def test_entries_that_came_together_are_undone_one_by_one_and_a_block_at_once() -> None:
    at = sound(open_page(INSIDE))
    before = picture(at)
    sound(
        send(at, TABLE, [entry(0, 0, "1"), entry(1, 0, "−0,5"), entry(2, 0, "1\t2\n3\t4", False)])
    )
    block = tuple(
        (f"W_v_cs[{i},{j}]", x) for i, j, x in [(2, 0, 1), (2, 1, 2), (3, 0, 3), (3, 1, 4)]
    )
    typed = (("W_v_cs[0,0]", 1.0), ("W_v_cs[1,0]", -0.5))
    for edits in (typed + block, typed, typed[:1], ()):
        assert state_of(at, INSIDE).edits == edits
        table = shown(at)["values"][TABLE]
        assert {tuple(place) for *place, _ in table["set"]} == {
            tuple(map(int, re.findall(r"\d+", target))) for target, _ in edits
        }
        assert not table["words"]
        sound(press(at, "undo"))
    assert picture(at) == before
    assert not can_undo(at)


def test_what_the_table_refuses_is_said_until_it_is_entered_or_something_else_changes() -> None:
    at = sound(open_page(INSIDE))

    def words() -> str:
        return shown(at)["values"][TABLE]["words"]

    sound(send(at, TABLE, [entry(0, 0, "60"), entry(1, 2, "abc"), entry(3, 3, "7")]))
    assert state_of(at, INSIDE).edits == (("W_v_cs[3,3]", 7.0),)
    assert words() == (
        "Row 0, column 0 of W_v_cs: “60” is not a number from −50 to 50."
        " Row 1, column 2 of W_v_cs: “abc” is not a number from −50 to 50."
    )
    assert shown(at)["values"][TABLE]["refused"] == [[0, 0], [1, 2]]
    sound(send(at, TABLE, [entry(0, 0, "6")]))
    assert words() == "Row 1, column 2 of W_v_cs: “abc” is not a number from −50 to 50."
    sound(press(at, "undo"))
    assert not words()
    edits = state_of(at, INSIDE).edits
    for text in ("x\t1\n2\t60", "\n".join(["1\t2"] * 80), "1" * 200_000):
        sound(send(at, TABLE, [entry(0, 0, text, False)]))
        assert words().startswith("Nothing was pasted into W_v_cs: ")
        assert words().endswith(".")
        assert not at.toast
        assert state_of(at, INSIDE).edits == edits
    sound(send(at, TABLE, [entry(0, 0, "1\t2", False)]))
    assert not words()


@pytest.mark.parametrize(
    "sent",
    [
        7,
        [None],
        [{"row": 9, "column": 0, "text": "1", "typed": True}],
        [{"row": -1, "column": 0, "text": "1", "typed": False}],
        [{"row": 0.5, "column": 0, "text": "1", "typed": True}],
        [{"row": 0, "column": 0, "text": 1, "typed": True}],
        [{"back": 1.5}],
    ],
    ids=str,
)
def test_what_no_table_would_send_changes_nothing(sent: Any) -> None:
    at = sound(open_page(INSIDE))
    sound(send(at, TABLE, sent))
    assert state_of(at, INSIDE).edits == ()
    assert not can_undo(at)


@EACH_PAGE
@pytest.mark.parametrize("seed", range(3))
def test_any_order_of_changes_is_answered_and_comes_back_from_the_link(
    page: str, seed: int
) -> None:
    """A visitor who plays with everything: no exception, and the link says where she is."""
    rng = random.Random(seed)
    at = sound(open_page(page))
    for _ in range(25):
        change_something(at, rng)
        assert not at.exception
        for box in at.error:  # said in a sentence, as for a text that is too short
            assert box.value.endswith(".")
    while at.error or at.info:  # a refused state shows the last picture, which a link does not hold
        press(at, "undo")
    again = open_page(page, link(at))
    assert not again.toast
    assert link(again) == link(at)
    assert picture(again) == picture(at)
    for _ in range(25):
        press(at, "undo")
        assert not at.exception


def change_something(at: AppTest, rng: random.Random) -> None:
    """Move one control, chosen at random, to a place chosen at random."""
    found = [
        *controls(at, "slider", "choice", "menu"),
        *at.get("button_group"),
        *at.text_area,
        *(b for b in at.button if not b.disabled),
    ]
    control = rng.choice(found)
    if isinstance(control, Control):
        change(at, rng, control)
    elif control.type == "button":
        control.click().run()
    elif control.type == "text_area":
        control.set_value(rng.choice(["", "ab", "the cat", "x" * MAX_TEXT, "ünï ☃ <b>"])).run()
    else:
        assert control.key.rpartition("/")[2] in ("opened", "cleared"), control.key
        names = [option.content for option in control.proto.options]
        control.set_value([int(rng.choice(names))]).run()


def change(at: AppTest, rng: random.Random, control: Control) -> None:
    if control.kind != "slider":
        choose(at, control.key, rng.choice(control.data["names"])[0])
        return
    low, high = control.data["low"], control.data["high"]
    value = rng.choice([low, high, low + (high - low) * rng.random()])
    send(at, control.key, round(value) if control.data.get("whole") else value)


def test_every_stage_says_what_is_new_and_marks_it() -> None:
    at = open_page(BUILDING, {"stage": "canonical"})
    said = set()
    for stage in building.CELLS:
        sound(choose(at, f"{name_of(BUILDING)}/stage", stage))
        (drawing,) = parts(at, "cell")
        assert data(drawing)["title"] == building.cell(stage).title
        marked = data(drawing)["fresh"]
        assert bool(marked) == (stage != "canonical")
        names = {part["name"] for part in (*data(drawing)["boxes"], *data(drawing)["wires"])}
        assert names.issuperset(marked)
        said.add((at.expander[0].label, shown(at)["parts"]["live/answer/stage"]["html"]))
        assert ("before" in shown(at)["parts"]["live/step"]["html"]) == (stage != "canonical")
    assert len(said) == len(building.CELLS)


def test_the_answer_follows_the_controls() -> None:
    at = open_page(BUILDING, {"stage": "identity_state"})
    before = shown(at)["parts"]["live/answer/stage"]["html"]
    sound(send(at, f"{name_of(BUILDING)}/b_cs", 0.0))
    assert shown(at)["parts"]["live/answer/stage"]["html"] != before


# links


@EACH_PRESET
def test_a_link_opens_on_its_state(page: str, preset: str) -> None:
    module, _ = PAGES[page]
    wanted = module.settle(module.presets()[preset])
    at = sound(open_page(page, to_query(wanted)))
    assert not at.toast
    assert state_of(at, page) == wanted
    assert link(at) == to_query(wanted)


@pytest.mark.parametrize(
    ("page", "state"),
    [
        (INSIDE, InsideState(steps=25, start=3, n=17, unit=2, view="sums", loss="last")),
        (INSIDE, InsideState(source="text", text="hello there", n=5, notation="framework")),
        (INSIDE, InsideState(source="csv", series=(1.0, 3.0, 2.5, -1.0, 0.1), n=2)),
        (INSIDE, InsideState(edits=(("W_v_cs*", 0.5), ("b_cu[1]", -3.0)), weight="b_cu")),
        (INSIDE, InsideState(source="noise", seed=77)),
        (CAROUSEL, CarouselState(cs_mode="schedule", cs_at=7, seed=5, width=3, n=11)),
        (CAROUSEL, CarouselState(system="scalar", pattern="noise", opened=(), cleared=(0, 19))),
        (REGIMES, RegimesState(matrices="turn", gates="turn", w_vdu=2.5, width=4, seed=5, n=11)),
        (WHY, WhyState(radius=1.01, nonnormal=2.0, width=3, steps=30, seed=9, loss="every")),
        (BUILDING, BuildingState(stage="vanilla", b_cx=-1.0, seed=9, n=7, flow="backward")),
        (STABILITY, StabilityState(modulus=1.02, angle=77.0, signal="noise", seed=5, n=33)),
        (UNROLLING, UnrollingState(weight=-0.7, length=9, lag=4, signal="noise", seed=5, n=33)),
        (AUGMENTED, AugmentedState(taps=3, d_s=5, d_v=2, gate="held", g_cx=0.2, unit=4, n=3)),
        (AUGMENTED, AugmentedState(signal="sine", projection="orthogonal", drawing="cell", at=7)),
        (EQUATIONS, EquationsState(rows="all", kind="?", document="003", checks=(), seed=9)),
        (EQUATIONS, EquationsState(checks=(("003-1", 7), ("000-12", 3)), search="T")),
        (EQUATIONS, EquationsState(view="equations", search="W_s_cs & <b>", status="code")),
        (ROOTS, RootsState(units="two", a_1=3.0, coupling=1.0, signal="noise", seed=5, halvings=2)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_state_is_restored_from_its_link(page: str, state: Any) -> None:
    module, _ = PAGES[page]
    state = replace(module.settle(state))
    at = sound(open_page(page, to_query(state)))
    assert not at.toast
    assert state_of(at, page) == state
    assert picture(at) != picture(open_page(page))


BAD_VALUES = ("", "nan", "1e999", "9" * 5000, "x" * 10_000, "<img src=x onerror=alert(1)>", "-99")


@EACH_PAGE
@pytest.mark.parametrize("text", BAD_VALUES, ids=lambda text: text[:10])
def test_bad_values_in_a_link_are_said_and_the_page_opens(page: str, text: str) -> None:
    kind = PAGES[page][1]
    free = {"text", "series", "edits", "weight", "opened", "cleared", "search"}  # any or no text
    query = {name: text for name in kind.__dataclass_fields__ if name not in free}
    at = sound(open_page(page, query))
    (toast,) = at.toast
    sentence = as_read(toast.value)
    shown = [f"“{name}”" in sentence for name in query]
    assert shown == [i < PROBLEMS_SHOWN for i in range(len(query))]
    assert len(sentence) < 500
    assert link(at) == {}, "the link is not cleaned"
    assert picture(at) == picture(open_page(page))
    sound(at.run())
    assert not at.toast, "said again and again"


@EACH_PAGE
def test_unknown_names_in_a_link_are_ignored(page: str) -> None:
    at = sound(open_page(page, {"stpes": "3", "utm_source": "mail", "embed": "true"}))
    assert not at.toast
    assert picture(at) == picture(open_page(page))
    assert link(at) == {}


@pytest.mark.parametrize("text", ["", "ab", "☃☃☃", "Привет, мир"])
def test_a_text_that_is_too_short_is_said_and_kept(text: str) -> None:
    at = sound(open_page(INSIDE, {"source": "text", "n": "2"}))
    before = picture(at)
    at.text_area[0].set_value(text).run()
    assert "at least three letters" in refused(at)
    assert at.text_area[0].value == text, "the text that is to be mended is gone"
    assert link(at)["source"] == "text"
    sound(at.text_area[0].set_value(InsideState.text).run())
    assert picture(at) == before or state_of(at, INSIDE).n == 0
    again = open_page(INSIDE, {"source": "text", "text": text or " "})
    assert "at least three letters" in refused(again)


def test_a_text_that_is_too_short_leaves_the_rest_of_the_state_as_it_was() -> None:
    at = sound(open_page(INSIDE, {"source": "text", "n": "9", "unit": "3", "view": "sums"}))
    before = state_of(at, INSIDE)
    at.text_area[0].set_value("ab").run()
    refused(at)
    sound(at.text_area[0].set_value(before.text).run())
    assert state_of(at, INSIDE) == before, "mending the text does not bring back what was there"


@pytest.mark.parametrize("text", [*FOREIGN.values(), "", "x" * (MAX_TEXT + 1)])
def test_a_link_with_a_text_that_cannot_be_read_shows_a_text_and_says_which(text: str) -> None:
    at = open_page(INSIDE, {"source": "text", "text": text or " "})
    letters = shown(at)["parts"][inside_view.TEXT]["letters"]
    assert letters == InsideState.text[:-1].replace(" ", "␣")
    if len(text) > MAX_TEXT:
        assert f"at most {MAX_TEXT} characters; the default is used" in at.toast[0].value
        sound(at)
    else:
        assert f"the picture shows the text “{InsideState.text}”." in refused(at)


def test_without_an_input_of_its_own_a_picture_says_whose_it_is() -> None:
    at = open_page(INSIDE, {"source": "csv"})
    assert "the picture shows the sunspots." in said_by(at)
    choose(at, f"{name_of(INSIDE)}/source", "sine")
    choose(at, f"{name_of(INSIDE)}/source", "csv")
    assert "the picture shows the input “Sine”." in said_by(at)
    choose(at, f"{name_of(INSIDE)}/source", "text")
    sound(at.text_area[0].set_value("hello there").run())
    at.text_area[0].set_value("Привет").run()
    assert "the picture shows the text “hello there”." in refused(at)
    choose(at, f"{name_of(INSIDE)}/source", "csv")
    assert "the picture shows the text “hello there”." in said_by(at)


def test_a_paste_that_is_too_long_is_cut_and_that_is_said() -> None:
    at = open_page(INSIDE, {"source": "text"})
    words = "a rabbit with pink eyes ran " * 20
    sound(at.text_area[0].set_value(words).run())
    assert at.text_area[0].value == state_of(at, INSIDE).text == words[:MAX_TEXT]
    said = f"Of {len(words)} characters the first {MAX_TEXT} are kept."
    assert said in said_by(at)
    sound(at.text_area[0].set_value("the cat").run())
    assert said not in said_by(at)


def test_what_is_not_read_of_a_text_is_shown() -> None:
    at = sound(open_page(INSIDE, {"source": "text", "text": "Déjà vu 7 €"}))
    assert "Read as “deja vu”." in said_by(at)
    assert "Not read: 7, €." in said_by(at)
    sound(at.text_area[0].set_value("the cat").run())
    assert "Not read" not in said_by(at)


@pytest.mark.parametrize("source", ["sunspots", "text"])
@pytest.mark.parametrize("loss", inside.LOSSES)
def test_the_loss_is_named_and_is_what_its_name_says(source: str, loss: str) -> None:
    at = sound(open_page(INSIDE, {"source": source, "loss": loss}))
    part = shown(at)["parts"][inside_view.STEP]
    said = re.sub("<[^>]*>", "", part["html"])
    run = inside.run(InsideState(source=source, loss=loss))
    counted = slice(-1, None) if loss == "last" else slice(None)
    if source == "text":
        p = np.exp(run.y) / np.exp(run.y).sum(1, keepdims=True)
        every = -np.log(p[np.arange(len(p)), run.reading.target])
        assert "nats" in said and "−ln of the probability" in said
    else:
        every = 0.5 * ((run.y - run.reading.target) ** 2).sum(1)
        assert "half the" in said and "squared error" in said
    assert part["columns"]["E"] == [pytest.approx(every[counted].sum())]
    assert ("sum" in said.partition("Loss E")[2]) == (loss == "every")
    assert said.endswith("at the last step." if loss == "last" else f"over {len(run.rec)} steps.")


@pytest.mark.parametrize(
    "edits",
    [
        "nonsense*2.0",
        "W_v_cs[999,999]=1.0",
        "W_v_cs[0]=1.0",
        "b_cs[0,0]=1.0",
        f"W_v_cs[{'9' * 5000},0]=1.0",
        "x" * 5000 + "*1.0",
    ],
    ids=lambda text: text[:20],
)
def test_edits_that_do_not_fit_are_said(edits: str) -> None:
    at = open_page(INSIDE, {"edits": edits, "n": "7"})
    assert not at.exception
    said = [as_read(box.value) for box in (*at.error, *at.toast, *at.warning)]
    assert len(said) == 1
    assert len(said[0]) < 300
    assert "digits" not in said[0], "the interpreter's words, not ours"
    sound(press(at, "reset"))
    assert link(at) == {}


def test_edits_of_one_cell_do_not_break_the_other() -> None:
    """An entry of the text model's matrix need not exist in the sunspot model's."""
    at = open_page(INSIDE, {"source": "text"})
    shape = inside.trained(InsideState(source="text"))["W_x_cu"].shape
    target = f"W_x_cu[0,{shape[1] - 1}]"
    at = sound(open_page(INSIDE, {"source": "text", "edits": f"{target}=1.0"}))
    choose(at, f"{name_of(INSIDE)}/source", "sunspots")
    sound(at)


def test_extreme_weights_are_answered() -> None:
    names = lc.CELLS["vanilla_lstm"].params
    for factor in (50.0, -50.0, 0.0):
        edits = ";".join(f"{name}*{factor!r}" for name in names)
        for view in inside.VIEWS:
            at = open_page(INSIDE, {"edits": edits, "steps": "200", "start": "0", "view": view})
            assert not at.exception
            for box in at.error:
                assert "Undo" in box.value or "Reset" in box.value


@pytest.mark.parametrize(
    "page",
    [WHY, STABILITY, CAROUSEL, AUGMENTED, BUILDING, REGIMES, EQUATIONS, ROOTS],
    ids=lambda page: Path(page).stem,
)
@pytest.mark.parametrize("end", ["low", "high"])
def test_all_settings_at_their_ends(page: str, end: str) -> None:
    kind = PAGES[page][1]
    for options in (0, -1):
        query = {}
        for name, item in kind.__dataclass_fields__.items():
            how = item.metadata["kind"]
            if how.options:
                query[name] = how.options[options]
            elif how.low is not None:
                query[name] = how.write(getattr(how, end))
        at = open_page(page, query)
        assert not at.exception
        assert not at.toast
        for box in at.error:
            assert "Undo" in box.value


# the lists of equations and errata

ERRATA_LIST, EQUATIONS_LIST = "live/errata", "live/equations"


def check(at: AppTest, *checks: tuple[str, int]) -> dict[str, Any]:
    """Ask for checks, as the list in the browser does, until all are answered; by erratum."""
    open_checks, found = list(checks), {}
    while open_checks:
        send(at, ERRATA_LIST, {"check": errata_checks.write_checks(tuple(open_checks))})
        sound(at)
        answer = shown(at)["parts"][ERRATA_LIST]
        assert answer["results"], "asked, and not answered"
        found |= {each["number"]: each for each in answer["results"]}
        open_checks = [each for each in open_checks if each[0] not in found]
    return found


@pytest.fixture(scope="module")
def all_checks() -> dict[str, Any]:
    """What the page shows of every check, on one fresh seed."""
    numbers = [number for number, row in ERRATA.items() if row.check]
    return check(open_page(EQUATIONS), *((number, 12) for number in numbers))


def test_at_least_25_errata_are_recomputed_on_the_page(all_checks: dict[str, Any]) -> None:
    """The corrected form is the truth, and the printed one is off by what the reading found, as far
    as one instance can say."""
    assert len(all_checks) >= 25
    for number, each in all_checks.items():
        assert not each["problem"]
        assert each["seed"] == 12
        printed, corrected = each["off"]
        assert corrected < 1e-9
        assert four_digits(each["corrected"]) == four_digits(each["truth"])
        typical = TYPICAL[number]
        low, high = typical if isinstance(typical, tuple) else (typical, typical)
        assert low / 10 <= printed <= high * 10, number


def four_digits(value: float) -> str:
    return f"{value:.4g}"


def test_numbers_are_asked_for_and_stay_beside_their_rows() -> None:
    at = open_page(EQUATIONS)
    first = shown(at)["parts"][ERRATA_LIST]
    assert [number for number, _ in first["checks"]] == first["shown"]
    assert first["answered"] is None
    found = check(at, *map(tuple, first["checks"]))
    assert list(found) == first["shown"]
    assert not can_undo(at), "what the page opens with is no change"
    assert link(at) == {}


def test_a_press_is_a_check_on_a_fresh_seed() -> None:
    at = open_page(EQUATIONS, {"seed": "40"})
    check(at, ("000-11", 40))
    state = state_of(at, EQUATIONS)
    assert dict(state.checks)["000-11"] == 40
    assert dict(state.checks)["000-12"] == 0
    assert state.seed == 41
    sound(press(at, "undo"))
    assert state_of(at, EQUATIONS) == EquationsState(seed=40)


def test_after_the_last_seed_comes_the_first() -> None:
    at = open_page(EQUATIONS, {"seed": "9999"})
    check(at, ("000-11", 9999))
    assert state_of(at, EQUATIONS).seed == 0


@pytest.mark.parametrize(
    "sent", [None, 3, {}, {"check": "000-7:1"}, {"check": "x"}, {"check": 5}, {"see": "<b>"}, [1]]
)
def test_a_request_that_does_not_fit_checks_nothing(sent: Any) -> None:
    at = send(open_page(EQUATIONS), ERRATA_LIST, sent)
    sound(at)
    assert shown(at)["parts"][ERRATA_LIST]["results"] == []
    assert link(at) == {}


def test_an_equation_leads_to_its_errata_and_back() -> None:
    at = open_page(EQUATIONS, {"view": "equations", "search": "182"})
    assert shown(at)["parts"][EQUATIONS_LIST]["shown"] == [182]
    send(at, EQUATIONS_LIST, {"see": "000-29"})
    assert "000-29" in shown(at)["parts"][ERRATA_LIST]["shown"]
    send(at, ERRATA_LIST, {"equations": "182"})
    assert shown(at)["parts"][EQUATIONS_LIST]["shown"] == [182]
    for _ in range(2):
        sound(press(at, "undo"))
    assert link(at) == {"view": "equations", "search": "182"}


def test_without_torch_the_page_says_so_and_the_other_checks_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    errata_checks._check.cache_clear()
    at = sound(open_page(EQUATIONS))
    assert "pip install torch" in at.warning[0].value
    found = check(at, ("000-11", 3), ("000-6", 3), ("004-5", 3))
    assert "needs PyTorch" in found["000-11"]["problem"]
    assert found["000-6"]["problem"] == found["004-5"]["problem"] == ""
    assert found["004-5"]["truth"] == -38


def test_a_check_that_fails_is_said_in_its_row(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(seed: int) -> None:
        raise ZeroDivisionError("inside")

    monkeypatch.setitem(ERRATA, "000-6", replace(ERRATA["000-6"], check=broken))
    errata_checks._check.cache_clear()
    found = check(open_page(EQUATIONS), ("000-6", 3), ("000-5", 3))
    assert found["000-6"]["problem"].endswith(".")
    assert "inside" not in found["000-6"]["problem"]
    assert not found["000-5"]["problem"]


# a visitor's file


def said_by(at: AppTest) -> str:
    """What the page says about a file, wherever it says it."""
    assert not at.exception
    boxes = (*at.error, *at.info, *at.warning, *at.success, *at.toast, *at.caption)
    own = [data(part)["words"] for part in parts(at, "series")]
    return "\n".join([*(as_read(box.value) for box in boxes), *own])


GOOD = b"year,price\n1,5\n2,4\n3,6\n4,5.5\n5,7\n6,3\n7,4\n8,5\n"
BAD_FILES = {
    "empty.csv": (b"", "empty"),
    "picture.csv": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "PNG"),
    "text.csv": (b"year,price\n1,5\n2,4\n3,6\n4,5\n5,6\n6,n/a\n", "row 7, column 'price': 'n/a'"),
    "words.csv": (b"a,b\nc,d\n", "No column of numbers"),
    "one.csv": (b"x\n5\n", f"needs at least {MIN_VALUES} rows"),
    "two.csv": (b"x\n5\n4\n", f"needs at least {MIN_VALUES} rows"),
    "equal.csv": (b"x\n5\n5\n5\n5\n", "nothing to predict"),
    "large.csv": (b"1," * MAX_UPLOAD_BYTES, "at most"),
}


def test_without_a_file_the_remedy_is_said() -> None:
    at = open_page(INSIDE)
    choose(at, f"{name_of(INSIDE)}/source", "csv")
    assert not at.exception
    said = said_by(at)
    assert "choose a CSV file" in said
    assert parts(at, "series")


def test_a_good_file_is_drawn_and_is_in_the_link() -> None:
    at = give_file(open_page(INSIDE, {"source": "csv"}), "prices.csv", GOOD)
    sound(at)
    assert state_of(at, INSIDE).series == (5, 4, 6, 5.5, 7, 3, 4, 5)
    assert charts(at)
    assert "price" in said_by(at), "which column was read is not said"
    assert picture(sound(open_page(INSIDE, link(at))))[0] == picture(at)[0]


def columns_of(at: AppTest) -> list[str]:
    """The columns among which one can choose."""
    return data(parts(at, "series")[0])["columns"]


def test_another_column_of_a_file_can_be_chosen() -> None:
    rows = b"year,price,mood,size\n1,5,good,9\n2,4,7,8\n3,6,bad,x\n4,5,so,5\n5,7,so,3\n6,3,so,4\n"
    at = give_file(open_page(INSIDE, {"source": "csv"}), "prices.csv", rows)
    assert "row 4, column 'size': 'x'" in said_by(at)
    assert columns_of(at) == ["year", "price"]
    sound(give_file(at, "prices.csv", rows, column="price"))
    assert state_of(at, INSIDE).series == (5, 4, 6, 5, 7, 3)
    assert "left out: 'mood' (1 of 6 cells are numbers)" in said_by(at)
    give_file(at, "prices.csv", rows, column="size")
    assert "row 4, column 'size': 'x'" in said_by(at)
    assert state_of(at, INSIDE).series == (5, 4, 6, 5, 7, 3), "the series before is gone"
    sound(give_file(at, "prices.csv", rows, column="year"))
    assert state_of(at, INSIDE).series == (1, 2, 3, 4, 5, 6)


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_said_and_changes_nothing(name: str) -> None:
    at = sound(give_file(open_page(INSIDE, {"source": "csv", "n": "3"}), "prices.csv", GOOD))
    query, before = link(at), picture(at)[0]
    content, remedy = BAD_FILES[name]
    give_file(at, name, content)
    said = said_by(at)
    assert remedy in said
    assert name in said, "which file?"
    assert "Traceback" not in said
    assert link(at) == query
    assert picture(at)[0] == before
    sound(give_file(at, "prices.csv", GOOD))
    assert remedy not in said_by(at), "the old complaint stays beside a good file"


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_first_is_said(name: str) -> None:
    content, remedy = BAD_FILES[name]
    at = give_file(open_page(INSIDE, {"source": "csv"}), name, content)
    assert remedy in said_by(at)
    sound(give_file(at, "prices.csv", GOOD))


@pytest.mark.parametrize("size", [MAX_UPLOAD_BYTES + 1, 7 * MAX_UPLOAD_BYTES])
def test_of_a_file_that_is_too_large_the_beginning_is_read_and_that_is_said(size: int) -> None:
    rows = b"".join(b"%d,%d.5\n" % (i, i * 7919 % 101) for i in range(size // 6))
    large = (b"year,price\n" + rows)[:size]
    assert len(large) == size
    at = sound(give_file(open_page(INSIDE, {"source": "csv"}), "large.csv", large))
    assert f"{size:,} bytes; first {MAX_STEPS} rows are used" in said_by(at)
    assert state_of(at, INSIDE).series == tuple(i * 7919 % 101 + 0.5 for i in range(MAX_STEPS))


LIES: dict[str, dict[str, Any]] = {
    "more than it may": {"file": b64encode(b"1\n2\n" * MAX_UPLOAD_BYTES).decode()},
    "no base64": {"file": "not base64 ☃"},
    "no file": {"file": None},
    "no size": {"size": None},
    "a size in words": {"size": "many"},
    "half a character": {"what": "text", "text": "\ud800"},
    "a list": {"what": "text", "text": ["5"]},
    "a long name": {"name": "x" * 100_000},
    "a strange column": {"column": {"a": 1}},
    "a strange step": {"n": "x" * 1000},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_client_that_lies_is_answered_in_words(lie: str) -> None:
    at = open_page(INSIDE, {"source": "csv"})
    sent = {"what": "file", "name": "x.csv", "size": 12, "file": b64encode(GOOD).decode()}
    give(at, **sent | LIES[lie])
    said = said_by(at)
    assert said.endswith(".")
    assert len(said) < 2000
    assert ("at most 1,000,000 are read" in said) == (lie == "more than it may")
    sound(give_file(at, "prices.csv", GOOD))


LISTS_OF_NUMBERS = ("5 4 6 5.5 7", "5,4,6,5.5,7", "5\n4\n6\n5.5\n7\n", "x\n5\n4\n6\n5,5\n7")


@pytest.mark.parametrize("text", LISTS_OF_NUMBERS)
def test_pasted_numbers_are_drawn_and_are_in_the_link(text: str) -> None:
    at = sound(give_numbers(open_page(INSIDE, {"source": "csv"}), text))
    assert state_of(at, INSIDE).series == (5, 4, 6, 5.5, 7)
    assert "Pasted numbers" in said_by(at)
    assert picture(sound(open_page(INSIDE, link(at))))[0] == picture(at)[0]


@pytest.mark.parametrize("text", ["", "5 4", "5 5 5 5", "good, bad, so", "<b>5</b>"])
def test_pasted_numbers_that_cannot_be_read_are_said(text: str) -> None:
    at = sound(give_file(open_page(INSIDE, {"source": "csv"}), "prices.csv", GOOD))
    give_numbers(at, text)
    said = data(parts(at, "series")[0])
    assert said["wrong"]
    assert said["words"].startswith("Pasted numbers: ")
    assert said["words"].endswith(". The series read before stays.")
    assert "prices.csv" not in said_by(at), "a note of an earlier file stays"
    assert len(state_of(at, INSIDE).series) == 8


def test_what_is_said_of_a_series_goes_with_it() -> None:
    at = sound(give_file(open_page(INSIDE, {"source": "csv"}), "prices.csv", GOOD))
    sound(give_numbers(at, "5 4 6"))
    press(at, "undo")
    assert "Pasted" not in said_by(at)
    give(at, what="none")
    assert state_of(at, INSIDE).series == ()
    assert "There is no series yet" in said_by(at)
    assert "prices.csv" not in said_by(at)


@pytest.mark.parametrize("value", ["5", "0", "1e-99", "-1e99"])
def test_a_series_without_change_is_refused_through_every_door(value: str) -> None:
    """A file, a paste, a column, a link."""
    at = open_page(INSIDE, {"source": "csv"})
    assert "nothing to predict" in said_by(give_numbers(at, f"{value} " * 4))
    assert "nothing to predict" in said_by(give_file(at, "x.csv", f"{value}\n".encode() * 4))
    table = "a,b\n" + "".join(f"{value},{i * i % 5}\n" for i in range(6))
    sound(give_numbers(at, table))
    assert "nothing to predict" in said_by(give_numbers(at, table, column="a"))
    assert columns_of(at) == ["b"]
    query = to_query(InsideState(source="csv", series=(float(value),) * 4))
    assert "nothing to predict" in refused(open_page(INSIDE, query))


# what a page costs


@pytest.mark.parametrize("page", ["app.py", *PAGES])
def test_no_page_imports_torch(page: str) -> None:
    program = f"""
import sys
from streamlit.testing.v1 import AppTest
at = AppTest.from_file({str(APP)!r}, default_timeout=60)
if {page!r} != "app.py":
    at.switch_page({page!r})
at.run()
assert not at.exception
needless = {{"torch", "tensorflow", "matplotlib", "scipy"}}
if {page!r} == {ROOTS!r}:
    needless.remove("scipy")  # its solver
loaded = needless & set(sys.modules)
assert not loaded, loaded
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2000:]


# a cell that only this test knows


class LeakySum(lc.Cell):
    """s = g_cs.s' + g_cu.u with q = tanh(s): two gates, a candidate, a readout; no library knows it."""

    name = "leaky_sum"
    title = "Leaky sum"
    source = "this test"
    sizes: ClassVar = {"d_x": "width of the input", "d_s": "width of the state"}
    declared = (
        Signal("a_cs", "accumulation", "state gate's sum", "1", "alpha_cs"),
        Signal("a_cu", "accumulation", "update gate's sum", "2", "alpha_cu"),
        Signal("a_du", "accumulation", "candidate's sum", "3", "alpha_du"),
        Signal("g_cs", "gate", "state gate", "4", torch="f", of="a_cs"),
        Signal("g_cu", "gate", "update gate", "5", torch="i", of="a_cu"),
        Signal("u", "candidate", "candidate <u> & more", "6", of="a_du", warp="tanh"),
        Signal("s", "state", "state", "7", "psi", terms="g_cs s' + g_cu u"),
        Signal("q", "readout", "readout", "8", "chi", of="s", warp="tanh"),
    )
    nodes = (
        Node("a_cs", "W_x_cs x + W_q_cs q' + b_cs", "1", "- - -"),
        Node("a_cu", "W_x_cu x + W_q_cu q' + b_cu", "2", "- - -"),
        Node("a_du", "W_x_du x + W_q_du q' + b_du", "3", "- - -"),
    )
    carried = ("s", "q")
    state = "s"
    output = "q"
    totals = ("s", "q")

    def step(self, warped: list[Any], before: tuple[Any, ...], tools: Any) -> tuple[Any, ...]:
        g_cs, g_cu, u = warped
        s = tools.keep("s", g_cs * before[0] + g_cu * u)
        return s, tools.keep("q", tools.tanh(s))

    def local(self, rec: Any, slope: dict[str, Any], through: Any) -> tuple[Any, ...]:
        return (
            through("s", rec.previous("s") * slope["g_cs"]),
            through("s", rec["u"] * slope["g_cu"]),
            through("s", rec["g_cu"] * slope["u"]),
            through("q", slope["q"]),
            through("s", rec["g_cs"]),
        )

    def step_back(
        self, local: tuple[Any, ...], arriving: list[Any], alphas: tuple[Any, ...], tools: Any
    ) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        D_cs, D_cu, D_du, D_q, D_s = local
        f_psi, chi = arriving
        psi = f_psi + chi * D_q
        for D, alpha in zip((D_cs, D_cu, D_du), alphas, strict=True):
            tools.product(psi, D, alpha)
        return (psi, chi), (D_s * psi, None)

    def inner_gradients(self, rec: Any, passed: dict[str, Any]) -> dict[str, Any]:
        psi = passed["s"]
        return {
            "g_cs": psi * rec.previous("s"),
            "g_cu": psi * rec["u"],
            "u": psi * rec["g_cu"],
        }


NEW_CELLS = (LeakySum(), *THROWAWAY)
EACH_NEW_CELL = pytest.mark.parametrize("cell", NEW_CELLS, ids=lambda cell: cell.name)


@pytest.fixture
def registered(cell: lc.Cell, monkeypatch: pytest.MonkeyPatch) -> lc.Cell:
    monkeypatch.setitem(lc.CELLS, cell.name, cell)
    return lc.CELLS[cell.name]


def record(cell: lc.Cell) -> tuple[lc.Recording, lc.Gradients]:
    theta = lc.init_params(cell, 5, **{size: 3 for size in cell.sizes})
    rec = lc.unroll(cell, theta, np.random.default_rng(5).normal(size=(12, 3)))
    error = np.zeros_like(rec.output)
    error[-1] = 1.0
    return rec, lc.backpropagate(rec, error)


def test_the_new_cell_is_right() -> None:
    """Central differences in a random direction: the figures below draw true gradients."""
    cell = LeakySum()
    rec, back = record(cell)
    rng = np.random.default_rng(0)
    along = {name: rng.normal(size=values.shape) for name, values in rec.theta.items()}

    def error(step: float) -> float:
        theta = {name: values + step * along[name] for name, values in rec.theta.items()}
        return float(lc.unroll(cell, theta, rec.x).output[-1].sum())

    measured = (error(1e-5) - error(-1e-5)) / 2e-5
    computed = sum((back.d_theta[name] * along[name]).sum() for name in along)
    assert computed == pytest.approx(measured, rel=1e-7)


@EACH_NEW_CELL
def test_a_new_cell_flows_through_every_figure(registered: lc.Cell) -> None:
    cell = registered
    rec, back = record(cell)
    kinds = ("gate", "candidate", "state", "readout", "value", "accumulation")
    names = names_of_kind(rec, kinds)
    assert set(names) == set(cell.signals)
    drawn: list[Figure] = [
        signal_traces(rec, names, 1, cursor=3),
        signal_traces(rec, names, 1, notation="framework"),
        gradient_traces(back, ("psi", "chi"), 0),
        gradient_traces(back, list(back.names), None),
        signal_heat(rec[cell.state], cell.state, cursor=3),
    ]
    gates = names_of_kind(rec, ["gate"])
    assert list(gate_shares(rec)) == gates
    if gates:
        drawn.append(gate_saturation(gate_shares(rec)))
        drawn.append(signal_heat(rec[gates[0]], gates[0], gate=True))
    norms = {kind: lc.transport_norms(rec, kind) for kind in KINDS}
    drawn.append(transport_by_lag({kind: lc.norms_by_lag(norms[kind]) for kind in KINDS}))
    drawn.append(transport_map(norms["exact"]))
    jacobian = lc.eigenvalues(lc.step_jacobians(rec))
    drawn.append(eigenvalue_plane({"Jacobian at n = 3": jacobian[3]}))
    for figure in drawn:
        assert figure.alt
        figure.chart().to_dict()


@EACH_NEW_CELL
@pytest.mark.parametrize("notation", NOTATIONS)
def test_a_new_cell_is_written_in_numbers(registered: lc.Cell, notation: str) -> None:
    cell = registered
    rec, _ = record(cell)
    for n in (0, 5):
        lines = step_in_numbers(rec, n, 2)
        assert [line.signal.name for line in lines] == list(cell.signals)
        for line in lines:
            assert line.value == rec[line.signal.name][n, 2]
            html = equation(cell, line, notation)
            assert symbol(cell, line.signal.name, notation) in html
            assert "<u>" not in html.replace("&lt;u&gt;", ""), "not escaped"


@pytest.mark.parametrize("cell", [LeakySum()], ids=["leaky_sum"])
def test_a_new_cells_numbers_add_up(registered: lc.Cell) -> None:
    rec, _ = record(registered)
    for line in step_in_numbers(rec, 5, 1):
        total = sum(term.value for term in line.terms)
        if line.warp == "tanh":
            total = np.tanh(total)
        elif line.warp == "sigmoid":
            total = 1 / (1 + np.exp(-total))
        assert line.value == pytest.approx(total, rel=1e-12)


@pytest.mark.parametrize("cell", [LeakySum()], ids=["leaky_sum"])
def test_a_new_cell_flows_through_a_page(
    registered: lc.Cell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """*Inside the cell* with another cell in the trained one's place shows it unchanged."""
    cell = registered
    theta = lc.init_params(cell, 5, d_x=1, d_s=3)
    model = inside.Model(cell, theta, np.ones((1, 3)), np.zeros(1))
    inside._run.cache_clear()
    try:
        monkeypatch.setattr(inside, "model", lambda name: model)
        for view in inside.VIEWS:
            at = sound(open_page(INSIDE, {"view": view, "n": "7", "weight": "W_q_cs"}))
            assert charts(at)
        assert symbol(cell, "q") in shown(at)["parts"]["live/step"]["html"]
    finally:
        inside._run.cache_clear()
