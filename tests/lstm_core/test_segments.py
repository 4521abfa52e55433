"""Segments: their windows, and a cell that is unrolled and back-propagated segment by segment."""

from __future__ import annotations

import numpy as np
import pytest

import lstm_core as lc
from lstm_core import segments, sequences
from lstm_core.analysis import kept_shares

CELLS = pytest.mark.parametrize("cell", lc.CELLS.values(), ids=lambda cell: cell.name)
RECURRENT = [
    cell for cell in lc.CELLS.values() if not any(p.is_window for p in cell.params.values())
]
# A window looks beyond the border, where a segment has nothing: there the segments differ by that too.
WITHOUT_WINDOWS = pytest.mark.parametrize("cell", RECURRENT, ids=lambda cell: cell.name)
SEEDS = pytest.mark.parametrize("seed", range(5))


def lengths_of(seed: int, segments: int = 5) -> list[int]:
    return np.random.default_rng(seed).integers(1, 7, segments).tolist()


def case(cell: lc.Cell, seed: int, N: int, batch: tuple[int, ...] = ()) -> tuple:
    rng = np.random.default_rng(seed)
    sizes = {"d_x": 2} | {size: 3 for size in cell.sizes if size not in ("d_x", "L")}
    theta = lc.init_params(cell, seed, **sizes)
    theta = {name: 0.3 * rng.normal(size=values.shape) for name, values in theta.items()}
    return theta, rng.normal(size=(N, *batch, 2)), rng.normal(size=(N, *batch, 3))


# windows


@SEEDS
def test_windows_are_1_in_their_segment_and_sum_to_1(seed: int) -> None:
    lengths = lengths_of(seed)
    w, N = segments.windows(lengths), sum(lengths)
    assert w.shape == (len(lengths), N)
    np.testing.assert_array_equal(w.sum(0), np.ones(N))  # (40-41)
    np.testing.assert_array_equal(w.sum(1), lengths)
    for m, j in enumerate(segments.starts(lengths)):
        samples = sum(sequences.impulse(N, int(k)) for k in range(j, j + lengths[m]))
        np.testing.assert_array_equal(w[m], samples[:, 0])  # (43)


@SEEDS
@pytest.mark.parametrize("shape", [(), (3,), (2, 3)])
def test_the_segments_of_a_sequence_sum_to_it(seed: int, shape: tuple[int, ...]) -> None:
    lengths = lengths_of(seed)
    v = np.random.default_rng(seed).normal(size=(sum(lengths), *shape))
    parts = segments.cut(v, lengths)
    np.testing.assert_array_equal(parts.sum(0), v)
    pieces = []
    for part, j, K in zip(parts, segments.starts(lengths), lengths, strict=True):
        assert not part[:j].any()
        assert not part[j + K :].any()
        pieces.append(part[j : j + K])
    np.testing.assert_array_equal(segments.joined(pieces), v)


def test_the_printed_limit_counts_samples_twice() -> None:
    """Errata 6: with N-1 in place of j(m) + K_m - 1 the segments overlap."""
    v, lengths = np.arange(1.0, 7.0), (2, 2, 2)
    printed = sum(np.where(np.arange(6) >= j, v, 0) for j in segments.starts(lengths))
    np.testing.assert_array_equal(printed, [1, 2, 6, 8, 15, 18])
    np.testing.assert_array_equal(segments.cut(v, lengths).sum(0), v)


@pytest.mark.parametrize(
    ("N", "K", "expected"),
    [(60, 15, (15,) * 4), (7, 3, (3, 3, 1)), (5, 5, (5,)), (3, 9, (3,)), (2, 1, (1, 1))],
)
def test_equal_lengths(N: int, K: int, expected: tuple[int, ...]) -> None:
    assert segments.equal_lengths(N, K) == expected


# forward


@WITHOUT_WINDOWS
@SEEDS
@pytest.mark.parametrize("batch", [(), (2,)], ids=["one", "batch"])
def test_carried_states_make_the_whole_run(
    cell: lc.Cell, seed: int, batch: tuple[int, ...]
) -> None:
    lengths = lengths_of(seed)
    theta, x, _ = case(cell, seed, sum(lengths), batch)
    whole = lc.unroll(cell, theta, x)
    recs = segments.unroll_segments(cell, theta, x, lengths, carry=True)
    assert [len(rec) for rec in recs] == lengths
    for name in cell.signals:
        found = segments.joined([rec[name] for rec in recs])
        np.testing.assert_allclose(found, whole[name], atol=1e-12, rtol=0)


@WITHOUT_WINDOWS
@SEEDS
def test_a_segment_knows_its_own_input_alone(cell: lc.Cell, seed: int) -> None:
    """s_m is a map of x_m (59): another input elsewhere changes nothing."""
    lengths = lengths_of(seed)
    theta, x, _ = case(cell, seed, sum(lengths))
    recs = segments.unroll_segments(cell, theta, x, lengths)
    for rec, part in zip(recs, segments.cut(x, lengths), strict=True):
        others = segments.unroll_segments(cell, theta, part, lengths)
        m = recs.index(rec)
        np.testing.assert_array_equal(others[m].state, rec.state)


def test_with_no_bias_a_segment_is_the_whole_run_on_its_windowed_input() -> None:
    """Example 1 has no bias: the state stays 0 until the window opens."""
    cell, lengths = lc.CELLS["rnn_standard"], (4, 3, 5)
    theta, x, _ = case(cell, 1, 12)
    theta["theta_s"][:] = 0
    recs = segments.unroll_segments(cell, theta, x, lengths)
    for rec, part, j in zip(recs, segments.cut(x, lengths), segments.starts(lengths), strict=True):
        whole = lc.unroll(cell, theta, part)["s"]
        assert not whole[:j].any()
        np.testing.assert_allclose(rec["s"], whole[j : j + len(rec)], atol=1e-14)


def test_impulse_response_has_one_more_weight_at_every_step() -> None:
    """(36), with all four W_r in s[4] (errata 5)."""
    cell = lc.CELLS["rnn_standard"]
    theta, _, _ = case(cell, 3, 1)
    theta["theta_s"][:] = 0
    s = lc.unroll(cell, theta, sequences.impulse(30, d_x=2))["s"]
    expected = theta["W_x"] @ np.ones(2)
    for state in s:
        np.testing.assert_allclose(state, expected, atol=1e-14)
        expected = theta["W_r"] @ np.tanh(expected)
    assert s[-1].any(), "no end to it"


# backward


@CELLS
@SEEDS
def test_one_segment_is_everything(cell: lc.Cell, seed: int) -> None:
    theta, x, error = case(cell, seed, 9)
    whole = lc.backpropagate(lc.unroll(cell, theta, x), error)
    recs = segments.unroll_segments(cell, theta, x, [9])
    (back,) = segments.backpropagate_segments(recs, error)
    np.testing.assert_array_equal(recs[0].state, whole.recording.state)
    np.testing.assert_array_equal(back.d_x, whole.d_x)
    for name, gradient in whole.d_theta.items():
        np.testing.assert_array_equal(back.d_theta[name], gradient)


@WITHOUT_WINDOWS
@SEEDS
def test_no_error_crosses_a_border(cell: lc.Cell, seed: int) -> None:
    """Carried states: the whole run's gradient of the errors of one segment, within it; 0 before it."""
    lengths = lengths_of(seed, 3)
    theta, x, error = case(cell, seed, sum(lengths))
    whole = lc.unroll(cell, theta, x)
    recs = segments.unroll_segments(cell, theta, x, lengths, carry=True)
    for m, (j, K) in enumerate(zip(segments.starts(lengths), lengths, strict=True)):
        of_one = segments.cut(error, lengths)[m]
        backs = segments.backpropagate_segments(recs, of_one)
        d_x = segments.joined([back.d_x for back in backs])
        reference = lc.backpropagate(whole, of_one).d_x
        np.testing.assert_allclose(d_x[j : j + K], reference[j : j + K], atol=1e-12)
        assert not d_x[:j].any()
        assert not d_x[j + K :].any()
        if m:
            assert reference[:j].any(), "the whole run lets it through"


# how much is kept


@SEEDS
def test_kept_shares_are_those_of_the_segments_themselves(seed: int) -> None:
    """Unit errors on the state, one at a time, through segments of every length."""
    cell, N, lag = lc.CELLS["rnn_standard"], 11, 1 + seed
    rng = np.random.default_rng(seed)
    theta = {"W_r": rng.normal(size=(1, 1)), "W_x": np.ones((1, 1)), "theta_s": np.zeros(1)}
    x = rng.normal(size=(N, 1))
    whole = lc.unroll(cell, theta, x)
    shares = kept_shares(lc.transport_norms(whole), lag)
    for K in range(1, N + 1):
        lengths = segments.equal_lengths(N, K)
        recs = segments.unroll_segments(cell, theta, x, lengths, carry=True)
        kept, all_of_it = 0.0, 0.0
        for q in range(lag, N):
            error = sequences.impulse(N, q) / (1 - whole["r"][q] ** 2)  # 1 on the state
            backs = segments.backpropagate_segments(recs, error)
            kept += abs(segments.joined([back["psi"] for back in backs])[q - lag].item())
            all_of_it += abs(lc.backpropagate(whole, error)["psi"][q - lag].item())
        assert shares[K - 1] == pytest.approx(kept / all_of_it, rel=1e-10, abs=1e-300)
    assert not shares[:lag].any(), "0 exactly where the segment is no longer than the lag"
    assert shares[-1] == 1


def test_nothing_is_kept_where_nothing_travels() -> None:
    assert np.isnan(kept_shares(np.eye(6), 2)).all()
    np.testing.assert_array_equal(kept_shares(np.eye(6), 0), np.ones(6))


# bad input


@pytest.mark.parametrize("lengths", [[], [3, 0], [2, -1, 9], [2.5, 2.5]])
def test_lengths_must_be_whole(lengths: list[int]) -> None:
    with pytest.raises(ValueError, match="whole numbers of 1 or more"):
        segments.windows(lengths)


@pytest.mark.parametrize("lengths", [[3, 3], [4, 4]])
def test_lengths_must_add_up(lengths: list[int]) -> None:
    cell = lc.CELLS["rnn_standard"]
    theta, x, error = case(cell, 0, 7)
    with pytest.raises(ValueError, match="add up to N = 7"):
        segments.unroll_segments(cell, theta, x, lengths)
    with pytest.raises(ValueError, match="add up to N = 7"):
        segments.cut(x, lengths)
    recs = segments.unroll_segments(cell, theta, x[: sum(lengths)][:6], [3, 3])
    with pytest.raises(ValueError, match="add up to N = 7"):
        segments.backpropagate_segments(recs, error)


def test_a_lag_must_be_within_the_sequence() -> None:
    for lag in (-1, 6):
        with pytest.raises(ValueError, match=r"lag .*from 0 to 5"):
            kept_shares(np.eye(6), lag)
