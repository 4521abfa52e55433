"""One colour, dash and width per role, the same in every figure; safe for colour-blind readers."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Style:
    """How a line of one role is drawn."""

    color: str
    dash: tuple[int, ...] = (1, 0)
    width: float = 2.0


@dataclass(frozen=True)
class Theme:
    """The colours of a ground: ``text`` also draws the state, ``faint`` the guides, and ``blue`` what
    is Okabe-Ito's blue on white."""

    name: str
    text: str
    faint: str
    cursor: str
    psi: str
    chi: str
    background: str
    blue: str


BLUE = "#0072B2"
LIGHT = Theme("light", "#1b1b1f", "#b9bcc4", "#d0342c", "#5b2a86", "#a463c9", "#ffffff", BLUE)
DARK = Theme("dark", "#f2f2f5", "#5a5e68", "#ff8a80", "#c9a2ec", "#8f5cc2", "#0e1117", "#3F9FE0")
# For paper and slides; in grey, dashes and widths tell the lines apart.
PRINT = replace(LIGHT, name="print", text="#000000")
THEMES = {theme.name: theme for theme in (LIGHT, DARK, PRINT)}

# Okabe-Ito, by the last part of a signal's name, so that a gate and its accumulation agree.
ROLES = {
    "cs": Style(BLUE),
    "cu": Style("#E69F00", (6, 3)),
    "cr": Style("#009E73", (2, 2)),
    "cx": Style("#CC79A7", (8, 3, 2, 3)),
    "du": Style("#56B4E9", (6, 2, 2, 2)),
    "u": Style("#56B4E9", (6, 2, 2, 2)),
    "v": Style("#D55E00", (4, 2)),
    "r": Style("#8a8f98", (2, 2)),
    "x": Style("#8a8f98"),
}
SPARE = (BLUE, "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#8a8f98")
SPARE_DASHES = ((1, 0), (6, 3), (2, 2), (8, 3, 2, 3), (4, 2), (6, 2, 2, 2), (1, 3))
BEFORE = Style("#8a8f98", (1, 0), 1.25)  # what a line is compared with
BACKWARD = {"psi": ((1, 0), 3.0), "chi": ((5, 3), 3.0)}


def style(name: str, theme: Theme, position: int = 0) -> Style:
    """The style of a signal or of a gradient, by its name; unknown names follow in order."""
    if name in BACKWARD:
        dash, width = BACKWARD[name]
        return Style(theme.psi if name == "psi" else theme.chi, dash, width)
    if name == "s":
        return Style(theme.text, (1, 0), 2.5)
    role = name.rsplit("_", 1)[-1]
    look = ROLES.get(role) or Style(
        SPARE[position % len(SPARE)], SPARE_DASHES[position % len(SPARE_DASHES)]
    )
    return on_ground(look, theme)


def on_ground(look: Style, theme: Theme) -> Style:
    """The style in the blue that is seen on the theme's ground."""
    return replace(look, color=theme.blue) if look.color == BLUE else look
