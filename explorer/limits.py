"""Bounds on everything that a visitor can make large."""

from __future__ import annotations

import logging
import math
import os

MAX_STEPS = 200
MIN_STEPS = 2
MIN_VALUES = MIN_STEPS + 1  # of a series: the last one is only predicted
MAX_TEXT = 120
MAX_EDITS = 64
MAX_POINTS = 12
MAX_TAPS = 6
MAX_WEIGHT = 50.0
MAX_PASTE = 100_000  # characters
MAX_SEARCH = 80
MAX_UPLOAD_BYTES = 1_000_000

CHECK_SECONDS = 0.25  # of the errata checks in one answer


def kept_bytes(text: str) -> int:
    """The room for what is kept, of a setting in MB; one that can't be read is said, and is not used."""
    try:
        megabytes = float(text)
    except ValueError:
        megabytes = math.nan
    if not 0 <= megabytes < math.inf:
        logging.getLogger(__name__).warning(
            "%s=%s is not a number of megabytes; %d is used.", MEMORY_SETTING, text, KEPT_MB
        )
        megabytes = KEPT_MB
    return int(megabytes * 2**20)


MEMORY_SETTING = "CAROUSEL_MEMORY_MB"
KEPT_MB = 256
KEPT_BYTES = kept_bytes(os.environ.get(MEMORY_SETTING, str(KEPT_MB)))  # for all visitors together
