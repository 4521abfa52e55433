"""The lines of Python that make a page's chart again: run as printed in this project's folder, they give
the same data."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cached_property
from pprint import pformat
from textwrap import fill, indent
from typing import Any

import numpy as np

import lstm_core as lc
from lstm_core import figures
from lstm_core.figures import Figure, Theme

LONGEST = 88  # of a line, where it can be broken


class Unprintable(ValueError):
    """An argument that no expression gives."""


@dataclass(frozen=True, eq=False)
class Start:
    """A result that the lines can begin from: what a page's ``compute`` makes of its state."""

    compute: Callable[[Any], Any]
    state: Any
    result: Any

    @property
    def can_be_imported(self) -> bool:
        module = sys.modules.get(self.compute.__module__)
        return getattr(module, getattr(self.compute, "__name__", ""), None) is self.compute

    @cached_property
    def found(self) -> list[tuple[str, Any]]:
        """All that is in the result, and how it is reached from it; the nearest first."""
        found = [("", self.result)]
        seen = {id(self.result)}
        for path, item in found:  # it grows
            for step, inner in _inside(item):
                if id(inner) not in seen:
                    seen.add(id(inner))
                    found.append((path + step, inner))
        return found


def _inside(item: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(item, lc.Recording):
        yield from ((f"[{_quoted(name)}]", item[name]) for name in item.names)
        yield from ((f".{name}", getattr(item, name)) for name in ("x", "theta", "initial"))
    elif isinstance(item, lc.Gradients):
        yield from ((f"[{_quoted(name)}]", item[name]) for name in item.names)
        yield from ((f".of({_quoted(name)})", item.of(name)) for name in item.recording.names)
        yield ".recording", item.recording
    elif isinstance(item, Mapping):
        yield from ((f"[{_quoted(name)}]", value) for name, value in item.items())
    elif isinstance(item, (list, tuple)):
        yield from ((f"[{i}]", value) for i, value in enumerate(item))
    elif is_dataclass(item):
        lazy = [
            name for name, kind in vars(type(item)).items() if isinstance(kind, cached_property)
        ]
        names = [each.name for each in fields(item)] + lazy
        yield from ((f".{name}", getattr(item, name)) for name in names)


def python_lines(figure: Figure, starts: list[Start]) -> str:
    """The lines that make ``figure`` again from the state of ``starts``; the last is the figure.

    Every argument of the figure's function is looked for in the results; what is in none of them is
    written out in numbers.
    """
    try:
        return _Lines([start for start in starts if start.can_be_imported]).of(figure)
    except Unprintable:
        chart = pformat(figure.complete(), width=LONGEST, compact=True, sort_dicts=False)
        return f"import altair as alt\n\nalt.Chart.from_dict(\n{indent(chart, '    ')}\n)\n"


class _Lines:
    """Lines in the making: the imports and the results that their expressions use."""

    def __init__(self, starts: list[Start]) -> None:
        self.starts = {f"result_{i}" if i > 1 else "result": s for i, s in enumerate(starts, 1)}
        self.used: set[str] = set()
        self.modules: set[str] = set()
        self.names: dict[str, set[str]] = {}  # module -> what is imported from it

    def of(self, figure: Figure) -> str:
        if figure.made is None:
            raise Unprintable
        call = figure.made.alone
        parts = [self.expression(value) for value in call.positional]
        parts += [
            f"{name}={self.expression(value)}"
            for name, value in call.named.items()
            if not isinstance(value, Theme)
        ]
        last = _bracket(self.imported(call.function), "()", parts)
        begin = [
            self.begin(name, start) for name, start in self.starts.items() if name in self.used
        ]
        imports = sorted(self.modules)
        imports += [
            f"from {module} import {', '.join(sorted(names))}"
            for module, names in sorted(self.names.items())
        ]
        return "\n".join([*imports, "", *begin, last, ""])

    def begin(self, name: str, start: Start) -> str:
        """The line that computes a result."""
        changed = [
            f"{each.name}={self.expression(value)}"
            for each in fields(start.state)
            if (value := getattr(start.state, each.name)) != each.default
        ]
        state = _bracket(self.imported(type(start.state)), "()", changed)
        return f"{name} = {_bracket(self.imported(start.compute), '()', [state])}"

    def imported(self, thing: Any) -> str:
        """The name of a function or class, which is imported."""
        name = str(thing.__name__)
        module = "lstm_core.figures" if hasattr(figures, name) else str(thing.__module__)
        if getattr(sys.modules.get(module), name, None) is not thing:
            raise Unprintable
        self.names.setdefault(module, set()).add(name)
        return name

    def expression(self, value: Any) -> str:
        if isinstance(value, np.generic):
            value = value.item()
        if isinstance(value, str):
            return _quoted(value)
        if value is None or isinstance(value, (bool, int)):
            return repr(value)
        if isinstance(value, float):
            return repr(value) if math.isfinite(value) else f'float("{value}")'
        for name, start in self.starts.items():
            for path, item in start.found:
                if item is value:
                    self.used.add(name)
                    return name + path
        if isinstance(value, np.ndarray):
            return self.array(value)
        if isinstance(value, Mapping):
            entries = value.items()
            return _bracket(
                "", "{}", [f"{_quoted(key)}: {self.expression(each)}" for key, each in entries]
            )
        if isinstance(value, (list, tuple)):
            parts = [self.expression(each) for each in value]
            if isinstance(value, list):
                return _bracket("", "[]", parts)
            return f"({parts[0]},)" if len(parts) == 1 else _bracket("", "()", parts)
        if isinstance(value, lc.Cell):
            self.modules.add("import lstm_core as lc")
            return f"lc.CELLS[{_quoted(value.name)}]"
        if is_dataclass(value) and not isinstance(value, type):
            parts = [
                f"{each.name}={self.expression(getattr(value, each.name))}"
                for each in fields(value)
            ]
            return _bracket(self.imported(type(value)), "()", parts)
        raise Unprintable

    def array(self, wanted: np.ndarray) -> str:
        """An array by what it is a part of, or by what equals it, or in numbers."""
        for same in (_same_memory, _equal):
            for name, start in self.starts.items():
                for path, array in _arrays(start.found):
                    if same(array, wanted):
                        self.used.add(name)
                        return name + path
        self.modules.add("import numpy as np")
        text = repr(wanted.tolist())
        if wanted.dtype.kind in "fc":
            text = text.replace("nan", "np.nan").replace("inf", "np.inf")
        return _bracket("np.array", "()", [fill(text, LONGEST - 8, break_long_words=False)])


def _arrays(found: list[tuple[str, Any]]) -> Iterator[tuple[str, np.ndarray]]:
    """The arrays that were found, then their columns and rows."""
    arrays = [(path, item) for path, item in found if isinstance(item, np.ndarray)]
    yield from arrays
    for path, item in arrays:
        if item.ndim == 2:
            yield from ((f"{path}[:, {i}]", item[:, i]) for i in range(item.shape[1]))
            yield from ((f"{path}[{i}]", item[i]) for i in range(item.shape[0]))


def _same_memory(one: np.ndarray, two: np.ndarray) -> bool:
    place = ("data", "strides", "shape", "typestr")
    first, second = one.__array_interface__, two.__array_interface__
    return all(first[what] == second[what] for what in place)


def _equal(one: np.ndarray, two: np.ndarray) -> bool:
    return one.shape == two.shape and one.dtype == two.dtype and np.array_equal(one, two)


def _quoted(name: Any) -> str:
    """A text or a number as the formatter writes it, in double quotes."""
    return json.dumps(name, ensure_ascii=False) if isinstance(name, str) else repr(name)


def _bracket(head: str, brackets: str, parts: list[str]) -> str:
    """``head(part, part)`` in one line, or with a line for every part where that is too long."""
    line = f"{head}{brackets[0]}{', '.join(parts)}{brackets[1]}"
    if len(line) <= LONGEST and "\n" not in line:
        return line
    inner = "".join(f"{indent(part, '    ')},\n" for part in parts)
    return f"{head}{brackets[0]}\n{inner}{brackets[1]}"
