"""A Vanilla LSTM's weights inside an Augmented one: what there is is kept, the rest is drawn."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from lstm_core.arrays import NumpyArrays
from lstm_core.cells import CELLS
from lstm_core.checks import checked_theta
from lstm_core.given import named, whole
from lstm_core.initialise import identity, orthogonal
from lstm_core.records import unknown
from lstm_core.room import check_room

PROJECTIONS = {"identity": identity, "orthogonal": orthogonal}


def augmented_params(
    theta: Mapping[str, np.ndarray],
    seed: int = 0,
    *,
    L: int = 1,
    d_v: int | None = None,
    projection: str = "identity",
) -> dict[str, np.ndarray]:
    """Parameters of an Augmented LSTM around those of a Vanilla LSTM (215).

    Every weight that both have is the Vanilla one: the first tap of a window (188), W_s_*, the
    biases, and the first d_v columns of W_v_*. Further taps and what leads to the input gate are
    drawn from U(-b, b) with b = sqrt(6 / (d_s + width of what is read)), the gate's bias is 0. With L = 1,
    d_v = d_s, the identity and g_cx = 1 both cells are the same.

    Args:
        theta: the Vanilla LSTM's parameters.
        seed: of what is drawn, which is the same whatever L and d_v are.
        L: taps of the windows, 1 or more.
        d_v: width of the value, from 1 to d_s (d_s when None).
        projection: the first d_v rows of the ``identity`` or of a random ``orthogonal`` matrix are
            W_q_dr, (d_v, d_s) (214).

    Returns: arrays of their own, in float64.
    Raises:
        KeyError, ValueError: what is no ``theta`` of a Vanilla LSTM; an unknown projection; L or d_v
            out of range; windows for which there is no room (``lstm_core.room``).
    """
    given = named("theta", theta)
    theta, sizes = checked_theta(CELLS["vanilla_lstm"], given, NumpyArrays(np.dtype(np.float64)))
    d_s, d_x = sizes["d_s"], sizes["d_x"]
    seed = whole("seed", seed, 0)
    L = whole("L", L, 1)
    d_v = d_s if d_v is None else whole("d_v", d_v, 1, d_s)
    if not isinstance(projection, str) or projection not in PROJECTIONS:
        raise unknown("projection", projection, PROJECTIONS)
    check_room(
        f"augmented_params: windows of L = {L} taps", 5, L, d_s, d_x, remedy="take a smaller L"
    )
    found: dict[str, np.ndarray] = {}
    for i, param in enumerate(CELLS["augmented_lstm"].params.values()):
        rng = np.random.default_rng([seed, i])
        kept = theta.get(param.name)
        if param.is_window:
            taps = _drawn(rng, (L, d_s, d_x))
            if kept is not None:
                taps[0] = kept
            found[param.name] = taps
        elif param.source == "q":
            found[param.name] = PROJECTIONS[projection](rng, (d_s, d_s))[:d_v]
        elif param.is_bias:
            found[param.name] = np.zeros(d_s) if kept is None else kept
        else:
            matrix = _drawn(rng, (d_s, d_s)) if kept is None else kept
            found[param.name] = matrix[:, :d_v] if param.source == "v" else matrix
    return found


def _drawn(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    bound = np.sqrt(6 / sum(shape[-2:]))
    return rng.uniform(-bound, bound, shape)
