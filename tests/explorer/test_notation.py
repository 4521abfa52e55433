"""Symbols and equations as HTML, in both notations."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest

import lstm_core as lc
from explorer.notation import NOTATIONS, equation, framework_weight, symbol, value
from lstm_core.substitute import step_in_numbers

LSTM = lc.CELLS["vanilla_lstm"]
EACH_CELL = pytest.mark.parametrize("cell", lc.CELLS.values(), ids=lambda cell: cell.name)
EACH_NOTATION = pytest.mark.parametrize("notation", NOTATIONS)


class Balanced(HTMLParser):
    """Knows whether every tag that was opened is closed again."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        assert not self.open, f"left open: {self.open} in {html}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def plain(html: str) -> str:
    return Balanced(html).text


def recording(cell: lc.Cell, **options: object) -> lc.Recording:
    sizes = {size: 3 for size in cell.sizes}
    theta = lc.init_params(cell, 4, **sizes)
    x = np.random.default_rng(4).normal(size=(5, 3))
    return lc.unroll(cell, theta, x, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "paper", "framework"),
    [
        ("g_cu", "gcu", "i"),
        ("g_cs", "gcs", "f"),
        ("g_cr", "gcr", "o"),
        ("u", "u", "g"),
        ("s", "s", "c"),
        ("v", "v", "h"),
    ],
)
def test_one_mapping_of_names(name: str, paper: str, framework: str) -> None:
    assert plain(symbol(LSTM, name)) == paper
    assert plain(symbol(LSTM, name, "framework")) == framework


@pytest.mark.parametrize(
    ("name", "framework"),
    [
        ("W_x_cu", "W_ii"),
        ("W_x_cs", "W_if"),
        ("W_x_du", "W_ig"),
        ("W_x_cr", "W_io"),
        ("W_v_cu", "W_hi"),
        ("W_v_cs", "W_hf"),
        ("W_v_du", "W_hg"),
        ("W_v_cr", "W_ho"),
        ("W_s_cu", "W_ci"),
        ("W_s_cs", "W_cf"),
        ("W_s_cr", "W_co"),
        ("b_cu", "b_i"),
        ("b_cs", "b_f"),
        ("b_du", "b_g"),
        ("b_cr", "b_o"),
    ],
)
def test_the_frameworks_weights(name: str, framework: str) -> None:
    assert framework_weight(LSTM, name) == framework


@EACH_CELL
@EACH_NOTATION
def test_every_name_has_a_symbol_of_its_own(cell: lc.Cell, notation: str) -> None:
    for names in (cell.signals, cell.params):
        shown = [plain(symbol(cell, name, notation)) for name in names]
        assert all(shown)
        assert len(set(shown)) == len(shown)
    for name, signal in cell.signals.items():
        assert signal.meaning.replace("'", "&#x27;") in symbol(cell, name, notation)


@EACH_CELL
@EACH_NOTATION
def test_the_equations_of_a_step_hold_as_they_are_written(cell: lc.Cell, notation: str) -> None:
    rec = recording(cell)
    for n in (0, 3):
        for line in step_in_numbers(rec, n, 1):
            text = plain(equation(cell, line, notation))
            if line.equation:
                assert text.startswith(f"({line.equation})")
            assert text.endswith(f"= {value(line.value)}")
            assert line.value == rec[line.signal.name][n, 1]
            assert "clamped" not in text
            numbers = text.split("= ")[-2].rstrip(" =")
            computed = evaluate(numbers)
            assert computed == pytest.approx(line.value, rel=5e-3, abs=5e-3), text


def evaluate(text: str) -> float:
    """What the numbers of an equation come to: `0.3 · (−2) + 1`, or `Gd(0.4)`."""
    warp = re.fullmatch(r"\s*(Gc|Gd|σ|tanh)\((.*)\)\s*", text)
    if warp:
        inner = evaluate(warp[2])
        return float(np.tanh(inner)) if warp[1] in ("Gd", "tanh") else 1 / (1 + np.exp(-inner))
    text = re.sub(r"−\s+", "+ −", text).replace("−", "-")
    return float(
        sum(
            np.prod([float(factor.strip("() ")) for factor in term.split("·")])
            for term in text.split(" + ")
        )
    )


def test_paper_and_framework_write_the_same_numbers() -> None:
    rec = recording(LSTM)
    lines = step_in_numbers(rec, 2, 0)
    for line in lines:
        paper, framework = (equation(LSTM, line, notation) for notation in NOTATIONS)
        assert numbers_of(paper) == numbers_of(framework)
        assert paper != framework


def numbers_of(html: str) -> list[str]:
    """The numbers between the tags."""
    return re.findall(r"−?\d+\.?\d*", plain(html).split("= ")[-1])


def test_a_clamped_signal_is_marked() -> None:
    rec = recording(LSTM, clamp={"g_cs": 1.0})
    lines = {line.signal.name: line for line in step_in_numbers(rec, 1, 0)}
    assert "clamped" in equation(LSTM, lines["g_cs"], "paper")
    assert "clamped" not in equation(LSTM, lines["g_cu"], "paper")
    assert value(1.0) in equation(LSTM, lines["g_cs"], "paper")


def test_the_previous_step_has_a_dash() -> None:
    lines = {line.signal.name: line for line in step_in_numbers(recording(LSTM), 1, 0)}
    text = plain(equation(LSTM, lines["s"], "paper")).replace(" ", "")
    assert "s=gcs·s′+gcu·u" in text or "s=gcu·u+gcs·s′" in text, text


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0.0, "0"), (1.0, "1"), (-0.5, "−0.5"), (0.123456, "0.1235"), (1.5e-9, "1.5e−09")],
)
def test_a_number_has_four_digits_and_a_true_minus(number: float, shown: str) -> None:
    assert value(number) == shown
