"""docs/errata.md is what the declared rows say now."""

from __future__ import annotations

import re

from docs.make_errata import COLUMNS, DOCUMENTS, TARGET, page
from lstm_core.errata import ERRATA


def test_page_is_up_to_date() -> None:
    assert TARGET.read_text(encoding="utf-8") == page(), (
        "docs/errata.md is not what the rows say now: run python -m docs.make_errata"
    )


def test_every_row_has_its_line() -> None:
    lines = [line for line in page().splitlines() if re.match(r"\| \d{3}-", line)]
    cells = [re.split(r"(?<!\\)\|", line.strip("| ")) for line in lines]
    assert [row[0].strip() for row in cells] == list(ERRATA)
    assert {len(row) for row in cells} == {len(COLUMNS)}
    assert {row.document for row in ERRATA.values()} == set(DOCUMENTS)
