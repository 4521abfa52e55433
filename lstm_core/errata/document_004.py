"""Errata of document 004: gamma memory, the RNN's back propagation, solved problems, parity.

a(t) = tansig(IW p(t) + LW a(t-1) + b) is the standard RNN with n = s, a = r, LW = W_r.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

import numpy as np

from lstm_core.errata.document_003 import printed_11
from lstm_core.errata.erratum import Check, Erratum, compare
from lstm_core.errata.instances import RNN, Instance, random_instance

Warp = Callable[[np.ndarray], np.ndarray]


def gamma_element(seed: int) -> Check:
    """Errata 1: 30 steps of (12.1); printed: its first equation. Truth: the convolution with the
    impulse response (12.2)."""
    rng = np.random.default_rng(seed)
    alpha, p = rng.uniform(0.2, 0.5), rng.normal(size=30)
    corrected = np.zeros(31)
    for t in range(1, 31):
        corrected[t] = alpha * p[t - 1] + (1 - alpha) * corrected[t - 1]
    response = alpha * (1 - alpha) ** np.arange(30)
    return compare("a({})", alpha * p, corrected[1:], np.convolve(p, response)[:30])


def untransposed_step(seed: int) -> Check:
    """Errata 2: (12.9) as printed, the same recursion as (11) of document 003."""
    run = random_instance(RNN, seed)
    printed = printed_11(run.rec, run.g)
    return compare("dF/da({})", printed, run.back["chi"], run.truth.gradient("r"))


def early_slope(seed: int) -> Check:
    """Errata 3: a scalar unit with lw = 0.8, an error at the last of 10 steps alone; at the step
    where printed and truth differ by the largest factor."""
    rng, K = np.random.default_rng(seed), 10
    theta = {"W_r": np.array([[0.8]]), "W_x": np.ones((1, 1)), "theta_s": np.zeros(1)}
    error = np.zeros((K, 1))
    error[-1] = 1
    run = Instance(RNN, theta, 2 * rng.normal(size=(K, 1)), error)
    printed = printed_12_35(run)
    t = int(np.abs(np.log(printed / run.back["chi"])).argmax())
    corrected, truth = run.back["chi"][t, 0], run.truth.gradient("r")[t, 0]
    return compare(f"dF/da({t})", printed[t, 0], corrected, truth)


def printed_12_35(run: Instance) -> np.ndarray:
    """dF/da(t), (K, 1), by (12.35): the slope at n(t)."""
    slopes, lw = 1 - run.rec["r"] ** 2, run.theta["W_r"].item()
    dF_da, later = np.zeros_like(run.g), np.zeros(1)
    for t in range(len(run.g) - 1, -1, -1):
        dF_da[t] = later = run.g[t] + slopes[t] * lw * later
    return dF_da


PRINTED_A2_3 = (-5, 32)  # what P12.2 ends with


def narx_by_hand(seed: int) -> Check:
    """Errata 5: the two steps of P12.2. Truth: whole numbers, row by row."""
    IW1, IW2 = [[1, -1], [-2, 2]], [[3, 1], [1, -3]]
    FB1, FB2, b1 = [[1, -2], [2, 1]], [[1, 3], [-3, 1]], [1, -2]
    LW, b2, p = [[2, -1], [1, -2]], [-2, 1], [[1, 0], [2, 1], [1, 2], [2, 3]]
    wide, a2 = np.hstack([IW1, IW2, FB1, FB2]), [np.zeros(2), np.zeros(2)]
    exact: list[list[int]] = [[0, 0], [0, 0]]
    for t in (2, 3):
        seen = np.concatenate([p[t - 1], p[t - 2], a2[t - 1], a2[t - 2]])
        a2.append(LW @ np.maximum(wide @ seen + b1, 0) + b2)
        terms = ((IW1, p[t - 1]), (IW2, p[t - 2]), (FB1, exact[t - 1]), (FB2, exact[t - 2]))
        a1 = [max(0, b1[i] + sum(dot(W[i], vector) for W, vector in terms)) for i in range(2)]
        exact.append([b2[i] + dot(LW[i], a1) for i in range(2)])
    return compare("a2(3), entry {}", PRINTED_A2_3, a2[3], exact[3])


def dot(row: list[int], vector: list[int]) -> int:
    return sum(a * b for a, b in zip(row, vector, strict=True))


def parity_activations(seed: int) -> Check:
    """Errata 8: all bit strings of length 1 to 10, by the weights (12.36); printed: the activations
    of (12.4) and (12.5), which are the last that the text has named. Truth: their number."""
    printed = sum(right_parities(bits, np.tanh, lambda n: n) for bits in bit_strings())
    corrected = sum(right_parities(bits, hardlim, hardlim) for bits in bit_strings())
    return compare("right ones of all strings", printed, corrected, sum(map(len, bit_strings())))


def bit_strings() -> Iterator[np.ndarray]:
    """For every length from 1 to 10 all strings of bits, (2^length, length)."""
    return (np.array(list(product((0, 1), repeat=length))) for length in range(1, 11))


def hardlim(n: np.ndarray) -> np.ndarray:
    return (n >= 0).astype(float)


def right_parities(bits: np.ndarray, f1: Warp, f2: Warp) -> int:
    """For how many of the strings (B, length) the output is on the right side of 1/2 at every step."""
    IW, LW11, b1 = np.ones(2), np.array([[1.0, -1.0], [1.0, -1.0]]), np.array([-0.5, -1.5])
    LW21, b2 = np.array([1.0, -1.0]), -0.5
    a1, right = np.zeros((len(bits), 2)), np.ones(len(bits), bool)
    for p, parity in zip(bits.T, bits.cumsum(1).T % 2, strict=True):
        a1 = f1(p[:, None] * IW + a1 @ LW11.T + b1)
        right &= (f2(a1 @ LW21 + b2) > 0.5) == parity
    return int(right.sum())


ROWS = (
    Erratum(
        "004-1",
        "Eq 12.1",
        "E",
        wrong="A second = stands where the two terms are added.",
        right="a(t) = alpha p(t-1) + (1 - alpha) a(t-1), as in P12.3.",
        check=gamma_element,
    ),
    Erratum(
        "004-2",
        "Eq 12.9, 12.12, 12.13",
        "T",
        wrong="The derivative by the step before lacks its transpose.",
        right="[d a(t+1) / d a(t)^T]^T dF/da(t+1).",
        check=untransposed_step,
    ),
    Erratum(
        "004-3",
        "Eq 12.35",
        "E",
        wrong="The slope is taken at n(t).",
        right="At n(t+1).",
        check=early_slope,
    ),
    Erratum(
        "004-4",
        "P12.1",
        "E",
        wrong="The second layer reads a1(t-d), with a d that is not defined there.",
        right="a1(t): it has no delays.",
        unchecked="a slip of symbols",
    ),
    Erratum(
        "004-5",
        "P12.2",
        "E",
        wrong="n1(2), n1(3) and a2(3) are miscalculated, and a2(3) does not follow from n1(3).",
        right="n1(2) = [5, -3], n1(3) = [3, 21], a2(3) = [-17, -38].",
        check=narx_by_hand,
        fixed=True,
    ),
    Erratum(
        "004-6",
        "Eq 12.32",
        "?",
        wrong="0.5^(t-1) for t > 0 assumes an impulse at t = 1, or a delayed input.",
        right="With 12.4 and an impulse at 0: 0.5^t for t >= 0.",
        unchecked="the text does not say where the impulse is",
    ),
    Erratum(
        "004-7",
        "before the gamma memory",
        "I",
        wrong="Standard back propagation is said not to do for distributed delays.",
        right="Two causal convolutions: it gives the exact gradient.",
        unchecked="a claim that something can't be done: it prints no number",
    ),
    Erratum(
        "004-8",
        "Eq 12.36",
        "I",
        wrong="The activations that go with the weights are not stated.",
        right="Hard limits, 0 or 1, in both layers.",
        check=parity_activations,
        fixed=True,
    ),
)
