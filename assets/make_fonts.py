"""Make the font of exports from Liberation Sans: fewer characters, and those that it lacks.

    python -m assets.make_fonts FOLDER

``FOLDER`` holds LiberationSans-Regular.ttf and LiberationSans-Bold.ttf, version 2.1.5 (Debian's package
fonts-liberation2, from Debian 13 on fonts-liberation). The licence of Liberation Sans asks for another
name and stays: lstm_core/figures/fonts/LICENSE. What is added is put together from glyphs that are there.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from lstm_core.figures.font import FAMILY, FILES, FOLDER, GLYPHS

SMALL = 0.6  # of superscripts and subscripts
HIGH, LOW = 563, -175  # where they stand: the font's own ¹ and ₁
PLAIN = "0123456789+−"
RAISED, LOWERED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "₀₁₂₃₄₅₆₇₈₉₊₋"
SUBSCRIPTS = dict(zip("ₕₖₗₘₙₚₛₜⱼ", "ʰᵏˡᵐⁿᵖˢᵗʲ", strict=True))
# Drawn over one another, each at a scale and about the middle of a minus.
OVER = {
    "⊙": (("○", 1.3), ("∙", 1.3)),
    "⊗": (("○", 1.3), ("×", 0.9)),
    "⊕": (("○", 1.3), ("+", 0.9)),
    "∗": (("*", 1.0),),
}
SAME = {"‑": "-", "∘": "◦"}
Box = tuple[float, float, float, float]


def make(source: Path, target: Path, weight: str) -> None:
    font = TTFont(source)
    _add(font)
    options = Options()
    options.hinting = False
    options.layout_features = ["kern", "mark", "mkmk", "ccmp"]
    options.drop_tables += ["FFTM", "gasp", "kern"]
    options.glyph_names = False
    options.notdef_outline = True
    options.name_IDs = ["*"]
    subsetter = Subsetter(options)
    subsetter.populate(text="".join(GLYPHS))
    subsetter.subset(font)
    _rename(font, "Bold" if weight == "bold" else "Regular")
    font["head"].modified = font["head"].created  # the same file every time
    font.recalcTimestamp = False
    font.save(target)


def _add(font: TTFont) -> None:
    """The glyphs that are put together from others."""

    def box(character: str) -> Box:
        glyph = font["glyf"][cmap[ord(character)]]
        glyph.recalcBounds(font["glyf"])
        return glyph.xMin, glyph.yMin, glyph.xMax, glyph.yMax

    def middle(character: str) -> tuple[float, float]:
        left, low, right, high = box(character)
        return (left + right) / 2, (low + high) / 2

    def put(
        character: str, parts: list[tuple[str, float, float, float, float]], width: float
    ) -> None:
        """Of parts at a scale across and up, and moved so far across and up."""
        pen = TTGlyphPen(glyphs)
        for part, across, up, dx, dy in parts:
            pen.addComponent(cmap[ord(part)], (across, 0, 0, up, round(dx), round(dy)))
        name = f"made{ord(character):04X}"
        font["glyf"][name] = pen.glyph()
        font["hmtx"][name] = (round(width), 0)
        new[ord(character)] = name
        made.append(name)

    def advance(character: str) -> float:
        return font["hmtx"][cmap[ord(character)]][0]

    cmap, glyphs = dict(font.getBestCmap()), font.getGlyphSet()
    new: dict[int, str] = {}
    made: list[str] = []
    for character, same in SAME.items():
        new[ord(character)] = cmap[ord(same)]
    _, axis = middle("−")
    for character, parts in OVER.items():
        around, widest = parts[0]
        width = widest * advance(around)
        placed = []
        for part, scale in parts:
            x, y = middle(part)
            placed.append((part, scale, scale, width / 2 - scale * x, axis - scale * y))
        put(character, placed, width)
    put("∇", [("∆", 1, -1, 0, box("∆")[3])], advance("∆"))
    for base, characters in ((HIGH, RAISED), (LOW, LOWERED)):
        for plain, character in zip(PLAIN, characters, strict=True):
            put(character, [(plain, SMALL, SMALL, 0, base)], SMALL * advance(plain))
    put("ⁱ", [("ᵢ", 1, 1, 0, HIGH - LOW)], advance("ᵢ"))
    for character, high in SUBSCRIPTS.items():
        put(character, [(high, 1, 1, 0, LOW - HIGH)], advance(high))
    for table in font["cmap"].tables:
        if table.isUnicode():
            table.cmap |= new
    for name in made:
        glyph = font["glyf"][name]
        glyph.recalcBounds(font["glyf"])
        font["hmtx"][name] = (font["hmtx"][name][0], glyph.xMin)


def _rename(font: TTFont, style: str) -> None:
    """With the copyright and the licence as they were."""
    names = {
        1: FAMILY,
        2: style,
        3: f"{FAMILY} {style}",
        4: FAMILY if style == "Regular" else f"{FAMILY} {style}",
        6: f"{FAMILY.replace(' ', '')}-{style}",
        10: "Liberation Sans 2.1.5 with fewer characters, and with signs put together from its own.",
    }
    kept = {0, 5, 13, 14}
    for record in list(font["name"].names):
        if record.nameID in names and record.platformID == 3:
            record.string = names[record.nameID]
        elif record.nameID not in kept or record.platformID != 3:
            font["name"].names.remove(record)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="where LiberationSans-*.ttf are")
    folder = parser.parse_args().folder
    for weight, file in FILES.items():
        source = folder / file.replace("CarouselFigures", "LiberationSans")
        make(source, FOLDER / file, weight)


if __name__ == "__main__":
    main()
