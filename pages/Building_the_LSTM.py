"""Building the LSTM: from the canonical RNN to the Vanilla cell, a part at a time."""

import streamlit as st

from explorer import building, building_view
from explorer.building import BuildingRun, BuildingState
from explorer.building_words import WORDS
from explorer.page import chapter_page, predict
from explorer.time_cursor import time_cursor

with chapter_page("Building the LSTM", BuildingState, building.presets(), building.settle) as store:
    st.markdown(
        "Six cells lead from the canonical RNN (30) to the Vanilla LSTM (126-136); each differs from"
        " the one before by the part that is marked. All read the same input with the same weights,"
        " and an error enters on the output at the last step, so what differs between *before* and"
        " *now* is what the new part does."
    )

    def picture(run: BuildingRun, state: BuildingState) -> int:
        building_view.charts(run, state)
        building_view.figures_in_words(run, state)
        return len(run.now.rec)

    controls, right = st.columns([1, 3.9], gap="medium")
    with controls:
        building_view.controls(store)
    with right:
        building_view.stages(store)
        time_cursor()
        state = store.usable(building.run)
        building_view.stage(state, building.run(state))
        store.draw(building.run, picture)
        predict(WORDS[state.stage].question, slot=building_view.ANSWER)
    st.markdown(
        "**Symbols.** $g$: a gate, from 0 to 1; $a$: the sum that is squashed to make it; c: control, d:"
        " data; s, u, r, x: of the state, the update, the readout, the input, so $g_{cs}$ is the gate of"
        " the state, $a_{du}$ the sum of the update's data. ′: one step before; ⊙: entry by entry;"
        " $G_c$: the sigmoid, for gates; $G_d$: tanh. *b* in the drawing is a bias, $\\theta_s$ where"
        " it is the state's; *E* the loss, at the last step."
        "\n\n"
        "**What to look for.** *Left:* the state of one unit. *Middle:* the size of the error on the"
        " state, ψ, and on the output, χ; it flows to the left. *Right:* the largest factor by which an"
        " error on the state can have changed after so many steps back, along every path: 1 is unchanged,"
        " more has grown. This run's error, in the middle, can fade faster. The thin grey line is the stage"
        " before. Play the drawing backward to see which way the error takes. Stage 5 has two parts in"
        " one, as its cell has: the input's gate (106) and the squashed update (107-108)."
    )
