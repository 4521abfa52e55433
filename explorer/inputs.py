"""What a trained cell reads on a page, and the trained cells themselves."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import lstm_core as lc
from explorer.csv_input import read_series
from explorer.limits import MIN_VALUES
from explorer.problems import Problem
from explorer.state import NothingYet
from explorer.text_input import read_text
from lstm_core import sequences

ASSETS = Path(__file__).parent.parent / "assets"
SOURCES = {
    "sunspots": "Sunspots",
    "text": "Text",
    "impulse": "Impulse",
    "step": "Step",
    "pulses": "Pulses far apart",
    "sine": "Sine",
    "noise": "Noise",
    "csv": "Your own numbers",
}


MODELS = ("sunspots", "text")


@dataclass(frozen=True, eq=False)
class Model:
    """A trained Vanilla LSTM with its linear readout."""

    cell: lc.Cell
    theta: dict[str, np.ndarray]
    W_y: np.ndarray
    b_y: np.ndarray


@dataclass(frozen=True, eq=False)
class Reading:
    """An input for a cell, what it should predict, and how its steps are named."""

    x: np.ndarray
    target: np.ndarray
    names: tuple[str, ...]
    shown: np.ndarray
    is_text: bool


@cache
def model(name: str) -> Model:
    """``sunspots`` or ``text``, trained by ``assets/train_examples.py``."""
    cell = lc.CELLS["vanilla_lstm"]
    weights = lc.load_weights(ASSETS / "weights" / f"{name}.safetensors")
    weights = {key: value.astype(np.float64) for key, value in weights.items()}
    theta = {key: weights[key] for key in cell.params}
    return Model(cell, theta, weights["W_y"], weights["b_y"])


@cache
def sunspots() -> tuple[np.ndarray, np.ndarray]:
    """Years and yearly means."""
    path = ASSETS / "data" / "sunspots.csv"
    series = read_series(path.read_bytes(), max_rows=400, column="sunspots")
    years = np.loadtxt(path, delimiter=",", skiprows=1, usecols=0, dtype=int)
    return years, np.array(series.values)


@cache
def sunspot_scale() -> tuple[float, float]:
    """Mean and standard deviation of the training years."""
    from safetensors import safe_open

    with safe_open(ASSETS / "weights" / "sunspots.safetensors", "numpy") as file:
        notes = file.metadata()
    return float(notes["mean"]), float(notes["std"])


def read_input(
    source: str, steps: int, *, start: int, seed: int, text: str, series: Any
) -> Reading:
    """The chosen input, at most ``steps`` long; its target is the value or character after it."""
    if source == "text":
        return _reading_of_text(text)
    if source == "sunspots":
        years, counts = sunspots()
        mean, std = sunspot_scale()
        values = (counts - mean) / std
        names = tuple(str(year) for year in years[start : start + steps])
        return _reading_of(values[start : start + steps + 1], names)
    if source == "csv":
        if len(series) < MIN_VALUES:
            raise NothingYet(
                "There is no series yet: choose a CSV file with a column of numbers, or paste"
                " numbers."
            )
        return _reading_of(_standardised(np.array(series))[: steps + 1])
    return _reading_of(_signal(source, steps + 1, seed)[:, 0])


def _standardised(series: np.ndarray) -> np.ndarray:
    """A visitor's series with mean 0 and deviation 1, however large or small its numbers are."""
    if series.min() == series.max():
        raise Problem(
            f"All values of the series are {series[0]:g}, so there is nothing to predict:"
            " take a series that changes."
        )
    _, power = np.frexp(np.abs(series).max())
    values, _, _ = sequences.standardise(np.ldexp(series, -power))
    return values[:, 0]


def _signal(source: str, steps: int, seed: int) -> np.ndarray:
    if source == "impulse":
        return sequences.impulse(steps, at=min(5, steps - 1))
    if source == "step":
        return sequences.step(steps, at=steps // 4)
    if source == "pulses":
        return sequences.pulses(steps, gap=20, start=min(5, steps - 1))
    if source == "sine":
        return sequences.sine(steps, period=11.0)
    return sequences.noise(steps, seed=seed)


def _reading_of(values: np.ndarray, names: tuple[str, ...] | None = None) -> Reading:
    x = values[:-1, None]
    names = names or tuple(str(n) for n in range(len(x)))
    return Reading(x, values[1:, None], names[: len(x)], x[:, 0], is_text=False)


def _reading_of_text(text: str) -> Reading:
    clean = read_text(text)
    codes = sequences.encode_text(clean)
    return Reading(
        sequences.one_hot(clean[:-1]), codes[1:], tuple(clean[:-1]), codes[:-1], is_text=True
    )
