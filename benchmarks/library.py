"""The Vanilla LSTM of ``lstm_core`` against ``torch.nn``: one system, one input, one error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

import lstm_core as lc
from lstm_core.arrays import NumpyArrays
from lstm_core.checks import checked_theta, checked_x
from lstm_core.overflow import check_signals

GATES = ("cu", "cs", "du", "cr")  # torch's order: i, f, g, o
TYPES = {"float64": torch.float64, "float32": torch.float32}


@dataclass(frozen=True)
class System:
    """Weights, input and explicit error of K steps of width d, for both sides."""

    theta: dict[str, np.ndarray]
    x: np.ndarray
    error: np.ndarray

    @property
    def dtype(self) -> str:
        return str(self.x.dtype)

    @property
    def recording(self) -> lc.Recording:
        return lc.unroll(lc.CELLS["vanilla_lstm"], self.theta, self.x, dtype=self.dtype)

    def as_torch(self, module: Any) -> Any:
        """An ``nn.LSTM`` or ``nn.LSTMCell`` with these weights; it has no place for W_s_*."""
        rows = {
            "weight_ih": np.concatenate([self.theta[f"W_x_{gate}"] for gate in GATES]),
            "weight_hh": np.concatenate([self.theta[f"W_v_{gate}"] for gate in GATES]),
            "bias_ih": np.concatenate([self.theta[f"b_{gate}"] for gate in GATES]),
        }
        width = self.x.shape[-1]
        made = module(width, width, dtype=TYPES[self.dtype])
        with torch.no_grad():
            for name, value in made.named_parameters():
                values = rows.get(name.removesuffix("_l0"))
                value.zero_() if values is None else value.copy_(torch.from_numpy(values))
        return made


def system(steps: int, width: int, *, peepholes: bool, dtype: str = "float64") -> System:
    """The default weights and random input and error; ``peepholes``: with W_s_* or with zeros."""
    cell = lc.CELLS["vanilla_lstm"]
    theta = lc.init_params(cell, seed=0, d_x=width, d_s=width, dtype=dtype)
    if not peepholes:
        theta |= {name: 0 * theta[name] for name in theta if name.startswith("W_s_")}
    rng = np.random.default_rng(1)
    x, error = rng.normal(size=(2, steps, width)).astype(dtype)
    return System(theta, x, error)


@dataclass(frozen=True)
class Ours:
    """Forward and BPTT, every signal and gradient recorded, parameter gradients included."""

    given: System

    def __call__(self) -> object:
        return lc.backpropagate(self.given.recording, self.given.error).d_theta


class Owning:
    """What it costs that a recording owns its numbers and that a run is finite: theta and x are checked
    and copied, and all signals are looked through."""

    def __init__(self, given: System) -> None:
        self.given, self.recording = given, given.recording
        self.arrays = NumpyArrays(given.x.dtype)

    def __call__(self) -> None:
        rec = self.recording
        _, sizes = checked_theta(rec.cell, self.given.theta, self.arrays)
        checked_x(rec.cell, self.given.x, sizes["d_x"], self.arrays)
        check_signals(rec.cell, rec.table, rec.table.values(), self.arrays)


class Norms:
    """The K x K matrix of transport norms of a recording that is there already."""

    def __init__(self, given: System) -> None:
        self.recording = given.recording

    def __call__(self) -> np.ndarray:
        return lc.transport_norms(self.recording, "exact", ord=2)


class LibraryLSTM:
    """``torch.nn.LSTM`` forward and backward: outputs and parameter gradients, no internals."""

    def __init__(self, given: System) -> None:
        self.lstm = given.as_torch(torch.nn.LSTM)
        self.x = torch.from_numpy(given.x).requires_grad_()
        self.error = torch.from_numpy(given.error)

    def __call__(self) -> None:
        self.lstm.zero_grad()
        self.x.grad = None
        out, _ = self.lstm(self.x)
        out.backward(self.error)


class LoopOfCells:
    """The usual way to internals: an ``nn.LSTMCell`` loop, every h and c with its gradient."""

    def __init__(self, given: System) -> None:
        self.cell = given.as_torch(torch.nn.LSTMCell)
        # A batch of one: without its axis the cell returns a squeezed copy of c, whose gradient
        # lacks the way through h.
        self.x = torch.from_numpy(given.x[:, None]).requires_grad_()
        self.error = torch.from_numpy(given.error[:, None])

    def states(self) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
        h = c = self.x.new_zeros(self.x.shape[1:])
        hs, cs = [], []
        for x in self.x:
            h, c = self.cell(x, (h, c))
            hs.append(h)
            cs.append(c)
        return hs, cs

    def __call__(self) -> None:
        self.cell.zero_grad()
        self.x.grad = None
        hs, cs = self.states()
        for signal in (*hs, *cs):
            signal.retain_grad()
        torch.stack(hs).backward(self.error)


class Products:
    """|| d c[l] / d c[n] ||_2 for all n and every ``stride``-th l of a ``LoopOfCells``: one
    vector-Jacobian product for each unit of c[l], which gives all n."""

    def __init__(self, given: System, stride: int) -> None:
        self.loop = LoopOfCells(given)
        # Column l takes a time in proportion to l, so an even sample has the mean of all.
        self.columns = range(stride // 2, len(given.x), stride)

    def __call__(self) -> np.ndarray:
        _, cs = self.loop.states()
        norms = np.full((len(cs), len(cs)), np.nan)
        for l in self.columns:
            rows = [
                torch.cat(torch.autograd.grad(unit, cs[: l + 1], retain_graph=True))
                for unit in cs[l][0]
            ]
            norms[: l + 1, l] = torch.linalg.matrix_norm(torch.stack(rows, 1), 2).numpy()
        return norms
