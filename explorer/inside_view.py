"""The parts of *Inside the cell*: input controls, charts, and the step in numbers."""

from __future__ import annotations

import streamlit as st

from explorer import live, recording, words
from explorer.cell_view import DRAWINGS, fill_unrolled
from explorer.inputs import SOURCES
from explorer.inside import (
    LOSSES,
    VIEWS,
    InsideRun,
    InsideState,
    cell,
    latest_start,
    reading,
    width,
)
from explorer.limits import MAX_TEXT
from explorer.notation import NOTATIONS, step_template, symbol
from explorer.series_input import series_control
from explorer.show import show, theme
from explorer.store import Store
from explorer.text_input import READS, notes
from lstm_core.figures import (
    PANELS,
    gate_saturation,
    gradient_traces,
    names_of_kind,
    sequence,
    signal_heat,
    signal_traces,
)
from lstm_core.sequences import ALPHABET

STEP = "live/step"  # the part with the step in numbers
TEXT = "live/text"
CUT = "text/cut"  # in the session: the text that was kept, and how long it was before


def input_controls(store: Store[InsideState]) -> None:
    """What is read, the settings that belong to it, and where the loss counts."""
    source = store.state.source
    with live.group("live/input"):
        store.select("source", "Input", SOURCES)
        if source not in ("text", "csv") or (source == "csv" and store.state.series):
            store.slider("steps", "steps", shapes=source == "sunspots")
        if source == "sunspots":
            store.slider("start", "from year 1700 +", high=latest_start(store.state))
        store.choose("loss", "Loss counts at", LOSSES)
    if source == "text":
        _text(store)
    elif source == "csv":
        series_control(store)
    elif source == "noise":
        store.number("seed", "seed")
    if source not in ("text", "sunspots"):
        st.caption("Read by the cell that was trained on the sunspots.")


def looks(store: Store[InsideState]) -> None:
    """What is drawn of the run, and how."""
    with live.group("live/looks"):
        store.choose("notation", "Symbols", NOTATIONS)
        store.select("drawing", "Drawing", DRAWINGS)
        store.select("view", "Charts", VIEWS)
        store.slider("unit", "unit", high=width(store.state) - 1, unit=True)


def _text(store: Store[InsideState]) -> None:
    """The field for the text, and what is said of it."""
    widget = store.widget("text")
    st.text_area(
        "Text to read",
        height=90,
        help=f"The cell reads {READS}. Capitals become small letters, accents are left out, and a"
        f" space stands for all else. The first {MAX_TEXT} characters are read.",
        **widget | {"on_change": _take_text, "args": (store, widget["key"])},
    )
    text = store.state.text
    left, length = st.session_state.get(CUT, ("", 0))
    cut = f"Of {length:,} characters the first {MAX_TEXT} are kept." if left == text != "" else ""
    if said := f"{cut} {notes(text)}".strip():
        words.note(said)


def _take_text(store: Store[InsideState], key: str) -> None:
    """Take what was typed or pasted, as far as there is room."""
    text = st.session_state[key] or ""
    left = text[:MAX_TEXT]
    st.session_state[CUT] = (left, len(text)) if left != text else ("", 0)
    store.change(text=left)


def place_text(state: InsideState) -> None:
    """Where the text stands that is read, if it is one."""
    if reading(state).is_text:
        live.place("strip", TEXT)


def charts(run: InsideRun, state: InsideState) -> None:
    """The charts of the chosen view, one time axis for all."""
    rec = run.rec
    recording.send(rec.cell, run.flows, state.unit)
    if state.drawing == "unrolled":
        fill_unrolled(rec, run.back)
    gates = names_of_kind(rec, ["gate"])
    if state.view == "gates":
        if gates:
            show(gate_saturation(run.shares, theme=theme(), height=200), "saturation")
        _heats(run, state, gates)
        return
    small = state.drawing != "none"
    _input_chart(run, 50 if small else 84)
    if state.view == "all":
        _heats(run, state, [rec.cell.state, *gates[:1], rec.cell.output])
    elif state.view == "unit":
        _traces(run, state, "gates", 60 if small else 100)
        _traces(run, state, "signals", 72 if small else 120)
        _errors(run, state, ["psi", "chi"], "errors", unit=state.unit, height=72 if small else 105)
    else:
        _traces(run, state, "accumulations", 66 if small else 110)
        alphas = [name for name in run.back.names if name.startswith("alpha")]
        height = 64 if small else 105
        _errors(run, state, alphas, "alphas", state.unit, height, time_axis=False)
        _errors(run, state, ["psi", "chi"], "norms", None, height)


def _heats(run: InsideRun, state: InsideState, names: list[str]) -> None:
    for name in names:
        words.note(f"{name}, all units")
        gate = run.rec.cell.signals[name].kind == "gate"
        heat = signal_heat(run.rec[name], name, gate=gate, height=100, theme=theme())
        show(heat, f"heat/{name}")


def _traces(run: InsideRun, state: InsideState, panel: str, height: int) -> None:
    kinds, scale = next((kinds, scale) for name, kinds, scale in PANELS if name == panel)
    if names := names_of_kind(run.rec, kinds):
        traces = signal_traces(
            run.rec,
            names,
            state.unit,
            scale=scale,
            notation=state.notation,
            height=height,
            time_axis=False,
            theme=theme(),
        )
        show(traces, panel)


def _errors(
    run: InsideRun,
    state: InsideState,
    names: list[str],
    key: str,
    unit: int | None,
    height: int,
    time_axis: bool = True,
) -> None:
    if names:
        errors = gradient_traces(
            run.back,
            names,
            unit,
            height=height,
            time_axis=time_axis,
            theme=theme(),
        )
        show(errors, key)


def _input_chart(run: InsideRun, height: int) -> None:
    read = run.reading
    if read.is_text:
        _text_strip(run)
        return
    columns = {"x": read.shown, "prediction of the next value": run.y[:, 0]}
    show(sequence(columns, theme=theme(), height=height, time_axis=False), "input")


def _meaning_of_loss(run: InsideRun, state: InsideState) -> str:
    """What E is, after its number."""
    last = state.loss == "last"
    where = "at the last step" if last else f"over {len(run.rec)} steps"
    if run.reading.is_text:
        summed = "" if last else "summed "
        return f" nats, −ln of the probability of the letter that came, {summed}{where}."
    return f", half the {'' if last else 'summed '}squared error {where}."


def _text_strip(run: InsideRun) -> None:
    """The text, and what the readout expects after every letter of it."""
    best = run.y.argsort(1)[:, ::-1][:, :5]
    guesses = (" ".join(_visible(ALPHABET[code]) for code in row) for row in best)
    after = (_visible(ALPHABET[int(code)]) for code in run.reading.target)
    letters = "".join(_visible(letter) for letter in run.reading.names)
    shown = {"letters": letters, "expected": list(zip(guesses, after, strict=True))}
    live.fill(TEXT, shown)


def _visible(letter: str) -> str:
    return "␣" if letter == " " else letter


def what_to_look_for(state: InsideState) -> None:
    """The point of the page, in the symbols that were chosen."""
    s, u, g_cs, g_cu, g_cr = (
        symbol(cell(state), name, state.notation) for name in ("s", "u", "g_cs", "g_cu", "g_cr")
    )
    st.html(
        f"<p><b>Symbols.</b> A gate <i>g</i> is a number from 0 to 1 for every unit, <i>G<sub>c</sub></i>"
        " (the sigmoid) of a sum <i>a</i>; <i>G<sub>d</sub></i> is tanh; <i>W<sub>x cu</sub></i> leads from"
        " <i>x</i> to the sum of the update (input) gate, and so on. The error gradients are ψ on the"
        " state and χ on the value. The numbers of a series are centred and scaled.</p>"
        f"<p><b>What to look for.</b> Where the state (forget) gate {g_cs} stays near 1, the state {s} keeps"
        " what it has and the error <i>ψ</i> passes back almost unchanged (155; choose <i>Loss counts at:"
        " last step</i>, so that no new error comes in on the way); where the update"
        f" gate {g_cu} opens, the candidate {u} is written into the state (134). The readout (output) gate"
        f" {g_cr} decides what of it is shown.</p>"
    )


def step_numbers(run: InsideRun, state: InsideState) -> None:
    """The equations of the step at the cursor with the numbers of the chosen unit."""
    names = run.reading.names
    named = names[0] != "0"
    called = ' (<span data-of="called"></span>)' if named else ""
    html = (
        f'<h3>Step n = <span data-of="n"></span>{called}, unit <span data-of="unit"></span></h3>'
        f'<div class="step">{step_template(run.rec.cell, state.notation)}</div>'
        f'<small>Loss E = <span data-of="E"></span>{_meaning_of_loss(run, state)}</small>'
    )
    columns = {"E": [run.error]} | ({"called": [_visible(name) for name in names]} if named else {})
    live.fill(STEP, {"html": html, "columns": columns})
