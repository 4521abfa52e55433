"""What a run leaves behind: one structure for the signals, one for the gradients."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from lstm_core.arrays import quiet
from lstm_core.cells.base import Cell
from lstm_core.clamps import Clamps
from lstm_core.given import shown, whole
from lstm_core.overflow import check_result
from lstm_core.products import Products
from lstm_core.signals import INPUT, TORCH_NAMES, signal_of


def unknown(
    what: str, name: Any, known: Iterable[str], others: Mapping[str, str] | None = None
) -> KeyError:
    """The error for a name that does not exist, naming the nearest that does.

    ``others``: names that something known goes by elsewhere, such as ``f`` for ``g_cs``. A letter is
    near to nothing else: half of all names are one letter away from it.
    """
    known = list(known)
    listed = f"Known: {', '.join(known)}"
    if not isinstance(name, str):
        return KeyError(f"unknown {what} {shown(name)}: a name is text. {listed}")
    near = [other for other in known if sorted(other.lower()) == sorted(name.lower())]
    if not near and others is not None and (letter := _letter(name)) is not None:
        near = [found for found in [others.get(letter)] if found in known]
    elif not near and len(name) > 1:
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return KeyError(f"unknown {what} {name!r}.{hint} {listed}")


def _letter(name: str) -> str | None:
    """The letter by which textbooks and frameworks call a signal: f of ``f``, ``f_t``, ``forget_gate``."""
    lower = name.lower()
    if lower in TORCH_NAMES:
        return TORCH_NAMES[lower]
    letter = lower.removesuffix("t").removesuffix("n").removesuffix("_")
    return lower if len(lower) == 1 else letter if letter in TORCH_NAMES.values() else None


SMALLER_ERROR = "take fewer steps, or a smaller error"


@dataclass(frozen=True, eq=False)
class Recording:
    """Every signal of one unrolled cell.

    ``rec["g_cs"]`` is (K, d_s), or (K, B, d_s) when ``x`` has a batch axis; row ``n`` is the
    source's ``n``. The state before row 0 is in ``initial``. ``x``, ``theta`` and ``cell`` are what
    was run; ``output`` is the signal that the cell shows to the outside. ``follows`` names the
    initial values that were made from others, as r[-1] = G(s[-1]).

    A recording owns its numbers: arrays that were handed in are copied, and those that it hands out
    are read-only, so that what is computed from it later belongs to this run. Copy them to change
    them. Tensors stay what they are, on their graph.
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
        if isinstance(name, str) and name == INPUT:
            return self.x
        if not _is_among(name, self.cell.signals):
            raise unknown("signal", name, [*self.cell.signals, INPUT], self.cell.torch_names)
        return self.table[name]

    def __contains__(self, name: object) -> bool:
        return _is_among(name, (INPUT, *self.cell.signals))

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
        if not _is_among(name, self.initial):
            raise unknown("lagged signal", name, self.initial, self.cell.torch_names)
        return self.products.arrays.join([self.initial[name][None], self[name][:-1]], 0)

    def factor(self, written: str) -> Any:
        """A factor of a product at all steps, as the tables write it: ``z``, ``z'`` or ``(1-z)``."""
        name = signal_of(written)
        value = self.previous(name) if written.endswith("'") else self[name]
        return 1 - value if written.startswith("(1-") else value

    def read(self, param: str) -> Any:
        """What a weight multiplies at every step: a signal at its lag, or a window of the input with
        its samples side by side, (K, [B,] L d_x)."""
        if not _is_among(param, self.cell.params):
            raise unknown("parameter", param, self.cell.params)
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
        cell = self.recording.cell
        if not _is_among(name, cell.signals):
            raise unknown("signal", name, cell.signals, cell.torch_names)
        return self.table[name]

    def __getitem__(self, gradient: str) -> np.ndarray:
        cell = self.recording.cell
        names = cell.gradient_names
        if not _is_among(gradient, names):
            of = {signal: name for name, signal in names.items()}
            others = of | {torch: of.get(own, "") for torch, own in cell.torch_names.items()}
            raise unknown("gradient", gradient, names, others)
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
        with quiet():
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
                with quiet():
                    sums[wire] = alphas.T @ source.reshape(-1, source.shape[-1])
            gradients[param.name] = products.entity(param.name, sums[wire][rows])
        if not products.arrays.finite(list(gradients.values())):
            for name, value in gradients.items():
                check_result(f"dE/d{name}", value, SMALLER_ERROR)
        return gradients

    def d_theta_step(self, name: str, n: int) -> np.ndarray:
        """What step ``n`` adds to dE/d(parameter) (156-170), (230-249), an entry of (86), (171) and
        (250); summed over the batch."""
        rec = self.recording
        if not _is_among(name, rec.cell.params):
            raise unknown("parameter", name, rec.cell.params)
        n = whole("n", n, -len(rec), len(rec) - 1, "a step; -1 is the last one")
        param = rec.cell.params[name]
        columns = rec.products.all_columns[param.dest]
        alpha = self.alphas[n, ..., columns].reshape(-1, _width(columns))
        if param.source is None:
            with quiet():
                total = alpha.sum(0)
        else:
            source = rec.read(name)[n]
            with quiet():
                sums = alpha.T @ source.reshape(-1, source.shape[-1])
            total = rec.products.entity(name, sums)
        return check_result(f"dE/d{name} of step {n}", total, SMALLER_ERROR)

    def __repr__(self) -> str:
        return f"<gradients of {self.recording.cell.name}: {', '.join(self.names)}>"


def _is_among(name: object, known: Iterable[str]) -> bool:
    """Whether a name is known; False for what is no name."""
    return isinstance(name, str) and name in known


def _width(columns: slice) -> int:
    return int(columns.stop - columns.start)
