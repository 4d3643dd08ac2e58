"""A feed's bytes in, notices of the entries that it says are deleted out (RFC 6721, `at:deleted-entry`)."""

from __future__ import annotations

import html
import re

from transforms.readers.documents import Items, document
from transforms.readers.feed_entries import without_cdata, without_comments
from transforms.types import Format, Stated

_DELETED = re.compile(rb"<(?:[\w.-]{1,40}:)?deleted-entry(?=[\s>/])([^<>]{0,4000})>")
_ATTRIBUTE = re.compile(r"\b(ref|when)\s{0,9}=\s{0,9}(?:\"([^\"]*)\"|'([^']*)')")


def read_deletions(data: bytes, ref: str, before: int) -> Items:
    """Yield a notice (status "deleted", no text) for each `at:deleted-entry` with a `ref` in a feed, in its order.

    `data` is UTF-8. The notice's reference is `ref#n`, which counts all such elements from `before` + 1, except those
    in comments and CDATA. Nothing raises.
    """
    if b"deleted-entry" not in data:
        return
    for number, tag in enumerate(_DELETED.finditer(without_cdata(without_comments(data))), start=before + 1):
        stated = {
            found[1]: html.unescape(found[2] or found[3] or "").strip()
            for found in _ATTRIBUTE.finditer(tag[1].decode("utf-8", "replace"))
        }
        if stated.get("ref"):
            notice = Stated(
                external_id=stated["ref"],
                published=stated.get("when") or None,
                status="deleted",
                is_clean=True,
            )
            yield document(f"{ref}#{number}", Format.FEED, tag[0], "", is_html=False, stated=notice)
