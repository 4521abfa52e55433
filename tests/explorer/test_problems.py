"""What is said of something that went wrong."""

import logging

import pytest

from explorer.csv_input import CsvProblem
from explorer.problems import GENERAL, Problem, said_of, sentence
from explorer.state import NothingYet


@pytest.mark.parametrize("kind", [Problem, CsvProblem, NothingYet])
@pytest.mark.parametrize("words", ["Take fewer steps", "Take fewer steps.", "Take fewer steps. "])
def test_a_problem_is_said_and_ends_with_a_stop(kind: type[Problem], words: str) -> None:
    assert said_of(kind(words)) == "Take fewer steps."


@pytest.mark.parametrize("end", ".!?…")
def test_a_sentence_has_one_end(end: str) -> None:
    assert sentence(f"So it is{end}\n") == f"So it is{end}"


@pytest.mark.parametrize("kind", [ValueError, KeyError, RuntimeError, MemoryError])
def test_what_is_for_a_programmer_goes_to_the_log(
    kind: type[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        assert said_of(kind("array must not contain infs")) == GENERAL
        assert said_of(kind("array must not contain infs"), "Try another.") == "Try another."
    assert caplog.text.count("array must not contain infs") == 2
