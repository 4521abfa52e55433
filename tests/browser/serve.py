"""Serve a script of this repository as a visitor's server does, in a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
START_S = 60


def environment() -> dict[str, str]:
    """This process's, without settings of the framework."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("STREAMLIT_")}
    return kept | {"PYTHONUNBUFFERED": "1"}


def healthy(host: str, process: int) -> bool:
    """Whether a server with plain settings answers."""
    try:
        with urllib.request.urlopen(f"http://{host}/_stcore/health", timeout=5):
            return True
    except OSError:
        return False


@contextmanager
def serving(
    script: str,
    log: Path,
    env: Mapping[str, str],
    module: str = "streamlit",
    more: Sequence[str] = (),
    answers: Callable[[str, int], bool] = healthy,
) -> Iterator[tuple[str, int]]:
    """Host and process of the server, once it answers; what it prints goes to ``log``. ``more``: of its
    command line.

    Raises: RuntimeError with the log, where it does not start.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", module, "run", script, "--server.headless=true"]
    address = [f"--server.port={port}", "--server.address=127.0.0.1"]
    with log.open("w") as out:
        server = subprocess.Popen(
            [*command, *address, *more],
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        host = f"127.0.0.1:{port}"
        deadline = time.monotonic() + START_S
        while not answers(host, server.pid):
            if server.poll() is None and time.monotonic() < deadline:
                time.sleep(0.1)
                continue
            raise RuntimeError(
                f"{script} did not start (exit code {server.poll()}):\n{log.read_text()}"
            )
        yield host, server.pid
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
