"""The font of exports: bundled, under a name that no machine has, so that a file is the same everywhere."""

from __future__ import annotations

import base64
import re
from functools import cache
from pathlib import Path
from typing import Any

FAMILY = "Carousel Figures"
FOLDER = Path(__file__).parent / "fonts"
FILES = {"normal": "CarouselFigures-Regular.ttf", "bold": "CarouselFigures-Bold.ttf"}
# A viewer that can't read a font inside an SVG takes the next: all these have the same widths.
STACK = f"{FAMILY}, Liberation Sans, Arial, Helvetica, sans-serif"

# Every character that the font has: `python -m assets.make_fonts` makes it so, a test compares.
BLOCKS = (
    (0x20, 0x7E),  # ASCII
    (0xA0, 0x17F),  # Latin
    (0x386, 0x386),
    (0x388, 0x38A),
    (0x38C, 0x38C),
    (0x38E, 0x3A1),
    (0x3A3, 0x3CE),  # Greek
    (0x400, 0x45F),  # Cyrillic
    (0x2080, 0x208B),  # digits, plus and minus as subscripts
)
GLYPHS = frozenset(
    "".join(chr(code) for first, last in BLOCKS for code in range(first, last + 1))
    + "ϑϕϵ"
    + "\u0300\u0301\u0302\u0303\u0304\u0307\u0308\u030c"  # accents over a Latin letter, as in c̃
    + "‐‑–—‖‘’‚“”„†‡•…‰′″‹›⁄€™ℓ№"
    + "⁰⁴⁵⁶⁷⁸⁹⁺⁻ⁱⁿᵀᵏᵗ"
    + "ₐₑₒₓₕₖₗₘₙₚₛₜᵢⱼ"
    + "←↑→↓↔⇔"
    + "∂∆∇∏∑−∕∗∘∙√∞∩∫≈≠≡≤≥⊕⊗⊙"
    + "■□▪▫▲►▼◄◊○●◦"
)


def in_font(value: Any) -> Any:
    """The part of a spec with every character that the font lacks as its number, ``<U+6E29>``, so that no
    font of the machine stands in for it, and different names stay different."""
    if isinstance(value, str):
        return "".join(c if c in GLYPHS or c in "\n\t" else f"<U+{ord(c):04X}>" for c in value)
    if isinstance(value, dict):
        return {in_font(key): in_font(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [in_font(part) for part in value]
    return value


def with_font(svg: str) -> str:
    """The picture with the font inside, in the weights that it uses."""
    faces = [_face(weight) for weight in FILES if weight == "normal" or f'"{weight}"' in svg]
    return re.sub(r"(<svg [^>]*>)", rf"\1<style>{''.join(faces)}</style>", svg, count=1)


@cache
def _face(weight: str) -> str:
    file = base64.b64encode((FOLDER / FILES[weight]).read_bytes()).decode()
    return (
        f'@font-face{{font-family:"{FAMILY}";font-weight:{weight};'
        f'src:url(data:font/ttf;base64,{file}) format("truetype")}}'
    )
