"""The equations of one step with the recorded numbers in place of the symbols, for one unit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lstm_core.records import Recording
from lstm_core.signals import Signal


@dataclass(frozen=True)
class Term:
    """One summand: its symbols, each with its lag, and its value for the unit.

    ``(1-z)`` is the complement of signal z. ``names``: the numbers' names in the cell's graph, a
    weighted wire's for a weighted term, a node's for any other."""

    factors: tuple[tuple[str, int], ...]
    names: tuple[str, ...]
    numbers: tuple[float, ...]
    value: float


@dataclass(frozen=True)
class Line:
    """One equation at one step: signal = warp(argument) or a sum of terms."""

    signal: Signal
    equation: str
    warp: str
    terms: tuple[Term, ...]
    value: float
    clamped: bool


def step_in_numbers(rec: Recording, n: int, unit: int) -> list[Line]:
    """Every equation of step ``n`` for one unit, in the order of computation (126-136).

    A weight's term is its row's product with the whole source; a warp has one term, its argument;
    a sum of products shows both factors.
    """
    nodes = {node.name: node for node in rec.cell.nodes}
    lines = []
    for name, signal in rec.cell.signals.items():
        if name in nodes:
            terms = _weighted(rec, name, n, unit)
        elif signal.of:
            value = float(rec[signal.of][n, unit])
            terms = (Term(((signal.of, 0),), (signal.of,), (value,), value),)
        else:
            written = signal.terms.split(" + ") if signal.terms else []
            terms = tuple(_product(rec, text, n, unit) for text in written)
        forced = rec.clamps.forced.get(name)
        lines.append(
            Line(
                signal=signal,
                equation=nodes[name].equation if name in nodes else signal.equation,
                warp=signal.warp if signal.of else "",
                terms=terms,
                value=float(rec[name][n, unit]),
                clamped=bool(forced[n, unit]) if forced is not None else False,
            )
        )
    return lines


def _weighted(rec: Recording, node: str, n: int, unit: int) -> tuple[Term, ...]:
    terms = []
    for param in rec.cell.params.values():
        if param.dest != node:
            continue
        row = rec.theta[param.name][unit]
        if param.source is None:
            terms.append(Term(((param.name, 0),), (param.name,), (float(row),), float(row)))
            continue
        source = rec.previous(param.source)[n] if param.lag else rec[param.source][n]
        value = float(np.dot(row, source))
        factors = ((param.name, 0), (param.source, param.lag))
        terms.append(Term(factors, (param.name,), (value,), value))
    return tuple(terms)


def _product(rec: Recording, text: str, n: int, unit: int) -> Term:
    factors = []
    names = []
    numbers = []
    for symbol in text.split():
        name, lag = symbol.rstrip("'"), symbol.count("'")
        factors.append((name, lag))
        complement = name.startswith("(1-")
        signal = name[3:-1] if complement else name
        names.append(symbol.replace("(", "").replace(")", ""))
        value = float((rec.previous(signal) if lag else rec[signal])[n, unit])
        numbers.append(1 - value if complement else value)
    return Term(tuple(factors), tuple(names), tuple(numbers), float(np.prod(numbers)))
