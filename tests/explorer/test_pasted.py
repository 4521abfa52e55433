"""Numbers that are pasted, in whatever form they come."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.csv_input import CsvProblem, Series, read_series
from explorer.pasted import in_rows


def read(text: str, **options: object) -> Series:
    rows, delimiter = in_rows(text)
    return read_series(rows.encode(), delimiter=delimiter, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "5 4 6 5.5 7",
        "5, 4, 6, 5.5, 7",
        "5,4,6,5.5,7",
        "5;4;6;5.5;7",
        "5; 4; 6; 5,5; 7",
        "5\t4\t6\t5.5\t7",
        "5 4 6 5,5 7",
        "5\n4\n6\n5.5\n7",
        "5\r\n4\r\n6\r\n5,5\r\n7\r\n",
        "\n\n 5\n4 \n\n6\n5.5\n7",
        "5, 4, 6,\n5.5, 7",
        "5 4\n6 5.5 7",
        "price\n5\n4\n6\n5,5\n7",
        "price 5 4 6 5.5 7",
        "year\tprice\n1\t5\n2\t4\n3\t6\n4\t5,5\n5\t7",
        "1\t5\n2\t4\n3\t6\n4\t5.5\n5\t7",
        "1700,5\n1701,4\n1702,6\n1703,5.5\n1704,7",
        "5,0\n4,0\n6,0\n5,5\n7,0",
    ],
)
def test_one_list_in_many_forms(text: str) -> None:
    assert read(text).values == (5, 4, 6, 5.5, 7)


def test_a_table_keeps_its_columns() -> None:
    series = read("year\tlow\thigh\n1\t5\t9\n2\t4\t8\n3\t6\t7\n")
    assert series.numeric_columns == ("year", "low", "high")
    assert series.name == "high"


@pytest.mark.parametrize("text", ["", " \n", "5", "5 4", "good bad so", "5 4 six 7", "1 2\n3 x 4"])
def test_what_cannot_be_read_is_said(text: str) -> None:
    with pytest.raises(CsvProblem) as caught:
        read(text)
    assert str(caught.value).endswith(".")


plain = st.lists(st.floats(-1e6, 1e6).map(lambda x: round(x, 3) + 0.0), min_size=3, max_size=30)


@settings(deadline=None)
@given(plain.filter(lambda values: len(set(values)) > 1), st.sampled_from(" ,;\t\n"))
def test_any_list_is_read_back(values: list[float], separator: str) -> None:
    assert read(separator.join(map(repr, values))).values == tuple(values)


@settings(deadline=None)
@given(plain.filter(lambda values: len(set(values)) > 1), st.sampled_from(" ;\t"))
def test_decimal_commas_are_read_back(values: list[float], separator: str) -> None:
    assert read(separator.join(map(repr, values)).replace(".", ",")).values == tuple(values)


@settings(deadline=None)
@given(st.text(alphabet="0123456789.,;| \t\n-eEx", max_size=60) | st.text())
def test_any_text_gives_a_series_or_a_problem(text: str) -> None:
    try:
        series = read(text)
    except CsvProblem:
        return
    assert len(set(series.values)) > 1
