"""What a caller may hand in, and the errors that say what would be right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lstm_core.arrays import NumpyArrays, TorchArrays, is_torch
from lstm_core.cells.base import Cell
from lstm_core.records import Recording, unknown

Arrays = NumpyArrays | TorchArrays


def checked_theta(
    cell: Cell, theta: Mapping[str, Any], arrays: Arrays
) -> tuple[dict[str, Any], dict[str, int]]:
    """The parameters as arrays in declared order, and the value of every size."""
    if not isinstance(cell, Cell):
        raise ValueError(f"cell must be one of lstm_core.CELLS; got {cell!r}")
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
            _check_finite(f"theta[{name!r}]", value, arrays)
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
        f"theta[{name!r}] must have shape {_shape(param.shape)} = {_shape(wanted)};"
        f" got {tuple(theta[name].shape)}"
    )


def checked_x(cell: Cell, x: Any, d_x: int, arrays: Arrays) -> Any:
    """The input as a (K, [B,] d_x) array."""
    x = _array("x", x, arrays)
    shape = tuple(x.shape)
    if len(shape) not in (2, 3):
        hint = "; for one input signal use x[:, None]" if len(shape) == 1 else ""
        raise ValueError(
            f"x must have shape (K, d_x) or (K, B, d_x) with d_x = {d_x}; got {shape}{hint}"
        )
    if shape[-1] != d_x:
        remedy = f", or make theta with d_x = {shape[-1]}" if shape[-1] else ""
        raise ValueError(
            f"x must have shape (K, d_x) or (K, B, d_x) with d_x = {d_x} to fit theta of"
            f" {cell.name}; got {shape}: change x{remedy}"
        )
    if 0 in shape:
        what = "step, K >= 1" if not shape[0] else "sequence in its batch, B >= 1"
        axes = "(K, d_x)" if len(shape) == 2 else "(K, B, d_x)"
        raise ValueError(f"x must have shape {axes} with at least one {what}; got {shape}")
    return x


def checked_initial(
    cell: Cell,
    initial: Mapping[str, Any] | None,
    widths: Mapping[str, int],
    batch: tuple[int, ...],
    arrays: Arrays,
) -> dict[str, Any]:
    """A value before step 0 for every lagged signal."""
    given = named("initial", {} if initial is None else initial)
    for name in given:
        if name not in cell.lagged:
            raise unknown(f"initial signal of {cell.name}", name, cell.lagged)
    start: dict[str, Any] = {}
    for name in cell.lagged:
        shape = (*batch, widths[name])
        signal = cell.signals[name]
        if name in given:
            value = _array(f"initial[{name!r}]", given[name], arrays)
            if tuple(value.shape) not in (shape, shape[-1:]):
                symbols = ("B", signal.size) if batch else (signal.size,)
                lone = f" or {_shape(symbols[1:])}" if batch else ""
                raise ValueError(
                    f"initial[{name!r}] must have shape {_shape(symbols)} = {shape}{lone};"
                    f" got {tuple(value.shape)}"
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
) -> dict[str, Any]:
    """The clamp values, each broadcastable to (K, [B,] d)."""
    checked = {}
    for name, value in named("clamp", {} if clamp is None else clamp).items():
        if name not in cell.signals:
            raise unknown(f"signal of {cell.name} to clamp", name, cell.signals)
        value = value.detach().cpu().numpy() if is_torch(value) else value
        try:
            numbers = np.asarray(_real(value), float)
        except (TypeError, ValueError) as error:
            raise ValueError(
                f"clamp[{name!r}] must hold real numbers, NaN for a free entry; got {value!r}"
            ) from error
        if np.isinf(numbers).any():
            raise ValueError(f"clamp[{name!r}] must be finite, or NaN for a free entry; got inf")
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
                f" K = {steps[0]}{size}, {symbol} = {widths[name]}; got shape {np.shape(value)}"
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
            raise unknown(f"signal of {cell.name} that an error can enter", name, cell.arrivals)
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
                f" got {tuple(array.shape)}"
            )
        checked[name] = array
    return checked


def _array(label: str, value: Any, arrays: Arrays) -> Any:
    array = _numbers(label, value, arrays)
    _check_finite(label, array, arrays)
    return array


def _numbers(label: str, value: Any, arrays: Arrays) -> Any:
    try:
        return arrays.array(_real(value))
    except (TypeError, ValueError, RuntimeError) as error:
        raise ValueError(f"{label} must be an array of real numbers; got {value!r}") from error


def _check_finite(label: str, array: Any, arrays: Arrays) -> None:
    if not arrays.finite([array]):
        numbers = array.detach().cpu().numpy() if is_torch(array) else array
        where = ", ".join(str(int(i)) for i in np.argwhere(~np.isfinite(numbers))[0])
        raise ValueError(
            f"{label} must be finite; entry [{where}] is NaN or infinite:"
            " replace it or leave that row out"
        )


def _real(value: Any) -> Any:
    """``value`` itself or as an array; TypeError when it isn't made of real numbers.

    NumPy would read None as NaN and the text "1" as 1, and drop imaginary parts.
    """
    if is_torch(value):
        if value.is_complex():
            raise TypeError("complex numbers")
        return value
    array = np.asarray(value)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"type {array.dtype}")
    return array


def named(label: str, value: Any) -> Mapping[str, Any]:
    """A mapping from names."""
    if not isinstance(value, Mapping):
        raise ValueError(f"{label} must map names to arrays; got {value!r}")
    for name in value:
        if not isinstance(name, str):
            raise ValueError(f"{label} must map names to arrays; got the name {name!r}")
    return value


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


def _shape(lengths: Sequence[Any]) -> str:
    return "(" + ", ".join(map(str, lengths)) + ("," if len(lengths) == 1 else "") + ")"
