"""The 2-norms of many small matrices, against LAPACK's singular values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lstm_core as lc
from lstm_core.analysis.norms import largest_singular_values, stack_norms

LSTM = lc.CELLS["vanilla_lstm"]
PRECISION = 1e-10


def truth(matrices: np.ndarray) -> np.ndarray:
    return np.linalg.svd(matrices, compute_uv=False)[:, 0]


def assert_norms(matrices: np.ndarray) -> None:
    np.testing.assert_allclose(largest_singular_values(matrices), truth(matrices), rtol=PRECISION)


@pytest.mark.parametrize("d", range(1, 21))
def test_against_svd(d: int) -> None:
    rng = np.random.default_rng(d)
    plain = rng.normal(size=(200, d, d))
    stretched = plain * np.exp(3 * rng.normal(size=(200, 1, d)))
    assert_norms(np.concatenate([plain, stretched, plain @ stretched, np.linalg.qr(plain)[0]]))


@pytest.mark.parametrize("d", [1, 2, 8, 16])
def test_hard_cases(d: int) -> None:
    """No gap, no rank, a symmetry, and a largest direction that power iteration must not miss."""
    rng = np.random.default_rng(d)
    rotation = np.linalg.qr(rng.normal(size=(d, d)))[0]
    last = np.diag(np.where(np.arange(d) == d - 1, 1.0, 0.999999))
    matrices = [
        np.zeros((d, d)),
        np.eye(d),
        rotation,
        last,
        rotation @ last @ rotation.T,
        np.diag(np.linspace(0.5, 1, d)),
        np.outer(rotation[0], rotation[0]),
        np.ones((d, d)),
        np.triu(np.ones((d, d))),
        np.eye(d, k=1),
    ]
    assert_norms(np.array(matrices))


@pytest.mark.parametrize("size", [1e-320, 1e-305, 1e-200, 1e-160, 1e-150, 1e150, 1e160, 1e300])
def test_very_small_and_very_large(size: float) -> None:
    matrices = np.random.default_rng(0).uniform(-1, 1, (50, 5, 5))
    matrices[::7] = 0
    mixed = np.concatenate([matrices * size, matrices])
    wanted = np.concatenate([truth(matrices) * size, truth(matrices)])
    found = largest_singular_values(mixed)
    np.testing.assert_allclose(found, wanted, rtol=PRECISION, atol=1e-321)
    assert (found[wanted == 0] == 0).all()


def test_nothing_and_not_finite() -> None:
    assert largest_singular_values(np.zeros((0, 3, 3))).shape == (0,)
    matrices = np.ones((3, 2, 2))
    matrices[0, 1, 1], matrices[1, 0, 1] = np.nan, -np.inf
    np.testing.assert_array_equal(largest_singular_values(matrices), [np.nan, np.inf, 2.0])


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_any_singular_values(data: Any) -> None:
    """Matrices made from their singular values, close ones and equal ones among them."""
    d = data.draw(st.integers(1, 12))
    values = st.one_of(st.floats(1e-8, 1e8), st.sampled_from([0.0, 1.0, 1 - 1e-9, 1 - 1e-5]))
    diagonal = np.array(data.draw(st.lists(values, min_size=d, max_size=d)))
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    left, right = np.linalg.qr(rng.normal(size=(2, d, d)))[0]
    found = largest_singular_values((left * diagonal @ right)[None])
    np.testing.assert_allclose(found, diagonal.max(), rtol=PRECISION)


@pytest.mark.parametrize("ord", [1, np.inf, "fro"])
def test_other_norms(ord: Any) -> None:
    matrices = np.random.default_rng(0).normal(size=(9, 4, 4))
    wanted = np.linalg.norm(matrices, ord, axis=(-2, -1))
    np.testing.assert_allclose(stack_norms(matrices, ord), wanted, rtol=1e-14)


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"recurrent": "orthogonal", "forget_bias": 1.0},
        {"spectral_radius": 1.5},
        {"forget_bias": 3.0},
    ],
)
@pytest.mark.parametrize("kind", ["exact", "paper"])
@pytest.mark.parametrize(("steps", "d_s"), [(1, 1), (1, 3), (2, 3), (16, 4), (17, 4), (50, 8)])
def test_of_a_transport(steps: int, d_s: int, kind: str, how: dict[str, Any]) -> None:
    """The whole matrix against the 2-norms of single transports, over the edges of the blocks."""
    theta = lc.init_params(LSTM, d_x=2, d_s=d_s, **how)
    rec = lc.unroll(LSTM, theta, np.random.default_rng(1).normal(size=(steps, 2)))
    norms = lc.transport_norms(rec, kind)
    assert np.isnan(norms[np.tril_indices(steps, -1)]).all()
    for n in range(0, steps, 5):
        for l in range(n, steps, 3):
            wanted = np.linalg.norm(lc.error_transport(rec, n, l, kind), 2)
            assert norms[n, l] == pytest.approx(wanted, rel=PRECISION, abs=0)


def test_singular_values_that_are_far_apart() -> None:
    matrices = np.stack(
        [np.diag([1e-9, 10.0**-far, 10.0 ** -(far / 2), 0.0]) for far in range(9, 300, 7)]
    )
    found = largest_singular_values(matrices.copy())
    np.testing.assert_allclose(found, np.linalg.norm(matrices, 2, axis=(-2, -1)), rtol=1e-12)
