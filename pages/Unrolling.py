"""Unrolling: an RNN over a whole sequence against the same RNN over segments of it."""

import streamlit as st

from explorer import live, unrolling, unrolling_view
from explorer.cell_view import place_drawing
from explorer.page import chapter_page, predict
from explorer.time_cursor import time_cursor
from explorer.unrolling import UnrollingRun, UnrollingState

with chapter_page("Unrolling", UnrollingState, unrolling.presets(), unrolling.settle) as store:
    st.markdown(
        "An RNN answers a single pulse without end (36), but it is unrolled for finitely many steps:"
        " windows $w_m$ cut the sequence into segments of $K$ steps (43-46), and each starts afresh"
        " (61-63). Proposition 1 says when that does no harm: when the target's segments don't depend"
        " on each other. Here the target is $v[n]=x[n-L]$: make the dependency $L$"
        " longer than a segment, and see what becomes of the response and of the error."
    )

    def picture(run: UnrollingRun, state: UnrollingState) -> int:
        unrolling_view.charts(run, state)
        unrolling_view.words(run, state)
        return len(run.rec)

    controls, right = st.columns([1.05, 3.35], gap="medium")
    with controls:
        unrolling_view.controls(store)
    with right:
        time_cursor()
        charts, words = st.columns([2.2, 1.15], gap="medium")
    with charts:
        state = store.usable(unrolling.run)
        place_drawing(state.drawing, unrolling.run(state).rec)
        store.draw(unrolling.run, picture)
    with words:
        live.place("steps", unrolling_view.WORDS)

    st.markdown(
        "**What to look for.** The bands are the windows: at every step exactly one of them is 1, so"
        " the segments add up to the sequence (37). *Response:* at a border the segment forgets what"
        " the whole run still knows. *Error:* it is $E = \\frac12\\sum(r[n]-v[n])^2$ over the steps"
        " where the target has an echo to ask for; beyond the end of a segment there is no error (85),"
        " so none comes across. *Lowest picture:* of all pairs of steps $n-L$ and $n$, weighed by what"
        " the whole run's error at $n$ leaves at $n-L$, the share that lies in one segment; a longer"
        " segment keeps less where its borders fall badly."
    )
    predict(
        "The state is carried over from segment to segment, so every output is exactly right. Can"
        " the RNN now learn a dependency that is longer than the segment?",
        "No. Forward nothing is missing, but backward the error still ends at the border: the"
        " gradient at the pulse is exactly 0 (preset *State carried over*). Nothing tells the weights"
        " that the pulse mattered. This is truncated back-propagation through time.",
    )
    predict(
        "A dependency of 5 steps, segments of 15. Is it safe?",
        "Only where no border falls between the two steps: that is 10 of 15 places, about two thirds."
        " With the pulse at 12 and its echo at 17 (preset *Shorter, across a border*) it is lost, with"
        " the pulse at 8 it is kept. Proposition 1 asks that the segments be cut where the target"
        " falls apart by itself, not only that they be long.",
    )
    predict(
        "Equation 46 is printed with the upper limit $N-1$. What do the three segments of"
        " $v = 1, 2, 3, 4, 5, 6$, two samples each, then add up to?",
        "To 1, 2, 6, 8, 15, 18: later segments are counted again and again (errata 6). With the limit"
        " $j(m)+K_m-1$, as in (52) and (58), the sum is $v$. And where the source asks for a start at"
        " 0 or at random, any start will do that doesn't depend on other segments (errata 8).",
    )
