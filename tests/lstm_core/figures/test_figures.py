"""Figures: constant specs, true numbers, words with numbers, and nothing that names a cell."""

from __future__ import annotations

import ast
import base64
import copy
import io
import json
import re
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lstm_core as lc
from lstm_core import figures
from lstm_core.analysis import KINDS, gate_shares
from lstm_core.figures import (
    DARK,
    LIGHT,
    PANELS,
    THEMES,
    Figure,
    eigenvalue_plane,
    gate_saturation,
    gradient_traces,
    label,
    names_of_kind,
    sequence,
    signal_heat,
    signal_traces,
    transport_by_lag,
    transport_map,
)
from lstm_core.figures.lines import Series, line_figure
from lstm_core.figures.theme import style

FOLDER = Path(figures.__file__).parent
STEPS = 14
NUMBER = re.compile(r"\d")


def recording(seed: int, steps: int = STEPS, cell: str = "vanilla_lstm") -> lc.Recording:
    rng = np.random.default_rng(seed)
    theta = lc.init_params(lc.CELLS[cell], seed, d_x=2, d_s=3)
    return lc.unroll(lc.CELLS[cell], theta, rng.normal(size=(steps, 2)))


def gradients(rec: lc.Recording) -> lc.Gradients:
    error = np.zeros_like(rec.output)
    error[-1] = 1.0
    return lc.backpropagate(rec, error)


def by_lag(rec: lc.Recording) -> dict[str, np.ndarray]:
    norms = {kind: lc.norms_by_lag(lc.transport_norms(rec, kind)) for kind in KINDS}
    return norms | {"bound": 2.0 ** np.arange(len(rec))}


def spectra(rec: lc.Recording) -> dict[str, np.ndarray]:
    values = lc.eigenvalues(lc.step_jacobians(rec))
    return {"first": values[0], "last": values[-1]}


GATES = ("g_cu", "g_cs", "g_cr")
MAKERS: dict[str, Callable[..., Figure]] = {
    "signal_traces": lambda rec, **o: signal_traces(rec, ("u", "s", "r", "v"), 1, cursor=3, **o),
    "signal_traces, gates": lambda rec, **o: signal_traces(rec, GATES, 1, scale="unit", **o),
    "signal_traces, framework": lambda rec, **o: signal_traces(
        rec, GATES, 0, notation="framework", time_axis=False, **o
    ),
    "gradient_traces": lambda rec, **o: gradient_traces(gradients(rec), cursor=3, **o),
    "gradient_traces, norms": lambda rec, **o: gradient_traces(
        gradients(rec), ("psi", "chi"), None, domain=(1e-9, 1e3), **o
    ),
    "sequence": lambda rec, **o: sequence({"x": rec.x[:, 0], "y": rec.x[:, 1]}, cursor=2, **o),
    "signal_heat": lambda rec, **o: signal_heat(rec["s"], "s", cursor=3, **o),
    "signal_heat, gate": lambda rec, **o: signal_heat(rec["g_cs"], "g_cs", gate=True, **o),
    "gate_saturation": lambda rec, **o: gate_saturation(gate_shares(rec), **o),
    "transport_by_lag": lambda rec, **o: transport_by_lag(by_lag(rec), **o),
    "transport_by_lag, cursor": lambda rec, **o: transport_by_lag(by_lag(rec), cursor=4, **o),
    "transport_map": lambda rec, **o: transport_map(lc.transport_norms(rec), **o),
    "eigenvalue_plane": lambda rec, **o: eigenvalue_plane(spectra(rec), **o),
}
EACH = pytest.mark.parametrize("maker", MAKERS.values(), ids=MAKERS.keys())


def test_every_figure_function_is_tested() -> None:
    made = {name.partition(",")[0] for name in MAKERS}
    others = {"label", "names_of_kind", "export", "to_csv", "figure_function"}
    assert made == {name for name in figures.__all__ if name[0].islower()} - others


# the spec is constant


@EACH
def test_the_spec_is_constant_while_the_data_change(maker: Callable[..., Figure]) -> None:
    one, two = maker(recording(1)), maker(recording(2))
    assert one.spec is two.spec or one.spec == two.spec
    same = [np.array_equal(one.data[name], two.data[name]) for name in one.data]
    assert not all(same), "the data did not change"
    assert list(one.data) == list(two.data)


@EACH
def test_the_spec_is_constant_while_the_length_changes(maker: Callable[..., Figure]) -> None:
    one, two = maker(recording(1, 8)), maker(recording(1, 30))
    assert one.spec == two.spec


def test_the_spec_is_constant_while_the_cursor_moves() -> None:
    rec = recording(1)
    for n in (0, 5, STEPS - 1):
        assert signal_traces(rec, GATES, cursor=n).spec is signal_traces(rec, GATES, cursor=1).spec
        heat = signal_heat(rec["s"], "s", cursor=n)
        assert heat.spec is signal_heat(rec["s"], "s", cursor=1).spec
        assert heat.data["here"].sum() == 3


@EACH
def test_a_spec_is_json_and_holds_no_data(maker: Callable[..., Figure]) -> None:
    figure = maker(recording(1))
    text = json.dumps(figure.spec, allow_nan=False)
    assert len(text) < 12_000
    assert "datasets" not in figure.spec
    assert "title" not in figure.spec


@EACH
def test_drawing_leaves_the_shared_spec_as_it_was(maker: Callable[..., Figure]) -> None:
    figure = maker(recording(1))
    before = copy.deepcopy(figure.spec)
    figure.complete()
    figure.chart()
    figure._repr_mimebundle_()
    assert maker(recording(3)).spec == before


@EACH
def test_themes_differ_in_colours_only(maker: Callable[..., Figure]) -> None:
    rec = recording(1)
    light, dark = (maker(rec, theme=theme) for theme in (LIGHT, DARK))
    assert light.spec != dark.spec
    colour = re.compile(r"#[0-9a-fA-F]{6}")
    assert colour.sub("#", json.dumps(light.spec)) == colour.sub("#", json.dumps(dark.spec))
    assert light.alt == dark.alt


# the numbers are those of the recording


@EACH
def test_data_are_equally_long_columns(maker: Callable[..., Figure]) -> None:
    figure = maker(recording(1))
    assert len({len(values) for values in figure.data.values()}) == 1
    for values in figure.data.values():
        assert isinstance(values, np.ndarray)


def line(figure: Figure, name: str) -> np.ndarray:
    """The values of one line, in the order of the axis."""
    chosen = figure.data["series"] == name
    n = figure.data["n"][chosen]
    np.testing.assert_array_equal(n, np.arange(len(n)))
    return np.asarray(figure.data["value"][chosen])


@pytest.mark.parametrize("cell", lc.CELLS)
def test_signal_traces_draw_the_recorded_numbers(cell: str) -> None:
    rec = recording(4, cell=cell)
    names = list(rec.cell.signals)
    for unit in range(3):
        figure = signal_traces(rec, names, unit, cursor=3)
        for name in names:
            np.testing.assert_array_equal(line(figure, name), rec[name][:, unit])
    np.testing.assert_array_equal(figure.data["here"], figure.data["n"] == 3)


@pytest.mark.parametrize("cell", lc.CELLS)
def test_gradient_traces_draw_the_computed_gradients(cell: str) -> None:
    back = gradients(recording(4, cell=cell))
    names = list(back.names)
    figure = gradient_traces(back, names, 2)
    greek = {"psi": "ψ", "chi": "χ", "rho": "ρ"}
    for name in names:
        np.testing.assert_array_equal(line(figure, greek.get(name, name)), back[name][:, 2])


def test_gradient_norms_are_the_norms() -> None:
    back = gradients(recording(4))
    figure = gradient_traces(back, ("psi", "chi"), None)
    for name, greek in (("psi", "ψ"), ("chi", "χ")):
        norms = np.linalg.norm(back[name], axis=-1)
        np.testing.assert_array_equal(line(figure, f"‖{greek}[n]‖"), norms)


def test_a_log_axis_leaves_out_what_is_not_positive() -> None:
    back = gradients(recording(4))
    back["psi"][:3] = 0.0
    values = line(gradient_traces(back, ("psi",), None), "‖ψ[n]‖")
    assert np.isnan(values[:3]).all()
    assert np.isfinite(values[3:]).all()


def test_a_sequence_is_drawn_as_it_is() -> None:
    x = np.random.default_rng(0).normal(size=9)
    figure = sequence({"x": x, "again": x + 1}, cursor=4)
    np.testing.assert_array_equal(line(figure, "x"), x)
    np.testing.assert_array_equal(line(figure, "again"), x + 1)


def test_a_heat_map_draws_every_unit_at_every_step() -> None:
    rec = recording(4)
    figure = signal_heat(rec["s"], "s", cursor=2)
    drawn = np.full_like(rec["s"], np.nan)
    drawn[figure.data["n"], figure.data["unit"]] = figure.data["value"]
    np.testing.assert_array_equal(drawn, rec["s"])


def test_gate_saturation_draws_the_shares() -> None:
    shares = gate_shares(recording(4), bins=20)
    figure = gate_saturation(shares)
    for name, share in shares.items():
        assert share.sum() == pytest.approx(1)
        chosen = figure.data["gate"] == name
        np.testing.assert_array_equal(figure.data["share"][chosen][:20], share)
        np.testing.assert_allclose(figure.data["left"][chosen], np.arange(21) / 20)


def test_transport_draws_the_norms() -> None:
    norms = by_lag(recording(4))
    figure = transport_by_lag(norms)
    for name, values in norms.items():
        np.testing.assert_array_equal(line(figure, name), values)
    tiny = transport_by_lag({"exact": np.array([1.0, 1e-19, 1e-21, 0.0])})
    np.testing.assert_array_equal(line(tiny, "exact"), [1.0, 1e-19, 1e-20, 1e-20])


def test_the_map_draws_the_decades() -> None:
    norms = lc.transport_norms(recording(4))
    norms[0, 5] = 1.0
    norms[1, 6] = 1e9
    figure = transport_map(norms)
    n, l = figure.data["n"], figure.data["l"]
    np.testing.assert_array_equal(figure.data["norm"], norms[n, l])
    assert len(n) == STEPS * (STEPS + 1) // 2
    pixels = pixels_of(figure.drawn["cells"][0])
    side = len(pixels) // STEPS
    cells = pixels[side // 2 :: side, side // 2 :: side]
    past = np.triu(np.ones_like(norms, dtype=bool))
    np.testing.assert_array_equal(cells[..., 3], 255 * past)
    assert cells[0, 5, :3].tolist() == [0xF7, 0xF7, 0xF7], "white is 1"
    assert cells[1, 6, :3].tolist() == [0x7F, 0x27, 0x04], "beyond 1e6 is the last shade"
    assert cells[0, -1, 2] > cells[0, -1, 0], "blue has died"


def pixels_of(address: str) -> np.ndarray:
    """The pixels of an image, by a reader that is not ours."""
    from PIL import Image

    file = base64.b64decode(address.removeprefix("data:image/png;base64,"))
    return np.asarray(Image.open(io.BytesIO(file)))


def test_the_plane_draws_the_eigenvalues_and_the_circle() -> None:
    sets = spectra(recording(4))
    figure = eigenvalue_plane(sets)
    for name, values in sets.items():
        chosen = figure.data["set"] == name
        np.testing.assert_array_equal(figure.data["re"][chosen], values.real)
        np.testing.assert_array_equal(figure.data["im"][chosen], values.imag)
        np.testing.assert_array_equal(figure.data["modulus"][chosen], np.abs(values))
    circle = figure.data["set"] == "circle"
    np.testing.assert_allclose(figure.data["modulus"][circle], 1.0)
    assert circle.sum() > 60


def test_recordings_stay_as_they_were() -> None:
    rec = recording(1)
    back = gradients(rec)
    before = {name: rec[name].copy() for name in rec.names}
    psi = back["psi"].copy()
    for maker in MAKERS.values():
        maker(rec)
    gradient_traces(back, ("psi",), None)
    for name, values in before.items():
        np.testing.assert_array_equal(rec[name], values)
    np.testing.assert_array_equal(back["psi"], psi)


# words


@EACH
def test_the_text_alternative_tells_numbers_from_the_data(maker: Callable[..., Figure]) -> None:
    one, two = maker(recording(1)), maker(recording(2))
    assert NUMBER.search(one.alt)
    assert one.alt != two.alt, "the words don't follow the data"
    assert one.alt.rstrip().endswith(".")
    assert "nan" not in one.alt.lower()


def test_the_words_are_true() -> None:
    decay = 0.5 ** np.arange(30)
    alt = transport_by_lag({"exact": decay, "cec": 1.5 ** np.arange(30)}).alt
    assert "exact: never grows, falls below 1e-3 at lag 10." in alt
    assert f"cec: grows to {1.5**29:.3g} at lag 29, stays above 1e-3." in alt
    rec = recording(1)
    alt = signal_traces(rec, ("s",), 2).alt
    assert f"{rec['s'][0, 2]:.3g}" in alt
    assert f"{rec['s'][-1, 2]:.3g}" in alt
    assert f"over {STEPS} steps" in alt
    shares = {"g": np.array([0.25, *np.zeros(18), 0.75])}
    assert "g shut 25%, open 75%" in gate_saturation(shares).alt
    alt = eigenvalue_plane({"W": np.array([0.5 + 0j, 1.25j])}).alt
    assert "W: largest modulus 1.25, 1 outside the circle" in alt
    assert "from -2 to 3" in signal_heat(np.array([[-2.0, 0.0], [1.0, 3.0]]), "s").alt


def test_the_travel_of_an_error_in_words() -> None:
    rec = recording(1, 30)
    back = gradients(rec)
    psi = back["psi"]
    psi[:] = (0.5 ** np.arange(30))[::-1, None]
    assert (
        "falls below 1e-3 of its last value after 10 steps" in gradient_traces(back, ("psi",)).alt
    )
    psi[:] = 1.0
    assert "1 times its last value at the first step" in gradient_traces(back, ("psi",)).alt
    psi[:] = 0.0
    assert "is 0 at the last step and reaches 0 at most" in gradient_traces(back, ("psi",)).alt


def test_degenerate_data_are_drawn() -> None:
    one_step = recording(1, 1)
    for maker in MAKERS.values():
        assert maker(one_step).alt
    assert sequence({"x": np.zeros(4)}).alt
    dead = np.array([1.0, 0.0, 0.0, 0.0])
    assert transport_by_lag({"exact": dead}).alt
    assert transport_map(np.where(np.triu(np.ones((4, 4))), 0.0, np.nan)).alt
    assert eigenvalue_plane({"W": np.zeros(2, complex)}).alt


# drawn


@EACH
@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES.keys())
def test_the_figure_converts_to_a_picture(maker: Callable[..., Figure], theme: Any) -> None:
    """By vl-convert, which reads Vega-Lite as the browser does."""
    import vl_convert

    figure = maker(recording(1), theme=theme)
    spec = figure.complete()
    if spec["width"] == "container":
        spec["width"] = 500
    svg = vl_convert.vegalite_to_svg(json.dumps(spec))
    assert svg.startswith("<svg")
    marks = re.findall(r"<(?:path|rect|line)\b[^>]*\bd?=?", svg)
    assert len(marks) > 10
    assert "NaN" not in svg
    assert "undefined" not in svg


@EACH
def test_the_figure_is_an_altair_chart(maker: Callable[..., Figure]) -> None:
    assert maker(recording(1)).chart().to_dict()["data"]


@pytest.mark.parametrize("notation", ["paper", "framework"])
def test_labels_follow_the_notation(notation: str) -> None:
    rec = recording(1)
    shown = set(signal_traces(rec, GATES, notation=notation).data["series"])
    assert shown == (set(GATES) if notation == "paper" else {"i", "f", "o"})
    assert shown == {label(rec.cell.signals[name], notation) for name in GATES}


def test_panels_hold_every_signal_once() -> None:
    for cell in lc.CELLS:
        rec = recording(1, cell=cell)
        drawn = [name for _, kinds, _ in PANELS for name in names_of_kind(rec, kinds)]
        assert sorted(drawn) == sorted(rec.cell.signals)


# design: one colour per role, no cell, no web framework


def test_one_look_per_role() -> None:
    for theme in THEMES.values():
        gates = [style(name, theme) for name in ("g_cs", "g_cu", "g_cr", "g_cx")]
        assert len({look.color for look in gates}) == 4
        assert len({look.dash for look in gates}) == 4, "in grey print they are told by the line"
        assert style("a_cs", theme) == style("g_cs", theme)
        assert style("psi", theme).color != style("chi", theme).color
        assert style("psi", theme).width > style("s", theme).width
        assert style("s", theme).color == theme.text


def test_a_figure_stays_as_it_is() -> None:
    assert {item.name for item in fields(Figure)} >= {"spec", "data", "alt", "made"}
    figure = sequence({"x": np.zeros(3)})
    with pytest.raises(AttributeError):
        figure.alt = "other"  # type: ignore[misc]


SOURCES = sorted(FOLDER.glob("*.py"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_no_figure_names_a_cell(path: Path) -> None:
    """Not in its names, not in its strings; comments and docstrings may."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
        and ast.get_docstring(node) is not None
    }
    words = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in docs:
            words.append(node.value)
        elif isinstance(node, ast.Name):
            words.append(node.id)
        elif isinstance(node, ast.Attribute):
            words.append(node.attr)
        elif isinstance(node, ast.alias):
            words.append(node.name)
        elif isinstance(node, ast.arg):
            words.append(node.arg)
    named = {word for word in words if re.search(r"vanilla|rnn|lstm(?!_core)|gru", word.lower())}
    assert not named


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_no_figure_knows_a_web_framework(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module or "")
    tops = {name.partition(".")[0] for name in imported}
    assert not tops & {"streamlit", "explorer", "pages", "torch", "pandas"}
    assert not any(name.startswith("lstm_core.cells") for name in imported)


def test_a_log_axis_says_which_line_it_cannot_show() -> None:
    lines = [
        Series(name, np.array(values), style(name, LIGHT, i))
        for i, (name, values) in enumerate(
            {"a": [0.0, 0.0, 0.0], "b": [0.0, 0.0, 1.0], "c": [1.0, 2.0, 0.0]}.items()
        )
    ]
    figure = line_figure(lines, alt_text="a", scale="log")
    assert [words for words in figure.data["words"] if words] == ["a: zero at every step"]
    lone = figure.data["lone"]
    assert list(zip(figure.data["series"][lone], figure.data["n"][lone], strict=True)) == [("b", 2)]
    seen = line_figure(lines[2:], alt_text="a", scale="log").data
    assert not {"lone", "words"} & set(seen), "layers for nothing"
