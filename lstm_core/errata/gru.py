"""Errata 002-13 and 003-11: the two GRUs, and a bracket. Truth: torch.nn.GRU."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lstm_core.errata.erratum import Check, Erratum, compare
from lstm_core.errata.warps import sigma

Theta = dict[str, np.ndarray]
Step = Callable[[Theta, np.ndarray, np.ndarray], np.ndarray]  # (theta, x[n], h[n-1]) -> h[n]


def random_gru(seed: int, K: int = 8, d: int = 4) -> tuple[Theta, np.ndarray]:
    """Parameters W_q, U_q, b_q for the gates r, z and the candidate c; an input (K, d)."""
    rng = np.random.default_rng(seed)
    shapes = {f"{kind}_{q}": (d, d) if kind != "b" else (d,) for q in "rzc" for kind in "WUb"}
    theta = {name: 0.5 * rng.normal(size=shape) for name, shape in shapes.items()}
    return theta, rng.normal(size=(K, d))


def run(step: Step, theta: Theta, x: np.ndarray) -> np.ndarray:
    """h (K, d), from h[-1] = 0."""
    h, rows = np.zeros(x.shape[1]), []
    for x_n in x:
        h = step(theta, x_n, h)
        rows.append(h)
    return np.stack(rows)


def gate(theta: Theta, q: str, x_n: np.ndarray, h: np.ndarray) -> np.ndarray:
    return sigma(theta[f"W_{q}"] @ h + theta[f"U_{q}"] @ x_n + theta[f"b_{q}"])


def reset_after(theta: Theta, x_n: np.ndarray, h: np.ndarray) -> np.ndarray:
    """Document 002, (65) and (66): the reset gate behind the matrix, z keeps."""
    r, z = gate(theta, "r", x_n, h), gate(theta, "z", x_n, h)
    c = np.tanh(theta["U_c"] @ x_n + r * (theta["W_c"] @ h) + theta["b_c"])
    return z * h + (1 - z) * c


def reset_before(theta: Theta, x_n: np.ndarray, h: np.ndarray) -> np.ndarray:
    """Document 003, (44) and (45): the reset gate before the matrix, z renews."""
    r, z = gate(theta, "r", x_n, h), gate(theta, "z", x_n, h)
    c = np.tanh(theta["W_c"] @ (r * h) + theta["U_c"] @ x_n + theta["b_c"])
    return (1 - z) * h + z * c


def printed_44(theta: Theta, x_n: np.ndarray, h: np.ndarray) -> np.ndarray:
    """(44) as printed: tanh closes behind W_c (r h)."""
    r, z = gate(theta, "r", x_n, h), gate(theta, "z", x_n, h)
    c = np.tanh(theta["W_c"] @ (r * h)) + theta["U_c"] @ x_n + theta["b_c"]
    return (1 - z) * h + z * c


def torch_gru(theta: Theta, x: np.ndarray) -> np.ndarray:
    """h (K, d) by torch.nn.GRU with b_hh = 0; its z keeps."""
    import torch

    d = x.shape[1]
    with torch.random.fork_rng(devices=[]):
        gru = torch.nn.GRU(d, d, dtype=torch.float64)
    stacked = {kind: np.concatenate([theta[f"{kind}_{q}"] for q in "rzc"]) for kind in "WUb"}
    with torch.no_grad():
        gru.weight_hh_l0.copy_(torch.tensor(stacked["W"]))
        gru.weight_ih_l0.copy_(torch.tensor(stacked["U"]))
        gru.bias_ih_l0.copy_(torch.tensor(stacked["b"]))
        gru.bias_hh_l0.zero_()
        return np.asarray(gru(torch.tensor(x))[0])


def another_gru(seed: int) -> Check:
    """002-13: the parameters of one document in the equations of the other."""
    theta, x = random_gru(seed)
    printed, corrected = run(reset_before, theta, x), run(reset_after, theta, x)
    return compare("h[{}]", printed, corrected, torch_gru(theta, x))


def early_bracket(seed: int) -> Check:
    """003-11, with a diagonal W_c: then the reset gate may stand on either side of it, and with z
    turned round torch.nn.GRU is the same model."""
    theta, x = random_gru(seed)
    theta["W_c"] = np.diag(np.diag(theta["W_c"]))
    printed, corrected = run(printed_44, theta, x), run(reset_before, theta, x)
    turned = theta | {f"{kind}_z": -theta[f"{kind}_z"] for kind in "WUb"}
    return compare("h[{}]", printed, corrected, torch_gru(turned, x))


ROWS = (
    Erratum(
        "002-13",
        "Eq 65, 66 (003: Eq 44, 45)",
        "I",
        wrong="Two different models have one name: reset behind the matrix and z that keeps here,"
        " reset before it and z that renews in 003. Here the gates are called “reset” and “input”,"
        " where reset and update are meant.",
        right="Weights of one are no weights of the other. This one is torch.nn.GRU with b_hn = 0.",
        check=another_gru,
    ),
    Erratum(
        "003-11",
        "Eq 44, 47, 6",
        "E",
        wrong="tanh closes before U_c x + b_c, and h leaves -1 .. 1; the softmax is that of one"
        " component; the minimal unit's forget gate is called r.",
        right="tanh(W_c (r h') + U_c x + b_c).",
        check=early_bracket,
    ),
)
