"""The process of the server is set up once, by whichever call comes first."""

from __future__ import annotations

import gc
import socket
import threading
from collections.abc import Iterator

import pytest

from explorer import server


@pytest.fixture(autouse=True)
def new_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As if nothing had called `prepare` yet."""
    monkeypatch.setattr(server, "_first", threading.Lock())
    monkeypatch.setattr(server.idle, "start", lambda: None)
    yield
    gc.unfreeze()


def accepted(listener: socket.socket) -> tuple[socket.socket, socket.socket]:
    """A client's end and the server's end of a new connection."""
    client = socket.create_connection(listener.getsockname())
    return client, listener.accept()[0]


def sends_at_once(item: socket.socket) -> bool:
    return item.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


def test_open_and_later_connections_send_at_once() -> None:
    # Made as Streamlit makes its own, without a protocol, so that asyncio leaves it as it is.
    with socket.socket(socket.AF_INET) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        client, before = accepted(listener)
        with client, before:
            assert not sends_at_once(before)
            server.prepare()
            assert sends_at_once(before)
        client, after = accepted(listener)
        with client, after:
            assert sends_at_once(after)


def test_other_and_closed_sockets_are_left_alone() -> None:
    closed = socket.socket(socket.AF_INET)
    closed.close()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        server.send_at_once()
        assert datagrams.fileno() >= 0
    assert closed.fileno() == -1


def test_only_the_first_of_many_calls_works(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    monkeypatch.setattr(server, "send_at_once", lambda: calls.append("sockets"))
    monkeypatch.setattr(server, "spare_the_heap", lambda: calls.append("heap"))
    monkeypatch.setattr(server.idle, "start", lambda: calls.append("idle"))
    threads = [threading.Thread(target=server.prepare) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    server.prepare()
    assert calls == ["sockets", "heap", "idle"]


def test_the_heap_is_frozen() -> None:
    gc.unfreeze()
    server.prepare()
    assert gc.get_freeze_count() > 10_000


def test_a_failure_is_logged_and_not_raised(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise RuntimeError("no sockets here")

    monkeypatch.setattr(server, "send_at_once", fail)
    server.prepare()
    assert "no sockets here" in caplog.text
