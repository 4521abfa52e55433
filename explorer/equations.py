"""*Equations and errata*: its state, its presets, and which rows it shows."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from explorer.equation_index import AUTHORS, SPINE, entries, search
from explorer.errata_checks import LAST_SEED, Checks, checks_field
from explorer.fields import choice, integer, words
from explorer.limits import MAX_SEARCH
from lstm_core.errata import ERRATA, KINDS

VIEWS = {"errata": "Errata", "equations": "Equations"}
ROWS = {"checked": "with numbers", "checkable": "with a check", "all": "all"}
STATUSES = {"all": "all", "code": "computed", "prose": "prose"}
ALL = "all"

OPENING = tuple((f"000-{number}", 0) for number in (11, 12, 21, 24, 29))


@dataclass(frozen=True)
class EquationsState:
    """What is looked for, in which list, and the checks whose numbers stand beside their errata."""

    view: str = choice("errata", *VIEWS)
    search: str = words("", MAX_SEARCH)
    document: str = choice(ALL, ALL, *AUTHORS)
    kind: str = choice(ALL, ALL, *KINDS)
    rows: str = choice("checked", *ROWS)
    checks: Checks = checks_field(OPENING)
    seed: int = integer(1, 0, LAST_SEED)  # of the next check
    status: str = choice(ALL, *STATUSES)


def presets() -> dict[str, EquationsState]:
    """Named states, each with a point of its own."""
    start = EquationsState()
    transposes = [(n, 0) for n, row in ERRATA.items() if row.check and "T" in row.kind]
    index = replace(start, view="equations")
    return {
        "Five errors in numbers": start,
        "Missing transposes": replace(
            start, kind="T", rows="checkable", checks=tuple(transposes), seed=1
        ),
        "All errata": replace(start, rows="all"),
        "All equations": index,
        "Back through the LSTM": replace(index, search="144-155"),
        "Touched by errata": replace(index, search="errata"),
    }


def settle(state: EquationsState) -> EquationsState:
    return state


def shown_equations(state: EquationsState) -> list[int]:
    """The numbers of the equations that the search finds, of those that are computed or are prose."""
    found = search((entry for entry in entries() if entry.document == SPINE), state.search)
    return [entry.number for entry in found if state.status in (ALL, entry.status)]


def shown_errata(state: EquationsState) -> list[str]:
    """The numbers of the errata that the search and the filters leave."""
    checked = dict(state.checks)
    return [
        number
        for number, row in ERRATA.items()
        if state.document in (ALL, row.document)
        and (state.kind == ALL or state.kind in row.kind)
        and (state.rows == "all" or (number in checked if state.rows == "checked" else row.check))
        and _has(_text(number), state.search)
    ]


def _has(text: str, asked: str) -> bool:
    """Whether all words are in a text; one with a digit stands for itself alone, others may be parts."""
    for word in asked.lower().split():
        if not re.search(r"\d", word):
            if word not in text:
                return False
        elif not re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text):
            return False
    return True


@cache
def _text(number: str) -> str:
    row = ERRATA[number]
    kinds = " ".join(KINDS[kind] for kind in row.kind.split(", "))
    return "\n".join(
        (number, row.where, kinds, row.wrong, row.right, row.code, row.unchecked)
    ).lower()


def asked_for(state: EquationsState, asked: Checks) -> dict[str, Any]:
    """The fields of a state for which checks are asked: a seed that was used is not the next one."""
    new = [seed for number, seed in asked if (number, seed) not in state.checks]
    seed = (max(new) + 1) % (LAST_SEED + 1) if new else state.seed
    return {"checks": tuple({**dict(state.checks), **dict(asked)}.items()), "seed": seed}
