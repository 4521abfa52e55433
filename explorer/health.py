"""Whether the server of this app answers, wherever its settings put it: the health check of the image.

    python -m explorer.health [PROCESS]

Prints one line; exits with 0 if every server of this app on this machine answers (or the one of that
process), else with 1. It reads what the server reads, and without importing it, which would take a second
of the processor every time: https://docs.streamlit.io/develop/concepts/configuration/options.
"""

from __future__ import annotations

import http.client
import os
import re
import socket
import ssl
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

APP = Path(__file__).resolve().parents[1] / "app.py"
TIMEOUT_S = 4
ANSWER = b"ok"
SETTINGS = {name: f"server.{name}" for name in ("address", "port", "baseUrlPath", "sslCertFile")}
LOOPBACK = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}


@dataclass(frozen=True)
class Place:
    """Where a server listens."""

    address: str = ""
    port: str = "8501"
    baseUrlPath: str = ""
    sslCertFile: str = ""

    @property
    def host(self) -> str:
        return LOOPBACK.get(self.address, self.address)

    @property
    def path(self) -> str:
        return "/".join(["", *filter(None, self.baseUrlPath.split("/")), "_stcore", "health"])

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http{'s' if self.sslCertFile else ''}://{host}:{self.port}{self.path}"


@dataclass(frozen=True)
class Process:
    """What a running server was started with."""

    words: Sequence[str]
    environment: Mapping[str, str]
    folder: Path

    @property
    def arguments(self) -> Sequence[str]:
        """Of ``streamlit run``; none where the process is another one."""
        if "run" not in self.words:
            return []
        run = self.words.index("run")
        if "streamlit" not in (Path(word).name for word in self.words[:run]):
            return []
        return self.words[run + 1 :]

    @property
    def runs_this_app(self) -> bool:
        return any((self.folder / word).resolve() == APP for word in self.arguments)

    def place(self) -> Place:
        """By the files, then the environment, then the command line: the last that says so counts."""
        found: dict[str, str] = {}
        for folder in (Path(self.environment.get("HOME", "/")), self.folder, APP.parent):
            found |= self._in_file(folder / ".streamlit" / "config.toml")
        for name, key in SETTINGS.items():
            if value := self.environment.get(variable(key)):
                found[name] = value
        return Place(**found | self._in_arguments())

    def _in_file(self, file: Path) -> dict[str, str]:
        try:
            server = tomllib.loads(file.read_text(encoding="utf-8")).get("server", {})
        except (OSError, ValueError):  # the server tells what is wrong with it
            return {}
        values = {name: str(server[name]) for name in SETTINGS if name in server}
        return {name: self._from_variable(value) for name, value in values.items()}

    def _from_variable(self, value: str) -> str:
        return self.environment.get(value[4:], value) if value.startswith("env:") else value

    def _in_arguments(self) -> dict[str, str]:
        found = {}
        words = iter(self.arguments)
        for word in words:
            if word == "--":  # what follows is the script's
                break
            flag, equals, value = word.partition("=")
            for name, key in SETTINGS.items():
                if flag == f"--{key}":
                    found[name] = value if equals else next(words, "")
        return found


def variable(key: str) -> str:
    """The environment variable of a setting: STREAMLIT_SERVER_BASE_URL_PATH of server.baseUrlPath."""
    return "STREAMLIT_" + re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key.replace(".", "_")).upper()


def process(number: int | str) -> Process:
    """Raises: OSError where there is none, or another user's."""
    about = Path("/proc", str(number))
    words = os.fsdecode((about / "cmdline").read_bytes()).split("\0")[:-1]
    pairs = os.fsdecode((about / "environ").read_bytes()).split("\0")
    return Process(
        words, dict(p.split("=", 1) for p in pairs if "=" in p), (about / "cwd").readlink()
    )


def servers() -> Iterator[Process]:
    """The servers of this app on this machine; without /proc, what the files and this process's own
    environment say."""
    if not Path("/proc/self").exists():
        yield Process((), os.environ, Path.cwd())
    for about in Path("/proc").glob("[0-9]*"):
        try:
            found = process(about.name)
        except OSError:
            continue
        if found.runs_this_app:
            yield found


def problem(place: Place) -> str:
    """Why a server doesn't answer as it should; nothing if it does."""
    try:
        with _connected(place) as line:
            request = http.client.HTTPConnection("localhost")
            request.sock = line
            request.request("GET", place.path)
            answer = request.getresponse()
            body = answer.read(100)
    except (OSError, ValueError, http.client.HTTPException) as error:
        return f"does not answer: {error or type(error).__name__}"
    if answer.status != 200 or body != ANSWER:
        return f"answers with {answer.status} {body[:40]!r} instead of 200 {ANSWER!r}"
    return ""


def _connected(place: Place) -> socket.socket:
    line = socket.create_connection((place.host, int(place.port)), TIMEOUT_S)
    if not place.sslCertFile:
        return line
    unchecked = ssl.create_default_context()  # its name is that of the site, not of the loopback
    unchecked.check_hostname = False
    unchecked.verify_mode = ssl.CERT_NONE
    return unchecked.wrap_socket(line)


def main(arguments: Sequence[str]) -> int:
    try:
        running = [process(number) for number in arguments] or list(servers())
    except OSError as error:
        print(f"There is no such process: {error}.")
        return 1
    places = {each.place() for each in running}
    if not places:
        print(f"No server runs {APP}.")
        return 1
    problems = {place.url: problem(place) for place in places}
    print("; ".join(f"{url} {found or 'answers'}" for url, found in problems.items()) + ".")
    return int(any(problems.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
