"""Reading the CSV files that visitors upload, good ones and bad ones."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from explorer.csv_input import MAX_BYTES, CsvProblem, Series, read_series
from explorer.limits import MIN_VALUES

SUNSPOTS = Path(__file__).parents[2] / "assets" / "data" / "sunspots.csv"


def read(text: str, **options: object) -> Series:
    return read_series(text.encode(), **{"min_rows": 2} | options)  # type: ignore[arg-type]


def problem(data: bytes | str, **options: object) -> str:
    """The message for a file that cannot be used."""
    with pytest.raises(CsvProblem) as caught:
        read_series(data.encode() if isinstance(data, str) else data, **options)  # type: ignore[arg-type]
    message = str(caught.value)
    assert message.endswith("."), "no remedy after the problem"
    return message


def test_the_bundled_series() -> None:
    series = read_series(SUNSPOTS.read_bytes())
    assert series.name == "sunspots"
    assert series.numeric_columns == ("year", "sunspots")
    assert len(series.values) == 309
    assert (series.values[0], series.values[-1]) == (5.0, 2.9)
    assert series.notes == ("309 rows, all used",)


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("t,x\n1,2.5\n2,-1\n", ","),
        ("t;x\n1;2.5\n2;-1\n", ";"),
        ("t;x\n1;2,5\n2;-1,0\n", ";"),
        ("t;x\n1,0;2,5\n2,0;-1,0\n", ";"),
        ("t\tx\n1\t2.5\n2\t-1\n", "\t"),
        ("t\tx\n1\t2,5\n2\t-1\n", "\t"),
        ("t|x\n1|2.5\n2|-1\n", "|"),
        ("  t   x\n  1 2.5\n  2  -1\n", " "),
        ("t x\n1 2,5\n2 -1,0\n", " "),
        ('"t" "x"\n"1" "2.5"\n"2" "-1"\n', " "),
        ("t, x\n1, 2.5\n2, -1\n", ","),
        ('"t","x"\n"1","2.5"\n"2","-1"\n', ","),
        ("t,x\r\n1,2.5\r\n2,-1\r\n", ","),
        ("t,x\r1,2.5\r2,-1", ","),
        ("t,x\n1,2.5\n2,-1\n\x1a", ","),
        ("t,x\n1,2.5\n2,\u22121\n", ","),
        ("t,x,\n1,2.5,\n2,-1,\n", ","),
        ("t,x\n1,2.5,,\n2,-1,,\n", ","),
        ("\n\nt,x\n\n1,2.5\n,\n2,-1\n\n", ","),
        ("day,x\n5 Jan 2020,2.5\n6 Jan 2020,-1\n", ","),
        ("when;x\n2020-01-01 12:00;2,5\n2020-01-02 12:00;-1\n", ";"),
        ("place,x\nRome;Italy,2.5\nOslo;Norway,-1\n", ","),
        ('place,x\n"Rome, Italy",2.5\n"Oslo\nNorway",-1\n', ","),
    ],
)
def test_delimiters_and_dialects(text: str, delimiter: str) -> None:
    series = read(text)
    assert series.name == "x"
    assert series.values == (2.5, -1.0)
    assert series.delimiter == delimiter
    assert series.has_header


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("5\n6\n4\n", (5, 6, 4)),
        ("x\n1,5\n2,7\n1\n", (1.5, 2.7, 1)),
        ("1e3\n+.5\n-2.\n", (1000, 0.5, -2)),
    ],
)
def test_a_single_column(text: str, values: tuple[float, ...]) -> None:
    assert read(text).values == values


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"],
)
def test_encodings(encoding: str) -> None:
    series = read_series("Jahr,Höhe\n1,3\n2,4\n3,2\n".encode(encoding))
    assert series.name == "Höhe"
    assert series.values == (3, 4, 2)
    guessed = encoding in ("latin-1", "cp1252")
    assert any("not UTF-8" in note for note in series.notes) == guessed


def test_big_endian_utf_16_and_undefined_bytes_of_windows_1252() -> None:
    assert read_series(b"\xfe\xff" + "x\n3\n2\n4\n".encode("utf-16-be")).values == (3, 2, 4)
    assert read_series(b"x\x81\n3\n2\n4\n").values == (3, 2, 4)


@pytest.mark.parametrize(
    ("text", "name", "numeric_columns"),
    [
        ("year,price\n1,5\n2,4\n", "price", ("year", "price")),
        ("price,id\n5,1\n4,2\n", "price", ("price", "id")),
        ("year,total\n1,5\n2,6\n", "total", ("year", "total")),
        ("year,low,high\n1,5,9\n2,4,8\n", "high", ("year", "low", "high")),
        ("x,comment\n5,good\n4,bad\n", "x", ("x",)),
        (",price\n0,5\n1,4\n", "price", ("column 1", "price")),
        ("x,x\n5,6\n4,3\n", "x (2)", ("x", "x (2)")),
        ("1700,5\n1701,4\n", "column 2", ("column 1", "column 2")),
        ("#,x\n1,5\n2,4\n", "x", ("#", "x")),
    ],
)
def test_which_column(text: str, name: str, numeric_columns: tuple[str, ...]) -> None:
    series = read(text)
    assert series.name == name
    assert series.numeric_columns == numeric_columns


def test_a_chosen_column() -> None:
    text = "year,low,high\n1,5,9\n2,4,8\n"
    assert read(text, column="year").values == (1, 2)
    message = problem(text, column="hihg")
    assert "no column 'hihg'" in message
    assert "nearest name is 'high'" in message


def test_rows_beyond_the_limit_are_counted_but_not_read() -> None:
    text = "x\n" + "3\n4\n" * 6 + "n/a\n"
    assert read(text, max_rows=12).notes == ("13 rows; first 12 are used",)
    assert read(text.removesuffix("n/a\n"), max_rows=12).notes == ("12 rows, all used",)
    headerless = read("3\n4\n5\n", max_rows=2)
    assert headerless.values == (3, 4)
    assert headerless.notes[0] == "3 rows; first 2 are used"


def test_notes_say_what_was_assumed() -> None:
    series = read("# made by hand\n5;2,5\n3;1,5\n")
    assert series.notes == (
        "2 rows, all used",
        "no header: the first row is read as data",
        "lines that begin with #, skipped: 1",
        "decimal comma: '2,5' is read as 2.5",
    )


@pytest.mark.parametrize(
    "cell", ["n/a", "NaN", "inf", "-Infinity", "1_000", "0x10", "$5", "\u0663"]
)
def test_a_bad_cell_is_named_by_row_and_column(cell: str) -> None:
    text = f"year,price\n1,5\n2,4\n\n3,6\n4,5\n5,{cell}\n"
    assert f"row 7, column 'price': {cell!r} is not a number" in problem(text)


def test_an_empty_and_a_huge_cell() -> None:
    message = problem("year,price\n1,5\n2,\n3,1e300\n4,2\n")
    assert "row 3, column 'price': the cell is empty" in message
    assert "row 4, column 'price': '1e300' is too large (at most 1e+100)" in message
    assert "choose another column: 'year'" in message


def test_only_the_first_three_bad_cells_are_listed() -> None:
    message = problem("price\n" + "5\n" * 9 + "x\n" * 5)
    assert message.count("is not a number") == 3
    assert "row 11," in message
    assert "and 2 more" in message


def test_a_missing_value_at_the_top_is_no_header() -> None:
    assert "row 1, column 'column 1': 'n/a' is not a number" in problem("n/a\n5\n4\n")
    assert "row 1, column 'column 2': 'x' is not a number" in problem("1,x\n2,4\n3,5\n")


def test_units_below_the_header_are_a_bad_cell() -> None:
    assert "row 2, column 'x': 'cm' is not a number" in problem("t,x\ns,cm\n1,5\n2,4\n")


def test_long_cells_are_shortened() -> None:
    assert len(problem("x\n5\n4\n" + "z" * 5000)) < 300


@pytest.mark.parametrize("data", [b"", b" \r\n\t ", b"\xef\xbb\xbf", b"\xff\xfe", b"\x1a"])
def test_empty_files(data: bytes) -> None:
    assert "empty" in problem(data)


def test_rows_without_data() -> None:
    assert "holds no data" in problem(",,\n,,\n")
    assert "holds no data" in problem("# only\n# comments\n")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"PK\x03\x04" + bytes(50), "xlsx"),
        (b"PK\x03\x04" + bytes(MAX_BYTES), "xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "xls"),
        (b"%PDF-1.7", "PDF"),
        (b"1,2\n3,\x00\n", "binary"),
        (b"\x80\x04\x95.\x00", "binary"),
        ("x\n5\n4\n".encode("utf-16-le"), "binary"),
    ],
)
def test_binary_files(data: bytes, kind: str) -> None:
    message = problem(data)
    assert kind in message
    assert "CSV" in message


@pytest.mark.parametrize(
    "text", ["a,b\nc,d\n", "word", "Once upon a time,\nthere was a fox.\nIt slept.\n", "$5\n$6\n"]
)
def test_only_text(text: str) -> None:
    assert "No column of numbers" in problem(text)


@pytest.mark.parametrize("text", ["5\n", "x\n5\n", "year,x\n1,5\n", "1,2,3,4,5\n"])
def test_one_row(text: str) -> None:
    assert f"1 row of numbers was found; a series needs at least {MIN_VALUES} rows" in problem(text)


@pytest.mark.parametrize(
    ("text", "row"), [("5\n4\n", "3\n"), ("x\n5\n4\n", "3\n"), ("year,x\n1,5\n2,4\n", "3,3\n")]
)
def test_one_row_less_than_a_series_needs(text: str, row: str) -> None:
    found = f"{MIN_VALUES - 1} rows of numbers were found"
    assert f"{found}; a series needs at least {MIN_VALUES} rows" in problem(text)
    assert len(read_series(f"{text}{row}".encode()).values) == MIN_VALUES


@pytest.mark.parametrize("value", ["5", "0", "-1e99", "1,5"])
def test_a_column_that_does_not_change(value: str) -> None:
    said = problem(f"x\n{value}\n{value}\n{value}\n")
    assert "nothing to predict. Take numbers that change." in said
    table = "a;b;c\n" + "".join(f"{i};{i % 2};{value}\n" for i in range(5))
    assert read(table).name == "b", "a column that changes goes before one that does not"
    assert "Take another column: 'a'; 'b'." in problem(table, column="c")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_beginning_of_a_file_is_read_wherever_it_is_cut(encoding: str, end: str) -> None:
    """No half of a row, of a number or of a character is taken for a whole one."""
    rows = [(f"Höhe {i}", i * 7919 % 101) for i in range(30)]
    data = end.join(["name;x", *(f"{name};{x}" for name, x in rows)]).encode(encoding)
    for length in range(len(data) // 3, len(data)):
        series = read_series(data[:length], size=len(data))
        assert series.values == tuple(x for _, x in rows[: len(series.values)])
        assert series.notes[0] == f"{len(data)} bytes; first {len(series.values)} rows are used"


def test_ragged_rows() -> None:
    message = problem("t,x\n1,5\n2,4,6\n3\n4,1\n5,3\n")
    assert "row 3 has 3 cells; row 4 has 1 cell, where the others have 2" in message
    assert "row 1 has 1 cell" in problem("Exported on Monday\nt,x\n1,5\n2,4\n")


def test_too_large_and_too_wide() -> None:
    assert "at most 1,000,000 are read" in problem(b"1\n" * MAX_BYTES)
    assert "at most 200 are read" in problem(",".join("5" * 300) + "\n" + ",".join("4" * 300))


def test_detection_looks_at_the_beginning_only() -> None:
    wide_row = ";".join(["1,25"] * 150) + "\n"
    series = read((wide_row + wide_row.replace("1,25", "2,5")) * 150)
    assert series.delimiter == ";"
    assert set(series.values) == {1.25, 2.5}
    assert len(series.values) == 300


def test_damaged_and_unclosed() -> None:
    assert "damaged" in problem(b"\xff\xfex\x00\n")
    assert "never closed" in problem('x\n5\n"4\n' + "3\n" * 100_000)
    assert "never closed" in problem("x," + "1" * 200_000)


def test_code_is_only_a_bad_cell() -> None:
    assert "is not a number" in problem("x\n5\n__import__('os').abort()\n4\n")


def test_max_rows_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match=r"^max_rows: ") as caught:
        read("x\n5\n4\n", max_rows=1)
    assert not isinstance(caught.value, CsvProblem)


csv_like_bytes = st.text(alphabet="0123456789.,;|\t \n\r\"'#-+eEnaNx", max_size=80).map(str.encode)


@settings(max_examples=500, deadline=None)
@given(st.binary() | csv_like_bytes | st.text().map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_give_a_series_or_a_csv_problem(data: bytes) -> None:
    try:
        series = read_series(data)
    except CsvProblem as caught:
        assert str(caught)
    else:
        assert len(series.values) >= MIN_VALUES
        assert len(set(series.values)) > 1
        assert series.name in series.numeric_columns


numbers = st.floats(-1e6, 1e6).map(lambda number: round(number, 3) + 0.0)
tables = st.integers(2, 4).flatmap(
    lambda width: st.lists(
        st.lists(numbers, min_size=width, max_size=width), min_size=2, max_size=30
    )
)


@settings(max_examples=200, deadline=None)
@given(tables, st.sampled_from(",;\t| "), st.booleans(), st.booleans())
def test_a_written_table_is_read_back(
    table: list[list[float]], delimiter: str, has_header: bool, decimal_comma: bool
) -> None:
    width = len(table[0])
    names = ["abcd"[place] for place in range(width)]
    decimal_comma = decimal_comma and delimiter != ","
    rows = [[repr(number) for number in row] for row in table]
    if decimal_comma:
        rows = [[cell.replace(".", ",") for cell in row] for row in rows]
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows([names, *rows] if has_header else rows)

    wanted = names[0] if has_header else "column 1"
    assume(len({row[0] for row in table}) > 1)
    series = read(file.getvalue(), column=wanted)
    assert series.values == tuple(row[0] for row in table)
    assert series.delimiter == delimiter
    assert series.has_header == has_header
    assert len(series.numeric_columns) == width
    assert any("decimal comma" in note for note in series.notes) == decimal_comma
