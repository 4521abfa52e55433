"""Inside the cell: every signal of a trained Vanilla LSTM that reads a real series."""

import streamlit as st

from explorer import inside, inside_view, live
from explorer.cell_view import place_drawing
from explorer.inside import InsideRun, InsideState
from explorer.page import chapter_page, predict
from explorer.time_cursor import time_cursor
from explorer.weight_editor import weight_editor

with chapter_page("Inside the cell", InsideState, inside.presets(), inside.settle) as store:
    st.markdown(
        "A Vanilla LSTM, trained on the yearly sunspot numbers, reads a series and predicts its next"
        " value; another, trained on a book, reads text and predicts the next letter. Move the"
        " cursor *n* and read off what every gate does at that step, and what each equation"
        " (126-136) comes to. Change the input or a weight, and everything follows."
    )

    def picture(run: InsideRun, state: InsideState) -> int:
        inside_view.charts(run, state)
        inside_view.step_numbers(run, state)
        return len(run.rec)

    controls, right = st.columns([0.95, 3.55], gap="medium")
    with controls:
        inside_view.input_controls(store)
        with st.popover("Weights", width="stretch", icon=":material/edit:"):
            state = store.usable(inside.run)
            weight_editor(store, inside.cell(state), inside.trained(state))
        inside_view.looks(store)
    with right:
        time_cursor()
        drawn, step = st.columns([2.2, 1.25], gap="medium")
    with drawn:
        state = store.usable(inside.run)
        place_drawing(state.drawing, inside.run(state).rec, state.notation)
        inside_view.place_text(state)
        store.draw(inside.run, picture)
    with step:
        live.place("steps", inside_view.STEP)

    inside_view.what_to_look_for(store.state)
    predict(
        "What happens to the state and to ψ when you scale $b_{cs}$, $W_{x_{cs}}$, $W_{s_{cs}}$ and"
        " $W_{v_{cs}}$ all to 0?",
        "Every state (forget) gate becomes $G_c(0) = 0.5$, so each step halves what the state held before,"
        " and what an error brings back along the state: of either a thousandth is left after ten steps. New"
        " input comes in at every step, and the error also comes back through the other gates. The preset"
        " *State (forget) gate at 0.5* does this, with the loss at the last step.",
    )
