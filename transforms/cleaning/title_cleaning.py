"""Headlines as pages write them in, the headline without the name of its site out."""

from __future__ import annotations

import re

_LONGEST_SITE = 60  # characters; what is longer is a headline that happens to begin like the site's name

_SAME = 0.5  # share of the words of the shorter of two headlines that the other has too
_ALIKE = 0.34  # the same for the only heading of a page
_MOST_MARKS = 12  # signs that set parts of a title apart
_FEW = 3  # words from which a line can be a headline
_LABEL = 4  # words of a label

_ARTICLE = re.compile(r"^(?:the|die|der|das|le|la|les|el|il|de|het)\s", re.IGNORECASE)
_WORD = re.compile(r"\w+")
_ARTICLES = frozenset(
    ("the", "der", "die", "das", "le", "la", "les", "el", "los", "il", "o", "a", "de", "het")
)
_NO_LETTER = re.compile(r"[\W_]+")
# A bar, dash or colon that sets parts of a title apart; a sign within "«…»", or its end, does not.
_SEPARATOR = re.compile(
    r"«[^«»]{1,300}+»|(?P<mark>(?<!\s)\s++[|»«›·•–—\-:]++\s++|(?:(?<!\s)\s*+|)[|»›]\s*+|:\s++)"
)


def fold(text: str) -> str:
    """Return a text as letters and digits only, case folded and without spaces, for comparing names; may be ""."""
    return _NO_LETTER.sub("", text.casefold())


def cut_site_name(title: str, site: str | None, host: str | None, heading: str | None = None) -> str:
    """Cut a site's name, and slogans after it, off a title where a separator (bar, dash, colon) sets it apart.

    `site` is the name that the page states, `host` its host without scheme; either may be None. A `heading` that is one
    part of the title is returned: it is what the page shows as its headline. A title without separator or name comes
    back as it is; one that is only the name may give "".
    """
    parts = [found for found in _SEPARATOR.finditer(title) if found["mark"] is not None]
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


def separated_parts(title: str) -> list[str]:
    """Return the parts of a title between its bars, dashes and colons, several in a row too, the longest first.

    The title itself is one; the first twelve such signs count.
    """
    marks = [found for found in _SEPARATOR.finditer(title) if found["mark"] is not None][:_MOST_MARKS]
    bounds = [(0, 0), *(found.span() for found in marks), (len(title), len(title))]
    starts, ends = [end for _, end in bounds[:-1]], [start for start, _ in bounds[1:]]
    parts = {title[start:end].strip() for i, start in enumerate(starts) for end in ends[i:]}
    return sorted(parts - {""}, key=len, reverse=True)


def is_site_name(text: str, site: str | None, host: str | None) -> bool:
    """Return whether a text is the site's name: as the page states it, or the host's with or without its ending.

    Articles, "www", case and spaces do not count. A stated name of six letters or more may have up to 11 behind it,
    and four letters that begin or end the host's are enough. False for more than 60 letters, and where neither is
    known.
    """
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


def _fold_site(text: str) -> str:
    return fold(_ARTICLE.sub("", text)).removeprefix("www").removeprefix("the")


def prefer_shown(stated: str, shown: str, *, is_only: bool = False) -> str:
    """Choose between the headline that a page states (`stated`) and the one that it shows (`shown`).

    The shown one is returned where both share half of the words of the shorter one (a third if it is the only heading
    of the page, `is_only`), and it has three words or more: stated ones are often cut or rewritten for search engines.
    A label above the shown one ("Sport", in a box of its own within the heading) is left out.
    """
    if len(_words(shown)) < _FEW or _common_share(stated, shown) < (_ALIKE if is_only else _SAME):
        return stated
    before = shown[: len(shown) - len(stated)] if fold(shown).endswith(fold(stated)) else ""
    is_label = (
        len(_words(stated)) >= _FEW and bool(before.strip()) and not before.rstrip().endswith((":", '"', "»"))
    )
    return stated if is_label and len(_words(before)) <= _LABEL else shown


def best_heading(headings: list[str], title: str) -> str | None:
    """Return the heading that has the largest share of words in common with a title, the first where several do.

    The share is of the words of the shorter of the two. Where none has a word in common it is the first heading,
    and without headings None.
    """
    return max(headings, key=lambda heading: _common_share(heading, title), default=None)


def names_site_only(stated: str, shown: str, site: str | None) -> bool:
    """Return whether a stated title is only a slogan: it has the name of the site, and no word of the shown headline.

    False where no site is known, or where the headline has fewer than three different words (of one or two ASCII
    letters none counts).
    """
    if len(_words(shown)) < _FEW or _common_share(stated, shown) > 0:
        return False
    return bool(site) and fold(site or "") in fold(stated)


def _common_share(one: str, other: str) -> float:
    ours, theirs = _words(one), _words(other)
    return len(ours & theirs) / max(1, min(len(ours), len(theirs)))


def _words(text: str) -> set[str]:
    return {word for word in _WORD.findall(text.casefold()) if len(word) > 2 or not word.isascii()}


def is_outlet(name: str, site: str | None, domain: str | None) -> bool:
    """Return whether a name is that of the outlet: as its site states it, or its registered domain.

    The first label of the domain is enough for a name with a space ("Example Post", examplepost.com), without its
    article ("Die Furche", furche.at), and so is what goes on behind the domain. False where both are None.
    """
    folded = fold(name)
    if is_site_name(name, site, None) or (domain and folded == fold(domain)):
        return True
    if not domain or " " not in name:
        return False
    label = fold(domain.partition(".")[0])
    return folded == label or folded.startswith(fold(domain)) or _fold_without_article(name) == label


def _fold_without_article(name: str) -> str:
    first, _, rest = name.partition(" ")
    return fold(rest) if first.casefold() in _ARTICLES else fold(name)
