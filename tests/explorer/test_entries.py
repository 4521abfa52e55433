"""Numbers that are typed or pasted into a table: read, or refused with a sentence."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from explorer.entries import Table, read_block, read_number, read_typed

TABLE = Table("W_x_cu", 4, 3, 50)
COLUMN = Table("b_cu", 4, 1, 50)
NUMBERS = st.floats(-50, 50)
BLOCKS = st.integers(1, 3).flatmap(
    lambda columns: st.lists(
        st.lists(NUMBERS, min_size=columns, max_size=columns), min_size=1, max_size=4
    )
)
WAYS = {
    "plain": str,
    "decimal comma": lambda text: text.replace(".", ","),
    "true minus": lambda text: text.replace("-", "−"),
    "plus": lambda text: text if text[0] == "-" else f"+{text}",
    "spaces": lambda text: f"  {text}\u00a0",
    "capital E": str.upper,
}
AT_LEISURE = settings(deadline=None)


@pytest.mark.parametrize("way", WAYS)
@AT_LEISURE
@given(NUMBERS)
@example(1e-3)
@example(-0.0)
def test_a_number_is_read_however_it_is_written(way: str, number: float) -> None:
    assert read_number(WAYS[way](repr(number))) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [("0,5", 0.5), ("1,25", 1.25), ("−3", -3), ("–3", -3), ("+2.", 2), (",5", 0.5), ("1e-3", 1e-3)],
)
def test_what_people_type_is_read(text: str, number: float) -> None:
    assert read_typed(TABLE, (1, 2), text) == {(1, 2): number}


@pytest.mark.parametrize(
    "text",
    [
        "60",
        "-50.1",
        "abc",
        "1,2,3",
        "1.2,3",
        "1 2",
        "nan",
        "inf",
        "1e999",
        "0x1",
        "1_0",
        "٣",
        "--1",
    ],
)
def test_what_is_no_entry_is_refused_with_its_place_and_what_is_allowed(text: str) -> None:
    with pytest.raises(ValueError, match=r"not (a number|numbers)") as caught:
        read_typed(TABLE, (2, 1), text)
    assert (
        str(caught.value) == f"Row 2, column 1 of W_x_cu: “{text}” is not a number from −50 to 50."
    )


def test_a_vector_has_rows_alone() -> None:
    with pytest.raises(ValueError, match=r"^Row 2 of b_cu: “x” is not"):
        read_typed(COLUMN, (2, 0), "x")


@pytest.mark.parametrize("text", ["", "  "])
def test_nothing_is_the_trained_entry(text: str) -> None:
    assert read_typed(TABLE, (0, 0), text) == {(0, 0): None}


@pytest.mark.parametrize(
    ("way", "separator", "end"),
    [(way, between, "\n") for way in WAYS for between in "\t;"]
    + [(way, ", ", "\r\n") for way in WAYS if way != "decimal comma"],  # nobody could tell
)
@AT_LEISURE
@given(BLOCKS)
def test_a_block_is_laid_down_from_its_place(
    way: str, separator: str, end: str, block: list[list[float]]
) -> None:
    lines = [separator.join(WAYS[way](repr(number)) for number in line) for line in block]
    place = 4 - len(block), 3 - len(block[0])
    read = read_block(TABLE, place, end.join(lines) + end)
    wanted = {
        (place[0] + i, place[1] + j): number
        for i, line in enumerate(block)
        for j, number in enumerate(line)
    }
    assert read == wanted


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("1,2,3", [[1, 2, 3]]),
        ("0.5,2", [[0.5, 2]]),
        ("0,5", [[0.5]]),
        ('"1,5","2"', [[1.5, 2]]),
        ("1\t\n\t2", [[1, None], [None, 2]]),
        ("1\n2\n3", [[1], [2], [3]]),
    ],
)
def test_commas_between_columns_and_in_numbers(text: str, read: list[list[float | None]]) -> None:
    found = read_block(TABLE, (0, 0), text)
    assert found == {(i, j): x for i, line in enumerate(read) for j, x in enumerate(line)}


def test_commas_that_can_be_either_are_refused_where_there_is_room_for_either() -> None:
    with pytest.raises(ValueError, match=r"“0,5” can be one number or two; .* with a point\.$"):
        read_block(TABLE, (0, 0), "0,5\n1,5")
    assert read_block(TABLE, (0, 2), "0,5\n1,5") == {(0, 2): 0.5, (1, 2): 1.5}
    assert read_block(COLUMN, (0, 0), "0,5\n1,5") == {(0, 0): 0.5, (1, 0): 1.5}


@pytest.mark.parametrize(
    ("place", "text", "words"),
    [
        ((0, 0), "1\t2\t3\t4", "1 row and 4 columns do not fit into 4 rows and 3 columns"),
        ((2, 1), "1\n2\n3", "3 rows and 1 column do not fit"),
        ((2, 1), "1\n2\n3", "from row 2, column 1 on"),
        ((0, 0), "\n".join(["1\t2"] * 80), "80 rows and 2 columns"),
    ],
)
def test_a_block_that_does_not_fit_is_one_sentence(
    place: tuple[int, int], text: str, words: str
) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        read_block(TABLE, place, text)
    assert str(caught.value).count(".") == 1


def test_the_first_refused_entries_of_a_block_are_named() -> None:
    with pytest.raises(ValueError, match=r"not (a number|numbers)") as caught:
        read_block(TABLE, (0, 0), "a\t60\t1\nb\tc\td")
    assert str(caught.value) == (
        "Nothing was pasted into W_x_cu: “a” (row 0, column 0), “60” (row 0, column 1), “b” (row 1,"
        " column 0) and 2 more are not numbers from −50 to 50."
    )
    with pytest.raises(ValueError, match=r": “a” \(row 0, column 0\) is not a number from"):
        read_block(TABLE, (0, 0), "a\t1")


@AT_LEISURE
@given(st.text(max_size=200), st.tuples(st.integers(0, 3), st.integers(0, 2)))
@example('"', (0, 0))
@example("\0,\0,", (0, 0))
def test_any_text_is_read_or_refused_with_one_sentence(text: str, place: tuple[int, int]) -> None:
    for read in (read_typed, read_block):
        try:
            entries = read(TABLE, place, text)
        except ValueError as problem:
            words = str(problem)
            assert words.endswith(".")
            assert len(words) < 300
            assert "\n" not in words
        else:
            assert all(spot in TABLE for spot in entries)
            assert all(x is None or abs(x) <= 50 for x in entries.values())


def test_a_bound_says_its_reason() -> None:
    table = Table("W", 2, 2, 5, " while the matrix is scaled by 0.1")
    with pytest.raises(
        ValueError, match=re.escape("from −5 to 5 while the matrix is scaled by 0.1.")
    ):
        read_typed(table, (0, 0), "7")
