"""Errata of document 001, slides on document 000."""

from __future__ import annotations

from lstm_core.errata.erratum import Check, Erratum, compare
from lstm_core.errata.instances import LSTM, random_instance
from lstm_core.errata.lstm import printed_144_155

REPAIRED = ("W_v_cu", "W_v_cs", "W_v_cr", "W_v_du", "W_s_cu", "W_s_cs")  # all but W_s_cr


def half_transposed(seed: int) -> Check:
    """The same recursion as in errata 000-21; here f_chi and f_psi are printed right."""
    run = random_instance(LSTM, seed)
    psi, _ = printed_144_155(run.rec, run.g, REPAIRED)
    return compare("psi[{}]", psi, run.back["psi"], run.truth.gradient("s"))


ROWS = (
    Erratum(
        "001-1",
        "Backward pass",
        "T",
        wrong="Of the missing transposes of 000-21 those in f_chi and f_psi are restored; W_s_cr in"
        " psi, and all of 000-11 and 000-12, still lack theirs.",
        right="W_s_cr^T too.",
        check=half_transposed,
    ),
    Erratum(
        "001-2",
        "Notations",
        "E",
        wrong="v is called an accumulation node.",
        right="v is the value; a is the accumulation node.",
        unchecked="a matter of words",
    ),
    Erratum(
        "001-3",
        "Derivatives",
        "E",
        wrong="Derivatives by the wrong symbol: dy/dr in chi, s for g and for a.",
        right="dy/dv; dE/dg and dE/da.",
        unchecked="slips of symbols, some lost in the extraction",
    ),
    Erratum(
        "001-4",
        "Delay equation; Eq 177",
        "E",
        wrong="C multiplies s, and slopes are those of the other warp, at the wrong accumulation.",
        right="C x; G_d' for r and u, G_c' at its own gate.",
        unchecked="slips of symbols, some lost in the extraction",
    ),
    Erratum(
        "001-5",
        "throughout",
        "I",
        wrong="000-2, 000-4, 000-13 and 000-26 to 000-29 are repeated.",
        right="As there. Eq 46, v for r[n-1] and a diagonal B are right here.",
        unchecked="see those of document 000",
    ),
)
