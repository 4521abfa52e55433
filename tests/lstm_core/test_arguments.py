"""Every public function, every argument, a value of a wrong kind: a ValueError or KeyError that names
the argument, never an error from the inside."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
import torch

import lstm_core as lc
from lstm_core import analysis, readout, segments, sequences
from lstm_core.augment import augmented_params

CELL = lc.CELLS["vanilla_lstm"]
THETA = lc.init_params(CELL, d_x=2, d_s=3)
X = np.random.default_rng(0).normal(size=(5, 2))
REC = lc.unroll(CELL, THETA, X)
BACK = lc.backpropagate(REC, np.ones((5, 3)))
NORMS = lc.transport_norms(REC)
FILE = Path("weights.npz")

# Values by the kind of argument that they are wrong for.
NO_RECORDING = [None, 3, "rec", np.zeros((5, 3)), BACK, {}, [REC]]
NO_ARRAY = [
    *(None, "text", object(), {}, [1, [2, 3]], 1j, [None, 1.0], lambda: 0, b"1"),
    np.array([1, "a"], object),
    np.array([[1, 2], [3, 4]], object),
    np.array(["1"]),
    np.array([1j]),
    np.ma.masked_array(np.ones((5, 3)), np.eye(5, 3)),
    pd.array([1, None], dtype="Int64"),
    pd.Series([1.5, None], dtype="Float64"),
    pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}),
    torch.ones(2, dtype=torch.complex64),
    np.array(["2020-01-01"], "datetime64[D]"),
]
NO_MAPPING = [3, "text", [("s", 1.0)], np.zeros(3), {3: np.zeros(3)}, {None: 1.0}, {"s": None}]
NO_WHOLE = ["1", 1.5, [1], {}, 1j, np.nan, True, np.array([1, 2]), object()]
NO_NUMBER = ["1", [1.0, 2.0], {}, 1j, np.nan, np.inf, object()]
NO_NAME = [3, 1.5, b"s", [1], {}, object(), np.zeros(2), ("s",), "nonsense"]
NO_CELL = [None, 3, "vanilla_lstm", CELL.params, lc.Cell]
NO_TYPE = ["nonsense", 3, [1], {}, object(), int, "int32", complex, torch.float32, "O"]
NO_PATH = [None, 3, 1.5, [1], b"bytes", "a\0.npz", "weights", "weights.pkl"]
NO_LENGTHS = [None, 3, "abc", [1.5], [0, 5], [-1, 6], ["2", 3], [], {}, [2, 2]]
NO_STEP = [*NO_WHOLE, -1, 99]


class Call(NamedTuple):
    """A public function, arguments that fit, and for every argument what doesn't."""

    function: Callable[..., Any]
    fitting: dict[str, Any]
    wrong: dict[str, list[Any]]


def of_rec(function: Callable[..., Any], **others: tuple[Any, list[Any]]) -> Call:
    fitting = {name: value for name, (value, _) in others.items()}
    wrong = {name: values for name, (_, values) in others.items()}
    return Call(function, {"rec": REC} | fitting, {"rec": NO_RECORDING} | wrong)


def of_arrays(function: Callable[..., Any], **fitting: Any) -> Call:
    return Call(function, fitting, dict.fromkeys(fitting, NO_ARRAY))


EQUATION = {"A": -np.eye(2), "B": np.eye(2), "C": np.ones((2, 1)), "phi": np.zeros(2)}
KIND = ("exact", [None, *NO_NAME])
STEPS = (3, [None, *NO_WHOLE, -1])

PUBLIC: dict[str, Call] = {
    "unroll": Call(
        lc.unroll,
        {"cell": CELL, "theta": THETA, "x": X},
        {
            "cell": NO_CELL,
            "theta": [None, *NO_MAPPING[:-1]],
            "x": NO_ARRAY,
            "initial": NO_MAPPING,
            "clamp": NO_MAPPING,
            "dtype": NO_TYPE,
        },
    ),
    "backpropagate": of_rec(
        lc.backpropagate,
        dE_dout=(np.ones((5, 3)), NO_ARRAY),
        explicit=(None, NO_MAPPING),
        clip_alpha=(None, [*NO_NUMBER, 0, -1.0]),
    ),
    "step_jacobians": of_rec(lc.step_jacobians),
    "error_transport": of_rec(
        lc.error_transport, n=(1, [None, *NO_STEP]), l=(3, [None, *NO_STEP]), kind=KIND
    ),
    "transport_norms": of_rec(lc.transport_norms, kind=KIND, ord=(2, [None, 3, "x", [2], {}, -2])),
    "norms_by_lag": Call(
        lc.norms_by_lag,
        {"norms": NORMS},
        {"norms": [*NO_ARRAY, np.zeros((3, 4)), np.zeros(3), 1.0, []], "l": NO_STEP},
    ),
    "norms_to": of_rec(lc.norms_to, l=(None, NO_STEP), kind=KIND),
    "norm_bound": of_rec(lc.norm_bound, steps=STEPS),
    "eigenvalues": of_arrays(lc.eigenvalues, matrices=np.eye(3)),
    "singular_values": of_arrays(lc.singular_values, matrices=np.eye(3)),
    "spectral_radius": of_arrays(lc.spectral_radius, matrices=np.eye(3)),
    "init_params": Call(
        lc.init_params,
        {"cell": CELL, "d_x": 2, "d_s": 3},
        {
            "cell": NO_CELL,
            "seed": [None, *NO_WHOLE, -1],
            "weights": [None, *NO_NAME],
            "recurrent": NO_NAME,
            "spectral_radius": [*NO_NUMBER, -1],
            "forget_bias": [None, *NO_NUMBER],
            "dtype": [*NO_TYPE],
            "d_x": [None, *NO_WHOLE, 0],
            "d_s": [None, *NO_WHOLE, -1],
        },
    ),
    "from_torch": Call(
        lc.from_torch,
        {"module_or_state_dict": torch.nn.LSTM(2, 3)},
        {"module_or_state_dict": [None, *NO_MAPPING[:-1], torch.nn.Linear(2, 3), {}]},
    ),
    "to_torch": Call(
        lc.to_torch,
        {
            "cell": lc.CELLS["rnn_standard"],
            "theta": lc.init_params(lc.CELLS["rnn_standard"], d_x=1, d_s=2),
        },
        {"cell": NO_CELL, "theta": [None, *NO_MAPPING[:-1]]},
    ),
    "load_weights": Call(
        lc.load_weights, {"path": FILE}, {"path": NO_PATH, "max_bytes": [None, *NO_WHOLE, 0]}
    ),
    "save_weights": Call(
        lc.save_weights,
        {"path": FILE, "theta": THETA},
        {"path": NO_PATH, "theta": [None, *NO_MAPPING[:-1]]},
    ),
    "DelayEquation": Call(
        lc.DelayEquation,
        EQUATION | {"tau": 1.0},
        dict.fromkeys(EQUATION, NO_ARRAY) | {"tau": [None, *NO_NUMBER, 0, -1]},
    ),
    "discretise": Call(
        lc.discretise,
        EQUATION | {"dT": 1.0},
        dict.fromkeys(EQUATION, NO_ARRAY) | {"dT": [None, *NO_NUMBER, 0, -1]},
    ),
    # lstm_core.analysis
    "conditions": of_rec(analysis.conditions),
    "constancy": of_arrays(analysis.constancy, psi=np.ones((5, 3))),
    "first_moved": of_arrays(analysis.first_moved, change=np.ones(5)),
    "flows": of_rec(analysis.flows, back=(BACK, [None, 3, REC, np.zeros(3), {}])),
    "gate_shares": of_rec(analysis.gate_shares, bins=(4, [None, *NO_WHOLE, 0])),
    "kept_shares": Call(
        analysis.kept_shares,
        {"norms": NORMS, "lag": 1},
        {"norms": [*NO_ARRAY, np.zeros((3, 4)), np.zeros(3), []], "lag": [None, *NO_STEP]},
    ),
    "motion": of_arrays(analysis.motion, state=np.ones((5, 3)), readout=np.ones((5, 3))),
    "rest_bound": of_rec(analysis.rest_bound),
    "split": of_rec(analysis.split),
    "state_change": of_rec(analysis.state_change, changed=(REC, NO_RECORDING)),
    "step_factors": of_rec(analysis.step_factors),
    "transport_gap": of_rec(analysis.transport_gap, l=(None, NO_STEP)),
    # methods of what the functions return
    "Recording.__getitem__": Call(
        lambda name: REC[name], {"name": "s"}, {"name": [None, *NO_NAME]}
    ),
    "Recording.previous": Call(REC.previous, {"name": "s"}, {"name": [None, *NO_NAME]}),
    "Recording.read": Call(REC.read, {"param": "W_x_cu"}, {"param": [None, *NO_NAME]}),
    "Gradients.of": Call(BACK.of, {"name": "s"}, {"name": [None, *NO_NAME]}),
    "Gradients.__getitem__": Call(
        lambda gradient: BACK[gradient], {"gradient": "psi"}, {"gradient": [None, *NO_NAME]}
    ),
    "Gradients.d_theta_step": Call(
        BACK.d_theta_step,
        {"name": "W_x_cu", "n": 1},
        {"name": [None, *NO_NAME], "n": [None, *NO_WHOLE, 5, -6]},
    ),
}
# Modules that are imported by name.
OTHERS: dict[str, Call] = {
    "augmented_params": Call(
        augmented_params,
        {"theta": THETA},
        {
            "theta": [None, *NO_MAPPING[:-1]],
            "seed": [None, *NO_WHOLE, -1],
            "L": [None, *NO_WHOLE, 0],
            "d_v": [*NO_WHOLE, 0, 9],
            "projection": [None, *NO_NAME],
        },
    ),
    "unroll_segments": Call(
        segments.unroll_segments,
        {"cell": CELL, "theta": THETA, "x": X, "lengths": [2, 3]},
        {"cell": NO_CELL, "theta": [None, *NO_MAPPING[:-1]], "x": NO_ARRAY, "lengths": NO_LENGTHS},
    ),
    "backpropagate_segments": Call(
        segments.backpropagate_segments,
        {"recs": [REC], "dE_dout": np.ones((5, 3))},
        {"recs": [None, 3, REC, [3], {}, [REC, None]], "dE_dout": NO_ARRAY},
    ),
    "equal_lengths": Call(
        segments.equal_lengths,
        {"N": 5, "K": 2},
        {"N": [None, *NO_WHOLE, 0], "K": [None, *NO_WHOLE, -1]},
    ),
    "starts": Call(segments.starts, {"lengths": [2, 3]}, {"lengths": NO_LENGTHS[:-1]}),
    "windows": Call(segments.windows, {"lengths": [2, 3]}, {"lengths": NO_LENGTHS[:-1]}),
    "cut": Call(
        segments.cut, {"v": np.ones(5), "lengths": [2, 3]}, {"v": NO_ARRAY, "lengths": NO_LENGTHS}
    ),
    "joined": Call(
        segments.joined, {"pieces": [X]}, {"pieces": [None, 3, "abc", [], [None], [X, 1.0]]}
    ),
    "linear_readout": of_arrays(
        readout.linear_readout, out=np.ones((5, 3)), W_y=np.ones((2, 3)), b_y=np.zeros(2)
    ),
    "squared_error": of_arrays(
        readout.squared_error, y=np.ones((5, 3)), target=np.ones((5, 3)), mask=np.ones(5)
    ),
    "cross_entropy": of_arrays(
        readout.cross_entropy, y=np.ones((5, 3)), codes=np.zeros(5, int), mask=np.ones(5)
    ),
    "readout_gradients": of_arrays(
        readout.readout_gradients, out=np.ones((5, 3)), dE_dy=np.ones((5, 2)), W_y=np.ones((2, 3))
    ),
    "last_step": of_arrays(readout.last_step, y=np.ones((5, 3))),
    "unit_error": of_arrays(readout.unit_error, out=np.ones((5, 3)), mask=np.ones(5)),
    "standardise": of_arrays(sequences.standardise, values=np.eye(3)),
}
CALLS = PUBLIC | OTHERS
NO_FUNCTIONS = {
    *("CELLS", "Cell", "Gradients", "Recording", "CONDITIONS", "KINDS"),
    *("Flows", "Motion", "Split"),
}


def cases() -> Iterator[Any]:
    for name, call in CALLS.items():
        for argument, values in call.wrong.items():
            for value in values:
                if value is None and call.fitting.get(argument, ...) is None:
                    continue
                if value is None and _may_be_none(call.function, argument):
                    continue
                written = repr(value).split("\n")[0].split(" at 0x")[0]  # the same in every process
                kind = f"{type(value).__name__} {written}"[:30]
                yield pytest.param(call, argument, value, id=f"{name}-{argument}-{kind}")


def _may_be_none(function: Callable[..., Any], argument: str) -> bool:
    given = inspect.signature(function).parameters.get(argument)
    return given is not None and given.default is None


@pytest.mark.parametrize(("call", "argument", "value"), list(cases()))
def test_value_of_a_wrong_kind(
    call: Call, argument: str, value: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if call.function is lc.load_weights:
        lc.save_weights(FILE, THETA)
    before = sorted(tmp_path.iterdir())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises((ValueError, KeyError)) as caught:
            call.function(**call.fitting | {argument: value})
    text = str(caught.value.args[0])
    assert argument in text or argument in ("name", "kind", "gradient", "param", "projection"), text
    if argument in ("name", "kind", "gradient", "param", "projection"):
        assert text.startswith("unknown ") and "Known: " in text
    if isinstance(value, np.ma.MaskedArray):
        assert ".filled(" in text
    elif hasattr(value, "astype") and np.asarray(value).dtype == object:
        assert ".astype(float)" in text
        assert str(getattr(value, "dtype", "object")) in text
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("name", CALLS)
def test_fitting_arguments_fit(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the test above would show nothing."""
    monkeypatch.chdir(tmp_path)
    call = CALLS[name]
    if call.function is lc.load_weights:
        lc.save_weights(FILE, THETA)
    call.function(**call.fitting)


def test_no_public_function_is_left_out() -> None:
    assert {*lc.__all__, *analysis.__all__} - NO_FUNCTIONS == {n for n in PUBLIC if "." not in n}


@pytest.mark.parametrize("name", PUBLIC)
def test_no_argument_is_left_out(name: str) -> None:
    call = PUBLIC[name]
    parameters = inspect.signature(call.function).parameters.values()
    assert {p.name for p in parameters if p.kind != p.VAR_KEYWORD} <= call.wrong.keys()
