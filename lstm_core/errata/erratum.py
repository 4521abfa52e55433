"""One erratum of the source documents: what is printed, what is right, and a check of both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

KINDS = {
    "E": "wrong",
    "D": "dimension",
    "T": "missing transpose",
    "I": "a claim that isn't true in general",
    "O": "probably an artefact of the text extraction",
    "?": "cannot be decided from the text",
}


@dataclass(frozen=True)
class Check:
    """Three values of one named quantity on one instance, and how far two of them are off.

    For an array the three are those of the entry where printed and truth differ most; the relative
    errors are max|printed - truth| / max|truth| over the whole array, and the same for corrected.
    """

    printed: float
    corrected: float
    truth: float
    quantity: str
    rel_printed: float
    rel_corrected: float


@dataclass(frozen=True)
class Erratum:
    """One numbered erratum; ``000-11`` is number 11 of document 000.

    ``kind``: one or more of KINDS, as "T, E". ``check(seed)`` computes it on a random instance (on
    the same one for every seed where ``fixed``); where there is none, ``unchecked`` says why.
    ``code`` and ``files`` say what the project does.
    """

    number: str
    where: str
    kind: str
    wrong: str
    right: str
    check: Callable[[int], Check] | None = None
    unchecked: str = ""
    fixed: bool = False
    code: str = ""
    files: tuple[str, ...] = ()

    @property
    def document(self) -> str:
        return self.number.partition("-")[0]


def compare(quantity: str, printed: Any, corrected: Any, truth: Any) -> Check:
    """The check of a number, or of an array: ``{}`` in ``quantity`` is the index of the worst entry."""
    p, c, t = (np.asarray(value, np.float64) for value in (printed, corrected, truth))
    if not p.shape == c.shape == t.shape:
        raise ValueError(
            f"three arrays of one shape are compared; got {p.shape} {c.shape} {t.shape}"
        )
    size = np.abs(t).max()
    worst = np.unravel_index(int(np.abs(p - t).argmax()), t.shape) if t.ndim else ()
    return Check(
        printed=float(p[worst]),
        corrected=float(c[worst]),
        truth=float(t[worst]),
        quantity=quantity.format(", ".join(str(int(i)) for i in worst)),
        rel_printed=float(np.abs(p - t).max() / size),
        rel_corrected=float(np.abs(c - t).max() / size),
    )
