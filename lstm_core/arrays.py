"""The few array operations that a step needs, for NumPy arrays and for torch tensors alike."""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from math import isfinite
from typing import Any

import numpy as np


def is_torch(value: Any) -> bool:
    """Whether ``value`` is a torch tensor; never imports torch."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def plain(value: Any) -> Any:
    """A tensor as an array of its type (half types as float32); anything else as it is."""
    if not is_torch(value):
        return value
    value = value.detach().cpu()
    half = value.is_floating_point() and value.element_size() < 4
    return (value.float() if half else value).numpy()


def quiet() -> AbstractContextManager[Any]:
    """No warnings about overflow: what has overflowed is looked for, and said in a sentence."""
    return np.errstate(over="ignore", invalid="ignore")


class NumpyArrays:
    """NumPy in one floating type."""

    def __init__(self, dtype: np.dtype[Any]) -> None:
        self.dtype, self.itemsize = dtype, dtype.itemsize
        self._one = np.array(1.0, dtype)
        self.tanh = np.tanh  # G_d (122)
        # C functions, called once or more a step: a wrapper in Python would cost a fifth of them.
        self.dot: Callable[..., Any] = np.ndarray.dot  # (vector, matrix, where to put it)
        self.added: Callable[[Any, Any], Any] = operator.iadd

    def quiet(self) -> AbstractContextManager[Any]:
        """No warnings: where exp(-z) overflows to infinity the sigmoid is exactly 0, and whether
        anything else did is looked for when all is done."""
        return quiet()

    def sigmoid(self, z: np.ndarray, room: np.ndarray | None = None) -> np.ndarray:
        """G_c (109), (121): 1 / (1 + exp(-z)), in ``room`` or in a new array; precise where it is small."""
        value = np.negative(z, room)
        np.exp(value, value)
        np.add(value, self._one, value)
        return np.reciprocal(value, value)

    def copied(self, value: np.ndarray, room: np.ndarray | None = None) -> np.ndarray:
        return np.positive(value, room)

    def array(self, value: Any) -> np.ndarray:
        """A copy: what is recorded must not change with what was handed in."""
        return np.array(value, self.dtype, order="C")

    def sealed(self, value: np.ndarray) -> np.ndarray:
        """``value``, read-only from here on: later results are computed from it."""
        value.flags.writeable = False
        return value

    def contiguous(self, value: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray(value)

    def zeros(self, shape: Sequence[int]) -> np.ndarray:
        return np.zeros(shape, self.dtype)

    def join(self, pieces: Sequence[Any], axis: int = -1) -> np.ndarray:
        return np.concatenate(pieces, axis)

    def at_all_steps(self, rows: Sequence[np.ndarray]) -> np.ndarray:
        """The values of every step under each other; faster than ``np.stack`` on many small ones."""
        return np.concatenate(rows).reshape(len(rows), *rows[0].shape)

    def nodes_at_all_steps(self, nodes: np.ndarray, rows: Sequence[np.ndarray]) -> np.ndarray:
        """``nodes`` itself: each step's row of it was completed in place."""
        return nodes

    def where(self, condition: np.ndarray, yes: Any, no: Any) -> np.ndarray:
        return np.where(condition, yes, no)

    def replaced(self, row: np.ndarray, columns: slice, value: np.ndarray) -> np.ndarray:
        """``row`` with ``value`` in the given columns; in place, as ``added``."""
        row[..., columns] = value
        return row

    def vanishes(self, weight: np.ndarray) -> bool:
        return not weight.any()

    def finite(self, values: Sequence[np.ndarray]) -> bool:
        """Whether every number in all of ``values`` is finite. A sum of squares is the fastest look at
        them; only where it isn't finite itself, as of 1e200, one looks at each."""
        with quiet():
            return all(
                isfinite(flat.dot(flat)) or bool(np.isfinite(flat).all())
                for flat in (value.ravel() for value in values)
            )


class TorchArrays:
    """torch, in the type and on the device of a given tensor; stays on the autograd graph."""

    def __init__(self, like: Any) -> None:
        import torch

        self._torch, self._like = torch, like
        self.dtype, self.itemsize = like.dtype, like.element_size()
        self.dot: Callable[..., Any] = lambda vector, matrix, _=None: torch.matmul(vector, matrix)
        self.added = operator.add
        self.tanh: Callable[..., Any] = torch.tanh
        self.sigmoid: Callable[..., Any] = torch.sigmoid

    def quiet(self) -> AbstractContextManager[Any]:
        return nullcontext()

    def copied(self, value: Any, room: Any = None) -> Any:
        return value

    def array(self, value: Any) -> Any:
        tensor = value if is_torch(value) else self._torch.as_tensor(np.array(value))
        return tensor.to(dtype=self._like.dtype, device=self._like.device)

    def sealed(self, value: Any) -> Any:
        return value  # torch itself refuses a gradient through what was changed in place

    def contiguous(self, value: Any) -> Any:
        return value.contiguous()

    def zeros(self, shape: Sequence[int]) -> Any:
        return self._like.new_zeros(tuple(shape))

    def probe(self, shape: Sequence[int]) -> Any:
        """A zero leaf whose gradient is wanted."""
        return self.zeros(shape).requires_grad_()

    def join(self, pieces: Sequence[Any], axis: int = -1) -> Any:
        return self._torch.cat(list(pieces), axis)

    def at_all_steps(self, rows: Sequence[Any]) -> Any:
        return self._torch.stack(list(rows))

    def nodes_at_all_steps(self, nodes: Any, rows: Sequence[Any]) -> Any:
        return self.at_all_steps(rows)

    def where(self, condition: np.ndarray, yes: Any, no: Any) -> Any:
        mask = self._torch.as_tensor(condition, device=self._like.device)
        return self._torch.where(mask, yes, no)

    def replaced(self, row: Any, columns: slice, value: Any) -> Any:
        return self.join([row[..., : columns.start], value, row[..., columns.stop :]])

    def vanishes(self, weight: Any) -> bool:
        return False  # a zero matrix still has a gradient

    def finite(self, values: Sequence[Any]) -> bool:
        return all(bool(value.isfinite().all()) for value in values)


def arrays_for(values: Sequence[Any], dtype: Any = None) -> NumpyArrays | TorchArrays:
    """The operations for ``values``: torch as soon as one of them is a tensor."""
    for value in values:
        if is_torch(value):
            return TorchArrays(value)
    try:
        return NumpyArrays(np.dtype(np.float64 if dtype is None else dtype))
    except TypeError as error:
        raise ValueError(f"dtype must be float32 or float64; got {dtype!r}") from error
