"""Every chart of every page as a file, as numbers, and as lines of Python."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
from base64 import b64decode
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from explorer.state import to_query
from lstm_core.figures.export import KINDS, WIDTHS
from tests.live import ask, charts_with_menu
from tests.pages.test_pages import APP, INSIDE, PAGES, ROOT, STABILITY, open_page, sound

HOME = "app.py"
# Beside the presets: what only other settings show.
MORE: dict[str, tuple[dict[str, str], ...]] = {
    HOME: ({},),
    INSIDE: tuple({"view": view} for view in ("all", "sums", "gates")),
    STABILITY: ({"n": "7"},),
}


def states(page: str) -> list[dict[str, str]]:
    """The links of a page's presets, and of what they do not show."""
    presets: list[dict[str, str]] = []
    if page in PAGES:
        module = PAGES[page][0]
        presets = [to_query(module.settle(preset)) for preset in module.presets().values()]
    return [*presets, *MORE.get(page, ())]


def opened(page: str, query: dict[str, str]) -> AppTest:
    if page == HOME:
        return sound(AppTest.from_file(str(APP), default_timeout=60).run())
    return sound(open_page(page, query))


EVERY_PAGE = [HOME, *PAGES]
EACH = pytest.mark.parametrize("page", EVERY_PAGE, ids=lambda page: Path(page).stem)


@cache
def charts(page: str) -> dict[str, dict[str, str]]:
    """Every chart that a page has: a state that shows it."""
    found: dict[str, dict[str, str]] = {}
    for query in states(page):
        for name in charts_with_menu(opened(page, query)):
            found.setdefault(name, query)
    return found


@EACH
def test_every_chart_has_a_menu(page: str) -> None:
    at = opened(page, states(page)[0])
    names = charts_with_menu(at)
    assert len(names) >= 3
    assert len(set(names)) == len(names)


@EACH
def test_every_chart_is_a_file_of_every_kind(page: str) -> None:
    for name, query in charts(page).items():
        at = opened(page, query)
        for kind in KINDS:
            answer = ask(at, name, kind)
            assert "problem" not in answer, (name, answer)
            assert re.fullmatch(rf"carousel-[a-z0-9-]+\.{kind}", answer["name"])
            file = b64decode(answer["file"])
            {"svg": sound_svg, "pdf": sound_pdf, "png": sound_png}[kind](file)
        sound(at)


def sound_svg(file: bytes) -> None:
    text = file.decode()
    assert text.startswith("<svg")
    assert re.search(r'width="8.5cm" height="[\d.]+cm"', text)
    assert 'fill="#ffffff"' in text, "no white ground"
    assert "NaN" not in text and "undefined" not in text
    for dark in ("#f2f2f5", "#5a5e68", "#c9a2ec", "#8f5cc2", "#0e1117", "#3F9FE0", "transparent"):
        assert f'"{dark}"' not in text.split("</text>")[0], f"{dark} is of the dark theme"
    assert len(re.findall(r"<(?:path|rect|line|image)\b", text)) > 10


def sound_pdf(file: bytes) -> None:
    assert file.startswith(b"%PDF")
    assert b"/FontFile" in file, "no font inside"
    fonts = set(re.findall(rb"/BaseFont ?/[A-Z]{6}\+(\w+)", file))
    assert fonts == {b"LiberationSans"}, f"not the same on every machine: {fonts}"
    (box,) = re.findall(rb"/MediaBox ?\[0 0 ([\d.]+) [\d.]+\]", file)
    assert float(box) == pytest.approx(WIDTHS["column"][0] / 2.54 * 72, abs=0.1)


def sound_png(file: bytes) -> None:
    assert file.startswith(b"\x89PNG")
    assert int.from_bytes(file[16:20], "big") == pytest.approx(2 * 8.5 / 2.54 * 96, abs=1)


def table(text: str) -> dict[str, list[str]]:
    head, *rows = csv.reader(io.StringIO(text))
    return {name: [row[i] for row in rows] for i, name in enumerate(head)}


COMPARE = """
import csv, io, sys
from lstm_core.figures import to_csv
import json
for lines in json.load(sys.stdin):
    *head, last = __import__("ast").parse(lines).body
    scope = {}
    exec(compile(__import__("ast").Module(head, []), "lines", "exec"), scope)
    figure = eval(compile(__import__("ast").Expression(last.value), "lines", "eval"), scope)
    assert figure.chart().to_dict()
    print(json.dumps(to_csv(figure)))
assert "streamlit" not in sys.modules
"""


def test_the_lines_of_python_run_as_printed_and_give_the_same_data() -> None:
    import json

    printed, drawn = [], []
    for page in EVERY_PAGE:
        for query in states(page):
            at = opened(page, query)
            for name in charts_with_menu(at):
                lines = ask(at, name, "python")["python"]
                assert "from_dict" not in lines, f"{page}, {name}: its function is no figure_function"
                assert "import streamlit" not in lines
                printed.append(lines)
                drawn.append((page, query, name, b64decode(ask(at, name, "csv")["file"]).decode()))
    ran = subprocess.run(
        [sys.executable, "-c", COMPARE],
        input=json.dumps(printed),
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stderr
    made = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len(made) == len(drawn)
    for (page, query, name, expected), text in zip(drawn, made, strict=True):
        assert same_numbers(table(text), table(expected)), f"{page} {query}: {name}"


def same_numbers(one: dict[str, list[str]], two: dict[str, list[str]]) -> bool:
    return one.keys() == two.keys() and all(same_column(one[name], two[name]) for name in one)


def same_column(one: list[str], two: list[str]) -> bool:
    try:
        numbers = [np.array([float(text or "nan") for text in each]) for each in (one, two)]
    except ValueError:
        return one == two
    return np.allclose(*numbers, rtol=1e-12, atol=0, equal_nan=True)


@pytest.mark.parametrize(
    ("chart", "more", "said"),
    [
        ("none such", {}, "no longer on the page"),
        ("lags/Plain RNN", {"what": "gif"}, "svg, pdf, png"),
        ("lags/Plain RNN", {"width": "poster"}, "column, slide"),
        ("lags/Plain RNN", {"what": "png", "scale": 1e9}, "at most 8"),
        ("lags/Plain RNN", {"what": "png", "scale": "many"}, "could not be made"),
    ],
)
def test_what_cannot_be_made_is_said_in_a_sentence(
    chart: str, more: dict[str, Any], said: str
) -> None:
    at = open_page("pages/Why_the_error_dies.py")
    answer = ask(at, chart, **({"what": "svg"} | more))
    assert said in answer["problem"]
    assert answer["problem"].endswith(".")
    assert "file" not in answer
    sound(at)


def test_an_answer_is_given_once() -> None:
    at = open_page("pages/Why_the_error_dies.py")
    assert "file" in ask(at, "lags/Plain RNN", "csv")
    from tests.live import data, parts

    (menu,) = parts(sound(at.run()), "exports")
    assert data(menu) == {}
