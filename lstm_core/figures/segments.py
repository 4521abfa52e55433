"""A sequence in segments: their windows as bands, and what they keep of an error."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lstm_core.figures.figure import Figure, figure_function
from lstm_core.figures.lines import Band, Series, line_figure
from lstm_core.figures.theme import LIGHT, Style, Theme
from lstm_core.segments import starts

MANY = 16  # segments; more of them have no names


def segment_bands(lengths: Sequence[int], named: bool = False) -> list[Band]:
    """The windows of the segments, every other one shaded; ``named``: m = 0, m = 1, .. at their tops."""
    last = sum(lengths) - 1
    return [
        Band(
            max(0, j - 0.5),
            min(last, j + length - 0.5),
            f"m = {m}" if named and len(lengths) <= MANY else "",
            shaded=m % 2 == 1,
        )
        for m, (j, length) in enumerate(zip(starts(lengths).tolist(), lengths, strict=True))
    ]


@figure_function
def kept_by_length(
    shares: np.ndarray,
    lag: int,
    length: int,
    *,
    theme: Theme = LIGHT,
    height: int = 120,
    title: str = "",
) -> Figure:
    """What segments of K = 1, 2, .. steps keep of an error's travel over ``lag`` steps, as
    ``kept_shares`` gives it: (N,). Shaded: segments that are too short; marked: K = ``length``."""
    too_short = Band(1, max(1, lag), "K ≤ L" if 12 * lag >= len(shares) else "")
    words = f"Segments of 1 to {lag} steps keep nothing of what travels {lag} steps"
    if np.isnan(shares).all():
        words = f"Nothing travels {lag} steps in {len(shares)}, so there is nothing to keep"
    elif lag < len(shares):
        words += (
            f", of {lag + 1} steps {shares[lag]:.1%}, of {length} steps {shares[length - 1]:.1%}"
        )
    return line_figure(
        [Series("kept", shares, Style(theme.psi, (1, 0), 3.0))],
        alt_text=f"{words}.",
        x_title="segment length K",
        scale="unit",
        cursor=length,
        theme=theme,
        height=height,
        start=1,
        name="over_length",
        title=title,
        bands=[too_short],
    )
