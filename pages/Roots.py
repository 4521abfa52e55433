"""Roots: a delay differential equation, sampled, is the canonical RNN."""

import streamlit as st

from explorer import live, roots, roots_view
from explorer.page import chapter_page, predict
from explorer.roots import RootsRun, RootsState
from explorer.time_cursor import time_cursor

with chapter_page("Roots", RootsState, roots.presets(), roots.settle) as store:
    st.markdown(
        "A state $s$ fades by itself ($A<0$), is fed by its own output $r=\\tanh(s)$ after a delay $\\tau$"
        " ($B$), by an input $x$ ($C$) and by a constant $\\phi$:"
        " $\\frac{ds}{dt} = A\\,s + B\\,r(t-\\tau) + C\\,x + \\phi$ (14). Look at it only every $\\Delta T$"
        " (backward Euler, 20-24), and it is the canonical RNN"
        " $s[n] = W_s\\,s[n-1] + W_r\\,r[n-1] + W_x\\,x[n] + \\theta_s$ (30), with"
        " $W_s = (I - \\Delta T A)^{-1}$, $W_r = \\Delta T\\,W_s B$, $W_x = \\Delta T\\,W_s C$,"
        " $\\theta_s = \\Delta T\\,W_s\\phi$ (25-29). At first $\\Delta T=\\tau$, and the dots miss every"
        " swing: pull *how often ΔT is halved* to 3. Numbers in brackets are equations of *the paper* that"
        " this path follows; you don't need it: the last page lists them all, and its mistakes, the *errata*."
    )

    def picture(run: RootsRun, state: RootsState) -> int:
        roots_view.charts(run, state)
        return len(run.samples)

    controls, right = st.columns([1, 3.9], gap="medium")
    with controls:
        roots_view.controls(store)
    with right:
        time_cursor()
        store.draw(roots.run, picture)
        live.place("steps", roots_view.WORDS)

    st.markdown(roots_view.WHAT_TO_LOOK_FOR)
    predict(
        "$\\Delta T$ is halved again and again. What becomes of the distance, and is it ever half?",
        "It tends to half each time: backward Euler is of first order. At the large steps it is not"
        " there yet: in the opening state the first halving divides it by 1.6, the fourth by 1.9, and"
        " further ones by ever nearer to 2.",
    )
    predict(
        "With $\\Delta T = 1$ and $|a| = 10$ the paper takes $W_s$ for 0.1. What is it?",
        "$1/(1+10) = 0.0909$: the paper is 10 % above it, $1/|a|$ of the value (errata 2). At"
        " $|a| = 0.5$ it would say 2, and the state would grow; the exact value is 0.667 (errata 17).",
    )
    predict(
        "In the preset *Coupled* the paper finds $\\mu = 0.9$ and $0.5$, inside the unit circle. Is that"
        " cell stable?",
        "No: the state grows from 0.01 until the readout saturates. $\\mu_i = \\lambda_i/|a_{ii}|$ holds"
        " only if $B$ is diagonal or all $a_{ii}$ are equal (errata 3); the eigenvalues of"
        " $W_s + W_r$ are on screen. And what counts is $|\\mu| < 1$, not $0 < \\mu < 1$ (errata 4), for"
        " small signals (errata 1).",
    )
