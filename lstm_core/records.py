"""What a run leaves behind: one structure for the signals, one for the gradients."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from lstm_core.cells.base import Cell
from lstm_core.clamps import Clamps
from lstm_core.products import Products
from lstm_core.signals import INPUT, signal_of


def unknown(what: str, name: str, known: Iterable[str]) -> KeyError:
    """The error for a name that does not exist, naming the nearest that does."""
    known = list(known)
    near = [other for other in known if sorted(other.lower()) == sorted(name.lower())]
    near = near or difflib.get_close_matches(name, known, n=1, cutoff=0.4)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return KeyError(f"unknown {what} {name!r}.{hint} Known: {', '.join(known)}")


@dataclass(frozen=True, eq=False)
class Recording:
    """Every signal of one unrolled cell.

    ``rec["g_cs"]`` is (K, d_s), or (K, B, d_s) when ``x`` has a batch axis; row ``n`` is the
    source's ``n``. The state before row 0 is in ``initial``. ``x``, ``theta`` and ``cell`` are what
    was run; ``output`` is the signal that the cell shows to the outside. ``follows`` names the
    initial values that were made from others, as r[-1] = G(s[-1]).
    """

    cell: Cell
    theta: dict[str, Any]
    x: Any
    initial: dict[str, Any]
    follows: tuple[str, ...]
    clamps: Clamps
    products: Products
    table: dict[str, Any] = field(repr=False)

    def __getitem__(self, name: str) -> Any:
        if name == INPUT:
            return self.x
        if name not in self.cell.signals:
            raise unknown("signal", name, [*self.cell.signals, INPUT])
        return self.table[name]

    def __contains__(self, name: object) -> bool:
        return name == INPUT or name in self.cell.signals

    def __len__(self) -> int:
        return len(self.x)

    def __repr__(self) -> str:
        return f"<recording of {self.cell.name}: {len(self)} steps, {', '.join(self.names)}>"

    @property
    def names(self) -> list[str]:
        """The recorded signals, in the order of their computation."""
        return list(self.cell.signals)

    @property
    def output(self) -> Any:
        return self[self.cell.output]

    @property
    def state(self) -> Any:
        return self[self.cell.state]

    def previous(self, name: str) -> Any:
        """A lagged signal one step earlier: row n holds n-1, row 0 the initial value."""
        if name not in self.initial:
            raise unknown("lagged signal", name, self.initial)
        first = self.products.arrays.array(self.initial[name])[None]
        return self.products.arrays.join([first, self[name][:-1]], 0)

    def factor(self, written: str) -> Any:
        """A factor of a product at all steps, as the tables write it: ``z``, ``z'`` or ``(1-z)``."""
        name = signal_of(written)
        value = self.previous(name) if written.endswith("'") else self[name]
        return 1 - value if written.startswith("(1-") else value

    def read(self, param: str) -> Any:
        """What a weight multiplies at every step: a signal at its lag, or a window of the input with
        its samples side by side, (K, [B,] L d_x)."""
        wire = self.cell.params[param]
        if wire.source is None:
            raise ValueError(f"{param} is a bias: it reads no signal")
        if wire.is_window:
            return self.products.windows(self.x)
        return self.previous(wire.source) if wire.lag else self[wire.source]

    @property
    def probes(self) -> dict[str, Any]:
        """For a run on torch tensors: after ``loss.backward()``, ``probes[name].grad`` is the total
        derivative for that signal, (K, [B,] d)."""
        return self.clamps.probes


@dataclass(frozen=True, eq=False)
class Gradients:
    """Total derivatives of E for every recorded signal, parameter, input and initial state.

    ``back["psi"]`` and the other Greek names of the source, or ``back.of("g_cs")`` for any signal:
    (K, [B,] d). ``d_theta[name]`` is summed over the steps (172) and the batch. ``d_initial`` holds
    the initial state's; ``d_x`` the input's. ``explicit`` is what was given: the explicit parts, by
    the signal at which they enter.
    """

    recording: Recording
    table: dict[str, Any] = field(repr=False)
    alphas: np.ndarray = field(repr=False)
    d_x: np.ndarray = field(repr=False)
    d_initial: dict[str, np.ndarray] = field(repr=False)
    explicit: dict[str, np.ndarray] = field(repr=False)

    def of(self, name: str) -> np.ndarray:
        """dE/d(signal), a total derivative, for any recorded signal."""
        if name not in self.recording.cell.signals:
            raise unknown("signal", name, self.recording.cell.signals)
        return self.table[name]

    def __getitem__(self, gradient: str) -> np.ndarray:
        names = self.recording.cell.gradient_names
        if gradient not in names:
            raise unknown("gradient", gradient, names)
        return self.table[names[gradient]]

    @property
    def names(self) -> list[str]:
        """The source's names of the gradients that this cell has."""
        return list(self.recording.cell.gradient_names)

    @cached_property
    def d_theta(self) -> dict[str, np.ndarray]:
        """dE/dTheta, summed over the steps (90), (172) and over the batch."""
        rec, products = self.recording, self.recording.products
        alphas = np.ascontiguousarray(self.alphas).reshape(-1, products.all_width)
        biases = alphas.sum(0)
        sums: dict[tuple[str, int, bool], np.ndarray] = {}
        gradients = {}
        for param in rec.cell.params.values():
            rows = products.all_columns[param.dest]
            if param.source is None:
                gradients[param.name] = biases[rows]
                continue
            wire = (param.source, param.lag, param.is_window)
            if wire not in sums:
                source = rec.read(param.name)
                sums[wire] = alphas.T @ source.reshape(-1, source.shape[-1])
            gradients[param.name] = products.entity(param.name, sums[wire][rows])
        return gradients

    def d_theta_step(self, name: str, n: int) -> np.ndarray:
        """What step ``n`` adds to dE/d(parameter) (156-170), (230-249), an entry of (86), (171) and
        (250); summed over the batch."""
        rec = self.recording
        if name not in rec.cell.params:
            raise unknown("parameter", name, rec.cell.params)
        if not -len(rec) <= n < len(rec):
            raise ValueError(f"n must be a step from 0 to {len(rec) - 1}; got {n}")
        param = rec.cell.params[name]
        columns = rec.products.all_columns[param.dest]
        alpha = self.alphas[n, ..., columns].reshape(-1, _width(columns))
        if param.source is None:
            return alpha.sum(0)
        source = rec.read(name)[n]
        return rec.products.entity(name, alpha.T @ source.reshape(-1, source.shape[-1]))

    def __repr__(self) -> str:
        return f"<gradients of {self.recording.cell.name}: {', '.join(self.names)}>"


def _width(columns: slice) -> int:
    return int(columns.stop - columns.start)
