"""Every page's state and its link: there and back, and whatever else a link may hold."""

import math
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer import carousel, inside, roots, stability, unrolling, why
from explorer.carousel import SCALAR_STEPS, CarouselState
from explorer.inside import InsideState
from explorer.limits import MAX_EDITS, MAX_POINTS, MAX_STEPS, MAX_TEXT, MAX_WEIGHT
from explorer.roots import RootsState
from explorer.stability import StabilityState
from explorer.state import (
    PROBLEMS_SHOWN,
    field_of,
    from_query,
    kind_of,
    said_of_link,
    to_query,
)
from explorer.unrolling import UnrollingState
from explorer.why import WhyState

PAGES: dict[type, Any] = {
    InsideState: inside,
    CarouselState: carousel,
    WhyState: why,
    StabilityState: stability,
    UnrollingState: unrolling,
    RootsState: roots,
}
EACH_STATE = pytest.mark.parametrize("kind", PAGES, ids=lambda kind: kind.__name__)
FIELDS = [(kind, item.name) for kind in PAGES for item in fields(kind)]
EACH_FIELD = pytest.mark.parametrize(
    ("kind", "name"), FIELDS, ids=[f"{kind.__name__}.{name}" for kind, name in FIELDS]
)

weights = st.floats(-MAX_WEIGHT, MAX_WEIGHT)
indices = st.integers(0, 99)
names = st.sampled_from(["W_x_cu", "W_v_cs", "b_cr", "nonsense"])
targets = (
    names.map("{}*".format)
    | st.builds("{}[{}]".format, names, indices)
    | st.builds("{}[{},{}]".format, names, indices, indices)
)
curves = st.builds(
    lambda steps, values: tuple(zip(sorted(steps), values, strict=False)),
    st.sets(st.integers(0, MAX_STEPS - 1), min_size=2, max_size=MAX_POINTS),
    st.lists(st.floats(0, 1), min_size=MAX_POINTS, max_size=MAX_POINTS),
)
OTHER_VALUES = {
    "cs_curve": curves,
    "cu_curve": curves,
    "cr_curve": curves,
    "edits": st.lists(st.tuples(targets, weights), max_size=MAX_EDITS).map(tuple),
    "series": st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=MAX_STEPS).map(
        tuple
    ),
    "opened": st.sets(st.integers(0, SCALAR_STEPS - 1)).map(lambda steps: tuple(sorted(steps))),
}
OTHER_VALUES["cleared"] = OTHER_VALUES["opened"]


def values_of(kind: type, name: str) -> st.SearchStrategy[Any]:
    """Anything that a field may hold."""
    if name in OTHER_VALUES:
        return OTHER_VALUES[name]
    how = kind_of(kind, name)
    if how.options:
        return st.sampled_from(how.options)
    if how.longest is not None:
        return st.text(st.characters(exclude_categories=["Cs"]), max_size=how.longest)
    if isinstance(field_of(kind, name).default, int):
        return st.integers(int(how.low or 0), int(how.high or 0))
    return st.floats(how.low, how.high)


def states(kind: type) -> st.SearchStrategy[Any]:
    return st.builds(kind, **{item.name: values_of(kind, item.name) for item in fields(kind)})


@EACH_STATE
def test_the_opening_state_has_an_empty_link(kind: type) -> None:
    assert to_query(kind()) == {}
    assert from_query(kind, {}) == (kind(), [])


@EACH_STATE
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_a_state_comes_back_from_its_link(kind: type, data: st.DataObject) -> None:
    state = data.draw(states(kind))
    query = to_query(state)
    assert all(isinstance(text, str) for text in query.values())
    assert from_query(kind, query) == (state, [])


@EACH_STATE
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_settling_once_is_enough(kind: type, data: st.DataObject) -> None:
    settle = PAGES[kind].settle
    settled = settle(data.draw(states(kind)))
    assert settle(settled) == settled
    assert from_query(kind, to_query(settled)) == (settled, [])


@EACH_STATE
def test_the_link_holds_only_what_differs(kind: type) -> None:
    for item in fields(kind):
        state = kind(**{item.name: _another(kind, item.name)})
        assert list(to_query(state)) == [item.name]


def _another(kind: type, name: str) -> Any:
    """A value of a field that is not its default."""
    how, default = kind_of(kind, name), field_of(kind, name).default
    if name == "edits":
        return (("W_v_cs*", 0.5),)
    if name == "series":
        return (1.0, 2.0, 4.0)
    if name in ("opened", "cleared"):
        return ()
    if name.endswith("_curve"):
        return ((0, 0.25), (7, 1.0))
    if how.options:
        return next(option for option in how.options if option != default)
    if how.longest is not None:
        return f"{default}!"[-how.longest :]
    return type(default)(how.low if default != how.low else how.high)


# links that somebody wrote by hand


def packed(values: list[float]) -> str:
    return kind_of(InsideState, "series").write(tuple(values))


JUNK = (
    "",
    " ",
    "NaN",
    "inf",
    "-1e999",
    "1e308",
    "-1",
    "0x10",
    "nothing of the kind",
    "None",
    "[1, 2",
    "<script>alert(1)</script>",
    "__import__('os').abort()",
    "\x00",
    "\ud800",
    "☃" * 5,
    "9" * 10_000,
    "x" * 10_000,
    "1." * 5_000,
    "W_v_cs*1;" * 1_100,
    "A" * 10_001,
    "0:1_" * 2_000,
    "0:1_19:0.5_39:1",
)


def check_answer(kind: type, query: dict[str, str]) -> tuple[Any, list[str]]:
    """Whatever the link: a usable state, and one short sentence without the visitor's own text."""
    state, problems = from_query(kind, query)
    settle = PAGES[kind].settle
    assert settle(settle(state)) == settle(state)
    if problems:
        sentence = said_of_link(problems)
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert len(sentence) < 500, "a message of a screenful"
        assert ("the default is used" in sentence) == (len(problems) == 1)
    return state, problems


@EACH_FIELD
@pytest.mark.parametrize("text", JUNK, ids=lambda text: ascii(text[:12]))
def test_junk_in_a_field_is_said_and_left_out(kind: type, name: str, text: str) -> None:
    state, problems = check_answer(kind, {name: text})
    if problems:
        assert state == kind()
        assert len(problems) == 1
        assert f"“{name}”" in problems[0]
    else:  # it happens to be a value of this field
        assert from_query(kind, to_query(state)) == (state, [])


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, name in FIELDS if kind_of(kind, name).low is not None]
)
def test_a_value_out_of_range_is_said(kind: type, name: str) -> None:
    how = kind_of(kind, name)
    for value in (how.low - 1, how.high + 1, how.high * 1e6, math.nan, math.inf, -math.inf):
        text = str(int(value)) if isinstance(how.low, int) and math.isfinite(value) else repr(value)
        state, (problem,) = check_answer(kind, {name: text})
        assert state == kind()
        assert f"{how.low:g}" in problem
        assert f"{how.high:g}" in problem


@pytest.mark.parametrize(
    ("kind", "name", "text", "remedy"),
    [
        (InsideState, "source", "sunspot", "sunspots"),
        (InsideState, "text", "a" * (MAX_TEXT + 1), f"at most {MAX_TEXT} characters"),
        (InsideState, "n", "3.5", "whole number"),
        (InsideState, "edits", "W_v_cs", "W_v_cs*1.5"),
        (InsideState, "edits", "W_v_cs*", "W_v_cs*1.5"),
        (InsideState, "edits", "W_v_cs*a", "W_v_cs*1.5"),
        (InsideState, "edits", "W_v_cs[0,0,0]=1", "W_v_cs*1.5"),
        (InsideState, "edits", "W_v_cs[-1,0]=1", "W_v_cs*1.5"),
        (InsideState, "edits", "W_v_cs[0,0]1", "W_v_cs*1.5"),
        (InsideState, "edits", "W_v_cs*nan", "from -50 to 50"),
        (InsideState, "edits", "W_v_cs*51", "from -50 to 50"),
        (InsideState, "edits", "W_v_cs[0,0]=-inf", "from -50 to 50"),
        (InsideState, "edits", ";".join(f"b_cs[{i}]=1" for i in range(65)), "at most 64"),
        (InsideState, "series", "AAAA", "upload the file again"),
        (InsideState, "series", "☃☃☃", "upload the file again"),
        (InsideState, "series", "AAAAAAAA8D8=, please", "upload the file again"),
        (InsideState, "series", packed([1.0, math.nan]), "finite"),
        (InsideState, "series", packed([1.0] * (MAX_STEPS + 1)), "at most 200"),
        (CarouselState, "opened", "1.x", "0.3.7"),
        (CarouselState, "opened", f"1.{SCALAR_STEPS}", "from 0 to 19"),
        (CarouselState, "cleared", "-1", "from 0 to 19"),
        (CarouselState, "cs_mode", "open", "free, constant, schedule, bias, curve"),
        (CarouselState, "cs_curve", "0:1", "from 2 to 12 points"),
        (CarouselState, "cs_curve", "_".join(f"{n}:1" for n in range(13)), "from 2 to 12 points"),
        (CarouselState, "cs_curve", "0:1_5", "0:1_19:0.5_39:1"),
        (CarouselState, "cs_curve", "0:1_5:x", "0:1_19:0.5_39:1"),
        (CarouselState, "cs_curve", "0:1_5.5:1", "0:1_19:0.5_39:1"),
        (CarouselState, "cs_curve", "0:1_5:1:1", "0:1_19:0.5_39:1"),
        (CarouselState, "cs_curve", "0:1_5:1.01", "from 0 to 1"),
        (CarouselState, "cs_curve", "0:nan_5:1", "from 0 to 1"),
        (CarouselState, "cs_curve", "0:1_200:1", "from 0 to 199"),
        (CarouselState, "cs_curve", "-1:1_20:1", "from 0 to 199"),
        (CarouselState, "cs_curve", "0:1_5:1_5:0", "in the order of their steps"),
        (CarouselState, "cs_curve", "9:1_5:1", "in the order of their steps"),
        (WhyState, "radius", "one", "a number from 0 to 2"),
        (StabilityState, "form", "1", "pair"),
        (UnrollingState, "length", "0", "from 1 to 200"),
        (UnrollingState, "start", "random", "zero, carry"),
        (RootsState, "a", "0", "from 0.1 to 100"),
        (RootsState, "halvings", "5", "from 0 to 4"),
    ],
)
def test_a_problem_names_what_would_be_right(kind: type, name: str, text: str, remedy: str) -> None:
    state, (problem,) = check_answer(kind, {name: text})
    assert state == kind()
    assert f"“{name}”" in problem
    assert remedy in problem


@EACH_STATE
@pytest.mark.parametrize(
    "strangers",
    [
        {"nn": "3", "__class__": "x", "embed": "true"},
        {"utm_source": "mail", "fbclid": "x" * 100, "gclid": "", "ref": "![x](http://host/p.png)"},
        {"x" * 10_000: "1"},
        {f"key{i}": str(i) for i in range(500)},
    ],
    ids=["near", "added", "long", "many"],
)
def test_keys_that_are_no_settings_are_ignored(kind: type, strangers: dict[str, str]) -> None:
    assert check_answer(kind, strangers) == (kind(), [])


@EACH_STATE
def test_all_bad_values_of_a_link_are_one_sentence(kind: type) -> None:
    query = {item.name: "\x00?" for item in fields(kind)}
    _, problems = check_answer(kind, query)
    assert len(problems) > PROBLEMS_SHOWN
    sentence = said_of_link(problems)
    assert f"; and {len(problems) - PROBLEMS_SHOWN} more; the defaults are used." in sentence
    assert all(problem in sentence for problem in problems[:PROBLEMS_SHOWN])


@EACH_STATE
def test_good_values_beside_bad_ones_are_kept(kind: type) -> None:
    good = fields(kind)[1].name
    bad = fields(kind)[0].name
    state, problems = from_query(
        kind, {bad: "?", good: kind_of(kind, good).write(_another(kind, good))}
    )
    assert getattr(state, good) == _another(kind, good)
    assert len(problems) == 1


@EACH_STATE
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_link_is_answered(kind: type, data: st.DataObject) -> None:
    known = st.sampled_from([item.name for item in fields(kind)])
    query = st.dictionaries(known | st.text(max_size=20), st.text() | st.sampled_from(JUNK))
    check_answer(kind, data.draw(query))


def test_a_curve_is_short_in_a_link() -> None:
    state = CarouselState(cs_curve=((0, 1.0), (19, 0.5), (39, 0.0)))
    assert to_query(state) == {"cs_curve": "0:1_19:0.5_39:0"}
    assert from_query(CarouselState, {"cs_curve": "0:1_19:0.5_39:0"}) == (state, [])


# presets


@EACH_STATE
def test_presets_are_a_handful_of_distinct_states(kind: type) -> None:
    presets = PAGES[kind].presets()
    assert 3 <= len(presets) <= 6
    settle = PAGES[kind].settle
    settled = {name: settle(state) for name, state in presets.items()}
    assert len(set(settled.values())) == len(presets)
    for name, state in settled.items():
        assert isinstance(state, kind)
        assert settle(state) == state, name
        assert from_query(kind, to_query(state)) == (state, []), name


@EACH_STATE
def test_the_opening_state_is_a_preset(kind: type) -> None:
    assert kind() in PAGES[kind].presets().values()
    assert PAGES[kind].settle(kind()) == kind()
