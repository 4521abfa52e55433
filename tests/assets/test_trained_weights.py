"""The trained weights: what they claim is what they do, and the script that made them works."""

import json
from dataclasses import replace

import numpy as np
import pytest
from safetensors import safe_open

import lstm_core as lc
from assets import train_examples as te

Loaded = tuple[dict[str, np.ndarray], dict[str, str]]
ERRORS = {  # as stated in assets/weights/README.md
    "sunspots": {"lstm": 18.7887, "persistence": 33.2760, "AR(2)": 22.8337, "AR(9)": 19.4405},
    "text": {
        "lstm": 1.5092,
        "unigram": 2.9379,
        "bigram": 2.3079,
        "trigram": 1.7870,
        "4-gram": 1.4876,
    },
}


def load(name: str) -> Loaded:
    path = te.WEIGHTS / f"{name}.safetensors"
    with safe_open(path, framework="numpy") as file:
        about = file.metadata()
    return lc.load_weights(path), about


@pytest.fixture(scope="module", params=list(te.EXAMPLES))
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def errors(name: str) -> dict[str, float]:
    """Recomputed on the held-out part of the bundled data."""
    series = te.EXAMPLES[name].series()
    return te.EXAMPLES[name].errors(load(name)[0], series, te.split(name, len(series)))


def test_stated_errors_are_reproduced(name: str, errors: dict[str, float]) -> None:
    assert errors == pytest.approx(ERRORS[name], abs=1e-3)
    assert json.loads(load(name)[1]["errors"]) == pytest.approx(errors, abs=1e-3)


def test_the_network_beats_the_simple_baselines(name: str, errors: dict[str, float]) -> None:
    if name == "sunspots":
        assert errors["lstm"] < 0.7 * errors["persistence"]
        assert errors["lstm"] < errors["AR(2)"]
    else:
        assert errors["lstm"] < errors["trigram"] < errors["bigram"] < errors["unigram"]


def test_theta_fits_the_cell_and_the_metadata(name: str) -> None:
    theta, about = load(name)
    cell = lc.CELLS[about["cell"]]
    settings = te.EXAMPLES[name].settings
    sizes = {"d_x": 1 if name == "sunspots" else len(about["alphabet"]), "d_s": settings.d_s}
    assert set(theta) == {*cell.params, "W_y", "b_y"}
    for key, param in cell.params.items():
        assert theta[key].shape == tuple(sizes[symbol] for symbol in param.shape)
        assert theta[key].dtype == np.float32
    assert theta["W_y"].shape == (sizes["d_x"], settings.d_s)
    stored = json.loads(about["settings"])
    assert stored == {key: getattr(settings, key) for key in te.NUMBERS}


def test_sunspots_are_standardised_by_the_training_years_alone() -> None:
    about = load("sunspots")[1]
    counts = te.sunspot_years()[1]
    training = counts[: te.split("sunspots", len(counts))]
    assert len(training) == int(about["training_samples"])
    assert float(about["mean"]) == pytest.approx(training.mean())
    assert float(about["std"]) == pytest.approx(training.std(ddof=1))


def test_no_prediction_looks_ahead(name: str) -> None:
    theta = load(name)[0]
    x = te.EXAMPLES[name].task(te.EXAMPLES[name].series()[:61]).x
    changed = x.copy()
    changed[40] = x[39] + 1.0
    before, after = te.predict(theta, x), te.predict(theta, changed)
    assert np.array_equal(before[:40], after[:40])
    assert not np.allclose(before[40], after[40])


def small(name: str) -> tuple[te.Task, te.Settings]:
    settings = replace(te.EXAMPLES[name].settings, d_s=6, K=20, B=8, restart=0.2)
    return te.EXAMPLES[name].task(te.EXAMPLES[name].series()[:200]), settings


def test_two_steps_reduce_the_loss(name: str) -> None:
    """On the batch that they were made from: the same one twice, then again to look."""
    task, settings = small(name)
    x, target, _ = next(te.stretches(task, settings))
    theta = te.initial_theta(task, settings)
    adam = te.Adam(theta, settings)
    losses = []
    for step in range(3):
        loss, gradients, _ = te.loss_and_gradients(theta, task, x, target, {}, settings.dtype)
        theta = adam.update(theta, gradients, step)
        losses.append(loss)
    assert losses[0] > losses[1] > losses[2]


def test_training_is_deterministic(name: str) -> None:
    task, settings = small(name)
    first, losses = te.train(task, settings, steps=3)
    second, again = te.train(task, settings, steps=3)
    assert losses == again
    assert all(np.array_equal(first[key], second[key]) for key in first)
    other = te.train(task, replace(settings, seed=settings.seed + 1), steps=3)[1]
    assert other != losses


def test_training_learns(name: str) -> None:
    task, settings = small(name)
    losses = te.train(task, settings, steps=40)[1]
    assert np.mean(losses[-5:]) < 0.9 * np.mean(losses[:5])


def test_training_gradient_is_the_slope_of_the_training_loss(name: str) -> None:
    """In a random direction through all parameters, those of the readout included."""
    task, settings = small(name)
    settings = replace(settings, dtype=np.float64)
    x, target, _ = next(te.stretches(task, settings))
    theta = te.initial_theta(task, settings)
    rng = np.random.default_rng(7)
    along = {key: rng.standard_normal(value.shape) for key, value in theta.items()}

    def loss(t: float) -> float:
        moved = {key: value + t * along[key] for key, value in theta.items()}
        return te.loss_and_gradients(moved, task, x, target, {}, settings.dtype)[0]

    gradients = te.loss_and_gradients(theta, task, x, target, {}, settings.dtype)[1]
    slope = sum(float((gradients[key] * along[key]).sum()) for key in theta)
    assert slope == pytest.approx((loss(1e-5) - loss(-1e-5)) / 2e-5, rel=1e-6)
