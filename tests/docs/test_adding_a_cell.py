"""The cell of docs/adding-a-cell.md: from its text to gradients, transport, figures and files."""

from __future__ import annotations

import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lstm_core as lc
from lstm_core.analysis import KINDS, gate_shares
from lstm_core.figures import (
    eigenvalue_plane,
    gate_saturation,
    gradient_traces,
    names_of_kind,
    signal_heat,
    signal_traces,
    transport_by_lag,
    transport_map,
)
from lstm_core.substitute import step_in_numbers
from tests.docs.blocks import ROOT, file_blocks
from tests.lstm_core.gradient_check import random_case, worst_error

DOCUMENT = "docs/adding-a-cell.md"
MODULE = "lstm_core.cells.leaky"


@pytest.fixture
def cell(monkeypatch: pytest.MonkeyPatch) -> lc.Cell:
    """The document's cell, registered for one test."""
    module: Any = types.ModuleType(MODULE)
    monkeypatch.setitem(sys.modules, MODULE, module)
    exec(file_blocks(DOCUMENT)["lstm_core/cells/leaky.py"], module.__dict__)
    monkeypatch.setitem(lc.CELLS, "leaky", module.Leaky())
    return lc.CELLS["leaky"]


@pytest.mark.parametrize("clamped", [False, True], ids=["free", "clamped"])
@pytest.mark.parametrize("batch", [False, True], ids=["single", "batch"])
@pytest.mark.parametrize("seed", range(3))
def test_gradient_check(cell: lc.Cell, seed: int, batch: bool, clamped: bool) -> None:
    assert worst_error(random_case(cell, seed, batch=batch, clamped=clamped)) < 1e-10


def test_the_documents_own_test(cell: lc.Cell) -> None:
    names: dict[str, Any] = {}
    exec(file_blocks(DOCUMENT)["tests/lstm_core/test_leaky.py"], names)
    tests = [function for name, function in names.items() if name.startswith("test_")]
    assert tests
    for function in tests:
        function()


def test_the_registry_line(cell: lc.Cell) -> None:
    text = (ROOT / DOCUMENT).read_text(encoding="utf-8")
    assert f"+from {MODULE} import {type(cell).__name__}\n" in text
    assert f"+        {type(cell).__name__}(),\n" in text


def test_figures_analysis_and_files(cell: lc.Cell, tmp_path: Path) -> None:
    theta = lc.init_params(cell, seed=1, d_x=2, d_s=3)
    rec = lc.unroll(cell, theta, np.random.default_rng(1).normal(size=(9, 2)))
    back = lc.backpropagate(rec, np.ones_like(rec.output))
    norms = {kind: lc.transport_norms(rec, kind) for kind in KINDS}
    figures = [
        signal_traces(rec, names_of_kind(rec, ["gate"]), cursor=3, scale="unit"),
        signal_traces(rec, names_of_kind(rec, ["candidate", "state", "readout"])),
        gradient_traces(back),
        signal_heat(rec["g_cs"], "g_cs", gate=True),
        gate_saturation(gate_shares(rec)),
        transport_by_lag({kind: lc.norms_by_lag(norms[kind]) for kind in KINDS}),
        transport_map(norms["exact"]),
        eigenvalue_plane({"step": lc.eigenvalues(lc.step_jacobians(rec))[4]}),
    ]
    for figure in figures:
        assert figure.alt and figure.complete()["data"]
    for name, found in (("g_cs", "psi"), ("s", "psi"), ("r", "chi")):
        assert np.isfinite(rec[name]).all() and np.isfinite(back[found]).all()
    for line in step_in_numbers(rec, 4, 1):
        total = sum(term.value for term in line.terms)
        warp = {"sigmoid": lambda z: 1 / (1 + np.exp(-z)), "tanh": np.tanh, "": float}[line.warp]
        assert warp(total) == pytest.approx(line.value, abs=1e-14)
    lc.save_weights(tmp_path / "leaky.npz", theta)
    again = lc.unroll(cell, lc.load_weights(tmp_path / "leaky.npz"), rec.x)
    np.testing.assert_array_equal(again["s"], rec["s"])
