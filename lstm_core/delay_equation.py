"""From a delay differential equation to the RNN: document 000, Section II.

The equation ds/dt = A s + B r(t - tau) + C x + phi, r = tanh(s), its solution, and the canonical
RNN that backward Euler makes of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from lstm_core.arrays import quiet
from lstm_core.cells import CELLS
from lstm_core.given import finite, number, real, whole
from lstm_core.overflow import check_result
from lstm_core.room import check_room
from lstm_core.unroll import unroll

Theta = dict[str, np.ndarray]
Input = Callable[[float, int], Any]
"""x(t) within a delay: the time, and the number k of the delay, k tau <= t <= (k + 1) tau. At a time
between two delays x may jump, and k says on which side."""


@dataclass(frozen=True, eq=False)
class DelayEquation:
    """ds/dt = A s + B r(t - tau) + C x + phi, r = tanh(s) (14).

    A and B have shape (d, d), C (d, d_x), phi (d,): copies of what is handed in, read-only. Before
    t = 0 the state is what it is at 0.
    Raises ValueError for other shapes, numbers that are not finite, and a delay that is not positive.
    """

    A: np.ndarray
    B: np.ndarray
    C: np.ndarray
    phi: np.ndarray
    tau: float

    def __post_init__(self) -> None:
        for name, value in _checked(self.A, self.B, self.C, self.phi).items():
            value.flags.writeable = False
            object.__setattr__(self, name, value)
        object.__setattr__(self, "tau", number("tau", self.tau, 0, above=True))


def discretise(A: Any, B: Any, C: Any, phi: Any, dT: float) -> Theta:
    """The canonical RNN's parameters from those of the differential equation, sampled every ``dT``.

    W_s = (I - dT A)^-1 (25), W_r = dT W_s B (27), W_x = dT W_s C (28), theta_s = dT W_s phi (29): a
    step of the RNN is then a step of backward Euler with a delay of one step. A and B have shape
    (d, d), C (d, d_x), phi (d,). Raises ValueError for other shapes, numbers that are not finite, a
    step that is not positive, and one for which I - dT A has no inverse.
    """
    A, B, C, phi = _checked(A, B, C, phi).values()
    dT = number("dT", dT, 0, above=True)
    smaller = "take a smaller dT, or smaller numbers in A, B, C and phi"
    with quiet():
        step = check_result("dT A", np.eye(len(A)) - dT * A, smaller)
    try:
        W_s = np.linalg.inv(step)
    except np.linalg.LinAlgError as error:
        raise ValueError(
            f"dT = {dT:g} makes I - dT A singular, since A has the eigenvalue 1 / dT: take another dT"
        ) from error
    with quiet():
        theta = {
            "W_s": W_s,
            "W_r": dT * W_s @ B,
            "W_x": dT * W_s @ C,
            "theta_s": dT * W_s @ phi,
        }
    return {name: check_result(name, value, smaller) for name, value in theta.items()}


def delayed(theta: Theta, m: int) -> Theta:
    """A canonical RNN whose readout comes from ``m`` steps before, s = W_s s' + W_r r[n-m] + W_x x +
    theta_s, as a canonical RNN (30) of m d units: its state is s[n], s[n-1], .., s[n-m+1]."""
    m = whole("m", m, 1)
    if m == 1:
        return {name: np.array(value) for name, value in theta.items()}
    d, d_x = theta["W_x"].shape
    check_room(
        f"delayed: W_s and W_r of m = {m} times d = {d} units",
        2,
        m * d,
        m * d,
        remedy="take a smaller m, or sampled_states, which needs no such matrices",
    )
    W_s = np.eye(m * d, k=-d)  # each moves one place on
    W_s[:d, :d] = theta["W_s"]
    W_r = np.zeros((m * d, m * d))
    W_r[:d, -d:] = theta["W_r"]
    rest = (m - 1) * d
    return {
        "W_s": W_s,
        "W_r": W_r,
        "W_x": np.concatenate([theta["W_x"], np.zeros((rest, d_x))]),
        "theta_s": np.concatenate([theta["theta_s"], np.zeros(rest)]),
    }


def sampled_states(theta: Theta, x: np.ndarray, start: Any, m: int = 1) -> np.ndarray:
    """The states s[0] .. s[K] of the canonical RNN (30) with its readout from ``m`` steps before.

    ``theta``: as from ``discretise``; ``x``: (K, d_x), the input of the steps 1 .. K; ``start``: (d,),
    s[0] and all before it. Returns (K + 1, d). These are the first d units of ``delayed(theta, m)``; but
    within one delay, m steps, all readouts that are read are known, and are fed in as further inputs:
    far less to multiply.
    """
    cell, start = CELLS["rnn_canonical"], np.asarray(start, float)
    if m == 1:
        return np.concatenate([start[None], unroll(cell, theta, x, {"s": start})["s"]])
    fed = {
        "W_s": theta["W_s"],
        "W_r": np.zeros_like(theta["W_r"]),
        "W_x": np.concatenate([theta["W_x"], theta["W_r"]], axis=1),
        "theta_s": theta["theta_s"],
    }
    states, readouts = [start[None]], np.tile(np.tanh(start), (m, 1))
    for n in range(0, len(x), m):
        steps = x[n : n + m]
        read = np.concatenate([steps, readouts[: len(steps)]], axis=1)
        rec = unroll(cell, fed, read, {"s": states[-1][-1]})
        states.append(rec["s"])
        readouts = rec["r"]
    return np.concatenate(states)


def inputs_read(x: Input, tau: float, delays: int, m: int) -> np.ndarray:
    """The inputs of the steps 1 .. K with dT = tau / m: each reads x at its end, x[n] = x(n dT), as
    backward Euler does (23). Returns (K, d_x), K = delays m."""
    steps = range(1, whole("delays", delays, 0) * whole("m", m, 1) + 1)
    check_room(f"inputs_read: {len(steps)} steps", 4, len(steps), remedy="take a smaller m")
    return np.array([np.atleast_1d(x(n * tau / m, (n - 1) // m)) for n in steps], float)


def solve(
    equation: DelayEquation,
    x: Input,
    start: Any,
    delays: int,
    per_delay: int = 32,
    rtol: float = 1e-8,
) -> np.ndarray:
    """The solution of (14) on a grid, by the method of steps: within one delay the delayed readout is
    known from the delay before, and what remains is an ordinary differential equation, which SciPy
    solves (LSODA, which changes between a stiff and a non-stiff method).

    ``x``: the input; ``start``: (d,), s(0). Returns (delays * per_delay + 1, d), s at t = 0,
    tau / per_delay, .. The error is about ``rtol`` times the largest state. Needs SciPy. Raises
    ValueError if the solver gives up.
    """
    from scipy.integrate import solve_ivp

    A, B, C, phi, tau = equation.A, equation.B, equation.C, equation.phi, equation.tau
    s = np.asarray(start, float)
    first = B @ np.tanh(s)
    before: Callable[[float], np.ndarray] | None = None  # the solution over the last delay
    pieces = [s[None]]
    for k in range(delays):

        def slope(t: float, s: np.ndarray, k: int = k, before: Any = before) -> np.ndarray:
            back = first if before is None else B @ np.tanh(before(t - tau))
            return A @ s + back + C @ np.atleast_1d(x(t, k)) + phi

        grid = tau * (k + np.arange(per_delay + 1) / per_delay)
        found = solve_ivp(
            slope,
            (grid[0], grid[-1]),
            s,
            method="LSODA",
            t_eval=grid[1:],
            dense_output=True,
            rtol=rtol,
            atol=rtol / 10,
        )
        if not found.success:
            raise ValueError(
                f"The solver gives up at t = {grid[0]:g}: take a smaller A or a shorter delay."
            )
        pieces.append(found.y.T)
        before, s = found.sol, found.y[:, -1]
    return np.concatenate(pieces)


def distance(solution: np.ndarray, samples: np.ndarray) -> float:
    """The largest distance of any unit between the solution, (delays * per_delay + 1, d), and samples
    of it, (delays * m + 1, d), m a divisor of per_delay."""
    every = (len(solution) - 1) // (len(samples) - 1)
    return float(np.abs(solution[::every] - samples).max())


def _checked(A: Any, B: Any, C: Any, phi: Any) -> Theta:
    """Copies of the four as float64; ValueError unless their shapes fit and all numbers are finite."""
    given = {"A": A, "B": B, "C": C, "phi": phi}
    found = {name: np.array(real(name, value), float) for name, value in given.items()}
    if found["phi"].ndim != 1 or not len(found["phi"]):
        raise ValueError(f"phi must have shape (d,), one entry a unit; got {found['phi'].shape}")
    d = len(found["phi"])
    for name in ("A", "B", "C"):
        shape = found[name].shape
        if len(shape) != 2 or shape[0] != d or (name != "C" and shape[1] != d):
            symbols = "(d, d_x)" if name == "C" else "(d, d)"
            raise ValueError(
                f"{name} must have shape {symbols} with d = {d} as in phi; got {shape}"
            )
    for name, value in found.items():
        finite(name, value)
    return found
