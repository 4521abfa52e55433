"""Numbers that leave the range of their type: a sentence with the first step, the signal and a remedy,
never NaN, never a warning."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch

import lstm_core as lc
from lstm_core.analysis import constancy, flows, motion, rest_bound, split, state_change
from lstm_core.analysis import transport_gap as gap
from lstm_core.initialise import scale_spectral_radius
from lstm_core.readout import cross_entropy, linear_readout, readout_gradients, squared_error
from lstm_core.wires import wires

CELLS = pytest.mark.parametrize("cell", lc.CELLS.values(), ids=lc.CELLS.keys())
TYPES = pytest.mark.parametrize("dtype", ["float64", "float32"])
SIZES = {"d_x": 2, "d_s": 3, "d_v": 2, "L": 2}
K = 5


@pytest.fixture(autouse=True)
def no_warning() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def theta_of(cell: lc.Cell, weights: str = "glorot_uniform", dtype: Any = float) -> dict[str, Any]:
    sizes = {name: SIZES[name] for name in cell.sizes}
    return lc.init_params(cell, 1, weights=weights, dtype=dtype, **sizes)


def sentence(call: Callable[[], object]) -> str:
    with pytest.raises(ValueError) as caught:
        call()
    return str(caught.value)


def assert_overflow(text: str, cell: lc.Cell, step: int | None = None) -> str:
    """The sentence names a signal of the cell, the step and a remedy, and ends with a stop."""
    found = re.match(r"(\w+) \([\w' ]+\) grows beyond [\d.]+e\d+ at step (\d+)", text)
    assert found, text
    assert found[1] in cell.signals
    assert "take fewer steps, or smaller weights" in text
    assert text.endswith(".")
    assert step is None or int(found[2]) == step, text
    return found[1]


@CELLS
@TYPES
@pytest.mark.parametrize("batch", [False, True])
def test_huge_weights(cell: lc.Cell, dtype: str, batch: bool) -> None:
    big = float(np.finfo(dtype).max) / 1.5
    theta = {n: np.full_like(v, big) for n, v in theta_of(cell, dtype=dtype).items()}
    x = np.ones((K, 2, 2) if batch else (K, 2), dtype)
    text = sentence(lambda: lc.unroll(cell, theta, x, dtype=dtype))
    assert_overflow(text, cell, 0)
    assert ("of sequence 0 of the batch" in text) == batch
    assert dtype in text
    assert ("run it in float64" in text) == (dtype == "float32")


def doubling(cell: lc.Cell) -> dict[str, Any]:
    """A state that doubles at every step where the cell can: an RNN without limits."""
    theta = theta_of(cell, "zeros")
    return theta | {"W_s": 2 * np.eye(SIZES["d_s"])}


@pytest.mark.parametrize("tensors", [False, True])
@pytest.mark.parametrize(("dtype", "step"), [("float64", 1023), ("float32", 127)])
def test_state_that_doubles(tensors: bool, dtype: str, step: int) -> None:
    """2^n is more than the type can hold from n = 1024 or 128 on: one step less from s[-1] = 1."""
    cell = lc.CELLS["rnn_canonical"]
    theta: dict[str, Any] = doubling(cell)
    x: Any = np.zeros((2000, 2), dtype)
    if tensors:
        kind = getattr(torch, dtype)
        theta = {n: torch.tensor(v, dtype=kind, requires_grad=True) for n, v in theta.items()}
        x = torch.tensor(x)
    start = {"s": [1.0, 0, 0]}
    text = sentence(lambda: lc.unroll(cell, theta, x, start, dtype=dtype))
    assert assert_overflow(text, cell, step) == "s"
    rec = lc.unroll(cell, theta, x[:step], start, dtype=dtype)  # the remedy: fewer steps
    assert rec["s"].shape == (step, 3)


@pytest.mark.parametrize("cell", [c for c in lc.CELLS.values() if c.state not in c.warp_of])
@TYPES
def test_first_signal_is_made_of_finite_ones(cell: lc.Cell, dtype: str) -> None:
    """A held state of the largest size: what is named is the first that reads too much of it."""
    theta = {n: np.full_like(v, 3) for n, v in theta_of(cell).items()}
    state = cell.state
    held = float(np.finfo(dtype).max)
    text = sentence(
        lambda: lc.unroll(cell, theta, np.ones((K, 2)), clamp={state: held}, dtype=dtype)
    )
    name = assert_overflow(text, cell)
    graph = wires(cell)
    sources = {graph.nodes[wire.source].signal for wire in graph.arriving[name]}
    assert state in sources, f"{name} is made of {sources}"


@CELLS
@pytest.mark.parametrize("argument", ["theta", "x", "initial", "clamp", "dE_dout"])
def test_numbers_too_large_for_float32(cell: lc.Cell, argument: str) -> None:
    x = np.ones((K, 2))
    theta, given = theta_of(cell), {"x": x}
    options: dict[str, Any] = {}
    if argument == "theta":
        name = next(iter(theta))
        theta[name] = np.full_like(theta[name], 1e308)
    elif argument == "x":
        given["x"] = np.full_like(x, 1e308)
    elif argument in ("initial", "clamp"):
        options[argument] = {cell.state: np.full(3, 1e308)}

    def call() -> object:
        rec = lc.unroll(cell, theta, given["x"], **options, dtype="float32")
        return lc.backpropagate(rec, np.full(rec.output.shape, 1e308))

    text = sentence(call)
    assert text.startswith(argument), text
    assert "1e+308, more than float32 can hold" in text
    assert "float64" in text


@CELLS
@TYPES
@pytest.mark.parametrize("batch", [False, True])
def test_error_on_its_way_back(cell: lc.Cell, dtype: str, batch: bool) -> None:
    """A forward pass near 0 and large recurrent weights: the error grows by them at every step."""
    theta = theta_of(cell, "zeros", dtype)
    for name, param in cell.params.items():
        if param.source and (param.lag or param.source == "q"):
            theta[name][...] = 1e30 * np.eye(*theta[name].shape)
    x = np.zeros((60, 2, 2) if batch else (60, 2), dtype)
    rec = lc.unroll(cell, theta, x, dtype=dtype)
    text = sentence(lambda: lc.backpropagate(rec, np.full(rec.output.shape, 1e30, dtype)))
    found = re.match(r"On its way back the error at (\w+) grows beyond .* at step (\d+)", text)
    assert found and found[1] in cell.signals, text
    assert "fewer steps, smaller weights or a smaller error" in text
    assert text.endswith(".")
    later = int(found[2]) + 2  # one step less, and one for what reaches the initial values
    if later < 60:
        end = lc.unroll(cell, theta, x[later:], dtype=dtype)
        back = lc.backpropagate(end, np.full(end.output.shape, 1e30, dtype))
        assert all(np.isfinite(back.of(name)).all() for name in rec.names)


@pytest.mark.parametrize("name", ["rnn_canonical", "vanilla_lstm"])
def test_gradients_of_parameters(name: str) -> None:
    cell = lc.CELLS[name]
    theta = theta_of(cell, "zeros")
    weight = "W_x" if name == "rnn_canonical" else "W_x_du"
    rec = lc.unroll(cell, theta, np.full((9, 2), 1e200))
    back = lc.backpropagate(rec, np.full(rec.output.shape, 1e108), {"s": np.full((9, 3), 1e200)})
    text = sentence(lambda: back.d_theta)
    assert f"dE/d{weight} grows beyond 1.8e308" in text
    assert "smaller error" in text
    assert f"dE/d{weight} of step 3" in sentence(lambda: back.d_theta_step(weight, 3))


@CELLS
def test_analysis_of_an_extreme_run(cell: lc.Cell) -> None:
    """Weights of 1e200 at a state of 0: every analysis is a sentence or a number, no NaN."""
    theta = theta_of(cell, "zeros")
    for name, param in cell.params.items():
        if param.source and param.lag:
            theta[name][...] = 1e200 * np.eye(*theta[name].shape)
    rec = lc.unroll(cell, theta, np.zeros((K, 2)))
    calls: list[Callable[[], Any]] = [
        lambda: lc.step_jacobians(rec),
        lambda: lc.error_transport(rec, 0, K - 1),
        lambda: lc.norms_to(rec),
        lambda: lc.norm_bound(rec, K),
        lambda: split(rec).bound_by_lag(),
        lambda: rest_bound(rec),
        lambda: gap(rec)[:2],
        lambda: flows(rec, lc.backpropagate(rec, np.ones_like(rec.output))).arrays,
    ]
    calls += [lambda k=k: lc.transport_norms(rec, k)[np.triu_indices(K)] for k in ("exact", "cec")]
    for call in calls:
        try:
            found = call()
        except ValueError as error:
            assert "grows beyond" in str(error)
        else:
            parts = found if isinstance(found, list) else [found]
            assert not any(np.isnan(part).any() for part in parts)


def test_sizes_of_large_states() -> None:
    states = np.full((K, 2), 1e300)
    assert motion(states, np.ones((K, 2))).largest == pytest.approx(2**0.5 * 1e300)
    assert constancy(states * [[1], [1], [1], [1], [0.5]])[1] == pytest.approx(2)
    cell = lc.CELLS["rnn_canonical"]
    runs = [
        lc.unroll(cell, theta_of(cell, "zeros"), np.zeros((K, 2)), clamp={"s": value})
        for value in (1.5e308, -1.5e308)
    ]
    assert (state_change(*runs) == np.inf).all()
    assert lc.spectral_radius(1e308 * np.eye(2)) == pytest.approx(1e308)


def test_readout_and_losses() -> None:
    out, W_y = np.full((K, 2), 1e200), np.full((3, 2), 1e200)
    for call, name in (
        (lambda: linear_readout(out, W_y, np.zeros(3)), "y"),
        (lambda: squared_error(out, -out), "E"),
        (lambda: cross_entropy(np.tile([1e308, -1e308], (K, 1)), np.zeros(K, int)), "y"),
        (lambda: readout_gradients(out, np.full((K, 3), 1e200), W_y), "gradient"),
    ):
        text = sentence(call)
        assert name in text and "grows beyond 1.8e308" in text and "take smaller numbers" in text


def test_parameters_by_rule_and_by_step() -> None:
    cell = lc.CELLS["rnn_standard"]
    shear = np.array([[1e-3, 1], [0, 1e-3]])
    assert "smaller spectral_radius" in sentence(lambda: scale_spectral_radius(shear, 1e306))
    text = sentence(lambda: lc.init_params(cell, d_x=1, d_s=2, forget_bias=np.inf))
    assert "forget_bias must be a finite number" in text
    A = 1e308 * np.eye(2)
    text = sentence(lambda: lc.discretise(A, A, np.ones((2, 1)), np.zeros(2), 1e10))
    assert "dT A grows beyond" in text and "smaller dT" in text


@CELLS
def test_large_but_finite_runs_are_not_refused(cell: lc.Cell) -> None:
    rec = lc.unroll(cell, theta_of(cell), np.ones((K, 2)), clamp={cell.state: 1e300})
    assert (rec.state == 1e300).all()
    lc.backpropagate(rec, np.ones_like(rec.output))


@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16])
def test_half_types(kind: Any) -> None:
    cell = lc.CELLS["rnn_canonical"]
    theta = {n: torch.tensor(v, dtype=kind) for n, v in doubling(cell).items()}
    x = torch.zeros(200, 2, dtype=kind)
    text = sentence(lambda: lc.unroll(cell, theta, x, {"s": [1.0, 0, 0]}))
    assert_overflow(text, cell, 15 if kind == torch.float16 else 127)
