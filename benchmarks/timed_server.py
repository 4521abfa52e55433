"""Streamlit that notes the processor time of every run of a script, of the run's own thread:

RUN_TIMES=file python -m benchmarks.timed_server run app.py
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.web.cli import main

_run = ScriptRunner._run_script_thread


def timed(runner: Any) -> None:
    begun = time.thread_time()
    _run(runner)
    with Path(os.environ["RUN_TIMES"]).open("a") as times:
        times.write(f"{time.thread_time() - begun}\n")


if __name__ == "__main__":
    ScriptRunner._run_script_thread = timed  # type: ignore[method-assign]
    main(prog_name="streamlit")
