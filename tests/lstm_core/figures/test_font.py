"""The font of exports has every letter, and no font of the machine changes a file."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from fontTools.pens.boundsPen import BoundsPen
from fontTools.ttLib import TTFont

from lstm_core.figures import export, sequence
from lstm_core.figures.export import print_spec
from lstm_core.figures.font import FILES, FOLDER, GLYPHS

ROOT = Path(__file__).resolve().parents[3]
ICONS = set("🎠◀▶␣")  # of the page's tab, buttons and letters; in no figure
READERS = ("lstm_core/sequences.py", "explorer/csv_input.py")  # name letters that come from outside
EMPTY = set(" \u00a0")  # nothing to draw


@pytest.mark.parametrize("file", FILES.values())
def test_the_font_draws_what_it_is_said_to_have(file: str) -> None:
    font = TTFont(FOLDER / file)
    glyphs = font.getBestCmap()
    assert set(map(chr, glyphs)) == GLYPHS
    assert {chr(c) for c, name in glyphs.items() if bounds(font, name)} == GLYPHS - EMPTY
    assert ".notdef" not in glyphs.values()


def bounds(font: TTFont, name: str) -> tuple[float, ...] | None:
    pen = BoundsPen(font.getGlyphSet())
    font.getGlyphSet()[name].draw(pen)
    return pen.bounds


def words_in_code() -> dict[str, str]:
    """Every character in a string of the library and of the app, and a file that has it; labels are
    among them, whatever they will be."""
    found: dict[str, str] = {}
    for folder in ("lstm_core", "explorer", "pages"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            place = file.relative_to(ROOT).as_posix()
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found |= dict.fromkeys(node.value if place not in READERS else "", place)
    return found


def test_the_font_has_every_letter_that_a_label_can_have() -> None:
    found = words_in_code()
    assert set("ψ‖∂−₁") <= found.keys(), "no labels were read"
    lacking = {c: at for c, at in found.items() if c.isprintable() and c not in GLYPHS | ICONS}
    assert not lacking
    assert found.keys() >= ICONS, "an icon is gone: take it off the list"
    assert set("‖∂⊙×′…→←−⁻⁵₀₁₉ₙαβγδεζηθικλμνξπρστυφχψω") <= GLYPHS


EVERY_LETTER = "".join(sorted(GLYPHS))
FOREIGN = "温度 🎠"
DRAW = """
import sys
from pathlib import Path
import numpy as np
from lstm_core.figures import export, sequence
letters, foreign, folder = sys.argv[1:]
names = [letters[i : i + 20] for i in range(0, len(letters), 20)] + [foreign]
figure = sequence({name: np.arange(3.0) + i for i, name in enumerate(names)}, title=letters)
for kind in ("svg", "pdf", "png"):
    Path(folder, kind).write_bytes(export(figure, kind))
"""


def no_fonts(folder: Path) -> None:
    """A machine without any."""


def few_fonts(folder: Path) -> None:
    """One that has what the font of exports lacks."""
    other_font(folder, "Some Sans", more=FOREIGN)


def many_fonts(folder: Path) -> None:
    """Of every name that a picture asks for, wider than they should be, some with fewer letters."""
    for family in ("Liberation Sans", "Arial", "Helvetica", "DejaVu Sans", "Noto Sans"):
        other_font(folder, family, fewer="‖⊙₁−", more=FOREIGN)
    few_fonts(folder)


def other_font(folder: Path, family: str, fewer: str = "", more: str = "") -> None:
    for weight, file in FILES.items():
        font = TTFont(FOLDER / file)
        for table in font["cmap"].tables:
            table.cmap = {c: name for c, name in table.cmap.items() if chr(c) not in fewer}
            room = [c for c in map(ord, more) if c <= 0xFFFF or table.format == 12]
            table.cmap |= dict.fromkeys(room, table.cmap[ord("W")])
        for name, (advance, left) in font["hmtx"].metrics.items():
            font["hmtx"][name] = (advance * 3 // 2, left)
        for record in font["name"].names:
            if record.nameID in (1, 4, 6):
                said = f"{family} {weight}" if record.nameID == 4 else family
                record.string = said.replace(" ", "") if record.nameID == 6 else said
        font.save(folder / f"{family}-{weight}.ttf")


def drawn(folder: Path, fonts: Path | None = None) -> dict[str, bytes]:
    """The files that a process makes on this machine, or on one with these fonts (wherever fontconfig
    says which fonts there are; elsewhere on this one again)."""
    env = dict(os.environ)
    if fonts:
        settings = folder / "fonts.conf"
        settings.write_text(f"<fontconfig><dir>{fonts}</dir></fontconfig>")
        env["FONTCONFIG_FILE"] = str(settings)
    made = folder / "made"
    made.mkdir()
    command = [sys.executable, "-c", DRAW, EVERY_LETTER, FOREIGN, str(made)]
    subprocess.run(command, check=True, cwd=ROOT, env=env, timeout=300)
    return {file.name: file.read_bytes() for file in made.iterdir()}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return drawn(tmp_path_factory.mktemp("here"))


@pytest.mark.parametrize("put", [no_fonts, few_fonts, many_fonts], ids=lambda put: put.__name__)
def test_files_are_the_same_with_whatever_fonts_there_are(
    put: Callable[[Path], None], tmp_path: Path, here: dict[str, bytes]
) -> None:
    fonts = tmp_path / "fonts"
    fonts.mkdir()
    put(fonts)
    there = drawn(tmp_path, fonts)
    assert there.keys() == here.keys() and len(here) == 3
    assert not [name for name in here if content(here[name]) != content(there[name])]
    assert inside(there["pdf"]) == {"CarouselFigures-Regular", "CarouselFigures-Bold"}


def content(file: bytes) -> list[bytes]:
    """The lines of a file; of a PDF in an order of their own, since the converter writes its parts in any."""
    if not file.startswith(b"%PDF"):
        return file.split(b"\n")
    places = rb"\d+ 0 R|\d+ 0 obj|\d{10} \d{5} n|startxref\s+\d+"
    return sorted(re.sub(places, b"", file).split(b"\n"))


def inside(pdf: bytes) -> set[str]:
    """The fonts in a PDF."""
    return {name.decode() for name in re.findall(rb"/BaseFont ?/[A-Z]{6}\+([\w-]+)", pdf)}


def test_a_letter_that_the_font_lacks_is_its_number() -> None:
    figure = sequence({"温": np.arange(3.0), "度": np.ones(3), "a\0": np.zeros(3)})
    svg = export(figure, "svg").decode()
    labels = re.findall(r"<text[^>]*>([^<]+)</text>", svg)
    assert {"&lt;U+6E29&gt;", "&lt;U+5EA6&gt;", "a&lt;U+0000&gt;"} <= set(labels)
    assert set(svg) <= GLYPHS | {"\n"}
    assert export(figure, "pdf").startswith(b"%PDF")


def test_a_label_with_a_number_in_it_is_given_room() -> None:
    names = {name: np.arange(3.0) for name in ("温度温度", "度温度温")}
    legend = print_spec(sequence(names))["layer"][1]["encoding"]["color"]["legend"]
    assert legend["columns"] == 1
