"""Serve a script of this repository as a visitor's server does, in a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
START_S = 60


def environment() -> dict[str, str]:
    """This process's, without settings of the framework."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("STREAMLIT_")}
    return kept | {"PYTHONUNBUFFERED": "1"}


@contextmanager
def serving(
    script: str, log: Path, env: Mapping[str, str], module: str = "streamlit"
) -> Iterator[tuple[str, int]]:
    """Host and process of the server, once it is healthy; what it prints goes to ``log``.

    Raises: RuntimeError with the log, where it does not start.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", module, "run", script, "--server.headless=true"]
    address = [f"--server.port={port}", "--server.address=127.0.0.1"]
    with log.open("w") as out:
        server = subprocess.Popen(
            command + address,
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        host = f"127.0.0.1:{port}"
        if not _healthy(host, server):
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


def _healthy(host: str, server: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"http://{host}/_stcore/health", timeout=5):
                return True
        except OSError:
            time.sleep(0.1)
    return False
