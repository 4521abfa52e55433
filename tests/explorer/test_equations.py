"""*Equations and errata*: what its lists show, and the checks that its link holds."""

from __future__ import annotations

import pytest

from explorer.equations import EquationsState, asked_for, shown_equations, shown_errata
from explorer.errata_checks import check_all, read_checks, write_checks
from explorer.fields import BadValue
from lstm_core.errata import ERRATA

EVERY = EquationsState(rows="all")


def errata(**fields: str) -> list[str]:
    return shown_errata(EquationsState(**{"rows": "all", **fields}))  # type: ignore[arg-type]


def test_without_a_filter_all_are_shown() -> None:
    assert errata() == list(ERRATA)
    assert shown_equations(EVERY) == list(range(1, 251))


def test_filters_leave_what_they_say() -> None:
    assert {ERRATA[n].document for n in errata(document="003")} == {"003"}
    assert all("T" in ERRATA[n].kind for n in errata(kind="T"))
    assert errata(kind="?") == ["003-12", "004-6"]
    assert all(ERRATA[n].check for n in errata(rows="checkable"))
    assert shown_errata(EquationsState()) == [number for number, _ in EquationsState().checks]
    computed, prose = (
        shown_equations(EquationsState(status=status)) for status in ("code", "prose")
    )
    assert computed and prose and not set(computed) & set(prose)


def test_a_number_is_no_part_of_another() -> None:
    assert errata(search="000-1") == ["000-1"]
    assert "000-29" in errata(search="182")
    assert all(
        "82" in ERRATA[n].where.split() or "82," in ERRATA[n].where for n in errata(search="82")
    )


def test_all_words_count_in_any_case() -> None:
    found = errata(search="  TRANSPOSE w_s_cr ")
    assert {"000-21", "001-1"} <= set(found)
    assert set(found) < set(errata(search="transpose"))
    assert errata(search="nothing of the kind") == []
    assert errata(search="(")


@pytest.mark.parametrize("text", [".", "000-11:0", "000-11:0_004-8:9999"])
def test_checks_are_read_as_they_are_written(text: str) -> None:
    assert write_checks(read_checks(text)) == text


@pytest.mark.parametrize(
    "text", ["", "000-11", "000-7:1", "000-11:-1", "000-11:10000", "000-11:٣", "x:1", "000-11:0_"]
)
def test_checks_that_can_not_be_done_are_refused(text: str) -> None:
    with pytest.raises(BadValue, match="000-11:0_000-12:3"):
        read_checks(text)


def test_only_a_new_check_uses_its_seed_up() -> None:
    state = EquationsState(checks=(("000-11", 50),), seed=3)
    assert asked_for(state, (("000-11", 50),)) == {"checks": state.checks, "seed": 3}
    both = (("000-11", 50), ("000-12", 3))
    assert asked_for(state, both) == {"checks": both, "seed": 4}


def test_what_there_is_no_time_for_is_left() -> None:
    asked = [("000-6", seed) for seed in range(5)]
    assert [found.seed for found in check_all(asked, seconds=-1)] == [0]
    assert [found.seed for found in check_all(asked, seconds=60)] == [0, 1, 2, 3, 4]
