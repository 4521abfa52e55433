"""Numbers that a visitor pasted or typed, with one step in each row, as a CSV file has them."""

from __future__ import annotations

import re
from itertools import pairwise

_INNER_COMMA = re.compile(r"[+\u2212-]?[0-9]*,[0-9]*(?:[eE][+-]?[0-9]+)?")
_SPACES = re.compile(r"\s+")


def in_rows(text: str) -> tuple[str, str | None]:
    """The text with one step in each row, and its delimiter where it is not to be looked for.

    A list of numbers in one line, or in lines of unequal lengths, is put below each other; a table, as
    a spreadsheet copies it, stays what it is. A column of numbers as 1,5 has decimal commas, unless what
    stands before the comma counts upwards, as in 1700,5: then it is a table of two columns.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) == 1:
        return "\n".join(_numbers(lines[0])), ";"
    headed = bool(lines) and "," not in lines[0] and not _is_number(lines[0])
    if _is_column_of_decimal_commas(lines[headed:]):
        return "\n".join(lines), ";"
    rows = [_numbers(line) for line in lines]
    if len({len(row) for row in rows}) > 1 and all(
        _is_number(cell) for row in rows for cell in row
    ):
        return "\n".join(cell for row in rows for cell in row), ";"
    return text, None


def _numbers(line: str) -> list[str]:
    """The cells of a list in one line."""
    if re.search(r"[;\t|]", line):
        cells = re.split(r"[;\t|]", line)
    elif _SPACES.search(line.strip()):
        listed = re.search(r",(\s|$)", line)
        cells = re.split(r",?\s+" if listed else r"\s+", line)
    else:
        cells = line.split(",")
    return [cell.strip().rstrip(",") for cell in cells if cell.strip(" ,")]


def _is_number(cell: str) -> bool:
    try:
        float(cell.replace(",", ".").replace("\u2212", "-"))
    except ValueError:
        return False
    return True


def _is_column_of_decimal_commas(lines: list[str]) -> bool:
    with_comma = [line for line in lines if _INNER_COMMA.fullmatch(line)]
    if not with_comma or not all(_is_number(line) for line in lines):
        return False
    if len(with_comma) < len(lines):
        return True
    before = [line.partition(",")[0] for line in lines]
    if not all(_is_number(each) for each in before):
        return True
    values = [float(each.replace("\u2212", "-")) for each in before]
    return any(later <= value for value, later in pairwise(values))
