"""What a trained cell reads: real series, text, synthetic signals, a visitor's numbers."""

from typing import Any

import numpy as np
import pytest

import lstm_core as lc
from explorer import inside
from explorer.inputs import SOURCES, model, read_input, sunspot_scale, sunspots
from explorer.inside import InsideState
from explorer.limits import MAX_STEPS, MIN_STEPS
from explorer.problems import Problem
from explorer.state import NothingYet
from lstm_core.sequences import ALPHABET

SIGNALS = [name for name in SOURCES if name not in ("text", "csv")]


def read(source: str, steps: int = 40, **options: Any) -> Any:
    return read_input(source, steps, **{"start": 0, "seed": 0, "text": "", "series": ()} | options)


@pytest.mark.parametrize("source", SIGNALS)
@pytest.mark.parametrize("steps", [MIN_STEPS, 7, 60, MAX_STEPS])
def test_a_signal_and_what_comes_next(source: str, steps: int) -> None:
    reading = read(source, steps)
    assert reading.x.shape == reading.target.shape == (steps, 1)
    assert len(reading.names) == len(reading.shown) == steps
    assert np.isfinite(reading.x).all()
    np.testing.assert_array_equal(reading.x[1:], reading.target[:-1])
    np.testing.assert_array_equal(reading.shown, reading.x[:, 0])
    assert not reading.is_text


@pytest.mark.parametrize("source", SIGNALS)
def test_a_signal_is_the_same_every_time(source: str) -> None:
    np.testing.assert_array_equal(read(source, seed=3).x, read(source, seed=3).x)


def test_noise_has_a_seed() -> None:
    assert (read("noise", seed=1).x != read("noise", seed=2).x).all()


def test_sunspots_are_named_by_their_years() -> None:
    years, counts = sunspots()
    assert (years[0], years[-1], len(years)) == (1700, 2008, 309)
    reading = read("sunspots", 50, start=10)
    assert reading.names == tuple(str(year) for year in range(1710, 1760))
    mean, std = sunspot_scale()
    np.testing.assert_allclose(reading.x[:, 0] * std + mean, counts[10:60], atol=1e-12)
    np.testing.assert_allclose(reading.target[:, 0] * std + mean, counts[11:61], atol=1e-12)


def test_years_are_those_of_the_archive() -> None:
    assert len(sunspots()[0]) == inside.YEARS


@pytest.mark.parametrize("steps", [MIN_STEPS, 60, MAX_STEPS])
def test_the_window_ends_with_the_series(steps: int) -> None:
    latest = inside.settle(InsideState(steps=steps, start=inside.YEARS - MIN_STEPS - 1))
    reading = inside.reading(latest)
    assert len(reading.x) == steps
    assert reading.names[-1] == "2007", "2008 is only the last target"


def test_text_is_read_letter_by_letter() -> None:
    reading = read("text", text="The cat")
    assert "".join(reading.names).lower() == "the ca"
    assert reading.x.shape == (6, len(ALPHABET))
    np.testing.assert_array_equal(reading.x.sum(1), 1)
    assert "".join(ALPHABET[row.argmax()] for row in reading.x) == "".join(reading.names)
    assert "".join(ALPHABET[code] for code in reading.target).lower() == "he cat"
    assert reading.is_text


@pytest.mark.parametrize(
    "text", ["日本語の文", "<b>bold</b>", "a\nb\tc\rd", "'; DROP TABLE --", "ÄÖÜß!"]
)
def test_any_text_is_read_or_said(text: str) -> None:
    try:
        reading = read("text", text=text)
    except ValueError as problem:
        assert "at least three letters" in str(problem)
    else:
        assert set(reading.names) <= set(ALPHABET)


def test_long_text_is_cut() -> None:
    assert len(read("text", text="word " * 1000).x) == MAX_STEPS


def test_a_visitors_series_is_standardised_and_cut() -> None:
    reading = read("csv", 10, series=tuple(float(n) for n in range(30)))
    assert reading.x.shape == (10, 1)
    everything = read("csv", MAX_STEPS, series=(3.0, 5.0, 4.0, 8.0))
    values = np.append(everything.x[:, 0], everything.target[-1, 0])
    assert len(values) == 4
    np.testing.assert_allclose([values.mean(), values.std(ddof=1)], [0, 1], atol=1e-12)


@pytest.mark.parametrize(
    "series",
    [
        (1e100, -1e100, 0.0, 3.0),
        (1e308, -1e308, 0.0),
        (1e-100, 2e-100, 0.0),
        (1e-200, 2e-200, 0.0),
        (5e-324, 1e-323, 0.0),
        (1.0, 1.0, 1.0000000000000002),
    ],
)
def test_huge_and_tiny_values_are_read(series: tuple[float, ...]) -> None:
    """A link holds any finite numbers."""
    x = read("csv", series=series).x[:, 0]
    assert np.isfinite(x).all()
    assert np.abs(x).max() < len(series)


@pytest.mark.parametrize("value", [5.0, 0.0, -1e308, 5e-324])
def test_equal_values_are_refused_in_the_visitors_words(value: float) -> None:
    with pytest.raises(Problem, match="nothing to predict"):
        read("csv", series=(value,) * 10)


@pytest.mark.parametrize("series", [(), (1.0,), (1.0, 2.0)])
def test_without_a_series_the_remedy_is_said(series: tuple[float, ...]) -> None:
    with pytest.raises(NothingYet, match="choose a CSV file"):
        read("csv", series=series)


# the trained cells


@pytest.mark.parametrize("name", ["sunspots", "text"])
def test_the_trained_cells_are_whole(name: str) -> None:
    trained = model(name)
    assert trained.cell is lc.CELLS["vanilla_lstm"]
    assert trained.theta.keys() == trained.cell.params.keys()
    width = trained.theta["W_s_cs"].shape[0]
    outputs = len(ALPHABET) if name == "text" else 1
    inputs = len(ALPHABET) if name == "text" else 1
    assert trained.theta["W_x_cu"].shape == (width, inputs)
    assert trained.W_y.shape == (outputs, width)
    assert trained.b_y.shape == (outputs,)
    for values in (*trained.theta.values(), trained.W_y, trained.b_y):
        assert values.dtype == np.float64
        assert np.isfinite(values).all()


@pytest.mark.parametrize("preset", inside.presets(), ids=str)
def test_every_preset_of_inside_runs(preset: str) -> None:
    state = inside.settle(inside.presets()[preset])
    run = inside.run(state)
    assert inside.run(state) is run, "the same state gives the same object"
    assert len(run.rec) == inside.length(state)
    assert run.y.shape[0] == len(run.rec)
    assert np.isfinite(run.error)
    assert state.unit < inside.width(state)
    for name in run.rec.names:
        assert np.isfinite(run.rec[name]).all()
        assert np.isfinite(run.back.of(name)).all()


def test_what_is_only_looked_at_computes_nothing_anew() -> None:
    run = inside.run(InsideState())
    for look in ({"n": 3}, {"unit": 1}, {"view": "sums"}, {"notation": "framework"}):
        assert inside.run(InsideState(**look)) is run  # type: ignore[arg-type]


def test_forget_at_once_halves_the_state_at_every_step() -> None:
    run = inside.run(inside.presets()["State (forget) gate at 0.5"])
    np.testing.assert_array_equal(run.rec["g_cs"], 0.5)


def test_the_loss_at_the_end_only_enters_at_the_end() -> None:
    run = inside.run(inside.presets()["Loss at the end only"])
    every = inside.run(InsideState())
    assert np.isclose(run.back["chi"][-1], every.back["chi"][-1]).all() or run.error != every.error
    alone = lc.backpropagate(run.rec, _only_last(run.back["chi"]))
    np.testing.assert_allclose(run.back["psi"], alone["psi"], rtol=1e-12, atol=1e-15)


def _only_last(chi: np.ndarray) -> np.ndarray:
    """The explicit error at the last step: there, chi is all explicit."""
    explicit = np.zeros_like(chi)
    explicit[-1] = chi[-1]
    return explicit


def test_an_edit_changes_the_run() -> None:
    edited = inside.run(InsideState(edits=(("b_cs[0]", -5.0),)))
    assert edited.rec.theta["b_cs"][0] == -5.0
    assert edited.error != inside.run(InsideState()).error


@pytest.mark.parametrize("text", ["", "ab", "☃☃☃", "Привет"])
def test_a_state_without_an_input_settles(text: str) -> None:
    for state in (InsideState(source="text", text=text, n=150), InsideState(source="csv", n=150)):
        settled = inside.settle(state)
        assert inside.settle(settled) == settled
        with pytest.raises(ValueError):
            inside.run(settled)
