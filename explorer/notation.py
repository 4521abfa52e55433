"""Symbols as HTML, in the paper's notation or the framework's."""

from __future__ import annotations

import re
from functools import cache
from html import escape

import numpy as np

import lstm_core as lc
from lstm_core.substitute import Line, Term, step_in_numbers

NOTATIONS = {"paper": "Paper", "framework": "PyTorch"}
GREEK = {"theta": "θ", "psi": "ψ", "chi": "χ", "xi": "ξ"}
WARPS = {
    "paper": {"sigmoid": "G<sub>c</sub>", "tanh": "G<sub>d</sub>"},
    "framework": {"sigmoid": "σ", "tanh": "tanh"},
}


def symbol(cell: lc.Cell, name: str, notation: str = "paper") -> str:
    """A signal's or parameter's name as HTML, with its meaning on hover."""
    if name.startswith("(1-"):
        return f"(1 − {symbol(cell, name[3:-1], notation)})"
    signal = cell.signals.get(name)
    shown = signal.torch if signal and notation == "framework" and signal.torch else name
    meaning = signal.meaning if signal else ""
    warp = cell.warp_of.get(name)
    if notation == "framework" and signal and signal.kind == "accumulation" and warp and warp.torch:
        shown = f"a_{warp.torch}"
    if name in cell.params:
        shape = " × ".join(cell.params[name].shape)
        meaning = f"parameter, {shape}"
        if notation == "framework":
            shown = framework_weight(cell, name)
    head, *rest = shown.split("_")
    subscript = "".join(f"<sub>{escape(part)}</sub>" for part in [" ".join(rest)] if part)
    return f'<i title="{escape(meaning)}">{escape(GREEK.get(head, head))}{subscript}</i>'


def framework_weight(cell: lc.Cell, name: str) -> str:
    """The framework's name of a parameter: W_ii for W_x_cu; W_s_* exist in the paper only."""
    param = cell.params[name]
    readers = [
        node for node, terms in cell.products.items() if param.dest in " ".join(terms).split()
    ]
    warp = cell.warp_of[readers[0] if readers else param.dest]
    gate = warp.torch if warp and warp.torch else name.rpartition("_")[2]
    if param.source is None:
        return f"b_{gate}"
    sources = {"x": "i", cell.output: "h", cell.state: "c"}
    return f"W_{sources.get(param.source, param.source)}{gate}"


@cache
def step_template(cell: lc.Cell, notation: str) -> str:
    """The equations of a step with a place for every number, which the browser fills."""
    theta = {name: np.zeros([1] * len(param.shape)) for name, param in cell.params.items()}
    lines = step_in_numbers(lc.unroll(cell, theta, np.zeros((1, 1))), 0, 0)
    body = "".join(equation(cell, line, notation) for line in lines)
    return re.sub(r'(data-of="[^>]*>)[^<]*', r"\1", body)


def equation(cell: lc.Cell, line: Line, notation: str) -> str:
    """One equation of a step: its number, its symbols, and the numbers in their place. Every number
    stands in an element that names it, for the browser to follow the cursor."""
    left = symbol(cell, line.signal.name, notation)
    terms = " + ".join(_symbols(cell, term, notation) for term in line.terms)
    numbers = " ".join(_numbers(term, later=i > 0) for i, term in enumerate(line.terms))
    if line.warp:
        warp = WARPS[notation][line.warp]
        terms, numbers = f"{warp}({terms})", f"{warp}({numbers})"
    steps = f'<br><span class="numbers">= {numbers} =</span>' if line.terms else " ="
    left = f"{left} = {terms}" if line.terms else left
    clamped = ' <span class="clamped">clamped</span>' if line.clamped else ""
    number = f"({line.equation})" if line.equation else ""
    return (
        f'<div class="eq"><span class="no">{number}</span><span>{left}{steps}'
        f' <b data-of="{line.signal.name}">{value(line.value)}</b>{clamped}</span></div>'
    )


def value(number: float) -> str:
    """A number to four significant digits, with a true minus sign."""
    return f"{number:.4g}".replace("-", "−")


def tex(number: float) -> str:
    """A number to three significant digits, as TeX."""
    mantissa, _, exponent = f"{number:.3g}".partition("e")
    return rf"{mantissa}\times 10^{{{int(exponent)}}}" if exponent else mantissa


def _symbols(cell: lc.Cell, term: Term, notation: str) -> str:
    names = [symbol(cell, name, notation) + ("′" if lag else "") for name, lag in term.factors]
    param = cell.params.get(term.factors[0][0])
    between = " · " if param is None else " ∗ " if param.is_window else " "
    return between.join(names)


def _numbers(term: Term, later: bool) -> str:
    """A term's numbers: a lone one behind its sign, the factors of a product in brackets if negative."""
    if len(term.numbers) == 1:
        (number,) = term.numbers
        sign = ("− " if number < 0 else "+ ") if later else ""
        text = sign + value(abs(number)) if later else value(number)
        look = ' data-as="later"' if later else ""
        return f'<span data-of="{term.names[0]}"{look}>{text}</span>'
    factors = " · ".join(
        f'<span data-of="{name}" data-as="factor">{value(x) if x >= 0 else f"({value(x)})"}</span>'
        for name, x in zip(term.names, term.numbers, strict=True)
    )
    return f"+ {factors}" if later else factors
