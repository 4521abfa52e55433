"""Whatever is handed in: either it runs, or the error says what is wrong and what would be right.

Every message names the argument, the expected shape in symbols and numbers, and what came; for a
name that doesn't exist, the nearest one that does.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import lstm_core as lc

K, B, d_x, d_s = 6, 2, 3, 4
SIZES = {"K": K, "B": B, "d_x": d_x, "d_s": d_s, "d_v": 3, "L": 2}
CELLS = st.sampled_from(list(lc.CELLS.values()))
BATCH = st.booleans()
SHAPES = st.lists(st.integers(0, 7), max_size=4).map(tuple)
WORDS = st.text(st.characters(codec="ascii", categories=("L", "N"), include_characters="_'"))
BAD_NUMBERS = st.sampled_from([np.nan, np.inf, -np.inf])
NO_NUMBERS = st.sampled_from(
    [
        None,
        "text",
        "1",
        object(),
        {},
        [1, [2, 3]],
        1j,
        np.array([[1j]]),
        [None, 1.0],
        ["1", "2"],
        [{}],
    ]
)


def theta_of(cell: lc.Cell) -> dict[str, np.ndarray]:
    return lc.init_params(cell, **{name: SIZES[name] for name in cell.sizes})


def x_of(batch: bool = False) -> np.ndarray:
    shape = (K, B, d_x) if batch else (K, d_x)
    return np.random.default_rng(0).normal(size=shape)


def message(call: Callable[[], object], *wanted: str) -> str:
    """The text of the ValueError or KeyError that ``call`` must raise; it holds ``wanted``."""
    with pytest.raises((ValueError, KeyError)) as caught:
        call()
    text = str(caught.value.args[0])
    for part in wanted:
        assert part in text, f"{part!r} is not in: {text}"
    return text


def poisoned(shape: tuple[int, ...], where: int, bad: float) -> tuple[np.ndarray, str]:
    """Zeros with one bad entry, and the entry as the message writes it."""
    array = np.zeros(shape)
    array.flat[where % array.size] = bad
    return array, ", ".join(str(i) for i in np.unravel_index(where % array.size, shape))


# unroll: x


@given(CELLS, SHAPES)
@settings(deadline=None)
def test_shape_of_x(cell: lc.Cell, shape: tuple[int, ...]) -> None:
    x = np.zeros(shape)
    if len(shape) in (2, 3) and shape[-1] == d_x and 0 not in shape:
        lc.unroll(cell, theta_of(cell), x)
        return
    text = message(lambda: lc.unroll(cell, theta_of(cell), x), "x must have shape", str(shape))
    if len(shape) not in (2, 3) or shape[-1] != d_x:
        assert "(K, d_x) or (K, B, d_x)" in text
        assert f"d_x = {d_x}" in text
    else:
        assert "at least one" in text


def test_x_of_one_dimension_gets_the_remedy() -> None:
    cell = lc.CELLS["rnn_standard"]
    message(lambda: lc.unroll(cell, theta_of(cell), np.zeros(5)), "use x[:, None]", "(5,)")
    message(lambda: lc.unroll(cell, theta_of(cell), np.zeros((5, 7))), "theta with d_x = 7")


@given(CELLS, BATCH, st.integers(0, 10**6), BAD_NUMBERS)
@settings(deadline=None)
def test_x_that_is_not_finite(cell: lc.Cell, batch: bool, where: int, bad: float) -> None:
    x, entry = poisoned(x_of(batch).shape, where, bad)
    message(
        lambda: lc.unroll(cell, theta_of(cell), x), "x must be finite", f"[{entry}]", "replace it"
    )
    tensor = torch.tensor(x)
    message(lambda: lc.unroll(cell, theta_of(cell), tensor), "x must be finite", f"[{entry}]")


@given(CELLS, NO_NUMBERS)
@settings(deadline=None)
def test_x_that_is_no_array(cell: lc.Cell, value: Any) -> None:
    text = message(lambda: lc.unroll(cell, theta_of(cell), value), "x must be an array of real")
    assert repr(value) in text


# unroll: theta


@given(CELLS, st.data())
@settings(deadline=None)
def test_shape_of_a_parameter(cell: lc.Cell, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(list(cell.params)))
    shape = data.draw(SHAPES)
    declared = cell.params[name].shape
    right = tuple(SIZES[symbol] for symbol in declared)
    theta = theta_of(cell) | {name: np.zeros(shape)}
    symbols = "(" + ", ".join(declared) + ("," if len(declared) == 1 else "") + ")"
    others = [p.shape for p in cell.params.values() if p.name != name]
    settled = all(any(symbol in shape_ for shape_ in others) for symbol in declared)
    if shape == right or (not settled and len(shape) == 2 and 0 not in shape and shape[0] == d_s):
        if shape[-1] == right[-1]:
            lc.unroll(cell, theta, x_of())
        else:  # a lone W_x says what d_x is; x is then the one that doesn't fit
            message(lambda: lc.unroll(cell, theta, x_of()), f"d_x = {shape[1]}", str((K, d_x)))
        return
    text = message(lambda: lc.unroll(cell, theta, x_of()), f"theta[{name!r}] must have shape")
    assert f"{symbols} = " in text
    assert f"got {shape}" in text
    if settled:
        assert str(right) in text


@given(CELLS, st.data(), BAD_NUMBERS)
@settings(deadline=None)
def test_parameter_that_is_not_finite(cell: lc.Cell, data: st.DataObject, bad: float) -> None:
    theta = theta_of(cell)
    name = data.draw(st.sampled_from(list(theta)))
    theta[name], entry = poisoned(theta[name].shape, data.draw(st.integers(0, 10**6)), bad)
    label = f"theta[{name!r}] must be finite"
    message(lambda: lc.unroll(cell, theta, x_of()), label, f"[{entry}]")


@given(CELLS, st.data(), NO_NUMBERS)
@settings(deadline=None)
def test_parameter_that_is_no_array(cell: lc.Cell, data: st.DataObject, value: Any) -> None:
    name = data.draw(st.sampled_from(list(cell.params)))
    theta = theta_of(cell) | {name: value}
    message(lambda: lc.unroll(cell, theta, x_of()), f"theta[{name!r}]", "array of real numbers")


@given(CELLS, st.data())
@settings(deadline=None)
def test_missing_parameters(cell: lc.Cell, data: st.DataObject) -> None:
    names = list(cell.params)
    missing = data.draw(st.sets(st.sampled_from(names), min_size=1))
    theta = {name: value for name, value in theta_of(cell).items() if name not in missing}
    listed = ", ".join(name for name in names if name in missing)
    message(lambda: lc.unroll(cell, theta, x_of()), f"theta lacks {listed}", cell.name, *names)


def misspelt(name: str, data: st.DataObject) -> str:
    """One letter doubled, or two neighbours swapped."""
    i = data.draw(st.integers(0, len(name) - 1))
    if data.draw(st.booleans()):
        return name[:i] + name[i] + name[i:]
    return name[:i] + name[i : i + 2][::-1] + name[i + 2 :]


def assert_near(text: str, wrong: str, known: list[str]) -> None:
    """The message names the wrong name, all that exist, and one of them as the nearest."""
    assert repr(wrong) in text
    assert text.endswith(f"Known: {', '.join(known)}")
    near = re.search(r"Did you mean '(\w+)'\?", text)
    assert near is None or near[1] in known


@given(CELLS, st.data())
@settings(deadline=None)
def test_misspelt_parameter(cell: lc.Cell, data: st.DataObject) -> None:
    theta = theta_of(cell)
    name = data.draw(st.sampled_from(list(theta)))
    wrong = misspelt(name, data)
    if wrong in theta:
        return
    theta[wrong] = theta.pop(name)
    text = message(lambda: lc.unroll(cell, theta, x_of()), "unknown parameter", "Did you mean")
    assert_near(text, wrong, list(cell.params))


@pytest.mark.parametrize(
    ("wrong", "near"),
    [("W_x_cuu", "W_x_cu"), ("w_s_cr", "W_s_cr"), ("Wvdu", "W_v_du"), ("bcs", "b_cs")],
)
def test_nearest_parameter(wrong: str, near: str) -> None:
    cell = lc.CELLS["vanilla_lstm"]
    theta = theta_of(cell) | {wrong: np.zeros(2)}
    message(lambda: lc.unroll(cell, theta, x_of()), f"{wrong!r}. Did you mean {near!r}?")


def test_other_things_than_cells_and_types() -> None:
    cell = lc.CELLS["rnn_standard"]
    theta = theta_of(cell)
    message(lambda: lc.unroll("rnn_standard", theta, x_of()), "cell must be one of", "rnn_standard")  # type: ignore[arg-type]
    message(lambda: lc.unroll(cell, theta, x_of(), dtype=int), "dtype must be float32 or float64")
    message(lambda: lc.unroll(cell, theta, x_of(), dtype=complex), "dtype must be", "complex128")
    message(lambda: lc.unroll(cell, theta | {3: 1}, x_of()), "theta must map names", "3")  # type: ignore[dict-item]
    whole = torch.ones(K, d_x, dtype=torch.int64)
    message(lambda: lc.unroll(cell, theta, whole), "floating type", "torch.int64", "x.to(")
    message(lambda: lc.unroll(cell, theta, whole.to(torch.complex64)), "torch.complex64")


# unroll: initial


@given(CELLS, BATCH, st.data(), SHAPES)
@settings(deadline=None)
def test_shape_of_an_initial_value(
    cell: lc.Cell, batch: bool, data: st.DataObject, shape: tuple[int, ...]
) -> None:
    name = data.draw(st.sampled_from(cell.lagged))
    initial = {name: np.zeros(shape)}
    size = cell.signals[name].size
    width = SIZES[size]
    if shape == (width,) or (batch and shape == (B, width)):
        lc.unroll(cell, theta_of(cell), x_of(batch), initial)
        return
    wanted = f"(B, {size}) = (2, {width}) or ({size},)" if batch else f"({size},) = ({width},)"
    message(
        lambda: lc.unroll(cell, theta_of(cell), x_of(batch), initial),
        f"initial[{name!r}] must have shape {wanted}; got {shape}",
    )


@given(CELLS, WORDS)
@settings(deadline=None)
def test_unknown_initial_value(cell: lc.Cell, name: str) -> None:
    if name not in cell.lagged:
        call = lambda: lc.unroll(cell, theta_of(cell), x_of(), {name: np.zeros(d_s)})  # noqa: E731
        assert_near(message(call, "unknown initial"), name, list(cell.lagged))


@pytest.mark.parametrize("value", [5, "s", [("s", 1.0)], np.zeros(4)])
@pytest.mark.parametrize("argument", ["initial", "clamp"])
def test_what_is_no_mapping(value: Any, argument: str) -> None:
    cell = lc.CELLS["vanilla_lstm"]
    options = {argument: value}
    message(lambda: lc.unroll(cell, theta_of(cell), x_of(), **options), f"{argument} must map")


@given(CELLS, NO_NUMBERS)
@settings(deadline=None)
def test_initial_value_that_is_no_array(cell: lc.Cell, value: Any) -> None:
    initial = {cell.state: value}
    label = f"initial[{cell.state!r}] must be an array of real numbers"
    message(lambda: lc.unroll(cell, theta_of(cell), x_of(), initial), label)


# unroll: clamp


@given(CELLS, WORDS)
@settings(deadline=None)
def test_unknown_clamp(cell: lc.Cell, name: str) -> None:
    if name not in cell.signals:
        call = lambda: lc.unroll(cell, theta_of(cell), x_of(), clamp={name: 1.0})  # noqa: E731
        assert_near(message(call, "to clamp"), name, list(cell.signals))


def test_nearest_clamp() -> None:
    cell = lc.CELLS["vanilla_lstm"]
    call = lambda: lc.unroll(cell, theta_of(cell), x_of(), clamp={"g_css": 1.0})  # noqa: E731
    message(call, "unknown signal of vanilla_lstm to clamp 'g_css'. Did you mean 'g_cs'?")


@given(CELLS, BATCH, st.data(), SHAPES)
@settings(deadline=None)
def test_shape_of_a_clamp(
    cell: lc.Cell, batch: bool, data: st.DataObject, shape: tuple[int, ...]
) -> None:
    name = data.draw(st.sampled_from(list(cell.signals)))
    value = np.full(shape, 0.5)
    size = cell.signals[name].size
    width = SIZES[size]
    right = [(), (1,), (width,), (K, 1), (K, width), (1, 1), (1, width)]
    if batch:
        right += [(k, b, d) for k in (1, K) for b in (1, B) for d in (1, width)]
    if shape in right:
        rec = lc.unroll(cell, theta_of(cell), x_of(batch), clamp={name: value})
        np.testing.assert_array_equal(rec[name], 0.5)
        return
    text = message(
        lambda: lc.unroll(cell, theta_of(cell), x_of(batch), clamp={name: value}),
        f"clamp[{name!r}] must be a number, ({size},), (K, 1), (K, {size})",
        f"K = {K}",
        f"{size} = {width}",
        f"got shape {shape}",
    )
    assert (f"B = {B}" in text) == batch


@given(CELLS, NO_NUMBERS)
@settings(deadline=None)
def test_clamp_that_is_no_number(cell: lc.Cell, value: Any) -> None:
    clamp = {cell.state: value}
    label = f"clamp[{cell.state!r}] must be a number or an array of real numbers, NaN where free"
    message(lambda: lc.unroll(cell, theta_of(cell), x_of(), clamp=clamp), label)


def test_clamp_to_infinity() -> None:
    cell = lc.CELLS["vanilla_lstm"]
    for value in (np.inf, [-np.inf, 0, 0, 0]):
        call = partial(lc.unroll, cell, theta_of(cell), x_of(), clamp={"g_cs": value})
        message(call, "clamp['g_cs'] must be finite", "inf")


# backpropagate


@given(CELLS, BATCH, SHAPES)
@settings(deadline=None)
def test_shape_of_the_explicit_error(cell: lc.Cell, batch: bool, shape: tuple[int, ...]) -> None:
    rec = lc.unroll(cell, theta_of(cell), x_of(batch))
    if shape == rec.output.shape:
        return

    def symbols(name: str) -> str:
        size = cell.signals[name].size
        return f"(K, {'B, ' * batch}{size}) = (6, {'2, ' * batch}{SIZES[size]})"

    message(
        lambda: lc.backpropagate(rec, np.zeros(shape)),
        f"dE_dout must have the shape of {cell.output}, {symbols(cell.output)}; got {shape}",
    )
    if cell.output != cell.state and shape != rec.state.shape:
        explicit = {cell.state: np.zeros(shape)}
        message(
            lambda: lc.backpropagate(rec, np.zeros(rec.output.shape), explicit),
            f"explicit[{cell.state!r}] must have the shape of {cell.state}, {symbols(cell.state)}",
        )


@given(CELLS, NO_NUMBERS)
@settings(deadline=None)
def test_explicit_error_that_is_no_array(cell: lc.Cell, value: Any) -> None:
    rec = lc.unroll(cell, theta_of(cell), x_of())
    message(lambda: lc.backpropagate(rec, value), "dE_dout must be an array of real numbers")


@given(CELLS, BATCH, st.integers(0, 10**6), BAD_NUMBERS)
@settings(deadline=None)
def test_explicit_error_not_finite(cell: lc.Cell, batch: bool, where: int, bad: float) -> None:
    rec = lc.unroll(cell, theta_of(cell), x_of(batch))
    error, entry = poisoned(rec.output.shape, where, bad)
    message(lambda: lc.backpropagate(rec, error), "dE_dout must be finite", f"[{entry}]")


@given(CELLS, WORDS)
@settings(deadline=None)
def test_explicit_error_of_no_signal(cell: lc.Cell, name: str) -> None:
    rec = lc.unroll(cell, theta_of(cell), x_of())
    if name not in cell.arrivals:
        call = lambda: lc.backpropagate(rec, rec.output, {name: rec.output})  # noqa: E731
        assert_near(message(call, "that an error can enter"), name, list(cell.arrivals))
    call = lambda: lc.backpropagate(rec, rec.output, {cell.output: rec.output})  # noqa: E731
    message(call, f"explicit[{cell.output!r}]", "dE_dout")


# what reads a recording


@given(CELLS, WORDS)
@settings(deadline=None)
def test_unknown_names_of_records(cell: lc.Cell, name: str) -> None:
    rec = lc.unroll(cell, theta_of(cell), x_of())
    back = lc.backpropagate(rec, rec.output)
    signals, params = list(cell.signals), list(cell.params)
    if name not in (*signals, *params, *back.names, "x"):
        assert_near(message(lambda: rec[name], "unknown signal"), name, [*signals, "x"])
        assert_near(message(lambda: rec.previous(name)), name, list(rec.initial))
        assert_near(message(lambda: back.of(name), "unknown signal"), name, signals)
        assert_near(message(lambda: back[name], "unknown gradient"), name, back.names)
        assert_near(message(lambda: back.d_theta_step(name, 0)), name, params)


@given(CELLS, st.integers(-9, 9), st.integers(-9, 9))
@settings(deadline=None)
def test_steps_outside_the_recording(cell: lc.Cell, n: int, l: int) -> None:
    rec = lc.unroll(cell, theta_of(cell), x_of())
    if 0 <= n <= l < K:
        assert lc.error_transport(rec, n, l).shape == (d_s, d_s)
        return
    wanted = ("0 <= n <= l", str(K - 1), f"got {n}, {l}")
    message(lambda: lc.error_transport(rec, n, l), *wanted)


@pytest.mark.parametrize("cell", lc.CELLS.values(), ids=lc.CELLS.keys())
def test_what_the_analysis_cannot_take(cell: lc.Cell) -> None:
    rec = lc.unroll(cell, theta_of(cell), x_of())
    message(lambda: lc.transport_norms(rec, "exakt"), "'exakt'. Did you mean 'exact'?")
    message(lambda: lc.error_transport(rec, 0, 1, "papper"), "Did you mean 'paper'?")
    message(lambda: lc.transport_norms(rec, ord=3), "ord must be 1, 2, numpy.inf or 'fro'; got 3")
    batch = lc.unroll(cell, theta_of(cell), x_of(batch=True))
    message(lambda: lc.transport_norms(batch), "without a batch axis", "x[:, b]")
    message(lambda: lc.error_transport(batch, 0, 1), "without a batch axis")


@pytest.mark.parametrize("cell", lc.CELLS.values(), ids=lc.CELLS.keys())
def test_recording_on_a_torch_graph(cell: lc.Cell) -> None:
    rec = lc.unroll(cell, theta_of(cell), torch.tensor(x_of()))
    calls: tuple[Callable[[], object], ...] = (
        lambda: lc.step_jacobians(rec),
        lambda: lc.error_transport(rec, 0, 1),
        lambda: lc.transport_norms(rec),
        lambda: lc.transport_norms(rec, "cec"),
    )
    for call in calls:
        message(call, "needs a recording of NumPy arrays")
    message(lambda: lc.backpropagate(rec, np.zeros((K, d_s))), "NumPy arrays", ".backward()")


# init_params


@given(CELLS, st.sampled_from(["d_x", "d_s"]), st.integers(-5, 0) | st.none())
@settings(deadline=None)
def test_sizes_of_parameters(cell: lc.Cell, name: str, size: int | None) -> None:
    sizes = {"d_x": 2, "d_s": 3} | ({} if size is None else {name: size})
    if size is None:
        del sizes[name]
    wanted = (name, cell.sizes[name], "must be 1 or more", f"got {size}")
    message(lambda: lc.init_params(cell, **sizes), *wanted)


@given(CELLS, WORDS)
@settings(deadline=None)
def test_unknown_size(cell: lc.Cell, name: str) -> None:
    taken = ("cell", "seed", "weights", "recurrent", "spectral_radius", "forget_bias", "dtype")
    if name not in (*cell.sizes, *taken):
        text = message(lambda: lc.init_params(cell, d_x=1, d_s=1, **{name: 2}), "unknown size")
        assert_near(text, name, list(cell.sizes))


# what the library cannot say well yet: see the reasons


@pytest.mark.parametrize("size", [2.5, "3", None, True])
def test_type_of_a_size(size: Any) -> None:
    message(lambda: lc.init_params(lc.CELLS["rnn_standard"], d_x=size, d_s=2), "d_x", repr(size))


@pytest.mark.parametrize("theta", [None, "W_r", [1.0], 3])
def test_theta_that_is_no_mapping(theta: Any) -> None:
    message(lambda: lc.unroll(lc.CELLS["rnn_standard"], theta, x_of()), "theta must map")


@pytest.mark.parametrize("name", ["rnn_canonical", "rnn_standard"])
def test_bound_on_a_torch_graph(name: str) -> None:
    cell = lc.CELLS[name]
    theta = {k: torch.tensor(v, requires_grad=True) for k, v in theta_of(cell).items()}
    rec = lc.unroll(cell, theta, torch.tensor(x_of()))
    message(lambda: lc.norm_bound(rec, 3), "needs a recording of NumPy arrays")


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_transport_that_overflows() -> None:
    theta = {"W_r": 1e10 * np.eye(2), "W_x": np.eye(2), "theta_s": np.zeros(2)}
    rec = lc.unroll(lc.CELLS["rnn_standard"], theta, np.zeros((60, 2)))
    assert not np.isnan(lc.transport_norms(rec)[np.triu_indices(60)]).any()


# what must not be refused


def test_numbers_in_any_container() -> None:
    cell = lc.CELLS["rnn_standard"]
    theta = {name: value.tolist() for name, value in theta_of(cell).items()}
    wanted = lc.unroll(cell, theta_of(cell), np.ones((2, d_x))).output
    for x in ([[1, 1, 1], [1, 1, 1]], np.ones((2, d_x), int), np.ones((2, d_x), bool)):
        np.testing.assert_array_equal(lc.unroll(cell, theta, x).output, wanted)
    rec = lc.unroll(cell, theta, x, {"s": [0] * d_s}, {"r": np.nan})
    np.testing.assert_array_equal(rec.output, wanted)
    assert lc.backpropagate(rec, np.ones((2, d_s), int))["psi"].dtype == np.float64
