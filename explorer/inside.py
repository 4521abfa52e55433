"""*Inside the cell*: its state, its presets, and what it computes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

import lstm_core as lc
from explorer.edits import Edits, apply_edits, edits_field, fits
from explorer.fields import choice, integer, numbers, words
from explorer.inputs import MODELS, SOURCES, Model, Reading, model, read_input, sunspots
from explorer.limits import MAX_STEPS, MAX_TEXT, MIN_STEPS
from explorer.remember import remembered
from explorer.text_input import shortened
from lstm_core.analysis import Flows, flows, gate_shares
from lstm_core.readout import (
    cross_entropy,
    last_step,
    linear_readout,
    readout_gradients,
    squared_error,
)

VIEWS = {
    "unit": "One unit",
    "all": "All units",
    "sums": "Sums and gradients",
    "gates": "Gate use",
}
LOSSES = {"every": "every step", "last": "last step"}
YEARS = 309


@dataclass(frozen=True)
class InsideState:
    """Input, loss, weights and what is looked at."""

    source: str = choice("sunspots", *SOURCES)
    text: str = words("the cat sat on the mat", MAX_TEXT)
    series: tuple[float, ...] = numbers()
    steps: int = integer(60, MIN_STEPS, MAX_STEPS)
    start: int = integer(240, 0, YEARS - MIN_STEPS - 1)
    seed: int = integer(0, 0, 9999)
    loss: str = choice("every", *LOSSES)
    edits: Edits = edits_field()
    view: str = choice("unit", *VIEWS)
    unit: int = integer(4, 0, 63)
    n: int = integer(20, 0, MAX_STEPS - 1)
    notation: str = choice("paper", "paper", "framework")
    weight: str = words("W_v_cs", 12)
    drawing: str = choice("cell", "none", "cell", "unrolled")
    flow: str = choice("forward", "forward", "backward")

    def stand_in(self, last: InsideState | None) -> tuple[InsideState, str]:
        """The state whose picture is shown where this one has none, and what that is. A text is never
        stood for by a series."""
        last = last or InsideState()
        if self.source == "text" != last.source:
            last = replace(last, source="text", text=InsideState.text, edits=())
        return last, f"the picture shows {_name_of_input(last)}"


def _name_of_input(state: InsideState) -> str:
    if state.source == "text":
        return f"the text “{shortened(state.text)}”"
    names = {"sunspots": "the sunspots", "csv": "the series that you gave before"}
    return names.get(state.source, f"the input “{SOURCES[state.source]}”")


def presets() -> dict[str, InsideState]:
    """Named states, each with a point of its own."""
    start = InsideState()
    return {
        "Solar cycle": start,
        "Reading text": replace(
            start, source="text", text="said the cat, 'we are all mad here.'", n=14, unit=20
        ),
        "Pulses far apart": replace(start, source="pulses", steps=100, n=26, unit=2),
        "State (forget) gate at 0.5": replace(
            start,
            edits=(("b_cs*", 0.0), ("W_x_cs*", 0.0), ("W_s_cs*", 0.0), ("W_v_cs*", 0.0)),
            loss="last",
        ),
        "Loss at the end only": replace(start, loss="last", n=50, flow="backward"),
    }


def settle(state: InsideState) -> InsideState:
    """Keep the cursor, the unit and the window inside what there is."""
    if state.source == "sunspots":
        state = replace(state, start=min(state.start, latest_start(state)))
    units = width(state)
    names = cell(state).params
    return replace(
        state,
        n=min(state.n, last) if (last := length(state) - 1) >= 0 else state.n,
        unit=min(state.unit, units - 1),
        weight=state.weight if state.weight in names else next(iter(names)),
    )


def latest_start(state: InsideState) -> int:
    """The last year that the series can start at, so that all steps have a next value."""
    return max(len(sunspots()[0]) - 1 - state.steps, 0)


def cell(state: InsideState) -> lc.Cell:
    """The cell that reads this input."""
    return _model(state).cell


def _model(state: InsideState) -> Model:
    return model("text" if state.source == "text" else "sunspots")


def width(state: InsideState) -> int:
    """The number of units of the cell that reads this input."""
    trained = _model(state)
    return int(trained.W_y.shape[1])


def length(state: InsideState) -> int:
    """The number of steps of the input; 0 where there is none yet."""
    try:
        return len(reading(state).x)
    except ValueError:
        return 0


def reading(state: InsideState) -> Reading:
    return _reading(state.source, state.steps, state.start, state.seed, state.text, state.series)


@remembered
def _reading(
    source: str, steps: int, start: int, seed: int, text: str, series: tuple[float, ...]
) -> Reading:
    return read_input(source, steps, start=start, seed=seed, text=text, series=series)


@dataclass(frozen=True, eq=False)
class InsideRun:
    """One run of the trained cell: signals, gradients, readout and loss."""

    reading: Reading
    rec: lc.Recording
    back: lc.Gradients
    flows: Flows
    y: np.ndarray
    error: float

    @cached_property
    def shares(self) -> dict[str, np.ndarray]:
        """How often each gate has which value, (bins,) each."""
        return gate_shares(self.rec)


def run(state: InsideState) -> InsideRun:
    """The run that a state describes; what is only looked at does not matter to it."""
    return _run(
        replace(
            state,
            view="unit",
            unit=0,
            n=0,
            notation="paper",
            weight="",
            drawing="cell",
            flow="forward",
        )
    )


@remembered
def _run(state: InsideState) -> InsideRun:
    read, trained = reading(state), _model(state)
    theta = _edited(trained, state.edits)
    rec = lc.unroll(trained.cell, theta, read.x)
    y = linear_readout(rec.output, trained.W_y, trained.b_y)
    mask = last_step(y) if state.loss == "last" else None
    if read.is_text:
        error, dE_dy, _ = cross_entropy(y, read.target, mask)
    else:
        error, dE_dy = squared_error(y, read.target, mask)
    dE_dout, _, _ = readout_gradients(rec.output, dE_dy, trained.W_y)
    back = lc.backpropagate(rec, dE_dout)
    return InsideRun(read, rec, back, flows(rec, back), y, float(error))


def trained(state: InsideState) -> Mapping[str, np.ndarray]:
    """The weights as they were trained, without the visitor's edits."""
    return _model(state).theta


def _edited(trained: Model, edits: Edits) -> dict[str, np.ndarray]:
    """The weights with the edits that concern this cell; the others are for the other cell."""
    elsewhere = [model(name).theta for name in MODELS if model(name) is not trained]
    mine = tuple(
        edit
        for edit in edits
        if fits(trained.theta, edit[0]) or not any(fits(theta, edit[0]) for theta in elsewhere)
    )
    return apply_edits(trained.theta, mine)
