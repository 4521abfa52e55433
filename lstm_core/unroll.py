"""The loop over time, forward: the only one."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

from lstm_core.arrays import arrays_for
from lstm_core.cells.base import Cell
from lstm_core.checks import checked_clamp, checked_initial, checked_theta, checked_x
from lstm_core.clamps import Clamps
from lstm_core.given import named
from lstm_core.overflow import check_signals
from lstm_core.products import Products
from lstm_core.records import Recording
from lstm_core.room import check_room
from lstm_core.signals import TAPS
from lstm_core.step_tools import ForwardTools


def unroll(
    cell: Cell,
    theta: Mapping[str, Any],
    x: Any,
    initial: Mapping[str, Any] | None = None,
    clamp: Mapping[str, Any] | None = None,
    dtype: Any = None,
) -> Recording:
    """Run a cell over a sequence and record every signal (document 000, Eq 126-136).

    Args:
        cell: one of ``CELLS``.
        theta: parameters by name; shapes as declared in ``cell.params``.
        x: input, (K, d_x) or (K, B, d_x), steps first: for (B, K, d_x), as a torch module with
            ``batch_first=True`` reads it, hand over ``x.swapaxes(0, 1)``. Tensors keep the result
            on the autograd graph.
        initial: values before step 0 by signal name, (d,) or (B, d); zero where absent. A readout
            that is the warp of the state follows the state unless it is given.
        clamp: signal name -> forced values: a number, (d,) per unit, (K, 1) per step, (K, d) or
            (K, B, d); NaN leaves an entry free.
        dtype: ``float32`` or ``float64`` (the default) for NumPy input.

    Arrays that are handed in are copied; those of the recording are read-only.

    Raises:
        ValueError, KeyError: naming the argument, what was expected and what came; or the first step
            and signal whose numbers leave the range of the type.
    """
    arrays = arrays_for([x, *named("theta", theta).values()], dtype)
    batch_first = getattr(theta, "batch_first", False)
    theta, sizes = checked_theta(cell, theta, arrays)
    x = checked_x(cell, x, sizes["d_x"], arrays, batch_first)
    steps = tuple(x.shape[:-1])
    widths = {name: sizes[signal.size] for name, signal in cell.signals.items()}
    check_room(
        f"unroll: the signals of {prod(steps)} steps",
        *steps,
        sum(widths.values()) + sizes["d_x"] * sizes.get(TAPS, 1),
        remedy="take fewer steps at a time, x[:K], or fewer units",
        itemsize=2 * arrays.itemsize,  # a step's rows, then all of them together
    )
    with arrays.quiet():
        start = checked_initial(cell, initial, widths, steps, arrays)
        forced = checked_clamp(cell, clamp, widths, steps, arrays)
        shapes = {name: (*steps, width) for name, width in widths.items()}
        clamps = Clamps(forced, shapes, arrays)
        products = Products(cell, theta, sizes, arrays)
        table, pieces = _run(products, clamps, x, tuple([start[name] for name in cell.lagged]))
    check_signals(cell, table, pieces, arrays)
    for value in (x, *theta.values(), *start.values()):
        arrays.sealed(value)
    return Recording(
        cell=cell,
        theta=theta,
        x=x,
        initial=start,
        follows=tuple(
            name for name in cell.lagged if name not in cell.carried and name not in (initial or {})
        ),
        clamps=clamps,
        products=products,
        table=table,
    )


def _run(
    products: Products, clamps: Clamps, x: Any, before: tuple[Any, ...]
) -> tuple[dict[str, Any], list[Any]]:
    """Every signal at all steps, and the arrays that hold them; ``before``: the lagged signals before
    step 0."""
    arrays, layout = products.arrays, products.layout
    external, ahead = _ahead(products, clamps, products.external(x))
    tools = ForwardTools(products, clamps, external.shape[1:], ahead)
    dot, added, step, start = arrays.dot, arrays.added, products.cell.step, tools.start
    warps, lagged = tools.warps, layout.lagged
    recurrent = [(i, weight) for i, weight in enumerate(products.lagged) if weight is not None]
    share = arrays.zeros(external.shape[1:])
    rows = []
    for n, nodes in enumerate(external):
        for i, weight in recurrent:
            nodes = added(nodes, dot(before[i], weight, share))
        others = step(start(n, nodes), before, tools)
        row = (tools.nodes, warps(), *others)
        rows.append(row)
        before = lagged(row)
    all_nodes, *pieces = zip(*rows, strict=True)
    values = [arrays.at_all_steps(piece) for piece in pieces]
    whole = [arrays.nodes_at_all_steps(external, all_nodes), *values]
    for value in (*whole, *ahead.values()):
        arrays.sealed(value)
    return layout.table(whole) | ahead, [*whole, *ahead.values()]


def _ahead(products: Products, clamps: Clamps, shares: Any) -> tuple[Any, dict[str, Any]]:
    """The input's share of a step's nodes at all steps, and the nodes that are known ahead; what
    these add to others by themselves, as xi_cu to a_cu (197), is in the share."""
    cell, layout = products.cell, products.layout
    if not cell.ahead:
        return shares, {}
    ahead = {
        name: clamps.keep(name, shares[..., layout.all_columns[name]], slice(None))
        for name in cell.ahead
    }
    steps = shares[..., : layout.width]
    for node, columns in layout.columns.items():
        for term in cell.products[node]:
            if term in ahead:
                together = steps[..., columns] + ahead[term]
                steps = products.arrays.replaced(steps, columns, together)
    return steps, ahead
