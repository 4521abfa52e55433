"""Figures as files: sizes, fonts and what is refused. Every chart of the app: tests/pages/test_export.py."""

from __future__ import annotations

import csv
import io
import re
import sys

import numpy as np
import pytest

from lstm_core.figures import LIGHT, PRINT, Figure, export, figure_function, sequence, to_csv
from lstm_core.figures.export import print_spec
from tests.lstm_core.figures.test_figures import EACH, recording

FIGURE = sequence({"x": np.arange(4.0), "a, b": np.array([1.0, np.nan, 1e-300, -2.0])})


@EACH
def test_every_figure_knows_its_call(maker) -> None:
    figure = maker(recording(1))
    again = figure.made.again()
    assert again.spec == figure.spec
    assert list(again.data) == list(figure.data)
    for name, values in figure.data.items():
        np.testing.assert_array_equal(again.data[name], values)  # NaN equals NaN here
    assert figure.made.again(theme=PRINT, no_such_argument=1).alt == figure.alt


def test_the_outermost_call_is_known() -> None:
    @figure_function
    def doubled(values: np.ndarray) -> Figure:
        return sequence({"x": 2 * values})

    assert doubled(np.ones(3)).made.function is doubled


def test_a_chart_of_a_stack_stands_alone_in_print() -> None:
    stacked = sequence({"x": np.arange(4.0)}, time_axis=False, theme=LIGHT, height=50)
    svg = export(stacked, "svg").decode()
    assert re.search(r"<text[^>]*>n</text>", svg), "no axis over time"
    assert re.search(r"<text[^>]*>3</text>", svg), "no steps on the axis"


def test_a_title_is_broken_within_the_width() -> None:
    title = "Response of s to an impulse at n = 0, from rest (Example 1)"
    svg = export(sequence({"x": np.arange(4.0)}, title=title), "svg").decode()
    lines = re.findall(r"<tspan[^>]*>([^<]+)</tspan>", svg)
    assert " ".join(lines) == title
    assert len(lines) == 2


def test_print_leaves_the_figure_as_it_was() -> None:
    before = repr(FIGURE.spec)
    print_spec(FIGURE, "slide")
    assert repr(FIGURE.spec) == before
    assert FIGURE.spec["width"] == "container"


def test_a_long_legend_is_broken_within_the_width() -> None:
    names = {f"a rather long name of line {i}": np.arange(5.0) + i for i in range(6)}
    svg = export(sequence(names), "svg").decode()
    width = float(re.search(r'viewBox="0 0 (\S+) ', svg).group(1))
    assert width == pytest.approx(340, abs=1)
    columns = print_spec(sequence(names))["layer"][1]["encoding"]["color"]["legend"]["columns"]
    assert columns == 1


def test_scale_is_that_of_the_bitmap() -> None:
    wide = [int.from_bytes(export(FIGURE, "png", scale=scale)[16:20], "big") for scale in (1, 2, 4)]
    assert wide == pytest.approx([321, 642, 1285], abs=1)


def test_csv_has_the_lines_side_by_side() -> None:
    head, *rows = csv.reader(io.StringIO(to_csv(FIGURE)))
    assert head == ["n", "x", "a, b"]
    assert rows[1] == ["1", "1.0", ""]
    assert [float(row[2]) for row in rows if row[2]] == [1.0, 1e-300, -2.0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("gif",), "svg, pdf, png"),
        (("svg", "poster"), "column, slide"),
        (("png", "column", 0.0), "above 0"),
        (("png", "column", float("nan")), "above 0"),
        (("png", "column", 9.0), "at most 8"),
    ],
)
def test_what_cannot_be_made_is_refused(arguments: tuple, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        export(FIGURE, *arguments)


def test_a_missing_converter_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(ImportError, match="pip install vl-convert-python"):
        export(FIGURE, "svg")
