"""Why the error dies: one error through a plain RNN, a Vanilla LSTM and a pure carousel."""

import streamlit as st

from explorer import why, why_view
from explorer.page import chapter_page, predict
from explorer.why import SystemRun, WhyState

with chapter_page("Why the error dies", WhyState, why.presets(), why.settle) as store:
    st.markdown(
        "The same input and loss go through a plain RNN, an LSTM (built part by part on the next page) and"
        " a carousel that only carries. The error on the state is $\\psi[n]=\\partial E/\\partial s[n]$, how"
        " much the loss changes with it. In the RNN every step back multiplies it by"
        " $\\mathrm{diag}(G'(s))\\,W_r^T$ (91, corrected): the product shrinks or grows. The LSTM has a"
        " second way past that matrix, on which a *state (forget) gate* $g_{cs}$ from 0 to 1 says how much is"
        " kept; it is no cure where the way through the matrix is as strong (presets *Exploding*,"
        " *Against Eq 182*)."
    )

    def picture(runs: dict[str, SystemRun], state: WhyState) -> int:
        why_view.charts(runs)
        return state.steps

    controls, right = st.columns([1, 3.9], gap="medium")
    with controls:
        why_view.controls(store)
    with right:
        store.draw(why.run, picture)
        why_view.maps()

    st.markdown(
        "**What to look for.** *Upper row:* the error on the state, ψ, and on the output, χ, over"
        " the steps, for the loss that was chosen. *Middle row:* the most that can be left of any"
        " error after so many steps (a 2-norm, so the best case over all directions: this run's error can"
        " fade faster). *exact* goes along every path; *paper* is the paper's product of one-step factors"
        " (180), which leaves some paths out; *cec*, the constant error carousel, the state (forget) gates"
        " alone (182); *bound* the largest stretch of $W$, once per step (92). An RNN has no way past its"
        " matrix, so its *cec* is 0 from the first step back. *Lower row:* the same for every pair of steps:"
        " white is 1 (as all over the carousel's map), blue has died, orange has grown."
        "\n\n"
        "**The controls.** *Spectral radius:* the largest |eigenvalue| of $W$. *Non-normality:* the entries"
        " beside its diagonal, which let it stretch before it shrinks. The gates: $g_{cs}$ keeps the state,"
        " $g_{cu}$ lets the update (the candidate) in, $g_{cr}$ lets the readout out."
    )
    predict(
        "W has the eigenvalues 0.9 and 0.8, so its powers tend to 0. Can the error still grow?",
        "Yes. With 5 beside the diagonal the norm of W is 5.14, and at $s = 0$ the error grows to"
        " 13.5 times its size at lag 6 before it decays below 1 at lag 38 (errata 13). Eigenvalues"
        " tell the end of the story, the norm its beginning.",
    )
    predict(
        "All state (forget) gates are 0.9. Equation 182 says that 4 % of an error is left after 30 steps."
        " Is that so?",
        "With $W_{v_{du}} = 0.5$ and the other gates open, after 30 steps the error is 24 000 times as"
        " large as it began (errata 29): the path through the candidate is not negligible beside the gate.",
    )
