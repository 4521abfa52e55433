"""The numbers of torch.nn.RNN and torch.nn.LSTM, values and gradients, and a torch user's path."""

from typing import Any

import numpy as np
import pytest
import torch

import lstm_core as lc

KINDS = pytest.mark.parametrize("kind", ["RNN", "LSTM"])
BATCH = pytest.mark.parametrize("batch", [None, 3], ids=["one", "batch"])
K, d_x, d_s = 9, 3, 5


def module_of(kind: str, seed: int = 0) -> Any:
    torch.manual_seed(seed)
    return getattr(torch.nn, kind)(d_x, d_s, dtype=torch.float64)


def leaf(rng: np.random.Generator, *shape: int) -> torch.Tensor:
    return torch.tensor(rng.normal(size=shape), requires_grad=True)


def assert_close(mine: Any, truth: torch.Tensor) -> None:
    truth_array = truth.detach().numpy()
    assert np.shape(mine) == truth_array.shape
    assert np.abs(mine - truth_array).max() <= 1e-10 * np.abs(truth_array).max()


@KINDS
@BATCH
@pytest.mark.parametrize("seed", range(3))
def test_values_and_gradients(kind: str, batch: int | None, seed: int) -> None:
    rng = np.random.default_rng(seed)
    axes = () if batch is None else (batch,)
    module = module_of(kind, seed)
    x, h0, c0 = leaf(rng, K, *axes, d_x), leaf(rng, *axes, d_s), leaf(rng, *axes, d_s)
    start = (h0[None], c0[None]) if kind == "LSTM" else h0[None]
    out, end = module(x, start)
    weights = rng.normal(size=out.shape)
    (out * torch.tensor(weights)).sum().backward()

    cell, theta = lc.from_torch(module)
    h, c = h0.detach().numpy(), c0.detach().numpy()
    given = {"v": h, "s": c} if kind == "LSTM" else {"r": h}
    rec = lc.unroll(cell, theta, x.detach().numpy(), given)
    back = lc.backpropagate(rec, weights)
    assert_close(rec.output, out)
    assert_close(back.d_x, x.grad)
    output = cell.output
    assert_close(rec.output[-1], (end[0] if kind == "LSTM" else end)[0])
    assert_close(back.d_initial[output], h0.grad)
    if kind == "LSTM":
        assert_close(rec["s"][-1], end[1][0])
        assert_close(back.d_initial["s"], c0.grad)
        order = ("cu", "cs", "du", "cr")  # i, f, g, o
        stacks = {
            "weight_ih_l0": [f"W_x_{c}" for c in order],
            "weight_hh_l0": [f"W_v_{c}" for c in order],
            "bias_ih_l0": [f"b_{c}" for c in order],
            "bias_hh_l0": [f"b_{c}" for c in order],
        }
    else:
        stacks = {
            "weight_ih_l0": ["W_x"],
            "weight_hh_l0": ["W_r"],
            "bias_ih_l0": ["theta_s"],
            "bias_hh_l0": ["theta_s"],
        }
    for name, parts in stacks.items():
        assert_close(
            np.concatenate([back.d_theta[part] for part in parts]), getattr(module, name).grad
        )


@KINDS
@BATCH
def test_there_and_back(kind: str, batch: int | None) -> None:
    module = module_of(kind)
    again = lc.to_torch(*lc.from_torch(module))
    x = leaf(np.random.default_rng(1), K, *(() if batch is None else (batch,)), d_x)
    torch.testing.assert_close(again(x)[0], module(x)[0], rtol=1e-14, atol=1e-15)
    assert not again.bias_hh_l0.any()


@KINDS
def test_other_ways_to_hold_the_same_network(kind: str) -> None:
    """batch_first, no bias, a cell, and state dicts of tensors or arrays give the same theta."""
    module = module_of(kind)
    _, theta = lc.from_torch(module)
    single = getattr(torch.nn, f"{kind}Cell")(d_x, d_s, dtype=torch.float64)
    single.load_state_dict({k.removesuffix("_l0"): v for k, v in module.state_dict().items()})
    first = getattr(torch.nn, kind)(d_x, d_s, batch_first=True, dtype=torch.float64)
    first.load_state_dict(module.state_dict())
    model = torch.nn.ModuleDict({"core": module, "head": torch.nn.Linear(d_s, 2)})
    arrays = {name: value.numpy() for name, value in module.state_dict().items()}
    ways = (single, single.state_dict(), first, module.state_dict(), arrays, model.state_dict())
    for way in ways:
        cell, same = lc.from_torch(way)
        assert cell is lc.CELLS["vanilla_lstm" if kind == "LSTM" else "rnn_standard"]
        for name, value in theta.items():
            np.testing.assert_array_equal(same[name], value)
    bare = getattr(torch.nn, kind)(d_x, d_s, bias=False, dtype=torch.float64)
    cell, theta = lc.from_torch(bare)
    x = leaf(np.random.default_rng(0), K, d_x)
    assert_close(lc.unroll(cell, theta, x.detach().numpy()).output, bare(x)[0])


@pytest.mark.parametrize("name", lc.CELLS)
@BATCH
def test_tensors_stay_on_the_graph(name: str, batch: int | None) -> None:
    """A torch user's path: her tensors in, every signal and its gradient out."""
    cell = lc.CELLS[name]
    rng = np.random.default_rng(2)
    arrays = lc.init_params(cell, 2, d_x=d_x, d_s=d_s)
    theta = {k: torch.tensor(v, requires_grad=True) for k, v in arrays.items()}
    x = leaf(rng, K, *(() if batch is None else (batch,)), d_x)
    rec = lc.unroll(cell, theta, x)
    weights = rng.normal(size=tuple(rec.output.shape))
    (rec.output * torch.tensor(weights)).sum().backward()

    mine = lc.unroll(cell, arrays, x.detach().numpy())
    back = lc.backpropagate(mine, weights)
    assert x.grad is not None
    assert_close(back.d_x, x.grad)
    for signal in cell.signals:
        assert rec[signal].requires_grad
        assert_close(mine[signal], rec[signal])
        assert_close(back.of(signal), rec.probes[signal].grad)
    for param, value in theta.items():
        assert value.grad is not None
        assert_close(back.d_theta[param], value.grad)
    for signal in cell.lagged:
        assert_close(mine.previous(signal), rec.previous(signal))


def test_trained_weights_and_tensors_mix() -> None:
    """from_torch's arrays run on tensors, in the type of x."""
    cell, theta = lc.from_torch(module_of("LSTM"))
    x = torch.randn(4, d_x, dtype=torch.float32, requires_grad=True)
    rec = lc.unroll(cell, theta, x)
    assert rec.output.dtype == torch.float32
    rec.output.sum().backward()
    assert x.grad is not None
    assert rec.probes["g_cs"].grad.shape == (4, d_s)
