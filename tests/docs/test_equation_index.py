"""docs/equations.md is what the code says now, and has the equations that matter."""

from __future__ import annotations

import re

import pytest

from docs.make_equation_index import TARGET, index, mentions_in_text

CORE = [
    *range(30, 34),
    *range(82, 85),
    *range(87, 90),
    92,
    *range(94, 99),
    *range(100, 109),
    *range(112, 118),
    *range(126, 137),
    *range(144, 171),
    172,
    *range(179, 183),
    188,
    *range(196, 251),
]


def test_index_is_up_to_date() -> None:
    assert TARGET.read_text(encoding="utf-8") == index(), (
        "docs/equations.md is not what the code says now: run python -m docs.make_equation_index"
    )


def test_core_equations_have_a_place() -> None:
    spine = index().partition("## Document 000")[2].partition("\n## ")[0]
    places = dict(re.findall(r"^\| (\d+) \|[^|]*\| (.*) \|$", spine, re.MULTILINE))
    assert [number for number in CORE if "`lstm_core/" not in places.get(str(number), "")] == []


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
