"""The cursor over time: it moves in the browser."""

from __future__ import annotations

from explorer import live


def time_cursor() -> None:
    """First, back, play, on, last, a slider and the speed of play; the arrow keys, Home, End and Space
    do the same. Whatever is drawn over time follows without the server, which learns the step where
    the cursor comes to rest, for the link. It has the steps of the picture."""
    live.part("cursor", "live/cursor", {})
