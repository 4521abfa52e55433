"""An input in the other order of axes is refused, with the remedy, wherever shapes show it; and what
comes from a module with ``batch_first`` remembers that."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import lstm_core as lc

K, B, d_x, d_s = 6, 2, 3, 4
SIZES = {"d_x": d_x, "d_s": d_s, "d_v": 4, "L": 2}
CELLS = pytest.mark.parametrize("cell", lc.CELLS.values(), ids=lc.CELLS.keys())
MODULES = pytest.mark.parametrize("kind", ["LSTM", "RNN"])
SWAP = r"x\.swapaxes\(0, 1\)"


def theta_of(cell: lc.Cell) -> dict[str, np.ndarray]:
    return lc.init_params(cell, **{name: SIZES[name] for name in cell.sizes})


@MODULES
@pytest.mark.parametrize("batch_first", [False, True])
def test_a_module_is_remembered(kind: str, batch_first: bool) -> None:
    module = getattr(torch.nn, kind)(d_x, d_s, batch_first=batch_first)
    cell, theta = lc.from_torch(module)
    assert cell is lc.CELLS[cell.name]
    assert isinstance(theta, dict)
    changed = theta | {name: value + 1 for name, value in theta.items()}
    for kept in (theta, theta.copy(), changed):
        assert kept.batch_first is batch_first  # type: ignore[attr-defined]
    assert not hasattr(dict(theta), "batch_first")
    _, theta = lc.from_torch(module.state_dict())
    assert theta.batch_first is False  # type: ignore[attr-defined]


@MODULES
def test_one_sequence_in_the_modules_order(kind: str) -> None:
    module = getattr(torch.nn, kind)(d_x, d_s, batch_first=True)
    cell, theta = lc.from_torch(module)
    x = np.random.default_rng(0).normal(size=(1, K, d_x))
    with pytest.raises(ValueError, match=rf"batch_first=True; .*{SWAP} for 1 sequence of 6 steps"):
        lc.unroll(cell, theta, x)
    rec = lc.unroll(cell, theta, x.swapaxes(0, 1))  # the remedy
    out, _ = module(torch.tensor(x, dtype=torch.float32))
    np.testing.assert_allclose(rec.output.swapaxes(0, 1), out.detach().numpy(), atol=1e-6)
    lc.unroll(cell, dict(theta), x)  # and the other one: 1 step of 6 sequences
    lc.unroll(cell, theta, x[0])
    steps_first = lc.from_torch(getattr(torch.nn, kind)(d_x, d_s))[1]
    lc.unroll(cell, steps_first, x)


@CELLS
@pytest.mark.parametrize("tensors", [False, True])
def test_initial_values_show_the_order(cell: lc.Cell, tensors: bool) -> None:
    theta, x = theta_of(cell), np.ones((B, K, d_x))
    width = SIZES[cell.signals[cell.state].size]
    initial: dict[str, Any] = {cell.state: np.zeros((B, width))}
    given = torch.tensor(x) if tensors else x
    with pytest.raises(ValueError, match=rf"x is read as \(K, B, d_x\) with K = 2, B = 6.*{SWAP}"):
        lc.unroll(cell, theta, given, initial)
    lc.unroll(cell, theta, given.swapaxes(0, 1), initial)


@CELLS
def test_initial_values_of_torch_have_an_axis_for_layers(cell: lc.Cell) -> None:
    width = SIZES[cell.signals[cell.state].size]
    initial = {cell.state: np.zeros((1, B, width))}
    with pytest.raises(ValueError, match=rf"use initial\['{cell.state}'\]\[0\]"):
        lc.unroll(cell, theta_of(cell), np.ones((K, B, d_x)), initial)


@CELLS
def test_clamps_and_errors_show_the_order(cell: lc.Cell) -> None:
    theta, x = theta_of(cell), np.ones((K, B, d_x))
    width = SIZES[cell.signals[cell.state].size]
    words = r"x is read as \(K, B, d_x\).*{}\.swapaxes\(0, 1\), or " + SWAP
    with pytest.raises(ValueError, match=words.format(rf"clamp\['{cell.state}'\]")):
        lc.unroll(cell, theta, x, clamp={cell.state: np.zeros((B, K, width))})
    rec = lc.unroll(cell, theta, x)
    with pytest.raises(ValueError, match=words.format("dE_dout")):
        lc.backpropagate(rec, rec.output.swapaxes(0, 1))
    if cell.state != cell.output:
        with pytest.raises(ValueError, match=words.format(rf"explicit\['{cell.state}'\]")):
            lc.backpropagate(rec, rec.output, {cell.state: rec.state.swapaxes(0, 1)})


@CELLS
@pytest.mark.parametrize(
    ("shape", "remedy"),
    [
        ((d_x, 5), r"x\.T if axis 0"),
        ((d_x, B, 5), r"numpy\.moveaxis\(x, 0, -1\) if axis 0"),
        ((B, d_x, 5), r"numpy\.moveaxis\(x, 1, -1\) if axis 1"),
    ],
)
def test_signals_on_another_axis(cell: lc.Cell, shape: tuple[int, ...], remedy: str) -> None:
    with pytest.raises(ValueError, match=rf"change x to {remedy}"):
        lc.unroll(cell, theta_of(cell), np.ones(shape))
