"""Articles wrapped at widths and set as PDFs of one and two columns: share of their words that arrive, titles right.

The articles are those of the pages of the evaluation data with a headline and a body of some length. They are wrapped
by Python's `textwrap`; the PDFs are written here, in Courier, so that no font has to be measured.
"""

from __future__ import annotations

import io
import re
import textwrap
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from transforms.cleaning.clean import clean
from transforms.readers import read
from transforms.types import Article, RawDocument

WIDTHS = (50, 72, 90)
ARTICLES = 30
_LEAST, _MOST = 1_500, 12_000  # characters of a body
_WORD = re.compile(r"\w+")
_NOW = datetime(2030, 1, 1, tzinfo=UTC)
_PAGE = (595, 842)  # points: A4
_SIZE, _LEADING, _MARGIN, _GUTTER = 9.0, 11.0, 50, 25
_CHARACTER = 0.6 * _SIZE  # width of each in Courier


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """An article with its headline and its paragraphs."""

    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Got:
    """What a method makes of one file."""

    title: str | None
    text: str


def choose(articles: Sequence[tuple[str | None, str]]) -> list[Sample]:
    """Choose the first articles with a headline and a body of a usual length."""
    samples = []
    for title, text in articles:
        lines = tuple(" ".join(line.split()) for line in text.split("\n") if line.strip())
        if title and _LEAST <= len(text) <= _MOST and len(lines) > 2:
            samples.append(Sample(title=" ".join(title.split()), paragraphs=lines))
    return samples[:ARTICLES]


def wrap(sample: Sample, width: int, style: str) -> str:
    """Wrap an article at a width: "plain" without blank lines, "blank" with them, "indent" with first lines set in."""
    lines = textwrap.wrap(sample.title, width)
    for paragraph in sample.paragraphs:
        lines += [""] if style == "blank" else []
        indent = "    " if style == "indent" else ""
        lines += textwrap.wrap(paragraph, width, initial_indent=indent, break_on_hyphens=False)
    return "\n".join(lines) + "\n"


def set_pdf(sample: Sample, columns: int) -> bytes:
    """Set an article as a PDF: the headline over the whole page, the text below in columns."""
    width = (_PAGE[0] - 2 * _MARGIN - (columns - 1) * _GUTTER) / columns
    lines: list[str] = []
    for paragraph in sample.paragraphs:
        lines += [*textwrap.wrap(paragraph, int(width / _CHARACTER), break_on_hyphens=False), ""]
    top = _PAGE[1] - _MARGIN
    rows = [(line, _MARGIN, top - 20 * k, 16.0) for k, line in enumerate(textwrap.wrap(sample.title, 50))]
    pages, at = [rows], top - 20 * len(rows) - 20
    while lines:
        count = int((at - _MARGIN) / _LEADING)
        for column in range(columns):
            x = _MARGIN + int(column * (width + _GUTTER))
            pages[-1] += [(line, x, int(at - _LEADING * k), _SIZE) for k, line in enumerate(lines[:count])]
            lines = lines[count:]
        at = top
        if lines:
            pages.append([])
    return _write_pdf([[row for row in page if row[0]] for page in pages])


def _write_pdf(pages: Sequence[Sequence[tuple[str, int, int, float]]]) -> bytes:
    """Write lines of text (text, x, y, size) as a PDF 1.4 with Courier in the encoding of Windows."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
    objects.append("<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>")
    kids = []
    for page in pages:
        drawn = "\n".join(f"BT /F1 {size} Tf {x} {y} Td ({_escape(text)}) Tj ET" for text, x, y, size in page)
        objects.append(f"<< /Length {len(drawn.encode('cp1252', 'replace'))} >>\nstream\n{drawn}\nendstream")
        kids.append(f"{len(objects) + 1} 0 R")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {_PAGE[0]} {_PAGE[1]}] /Contents {len(objects)} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("cp1252", "replace")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n{table}trailer\n<< /Size {len(places) + 1} /Root 1 0 R >>\n"
    return out + f"{end}startxref\n{len(out)}\n%%EOF\n".encode()


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def ours(data: bytes) -> Got:
    """Read and clean a file as a run does."""
    document = next(iter(read(io.BytesIO(data), "in/file.txt", None)))
    if not isinstance(document, RawDocument):
        return Got(None, "")
    found = clean(document, now=_NOW)
    return Got(found.title, found.text) if isinstance(found, Article) else Got(None, "")


def first_line(data: bytes) -> Got:
    """Take the first line for the headline and join the others but at blank lines."""
    text = _text_of(data)
    title, _, rest = text.partition("\n")
    return Got(title, re.sub(r"(?<!\n)\n(?!\n)", " ", rest))


def by_sentence(data: bytes) -> Got:
    """Keep lines that close like a sentence, or go on to one that does, after the first line."""
    title, _, rest = _text_of(data).partition("\n")
    joined = re.sub(r"(?<![.!?\"”\n])\n(?!\n)", " ", rest)
    return Got(
        title,
        "\n".join(line for line in joined.split("\n") if line.rstrip().endswith((".", "!", "?", '"', "”"))),
    )


def from_html(data: bytes) -> Got:
    """Hand each line to trafilatura as a paragraph of a page."""
    from html import escape

    from trafilatura import bare_extraction

    lines = "".join(f"<p>{escape(line)}</p>" for line in _text_of(data).split("\n"))
    found: Any = bare_extraction(f"<html><body><article>{lines}</article></body></html>")
    return Got(found.title, found.text or "") if found is not None else Got(None, "")


def _text_of(data: bytes) -> str:
    if not data.startswith(b"%PDF"):
        return data.decode()
    from pypdf import PdfReader

    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


METHODS: dict[str, Callable[[bytes], Got]] = {
    "newsfold": ours,
    "first line, lines joined": first_line,
    "lines that close a sentence": by_sentence,
    "trafilatura, a line a paragraph": from_html,
}


def measure_wrapped(samples: Sequence[Sample]) -> list[dict[str, Any]]:
    """Return by layout and method the share of words kept, of words that stay in runs of four, and of titles right."""
    layouts: list[tuple[str, Callable[[Sample], bytes]]] = [
        (f"width {width}, {style}", partial(_wrapped, width=width, style=style))
        for width in WIDTHS
        for style in ("plain", "blank", "indent")
    ]
    layouts += [(f"PDF, {columns} columns", partial(set_pdf, columns=columns)) for columns in (1, 2, 3)]
    rows = []
    for layout, make in layouts:
        for name, method in METHODS.items():
            scores = [_score(method(make(sample)), sample) for sample in samples]
            row: dict[str, str | float] = {"layout": layout, "name": name}
            for k, key in enumerate(("words_kept", "runs_kept", "title")):
                row[key] = round(sum(score[k] for score in scores) / len(scores), 4)
            row["articles_with_95_percent"] = sum(score[0] >= 0.95 for score in scores)
            rows.append(row)
    return rows


def _wrapped(sample: Sample, *, width: int, style: str) -> bytes:
    return wrap(sample, width, style).encode()


def _score(got: Got, sample: Sample) -> tuple[float, float, float]:
    gold, found = (_words(text) for text in ("\n".join(sample.paragraphs), got.text))
    kept = sum((Counter(gold) & Counter(found)).values()) / len(gold)
    runs = [Counter(zip(*(words[k:] for k in range(4)), strict=False)) for words in (gold, found)]
    whole = sum((runs[0] & runs[1]).values()) / max(1, sum(runs[0].values()))
    return kept, whole, float(_words(got.title or "") == _words(sample.title))


def _words(text: str) -> list[str]:
    # what the encoding of the PDF lacks is compared as nothing
    return _WORD.findall(text.encode("cp1252", "ignore").decode("cp1252").lower())


def show(rows: Sequence[dict[str, Any]]) -> None:
    """Print the table: words kept / in runs of four / titles right."""
    print(f"\n{ARTICLES} articles, wrapped and set: words kept / in runs of four / titles right")
    for layout in dict.fromkeys(row["layout"] for row in rows):
        cells = [
            f"{row['words_kept']:.3f} / {row['runs_kept']:.3f} / {row['title']:.2f}"
            for row in rows
            if row["layout"] == layout
        ]
        print(f"{layout:18} " + "   ".join(cells))
    print("in turn: " + ", ".join(METHODS))
