"""Results are kept by the memory of their arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

import lstm_core as lc
from explorer import remember


@dataclass
class Result:
    values: np.ndarray
    again: dict[str, list[np.ndarray]]


def test_an_array_counts_once_and_with_all_of_its_memory() -> None:
    whole = np.zeros((10, 100))
    result = Result(whole[0], {"views": [whole[1:], whole]})
    assert remember.array_bytes(result) == whole.nbytes
    assert remember.array_bytes([result, result, np.zeros(3)]) == whole.nbytes + 24
    assert remember.array_bytes(lc.CELLS["vanilla_lstm"]) == 0


def test_the_oldest_results_go_when_there_is_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remember, "MAX_REMEMBERED_BYTES", 2000)
    asked = []

    @remember.remembered
    def hundred(start: int) -> np.ndarray:
        asked.append(start)
        return np.arange(start, start + 100.0)

    for start in (0, 1, 0, 1, 2, 0):  # 800 bytes each: two have room
        assert hundred(start)[0] == start
    assert asked == [0, 1, 2, 0]


def test_a_result_that_has_no_room_is_handed_out_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(remember, "MAX_REMEMBERED_BYTES", 10)
    assert remember.remembered(np.zeros)(5).shape == (5,)
