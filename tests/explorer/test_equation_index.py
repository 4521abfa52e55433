"""The equation index: what an entry says, and how it is searched."""

from __future__ import annotations

from pathlib import Path

import pytest

from explorer import equation_index
from explorer.equation_index import Entry, Place, entries, mentions_in_file, nearest, search

STATE = Entry(
    "000", 134, "VI-H", "state: s = g_cs.s'", ("s = g_cs s'",), (Place("a/cell.py", "Cell.step"),)
)
WEIGHTS = Entry("000", 25, "II", "state weights: W_s = (I - dT A)^-1", errata=(2,))
GATE = Entry("000", 99, "V", "bounds of gates", prose="a condition")
OTHER = Entry("003", 28, here=("a_i = W_i h' + U_i x",), places=(Place("a/lstm_003.py", "L"),))
ALL = [WEIGHTS, GATE, STATE, OTHER]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", ALL),
        ("134", [STATE]),
        ("(134)", [STATE]),
        ("Eq 28", [OTHER]),
        ("20-30", [WEIGHTS, OTHER]),
        ("20 – 30", [WEIGHTS, OTHER]),
        ("25 134", [WEIGHTS, STATE]),
        ("28 document 000", []),
        ("003", [OTHER]),
        ("W_s", [WEIGHTS]),
        ("w_s", [WEIGHTS]),
        ("W_", [WEIGHTS, OTHER]),
        ("s", [STATE]),
        ("state", [WEIGHTS, STATE]),
        ("weights state", [WEIGHTS]),
        ("STATE", [WEIGHTS, STATE]),
        ("cell.py", [STATE]),
        ("lstm_003", [OTHER]),
        ("Cell.step", [STATE]),
        ("prose", [GATE]),
        ("condition", [GATE]),
        ("to come", [WEIGHTS]),
        ("VI-H", [STATE]),
        ("errata", [WEIGHTS]),
        ("nothing like it", []),
    ],
)
def test_search(words: str, found: list[Entry]) -> None:
    assert search(ALL, words) == found


def test_status_follows_from_places_and_reason() -> None:
    assert [entry.status for entry in ALL] == ["to come", "prose", "code", "code"]


def test_an_entry_has_what_the_cell_declares() -> None:
    (entry,) = search(entries(), "000 151")
    assert entry.here == ("alpha_cs = dE/da_cs",)
    assert Place("lstm_core/cells/vanilla_lstm.py", "VanillaLSTM.step_back") in entry.places


def test_entries_can_be_changed_by_who_asked() -> None:
    entries().clear()
    assert len(entries()) >= 250


def test_a_range_of_a_module_is_no_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(equation_index, "ROOT", tmp_path)
    path = tmp_path / "a.py"
    path.write_text('"""About Eq 10-12, from Eq 20."""\ndef f():\n    """Eq 11-12."""\n')
    found = [(mention.number, mention.place) for mention in mentions_in_file(path)]
    inside = Place("a.py", "f", "11-12")
    assert found == [(20, Place("a.py")), (11, inside), (12, inside)]


def test_nearest_places_come_first_and_alone() -> None:
    module, function = Place("a.py"), Place("a.py", "f")
    spanned, elsewhere = Place("a.py", "C", "1-3"), Place("b.py", "g", "1-3")
    assert nearest([module, spanned, elsewhere, function]) == (function, elsewhere)
