"""No words of NumPy, of SciPy or of the library reach a visitor, whatever raises them and wherever."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.integrate
import scipy.linalg
from streamlit.testing.v1 import AppTest

import lstm_core as lc
from explorer import chart_menu
from explorer.problems import GENERAL
from explorer.state import to_query
from lstm_core import sequences
from tests.live import ask, charts_with_menu, press, shown
from tests.pages.test_pages import EQUATIONS, INSIDE, PAGES, open_page, refused, sound

INFINITE = np.full((2, 2), np.inf)
NOTHING = np.full((2, 2), np.nan)
RAW: dict[str, Callable[[], Any]] = {
    "eigenvalues": lambda: np.linalg.eigvals(INFINITE),
    "svd": lambda: np.linalg.svd(NOTHING),
    "shapes": lambda: np.ones(2) + np.ones(3),
    "scipy": lambda: scipy.linalg.inv(INFINITE),
    "solver": lambda: scipy.integrate.solve_ivp(lambda t, s: s, (0, 1), [1.0], method="none"),
    "memory": lambda: np.empty(2**50),
    "division": lambda: np.float64(1) / (1 // 0),
    "key": lambda: {}["W_s"],
    "library": lambda: sequences.standardise([5.0, 5.0]),
    "signal": lambda: lc.CELLS["vanilla_lstm"].signals["nonsense"],
}
COMPUTING = [page for page in PAGES if page != EQUATIONS]  # its checks are tested with it
EACH_COMPUTING = pytest.mark.parametrize("page", COMPUTING, ids=lambda page: Path(page).stem)
EVERYWHERE = ("eigenvalues", "scipy", "library")
CASES = [(page, name) for page in COMPUTING for name in EVERYWHERE] + [
    (INSIDE, name) for name in RAW if name not in EVERYWHERE
]


def words_of(raw: Callable[[], Any]) -> str:
    with pytest.raises(Exception) as caught:
        raw()
    return str(caught.value)


def break_a_state(
    page: str, raw: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """Have one of a page's states fail, which is not the opening one; its link."""
    module, _ = PAGES[page]
    run = module.run
    failing = next(
        preset for each in module.presets().values() if to_query(preset := module.settle(each))
    )
    monkeypatch.setattr(module, "run", lambda state: raw() if state == failing else run(state))
    return to_query(failing)


@pytest.mark.parametrize(
    ("page", "name"), CASES, ids=[f"{Path(page).stem}-{name}" for page, name in CASES]
)
def test_raw_words_are_logged_and_not_shown(
    page: str, name: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    raw = RAW[name]
    query = break_a_state(page, raw, monkeypatch)
    with caplog.at_level(logging.ERROR):
        said = refused(open_page(page, query))
    assert said.startswith(GENERAL)
    assert words_of(raw) not in said
    assert words_of(raw).splitlines()[0] in caplog.text


@EACH_COMPUTING
def test_the_page_lives_on(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    query = break_a_state(page, RAW["scipy"], monkeypatch)
    at = open_page(page, query)
    assert shown(at)["charts"], "no picture"
    refused(at)
    sound(press(at, "reset"))
    refused(press(at, "undo"))


@pytest.mark.parametrize("name", RAW)
def test_a_file_that_fails_is_said_in_our_words(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = RAW[name]
    at: AppTest = open_page(COMPUTING[0])
    monkeypatch.setattr(chart_menu, "export", lambda *_: raw())
    said = ask(at, charts_with_menu(at)[0], "svg")["problem"]
    assert said == "The file could not be made. Try another format."
