"""The text layer of a PDF (pypdf) to one document; scans and locked files are rejected as what they are."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from itertools import islice
from typing import Any

from pypdf import PdfReader
from pypdf.errors import DependencyError, PyPdfError

from transforms.readers.charsets import scrub
from transforms.readers.documents import Items, Source, document, reject
from transforms.readers.pdf_layout import Page, Piece, piece, read_lines
from transforms.types import Format, Reason, Stated

MAX_CHARS = 5_000_000  # text of one PDF: a long book; more comes out of files made to exhaust their readers
MAX_PIECES = 200_000  # pieces of text on one page; a page of single letters has some 10,000
PLACED_SHARE = 0.98  # of the letters drawn, those whose place is known
_HYPHEN = re.compile(r"(?<=[^\W\d_])[-\u00ad]\n(?=[^\W\d_])")
_NO_TITLE = re.compile(
    r"\.(?:docx?|indd|qxd|pdf|tmp|p65|pages|rtf)$|^(?:untitled|microsoft word|document\d*$)", re.I
)


def read_pdf(source: Source) -> Items:
    """Yield the text of a PDF, column by column, as one document; words cut at a line end are joined again.

    At most `max_pages` pages and 5,000,000 characters are read, the rest is left out. One rejection for a file that
    needs a password, is damaged (`truncated` where its end mark is missing), or has no text layer. Raises StopReading
    above `max_document_bytes` and for a stream that fails.
    """
    data = source.window.read_whole(source.options.max_document_bytes, "PDF")
    try:
        pdf = PdfReader(io.BytesIO(data), strict=False)
        if pdf.is_encrypted and not pdf.decrypt(""):
            yield reject(source.ref, Format.PDF, Reason.ENCRYPTED, "opens with a password only", data)
            return
        text, headline = _read_layout(pdf, source.options.max_pages)
        title = headline or _title(pdf)
    except DependencyError as error:  # a cipher that only an optional library knows
        yield reject(source.ref, Format.PDF, Reason.ENCRYPTED, f"locked: {error}", data)
        return
    except (
        PyPdfError,
        RecursionError,
        LookupError,
        ArithmeticError,
        ValueError,
        TypeError,
        AttributeError,
    ) as error:
        reason = Reason.BAD_RECORD if b"%%EOF" in data[-2048:] else Reason.TRUNCATED
        yield reject(source.ref, Format.PDF, reason, f"damaged PDF: {error or type(error).__name__}", data)
        return
    if not text.strip():
        yield reject(source.ref, Format.PDF, Reason.NO_TEXT, "no text layer: a scan or a drawing", data)
        return
    yield document(source.ref, Format.PDF, data, text, is_html=False, stated=Stated(title=title))


def _read_layout(pdf: PdfReader, max_pages: int) -> tuple[str, str | None]:
    """Read the text in the order of the page's columns, and the headline that stands out by its size.

    Where the places of the pieces cannot be trusted, since letters are missing from them, the text is taken in the
    order in which it was drawn.
    """
    plain: list[str] = []
    pages: list[Page] = []
    length = 0
    for page in islice(pdf.pages, max_pages):
        if length > MAX_CHARS:
            break
        pieces: list[Piece] = []
        plain.append(page.extract_text(visitor_text=_collector(pieces)))
        pages.append(Page(pieces=tuple(pieces), height=float(page.mediabox.top)))
        length += len(plain[-1])
    drawn = "\n".join(plain)
    text, headline = read_lines(pages)
    if len("".join(text.split())) < PLACED_SHARE * len("".join(drawn.split())):
        text, headline = drawn, None
    return _tidy(text), headline and (" ".join(_tidy(headline).split()) or None)


def _collector(pieces: list[Piece]) -> Callable[[Any, Any, Any, Any, Any], None]:
    """Return a visitor for pypdf that keeps each piece of text with its place."""

    def keep(text: Any, outer: Any, inner: Any, font: Any, size: Any) -> None:
        lines = str(text).strip("\n")
        if lines.strip() and len(pieces) < MAX_PIECES:
            pieces.append(piece(lines.replace("\n", " "), outer, inner, font, float(size or 1)))

    return keep


def _tidy(text: str) -> str:
    return _HYPHEN.sub("", scrub(text.replace("\x00", "")))[:MAX_CHARS]


def _title(pdf: PdfReader) -> str | None:
    """Take the stated title unless it is what an editor's program put there."""
    title = pdf.metadata.title if pdf.metadata is not None else None
    if not isinstance(title, str) or _NO_TITLE.search(title.strip()):
        return None
    return " ".join(scrub(title).split()) or None
