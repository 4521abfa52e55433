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
        " (61-63). That does no harm where the segments of the target don't depend on each other"
        " (Proposition 1 of the paper). Here the target is an echo, $v[n]=x[n-L]$, and the RNN has one unit"
        " without $W_s$: $s = W_r\\,r' + x$, where ′ is the step before. Make the dependency $L$ longer than"
        " a segment, and see what becomes of the response and of the error."
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
        " so none comes across. *Lowest picture:* how much of the error that should travel $L$ steps back,"
        " taken over all places and not only the pulse's, stays inside one segment, for every $K$; a"
        " longer segment keeps less where its borders fall badly. *In the step:* segment $m$ starts at"
        " $j(m)$ and has $K_m$ steps; $s_m$ is the state within it. The gradients of segments differ in"
        " size and sign from those of the whole, so their sum can come out small."
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
        "Only where no border falls between the two steps: that is 10 of 15 places, about two thirds"
        " (the share on screen also counts how much error each place has to send)."
        " With the pulse at 12 and its echo at 17 (preset *Shorter, across a border*) it is lost, with"
        " the pulse at 8 it is kept. Proposition 1 asks that the segments be cut where the target"
        " falls apart by itself, not only that they be long.",
    )
    predict(
        "A segment is the sum of its own samples, $v_m[n]=\\sum_{k=j(m)}^{j(m)+K_m-1} v[k]\\,\\delta[n-k]$;"
        " (46) prints the upper limit $N-1$, the end of the sequence. What do the three segments of"
        " $v = 1, 2, 3, 4, 5, 6$, two samples each, then add up to?",
        "To 1, 2, 6, 8, 15, 18: later segments are counted again and again (errata 6). With the limit"
        " $j(m)+K_m-1$, as in (52) and (58), the sum is $v$. And where the paper asks for a start at"
        " 0 or at random, any start will do that doesn't depend on other segments (errata 8).",
    )
