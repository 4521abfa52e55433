"""The menu of every chart of a page: files, numbers and lines of Python, made when they are asked for."""

from __future__ import annotations

import re
import unicodedata
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from explorer import live
from explorer.problems import said_of
from explorer.python_lines import python_lines
from explorer.show import collect
from lstm_core.figures import export, to_csv

KEY = "live/exports"
ASKED = "live/exports/asked"  # in the session, until it is answered
LONGEST_NAME = 80


@st.fragment
def chart_menu(
    page: str, picture: Callable[[], Any], look: Callable[[Mapping[str, Any]], None] | None = None
) -> None:
    """The menu of the charts that ``picture`` shows; once on a page, after the picture. ``look`` takes
    the step and the flow that the browser shows.

    A fragment of its own: what is asked for runs the picture again for its figures, and draws nothing.
    """

    def take(sent: Any) -> None:
        if look:
            look(sent)
        st.session_state[ASKED] = sent

    asked = st.session_state.pop(ASKED, None)
    shown = answer(page, picture, asked) if asked else {}
    live.telling_part("exports", KEY, shown, take)


def answer(page: str, picture: Callable[[], Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    """What the menu shows for a choice: a file, lines of Python, or a problem in a sentence.

    ``asked``: ``seq``; ``what``: ``svg``, ``pdf``, ``png``, ``csv`` or ``python``; ``chart``: its key;
    ``width`` and ``scale`` as for ``export``.
    """
    told = {"seq": asked["seq"]}
    what, chart = str(asked["what"]), str(asked["chart"])
    try:
        found = collect(picture)
        if chart not in found.figures:
            return told | {"problem": "This chart is no longer on the page. Open its menu again."}
        figure = found.figures[chart]
        if what == "python":
            return told | {"python": python_lines(figure, found.starts)}
        if what == "csv":
            file = to_csv(figure).encode()
        else:
            file = export(figure, what, asked["width"], asked["scale"])
    except Exception as problem:
        return told | {
            "problem": said_of(problem, "The file could not be made. Try another format.")
        }
    return told | {"name": file_name(page, chart, what), "file": b64encode(file).decode()}


def file_name(page: str, chart: str, kind: str) -> str:
    """``carousel-``, the page and the chart in plain letters, and the kind."""
    plain = unicodedata.normalize("NFKD", f"carousel {page} {chart}").lower()
    return re.sub("[^a-z0-9]+", "-", plain)[:LONGEST_NAME].strip("-") + f".{kind}"
