"""The declared tables of a cell: its signals, its accumulation nodes, and the wiring read from them.

A node's right-hand side is written once, in the notation of the source, for example
``"W_x_cu x + W_s_cu s' + W_v_cu v' + b_cu"``: a parameter followed by the signal that it weights,
a prime for the previous step, a lone parameter for a bias. Parameter shapes, parameter gradients,
TeX and the fused matrix products are all derived from it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

INPUT = "x"


@dataclass(frozen=True)
class Signal:
    """One recorded signal of a cell.

    ``kind`` is one of ``accumulation``, ``gate``, ``candidate``, ``state``, ``readout``, ``value``.
    ``of`` names the signal that this one is the warp of: ``sigmoid`` for a gate unless ``warp``
    says otherwise. ``terms`` writes a signal that is neither node nor warp as a sum of products,
    for example ``g_cs s' + g_cu u``.
    ``gradient`` is the source's name of dE/d(signal); ``torch`` the framework's name of the signal.
    """

    name: str
    kind: str
    meaning: str
    equation: str
    gradient: str = ""
    gradient_equation: str = ""
    torch: str = ""
    of: str = ""
    warp: str = ""
    terms: str = ""
    size: str = "d_s"

    def __post_init__(self) -> None:
        if self.of and not self.warp:
            object.__setattr__(self, "warp", "sigmoid")

    @property
    def tex(self) -> str:
        return tex_name(self.name)


@dataclass(frozen=True)
class Node:
    """One accumulation node: ``name = terms``, its equation, and the equations of the parameter
    gradients in the order of the terms (``-`` where the source prints none)."""

    name: str
    terms: str
    equation: str
    gradients: str


@dataclass(frozen=True)
class Param:
    """One parameter and the wire that it weights: ``source`` (at ``lag``) -> node ``dest``.

    A bias has no source. ``shape`` is in symbols, for example ``("d_s", "d_x")``.
    """

    name: str
    shape: tuple[str, ...]
    source: str | None
    lag: int
    dest: str
    equation: str
    gradient_equation: str

    @property
    def tex(self) -> str:
        return tex_name(self.name)

    @property
    def is_bias(self) -> bool:
        return self.source is None


def read_params(nodes: tuple[Node, ...], size_of: dict[str, str]) -> dict[str, Param]:
    """Every parameter that the nodes' terms name, in the order in which they are written."""
    params: dict[str, Param] = {}
    for node in nodes:
        for term, gradient in zip(node.terms.split(" + "), node.gradients.split(), strict=True):
            weight, _, factor = term.partition(" ")
            source = factor.rstrip("'") or None
            shape = (size_of[node.name],) + ((size_of[source],) if source else ())
            params[weight] = Param(
                name=weight,
                shape=shape,
                source=source,
                lag=factor.count("'"),
                dest=node.name,
                equation=node.equation,
                gradient_equation=gradient.strip("-"),
            )
    return params


GREEK = {"theta", "psi", "chi", "rho", "gamma", "alpha"}


def tex_name(name: str) -> str:
    r"""TeX of an ASCII name: ``W_x_cu`` -> ``W_{x_{cu}}``, ``g_cs`` -> ``\vec{g}_{cs}``."""
    symbol, *subscripts = name.split("_")
    head = "\\" + symbol if symbol in GREEK else symbol
    if symbol != "W":
        head = rf"\vec{{{head}}}"
    for part in subscripts:
        head += "_{" + part
    return head + "}" * len(subscripts)


def tex_terms(terms: str) -> str:
    """TeX of a node's right-hand side, with ``[n]`` and ``[n-1]`` for the steps."""
    pieces = []
    for term in terms.split(" + "):
        weight, _, factor = term.partition(" ")
        match = re.fullmatch(r"(\w+)('*)", factor)
        piece = tex_name(weight)
        if match:
            lag = len(match[2])
            piece += rf"\,{tex_name(match[1])}[n{f'-{lag}' if lag else ''}]"
        pieces.append(piece)
    return " + ".join(pieces)
