"""Figures as files: vector pictures and bitmaps in print, without a browser, and the numbers in them."""

from __future__ import annotations

import csv
import io
import re
from functools import cache
from textwrap import wrap
from typing import Any

import numpy as np

from lstm_core.figures.figure import Figure
from lstm_core.figures.font import FOLDER, STACK, in_font, with_font
from lstm_core.figures.theme import PRINT

KINDS = ("svg", "pdf", "png")
# Centimetres on paper or slide, and pixels of the layout: their ratio is the size of the text.
WIDTHS = {"column": (8.5, 340), "slide": (25.0, 560)}
TALLEST = {"column": 12.0, "slide": 14.0}  # cm
FLATTEST = 0.5  # height over width, of a chart that stood in a stack of flat ones
PX_PER_CM = 96 / 2.54
PT_PER_CM = 72 / 2.54
SYMBOL_PX, LETTER_PX = 36, 6.6  # of a legend: a line with its gaps, a letter
TITLE_PX, TITLE_LINE_PX = 7.0, 15  # of a title: a letter, a further line
ONLY_DRAWN = ("here", "words", "lone")  # columns that mark, and tell no number


def export(figure: Figure, kind: str, width: str = "column", scale: float = 2.0) -> bytes:
    """The figure in the theme ``PRINT`` as a file.

    ``kind``: ``svg``, ``pdf`` (both with their font inside) or ``png``. ``width``: ``column``, 8.5 cm, or
    ``slide``, 25 cm, or less where it would be too high for it. ``scale``: for ``png``, how many
    times 96 pixels an inch.

    Raises: ValueError for another kind, width or scale; ImportError without vl-convert.
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}; got {kind!r}")
    if width not in WIDTHS:
        raise ValueError(f"width must be one of {', '.join(WIDTHS)}; got {width!r}")
    if not 0 < scale <= 8:
        raise ValueError(f"scale must be above 0 and at most 8; got {scale:g}")
    convert = _converter()
    svg = convert.vegalite_to_svg(print_spec(figure, width))
    if kind == "svg":
        return with_font(_sized(svg, width, None)).encode()
    if kind == "pdf":
        return bytes(convert.svg_to_pdf(_sized(svg, width, PT_PER_CM)))
    return bytes(convert.svg_to_png(_sized(svg, width, PX_PER_CM), scale=scale))


def _converter() -> Any:
    try:
        import vl_convert
    except ImportError as error:
        raise ImportError(
            "vl-convert-python is needed here and not installed: pip install vl-convert-python",
            name="vl_convert",
        ) from error
    _give_font(vl_convert)
    return vl_convert


@cache
def _give_font(convert: Any) -> None:
    """Once: the converter would load the files again."""
    convert.register_font_directory(str(FOLDER))


def print_spec(figure: Figure, width: str = "column") -> dict[str, Any]:
    """The complete Vega-Lite spec of the figure for print, where it stands alone: with its own axes, on
    white, in the letters of its font, without what needs a pointer."""
    if figure.made:
        figure = figure.made.alone.again(theme=PRINT)
    spec = in_font(figure.complete())
    if figure.hover:
        spec["layer"] = spec["layer"][:-1]
    _, pixels = WIDTHS[width]
    if spec.get("width") == "container":
        spec["width"] = pixels
        spec["height"] = max(spec["height"], FLATTEST * pixels)
    if title := spec.get("title"):
        spec["title"] = wrap(title, int(pixels / TITLE_PX))
        spec["height"] += TITLE_LINE_PX * (len(spec["title"]) - 1)
    spec["layer"] = [_with_legend(layer, pixels) for layer in spec.get("layer", [])]
    if not spec["layer"]:
        del spec["layer"]
        spec = _with_legend(spec, pixels)
    look = {"background": PRINT.background, "font": STACK}
    return spec | {"description": in_font(figure.alt), "config": spec.get("config", {}) | look}


def _with_legend(layer: dict[str, Any], pixels: int) -> dict[str, Any]:
    """The layer with its legend broken into as many columns as the width has room for, and with lines
    in it that are long enough to show their dashes."""
    encoding = dict(layer.get("encoding", {}))
    for name, channel in encoding.items():
        labels = (channel.get("scale") or {}).get("domain") if isinstance(channel, dict) else None
        legend = channel.get("legend") if isinstance(channel, dict) else None
        if not legend or not labels or legend.get("direction") == "vertical":
            continue
        if channel.get("type") != "nominal":
            continue
        widest = max(len(label) for label in labels) * LETTER_PX + SYMBOL_PX
        columns = max(1, min(len(labels), int(pixels // widest)))
        fitted = {"columns": columns}
        if legend.get("symbolType") == "stroke":
            fitted["symbolSize"] = 500
        encoding[name] = channel | {"legend": legend | fitted}
    return layer | {"encoding": encoding}


def _sized(svg: str, width: str, per_cm: float | None) -> str:
    """The picture at its size on paper: in centimetres, or in units of which there are so many."""
    wide, high = (float(part) for part in re.search(r'viewBox="0 0 (\S+) (\S+)"', svg).groups())  # type: ignore[union-attr]
    centimetres = min(WIDTHS[width][0], TALLEST[width] * wide / high)
    sizes = (centimetres, centimetres * high / wide)
    across, down = (f"{size * (per_cm or 1):.6g}{'' if per_cm else 'cm'}" for size in sizes)
    return re.sub(r'width="\S+" height="\S+"', f'width="{across}" height="{down}"', svg, count=1)


def to_csv(figure: Figure) -> str:
    """What the figure draws, as CSV with a head: lines over an axis side by side, else its columns."""
    columns = {k: v for k, v in figure.data.items() if k not in ONLY_DRAWN}
    if list(columns) == ["n", "value", "series"]:
        labels = list(dict.fromkeys(columns["series"].tolist()))
        lines = columns["value"].reshape(len(labels), -1)
        axis = columns["n"][: lines.shape[1]]
        columns = {"n": axis} | dict(zip(labels, lines, strict=True))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    lists = (np.asarray(values).tolist() for values in columns.values())
    writer.writerows(
        ["" if value != value else value for value in row] for row in zip(*lists, strict=True)
    )
    return text.getvalue()
