"""Train the two Vanilla LSTMs that the app opens with, by this project's own gradients.

    python -m assets.train_examples [sunspots|text|all] [--steps N] [--seed S] [--out FOLDER]
                                    [--validate]

``sunspots`` reads the standardised sunspot number of a year and predicts the next year's; ``text``
reads a character and predicts the next one. Both are trained with ``lstm_core.unroll`` and
``lstm_core.backpropagate`` and Adam. The last part of each series is held out and judged at the
end only; weights/README.md tells how often it was looked at. ``--validate`` trains on less and
reports the error on the last stretch of the training part instead, which is how the settings
below were chosen; it writes nothing.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

if __name__ == "__main__":  # one thread: the products are small; must be set before NumPy loads
    for library in ("OMP", "OPENBLAS", "MKL"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")

import numpy as np
from safetensors.numpy import save

import lstm_core as lc
from lstm_core.readout import cross_entropy, linear_readout, readout_gradients, squared_error
from lstm_core.sequences import ALPHABET, clean_text, encode_text, standardise

CELL = lc.CELLS["vanilla_lstm"]
DATA = Path(__file__).parent / "data"
WEIGHTS = Path(__file__).parent / "weights"

Array = np.ndarray
Theta = dict[str, Array]
Loss = Callable[..., tuple[Any, ...]]


@dataclass(frozen=True)
class Settings:
    """What a training run needs to know beside its data."""

    d_s: int
    K: int  # steps of a stretch, over which the error is propagated back
    B: int  # stretches in a batch
    steps: int  # parameter updates
    rate: float  # of Adam at the start; it falls to zero along half a cosine
    decay: float  # weight decay, decoupled as in AdamW
    restart: float = 1.0  # chance that a stretch starts anew, in a zero state
    noise: float = 0.0  # standard deviation of the noise added to the input
    stretch: float = 0.0  # each reader's series is scaled by 1 -+ this, about Task.zero
    clip: float = 1.0  # largest norm of the whole gradient
    forget_bias: float = 1.0
    seed: int = 0
    dtype: type = np.float64


@dataclass(frozen=True)
class Task:
    """A series to learn: row n of ``target`` is what should be read out at step n."""

    x: Array  # (N, d_x)
    target: Array  # (N, d_y), or codes (N,)
    d_y: int
    loss: Loss
    zero: float = 0.0  # what a count of zero is in x and in the target


SUNSPOTS = Settings(
    d_s=8,
    K=64,
    B=32,
    steps=600,
    rate=5e-3,
    decay=1.0,
    restart=0.3,
    noise=0.2,
    stretch=0.6,
    seed=1,
)
TEXT = Settings(
    d_s=32, K=64, B=64, steps=4000, rate=1e-2, decay=1e-1, restart=0.1, dtype=np.float32
)
TRAINING_PART = {"sunspots": 0.8, "text": 0.9}  # of the series; the rest is held out
VALIDATION_PART = 0.15  # of the training part, at its end: used with --validate only
NGRAMS = ("unigram", "bigram", "trigram", "4-gram")
BACK_OFF = 5.0  # observations


# ---- data ----------------------------------------------------------------------------------------


@cache
def sunspot_years() -> tuple[Array, Array]:
    """The years and their mean sunspot numbers, each (309,)."""
    with open(DATA / "sunspots.csv", encoding="utf-8", newline="") as file:
        rows = [(int(row["year"]), float(row["sunspots"])) for row in csv.DictReader(file)]
    years, counts = zip(*rows, strict=True)
    return np.array(years), np.array(counts)


@cache
def text_codes() -> Array:
    """The codes of the bundled book, (N,)."""
    return encode_text(clean_text((DATA / "text.txt").read_text(encoding="ascii")))


def split(name: str, length: int) -> int:
    """How many samples at the start of a series are for training."""
    return round(TRAINING_PART[name] * length)


def sunspot_task(counts: Array, mean: Array | None = None, std: Array | None = None) -> Task:
    """Predict the next year's standardised number."""
    z, centre, width = standardise(counts, mean, std)
    return Task(z[:-1], z[1:], 1, squared_error, zero=float(-centre[0] / width[0]))


def text_task(codes: Array) -> Task:
    """Predict the next character."""
    return Task(np.eye(len(ALPHABET))[codes[:-1]], codes[1:], len(ALPHABET), cross_entropy)


# ---- training ------------------------------------------------------------------------------------


def initial_theta(task: Task, settings: Settings) -> Theta:
    """The cell's parameters and the readout's, W_y and b_y."""
    sizes = {"d_x": task.x.shape[1], "d_s": settings.d_s}
    theta = lc.init_params(CELL, settings.seed, forget_bias=settings.forget_bias, **sizes)
    rng = np.random.default_rng([settings.seed, 1])
    bound = np.sqrt(6 / (settings.d_s + task.d_y))
    theta["W_y"] = rng.uniform(-bound, bound, (task.d_y, settings.d_s))
    theta["b_y"] = np.zeros(task.d_y)
    return {name: value.astype(settings.dtype) for name, value in theta.items()}


def cell_theta(theta: Mapping[str, Array]) -> Theta:
    """The parameters of the cell alone."""
    return {name: theta[name] for name in CELL.params}


def stretches(task: Task, settings: Settings) -> Iterator[tuple[Array, Array, Array]]:
    """Endless batches: the input (K, B, d_x), the target, and which of the B carry their state on.

    Each of the B readers goes on where it stopped, or, by chance and at the end of the series,
    starts anew at a random place.
    """
    rng = np.random.default_rng([settings.seed, 2])
    last = len(task.x) - settings.K
    start = rng.integers(0, last + 1, settings.B)
    carries = np.zeros(settings.B, bool)
    factor = np.ones((settings.B, 1))
    while True:
        rows = start + np.arange(settings.K)[:, None]
        x, target = task.x[rows], task.target[rows]
        if settings.stretch:
            fresh = 1 + settings.stretch * rng.uniform(-1, 1, factor.shape)
            factor = np.where(carries[:, None], factor, fresh)
            x, target = (task.zero + factor * (z - task.zero) for z in (x, target))
        if settings.noise:
            x = x + settings.noise * rng.standard_normal(x.shape)
        yield x, target, carries
        start = start + settings.K
        carries = (start <= last) & (rng.random(settings.B) >= settings.restart)
        start = np.where(carries, start, rng.integers(0, last + 1, settings.B))


def loss_and_gradients(
    theta: Theta, task: Task, x: Array, target: Array, initial: dict[str, Array], dtype: type
) -> tuple[float, Theta, dict[str, Array]]:
    """The mean loss of a batch, its gradient for every parameter, and the last state."""
    rec = lc.unroll(CELL, cell_theta(theta), x, initial=initial, dtype=dtype)
    E, dE_dy = task.loss(linear_readout(rec.output, theta["W_y"], theta["b_y"]), target)[:2]
    count = x.shape[0] * x.shape[1]
    dE_dout, dW_y, db_y = readout_gradients(rec.output, dE_dy / count, theta["W_y"])
    gradients = lc.backpropagate(rec, dE_dout).d_theta | {"W_y": dW_y, "b_y": db_y}
    return E / count, gradients, {name: rec[name][-1] for name in CELL.carried}


class Adam:
    """Adam (Kingma & Ba 2015) with clipping of the gradient's norm and decoupled weight decay."""

    def __init__(self, theta: Theta, settings: Settings) -> None:
        self.settings = settings
        self.mean = {name: np.zeros_like(value) for name, value in theta.items()}
        self.square = {name: np.zeros_like(value) for name, value in theta.items()}

    def update(self, theta: Theta, gradients: Theta, step: int) -> Theta:
        """The parameters after update number ``step`` (from 0)."""
        settings = self.settings
        rate = settings.rate * 0.5 * (1 + np.cos(np.pi * step / settings.steps))
        norm = np.sqrt(sum(float((g * g).sum()) for g in gradients.values()))
        scale = min(1.0, settings.clip / norm) if norm > 0 else 1.0
        changed = {}
        for name, value in theta.items():
            g = gradients[name] * scale
            self.mean[name] = 0.9 * self.mean[name] + 0.1 * g
            self.square[name] = 0.999 * self.square[name] + 0.001 * g * g
            mean = self.mean[name] / (1 - 0.9 ** (step + 1))
            square = self.square[name] / (1 - 0.999 ** (step + 1))
            decay = settings.decay * value if value.ndim == 2 else 0.0  # weights, not biases
            change = rate * (mean / (np.sqrt(square) + 1e-8) + decay)
            changed[name] = (value - change).astype(value.dtype)
        return changed


def train(
    task: Task,
    settings: Settings,
    steps: int | None = None,
    report: Callable[[int, float, Theta], None] | None = None,
) -> tuple[Theta, list[float]]:
    """Train a Vanilla LSTM and its readout; the same settings give the same parameters.

    Returns theta (the cell's parameters, W_y and b_y) and the mean loss of each step's batch
    before its update. ``steps`` stops early without changing the steps before.
    """
    theta = initial_theta(task, settings)
    adam = Adam(theta, settings)
    batches = stretches(task, settings)
    state = {name: np.zeros((settings.B, settings.d_s)) for name in CELL.carried}
    losses: list[float] = []
    for step in range(settings.steps if steps is None else steps):
        x, target, carries = next(batches)
        initial = {name: value * carries[:, None] for name, value in state.items()}
        loss, gradients, state = loss_and_gradients(theta, task, x, target, initial, settings.dtype)
        theta = adam.update(theta, gradients, step)
        losses.append(loss)
        if report:
            report(step + 1, float(np.mean(losses[-100:])), theta)
    return theta, losses


# ---- measuring -----------------------------------------------------------------------------------


def predict(theta: Mapping[str, Array], x: Array) -> Array:
    """What is read out at every step of one sequence from a zero state, in float64."""
    rec = lc.unroll(CELL, cell_theta(theta), x)
    return linear_readout(rec.output, theta["W_y"], theta["b_y"])


def rms(error: Array) -> float:
    return float(np.sqrt(np.mean(np.square(error))))


def sunspot_errors(theta: Mapping[str, Array], counts: Array, first: int) -> dict[str, float]:
    """Root mean square errors, in sunspot numbers, of the one-year-ahead predictions of
    ``counts[first:]``. Everything is fitted on, and standardised by, ``counts[:first]``; the LSTM
    reads the series from its first year on."""
    _, mean, std = standardise(counts[:first])
    task = sunspot_task(counts, mean, std)
    y = predict(theta, task.x)[first - 1 :, 0] * std[0] + mean[0]
    truth = counts[first:]
    return {
        "lstm": rms(y - truth),
        "persistence": rms(counts[first - 1 : -1] - truth),
        "AR(2)": rms(autoregression(counts, first, 2) - truth),
        "AR(9)": rms(autoregression(counts, first, 9) - truth),
    }


def autoregression(counts: Array, first: int, order: int) -> Array:
    """Predictions of ``counts[first:]`` by least squares on the ``order`` years before each."""
    past = np.array([counts[n - order : n] for n in range(order, len(counts))])
    rows = np.column_stack([np.ones(len(past)), past])
    fitted = np.linalg.lstsq(rows[: first - order], counts[order:first], rcond=None)[0]
    return rows[first - order :] @ fitted


def text_errors(theta: Mapping[str, Array], codes: Array, first: int) -> dict[str, float]:
    """Cross-entropies, in nats a character, of ``codes[first + 2:]``. The n-gram models are
    counted in ``codes[:first]``; the LSTM reads the held-out part only, from a zero state."""
    task = text_task(codes[first:])
    y = predict(theta, task.x)[1:]
    E = cross_entropy(y, task.target[1:])[0]
    return {"lstm": float(E) / len(y)} | {
        name: ngram_error(codes, first, order) for order, name in enumerate(NGRAMS, 1)
    }


def ngram_error(codes: Array, first: int, order: int) -> float:
    """Cross-entropy of the model that counts which symbol follows ``order - 1`` others; the model
    of one order less, weighted as BACK_OFF observations, fills what was seen too rarely."""
    symbols = len(ALPHABET)
    targets = codes[first + 2 :]
    p = np.full((len(targets), symbols), 1 / symbols)
    for length in range(order):  # of the context
        seen = np.zeros((symbols**length, symbols))
        np.add.at(seen, (context(codes[:first], length), codes[length:first]), 1)
        at = seen[context(codes[first + 2 - length :], length)]
        p = (at + BACK_OFF * p) / (at.sum(1, keepdims=True) + BACK_OFF)
    return float(-np.log(p[np.arange(len(targets)), targets]).mean())


def context(codes: Array, length: int) -> Array:
    """One number for the ``length`` codes before each code from the ``length``-th on."""
    number = np.zeros(len(codes) - length, int)
    for lag in range(length, 0, -1):
        number = number * len(ALPHABET) + codes[length - lag : len(codes) - lag]
    return number


# ---- the command ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Example:
    """A series, how it is learnt and how it is judged."""

    settings: Settings
    unit: str
    series: Callable[[], Array]
    task: Callable[..., Task]
    errors: Callable[[Mapping[str, Array], Array, int], dict[str, float]]
    about: dict[str, str]  # what a reader of the weights needs beside their shapes


EXAMPLES = {
    "sunspots": Example(
        settings=SUNSPOTS,
        unit="sunspot number, root mean square",
        series=lambda: sunspot_years()[1],
        task=sunspot_task,
        errors=sunspot_errors,
        about={"task": "standardised sunspot number of a year -> that of the next year"},
    ),
    "text": Example(
        settings=TEXT,
        unit="nats per character",
        series=text_codes,
        task=text_task,
        errors=text_errors,
        about={"task": "character -> logits of the next character", "alphabet": ALPHABET},
    ),
}


def run(
    name: str, settings: Settings, validate: bool = False
) -> tuple[Theta, dict[str, float], dict[str, str]]:
    """Train on the first part of a series: theta in float32, the errors of theta and of the
    baselines on the rest, and the metadata to store."""
    example = EXAMPLES[name]
    series = example.series()
    first = split(name, len(series))
    if validate:
        series, first = series[:first], round((1 - VALIDATION_PART) * first)
    started = time.perf_counter()

    def report(step: int, loss: float, theta: Theta) -> None:
        if step % (settings.steps // 10 or 1) == 0:
            seconds = time.perf_counter() - started
            print(f"{name}: step {step} of {settings.steps}, loss {loss:.4f}, {seconds:.0f} s")
            if validate:
                print(f"  error {example.errors(theta, series, first)['lstm']:.4f}", flush=True)

    theta, losses = train(example.task(series[:first]), settings, report=report)
    theta = {key: np.ascontiguousarray(value, np.float32) for key, value in theta.items()}
    errors = example.errors(theta, series, first)
    print(f"{name}: samples {first} to {len(series) - 1}, unseen in training, {example.unit}:")
    print("".join(f"  {key:12} {value:.4f}\n" for key, value in errors.items()))
    about = example.about | {
        "cell": CELL.name,
        "readout": "y = W_y v + b_y",
        "seed": str(settings.seed),
        "training_samples": str(first),
        "final_training_loss": f"{np.mean(losses[-100:]):.6f}",
        "unit_of_errors": example.unit,
        "errors": json.dumps({key: round(value, 6) for key, value in errors.items()}),
        "settings": json.dumps({key: getattr(settings, key) for key in NUMBERS}),
        "command": f"python -m assets.train_examples {name} --seed {settings.seed}"
        f" --steps {settings.steps}",
    }
    if name == "sunspots":
        _, mean, std = standardise(series[:first])
        about |= {"mean": repr(float(mean[0])), "std": repr(float(std[0]))}
    return theta, errors, about


NUMBERS = [field.name for field in fields(Settings) if field.name != "dtype"]


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the networks that the app opens with.")
    parser.add_argument("example", nargs="?", default="all", choices=[*EXAMPLES, "all"])
    parser.add_argument("--steps", type=int, help="parameter updates")
    parser.add_argument("--seed", type=int, help="of the parameters and of the batches")
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="folder for the weights")
    parser.add_argument("--validate", action="store_true", help="see above; writes nothing")
    chosen = parser.parse_args()
    for name in EXAMPLES if chosen.example == "all" else [chosen.example]:
        given = {key: getattr(chosen, key) for key in ("steps", "seed")}
        asked = {key: value for key, value in given.items() if value is not None}
        theta, _, about = run(name, replace(EXAMPLES[name].settings, **asked), chosen.validate)
        if not chosen.validate:
            chosen.out.mkdir(parents=True, exist_ok=True)
            (chosen.out / f"{name}.safetensors").write_bytes(save(theta, about))


if __name__ == "__main__":
    main()
