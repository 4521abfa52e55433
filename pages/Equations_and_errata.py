"""Equations and errata: every numbered equation, and every known error with its check."""

import streamlit as st

from explorer import equations, equations_view
from explorer.equations import EquationsState
from explorer.page import chapter_page, predict

with chapter_page(
    "Equations and errata", EquationsState, equations.presets(), equations.settle
) as store:
    st.markdown(
        "The paper, A. Sherstinsky's *Fundamentals of Recurrent Neural Network (RNN) and Long Short-Term"
        " Memory (LSTM) Network*, numbers its equations from 1 to 250; each is computed somewhere here, or"
        " is prose. Some of what is printed is wrong, there and in four other texts; *errata 11* of the"
        " pages is row 000-11. A check computes the printed form, the corrected one and the truth, by"
        " automatic differentiation or another exact way, on a random instance."
    )

    def picture(_: EquationsState, state: EquationsState) -> int:
        equations_view.fill(state)
        return 1

    controls, right = st.columns([1, 4.2], gap="medium")
    with controls:
        equations_view.controls(store)
    with right:
        if store.state.view == "errata":
            equations_view.without_torch()
        equations_view.place(store)
        store.draw(lambda state: state, picture, kept=False)

    st.markdown(equations_view.WHAT_TO_LOOK_FOR[store.state.view])
    predict(
        "A gradient with a missing transpose (errata 11): is there a matrix with which nobody would"
        " notice?",
        "Yes: every symmetric one, $W_r = W_r^T$, a single unit among them. A gradient check on one"
        " unit passes, and on four units ψ is off by half of its size.",
    )
    predict(
        "Equation 182 keeps the state (forget) gate alone. With gates of 0.9, how much of the error that"
        " arrives after ten steps does it see (errata 29)?",
        "One or two parts in a hundred. It says 0.3 to 0.4; what arrives is some sixty to a hundred"
        " times as much, since the path through the candidate adds to the error at every step more"
        " than the gate takes away.",
    )
