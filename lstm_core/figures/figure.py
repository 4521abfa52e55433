"""What every figure function returns: a constant spec, the data that it draws, and words for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import wraps
from inspect import signature
from typing import Any, ParamSpec

import numpy as np

Arguments = ParamSpec("Arguments")
SPECS = 256  # of every kind that are kept, of 10 to 30 kB


@dataclass(frozen=True, eq=False)
class Call:
    """The call of a figure function that made a figure."""

    function: Callable[..., Figure]
    positional: tuple[Any, ...]
    named: dict[str, Any]

    @property
    def alone(self) -> Call:
        """The call for a chart that stands alone, not among others that share its axis or its words."""
        shared = {"time_axis": False, "y_title": ""}
        named = {k: v for k, v in self.named.items() if k not in shared or v != shared[k]}
        return replace(self, named=named)

    def again(self, **changes: Any) -> Figure:
        """The figure made anew with other arguments, of those that its function has."""
        known = signature(self.function).parameters
        changes = {name: value for name, value in changes.items() if name in known}
        return self.function(*self.positional, **(self.named | changes))


@dataclass(frozen=True, eq=False)
class Figure:
    """A chart as data.

    ``spec`` depends on the kind of figure and the theme only, never on the numbers, so that a
    browser can update the picture in place. ``data`` holds equally long columns. ``alt`` says in a
    sentence what the picture shows. ``hover`` is a layer that shows the numbers under the pointer; it
    is in the complete picture, and left out of ``spec`` because it costs more than all the rest where
    the data change all the time. ``tips`` holds the numbers to show at every step, by label, where the
    data are not already those. ``drawn`` stands in for the data where they would be too many marks.
    ``made``: the call that made it.
    """

    spec: dict[str, Any] = field(repr=False)
    data: Mapping[str, np.ndarray] = field(repr=False)
    alt: str
    hover: dict[str, Any] | None = field(default=None, repr=False)
    tips: Mapping[str, np.ndarray] | None = field(default=None, repr=False)
    drawn: Mapping[str, np.ndarray] | None = field(default=None, repr=False)
    made: Call | None = field(default=None, repr=False)

    def complete(self) -> dict[str, Any]:
        """The spec with its data inside, for a notebook or a file."""
        columns = self.data if self.drawn is None else self.drawn
        names = list(columns)
        rows = zip(*(np.asarray(columns[name]).tolist() for name in names), strict=True)
        values = [
            {
                name: (None if value != value else value)
                for name, value in zip(names, row, strict=True)
            }
            for row in rows
        ]
        spec = {**self.spec, "data": {"values": values}}
        if self.hover:
            spec["layer"] = [*spec["layer"], self.hover]
        return spec

    def chart(self) -> Any:
        """The figure as an Altair chart."""
        import altair as alt

        return alt.Chart.from_dict(self.complete())

    def _repr_mimebundle_(self, *args: Any, **kwargs: Any) -> Any:
        return self.chart()._repr_mimebundle_(*args, **kwargs)


def figure_function(make: Callable[Arguments, Figure]) -> Callable[Arguments, Figure]:
    """Have the figures of a function know the call that made them: for print, and for the lines of
    Python that make them again. Of functions that call each other the outermost is known."""

    @wraps(make)
    def noted(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Figure:
        return replace(make(*args, **kwargs), made=Call(noted, args, kwargs))

    return noted
