"""What a document says of its own identity in, the claims that stored articles are looked up by out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from transforms.cleaning.urls import (
    is_above,
    is_page_of,
    loose_key,
    names_an_article,
    registrable_host,
    url_key,
)
from transforms.text.ids import hash_text
from transforms.text.publication_status import is_withdrawn
from transforms.types import Stated

# What exports write where there is no id. Compared without case and punctuation.
_PLACEHOLDERS = frozenset(
    ("", "na", "none", "null", "nil", "nan", "undefined", "unknown", "false", "true", "tbd", "tba", "todo", "id",
     "guid", "empty", "missing", "notavailable", "notset", "noguid", "noid", "test", "default", "x", "xx", "xxx")
)  # fmt: skip
_SHORT_ID = 6  # characters up to which an id without letters and digits both is a row number, not an identity
_RECORD = re.compile(r"#\d+$")
_REVISION = re.compile(r"\d{1,6}[A-Z]?")
_LEAST_HEADLINE = 4  # words: many reports share a shorter one


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The identity that a document claims: a proposed article id, and hashes of its ids and addresses.

    A stored article with the same `strict` hash is the same one if headline or text agree, with the same `loose` hash
    only if the texts agree; `items` are hashes of ids that a notice of withdrawal can name.
    """

    article_id: int  # proposed: given where no other article has it
    strict: tuple[int, ...]  # an address, an id, a place: the same article if headline or text agree
    loose: tuple[int, ...]  # an address without what may be tracking, a canonical link: only if texts agree
    items: tuple[int, ...]  # ids that a notice of withdrawal can name


def own_url(fetched: str | None, canonical: str | None) -> str | None:
    """Choose the address of an article: its canonical one, unless that belongs to another page.

    Both are in normal form or None; None where both are. A reprint that names the original as canonical is an article
    of its own, as is a later page that names the first. A canonical link to the section that the page lies in, or to an
    address that no article can have, is a mistake of the site.
    """
    if not canonical or not fetched:
        return canonical or fetched
    if registrable_host(canonical) != registrable_host(fetched):
        return fetched
    if is_page_of(fetched, canonical) or is_above(canonical, fetched):
        return fetched
    if names_an_article(fetched) and not names_an_article(canonical):
        return fetched
    return canonical


def identify(
    source_ref: str,
    stated: Stated,
    *,
    title: str,
    url: str | None,
    fetched: str | None,
    canonical: str | None,
    publisher: str | None,
) -> Identity:
    """Collect the identity of a document: hashes of its id within its outlet, of its addresses, else of its place.

    Addresses are in normal form; `url` is the one of `fetched` and `canonical` that `own_url` chooses. Without an id
    and an address the strict claims are `source_ref`, and the file of a record with its title, so that there is always
    one.
    """
    key, fetched_key, headline = url_key(url), url_key(fetched), _folded(title)
    scope = stated.provider or publisher or registrable_host(url) or ""
    external = known_id(stated.external_id, key)
    strict = []
    if external is not None:
        file = "" if scope or not _is_row_number(external) else _file_of(source_ref)
        strict.append(_claim("id", external, _folded(scope), file))
    # a canonical link to another address is among the loose claims alone: sites get it wrong, so texts have to agree
    if address := fetched_key or key:
        strict.append(_claim("url", address))
    named = external if external and "://" in external and _is_of_one_house(url, external) else None
    addresses = (url, fetched, canonical if _is_of_one_house(fetched, canonical) else None, named)
    loose = [
        _claim("loose", found) for found in dict.fromkeys(map(loose_key, dict.fromkeys(addresses))) if found
    ]
    if not strict and not loose:
        strict = [_claim("place", source_ref)]
        if (file := _file_of(source_ref)) != source_ref:
            strict.append(_claim("row", file, headline))
    return Identity(
        article_id=_propose(source_ref, url, key, external, _folded(scope), headline),
        strict=tuple(strict),
        loose=tuple(loose),
        items=_item_claims(
            stated, external, _folded(scope), headline, key if names_an_article(url) else None
        ),
    )


def known_id(external: str | None, key: str | None = None) -> str | None:
    """Return an external id with single spaces; None for a placeholder ("", "n/a", "null", zeros).

    `key` is the `url_key` of the article: an id that is this address, with a counter behind it or not (`…/c1#3`), adds
    nothing to the address and gives None.
    """
    text = " ".join((external or "").split())
    plain = "".join(character for character in text.casefold() if character.isalnum())
    if plain in _PLACEHOLDERS or not plain.strip("0"):
        return None
    if "://" in text and key and url_key(text) == key:
        return None
    return text


def _is_row_number(external: str) -> bool:
    return len(external) <= _SHORT_ID and (external.isdecimal() or external.isalpha())


def _propose(
    source_ref: str, url: str | None, key: str | None, external: str | None, scope: str, headline: str
) -> int:
    """Derive an id from the best claim; where many articles may share that, the headline is part of it."""
    if key and names_an_article(url):
        return hash_text(key)
    if external is not None and not _is_row_number(external):
        return hash_text(f"{external}\n{scope}")
    if key:
        return hash_text(f"{key}\n{headline}")
    if external is not None:
        return hash_text(f"{external}\n{scope or _file_of(source_ref)}\n{headline}")
    return hash_text(source_ref)


def claim_item(external: str) -> int:
    """Return the claim (a 64-bit hash) of an external id, by which a notice with this id finds its articles."""
    return _claim("item", external)


def claim_any_revision(external: str) -> tuple[int, ...]:
    """Return the claims of an id: its own, and that of its item where it ends in a revision number.

    Only ids of NewsML 1 do (`urn:newsml:…:20260302:51001:1N`). One or two 64-bit hashes, the id's first.
    """
    parts = external.split(":")
    is_of_revision = parts[:2] == ["urn", "newsml"] and len(parts) > 5 and _REVISION.fullmatch(parts[-1])
    names = (external, ":".join(parts[:-1])) if is_of_revision else (external,)
    return tuple(claim_item(name) for name in names)


def claim_headline(provider: str | None, title: str) -> tuple[int, ...]:
    """Return the claim by which a withdrawal that names only a headline finds its provider's items of that headline.

    It is one 64-bit hash, equal in any case and spacing; () without a provider or for a headline below four words.
    """
    headline = _folded(title)
    if not provider or headline.count(" ") + 1 < _LEAST_HEADLINE:
        return ()
    return (_claim("headline", _folded(provider), headline),)


def _item_claims(
    stated: Stated, external: str | None, scope: str, headline: str, key: str | None
) -> tuple[int, ...]:
    """Name the items that a status of this document is about: itself, and the item that it goes on from."""
    found = []
    if external is not None:
        found.append(
            _claim("item", external, scope, headline) if _is_row_number(external) else claim_item(external)
        )
    earlier = known_id(stated.evolved_from)
    if is_withdrawn(stated.status):
        if earlier is not None and not _is_row_number(earlier):
            found += claim_any_revision(earlier)
        if key:
            found.append(_claim("url", key))
    else:
        found += claim_headline(stated.provider, headline)
    return tuple(found)


def advised_claims(title: str, text: str, provider: str | None) -> tuple[int, ...]:
    """Return the claims (hashes) of the items that an advisory orders withdrawn: by their ids, else by a headline.

    In the order of the text; () where it is no advisory or names nothing. Headlines count for a known provider alone.
    """
    if ids := advised_ids(title, text):
        return tuple(claim for one in ids for claim in claim_any_revision(one))
    return tuple(claim for one in advised_headlines(title, text) for claim in claim_headline(provider, one))


def advised_ids(title: str, text: str) -> tuple[str, ...]:
    """Return the ids of items that an advisory ("KILL: …", "MANDATORY KILL", "WITHDRAWN") orders clients not to use.

    Each once, in the order of the text; () for any other text. Only up to 2,000 characters count, with the word in
    capitals at the head of title or text, an order not to use a story, and an id with a digit that is named as one, or
    else one of letters and digits with a mark between ("AP-77"): a report on a withdrawal has none of these by chance.
    """
    whole = f"{title}\n{text}"
    if _advisory(title, text) is None or not _ORDER.search(whole):
        return ()
    named = _with_digits(match[1] for match in _NAMED_ID.finditer(whole))
    return named or _with_digits(match[0] for match in _COMPOUND_ID.finditer(whole))


def _with_digits(found: Iterable[str]) -> tuple[str, ...]:
    ids = (one.rstrip(".,;:)") for one in found)
    return tuple(dict.fromkeys(one for one in ids if any(character.isdigit() for character in one)))


def advised_headlines(title: str, text: str) -> tuple[str, ...]:
    """Return the headlines that an advisory names: behind its word, and those between quotation marks.

    Each once, in this order; () for any other text. A report can have such a headline too, so that a plain order to
    clients has to be in the text. Quoted ones have 12 to 300 characters.
    """
    head = _advisory(title, text)
    if head is None or not _ORDER_TO_CLIENTS.search(text):
        return ()
    quoted = [match[1] for match in _QUOTED.finditer(f"{title}\n{text}")]
    return tuple(dict.fromkeys(one for one in (head, *quoted) if one))


def _advisory(title: str, text: str) -> str | None:
    """Return what an advisory's head says behind its word; None for what is no advisory."""
    if len(text) > _LONGEST_ADVISORY:
        return None
    for head in (title, text.partition("\n")[0]):
        if found := _ADVISORY.match(head):
            return head[found.end() :].strip(" :.-–—(/!")
    return None


_LONGEST_ADVISORY = 2000  # characters
_ADVISORY = re.compile(
    r"\W{0,8}+(?:[A-Z]{2,4}-)?"  # the category that wires write before a slug: "BC-"
    r"(?:(?:URGENT|BULLETIN|ATTENTION|(?P<to_editors>ADVISORY|EDITORS?|MANDATORY)|NOTE|STORY|NEWS|TO)\W{1,4}+){0,4}+"
    r"(?:KILL|KILLED|WITHDRAWN|WITHDRAWAL|WITHDRAW|RETRACTION|RETRACTED|ANNULATION|ANNULE|ANNULÉ|ANULADA|ANULADO|"
    r"ANULACIÓN|ANNULLAMENTO|ANNULLATO|RÜCKZUG|ZURÜCKGEZOGEN|INGETROKKEN|"
    r"(?i:mandatory kill|(?:kill|withdrawal) (?:notice|advisory)|story (?:killed|withdrawn)))"
    r"(?:\s{0,3}+[:.,\-–—(/!]|\s{0,3}+$|\s++(?:KILL|NOTICE|ADVISORY|ORDER|STORY|ITEM|MANDATORY)\b"
    r"|(?(to_editors)\s|(?!)))"
)
_ORDER = re.compile(
    r"\b(?:kill|withdraw|withdrawn|withdraws|withdrawing|retract|retracts|retracted|delete|remove|disregard|discard|"
    r"not (?:use|publish|run)|nicht (?:verwenden|veröffentlichen)|ne pas (?:utiliser|publier|diffuser)|"
    r"no (?:usar|utilizar|publicar|difundir)|non (?:usare|utilizzare|pubblicare)|niet (?:gebruiken|publiceren))\b",
    re.I,
)
_ORDER_TO_CLIENTS = re.compile(
    r"\b(?:do not (?:use|publish|run)|(?:please|asked to|must|should) (?:kill|withdraw|delete|remove|disregard)|"
    r"(?:kill|disregard|delete) (?:the|this|our) (?:story|item|report|article)|"
    r"bitte nicht (?:mehr )?(?:verwenden|veröffentlichen)|"
    r"ne pas (?:utiliser|publier|diffuser)|no (?:usar|utilizar|publicar|difundir)|non (?:usare|utilizzare|pubblicare)|"
    r"niet (?:gebruiken|publiceren))\b",
    re.I,
)
_QUOTED = re.compile(r"[\"“„«]([^\"“”„«»\n]{12,300}+)[\"”“»]")
_NAMED_ID = re.compile(
    r"(?:\b(?:id|ids|guid|item|story|slug|number|no\.?|ref|reference|document|doc-id)\b[\s:#=.(]{1,4}|(?=\b(?:urn|tag):))"
    r"([\w][\w.:/+-]{4,200}+)",
    re.I,
)
_COMPOUND_ID = re.compile(r"\b[A-Za-z]\w{0,40}+(?:[-_:./#]\w{1,40}+){1,8}+")


def _is_of_one_house(fetched: str | None, canonical: str | None) -> bool:
    """Return whether a canonical link may join a page to others: within one domain, and to no later page's first."""
    if fetched is None:
        return True
    return registrable_host(fetched) == registrable_host(canonical) and not is_page_of(fetched, canonical)


def _file_of(source_ref: str) -> str:
    return _RECORD.sub("", source_ref)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _claim(kind: str, *parts: str) -> int:
    return hash_text("\n".join((kind, *parts)))
