"""The parts of one step of an error, d psi[k-1] / d psi[k] = Q + diag(g_cs[k]) (179), how large they
are (181), and the conditions under which Q is said to be small (errata 27 and 28).

What is a gate of what is read from the cell's wiring; no cell is named.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lstm_core.analysis.jacobians import StepResponses
from lstm_core.analysis.transport import one_step
from lstm_core.arrays import quiet
from lstm_core.backpropagate import warp_slope
from lstm_core.cells.base import Cell
from lstm_core.checks import checked_cell, checked_recording
from lstm_core.records import Recording
from lstm_core.signals import Signal, signal_of

STEEPEST = {"sigmoid": 0.25, "tanh": 1.0}  # the largest slopes of G_c (137) and G_d (138)
SATURATED = 1e-3  # of the steepest slope, and below
SHUT = 1e-3  # a gate's value, and below
CONDITIONS = ("a", "b", "c", "d", "e", "f")


@dataclass(frozen=True, eq=False)
class Split:
    """Every step's factor in two parts, and the 2-norms of both (179).

    ``rest``: Q(k-1, k), (K, d_s, d_s), in row k; ``gates``: what the state passes on beside all
    weights, g_cs[k], (K, d_s). Row 0 leads to the given start, of which only what is carried counts.
    """

    rest: np.ndarray
    gates: np.ndarray

    @cached_property
    def factors(self) -> np.ndarray:
        """d psi[k-1] / d psi[k], transposes restored: (K, d_s, d_s)."""
        return self.rest + self.gates[:, :, None] * np.eye(self.gates.shape[-1])

    @cached_property
    def rest_norms(self) -> np.ndarray:
        """||Q(k-1, k)||: (K,)."""
        return np.linalg.norm(self.rest, 2, axis=(-2, -1))

    @cached_property
    def gate_norms(self) -> np.ndarray:
        """||diag(g_cs[k])||, the largest element: (K,)."""
        return np.abs(self.gates).max(-1)

    @cached_property
    def factor_norms(self) -> np.ndarray:
        """||d psi[k-1] / d psi[k]||: (K,)."""
        return np.linalg.norm(self.factors, 2, axis=(-2, -1))

    @property
    def bound(self) -> np.ndarray:
        """||Q|| + ||diag(g_cs)||, which the factor's norm never exceeds (181): (K,)."""
        return self.rest_norms + self.gate_norms

    def bound_by_lag(self) -> np.ndarray:
        """The product of (181) over the last 0, 1, .. K-1 steps: (K,). It bounds the product (180),
        not the exact transport (errata 24)."""
        with np.errstate(over="ignore"):
            return np.concatenate([[1.0], np.cumprod(self.bound[:0:-1])])


def split(rec: Recording) -> Split:
    """The two parts of every step's factor. ``rec`` has no batch axis.

    Raises: ValueError. Source: document 000, Eq 179 with errata 25; the factor comes from the cell's
    own backward step.
    """
    responses = StepResponses(checked_recording(rec, batch=False))
    gates = responses.direct_state
    rest = one_step(responses).swapaxes(-1, -2).copy()
    diagonal = np.arange(gates.shape[-1])
    rest[:, diagonal, diagonal] -= gates
    return Split(rest, gates)


def rest_bound(rec: Recording) -> np.ndarray:
    """A bound on ||Q(k-1, k)|| from the norms of the weights and the ranges of the signals: (K,).

    For the Vanilla LSTM it is (1 + |W_s_cr|/4) ((|W_v_cu| + S |W_v_cs|)/4 + |W_v_du|)
    + (|W_s_cu| + S |W_s_cs|)/4 with S = max|s[k-1]| (errata 28): every path from s[k-1] to s[k] in the
    wiring, a weight by its 2-norm, a warp by its steepest slope, gates and candidates by 1, anything
    else by its largest entry in the run. ``rec`` has no batch axis.

    Raises: ValueError, also where the cell does not declare how one of its signals is made.
    """
    cell = checked_recording(rec, batch=False).cell
    before = f"{cell.state}'"
    with quiet():  # a bound may be infinite
        bound = _gain(rec, cell.state, before, beside=True)
        for name in cell.carried:
            if name != cell.state:
                inside = _gain(rec, name, cell.state)
                inside = np.concatenate([inside[:1], inside[:-1]])  # that of step k-1
                bound = bound + inside * _gain(rec, cell.state, f"{name}'")
    return bound


def _gain(rec: Recording, factor: str, origin: str, beside: bool = False) -> np.ndarray:
    """A bound on the norm of d factor / d origin within a step, (K,): both as the tables write them,
    ``z`` or ``z'``. ``beside``: without the origin itself as a factor of the sum."""
    cell, none = rec.cell, np.zeros(len(rec))
    if factor == origin:
        return none + 1
    signal = cell.signals.get(signal_of(factor))
    if signal is None:  # the input
        return none
    if factor.endswith("'"):  # what is carried is independent, what follows it is its warp
        if signal.name in cell.carried:
            return none
        return STEEPEST[signal.warp] * _gain(rec, f"{signal.of}'", origin)
    if signal.warp:
        return STEEPEST[signal.warp] * _gain(rec, signal.of, origin)
    total = none
    for param in cell.params.values():
        if param.dest == signal.name and param.source:
            through = _gain(rec, param.source + param.lag * "'", origin)
            if through.any():
                total = total + np.linalg.norm(rec.theta[param.name], 2) * through
    for term in _products(cell, signal):
        for i, name in enumerate(term):
            if beside and name == origin:
                continue
            others = [_size(rec, other) for other in (*term[:i], *term[i + 1 :])]
            total = total + _gain(rec, name, origin) * np.prod([none + 1, *others], axis=0)
    return total


def _products(cell: Cell, signal: Signal) -> list[list[str]]:
    """The products of signals that a signal is a sum of, each as its factors."""
    if signal.name in cell.products:
        return [term.split() for term in cell.products[signal.name]]
    if not signal.terms:
        raise ValueError(f"{cell.title} does not declare what {signal.name} is made of (terms)")
    return [term.split() for term in signal.terms.split(" + ")]


def _size(rec: Recording, factor: str) -> np.ndarray:
    """What an entry of a factor is at most, at every step: (K,). A gate or candidate counts as 1."""
    largest = np.abs(rec.factor(factor)).max(-1)
    return np.maximum(largest, 1) if rec.cell.signals[signal_of(factor)].warp else largest


@dataclass(frozen=True)
class Roles:
    """Which signals of a cell are the gates of its state, of its update and of its readout."""

    state_gate: str
    update_gate: str
    candidate: str
    readout: str
    readout_gate: str


def roles(cell: Cell) -> Roles:
    """The gates of a cell, read from its wiring: s = g_cs s' + g_cu u, then g_cr r with r = G_d(s).

    Raises: ValueError for a cell that is not made so.
    """
    checked_cell(cell)
    found: dict[str, str] = {}
    readouts = [signal.name for signal in cell.declared if signal.of == cell.state]
    for signal in cell.declared:
        for term in signal.terms.split(" + "):
            names = term.split()
            gates = [n for n in names if n in cell.signals and cell.signals[n].kind == "gate"]
            others = [n for n in names if n not in gates]
            if len(gates) != 1 or len(others) != 1:
                continue
            if signal.name == cell.state and others[0] == f"{cell.state}'":
                found["state_gate"] = gates[0]
            elif signal.name == cell.state:
                found |= {"update_gate": gates[0], "candidate": others[0]}
            elif others[0] in readouts:
                found |= {"readout": others[0], "readout_gate": gates[0]}
    missing = [name for name in Roles.__dataclass_fields__ if name not in found]
    if missing:
        words = ", ".join(missing).replace("_", " ")
        raise ValueError(
            f"the conditions are about a gated state, update and readout; {cell.title} has no {words}"
        )
    return Roles(**found)


def conditions(rec: Recording) -> dict[str, np.ndarray]:
    """At which steps k each of the listed conditions is met that are to make ||Q(k-1, k)|| < 1: "a" to
    "f", (K,) each, in the order of the source. ``rec`` has no batch axis.

    a  |W_s_cu|, |W_v_cu|, |W_s_cs|, |W_v_cs| < 1/2 and |W_v_du| < 1
    b  the state saturates the readout, |W_s_cr|, |W_s_cu|, |W_s_cs| < 1/2
    c  the state saturates the readout, a_cr saturates its gate, |W_s_cu|, |W_s_cs| < 1/2
    d  the readout gate is shut, |W_s_cu|, |W_s_cs| < 1/2
    e  a_cu, a_cs and a_du saturate their warps
    f  the update gate and the state gate are shut

    b to d speak of step k-1, e and f of step k; every unit counts. A warp is saturated where its slope
    is at most ``SATURATED`` of its steepest, or where its value is held, so that it passes no error; a
    gate is shut at most at ``SHUT``. At k = 0 there is no step before, and none is met.
    Raises: ValueError. Source: document 000, Section VI-J, between (181) and (182); errata 28.
    """
    gate = roles(checked_recording(rec, batch=False).cell)
    state, value = rec.cell.state, rec.cell.output
    update, keep, read = gate.update_gate, gate.state_gate, gate.readout_gate
    W_s_cu, W_s_cs = (_weight(rec, f"{state}'", node) for node in (update, keep))
    W_v_cu, W_v_cs = (_weight(rec, f"{value}'", node) for node in (update, keep))
    W_v_du, W_s_cr = _weight(rec, f"{value}'", gate.candidate), _weight(rec, state, read)
    small = max(W_s_cu, W_s_cs) < 1 / 2
    flat, flat_gate, shut = (
        _at_step_before(met)
        for met in (_saturated(rec, gate.readout), _saturated(rec, read), _shut(rec, read))
    )
    all_small = small and max(W_v_cu, W_v_cs) < 1 / 2 and W_v_du < 1
    met = {
        "a": np.full(len(rec), all_small),
        "b": flat & (small and W_s_cr < 1 / 2),
        "c": flat & flat_gate & small,
        "d": shut & small,
        "e": _saturated(rec, update) & _saturated(rec, keep) & _saturated(rec, gate.candidate),
        "f": _shut(rec, update) & _shut(rec, keep),
    }
    for steps in met.values():
        steps[0] = False
    return met


def _weight(rec: Recording, factor: str, dest: str) -> float:
    """The 2-norm of the weight from a factor to what a signal is the warp of; 0 where there is none."""
    node = rec.cell.signals[dest].of or dest
    wires = rec.cell.wiring.get((signal_of(factor), factor.count("'")), {})
    return float(np.linalg.norm(rec.theta[wires[node]], 2)) if node in wires else 0.0


def _saturated(rec: Recording, name: str) -> np.ndarray:
    """Where all units of a warp are flat: (K,)."""
    signal = rec.cell.signals[name]
    if not signal.warp:
        return np.zeros(len(rec), bool)
    slope = warp_slope(signal, rec[name])
    if (free := rec.clamps.free(name)) is not None:
        slope = slope * free
    return (np.abs(slope) <= SATURATED * STEEPEST[signal.warp]).all(-1)


def _shut(rec: Recording, name: str) -> np.ndarray:
    return (np.abs(rec[name]) <= SHUT).all(-1)


def _at_step_before(met: np.ndarray) -> np.ndarray:
    return np.concatenate([[False], met[:-1]])
