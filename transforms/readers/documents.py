"""What a reader is given and what it gives: one source to read, and the making of documents and rejections."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from transforms.readers.byte_streams import Budget, StopReading, Window, one_line
from transforms.readers.read_options import ReadOptions
from transforms.types import Disposition, Format, RawDocument, Reason, Rejection, Stated

Item = RawDocument | Rejection
Items = Iterator[Item]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One stream to read: a file as given, or the content of a compressed file or archive member inside it.

    `window` gives its bytes in order. `ref` names it in results; `depth` counts the compressions and archives around
    it, and `budget` the bytes decompressed so far, in all of them together.
    """

    window: Window
    ref: str
    depth: int  # packings around it
    options: ReadOptions
    budget: Budget
    opened: BinaryIO | None = None  # the caller's seekable file, where this source is that file

    @property
    def name(self) -> str:
        """Return the part of `ref` after the last "!" or "/": the name of the file or of the archive's member."""
        return self.ref.replace("!", "/").rsplit("/", 1)[-1]

    def seekable(self, what: str) -> BinaryIO:
        """Return a seekable stream at its beginning: the caller's own file, else a copy of the window in memory.

        The caller's file stays the caller's to close, and counts as wholly consumed in the budget from here on. Raises
        StopReading for a copy of more than `max_buffered_bytes` (`what` names it in the message) and for a window that
        fails.
        """
        if self.opened is not None:
            size = self.opened.seek(0, io.SEEK_END)
            self.budget.consumed = lambda: size  # its parts are taken in any order
            self.opened.seek(0)
            return self.opened
        return io.BytesIO(self.window.read_whole(self.options.max_buffered_bytes, what))


def document(
    ref: str, form: Format, own_bytes: bytes, body: bytes | str, is_html: bool, stated: Stated | None = None
) -> RawDocument:
    """Make a document of one record; nothing is checked, and nothing raises.

    `own_bytes` are the record as received, of which hash and size are. `body` is bytes where the charset is still to
    be found. Without `stated` the record says nothing of itself (`Stated()`).
    """
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
    """Make a rejection, its `detail` made safe for one line of some 200 characters.

    `own_bytes` are the record as received; where they are empty, the hash is "" and the size 0.
    """
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
    """Make the rejection of a document that is by design no article: reason `NOT_AN_ARTICLE`, disposition `SKIPPED`.

    `detail` is made one safe line; without `own_bytes`, the record as received, the hash is "" and the size 0.
    """
    return reject(ref, form, Reason.NOT_AN_ARTICLE, detail, own_bytes, Disposition.SKIPPED)


def reject_for(ref: str, form: Format, stop: StopReading) -> Rejection:
    """Make the rejection of a source of which reading stopped: reason, detail and disposition are those of `stop`.

    It has no hash and no size.
    """
    return reject(ref, form, stop.reason, stop.detail, disposition=stop.disposition)


def items_or_rejection(items: Items, ref: str, form: Format, own_bytes: bytes = b"") -> Items:
    """Yield the items of one record; an error of its conversion becomes one rejection (`BAD_RECORD`) and ends it.

    So the records after it are still read. StopReading, which ends the file, and MemoryError are raised. `ref` and
    `own_bytes` are the record's.
    """
    try:
        yield from items
    except (StopReading, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001
        # A record holds whatever its sender wrote, and libraries raise anything on it: its neighbours are read on.
        yield reject(ref, form, Reason.BAD_RECORD, f"{type(error).__name__}: {error}", own_bytes)


def item_or_rejection(make: Callable[[], Item], ref: str, form: Format, own_bytes: bytes = b"") -> Item:
    """Return the item that `make` makes of one record; an error of it becomes a rejection (`BAD_RECORD`).

    StopReading, which ends the file, and MemoryError are raised.
    """
    return next(items_or_rejection((make() for _ in range(1)), ref, form, own_bytes))


def digest(data: bytes) -> str:
    """Return the SHA-256 of bytes, which may be empty, as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def as_json(value: object) -> bytes:
    """Return a parsed value as JSON in UTF-8 with sorted keys: the same value gives the same bytes, and so one hash.

    What JSON has no form for is written as its `str()`; lone surrogates stay, as bytes that are no valid UTF-8.
    """
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str).encode("utf-8", "surrogatepass")
