"""The array operations of a step."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from lstm_core.arrays import NumpyArrays


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_not_finite_is_found_and_a_large_one_is_not_taken_for_it(
    dtype: type, bad: float
) -> None:
    arrays = NumpyArrays(np.dtype(dtype))
    largest = np.full((7, 9), np.finfo(dtype).max, dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert arrays.finite([])
        assert arrays.finite([np.zeros((0, 3), dtype), largest, largest.T, -largest[:, 2:5]])
        for size in (1, 2, 3, 5, 8, 17, 100, 1001):
            values = np.full(size, np.finfo(dtype).max / 2, dtype)
            assert arrays.finite([values])
            values[size // 2] = bad
            assert not arrays.finite([values])
            assert not arrays.finite([np.ones(3, dtype), values])
