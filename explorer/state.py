"""A page's whole state as one frozen object that round-trips through the link.

A state class is a frozen dataclass whose fields come from ``explorer.fields``. A link holds the
fields that differ from their defaults, by name. Values that a link holds and that cannot be used
are left at their defaults, and said. Keys that are no fields are not the page's: links that are
shared pick up others on their way, as ``utm_source``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import Field, fields
from typing import Any, TypeVar

from explorer.fields import BadValue, Kind
from explorer.problems import Problem

State = TypeVar("State")
PROBLEMS_SHOWN = 3


class NothingYet(Problem):
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
    """The state that a link describes, and for each value that could not be used what would be right."""
    values: dict[str, Any] = {}
    problems = []
    for item in fields(kind):  # type: ignore[arg-type]
        if item.name not in query:
            continue
        try:
            values[item.name] = item.metadata["kind"].read(query[item.name])
        except BadValue as problem:
            problems.append(f"“{item.name}” {problem}")
    return kind(**values), problems


def said_of_link(problems: Sequence[str]) -> str:
    """One sentence for all values of a link that could not be used."""
    shown = "; ".join(problems[:PROBLEMS_SHOWN])
    more = len(problems) - PROBLEMS_SHOWN
    rest = f"; and {more} more" if more > 0 else ""
    default = "the default is used" if len(problems) == 1 else "the defaults are used"
    return f"In the link {shown}{rest}; {default}."
