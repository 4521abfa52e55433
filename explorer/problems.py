"""What a page says where something could not be done.

Only a ``Problem`` is written for visitors, and what the library says of numbers that left their range.
Whatever else goes wrong, in NumPy, in SciPy or in the library, is for a programmer: the log has it, and
the page says one general sentence.
"""

from __future__ import annotations

import logging

from lstm_core.overflow import Overflow

UNDO = "Undo takes the last change back."
GENERAL = f"With these settings there is nothing to show. {UNDO}"


class Problem(ValueError):
    """Why a page can't do what it is asked, and what to do about it, in words for the visitor."""


def said_of(problem: Exception, otherwise: str = GENERAL) -> str:
    """Words for the visitor, ended with a stop; of what is not for her, which is logged, ``otherwise``."""
    if isinstance(problem, Problem):
        return sentence(str(problem))
    if isinstance(problem, Overflow):
        return f"{sentence(str(problem))} {UNDO}"
    logging.getLogger(__name__).error("This is for a programmer to read.", exc_info=problem)
    return otherwise


def sentence(words: str) -> str:
    """Words that end with a stop."""
    words = words.rstrip()
    return words if words.endswith((".", "!", "?", "…")) else f"{words}."
