"""What a caller may hand in, and the errors that say what would be right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lstm_core.arrays import NumpyArrays, TorchArrays, plain
from lstm_core.cells.base import Cell
from lstm_core.given import finite, named, real, shape_of, shown
from lstm_core.records import Gradients, Recording, unknown

Arrays = NumpyArrays | TorchArrays


def checked_theta(
    cell: Cell, theta: Mapping[str, Any], arrays: Arrays
) -> tuple[dict[str, Any], dict[str, int]]:
    """The parameters as arrays in declared order, and the value of every size."""
    checked_cell(cell)
    _check_type(arrays)
    for name in named("theta", theta):
        if name not in cell.params:
            raise unknown(f"parameter of {cell.name}", name, cell.params)
    missing = [name for name in cell.params if name not in theta]
    if missing:
        raise KeyError(
            f"theta lacks {', '.join(missing)}; {cell.name} needs {', '.join(cell.params)}"
        )
    checked = {name: _numbers(f"theta[{name!r}]", theta[name], arrays) for name in cell.params}
    if not arrays.finite(list(checked.values())):  # one test for all; which one it is, if it fails
        for name, value in checked.items():
            finite(f"theta[{name!r}]", value, theta[name])
    sizes: dict[str, int] = {}
    for symbols, names in cell.params_of_shape.items():
        for shape in {tuple(checked[name].shape) for name in names}:
            known = [sizes.setdefault(symbol, n) for symbol, n in zip(symbols, shape, strict=False)]
            if shape != tuple(known) or len(shape) != len(symbols) or 0 in shape:
                raise _misfit(cell, checked)
    return checked, sizes


def _misfit(cell: Cell, theta: Mapping[str, Any]) -> ValueError:
    """The error for parameters whose shapes disagree: it names one that most others contradict."""
    found: dict[str, list[int]] = {symbol: [] for p in cell.params.values() for symbol in p.shape}
    for name, param in cell.params.items():
        if theta[name].ndim == len(param.shape):
            for symbol, length in set(zip(param.shape, theta[name].shape, strict=True)):
                found[symbol] += [length] if length else []
    sizes = {symbol: max(v, key=v.count) for symbol, v in found.items() if v}
    for name, param in cell.params.items():
        wanted = tuple(sizes.get(symbol, symbol) for symbol in param.shape)
        if tuple(theta[name].shape) != wanted:
            break
    return ValueError(
        f"theta[{name!r}] must have shape {shape_of(param.shape)} = {shape_of(wanted)};"
        f" got {tuple(theta[name].shape)}"
    )


def checked_x(cell: Cell, x: Any, d_x: int, arrays: Arrays, batch_first: bool = False) -> Any:
    """The input as a (K, [B,] d_x) array. ``batch_first``: theta comes from a torch module that reads
    (B, K, d_x)."""
    x = _array("x", x, arrays)
    shape = tuple(x.shape)
    if len(shape) not in (2, 3):
        hint = "; for one input signal use x[:, None]" if len(shape) == 1 else ""
        raise ValueError(
            f"x must have shape (K, d_x) or (K, B, d_x) with d_x = {d_x}; got {shape}{hint}"
        )
    if shape[-1] != d_x:
        remedy = f", or make theta with d_x = {shape[-1]}" if shape[-1] else ""
        if d_x in shape:
            axis = shape.index(d_x)
            turned = "x.T" if len(shape) == 2 else f"numpy.moveaxis(x, {axis}, -1)"
            remedy = f" to {turned} if axis {axis} holds its signals{remedy}"
        raise ValueError(
            f"x must have shape (K, d_x) or (K, B, d_x) with d_x = {d_x} to fit theta of"
            f" {cell.name}; got {shape}: change x{remedy}"
        )
    if 0 in shape:
        what = "step, K >= 1" if not shape[0] else "sequence in its batch, B >= 1"
        axes = "(K, d_x)" if len(shape) == 2 else "(K, B, d_x)"
        raise ValueError(f"x must have shape {axes} with at least one {what}; got {shape}")
    if batch_first and len(shape) == 3 and shape[0] == 1 < shape[1]:
        raise ValueError(
            f"x must have shape (K, B, d_x), though the module of theta had batch_first=True; {shape}"
            f" would be 1 step of {shape[1]} sequences: use x.swapaxes(0, 1) for 1 sequence of"
            f" {shape[1]} steps. If 1 step is meant, hand over dict(theta), which forgets batch_first"
        )
    return x


def checked_initial(
    cell: Cell,
    initial: Mapping[str, Any] | None,
    widths: Mapping[str, int],
    steps: tuple[int, ...],
    arrays: Arrays,
) -> dict[str, Any]:
    """A value before step 0 for every lagged signal; ``steps``: (K,) or (K, B)."""
    batch = steps[1:]
    given = named("initial", {} if initial is None else initial)
    for name in given:
        if name not in cell.lagged:
            raise unknown(f"initial signal of {cell.name}", name, cell.lagged, cell.torch_names)
    start: dict[str, Any] = {}
    for name in cell.lagged:
        shape = (*batch, widths[name])
        signal = cell.signals[name]
        if name in given:
            value = _array(f"initial[{name!r}]", given[name], arrays)
            if tuple(value.shape) not in (shape, shape[-1:]):
                symbols = ("B", signal.size) if batch else (signal.size,)
                lone = f" or {shape_of(symbols[1:])}" if batch else ""
                came = tuple(value.shape)
                hint = ""
                if came == (steps[0], shape[-1]) and batch:
                    hint = (
                        f": {_read_as(steps)}; use x.swapaxes(0, 1) if its first axis is the batch"
                    )
                elif came == (1, *shape):
                    hint = f": use initial[{name!r}][0], without the layers' axis of torch"
                raise ValueError(
                    f"initial[{name!r}] must have shape {shape_of(symbols)} = {shape}{lone};"
                    f" got {came}{hint}"
                )
            start[name] = value + arrays.zeros(shape)
        elif name not in cell.carried and signal.of in start:
            start[name] = getattr(arrays, signal.warp)(start[signal.of])
        else:
            start[name] = arrays.zeros(shape)
    return start


def checked_clamp(
    cell: Cell,
    clamp: Mapping[str, Any] | None,
    widths: Mapping[str, int],
    steps: tuple[int, ...],
    arrays: Arrays,
) -> dict[str, Any]:
    """The clamp values, each broadcastable to (K, [B,] d)."""
    checked = {}
    for name, value in named("clamp", {} if clamp is None else clamp).items():
        if name not in cell.signals:
            raise unknown(f"signal of {cell.name} to clamp", name, cell.signals, cell.torch_names)
        label = f"clamp[{name!r}]"
        given = real(label, plain(value), "a number or an array of real numbers, NaN where free")
        numbers = np.array(given, float)
        if np.isinf(numbers).any():
            raise ValueError(f"{label} must be finite, or NaN for a free entry; got inf")
        _check_fits(label, numbers, arrays)
        if numbers.ndim == 2 and len(steps) == 2:
            numbers = numbers[:, None, :]
        full = (*steps, widths[name])
        try:
            np.broadcast_to(numbers, full)
        except ValueError as error:
            symbol = cell.signals[name].size
            batch = f", (K, B, {symbol})" if len(steps) == 2 else ""
            size = f", B = {steps[1]}" if len(steps) == 2 else ""
            raise ValueError(
                f"clamp[{name!r}] must be a number, ({symbol},), (K, 1), (K, {symbol}){batch} with"
                f" K = {steps[0]}{size}, {symbol} = {widths[name]}; got shape {given.shape}"
                f"{_other_order(label, given.shape, full)}"
            ) from error
        checked[name] = numbers
    return checked


def checked_explicit(
    rec: Recording, dE_dout: Any, explicit: Mapping[str, Any] | None
) -> dict[str, np.ndarray]:
    """The explicit error parts by signal, the output's included."""
    cell = rec.cell
    given: dict[str, Any] = {cell.output: dE_dout}
    for name, value in named("explicit", {} if explicit is None else explicit).items():
        if name not in cell.arrivals:
            what = f"signal of {cell.name} that an error can enter"
            raise unknown(what, name, cell.arrivals, cell.torch_names)
        if name == cell.output:
            raise ValueError(f"explicit[{name!r}]: the output's part is the argument dE_dout")
        given[name] = value
    checked = {}
    for name, value in given.items():
        label = "dE_dout" if name == cell.output else f"explicit[{name!r}]"
        array = _array(label, value, rec.products.arrays)
        wanted = tuple(rec[name].shape)
        if tuple(array.shape) != wanted:
            axes = ("K", "B") if len(wanted) == 3 else ("K",)
            symbols = ", ".join((*axes, cell.signals[name].size))
            raise ValueError(
                f"{label} must have the shape of {name}, ({symbols}) = {wanted};"
                f" got {tuple(array.shape)}{_other_order(label, array.shape, wanted)}"
            )
        checked[name] = array
    return checked


def checked_cell(cell: Any) -> Cell:
    """One of the cells."""
    if not isinstance(cell, Cell):
        raise ValueError(f"cell must be one of lstm_core.CELLS.values(); got {shown(cell)}")
    return cell


def checked_recording(rec: Any, name: str = "rec", *, batch: bool = True) -> Recording:
    """A recording; of NumPy arrays and without a batch axis unless ``batch``."""
    if not isinstance(rec, Recording):
        raise ValueError(
            f"{name} must be a recording, as lstm_core.unroll(cell, theta, x) returns it;"
            f" got {shown(rec)}"
        )
    if not batch:
        if not isinstance(rec.products.arrays, NumpyArrays):
            raise ValueError(
                f"{name}: this analysis needs a recording of NumPy arrays: unroll with"
                " x.detach().numpy() and parameters alike"
            )
        if rec.state.ndim != 2:
            raise ValueError(
                f"{name} must be a recording without a batch axis; its x is {rec.x.shape}: unroll"
                " one sequence, x[:, b]"
            )
    return rec


def checked_gradients(back: Any) -> Gradients:
    """The gradients of a recording."""
    if not isinstance(back, Gradients):
        raise ValueError(
            "back must be gradients, as lstm_core.backpropagate(rec, dE_dout) returns them;"
            f" got {shown(back)}"
        )
    return back


def _array(label: str, value: Any, arrays: Arrays) -> Any:
    array = _numbers(label, value, arrays)
    if not arrays.finite([array]):
        finite(label, array, value)
    return array


def _numbers(label: str, value: Any, arrays: Arrays) -> Any:
    """A copy of ``value`` in the type of the run; a tensor of a run on tensors as it is."""
    if type(value) is np.ndarray and value.dtype == arrays.dtype:  # the usual case needs no reading
        return arrays.array(value)
    given = real(label, value)
    try:
        with arrays.quiet():  # what is too large for the type is found as infinite
            return arrays.array(given)
    except (TypeError, ValueError, RuntimeError) as error:  # a tensor on a graph or on a device
        raise ValueError(
            f"{label} must be an array of real numbers; got {shown(value)}: use {label}.detach().cpu()"
        ) from error


def _check_fits(label: str, numbers: np.ndarray, arrays: Arrays) -> None:
    """Raise ValueError where finite numbers are too large for the type of the run."""
    with arrays.quiet():
        held = plain(arrays.array(np.nan_to_num(numbers)))
    if not np.isfinite(held).all():
        finite(label, held, numbers)


def _other_order(label: str, came: Sequence[int], wanted: tuple[int, ...]) -> str:
    """What to do with a (B, K, d) where (K, B, d) is wanted; nothing for other shapes."""
    if len(came) != 3 or (came[1], came[0], came[2]) != wanted:
        return ""
    return (
        f": {_read_as(wanted[:2])}. Use {label}.swapaxes(0, 1), or x.swapaxes(0, 1) if the first axis"
        " of x is the batch"
    )


def _read_as(steps: Sequence[int]) -> str:
    return f"x is read as (K, B, d_x) with K = {steps[0]}, B = {steps[1]}"


def _check_type(arrays: Arrays) -> None:
    """Only floating types can hold a run: whole numbers would cut every weight to an integer."""
    if isinstance(arrays, NumpyArrays):
        if arrays.dtype not in (np.float32, np.float64):
            raise ValueError(f"dtype must be float32 or float64; got {arrays.dtype}")
    elif not arrays.dtype.is_floating_point:
        raise ValueError(
            "tensors of x and theta must have a floating type, the same for all;"
            f" got {arrays.dtype}: convert with x.to(torch.float64)"
        )
