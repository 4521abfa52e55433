"""Weights from and for torch. torch is imported only when used.

Which gate is which comes from the declared tables: a block of a torch matrix belongs to the node
whose warp torch calls by that letter (``Signal.torch``).
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import numpy as np

from lstm_core.arrays import NumpyArrays, plain
from lstm_core.cells import CELLS, Cell
from lstm_core.checks import checked_theta
from lstm_core.files import imported, listed
from lstm_core.given import finite, named, real, shown
from lstm_core.signals import INPUT, Param

# torch's class -> our cell, and the order in which torch stacks the blocks of its matrices.
LAYOUTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "LSTM": ("vanilla_lstm", ("i", "f", "g", "o")),
    "RNN": ("rnn_standard", ("h",)),
}
BLOCKS = {4: "LSTM", 1: "RNN"}  # rows of weight_hh / columns of weight_hh
OUTPUT = "h"  # torch's name of the signal that weight_hh reads


class TorchTheta(dict[str, np.ndarray]):
    """Parameters of a torch module, which remember its ``batch_first``.

    ``unroll`` looks at it where an input may have the module's order of axes. ``theta | {..}`` and
    ``theta.copy()`` keep it; ``dict(theta)`` and ``{**theta}`` forget it.
    """

    batch_first: bool = False

    def __or__(self, other: Any) -> Any:
        return _as_of(self, super().__or__(other))

    def copy(self) -> TorchTheta:
        return _as_of(self, self)


def _as_of(theta: TorchTheta, values: Mapping[str, Any]) -> TorchTheta:
    found = TorchTheta(values)
    found.batch_first = theta.batch_first
    return found


def from_torch(module_or_state_dict: Any) -> tuple[Cell, dict[str, np.ndarray]]:
    """The cell and the parameters of a trained torch network of one layer.

    ``nn.LSTM`` and ``nn.LSTMCell`` give ``vanilla_lstm`` with W_s_* = 0 (no peepholes), ``nn.RNN``
    and ``nn.RNNCell`` with tanh give ``rnn_standard``. ``b_ih + b_hh`` becomes the one bias.

    Args:
        module_or_state_dict: the module, or its state dict (tensors or arrays, torch not needed).
            The state dict of a larger model will do when it holds one recurrent layer; the rest
            of it is left out. A state dict doesn't say which nonlinearity an ``nn.RNN`` has: tanh
            is assumed.

    Returns: (cell, theta), theta as copies in the stored type (float32 for the half types).
        ``unroll`` reads x as (K, B, d_x), whatever ``batch_first`` was: for a module that reads
        (B, K, d_x) hand over ``x.swapaxes(0, 1)``. Both orders have the same axes at the end, so a
        wrong one shows only where something else doesn't fit, such as the B of ``initial``, or a
        single sequence. ``theta.batch_first`` remembers the module's (a state dict doesn't say it).
    Raises: ValueError for what has no such cell, naming the remedy.
    Source: document 000, Eq 32-33 and 126-136; torch.nn.LSTM, torch.nn.RNN.
    """
    if isinstance(module_or_state_dict, Mapping):
        state = dict(named("module_or_state_dict", module_or_state_dict))
    else:
        state = _state_of_module(module_or_state_dict)
    kind, ih, hh, bias = _matrices(_one_layer(state))
    cell_name, letters = LAYOUTS[kind]
    cell = CELLS[cell_name]
    width = hh.shape[1]
    block_of = {
        _node(cell, letter): slice(i * width, (i + 1) * width) for i, letter in enumerate(letters)
    }
    theta = TorchTheta()
    theta.batch_first = bool(getattr(module_or_state_dict, "batch_first", False))
    for param in cell.params.values():
        whole = {"ih": ih, "hh": hh, "b": bias}.get(_place(cell, param))
        if whole is None:
            theta[param.name] = np.zeros((width, width), ih.dtype)
        else:
            theta[param.name] = whole[block_of[param.dest]].copy()
    return cell, theta


def to_torch(cell: Cell, theta: Mapping[str, Any]) -> Any:
    """The same network as ``nn.LSTM`` or ``nn.RNN``, in theta's floating type, with b_hh = 0.

    Args:
        cell: ``vanilla_lstm`` with W_s_* = 0 throughout, or ``rnn_standard``.
        theta: its parameters.

    Returns: the module; it reads x as (K, B, d_x) or (K, d_x), and leaves torch's random generator
        as it was.
    Raises:
        ValueError, KeyError: for parameters that don't fit, or that torch has no place for.
        ImportError: when torch is missing.
    """
    by_cell = {name: (kind, letters) for kind, (name, letters) in LAYOUTS.items()}
    if isinstance(cell, Cell) and cell.name == "rnn_canonical":
        raise ValueError(
            "cell rnn_canonical has no torch module: nn.RNN has no W_s. If W_s is 0, leave it out"
            " of theta and hand over lstm_core.CELLS['rnn_standard']"
        )
    if not isinstance(cell, Cell) or cell.name not in by_cell:
        raise ValueError(
            f"cell must be one that torch has a module for, {' or '.join(by_cell)}; got {shown(cell)}:"
            " lstm_core.unroll runs every cell on torch tensors"
        )
    kind, letters = by_cell[cell.name]
    arrays = {name: plain(value) for name, value in named("theta", theta).items()}
    single = bool(arrays) and all(_dtype_of(v) in ("float16", "float32") for v in arrays.values())
    dtype = np.dtype(np.float32 if single else np.float64)
    checked, sizes = checked_theta(cell, arrays, NumpyArrays(dtype))
    lost = [p.name for p in cell.params.values() if not _place(cell, p) and checked[p.name].any()]
    if lost:
        raise ValueError(
            f"theta[{lost[0]!r}] must be 0 for torch: nn.{kind} has no peepholes, so"
            f" {', '.join(lost)} would be lost. Set them to 0 (another network), or keep them and"
            " run lstm_core.unroll on torch tensors"
        )
    torch = imported("torch", "torch")
    place = {(p.dest, _place(cell, p)): checked[p.name] for p in cell.params.values()}
    stacked = {
        part: np.concatenate([place[_node(cell, letter), part] for letter in letters])
        for part in ("ih", "hh", "b")
    }
    with torch.random.fork_rng(devices=[]):
        module = getattr(torch.nn, kind)(
            sizes["d_x"], stacked["hh"].shape[1], dtype=getattr(torch, dtype.name)
        )
    module.load_state_dict(
        {
            "weight_ih_l0": torch.from_numpy(stacked["ih"]),
            "weight_hh_l0": torch.from_numpy(stacked["hh"]),
            "bias_ih_l0": torch.from_numpy(stacked["b"]),
            "bias_hh_l0": torch.zeros(len(stacked["b"]), dtype=getattr(torch, dtype.name)),
        }
    )
    return module


def _node(cell: Cell, letter: str) -> str:
    """The node whose warp torch calls ``letter``."""
    return next(signal.of for signal in cell.declared if signal.torch == letter)


def _place(cell: Cell, param: Param) -> str:
    """Where torch keeps a parameter: ``ih``, ``hh``, ``b``, or nowhere."""
    if param.source is None:
        return "b"
    if param.source == INPUT:
        return "ih"
    return "hh" if cell.signals[param.source].torch == OUTPUT else ""


def _state_of_module(module: Any) -> dict[str, Any]:
    """The state dict of a torch module that has a cell here."""
    torch = sys.modules.get("torch")
    if torch is None or not isinstance(module, torch.nn.Module):
        raise ValueError(
            "module_or_state_dict must be a torch module or its state dict (name -> tensor or"
            f" array); got {shown(module)}"
        )
    nn, title = torch.nn, type(module).__name__
    if isinstance(module, nn.GRU | nn.GRUCell):
        raise ValueError(_no_gru(f"nn.{title}"))
    if not isinstance(module, nn.RNN | nn.RNNCell | nn.LSTM | nn.LSTMCell):
        inside = [
            name
            for name, part in module.named_modules()
            if isinstance(part, nn.RNNBase | nn.RNNCellBase)
        ]
        remedy = (
            f"hand over its recurrent layer: {', '.join(f'model.{name}' for name in inside)}"
            if inside
            else "it has no recurrent layer"
        )
        raise ValueError(
            "module_or_state_dict must be an nn.LSTM, nn.RNN, nn.LSTMCell or nn.RNNCell;"
            f" got {title}: {remedy}"
        )
    if getattr(module, "nonlinearity", "tanh") != "tanh":
        raise ValueError(
            f"nn.{title} with nonlinearity={module.nonlinearity!r} has no cell here: the RNN of"
            " document 000 warps by tanh (33). Train one with nonlinearity='tanh'"
        )
    return dict(module.state_dict())


def _no_gru(title: str) -> str:
    return (
        f"{title} has no cell here: from_torch reads nn.LSTM and nn.RNN (and their cells)."
        " Train one of these, or record the GRU's own outputs with torch"
    )


def _one_layer(state: Mapping[str, Any]) -> dict[str, Any]:
    """The entries of the only recurrent layer in a state dict, without prefix and ``_l0``."""
    names = [str(name) for name in state]
    starts = dict.fromkeys(
        name[: -len(ending)]
        for name in names
        for ending in ("weight_hh", "weight_hh_l0")
        if name.endswith(ending)
    )
    if not starts:
        raise ValueError(
            "module_or_state_dict: expected the entries weight_ih_l0, weight_hh_l0, bias_ih_l0,"
            f" bias_hh_l0 of an nn.LSTM or nn.RNN; got {listed(names)}. For parameters under this"
            " library's names, hand them to lstm_core.unroll with their cell"
        )
    if len(starts) > 1:
        raise ValueError(
            "module_or_state_dict holds several recurrent layers,"
            f" {', '.join(repr(start.rstrip('.')) for start in starts)}: choose one, for example"
            f" {{k.removeprefix({next(iter(starts))!r}): v for k, v in state.items()"
            f" if k.startswith({next(iter(starts))!r})}}"
        )
    start = next(iter(starts))
    layer = {n.removeprefix(start): state[n] for n in names if n.startswith(start)}
    if any(name.endswith("_reverse") for name in layer):
        raise ValueError(
            "module_or_state_dict is bidirectional: from_torch reads one direction. Rename the"
            " entries of the one that you want (without '_reverse') and leave the others out"
        )
    if any(name.startswith(("weight_ih_l", "weight_hh_l")) and name[11:] != "0" for name in layer):
        raise ValueError(
            "module_or_state_dict has several layers: from_torch reads one. Keep one layer's"
            " entries, renamed to weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0; layer l"
            " reads the outputs of layer l-1 as its x"
        )
    if any(name.startswith("weight_hr") for name in layer):
        raise ValueError(
            "module_or_state_dict projects its output (weight_hr, proj_size > 0): the Vanilla LSTM"
            " (136) has no projection. Train it with proj_size=0"
        )
    wanted = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    return {
        name.removesuffix("_l0"): value
        for name, value in layer.items()
        if name.removesuffix("_l0") in wanted
    }


def _matrices(layer: Mapping[str, Any]) -> tuple[str, np.ndarray, np.ndarray, np.ndarray]:
    """torch's class, weight_ih, weight_hh and the sum of the biases."""
    arrays = {name: np.asarray(real(name, plain(value))) for name, value in layer.items()}
    if "weight_ih" not in arrays:
        raise ValueError("module_or_state_dict lacks weight_ih (weight_ih_l0) beside weight_hh")
    if len(arrays) == 3:
        lone = next(name for name in arrays if name.startswith("bias"))
        raise ValueError(f"module_or_state_dict has {lone} without its pair: expected both or none")
    hh = arrays["weight_hh"]
    blocks, rest = divmod(hh.shape[0], hh.shape[1]) if hh.ndim == 2 and hh.shape[1] else (0, 1)
    if blocks == 3 and not rest:
        raise ValueError(_no_gru("A GRU (weight_hh has 3 blocks)"))
    if rest or blocks not in BLOCKS:
        raise ValueError(
            "weight_hh must have shape (4 d_s, d_s) for an LSTM or (d_s, d_s) for an RNN;"
            f" got {hh.shape}"
        )
    rows, width = hh.shape
    shapes = {"weight_ih": (rows, "d_x"), "bias_ih": (rows,), "bias_hh": (rows,)}
    for name, shape in shapes.items():
        if name not in arrays:
            continue
        came = arrays[name].shape
        if len(came) != len(shape) or came[0] != rows or 0 in came:
            wanted = f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"
            raise ValueError(
                f"{name} must have shape {wanted} beside weight_hh {hh.shape}, d_s = {width};"
                f" got {came}"
            )
    for name, array in arrays.items():
        finite(name, array)
    bias = arrays["bias_ih"] + arrays["bias_hh"] if "bias_ih" in arrays else np.zeros(rows)
    kinds = [array.dtype for array in arrays.values()]
    dtype = np.float64 if any(kind == np.float64 for kind in kinds) else np.float32
    ih, hh, bias = (array.astype(dtype) for array in (arrays["weight_ih"], hh, bias))
    return BLOCKS[blocks], ih, hh, bias


def _dtype_of(value: Any) -> str:
    return str(getattr(value, "dtype", ""))
