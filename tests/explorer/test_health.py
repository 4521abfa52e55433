"""The image's health check finds the server wherever its settings put it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from streamlit import config

from explorer import health
from explorer.health import Place, Process
from tests.browser.serve import ROOT, environment, serving
from tests.explorer.self_signed import write_certificate

Setting = Callable[[Path], tuple[dict[str, str], list[str]]]


def check(process: int | str) -> subprocess.CompletedProcess[str]:
    """The command as the image runs it."""
    command = [sys.executable, "-m", "explorer.health", str(process)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)


# Every way to say it: what is set in the environment, and on the command line.


def plain(folder: Path) -> tuple[dict[str, str], list[str]]:
    return {}, []


def base_path(folder: Path) -> tuple[dict[str, str], list[str]]:
    return {"STREAMLIT_SERVER_BASE_URL_PATH": "/course/cells/"}, []


def port_on_the_command_line(folder: Path) -> tuple[dict[str, str], list[str]]:
    return {"STREAMLIT_SERVER_PORT": "1", "STREAMLIT_SERVER_ADDRESS": "192.0.2.1"}, []


def tls(folder: Path) -> tuple[dict[str, str], list[str]]:
    certificate, key = write_certificate(folder)
    (folder / ".streamlit").mkdir()
    lines = [
        f"sslCertFile = {json.dumps(str(certificate))}",
        f"sslKeyFile = {json.dumps(str(key))}",
    ]
    (folder / ".streamlit" / "config.toml").write_text("\n".join(["[server]", *lines]))
    return {}, []


def all_of_them(folder: Path) -> tuple[dict[str, str], list[str]]:
    tls(folder)
    return {"STREAMLIT_SERVER_PORT": "1"}, ["--server.baseUrlPath", "course"]


def every_address(folder: Path) -> tuple[dict[str, str], list[str]]:
    return {}, ["--server.address", "0.0.0.0", "--", "--server.port=1"]


EACH = pytest.mark.parametrize(
    "setting",
    [plain, base_path, port_on_the_command_line, tls, all_of_them, every_address],
    ids=lambda setting: setting.__name__,
)


@EACH
def test_a_server_is_healthy_until_it_stops(setting: Setting, tmp_path: Path) -> None:
    env, more = setting(tmp_path)
    env = environment() | {"HOME": str(tmp_path)} | env

    def answers(host: str, process: int) -> bool:
        return check(process).returncode == 0

    with serving("app.py", tmp_path / "log", env, more=more, answers=answers) as (host, number):
        place = health.process(number).place()
        said = check(number)
        assert said.returncode == 0
        assert said.stdout == f"{place.url} answers.\n"
        assert place.port == host.partition(":")[2]
        assert health.process(number) in list(health.servers())
    said = check(number)
    assert said.returncode == 1
    assert len(said.stdout.splitlines()) == 1
    assert "does not answer" in health.problem(place)


@contextmanager
def answering(status: int, body: bytes) -> Iterator[Place]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield Place(port=str(server.server_port))
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, b"ok", ""),
        (503, b"unavailable", "503"),
        (200, b"<!doctype html>", "doctype"),
        (404, b"ok", "404"),
        (302, b"ok", "302"),
    ],
)
def test_only_the_framework_s_answer_is_healthy(status: int, body: bytes, said: str) -> None:
    with answering(status, body) as place:
        found = health.problem(place)
    assert said in found and bool(said) == bool(found)


def test_a_server_that_never_answers_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "TIMEOUT_S", 0.1)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        assert "timed out" in health.problem(Place(port=str(silent.getsockname()[1])))


def test_all_servers_of_this_app_are_looked_for_and_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def running(*words: str, folder: Path = ROOT) -> bool:
        return Process(words, {}, folder).runs_this_app

    assert running("python", "-m", "streamlit", "run", "app.py", "--server.port", "9000")
    assert running("/opt/bin/python", "/opt/bin/streamlit", "run", "--server.port=1", "app.py")
    assert running("init", "--", "streamlit", "run", str(ROOT / "app.py"), folder=tmp_path)
    assert not running("python", "-m", "streamlit", "run", "app.py", folder=tmp_path)
    assert not running("python", "-m", "streamlit", "hello")
    assert not running("python", "app.py", "run", "streamlit")
    with answering(200, b"ok") as one, answering(500, b"no") as two:
        places = {
            port: Process((), {"STREAMLIT_SERVER_PORT": port}, ROOT)
            for port in (one.port, two.port)
        }
        for ports, code in (((one.port,), 0), ((one.port, two.port), 1), ((), 1)):
            monkeypatch.setattr(
                health, "servers", lambda ports=ports: iter(places[p] for p in ports)
            )
            assert health.main([]) == code
            assert len(capsys.readouterr().out.splitlines()) == 1


def test_settings_are_the_framework_s() -> None:
    for key in health.SETTINGS.values():
        assert config.get_config_options()[key].env_var == health.variable(key)
    assert Place().port == str(config._config_options_template["server.port"].default_val)


@pytest.mark.parametrize(
    ("place", "url"),
    [
        (Place(), "http://127.0.0.1:8501/_stcore/health"),
        (Place("::", "80"), "http://[::1]:80/_stcore/health"),
        (Place("10.0.0.7"), "http://10.0.0.7:8501/_stcore/health"),
        (Place("0.0.0.0", "1", "a/b", "c.pem"), "https://127.0.0.1:1/a/b/_stcore/health"),
    ],
)
def test_a_place_is_an_address(place: Place, url: str) -> None:
    assert place.url == url


def test_the_last_that_says_so_counts(tmp_path: Path) -> None:
    for folder, lines in {"home": 'port = "env:MINE"\naddress = "::"', "here": "port = 3"}.items():
        (tmp_path / folder / ".streamlit").mkdir(parents=True)
        (tmp_path / folder / ".streamlit/config.toml").write_text(f"[server]\n{lines}\n")
    env = {"HOME": str(tmp_path / "home"), "MINE": "2"}
    words = ["streamlit", "run", "app.py"]
    assert Process(words, env, tmp_path).place() == Place("::", "2")
    assert Process(words, env, tmp_path / "here").place() == Place("::", "3")
    env |= {"STREAMLIT_SERVER_PORT": "4"}
    assert Process(words, env, tmp_path / "here").place() == Place("::", "4")
    words += ["--server.port", "5"]
    assert Process(words, env, tmp_path / "here").place() == Place("::", "5")


def test_the_image_asks_by_this_command() -> None:
    (line,) = (
        line for line in (ROOT / "Dockerfile").read_text().splitlines() if "explorer.health" in line
    )
    assert json.loads(line.strip().removeprefix("CMD ")) == ["python", "-m", "explorer.health"]


def test_the_check_imports_no_framework() -> None:
    code = "import explorer.health, sys; print('streamlit' in sys.modules, 'numpy' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=dict(os.environ), capture_output=True, text=True
    )
    assert done.stdout == "False False\n"
