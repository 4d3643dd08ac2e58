"""Whether runs are reported to a Prefect server: asked before Prefect is imported, and answered within five seconds."""

from __future__ import annotations

import os
import threading
from typing import Literal
from urllib.parse import unquote, urlsplit

from flows.errors import InvalidRequestError, ServiceError
from flows.stderr_messages import say

ANSWER_SECONDS = 4.0  # with what starting takes, less than five until a person reads of it


def reports_to_prefect(choice: Literal["auto", "always", "never"]) -> bool:
    """Return whether a run becomes a Prefect flow: with `auto` where PREFECT_API_URL is set and answers.

    With `never` it does not. With `always` it does, without PREFECT_API_URL too; raises ServiceError where that is set
    and does not answer. With `auto` the run then goes on without Prefect, and a message on stderr says so. Raises
    InvalidRequestError where PREFECT_API_URL is no address, unless with `never`.
    """
    url = os.environ.get("PREFECT_API_URL", "")
    if choice == "never" or (choice == "auto" and not url):
        return False
    if not url:
        return True
    line = f"the Prefect server at {shown(url)} does not answer"
    if answers(url):
        hide_credentials()
        return True
    if choice == "always":
        raise ServiceError(line)
    say(f"{line}; this run goes on without it and is not reported there", level="warning")
    return False


def answers(url: str, *, seconds: float = ANSWER_SECONDS) -> bool:
    """Return whether an address of the Prefect API answers with any HTTP within so many seconds; never raises.

    An HTTP error, such as a refusal for lack of a key, is an answer.
    """
    found: list[bool] = []
    asking = threading.Thread(target=lambda: found.append(_ask(url, seconds)), daemon=True)
    asking.start()  # looking up a name knows no time limit
    asking.join(seconds)
    return found == [True]


def shown(url: str) -> str:
    """Return an address without user, password, query and fragment, for messages.

    Raises InvalidRequestError for a port that is no number up to 65535, or another address that cannot be parsed.
    """
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError as error:  # its words can have the password in them
        raise InvalidRequestError("PREFECT_API_URL is no address: its host or its port is wrong") from error
    host = parts.hostname or ""
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}{parts.path}"


def hide_credentials() -> None:
    """Move user and password of PREFECT_API_URL into PREFECT_API_AUTH_STRING, before Prefect is imported.

    Prefect makes the addresses of its pages of the former, and shows them in logs and messages. An address without
    them is left as it is. Raises InvalidRequestError as `shown` does.
    """
    url = os.environ.get("PREFECT_API_URL", "")
    credentials = urlsplit(url).netloc.rpartition("@")[0]
    if credentials:
        os.environ["PREFECT_API_URL"] = shown(url)
        os.environ.setdefault("PREFECT_API_AUTH_STRING", unquote(credentials))


def _ask(url: str, seconds: float) -> bool:
    import http.client  # here, since most runs report to no server, and TLS takes long to load
    import urllib.error
    import urllib.request

    try:
        url = shown(url)  # user and password too: urllib takes them for the host, and a refusal is an answer
        # a proxy does not know our loopback
        is_local = (urlsplit(url).hostname or "") in ("localhost", "127.0.0.1", "::1")
        handlers = [urllib.request.ProxyHandler({})] if is_local else []
        with urllib.request.build_opener(*handlers).open(f"{url.rstrip('/')}/health", timeout=seconds):
            return True
    except urllib.error.HTTPError:
        return True
    except (OSError, ValueError, OverflowError, http.client.HTTPException, InvalidRequestError):
        return False
