"""*Regimes*: every preset is what its name says, and the claims are judged by the run's numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import lstm_core as lc
from explorer.regimes import (
    NORMS,
    Claim,
    RegimesRun,
    RegimesState,
    presets,
    record,
    run,
    settle,
    unit_matrix,
)
from explorer.regimes_view import CLAIMS
from lstm_core.analysis import CONDITIONS

PRESETS = presets()


def claim(found: RegimesRun, name: str) -> Claim:
    return next(claim for claim in found.claims if claim.name == name)


@pytest.mark.parametrize("name", PRESETS, ids=str)
def test_every_preset_runs(name: str) -> None:
    state = PRESETS[name]
    assert settle(state) == state
    found = run(state)
    K = state.steps
    assert len(found.rec) == len(found.rest_bound) == len(found.gap) == K
    assert list(found.by_lag) == ["exact", "paper", "cec", "bound"]
    for norms in found.by_lag.values():
        assert norms.shape == (K,)
        assert norms[0] == pytest.approx(1.0, rel=1e-12)
    assert [claim.name for claim in found.claims] == [*CONDITIONS, "radius", "gates"]
    assert CLAIMS.keys() == {claim.name for claim in found.claims}
    assert (found.parts.rest_norms <= found.rest_bound * (1 + 1e-12)).all()
    assert (found.by_lag["paper"] <= found.by_lag["bound"] * (1 + 1e-12)).all()
    assert found.gap[:2].tolist() == [0, 0]


def test_the_opening_state_has_three_answers() -> None:
    """Exact above the product of (181) by 30 %, and far from the gates alone."""
    found = run(RegimesState())
    exact, bound, cec = (found.by_lag[name] for name in ("exact", "bound", "cec"))
    ratio = exact / bound
    assert ratio.argmax() == 9
    assert ratio.max() == pytest.approx(1.3, abs=0.01)
    assert 0.05 < found.gap[2] < 0.07
    assert found.gap.max() > 0.5
    assert exact[-1] > 5000 * cec[-1]
    assert claim(found, "gates").holds is False
    agreeing = run(RegimesState(w_vcr=0.0))
    assert not agreeing.gap.any()
    assert (agreeing.by_lag["exact"] <= agreeing.by_lag["bound"] * (1 + 1e-12)).all()


def test_errata_26_radius_below_one_and_the_error_explodes() -> None:
    found = run(PRESETS["Radius ½ (errata 26)"])
    np.testing.assert_allclose(lc.spectral_radius(found.parts.factors), 0.5, rtol=1e-12)
    for lag, norm in ((2, 4.49), (4, 20.1), (10, 1.8e3), (20, 3.3e6)):
        assert found.by_lag["exact"][lag] == pytest.approx(norm, rel=0.02)
    said = claim(found, "radius")
    assert said.met[1:].all()
    assert said.holds is False


def test_errata_28_a_readout_that_is_steep() -> None:
    state = PRESETS["(a) fails (errata 28)"]
    found = run(state)
    said = claim(found, "a")
    assert said.met[1:].all()
    assert said.holds is False
    assert said.truth == pytest.approx(6.17, abs=0.01)
    assert found.parts.rest_norms.argmax() == state.n, "the cursor stands where it is seen"


def test_errata_28_b_to_d_a_state_that_has_grown() -> None:
    state = PRESETS["(b)–(d) fail (errata 28)"]
    found = run(state)
    for name in "abcd":
        said = claim(found, name)
        assert said.met[state.n]
        assert said.holds is False
        assert said.truth == pytest.approx(6.25, abs=0.01)
    assert claim(found, "e").holds is True


def test_errata_28_e_and_f_hold() -> None:
    found = run(PRESETS["(e) holds"])
    assert claim(found, "e").met[1:].all()
    assert claim(found, "e").holds is True
    assert claim(found, "gates").holds is True
    np.testing.assert_allclose(found.by_lag["exact"], 1.0, rtol=1e-3)
    at_rest = run(replace(PRESETS["(e) holds"], b_cs=-20.0, b_cu=-20.0))
    assert claim(at_rest, "f").met[1:].all()
    assert claim(at_rest, "f").holds is True
    assert at_rest.by_lag["exact"][1] < 1e-3


def test_errata_29_the_gates_say_decay_and_the_error_explodes() -> None:
    found = run(PRESETS["Beside the gates (errata 29)"])
    for lag, exact, cec in ((10, 28.9, 0.349), (20, 837, 0.122), (30, 2.4e4, 0.042)):
        assert found.by_lag["exact"][lag] == pytest.approx(exact, rel=0.02)
        assert found.by_lag["cec"][lag] == pytest.approx(cec, rel=0.02)
    said = claim(found, "gates")
    assert said.met[1:].all()
    assert (said.promise, said.holds) == ("(182): 0.0424", False)


@pytest.mark.parametrize("kind", ["random", "identity", "turn"])
@pytest.mark.parametrize("width", [1, 2, 4])
def test_the_sliders_are_the_norms(kind: str, width: int) -> None:
    assert np.linalg.norm(unit_matrix(kind, width, np.random.default_rng(0)), 2) == pytest.approx(1)
    state = RegimesState(matrices=kind, width=width)
    theta = record(state).theta
    for field, names in NORMS.items():
        for name in names:
            assert np.linalg.norm(theta[name], 2) == pytest.approx(getattr(state, field))


def test_a_slider_changes_its_own_matrices_only() -> None:
    before, after = record(RegimesState()).theta, record(RegimesState(w_scr=7.0)).theta
    changed = [name for name in before if not np.array_equal(before[name], after[name])]
    assert changed == ["W_s_cr"]


def test_the_cursor_does_not_matter() -> None:
    assert run(RegimesState(n=3)) is run(RegimesState(n=30))


def test_large_errors_are_still_numbers_and_bounds_end_somewhere() -> None:
    state = replace(
        PRESETS["Beside the gates (errata 29)"], w_vdu=5.0, w_scr=40.0, steps=200, w_v=5.0
    )
    held = replace(state, w_s=5.0, matrices="identity", g_cs=1.0)
    assert np.isfinite(run(held).by_lag["exact"]).all()  # 6^199 is still a number
    assert run(held).by_lag["bound"].max() == 1e38


def test_width_one_in_turn_is_an_update_at_every_step() -> None:
    rec = record(RegimesState(width=1, gates="turn", g_cu=0.7))
    np.testing.assert_array_equal(rec["g_cu"], 0.7)
    three = record(RegimesState(width=3, gates="turn"))["g_cu"]
    np.testing.assert_array_equal(three[:4], np.eye(3)[[0, 1, 2, 0]])
