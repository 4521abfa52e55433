"""Errata 10-13: document 000, Section IV. Back propagation through time in the standard RNN."""

from __future__ import annotations

import numpy as np

from lstm_core.analysis.transport import error_transport
from lstm_core.errata.erratum import Check, Erratum, compare
from lstm_core.errata.instances import RNN, Instance, random_instance
from lstm_core.records import Recording


def naive_gradient(seed: int) -> Check:
    """Errata 10: the naive value of chi at the last step, where nothing else is missing in it."""
    run = random_instance(RNN, seed)
    printed = run.g[-1] * (1 - run.rec["r"][-1] ** 2)
    return compare("chi[7], unit {}", printed, run.back["chi"][-1], run.truth.gradient("r")[-1])


def untransposed_recurrence(seed: int) -> Check:
    """Errata 11."""
    run = random_instance(RNN, seed)
    printed = printed_84(run.rec, run.g)
    return compare("psi[{}]", printed, run.back["psi"], run.truth.gradient("s"))


def printed_84(rec: Recording, g: np.ndarray) -> np.ndarray:
    """psi (K, d_s) by (82) to (85) as printed: W_r without its transpose."""
    psi = np.zeros_like(g)
    psi_next = np.zeros_like(g[0])  # (85)
    for n in range(len(g) - 1, -1, -1):
        chi = g[n] + rec.theta["W_r"] @ psi_next  # (82)
        psi[n] = psi_next = chi * (1 - rec["r"][n] ** 2)  # (83)
    return psi


def late_slopes(seed: int) -> Check:
    """Errata 12: over six steps."""
    run = random_instance(RNN, seed)
    printed, corrected = printed_91(run.rec, 0, 6), error_transport(run.rec, 0, 6)
    return compare("dpsi[0]/dpsi[6], entry {}", printed, corrected, run.truth.transport(0, 6))


def printed_91(rec: Recording, n: int, l: int) -> np.ndarray:
    """d psi[n] / d psi[l], (d_s, d_s), by (91) as printed: W_r without its transpose, G' at s[k]."""
    product = np.eye(rec.state.shape[-1])
    for k in range(n + 1, l + 1):
        product = product @ (rec.theta["W_r"] * (1 - rec["r"][k] ** 2))
    return product


def non_normal(seed: int, drive: float) -> Instance:
    """W_r = [[0.9, 5], [0, 0.8]] or close to it, and an input of size ``drive``; 11 steps."""
    rng = np.random.default_rng(seed)
    W_r = np.array([[rng.uniform(0.88, 0.92), rng.uniform(4.5, 5.5)], [0, rng.uniform(0.78, 0.82)]])
    theta = {"W_r": W_r, "W_x": np.eye(2), "theta_s": np.zeros(2)}
    return Instance(RNN, theta, drive * rng.normal(size=(11, 2)), np.zeros((11, 2)))


def norm_from_eigenvalues(seed: int) -> Check:
    """Errata 13: eigenvalues below 1, the 2-norm over six steps; printed: the norm of W_r taken to
    be its largest eigenvalue, and the power of (93) taken for the norm itself."""
    run = non_normal(seed, drive=0.02)
    printed = np.abs(np.linalg.eigvals(run.theta["W_r"])).max() ** 6
    corrected = np.linalg.norm(error_transport(run.rec, 0, 6), 2)
    truth = np.linalg.norm(run.truth.transport(0, 6), 2)
    return compare("norm of dpsi[0]/dpsi[6]", printed, corrected, truth)


ROWS = (
    Erratum(
        "000-10",
        "after Eq 80",
        "E",
        wrong="The error of one step, times G', is offered as a first guess for chi; it is one for"
        " psi.",
        right="For chi the naive value is dE/dr[n] alone.",
        check=naive_gradient,
        code="The explicit part dE/dr[n] enters chi; G' comes in on the way to psi.",
        files=("lstm_core/cells/rnn_canonical.py",),
    ),
    Erratum(
        "000-11",
        "Eq 82, 84",
        "T",
        wrong="W_r lacks its transpose.",
        right="chi[n] = dE/dr[n] + W_r^T psi[n+1].",
        check=untransposed_recurrence,
        code="The transposed weights carry the error back.",
        files=("lstm_core/backpropagate.py", "lstm_core/cells/rnn_canonical.py"),
    ),
    Erratum(
        "000-12",
        "Eq 91",
        "T, E",
        wrong="W_r lacks its transpose, and G' is taken one step late.",
        right="The product over k = n+1 .. l of diag(G'(s[k-1])) W_r^T.",
        check=late_slopes,
        code="The factors are diag(G'(s[k-1])) W_r^T, k = n+1 leftmost.",
        files=("lstm_core/analysis/transport.py",),
    ),
    Erratum(
        "000-13",
        "Eq 92, 93",
        "E",
        wrong="The power of the norm is no estimate but an upper bound; eigenvalues below 1 don't"
        " make the norm of a non-normal matrix smaller than 1, nor does a violated condition make it"
        " grow.",
        right="<= instead of ~, norms instead of eigenvalues, and G' <= 1.",
        check=norm_from_eigenvalues,
        code="`norm_bound` is a bound, from norms; a preset has eigenvalues 0.9 and 0.8 and an error"
        " that grows to 13.5 times its size before it decays.",
        files=("lstm_core/analysis/transport.py", "explorer/why.py"),
    ),
)
