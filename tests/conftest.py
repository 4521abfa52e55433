"""What all tests share: the gradient check's worst errors, printed at the end of every run."""

from __future__ import annotations

from collections.abc import Callable

import pytest

ERRORS = pytest.StashKey[dict[str, list[float]]]()


@pytest.fixture(scope="session")
def note_error(pytestconfig: pytest.Config) -> Callable[[str, float], None]:
    """Keep a cell's relative error for the summary: `note_error(cell.name, error)`."""
    errors = pytestconfig.stash.setdefault(ERRORS, {})

    def note(cell: str, error: float) -> None:
        errors.setdefault(cell, []).append(error)

    return note


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print the worst relative error of the gradient check for every cell that was checked."""
    for cell, errors in config.stash.get(ERRORS, {}).items():
        terminalreporter.write_line(
            "worst relative error of the gradient check:"
            f" {cell} {max(errors):.1e} ({len(errors)} systems)"
        )
