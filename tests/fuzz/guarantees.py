"""What reading guarantees for any bytes at all, as checks that raise when it is broken."""

from __future__ import annotations

import io
import re
import time
from datetime import datetime

from transforms.readers import ReadOptions, read
from transforms.readers.documents import Item
from transforms.text.publication_status import is_withdrawn
from transforms.types import Format, RawDocument, Reason, Rejection

SECONDS = 20.0  # for inputs of at most 1 MiB: far above what any takes, far below a hang
OPTIONS = ReadOptions(max_document_bytes=1 << 22, max_buffered_bytes=1 << 22, expansion_floor=1 << 22)
NOW = datetime(2026, 3, 10, 12, 0)  # noqa: DTZ001 - times are naive UTC throughout
MAX_ITEMS = 200_000
_HEX = re.compile(r"[0-9a-f]{64}|")


class BrokenGuaranteeError(AssertionError):
    """Reading or cleaning did what it never may do."""


def check_reading(data: bytes, name: str) -> list[Item]:
    """Read the bytes and check every guarantee; return what was read."""
    began = time.monotonic()
    found: list[Item] = []
    try:
        for item in read(io.BytesIO(data), name, OPTIONS):
            found.append(item)
            _demand(len(found) <= MAX_ITEMS, "more documents than bytes can hold")
    except BrokenGuaranteeError:
        raise
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        raise BrokenGuaranteeError(f"read raised {type(error).__name__}: {error}") from error
    if time.monotonic() - began > SECONDS:
        raise BrokenGuaranteeError(f"took {time.monotonic() - began:.0f} seconds")
    for item in found:
        _check_item(item, name)
    return found


def _check_item(item: Item, name: str) -> None:
    _demand(isinstance(item, RawDocument | Rejection), f"gave a {type(item).__name__}")
    _demand(item.source_ref.startswith(name), "a reference that does not begin with the file's")
    _demand(item.source_ref.isprintable(), "a reference that cannot be printed")
    _demand(_HEX.fullmatch(item.sha256) is not None, "a hash that is none")
    _demand(isinstance(item.format, Format) and item.size >= 0, "a wrong format or size")
    if isinstance(item, Rejection):
        _demand(isinstance(item.reason, Reason), "a reason outside the list")
        _demand(item.detail.isprintable() and len(item.detail) <= 300, f"an unsafe detail {item.detail!r}")
        return
    is_withdrawal = is_withdrawn(item.stated.status)
    _demand(
        len(item.body) > 0 or bool(item.stated.title) or is_withdrawal,
        "a document with neither text nor title",
    )
    _demand(bool(item.sha256), "a document without a hash")
    for field in item.stated.__slots__:
        value = getattr(item.stated, field)
        for text in value if isinstance(value, tuple) else (value,):
            _demand(text is None or isinstance(text, str | bool), f"{field} is a {type(text).__name__}")
            if isinstance(text, str):
                _demand(_is_storable(text), f"{field} holds a lone surrogate")
    if isinstance(item.body, str):
        _demand(_is_storable(item.body), "a body with a lone surrogate")


def check_cleaning(found: list[Item]) -> None:
    """Clean what was read; a document may be refused, never raise."""
    from transforms.cleaning.clean import clean

    for item in found[:50]:
        if isinstance(item, RawDocument):
            try:
                clean(item, now=NOW)
            except Exception as error:
                raise BrokenGuaranteeError(f"clean raised {type(error).__name__}: {error}") from error


def _demand(holds: bool, broken: str) -> None:
    if not holds:
        raise BrokenGuaranteeError(broken)


def _is_storable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
