"""Bounds on everything that a visitor can make large."""

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
MAX_REMEMBERED_BYTES = 48 * 2**20  # of the results of one computation, for all visitors together
MAX_PICTURES = 512  # that are kept for all visitors together, some 100 kB each
