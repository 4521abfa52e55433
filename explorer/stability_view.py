"""The parts of *Stability*."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import streamlit as st

import lstm_core as lc
from explorer import live
from explorer.cell_view import DRAWINGS, fill_drawing
from explorer.show import show, stands_for, theme
from explorer.stability import FORMS, INPUTS, StabilityRun, StabilityState
from explorer.state import kind_of
from explorer.store import Store
from lstm_core.figures import eigenvalue_plane, sequence
from lstm_core.figures.theme import SPARE

SLIDERS = {
    "pair": {"modulus": ("modulus |μ|", 0.01), "angle": ("angle in degrees", 1.0)},
    "real": {"mu_1": ("μ₁", 0.01), "mu_2": ("μ₂", 0.01)},
}


PLANE, WORDS = "live/plane", "live/words"
WHAT_TO_LOOK_FOR = (
    "**What to look for.** *Circles:* the eigenvalues near rest, the same at all steps; these you drag."
    " *Crosses:* those of the matrix at the cursor's step, the Jacobian. Where the state is large the"
    " crosses leave the circles, and the rule speaks of something else than what happens. Step 0 is the"
    " first after the start, so the curves begin one step later than the start is set. *Lowest picture:*"
    " an impulse from rest; as long as what it leaves is small, the rule holds."
)


def places(store: Store[StabilityState]) -> None:
    """Where the plane and the words stand; the picture fills them."""
    live.place("plane", PLANE, partial(_take, store))
    live.place("steps", WORDS)


def controls(store: Store[StabilityState]) -> None:
    """The form of the eigenvalues, their split, the start and the input."""
    with live.group("live/controls"):
        store.choose("form", "Eigenvalues of W_s + W_r", FORMS)
        for name, (label, step) in SLIDERS[store.state.form].items():
            store.slider(name, label, step=step)
        store.slider("w_s", "W_s (W_r is the rest)", step=0.05)
        store.slider("start", "start s[−1] (unit 1: half)", step=0.1)
        store.select("signal", "Input to unit 0", INPUTS)
        store.select("drawing", "Drawing", DRAWINGS)
    with st.popover("Size and seed", width="stretch"), live.group("live/size"):
        store.slider("steps", "steps")
        store.slider("size", "size of the input", step=0.1)
        store.number("seed", "seed of the noise")


def plane(run: StabilityRun, state: StabilityState) -> None:
    """Both sets of eigenvalues, of which those of W_s + W_r are moved, and what they say beside what
    happens."""
    fields = SLIDERS[state.form]
    kinds = {name: kind_of(state, name) for name in fields}
    at_step = run.at_step.round(4)
    shown = {
        "form": state.form,
        "values": {name: getattr(state, name) for name in fields},
        "bounds": {name: [kind.low, kind.high] for name, kind in kinds.items()},
        "steps": np.stack([at_step.real, at_step.imag], -1).reshape(-1, 4).tolist(),
        "colours": {"rest": theme().blue, "here": SPARE[1]},
    }
    live.fill(PLANE, shown)
    live.fill(WORDS, words(run))
    n = min(state.n, len(run.at_step) - 1)
    sets = {"W_s + W_r, near rest": run.at_rest, f"at step n = {n}": run.at_step[n]}
    stands_for(PLANE, partial(eigenvalue_plane, sets), "eigenvalues")


def _take(store: Store[StabilityState], sent: Any) -> None:
    """Take what was dragged; it may come when the other form is already chosen."""
    known = {name for fields in SLIDERS.values() for name in fields}
    if isinstance(sent, dict):
        store.take_all({name: value for name, value in sent.items() if name in known})


def words(run: StabilityRun) -> dict[str, Any]:
    """What the rule says, at rest and at the step of the cursor, and what happens."""
    rest = np.abs(run.at_rest).max()
    rule = "a small disturbance dies" if rest < 1 else "a small disturbance grows"
    if abs(rest - 1) < 1e-9:
        rule = "a small disturbance stays"
    lines = {
        "The rule:": f"largest |<i>μ</i>| = {rest:.4g}: {rule}.",
        'At <i>n</i> = <span data-of="n"></span>:': "largest |<i>μ</i>| ="
        ' <span data-of="largest"></span>.',
        "What happens:": _words(run),
    }
    html = "".join(f"<p><b>{head}</b> {body}</p>" for head, body in lines.items())
    largest = np.abs(run.at_step).max(-1)
    return {"html": html, "columns": {"largest": [f"{value:.4g}" for value in largest]}}


def _words(run: StabilityRun) -> str:
    seen = run.motion
    story = {
        "rests": "the state stays at 0.",
        "decays": f"the state decays: ‖s‖ goes from {seen.largest:.3g} to {seen.last:.2g}.",
        "stays": f"the state stays bounded: ‖s‖ = {seen.last:.3g} in the end.",
        "grows": f"the state grows to ‖s‖ = {seen.last:.3g}.",
    }[seen.kind]
    if seen.sign_changes > 0.05:
        story += f" It changes sign at {seen.sign_changes:.0%} of the steps."
    if seen.saturated > 0.05:
        story += f" The readout is saturated {seen.saturated:.0%} of the time."
    return story


def drawing(run: StabilityRun, state: StabilityState) -> None:
    """The cell with the error of a loss on the readout at the last step."""
    if state.drawing != "none":
        at_end = np.zeros_like(run.rec.output)
        at_end[-1] = 1.0
        fill_drawing(state.drawing, lc.backpropagate(run.rec, at_end))


def charts(run: StabilityRun) -> None:
    """State, readout, and the response to an impulse."""
    look: dict[str, Any] = {"theme": theme()}
    for title, rec, name, last in (
        ("State s", run.rec, "s", False),
        ("Readout r = G(s)", run.rec, "r", False),
        ("Response of s to an impulse at n = 0, from rest", run.response, "s", True),
    ):
        units = {f"unit {i}": rec[name][:, i] for i in range(2)}
        show(sequence(units, height=88, time_axis=last, title=title, **look), title)
