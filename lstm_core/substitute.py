"""The equations of one step with the recorded numbers in place of the symbols, for one unit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lstm_core.records import Recording
from lstm_core.signals import Node, Signal, is_product


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
            terms = _accumulated(rec, nodes[name], n, unit)
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


def _accumulated(rec: Recording, node: Node, n: int, unit: int) -> tuple[Term, ...]:
    terms = []
    for text in node.terms.split(" + "):
        if is_product(text, rec.cell.size_of):
            terms.append(_product(rec, text, n, unit))
            continue
        param = rec.cell.params[text.split()[0]]
        row = rec.products.matrix(param.name)[unit]
        if param.source is None:
            terms.append(Term(((param.name, 0),), (param.name,), (float(row),), float(row)))
            continue
        value = float(np.dot(row, rec.read(param.name)[n]))
        factors = ((param.name, 0), (param.source, param.lag))
        terms.append(Term(factors, (param.name,), (value,), value))
    return tuple(terms)


def _product(rec: Recording, text: str, n: int, unit: int) -> Term:
    factors = []
    names = []
    numbers = []
    for symbol in text.split():
        factors.append((symbol.rstrip("'"), symbol.count("'")))
        names.append(symbol.replace("(", "").replace(")", ""))
        numbers.append(float(rec.factor(symbol)[n, unit]))
    return Term(tuple(factors), tuple(names), tuple(numbers), float(np.prod(numbers)))
