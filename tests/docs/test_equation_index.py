"""docs/equations.md is what the code says now, and leaves out no equation of document 000."""

from __future__ import annotations

import re

import pytest

from docs.make_equation_index import TARGET, index
from explorer.equation_index import SPINE, entries, mentions_in_text, read_table

CORE = {
    *range(30, 36),
    *(37, 38, 42, 43, 45, 46, 57, 58),
    *range(61, 64),
    *range(73, 77),
    *range(82, 86),
    *range(87, 91),
    92,
    *range(95, 99),
    *(101, 102, 103),
    *range(105, 109),
    *range(112, 118),
    *range(126, 137),
    *range(144, 148),
    *range(150, 171),
    172,
    *(179, 180, 182, 188),
    *range(196, 216),
    *range(217, 251),
}

EQUATIONS = [entry for entry in entries() if entry.document == SPINE]
ERRATA = dict(
    re.findall(
        r"^\| 000-(\d+) \| ([^|]*) \|",
        (TARGET.parent / "errata.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
)


def test_index_is_up_to_date() -> None:
    assert TARGET.read_text(encoding="utf-8") == index(), (
        "docs/equations.md is not what the code says now: run python -m docs.make_equation_index"
    )


def test_every_equation_of_the_spine_has_one_row() -> None:
    assert [int(row["number"]) for row in read_table()] == list(range(1, 251))
    assert [entry.number for entry in EQUATIONS] == list(range(1, 251))
    assert all(entry.section and entry.title for entry in EQUATIONS)


def test_what_is_computed_is_not_called_prose() -> None:
    wrong = {e.number: e.places for e in EQUATIONS if e.prose and e.places}
    assert wrong == {}, "these have a place now: empty their column prose in assets/equations.csv"


def test_what_has_no_place_says_why() -> None:
    open_ones = {entry.number for entry in EQUATIONS if entry.status == "to come"}
    assert open_ones == set(), (
        "nothing names these equations: cite each where it is computed, or say in the column prose"
        " of assets/equations.csv why nothing computes it"
    )


def test_core_equations_have_a_place_in_the_library() -> None:
    found = {
        entry.number
        for entry in EQUATIONS
        if any(place.file.startswith("lstm_core/") for place in entry.places)
    }
    assert CORE - found == set()


def test_errata_are_known() -> None:
    listed = {int(number) for number in ERRATA}
    named = {number for entry in EQUATIONS for number in entry.errata}
    assert named - listed == set(), "docs/errata.md does not have these"


def test_errata_are_named_by_their_equations() -> None:
    by_number = {entry.number: entry.errata for entry in EQUATIONS}
    missing = [
        (mention.number, int(erratum))
        for erratum, where in ERRATA.items()
        for mention in mentions_in_text(where, "", "", SPINE)
        if int(erratum) not in by_number[mention.number]
    ]
    assert missing == [], "(equation, erratum) that assets/equations.csv does not have"


def test_equations_as_printed_are_no_places() -> None:
    assert "lstm_core/errata" not in index()


def test_table_is_plain() -> None:
    for row in read_table():
        text = "".join(row.values())
        assert text.isascii() and not re.search(r"[|`]|\]\(", text), row


def test_every_place_exists() -> None:
    for file, owner in set(re.findall(r"`([\w/]+\.py)`(?: `([\w.]+)`)?", index())):
        source = (TARGET.parents[1] / file).read_text(encoding="utf-8")
        for name in filter(None, owner.split(".")):
            assert re.search(rf"\b(class|def) {name}\b", source), f"{file}: no {name}"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("the NEW state (128).", [128]),
        ("footnotes 19 and 24, Figure (12.16), a shape (20, 1)", []),
        ("document 000, Eq 91 and 179-181; errata 12 and 24.", [91, 179, 180, 181]),
        ("Eq 118 (mean), 119 (variance, divided by N-1), 120 (the scaling)", [118, 119, 120]),
        ("Eq 144-146 with errata 21", [144, 145, 146]),
    ],
)
def test_numbers_are_read_from_text(text: str, found: list[int]) -> None:
    assert [m.number for m in mentions_in_text(text, "a.py", "f", "000")] == found


def test_a_number_belongs_to_the_document_before_it() -> None:
    text = "As (134); document 003, Eq 28 has no such term."
    found = [(m.document, m.number) for m in mentions_in_text(text, "a.py", "f", "000")]
    assert sorted(found) == [("000", 134), ("003", 28)]
