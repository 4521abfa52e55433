"""Words from outside are shown as they are: which calls show them, and that nothing else does."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.words import as_read, plain

ROOT = Path(__file__).resolve().parents[2]
SHOWN = {"caption", "error", "exception", "info", "success", "text", "toast", "warning", "write"}
MODULES = [
    path
    for folder in ("explorer", "pages")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if path != ROOT / "explorer" / "words.py"
]


@given(st.text())
def test_a_reader_sees_the_text_itself(text: str) -> None:
    visible = " ".join(text.split()).replace("\u2060", "")
    if (
        "&#" not in visible
    ):  # a reference of its own is shown as such, which only a browser can tell
        assert as_read(plain(text)) == visible


@given(st.text("\\`*_{}[]()#+-!|<>&$~:=@ ab1.", max_size=40))
def test_no_mark_is_left(text: str) -> None:
    left = plain(text).replace("&#", "").replace(";", "")
    assert not set(left) & set("\\`*_{}[]#+-!|<>&$~:=@")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_whatever_is_put_together_is_said_by_one_module(path: Path) -> None:
    """A page may say a sentence of its own; one with a value in it is said by ``explorer.words``."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        called = node.func
        if isinstance(called.value, ast.Name) and called.value.id == "st" and called.attr in SHOWN:
            literal = bool(node.args) and isinstance(node.args[0], ast.Constant)
            assert literal, f"{path.name}:{node.lineno}: st.{called.attr} of something made"
