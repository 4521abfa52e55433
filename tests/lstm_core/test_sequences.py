"""Synthetic signals, standardisation and one-hot coded text."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from lstm_core import sequences as sq

SIGNALS: list[Callable[..., sq.FloatArray]] = [
    sq.impulse,
    sq.step,
    sq.pulses,
    sq.sine,
    sq.noise,
]


@pytest.mark.parametrize("signal", SIGNALS)
@pytest.mark.parametrize(("K", "d_x"), [(1, 1), (50, 1), (7, 3)])
def test_signal_has_one_row_a_step(signal: Callable[..., sq.FloatArray], K: int, d_x: int) -> None:
    x = signal(K, d_x=d_x)
    assert x.shape == (K, d_x)
    assert x.dtype == np.float64
    assert np.isfinite(x).all()


@pytest.mark.parametrize("signal", SIGNALS)
@pytest.mark.parametrize("size", [0, -1, 2.5, True, "3", None])
def test_bad_size_is_named(signal: Callable[..., sq.FloatArray], size: object) -> None:
    with pytest.raises(ValueError, match=r"^K: expected .* got .*; use"):
        signal(size)
    with pytest.raises(ValueError, match=r"^d_x: expected .* got .*; use"):
        signal(5, d_x=size)


def test_impulse_is_one_sample() -> None:
    assert sq.impulse(4, at=2, amplitude=-0.5).tolist() == [[0], [0], [-0.5], [0]]


def test_step_stays_up() -> None:
    assert sq.step(4, at=1, amplitude=0.1).tolist() == [[0], [0.1], [0.1], [0.1]]


def test_pulses_by_gap_and_by_position() -> None:
    assert np.flatnonzero(sq.pulses(50, gap=20, start=3)).tolist() == [3, 23, 43]
    assert np.flatnonzero(sq.pulses(50, positions=[40, 1])).tolist() == [1, 40]
    assert not sq.pulses(50, positions=[]).any()


def test_sine_has_its_period_and_phase() -> None:
    x = sq.sine(24, period=8, amplitude=2.0, phase=np.pi / 2)[:, 0]
    np.testing.assert_allclose(x[:8], x[8:16], atol=1e-14)
    np.testing.assert_allclose(x[[0, 2, 4]], [2, 0, -2], atol=1e-14)


def test_noise_is_reproducible_and_grows_at_its_end() -> None:
    longer = sq.noise(500, seed=7, std=2.0, d_x=2)
    np.testing.assert_array_equal(sq.noise(60, seed=7, std=2.0, d_x=2), longer[:60])
    assert not np.array_equal(sq.noise(500, seed=8, std=2.0, d_x=2), longer)
    np.testing.assert_allclose(longer.std(axis=0), 2.0, rtol=0.15)


@pytest.mark.parametrize(
    ("make", "argument"),
    [
        (lambda: sq.impulse(5, at=5), "position"),
        (lambda: sq.step(5, at=-1), "position"),
        (lambda: sq.pulses(5, positions=[0, 9]), "position"),
        (lambda: sq.pulses(5, positions=3), "positions"),  # type: ignore[arg-type]
        (lambda: sq.pulses(5, gap=0), "gap"),
        (lambda: sq.pulses(5, start=5), "start"),
        (lambda: sq.impulse(5, amplitude=float("nan")), "amplitude"),
        (lambda: sq.sine(5, period=0), "period"),
        (lambda: sq.sine(5, period=5e-324), "period"),
        (lambda: sq.sine(5, phase=float("inf")), "phase"),
        (lambda: sq.sine(5, amplitude="loud"), "amplitude"),  # type: ignore[arg-type]
        (lambda: sq.noise(5, seed=-1), "seed"),
        (lambda: sq.noise(5, std=-1.0), "std"),
    ],
)
def test_bad_argument_is_named(make: Callable[[], object], argument: str) -> None:
    with pytest.raises(ValueError, match=f"^{argument}: "):
        make()


def test_standardise_divides_by_the_sample_deviation() -> None:
    z, mean, std = sq.standardise([1.0, 2.0, 6.0])
    assert mean.tolist() == [3.0]
    np.testing.assert_allclose(std, [np.sqrt(7)])  # 14 / (N - 1)
    np.testing.assert_allclose(z[:, 0], np.array([-2, -1, 3]) / np.sqrt(7))


@settings(deadline=None)
@given(
    hnp.arrays(
        np.float64,
        st.tuples(st.integers(3, 30), st.integers(1, 4)),
        elements=st.integers(-1000, 1000).map(float),
    )
)
def test_standardise_and_back(values: sq.FloatArray) -> None:
    values = np.vstack([values, values.max(axis=0) + 1])  # no constant channel
    z, mean, std = sq.standardise(values)
    np.testing.assert_allclose(z.mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(z.std(axis=0, ddof=1), 1, rtol=1e-9)
    np.testing.assert_allclose(z * std + mean, values, atol=1e-9)
    again, _, _ = sq.standardise(values[:1], mean, std)
    np.testing.assert_array_equal(again, z[:1])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([],), r"^values: expected shape"),
        ((np.zeros((2, 2, 2)),), r"^values: expected shape .* got \(2, 2, 2\)"),
        (([[1.0], [np.nan]],), r"^values: .* got nan at index \(1, 0\)"),
        ((["a", "b"],), r"^values must be an array of real numbers"),
        (([[1], [2, 3]],), r"^values must be an array of real numbers"),
        (([1j, 2],), r"^values must be an array of real numbers"),
        (([5.0],), r"^values: expected at least 2 rows"),
        (([0.1, 0.1, 0.1],), r"^values: .* the constant 0.1 in channel 0; leave"),
        (([-1e300, 1e300],), r"^values: .* change the units"),
        (([1.0, 2.0], 0.0), r"^mean, std: expected both or neither"),
        (([1.0, 2.0], [0.0, 0.0], [1.0, 1.0]), r"^mean: expected shape \(d_x,\) = \(1,\)"),
        (([1.0, 2.0], 0.0, 0.0), r"^std: expected numbers above 0"),
        (([1.0, 2.0], 0.0, 5e-324), r"^values: .* overflows"),
    ],
)
def test_standardise_says_what_is_wrong(arguments: tuple[object, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sq.standardise(*arguments)  # type: ignore[arg-type]


def test_alphabet_is_small_and_without_repeats() -> None:
    assert len(sq.ALPHABET) == len(set(sq.ALPHABET)) == 32


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("Alice's   Tea-Party!\n", "alice's tea party! "),
        ("\u201cD\u00e9j\u00e0 vu\u2026\u201d", "'deja vu...'"),
        ("Stra\u00dfe \ufb01n", "strasse fin"),
        ("12\u4f60", " "),
        ("", ""),
    ],
)
def test_clean_text(text: str, cleaned: str) -> None:
    assert sq.clean_text(text) == cleaned


@settings(deadline=None)
@given(st.text())
def test_clean_text_can_always_be_encoded(text: str) -> None:
    cleaned = sq.clean_text(text)
    assert set(cleaned) <= set(sq.ALPHABET)
    assert sq.clean_text(cleaned) == cleaned


@settings(deadline=None)
@given(st.text(alphabet=sq.ALPHABET, min_size=1))
def test_one_hot_holds_the_text(text: str) -> None:
    x = sq.one_hot(text)
    assert x.shape == (len(text), len(sq.ALPHABET))
    assert x.sum() == len(text)
    np.testing.assert_array_equal(x.argmax(axis=1), sq.encode_text(text))
    assert "".join(sq.ALPHABET[code] for code in sq.encode_text(text)) == text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("",), r"^text: expected at least 1 character"),
        (("abC",), r"^text: .* got 'C' as character 2; pass the text through clean_text first"),
        ((b"abc",), r"^text: expected a str, got bytes"),
        (("a", "aa"), r"^alphabet: .* got 'aa'"),
        (("a", ""), r"^alphabet: "),
    ],
)
def test_text_errors_name_the_argument(arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sq.one_hot(*arguments)
