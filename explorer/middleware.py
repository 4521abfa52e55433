"""What the server adds to the framework's answers: headers that keep a visitor's browser to this site,
and the way from addresses that nearly name a page.

Nothing of the pages is imported here: the server is made before there is a session.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import RedirectResponse
from streamlit import config, file_util

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGES = Path(__file__).parent.parent / "pages"
INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
# Below these are files and messages, and no pages.
NO_PAGES = {"_stcore", "static", "media", "component", "app", "favicon.png", "manifest.json"}


def middleware() -> list[Middleware]:
    """All of it, the outermost first."""
    return [Middleware(Headers, headers()), Middleware(NearAddresses)]


def headers() -> dict[str, str]:
    """The headers of every answer: nothing is loaded from, or sent to, another host.

    Scripts are the framework's files, its one inline script, by its hash, and the live parts, which
    the framework makes addresses of their own for (blob:). Who may show the app in a frame is the
    operator's to say: docs/serving.md.
    """
    index = Path(file_util.get_static_dir(), "index.html").read_text(encoding="utf-8")
    hashes = [sha256(script.encode()).digest() for script in INLINE.findall(index)]
    inline = " ".join(f"'sha256-{b64encode(found).decode()}'" for found in hashes)
    policy = {
        "default-src": "'self'",
        "script-src": f"'self' blob: {inline}",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
    }
    return {
        "content-security-policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "referrer-policy": "same-origin",
        "x-content-type-options": "nosniff",
    }


class Headers:
    """Adds headers to every answer over HTTP."""

    def __init__(self, app: ASGIApp, added: dict[str, str]) -> None:
        self.app, self.added = app, added

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            send = partial(self._send, send)
        await self.app(scope, receive, send)

    async def _send(self, send: Send, message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(self.added)
        await send(message)


class NearAddresses:
    """Leads from ``/roots`` and ``/Roots/extra`` to ``/Roots``, whatever the link holds."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.base = "/" + (config.get_option("server.baseUrlPath") or "").strip("/")
        self.names = [path.stem for path in PAGES.glob("*.py")]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self.app
        asked = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        if asked and (page := self.meant(scope["path"])):
            query = scope["query_string"].decode("latin-1")
            answer = RedirectResponse(page + (f"?{query}" if query else ""))
        await answer(scope, receive, send)

    def meant(self, path: str) -> str | None:
        """The address of the page that a path nearly names, or None."""
        base = self.base.rstrip("/")
        if not path.startswith(f"{base}/"):
            return None
        first, *rest = path.removeprefix(f"{base}/").rstrip("/").split("/")
        page = nearest(first, self.names)
        if page is None or NO_PAGES & set(rest) or [page] == [first, *rest]:
            return None
        return quote(f"{base}/{page}")


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The one of ``names`` that has the same letters, whatever their case and what is between words."""
    letters = re.sub(r"[\W_]", "", name).casefold()
    return next((known for known in names if re.sub("_", "", known).casefold() == letters), None)
