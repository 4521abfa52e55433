"""Random systems to check an erratum on, and their derivatives by automatic differentiation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from lstm_core.backpropagate import backpropagate
from lstm_core.cells import CELLS
from lstm_core.cells.base import Cell
from lstm_core.records import Gradients, Recording
from lstm_core.unroll import unroll

RNN, LSTM = CELLS["rnn_standard"], CELLS["vanilla_lstm"]
AUGMENTED = CELLS["augmented_lstm"]


@dataclass(frozen=True, eq=False)
class Instance:
    """A cell, its parameters, an input (K, d_x), and the explicit part g = dE/d out (K, d_out) of
    E = sum over n of <g[n], out[n]>."""

    cell: Cell
    theta: dict[str, np.ndarray]
    x: np.ndarray
    g: np.ndarray
    initial: Mapping[str, Any] = field(default_factory=dict)
    clamp: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def rec(self) -> Recording:
        return unroll(self.cell, self.theta, self.x, self.initial, self.clamp)

    @cached_property
    def back(self) -> Gradients:
        return backpropagate(self.rec, self.g)

    @cached_property
    def truth(self) -> Automatic:
        return Automatic(self)


class Automatic:
    """The same run on torch tensors: every derivative by automatic differentiation."""

    def __init__(self, instance: Instance) -> None:
        import torch

        def leaf(values: Any) -> Any:
            return torch.tensor(np.asarray(values, np.float64), requires_grad=True)

        theta = {name: leaf(value) for name, value in instance.theta.items()}
        initial = {name: leaf(value) for name, value in instance.initial.items()}
        x = leaf(instance.x)
        self._rec = unroll(instance.cell, theta, x, initial, instance.clamp)
        self._leaves = {"x": x, **theta, **self._rec.probes}
        self._leaves |= {f"{name}[-1]": value for name, value in initial.items()}
        self._error = (self._rec.output * torch.tensor(instance.g)).sum()

    def gradient(self, name: str) -> np.ndarray:
        """dE/d(name), a total derivative: for a signal or the input (K, d), a parameter, or the
        start of a signal, as in ``r[-1]``."""
        return self._gradient(self._error, name)

    def jacobian(self, of: str, l: int, by: str, n: int | None = None) -> np.ndarray:
        """d of[l] / d by[n], (d_of, d_by), every path; without ``n`` ``by`` is no signal."""
        rows = [self._gradient(entry, by) for entry in self._rec[of][l]]
        return np.stack(rows if n is None else [row[n] for row in rows])

    def transport(self, n: int, l: int) -> np.ndarray:
        """d psi[n] / d psi[l] = (d s[l] / d s[n])^T."""
        state = self._rec.cell.state
        return self.jacobian(state, l, state, n).T

    def _gradient(self, number: Any, name: str) -> np.ndarray:
        import torch

        leaf = self._leaves[name]
        (found,) = torch.autograd.grad(number, leaf, retain_graph=True, allow_unused=True)
        return np.zeros(leaf.shape) if found is None else found.numpy()


def random_instance(
    cell: Cell, seed: int, *, K: int = 8, d: int = 4, scale: float = 0.5, **theta: np.ndarray
) -> Instance:
    """Weights and biases ``scale`` N(0, 1), input and explicit errors N(0, 1), all widths ``d``;
    the parameters in ``theta`` as given."""
    rng = np.random.default_rng(seed)
    drawn = {
        name: scale * rng.normal(size=[d] * len(param.shape)) for name, param in cell.params.items()
    }
    return Instance(cell, drawn | theta, rng.normal(size=(K, d)), rng.normal(size=(K, d)))


def zeros(cell: Cell, d: int, d_x: int | None = None) -> dict[str, np.ndarray]:
    """All parameters 0, to be set one by one."""
    width = {size: d for size in cell.sizes} | {"d_x": d if d_x is None else d_x}
    return {name: np.zeros([width[s] for s in p.shape]) for name, p in cell.params.items()}
