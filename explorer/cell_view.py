"""The animated schematic of a cell, and its unrolled view: what the browser draws them from."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import lstm_core as lc
from explorer import live, recording
from explorer.notation import GREEK, framework_weight, symbol
from explorer.remember import remembered
from lstm_core.analysis import flows, step_factors
from lstm_core.figures.schematic import schematic
from lstm_core.wires import GraphNode, Wire, new_parts, wires

ASSETS = Path(__file__).parent.parent / "assets" / "schematics"


DRAWINGS = {"none": "No drawing", "cell": "The cell", "unrolled": "Steps side by side"}


def place_drawing(
    kind: str, rec: lc.Recording, notation: str = "paper", before: lc.Cell | None = None
) -> None:
    """Where the drawing that was chosen stands, outside of the picture; it does not depend on numbers.
    What the cell has and ``before`` has not is marked."""
    if kind == "cell":
        cell_part(rec, notation, before)
    elif kind == "unrolled":
        live.place("unrolled", UNROLLED)


def fill_drawing(kind: str, back: lc.Gradients, unit: int = 0) -> None:
    """What the drawing shows: the picture sends the recording, and the factors between the steps."""
    if kind == "none":
        return
    rec = back.recording
    recording.send(rec.cell, flows(rec, back), unit)
    if kind == "unrolled":
        fill_unrolled(rec, back)


def cell_part(rec: lc.Recording, notation: str, before: lc.Cell | None = None) -> None:
    """The schematic of the cell that the page's recording is of, what is new since ``before`` marked."""
    sizes = {
        symbol: length
        for name, param in rec.cell.params.items()
        for symbol, length in zip(param.shape, rec.theta[name].shape, strict=True)
    }
    held = sorted(name for name, forced in rec.clamps.forced.items() if forced.all())
    fresh = sorted(new_parts(rec.cell, before)) if before else []
    drawn = _drawn(rec.cell, notation, tuple(sizes.items()))
    live.part("cell", "live/cell", {**drawn, "held": held, "fresh": fresh})


UNROLLED = "live/unrolled"


def fill_unrolled(rec: lc.Recording, back: lc.Gradients) -> None:
    """Some steps side by side; the edges between them are as strong as their one-step factors."""
    factors = {
        f"{source}->{dest}": [float(f"{norm:.6g}") for norm in norms]
        for (source, dest), norms in step_factors(rec).items()
    }
    loud = {name: np.abs(errors).max(1) > 0 for name, errors in back.explicit.items()}
    shown = {
        "carried": list(rec.cell.carried),
        "state": rec.cell.state,
        "output": rec.cell.output,
        "factors": factors,
        "norms": {
            GREEK.get(name, name): np.linalg.norm(back[name], axis=1).tolist()
            for name in ("psi", "chi")
        },
        "loss": {name: there.nonzero()[0].tolist() for name, there in loud.items()},
    }
    live.fill(UNROLLED, shown)


@cache
def places(name: str) -> dict[str, Any] | None:
    """The layout by hand of a cell, where there is one."""
    path = ASSETS / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


@remembered
def _drawn(cell: lc.Cell, notation: str, sizes: tuple[tuple[str, int], ...]) -> dict[str, Any]:
    """The drawing with words for every node and wire; the same whatever the numbers are."""
    graph, drawing = wires(cell), schematic(cell, places(cell.name)).as_dict()
    for box in drawing["boxes"]:
        box |= node_words(cell, graph.nodes[box["name"]], notation, dict(sizes))
    for wire in drawing["wires"]:
        wire |= wire_words(cell, graph.wires[wire["name"]], notation, dict(sizes))
        wire["signal"] = graph.nodes[wire["source"]].signal
    return {"title": cell.title, "state": cell.state, "carousel": _carousel(cell), **drawing}


def _carousel(cell: lc.Cell) -> list[str]:
    """The wires on which the state comes round without passing a weight or a squashing."""
    graph = wires(cell)
    before = f"{cell.state}'"
    if before not in graph.nodes:
        return []
    found: list[str] = []
    here = before
    while here != cell.state:
        onward = [w for w in graph.leaving[here] if graph.nodes[w.dest].kind in ROUND_ABOUT]
        onward = [w for w in onward if graph.nodes[w.dest].signal == cell.state and not w.param]
        if not onward:
            return []
        found.append(onward[0].name)
        here = onward[0].dest
    return found + [w.name for w in graph.leaving[here] if graph.nodes[w.dest].kind == "after"]


ROUND_ABOUT = ("times", "plus", "signal")


def node_words(
    cell: lc.Cell, node: GraphNode, notation: str, sizes: dict[str, int]
) -> dict[str, str]:
    """A node's symbol, what it means, its equation and shape, and the name of its error."""
    primes = "′" * node.lag
    if node.kind == "loss":
        error = "∂E/∂" + symbol(cell, cell.output, notation)
        return {"html": "<i>E</i>", "meaning": "where the explicit error enters", "error": error}
    if node.kind == "bias":
        shape = _shape(cell.params[node.name].shape, sizes)
        html = symbol(cell, node.name, notation)
        return {"html": html, "meaning": f"bias, {shape}", "error": "its gradient"}
    if node.kind == "input":
        meaning = f"input, d_x = {sizes['d_x']}"
        return {"html": "<i>x</i>", "meaning": meaning, "error": "∂E/∂x"}
    signal = cell.signals[node.signal]
    html = symbol(cell, signal.name, notation)
    words = {
        "times": f"product in {html} ({signal.equation})",
        "plus": f"sum that makes {html} ({signal.equation})",
        "complement": f"one minus {html}",
        "before": f"{signal.meaning} of the step before",
        "after": f"{signal.meaning}, on to the next step",
    }.get(node.kind)
    number = f" ({signal.equation})" if signal.equation else ""
    meaning = words or f"{signal.meaning}{number}, {_shape((signal.size,), sizes)}"
    gradient = f" ({signal.gradient_equation})" if signal.gradient_equation else ""
    error = _error_on(cell, signal.name, notation) + gradient
    return {"html": f"{html}{primes}", "meaning": meaning, "error": error}


def wire_words(cell: lc.Cell, wire: Wire, notation: str, sizes: dict[str, int]) -> dict[str, str]:
    """What a wire carries, its equation and shape, and what flows back through it."""
    graph = wires(cell)
    source, dest = graph.nodes[wire.source], graph.nodes[wire.dest]
    if not wire.param or source.kind == "bias":
        words = {node.name: node_words(cell, node, notation, sizes) for node in (source, dest)}
        html = words[source.name]["html"]
        if source.kind != "bias":
            html += f" → {words[dest.name]['html']}"
        return {"html": html, "meaning": words[source.name]["meaning"], "error": "error back"}
    param = cell.params[wire.param]
    weight = symbol(cell, wire.param, notation)
    primes = "′" * source.lag
    factor = "<i>x</i>" if source.kind == "input" else symbol(cell, source.signal, notation)
    shape = _shape(param.shape, sizes)
    equation = f" ({param.equation})" if param.equation else ""
    gradient = f"; its gradient: ({param.gradient_equation})" if param.gradient_equation else ""
    named = framework_weight(cell, wire.param) if notation == "framework" else wire.param
    return {
        "html": f"{weight}{' ∗' * param.is_window} {factor}{primes}",
        "meaning": f"term of {symbol(cell, param.dest, notation)}{equation}; {named}: {shape}{gradient}",
        "error": f"{weight}<sup>T</sup> {_error_on(cell, param.dest, notation)}",
    }


def _error_on(cell: lc.Cell, signal: str, notation: str) -> str:
    """The name of a signal's error."""
    named = [greek for greek, name in cell.gradient_names.items() if name == signal]
    return _greek(named[0]) if named else "∂E/∂" + symbol(cell, signal, notation)


def _shape(shape: tuple[str, ...], sizes: dict[str, int]) -> str:
    return " × ".join(f"{size} = {sizes.get(size, '?')}" for size in shape)


def _greek(name: str) -> str:
    letters = {"alpha": "α", "beta": "β", "gamma": "γ", "rho": "ρ", **GREEK}
    head, *rest = name.split("_")
    subscript = f"<sub>{' '.join(rest)}</sub>" if rest else ""
    return f"<i>{letters.get(head, head)}</i>{subscript}"
