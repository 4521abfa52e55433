"""What flows through every node and wire of a cell: values forward, errors backward."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, reduce
from operator import add, mul

import numpy as np

from lstm_core.analysis.jacobians import StepResponses
from lstm_core.analysis.norms import largest_singular_values
from lstm_core.arrays import quiet
from lstm_core.backpropagate import pass_on, warp_slope
from lstm_core.checks import checked_gradients, checked_recording
from lstm_core.overflow import check_result
from lstm_core.records import Gradients, Recording
from lstm_core.wires import NAMED, Graph, GraphNode, Wire, wires

Columns = dict[str, slice]


@dataclass(frozen=True, eq=False)
class Flows:
    """The flow through every node and wire of ``graph``, by name: (K, d) each.

    ``forward``: a node's value; for a weighted wire the term that it adds to its accumulation, for
    any other the value of its source. ``backward``: a node's total derivative; for a wire the error
    that it brings back to its source. So everything that leaves a signal's node adds up to the
    signal's total derivative, but for an explicit part at a signal other than the output.

    What is the same array in the recording, in the gradients or in another entry is not copied.
    """

    graph: Graph
    forward: dict[str, np.ndarray] = field(repr=False)
    backward: dict[str, np.ndarray] = field(repr=False)

    @cached_property
    def arrays(self) -> list[np.ndarray]:
        """All different arrays, to be packed side by side: ``np.concatenate(flows.arrays, 1)``."""
        both = (*self.forward.values(), *self.backward.values())
        return list({id(array): array for array in both}.values())

    @cached_property
    def columns(self) -> tuple[Columns, Columns]:
        """Where the packed arrays hold every node and wire: forward, backward. They depend on the
        cell and on the widths, not on the numbers."""
        places, start = {}, 0
        for array in self.arrays:
            places[id(array)] = slice(start, start := start + array.shape[1])
        forward, backward = (
            {name: places[id(array)] for name, array in flow.items()}
            for flow in (self.forward, self.backward)
        )
        return forward, backward


def flows(rec: Recording, back: Gradients) -> Flows:
    """The forward and the backward flow through every node and wire of ``wires(rec.cell)``.

    Args:
        rec: a recording without a batch axis.
        back: its gradients. With clipped accumulations nothing adds up: they are no gradients then.

    Raises: ValueError for a recording with a batch axis, or gradients of another one.
    """
    checked_recording(rec, batch=False)
    if checked_gradients(back).recording is not rec:
        raise ValueError("back must be the gradients of rec; it is those of another recording")
    graph = wires(rec.cell)
    with quiet():
        forward = _forward(graph, rec)
        backward = _backward(graph, back, forward)
    for name, flow in (*forward.items(), *backward.items()):
        check_result(f"The flow through {name}", flow, "take smaller weights or a smaller error")
    return Flows(graph, forward, backward)


def _forward(graph: Graph, rec: Recording) -> dict[str, np.ndarray]:
    values: dict[str, np.ndarray] = {}
    for name, node in graph.nodes.items():
        values[name] = _value(node, [values[w.source] for w in graph.arriving[name]], rec)
    for wire in graph.wires.values():
        values[wire.name] = values[wire.source]
        if _is_weighted(wire):
            values[wire.name] = rec.read(wire.param) @ rec.products.matrix(wire.param).T
    return values


def _value(node: GraphNode, arriving: list[np.ndarray], rec: Recording) -> np.ndarray:
    """A node's value; ``arriving``: those of what its wires come from."""
    if node.kind == "before":
        return rec.previous(node.signal)
    if node.kind == "bias":
        bias = rec.theta[node.name]
        return np.broadcast_to(bias, (len(rec), *bias.shape))
    if node.kind == "times":
        return reduce(mul, arriving)
    if node.kind == "plus":
        return reduce(add, arriving)
    if node.kind == "complement":
        return 1 - arriving[0]
    return rec[node.signal]


def _backward(
    graph: Graph, back: Gradients, forward: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """From the last node to the first: a node's error is known when its wires bring it back."""
    errors: dict[str, np.ndarray] = {}
    exits = []
    for name, node in reversed(graph.nodes.items()):
        if node.kind in ("after", "loss"):
            exits.append(node)
            continue
        if node.kind in NAMED:
            errors[name] = back.of(name)
        else:
            errors[name] = reduce(add, [errors[wire.name] for wire in graph.leaving[name]])
        passed = _passed(node, errors[name], back)
        for wire in graph.arriving[name]:
            errors[wire.name] = _brought_back(wire, node, passed, graph, back, forward)
    for node in exits:
        (wire,) = graph.arriving[node.name]
        error = back.explicit[node.signal] if node.kind == "loss" else _next_row(errors, node)
        errors[node.name] = errors[wire.name] = error
    return errors


def _passed(node: GraphNode, error: np.ndarray, back: Gradients) -> np.ndarray:
    """What a node passes on to what it is made of: nothing where it is forced."""
    rec = back.recording
    if node.kind == "sum":
        return back.alphas[:, rec.products.all_columns[node.name]]
    if node.kind in NAMED:  # an array of its own, so that clamps don't change what is packed where
        return pass_on(rec, node.name, error[:])
    return error


def _brought_back(
    wire: Wire,
    node: GraphNode,
    passed: np.ndarray,
    graph: Graph,
    back: Gradients,
    forward: dict[str, np.ndarray],
) -> np.ndarray:
    """The error that a wire brings from ``node``, its end, back to its source."""
    if _is_weighted(wire):
        return _to_source(wire.param, passed, back.recording)
    if node.kind == "warp":
        return passed * warp_slope(back.recording.cell.signals[node.name], forward[node.name])
    if node.kind == "times":
        others = [forward[w.source] for w in graph.arriving[node.name] if w is not wire]
        return reduce(mul, others, passed)
    return -passed if node.kind == "complement" else passed


def _to_source(param: str, error: np.ndarray, rec: Recording) -> np.ndarray:
    """W^T alpha, (K, d_source); through a window, at every sample that it reads."""
    read = error @ rec.products.matrix(param)
    return rec.products.from_windows(read) if rec.cell.params[param].is_window else read


def _next_row(errors: dict[str, np.ndarray], node: GraphNode) -> np.ndarray:
    """What step n+1 brings back to a signal; 0 at the last step."""
    before = errors[f"{node.signal}'"]
    return np.concatenate([before[1:], np.zeros_like(before[:1])])


def _is_weighted(wire: Wire) -> bool:
    return wire.param != "" and wire.param != wire.source  # a bias is its own source


def step_factors(rec: Recording) -> dict[tuple[str, str], np.ndarray]:
    """The 2-norm of d to[n] / d from[n-1] for every pair (from, to) of carried signals: (K,) each.

    These are the blocks of ``step_jacobians``, an edge each in a picture of the unrolled cell.
    Raises: ValueError for a recording with a batch axis or on a torch graph.
    """
    responses = StepResponses(checked_recording(rec, batch=False))
    jacobians, carried = responses.jacobians, responses.carried
    blocks = {(a, b): jacobians[:, carried[b], carried[a]] for a in carried for b in carried}
    norms: dict[tuple[str, str], np.ndarray] = {}
    for shape in {block.shape for block in blocks.values()}:  # all of one shape at once
        pairs = [pair for pair, block in blocks.items() if block.shape == shape]
        together = np.concatenate([blocks[pair] for pair in pairs])
        norms |= zip(pairs, largest_singular_values(together).reshape(len(pairs), -1), strict=True)
    return {pair: norms[pair] for pair in blocks}
