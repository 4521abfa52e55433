"""Find the Chromium that the browser tests drive; `--install` gets one when there is none.

`python -m tests.browser.find_chromium [--install]` prints its path.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

ENV_VAR = "CAROUSEL_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
REMEDY = (
    "Remedy: `python -m tests.browser.find_chromium --install`; or, on Debian, "
    "`apt-get install chromium libatomic1`; or elsewhere "
    "`python -m playwright install --with-deps chromium`; "
    f"or set {ENV_VAR} to the path of a Chromium or Chrome."
)
PACKAGES = ("chromium", "fonts-dejavu-core", "libatomic1")  # the last is Playwright's need


class ChromiumNotFoundError(RuntimeError):
    """No usable Chromium; the message names the remedy."""


def find_chromium() -> str:
    """Path of the first Chromium that starts: $CAROUSEL_CHROMIUM, Playwright's own, then PATH."""
    if not _succeeds([sys.executable, "-m", "playwright", "--version"]):
        raise ChromiumNotFoundError(
            "Playwright, which drives the browser tests, does not start; on a bare Debian it lacks "
            f"libatomic1. `python -m playwright --version` says more. {REMEDY}"
        )
    named = os.environ.get(ENV_VAR)
    if named:
        if _starts(named):
            return named
        raise ChromiumNotFoundError(f"{ENV_VAR}={named} does not start as a Chromium. {REMEDY}")
    for path in (_playwrights_own(), *map(shutil.which, NAMES)):
        if path and _starts(path):
            return path
    raise ChromiumNotFoundError(f"The browser tests need Chromium, and none was found. {REMEDY}")


def install_chromium() -> str:
    """Install Chromium by the system's packages or else by Playwright; return its path."""
    for commands in _installers():
        for command in commands:
            print("+", " ".join(command), file=sys.stderr, flush=True)
            env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            # A failed `update` may still leave an installable package: go on.
            subprocess.run(
                command, check=False, env=env, stdin=subprocess.DEVNULL, stdout=sys.stderr
            )
        try:
            return find_chromium()
        except ChromiumNotFoundError:
            continue
    raise ChromiumNotFoundError(f"Chromium could not be installed. {REMEDY}")


def _installers() -> list[list[list[str]]]:
    installers = []
    if shutil.which("apt-get"):
        sudo = None
        if os.geteuid() == 0:
            sudo = []
        elif shutil.which("sudo") and _succeeds(["sudo", "-n", "true"]):
            sudo = ["sudo", "-n", "--preserve-env=DEBIAN_FRONTEND"]
        if sudo is not None:
            apt = [*sudo, "apt-get", "-q", "-o", "DPkg::Lock::Timeout=120"]
            installers.append(
                [[*apt, "update"], [*apt, "install", "-y", "--no-install-recommends", *PACKAGES]]
            )
    installers.append([[sys.executable, "-m", "playwright", "install", "chromium"]])
    return installers


def _playwrights_own() -> str | None:
    """The browser that `playwright install` downloaded, if it did."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        return None
    try:
        with sync_playwright() as playwright:
            path = playwright.chromium.executable_path
    except Error:  # a Playwright is already running in this thread
        return None
    return path if Path(path).exists() else None


def _starts(path: str) -> bool:
    return _succeeds([path, "--version"])


def _succeeds(command: list[str]) -> bool:
    try:
        done = subprocess.run(
            command, check=False, stdin=subprocess.DEVNULL, capture_output=True, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def main() -> int:
    """Print the path of a Chromium, or the remedy."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--install", action="store_true", help="install Chromium if there is none")
    arguments = parser.parse_args()
    try:
        try:
            print(find_chromium())
        except ChromiumNotFoundError:
            if not arguments.install or os.environ.get(ENV_VAR):
                raise
            print(install_chromium())
    except ChromiumNotFoundError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
