"""Gates by both names: the paper's, and beside it the one that most readers come with.

Every label, tooltip and title has both at the first mention, for it is read by itself; so have the words
of a page, from its top to its end. The gate g_cx is no "input gate", which elsewhere is g_cu: it is the
gate on the input.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

import lstm_core as lc
from explorer.equation_index import SPINE, entries
from explorer.page import CHAPTERS
from lstm_core.errata import ERRATA
from tests.live import data, elements, shown
from tests.pages.test_pages import APP, PAGES, open_page

ROOT = Path(__file__).resolve().parents[2]
COMMON = {"state": "forget", "update": "input", "readout": "output"}
# What a page shows only where something is chosen.
MODES = [
    *((page, {}) for page in PAGES),
    *((page, {"drawing": kind}) for page in PAGES for kind in ("cell", "unrolled")),
    ("pages/Inside_the_cell.py", {"notation": "framework"}),
    ("pages/Constant_error_carousel.py", {"system": "scalar"}),
    *(
        ("pages/Constant_error_carousel.py", {f"{gate}_mode": mode for gate in ("cs", "cu", "cr")})
        for mode in ("schedule", "curve", "bias")
    ),
    *(("pages/Regimes.py", {"gates": gates}) for gates in ("held", "turn")),
    ("pages/Why_the_error_dies.py", {"gates": "held"}),
    *(("pages/Augmented_LSTM.py", {"gate": gate}) for gate in ("learned", "held")),
    *(
        ("pages/Building_the_LSTM.py", {"stage": stage, "gates": gates})
        for stage in ("gated_state", "identity_state", "gated_readout", "gated_input", "vanilla")
        for gates in ("free", "held")
    ),
    ("pages/Equations_and_errata.py", {"view": "equations"}),
]


def unnamed(text: str) -> list[str]:
    """Where a text first says a gate's name without the other one, or has another input gate."""
    plain = unescape(re.sub(r"<[^>]*>|[*_`]", "", text))
    plain = re.sub(r"\s+", " ", plain)
    found = []
    for own, common in COMMON.items():
        name = rf"\b{own}\b(?: \(([^)]*)\))?(?= gates?\b| and \w+(?: \(\w+\))? gates?\b)"
        first = re.search(name, plain, re.IGNORECASE)
        if first and common not in (first[1] or ""):
            found.append(plain[max(first.start() - 30, 0) : first.end() + 30])
    for match in re.finditer(r"\binput gates?\b", plain, re.IGNORECASE):
        found.append(plain[max(match.start() - 30, 0) : match.end() + 30])
    return found


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("The state gate is shut.", False),
        ("the *state (forget) gate*, and then the state gate", True),
        ("the state gate, or state (forget) gate", False),
        ("<b>State</b> gates", False),
        ("bounds of the state and update (input) gates", False),
        ("bounds of the state (forget) and update (input) gates", True),
        ("an update (output) gate", False),
        ("the input gate", False),
        ("Input (update) gate", True),
        ("the forget gate, the gate on the input, the state", True),
    ],
)
def test_the_rule(text: str, right: bool) -> None:
    assert bool(unnamed(text)) != right


def test_a_cells_gates_have_both_names() -> None:
    both = {f"g_c{own[0]}": f"{own} ({common}) gate" for own, common in COMMON.items()}
    both = {"g_cs": both["g_cs"], "g_cu": both["g_cu"], "g_cr": both["g_cr"]}
    both["g_cx"] = "gate on the input"
    gates = [s for cell in lc.CELLS.values() for s in cell.signals.values() if s.kind == "gate"]
    assert {gate.name for gate in gates} == set(both)
    for gate in gates:
        assert gate.meaning == both[gate.name]


def test_the_chapters_have_both_names() -> None:
    texts = [
        text
        for chapter in CHAPTERS
        for text in (chapter.name, chapter.question, chapter.about, chapter.leads)
    ]
    assert not [found for text in texts for found in unnamed(text)]
    home = AppTest.from_file(str(APP), default_timeout=30).run()
    assert not unnamed("\n".join(e.value for e in home.markdown))


def test_the_lists_have_both_names() -> None:
    """Other texts than the paper call gates as they like."""
    texts = [entry.title for entry in entries() if entry.document == SPINE]
    texts += [
        text
        for erratum in ERRATA.values()
        if erratum.number.startswith(SPINE)
        for text in (erratum.wrong, erratum.right, erratum.code)
    ]
    assert len(texts) > 300
    assert not [found for text in texts for found in unnamed(text)]


@pytest.mark.parametrize(
    ("page", "query"),
    MODES,
    ids=[f"{Path(page).stem}-{json.dumps(query)}" for page, query in MODES],
)
def test_what_a_page_shows_has_both_names(page: str, query: dict[str, str]) -> None:
    at = open_page(page, query)
    assert not at.exception
    assert not [found for text in (*labels(at), words(at)) for found in unnamed(text)]


@pytest.mark.parametrize("path", ["README.md", "docs/adding-a-cell.md", "docs/adding-a-page.md"])
def test_the_docs_have_both_names(path: str) -> None:
    assert not unnamed((ROOT / path).read_text(encoding="utf-8"))


def words(at: AppTest) -> str:
    """The words of a page, from its top to its end."""
    found = [e for e in elements(at.main) if e.type in ("markdown", "caption", "html")]
    return "\n\n".join(e.proto.body for e in found)


def labels(at: AppTest) -> Iterator[str]:
    """What is read by itself: labels, titles, tooltips, text alternatives, and what parts say."""
    for element in elements(at.main):
        proto = element.proto
        named = proto.popover if element.type == "popover" else proto
        yield from (getattr(named, name, "") for name in ("label", "help"))
        if element.type == "bidi_component" and proto.json:
            yield from strings(data(element))
        if element.type == "html":
            yield from re.findall(r'title="([^"]*)"', element.proto.body)
    answer = shown(at)
    yield from strings(answer["charts"])
    yield from strings(answer["parts"])


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
        yield from re.findall(r'title="([^"]*)"', value)
    elif isinstance(value, dict):
        for name, each in value.items():
            yield name
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)
