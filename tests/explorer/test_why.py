"""*Why the error dies*: the figures of errata 13 and 29, and what the systems share."""

from dataclasses import replace

import numpy as np
import pytest

import lstm_core as lc
from explorer.why import WhyState, presets, recurrent_matrix, run

NON_NORMAL = presets()["Non-normal (errata 13)"]
AGAINST_182 = presets()["Against Eq 182 (errata 29)"]
SYSTEMS = ["Plain RNN", "Vanilla LSTM", "Pure carousel"]


@pytest.mark.parametrize("name", presets(), ids=str)
def test_every_preset_runs(name: str) -> None:
    runs = run(presets()[name])
    assert list(runs) == SYSTEMS
    for system in runs.values():
        K = len(system.rec)
        assert np.isfinite(system.back["psi"]).all()
        assert system.norms.shape == (K, K)
        for norms in system.by_lag.values():
            assert norms.shape == (K,)
            assert norms[0] == pytest.approx(1.0, rel=1e-12)


def test_only_recurrent_networks_have_the_bound_of_eq_92() -> None:
    runs = run(WhyState())
    assert ["bound" in runs[name].by_lag for name in SYSTEMS] == [True, False, False]
    rnn = runs["Plain RNN"].by_lag
    assert (rnn["exact"] <= rnn["bound"] * (1 + 1e-9)).all()


def test_errata_13_growth_before_decay() -> None:
    """W = [[0.9, 5], [0, 0.8]] at rest: eigenvalues inside the circle, and growth to 13.48."""
    W = recurrent_matrix(0.9, 5.0, 2)
    np.testing.assert_allclose(W, [[0.9, 5], [0, 0.8]], rtol=1e-15)
    exact = run(NON_NORMAL)["Plain RNN"].by_lag["exact"]
    assert exact.argmax() == 6
    assert exact.max() == pytest.approx(13.48, abs=0.005)
    printed = {1: 5.14, 2: 8.56, 3: 10.9, 5: 13.2, 10: 12.1, 20: 5.5, 30: 2.06}
    for lag, norm in printed.items():
        assert exact[lag] == pytest.approx(norm, rel=0.01)
    (below,) = np.nonzero(exact < 1)
    assert below[0] == 38
    powers = [np.linalg.norm(np.linalg.matrix_power(W, lag), 2) for lag in range(len(exact))]
    np.testing.assert_allclose(exact, powers, rtol=1e-9)


def test_errata_29_equation_182_predicts_decay_and_the_error_explodes() -> None:
    by_lag = run(AGAINST_182)["Vanilla LSTM"].by_lag
    for lag, exact, cec in ((10, 28.9, 0.349), (20, 837, 0.122), (30, 2.4e4, 0.042)):
        assert by_lag["exact"][lag] == pytest.approx(exact, rel=0.02)
        assert by_lag["cec"][lag] == pytest.approx(cec, rel=0.02)
        assert by_lag["cec"][lag] == pytest.approx(0.9**lag, rel=1e-9)
    theta = run(AGAINST_182)["Vanilla LSTM"].rec.theta
    np.testing.assert_array_equal(theta["W_v_du"], [[0.5]])


@pytest.mark.parametrize("name", presets(), ids=str)
@pytest.mark.parametrize("loss", ["last", "every"])
def test_in_the_pure_carousel_an_error_stays(name: str, loss: str) -> None:
    found = run(replace(presets()[name], loss=loss))["Pure carousel"]
    psi = found.back["psi"]
    assert psi[-1].all()
    if loss == "last":
        assert (psi == psi[-1]).all()
    for kind in ("exact", "paper", "cec"):
        np.testing.assert_allclose(found.by_lag[kind], 1.0, rtol=1e-12)


def test_vanishing_exploding_saturated() -> None:
    vanishing, exploding, saturated = (
        run(presets()[name])["Plain RNN"].by_lag["exact"]
        for name in ("Vanishing", "Exploding", "Saturated")
    )
    assert vanishing[-1] < 1e-3
    assert exploding[-1] > 1e2
    assert saturated[-1] < 1e-3, "a saturated readout lets no error through (errata 14)"


@pytest.mark.parametrize("width", [1, 2, 5, 8])
@pytest.mark.parametrize("nonnormal", [0.0, 3.0])
def test_the_matrix_has_the_spectral_radius(width: int, nonnormal: float) -> None:
    W = recurrent_matrix(1.25, nonnormal, width)
    assert W.shape == (width, width)
    assert np.abs(np.linalg.eigvals(W)).max() == pytest.approx(1.25)
    assert (np.linalg.norm(W @ W.T - W.T @ W) > 0.1) == (nonnormal > 0 and width > 1)


def test_the_systems_share_matrix_input_and_loss() -> None:
    runs = run(WhyState(drive=2.0))
    W = recurrent_matrix(0.8, 0.0, 4)
    np.testing.assert_array_equal(runs["Plain RNN"].rec.theta["W_r"], W)
    np.testing.assert_array_equal(runs["Vanilla LSTM"].rec.theta["W_v_du"], W)
    first = runs["Plain RNN"]
    for system in runs.values():
        np.testing.assert_array_equal(system.rec.x, first.rec.x)
        np.testing.assert_array_equal(system.back["chi"][-1], first.back["chi"][-1])


def test_the_loss_enters_where_it_is_said() -> None:
    """At the last step chi is what enters there: of norm 1 in both cases."""
    last, every = (run(WhyState(loss=loss))["Plain RNN"] for loss in ("last", "every"))
    for found in (last, every):
        assert np.linalg.norm(found.back["chi"][-1]) == pytest.approx(1.0)
        entering = np.zeros_like(found.back["chi"])
        entering[-1] = found.back["chi"][-1]
        if found is every:
            entering[:] = entering[-1]
        again = lc.backpropagate(found.rec, entering)
        np.testing.assert_allclose(found.back["psi"], again["psi"], rtol=1e-12)


def test_held_gates_are_held_in_the_lstm_only() -> None:
    runs = run(WhyState(gates="held", g_cs=0.7, g_cu=0.6, g_cr=0.5))
    for name, value in (("g_cs", 0.7), ("g_cu", 0.6), ("g_cr", 0.5)):
        np.testing.assert_array_equal(runs["Vanilla LSTM"].rec[name], value)
    np.testing.assert_array_equal(runs["Pure carousel"].rec["g_cs"], 1.0)


def test_the_bias_opens_the_state_gate() -> None:
    shut, open_ = (
        run(WhyState(forget_bias=b))["Vanilla LSTM"].rec["g_cs"].mean() for b in (-4.0, 8.0)
    )
    assert shut < 0.1
    assert open_ > 0.95
