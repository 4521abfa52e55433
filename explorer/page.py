"""What every page calls first: its place in the app, the styles, the presets, undo and the link."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar

import streamlit as st

from explorer import live
from explorer.server import prepare
from explorer.store import Store

State = TypeVar("State")


@dataclass(frozen=True)
class Chapter:
    """One page of the app: its file, its name in the navigation, and its question."""

    file: str
    name: str
    question: str
    about: str
    leads: str = ""  # to the next one


CHAPTERS = (
    Chapter(
        "pages/Roots.py",
        "Roots",
        "Where does an RNN come from?",
        "Sample a delay differential equation, and its weights become those of an RNN.",
        "With small steps the RNN follows its equation. Does it also come to rest, or grow without end?",
    ),
    Chapter(
        "pages/Stability.py",
        "Stability",
        "When does a recurrent cell stay stable?",
        "Move the eigenvalues about the unit circle; see decay, oscillation and saturation.",
        "A stable cell forgets slowly, without ever being done; a training run has to cut somewhere.",
    ),
    Chapter(
        "pages/Unrolling.py",
        "Unrolling",
        "What does it cost to cut a sequence into segments?",
        "An RNN over the whole sequence against the same RNN over windows of it, there and back.",
        "Say that nothing is cut. Does the error then come all the way back?",
    ),
    Chapter(
        "pages/Why_the_error_dies.py",
        "Why the error dies",
        "Why does the error die in a plain RNN?",
        "One error, three systems: a plain RNN, a Vanilla LSTM and a pure carousel side by side.",
        "The LSTM keeps an error that the RNN loses. Which of its parts does that?",
    ),
    Chapter(
        "pages/Building_the_LSTM.py",
        "Building the LSTM",
        "How does an RNN become an LSTM, part by part?",
        "Six cells, each with one part more: what the new part does to the state and to the error.",
        "The cell is complete. See it at work, trained, on a real series.",
    ),
    Chapter(
        "pages/Inside_the_cell.py",
        "Inside the cell",
        "What happens inside an LSTM cell at every step?",
        "Every gate, sum and gradient of a trained cell reading a real series, step by step.",
        "What happens if you take the gates into your own hands?",
    ),
    Chapter(
        "pages/Constant_error_carousel.py",
        "The constant error carousel",
        "What keeps an error alive in the carousel?",
        "Clamp, schedule or saturate the three gates and watch the state and the error go round.",
        "With gates held by hand the state (forget) gate decides alone. When is that so by itself?",
    ),
    Chapter(
        "pages/Regimes.py",
        "Regimes",
        "When do state (forget) gates alone carry the error?",
        "Split every step back into the gate and the rest, and test what is said of both.",
        "What else could one want of a cell: to look ahead, to show less, to choose its input.",
    ),
    Chapter(
        "pages/Augmented_LSTM.py",
        "Augmented LSTM",
        "What do a look-ahead, a projection and a gate on the input change?",
        "Windows over the input, a narrower value, a gate for the input: beside the Vanilla cell.",
        "That is the whole way. Look any equation of it up, and check what is wrong in print.",
    ),
    Chapter(
        "pages/Equations_and_errata.py",
        "Equations and errata",
        "Where is each equation, and which ones are wrong?",
        "Every numbered equation with its place in the code; every known error, checked while you look.",
        "Here the way ends. Any page can be opened again from the top: set it up, and copy its address.",
    ),
)


@cache
def _styles() -> str:
    path = Path(__file__).parent.parent / "assets" / "style.css"
    return f"<style>{path.read_text(encoding='utf-8')}</style>"


def set_up(title: str) -> None:
    """Page settings, styles, the live parts and navigation; needs no other page to have run."""
    prepare()
    st.set_page_config(
        page_title=f"{title} · Carousel",
        page_icon="🎠",
        layout="wide",
        menu_items={"About": "See inside a recurrent cell: every gate, sum and error gradient."},
    )
    st.html(_styles())
    live.start()
    with st.container(horizontal=True, gap="small", key="navigation"):
        st.page_link("app.py", label="**Carousel**")
        for chapter in CHAPTERS:
            st.page_link(chapter.file, label=chapter.name)


@contextmanager
def chapter_page(
    name: str,
    kind: type[State],
    presets: Mapping[str, State],
    settle: Callable[[State], State],
) -> Iterator[Store[State]]:
    """A chapter's page: title, presets, reset, undo, and its state, which the link has."""
    chapter = next(item for item in CHAPTERS if item.name == name)
    set_up(name)
    store = Store(name, kind, settle, presets)
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="presets"):
        st.markdown(f"## {chapter.question}", width="content")
        live.telling_part("head", "live/head", {"labels": list(presets)}, partial(_go, store))
    yield store
    live.part("way", "live/way", _way(chapter))


def _way(chapter: Chapter) -> dict[str, Any]:
    """The chapters before and after one."""
    i = CHAPTERS.index(chapter)
    around = {"back": CHAPTERS[i - 1 : i] if i else (), "next": CHAPTERS[i + 1 : i + 2]}
    return {
        name: {"name": each.name, "path": Path(each.file).stem}
        for name, found in around.items()
        for each in found
    } | {"leads": chapter.leads}


def _go(store: Store[Any], sent: Any) -> None:
    """A preset, or a way back."""
    store.look(sent)
    live.replaced(sent["seq"])
    what = str(sent["what"])
    if what == "undo":
        store.undo()
    elif what == "reset":
        store.put(store.kind())
    elif what.removeprefix("preset/") in store.presets:
        store.put(store.presets[what.removeprefix("preset/")])


def predict(question: str, answer: str = "", slot: str = "") -> None:
    """A question to think about before the answer is opened. An answer with numbers of the run stands in
    a ``slot``, which the picture fills."""
    with st.expander(f"**Predict, then reveal.** {question}"):
        if slot:
            live.place("steps", slot)
        else:
            st.markdown(answer)
