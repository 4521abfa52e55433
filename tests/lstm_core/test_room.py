"""What would take too much memory is refused before any is taken, with its size and what would do."""

from __future__ import annotations

import re
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import lstm_core as lc
from lstm_core import room, sequences
from lstm_core.analysis import gate_shares, split, step_factors
from lstm_core.augment import augmented_params
from lstm_core.delay_equation import delayed, inputs_read
from lstm_core.readout import linear_readout
from lstm_core.segments import cut, equal_lengths, windows

HUGE = 10**10
CELL = lc.CELLS["vanilla_lstm"]
THETA = lc.init_params(CELL, d_x=1, d_s=2)
RNN = {"W_s": np.eye(2), "W_r": np.eye(2), "W_x": np.ones((2, 1)), "theta_s": np.zeros(2)}
SMALL = 2**20  # a bound that makes calls of a test's size too large


def run(steps: int) -> lc.Recording:
    return lc.unroll(CELL, THETA, np.zeros((steps, 1)))


# Calls of sizes that no machine has room for, and what the message must hold.
HOPELESS: dict[str, tuple[Callable[[], Any], str]] = {
    "init_params": (lambda: lc.init_params(CELL, d_x=2, d_s=10**9), "smaller d_s"),
    "init_params taps": (
        lambda: lc.init_params(lc.CELLS["augmented_lstm"], d_x=2, d_s=3, L=HUGE),
        "smaller L",
    ),
    "augmented_params": (lambda: augmented_params(THETA, L=HUGE), "smaller L"),
    "delayed": (lambda: delayed(RNN, HUGE), "smaller m"),
    "inputs_read": (lambda: inputs_read(lambda t, k: 0.0, 1.0, 2, HUGE), "smaller m"),
    "norm_bound": (lambda: lc.norm_bound(run(3), HUGE), "fewer steps"),
    "gate_shares": (lambda: gate_shares(run(3), HUGE), "fewer bins"),
    "equal_lengths": (lambda: equal_lengths(HUGE, 1), "larger K"),
    "windows": (lambda: windows([HUGE]), "segments"),
    "impulse": (lambda: sequences.impulse(HUGE), "smaller K"),
    "step": (lambda: sequences.step(HUGE), "smaller K"),
    "pulses": (lambda: sequences.pulses(3, d_x=HUGE), "smaller K or d_x"),
    "sine": (lambda: sequences.sine(HUGE), "smaller K"),
    "noise": (lambda: sequences.noise(HUGE), "smaller K"),
}
# Calls on 2000 steps, refused under a bound of SMALL bytes.
LARGE: dict[str, tuple[Callable[[lc.Recording], Any], str]] = {
    "transport_norms": (lc.transport_norms, "norms_to(rec, l)"),
    "step_jacobians": (lc.step_jacobians, "x[a:b]"),
    "error_transport": (lambda rec: lc.error_transport(rec, 0, 9), "x[a:b]"),
    "norms_to": (lc.norms_to, "x[a:b]"),
    "norm_bound": (lambda rec: lc.norm_bound(rec, 3), "x[a:b]"),
    "step_factors": (step_factors, "x[a:b]"),
    "split": (split, "x[a:b]"),
    "unroll": (lambda rec: lc.unroll(CELL, THETA, np.tile(rec.x, (3, 1))), "x[:K]"),
    "cut": (lambda rec: cut(rec.x, [1] * len(rec)), "segments"),
    "linear_readout": (
        lambda rec: linear_readout(rec.x, np.zeros((2000, 1)), np.zeros(2000)),
        "fewer steps",
    ),
}


def refused(call: Callable[[], Any], remedy: str, at_most: int) -> str:
    tracemalloc.start()
    try:
        with pytest.raises(ValueError) as caught:
            call()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    text = str(caught.value)
    assert re.search(r"would take [\d.e+]+ \w+ of memory, more than [\d.]+ \w+", text), text
    assert "lstm_core.room.MAX_BYTES" in text
    assert remedy in text
    assert peak < at_most, f"{peak} bytes were taken"
    return text


@pytest.mark.parametrize("name", HOPELESS)
def test_hopeless_sizes(name: str) -> None:
    refused(*HOPELESS[name], at_most=SMALL)


@pytest.mark.parametrize("name", LARGE)
def test_results_larger_than_the_bound(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rec = run(2000)
    call, remedy = LARGE[name]
    monkeypatch.setattr(room, "MAX_BYTES", SMALL // 2)
    refused(lambda: call(rec), remedy, at_most=SMALL // 2)
    monkeypatch.setattr(room, "MAX_BYTES", 2**33)  # the caller may say that there is more room
    call(rec)


def test_norms_of_a_hundred_thousand_steps() -> None:
    text = refused(lambda: lc.transport_norms(run(100_000)), "norms_to(rec, l)", 2**28)
    assert "100000 x 100000 norms" in text
    assert "GB" in text


@pytest.mark.parametrize(
    ("nbytes", "words"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1 kB"), (2**30, "1.07 GB"), (10**30, "1e+12 EB")],
)
def test_sizes_in_words(nbytes: int, words: str) -> None:
    assert room.size_in_words(nbytes) == words
