"""Names of textbooks and of PyTorch: what is suggested for them is the right signal, or nothing."""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import lstm_core as lc

CELLS = pytest.mark.parametrize("cell", lc.CELLS.values(), ids=lc.CELLS.keys())
SIZES = {"d_x": 2, "d_s": 3, "d_v": 2, "L": 2}
# PyTorch's letters as its own documentation has them, for the cells that have such signals.
RIGHT = {"f": "g_cs", "i": "g_cu", "o": "g_cr", "c": "s", "h": "v", "g": "u"}
WORDS = {"forget_gate": "f", "input_gate": "i", "output_gate": "o", "cell_state": "c"} | {
    **{"hidden_state": "h", "candidate": "g", "f_t": "f", "ct": "c", "h_n": "h", "C": "c"}
}


def right(cell: lc.Cell, name: str) -> str | None:
    """The signal of this cell that ``name`` means elsewhere; an RNN shows its readout."""
    if name == "h" and "v" not in cell.signals:
        return "r"
    found = RIGHT.get(name)
    if name == "c" and cell.output != "v":
        return found if cell.torch_names.get("c") else None
    return found if found in cell.signals else None


def places(cell: lc.Cell) -> dict[str, tuple[Callable[[str], object], tuple[str, ...]]]:
    """Where a signal is asked for by name, and the names that are known there."""
    theta = lc.init_params(cell, **{name: SIZES[name] for name in cell.sizes})
    x = np.zeros((3, 2))
    rec = lc.unroll(cell, theta, x)
    back = lc.backpropagate(rec, rec.output)
    signals = tuple(cell.signals)
    return {
        "rec": (lambda name: rec[name], (*signals, "x")),
        "previous": (rec.previous, cell.lagged),
        "of": (back.of, signals),
        "clamp": (lambda name: lc.unroll(cell, theta, x, clamp={name: 1.0}), signals),
        "initial": (lambda name: lc.unroll(cell, theta, x, {name: np.zeros(3)}), cell.lagged),
        "explicit": (lambda name: lc.backpropagate(rec, rec.output, {name: x}), cell.arrivals),
    }


def suggested(call: Callable[[str], Any], name: str) -> str | None:
    with pytest.raises(KeyError) as caught:
        call(name)
    found = re.search(r"Did you mean '(\w+)'\?", str(caught.value.args[0]))
    return found[1] if found else None


@CELLS
def test_letters(cell: lc.Cell) -> None:
    for where, (call, known) in places(cell).items():
        for letter in string.ascii_letters:
            if letter in known:
                continue
            near = letter.lower() if letter.lower() in known else right(cell, letter.lower())
            wanted = near if near in known else None
            assert suggested(call, letter) == wanted, f"{letter} in {where}"


@CELLS
def test_words(cell: lc.Cell) -> None:
    for where, (call, known) in places(cell).items():
        for word, letter in WORDS.items():
            wanted = right(cell, letter)
            found = suggested(call, word)
            assert found == (wanted if wanted in known else None), f"{word} in {where}"


def test_every_letter_of_torch_is_known_to_the_lstm() -> None:
    cell = lc.CELLS["vanilla_lstm"]
    assert {letter: right(cell, letter) for letter in RIGHT} == RIGHT
    call, _ = places(cell)["rec"]
    assert {letter: suggested(call, letter) for letter in RIGHT} == RIGHT


def test_names_of_gradients() -> None:
    """A signal's own name, or torch's, where the source's name of its gradient is asked for."""
    cell = lc.CELLS["vanilla_lstm"]
    rec = lc.unroll(cell, lc.init_params(cell, d_x=1, d_s=2), np.zeros((3, 1)))
    back = lc.backpropagate(rec, rec.output)
    wanted = {"s": "psi", "c": "psi", "v": "chi", "h": "chi", "g_cs": "gamma_cs", "f": "gamma_cs"}
    wanted |= {"x": None, "g": None, "w": None}  # type: ignore[dict-item]
    assert {name: suggested(lambda n: back[n], name) for name in wanted} == wanted
