"""One gradient check for every cell: the hand-written backward pass against automatic
differentiation of the same forward code on torch tensors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

import lstm_core as lc


@dataclass(frozen=True)
class Case:
    """A random system: its cell, parameters, input, start, clamps and explicit errors."""

    cell: lc.Cell
    theta: dict[str, np.ndarray]
    x: np.ndarray
    initial: dict[str, np.ndarray]
    clamp: dict[str, np.ndarray]
    explicit: dict[str, np.ndarray]


def random_case(cell: lc.Cell, seed: int, *, batch: bool = False, clamped: bool = False) -> Case:
    """Random sizes, weights, input and errors; with ``clamped`` every signal is forced in places."""
    rng = np.random.default_rng(seed)
    sizes = {name: int(rng.integers(1, 6)) for name in cell.sizes}
    for name, largest in cell.at_most.items():
        sizes[name] = min(sizes[name], sizes[largest])
    steps = int(rng.integers(1, 9))
    axes = (steps, int(rng.integers(1, 4))) if batch else (steps,)
    theta = lc.init_params(cell, seed, **sizes)
    theta = {name: value + 0.5 * rng.normal(size=value.shape) for name, value in theta.items()}
    width = {name: sizes[signal.size] for name, signal in cell.signals.items()}
    clamp = {}
    if clamped:
        for name in cell.signals:
            values = rng.uniform(0.1, 0.9, (*axes, width[name]))
            values[rng.random(values.shape) < 0.8] = np.nan
            clamp[name] = values
    return Case(
        cell=cell,
        theta=theta,
        x=rng.normal(size=(*axes, sizes["d_x"])),
        initial={name: rng.normal(size=(*axes[1:], width[name])) for name in cell.carried},
        clamp=clamp,
        explicit={name: rng.normal(size=(*axes, width[name])) for name in cell.arrivals},
    )


def worst_error(case: Case) -> float:
    """The largest relative difference between the two, over every gradient that is recorded."""
    mine, truth = hand_written(case), automatic(case)
    assert mine.keys() == truth.keys()
    floor = 1e-6 * max(np.abs(value).max() for value in truth.values())
    return max(
        float(np.abs(mine[name] - value).max() / max(np.abs(value).max(), floor))
        for name, value in truth.items()
    )


def hand_written(case: Case) -> dict[str, np.ndarray]:
    rec = lc.unroll(case.cell, case.theta, case.x, case.initial, case.clamp)
    output = case.cell.output
    others = {name: value for name, value in case.explicit.items() if name != output}
    back = lc.backpropagate(rec, case.explicit[output], others)
    found = {f"dE/d{name}": back.of(name) for name in rec.names}
    found |= {f"dE/d{name}": value for name, value in back.d_theta.items()}
    found |= {f"dE/d{name}[-1]": value for name, value in back.d_initial.items()}
    return found | {"dE/dx": back.d_x}


def automatic(case: Case) -> dict[str, np.ndarray]:
    def leaf(values: np.ndarray) -> torch.Tensor:
        return torch.tensor(values, requires_grad=True)

    theta = {name: leaf(value) for name, value in case.theta.items()}
    initial = {name: leaf(value) for name, value in case.initial.items()}
    x = leaf(case.x)
    rec = lc.unroll(case.cell, theta, x, initial, case.clamp)
    error = sum((rec[name] * torch.tensor(g)).sum() for name, g in case.explicit.items())
    assert isinstance(error, torch.Tensor)
    error.backward()
    found = {f"dE/d{name}": gradient(probe) for name, probe in rec.probes.items()}
    found |= {f"dE/d{name}": gradient(value) for name, value in theta.items()}
    found |= {f"dE/d{name}[-1]": gradient(value) for name, value in initial.items()}
    return found | {"dE/dx": gradient(x)}


def read_by(rec: lc.Recording, name: str) -> np.ndarray:
    """What each matrix of a weight reads: (K, d) alone, (L, K, d) for a window over the input."""
    param = rec.cell.params[name]
    assert param.source
    source: np.ndarray = rec.previous(param.source) if param.lag else rec[param.source]
    if not param.is_window:
        return source
    taps, padding = len(rec.theta[name]), np.zeros_like(rec.x)
    return np.array([np.concatenate([source, padding])[l : len(rec) + l] for l in range(taps)])


def gradient(leaf: torch.Tensor) -> np.ndarray:
    return np.zeros(leaf.shape) if leaf.grad is None else leaf.grad.numpy()
