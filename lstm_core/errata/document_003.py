"""Errata of document 003, without 11 (see gru.py): the RNN and its back propagation.

h_t = tanh(W h_(t-1) + U x_t + b_i) is the standard RNN with i = s, h = r, W = W_r; y_t = V h_t + b_y.
"""

from __future__ import annotations

import math

import numpy as np

from lstm_core.errata.erratum import Check, Erratum, compare
from lstm_core.errata.instances import RNN, Instance, random_instance
from lstm_core.records import Recording
from lstm_core.unroll import unroll


def with_readout(seed: int) -> Instance:
    """A random RNN whose explicit errors are V^T dL/dy."""
    run = random_instance(RNN, seed)
    V = 0.5 * np.random.default_rng([seed, 1]).normal(size=(4, 4))
    return Instance(run.cell, run.theta, run.x, run.g @ V)


def inner_product_slope(seed: int) -> Check:
    """Errata 1: (14), (18) with all else right."""
    run = with_readout(seed)
    rec, W = run.rec, run.theta["W_r"]
    h = rec["r"]
    slopes = printed_18(rec)
    delta, arriving = np.zeros_like(h), np.zeros_like(h[0])
    for t in range(len(h) - 1, -1, -1):
        delta[t] = run.g[t] + arriving
        arriving = W.T @ (slopes[t] * delta[t])
    printed = (slopes[:, None] * delta).T @ rec.previous("r")
    return compare("dL/dW[{}]", printed, run.back.d_theta["W_r"], run.truth.gradient("W_r"))


def printed_18(rec: Recording) -> np.ndarray:
    """The number 1 - h^T h of (14) and (18), which multiplies I, for every step: (K,)."""
    return 1 - (rec["r"] ** 2).sum(1)


def weights_first(seed: int) -> Check:
    """Errata 2: the Jacobian of (13) and (14)."""
    run = random_instance(RNN, seed)
    W, h = run.theta["W_r"], run.rec["r"][5]
    printed = W * printed_18(run.rec)[5]
    corrected = (1 - h**2)[:, None] * W
    return compare("dh_5/dh_4, entry {}", printed, corrected, run.truth.jacobian("r", 5, "r", 4))


def untransposed_errors(seed: int) -> Check:
    """Errata 3: (11) with the right Jacobians, which multiply a column as they stand."""
    run = with_readout(seed)
    return compare(
        "delta[{}]", printed_11(run.rec, run.g), run.back["chi"], run.truth.gradient("r")
    )


def printed_11(rec: Recording, g: np.ndarray) -> np.ndarray:
    """delta (K, d) by (11) on columns: g[t] + (dh_(t+1)/dh_t) delta_(t+1), without a transpose."""
    W, h = rec.theta["W_r"], rec["r"]
    delta, arriving = np.zeros_like(h), np.zeros_like(h[0])
    for t in range(len(h) - 1, -1, -1):
        delta[t] = g[t] + arriving
        arriving = (1 - h[t] ** 2) * (W @ delta[t])  # (dh_t / dh_(t-1)) delta_t
    return delta


def last_term_alone(seed: int) -> Check:
    """Errata 5: dL_T/dW by (22), where dL_T depends on h_T alone."""
    run = random_instance(RNN, seed)
    run.g[:-1] = 0
    printed = np.outer(run.back["psi"][-1], run.rec["r"][-2])
    return compare("dL_T/dW[{}]", printed, run.back.d_theta["W_r"], run.truth.gradient("W_r"))


def power_of_eigenvalue(seed: int) -> Check:
    """Errata 8: a scalar unit with W = lambda = 0.98, started at 0.9 or close to it, after 50 steps;
    printed: lambda^t."""
    rng, steps = np.random.default_rng(seed), 50
    W = np.array([[0.98]])
    nothing = np.zeros((steps, 1))
    theta = {"W_r": W, "W_x": np.zeros((1, 1)), "theta_s": np.zeros(1)}
    error = nothing.copy()
    error[-1] = 1
    run = Instance(RNN, theta, nothing, error, {"r": rng.uniform(0.85, 0.95, 1)})
    printed = W.item() ** steps
    corrected, truth = run.back.d_initial["r"], run.truth.gradient("r[-1]")
    return compare("dh_50/dh_0", printed, corrected.item(), truth.item())


def exact_copy(seed: int) -> Check:
    """Errata 9: (25) with W = 0 and no input, 100 steps. Truth: tanh of tanh of .."""
    start = np.random.default_rng(seed).uniform(0.3, 0.9, 4)
    theta = {"W_r": np.eye(4), "W_x": np.zeros((4, 1)), "theta_s": np.zeros(4)}
    corrected = unroll(RNN, theta, np.zeros((100, 1)), {"r": start})["r"][-1]
    return compare("h_100, unit {}", start, corrected, [repeated_tanh(h, 100) for h in start])


def repeated_tanh(h: float, times: int) -> float:
    for _ in range(times):
        h = math.tanh(h)
    return h


ROWS = (
    Erratum(
        "003-1",
        "Eq 14, 18",
        "E",
        wrong="The derivative of tanh is (1 - h^T h) I, a number that can be negative.",
        right="diag(1 - h^2), element by element.",
        check=inner_product_slope,
    ),
    Erratum(
        "003-2",
        "Eq 13, 14",
        "T",
        wrong="di_(t+1)/dh_t is given as W^T, and the product in the wrong order.",
        right="dh_(t+1)/dh_t = diag(1 - h_(t+1)^2) W.",
        check=weights_first,
    ),
    Erratum(
        "003-3",
        "Eq 10, 11, 15",
        "T",
        wrong="Columns are multiplied by Jacobians that lack their transpose.",
        right="V^T dL/dy_t + (dh_(t+1)/dh_t)^T delta_(t+1).",
        check=untransposed_errors,
    ),
    Erratum(
        "003-4",
        "Eq 7, 10-15",
        "E",
        wrong="Index 1 is the present step in the loss and the earliest one in the gradients.",
        right="One direction for both.",
        unchecked="a matter of names",
    ),
    Erratum(
        "003-5",
        "Eq 22",
        "E",
        wrong="dL_t/dh stands for dL_T/dh; then all terms but t = T vanish.",
        right="dL_T/dh_T dh_T/dh_t dh_t/dtheta, summed over t.",
        check=last_term_alone,
    ),
    Erratum(
        "003-6",
        "after Eq 7; updates",
        "E",
        wrong="States and outputs are called parameters, and are updated by their gradients.",
        right="V, W, U, b_i and b_y are; delta_t is an intermediate.",
        unchecked="a matter of words",
    ),
    Erratum(
        "003-7",
        "after Eq 24",
        "E",
        wrong='"Less than one" stands for lambda > 1, "contrastive" for contractive.',
        right="Greater than one.",
        unchecked="a matter of words",
    ),
    Erratum(
        "003-8",
        "Eq 24",
        "I",
        wrong="The decomposition is one of symmetric W alone, and lambda^t leaves out the slopes.",
        right="The product of the one-step Jacobians.",
        check=power_of_eigenvalue,
    ),
    Erratum(
        "003-9",
        "Eq 25",
        "I",
        wrong="The state is said to be copied exactly; it is inside tanh, and decays with W = 0.",
        right="W + I has the eigenvalues lambda + 1.",
        check=exact_copy,
    ),
    Erratum(
        "003-10",
        "Eq 27",
        "E",
        wrong="Keeping is given tau = 1, forgetting a large tau.",
        right="A large tau keeps.",
        unchecked="two words exchanged",
    ),
    Erratum(
        "003-12",
        "Eq 39-41, 52",
        "?",
        wrong="Recurrence between gates is ascribed to Gers; ELMo's weights are called"
        " hyperparameters.",
        right="The weights are learned, s by a softmax.",
        unchecked="a matter of sources",
    ),
)
