"""Pages with sentences that a text must and must not have, and with titles and authors: how much each extractor gets.

Rules were chosen on the pages with an even number; those with an odd one are the ones to report.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.page_extractors import (
    Extractor,
    Found,
    WebPage,
    attempt,
    clean_page,
    goose,
    justext,
    newspaper,
    readability,
    trafilatura,
)
from benchmarks.run_measurement import DATA

LANGUAGES = ("English", "German", "French", "Spanish", "Polish", "Italian")  # of most pages
_BETWEEN = re.compile(r",|;|/| und | and | & ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippets:
    """One page with what people found in it; None where nobody looked."""

    number: int
    url: str
    html: bytes
    inside: tuple[str, ...]
    outside: tuple[str, ...]
    titles: tuple[str, ...]
    authors: tuple[str, ...]


def load_snippets(limit: int) -> list[Snippets]:
    """Read the set; an empty list where it is absent."""
    gold = DATA / "snippets" / "gold.jsonl"
    if not gold.exists():
        return []
    rows = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines()][:limit]
    return [
        Snippets(
            number=number,
            url=row["url"],
            html=gzip.decompress((DATA / "snippets" / row["html_path"]).read_bytes()),
            inside=tuple(row["with"]),
            outside=tuple(row["without"]),
            titles=tuple(_listed(row["title"])),
            authors=tuple(_listed(row["author"])),
        )
        for number, row in enumerate(rows)
    ]


def extractors() -> dict[str, tuple[str, Callable[[], Extractor]]]:
    """Return by name the module that each extractor needs, and how it is made."""
    return {
        "newsfold": ("transforms", lambda: _newsfold),
        "trafilatura": ("trafilatura", lambda: trafilatura(with_metadata=True)),
        "readability-lxml": ("readability", lambda: readability),
        "newspaper4k": ("newspaper", lambda: newspaper),
        "goose3": ("goose3", goose),
        "justext": ("justext", lambda: justext(*LANGUAGES)),
    }


def measure_snippets(pages: list[Snippets], chosen: list[tuple[str, Extractor]]) -> list[dict[str, Any]]:
    """Run every extractor over all pages: shares of the sentences kept and left out, of titles and authors right.

    Titles and authors are compared without case and extra space; authors as sets of names.
    """
    rows = []
    print(f"Sentences, titles and authors, {len(pages)} pages of all kinds (all / reported half)")
    for name, extract in chosen:
        found = [attempt(name, extract, page) for page in pages]
        row: dict[str, Any] = {"name": name}
        for half, start, step in (("all", 0, 1), ("chosen_on", 0, 2), ("reported", 1, 2)):
            row[half] = _score(pages[start::step], found[start::step])
        rows.append(row)
        shown = "  ".join(
            f"{key} {_show(row['all'][key])} / {_show(row['reported'][key])}" for key in row["all"]
        )
        print(f"{name:20} {shown}")
    return rows


def _score(pages: list[Snippets], found: list[Found]) -> dict[str, float | None]:
    pairs = list(zip(pages, found, strict=True))
    return {
        "kept": _share([_plain(s) in _plain(got.text) for page, got in pairs for s in page.inside]),
        "left_out": _share([_plain(s) not in _plain(got.text) for page, got in pairs for s in page.outside]),
        "title": _share(
            [
                _plain(got.title).casefold() in {_plain(each).casefold() for each in page.titles}
                for page, got in pairs
                if page.titles and got.title is not None
            ]
        ),
        "authors": _share(
            [
                _names(got.authors) == _names(page.authors)
                for page, got in pairs
                if _names(page.authors) and got.authors is not None
            ]
        ),
    }


def _newsfold(page: WebPage) -> Found:
    found = clean_page(page)
    if found is None:
        return Found(title="", authors=())
    # the standfirst is a field of its own and belongs to what is kept of a page
    return Found(text=f"{found.standfirst or ''}\n{found.text}", title=found.title, authors=found.authors)


def _listed(value: object) -> list[str]:
    return [str(each) for each in (value if isinstance(value, list) else [value]) if each]


def _names(values: tuple[str, ...] | None) -> set[str]:
    return {
        part.strip().casefold() for value in values or () for part in _BETWEEN.split(value) if part.strip()
    }


def _plain(text: str | None) -> str:
    return " ".join((text or "").split())


def _share(found: list[bool]) -> float | None:
    return round(sum(found) / len(found), 4) if found else None


def _show(value: float | None) -> str:
    return "  -  " if value is None else f"{value:.3f}"
