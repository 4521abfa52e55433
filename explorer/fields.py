"""The kinds of values that a page's state holds, and how each is written in a link."""

from __future__ import annotations

import base64
import math
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from explorer.limits import MAX_POINTS, MAX_STEPS, MAX_TEXT

Points = tuple[tuple[int, float], ...]  # (n, value), n rising


class BadValue(ValueError):
    """A value in a link that cannot be used; the message says what would be right."""


@dataclass(frozen=True)
class Kind:
    """Reads and writes one kind of value; ``read`` raises BadValue."""

    read: Callable[[str], Any]
    write: Callable[[Any], str] = str
    low: float | None = None
    high: float | None = None
    options: tuple[str, ...] = ()
    longest: int | None = None


def _in_range(value: Any, low: float, high: float) -> Any:
    if not low <= value <= high:
        raise BadValue(f"must be from {low:g} to {high:g}")
    return value


def integer(default: int, low: int, high: int) -> Any:
    """A whole number from ``low`` to ``high``."""

    def read(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            raise BadValue(f"must be a whole number from {low} to {high}") from None
        return int(_in_range(value, low, high))

    return field(default=default, metadata={"kind": Kind(read, str, low, high)})


def number(default: float, low: float, high: float) -> Any:
    """A finite number from ``low`` to ``high``."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            raise BadValue(f"must be a number from {low:g} to {high:g}") from None
        if not math.isfinite(value):
            raise BadValue(f"must be a number from {low:g} to {high:g}")
        return float(_in_range(value, low, high))

    return field(default=default, metadata={"kind": Kind(read, repr, low, high)})


def choice(default: str, *options: str) -> Any:
    """One of a few names."""

    def read(text: str) -> str:
        if text not in options:
            raise BadValue(f"must be one of {', '.join(options)}")
        return text

    return field(default=default, metadata={"kind": Kind(read, str, options=options)})


def words(default: str, longest: int = MAX_TEXT) -> Any:
    """Text of the visitor's, up to ``longest`` characters."""

    def read(text: str) -> str:
        if len(text) > longest:
            raise BadValue(f"must have at most {longest} characters")
        return text

    return field(default=default, metadata={"kind": Kind(read, str, longest=longest)})


def steps_set(default: tuple[int, ...], high: int) -> Any:
    """A set of steps, written ``0.3.7``."""

    def read(text: str) -> tuple[int, ...]:
        try:
            steps = sorted({int(part) for part in text.split(".") if part})
        except ValueError:
            raise BadValue("must be step numbers joined by dots, as 0.3.7") from None
        return tuple(int(_in_range(step, 0, high)) for step in steps)

    def write(steps: tuple[int, ...]) -> str:
        return ".".join(str(step) for step in steps) or "."

    return field(default=default, metadata={"kind": Kind(read, write)})


def read_points(text: str) -> Points:
    """Points (n, value) of a curve with values from 0 to 1, as ``0:1_19:0.5_39:1``."""
    if text.count("_") >= MAX_POINTS or "_" not in text:
        raise BadValue(f"must have from 2 to {MAX_POINTS} points, as 0:1_19:0.5_39:1")
    try:
        pairs = (part.split(":") for part in text.split("_"))
        points = tuple((int(n), float(value)) for n, value in pairs)
    except ValueError:
        raise BadValue("must be points n:value joined by _, as 0:1_19:0.5_39:1") from None
    steps = [_in_range(n, 0, MAX_STEPS - 1) for n, _ in points]
    if any(later <= n for n, later in pairwise(steps)):
        raise BadValue("must have its points in the order of their steps, one a step")
    return tuple((n, float(_in_range(value, 0, 1))) for n, value in points)


def curve(default: Points) -> Any:
    """A curve over the steps, straight between its points."""

    def write(points: Points) -> str:
        return "_".join(f"{n}:{repr(value).removesuffix('.0')}" for n, value in points)

    return field(default=default, metadata={"kind": Kind(read_points, write)})


def numbers(default: tuple[float, ...] = ()) -> Any:
    """Up to MAX_STEPS numbers, packed without loss."""

    def read(text: str) -> tuple[float, ...]:
        try:
            packed = base64.b64decode(text.encode(), b"-_", validate=True)
            values = struct.unpack(f"<{len(packed) // 8}d", packed)
        except (ValueError, struct.error):
            raise BadValue("is not a packed series; upload the file again") from None
        if len(values) > MAX_STEPS or not all(math.isfinite(value) for value in values):
            raise BadValue(f"must hold at most {MAX_STEPS} finite numbers")
        return values

    def write(values: tuple[float, ...]) -> str:
        return base64.urlsafe_b64encode(struct.pack(f"<{len(values)}d", *values)).decode()

    return field(default=default, metadata={"kind": Kind(read, write)})
