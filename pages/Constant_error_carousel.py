"""The constant error carousel: what the three gates do to the state and to the error."""

import streamlit as st

from explorer import carousel, carousel_view, live
from explorer.carousel import CarouselRun, CarouselState
from explorer.cell_view import place_drawing
from explorer.page import chapter_page, predict
from explorer.time_cursor import time_cursor

with chapter_page(
    "The constant error carousel", CarouselState, carousel.presets(), carousel.settle
) as store:
    st.markdown(
        "With the state (forget) gate at 1 and the update (input) gate at 0, the state repeats itself,"
        " $s[n] = s[n-1]$, and so does the error on it, $\\psi[n] = \\psi[n+1]$: the constant error"
        " carousel of Example 2. An error enters at the last step and travels to the left. Hold a"
        " gate at a value, switch it, draw it by hand or push it by its bias, and watch how far the"
        " error comes."
    )

    def picture(run: CarouselRun, state: CarouselState) -> int:
        carousel_view.charts(run, state)
        carousel_view.figures_in_words(run, state)
        return len(run.rec)

    controls, right = st.columns([1.05, 3.35], gap="medium")
    with controls:
        carousel_view.controls(store)
    with right:
        time_cursor()
        charts, words = st.columns([2.2, 1.15], gap="medium")
    with charts:
        state = store.usable(carousel.run)
        place_drawing(state.drawing, carousel.run(state).rec)
        store.draw(carousel.run, picture)
    with words:
        live.place("steps", carousel_view.WORDS)

    st.markdown(carousel_view.WHAT_TO_LOOK_FOR)
    predict(
        "All three gates are held as in Example 2: state 1, update 0, readout 0. How large is ψ?",
        "Zero, at every step. With the readout shut everywhere, $v$ is 0 and no error on $v$ can get"
        " in: $\\psi[n] = \\psi[n+1]$ says 0 = 0. Open the readout at one step (preset *opened at the"
        " end*), or let the error enter on the state, and it goes round unchanged, exactly.",
    )
    predict(
        "The gates are not held but saturated by biases of ±b. How constant is the error then?",
        "Only nearly: in one step it changes by the order of $8e^{-b}$ of its size (errata 18). The presets"
        " *Saturated* show the change and this estimate of it side by side. The error itself is"
        " small, since it had to come in through a readout (output) gate that is almost shut.",
    )
