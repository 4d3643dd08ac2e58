"""What a reader is given and what it gives: one source to read, and the making of documents and rejections."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from transforms.readers.options import ReadOptions
from transforms.readers.streams import Budget, Refusal, Window, one_line
from transforms.types import Disposition, Format, RawDocument, Reason, Rejection, Stated

Item = RawDocument | Rejection
Items = Iterator[Item]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One stream to read: the outermost file, or what unpacking one level of it gave."""

    window: Window
    ref: str
    depth: int  # packings around it
    options: ReadOptions
    budget: Budget
    opened: BinaryIO | None = None  # the caller's seekable file, where this source is that file

    @property
    def name(self) -> str:
        """The last part of the reference, for the rare case that bytes leave open."""
        return self.ref.replace("!", "/").rsplit("/", 1)[-1]

    def seekable(self, what: str) -> BinaryIO:
        """Give a stream that can seek: the caller's own, or a bounded copy in memory."""
        if self.opened is not None:
            size = self.opened.seek(0, io.SEEK_END)
            self.budget.consumed = lambda: size  # its parts are taken in any order
            self.opened.seek(0)
            return self.opened
        return io.BytesIO(self.window.read_whole(self.options.max_buffered_bytes, what))


def document(
    ref: str, form: Format, own_bytes: bytes, body: bytes | str, is_html: bool, stated: Stated | None = None
) -> RawDocument:
    """Make a document; `own_bytes` are the record as received, which its hash and size are of."""
    return RawDocument(
        source_ref=ref,
        format=form,
        sha256=digest(own_bytes),
        size=len(own_bytes),
        body=body,
        is_html=is_html,
        stated=stated if stated is not None else Stated(),
    )


def reject(
    ref: str,
    form: Format,
    reason: Reason,
    detail: str,
    own_bytes: bytes = b"",
    disposition: Disposition = Disposition.REJECTED,
) -> Rejection:
    """Make a rejection whose detail is one safe line."""
    return Rejection(
        source_ref=ref,
        format=form,
        reason=reason,
        detail=one_line(detail),
        sha256=digest(own_bytes) if own_bytes else "",
        size=len(own_bytes),
        disposition=disposition,
    )


def skip(ref: str, form: Format, detail: str, own_bytes: bytes = b"") -> Rejection:
    """Note a document that is by design no article."""
    return reject(ref, form, Reason.NOT_AN_ARTICLE, detail, own_bytes, Disposition.SKIPPED)


def reject_for(ref: str, form: Format, refusal: Refusal) -> Rejection:
    """Turn the verdict that stopped a source into its rejection."""
    return reject(ref, form, refusal.reason, refusal.detail, disposition=refusal.disposition)


def digest(data: bytes) -> str:
    """Name bytes by their SHA-256 in hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()
