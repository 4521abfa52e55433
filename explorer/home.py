"""The home page: the map of the chapters."""

import streamlit as st

from explorer import inside, inside_view, live
from explorer.chart_menu import chart_menu
from explorer.page import CHAPTERS, set_up
from explorer.show import result_of


def home() -> None:
    """Draw the page."""
    set_up("Home")
    st.markdown("## Carousel: see inside a recurrent cell")
    st.markdown(
        "Every gate, every sum and every error gradient of a recurrent cell, computed by a real cell"
        " while you change it. Follow the chapters in order, or open the one you need."
    )
    cards = [card for _ in CHAPTERS[::3] for card in st.columns(3, gap="medium")]
    for number, (card, chapter) in enumerate(zip(cards, CHAPTERS, strict=False), start=1):
        with card.container(border=True):
            st.page_link(chapter.file, label=f"**{number}. {chapter.name}**")
            st.markdown(f"*{chapter.question}*  \n{chapter.about}")
    words, picture = st.columns([1, 2.4], gap="medium")
    with picture:
        opening = inside.InsideState()

        def cell_at_work() -> int:
            run = result_of(inside.run, opening)
            inside_view.charts(run, opening)
            return len(run.rec)

        about = {"page": "Home", "n": opening.n, "flow": opening.flow, "head": {}}
        live.picture(lambda: live.telling_again("Home", cell_at_work), lambda: about)
        chart_menu("Home", cell_at_work)
    words.markdown(
        "### A cell at work\n"
        "A trained Vanilla LSTM reads the yearly sunspot numbers and predicts the next year. From top"
        " to bottom: the series and the prediction; the three gates of unit 4 of its eight; the"
        " candidate *u*, the state *s*, the readout *r* and the value *v*; and the error gradients ψ"
        " and χ, which flow from right to left."
    )
    words.markdown(
        "**To show a class.** Set a page up, then copy the address: it holds the whole state, so the"
        " link opens on exactly what you saw. The menu at the top right switches between light and"
        " dark.  \n"
        "**Keys.** Left and right arrow: one step; Home and End: first and last step; Space: play and"
        " pause; Ctrl+Z: undo.  \n"
        "**Symbols** and equation numbers in brackets are those of A. Sherstinsky, *Fundamentals of Recurrent"
        " Neural Network (RNN) and Long Short-Term Memory (LSTM) Network*, which derives the LSTM from a"
        " differential equation; its known errors are corrected, and *errata* numbers count them. *ψ* is"
        " the error gradient of the state, ∂E/∂s, *χ* that of the value, ∂E/∂v. *Inside the cell* can show"
        " PyTorch's names instead."
    )
