"""What every figure function returns: a constant spec, the data that it draws, and words for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False)
class Figure:
    """A chart as data.

    ``spec`` depends on the kind of figure and the theme only, never on the numbers, so that a
    browser can update the picture in place. ``data`` holds equally long columns (``vega-lite``) or
    arrays for the first trace (``plotly``). ``alt`` says in a sentence what the picture shows.
    ``hover`` is a layer that shows the numbers under the pointer; it is in the complete picture, and
    left out of ``spec`` because it costs more than all the rest where the data change all the time.
    ``tips`` holds the numbers to show at every step, by label, where the data are not already those.
    """

    spec: dict[str, Any] = field(repr=False)
    data: Mapping[str, np.ndarray] = field(repr=False)
    alt: str
    engine: str = "vega-lite"
    hover: dict[str, Any] | None = field(default=None, repr=False)
    tips: Mapping[str, np.ndarray] | None = field(default=None, repr=False)

    def complete(self) -> dict[str, Any]:
        """The spec with its data inside, for a notebook or a file."""
        if self.engine == "plotly":
            first, *others = self.spec["data"]
            arrays = {name: np.asarray(values) for name, values in self.data.items()}
            return {"data": [first | arrays, *others], "layout": self.spec["layout"]}
        names = list(self.data)
        rows = zip(*(np.asarray(self.data[name]).tolist() for name in names), strict=True)
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
        """The figure as an Altair chart or a Plotly figure."""
        if self.engine == "plotly":
            import plotly.graph_objects as go

            return go.Figure(self.complete())
        import altair as alt

        return alt.Chart.from_dict(self.complete())

    def _repr_mimebundle_(self, *args: Any, **kwargs: Any) -> Any:
        return self.chart()._repr_mimebundle_(*args, **kwargs)
