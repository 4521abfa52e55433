"""Input sequences: synthetic signals, standardisation of real ones, and one-hot coded text.

Everything here returns `x` of shape (K, d_x) in float64, ready for `unroll`. Row n is step n.
"""

import math
import unicodedata
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_core.arrays import plain
from lstm_core.given import real
from lstm_core.room import check_room

FloatArray = NDArray[np.float64]

ALPHABET = " abcdefghijklmnopqrstuvwxyz.,?!'"
"""The 32 symbols that the character model reads; a symbol's code is its position here."""

_APOSTROPHES = dict.fromkeys('`\u00b4\u2018\u2019\u201a\u201b\u2032\u02bc"\u201c\u201d\u201e', "'")
_TO_APOSTROPHE = str.maketrans(_APOSTROPHES)


def impulse(K: int, at: int = 0, amplitude: float = 1.0, d_x: int = 1) -> FloatArray:
    """One sample of `amplitude` at step `at`, zero elsewhere.

    Returns (K, d_x), the same in every channel. `amplitude` is in the units of the input.
    Raises ValueError if `at` is outside 0 .. K-1, or a size or amplitude cannot be used.
    Source: document 000, Eq 35 (the unit sample), Fig. 3 and Example 1.
    """
    return pulses(K, positions=[at], amplitude=amplitude, d_x=d_x)


def step(K: int, at: int = 0, amplitude: float = 1.0, d_x: int = 1) -> FloatArray:
    """Zero before step `at`, `amplitude` from there on.

    Returns (K, d_x), the same in every channel. `amplitude` is in the units of the input.
    Raises ValueError if `at` is outside 0 .. K-1, or a size or amplitude cannot be used.
    Source: document 000, Eq 34 (the unit step), Fig. 3: a running sum of `impulse`.
    """
    return np.cumsum(impulse(K, at, amplitude, d_x), axis=0)


def pulses(
    K: int,
    positions: Sequence[int] | None = None,
    *,
    gap: int = 20,
    start: int = 0,
    amplitude: float = 1.0,
    d_x: int = 1,
) -> FloatArray:
    """Single samples of `amplitude` far apart, zero between them: a test of memory.

    They stand at `positions`; without positions, at every `gap`-th step from `start` on, and
    both of these are counted in steps. Returns (K, d_x), the same in every channel.
    Raises ValueError if a position is outside 0 .. K-1, or a size or amplitude cannot be used.
    Source: a sum of shifted `impulse` signals.
    """
    K, d_x = _sizes(K, d_x)
    if positions is None:
        positions = range(_position("start", start, K), K, _count("gap", gap))
    if not isinstance(positions, Iterable):
        raise ValueError(
            f"positions: expected a list of steps, got {positions!r}; use for example "
            "positions=[0, 20]"
        )
    height = _finite("amplitude", amplitude)
    x = np.zeros((K, d_x))
    for position in positions:
        x[_position("position", position, K)] = height
    return x


def sine(
    K: int, period: float = 20.0, amplitude: float = 1.0, phase: float = 0.0, d_x: int = 1
) -> FloatArray:
    """A sine wave: x[n] = amplitude sin(2 pi n / period + phase).

    `period` is in steps (below 2 the samples alias), `phase` in radians. Returns (K, d_x), the
    same in every channel.
    Raises ValueError if `period` is not positive, or a size or another number cannot be used.
    Source: the formula above.
    """
    K, d_x = _sizes(K, d_x)
    period = _finite("period", period)
    if period <= 0:
        raise ValueError(
            f"period: expected a number of steps above 0, got {period!r}; "
            "use 2 or more to see the wave's shape"
        )
    with np.errstate(over="ignore"):
        cycles = np.arange(K) / period
    if not np.isfinite(2 * np.pi * cycles[-1]):
        raise ValueError(
            f"period: {period!r} steps is too short to count its cycles; use 2 or more"
        )
    wave = _finite("amplitude", amplitude) * np.sin(2 * np.pi * cycles + _finite("phase", phase))
    return np.repeat(wave[:, None], d_x, axis=1)


def noise(K: int, seed: int = 0, std: float = 1.0, d_x: int = 1) -> FloatArray:
    """Independent normal samples with mean 0 and standard deviation `std`.

    Returns (K, d_x), every channel drawn separately. The same seed gives the same samples, and
    a longer sequence begins with the shorter one.
    Raises ValueError if `seed` or `std` is negative, or a size cannot be used.
    Source: NumPy's `default_rng`.
    """
    K, d_x = _sizes(K, d_x)
    if not _is_whole(seed) or seed < 0:
        raise ValueError(
            f"seed: expected a whole number from 0 up, got {seed!r}; use for example seed=0"
        )
    if _finite("std", std) < 0:
        raise ValueError(
            f"std: expected a standard deviation of 0 or more, got {std!r}; drop the sign"
        )
    return std * np.random.default_rng(seed).standard_normal((K, d_x))


def standardise(
    values: ArrayLike, mean: ArrayLike | None = None, std: ArrayLike | None = None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Shift and scale each channel to mean 0 and standard deviation 1 over the training set.

    Call it on the training set first, then pass the returned `mean` and `std` for all other
    data, so that nothing outside the training set is used. `z * std + mean` undoes it.

    `values` has shape (N, d_x), or (N,) for a single channel; `mean` and `std` have shape
    (d_x,), in the units of `values`. Returns (z, mean, std), z of shape (N, d_x) without units.
    Raises ValueError for another shape, a number that is not finite, fewer than 2 rows to
    estimate from, a constant channel, or only one of `mean` and `std`.
    Source: document 000, Eq 118 (mean), 119 (variance, divided by N-1), 120 (the scaling).
    """
    samples = _channels(values)
    if (mean is None) != (std is None):
        raise ValueError(
            "mean, std: expected both or neither, got only one; pass the pair that standardise "
            "returned for the training set"
        )
    if mean is None or std is None:
        mean_per_channel, std_per_channel = _mean_and_std(samples)
    else:
        mean_per_channel = _per_channel("mean", mean, samples.shape[1])
        std_per_channel = _per_channel("std", std, samples.shape[1])
        if np.any(std_per_channel <= 0):
            raise ValueError(
                f"std: expected numbers above 0, got {std_per_channel.tolist()}; a channel that "
                "never changes cannot be scaled, leave it out"
            )
    with np.errstate(over="ignore"):
        z = (samples - mean_per_channel) / std_per_channel
    if not np.all(np.isfinite(z)):
        raise ValueError(
            "values: too large for this mean and std, the result overflows; change the units"
        )
    return z, mean_per_channel, std_per_channel


def clean_text(text: str) -> str:
    """The text in the symbols of ALPHABET.

    Letters become lower case and lose their accents, quotation marks become apostrophes, every
    other unknown character becomes a space, and a run of spaces becomes one. The result can be
    longer or shorter than `text`; cleaning it again changes nothing.
    Raises ValueError if `text` is not a str.
    Source: Unicode's compatibility decomposition (NFKD).
    """
    _require_str("text", text)
    spaced = "".join(map(in_alphabet, text))
    while "  " in spaced:
        spaced = spaced.replace("  ", " ")
    return spaced


def in_alphabet(character: str) -> str:
    """What ``clean_text`` makes of one character: symbols of ALPHABET, or nothing of an accent alone."""
    decomposed = unicodedata.normalize("NFKD", character.translate(_TO_APOSTROPHE)).casefold()
    # Case folding can bring back composed letters.
    decomposed = unicodedata.normalize("NFKD", decomposed).translate(_TO_APOSTROPHE)
    letters = (symbol for symbol in decomposed if not unicodedata.combining(symbol))
    return "".join(symbol if symbol in ALPHABET else " " for symbol in letters)


def encode_text(text: str, alphabet: str = ALPHABET) -> NDArray[np.int64]:
    """The code of each character: its position in `alphabet`.

    Returns (K,) whole numbers in 0 .. len(alphabet)-1, for K = len(text).
    Raises ValueError for an empty text, a character outside the alphabet, or a symbol that the
    alphabet holds twice.
    Source: the usual coding of a categorical input.
    """
    _require_str("text", text)
    code_of = _codes(alphabet)
    if not text:
        raise ValueError("text: expected at least 1 character, got none; type a letter")
    for place, symbol in enumerate(text):
        if symbol not in code_of:
            raise ValueError(
                f"text: expected only the {len(alphabet)} symbols {alphabet!r}, got {symbol!r} "
                f"as character {place}; pass the text through clean_text first"
            )
    return np.array([code_of[symbol] for symbol in text], dtype=np.int64)


def one_hot(text: str, alphabet: str = ALPHABET) -> FloatArray:
    """Each character as a row that is 1 at the character's code and 0 elsewhere.

    Returns (K, d_x) for K = len(text) and d_x = len(alphabet).
    Raises ValueError as `encode_text` does.
    Source: the usual coding of a categorical input.
    """
    codes = encode_text(text, alphabet)
    x = np.zeros((len(codes), len(alphabet)))
    x[np.arange(len(codes)), codes] = 1.0
    return x


def _is_whole(value: object) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def _sizes(K: int, d_x: int) -> tuple[int, int]:
    K, d_x = _count("K", K), _count("d_x", d_x)
    what = f"K, d_x: {K} steps of {d_x} numbers"
    check_room(what, 3, K, d_x, remedy="take a smaller K or d_x")
    return K, d_x


def _count(name: str, value: int) -> int:
    if not _is_whole(value) or value < 1:
        raise ValueError(
            f"{name}: expected a whole number of 1 or more, got {value!r}; use for example {name}=1"
        )
    return int(value)


def _position(name: str, value: int, K: int) -> int:
    if not _is_whole(value) or not 0 <= value < K:
        raise ValueError(
            f"{name}: expected a step in 0 .. K-1 = 0 .. {K - 1}, got {value!r}; "
            "move it into the sequence or raise K"
        )
    return int(value)


def _finite(name: str, value: float) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(
            f"{name}: expected a finite number, got {value!r}; use for example {name}=1.0"
        )
    return number


def _real_array(name: str, values: ArrayLike) -> FloatArray:
    given = real(name, plain(values), "an array of real numbers in rows of equal length")
    array = given.astype(np.float64)
    if not np.all(np.isfinite(array)):
        place = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(
            f"{name}: expected finite numbers, got {array[place]} at index {place}; "
            "remove or fill that entry"
        )
    return array


def _channels(values: ArrayLike) -> FloatArray:
    array = _real_array("values", values)
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim != 2 or 0 in array.shape:
        raise ValueError(
            f"values: expected shape (N, d_x) or (N,) with at least 1 row, got {array.shape}; "
            "put one sample in each row and one channel in each column"
        )
    return array


def _per_channel(name: str, values: ArrayLike, d_x: int) -> FloatArray:
    array = np.atleast_1d(_real_array(name, values))
    if array.shape != (d_x,):
        raise ValueError(
            f"{name}: expected shape (d_x,) = ({d_x},), got {array.shape}; "
            "pass one number for each channel of values"
        )
    return array


def _mean_and_std(samples: FloatArray) -> tuple[FloatArray, FloatArray]:
    if len(samples) < 2:
        raise ValueError(
            "values: expected at least 2 rows to estimate a standard deviation from (119), "
            f"got {len(samples)}; add rows, or pass mean and std"
        )
    with np.errstate(over="ignore", invalid="ignore"):
        mean = samples.mean(axis=0)  # (118)
        std = samples.std(axis=0, ddof=1)  # the root of the diagonal of (119)
    # A constant channel's computed deviation may be a rounding error instead of 0.
    constant = (samples == samples[0]).all(axis=0) | (std == 0)
    if constant.any():
        channel = int(np.argmax(constant))
        raise ValueError(
            f"values: expected every channel to change, got the constant {samples[0, channel]} in "
            f"channel {channel}; leave that channel out, or pass mean and std"
        )
    if not np.all(np.isfinite(std)):
        raise ValueError(
            "values: expected numbers whose squares can be summed, got numbers so large that the "
            "deviation overflows; change the units"
        )
    return mean, std


def _require_str(name: str, value: object) -> None:
    if not isinstance(value, str):
        raise ValueError(
            f"{name}: expected a str, got {type(value).__name__}; decode bytes to str first"
        )


def _codes(alphabet: str) -> dict[str, int]:
    _require_str("alphabet", alphabet)
    code_of = {symbol: code for code, symbol in enumerate(alphabet)}
    if not alphabet or len(code_of) != len(alphabet):
        raise ValueError(
            f"alphabet: expected 1 or more symbols, each once, got {alphabet!r}; "
            "remove the repeated ones"
        )
    return code_of
