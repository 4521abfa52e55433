"""README.md: its snippets run in order, its files, commands and links exist."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from explorer.augmented import AugmentedState
from explorer.building import BuildingState
from explorer.carousel import CarouselState
from explorer.equations import EquationsState
from explorer.inside import InsideState
from explorer.page import CHAPTERS
from explorer.regimes import RegimesState
from explorer.roots import RootsState
from explorer.stability import StabilityState
from explorer.state import from_query
from explorer.unrolling import UnrollingState
from explorer.why import WhyState
from tests.docs.blocks import ROOT, python_blocks

TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
STATES = {
    "Roots": RootsState,
    "Inside_the_cell": InsideState,
    "Constant_error_carousel": CarouselState,
    "Regimes": RegimesState,
    "Why_the_error_dies": WhyState,
    "Building_the_LSTM": BuildingState,
    "Stability": StabilityState,
    "Unrolling": UnrollingState,
    "Augmented_LSTM": AugmentedState,
    "Equations_and_errata": EquationsState,
}


def test_snippets_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for block in python_blocks("README.md"):
        exec(block, names)
    assert names["rec"].probes["g_cs"].grad.shape == names["rec"]["g_cs"].shape == (50, 4)
    files = {"transport.html", "transport.pdf", "transport.csv", "mine.safetensors"}
    assert {path.name for path in tmp_path.iterdir()} == files


def test_prepared_links_open_on_what_they_say() -> None:
    links = [urlsplit(link) for link in re.findall(r"<(http://localhost:8501/[^>]+)>", TEXT)]
    assert {link.path.strip("/") for link in links} == STATES.keys()
    for link in links:
        kind = STATES[link.path.strip("/")]
        state, problems = from_query(kind, dict(parse_qsl(link.query)))  # type: ignore[type-var]
        assert not problems
        assert [f.name for f in fields(kind) if getattr(state, f.name) != f.default]


def test_chapters_are_those_of_the_app() -> None:
    for chapter in CHAPTERS:
        assert f"| {chapter.name} | {chapter.question} |" in TEXT


@pytest.mark.parametrize("document", ["README.md", *sorted(p.name for p in ROOT.glob("docs/*.md"))])
def test_files_exist(document: str) -> None:
    path = ROOT / document if document == "README.md" else ROOT / "docs" / document
    text = path.read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (path.parent / link).exists(), link


def test_make_has_the_targets() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"\bmake (run|test|help|bench|lint|clean)\b", TEXT):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


@pytest.mark.parametrize("document", ["docs/decisions.md", "docs/errata.md", "docs/equations.md"])
def test_named_files_exist(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    for name in re.findall(r"`((?:lstm_core|explorer|pages|assets|\.streamlit)/[\w/.]+)`", text):
        assert (ROOT / name).exists(), name
