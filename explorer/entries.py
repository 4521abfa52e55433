"""What a visitor types or pastes into a table of numbers: read, or refused with a sentence."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass

from explorer.problems import Problem

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
MINUS = re.compile("[−–]")
NAMED = 3  # refused entries of a block
LONGEST_WORD = 20

Place = tuple[int, int]


@dataclass(frozen=True)
class Table:
    """A table to be typed into: its name, its rows and columns, and the largest size of an entry, with
    the reason where it is not the usual one."""

    name: str
    rows: int
    columns: int
    bound: float
    reason: str = ""

    @property
    def allowed(self) -> str:
        return f"from −{self.bound:g} to {self.bound:g}{self.reason}"

    def __contains__(self, place: Place) -> bool:
        row, column = place
        return 0 <= row < self.rows and 0 <= column < self.columns

    def words(self, place: Place) -> str:
        """Where an entry stands."""
        row, column = place
        return f"row {row}" + (f", column {column}" if self.columns > 1 else "")


def read_number(text: str) -> float | None:
    """A number as people type it: with a decimal comma or point, any minus sign, a plus, a power of ten;
    None where it is none (as ``hub.read`` in the browser)."""
    plain = MINUS.sub("-", text.strip()).replace(",", ".", 1)
    return float(plain) if NUMBER.fullmatch(plain) else None


def read_typed(table: Table, place: Place, text: str) -> dict[Place, float | None]:
    """One entry; None, the trained one, where it is empty. Raises Problem with a sentence."""
    texts = {place: text}
    if _refused(table, texts):
        where = f"{table.words(place).capitalize()} of {table.name}"
        raise Problem(f"{where}: {_quoted(text)} is not a number {table.allowed}.")
    return _read(texts)


def read_block(table: Table, place: Place, text: str) -> dict[Place, float | None]:
    """The entries of a block from a spreadsheet or a CSV file, laid down from ``place`` on: all, or
    none and a Problem with a sentence. An empty one is None, the trained one."""
    row, column = place
    cells = _cells(text, table.columns - column)
    rows, columns = len(cells), max(len(line) for line in cells)
    nothing = f"Nothing was pasted into {table.name}"
    if row + rows > table.rows or column + columns > table.columns:
        raise Problem(
            f"{nothing}: {_count(rows, 'row')} and {_count(columns, 'column')} do not fit into"
            f" {_count(table.rows, 'row')} and {_count(table.columns, 'column')}, from"
            f" {table.words(place)} on."
        )
    texts = {
        (row + i, column + j): cell for i, line in enumerate(cells) for j, cell in enumerate(line)
    }
    if refused := _refused(table, texts):
        named = [f"{_quoted(texts[spot])} ({table.words(spot)})" for spot in refused[:NAMED]]
        more = [f"{len(refused) - NAMED} more"] if len(refused) > NAMED else []
        *first, last = [*named, *more]
        listed = (
            f"{', '.join(first)} and {last} are not numbers" if first else f"{last} is not a number"
        )
        raise Problem(f"{nothing}: {listed} {table.allowed}.")
    return _read(texts)


def _read(texts: Mapping[Place, str]) -> dict[Place, float | None]:
    return {place: read_number(text) for place, text in texts.items()}


def _refused(table: Table, texts: Mapping[Place, str]) -> list[Place]:
    """The places whose text is neither empty nor a number that fits."""
    numbers = {place: read_number(text) for place, text in texts.items() if text.strip()}
    return [
        place
        for place, number in numbers.items()
        if number is None or not abs(number) <= table.bound
    ]


def _cells(text: str, room: int) -> list[list[str]]:
    """The cells of a block, with ``room`` for so many columns."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
    separator = _separator(text, room)
    if separator is None:
        return [[line] for line in text.split("\n")]
    return [line or [""] for line in csv.reader(io.StringIO(text), delimiter=separator)] or [[""]]


def _separator(text: str, room: int) -> str | None:
    """What stands between the columns: a comma only where it is not a decimal comma."""
    for separator in "\t;":
        if separator in text:
            return separator
    lines = text.split("\n")
    if any(line.count(",") > 1 for line in lines) or ("," in text and re.search(r'[."]|, ', text)):
        return ","
    with_comma = [line for line in lines if "," in line]
    if with_comma and len(lines) > 1 and room > 1:
        raise Problem(
            f"Nothing was pasted: {_quoted(with_comma[0])} can be one number or two; put tabs or"
            " semicolons between columns, or write decimals with a point."
        )
    return None


def _quoted(text: str) -> str:
    text = " ".join(text.split())
    return f"“{text[:LONGEST_WORD]}…”" if len(text) > LONGEST_WORD else f"“{text}”"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
