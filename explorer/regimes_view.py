"""The parts of *Regimes*."""

from __future__ import annotations

import numpy as np
import streamlit as st

from explorer import live
from explorer.notation import symbol, value
from explorer.regimes import GATES, MATRICES, SIGNALS, Claim, RegimesRun, RegimesState
from explorer.show import show, theme
from explorer.store import Store
from lstm_core.figures import step_norms, transport_by_lag, transport_gap_by_lag

WORDS = "live/words"
# The same for all settings, so that they can be compared.
STEP_DOMAIN = (1e-3, 1e2)
LAG_DOMAIN = (1e-6, 1e7)
GAP_DOMAIN = (1e-6, 1e1)
TITLES = (
    "One step back, in two parts (179)",
    "‖∂ψ[n]/∂ψ[l]‖, the error of the last step l",
    "‖exact − paper‖ / ‖exact‖",
)

SATURATES = "<i>s</i> flattens <i>r</i>"
CLAIMS = {  # name -> the condition, its parameters in braces
    "a": "{W_s_cu}, {W_v_cu}, {W_s_cs}, {W_v_cs}&nbsp;&lt;&nbsp;½, {W_v_du}&nbsp;&lt;&nbsp;1",
    "b": f"{SATURATES}; {{W_s_cr}}, {{W_s_cu}}, {{W_s_cs}}&nbsp;&lt;&nbsp;½",
    "c": f"{SATURATES}, {{a_cr}} the gate; {{W_s_cu}}, {{W_s_cs}}&nbsp;&lt;&nbsp;½",
    "d": "{g_cr} shut; {W_s_cu}, {W_s_cs}&nbsp;&lt;&nbsp;½",
    "e": "{a_cu}, {a_cs}, {a_du} where the squashing is flat",
    "f": "{g_cu} and {g_cs} shut",
    "radius": "spectral radius of {Q} + diag {g_cs}&nbsp;&lt;&nbsp;1 at all <i>k</i>",
    "gates": "‖{Q}‖&nbsp;&lt;&nbsp;1 at all <i>k</i>",
}


def controls(store: Store[RegimesState]) -> None:
    """The input, the norms of the weights, and the gates."""
    with live.group("live/controls"):
        store.select("signal", "Input, to the candidate", SIGNALS)
        if store.state.signal != "grown":
            store.slider("size", "size of the input", step=0.1)
        store.select("matrices", "Matrices", MATRICES)
        store.slider("w_s", "‖W_s_cu‖ = ‖W_s_cs‖", step=0.01)
        store.slider("w_v", "‖W_v_cu‖ = ‖W_v_cs‖", step=0.01)
        store.slider("w_vdu", "‖W_v_du‖", step=0.01)
        store.slider("w_scr", "‖W_s_cr‖", step=0.1)
        store.slider("w_vcr", "‖W_v_cr‖ (0: exact = paper)", step=0.01)
        store.select("gates", "Gates", GATES)
        for gate in ("cs", "cu", "cr"):
            if store.state.gates == "free":
                store.slider(f"b_{gate}", f"bias b_{gate}", step=0.5)
            else:
                store.slider(f"g_{gate}", f"g_{gate}", step=0.01)
    with st.popover("Size and seed", width="stretch"), live.group("live/size"):
        store.slider("steps", "steps")
        store.slider("width", "units")
        store.number("seed", "seed")


def charts(run: RegimesRun) -> None:
    """The norms over the steps, the transports by lag, and how far two of them are apart."""
    ground, parts = theme(), run.parts
    norms = {
        "‖diag g_cs[k]‖": parts.gate_norms,
        "‖Q[k]‖": parts.rest_norms,
        "‖Q + diag g_cs‖": parts.factor_norms,
        "sum (181)": parts.bound,
        "bound of ‖Q‖": run.rest_bound,
    }
    upper = step_norms(norms, theme=ground, height=150, domain=STEP_DOMAIN, title=TITLES[0])
    show(upper, "norms")
    middle = transport_by_lag(
        run.by_lag,
        theme=ground,
        height=150,
        domain=LAG_DOMAIN,
        y_title="",
        legend_columns=4,
        title=TITLES[1],
    )
    show(middle, "lags")
    lower = transport_gap_by_lag(
        run.gap, theme=ground, height=70, domain=GAP_DOMAIN, title=TITLES[2]
    )
    show(lower, "gap")


def words(run: RegimesRun) -> None:
    """The factor of the cursor's step in numbers, and what is said beside what is true."""
    step, columns = _step(run)
    rows = "".join(_row(run, claim) for claim in run.claims)
    columns |= {claim.name: np.where(claim.met, "●", "○").tolist() for claim in run.claims}
    table = (
        '<h3>What is said, and what is true</h3><table class="claims"><thead><tr><th>condition</th>'
        '<th title="met at the step of the cursor">here</th>'
        '<th title="met at so many of the steps 1 to K−1">met</th><th>said</th><th>true</th>'
        f"</tr></thead><tbody>{rows}</tbody></table>"
    )
    live.fill(WORDS, {"html": step + table, "columns": columns})


def _step(run: RegimesRun) -> tuple[str, dict[str, list[str]]]:
    """Equation (179) with its numbers at the cursor's step, and the triangle (181)."""
    parts, d = run.parts, run.parts.gates.shape[1]
    cells = "".join(f'<span data-of="Q{i}{j}"></span>' for i in range(d) for j in range(d))
    gates = "".join(f'<span data-of="g{i}"></span>' for i in range(d))
    columns = {f"Q{i}{j}": _column(parts.rest[:, i, j]) for i in range(d) for j in range(d)}
    columns |= {f"g{i}": _column(parts.gates[:, i]) for i in range(d)}
    columns |= {
        "factor": _column(parts.factor_norms),
        "rest": _column(parts.rest_norms),
        "gate": _column(parts.gate_norms),
        "bound": _column(run.rest_bound),
    }
    q, g = symbol(run.rec.cell, "Q"), symbol(run.rec.cell, "g_cs")
    norms = {name: f'<b data-of="{name}"></b>' for name in ("factor", "rest", "gate", "bound")}
    html = (
        '<h3>One step back, from <i>k</i> = <span data-of="n"></span></h3><div class="step">'
        f'<div class="eq"><span class="no">(179)</span><span class="matrices">{q} ='
        f' <span class="matrix" style="--columns: {d}">{cells}</span>'
        f' <span class="matrices">diag {g} = <span class="matrix" style="--columns: 1">{gates}</span>'
        "</span></span></div>"
        f'<div class="eq"><span class="no">(181)</span><span>‖{q} + diag {g}‖ = {norms["factor"]}'
        f" ≤ ‖{q}‖ + ‖diag {g}‖ = {norms['rest']} + {norms['gate']}</span></div>"
        f'<div class="eq"><span class="no">err. 28</span><span>‖{q}‖ = {norms["rest"]} ≤'
        f" {norms['bound']}, by the weights and |<i>s</i>| alone</span></div></div>"
    )
    return html, columns


def _column(numbers: np.ndarray) -> list[str]:
    return [value(float(f"{number:.3g}")) for number in numbers]


def _row(run: RegimesRun, claim: Claim) -> str:
    """A condition: whether it is met at the cursor and how often, what it promises, what is true."""
    names = {name: symbol(run.rec.cell, name) for name in (*run.rec.cell.params, *run.rec.names)}
    names = {
        name: f"<span>‖{shown}‖</span>" if name in run.rec.cell.params else shown
        for name, shown in names.items()
    }
    condition = CLAIMS[claim.name].format(**names, Q="<i>Q</i>")
    label = f"<b>({claim.name})</b> " if len(claim.name) == 1 else ""
    true, look, title = "–", "open", "not met in this run"
    if claim.holds is not None:
        true = value(float(f"{claim.truth:.3g}"))
        look = "holds" if claim.holds else "fails"
        title = "what is said comes true" if claim.holds else "what is said does not come true"
    return (
        f'<tr><td>{label}{condition}</td><td data-of="{claim.name}"></td>'
        f"<td>{int(claim.met.sum())} of {len(claim.met) - 1}</td><td>{claim.promise}</td>"
        f'<td class="{look}" title="{title}">{true}</td></tr>'
    )
