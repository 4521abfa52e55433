"""Augmented LSTM: a window over the input, a narrower value, and a gate for the input."""

import streamlit as st

from explorer import augmented, augmented_view, live
from explorer.augmented import AugmentedRun, AugmentedState
from explorer.cell_view import place_drawing
from explorer.page import chapter_page, predict
from explorer.time_cursor import time_cursor

with chapter_page("Augmented LSTM", AugmentedState, augmented.presets(), augmented.settle) as store:
    st.markdown(
        "Three extensions of the Vanilla cell: each step reads $L$ samples from $x[n]$ on (188),"
        " what was the value is now $q = g_{cr}\\odot r$, one entry for each of the $d_s$ units, and"
        " $v = W_{q_{dr}}\\,q$ mixes it down to $d_v$ entries (214); a gate $g_{cx}$"
        " weighs the input (209). An error enters on $v$ at the last step."
        " Both cells share their weights: with $L = 1$, $d_v = d_s$ and"
        " $g_{cx} = 1$ they are the same; see what each extension does to the signals and to the error."
    )

    def picture(run: AugmentedRun, state: AugmentedState) -> int:
        augmented_view.charts(run, state)
        augmented_view.words(run, state)
        return state.steps

    controls, right = st.columns([1, 3.6], gap="medium")
    with controls:
        augmented_view.controls(store)
    with right:
        time_cursor()
        charts, words = st.columns([2, 1.15], gap="medium")
    with charts:
        state = store.usable(augmented.run)
        place_drawing(state.drawing, augmented.run(state).augmented.rec)
        store.draw(augmented.run, picture)
    with words:
        live.place("steps", augmented_view.WORDS)

    st.markdown(augmented_view.WHAT_TO_LOOK_FOR)
    predict(
        "A pulse comes at step 20, and the windows have five taps. When does the state first move?",
        "At step 16: its window holds $x[16]$ to $x[20]$, so the pulse is its last sample. In general"
        " $L-1$ steps early, but never before step 0. The Vanilla cell stays at 0 until step 20.",
    )
    predict(
        "The gate on the input is shut for good. Does the cell still notice its input?",
        "The three other gates do: they have windows of their own, before the gate. The state does not"
        " move, since it starts at 0 and nothing enters the update: preset *Gate on the input shut*. What is"
        " already in the state would be kept or lost by gates that still listen.",
    )
    predict(
        "The value is narrowed to $d_v = 1$. How many entries of $\\psi$ can an error on $v$ reach?",
        "All of them. $\\beta = W_{q_{dr}}^T\\chi$ has $d_s$ entries made of one number: every unit"
        " whose weight in $W_{q_{dr}}$ is not 0 gets its share. With *first units* only unit 0 gets it"
        " directly; the others hear of it through $W_s$ and, a step earlier, $W_v$.",
    )
