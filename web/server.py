"""Serve the application with uvicorn until stopped."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import quote

import uvicorn

from flows.errors import InvalidRequestError
from web.app import create_app
from web.request_guard import LOOPBACK

_KEEP_ALIVE_SECONDS = 15
_MOST_CONNECTIONS = 200
_BACKLOG = 128


def run(
    home: Path,
    *,
    host: str,
    port: int,
    names: Sequence[str],
    access_token: str | None,
    can_decide: bool,
    announce: Callable[[str], None],
) -> None:
    """Serve the application until SIGINT or SIGTERM; raise InvalidRequestError where the address cannot be bound.

    `names` are host names to answer to beside those of loopback; port 0 is any free one. `announce` is called once with
    the address, the token in it, as soon as the server listens. The other parameters are those of `create_app`.
    """
    app = create_app(home, hosts=[*LOOPBACK, *names], access_token=access_token, can_decide=can_decide)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(_BACKLOG)  # so that whoever reads the address below is heard already
    except OSError as error:
        listener.close()
        raise InvalidRequestError(
            f"cannot listen at {host}:{port}: {error.strerror}; choose another --port"
        ) from error
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{listener.getsockname()[1]}/"
    announce(address + (f"?token={quote(access_token)}" if access_token else ""))
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        limit_concurrency=_MOST_CONNECTIONS,
        h11_max_incomplete_event_size=16 * 1024,
    )
    uvicorn.Server(config).run(sockets=[listener])
