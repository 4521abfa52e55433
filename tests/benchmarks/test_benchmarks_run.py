"""The benchmarks run and print every row, and both sides compute the same. No time is asserted."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

import lstm_core as lc
from benchmarks import library as lib

ROOT = Path(__file__).parents[2]


def test_every_row_is_printed() -> None:
    command = [sys.executable, "-m", "benchmarks", "--quick"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    a, b, c = re.split(r"^\([abc]\) ", done.stdout, flags=re.MULTILINE)[1:]
    row = re.compile(r"^ +(.+?) +([\d.]+) ms +([\d.]+) ms +([\d.]+)", re.MULTILINE)
    for text, rows in ((a, 12), (b, 3), (c, 2)):
        found = row.findall(text)
        assert len(found) == rows, text
        for _, ours, theirs, ratio in found:
            assert float(ratio) == pytest.approx(float(theirs) / float(ours), rel=0.05)
    assert c.count("full W_s") == 2
    assert "scaled up" in c


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
