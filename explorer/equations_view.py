"""The parts of *Equations and errata*."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import replace
from functools import cache, partial
from typing import Any

import streamlit as st

from explorer import live
from explorer.equation_index import AUTHORS, SPINE, entries, read_table
from explorer.equations import (
    ALL,
    ROWS,
    STATUSES,
    VIEWS,
    EquationsState,
    asked_for,
    shown_equations,
    shown_errata,
)
from explorer.errata_checks import (
    Checks,
    Found,
    check_all,
    has_torch,
    read_checks,
    write_checks,
)
from explorer.fields import BadValue
from explorer.store import Store
from lstm_core.errata import ERRATA, KINDS

LIST = "live/{}"  # the list of a view
ASKED = "equations/asked"  # in the session: the checks that the newest request asks for
HINTS = {
    "errata": "11, Eq 182, transpose, ...",
    "equations": "144-155, psi, unroll.py, ...",
}
WHAT_TO_LOOK_FOR = {
    "errata": "**What to look for.** *Off by* is the largest difference from the truth, as a part of"
    " the largest true value: about $10^{-16}$ is nothing but rounding, at 1 the difference is as large"
    " as anything that is right. The three numbers are those of the entry where the printed form is off the"
    " most. Press *Check it now* again for another instance: the sizes change, the verdict does not.",
    "equations": "**What to look for.** An equation says the corrected thing where errata touch it."
    " *Here* is the equation as a cell declares it: ′ is the step before, the dot a product of"
    " entries, dE/d a total derivative. A range behind a place means that the place names the equation"
    " as one of these; *prose* says why there is nothing to compute.",
}


def controls(store: Store[EquationsState]) -> None:
    """Which list, and what of it."""
    with live.group("live/controls"):
        store.choose("view", "List", VIEWS, hidden=True)
        store.search("search", "Search", HINTS[store.state.view])
        if store.state.view == "errata":
            store.choose("rows", "Errata shown", ROWS)
            kinds = {kind: f"{kind}: {meaning}" for kind, meaning in KINDS.items()}
            store.select("kind", "Kind", {ALL: "all kinds", **kinds})
            authors = {document: f"{document} {author}" for document, author in AUTHORS.items()}
            store.select("document", "Document", {ALL: "all documents", **authors})
            store.slider("seed", "seed of the next check")
        else:
            store.choose("status", "Equations shown", STATUSES)


def place(store: Store[EquationsState]) -> None:
    """Where the list of a view stands, with all its rows; the picture says which are shown."""
    view = store.state.view
    rows = {"errata": _errata()} if view == "errata" else {"equations": _equations()}
    live.place(view, LIST.format(view), partial(_take, store), **rows)


def fill(state: EquationsState) -> None:
    """What the list shows, and what was found of the checks that were asked for."""
    shown: dict[str, Any]
    if state.view == "errata":
        asked: Checks | None = st.session_state.pop(ASKED, None)
        shown = {
            "shown": shown_errata(state),
            "checks": state.checks,
            "seed": state.seed,
            "results": [_result(found) for found in check_all(asked)] if asked else [],
            "answered": write_checks(asked) if asked else None,
            "empty": _empty(state),
        }
    else:
        shown = {"shown": shown_equations(state)}
    live.fill(LIST.format(state.view), shown)


def without_torch() -> None:
    """Say what is missing, and the remedy."""
    if not has_torch():
        st.warning(
            "PyTorch is not installed here, and most checks compare with its automatic"
            " differentiation. To have them, `pip install torch` into the app's environment and start"
            " the app again. Everything else, and the checks that need none, work without it.",
            icon=":material/info:",
        )


def _empty(state: EquationsState) -> str:
    if state.rows == "checked" and not state.checks:
        return "No erratum has numbers yet: show all, and check one."
    return "No erratum is left: clear the search, or show all kinds, documents and errata."


@cache
def _equations() -> list[dict[str, Any]]:
    return [
        {
            "number": entry.number,
            "section": entry.section,
            "title": entry.title,
            "here": entry.here,
            "places": [(place.file, place.owner, place.span) for place in entry.places],
            "status": entry.status,
            "prose": entry.prose,
            "errata": [f"{SPINE}-{number}" for number in entry.errata],
        }
        for entry in entries()
        if entry.document == SPINE
    ]


@cache
def _errata() -> list[dict[str, Any]]:
    touched = defaultdict(list)
    for row in read_table():
        for number in row["errata"].split():
            touched[f"{SPINE}-{number}"].append(row["number"])
    return [
        {
            "number": number,
            "where": row.where,
            "kinds": [(kind, KINDS[kind]) for kind in row.kind.split(", ")],
            "wrong": row.wrong,
            "right": row.right,
            "code": row.code,
            "unchecked": row.unchecked,
            "fixed": row.fixed,
            "equations": " ".join(touched[number]),
        }
        for number, row in ERRATA.items()
    ]


def _result(found: Found) -> dict[str, Any]:
    """What was found, as the browser shows it."""
    result: dict[str, Any] = {"number": found.number, "seed": found.seed, "problem": found.problem}
    if check := found.check:
        result |= {
            "quantity": check.quantity,
            "printed": _finite(check.printed),
            "corrected": _finite(check.corrected),
            "truth": _finite(check.truth),
            "off": [_finite(check.rel_printed), _finite(check.rel_corrected)],
            "ms": 1000 * found.seconds,
        }
    return result


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _take(store: Store[EquationsState], sent: Any) -> None:
    """Take a press in the list: checks, or the way to an erratum or to its equations."""
    what, value = next(iter(sent.items())) if isinstance(sent, dict) and sent else ("", "")
    if what == "check":
        try:
            asked = read_checks(str(value))
        except BadValue as problem:
            store.say(f"“checks” {problem}.")
            return
        store.move(**asked_for(store.state, asked))
        st.session_state[ASKED] = asked
    elif what == "see" and value in ERRATA:
        plain = EquationsState(checks=store.state.checks, seed=store.state.seed)
        store.put(replace(plain, view="errata", rows="all", search=str(value)))
    elif what == "equations" and value in {row["equations"] for row in _errata()}:
        store.change(view="equations", search=str(value))
