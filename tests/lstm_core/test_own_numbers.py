"""A recording owns its numbers: nothing that was handed in can change a result afterwards, and what
is handed out can't be changed under the later results that are computed from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import lstm_core as lc
from lstm_core.analysis import flows, split, step_factors
from lstm_core.augment import augmented_params
from lstm_core.delay_equation import delayed, sampled_states
from lstm_core.segments import backpropagate_segments, cut, joined, unroll_segments

K, B = 6, 2
SIZES = {"d_x": 3, "d_s": 4, "d_v": 3, "L": 2}
CELLS = pytest.mark.parametrize("cell", lc.CELLS.values(), ids=lc.CELLS.keys())
Given = dict[str, Any]


def arrays_in(value: Any) -> Iterator[np.ndarray]:
    """Every array in nested dictionaries, lists and tuples."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, (dict, list, tuple)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from arrays_in(part)


def spoil(given: Any) -> None:
    """Change in place all that was handed in: every array, then every dictionary."""
    for array in arrays_in(given):
        array[...] = 0.375
    for value in given.values():
        if isinstance(value, dict):
            value.clear()


def same(found: Any, wanted: Any) -> None:
    pairs = list(zip(arrays_in(found), arrays_in(wanted), strict=True))
    assert pairs
    for a, b in pairs:
        np.testing.assert_array_equal(a, b)


def handed_in(cell: lc.Cell, batch: bool, dtype: str) -> tuple[Given, Given]:
    """Arguments of ``unroll`` and of ``backpropagate``, in the type of the run."""
    rng = np.random.default_rng(0)
    axes = (K, B) if batch else (K,)

    def draw(*shape: int) -> np.ndarray:
        return rng.normal(size=shape).astype(dtype)

    theta = lc.init_params(cell, dtype=dtype, **{name: SIZES[name] for name in cell.sizes})
    widths = {name: SIZES[signal.size] for name, signal in cell.signals.items()}
    held = draw(*axes, widths[cell.state])
    held[1:] = np.nan
    return (
        {
            "theta": theta,
            "x": draw(*axes, SIZES["d_x"]),
            "initial": {name: draw(*axes[1:], widths[name]) for name in cell.lagged},
            "clamp": {cell.state: held},
        },
        {
            "dE_dout": draw(*axes, widths[cell.output]),
            "explicit": {n: draw(*axes, widths[n]) for n in cell.arrivals if n != cell.output},
        },
    )


def of_recording(rec: lc.Recording) -> list[Any]:
    """Every public result of a recording."""
    results: list[Any] = [rec.x, rec.theta, rec.initial, [rec[name] for name in rec.names]]
    results += [[rec.previous(name) for name in rec.cell.lagged]]
    results += [rec.read(n) for n, p in rec.cell.params.items() if not p.is_bias]
    results.append(lc.step_jacobians(rec))
    if rec.x.ndim == 2:
        results += [lc.transport_norms(rec, kind) for kind in ("exact", "paper", "cec")]
        results += [
            lc.error_transport(rec, 0, len(rec) - 1),
            lc.norms_to(rec),
            lc.norm_bound(rec, 4),
        ]
        results += [step_factors(rec), split(rec).rest]
    return results


def of_gradients(back: lc.Gradients) -> list[Any]:
    """Every public result of gradients."""
    rec = back.recording
    results: list[Any] = [back[name] for name in back.names]
    results += [back.of(name) for name in rec.names]
    results += [back.d_x, back.d_initial, back.explicit, back.d_theta]
    results += [back.d_theta_step(name, 1) for name in rec.cell.params]
    if rec.x.ndim == 2:
        found = flows(rec, back)
        results += [found.forward, found.backward]
    return results


@CELLS
@pytest.mark.parametrize("batch", [False, True])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_what_was_handed_in_may_change_afterwards(cell: lc.Cell, batch: bool, dtype: str) -> None:
    kept, kept_back = handed_in(cell, batch, dtype)
    wanted = lc.unroll(cell, **kept, dtype=dtype)
    wanted_back = lc.backpropagate(wanted, **kept_back)
    given, given_back = handed_in(cell, batch, dtype)
    rec = lc.unroll(cell, **given, dtype=dtype)
    spoil(given)
    back = lc.backpropagate(rec, **given_back)
    spoil(given_back)
    same(of_recording(rec), of_recording(wanted))
    same(of_gradients(back), of_gradients(wanted_back))


@CELLS
@pytest.mark.parametrize("batch", [False, True])
def test_what_a_recording_hands_out_is_read_only(cell: lc.Cell, batch: bool) -> None:
    given, given_back = handed_in(cell, batch, "float64")
    rec = lc.unroll(cell, **given)
    back = lc.backpropagate(rec, **given_back)
    handed_out = [rec.x, rec.theta, rec.initial, [rec[name] for name in rec.names]]
    handed_out += [[back.of(name) for name in rec.names], back.explicit, back.alphas]
    for array in arrays_in(handed_out):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
    back.d_theta["b_cs" if "b_cs" in rec.theta else "theta_s"][...] = 0  # a result: one's own


EQUATION = {
    "A": -np.eye(2),
    "B": np.ones((2, 2)),
    "C": np.ones((2, 1)),
    "phi": np.arange(2.0),
}


def _lstm(**changes: int) -> dict[str, np.ndarray]:
    return lc.init_params(lc.CELLS["vanilla_lstm"], 1, **({"d_x": 2, "d_s": 3} | changes))


def _state() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    shapes = {"weight_ih": (12, 2), "weight_hh": (12, 3), "bias_ih": (12,), "bias_hh": (12,)}
    return {f"{name}_l0": rng.normal(size=shape) for name, shape in shapes.items()}


def _segments(theta: dict[str, np.ndarray], x: np.ndarray, dE_dout: np.ndarray) -> Any:
    recs = unroll_segments(lc.CELLS["vanilla_lstm"], theta, x, [2, 4], carry=True)
    return recs, backpropagate_segments(recs, dE_dout)


def _of_segments(found: Any) -> Any:
    recs, backs = found
    return [[of_recording(r) for r in recs], [of_gradients(b) for b in backs]]


def _error_of_segments() -> Given:
    rng = np.random.default_rng(2)
    return {"theta": _lstm(), "x": rng.normal(size=(6, 2)), "dE_dout": rng.normal(size=(6, 3))}


def _of_equation(found: Any) -> Any:
    return [found.A, found.B, found.C, found.phi]


def _itself(found: Any) -> Any:
    return found


OTHERS: dict[str, tuple[Callable[..., Any], Callable[[], Given], Callable[[Any], Any]]] = {
    "DelayEquation": (
        lc.DelayEquation,
        lambda: {n: v.copy() for n, v in EQUATION.items()} | {"tau": 1.0},
        _of_equation,
    ),
    "discretise": (
        lc.discretise,
        lambda: {n: v.copy() for n, v in EQUATION.items()} | {"dT": 0.5},
        _itself,
    ),
    "delayed": (
        delayed,
        lambda: {"theta": lc.discretise(**EQUATION, dT=0.5), "m": 1},
        _itself,
    ),
    "sampled_states": (
        sampled_states,
        lambda: {
            "theta": lc.discretise(**EQUATION, dT=0.5),
            "x": np.ones((4, 1)),
            "start": np.ones(2),
            "m": 2,
        },
        _itself,
    ),
    "augmented_params": (augmented_params, lambda: {"theta": _lstm(), "L": 2}, _itself),
    "from_torch": (
        lambda state: lc.from_torch(state)[1],
        lambda: {"state": _state()},
        _itself,
    ),
    "norms_by_lag": (lc.norms_by_lag, lambda: {"norms": np.eye(4) + 1}, _itself),
    "cut": (cut, lambda: {"v": np.arange(6.0), "lengths": [6]}, _itself),
    "joined": (joined, lambda: {"pieces": [np.arange(6.0)]}, _itself),
    "segments": (_segments, _error_of_segments, _of_segments),
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_functions_copy_too(name: str) -> None:
    function, arguments, results = OTHERS[name]
    kept, given = arguments(), arguments()
    wanted, found = function(**kept), function(**given)
    spoil(given)
    same(results(found), results(wanted))


@pytest.mark.parametrize("batch_first", [False, True])
def test_training_a_torch_module_on_leaves_theta_as_it_was(batch_first: bool) -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    module = torch.nn.LSTM(2, 3, batch_first=batch_first)
    _, theta = lc.from_torch(module)
    wanted = {name: value.copy() for name, value in theta.items()}
    with torch.no_grad():
        for parameter in module.parameters():
            parameter += 1
    same(theta, wanted)


def test_arrays_among_tensors_are_copied() -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    theta, x = _lstm(), torch.ones(4, 2, dtype=torch.float64)
    rec = lc.unroll(lc.CELLS["vanilla_lstm"], theta, x)
    wanted = {name: value.copy() for name, value in theta.items()}
    spoil({"theta": theta})
    same({name: value.numpy() for name, value in rec.theta.items()}, wanted)
