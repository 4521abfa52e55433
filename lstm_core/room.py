"""How much memory one call may ask for: what would take more is refused before any is taken.

``lstm_core.room.MAX_BYTES`` is the bound; set it higher where more is wanted.
"""

from __future__ import annotations

from math import prod

MAX_BYTES = 4 * 2**30
UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB", "EB")


def size_in_words(nbytes: int) -> str:
    """A number of bytes with its unit: 1.5 GB."""
    power = max(0, min((len(str(nbytes)) - 1) // 3, len(UNITS) - 1))
    return f"{nbytes / 1000**power:.3g} {UNITS[power]}"


def check_room(what: str, *shape: int, remedy: str, itemsize: int = 8) -> None:
    """Raise ValueError if numbers of ``shape``, of ``itemsize`` bytes each, are more than the bound.

    ``what``: what would take it, the subject of the sentence; ``remedy``: what would do instead.
    """
    nbytes = itemsize * prod(int(length) for length in shape)
    if nbytes > MAX_BYTES:
        raise ValueError(
            f"{what} would take {size_in_words(nbytes)} of memory, more than"
            f" {size_in_words(MAX_BYTES)} (lstm_core.room.MAX_BYTES): {remedy}"
        )
