"""Every chart of every page as a file, as numbers, and as lines of Python."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from base64 import b64decode
from collections.abc import Callable
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from explorer import chart_menu
from explorer.python_lines import python_lines
from explorer.show import Collected, collect
from explorer.state import to_query
from lstm_core.figures import DARK, PRINT, Figure, export, to_csv
from lstm_core.figures.export import KINDS, TALLEST, WIDTHS, print_spec
from lstm_core.figures.font import FILES, STACK
from tests.live import ask, charts_with_menu, data, parts
from tests.pages.test_pages import APP, INSIDE, LISTS, PAGES, ROOT, STABILITY, WHY, open_page, sound

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


EVERY_PAGE = [HOME, *(page for page in PAGES if page not in LISTS)]
EACH = pytest.mark.parametrize("page", EVERY_PAGE, ids=lambda page: Path(page).stem)


@cache
def collected(page: str) -> list[tuple[dict[str, str], Collected]]:
    """What the menu of a page collects in every one of its states."""
    found: list[Collected] = []

    def keep(page: str, picture: Callable[[], Any], asked: Any) -> dict[str, Any]:
        found.append(collect(picture))
        return {}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chart_menu, "answer", keep)
        for query in states(page):
            at = opened(page, query)
            names = charts_with_menu(at)
            ask(at, names[0], "svg")
            assert sorted(found[-1].figures) == sorted(names), "menus and figures differ"
    return list(zip(states(page), found, strict=True))


def charts(page: str) -> dict[str, Figure]:
    """Every chart that a page has, once."""
    found: dict[str, Figure] = {}
    for _, each in collected(page):
        found = each.figures | found
    return found


@EACH
def test_every_chart_is_a_file_of_every_kind(page: str) -> None:
    for name, figure in charts(page).items():
        for kind, check in {"svg": sound_svg, "pdf": sound_pdf, "png": sound_png}.items():
            for width in WIDTHS:
                try:
                    check(export(figure, kind, width), width)
                except AssertionError as error:
                    raise AssertionError(f"{name}, {kind}, {width}: {error}") from error


@EACH
def test_the_menu_hands_files_over(page: str) -> None:
    at = opened(page, {})
    name = charts_with_menu(at)[-1]
    for kind in (*KINDS, "csv"):
        answer = ask(at, name, kind)
        assert re.fullmatch(rf"carousel-[a-z0-9-]+\.{kind}", answer["name"])
        assert b64decode(answer["file"])
    sound(at)


DARKS = {colour for colour in vars(DARK).values() if colour not in vars(PRINT).values()}


def sound_svg(file: bytes, width: str) -> None:
    text = file.decode()
    size = re.match(r'<svg [^>]*width="([\d.]+)cm" height="([\d.]+)cm"', text)
    assert size and fits(width, *map(float, size.groups()))
    assert re.search(r'<rect width="[\d.]+" height="[\d.]+" fill="#ffffff"', text), (
        "no white ground"
    )
    assert "NaN" not in text and "undefined" not in text
    assert "&lt;U+" not in text, "a letter that the font lacks"
    assert "<style>@font-face" in text and set(re.findall('font-family="([^"]+)"', text)) == {STACK}
    assert not [colour for colour in DARKS if colour in text], "a colour of the dark theme"
    assert len(re.findall(r"<(?:path|rect|line|image)\b", text)) > 10


def fits(width: str, across: float, down: float) -> bool:
    """Whether a size in cm is that of print: the whole width, or all of the height."""
    widest, tallest = WIDTHS[width][0], TALLEST[width]
    filled = abs(across - widest) < 0.01 or abs(down - tallest) < 0.01
    return filled and across < widest + 0.01 and down < tallest + 0.01


def sound_pdf(file: bytes, width: str) -> None:
    assert file.startswith(b"%PDF")
    assert b"/FontFile" in file, "no font inside"
    fonts = set(re.findall(rb"/BaseFont ?/[A-Z]{6}\+([\w-]+)", file))
    own = {Path(file).stem.encode() for file in FILES.values()}
    assert fonts <= own, f"not on every machine: {fonts - own}"
    (box,) = re.findall(rb"/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]", file)
    assert fits(width, *(float(side) / 72 * 2.54 for side in box))


def sound_png(file: bytes, width: str) -> None:
    assert file.startswith(b"\x89PNG")
    sides = (int.from_bytes(file[i : i + 4], "big") for i in (16, 20))
    assert fits(width, *(round(side / 2 / 96 * 2.54, 1) for side in sides))


@EACH
def test_lines_are_told_apart_in_grey(page: str) -> None:
    """By their dashes, by a lightness that differs by a third of the way from black to white, or by
    one being twice as broad."""
    for name, figure in charts(page).items():
        looks = line_looks(print_spec(figure))
        for one, two in combinations(looks, 2):
            alike = one[1] == two[1] and abs(lightness(one[0]) - lightness(two[0])) < 1 / 3
            alike = alike and max(one[2], two[2]) < 2 * min(one[2], two[2])
            assert not alike, f"{name}: {one} and {two}"


def line_looks(spec: dict[str, Any]) -> list[tuple[str, Any, float]]:
    """The colour, the dash and the width of every line of a legend."""
    looks: list[tuple[str, Any, float]] = []
    for layer in spec.get("layer", [spec]):
        encoding = layer["encoding"]
        if "strokeDash" in encoding:
            colours, dashes = (
                encoding[channel]["scale"]["range"] for channel in ("color", "strokeDash")
            )
            widths = encoding.get("strokeWidth", {}).get("scale", {}).get("range")
            looks += zip(colours, dashes, widths or [1.0] * len(colours), strict=True)
    return looks


def lightness(colour: str) -> float:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return (0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2) ** (1 / 2.2)


def table(text: str) -> dict[str, list[str]]:
    head, *rows = csv.reader(io.StringIO(text))
    return {name: [row[i] for row in rows] for i, name in enumerate(head)}


# Runs lines of Python as a notebook does: the value of the last is what is shown.
NOTEBOOK = """
import ast, json, sys
from lstm_core.figures import to_csv
for lines in json.load(sys.stdin):
    *head, last = ast.parse(lines).body
    scope = {}
    exec(compile(ast.Module(head, []), "lines", "exec"), scope)
    figure = eval(compile(ast.Expression(last.value), "lines", "eval"), scope)
    assert figure._repr_mimebundle_()
    print(json.dumps(to_csv(figure)))
assert "streamlit" not in sys.modules
"""


@EACH
def test_the_lines_of_python_run_as_printed_and_give_the_same_data(page: str) -> None:
    found = {
        (str(query), name): (python_lines(figure, each.starts), figure)
        for query, each in collected(page)
        for name, figure in each.figures.items()
    }
    for place, (lines, _) in found.items():
        assert "from_dict" not in lines, f"{place}: made by no figure_function"
    ran = subprocess.run(
        [sys.executable, "-c", NOTEBOOK],
        input=json.dumps([lines for lines, _ in found.values()]),
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stderr
    printed = [json.loads(line) for line in ran.stdout.splitlines()]
    for (place, (lines, figure)), text in zip(found.items(), printed, strict=True):
        assert same_numbers(table(text), table(to_csv(figure))), f"{place}\n{lines}"


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
        # What the menu never asks for: the library's words for it are a programmer's.
        ("lags/Plain RNN", {"what": "gif"}, "Try another format"),
        ("lags/Plain RNN", {"width": "poster"}, "Try another format"),
        ("lags/Plain RNN", {"what": "png", "scale": 1e9}, "Try another format"),
        ("lags/Plain RNN", {"what": "png", "scale": "many"}, "Try another format"),
    ],
)
def test_what_cannot_be_made_is_said_in_a_sentence(
    chart: str, more: dict[str, Any], said: str
) -> None:
    at = open_page(WHY)
    answer = ask(at, chart, **({"what": "svg"} | more))
    assert said in answer["problem"]
    assert answer["problem"].endswith(".")
    assert "file" not in answer
    sound(at)


def test_an_answer_is_given_once() -> None:
    at = open_page(WHY)
    assert "file" in ask(at, "lags/Plain RNN", "csv")
    (menu,) = parts(sound(at.run()), "exports")
    assert data(menu) == {}
