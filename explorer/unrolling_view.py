"""The parts of *Unrolling*."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from explorer import live
from explorer.cell_view import DRAWINGS, fill_drawing
from explorer.show import show, theme
from explorer.store import Store
from explorer.unrolling import INPUTS, SHOWN, STARTS, UnrollingRun, UnrollingState
from lstm_core import segments
from lstm_core.figures import kept_by_length, segment_bands, sequence

WORDS = "live/step"


def controls(store: Store[UnrollingState]) -> None:
    """The weight, the segments, the dependency, and what is drawn."""
    steps = store.state.steps
    with live.group("live/controls"):
        store.slider("weight", "recurrent weight W_r", step=0.01)
        store.slider("length", "segment length K", high=steps)
        store.slider("lag", "dependency L", high=steps - 1)
        store.choose("signal", "Input", INPUTS)
        if store.state.signal == "pulse":
            store.slider("at", "pulse at n", high=steps - 2)
        store.choose("start", "Each segment starts", STARTS)
        store.choose("shown", "Response", SHOWN)
        store.select("drawing", "Drawing (whole sequence)", DRAWINGS)
    with st.popover("Size and seed", width="stretch"), live.group("live/size"):
        store.slider("steps", "steps N", shapes=True)
        store.slider("size", "size of the input", step=0.1)
        store.number("seed", "seed of the noise")


def charts(run: UnrollingRun, state: UnrollingState) -> None:
    """Windows, response, error at the input, and what segments of every length keep."""
    fill_drawing(state.drawing, run.back)
    look: dict[str, Any] = {"theme": theme(), "bands": segment_bands(run.lengths)}
    given = {
        "x": run.rec.x[:, 0],
        "v": run.target,
        "sum of all windows": segments.windows(run.lengths).sum(0),
    }
    named = look | {"bands": segment_bands(run.lengths, named=True)}
    title = "Input x and target v; a band is a window w_m"
    show(sequence(given, height=88, time_axis=False, title=title, **named), "input")
    whole = run.rec[state.shown][:, 0]
    cut = getattr(run.cut, state.shown)
    title = f"Response: {SHOWN[state.shown]}"
    show(
        sequence(_compared(whole, cut), height=92, time_axis=False, title=title, **look), "response"
    )
    errors = {"whole": run.back.d_x[:, 0], "in segments": run.cut.d_x}
    title = "Error at the input, ∂E/∂x[n]: it flows to the left"
    show(sequence(errors, height=92, title=title, **look), "errors")
    title = "What segments of K steps keep of all that travels L steps back"
    kept = kept_by_length(run.kept, state.lag, state.length, theme=theme(), height=88, title=title)
    show(kept, "kept")


def _compared(whole: np.ndarray, cut: np.ndarray) -> dict[str, np.ndarray]:
    return {"whole": whole, "in segments": cut, "segments − whole": cut - whole}


def words(run: UnrollingRun, state: UnrollingState) -> None:
    """What the cut costs, in figures, and the step at the cursor."""
    step = step_in_words(run, state)
    live.fill(WORDS, step | {"html": cost_in_words(run, state) + step["html"]})


def cost_in_words(run: UnrollingRun, state: UnrollingState) -> str:
    """Whole against segments, in figures."""
    figures = []
    if state.signal == "pulse":
        whole, cut = run.back.d_x[state.at, 0], run.cut.d_x[state.at]
        figures.append(("<i>∂E/∂x</i> at the pulse: whole", _number(whole)))
        figures.append(("in segments", _number(cut) if cut else "0 exactly"))
    kept = run.kept[state.length - 1]
    figures += [
        ("<i>∂E/∂W<sub>r</sub></i>: whole", _number(run.d_weight)),
        ("in segments", _number(run.cut.d_weight)),
        ("largest |<i>s</i> − <i>s<sub>m</sub></i>|", _number(_largest(run))),
        (f"kept of all that travels {state.lag} steps", "–" if np.isnan(kept) else f"{kept:.0%}"),
    ]
    rows = "".join(
        f'<p class="figure"><span>{label}</span><b>{value}</b></p>' for label, value in figures
    )
    return f"<h3>What the cut costs</h3>{rows}"


def _largest(run: UnrollingRun) -> float:
    return float(np.abs(run.rec["s"][:, 0] - run.cut.s).max())


def _number(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")


def step_in_words(run: UnrollingRun, state: UnrollingState) -> dict[str, Any]:
    """The segment of the cursor's step, its equation in numbers, and the whole run beside it."""
    lengths = np.array(run.lengths)
    m = np.repeat(np.arange(len(lengths)), lengths)
    columns = {
        "m": m,
        "first": segments.starts(run.lengths)[m],
        "samples": lengths[m],
        "before": run.cut.before,
        "x": run.rec.x[:, 0],
        "cut": run.cut.s,
        "whole_before": run.rec.previous("r")[:, 0],
        "whole": run.rec["s"][:, 0],
        "error": run.back.d_x[:, 0],
        "cut_error": run.cut.d_x,
    }
    place = {name: f'<span data-of="{name}"></span>' for name in (*columns, "n")}
    factor = {name: f'<span data-of="{name}" data-as="factor"></span>' for name in columns}
    later = '<span data-of="x" data-as="later"></span>'
    weight = _number(state.weight) if state.weight >= 0 else f"({_number(state.weight)})"
    lines = [
        ("42", f"<i>m</i> = {place['m']}, <i>j</i>(<i>m</i>) = {place['first']},"
         f" <i>K<sub>m</sub></i> = {place['samples']}", ""),
        ("61", "<i>s<sub>m</sub></i> = <i>W<sub>r</sub> r<sub>m</sub></i>′ + <i>W<sub>x</sub> x</i>",
         f"= {weight} · {factor['before']} {later} = <b>{place['cut']}</b>"),
        ("32", "whole: <i>s</i> = <i>W<sub>r</sub> r</i>′ + <i>W<sub>x</sub> x</i>",
         f"= {weight} · {factor['whole_before']} {later} = <b>{place['whole']}</b>"),
        ("", f"<i>∂E/∂x</i> = <b>{place['cut_error']}</b> (whole: <b>{place['error']}</b>)", ""),
    ]  # fmt: skip
    html = "".join(
        f'<div class="eq"><span class="no">{f"({number})" if number else ""}</span>'
        f'<span>{line}<br><span class="numbers">{numbers}</span></span></div>'
        for number, line, numbers in lines
    )
    head = f'<h3>At step n = {place["n"]}, in segment {place["m"]}</h3><div class="step">'
    return {
        "html": f"{head}{html}</div>",
        "columns": {name: _short(values) for name, values in columns.items()},
    }


def _short(values: np.ndarray) -> list[Any]:
    """To four significant digits, as they are written; whole numbers as they are."""
    if values.dtype.kind == "i":
        return values.tolist()
    return [float(f"{value:.4g}") for value in values]
