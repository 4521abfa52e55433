"""Flows through nodes and wires: nothing is lost on the way, forward or backward."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

import lstm_core as lc
from lstm_core.analysis import Flows, flows, step_factors
from lstm_core.backpropagate import warp_slope
from lstm_core.wires import NAMED
from tests.lstm_core.gradient_check import Case, random_case, read_by
from tests.lstm_core.test_wires import WRITTEN

LSTM = lc.CELLS["vanilla_lstm"]
RUNNING = (*lc.CELLS.values(), *WRITTEN)
CELLS = pytest.mark.parametrize("cell", RUNNING, ids=lambda cell: cell.name)
CLAMPED = pytest.mark.parametrize("clamped", [False, True], ids=["free", "clamped"])
WARPS = {"tanh": np.tanh, "sigmoid": lambda z: 1 / (1 + np.exp(-z))}
SEEDS = pytest.mark.parametrize("seed", range(6))


def run(case: Case) -> tuple[lc.Recording, lc.Gradients, Flows]:
    """With an explicit error at every signal that it can enter, the state among them."""
    rec = lc.unroll(case.cell, case.theta, case.x, case.initial, case.clamp)
    output = case.cell.output
    others = {name: error for name, error in case.explicit.items() if name != output}
    back = lc.backpropagate(rec, case.explicit[output], others)
    return rec, back, flows(rec, back)


def assert_same(found: np.ndarray, wanted: np.ndarray, scale: float = 0.0) -> None:
    size = max(float(np.abs(wanted).max()), scale, 1e-300)
    assert found.shape == wanted.shape
    assert float(np.abs(found - wanted).max()) <= 1e-12 * size


def assert_conserved(rec: lc.Recording, back: lc.Gradients, flow: Flows) -> None:
    """total = explicit + what the wires of this step bring back + what the next step brings back."""
    for name in rec.cell.signals:
        parts = [flow.backward[w.name] for w in flow.graph.leaving[name] if w.dest != "loss"]
        parts += [back.explicit[name]] if name in back.explicit else []
        total = sum(parts, np.zeros_like(rec[name]))
        assert_same(total, back.of(name), max([np.abs(part).max() for part in parts] or [0.0]))


@CELLS
@CLAMPED
@SEEDS
def test_the_error_is_conserved(cell: lc.Cell, clamped: bool, seed: int) -> None:
    assert_conserved(*run(random_case(cell, seed, clamped=clamped)))


@CELLS
def test_the_error_is_conserved_where_a_signal_is_wholly_clamped(cell: lc.Cell) -> None:
    for i, name in enumerate(cell.signals):
        case = random_case(cell, i)
        case.clamp[name] = np.array(0.7)
        rec, back, flow = run(case)
        assert_conserved(rec, back, flow)
        for wire in flow.graph.arriving[name]:
            np.testing.assert_array_equal(flow.backward[wire.name], 0)
        forced = lc.unroll(cell, case.theta, case.x, case.initial, {n: 0.3 for n in cell.signals})
        back = lc.backpropagate(forced, case.explicit[cell.output])
        assert_conserved(forced, back, flows(forced, back))


@CELLS
def test_the_error_of_one_step_alone(cell: lc.Cell) -> None:
    """A loss at the last step: it comes by the loss there, and from the next step elsewhere."""
    rec, _, _ = run(random_case(cell, 1))
    error = np.zeros_like(rec.output)
    error[-1] = 1
    back = lc.backpropagate(rec, error)
    flow = flows(rec, back)
    assert_conserved(rec, back, flow)
    np.testing.assert_array_equal(flow.backward["loss"], error)
    for name, node in flow.graph.nodes.items():
        if node.kind == "after":
            before = flow.backward[f"{node.signal}'"]
            np.testing.assert_array_equal(flow.backward[name][-1], 0)
            np.testing.assert_array_equal(flow.backward[name][:-1], before[1:])


@CELLS
@CLAMPED
@SEEDS
def test_what_leaves_the_cell_is_its_other_gradients(
    cell: lc.Cell, clamped: bool, seed: int
) -> None:
    """dE/dx, the biases' gradients and those of the initial values."""
    rec, back, flow = run(random_case(cell, seed, clamped=clamped))
    assert_same(flow.backward["x"], back.d_x)
    initial = dict.fromkeys(back.d_initial, np.zeros(1))
    for name, node in flow.graph.nodes.items():
        error = flow.backward[name]
        if node.kind == "bias":
            assert_same(error.sum(0), back.d_theta[name])
        elif node.kind == "before":
            signal = cell.signals[node.signal]
            if signal.name in rec.follows:
                error = error * warp_slope(signal, rec.previous(signal.name))
                signal = cell.signals[signal.of]
            initial[signal.name] = initial[signal.name] + error[0]
    for name, wanted in back.d_initial.items():
        assert_same(initial[name] + np.zeros_like(wanted), wanted)


@CELLS
@CLAMPED
@SEEDS
def test_what_flows_in_is_the_value(cell: lc.Cell, clamped: bool, seed: int) -> None:
    """An accumulation is the sum of its wires, and any other node what its kind says."""
    rec, _, flow = run(random_case(cell, seed, clamped=clamped))
    for name, node in flow.graph.nodes.items():
        value = flow.forward[name]
        parts = [flow.forward[wire.name] for wire in flow.graph.arriving[name]]
        if node.kind in NAMED:
            np.testing.assert_array_equal(value, rec[name])
        if node.kind == "warp":
            parts = [WARPS[cell.signals[name].warp](parts[0])]
        elif node.kind == "before":
            np.testing.assert_array_equal(value, rec.previous(node.signal))
        elif node.kind == "times":
            parts = [np.prod(parts, 0)]
        elif node.kind == "complement":
            parts = [1 - parts[0]]
        if parts:
            free = rec.clamps.free(name) if node.kind in NAMED else None
            free = np.ones_like(value) if free is None else free
            assert_same(np.sum(parts, 0) * free, value * free)


@CELLS
def test_a_weighted_wire_carries_its_term(cell: lc.Cell) -> None:
    rec, back, flow = run(random_case(cell, 2, clamped=True))
    for name, param in cell.params.items():
        if param.source is None:
            continue
        taps = rec.theta[name] if param.is_window else rec.theta[name][None]
        source = read_by(rec, name)
        source = source if param.is_window else source[None]
        alpha = back.of(param.dest) * rec.clamps.free(param.dest)
        for n in range(len(rec)):
            wanted = sum(W @ x[n] for W, x in zip(taps, source, strict=True))
            assert_same(flow.forward[name][n], wanted)
            error = sum(W.T @ alpha[n - l] for l, W in enumerate(taps) if l <= n)
            assert_same(flow.backward[name][n], error)


@CELLS
def test_shapes_and_types(cell: lc.Cell) -> None:
    case = random_case(cell, 4)
    rec = lc.unroll(cell, case.theta, case.x, dtype=np.float32)
    back = lc.backpropagate(rec, np.ones_like(rec.output))
    flow = flows(rec, back)
    keys = [*flow.graph.nodes, *flow.graph.wires]
    assert sorted(flow.forward) == sorted(flow.backward) == sorted(keys)
    for name in keys:
        for found in (flow.forward[name], flow.backward[name]):
            assert found.dtype == np.float32
            assert found.ndim == 2
            assert len(found) == len(rec)
        if name in flow.graph.nodes:
            assert flow.forward[name].shape == flow.backward[name].shape
        else:
            source = flow.graph.wires[name].source
            assert flow.backward[name].shape == flow.forward[source].shape


@CELLS
def test_the_packed_block(cell: lc.Cell) -> None:
    """Nothing is copied twice, and clamps don't move anything in the block."""
    places = []
    for clamped in (False, True):
        rec, back, flow = run(random_case(cell, 3, clamped=clamped))
        block = np.concatenate(flow.arrays, 1)
        places.append(flow.columns)
        for flowing, columns in zip((flow.forward, flow.backward), flow.columns, strict=True):
            assert flowing.keys() == columns.keys()
            for name, found in columns.items():
                np.testing.assert_array_equal(block[:, found], flowing[name])
        for name in cell.signals:
            assert flow.forward[name] is rec[name]
            assert flow.backward[name] is back.of(name)
    assert places[0] == places[1]


def test_bad_calls() -> None:
    case = random_case(LSTM, 0, batch=True)
    rec = lc.unroll(LSTM, case.theta, case.x)
    back = lc.backpropagate(rec, np.ones_like(rec.output))
    with pytest.raises(ValueError, match="rec must be a recording without a batch axis"):
        flows(rec, back)
    with pytest.raises(ValueError, match="rec must be a recording without a batch axis"):
        step_factors(rec)
    one = lc.unroll(LSTM, case.theta, case.x[:, 0])
    with pytest.raises(ValueError, match="it is those of another recording"):
        flows(one, back)


@CELLS
@CLAMPED
@SEEDS
def test_step_factors(cell: lc.Cell, clamped: bool, seed: int) -> None:
    rec, _, _ = run(random_case(cell, seed, clamped=clamped))
    factors = step_factors(rec)
    assert list(factors) == [(a, b) for a in cell.carried for b in cell.carried]
    jacobians = lc.step_jacobians(rec)
    edges = np.cumsum([0, *(rec[name].shape[1] for name in cell.carried)])
    spans = dict(zip(cell.carried, pairwise(edges), strict=True))
    for (source, to), found in factors.items():
        block = jacobians[:, slice(*spans[to]), slice(*spans[source])]
        wanted = np.linalg.norm(block, 2, axis=(1, 2))
        np.testing.assert_allclose(found, wanted, rtol=1e-10, atol=1e-300)


def test_step_factors_of_open_and_shut_gates() -> None:
    """With everything open the state passes on as it is; shut, nothing of it does."""
    theta = lc.init_params(LSTM, 0, d_x=2, d_s=4)
    for gate in (1.0, 0.0):
        rec = lc.unroll(LSTM, theta, np.ones((5, 2)), clamp={"g_cs": gate, "g_cu": gate, "u": 0.5})
        np.testing.assert_allclose(step_factors(rec)["s", "s"], gate, rtol=1e-14)
