"""The declared tables of a cell: its signals, its accumulation nodes, and the wiring read from them.

A node's right-hand side is written once, in the notation of the source, for example
``"W_x_cu x + W_s_cu s' + W_v_cu v' + b_cu"``: a parameter followed by the signal that it weights,
a prime for the previous step, a lone parameter for a bias. ``"W_x_cu * x"`` is a window over the
input: sum over l of W_x_cu[l] x[n+l] (188). A term may also be a product of signals, without a
parameter: ``"g_cx xi_du"``. Parameter shapes, parameter gradients, TeX and the fused matrix products
are all derived from it.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

INPUT = "x"
TAPS = "L"  # the size of every window over the input
TORCH_NAMES = {  # other words for what the framework calls by a letter
    **dict.fromkeys(("forget", "forget_gate", "forgetgate"), "f"),
    **dict.fromkeys(("input", "input_gate", "inputgate"), "i"),
    **dict.fromkeys(("output_gate", "outputgate"), "o"),
    **dict.fromkeys(("cell", "cell_state", "cellstate"), "c"),
    **dict.fromkeys(("hidden", "hidden_state", "hiddenstate", "output"), "h"),
    **dict.fromkeys(("candidate", "cell_gate", "c_tilde"), "g"),
}


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
    gradients in the order of the terms (``-`` where the source prints none, and for a product of
    signals)."""

    name: str
    terms: str
    equation: str
    gradients: str


@dataclass(frozen=True)
class Param:
    """One parameter and the wire that it weights: ``source`` (at ``lag``) -> node ``dest``.

    A bias has no source. ``shape`` is in symbols, for example ``("d_s", "d_x")``; a window over the
    input has a matrix for each of its taps, ``("L", "d_s", "d_x")``.
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

    @property
    def is_window(self) -> bool:
        return len(self.shape) == 3


def signal_of(factor: str) -> str:
    """The signal in a factor: z of ``z``, ``z'``, ``(1-z)`` and ``(1-z)'``."""
    return factor.strip("()'").removeprefix("1-")


def is_product(term: str, signals: Container[str]) -> bool:
    """Whether a node's term is a product of signals: whether it begins with one."""
    return signal_of(term.split()[0]) in signals


def read_params(nodes: tuple[Node, ...], size_of: dict[str, str]) -> dict[str, Param]:
    """Every parameter that the nodes' terms name, in the order in which they are written."""
    params: dict[str, Param] = {}
    for node in nodes:
        for term, gradient in zip(node.terms.split(" + "), node.gradients.split(), strict=True):
            if is_product(term, size_of):
                continue
            weight, _, factor = term.partition(" ")
            taps = (TAPS,) if factor.startswith("* ") else ()
            factor = factor.removeprefix("* ")
            source = factor.rstrip("'") or None
            shape = (*taps, size_of[node.name]) + ((size_of[source],) if source else ())
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


GREEK = {"theta", "psi", "chi", "rho", "gamma", "alpha", "beta", "xi"}


def tex_name(name: str) -> str:
    r"""TeX of an ASCII name: ``W_x_cu`` -> ``W_{x_{cu}}``, ``g_cs`` -> ``\vec{g}_{cs}``."""
    symbol, *subscripts = name.split("_")
    head = "\\" + symbol if symbol in GREEK else symbol
    if symbol != "W":
        head = rf"\vec{{{head}}}"
    for part in subscripts:
        head += "_{" + part
    return head + "}" * len(subscripts)


def tex_terms(terms: str, signals: Container[str] = ()) -> str:
    """TeX of a node's right-hand side, with ``[n]`` and ``[n-1]`` for the steps; ``signals``: the
    names that are no parameters, where a term is a product of them."""
    pieces = []
    for term in terms.split(" + "):
        if is_product(term, signals):
            pieces.append(r" \odot ".join(_tex_at_step(factor) for factor in term.split()))
            continue
        weight, _, factor = term.partition(" ")
        between = " * " if factor.startswith("* ") else r"\,"
        factor = factor.removeprefix("* ")
        pieces.append(tex_name(weight) + (between + _tex_at_step(factor) if factor else ""))
    return " + ".join(pieces)


def _tex_at_step(factor: str) -> str:
    """TeX of a signal with its step; ``(1-z)`` in brackets."""
    lag = factor.count("'")
    name = f"{tex_name(signal_of(factor))}[n{f'-{lag}' if lag else ''}]"
    return rf"(1 - {name})" if factor.startswith("(1-") else name
