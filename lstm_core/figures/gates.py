"""How often each gate is shut, half open, and open."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np

from lstm_core.figures.figure import SPECS, Figure, figure_function
from lstm_core.figures.lines import finished
from lstm_core.figures.theme import LIGHT, Style, Theme, style


@figure_function
def gate_saturation(
    counts: Mapping[str, np.ndarray], *, theme: Theme = LIGHT, height: int = 70
) -> Figure:
    """One small histogram a gate, of the shares (bins,) that ``gate_shares`` gives."""
    bins = len(next(iter(counts.values())))
    data = {
        "gate": np.repeat(np.array(list(counts)), bins + 1),
        "left": np.tile(np.arange(bins + 1) / bins, len(counts)),
        "share": np.concatenate([[*share, share[-1]] for share in counts.values()]),
    }
    words = ", ".join(
        f"{name} shut {share[: bins // 10].sum():.0%}, open {share[-(bins // 10) :].sum():.0%}"
        for name, share in counts.items()
    )
    styles = tuple((name, style(name, theme, i)) for i, name in enumerate(counts))
    return Figure(_gate_spec(styles, theme, height), data, f"Share of the gates' values: {words}.")


@lru_cache(maxsize=SPECS)
def _gate_spec(gates: tuple[tuple[str, Style], ...], theme: Theme, height: int) -> dict[str, Any]:
    names = [name for name, _ in gates]
    legend = alt.Legend(title=None, orient="top", symbolType="stroke")
    bars = (
        alt.Chart()
        .mark_area(interpolate="step-after", fillOpacity=0.2, line={"strokeWidth": 2})
        .encode(
            x=alt.X("left:Q", title="value of the gate", scale=alt.Scale(domain=[0, 1])),
            y=alt.Y("share:Q", title="share", stack=None, axis=alt.Axis(format="%", tickCount=3)),
            color=alt.Color(
                "gate:N",
                scale=alt.Scale(domain=names, range=[look.color for _, look in gates]),
                legend=legend,
            ),
            strokeDash=alt.StrokeDash(
                "gate:N",
                scale=alt.Scale(domain=names, range=[list(look.dash) for _, look in gates]),
                legend=legend,
            ),
            tooltip=[
                "gate:N",
                alt.Tooltip("left:Q", format=".2f"),
                alt.Tooltip("share:Q", format=".1%"),
            ],
        )
    )
    return finished(bars.properties(height=height), theme, outside=70)
