"""The server's headers, and the way from addresses that nearly name a page."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from streamlit import config

from explorer.middleware import PAGES, middleware

NAMES = sorted(path.stem for path in Path(PAGES).glob("*.py"))
BELOW = "framework"  # the body of what is answered by the app below


def answer(path: str, query: str = "", kind: str = "http") -> tuple[int, dict[str, str], str]:
    """What the middleware answers over an app that says ``BELOW`` to everything."""
    sent: list[dict[str, Any]] = []

    async def below(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": f"{kind}.response.start", "status": 200, "headers": []})
        await send({"type": f"{kind}.response.body", "body": BELOW.encode()})

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    app: Any = below
    for each in reversed(middleware()):
        app = each.cls(app, *each.args, **each.kwargs)
    scope = {"type": kind, "method": "GET", "path": path, "query_string": query.encode()}
    asyncio.run(app(scope | {"headers": []}, receive, send))
    start, *rest = sent
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    return start["status"], headers, b"".join(part["body"] for part in rest).decode()


@pytest.fixture(params=["", "course/rnn", "/course/"])
def base(request: pytest.FixtureRequest) -> Any:
    before = config.get_option("server.baseUrlPath")
    config.set_option("server.baseUrlPath", request.param)
    yield "/".join(["", *filter(None, request.param.split("/"))])
    config.set_option("server.baseUrlPath", before)


@pytest.mark.parametrize("name", NAMES)
def test_an_address_that_nearly_names_a_page_leads_to_it(name: str, base: str) -> None:
    near = (
        name.lower(),
        name.upper(),
        name.replace("_", "-"),
        name.replace("_", " "),
        name.replace("_", ""),
        f"{name}/extra",
        f"{name.lower()}/extra/more",
        f"{name.lower()}/",
    )
    for path in near:
        if path == name:
            continue
        status, headers, _ = answer(f"{base}/{path}", "n=3&text=a%20b")
        assert (status, headers["location"]) == (307, f"{base}/{name}?n=3&text=a%20b"), path


@pytest.mark.parametrize("name", NAMES)
def test_what_else_is_asked_for_is_left_to_the_framework(name: str, base: str) -> None:
    paths = ("", name, f"{name}/_stcore/health", f"{name}/static/js/index.js", "static/x.js")
    for path in (*paths, "_stcore/stream", "nothing", f"/{name}", f"not/{name}", "favicon.png"):
        status, _, body = answer(f"{base}/{path}")
        assert (status, body) == (200, BELOW), path
    assert answer(f"/elsewhere{base}/{name.lower()}")[2] == BELOW


def test_a_base_path_is_no_page_of_another(base: str) -> None:
    if base:
        assert answer(f"/{NAMES[0].lower()}")[2] == BELOW


@pytest.mark.parametrize("path", ["/", "/roots", "/static/js/x.js"])
def test_every_answer_keeps_the_browser_to_this_site(path: str) -> None:
    policy = answer(path)[1]["content-security-policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'self'"
    for name, allowed in rules.items():
        hosts = [each for each in allowed.split() if not each.startswith(("'", "data:", "blob:"))]
        assert not hosts, f"{name} lets the browser go to {hosts}"
    assert "unsafe" not in rules["script-src"]
    assert "connect-src" not in rules, "as default-src"


def test_messages_that_are_no_answer_over_http_pass_as_they_are() -> None:
    status, headers, body = answer("/roots", kind="websocket.http")
    assert (status, headers, body) == (200, {}, BELOW)
