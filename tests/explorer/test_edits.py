"""Changes to a weight: made, kept in a link, applied."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.edits import Edits, apply_edits, factor, table, with_edit, with_entries
from explorer.inside import InsideState
from explorer.limits import MAX_EDITS, MAX_WEIGHT
from explorer.state import from_query, to_query

THETA = {"W": np.array([[1.0, 2.0], [3.0, 4.0]]), "b": np.array([5.0, 6.0])}


def through_a_link(edits: Edits) -> Edits:
    state, problems = from_query(InsideState, to_query(InsideState(edits=edits)))
    assert not problems
    return state.edits


def test_a_matrix_is_scaled_and_an_entry_is_set() -> None:
    edits = with_edit(with_edit((), "W*", 0.5), "b[1]", -1.0)
    changed = apply_edits(THETA, edits)
    np.testing.assert_array_equal(changed["W"], [[0.5, 1.0], [1.5, 2.0]])
    np.testing.assert_array_equal(changed["b"], [5.0, -1.0])
    assert factor(edits, "W") == 0.5
    assert factor(edits, "b") == 1.0


def test_the_given_parameters_stay_as_they_were() -> None:
    before = {name: values.copy() for name, values in THETA.items()}
    changed = apply_edits(THETA, (("W[0,0]", 9.0), ("b*", 0.0)))
    for name, values in before.items():
        np.testing.assert_array_equal(THETA[name], values)
        assert changed[name] is not THETA[name]


def test_no_edits_change_nothing() -> None:
    for name, values in apply_edits(THETA, ()).items():
        np.testing.assert_array_equal(values, THETA[name])


@pytest.mark.parametrize("edits", [(("W*", 2.0), ("W[0,1]", 7.0)), (("W[0,1]", 7.0), ("W*", 2.0))])
def test_entries_are_set_before_matrices_are_scaled(edits: Edits) -> None:
    np.testing.assert_array_equal(apply_edits(THETA, edits)["W"], [[2.0, 14.0], [6.0, 8.0]])


def test_a_later_edit_of_the_same_place_replaces_the_earlier() -> None:
    edits: Edits = ()
    for target, value in (("W*", 2.0), ("b[0]", 1.0), ("W*", 3.0), ("b[0]", 1.0), ("W*", 3.0)):
        edits = with_edit(edits, target, value)
    assert edits == (("W*", 3.0), ("b[0]", 1.0))


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["W*", "b*", "W[0,1]", "W[1,1]", "b[0]"]),
            st.floats(-MAX_WEIGHT, MAX_WEIGHT),
        ),
        max_size=20,
    )
)
def test_edits_come_back_from_a_link_and_do_the_same(made: list[tuple[str, float]]) -> None:
    edits: Edits = ()
    for target, value in made:
        edits = with_edit(edits, target, value)
    assert dict(edits) == dict(made)
    again = through_a_link(edits)
    assert again == edits
    for name, values in apply_edits(THETA, edits).items():
        np.testing.assert_array_equal(apply_edits(THETA, again)[name], values)


def test_setting_an_entry_twice_in_a_link_leaves_the_last() -> None:
    state, problems = from_query(InsideState, {"edits": "b[0]=1.0;b[0]=2.0"})
    assert not problems
    np.testing.assert_array_equal(apply_edits(THETA, state.edits)["b"], [2.0, 6.0])


@pytest.mark.parametrize("value", [50.1, -1e300, float("nan"), float("inf")])
def test_a_weight_has_bounds(value: float) -> None:
    with pytest.raises(ValueError, match="from -50 to 50"):
        with_edit((), "W*", value)


@settings(deadline=None)
@given(
    st.sampled_from([-1.0, 0.05, 0.3, 1.0, 3.0]),
    st.dictionaries(
        st.tuples(st.integers(0, 1), st.integers(0, 1)), st.none() | st.floats(-2.5, 2.5)
    ),
)
def test_entries_are_set_as_they_are_shown(
    scale: float, entries: dict[tuple[int, int], float | None]
) -> None:
    edits = with_entries((("W*", scale),), "W", THETA["W"], entries)
    shown = apply_edits(THETA, edits)["W"]
    for place in np.ndindex(2, 2):
        wanted = entries.get(place)
        own = THETA["W"][place] * scale
        assert shown[place] == pytest.approx(
            own if wanted is None else wanted, rel=1e-14, abs=1e-300
        )
    assert with_entries(edits, "W", THETA["W"], entries) == edits, "the same again is another edit"


def test_only_entries_that_change_are_edits() -> None:
    trained = THETA["b"]
    assert with_entries((), "b", trained, {(0, 0): 5.0, (1, 0): 7.0}) == (("b[1]", 7.0),)
    edits = (("b[1]", 7.0), ("W*", 2.0))
    assert with_entries(edits, "b", trained, {(1, 0): 6.0}) == (("W*", 2.0),)
    assert with_entries(edits, "b", trained, {(1, 0): None}) == (("W*", 2.0),)


def test_entries_of_a_matrix_that_is_scaled_away_cannot_be_set() -> None:
    with pytest.raises(ValueError, match=r"W is scaled by 0.*\.$"):
        with_entries((("W*", 0.0),), "W", THETA["W"], {(0, 0): 1.0})


def test_more_entries_than_a_link_holds_are_one_sentence() -> None:
    trained = np.zeros((9, 9))
    block = {place: 1.0 for place in np.ndindex(9, 9)}
    with pytest.raises(ValueError, match=rf"At most {MAX_EDITS} weights.*would make 81;.*\.$"):
        with_entries((), "W", trained, block)


def test_a_table_allows_what_can_be_kept() -> None:
    assert table((), "W", THETA["W"]).allowed == "from −50 to 50"
    assert table((("W*", 3.0),), "W", THETA["W"]).bound == MAX_WEIGHT
    small = table((("W*", -0.1),), "W", THETA["W"])
    assert small.allowed == "from −5 to 5 while the matrix is scaled by −0.1"
    edits = with_entries((("W*", -0.1),), "W", THETA["W"], {(0, 0): small.bound})
    assert abs(dict(edits)["W[0,0]"]) <= MAX_WEIGHT


def test_edits_have_a_bound() -> None:
    edits: Edits = ()
    for i in range(MAX_EDITS):
        edits = with_edit(edits, f"b[{i}]", 1.0)
    assert with_edit(edits, "b[3]", 2.0)[3] == ("b[3]", 2.0)
    with pytest.raises(ValueError, match=f"At most {MAX_EDITS}.*undo one, or reset"):
        with_edit(edits, "W*", 2.0)


@pytest.mark.parametrize(
    ("target", "named"),
    [
        ("U*", "U"),
        ("U[0,0]", "U"),
        ("W[2,0]", r"W\[2,0\].*\(2, 2\)"),
        ("W[0,2]", r"W\[0,2\].*\(2, 2\)"),
        ("W[0]", r"W\[0\].*\(2, 2\)"),
        ("b[0,0]", r"b\[0,0\].*\(2,\)"),
        ("b[2]", r"b\[2\].*\(2,\)"),
    ],
)
def test_a_place_that_does_not_exist_is_named(target: str, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        apply_edits(THETA, ((target, 1.0),))


@pytest.mark.parametrize("target", [f"W[{'9' * 5000},0]", "W" * 10_000 + "*"])
def test_the_message_about_a_huge_place_is_short(target: str) -> None:
    with pytest.raises(ValueError) as caught:
        apply_edits(THETA, ((target, 1.0),))
    assert len(str(caught.value)) < 300
    assert "Reset" in str(caught.value)
