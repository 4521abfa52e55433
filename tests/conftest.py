"""What all tests share: the gradient check's worst errors, printed at the end of every run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

import pytest

ERROR = "relative error of the gradient check"


@pytest.fixture
def note_error(record_property: Callable[[str, object], None]) -> Callable[[str, float], None]:
    """Keep a cell's relative error for the summary: `note_error(cell.name, error)`."""
    return lambda cell, error: record_property(ERROR, (cell, error))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the worst relative error of the gradient check for every cell that was checked."""
    errors: dict[str, list[float]] = defaultdict(list)
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", None) == "call":
                for name, value in report.user_properties:
                    if name == ERROR:
                        errors[value[0]].append(value[1])
    for cell, found in sorted(errors.items()):
        terminalreporter.write_line(
            f"worst {ERROR}: {cell} {max(found):.1e} ({len(found)} systems)"
        )
