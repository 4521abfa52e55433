"""Figures: constant specs, true numbers, words with numbers, and nothing that names a cell."""

from __future__ import annotations

import ast
import base64
import copy
import io
import json
import re
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lstm_core as lc
from lstm_core import figures
from lstm_core.analysis import (
    KINDS,
    gate_shares,
    kept_shares,
    rest_bound,
    split,
    transport_gap,
)
from lstm_core.figures import (
    DARK,
    LIGHT,
    PANELS,
    THEMES,
    Figure,
    distance_by_step,
    eigenvalue_plane,
    gate_saturation,
    gradient_traces,
    kept_by_length,
    label,
    names_of_kind,
    paired,
    paired_gradients,
    paired_signals,
    sampled_signal,
    segment_bands,
    sequence,
    signal_heat,
    signal_traces,
    step_norms,
    transport_by_lag,
    transport_gap_by_lag,
    transport_map,
)
from lstm_core.figures.lines import Series, line_figure
from lstm_core.figures.theme import Style, style
from lstm_core.figures.transport import STEP_LINES
from lstm_core.segments import equal_lengths, windows

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


def parts_of_a_step(rec: lc.Recording) -> dict[str, np.ndarray]:
    parts = split(rec)
    norms = (parts.gate_norms, parts.rest_norms, parts.factor_norms, parts.bound, rest_bound(rec))
    return dict(zip(STEP_LINES, norms, strict=True))


def spectra(rec: lc.Recording) -> dict[str, np.ndarray]:
    values = lc.eigenvalues(lc.step_jacobians(rec))
    return {"first": values[0], "last": values[-1]}


def halves(rec: lc.Recording) -> tuple[int, ...]:
    return equal_lengths(len(rec), (len(rec) + 1) // 2)


def sampled(rec: lc.Recording, units: int) -> dict[str, Any]:
    """Some lines over a time four times as fine as the steps, and dots near them."""
    steps = np.arange(len(rec))
    times = np.linspace(0, steps[-1], 4 * steps[-1] + 1)
    dots = {f"unit {i}": rec["s"][:, i] + 0.01 for i in range(units)}
    lines = {f"unit {i}": np.interp(times, steps, rec["s"][:, i]) for i in range(units)}
    return {"times": times, "continuous": lines, "samples": dots}


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
    "sequence, bands": lambda rec, **o: sequence(
        {"x": rec.x[:, 0]}, bands=segment_bands(halves(rec), named=True), **o
    ),
    "kept_by_length": lambda rec, **o: kept_by_length(
        kept_shares(lc.transport_norms(rec), min(3, len(rec) - 1)), 3, 5, **o
    ),
    "paired": lambda rec, **o: paired({"s": rec["s"][:, 0]}, {}, roles={"s": "s"}, **o),
    "paired_signals": lambda rec, **o: paired_signals(
        rec, recording(7, len(rec)), GATES, 1, scale="unit", **o
    ),
    "paired_gradients": lambda rec, **o: paired_gradients(
        gradients(rec), gradients(recording(7, len(rec))), **o
    ),
    "signal_heat": lambda rec, **o: signal_heat(rec["s"], "s", cursor=3, **o),
    "signal_heat, gate": lambda rec, **o: signal_heat(rec["g_cs"], "g_cs", gate=True, **o),
    "gate_saturation": lambda rec, **o: gate_saturation(gate_shares(rec), **o),
    "transport_by_lag": lambda rec, **o: transport_by_lag(by_lag(rec), **o),
    "transport_by_lag, cursor": lambda rec, **o: transport_by_lag(by_lag(rec), cursor=4, **o),
    "step_norms": lambda rec, **o: step_norms(parts_of_a_step(rec), **o),
    "transport_gap_by_lag": lambda rec, **o: transport_gap_by_lag(1e-9 + transport_gap(rec), **o),
    "transport_map": lambda rec, **o: transport_map(lc.transport_norms(rec), **o),
    "sampled_signal": lambda rec, **o: sampled_signal(**sampled(rec, 1), **o),
    "sampled_signal, units": lambda rec, **o: sampled_signal(
        **sampled(rec, 3), time_axis=False, **o
    ),
    "distance_by_step": lambda rec, **o: distance_by_step(
        0.5 ** np.arange(5), np.abs(rec["s"][0, 0]) * 0.5 ** np.arange(5), chosen=2, **o
    ),
    "eigenvalue_plane": lambda rec, **o: eigenvalue_plane(spectra(rec), **o),
}
EACH = pytest.mark.parametrize("maker", MAKERS.values(), ids=MAKERS.keys())


def test_every_figure_function_is_tested() -> None:
    made = {name.partition(",")[0] for name in MAKERS}
    others = {"label", "names_of_kind", "export", "to_csv", "figure_function", "segment_bands"}
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


def with_psi(back: lc.Gradients, psi: np.ndarray) -> lc.Gradients:
    """The gradients with another psi."""
    return replace(back, table=back.table | {back.recording.cell.state: psi})


def test_a_log_axis_leaves_out_what_is_not_positive() -> None:
    back = gradients(recording(4))
    psi = back["psi"].copy()
    psi[:3] = 0.0
    values = line(gradient_traces(with_psi(back, psi), ("psi",), None), "‖ψ[n]‖")
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


def test_a_run_before_is_drawn_beside() -> None:
    now, before = recording(4), recording(5, cell="rnn_canonical")
    figure = signal_traces(now, ["s", "v"], 1, before=before)
    np.testing.assert_array_equal(line(figure, "before"), before["s"][:, 1])
    errors = gradient_traces(gradients(now), unit=None, before=gradients(before))
    norms = np.linalg.norm(gradients(before)["psi"], axis=1)
    np.testing.assert_array_equal(line(errors, "before"), norms)
    assert "before" in figure.alt
    assert "before" in errors.alt


def test_every_line_has_its_own_width() -> None:
    """Of a range of widths the usual scale takes the ends alone."""
    looks = [Style("#000", width=width) for width in (3.0, 1.0, 2.0)]
    series = [Series(str(look.width), np.ones(3), look) for look in looks]
    for lines in (series, series[:1]):
        spec = line_figure(lines, alt_text="").spec
        (scale,) = [
            layer["encoding"]["strokeWidth"]["scale"]
            for layer in spec["layer"]
            if "strokeWidth" in layer["encoding"]
        ]
        assert scale["type"] == "ordinal"
        assert scale["range"] == [line.style.width for line in lines]


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


def test_a_sampled_signal_draws_the_line_and_the_dots() -> None:
    given = sampled(recording(4), 2)
    given["samples"]["unit 1"][0] = np.nan
    figure = sampled_signal(**given)
    for name in ("unit 0", "unit 1"):
        for dots, drawn in ((False, given["continuous"]), (True, given["samples"])):
            chosen = (figure.data["series"] == name) & (figure.data["sampled"] == dots)
            np.testing.assert_array_equal(figure.data["value"][chosen], drawn[name])
    steps = given["times"][::4]
    np.testing.assert_array_equal(figure.data["t"][figure.data["sampled"]], np.tile(steps, 2))
    assert figure.tips is not None
    np.testing.assert_array_equal(figure.tips["t"], steps)
    np.testing.assert_array_equal(figure.tips["unit 1, dot"], given["samples"]["unit 1"])
    np.testing.assert_array_equal(figure.tips["unit 1, line"], given["continuous"]["unit 1"][::4])
    assert "unit 1 between" in figure.alt
    assert "its samples at most 0.01 away" in figure.alt


def test_the_distance_is_drawn_beside_slope_1() -> None:
    steps, found = np.array([1.0, 0.5, 0.25]), np.array([0.5, 0.3, 0.1])
    figure = distance_by_step(steps, found, chosen=1)
    for name, wanted in (("distance", found), ("slope 1", 0.4 * steps)):
        np.testing.assert_allclose(figure.data["value"][figure.data["series"] == name], wanted)
    np.testing.assert_array_equal(figure.data["dT"][figure.data["here"]], [0.5])
    assert "0.3 at 0.5, 0.1 at 0.25" in figure.alt
    nothing = distance_by_step(steps, np.zeros(3))
    assert np.isnan(nothing.data["value"]).all()
    assert "distance: 0" in nothing.data["words"]
    assert nothing.spec == figure.spec


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


@pytest.mark.parametrize(
    ("psi", "words"),
    [
        (0.5 ** np.arange(30)[::-1], "falls below 1e-3 of its last value after 10 steps"),
        (np.ones(30), "1 times its last value at the first step"),
        (np.zeros(30), "is 0 at the last step and reaches 0 at most"),
    ],
    ids=["falls", "stays", "none"],
)
def test_the_travel_of_an_error_in_words(psi: np.ndarray, words: str) -> None:
    back = gradients(recording(1, 30))
    assert words in gradient_traces(with_psi(back, np.tile(psi[:, None], 3)), ("psi",)).alt


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


# segments


@pytest.mark.parametrize("lengths", [(4, 3, 5), (12,), (1,) * 12, (11, 1)])
def test_bands_are_the_windows(lengths: tuple[int, ...]) -> None:
    bands = segment_bands(lengths, named=True)
    n = np.arange(12)
    inside = [(n >= band.first) & (n <= band.last) for band in bands]
    np.testing.assert_array_equal(inside, windows(lengths))
    assert [band.label for band in bands] == [f"m = {m}" for m in range(len(lengths))]
    assert [band.shaded for band in bands] == [m % 2 == 1 for m in range(len(lengths))]
    figure = sequence({"x": np.zeros(12)}, bands=bands)
    shaded = [band for band in bands if band.shaded]
    drawn = ~np.isnan(figure.data["from"])
    np.testing.assert_array_equal(figure.data["from"][drawn], [band.first for band in shaded])
    np.testing.assert_array_equal(figure.data["to"][drawn], [band.last for band in shaded])


def test_many_segments_have_no_names() -> None:
    assert not any(band.label for band in segment_bands((1,) * 40, named=True))


def test_what_is_kept_is_drawn_from_one_step_on() -> None:
    shares = kept_shares(np.ones((12, 12)), 4)
    figure = kept_by_length(shares, 4, 6)
    np.testing.assert_array_equal(figure.data["n"], np.arange(1, 13))
    np.testing.assert_array_equal(figure.data["value"], shares)
    assert figure.data["n"][figure.data["here"]] == [6]
    assert figure.alt == (
        "Segments of 1 to 4 steps keep nothing of what travels 4 steps, of 5 steps 25.0%,"
        " of 6 steps 50.0%."
    )
    nothing = kept_by_length(kept_shares(np.eye(12), 4), 4, 6)
    assert nothing.alt == "Nothing travels 4 steps in 12, so there is nothing to keep."


# one run over another


def test_paired_lines_are_those_of_both_runs() -> None:
    rec, other = recording(1, cell="augmented_lstm"), recording(2)
    figure = paired_signals(rec, other, ("g_cx", "s"), 1, beside_name="plain", past=3)
    for name, values in {"g_cx": rec["g_cx"], "s": rec["s"], "s plain": other["s"]}.items():
        drawn = line(figure, name)
        np.testing.assert_array_equal(drawn[:STEPS], values[:, 1])
        assert np.isnan(drawn[STEPS:]).all() and len(drawn) == STEPS + 3
    gap = np.abs(rec["s"] - other["s"])[:, 1]
    assert f"s is up to {gap.max():.3g} away from plain's, at n = {gap.argmax()}" in figure.alt


def test_the_other_runs_lines_lie_below_and_are_broad() -> None:
    rec = recording(1)
    figure = paired_signals(rec, recording(2), ("s", "v"))
    assert list(dict.fromkeys(figure.data["series"])) == ["s other", "v other", "s", "v"]
    scale = figure.spec["layer"][1]["encoding"]["strokeWidth"]["scale"]
    widths = dict(zip(scale["domain"], scale["range"], strict=True))
    assert scale["type"] == "ordinal", "widths between the first and the last, not these"
    assert widths["s other"] > 2 * widths["s"]


def test_lines_that_are_the_same_are_said_to_be() -> None:
    rec = recording(1)
    assert "s is the same as other's" in paired_signals(rec, rec, ("s",)).alt


def test_a_signal_with_fewer_units_says_which_it_shows() -> None:
    cell = lc.CELLS["augmented_lstm"]
    theta = lc.init_params(cell, 0, d_x=2, d_s=3, d_v=2)
    rec = lc.unroll(cell, theta, recording(1).x)
    figure = paired_signals(rec, recording(1), ("s", "v"), 2)
    np.testing.assert_array_equal(line(figure, "v, unit 1"), rec["v"][:, 1])
    np.testing.assert_array_equal(line(figure, "v, unit 1 other"), recording(1)["v"][:, 1])
