"""The hand-written backward pass of every cell against automatic differentiation."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

import lstm_core as lc
from lstm_core.cells.vanilla_lstm import VanillaLSTM
from tests.lstm_core.gradient_check import (
    Case,
    hand_written,
    random_case,
    read_by,
    worst_error,
)

CELLS = pytest.mark.parametrize("cell", lc.CELLS.values(), ids=lc.CELLS.keys())
RNNS = pytest.mark.parametrize("name", ["rnn_canonical", "rnn_standard"])


def run(case: Case, **options: Any) -> tuple[lc.Recording, lc.Gradients]:
    rec = lc.unroll(case.cell, case.theta, case.x, case.initial, case.clamp)
    return rec, lc.backpropagate(rec, case.explicit[case.cell.output], **options)


@CELLS
@pytest.mark.parametrize("batch", [False, True], ids=["one", "batch"])
@pytest.mark.parametrize("clamped", [False, True], ids=["free", "clamped"])
@pytest.mark.parametrize("seed", range(8))
def test_gradients_are_automatic_ones(
    cell: lc.Cell, batch: bool, clamped: bool, seed: int, note_error: Callable[[str, float], None]
) -> None:
    error = worst_error(random_case(cell, seed, batch=batch, clamped=clamped))
    note_error(cell.name, error)
    assert error < 1e-10


class MissingTranspose(VanillaLSTM):
    """Eq 150 as printed: W_s_cr where errata 21 has W_s_cr^T."""

    def local(self, rec: Any, slope: dict[str, Any], through: Any) -> tuple[Any, ...]:
        W = np.broadcast_to(rec.theta["W_s_cr"], (len(rec), *rec.theta["W_s_cr"].shape))
        return *super().local(rec, slope, through), W

    def step_back(
        self, local: tuple[Any, ...], arriving: list[Any], alphas: tuple[Any, ...], tools: Any
    ) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        *local, W = local
        alpha_cr = arriving[1] * local[2]
        wrong = alpha_cr @ W.T - alpha_cr @ W
        return super().step_back(tuple(local), [arriving[0] + wrong, arriving[1]], alphas, tools)


def test_check_can_fail() -> None:
    """A missing transpose shows wherever d_s > 1, and nothing else does in the subclass."""
    for seed in range(8):
        case = random_case(MissingTranspose(), seed)
        if case.theta["W_s_cr"].shape == (1, 1):
            assert worst_error(case) < 1e-10
        else:
            assert worst_error(case) > 1e-3
        symmetric = case.theta["W_s_cr"] + case.theta["W_s_cr"].T
        case = replace(case, theta=case.theta | {"W_s_cr": symmetric})
        assert worst_error(case) < 1e-10


def test_check_sees_each_wrong_gradient() -> None:
    """One that is 1 % off in one entry of one signal at one step."""
    case = random_case(lc.CELLS["vanilla_lstm"], 3)

    class OnePercent(VanillaLSTM):
        def inner_gradients(self, rec: Any, passed: dict[str, Any]) -> dict[str, Any]:
            found = super().inner_gradients(rec, passed)
            flat = found["g_cs"].reshape(-1)
            flat[np.abs(flat).argmax()] *= 1.01
            return found | {"g_cs": flat.reshape(found["g_cs"].shape)}

    assert worst_error(case) < 1e-10
    assert 5e-3 < worst_error(replace(case, cell=OnePercent())) < 2e-2


@CELLS
@pytest.mark.parametrize("clamped", [False, True], ids=["free", "clamped"])
def test_zero_weights_have_gradients(cell: lc.Cell, clamped: bool) -> None:
    """Weights that vanish are left out of the products, not out of the gradients."""
    case = random_case(cell, 3, clamped=clamped)
    groups = [[name] for name in cell.params] + [list(cell.params)]
    for source in {param.source for param in cell.params.values()}:
        groups.append([name for name, param in cell.params.items() if param.source == source])
    for names in groups:
        zeros = {name: np.zeros_like(case.theta[name]) for name in names}
        assert worst_error(replace(case, theta=case.theta | zeros)) < 1e-10


@CELLS
@pytest.mark.parametrize("batch", [False, True], ids=["one", "batch"])
def test_steps_sum_to_the_whole(cell: lc.Cell, batch: bool) -> None:
    rec, back = run(random_case(cell, 3, batch=batch, clamped=True))
    assert list(back.d_theta) == list(cell.params)
    for name, whole in back.d_theta.items():
        assert whole.shape == rec.theta[name].shape
        steps = [back.d_theta_step(name, n) for n in range(len(rec))]
        np.testing.assert_allclose(np.sum(steps, 0), whole, rtol=1e-12, atol=1e-13)
    last = back.d_theta_step(name, len(rec) - 1)
    np.testing.assert_array_equal(back.d_theta_step(name, -1), last)
    with pytest.raises(
        ValueError, match=rf"n \(a step; .*\) must be from -{len(rec)} to {len(rec) - 1}; got 99"
    ):
        back.d_theta_step(name, 99)


@CELLS
def test_parameter_gradients_are_outer_products(cell: lc.Cell) -> None:
    """Eq 156-170 (87-89, 230-249): alpha[n] times the source at its lag, and at each tap of a window,
    read off the declared wiring."""
    rec, back = run(random_case(cell, 5))
    for name, param in cell.params.items():
        alpha = back.of(param.dest)
        for n in range(len(rec)):
            wanted = alpha[n]
            if param.source:
                source = read_by(rec, name)
                wanted = alpha[n][:, None] * source[..., n, None, :]
            np.testing.assert_allclose(back.d_theta_step(name, n), wanted, rtol=1e-12, atol=1e-15)


def accumulations(cell: lc.Cell) -> list[str]:
    """The nodes but a projected value, which is not squashed and not clipped."""
    return [node.name for node in cell.nodes if cell.signals[node.name].kind != "value"]


@CELLS
def test_alphas_are_clipped_only_when_asked(cell: lc.Cell) -> None:
    """Footnotes 19 and 24: the switch is off by default, and clipped isn't the gradient."""
    case = random_case(cell, 6)
    large = {name: 1e4 * value for name, value in case.explicit.items()}
    case = replace(case, explicit=large)
    assert worst_error(case) < 1e-10
    _, free = run(case)
    _, clipped = run(case, clip_alpha=1.0)
    _, wide = run(case, clip_alpha=1e9)
    names = accumulations(cell)
    assert max(np.abs(free.of(name)).max() for name in names) > 1
    assert all(np.abs(clipped.of(name)).max() <= 1 for name in names)
    for name in cell.signals:
        np.testing.assert_array_equal(wide.of(name), free.of(name))
    with pytest.raises(
        ValueError, match=r"clip_alpha \(None: .*\) must be a finite number above 0"
    ):
        run(case, clip_alpha=0.0)


def test_clipped_alphas_are_what_is_passed_on() -> None:
    """The last step of an LSTM: alpha_cr is clipped, and psi is made of the clipped one."""
    case = random_case(lc.CELLS["vanilla_lstm"], 6)
    rec, back = run(replace(case, explicit={"v": 1e4 * case.explicit["v"]}), clip_alpha=1.0)
    last = -1
    alpha_cr = np.clip(back["gamma_cr"][last] * rec["g_cr"][last] * (1 - rec["g_cr"][last]), -1, 1)
    np.testing.assert_allclose(back["alpha_cr"][last], alpha_cr, rtol=1e-12)
    psi = back["rho"][last] * (1 - rec["r"][last] ** 2) + case.theta["W_s_cr"].T @ alpha_cr
    np.testing.assert_allclose(back["psi"][last], psi, rtol=1e-12)


def with_readout(name: str, seed: int) -> Case:
    """An RNN whose r[-1] is given beside s[-1]."""
    case = random_case(lc.CELLS[name], seed)
    given = np.random.default_rng(seed).normal(size=case.initial["s"].shape)
    return replace(case, initial=case.initial | {"r": given})


@RNNS
@pytest.mark.parametrize("seed", range(4))
def test_initial_gradient_of_an_rnn(name: str, seed: int) -> None:
    """r[-1] = G(s[-1]) unless it is given; both forms against automatic differentiation."""
    alone = random_case(lc.CELLS[name], seed)
    assert worst_error(alone) < 1e-10
    assert hand_written(alone).keys() >= {"dE/ds[-1]"}
    rec, back = run(alone)
    np.testing.assert_allclose(rec.initial["r"], np.tanh(alone.initial["s"]), rtol=1e-15)
    assert list(back.d_initial) == ["s"]

    both = with_readout(name, seed)
    assert worst_error(both) < 1e-10
    _, back = run(both)
    assert sorted(back.d_initial) == ["r", "s"]
    if name == "rnn_standard":  # s returns only as readout
        np.testing.assert_array_equal(back.d_initial["s"], 0)


@CELLS
def test_start_is_zero_unless_given(cell: lc.Cell) -> None:
    case = random_case(cell, 2)
    nothing = lc.unroll(cell, case.theta, case.x)
    zeros = lc.unroll(
        cell, case.theta, case.x, {n: np.zeros_like(v) for n, v in case.initial.items()}
    )
    for name in cell.signals:
        np.testing.assert_array_equal(nothing[name], zeros[name])


@CELLS
def test_batch_is_its_sequences(cell: lc.Cell) -> None:
    case = random_case(cell, 4, batch=True, clamped=True)
    rec, back = run(case)
    sums = {name: np.zeros_like(value) for name, value in case.theta.items()}
    for b in range(case.x.shape[1]):
        one = Case(
            cell=cell,
            theta=case.theta,
            x=case.x[:, b],
            initial={name: value[b] for name, value in case.initial.items()},
            clamp={name: value[:, b] for name, value in case.clamp.items()},
            explicit={name: value[:, b] for name, value in case.explicit.items()},
        )
        rec_b, back_b = run(one)
        for name in cell.signals:
            np.testing.assert_allclose(rec[name][:, b], rec_b[name], rtol=1e-12, atol=1e-14)
            np.testing.assert_allclose(back.of(name)[:, b], back_b.of(name), rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(back.d_x[:, b], back_b.d_x, rtol=1e-9, atol=1e-12)
        for name in sums:
            sums[name] += back_b.d_theta[name]
    for name in sums:
        np.testing.assert_allclose(back.d_theta[name], sums[name], rtol=1e-9, atol=1e-12)


@CELLS
@pytest.mark.parametrize("batch", [False, True], ids=["one", "batch"])
def test_float32(cell: lc.Cell, batch: bool) -> None:
    """On request everything is float32, close to float64; unasked everything is float64."""
    case = random_case(cell, 7, batch=batch, clamped=True)
    rec, back = run(case)
    rec32 = lc.unroll(cell, case.theta, case.x, case.initial, case.clamp, dtype=np.float32)
    back32 = lc.backpropagate(rec32, case.explicit[cell.output])
    for name in cell.signals:
        assert (rec[name].dtype, back.of(name).dtype) == (np.float64, np.float64)
        assert (rec32[name].dtype, back32.of(name).dtype) == (np.float32, np.float32)
        np.testing.assert_allclose(rec32[name], rec[name], atol=1e-5)
        np.testing.assert_allclose(back32.of(name), back.of(name), atol=1e-4)
    for name, whole in back32.d_theta.items():
        assert whole.dtype == np.float32
        np.testing.assert_allclose(whole, back.d_theta[name], atol=1e-3)
    assert back32.d_x.dtype == np.float32
    assert all(value.dtype == np.float32 for value in back32.d_initial.values())


@CELLS
def test_forced_entry_passes_nothing_on(cell: lc.Cell) -> None:
    """A signal that is forced throughout: its source has no gradient through it."""
    case = random_case(cell, 1)
    for name, signal in cell.signals.items():
        if signal.of and signal.kind == "gate":
            rec = lc.unroll(cell, case.theta, case.x, case.initial, {name: 0.25})
            np.testing.assert_array_equal(rec[name], 0.25)
            back = lc.backpropagate(rec, case.explicit[cell.output])
            np.testing.assert_array_equal(back.of(signal.of), 0)
            assert np.abs(back.of(name)).max() > 0


def test_inputs_are_left_alone() -> None:
    for cell in lc.CELLS.values():
        case = random_case(cell, 8, clamped=True)
        kept = [case.x, *case.theta.values(), *case.initial.values(), *case.explicit.values()]
        copies = [value.copy() for value in kept]
        hand_written(case)
        for value, copy in zip(kept, copies, strict=True):
            np.testing.assert_array_equal(value, copy)


def test_automatic_side_is_independent_of_numpy() -> None:
    """The two sides agree on the values too, from tensors that share no memory with the arrays."""
    for cell in lc.CELLS.values():
        case = random_case(cell, 9, batch=True, clamped=True)
        theta = {name: torch.tensor(value) for name, value in case.theta.items()}
        tensors = lc.unroll(cell, theta, torch.tensor(case.x), case.initial, case.clamp)
        arrays = lc.unroll(cell, case.theta, case.x, case.initial, case.clamp)
        for name in cell.signals:
            np.testing.assert_allclose(
                tensors[name].detach().numpy(), arrays[name], rtol=1e-12, atol=1e-14
            )
