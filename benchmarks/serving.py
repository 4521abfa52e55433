"""The app, or the bare page beside it, served in a process of its own with the app's settings."""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.browser.serve import environment, serving

APP = "app.py"
BARE = "benchmarks/bare_page.py"


@dataclass(frozen=True)
class Server:
    """A running server: its host and port, its process, and where it notes the times of runs."""

    host: str
    pid: int
    times: Path | None = None

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    def cpu_seconds(self) -> float | None:
        """Processor time that it has used; only Linux tells."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        user, system = fields[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def resident_mb(self) -> float:
        """The memory that it has; NaN but on Linux."""
        try:
            status = Path(f"/proc/{self.pid}/status").read_text()
        except OSError:
            return math.nan
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def script_seconds(self) -> list[float]:
        """The processor time of every run of a script so far, of the run's thread alone."""
        return [] if self.times is None else [float(line) for line in self.times.open()]


@contextmanager
def served(script: str = APP, timed: bool = False) -> Iterator[Server]:
    """Serve a script of this repository on a free port, without a limit on threads; ``timed``: it notes
    the time of every run."""
    env = {name: value for name, value in environment().items() if not name.endswith("_THREADS")}
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(
            script,
            Path(folder) / "server.log",
            env | {"RUN_TIMES": f"{folder}/times"},
            "benchmarks.timed_server" if timed else "streamlit",
        ) as (host, pid),
    ):
        yield Server(host, pid, Path(folder) / "times" if timed else None)
