"""A page's whole state as one frozen object that round-trips through the link.

A state class is a frozen dataclass whose fields come from ``explorer.fields``. A link holds the
fields that differ from their defaults, by name. Values that a link holds and that cannot be used
are left at their defaults, and said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, fields
from typing import Any, TypeVar

from explorer.fields import BadValue, Kind

State = TypeVar("State")


class NothingYet(ValueError):
    """A state that lacks what the visitor has still to give."""


def kind_of(state: Any, name: str) -> Kind:
    """The kind of a field of a state object or class."""
    return field_of(state, name).metadata["kind"]


def field_of(state: Any, name: str) -> Field[Any]:
    return next(item for item in fields(state) if item.name == name)


def to_query(state: Any) -> dict[str, str]:
    """The fields that differ from their defaults, as a link holds them."""
    return {
        item.name: item.metadata["kind"].write(getattr(state, item.name))
        for item in fields(state)
        if getattr(state, item.name) != item.default
    }


def from_query(kind: type[State], query: Mapping[str, str]) -> tuple[State, list[str]]:
    """The state that a link describes, and a sentence for each value that could not be used."""
    values: dict[str, Any] = {}
    problems = []
    known = {item.name: item for item in fields(kind)}  # type: ignore[arg-type]
    for name, text in query.items():
        if name not in known:
            if not name.startswith("embed"):
                problems.append(f"The link's “{name[:30]}” is not a setting of this page.")
            continue
        try:
            values[name] = known[name].metadata["kind"].read(text)
        except BadValue as problem:
            problems.append(f"The link's “{name}” {problem}; the default is used.")
    return kind(**values), problems
