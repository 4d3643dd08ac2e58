"""Language tag and host of a page or record in, how its readers write dates out: language, country, order of days."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from transforms.language.detect import primary_tag

_REGION = re.compile(r"[a-z]{2,3}[-_](?:[a-z]{4}[-_])?([a-z]{2})(?![a-z])", re.I)
# Countries that write the month first. Canada and some islands write both: no order follows.
_MONTH_FIRST = frozenset(("US", "PH", "FM", "MH", "PW", "GU", "AS", "MP", "VI"))
_BOTH = frozenset(("CA", "PR", "PA", "BZ", "KY"))
# Domains of countries that the whole world rents: they name no country.
_RENTED = frozenset(
    ("io", "co", "tv", "me", "ai", "fm", "to", "ly", "cc", "ws", "gg", "la", "eu", "im", "is", "am", "sh")
)
# Languages of one country alone, which names of zones such as IST need.
_ONE_COUNTRY = {
    "hi": "IN",
    "te": "IN",
    "mr": "IN",
    "gu": "IN",
    "kn": "IN",
    "ml": "IN",
    "or": "IN",
    "as": "IN",
    "he": "IL",
}
_MONTH_FIRST_LANGUAGES = ("fil", "tl")


@dataclass(frozen=True, slots=True, kw_only=True)
class DateOrder:
    """How dates are written at a source: language of month names, country, whether the day comes first (or None)."""

    language: str | None = None  # primary tag: whose names of months count first
    country: str | None = None  # ISO 3166, in capitals
    is_day_first: bool | None = None  # 3/4/2026 is the third of April


def find_order(tags: tuple[str | None, ...] = (), host: str | None = None) -> DateOrder:
    """Find the DateOrder of a source: by the country of `host`, else by the region of a tag, else by the language.

    `tags` are language tags ("en-US"), the first usable one counts; `host` has no scheme, and its domain names a
    country unless it is sold worldwide (.io, .tv). A host counts first: a page that states American English under the
    domain of another country was set up with a template's default. `is_day_first` stays None for countries that write
    both (Canada), for English without a country, and where nothing is known.
    """
    language = next((found for tag in tags if tag and (found := primary_tag(tag))), None)
    region = next((match[1].upper() for tag in tags if tag and (match := _REGION.match(tag.strip()))), None)
    country = _country(host) or region or _ONE_COUNTRY.get(language or "")
    order = DateOrder(language=language, country=country)
    if country in _BOTH:
        return order
    if country is not None:
        return replace(order, is_day_first=country not in _MONTH_FIRST)
    if language is None or language == "en":
        return order
    return replace(order, is_day_first=language not in _MONTH_FIRST_LANGUAGES)


def _country(host: str | None) -> str | None:
    end = (host or "").rstrip(".").rpartition(".")[2].lower()
    if len(end) != 2 or not end.isalpha() or end in _RENTED:
        return None
    return "GB" if end == "uk" else end.upper()
