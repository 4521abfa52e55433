"""An SVG looks the same in browsers on machines with other fonts: its own is inside."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser

from lstm_core.figures import export, sequence
from lstm_core.figures.font import FAMILY
from tests.browser.conftest import CHROMIUM_FLAGS
from tests.browser.find_chromium import find_chromium
from tests.lstm_core.figures.test_font import few_fonts, many_fonts


def test_a_browser_draws_with_the_font_inside(browser: Browser, tmp_path: Path) -> None:
    figure = sequence({"ψ ⊙ s₋₁": np.arange(4.0)}, title="‖∂E‖ × 10⁻⁵")
    file = tmp_path / "figure.svg"
    file.write_bytes(export(figure, "svg"))
    pictures = [drawn(browser, file, tmp_path, fonts) for fonts in (few_fonts, many_fonts)]
    assert pictures[0] == pictures[1]


def drawn(browser: Browser, file: Path, folder: Path, put_fonts: Callable[[Path], None]) -> bytes:
    """What a browser shows on a machine with these fonts alone."""
    fonts = folder / put_fonts.__name__
    fonts.mkdir()
    put_fonts(fonts)
    settings = folder / f"{fonts.name}.conf"
    settings.write_text(f"<fontconfig><dir>{fonts}</dir></fontconfig>")
    env = os.environ | {"FONTCONFIG_FILE": str(settings)}
    with browser.browser_type.launch(
        executable_path=find_chromium(), args=CHROMIUM_FLAGS, env=env
    ) as other:
        page = other.new_page()
        page.goto(file.as_uri())
        # A face that the browser can't read rejects.
        faces = page.evaluate(
            "Promise.all([...document.fonts].map(face => face.load()))"
            ".then(faces => faces.map(face => [face.family, face.weight]))"
        )
        found = sorted([family.strip('"'), weight] for family, weight in faces)
        assert found == [[FAMILY, "bold"], [FAMILY, "normal"]]
        return page.screenshot()
