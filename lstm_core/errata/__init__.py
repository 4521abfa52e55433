"""The errata of the source documents, each computed anew: printed, corrected, and the truth.

    check = ERRATA["000-11"].check(seed)
    check.printed, check.corrected, check.truth     # three values of check.quantity

The truth is automatic differentiation (torch) or an independent exact computation. The functions
``printed_..`` are wrong on purpose, and are used nowhere else.
"""

from __future__ import annotations

from lstm_core.errata import (
    augmented,
    document_001,
    document_002_lstm,
    document_002_rnn,
    document_003,
    document_004,
    gru,
    lstm,
    rnn,
    roots,
    towards_lstm,
    transport,
)
from lstm_core.errata.erratum import KINDS, Check, Erratum

GROUPS = (
    roots,
    rnn,
    towards_lstm,
    lstm,
    transport,
    augmented,
    document_001,
    document_002_rnn,
    document_002_lstm,
    gru,
    document_003,
    document_004,
)


def _place(erratum: Erratum) -> tuple[str, int]:
    return erratum.document, int(erratum.number.partition("-")[2])


ERRATA: dict[str, Erratum] = {
    row.number: row for row in sorted((row for group in GROUPS for row in group.ROWS), key=_place)
}

__all__ = ["ERRATA", "KINDS", "Check", "Erratum"]
