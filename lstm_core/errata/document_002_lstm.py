"""Errata 8-12 of document 002: the LSTM with forget gates and its truncated gradient.

One cell a block, output units y_o = f(W_o y_c) of the same step, E = 1/2 sum of (d - y_o)^2. The
gradient is truncated as the text has it: what a gate or a cell reads of the step before is held.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lstm_core.arrays import arrays_for
from lstm_core.errata.erratum import Check, Erratum, compare
from lstm_core.errata.warps import slope

b_phi = 1.0  # the forget gate's bias of Section 9.2


class ForgetLSTM:
    """A random network, all widths 4: its parameters, input of size ``drive``, targets and run."""

    def __init__(self, seed: int, K: int = 8, d: int = 4, drive: float = 1.0) -> None:
        rng = np.random.default_rng(seed)
        names = [f"{kind}_{unit}" for unit in ("in", "phi", "out", "c") for kind in "WU"]
        self.theta = {name: 0.5 * rng.normal(size=(d, d)) for name in (*names, "W_o")}
        self.x, self.d = drive * rng.normal(size=(K, d)), rng.uniform(size=(K, d))
        self.run = forward(self.theta, self.x)

    def truth(self, name: str) -> np.ndarray:
        """The truncated dE/d(parameter) by automatic differentiation."""
        import torch

        theta = {key: torch.tensor(w, requires_grad=True) for key, w in self.theta.items()}
        y_o = torch.stack(forward(theta, torch.tensor(self.x))["y_o"])
        error = 0.5 * ((torch.tensor(self.d) - y_o) ** 2).sum()
        return np.asarray(torch.autograd.grad(error, theta[name])[0])


def forward(theta: Mapping[str, Any], x: Any, squashed: bool = True) -> dict[str, list[Any]]:
    """The signals of (24) to (38), a list of K rows each; on tensors the recurrent y is held.
    Not ``squashed``: the state is that of (54) with one dimension, as printed."""
    arrays = arrays_for([x])
    f = arrays.sigmoid
    s = y = arrays.zeros((len(theta["W_c"]),))
    rows: dict[str, list[Any]] = {}
    for x_n in x:
        held = y if isinstance(y, np.ndarray) else y.detach()
        units = ("in", "phi", "out", "c")
        z_in, z_phi, z_out, z_c = (theta[f"W_{u}"] @ held + theta[f"U_{u}"] @ x_n for u in units)
        s_prev, y_phi, y_in = s, f(z_phi + b_phi), f(z_in)  # (36), (24)
        s = s * y_phi + y_in * (4 * f(z_c) - 2 if squashed else z_c)  # (38) with (31); or (54)
        y_out = f(z_out)  # (26)
        y = y_out * (2 * f(s) - 1)  # (32) with (33)
        row = {"z_in": z_in, "z_phi": z_phi, "z_c": z_c, "y_in": y_in, "y_phi": y_phi, "s": s}
        row |= {"y_out": y_out, "s_prev": s_prev, "y_prev": held, "y_o": f(theta["W_o"] @ y)}
        for name, value in row.items():
            rows.setdefault(name, []).append(value)
    return rows


def cell_errors(net: ForgetLSTM, recurrent: bool) -> np.ndarray:
    """theta of the cells (41), (K, d); ``recurrent``: with its second term, as printed."""
    run, theta = net.run, np.zeros_like(net.d)
    arriving = np.zeros(net.d.shape[1])
    for n in range(len(net.d) - 1, -1, -1):
        y_o = run["y_o"][n]
        theta_o = y_o * (1 - y_o) * (net.d[n] - y_o)
        theta[n] = run["y_out"][n] * 2 * slope(run["s"][n]) * (net.theta["W_o"].T @ theta_o)
        theta[n] += arriving
        if recurrent:
            arriving = theta[n] * run["y_phi"][n]
    return theta


def rtrl_gradient(theta: np.ndarray, net: ForgetLSTM, local: list[Any], source: Any) -> np.ndarray:
    """dE/dW by (42), (43), summed over the steps; ds/dW is accumulated as in (44) to (46), where
    ``local`` (K, d) is what multiplies the source (K, d) at its own step."""
    ds_dW = np.zeros((theta.shape[1], len(source[0])))
    gradient = np.zeros_like(ds_dW)
    for n, y_phi in enumerate(net.run["y_phi"]):
        ds_dW = ds_dW * y_phi[:, None] + np.outer(local[n], source[n])
        gradient -= theta[n][:, None] * ds_dW
    return gradient


def double_counting(seed: int) -> Check:
    """Errata 9: the gradient for the recurrent weights of the cells."""
    net = ForgetLSTM(seed)
    run = net.run
    local = [4 * slope(z) * y_in for z, y_in in zip(run["z_c"], run["y_in"], strict=True)]  # (44)
    printed, corrected = (
        rtrl_gradient(cell_errors(net, recurrent), net, local, run["y_prev"])
        for recurrent in (True, False)
    )
    return compare("dE/dW_c[{}]", printed, corrected, net.truth("W_c"))


def missing_bias(seed: int) -> Check:
    """Errata 10: the gradient for the input weights of the forget gates."""
    net = ForgetLSTM(seed)
    theta = cell_errors(net, recurrent=False)
    printed, corrected = (
        rtrl_gradient(theta, net, forget_factors(net, bias), net.x) for bias in (0.0, b_phi)
    )
    return compare("dE/dU_phi[{}]", printed, corrected, net.truth("U_phi"))


def forget_factors(net: ForgetLSTM, bias: float) -> list[Any]:
    """s(t) f'(z_phi + bias), what multiplies the source in (46)."""
    pairs = zip(net.run["s_prev"], net.run["z_phi"], strict=True)
    return [s_prev * slope(z_phi + bias) for s_prev, z_phi in pairs]


def connections(seed: int) -> Check:
    """Errata 11: the recurrent connections of B blocks with C cells each. Truth: the entries of the
    weight matrices, of one row for every cell and every gate of a block."""
    rng = np.random.default_rng(seed)
    B, C = int(rng.integers(2, 20)), int(rng.integers(2, 6))
    printed = B * (C * (3 * B * C) + B * C)  # (47)
    corrected = B * (C + 3) * B * C
    rows = [np.ones((units, B * C)) for units in (B * C, B, B, B)]
    truth = np.concatenate(rows).sum()
    return compare(f"connections of {B} blocks with {C} cells", printed, corrected, truth)


def unsquashed_input(seed: int) -> Check:
    """Errata 12: the state by (54) with one dimension, against (38), for an input of size 2. Truth:
    the run on torch tensors."""
    import torch

    net = ForgetLSTM(seed, K=20, drive=2.0)
    printed = np.stack(forward(net.theta, net.x, squashed=False)["s"])
    theta = {name: torch.tensor(w) for name, w in net.theta.items()}
    truth = torch.stack(forward(theta, torch.tensor(net.x))["s"])
    return compare("s[{}]", printed, np.stack(net.run["s"]), truth)


ROWS = (
    Erratum(
        "002-8",
        "Eq 35, 39; Section 9.1",
        "I",
        wrong="The output units read all units of their own step but the gates, themselves included;"
        " z_out is called an activation; a brace calls the square e_o.",
        right="They read the cells (and hidden units); y_out; e_o = d_o - y_o.",
        unchecked="as it stands it can't be computed: a unit would need its own output",
    ),
    Erratum(
        "002-9",
        "Eq 41 with 42-46",
        "E",
        wrong="The past is counted twice: by the recurrent term of 41, and by the accumulated ds/dW.",
        right="The first term of 41 alone with 44-46, or 41 with the last terms of 44-46 alone.",
        check=double_counting,
    ),
    Erratum(
        "002-10",
        "Eq 46",
        "E",
        wrong="The slope of the forget gate is taken at z_phi, without its bias.",
        right="At z_phi + b_phi, as in 36.",
        check=missing_bias,
    ),
    Erratum(
        "002-11",
        "Eq 47-49",
        "I",
        wrong="What is counted are partial derivatives, C for every weight of a gate, and not"
        " connections as the text says.",
        right="B (C + 3) B C recurrent connections; In B (C + 3) from the input, Out B C to the"
        " output.",
        check=connections,
    ),
    Erratum(
        "002-12",
        "Eq 54",
        "E",
        wrong="The cell's weighted input enters the state without its squashing function.",
        right="g(z_m), so that one dimension gives 38.",
        check=unsquashed_input,
    ),
)
