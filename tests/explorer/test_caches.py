"""Every cache of the app and the library: within the room for all, or one that no visitor can fill."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CACHES = {
    *("cache", "lru_cache", "cached", "cachedmethod", "alru_cache", "singledispatch"),
    *("cache_data", "cache_resource", "memo", "Memory"),
    *("LRUCache", "TTLCache", "LFUCache", "FIFOCache", "Cache"),
}

# Those that nothing of a visitor's reaches: so many entries there can be, and why.
CONSTANT = {
    "explorer/cell_view.py:places": "a layout by hand for a cell",
    "explorer/equation_index.py:_entries": "one, the index",
    "explorer/equations.py:_text": "an erratum's words",
    "explorer/equations_view.py:_equations": "one, the list",
    "explorer/equations_view.py:_errata": "one, the list",
    "explorer/inputs.py:model": "two trained models",
    "explorer/inputs.py:sunspots": "one series",
    "explorer/inputs.py:sunspot_scale": "one pair of numbers",
    "explorer/notation.py:step_template": "an equation of a cell in a notation",
    "explorer/page.py:_styles": "one file",
    "lstm_core/figures/export.py:_give_font": "nothing, once",
    "lstm_core/figures/font.py:_face": "a file for each weight of the font",
}
# Those of the library, which doesn't know the app: bounded by their number.
NUMBERED = {
    "lstm_core/analysis/transport.py:_responses",
    "lstm_core/figures/gates.py:_gate_spec",
    "lstm_core/figures/heat.py:_heat_spec",
    "lstm_core/figures/lines.py:_line_spec",
    "lstm_core/figures/plane.py:_plane_spec",
    "lstm_core/figures/sampled.py:_distance_spec",
    "lstm_core/figures/sampled.py:_sampled_spec",
    "lstm_core/figures/schematic/__init__.py:_schematic",
    "lstm_core/figures/transport.py:_map_spec",
    "lstm_core/layout.py:layout",
    "lstm_core/wires.py:wires",
}
# What the room is made of.
ROOM = {"explorer/live/__init__.py:_kept"}


def names(node: ast.AST) -> Iterator[str]:
    """Every name of a cache that is used in a piece of code."""
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and part.id in CACHES:
            yield part.id
        elif isinstance(part, ast.Attribute) and part.attr in CACHES:
            yield part.attr


def caches_in(source: str) -> Iterator[str]:
    """The functions whose results are kept; ``?`` for a cache that is made in another way."""
    tree = ast.parse(source)
    decorators = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            for decorator in node.decorator_list:
                decorators |= {id(part) for part in ast.walk(decorator)}
                if any(names(decorator)):
                    yield node.name
    for node in ast.walk(tree):
        if id(node) not in decorators and isinstance(node, (ast.Name, ast.Attribute)):
            name = node.id if isinstance(node, ast.Name) else node.attr
            if name in CACHES:
                yield "?"


def all_caches() -> set[str]:
    return {
        f"{path.relative_to(ROOT).as_posix()}:{name}"
        for folder in ("explorer", "lstm_core", "pages")
        for path in (ROOT / folder).rglob("*.py")
        for name in caches_in(path.read_text(encoding="utf-8"))
    }


def test_every_cache_has_its_bound() -> None:
    assert all_caches() == CONSTANT.keys() | NUMBERED | ROOM


@pytest.mark.parametrize("name", sorted(NUMBERED))
def test_a_cache_of_the_library_is_bounded_by_its_number(name: str) -> None:
    path, _, function = name.partition(":")
    module = importlib.import_module(
        path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
    )
    assert 1 <= getattr(module, function).cache_info().maxsize <= 256


@pytest.mark.parametrize(
    "source",
    [
        "@cache\ndef f(x): ...",
        "@functools.lru_cache(maxsize=3)\ndef f(x): ...",
        "@st.cache_data(ttl=3)\ndef f(x): ...",
        "class A:\n    @lru_cache\n    def f(self): ...",
    ],
)
def test_a_cache_is_found(source: str) -> None:
    assert list(caches_in(source)) == ["f"]


def test_a_cache_without_a_function_is_found() -> None:
    assert list(caches_in("kept = LRUCache(30)")) == ["?"]
    assert list(caches_in("g = functools.cache(f)")) == ["?"]
