"""The parts of *Stability*."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from explorer.show import show, theme
from explorer.stability import FORMS, INPUTS, StabilityRun, StabilityState
from explorer.store import Store
from lstm_core.figures import eigenvalue_plane, sequence


def controls(store: Store[StabilityState]) -> None:
    """The eigenvalues, their split, the start and the input."""
    store.choose("form", "Eigenvalues", FORMS, label_visibility="collapsed")
    if store.state.form == "pair":
        store.typed_slider("modulus", "modulus |μ|", step=0.01)
        store.typed_slider("angle", "angle in degrees", step=1.0)
    else:
        store.typed_slider("mu_1", "μ₁", step=0.01)
        store.typed_slider("mu_2", "μ₂", step=0.01)
    store.typed_slider("w_s", "W_s (W_r is the rest)", step=0.05)
    store.typed_slider("start", "start s[−1] (unit 1: half)", step=0.1)
    store.select("signal", "Input to unit 0", INPUTS)
    with st.popover("Size and seed", width="stretch"):
        store.slider("steps", "steps")
        store.slider("size", "size of the input", step=0.1)
        store.number("seed", "seed of the noise")


def plane(run: StabilityRun, state: StabilityState) -> None:
    """Both sets of eigenvalues, and what they say beside what happens."""
    sets = {"W_s + W_r, near rest": run.at_rest, "Jacobian at step n": run.at_step[state.n]}
    show(eigenvalue_plane(sets, theme=theme(), size=225), "plane")
    rest, here = np.abs(run.at_rest).max(), np.abs(run.at_step[state.n]).max()
    rule = "a small disturbance dies" if rest < 1 else "a small disturbance grows"
    if rest == 1:
        rule = "a small disturbance stays"
    st.markdown(
        f"**The rule:** largest |μ| = {rest:.3g}: {rule}.  \n"
        f"**At n = {state.n}:** largest |μ| = {here:.3g}.  \n"
        f"**What happens:** {_words(run)}"
    )


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


def charts(run: StabilityRun, state: StabilityState) -> None:
    """State, readout, and the response to an impulse."""
    look: dict[str, Any] = {"cursor": state.n, "theme": theme()}
    for title, rec, name, last in (
        ("State s", run.rec, "s", False),
        ("Readout r = G(s)", run.rec, "r", False),
        ("Response of s to an impulse at n = 0, from rest (Example 1)", run.response, "s", True),
    ):
        st.caption(title)
        units = {f"unit {i}": rec[name][:, i] for i in range(2)}
        show(sequence(units, height=112, time_axis=last, **look), title)
