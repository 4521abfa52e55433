"""The parts of *Why the error dies*."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from explorer import live
from explorer.remember import remembered
from explorer.show import show, stands_for, theme
from explorer.store import Store
from explorer.why import CAROUSEL, GATES, LOSSES, SystemRun, WhyState
from lstm_core.figures import Figure, Theme, gradient_traces, transport_by_lag, transport_map
from lstm_core.figures.transport import map_words

MAP = "live/map/{}"
DOMAIN = (1e-12, 1e6)  # of the errors, so that the systems can be compared


def controls(store: Store[WhyState]) -> None:
    """The recurrent matrix, the input, the loss, and the LSTM's gates."""
    with live.group("live/controls"):
        store.slider("radius", "spectral radius of W", step=0.01)
        if store.state.width > 1:
            store.slider("nonnormal", "non-normality of W", step=0.1)
        store.slider("drive", "size of the input", step=0.1)
        store.choose("loss", "Loss counts at", LOSSES)
        store.select("gates", "The LSTM's gates", GATES)
        if store.state.gates == "learned":
            store.slider("forget_bias", "bias b_cs of the state (forget) gate", step=0.1)
        else:
            for name in ("g_cs", "g_cu", "g_cr"):
                store.slider(name, name, step=0.01)
    with st.popover("Size and seed", width="stretch"), live.group("live/size"):
        store.slider("steps", "steps")
        store.slider("width", "units", shapes=True)
        store.number("seed", "seed")


def charts(runs: Mapping[str, SystemRun]) -> None:
    """A column a system: the errors over time, their travel by lag, and the map of it below."""
    ground = theme()
    for i, (place, (name, run)) in enumerate(
        zip(st.columns(len(runs), gap="small"), runs.items(), strict=True)
    ):
        with place:
            figures = _figures_again if name == CAROUSEL else _figures
            for kind, figure in figures(name, run, ground).items():
                show(figure, f"{kind}/{name}")
        live.fill(MAP.format(i), {**_map(run), "name": name})
        stands_for(MAP.format(i), partial(transport_map, run.norms), f"map/{name}")


def _figures(name: str, run: SystemRun, ground: Theme) -> dict[str, Figure]:
    """The charts of one system."""
    errors = gradient_traces(
        run.back, ("psi", "chi"), None, theme=ground, height=105, domain=DOMAIN, title=name
    )
    lags = transport_by_lag(run.by_lag, theme=ground, height=130, domain=DOMAIN, y_title="")
    return {"errors": errors, "lags": lags}


_figures_again = remembered(_figures)  # a carousel's are the same whatever the matrix is


def _map(run: SystemRun) -> dict[str, Any]:
    steps = len(run.norms)
    norms = live.floats(run.norms[np.tri(steps, dtype=bool).T])  # of n <= l
    return {"norms": norms, "steps": steps, "words": map_words(run.norms)}


def maps() -> None:
    """Where the maps stand, which the picture fills."""
    for i, place in enumerate(st.columns(3, gap="small")):
        with place:
            live.place("map", MAP.format(i))
