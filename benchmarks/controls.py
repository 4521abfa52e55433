"""The control of each page that the benchmarks change: one on which every picture depends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from math import gcd


@dataclass(frozen=True)
class Control:
    """A page's name and place in the address, the control's key, and the values it can be given."""

    page: str
    path: str
    key: str
    low: float
    high: float
    whole: bool = False

    @property
    def css(self) -> str:
        """The class that Streamlit gives to what has this key."""
        return ".st-key-" + re.sub(r"[^A-Za-z0-9_-]", "-", self.key)

    def walk(self) -> Iterator[float]:
        """Values far from each other; none comes again before all (of 10 007) have been."""
        points = int(self.high - self.low) + 1 if self.whole else 10_007
        stride = next(k for k in count(round(0.618 * points)) if gcd(k, points) == 1)
        for i in count():
            share = i * stride % points / (points - 1)
            value = self.low + (self.high - self.low) * share
            yield round(value) if self.whole else round(value, 6)


CONTROLS = (
    # With its 60 steps the window can start at 1700 + 0 to 248.
    Control("Inside", "Inside_the_cell", "Inside the cell/start", 0, 248, whole=True),
    Control("Carousel", "Constant_error_carousel", "The constant error carousel/cs", 0.3, 1.0),
    Control("Why", "Why_the_error_dies", "Why the error dies/radius", 0.2, 1.4),
    Control("Stability", "Stability", "Stability/modulus", 0.3, 1.0),
)


def chosen(page: str | None) -> tuple[Control, ...]:
    """The control of one page, by its name, or of all pages."""
    found = tuple(control for control in CONTROLS if page in (None, control.page))
    if not found:
        raise SystemExit(f"no page {page!r}: {', '.join(control.page for control in CONTROLS)}")
    return found
