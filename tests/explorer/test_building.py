"""*Building the LSTM*: what the stages share, what each does, and that the words say what is so."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

import lstm_core as lc
from explorer import building
from explorer.building import CELLS, RENAMED, BuildingState, presets, run, settle, weights
from explorer.building_words import WORDS, answer, number

STAGES = pytest.mark.parametrize("stage", CELLS)
SEEDS = range(6)


def at(stage: str, **values: object) -> BuildingState:
    return settle(replace(BuildingState(), stage=stage, **values))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", presets())
def test_every_preset_runs(name: str) -> None:
    found = run(settle(presets()[name]))
    for each in (found.now, found.before):
        if each:
            assert np.isfinite(each.back["psi"]).all()
            assert each.by_lag.shape == each.by_gates.shape == (len(each.rec),)
            assert each.by_lag[0] == pytest.approx(1.0, rel=1e-12)


@STAGES
def test_the_stage_before_is_the_same_run(stage: str) -> None:
    found, before = run(at(stage)), building.stage_before(stage)
    assert (found.before is None) == (stage == "canonical")
    if before:
        assert found.before is run(at(before)).now
        assert found.before is not None
        np.testing.assert_array_equal(found.before.rec.x, found.now.rec.x)


@pytest.mark.parametrize("seed", SEEDS)
def test_all_stages_share_their_weights(seed: int) -> None:
    shared = weights(at("canonical", seed=seed))
    used = set()
    for stage in CELLS:
        for name, value in run(at(stage, seed=seed)).now.rec.theta.items():
            np.testing.assert_array_equal(value, shared[RENAMED.get(name, name)])
            used.add(RENAMED.get(name, name))
    assert used == shared.keys()


def test_the_weights_are_as_set() -> None:
    theta = weights(at("vanilla", radius=1.3, w_s=0.7, gate_weights=0.0, b_cr=-2.0))
    assert np.abs(np.linalg.eigvals(theta["W_r"])).max() == pytest.approx(1.3, rel=1e-12)
    np.testing.assert_array_equal(theta["W_s"], 0.7 * np.eye(4))
    np.testing.assert_array_equal(theta["b_cr"], -2.0)
    for name in theta:
        if re.fullmatch(r"W_._c[surx]", name):
            np.testing.assert_array_equal(theta[name], 0.0)
    assert theta["W_x"].any()
    whole = weights(at("vanilla", gate_weights=1.0))
    half = weights(at("vanilla", gate_weights=0.5))
    np.testing.assert_allclose(half["W_s_cx"], 0.5 * whole["W_s_cx"], rtol=1e-15)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_last_two_stages_agree_where_the_input_gate_is_held_open(seed: int) -> None:
    found = run(at("vanilla", gates="held", g_cx=1.0, seed=seed))
    assert found.before is not None
    np.testing.assert_allclose(found.now.rec["s"], found.before.rec["s"], rtol=1e-12)
    np.testing.assert_allclose(found.now.back["psi"], found.before.back["psi"], rtol=1e-10)
    np.testing.assert_allclose(found.now.by_lag, found.before.by_lag, rtol=1e-9)
    assert "as much as before" in answer("vanilla", found)


@pytest.mark.parametrize("seed", SEEDS)
def test_stages_two_and_three_agree_where_w_s_is_the_identity(seed: int) -> None:
    """Eq 100."""
    found = run(at("identity_state", w_s=1.0, seed=seed))
    assert found.before is not None
    np.testing.assert_allclose(found.now.by_lag, found.before.by_lag, rtol=1e-9)


def test_the_error_dies_at_first_and_survives_on_the_new_wire() -> None:
    assert run(BuildingState()).before is None
    found = run(presets()["The error survives"])
    assert found.before is not None
    assert found.before.left < 1e-10
    assert found.now.left > 0.1
    half = run(presets()["Half-open gates"]).now
    assert half.left < 1e-6, "the wire alone does not save the error"


def test_the_exploding_error_is_tamed_stage_by_stage() -> None:
    state = presets()["Exploding, then tamed"]
    left = [run(replace(state, stage=stage)).now.left for stage in CELLS]
    assert left[2] > 100
    assert left[2] > left[3] > left[4] > left[5]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_step_adds_at_most_one_once_the_update_is_squashed(seed: int) -> None:
    """Eq 107-108; before, it adds what the input brings (errata 15)."""
    found = run(at("gated_input", size=10.0, seed=seed, gates="held", g_cs=1.0, g_cu=1.0))
    assert found.before is not None
    n = np.arange(1, len(found.now.rec) + 1)[:, None]
    assert (np.abs(found.now.rec["s"]) <= n).all()
    preset = presets()["The state runs away (errata 15)"]
    tamed = run(replace(preset, stage="gated_input")).now
    assert run(preset).now.largest > 4 * tamed.largest


@STAGES
@pytest.mark.parametrize("seed", SEEDS)
def test_the_answer_has_the_numbers_of_the_run(stage: str, seed: int) -> None:
    found = run(at(stage, seed=seed, steps=30))
    said = answer(stage, found)
    assert number(found.now.left) in said
    assert WORDS[stage].question.endswith("?")
    if found.before is not None and "as much as" not in said:
        assert number(found.before.left) in said
        more = found.now.left > found.before.left
        assert ("more than the" in said) == more
        assert ("less than the" in said) == (not more)


@STAGES
def test_the_words_name_the_equations_of_the_new_part(stage: str) -> None:
    """Every number that the words give in brackets is one that the stages' cells declare."""
    cells = [lc.CELLS[name] for name in CELLS.values()]
    known = {s.equation for cell in cells for s in cell.declared} | {"94", "100", "105", "106"}
    for first, last in re.findall(r"\((\d+)(?:-(\d+))?[,)]", WORDS[stage].news):
        assert first in known, first
        assert not last or last in known, last


def test_numbers_are_readable() -> None:
    assert number(7.834e-12) == "7.83 · 10<sup>−12</sup>"
    assert number(-0.5) == "−0.5"
    assert number(0.0) == "0"
