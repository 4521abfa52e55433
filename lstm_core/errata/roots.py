"""Errata 1-9: document 000, Sections II and III. The RNN from a differential equation, unrolling."""

from __future__ import annotations

import numpy as np

from lstm_core.analysis.jacobians import step_jacobians
from lstm_core.analysis.spectra import spectral_radius
from lstm_core.cells import CELLS
from lstm_core.errata.erratum import Check, Erratum, compare
from lstm_core.errata.instances import RNN, Instance, random_instance, zeros
from lstm_core.unroll import unroll


def eigenvalues_of_the_sum(seed: int) -> Check:
    """Errata 1: a scalar RNN, started far out, against the rate W_s + W_r of small signals."""
    rng, steps = np.random.default_rng(seed), 40
    cell = CELLS["rnn_canonical"]
    theta = zeros(cell, 1)
    theta["W_s"][:] = rng.uniform(1.15, 1.25)
    theta["W_r"][:] = rng.uniform(0.65, 0.75) - theta["W_s"]
    nothing = np.zeros((steps, 1))
    run = Instance(cell, theta, nothing, nothing, {"s": [10.0]}, {})
    printed = (theta["W_s"] + theta["W_r"]).item() ** steps
    corrected = np.linalg.multi_dot(step_jacobians(run.rec))
    truth = run.truth.jacobian("s", steps - 1, "s[-1]")
    return compare("ds[39]/ds[-1], started at s[-1] = 10", printed, corrected.item(), truth.item())


def approximate_state_weights(seed: int) -> Check:
    """Errata 2: W_s of (25) with dT = 1 for a_ii between -20 and -5, against -A^-1."""
    a = np.random.default_rng(seed).uniform(5, 20, 4)
    printed = printed_state_weights(-np.diag(a))
    return compare("W_s[{}]", printed, np.diag(1 / (1 + a)), implicit_steps(-np.diag(a)))


def printed_state_weights(A: np.ndarray, dT: float = 1.0) -> np.ndarray:
    """W_s as the text before (32) has it, -A^-1 for dT = 1; for another, -(dT A)^-1."""
    return -np.linalg.inv(dT * A)


def implicit_steps(A: np.ndarray) -> np.ndarray:
    """The step s' -> s of (23) with dT = 1 and nothing but A, s = s' + A s, solved for s."""
    return np.linalg.solve(np.eye(len(A)) - A, np.eye(len(A)))


def diagonal_modes(seed: int) -> Check:
    """Errata 3: W_r = -A^-1 B with unequal a_ii and a symmetric B that isn't diagonal; mu_i =
    lambda_i / |a_ii| in the order of their size, as the text pairs them."""
    rng = np.random.default_rng(seed)
    a = np.array([rng.uniform(90, 110), rng.uniform(18, 22)])
    off = rng.uniform(38, 42)
    B = np.array([[rng.uniform(48, 52), off], [off, rng.uniform(48, 52)]])
    W_r = B / a[:, None]
    printed = np.max(printed_modes(-np.diag(a), B))
    nothing = np.zeros((2, 2))
    run = Instance(RNN, zeros(RNN, 2) | {"W_r": W_r}, nothing, nothing)
    corrected = spectral_radius(W_r)
    truth = np.abs(np.linalg.eigvals(run.truth.jacobian("s", 1, "s", 0))).max()
    return compare("largest |eigenvalue| of the RNN at rest", printed, corrected, truth)


def printed_modes(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    """mu_i = lambda_i / |a_ii| as the text after (33) has it, the largest lambda first: (d,)."""
    return np.linalg.eigvalsh(B)[::-1] / np.abs(np.diag(A))


def positive_eigenvalues(seed: int) -> Check:
    """Errata 4: 300 scalar RNNs, W_r = mu between -1.5 and 1.5: how many are stable. Truth: those
    that a small state decays in."""
    mu = np.random.default_rng(seed).uniform(-1.5, 1.5, 300)
    start = np.full(300, 1e-6)
    theta = zeros(RNN, 300, d_x=1) | {"W_r": np.diag(mu)}
    s = unroll(RNN, theta, np.zeros((100, 1)), {"r": start})["s"]
    printed, corrected = np.sum((mu > 0) & (mu < 1)), np.sum(np.abs(mu) < 1)
    truth = np.sum(np.abs(s[-1]) < np.abs(start))
    return compare("stable ones among 300 scalar RNNs", printed, corrected, truth)


def impulse_response(seed: int) -> Check:
    """Errata 5: s[4] of Example 1 (36). Truth: the nested expression with all four W_r."""
    run = random_instance(RNN, seed, K=5, theta_s=np.zeros(4))
    W_r, start = run.theta["W_r"], run.theta["W_x"] @ np.ones(4)
    impulse = np.zeros((5, 4))
    impulse[0] = 1
    corrected = unroll(RNN, run.theta, impulse)["s"][4]
    return compare("s[4], unit {}", nested(W_r, start, 3), corrected, nested(W_r, start, 4))


def nested(W_r: np.ndarray, start: np.ndarray, times: int) -> np.ndarray:
    """W_r G(W_r G(.. G(start))), with ``times`` times W_r (36)."""
    return start if times == 0 else W_r @ np.tanh(nested(W_r, start, times - 1))


def segment_limits(seed: int) -> Check:
    """Errata 6: three segments of a sequence, cut by (46) and added up again by (37)."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(2, 4, 3)
    N, starts = int(lengths.sum()), np.cumsum([0, *lengths[:-1]])
    v, n = rng.uniform(1, 6, N), np.arange(N)
    printed = sum(np.where(n >= j, v, 0) for j in starts)  # (46) with its upper limit N-1
    corrected = sum(
        np.where((n >= j) & (n <= j + length - 1), v, 0)
        for j, length in zip(starts, lengths, strict=True)
    )
    return compare("sum of the segments at n = {}", printed, corrected, v)


ROWS = (
    Erratum(
        "000-1",
        "before Eq 32",
        "I",
        wrong="Eigenvalues of W_s + W_r inside the unit circle are taken to decide stability. They"
        " speak for small signals only: W_s = 1.2, W_r = -0.5 diverges from 10, and W_r = 2 stays"
        " bounded.",
        right="The local statement is about W_s + W_r diag(G'(s*)).",
        check=eigenvalues_of_the_sum,
        code="The Jacobian of each step is W_s + W_r diag(G'(s)) at the state before it; *Stability*"
        " shows both sets of eigenvalues, with both counterexamples as presets.",
        files=("lstm_core/analysis/jacobians.py", "explorer/stability.py"),
    ),
    Erratum(
        "000-2",
        "Eq 25 to 32",
        "I",
        wrong="W_s is replaced by -A^-1, entries 1/|a_ii|: off by 1/|a_ii|, which is 10 % at 10.",
        right="With dT = 1 the entries are 1/(1 + |a_ii|).",
        check=approximate_state_weights,
        code="`discretise` has the inverse of (25); *Roots* shows the approximation beside it.",
        files=("lstm_core/delay_equation.py", "explorer/roots.py"),
    ),
    Erratum(
        "000-3",
        "after Eq 33",
        "E",
        wrong="The matrix that decides stability is taken to be diagonal with mu_i = lambda_i/|a_ii|"
        " for any symmetric B. A system called stable can be unstable.",
        right="It is diagonal only if B is, or if A is a multiple of I; else the eigenvalues are"
        " those of -A^-1 B.",
        check=diagonal_modes,
        code="The eigenvalues of the whole matrix are taken; a preset of *Roots* has two units that"
        " are called stable and grow.",
        files=("lstm_core/analysis/spectra.py", "explorer/roots.py"),
    ),
    Erratum(
        "000-4",
        "after Eq 33",
        "E",
        wrong="Eigenvalues are asked to be positive; what counts is their modulus.",
        right="A small signal decays if and only if all |mu_i| < 1.",
        check=positive_eigenvalues,
        code="Eigenvalues are compared by modulus; a preset has -0.5 and -0.95.",
        files=("lstm_core/analysis/spectra.py", "explorer/stability.py"),
    ),
    Erratum(
        "000-5",
        "Eq 36",
        "E",
        wrong="The line of s[4] repeats that of s[3].",
        right="s[4] has one W_r G(.) more.",
        check=impulse_response,
        code="The response to an impulse is the cell's own; *Unrolling* draws it.",
        files=("explorer/unrolling.py",),
    ),
    Erratum(
        "000-6",
        "Eq 46",
        "E",
        wrong="A segment is let run to the end of the sequence, N-1; segments then overlap.",
        right="It ends at j(m) + K_m - 1, as in 52 and 58.",
        check=segment_limits,
        code="A window ends one step before the next begins; *Unrolling* asks what the printed limit"
        " gives.",
        files=("lstm_core/segments.py",),
    ),
    Erratum(
        "000-7",
        "Eq 64-67, 77, 215",
        "O",
        wrong="Strict signs in 0 < m < M-1, lost tildes, and Eq 215 is missing.",
        right="0 <= m <= M-1; 215 lists the parameters of the Augmented LSTM.",
        unchecked="lost in the extraction of the text",
    ),
    Erratum(
        "000-8",
        "after Eq 60; Eq 47",
        "I",
        wrong="Only a random vector or 0 is said to make segments independent; the map to the"
        " output is asked to be invertible, which a softmax is not.",
        right="Any start that does not depend on other segments will do, a learned one too.",
        unchecked="a matter of words",
        code="`unroll_segments` starts each segment from any values that are given, or carries them.",
        files=("lstm_core/segments.py",),
    ),
    Erratum(
        "000-9",
        "captions of Fig 1, 7, 9, 10",
        "I",
        wrong="For a bias as a further input the rows of W_x are said to grow.",
        right="Its columns grow by one.",
        unchecked="a matter of words",
    ),
)
