"""What a caller hands in, one argument at a time: it fits, or the error says what would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lstm_core.arrays import is_torch, plain

LONGEST = 200  # characters of a value in a message


def shown(value: Any) -> str:
    """A value as a message shows it: as Python writes it, or its type where that is long."""
    try:
        written = repr(value)
    except Exception:  # of a class that is not the library's
        written = ""
    if 0 < len(written) <= LONGEST:
        return written
    kind = type(value).__name__
    return f"{kind} of shape {np.shape(value)}" if isinstance(value, np.ndarray) else kind


def real(name: str, value: Any, wanted: str = "an array of real numbers") -> Any:
    """``value`` as an array of real numbers of any type, not copied; a tensor as it is.

    NumPy by itself would read None as NaN and the text "1" as 1, drop imaginary parts, and forget
    a mask. Raises ValueError naming the type that came and how to convert it.
    """
    if is_torch(value):
        if value.is_complex():
            raise ValueError(f"{name} must be {wanted}; got type {value.dtype}: take {name}.real")
        return value
    if isinstance(value, np.ma.MaskedArray):
        raise ValueError(
            f"{name} must be {wanted} without a mask; got a masked array: put numbers in its gaps,"
            f" for example {name}.filled(0), or leave these rows out"
        )
    try:
        array = np.asarray(value)
    except Exception as error:  # whatever a class of other libraries raises when it is converted
        raise ValueError(f"{name} must be {wanted}; got {shown(value)}") from error
    kind = getattr(value, "dtype", array.dtype)
    nullable = not isinstance(kind, np.dtype) and hasattr(value, "astype")  # gaps would become NaN
    if array.dtype.kind in "fiub" and not nullable:
        return array
    came = f"{name} must be {wanted}; got {shown(value)}"
    if not hasattr(value, "astype"):
        raise ValueError(came)
    if array.dtype.kind == "c":
        raise ValueError(f"{came}, type {kind}: take {name}.real")
    raise ValueError(f"{came}, type {kind}: convert it with {name}.astype(float)")


def whole(name: str, value: Any, low: int, high: int | None = None, meaning: str = "") -> int:
    """A whole number from ``low`` to ``high``."""
    number = value.item() if isinstance(value, np.ndarray) and value.ndim == 0 else value
    fits = isinstance(number, (int, np.integer)) and not isinstance(number, bool)
    if not fits or number < low or (high is not None and number > high):
        bounds = f"{low} or more" if high is None else f"from {low} to {high}"
        said = f" ({meaning})" if meaning else ""
        raise ValueError(f"{name}{said} must be {bounds}; got {shown(value)}: give a whole number")
    return int(number)


def number(name: str, value: Any, low: float = -np.inf, above: bool = False) -> float:
    """A finite number of ``low`` or more; ``above``: of more than ``low``."""
    given = plain(real(name, value, "a finite number"))
    array = given.astype(float) if given.ndim == 0 and given.dtype.kind != "b" else np.array(np.nan)
    if not np.isfinite(array) or array < low or (above and array == low):
        more = "" if low == -np.inf else f" above {low:g}" if above else f" of {low:g} or more"
        raise ValueError(f"{name} must be a finite number{more}; got {shown(value)}")
    return float(array)


def floating(name: str, value: Any) -> np.dtype[Any]:
    """A floating type of NumPy."""
    try:
        kind = np.dtype(value)
    except TypeError as error:
        raise ValueError(
            f"{name} must be a floating type such as 'float64' or numpy.float32; got {shown(value)}"
        ) from error
    if kind.kind != "f":
        raise ValueError(f"{name} must be float32 or float64, a floating type; got {kind}")
    return kind


def text(name: str, value: Any) -> str:
    """A text."""
    if not isinstance(value, str):
        raise ValueError(f"{name} must be text; got {shown(value)}")
    return value


def named(name: str, value: Any, to: str = "arrays") -> Mapping[str, Any]:
    """A mapping from names."""
    if not isinstance(value, Mapping):
        raise ValueError(f"{name} must map names to {to}; got {shown(value)}")
    for key in value:
        if not isinstance(key, str):
            raise ValueError(f"{name} must map names to {to}; got the name {shown(key)}")
    return value


def finite(name: str, array: Any, given: Any = None) -> None:
    """Raise ValueError where an array, made of ``given``, holds NaN or infinity."""
    numbers = plain(array)
    bad = ~np.isfinite(numbers)
    if not bad.any():
        return
    where = tuple(int(i) for i in np.argwhere(bad)[0])
    entry = f"{name} must be finite; entry [{', '.join(map(str, where))}]"
    came = None if given is None or is_torch(given) else np.asarray(given)[where]
    if came is not None and np.isfinite(came):
        raise ValueError(
            f"{entry} is {came:g}, more than {numbers.dtype} can hold: take a smaller number"
            + (", or dtype='float64'" if numbers.dtype == np.float32 else "")
        )
    raise ValueError(f"{entry} is NaN or infinite: replace it or leave that row out")


def shape_of(lengths: Sequence[Any]) -> str:
    """Lengths or symbols as a shape is written."""
    return "(" + ", ".join(map(str, lengths)) + ("," if len(lengths) == 1 else "") + ")"
