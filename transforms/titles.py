"""Headlines and names as pages write them in, the headline without its site and people's names out."""

from __future__ import annotations

import re
from functools import lru_cache

from transforms.encoding import tidy_line

_LONGEST = 500  # characters of a byline that are read
_LONGEST_NAME = 80
_LONGEST_SITE = 60  # characters; what is longer is a headline that happens to begin like the site's name

_NO_LETTER = re.compile(r"[\W_]+")
_SEPARATOR = re.compile(r"\s+[|»›·•–—\-:]+\s+|\s*[|»›]\s*|:\s+")
_BYLINE = re.compile(
    r"^(?:(?:written|reported|posted|published)\s+by|by|von|par|por|di|da|door|av|af|przez|autore?|auteur|author|"
    r"text|texto|foto)\b\s*:?\s+(?=\S)|^[©@]\s*",
    re.I,
)
_AND = re.compile(r"\s*[;|/•]\s*|\s+(?:and|und|et|y|e|en|och|og|ja|i|&)\s+", re.I)
_NO_NAME = re.compile(
    r"https?:|www\.|\.(?:com|org|net|txt|html?)\b|@|\d|[<>{}\[\]=]|"
    r"^(?:admin|administrator|editor|redaktion|staff|guest|unknown|null|none|undefined)$|\bread$",
    re.I,
)


def fold(text: str) -> str:
    """Give letters and digits only, in one case: what two spellings of one name or headline share."""
    return _NO_LETTER.sub("", text.casefold())


def cut_site_name(title: str, site: str | None, host: str | None, heading: str | None = None) -> str:
    """Cut a site's name, and slogans behind it, off a title where a separator sets it apart.

    A `heading` that is one part of the title is the title: what the page shows as its headline settles it.
    """
    parts = list(_SEPARATOR.finditer(title))
    if not parts:
        return title
    shown = fold(heading or "")
    if len(shown) > 8:
        for separator in parts:
            if fold(title[: separator.start()]) == shown:
                return title[: separator.start()].rstrip()
            if fold(title[separator.end() :]) == shown:
                return title[separator.end() :].lstrip()
    for here, after in zip(parts, [*parts[1:], None], strict=True):
        part = title[here.end() : after.start() if after else len(title)]
        if (
            here.start() > 0
            and is_site_name(part, site, host)
            and len(title) - here.start() < here.start() + _LONGEST_SITE
        ):
            return cut_site_name(title[: here.start()].rstrip(), site, host)
    if is_site_name(title[: parts[0].start()], site, host):
        return title[parts[0].end() :].lstrip()
    return title


def is_site_name(text: str, site: str | None, host: str | None) -> bool:
    """Tell whether a text is the site's name: as the page states it, or the host's with or without its ending."""
    name = _fold_site(text)
    if not name or len(name) > _LONGEST_SITE:
        return False
    stated = _fold_site(site or "")
    if stated and (
        name == stated or (len(stated) > 5 and name.startswith(stated) and len(name) < len(stated) + 12)
    ):
        return True
    if not host:
        return False
    stem = _fold_site(host.rsplit(".", 1)[0])
    return name in (_fold_site(host), stem) or (
        len(name) >= 4 and (stem.endswith(name) or stem.startswith(name))
    )


def split_names(raw: str) -> list[str]:
    """Give the people's names in a byline: "By Ann Lee and Bo Ek" → Ann Lee, Bo Ek; addresses and roles are none."""
    return list(_names_in(raw[:_LONGEST]))


@lru_cache(maxsize=4096)  # a newsroom's bylines come again day after day
def _names_in(byline: str) -> tuple[str, ...]:
    line = _BYLINE.sub("", tidy_line(byline)).strip(" ,.-–—|:")
    if line.startswith(("http:", "https:", "www.", "//")):
        return ()
    parts = [part.strip(" ,.-–—|:") for piece in _AND.split(line) for part in _split_commas(piece)]
    return tuple([p for p in parts if 1 < len(p) <= _LONGEST_NAME and not _NO_NAME.search(p)])


def _split_commas(piece: str) -> list[str]:
    # "Lee, Ann" is one person, "Ann Lee, Bo Ek" are two, "Ann Lee, AP" is a person and a house.
    parts = [part.strip() for part in piece.split(",") if part.strip()]
    if len(parts) < 2 or " " not in parts[0]:
        return [piece]
    return parts if all(" " in part for part in parts) else parts[:1]


def _fold_site(text: str) -> str:
    return fold(text).removeprefix("www").removeprefix("the")
