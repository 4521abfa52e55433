"""Errata 1-7 and 14 of document 002: perceptrons, fully recurrent networks, vanishing errors.

The fully recurrent network y(t) = f(W y(t-1) + U x(t)) (6-7) is the standard RNN with z = s and
y = r; its f is tanh. The error signal is theta = -dE/dz (40), so -psi, and e = d - y = -dE/dy.
"""

from __future__ import annotations

import numpy as np

from lstm_core.analysis.transport import error_transport
from lstm_core.arrays import NumpyArrays
from lstm_core.errata.erratum import Check, Erratum, compare
from lstm_core.errata.instances import RNN, Instance, random_instance
from lstm_core.errata.warps import sigma
from lstm_core.records import Recording


def squashing(seed: int) -> Check:
    """The function of the text of Section 3.4, for states between 0.5 and 2 of either sign."""
    import torch

    rng = np.random.default_rng(seed)
    s = rng.uniform(0.5, 2, 8) * rng.choice([-1, 1], 8)
    l = rng.uniform(0.8, 1.25)
    printed = 1 / (1 - np.exp(-l * s))
    corrected = NumpyArrays(np.dtype(float)).sigmoid(l * s)
    return compare("y, sample {}", printed, corrected, torch.sigmoid(torch.tensor(l * s)))


def hidden_weights(seed: int) -> Check:
    """The update of a weight into a hidden unit (Section 4) with eta = 1, second line against third.
    Truth: -dE/dW of E = 1/2 sum of (d - y)^2."""
    import torch

    rng = np.random.default_rng(seed)
    x, d = rng.normal(size=4), rng.uniform(size=4)
    into_h, into_o = 0.5 * rng.normal(size=(2, 4, 4))  # W[i, h] and W[h, o]
    y_h = sigma(x @ into_h)
    y_o = sigma(y_h @ into_o)
    theta_o = (d - y_o) * y_o * (1 - y_o)  # (5)
    corrected = np.outer(x, (into_o @ theta_o) * y_h * (1 - y_h))
    W = torch.tensor(into_h, requires_grad=True)
    y = torch.sigmoid(torch.sigmoid(torch.tensor(x) @ W) @ torch.tensor(into_o))
    (-0.5 * ((torch.tensor(d) - y) ** 2).sum()).backward()
    assert W.grad is not None
    return compare("Delta W_ih[{}]", -corrected, corrected, W.grad)


def ascent(seed: int) -> Check:
    """The update -eta sum of theta X with eta = 1, theta = +dE/dz as (11) has it but computed from
    e = d - y as in (12); its sum over the targets of all steps is repaired here."""
    run = random_instance(RNN, seed)
    theta = -run.back["psi"]
    y_before = run.rec.previous("r")
    truth = -run.truth.gradient("W_r")
    return compare("Delta W[{}]", -theta.T @ y_before, theta.T @ y_before, truth)


def last_error_alone(seed: int) -> Check:
    """(12) and (20) with targets at every step."""
    run = random_instance(RNN, seed)
    printed, corrected = printed_12(run.rec, -run.g), -run.back["psi"]
    return compare("theta[{}]", printed, corrected, -run.truth.gradient("s"))


def printed_12(rec: Recording, e: np.ndarray) -> np.ndarray:
    """theta (K, d) by (12): an error enters at the last step alone."""
    slopes = 1 - rec["r"] ** 2
    theta = np.zeros_like(e)
    theta[-1] = slopes[-1] * e[-1]
    for n in range(len(e) - 2, -1, -1):
        theta[n] = slopes[n] * (rec.theta["W_r"].T @ theta[n + 1])
    return theta


def rtrl_sign(seed: int) -> Check:
    """(14) with eta = 1, summed over the steps, with the sensitivities (15) to (19)."""
    run = random_instance(RNN, seed)
    corrected = np.einsum("nk,nkuv->uv", -run.g, sensitivities(run.rec))
    return compare("Delta W[{}]", -corrected, corrected, -run.truth.gradient("W_r"))


def sensitivities(rec: Recording) -> np.ndarray:
    """p[n, k, u, v] = dy_k(n) / dW[u, v] by (18), (K, d, d, d); the right ones."""
    slopes, y_before = 1 - rec["r"] ** 2, rec.previous("r")
    d = slopes.shape[1]
    p = np.zeros((d, d, d))  # (19)
    rows = []
    for n in range(len(slopes)):
        own = np.eye(d)[:, :, None] * y_before[n]
        p = slopes[n][:, None, None] * (own + np.einsum("kl,luv->kuv", rec.theta["W_r"], p))
        rows.append(p)
    return np.stack(rows)


def paths_of_an_error(seed: int) -> Check:
    """(21) over three steps: dtheta_v(t') / dtheta_o(t), entry [v, o]."""
    run = random_instance(RNN, seed)
    printed, corrected = printed_21(run.rec, 2, 5), error_transport(run.rec, 2, 5)
    return compare(
        "dtheta_v(2)/dtheta_o(5), [v, o] = [{}]", printed, corrected, run.truth.transport(2, 5)
    )


def printed_21(rec: Recording, first: int, last: int) -> np.ndarray:
    """(d, d): the order of the indices turned round, and a sum over the given unit o as well, so that
    all columns are the same."""
    W, slopes = rec.theta["W_r"], 1 - rec["r"] ** 2
    product = np.eye(len(W))
    for n in range(first, last):
        product = product @ (slopes[n][:, None] * W)
    return np.tile(product.sum(1, keepdims=True), len(W))


def sum_over_paths(seed: int) -> Check:
    """(23): ten units at rest, every factor |f' W| below 1, ten steps; printed: the largest possible
    product of ten factors."""
    W = np.random.default_rng(seed).uniform(0.85, 0.95, (10, 10))
    theta = {"W_r": W, "W_x": np.zeros((10, 1)), "theta_s": np.zeros(10)}
    run = Instance(RNN, theta, np.zeros((11, 1)), np.zeros((11, 10)))
    printed = np.full_like(W, W.max() ** 10)
    corrected = error_transport(run.rec, 0, 10)
    return compare(
        "dtheta_v(0)/dtheta_o(10), [v, o] = [{}]", printed, corrected, run.truth.transport(0, 10)
    )


ROWS = (
    Erratum(
        "002-1",
        "Section 3.4",
        "E",
        wrong="The squashing function of the text, 1/(1 - e^-ls), has a pole at 0 and leaves 0 .. 1;"
        " its slope is said to be set by the threshold.",
        right="1/(1 + e^-ls), as in the formula above it; l sets the slope.",
        check=squashing,
    ),
    Erratum(
        "002-2",
        "Section 4, Delta W_ih",
        "E",
        wrong="The second line has a minus, and contradicts the third.",
        right="+ eta sum of theta_o W_ho y_h (1 - y_h) y_i.",
        check=hidden_weights,
    ),
    Erratum(
        "002-3",
        "Eq 11, 12",
        "E",
        wrong="11 defines the error signal as +dE/dz, 12 computes -dE/dz: with the update below them"
        " the error ascends. And 11 has the error of one step where the total one is meant.",
        right="theta = -dE_total/dz, and Delta W = + eta sum of theta X.",
        check=ascent,
    ),
    Erratum(
        "002-4",
        "Eq 12, 20",
        "E",
        wrong="An error enters at the last step alone, though E sums over all steps.",
        right="theta_u(t) = f'(z_u(t)) (e_u(t) + sum of W_ku theta_k(t+1)).",
        check=last_error_alone,
    ),
    Erratum(
        "002-5",
        "Eq 14",
        "E",
        wrong="The second line keeps the minus that dE/dy = -(d - y) has used up.",
        right="+ eta sum of (d_k - y_k) dy_k/dW.",
        check=rtrl_sign,
    ),
    Erratum(
        "002-6",
        "Eq 21",
        "E",
        wrong="The indices of W are turned round, and the sums include the unit o, which is given.",
        right="W of u_(t-1) from u_t in the convention of 7; sums from u_(t'+1) on.",
        check=paths_of_an_error,
    ),
    Erratum(
        "002-7",
        "Eq 22, 23",
        "E",
        wrong="The size of single factors is to decide growth or decay; what arrives is a sum over"
        " all paths.",
        right="The norm of diag(f') W^T is what bounds a step.",
        check=sum_over_paths,
    ),
    Erratum(
        "002-14",
        "Sections 3.3, 4",
        "I",
        wrong="Both learning rules are said to converge, and one to fail where classes can't be"
        " separated; a network with one hidden layer more is said to have three output layers.",
        right="The perceptron rule converges for separable classes.",
        unchecked="a matter of words",
    ),
)
