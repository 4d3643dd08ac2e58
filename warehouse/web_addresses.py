"""Addresses of web pages as programs take them: any text in, an ASCII URI or nothing out."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

ADDRESS_CHARACTERS = ":/?#@!$&'()*+,;=%-._~"  # what stands in an address as it is


def web_address(url: str | None) -> str | None:
    """Return a web address as an ASCII URI that every feed reader accepts; None for any other text.

    None is returned without http or https, without a host, with an invalid port, and for what cannot be parsed. Spaces
    around it and a user's name are removed; a host that is not ASCII is IDNA encoded, other characters are
    percent-encoded as UTF-8; escapes in it stay.
    """
    try:
        parts = urlsplit((url or "").strip())
        host = (parts.hostname or "").encode("idna").decode()
        port = "" if parts.port is None else f":{parts.port}"
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not host:
        return None
    shown = f"[{host}]" if ":" in host else host
    netloc = parts.netloc if parts.netloc.isascii() else shown + port
    path, query, fragment = (quote(part, safe=ADDRESS_CHARACTERS) for part in parts[2:])
    quoted = quote(
        netloc, safe=f"{ADDRESS_CHARACTERS}[]"
    )  # brackets hold an IPv6 address, and stand nowhere else
    return parts._replace(netloc=quoted, path=path, query=query, fragment=fragment).geturl()
