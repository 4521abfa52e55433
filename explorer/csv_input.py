"""Reads a series of numbers from the bytes of a CSV file that a visitor uploaded.

The file is untrusted: it is only ever split into cells and matched against the grammar of a
decimal number. Rows are counted from 1 as a text editor or spreadsheet shows them, the header
and blank lines included.
"""

import codecs
import csv
import difflib
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from explorer.limits import MIN_VALUES
from explorer.problems import Problem

MAX_BYTES = 1_000_000
MAX_ROWS = 400
MAX_COLUMNS = 200
LARGEST_NUMBER = 1e100  # its square, which standardising needs, is still a float64

DELIMITER_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", " ": "spaces"}

_SAMPLE_ROWS = 50
_SAMPLE_CHARACTERS = 50_000
_PROBLEMS_SHOWN = 3
_LONGEST_NAME = 80
_LONGEST_CELL_SHOWN = 40

_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_MAGIC_NUMBERS = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "an Excel workbook (xlsx) or another zip archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (xls)"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"PAR1", "a Parquet file"),
    (b"\x93NUMPY", "a NumPy array file"),
    (b"\x89HDF", "an HDF5 file"),
)
_CONTROL_CHARACTER = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_NUMBER_WITH_POINT = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_NUMBER_WITH_COMMA = re.compile(r"[+-]?(?:[0-9]+(?:,[0-9]*)?|,[0-9]+)(?:[eE][+-]?[0-9]+)?")
_MISSING = {"", "na", "n/a", "#n/a", "null", "none", "?", ".", "nan", "inf", "infinity"}

_SAVE_AS_CSV = "Save or export it as CSV (comma separated text, UTF-8) and take that."
_TAKE_NUMBERS = "Take a CSV file with a column of numbers, or paste numbers."


class CsvProblem(Problem):
    """Why the file cannot be used and what to do about it, in words for the visitor.

    ``columns``: those that could be used instead.
    """

    def __init__(self, words: str, columns: tuple[str, ...] = ()) -> None:
        super().__init__(words)
        self.columns = columns


@dataclass(frozen=True)
class Series:
    """One column of numbers and how it was found.

    `values` holds the column `name` in the file's own units and order. `notes` are short
    sentences for the visitor about what was assumed or left out.
    """

    name: str
    values: tuple[float, ...]
    numeric_columns: tuple[str, ...]
    delimiter: str
    has_header: bool
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Row:
    number: int
    cells: list[str]

    @property
    def filled_width(self) -> int:
        """The number of cells up to the last one that is not empty."""
        return max((place for place, cell in enumerate(self.cells, start=1) if cell), default=0)


@dataclass(frozen=True)
class _Column:
    name: str
    cells: list[str]
    numbers: list[float | None]
    """None where the cell is not a number that can be used."""
    decimal_mark: str

    @property
    def known_numbers(self) -> list[float]:
        return [number for number in self.numbers if number is not None]

    @property
    def is_numeric(self) -> bool:
        return 0 < len(self.numbers) <= 2 * len(self.known_numbers)

    @property
    def is_constant(self) -> bool:
        return len(set(self.known_numbers)) == 1

    @property
    def is_increasing(self) -> bool:
        return all(before < after for before, after in pairwise(self.known_numbers))


def read_series(
    data: bytes,
    max_rows: int = MAX_ROWS,
    column: str | None = None,
    max_bytes: int = MAX_BYTES,
    *,
    min_rows: int = MIN_VALUES,
    size: int | None = None,
    delimiter: str | None = None,
) -> Series:
    """The series in a visitor's file: encoding, delimiter, header and column are detected.

    Without `column`, the last column of numbers that changes and does not merely count upwards (as
    years or row numbers do) is taken, or else the last one. Only the first `max_rows` rows of data
    are read; the rest is counted and otherwise ignored. Fewer than `min_rows` are refused. `size`:
    the bytes of the whole file, where `data` is only its beginning. `delimiter`: where it is known.
    Raises CsvProblem for anything that stops this, with the remedy in its message.
    """
    if max_rows < 2:
        raise ValueError(f"max_rows: expected 2 or more, got {max_rows}; raise it")
    is_cut = size is not None and size > len(data)
    text, encoding_note = _decode(data, max_bytes, is_cut)
    delimiter = delimiter or _detect_delimiter(text)
    # One row more than asked for, since the first may turn out to be the header.
    rows, row_count, comment_count = _first_rows(text, delimiter, max_rows + 1)
    _require_a_number(rows, delimiter)
    rows = _in_equal_widths(rows, delimiter)
    has_header = _has_header(rows, delimiter)
    names = _column_names(rows[0].cells, has_header)
    data_rows = rows[1:] if has_header else rows[:max_rows]
    columns = _read_columns(data_rows, delimiter, names)
    numeric = [candidate for candidate in columns if candidate.is_numeric]
    chosen = _choose(columns, numeric, column, data_rows)
    _require_no_bad_cells(chosen, numeric, data_rows)
    values = tuple(chosen.known_numbers)
    _require_a_series(chosen, columns, min_rows)
    rows_note = (
        f"{size:,} bytes; first {len(values)} rows are used"
        if is_cut
        else _row_note(row_count - has_header, len(values))
    )
    notes = [
        rows_note,
        encoding_note,
        "" if has_header else "no header: the first row is read as data",
        f"lines that begin with #, skipped: {comment_count}" if comment_count else "",
        _decimal_note(chosen),
        _left_out_note(columns),
    ]
    return Series(
        name=chosen.name,
        values=values,
        numeric_columns=tuple(candidate.name for candidate in numeric),
        delimiter=delimiter,
        has_header=has_header,
        notes=tuple(note for note in notes if note),
    )


def _decode(data: bytes, max_bytes: int, is_cut: bool) -> tuple[str, str]:
    """The file's text with plain line ends, and a note if the encoding had to be guessed. Of a file that
    was cut the last line, which may not be whole, is left out."""
    for magic, kind in _MAGIC_NUMBERS:
        if data.startswith(magic):
            raise CsvProblem(f"The file is {kind}, not text. {_SAVE_AS_CSV}")
    if len(data) > max_bytes:
        raise CsvProblem(
            f"The file has {len(data):,} bytes; at most {max_bytes:,} are read. "
            "Keep only the rows and columns you need and take that."
        )
    text, note = _decode_text(data, is_cut)
    text = text.removesuffix("\x1a").replace("\r\n", "\n").replace("\r", "\n")
    if is_cut and "\n" in text:
        text = text[: text.rindex("\n")]
    if _CONTROL_CHARACTER.search(text):
        raise CsvProblem(f"The file is binary, not text. {_SAVE_AS_CSV}")
    if not text.strip():
        raise CsvProblem(f"This is empty. {_TAKE_NUMBERS}")
    return text, note


def _decode_text(data: bytes, is_cut: bool) -> tuple[str, str]:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            try:
                return _decoded(data.removeprefix(mark), encoding, is_cut), ""
            except UnicodeDecodeError:
                raise CsvProblem(
                    f"The file begins as {encoding.upper()} text but is damaged further on. "
                    "Save it again as CSV in UTF-8."
                ) from None
    try:
        return _decoded(data, "utf-8", is_cut), ""
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252"), "not UTF-8: read as Windows-1252 text"
    except UnicodeDecodeError:
        return data.decode("latin-1"), "not UTF-8: read as Latin-1 text"


def _decoded(data: bytes, encoding: str, is_cut: bool) -> str:
    """The text; of one that was cut without the half of a character at its end."""
    return codecs.getincrementaldecoder(encoding)().decode(data, final=not is_cut)


def _split(text: str, delimiter: str) -> Iterator[_Row]:
    """Every row, blank ones too, with its cells stripped of the space around them."""
    lines = io.StringIO(text, newline="\n")
    if delimiter == " ":
        for number, line in enumerate(lines, start=1):
            yield _Row(number, [cell.strip('"') for cell in line.split()])
        return
    number = 0
    try:
        for cells in csv.reader(lines, delimiter=delimiter, skipinitialspace=True):
            number += 1
            yield _Row(number, [cell.strip() for cell in cells])
    except csv.Error as error:
        raise CsvProblem(
            f"row {number + 1} cannot be split into cells ({error}). "
            "Look for a quotation mark that is never closed."
        ) from None


def _is_comment(row: _Row, delimiter: str) -> bool:
    first = row.cells[0]
    if first == "#":  # the usual heading of a column of row numbers
        return delimiter == " " or len(row.cells) == 1
    return first.startswith("#") and not _is_missing(first)


def _first_rows(text: str, delimiter: str, limit: int) -> tuple[list[_Row], int, int]:
    """The first rows with content; how many of them the file has; how many comments."""
    kept: list[_Row] = []
    row_count = comment_count = 0
    for row in _split(text, delimiter):
        if not any(row.cells):
            continue
        if _is_comment(row, delimiter):
            comment_count += 1
            continue
        row_count += 1
        if len(kept) < limit:
            kept.append(row)
    if not kept:
        raise CsvProblem(f"This holds no data. {_TAKE_NUMBERS}")
    return kept, row_count, comment_count


def _detect_delimiter(text: str) -> str:
    """The delimiter under which the most cells are numbers; ";" for a lone decimal-comma column."""
    best, best_share = "", 0.0
    for delimiter in ("\t", ";", ",", "|"):
        share = _number_share(text, delimiter)
        if share > best_share:
            best, best_share = delimiter, share
    share = _number_share(text, " ")
    # "5 Jan 2020,3" has spaces inside its cells: they separate only if all cells are numbers.
    if share > best_share and (share == 1.0 or not best):
        return " "
    if best == "," and _is_lone_decimal_comma_column(text):
        return ";"
    return best or ","


def _sample(text: str, delimiter: str) -> list[list[str]]:
    filled = (
        row.cells[: MAX_COLUMNS + 1]
        for row in _split(text[:_SAMPLE_CHARACTERS], delimiter)
        if any(row.cells) and not _is_comment(row, delimiter)
    )
    try:
        sample = list(islice(filled, _SAMPLE_ROWS))
    except CsvProblem:
        return []
    was_cut = len(text) > _SAMPLE_CHARACTERS and len(sample) < _SAMPLE_ROWS
    return sample[:-1] if was_cut and len(sample) > 1 else sample


def _number_share(text: str, delimiter: str) -> float:
    """The share of numbers among the sampled cells; 0 if the rows have a single cell."""
    sample = _sample(text, delimiter)
    below_header = sample[1:] or sample
    if not below_header:
        return 0.0
    width = Counter(map(len, below_header)).most_common(1)[0][0]
    if width < 2:
        return 0.0
    number_count = sum(
        _is_number(cell, delimiter)
        for cells in below_header
        if len(cells) == width
        for cell in cells
    )
    return number_count / sum(map(len, below_header))


def _is_lone_decimal_comma_column(text: str) -> bool:
    """Whether a heading without a comma stands over numbers such as 3,5."""
    sample = _sample(text, ";")
    return (
        len(sample) > 1
        and all(len(cells) == 1 for cells in sample)
        and "," not in sample[0][0]
        and all(_read_number(cells[0], ",") is not None for cells in sample[1:])
    )


def _require_a_number(rows: list[_Row], delimiter: str) -> None:
    if not any(_is_number(cell, delimiter) for row in rows for cell in row.cells):
        raise _no_numbers(rows[-1])


def _no_numbers(example: _Row) -> CsvProblem:
    cells = ", ".join(_shown(cell) for cell in example.cells[:_PROBLEMS_SHOWN])
    return CsvProblem(
        f"No column of numbers was found; row {example.number} holds {cells}. Write numbers "
        "as 1234.5, without units or thousands separators, one step in each row."
    )


def _in_equal_widths(rows: list[_Row], delimiter: str) -> list[_Row]:
    """The rows cut to the width of the table; empty cells beyond it do not matter."""
    usual = Counter(len(row.cells) for row in rows).most_common(1)[0][0]
    width = max(row.filled_width for row in rows if len(row.cells) <= usual)
    if width > MAX_COLUMNS:
        raise CsvProblem(
            f"There are {width:,} columns; at most {MAX_COLUMNS} are read. "
            "Put one step in each row, and keep only the columns you need."
        )
    ragged = [row for row in rows if row.filled_width > width or len(row.cells) < width]
    if ragged:
        cell_counts = [max(row.filled_width, min(len(row.cells), width)) for row in ragged]
        found = [
            f"row {row.number} has {count} {'cell' if count == 1 else 'cells'}"
            for row, count in zip(ragged, cell_counts, strict=True)
        ]
        remedy = "Give every row the same number of cells"
        if delimiter == ",":
            remedy += ", without thousands separators; with decimal commas, separate columns by ;"
        raise CsvProblem(f"{_first_few(found)}, where the others have {width}. {remedy}.")
    return [_Row(row.number, row.cells[:width]) for row in rows]


def _has_header(rows: list[_Row], delimiter: str) -> bool:
    first = rows[0].cells
    below = _read_columns(rows[1:], delimiter, names=first)
    is_number = [_is_number(cell, delimiter) for cell in first]
    numeric = [place for place, candidate in enumerate(below) if candidate.is_numeric]
    if not numeric:
        return not any(is_number)
    return not any(is_number[place] for place in numeric) and any(
        not _is_missing(first[place]) for place in numeric
    )


def _column_names(first_cells: list[str], has_header: bool) -> list[str]:
    """One name a column, all different: the heading, or "column 3" where there is none."""
    names: list[str] = []
    for place, cell in enumerate(first_cells, start=1):
        heading = " ".join(cell.split())[:_LONGEST_NAME] if has_header else ""
        name = heading or f"column {place}"
        while name in names:
            name = f"{name} ({place})"
        names.append(name)
    return names


def _read_columns(rows: list[_Row], delimiter: str, names: list[str]) -> list[_Column]:
    return [
        _read_column(name, [row.cells[place] for row in rows], delimiter)
        for place, name in enumerate(names)
    ]


def _read_column(name: str, cells: list[str], delimiter: str) -> _Column:
    """The column under the decimal mark that makes the most of its cells numbers."""
    readings = [
        _Column(name, cells, [_read_number(cell, mark) for cell in cells], mark)
        for mark in _decimal_marks(delimiter)
    ]
    return max(readings, key=lambda reading: len(reading.known_numbers))


def _decimal_marks(delimiter: str) -> str:
    return "." if delimiter == "," else ".,"


def _read_number(cell: str, decimal_mark: str) -> float | None:
    number = _parse(cell, decimal_mark)
    return None if number is None or abs(number) > LARGEST_NUMBER else number


def _is_number(cell: str, delimiter: str) -> bool:
    return any(_read_number(cell, mark) is not None for mark in _decimal_marks(delimiter))


def _parse(cell: str, decimal_mark: str) -> float | None:
    cell = cell.replace("\u2212", "-")  # the typographic minus sign
    grammar = _NUMBER_WITH_COMMA if decimal_mark == "," else _NUMBER_WITH_POINT
    return float(cell.replace(",", ".")) if grammar.fullmatch(cell) else None


def _is_missing(cell: str) -> bool:
    return cell.lower().lstrip("+-") in _MISSING


def _choose(
    columns: list[_Column], numeric: list[_Column], wanted: str | None, rows: list[_Row]
) -> _Column:
    if wanted is not None:
        return _find_column(columns, wanted)
    if not numeric:
        raise _no_numbers(rows[0])
    changing = [candidate for candidate in numeric if not candidate.is_constant]
    readings = [candidate for candidate in changing if not candidate.is_increasing]
    return (readings or changing or numeric)[-1]


def _find_column(columns: list[_Column], wanted: str) -> _Column:
    by_name = {candidate.name: candidate for candidate in columns}
    if wanted in by_name:
        return by_name[wanted]
    nearest = difflib.get_close_matches(wanted, by_name, n=1, cutoff=0.0)
    raise CsvProblem(
        f"There is no column {_shown(wanted)}; the nearest name is {_shown(nearest[0])}. "
        f"The columns: {_first_few([_shown(name) for name in by_name])}."
    )


def _require_no_bad_cells(chosen: _Column, numeric: list[_Column], rows: list[_Row]) -> None:
    bad = [
        f"row {row.number}, column {chosen.name!r}: {_complaint(cell, chosen.decimal_mark)}"
        for row, cell, number in zip(rows, chosen.cells, chosen.numbers, strict=True)
        if number is None
    ]
    if not bad:
        return
    complete = tuple(candidate.name for candidate in numeric if None not in candidate.numbers)
    remedy = "Correct these cells or delete their rows"
    if complete:
        remedy += f", or choose another column: {_first_few([repr(name) for name in complete])}"
    raise CsvProblem(f"{_first_few(bad)}. {remedy}.", complete)


def _require_a_series(chosen: _Column, columns: list[_Column], min_rows: int) -> None:
    """Enough numbers, and not all the same."""
    count = len(chosen.numbers)
    if count < min_rows:
        found = "1 row of numbers was" if count == 1 else f"{count} rows of numbers were"
        raise CsvProblem(
            f"Only {found} found; a series needs at least {min_rows} rows. "
            "Put one step in each row."
        )
    if chosen.is_constant:
        changing = tuple(
            candidate.name
            for candidate in columns
            if None not in candidate.numbers and not candidate.is_constant
        )
        names = _first_few([repr(name) for name in changing])
        raise CsvProblem(
            f"All values of column {chosen.name!r} are {chosen.known_numbers[0]:g}, so there is nothing "
            f"to predict. Take {f'another column: {names}' if changing else 'numbers that change'}.",
            changing,
        )


def _complaint(cell: str, decimal_mark: str) -> str:
    if not cell:
        return "the cell is empty"
    if _parse(cell, decimal_mark) is not None:
        return f"{_shown(cell)} is too large (at most {LARGEST_NUMBER:g})"
    return f"{_shown(cell)} is not a number"


def _row_note(row_count: int, used: int) -> str:
    if row_count > used:
        return f"{row_count} rows; first {used} are used"
    return f"{row_count} rows, all used"


def _decimal_note(column: _Column) -> str:
    if column.decimal_mark != ",":
        return ""
    cell, number = next(
        (cell, number)
        for cell, number in zip(column.cells, column.numbers, strict=True)
        if "," in cell and number is not None
    )
    return f"decimal comma: {_shown(cell)} is read as {number:g}"


def _left_out_note(columns: list[_Column]) -> str:
    """Which columns hold a few numbers, too few to be a column of numbers."""
    mixed = [
        f"{column.name!r} ({len(column.known_numbers)} of {len(column.numbers)} cells are numbers)"
        for column in columns
        if column.known_numbers and not column.is_numeric
    ]
    return f"left out: {_first_few(mixed)}" if mixed else ""


def _first_few(items: Sequence[str]) -> str:
    shown = "; ".join(items[:_PROBLEMS_SHOWN])
    more = len(items) - _PROBLEMS_SHOWN
    return f"{shown}; and {more} more" if more > 0 else shown


def _shown(text: str) -> str:
    if len(text) > _LONGEST_CELL_SHOWN:
        text = text[: _LONGEST_CELL_SHOWN - 3] + "..."
    return repr(text)
