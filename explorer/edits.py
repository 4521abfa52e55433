"""Changes that a visitor makes to a weight: ``W_v_cs*1.5`` scales it, ``W_x_cu[0,1]=0.25`` sets an entry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from typing import Any

import numpy as np

from explorer.entries import Place, Table
from explorer.fields import BadValue, Kind
from explorer.limits import MAX_EDITS, MAX_WEIGHT
from explorer.problems import Problem

Edits = tuple[tuple[str, float], ...]
EDIT = re.compile(
    r"(?:(?P<scaled>\w{1,12}\*)|(?P<entry>\w{1,12}\[\d{1,3}(?:,\d{1,3})?\])=)(?P<value>.+)"
)
PLACE = re.compile(r"(\w{1,12})\[(\d{1,3})(?:,(\d{1,3}))?\]")


def edits_field() -> Any:
    """A state field that holds edits, in the order in which they were first made."""
    return field(default=(), metadata={"kind": Kind(_read, _write)})


def _read(text: str) -> Edits:
    edits = []
    for part in filter(None, text.split(";")):
        match = EDIT.fullmatch(part)
        try:
            target, number = (match["scaled"] or match["entry"], float(match["value"]))  # type: ignore[index]
        except (TypeError, ValueError):
            raise BadValue("must be edits as W_v_cs*1.5;W_x_cu[0,1]=0.25") from None
        if not abs(number) <= MAX_WEIGHT:
            raise BadValue(f"must hold weights and factors from -{MAX_WEIGHT:g} to {MAX_WEIGHT:g}")
        edits.append((target, number))
    if len(edits) > MAX_EDITS:
        raise BadValue(f"must hold at most {MAX_EDITS} edits")
    return tuple(edits)


def _write(edits: Edits) -> str:
    return ";".join(
        f"{target}{value!r}" if target.endswith("*") else f"{target}={value!r}"
        for target, value in edits
    )


def with_edit(edits: Edits, target: str, value: float) -> Edits:
    """The edits with one more; a later one for the same target replaces the earlier."""
    return _with(edits, {target: value})


def with_entries(
    edits: Edits, name: str, trained: np.ndarray, entries: Mapping[Place, float | None]
) -> Edits:
    """The edits with entries of one matrix set as they are shown, that is scaled; None is the trained one.
    Only those that change are edits. Raises Problem with a sentence."""
    scale = factor(edits, name)
    if scale == 0:
        raise Problem(f"{name} is scaled by 0: every entry is 0 until it is scaled otherwise.")
    known = dict(edits)
    changes: dict[str, float | None] = {}
    for place, shown in entries.items():
        index = place[: trained.ndim]
        target = f"{name}[{','.join(map(str, index))}]"
        own = float(trained[index])
        value = own if shown is None else shown / scale
        if shown is None or shown != known.get(target, own) * scale:
            changes[target] = None if value == own else value
    return _with(edits, changes)


def _with(edits: Edits, changes: Mapping[str, float | None]) -> Edits:
    """The edits with some more, and without those that are None."""
    for value in changes.values():
        if value is not None and not abs(value) <= MAX_WEIGHT:
            raise Problem(
                f"A weight must be from -{MAX_WEIGHT:g} to {MAX_WEIGHT:g}; got {value:g}."
            )
    together: dict[str, float | None] = {**dict(edits), **changes}
    changed = tuple((target, value) for target, value in together.items() if value is not None)
    if len(changed) > MAX_EDITS:
        raise Problem(
            f"At most {MAX_EDITS} weights can be changed, and this would make {len(changed)};"
            " undo one, or reset."
        )
    return changed


def table(edits: Edits, name: str, trained: np.ndarray) -> Table:
    """A matrix as a table to be typed into. What is typed is an entry as it is scaled, and both are in
    bounds."""
    rows, columns = trained.shape if trained.ndim == 2 else (len(trained), 1)
    scale = factor(edits, name)
    said = f"{scale:g}".replace("-", "−")
    reason = f" while the matrix is scaled by {said}" if abs(scale) < 1 else ""
    return Table(name, rows, columns, MAX_WEIGHT * min(1, abs(scale)), reason)


def entries_of(edits: Edits, name: str) -> list[tuple[int, int, float]]:
    """The entries of a matrix that are set: row, column and value before the matrix is scaled."""
    found = []
    for target, value in edits:
        matrix, place = _place(target)
        if matrix == name and place is not None:
            found.append((place[0], place[1] if len(place) > 1 else 0, value))
    return found


def factor(edits: Edits, name: str) -> float:
    """The factor by which a matrix is scaled."""
    return dict(edits).get(f"{name}*", 1.0)


def apply_edits(theta: Mapping[str, np.ndarray], edits: Edits) -> dict[str, np.ndarray]:
    """The parameters with the edits applied: entries are set first, then matrices are scaled.

    Raises Problem for a parameter or an entry that does not exist.
    """
    changed = dict(theta)
    for target, value in sorted(edits, key=lambda edit: edit[0].endswith("*")):
        name, place = _place(target)
        if not fits(theta, target):
            shape = f": {name} has shape {theta[name].shape}" if name in theta else ""
            raise Problem(
                f"The link changes {target[:40]}, which this cell does not have{shape}; press Reset."
            )
        matrix = np.array(changed[name])
        if place is None:
            matrix = matrix * value
        else:
            matrix[place] = value
        changed[name] = matrix
    return changed


def fits(theta: Mapping[str, np.ndarray], target: str) -> bool:
    """Whether a cell with these parameters has what an edit changes."""
    name, place = _place(target)
    if name not in theta or place is None:
        return name in theta
    shape = theta[name].shape
    return len(place) == len(shape) and all(i < s for i, s in zip(place, shape, strict=True))


def _place(target: str) -> tuple[str, tuple[int, ...] | None]:
    """The parameter that an edit changes, and the entry, or None for all of it."""
    match = PLACE.fullmatch(target)
    if match is None:
        return target.rstrip("*"), None
    return match[1], tuple(int(index) for index in match.groups()[1:] if index is not None)
