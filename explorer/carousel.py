"""*The constant error carousel*: its state, its presets, and what it computes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

import lstm_core as lc
from explorer.fields import BadValue, Points, choice, curve, integer, number, steps_set
from explorer.limits import MAX_POINTS, MAX_STEPS
from explorer.remember import remembered
from lstm_core import sequences
from lstm_core.analysis import KINDS, constancy

GATES = ("cs", "cu", "cr")
MODES = {
    "free": "from the weights",
    "constant": "held at a value",
    "schedule": "switched at a step",
    "bias": "pushed by its bias",
    "curve": "drawn by hand",
}
SYSTEMS = {"lstm": "Vanilla LSTM", "scalar": "Gated scalar"}
ERRORS = {"output": "the value v", "state": "the state s"}
PATTERNS = {"ones": "ones", "ramp": "a ramp", "alternating": "plus, minus", "noise": "noise"}
SCALAR_STEPS = 20


@dataclass(frozen=True)
class CarouselState:
    """How each gate is set, where the error enters, and the scalar carousel's switches."""

    system: str = choice("lstm", *SYSTEMS)
    steps: int = integer(40, 3, MAX_STEPS)
    width: int = integer(4, 1, 8)
    seed: int = integer(2, 0, 9999)
    error: str = choice("output", *ERRORS)
    start: float = number(0.0, -2.0, 2.0)
    cs_mode: str = choice("constant", *MODES)
    cu_mode: str = choice("constant", *MODES)
    cr_mode: str = choice("free", *MODES)
    cs: float = number(0.9, 0.0, 1.0)
    cu: float = number(0.1, 0.0, 1.0)
    cr: float = number(1.0, 0.0, 1.0)
    cs_before: float = number(1.0, 0.0, 1.0)
    cu_before: float = number(1.0, 0.0, 1.0)
    cr_before: float = number(0.0, 0.0, 1.0)
    cs_at: int = integer(20, 1, MAX_STEPS - 1)
    cu_at: int = integer(5, 1, MAX_STEPS - 1)
    cr_at: int = integer(39, 1, MAX_STEPS - 1)
    cs_bias: float = number(5.0, -40.0, 40.0)
    cu_bias: float = number(-5.0, -40.0, 40.0)
    cr_bias: float = number(-5.0, -40.0, 40.0)
    unit: int = integer(0, 0, 7)
    n: int = integer(20, 0, MAX_STEPS - 1)
    pattern: str = choice("ones", *PATTERNS)
    opened: tuple[int, ...] = steps_set((1, 2, 3), SCALAR_STEPS - 1)
    cleared: tuple[int, ...] = steps_set((14,), SCALAR_STEPS - 1)
    drawing: str = choice("none", "none", "cell", "unrolled")
    flow: str = choice("forward", "forward", "backward")
    # Together: written, kept, read; alone, the state gate keeps the error and then lets it go.
    cs_curve: tuple[tuple[int, float], ...] = curve(((0, 0.3), (16, 0.3), (22, 1.0), (39, 1.0)))
    cu_curve: tuple[tuple[int, float], ...] = curve(((0, 1.0), (18, 1.0), (24, 0.0), (39, 0.0)))
    cr_curve: tuple[tuple[int, float], ...] = curve(((0, 0.0), (30, 0.0), (39, 1.0)))


def presets() -> dict[str, CarouselState]:
    """Named states, each with a point of its own."""
    start = CarouselState()
    held = {"cs_mode": "constant", "cu_mode": "constant", "cr_mode": "constant"}
    example = replace(start, **held, start=0.5, cs=1.0, cu=0.0, cr=0.0)  # type: ignore[arg-type]
    pushed = {"cs_mode": "bias", "cu_mode": "bias", "cr_mode": "bias"}
    saturated = settle(replace(start, **pushed, steps=20))  # type: ignore[arg-type]
    return {
        "Leak of a tenth": start,
        "Example 2, as printed": example,
        "Example 2, opened at the end": replace(example, cr_mode="schedule", cr=1.0),
        "Saturated, b = 5": saturated,
        "Saturated, b = 20": replace(saturated, cs_bias=20.0, cu_bias=-20.0, cr_bias=-20.0),
        "Gated scalar (12.16)": replace(start, system="scalar"),
    }


def settle(state: CarouselState) -> CarouselState:
    """Keep switches, curves, cursor and unit inside what there is."""
    last = (SCALAR_STEPS if state.system == "scalar" else state.steps) - 1
    drawn = [f"{gate}_curve" for gate in GATES if getattr(state, f"{gate}_mode") == "curve"]
    curves: Any = {name: spanning(getattr(state, name), state.steps - 1) for name in drawn}
    return replace(
        state,
        n=min(state.n, last),
        unit=min(state.unit, state.width - 1),
        cs_at=min(state.cs_at, state.steps - 1),
        cu_at=min(state.cu_at, state.steps - 1),
        cr_at=min(state.cr_at, state.steps - 1),
        **curves,
    )


def spanning(points: Points, last: int) -> Points:
    """A curve from step 0 to ``last``: cut there, or held on from its last point."""
    if points[0][0] == 0 and points[-1][0] == last:
        return points
    start, end = drawn_at(points, [0, last]).round(3).tolist()
    inner = [point for point in points if 0 < point[0] < last]
    if points[-1][0] < last and points[-1][1] == points[-2][1]:
        inner = inner[:-1]  # level there: no further point for every step that is added
    return ((0, start), *inner[: MAX_POINTS - 2], (last, end))


def drawn_at(points: Points, steps: Any) -> np.ndarray:
    """The values of a curve, straight between its points, at some steps."""
    return np.interp(steps, [n for n, _ in points], [value for _, value in points])


def switched(gate: str, points: Points) -> dict[str, Any]:
    """The fields of a gate that is switched once, from the two points of its picture."""
    if len(points) != 2:
        raise BadValue("must have two points, as 0:1_20:0.5")
    (_, before), (at, after) = points
    return {f"{gate}_before": before, f"{gate}_at": at, gate: after}


@dataclass(frozen=True, eq=False)
class CarouselRun:
    """Signals, gradients, and the error's travel for one setting of the gates."""

    rec: lc.Recording
    back: lc.Gradients
    by_lag: dict[str, np.ndarray]
    change: float
    left: float


def random_weights(cell: lc.Cell, seed: int, width: int) -> dict[str, np.ndarray]:
    """Every parameter drawn from 0.5 N(0, 1), as for the figures of errata 18."""
    rng = np.random.default_rng(seed)
    sizes = {"d_x": 1, "d_s": width}
    return {
        name: 0.5 * rng.normal(size=[sizes[symbol] for symbol in param.shape])
        for name, param in cell.params.items()
    }


def run(state: CarouselState) -> CarouselRun:
    """The run that a state describes; what is only looked at does not matter to it."""
    if state.system == "scalar":
        return _run_scalar(state.pattern, state.opened, state.cleared)
    return _run_lstm(replace(state, n=0, unit=0, drawing="none", flow="forward"))


@remembered
def _run_lstm(state: CarouselState) -> CarouselRun:
    """The Vanilla LSTM with its gates as set; the error enters at the last step."""
    cell = lc.CELLS["vanilla_lstm"]
    theta = random_weights(cell, state.seed, state.width)
    clamp: dict[str, Any] = {}
    for gate in GATES:
        mode, value = getattr(state, f"{gate}_mode"), getattr(state, gate)
        if mode == "bias":
            theta[f"b_{gate}"] = np.full(state.width, getattr(state, f"{gate}_bias"))
        elif mode == "constant":
            clamp[f"g_{gate}"] = value
        elif mode == "schedule":
            before = getattr(state, f"{gate}_before")
            late = np.arange(state.steps) >= getattr(state, f"{gate}_at")
            clamp[f"g_{gate}"] = np.where(late, value, before)[:, None]
        elif mode == "curve":
            points = getattr(state, f"{gate}_curve")
            clamp[f"g_{gate}"] = drawn_at(points, np.arange(state.steps))[:, None]
    x = sequences.noise(state.steps, seed=state.seed)
    initial = {"s": np.full(state.width, state.start)}
    return _follow(lc.unroll(cell, theta, x, initial=initial, clamp=clamp), state.error)


@remembered
def _run_scalar(pattern: str, opened: tuple[int, ...], cleared: tuple[int, ...]) -> CarouselRun:
    """a = g_i p + g_f a' (document 004, Figure 12.16): the LSTM's state path alone, all else held."""
    cell = lc.CELLS["vanilla_lstm"]
    theta = lc.init_params(cell, 0, weights="zeros", d_x=1, d_s=1)
    p = scalar_input(pattern)
    g_i, g_f = np.zeros((SCALAR_STEPS, 1)), np.ones((SCALAR_STEPS, 1))
    g_i[list(opened)], g_f[list(cleared)] = 1.0, 0.0
    clamp = {"u": p, "g_cu": g_i, "g_cs": g_f, "g_cr": 1.0}
    return _follow(lc.unroll(cell, theta, p, clamp=clamp), "state")


def scalar_input(pattern: str) -> np.ndarray:
    """p[n] of the scalar carousel: (20, 1)."""
    n = np.arange(SCALAR_STEPS)[:, None]
    if pattern == "ones":
        return np.ones((SCALAR_STEPS, 1))
    if pattern == "ramp":
        return n / 10
    if pattern == "alternating":
        return (-1.0) ** n
    return sequences.noise(SCALAR_STEPS, seed=3)


def _follow(rec: lc.Recording, error: str) -> CarouselRun:
    at_end = np.zeros_like(rec.output)
    at_end[-1] = 1.0
    nothing = np.zeros_like(at_end)
    back = (
        lc.backpropagate(rec, at_end)
        if error == "output"
        else lc.backpropagate(rec, nothing, explicit={rec.cell.state: at_end})
    )
    by_lag = {kind: lc.norms_to(rec, kind=kind)[::-1] for kind in KINDS}
    change, left = constancy(back["psi"])
    return CarouselRun(rec, back, by_lag, change, left)


def saturation_estimate(state: CarouselState) -> float | None:
    """8 e^-b, the size of the change in one step when all gates are saturated by +-b (errata 18)."""
    if {state.cs_mode, state.cu_mode, state.cr_mode} != {"bias"}:
        return None
    b = min(state.cs_bias, -state.cu_bias, -state.cr_bias)
    return 8 * float(np.exp(-b)) if b > 0 else None
