"""The parts of *Roots*."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from explorer import live
from explorer.roots import INPUTS, STATE_WEIGHTS, UNITS, RootsRun, RootsState
from explorer.show import show, theme
from explorer.store import Store
from lstm_core.figures import distance_by_step, sampled_signal

WORDS = "live/words"
TITLES = {
    "exact": "State: line s(t) by (14), dots s[n] by (26)",
    "dropped": "State: line s(t) by (14), dots s[n] by (32)",
}


def controls(store: Store[RootsState]) -> None:
    """The step, the equation, the input, and whether W_s is kept."""
    two = store.state.units == "two"
    with live.group("live/controls"):
        store.slider("halvings", "how often ΔT is halved, from τ")
        store.choose("state_weights", "State weights W_s", STATE_WEIGHTS)
        store.slider("a", "|a| of A" + (", unit 0" if two else ""), step=0.01, log=True)
        if two:
            store.slider("a_1", "|a| of A, unit 1", step=0.01, log=True)
        store.slider("b", "feedback B, times |a|", step=0.05)
        if two:
            store.slider("coupling", "coupling B₀₁ = B₁₀, times |a|", step=0.05)
        store.slider("c", "input weight C, times |a|", step=0.05)
        store.select("signal", "Input x", INPUTS)
        store.slider("start", "start s(0)", step=0.05)
    with st.popover("Units, delay, bias and seed", width="stretch"), live.group("live/more"):
        store.choose("units", "Units", UNITS)
        store.slider("tau", "delay τ", step=0.05)
        store.slider("phi", "bias φ, times |a|", step=0.05)
        store.number("seed", "seed of the noise")


def charts(run: RootsRun, state: RootsState) -> None:
    """The input and the state with their samples; the distance by the step."""
    look: dict[str, Any] = {"theme": theme()}
    over_time, by_step = st.columns([2.1, 1], gap="small")
    units = run.solution.shape[1]
    names = ["s"] if units == 1 else [f"unit {i}" for i in range(units)]
    with over_time:
        read = {"x": np.concatenate([[np.nan], run.read])}  # no step ends at t = 0
        title = "Input: line x(t), dots x[n] that the steps read"
        show(
            sampled_signal(
                run.times, {"x": run.input}, read, height=70, time_axis=False, title=title, **look
            ),
            "input",
        )
        show(
            sampled_signal(
                run.times,
                dict(zip(names, run.solution.T, strict=True)),
                dict(zip(names, run.samples.T, strict=True)),
                height=255,
                title=TITLES[state.state_weights],
                **look,
            ),
            "state",
        )
    with by_step:
        show(
            distance_by_step(
                run.steps,
                run.distances,
                chosen=state.halvings,
                height=355,
                title="Largest distance of a dot",
                **look,
            ),
            "distance",
        )
    live.fill(WORDS, words(run, state))


def words(run: RootsRun, state: RootsState) -> dict[str, Any]:
    """The weights, the step at the cursor, and the distances in figures."""
    html = f'<div class="panels">{_weights(run)}{_step(run, state)}{_figures(run, state)}</div>'
    return {"html": html, "columns": _columns(run)}


def _weights(run: RootsRun) -> str:
    """W_s beside its approximation (errata 2), and the other weights (27-29)."""
    right = 1 / (1 + 1 / np.diag(run.approximate))  # 1 / (1 + dT |a|), whether or not it is used
    rows = "".join(
        f"<tr><th>{_W('s')}{_unit(run, i)}</th><td>{_short(exact)}</td><td>{_short(about)}</td>"
        f"<td>{_percent(about / exact - 1)}</td></tr>"
        for i, (exact, about) in enumerate(zip(right, np.diag(run.approximate), strict=True))
    )
    others = "".join(
        f"<tr><th>{label}</th><td colspan=3>{_matrix(run.theta[name])}</td></tr>"
        for label, name in (
            (f"{_W('r')} (27)", "W_r"),
            (f"{_W('x')} (28)", "W_x"),
            ("<i>θ<sub>s</sub></i> (29)", "theta_s"),
        )
    )
    return (
        f"<section><h3>Weights at ΔT = {run.dT:g}</h3><table><tr><th></th><td>exact (25)</td>"
        f"<td>paper: −(ΔT <i>A</i>)⁻¹</td><td>off by</td></tr>{rows}{others}</table></section>"
    )


def _step(run: RootsRun, state: RootsState) -> str:
    """The terms of (30) or (32) with their numbers, unit 0."""
    terms = ["readout", "input", "bias"]
    if state.state_weights == "exact":
        terms.insert(0, "state")
    back = "1" if run.m == 1 else str(run.m)
    symbols = {
        "state": f"{_W('s')} <i>s</i>[<i>n</i>−1]",
        "readout": f"{_W('r')} <i>r</i>[<i>n</i>−{back}]",
        "input": f"{_W('x')} <i>x</i>[<i>n</i>]",
        "bias": "<i>θ<sub>s</sub></i>",
    }
    rows = "".join(
        f'<tr><th>{symbols[name]}</th><td><span data-of="{name}"></span></td></tr>'
        for name in terms
    )
    number = "30" if state.state_weights == "exact" else "32"
    unit = f", unit 0 of {run.samples.shape[1]}" if run.samples.shape[1] > 1 else ""
    return (
        f'<section><h3>Step n = <span data-of="n"></span>, t = <span data-of="t"></span>{unit}</h3>'
        f"<table>{rows}"
        f'<tr class="sum"><th>sum = <i>s</i>[<i>n</i>] ({number})</th>'
        '<td><b data-of="sample"></b></td></tr>'
        '<tr><th><i>s</i>(<i>t</i>) by (14)</th><td><span data-of="there"></span></td></tr>'
        "</table></section>"
    )


def _figures(run: RootsRun, state: RootsState) -> str:
    """The distance now and at half the step, and what the rules on eigenvalues say."""
    now, half = run.distances[state.halvings : state.halvings + 2]
    rows = {
        f"distance at ΔT = {run.dT:g}": _short(now),
        f"at half of it, ΔT = {run.dT / 2:g}": _short(half),
        "divided by": _short(now / half) if half else "–",
        f"largest |eigenvalue| of {_W('s')} + {_W('r')}": _short(run.radius),
        "the paper's eigenvalue, <i>λ</i> / |<i>a<sub>ii</sub></i>|": ", ".join(
            _short(mu) for mu in run.modes
        ),
    }
    table = "".join(f"<tr><th>{head}</th><td>{body}</td></tr>" for head, body in rows.items())
    return f"<section><h3>Distance and stability</h3><table>{table}</table></section>"


def _columns(run: RootsRun) -> dict[str, list[Any]]:
    """The numbers of unit 0 at n = 0 .. K; no step ends at 0."""
    K = len(run.read)
    every = (len(run.times) - 1) // K
    columns: dict[str, list[Any]] = {
        name: ["–", *(float(f"{value:.4g}") for value in values[:, 0])]
        for name, values in run.terms.items()
    }
    columns["t"] = [f"{n * run.dT:.4g}" for n in range(K + 1)]
    columns["sample"] = [float(f"{value:.4g}") for value in run.samples[:, 0]]
    columns["there"] = [float(f"{value:.4g}") for value in run.solution[::every, 0]]
    return columns


def _W(index: str) -> str:
    return f"<i>W<sub>{index}</sub></i>"


def _unit(run: RootsRun, i: int) -> str:
    return "" if len(run.modes) == 1 else f", unit {i}"


def _matrix(values: np.ndarray) -> str:
    """A small matrix, row after row."""
    rows = np.atleast_2d(values) if values.ndim == 2 else values[:, None]
    return " ; ".join(", ".join(_short(value) for value in row) for row in rows)


def _short(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")


def _percent(share: float) -> str:
    percent = 100 * share
    return f"{percent:.3g} %" if percent < 1000 else f"{percent:.0f} %"


WHAT_TO_LOOK_FOR = (
    "**What to look for.** *Curves:* what a step reads is the input at its end (23), and the dots"
    " move onto the line as $\\Delta T$ is halved. *Distance:* they do so at slope 1, the first order"
    " of backward Euler, unless $W_s$ is dropped. The delay belongs to the equation, so"
    " $\\tau = m\\,\\Delta T$ stays what it is while $\\Delta T$ is halved: all dots are measured against"
    " one solution, and the readout comes from $m$ steps before, $r[n-m]$ (a canonical RNN whose"
    " state holds the last $m$ states)."
    "\n\n"
    "**When may $W_s$ be dropped (32)?** When the state forgets itself within one step: its entries are"
    " $1/(1+\\Delta T|a_{ii}|)$, so $\\Delta T|a_{ii}|$ must be large. The paper takes them for"
    " $1/|a_{ii}|$ at $\\Delta T = 1$: too large by the share $1/|a_{ii}|$, and above 1 where"
    " $|a_{ii}| < 1$, while the exact value always lies between 0 and 1 (errata 2, 17: numbers of the"
    " list on the last page). A smaller $\\Delta T$ makes it worse:"
    " $W_s$ tends to 1, and what is left without it tends to nothing."
    "\n\n"
    "**Small signals** follow the eigenvalues of $W_s + W_r$: where the largest is below 1 in size, they"
    " die. The paper reads them off $\\lambda/|a_{ii}|$, with $\\lambda$ the eigenvalues of $B$ (errata 3)."
    " In *Swinging by its delay* the feedback is so strong that the state overshoots again and again."
)
