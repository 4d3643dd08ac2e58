"""The text layer of a PDF (pypdf) to one document; scans and locked files are rejected as what they are."""

from __future__ import annotations

import io
import logging
import re

from pypdf import PdfReader
from pypdf.errors import DependencyError, PyPdfError

from transforms.readers.charsets import scrub
from transforms.readers.documents import Items, Source, document, reject
from transforms.types import Format, Reason, Stated

MAX_CHARS = 5_000_000  # text of one PDF: a long book; more comes out of files made to exhaust their readers
_HYPHEN = re.compile(r"(?<=[^\W\d_])[-\u00ad]\n(?=[^\W\d_])")
_NO_TITLE = re.compile(
    r"\.(?:docx?|indd|qxd|pdf|tmp|p65|pages|rtf)$|^(?:untitled|microsoft word|document\d*$)", re.I
)
# it warns of each small flaw on its own; our verdict is the rejection
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


def read_pdf(source: Source) -> Items:
    """Read the text of all pages in order; words cut at a line end are joined again."""
    data = source.window.read_whole(source.options.max_document_bytes, "PDF")
    try:
        pdf = PdfReader(io.BytesIO(data), strict=False)
        if pdf.is_encrypted and not pdf.decrypt(""):
            yield reject(source.ref, Format.PDF, Reason.ENCRYPTED, "opens with a password only", data)
            return
        text = _text(pdf, source.options.max_pages)
        title = _title(pdf)
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


def _text(pdf: PdfReader, max_pages: int) -> str:
    pages: list[str] = []
    length = 0
    for index, page in enumerate(pdf.pages):
        if index >= max_pages or length > MAX_CHARS:
            break
        pages.append(page.extract_text())
        length += len(pages[-1])
    return _HYPHEN.sub("", scrub("\n".join(pages).replace("\x00", "")))[:MAX_CHARS]


def _title(pdf: PdfReader) -> str | None:
    """Take the stated title unless it is what an editor's program put there."""
    title = pdf.metadata.title if pdf.metadata is not None else None
    if not isinstance(title, str) or _NO_TITLE.search(title.strip()):
        return None
    return " ".join(scrub(title).split()) or None
