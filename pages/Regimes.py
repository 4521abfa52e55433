"""Regimes: one step of an error in two parts, and when the state gates are all that counts."""

import streamlit as st

from explorer import live, regimes, regimes_view
from explorer.page import chapter_page, predict
from explorer.regimes import RegimesRun, RegimesState
from explorer.time_cursor import time_cursor

with chapter_page("Regimes", RegimesState, regimes.presets(), regimes.settle) as store:
    st.markdown(
        "One step back multiplies an error by"
        " $\\partial\\psi[k-1]/\\partial\\psi[k] = Q + \\mathrm{diag}(g_{cs}[k])$ (179): the state (forget)"
        " gate, and $Q$, everything that goes through a weight. Were $Q$ small, the gates alone would decide"
        " (182). The paper lists conditions for that; several don't do what they promise (errata 24 to"
        " 29). Take a preset, whose run meets one, and compare *said* and *true*. ● : met at the"
        " cursor's step."
    )

    def picture(run: RegimesRun, _: RegimesState) -> int:
        regimes_view.charts(run)
        regimes_view.words(run)
        return len(run.rec)

    controls, right = st.columns([1, 3.9], gap="medium")
    with controls:
        regimes_view.controls(store)
    with right:
        time_cursor()
        charts, words = st.columns([1.35, 1.2], gap="medium")
    with charts:
        store.draw(regimes.run, picture)
    with words:
        live.place("steps", regimes_view.WORDS)

    st.markdown(
        "**What to look for.** *Upper picture:* the two parts of every step's factor, their sum (181),"
        " and the bound of $\\|Q\\|$ that holds whatever the signals do (errata 28). *Middle:* an error of"
        " the last step $l$, so many steps back, where it arrives at step $n$: *exact* along every path,"
        " *paper* by the product (180), *cec* by"
        " the gates alone (182), *bound* by the product of (181). *Lower:* exact and paper part at lag 2:"
        " the product lacks the way from $\\psi[n+2]$ into the value $v[n+1]$, through the readout"
        " (output) gate's $W_{v_{cr}}$ into $v[n]$, and from there to $s[n]$."
    )
    with st.expander("The bound of ‖Q‖ (errata 28)"):
        st.markdown(
            "$\\|Q\\| \\le (1+\\tfrac14|W_{s_{cr}}|)\\,(\\tfrac14(|W_{v_{cu}}|+S|W_{v_{cs}}|)+|W_{v_{du}}|)"
            "+\\tfrac14(|W_{s_{cu}}|+S|W_{s_{cs}}|)$ with $S=\\max|s[k-1]|$: no slope of a sigmoid is above"
            " ¼, none of tanh above 1, and of all signals only the state can be large."
        )
    predict(
        "(b) to (d): the readout is flat or shut and all matrices have norms below ½. Can Q be large?",
        "Yes, 6.25. What flattens the readout is a large state, here 50, and the state is not bounded"
        " by 1 (errata 27): as soon as the state gate is half open, one term alone,"
        " $W_{s_{cs}}^T\\,\\mathrm{diag}(s\\,G_c'(a_{cs}))$, is $0.49 \\cdot 50 \\cdot \\tfrac14 = 6.1$.",
    )
    predict(
        "Every step's matrix has the spectral radius ½. Does the error fade?",
        "Not if the matrices differ: two units that are updated in turn hand the error to each other,"
        " each time with the factor 2. After 20 steps it is 3.3 million times as large (errata 26)."
        " Norms below a number that is below 1 would be sufficient.",
    )
    predict(
        "The product of (181) is a bound. Can the exact line lie above it?",
        "Yes: it bounds the product (180), which leaves paths out. In *Three answers* the exact line is"
        " up to 30 % above it, at lag 9. Set $\\|W_{v_{cr}}\\|$ to 0: the lines agree, and the bound"
        " holds.",
    )
