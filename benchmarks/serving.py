"""The app, or the bare page beside it, served in a process of its own with the app's settings."""

from __future__ import annotations

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
    """A running server: its host and port, and its process."""

    host: str
    pid: int

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


@contextmanager
def served(script: str = APP) -> Iterator[Server]:
    """Serve a script of this repository on a free port, without a limit on threads."""
    env = {name: value for name, value in environment().items() if not name.endswith("_THREADS")}
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(script, Path(folder) / "server.log", env) as (host, pid),
    ):
        yield Server(host, pid)
