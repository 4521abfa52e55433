"""The benchmarks run and print every row, and both sides of the library's compute the same. No time is
asserted."""

from __future__ import annotations

import io
import math
import re
import subprocess
import sys
from contextlib import redirect_stdout
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch

import lstm_core as lc
from benchmarks import library as lib
from benchmarks import memory
from benchmarks.controls import CONTROLS, chosen

ROOT = Path(__file__).parents[2]


def report(*arguments: str) -> str:
    command = [sys.executable, "-m", "benchmarks", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def row_of(name: str, text: str) -> list[str]:
    """The cells of the one row that begins so."""
    (row,) = re.findall(rf"^ +{name} +(.+)$", text, re.MULTILINE)
    return row.split()


def assert_times(cells: list[str]) -> None:
    """Each cell is a positive number, or a median and a 95th percentile."""
    for cell in cells:
        times = [float(part) for part in cell.split("/")]
        assert all(math.isfinite(time) and time > 0 for time in times)
        assert times == sorted(times)


def test_every_row_of_the_library_is_printed() -> None:
    text = report("library", "--quick")
    a, b, c = re.split(r"^\([abc]\) ", text, flags=re.MULTILINE)[1:]
    row = re.compile(r"^ +(.+?) +([\d.]+) ms +([\d.]+) ms +([\d.]+)", re.MULTILINE)
    for text, rows in ((a, 12), (b, 3), (c, 2)):
        found = row.findall(text)
        assert len(found) == rows, text
        for _, ours, theirs, ratio in found:
            assert float(ratio) == pytest.approx(float(theirs) / float(ours), rel=0.05, abs=0.006)
    assert c.count("full W_s") == 2
    assert "scaled up" in c


def test_a_page_is_timed_beside_its_bare_twin() -> None:
    charts, rows, ours, bare, ratio = row_of(
        "Stability", report("latency", "--page", "Stability", "--presses", "3")
    )
    assert int(charts) > 0 and int(rows) > 0
    assert_times([ours, bare, ratio])


def test_two_visitors_are_answered() -> None:
    arguments = ("--page", "Stability", "--quick", "--sessions", "2", "--seconds", "6")
    text = report("sessions", *arguments)
    *times, errors = row_of("Stability", text)
    assert len(times) == 4
    assert_times([time for time in times if time != "-"])  # not on Linux
    assert errors == "0"
    for part in text.split("S visitors")[1:]:
        first, new_first, then, longest, new_then, _, changes, errors = row_of("2", part)
        assert_times([first, then, longest])
        assert (new_first, new_then, int(changes), errors) == ("100%", "100%", 6, "0")
    assert text.count("S visitors") == 2


def test_the_memory_with_a_crowd_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = memory.crowds(texts=2, states=0, visitors=0)[0]
    monkeypatch.setattr(memory, "crowds", lambda **numbers: [texts])
    printed = io.StringIO()
    with redirect_stdout(printed):
        memory.report(quick=True, idle_minutes=0)
    *sizes, _, errors = row_of(texts.name, printed.getvalue())
    assert errors == "0"
    first, most, end, idle = map(float, sizes)
    if not math.isnan(first):  # where it can be read: on Linux
        assert 0 < first <= most
        assert 0 < end <= most
        assert idle > 0


def test_texts_and_states_are_all_different() -> None:
    for crowd in memory.crowds(50, 20, 3)[:3]:
        links = [link for session in crowd.sessions for link in session]
        assert len(set(links)) == len(links)


def test_pages_are_chosen_by_their_names() -> None:
    assert chosen(None) == CONTROLS
    assert [control.page for control in chosen("Why,Inside")] == ["Inside", "Why"]
    with pytest.raises(SystemExit, match="no page 'Nothing': Inside, "):
        chosen("Why,Nothing")


def test_the_walk_of_a_control_comes_to_every_value_before_one_comes_again() -> None:
    for control in CONTROLS:
        steps = round((control.high - control.low) / control.step)
        for typed, points in ((False, steps + 1), (True, steps + 1 if control.whole else 10_007)):
            values = list(islice(control.walk(typed), points + 1))
            assert len(set(values)) == points
            assert values[0] == values[-1]
            assert control.low == min(values) and max(values) == control.high


def test_both_sides_compute_the_same() -> None:
    given = lib.system(5, 3, peepholes=False)
    rec = given.recording
    back = lc.backpropagate(rec, given.error)
    peer = lib.LibraryLSTM(given)
    peer()
    np.testing.assert_allclose(peer.lstm(peer.x)[0].detach().numpy(), rec.output, atol=1e-14)
    np.testing.assert_allclose(peer.x.grad.numpy(), back.d_x, atol=1e-13)
    loop = lib.LoopOfCells(given)
    loop()
    wanted = np.concatenate([back.d_theta[f"W_v_{gate}"] for gate in lib.GATES])
    found = loop.cell.weight_hh.grad
    assert isinstance(found, torch.Tensor)
    np.testing.assert_allclose(found.numpy(), wanted, atol=1e-13)
    np.testing.assert_allclose(lib.Products(given, 1)(), lib.Norms(given)(), rtol=1e-9)
