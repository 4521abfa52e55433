"""The seam that every cell fills: declared tables, one step forward, the same step backward."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from lstm_core.signals import INPUT, Node, Param, Signal, is_product, read_params, signal_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from lstm_core.records import Recording
    from lstm_core.step_tools import BackwardTools, ForwardTools

    Through = Callable[[str, Any], Any]


class Cell:
    """One recurrent cell: what it declares, and one step of it in both directions.

    Class attributes to set: ``name``, ``title``, ``source``, ``sizes`` (size -> meaning),
    ``declared`` (its signals: the nodes, then their warps, both in the order of ``nodes``, then the
    rest in the order of computation), ``nodes``,
    ``carried`` (the coordinates of what a step hands to the next one), ``state``, ``output``, and
    ``totals`` (the signals that are no nodes and whose gradients ``step_back`` returns).
    A signal that the next step reads and that is not carried must be the declared warp of one that is.
    Where a size has a natural value, ``defaults`` has it, a number or the size whose value it takes;
    ``at_most`` names the size that one may not exceed.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    source: ClassVar[str]
    sizes: ClassVar[dict[str, str]]
    defaults: ClassVar[dict[str, int | str]] = {}
    at_most: ClassVar[dict[str, str]] = {}
    declared: ClassVar[tuple[Signal, ...]]
    nodes: ClassVar[tuple[Node, ...]]
    carried: ClassVar[tuple[str, ...]]
    state: ClassVar[str]
    output: ClassVar[str]
    totals: ClassVar[tuple[str, ...]]

    @cached_property
    def signals(self) -> dict[str, Signal]:
        """The recorded signals by name, in the order of their computation."""
        return {signal.name: signal for signal in self.declared}

    @cached_property
    def params(self) -> dict[str, Param]:
        """The parameters by name, Theta (49), (123), derived from the nodes."""
        return read_params(self.nodes, self.size_of)

    @cached_property
    def size_of(self) -> dict[str, str]:
        """The size (a symbol such as ``d_s``) of every signal and of the input (125)."""
        return {INPUT: "d_x"} | {signal.name: signal.size for signal in self.declared}

    @cached_property
    def warp_of(self) -> dict[str, Signal | None]:
        """The warp of every node, by the node's name."""
        of = {signal.of: signal for signal in self.declared if signal.warp}
        return {node.name: of.get(node.name) for node in self.nodes}

    @cached_property
    def products(self) -> dict[str, tuple[str, ...]]:
        """For every node its terms that are products of signals, such as ``g_cx xi_du``."""
        return {
            node.name: tuple(t for t in node.terms.split(" + ") if is_product(t, self.size_of))
            for node in self.nodes
        }

    @cached_property
    def ahead(self) -> tuple[str, ...]:
        """The nodes that are known at all steps before the first: they read the input alone, and
        are themselves read in products of other nodes only."""
        factors = [f for terms in self.products.values() for term in terms for f in term.split()]
        elsewhere = {param.source for param in self.params.values()} | {*self.arrivals}
        elsewhere |= {signal_of(f) for f in factors if f != signal_of(f)}
        elsewhere |= {signal.of for signal in self.declared}
        elsewhere |= {signal_of(f) for signal in self.declared for f in signal.terms.split()}
        return tuple(
            node.name
            for node in self.nodes
            if node.name in factors
            and node.name not in elsewhere
            and not self.products[node.name]
            and all(p.source in (INPUT, None) for p in self.params.values() if p.dest == node.name)
        )

    @cached_property
    def others(self) -> tuple[str, ...]:
        """The signals that are neither nodes nor warps of nodes: what ``step`` returns."""
        warps = [warp.name for warp in self.warp_of.values() if warp]
        return tuple(n for n in self.signals if n not in self.warp_of and n not in warps)

    @cached_property
    def gradient_names(self) -> dict[str, str]:
        """The source's name of a gradient -> the signal that it is the derivative for."""
        greek = {signal.gradient: signal.name for signal in self.declared if signal.gradient}
        return greek | {"psi": self.state, "chi": self.output}

    @cached_property
    def torch_names(self) -> dict[str, str]:
        """The framework's name of a signal, such as f -> ours."""
        return {signal.torch: signal.name for signal in self.declared if signal.torch}

    @cached_property
    def lagged(self) -> tuple[str, ...]:
        """The signals that the next step reads: the carried ones, then the others in the wiring."""
        read = (param.source for param in self.params.values() if param.lag)
        return tuple(dict.fromkeys((*self.carried, *(name for name in read if name))))

    @cached_property
    def params_of_shape(self) -> dict[tuple[str, ...], list[str]]:
        """The parameters by their declared shape."""
        names: dict[tuple[str, ...], list[str]] = {}
        for param in self.params.values():
            names.setdefault(param.shape, []).append(param.name)
        return names

    @cached_property
    def windows(self) -> frozenset[str]:
        """The parameters of windows over the input."""
        return frozenset(name for name, param in self.params.items() if param.is_window)

    @cached_property
    def wiring(self) -> dict[tuple[str | None, int], dict[str, str]]:
        """For every source and lag (no source: a bias), node -> the parameter that leads there."""
        wires: dict[tuple[str | None, int], dict[str, str]] = {}
        for param in self.params.values():
            wires.setdefault((param.source, param.lag), {})[param.dest] = param.name
        return wires

    @cached_property
    def late(self) -> tuple[str, ...]:
        """The parameters that read a signal of the very step that their node belongs to."""
        return tuple(
            name
            for name, param in self.params.items()
            if param.lag == 0 and param.source not in (INPUT, None)
        )

    @cached_property
    def arrivals(self) -> tuple[str, ...]:
        """The signals through which an error enters a step."""
        return tuple(dict.fromkeys((*self.lagged, self.state, self.output)))

    def step(
        self, warped: list[Any], before: tuple[Any, ...], tools: ForwardTools
    ) -> tuple[Any, ...]:
        """One step forward.

        ``warped``: the declared warp of every node, in the order of the nodes (its value where it
        has none), from the declared wiring; that of a node which reads a signal of this very step
        comes from ``tools.late``, of one with a product of signals from ``tools.plus``.
        They are overwritten in the next step: return what is computed from them, not themselves.
        The nodes in ``ahead`` are left out: ``tools.ahead`` has them.
        ``before``: the ``lagged`` signals of the previous step. Returns the signals that are
        neither nodes nor their warps, in declared order, each passed through ``tools.keep``.
        """
        raise NotImplementedError

    def local(self, rec: Recording, slope: dict[str, Any], through: Through) -> tuple[Any, ...]:
        """The local derivatives that ``step_back`` needs, for all steps at once.

        ``slope``: the derivative of every warped signal; ``through(name, array)`` is zero where
        the signal is forced. Returns arrays (K, [B,] d).
        """
        raise NotImplementedError

    def step_back(
        self,
        local: tuple[Any, ...],
        arriving: list[Any],
        alphas: tuple[Any, ...],
        tools: BackwardTools,
    ) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        """One step backward: it fills in ``alphas``, the total derivatives for the nodes.

        ``local``: the local derivatives of this step; ``arriving``: the error that reaches
        ``arrivals`` from outside and from the next step; ``alphas``: a row for every node that is
        not ``ahead``, in their order, to be set by ``tools.product`` or ``tools.total`` (the next
        step overwrites them: return none of them). Returns the total derivatives for the signals
        in ``totals`` and, for each lagged signal, what flows to the previous step beside the
        weights (``None``: nothing).
        """
        raise NotImplementedError

    def inner_gradients(self, rec: Recording, passed: dict[str, Any]) -> dict[str, Any]:
        """The total derivatives for the other signals, for all steps at once, from those that
        ``step_back`` returned as far as they pass on to what the signals were made of."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"<cell {self.name}>"
