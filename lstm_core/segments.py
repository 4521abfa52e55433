"""Segments of a sequence: their windows, and a cell that is unrolled segment by segment.

Document 000, Section III, with errata 6 (a segment ends at j(m) + K_m - 1) and 7 (0 <= m <= M-1).
A sequence of N samples has M segments of K_m samples each, ``lengths`` = (K_0, .., K_{M-1}).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lstm_core.backpropagate import backpropagate
from lstm_core.cells.base import Cell
from lstm_core.checks import checked_recording
from lstm_core.given import real, shown, whole
from lstm_core.records import Gradients, Recording
from lstm_core.room import check_room
from lstm_core.unroll import unroll


def equal_lengths(N: int, K: int) -> tuple[int, ...]:
    """Segments of K samples that fill N; the last one has what is left.

    Raises ValueError unless both are whole numbers of 1 or more.
    """
    N, K = whole("N", N, 1), whole("K", K, 1)
    check_room(f"equal_lengths: {N // K + 1} segments", N // K + 1, remedy="take a larger K")
    return (K,) * (N // K) + ((N % K,) if N % K else ())


def starts(lengths: Sequence[int]) -> np.ndarray:
    """The first sample j(m) of every segment (42): (M,).

    Raises ValueError unless the lengths are whole numbers of 1 or more.
    """
    return np.cumsum([0, *checked_lengths(lengths)[:-1]])


def windows(lengths: Sequence[int]) -> np.ndarray:
    """w_m[n], which is 1 inside segment m and 0 outside: (M, N). Their sum over m is 1 at every n.

    Each is u[n - j(m)] - u[n - j(m) - K_m] with the unit step u (34), (38), and so a sum of unit
    samples (43). Raises ValueError unless the lengths are whole numbers of 1 or more.
    """
    first = starts(lengths)[:, None]
    n = np.arange(_room_for_windows(lengths))
    return np.subtract(n >= first, n >= first + np.array(lengths)[:, None], dtype=float)


def cut(v: Any, lengths: Sequence[int]) -> np.ndarray:
    """Every segment of ``v``, (N, ...), by its window: v[n] inside, 0 elsewhere: (M, N, ...).

    Eq 45 and 46 for a target, Eq 57 and 58 for an input; the sum over m is ``v`` again (37).
    Raises ValueError unless the lengths are whole numbers of 1 or more and add up to N.
    """
    v = np.asarray(real("v", v), float)
    if not v.ndim:
        raise ValueError(f"v must have shape (N, ...), a row a sample; got {v.shape}")
    fitting_lengths(lengths, len(v))
    _room_for_windows(lengths, *v.shape[1:])
    inside = windows(lengths)
    return np.where(inside.reshape(*inside.shape, *(1,) * (v.ndim - 1)) == 1, v, 0.0)


def unroll_segments(
    cell: Cell,
    theta: Mapping[str, Any],
    x: Any,
    lengths: Sequence[int],
    *,
    carry: bool = False,
    initial: Mapping[str, Any] | None = None,
) -> list[Recording]:
    """Unroll one cell over every segment in turn: a recording of K_m steps for each (61-63), (73-76).

    Args:
        cell, theta, x: as for ``unroll``.
        lengths: the samples K_m of every segment.
        carry: start each segment from the last values of the one before it. Otherwise each starts
            from ``initial``, and the segments are independent of each other.
        initial: values before a segment by signal name, as for ``unroll``; zero where absent. Any
            values will do that don't depend on the other segments (errata 8).

    Raises:
        ValueError, KeyError: as ``unroll``, and unless the lengths add up to N.
    """
    x = _rows("x", x)
    fitting_lengths(lengths, len(x))
    recs: list[Recording] = []
    start = initial
    for piece in _pieces(x, lengths):
        recs.append(unroll(cell, theta, piece, start))
        if carry:
            start = {name: recs[-1][name][-1] for name in cell.lagged}
    return recs


def backpropagate_segments(recs: Sequence[Recording], dE_dout: Any) -> list[Gradients]:
    """Back-propagate within every segment alone: no error crosses a border, since beyond the last
    step of a segment it is 0 (85). Truncated back-propagation through time.

    Args:
        recs: the recordings of ``unroll_segments``.
        dE_dout: the explicit part of dE/d output[n] of the whole sequence, (N, d_out) or (N, B, d_out).

    Raises:
        ValueError: as ``backpropagate``, and unless there is an error for every step.
    """
    if not isinstance(recs, Sequence):
        raise ValueError(f"recs must be a list of recordings; got {shown(recs)}")
    lengths = [len(checked_recording(rec, f"recs[{m}]")) for m, rec in enumerate(recs)]
    dE_dout = _rows("dE_dout", dE_dout)
    fitting_lengths(lengths, len(dE_dout))
    pieces = _pieces(dE_dout, lengths)
    return [backpropagate(rec, piece) for rec, piece in zip(recs, pieces, strict=True)]


def joined(pieces: Sequence[Any]) -> np.ndarray:
    """The segments (K_m, ...) of one signal in a row, (N, ...): the sum (37) of all of them, each at
    its place and 0 elsewhere."""
    if not isinstance(pieces, Sequence) or not len(pieces):
        raise ValueError(f"pieces must be a list of one array a segment; got {shown(pieces)}")
    arrays = [np.asarray(real(f"pieces[{m}]", piece)) for m, piece in enumerate(pieces)]
    for m, array in enumerate(arrays):
        if not array.ndim or array.shape[1:] != arrays[0].shape[1:]:
            raise ValueError(
                f"pieces[{m}] must have shape (K_m, ...) as pieces[0] {arrays[0].shape}; got {array.shape}"
            )
    return np.concatenate(arrays)


def checked_lengths(lengths: Sequence[int]) -> list[int]:
    """The lengths as whole numbers; ValueError unless each is 1 or more."""
    given = lengths.tolist() if isinstance(lengths, np.ndarray) else lengths
    fits = isinstance(given, Sequence) and not isinstance(given, str) and len(given) > 0
    if not fits or not all(
        isinstance(length, (int, np.integer)) and not isinstance(length, bool) and length >= 1
        for length in given
    ):
        raise ValueError(
            f"lengths: expected whole numbers of 1 or more, got {shown(lengths)};"
            " use for example segments.equal_lengths(60, 15)"
        )
    return [int(length) for length in given]


def fitting_lengths(lengths: Sequence[int], N: int) -> None:
    """Raise ValueError unless the lengths add up to N."""
    if (total := sum(checked_lengths(lengths))) != N:
        raise ValueError(
            f"lengths: expected segments that add up to N = {N} steps, got {total};"
            " use segments.equal_lengths(N, K) for segments of K"
        )


def _room_for_windows(lengths: Sequence[int], *width: int) -> int:
    """The number N of all samples; ValueError where (M, N, *width) numbers find no room."""
    N = sum(checked_lengths(lengths))
    what = f"the windows of {len(lengths)} segments over {N} samples"
    check_room(what, 2, len(lengths), N, *width, remedy="take fewer or shorter segments")
    return N


def _rows(name: str, value: Any) -> Any:
    """An array, or a tensor, that has a row a step."""
    array = real(name, value)
    if not array.ndim:
        raise ValueError(f"{name} must have a row for every step; got shape {tuple(array.shape)}")
    return array


def _pieces(values: Any, lengths: Sequence[int]) -> list[Any]:
    """The rows of every segment."""
    return [
        values[first : first + length]
        for first, length in zip(starts(lengths), lengths, strict=True)
    ]
