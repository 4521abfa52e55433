"""The app, or the bare page beside it, served in a process of its own with the app's settings."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
APP = "app.py"
BARE = "benchmarks/bare_page.py"
START_S = 60


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
    """Serve a script of this repository on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.headless=true"]
    address = [f"--server.port={port}", "--server.address=127.0.0.1"]
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            command + address,
            cwd=ROOT,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        server = Server(f"127.0.0.1:{port}", process.pid)
        try:
            if not _healthy(server, process):
                log.seek(0)
                raise RuntimeError(f"{script} did not start:\n{log.read()}")
            yield server
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _environment() -> dict[str, str]:
    """As a visitor's server has it: no settings of this shell, no limit on threads."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("STREAMLIT_") and not name.endswith(("_NUM_THREADS", "_THREADS"))
    } | {"PYTHONUNBUFFERED": "1"}


def _healthy(server: Server, process: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=5):
                return True
        except OSError:
            time.sleep(0.1)
    return False
