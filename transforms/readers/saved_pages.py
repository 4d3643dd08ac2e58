"""What saving adds to a page: headers of the response before it, and remarks of browsers and copiers at its top."""

from __future__ import annotations

import re

from transforms.types import Stated

_HEAD_BYTES = 1 << 14  # examined: headers and remarks stand first
_STATUS = re.compile(rb"HTTP/\d(?:\.\d)? \d{3}[^\r\n]{0,100}\r?\n")
_HEADER = re.compile(rb"([A-Za-z][A-Za-z0-9-]{0,40}+):[ \t]*+([^\r\n]{0,4000}+)\r?\n")
_OWN_HEADERS = frozenset(
    (b"content-type", b"date", b"server", b"last-modified", b"content-length", b"cache-control")
)
_CHARSET = re.compile(rb"charset=[\"']?([\w.:-]{2,40})", re.I)
_ADDRESS = r"((?:https?:)?//[^\s<>\"]{3,2000}|https?:[^\s<>\"]{3,2000})"
_REMARKS = (
    re.compile(rf"<!--\s*saved from url=\(\d{{1,6}}\)\s*{_ADDRESS}", re.I),  # Internet Explorer, Chrome
    re.compile(  # SingleFile
        rf"<!--\s*Page saved with SingleFile\s+url:\s*{_ADDRESS}(?:\s+saved date:\s*([^\r\n(]{{8,60}}))?",
        re.I,
    ),
    re.compile(  # HTTrack
        r"<!--\s*Mirrored from ([^\s<>\"]{3,2000}) by HTTrack[^,\r\n]{0,80}, ([^\r\n<>]{8,60}?)\s*-->", re.I
    ),
)
_SCRIPT_TIME = re.compile(r"\w{3} (\w{3}) (\d{1,2}) (\d{4}) (\d\d:\d\d:\d\d) GMT([+-]\d{4})")


def split_saved(data: bytes) -> tuple[bytes, Stated]:
    """Return a page without the headers that were saved before it, and what saving states: address, time, charset.

    Headers are known by a status line, or by two names that a response has. Remarks are those of browsers, SingleFile
    and HTTrack. A page without any comes back as it is, with an empty `Stated`. Nothing raises.
    """
    charset = captured = url = None
    length = 0
    head = data[:_HEAD_BYTES]
    fields, end = _read_headers(head)
    if end:
        length = end
        charset = _text(next(iter(_CHARSET.findall(fields.get(b"content-type", b""))), b""))
        captured = _text(fields.get(b"date", b""))
        place = _text(fields.get(b"content-location", b""))
        url = place if place and place.lower().startswith(("http://", "https://")) else None
    if b"<!--" in head:
        remarks = head.decode("utf-8", "replace").replace("\x00", "")
        for remark in _REMARKS:
            if (found := remark.search(remarks)) is None:
                continue
            address = found.group(1)
            url = address if "//" in address[:8] else f"http://{address}"
            if found.re.groups > 1 and found.group(2):
                captured = _SCRIPT_TIME.sub(r"\2 \1 \3 \4 \5", found.group(2).strip())
            break
    return data[length:], Stated(url=url, charset=charset, captured=captured)


def _read_headers(head: bytes) -> tuple[dict[bytes, bytes], int]:
    """Return the headers before a page by their names, and where the page begins; 0 where there are none."""
    status = _STATUS.match(head)
    at = status.end() if status else 0
    fields: dict[bytes, bytes] = {}
    while (found := _HEADER.match(head, at)) is not None:
        fields.setdefault(found.group(1).lower(), found.group(2).strip())
        at = found.end()
    gap = re.compile(rb"\r?\n").match(head, at)
    is_response = status is not None or len(_OWN_HEADERS & fields.keys()) > 1
    return (fields, gap.end()) if gap is not None and is_response else ({}, 0)


def _text(value: bytes) -> str | None:
    return value.decode("latin-1").strip() or None
