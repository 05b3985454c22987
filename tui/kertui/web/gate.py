"""Who may have a page: a browser that asks this machine by its own name, and knows the token.

Every program of this machine, and every web page that its browsers have open, can connect to a port
of it. The token keeps the programs of other users out; the name, pages that had their own name lead
here (DNS rebinding); the origin, pages that open a WebSocket to somewhere else.
"""

from __future__ import annotations

import hmac
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
"""Names of this machine, for itself. At any port: that of ``ssh -L`` may be another than ours."""

COOKIE: Final = "kertui-token"

_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
"""The page may fetch nothing from elsewhere, nor stand in another page."""


def gate(token: str) -> Middleware:
    """A middleware that lets in whoever has the token, and asks for this machine by name.

    The address with the token in it sets a cookie and leads on to one without, so that it does not
    stay in the window's title, the history or a picture of the screen.
    """

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not is_loopback(f"http://{request.headers.get('Host', '')}"):
            return _refused("kertui answers only at 127.0.0.1 or localhost.")
        origin = request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc != request.headers["Host"]:
            return _refused("kertui answers only to its own page.")
        asked = request.query.get("token")
        given = asked if asked is not None else request.cookies.get(cookie_of(request), "")
        if not hmac.compare_digest(given.encode("utf-8", "replace"), token.encode()):
            return _refused("The token is wrong: open the address that kertui serve printed.")
        if asked is not None and request.path == "/":
            response: web.StreamResponse = web.HTTPSeeOther("/")
            response.set_cookie(cookie_of(request), token, httponly=True, samesite="Strict")
            response.headers.update(_HEADERS)
            return response
        return await handler(request)

    return check


def cookie_of(request: web.Request) -> str:
    """The cookie's name: browsers do not tell apart the cookies of two ports."""
    return f"{COOKIE}-{urlsplit(f'http://{request.host}').port or 80}"


def is_loopback(address: str) -> bool:
    """Whether an address is one of this machine for itself, by its name alone."""
    try:
        return urlsplit(address).hostname in LOOPBACK
    except ValueError:
        return False


async def add_headers(_: web.Request, response: web.StreamResponse) -> None:
    """Say with every answer what its page may do."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)


def _refused(why: str) -> web.Response:
    return web.Response(status=403, text=f"{why}\n", headers=_HEADERS)
