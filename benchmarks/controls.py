"""The control of each page that the benchmarks change: one on which every picture depends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from math import gcd


@dataclass(frozen=True)
class Control:
    """A page's name and place in the address, the control's key, and the values it can be given: what
    it snaps to is ``step`` apart, typed values lie between."""

    page: str
    path: str
    key: str
    low: float
    high: float
    step: float
    default: float

    @property
    def css(self) -> str:
        """The class that Streamlit gives to what has this key."""
        return ".st-key-" + re.sub(r"[^A-Za-z0-9_-]", "-", self.key)

    @property
    def beside(self) -> tuple[float, float]:
        """The value before the default, and the default."""
        return round(self.default - self.step, 6), self.default

    @property
    def presses(self) -> int:
        """How often the key to the left changes it, from the default on."""
        return round((self.default - self.low) / self.step)

    @property
    def whole(self) -> bool:
        return self.step == 1

    def walk(self, typed: bool = False) -> Iterator[float]:
        """Values far from each other; none comes again before all have been: what the control snaps to,
        or, ``typed``, 10 007 values (where it takes whole numbers, the same)."""
        points = (
            10_007 if typed and not self.whole else round((self.high - self.low) / self.step) + 1
        )
        stride = next(k for k in count(round(0.618 * points)) if gcd(k, points) == 1)
        for i in count():
            share = i * stride % points / (points - 1)
            value = self.low + (self.high - self.low) * share
            yield round(value) if self.whole else round(value, 6)


CONTROLS = (
    # With its 60 steps the window can start at 1700 + 0 to 248.
    Control("Inside", "Inside_the_cell", "Inside the cell/start", 0, 248, 1, 240),
    Control(
        "Carousel", "Constant_error_carousel", "The constant error carousel/cs", 0.3, 1.0, 0.01, 0.9
    ),
    Control("Why", "Why_the_error_dies", "Why the error dies/radius", 0.2, 1.4, 0.01, 0.8),
    Control("Building", "Building_the_LSTM", "Building the LSTM/radius", 0.2, 1.4, 0.01, 0.9),
    Control("Stability", "Stability", "Stability/modulus", 0.3, 1.0, 0.01, 0.95),
    Control("Unrolling", "Unrolling", "Unrolling/weight", 0.3, 1.2, 0.01, 1.0),
    Control("Augmented", "Augmented_LSTM", "Augmented LSTM/at", 0, 39, 1, 20),
    Control("Roots", "Roots", "Roots/b", -3.0, 0.5, 0.05, -1.5),
)


def chosen(pages: str | None) -> tuple[Control, ...]:
    """The controls of these pages, by their names with commas between, or of all pages."""
    names = [control.page for control in CONTROLS]
    wanted = pages.split(",") if pages else names
    for name in wanted:
        if name not in names:
            raise SystemExit(f"no page {name!r}: {', '.join(names)}")
    return tuple(control for control in CONTROLS if control.page in wanted)
