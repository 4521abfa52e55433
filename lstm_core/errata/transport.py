"""Errata 24-29: document 000, Section VI-J. How an error travels through the Vanilla LSTM."""

from __future__ import annotations

import numpy as np

from lstm_core.analysis.spectra import spectral_radius
from lstm_core.analysis.transport import error_transport, transport_norms
from lstm_core.errata.erratum import Check, Erratum, compare
from lstm_core.errata.instances import LSTM, Instance, random_instance, zeros
from lstm_core.records import Recording
from lstm_core.unroll import unroll
from lstm_core.weights import to_torch

CLAIMED = 1.0  # the bound that the text claims for |s|, and for the norm of Q


def one_path(seed: int) -> Check:
    """Errata 24: over five steps; printed: the product (180), its transposes repaired."""
    run = random_instance(LSTM, seed)
    printed, corrected = error_transport(run.rec, 1, 6, "paper"), error_transport(run.rec, 1, 6)
    return compare("dpsi[1]/dpsi[6], entry {}", printed, corrected, run.truth.transport(1, 6))


def commuted_factors(seed: int) -> Check:
    """Errata 25: over one step."""
    run = random_instance(LSTM, seed)
    printed, corrected = printed_178(run.rec, 5), error_transport(run.rec, 4, 5, "paper")
    return compare("dpsi[4]/dpsi[5], entry {}", printed, corrected, run.truth.transport(4, 5))


def printed_178(rec: Recording, k: int) -> np.ndarray:
    """d psi[k-1] / d psi[k], (d_s, d_s), by (178) as printed: diagonals moved to the left, no
    transposes. (The text of document 000 is garbled there; document 001 has the same line.)"""
    W, s_prev = rec.theta, rec["s"][k - 1]
    g_cu, g_cs, u = rec["g_cu"][k], rec["g_cs"][k], rec["u"][k]
    g_cr, r = rec["g_cr"][k - 1], rec["r"][k - 1]
    inner = np.diag(g_cr * (1 - r**2)) + W["W_s_cr"] * (r * g_cr * (1 - g_cr))
    return (
        np.diag(u * g_cu * (1 - g_cu)) @ (W["W_v_cu"] @ inner + W["W_s_cu"])
        + np.diag(s_prev * g_cs * (1 - g_cs)) @ (W["W_v_cs"] @ inner + W["W_s_cs"])
        + np.diag(g_cu * (1 - u**2)) @ W["W_v_du"] @ inner
        + np.diag(g_cs)
    )


def held_gates(g_cs: float, g_cu: np.ndarray, W_v_du: np.ndarray) -> Instance:
    """An LSTM at rest, s = 0, with its gates held, (K, d_s), and the readout open."""
    theta = zeros(LSTM, len(W_v_du)) | {"W_v_du": W_v_du}
    nothing = np.zeros_like(g_cu)
    return Instance(LSTM, theta, nothing, nothing, {}, {"g_cs": g_cs, "g_cu": g_cu, "g_cr": 1.0})


def small_spectral_radius(seed: int) -> Check:
    """Errata 26: two units, updated in turn; printed: an error shrinks by the spectral radius of the
    one-step factors."""
    w, steps = np.random.default_rng(seed).uniform(1.8, 2.2), 10
    in_turn = np.eye(2)[np.arange(steps + 1) % 2]
    run = held_gates(0.5, in_turn, np.array([[0, w], [w, 0]]))
    factors = [error_transport(run.rec, k - 1, k, "paper") for k in range(1, steps + 1)]
    printed = np.prod(spectral_radius(np.stack(factors)))
    corrected = np.linalg.norm(error_transport(run.rec, 0, steps), 2)
    truth = np.linalg.norm(run.truth.transport(0, steps), 2)
    return compare("norm of dpsi[0]/dpsi[10]", printed, corrected, truth)


def bounded_state(seed: int) -> Check:
    """Errata 27: no peepholes, biases that open the gates of update and state; printed: s is at the
    output of G_d. Truth: torch.nn.LSTM."""
    drawn = random_instance(LSTM, seed, K=100)
    theta = drawn.theta | {"b_cs": np.full(4, 9.0), "b_cu": np.full(4, 9.0)}
    theta |= {name: np.zeros((4, 4)) for name in ("W_s_cu", "W_s_cs", "W_s_cr")}
    s = unroll(LSTM, theta, drawn.x)["s"]
    return compare(
        "|s[{}]|", np.full_like(s, CLAIMED), np.abs(s), np.abs(torch_states(theta, drawn.x))
    )


def torch_states(theta: dict[str, np.ndarray], x: np.ndarray) -> np.ndarray:
    """s at all steps, (K, d_s), by torch.nn.LSTM with the same weights, run step by step."""
    import torch

    lstm, state, rows = to_torch(LSTM, theta), None, []
    with torch.no_grad():
        for x_n in torch.tensor(x)[:, None]:
            _, state = lstm(x_n, state)
            rows.append(state[1][0])
    return np.stack(rows)


def norm_of_the_rest(seed: int) -> Check:
    """Errata 28, bullets 1 to 4: a scalar LSTM with all weights inside the bounds of the text and a
    state that has grown; printed: ||Q|| < 1."""
    run = grown_state(seed)
    g_cs = run.rec["g_cs"][-1].item()
    l = len(run.x) - 1
    corrected = error_transport(run.rec, l - 1, l, "paper").item() - g_cs
    truth = run.truth.transport(l - 1, l).item() - g_cs
    return compare("|Q(49, 50)|", CLAIMED, abs(corrected), abs(truth))


def grown_state(seed: int) -> Instance:
    """A state that grows for 50 steps, in one unit whose weights are all between 0.4 and 0.5."""
    rng = np.random.default_rng(seed)
    theta = zeros(LSTM, 1)
    for name, value in theta.items():
        if name[:3] in ("W_s", "W_v"):
            value[:] = rng.uniform(0.4, 0.5)
    return grow_and_let_go(theta, 51)


def grow_and_let_go(theta: dict[str, np.ndarray], steps: int) -> Instance:
    """All steps but the last add about 1 to the state; the last has a_cs = 0, where the state gate is
    most sensitive to the large state. x[:, 0] drives the candidate, the others the gates of update and
    state, unit by unit; ``theta`` may have any W_x, which are replaced."""
    d = len(theta["b_cs"])
    drive, gates = np.eye(1 + d)[:1].repeat(d, 0), np.eye(1 + d)[1:]
    theta = theta | {"W_x_du": drive, "W_x_cs": gates, "W_x_cu": gates, "W_x_cr": 0 * drive}
    x = np.full((steps, 1 + d), 40.0)
    x[:, 0] = 5.0
    before = unroll(LSTM, theta, x[:-1])
    s, v = before["s"][-1], before["v"][-1]
    x[-1, 1:] = -(theta["W_s_cs"] @ s + theta["W_v_cs"] @ v + theta["b_cs"])
    return Instance(LSTM, theta, x, np.zeros((steps, d)))


def gates_alone(seed: int) -> Check:
    """Errata 29: a scalar LSTM with ||Q|| = 0.5 or so, over ten steps; printed: (182)."""
    rng, steps = np.random.default_rng(seed), 10
    W_v_du, g_cs = rng.uniform(0.45, 0.55, (1, 1)), rng.uniform(0.88, 0.92)
    run = held_gates(g_cs, np.ones((steps + 1, 1)), W_v_du)
    printed = transport_norms(run.rec, "cec")[0, steps]
    corrected = transport_norms(run.rec)[0, steps]
    truth = np.linalg.norm(run.truth.transport(0, steps), 2)
    return compare("norm of dpsi[0]/dpsi[10]", printed, corrected, truth)


ROWS = (
    Erratum(
        "000-24",
        "Eq 175-180",
        "E",
        wrong="chi at one step also depends on chi at the next, through W_v_cr; the product of"
        " one-step factors leaves that path out.",
        right="The upper left block of the product of the joint factors of psi and chi.",
        check=one_path,
        code="`exact` follows every path, by the Jacobians of all that is carried; `paper` is the"
        " product 180, shown beside it.",
        files=("lstm_core/analysis/transport.py",),
    ),
    Erratum(
        "000-25",
        "Eq 177, 178",
        "E",
        wrong="The expanded one-step factor commutes matrices, and evaluates one slope at the wrong"
        " accumulation.",
        right="S[k] + M[k-1] V[k], with the transposes of 24.",
        check=commuted_factors,
        code="The one-step factor comes from the cell's own backward step, not from the expansion.",
        files=("lstm_core/analysis/jacobians.py", "lstm_core/analysis/transport.py"),
    ),
    Erratum(
        "000-26",
        "before Eq 181",
        "E",
        wrong="A spectral radius below 1 at every step is said to make the error fade. A product of"
        " such matrices can explode, when they differ from step to step.",
        right="Norms below a number below 1 are sufficient.",
        check=small_spectral_radius,
    ),
    Erratum(
        "000-27",
        "footnote 27",
        "E",
        wrong="s is counted among the signals at the output of G_d, and so as bounded; it isn't.",
        right="|u| <= 1 and |r| <= 1 alone; the norm of diag(u G_c') is at most 1/4.",
        check=bounded_state,
    ),
    Erratum(
        "000-28",
        "before Eq 182",
        "E",
        wrong="Four of the six conditions that are to make ||Q|| < 1 don't: the state is not bounded,"
        " and the large state that saturates the readout makes Q large.",
        right="||Q|| <= (1 + |W_s_cr|/4) ((|W_v_cu| + S |W_v_cs|)/4 + |W_v_du|) + (|W_s_cu| +"
        " S |W_s_cs|)/4, with S = max |s[k-1]| and |.| the 2-norm.",
        check=norm_of_the_rest,
    ),
    Erratum(
        "000-29",
        "Eq 182",
        "E",
        wrong="What passes beside the state (forget) gates is called negligible; an error can explode with"
        " every such gate below 1.",
        right="181 bounds one step; its product over the steps is no product of the gates.",
        check=gates_alone,
        code="`cec`, the product of the state (forget) gates, is shown beside `exact`; in a preset it says"
        " 0.04 where the truth is 24 000.",
        files=("lstm_core/analysis/transport.py", "explorer/why.py"),
    ),
)
