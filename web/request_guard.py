"""What keeps the reading room safe: hosts, headers, tokens of forms, limits. No request leaves this machine."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from fastapi import Request, Response
from fastapi.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.problem_json import is_for_programs, problem

SESSION_COOKIE = "newsfold_session"
ACCESS_COOKIE = "newsfold_access"
MAX_BODY_BYTES = 64 * 1024
MAX_ADDRESS_CHARS = 4096
LOOPBACK = ("127.0.0.1", "localhost", "[::1]", "::1")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # not no-referrer: with it browsers send `Origin: null` on forms, and the check of origins would refuse them
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^][:/?#@\\]+)(?::[0-9]{0,5})?")
Next = Callable[[Request], Awaitable[Response]]


class Guard:
    """The middleware before every route: refuses other hosts, missing access tokens, and forms of other sites.

    It also limits sizes, and adds the security headers and a session cookie to answers. `hosts` are the host names that
    it answers to; `access_token` is demanded of everyone where it is set, once as `?token=` or in each request as a
    bearer token.
    """

    def __init__(self, hosts: Sequence[str], access_token: str | None) -> None:
        self._hosts = frozenset(host.lower() for host in hosts)
        self._access_token = access_token
        self._key = secrets.token_bytes(32)

    async def __call__(self, request: Request, call_next: Next) -> Response:
        refused = self._refusal(request)
        if refused is not None:
            response = refused
        else:
            session = request.cookies.get(SESSION_COOKIE) or secrets.token_urlsafe(24)
            request.state.session = session
            response = await call_next(request)
            if SESSION_COOKIE not in request.cookies:
                response.set_cookie(SESSION_COOKIE, session, httponly=True, samesite="strict")
            if self._access_token and request.query_params.get("token"):
                response.set_cookie(
                    ACCESS_COOKIE, quote(self._access_token, safe=""), httponly=True, samesite="strict"
                )
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    def form_token(self, session: str) -> str:
        """Return the token that forms of this session carry: its HMAC-SHA256 by this object's key, in hexadecimal."""
        return hmac.new(self._key, session.encode(), hashlib.sha256).hexdigest()

    def is_own_form(self, request: Request, token: str) -> bool:
        """Return whether the token of a posted form is that of the request's session, so that this room made the form.

        `token` may be any text.
        """
        return hmac.compare_digest(token.encode(), self.form_token(request.state.session).encode())

    def bears_token(self, request: Request) -> bool:
        """Return whether a program sent the access token as a bearer token; False where no token is set.

        Also False for a request with an `Origin`: it comes from a page in a browser and needs a form token.
        """
        given = _bearer(request)
        if self._access_token is None or given is None or "origin" in request.headers:
            return False
        return hmac.compare_digest(given.encode(), self._access_token.encode())

    def _refusal(self, request: Request) -> Response | None:
        if _host_name(request.headers.get("host", "")) not in self._hosts:
            return _refuse(request, 400, "this reading room is not known by that name")
        if len(str(request.url)) > MAX_ADDRESS_CHARS:
            return _refuse(request, 414, "the address is too long")
        if not self._has_access(request):
            return _refuse(
                request, 401, "add ?token=… as newsfold web printed it", {"WWW-Authenticate": "Bearer"}
            )
        if request.method not in ("GET", "HEAD", "POST"):
            return _refuse(request, 405, "only GET, HEAD and POST are answered", {"Allow": "GET, HEAD, POST"})
        if request.method == "POST" and not (_is_same_origin(request) or self.bears_token(request)):
            return _refuse(request, 403, "a form of another site is not accepted")
        length = request.headers.get("content-length", "0")
        if request.method == "POST" and not (
            length.isdecimal() and len(length) < 10 and int(length) <= MAX_BODY_BYTES
        ):
            return _refuse(request, 413, "the form is too large")
        return None

    def _has_access(self, request: Request) -> bool:
        if self._access_token is None:
            return True
        given = (
            request.query_params.get("token"),
            unquote(request.cookies.get(ACCESS_COOKIE, "")),
            _bearer(request),
        )
        return any(hmac.compare_digest(one.encode(), self._access_token.encode()) for one in given if one)


class HeadAsGet:
    """ASGI middleware that answers HEAD as GET, without the body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def send_head(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        await self._app({**scope, "method": "GET"}, receive, send_head)


def _refuse(request: Request, status: int, why: str, headers: Mapping[str, str] | None = None) -> Response:
    if is_for_programs(request.url.path):
        return problem(status, why, headers=headers)
    return PlainTextResponse(f"{why}\n", status_code=status, headers=dict(headers or {}))


async def own_form(request: Request, guard: Guard) -> dict[str, str] | Response:
    """Read a form that this reading room gave out; return the answer to give instead for any other.

    That is 400 for more than 50 fields, 403 for a form without the token of this session.
    """
    try:
        form = await read_form(request)
    except ValueError:
        return PlainTextResponse("the form has too many fields\n", 400)
    if not guard.is_own_form(request, form.get("token", "")):
        return PlainTextResponse(
            "this form is not from this reading room, or too old: load the page again\n", 403
        )
    return form


async def read_form(request: Request) -> dict[str, str]:
    """Read a posted form of plain fields (application/x-www-form-urlencoded).

    Of a name given twice the last one counts. Empty for a body over MAX_BODY_BYTES. Raises ValueError for more than
    50 fields.
    """
    body = await read_body(request)
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=50))


async def read_body(request: Request) -> bytes:
    """Read a body of at most MAX_BODY_BYTES; return b"" for a larger one, whatever its header says."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            return b""
    return body


def _host_name(host: str) -> str:
    """Return the name of a `Host` header without the port, in small letters; "" for what is no host."""
    found = _HOST.fullmatch(host.lower())
    return found[1] if found else ""


def _bearer(request: Request) -> str | None:
    """Return the bearer token of a request, its bytes read as UTF-8 (headers come as Latin-1); None without one."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    return given.strip().encode("latin-1", "replace").decode("utf-8", "replace")


def _is_same_origin(request: Request) -> bool:
    """Return whether a form is of ours: it says so by `Sec-Fetch-Site` or `Origin`; never by what is no address."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        return False
    origin = request.headers.get("origin")
    if origin is None:
        return site == "same-origin"
    try:
        return urlsplit(origin).netloc.lower() == request.headers.get("host", "").lower()
    except ValueError:
        return False
