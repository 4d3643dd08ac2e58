"""What other projects take text, title and authors out of a page with, and ours, all called alike."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from transforms.cleaning.clean import clean
from transforms.text.encoding import decode
from transforms.types import Article, Format, RawDocument, Stated

NOW = datetime.now(UTC)

_Made = TypeVar("_Made")


class WebPage(Protocol):
    """A page of an evaluation set."""

    @property
    def number(self) -> int: ...

    @property
    def url(self) -> str: ...

    @property
    def html(self) -> bytes: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What an extractor gives of a page; None for a field that it has none for."""

    text: str = ""
    title: str | None = None
    authors: tuple[str, ...] | None = None


Extractor = Callable[[WebPage], Found]


def attempt(name: str, extract: Extractor, page: WebPage) -> Found:
    """Run an extractor; a rival that fails on a page scores nothing there and is named."""
    try:
        return extract(page)
    except Exception as error:  # noqa: BLE001  whatever a rival raises
        print(f"  {name} failed on page {page.number}: {type(error).__name__}", file=sys.stderr)
        return Found()


def make_installed(makers: Mapping[str, tuple[str, Callable[[], _Made]]]) -> list[tuple[str, _Made]]:
    """Make what is installed, by name, of makers with the module that each needs; what is not is named."""
    made = []
    for name, (module, make) in makers.items():
        try:
            importlib.import_module(module)
            made.append((name, make()))
        except ImportError as error:
            print(f"{name}: skipped, {error}")
    return made


def clean_page(page: WebPage) -> Article | None:
    """Clean a page to a whole article: kind, language, agency and ids as well; None where it is rejected."""
    doc = RawDocument(
        source_ref=page.url, format=Format.HTML, sha256="", size=len(page.html), body=page.html, is_html=True,
        stated=Stated(url=page.url),
    )  # fmt: skip
    found = clean(doc, now=NOW)
    return found if isinstance(found, Article) else None


def trafilatura(**options: Any) -> Extractor:
    """Return one mode of trafilatura, without comments."""
    from trafilatura import bare_extraction

    def extract(page: WebPage) -> Found:
        found: Any = bare_extraction(page.html, url=page.url, include_comments=False, **options)
        if found is None:
            return Found(title="", authors=())
        authors = tuple((found.author or "").split("; "))
        return Found(text=found.text or "", title=found.title or "", authors=authors)

    return extract


def readability(page: WebPage) -> Found:
    """Extract with readability-lxml, its summary flattened to text."""
    from lxml import html
    from readability import Document

    document = Document(decode(page.html).text)
    text = "\n".join(str(part) for part in html.fromstring(document.summary()).itertext())
    return Found(text=text, title=str(document.short_title()))


def newspaper(page: WebPage) -> Found:
    """Extract with newspaper4k, which is handed the page and fetches nothing."""
    from newspaper import Article as Newspaper

    article = Newspaper(page.url, fetch_images=False)
    article.download(input_html=decode(page.html).text)
    article.parse()
    return Found(text=str(article.text), title=str(article.title), authors=tuple(article.authors))


def goose() -> Extractor:
    """Return goose3, which is handed the page and fetches nothing."""
    from goose3 import Goose

    shared = Goose({"enable_image_fetching": False})

    def extract(page: WebPage) -> Found:
        article = shared.extract(raw_html=decode(page.html).text)
        return Found(
            text=str(article.cleaned_text), title=article.title or "", authors=tuple(article.authors)
        )

    return extract


def justext(*languages: str) -> Extractor:
    """Return justext with the lists of words of some languages."""
    from justext import get_stoplist
    from justext import justext as classify

    words = frozenset().union(*map(get_stoplist, languages))

    def extract(page: WebPage) -> Found:
        return Found(
            text="\n".join(each.text for each in classify(page.html, words) if not each.is_boilerplate)
        )

    return extract
