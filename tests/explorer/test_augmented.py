"""*Augmented LSTM*: every preset shows its point."""

from dataclasses import replace

import numpy as np
import pytest

from explorer.augmented import INPUTS, AugmentedState, presets, read, run, settle
from explorer.augmented_view import _columns, _table
from lstm_core.analysis import first_moved

STATES = {name: settle(state) for name, state in presets().items()}


@pytest.mark.parametrize("name", STATES, ids=str)
def test_every_preset_runs(name: str) -> None:
    state = STATES[name]
    found = run(state)
    for cell in (found.augmented, found.vanilla):
        assert len(cell.rec) == len(cell.change) == state.steps
        for signal in cell.rec.names:
            assert np.isfinite(cell.rec[signal]).all()
            assert np.isfinite(cell.back.of(signal)).all()
    looked = replace(state, n=0, unit=1, flow="backward", drawing="cell")
    assert run(looked) is found, "the cursor computes nothing anew"


def test_it_is_equal_to_vanilla() -> None:
    found = run(STATES["Equal to Vanilla"])
    for name in ("s", "v", "g_cs", "g_cu", "g_cr"):
        one, other = found.augmented.rec[name], found.vanilla.rec[name]
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-14)
    for name in ("psi", "chi"):
        one, other = found.augmented.back[name], found.vanilla.back[name]
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-15)


def test_it_sees_the_pulse_coming() -> None:
    state = AugmentedState()
    found = run(state)
    assert first_moved(found.augmented.change) == 16
    assert first_moved(found.vanilla.change) == 20
    assert not found.augmented.rec["s"][:16].any()
    assert not found.vanilla.rec["s"][:20].any()
    assert found.augmented.rec["s"][16].all()


def test_the_gates_hear_what_a_shut_input_gate_keeps_out() -> None:
    found = run(STATES["Gate on the input shut"]).augmented
    assert not found.rec["s"].any()
    assert not found.change.any()
    assert np.ptp(found.rec["g_cu"], axis=0).min() > 0.1


def test_past_the_end_there_are_zeros() -> None:
    state = STATES["Past the end"]
    found = run(state)
    window = [_columns(found, state)[f"x{l}"][state.n] for l in range(state.taps)]
    assert window[:3] == [float(f"{x:.3g}") for x in found.augmented.rec.x[37:, 0]]
    assert window[3:] == [0, 0]


@pytest.mark.parametrize("signal", INPUTS)
def test_every_input_has_its_length(signal: str) -> None:
    state = AugmentedState(signal=signal, at=5, steps=23)
    assert read(state).shape == (23, 1)
    assert np.abs(read(state)).max() > 0.9


def test_the_table_counts_what_there_is() -> None:
    found = run(STATES["All three"])
    for cell in (found.augmented, found.vanilla):
        total = sum(value.size for value in cell.rec.theta.values())
        assert f"<b>{total}</b>" in _table(4, 2, 4)


def test_settings_stay_inside_each_other() -> None:
    state = settle(AugmentedState(d_s=2, d_v=8, unit=7, steps=10, at=150, n=99))
    assert (state.d_v, state.unit, state.at, state.n) == (2, 1, 9, 9)
