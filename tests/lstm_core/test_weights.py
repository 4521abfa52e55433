"""Weight files there and back, and what torch's networks and files are refused for."""

from __future__ import annotations

import pickle
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import lstm_core as lc

CELLS = pytest.mark.parametrize("cell", lc.CELLS.values(), ids=lc.CELLS.keys())
OWN = pytest.mark.parametrize("suffix", [".safetensors", ".npz", ".NPZ"])
TORCH = pytest.mark.parametrize("suffix", [".safetensors", ".npz", ".pt", ".pth"])
LSTM = lc.CELLS["vanilla_lstm"]
RNN = lc.CELLS["rnn_standard"]


# files


@CELLS
@OWN
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_there_and_back(cell: lc.Cell, suffix: str, dtype: Any, tmp_path: Path) -> None:
    theta = lc.init_params(cell, 3, weights="orthogonal", dtype=dtype, d_x=2, d_s=3)
    path = tmp_path / f"weights{suffix}"
    lc.save_weights(path, theta)
    again = lc.load_weights(str(path))
    assert sorted(again) == sorted(theta)
    for name, value in theta.items():
        assert again[name].dtype == dtype
        np.testing.assert_array_equal(again[name], value)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    lc.unroll(cell, again, np.ones((3, 2)))


@OWN
def test_any_layout_and_name(suffix: str, tmp_path: Path) -> None:
    """Transposed, sliced and tensor values; names that NumPy's own savez has no room for."""
    grid = np.arange(12.0).reshape(3, 4)
    values = {
        "file": grid.T,
        "head.weight": grid[::2, ::-1],
        "args": torch.ones(2),
        "n": np.int64(3),
    }
    lc.save_weights(tmp_path / f"a{suffix}", values)
    again = lc.load_weights(tmp_path / f"a{suffix}")
    for name, value in values.items():
        np.testing.assert_array_equal(again[name], np.asarray(value))
        assert again[name].shape == np.shape(value)


def test_numpy_and_safetensors_read_what_is_written(tmp_path: Path) -> None:
    from safetensors.numpy import load_file

    theta = lc.init_params(RNN, d_x=2, d_s=3)
    lc.save_weights(tmp_path / "a.npz", theta)
    lc.save_weights(tmp_path / "a.safetensors", theta)
    with np.load(tmp_path / "a.npz") as file:
        for found in (dict(file), load_file(tmp_path / "a.safetensors")):
            assert found.keys() == theta.keys()
            assert all(np.array_equal(found[name], value) for name, value in theta.items())


@TORCH
@pytest.mark.parametrize("kind", ["RNN", "LSTM"])
def test_state_dict_from_a_file(suffix: str, kind: str, tmp_path: Path) -> None:
    module = getattr(torch.nn, kind)(2, 3)
    state = module.state_dict()
    path = tmp_path / f"trained{suffix}"
    if suffix in (".pt", ".pth"):
        torch.save(state, path)
    else:
        lc.save_weights(path, state)
    loaded = lc.load_weights(path)
    assert sorted(loaded) == sorted(state)  # names as stored
    cell, theta = lc.from_torch(loaded)
    x = torch.ones(4, 2)
    mine = lc.unroll(cell, theta, x.numpy()).output
    np.testing.assert_allclose(mine, module(x)[0].detach().numpy(), atol=1e-6)
    assert {value.dtype for value in theta.values()} == {np.dtype(np.float32)}


@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
def test_half_types_become_float32(suffix: str, tmp_path: Path) -> None:
    from safetensors.torch import save_file

    state = torch.nn.LSTM(2, 3, dtype=torch.bfloat16).state_dict()
    path = tmp_path / f"half{suffix}"
    save_file(state, path) if suffix == ".safetensors" else torch.save(state, path)
    loaded = lc.load_weights(path)
    for name, value in state.items():
        np.testing.assert_array_equal(loaded[name], value.float().numpy())
    _, theta = lc.from_torch(loaded)
    assert {value.dtype for value in theta.values()} == {np.dtype(np.float32)}


class Payload:
    """Runs code when it is unpickled."""

    def __reduce__(self) -> Any:
        return (exec, ("import builtins; builtins.carousel_was_here = True",))


def write_pickle(path: Path) -> None:
    if path.suffix == ".npz":
        array = np.empty(1, object)
        array[0] = Payload()
        np.savez(path, W=array)
    elif path.suffix == ".pth":
        path.write_bytes(pickle.dumps({"W": Payload()}))
    else:
        torch.save({"W": Payload()}, path)


@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
@pytest.mark.parametrize("suffix", [".npz", ".pt", ".pth"])
def test_pickled_code_does_not_run(suffix: str, tmp_path: Path) -> None:
    import builtins

    path = tmp_path / f"evil{suffix}"
    write_pickle(path)
    with pytest.raises(ValueError, match="could run code") as caught:
        lc.load_weights(path)
    assert not hasattr(builtins, "carousel_was_here")
    assert "evil" in str(caught.value)
    assert "save_weights" in str(caught.value) or "state_dict()" in str(caught.value)


def test_bare_pickle_as_npz(tmp_path: Path) -> None:
    (tmp_path / "a.npz").write_bytes(pickle.dumps(Payload()))
    with pytest.raises(ValueError, match=r"a\.npz cannot be read as an npz file"):
        lc.load_weights(tmp_path / "a.npz")


@TORCH
@pytest.mark.parametrize(
    "content", [b"", b"\x00" * 64, b"not a file of weights", b"PK\x03\x04rest"]
)
def test_file_that_is_something_else(suffix: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=rf"^path: a\{suffix} .*(complete|broken)"):
        lc.load_weights(path)


@TORCH
def test_file_that_is_damaged(suffix: str, tmp_path: Path) -> None:
    """Cut anywhere, or with one byte changed: ValueError, or the same arrays, nothing else."""
    path = tmp_path / f"a{suffix}"
    state = torch.nn.RNN(2, 3).state_dict()
    torch.save(state, path) if suffix in (".pt", ".pth") else lc.save_weights(path, state)
    whole = path.read_bytes()
    rng = np.random.default_rng(0)
    for _ in range(60):
        at = int(rng.integers(len(whole)))
        changed = bytearray(whole)
        changed[at] ^= 0xFF
        for content in (whole[:at], bytes(changed)):
            path.write_bytes(content)
            try:
                found = lc.load_weights(path)
            except ValueError as error:
                assert str(error).startswith("path: a.")
            else:
                assert all(isinstance(value, np.ndarray) for value in found.values())


def test_what_is_no_weight_file(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.zeros(2))
    (tmp_path / "a.npy").rename(tmp_path / "a.npz")
    with pytest.raises(ValueError, match=r"a single array, an \.npy file"):
        lc.load_weights(tmp_path / "a.npz")
    with pytest.raises(FileNotFoundError, match=r"no file .*none\.npz.*check the name"):
        lc.load_weights(tmp_path / "none.npz")
    (tmp_path / "folder.npz").mkdir()
    with pytest.raises(ValueError, match="must be a file"):
        lc.load_weights(tmp_path / "folder.npz")
    for name in ("weights.h5", "weights", "weights.pkl"):
        with pytest.raises(ValueError, match=r"must end in .safetensors, .npz, .pt or .pth; got"):
            lc.load_weights(tmp_path / name)
    for value in (None, 3, b"bytes"):
        with pytest.raises(ValueError, match="path must name a file"):
            lc.load_weights(value)  # type: ignore[arg-type]


def test_checkpoint_with_more_in_it(tmp_path: Path) -> None:
    torch.save({"model": torch.nn.RNN(1, 1).state_dict(), "epoch": 3}, tmp_path / "a.pt")
    with pytest.raises(ValueError, match=r"must hold a state dict.*got model, epoch.*state_dict"):
        lc.load_weights(tmp_path / "a.pt")
    torch.save(torch.ones(3), tmp_path / "b.pt")
    with pytest.raises(ValueError, match="must hold a state dict"):
        lc.load_weights(tmp_path / "b.pt")
    torch.save(torch.nn.RNN(1, 1), tmp_path / "c.pt")
    with pytest.raises(ValueError, match=r"more than tensors.*torch.save\(model.state_dict\(\)"):
        lc.load_weights(tmp_path / "c.pt")


def test_no_file_of_other_libraries_slips_through(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(ValueError, match=r"a\.npz .*'readme.txt' is no array"):
        lc.load_weights(tmp_path / "a.npz")


def test_what_save_weights_refuses(tmp_path: Path) -> None:
    theta = lc.init_params(RNN, d_x=1, d_s=2)
    with pytest.raises(ValueError, match=r"end in .safetensors or .npz; got 'a.pt'; for torch"):
        lc.save_weights(tmp_path / "a.pt", theta)
    with pytest.raises(FileNotFoundError, match=r"no folder .*make it first"):
        lc.save_weights(tmp_path / "none" / "a.npz", theta)
    for bad in ({}, None, [1.0]):
        with pytest.raises(ValueError, match="theta must map names to arrays"):
            lc.save_weights(tmp_path / "a.npz", bad)  # type: ignore[arg-type]
    for value in (None, "text", object(), [1, [2]], 1j):
        with pytest.raises(ValueError, match=r"theta\['W'\] must be an array"):
            lc.save_weights(tmp_path / "a.npz", {"W": value})
    with pytest.raises(ValueError, match="theta must map names to arrays; got the name 3"):
        lc.save_weights(tmp_path / "a.npz", {3: np.ones(2)})  # type: ignore[dict-item]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("package", "name", "extra"),
    [("safetensors", "a.safetensors", "weights"), ("torch", "a.pt", "torch")],
)
def test_missing_package(
    package: str, name: str, extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / name).write_bytes(b"something")
    for module in [m for m in sys.modules if m.partition(".")[0] == package]:
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=rf"pip install 'carousel-lstm\[{extra}\]'"):
        lc.load_weights(tmp_path / name)
    if package == "torch":
        with pytest.raises(ImportError, match=r"carousel-lstm\[torch\]"):
            lc.to_torch(RNN, lc.init_params(RNN, d_x=1, d_s=2))
    else:
        with pytest.raises(ImportError, match=r"carousel-lstm\[weights\]"):
            lc.save_weights(tmp_path / name, {"W": np.ones(2)})


def test_arrays_of_a_state_dict_need_no_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    state = {name: v.numpy() for name, v in torch.nn.LSTM(2, 3).state_dict().items()}
    monkeypatch.setitem(sys.modules, "torch", None)
    cell, theta = lc.from_torch(state)
    lc.unroll(cell, theta, np.ones((2, 2)))


# from torch


def test_gates_by_torchs_order() -> None:
    """i, f, g, o of torch.nn.LSTM: cu, cs, du, cr."""
    blocks = np.repeat([1.0, 2.0, 3.0, 4.0], 2)
    state = {
        "weight_ih_l0": np.outer(blocks, np.ones(3)),
        "weight_hh_l0": np.outer(10 * blocks, np.ones(2)),
        "bias_ih_l0": 100 * blocks,
        "bias_hh_l0": 1000 * blocks,
    }
    cell, theta = lc.from_torch(state)
    assert cell is LSTM
    for value, gate in zip((1, 2, 3, 4), ("cu", "cs", "du", "cr"), strict=True):
        np.testing.assert_array_equal(theta[f"W_x_{gate}"], np.full((2, 3), value))
        np.testing.assert_array_equal(theta[f"W_v_{gate}"], np.full((2, 2), 10 * value))
        np.testing.assert_array_equal(theta[f"b_{gate}"], np.full(2, 1100 * value))
        if gate != "du":
            np.testing.assert_array_equal(theta[f"W_s_{gate}"], np.zeros((2, 2)))


def test_theta_is_a_copy() -> None:
    module = torch.nn.LSTM(2, 3)
    before = module.weight_ih_l0.clone()
    _, theta = lc.from_torch(module)
    for value in theta.values():
        value += 1
    assert torch.equal(module.weight_ih_l0, before)


nn = torch.nn


@pytest.mark.parametrize(
    ("module", "text"),
    [
        (nn.LSTM(2, 3, num_layers=2), "several layers: from_torch reads one.*renamed to weight_ih"),
        (nn.RNN(2, 3, num_layers=3), "several layers"),
        (nn.LSTM(2, 3, bidirectional=True), "bidirectional: from_torch reads one.*Rename"),
        (nn.LSTM(2, 3, proj_size=2), "proj_size > 0.*Train it with proj_size=0"),
        (nn.RNN(2, 3, nonlinearity="relu"), "nonlinearity='relu' .*nonlinearity='tanh'"),
        (nn.RNNCell(2, 3, nonlinearity="relu"), "nn.RNNCell with nonlinearity='relu'"),
        (nn.GRU(2, 3), "nn.GRU has no cell here: from_torch reads nn.LSTM and nn.RNN"),
        (nn.GRUCell(2, 3), "nn.GRUCell has no cell here"),
        (nn.Linear(2, 3), "got Linear: it has no recurrent layer"),
        (nn.ModuleDict({"core": nn.LSTM(2, 3)}), "hand over its recurrent layer: model.core"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, nn.Module) else "",
)
def test_modules_without_a_cell(module: Any, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        lc.from_torch(module)


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (nn.GRU(2, 3).state_dict(), "A GRU .*3 blocks"),
        (nn.LSTM(2, 3, num_layers=2).state_dict(), "several layers"),
        (nn.RNN(2, 3, bidirectional=True).state_dict(), "bidirectional"),
        (nn.LSTM(2, 3, proj_size=2).state_dict(), "proj_size"),
        (nn.Linear(2, 3).state_dict(), "expected the entries weight_ih_l0.*got weight, bias"),
        (
            nn.ModuleDict({"a": nn.LSTM(2, 3), "b": nn.RNN(2, 3)}).state_dict(),
            "several recurrent layers, 'a', 'b': choose one.*removeprefix",
        ),
        ({}, "expected the entries .*got nothing"),
        (lc.init_params(LSTM, d_x=1, d_s=2), "hand them to lstm_core.unroll"),
    ],
)
def test_state_dicts_without_a_cell(state: Any, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        lc.from_torch(state)


def lstm_state(**changes: Any) -> dict[str, Any]:
    return {n: v.numpy() for n, v in nn.LSTM(2, 3).state_dict().items()} | changes


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (lstm_state(weight_ih_l0=np.zeros((9, 2))), r"weight_ih must have shape \(12, d_x\)"),
        (lstm_state(weight_hh_l0=np.zeros((12, 5))), r"weight_hh must have shape \(4 d_s, d_s\)"),
        (lstm_state(weight_hh_l0=np.zeros(12)), r"weight_hh must .*got \(12,\)"),
        (lstm_state(weight_hh_l0=np.zeros((0, 0))), r"weight_hh must .*got \(0, 0\)"),
        (
            lstm_state(bias_hh_l0=np.zeros(3)),
            r"bias_hh must have shape \(12,\).*d_s = 3; got \(3,\)",
        ),
        (lstm_state(bias_hh_l0="text"), "bias_hh must be an array of real numbers"),
        (lstm_state(bias_ih_l0=np.full(12, np.nan)), "bias_ih must be finite"),
        ({k: v for k, v in lstm_state().items() if k != "bias_hh_l0"}, "bias_ih without its pair"),
        ({k: v for k, v in lstm_state().items() if k != "weight_ih_l0"}, "lacks weight_ih"),
    ],
)
def test_state_dicts_that_do_not_fit(state: Any, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        lc.from_torch(state)


@pytest.mark.parametrize("value", [None, 3, "model.pt", [1.0], np.zeros(3)])
def test_what_is_no_module(value: Any) -> None:
    with pytest.raises(ValueError, match="must be a torch module or its state dict"):
        lc.from_torch(value)


# to torch


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("cell", [LSTM, RNN], ids=lambda cell: cell.name)
def test_to_torch(cell: lc.Cell, dtype: Any) -> None:
    theta = lc.init_params(cell, 2, dtype=dtype, d_x=2, d_s=3)
    theta |= {name: np.zeros_like(value) for name, value in theta.items() if name[:4] == "W_s_"}
    theta = {n: v + dtype(0.1) if v.ndim == 1 else v for n, v in theta.items()}
    state = torch.random.get_rng_state()
    module = lc.to_torch(cell, theta)
    assert torch.equal(torch.random.get_rng_state(), state)
    assert {p.dtype for p in module.parameters()} == {getattr(torch, np.dtype(dtype).name)}
    assert not module.bias_hh_l0.any()
    x = np.ones((4, 5, 2), dtype)
    mine = lc.unroll(cell, theta, x, dtype=dtype).output
    np.testing.assert_allclose(module(torch.tensor(x))[0].detach().numpy(), mine, atol=1e-6)
    again, back = lc.from_torch(module)
    assert again is cell
    for name, value in theta.items():
        np.testing.assert_array_equal(back[name], value)
        assert back[name].dtype == dtype
    tensors = {name: torch.tensor(value, requires_grad=True) for name, value in theta.items()}
    same = lc.to_torch(cell, tensors)
    for mine_p, same_p in zip(module.parameters(), same.parameters(), strict=True):
        assert torch.equal(mine_p, same_p)


def test_what_torch_has_no_place_for() -> None:
    full = lc.init_params(LSTM, d_x=2, d_s=3)
    with pytest.raises(ValueError, match=r"no peepholes, so W_s_cu, W_s_cs, W_s_cr would be lost"):
        lc.to_torch(LSTM, full)
    canonical = lc.CELLS["rnn_canonical"]
    with pytest.raises(ValueError, match=r"nn.RNN has no W_s. If W_s is 0.*rnn_standard"):
        lc.to_torch(canonical, lc.init_params(canonical, d_x=2, d_s=3))
    for cell in ("vanilla_lstm", None, 3):
        with pytest.raises(ValueError, match="cell must be one that torch has a module for"):
            lc.to_torch(cell, full)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="theta must map names"):
        lc.to_torch(LSTM, None)  # type: ignore[arg-type]
    with pytest.raises(KeyError, match="theta lacks W_s_cu"):
        lc.to_torch(LSTM, {k: v for k, v in full.items() if k != "W_s_cu"})
    with pytest.raises(ValueError, match=r"theta\['b_cu'\] must have shape \(d_s,\) = \(3,\)"):
        lc.to_torch(LSTM, full | {"b_cu": np.zeros(2)})
