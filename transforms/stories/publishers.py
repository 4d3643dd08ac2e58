"""Publisher and host → the family they belong to; members of a story → the independent source of each."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from transforms.cleaning.urls import registrable_host
from transforms.stories.story_member import Member
from transforms.types import format_id

UNKNOWN = ""  # the family of an article of which neither publisher nor host is known

# What hosts carry before a publisher's name without meaning another publisher.
_PLAIN_PREFIX = re.compile(r"^(?:www\d?|m|mobile|amp|edition|news|en|us|uk|feeds?|rss)\.")


@dataclass(frozen=True, slots=True)
class Families:
    """Publisher families (outlets that count as one source): host and name → family id; sites of many."""

    hosts: Mapping[str, str]  # host → family id
    names: Mapping[str, str]  # name as `_fold` gives it → family id
    aggregators: frozenset[str]  # hosts of sites that show what others wrote: the stated name decides there
    hosting: frozenset[str]  # domains below which anyone may publish: each host is a publisher of its own


def read_families(values: Mapping[str, object], over: Families | None = None) -> Families:
    """Turn the parsed values of a publisher-family file into Families, merged over those of `over` (None: none).

    A family that the file has replaces all hosts and names of the one with the same id in `over`; aggregators and
    hosting sites are added to those of `over`. Raises ValueError, whose message is for the person who wrote the file,
    when its form is not that of the shipped one, or an id is no text or blank.
    """
    entries = values.get("family", [])
    if not isinstance(entries, list) or not all(
        isinstance(entry, dict) and isinstance(entry.get("id"), str) and entry["id"].strip()
        for entry in entries
    ):
        raise ValueError("a family file needs [[family]] entries, each with an id that is a text")
    base = over or Families({}, {}, frozenset(), frozenset())
    replaced = {entry["id"] for entry in entries}
    hosts = {host: family for host, family in base.hosts.items() if family not in replaced}
    names = {name: family for name, family in base.names.items() if family not in replaced}
    for entry in entries:
        hosts |= dict.fromkeys((host.casefold() for host in _texts(entry, "hosts")), entry["id"])
        folded = map(_fold, [*_texts(entry, "names"), entry["id"]])
        names |= dict.fromkeys((name for name in folded if name), entry["id"])  # "" would be any unknown one
    return Families(
        hosts=hosts,
        names=names,
        aggregators=base.aggregators | frozenset(_texts(values, "aggregators")),
        hosting=base.hosting | frozenset(_texts(values, "hosting")),
    )


@cache
def shipped_families() -> Families:
    """Return the publisher families that come with the package, read once a process."""
    source = (
        resources.files("transforms").joinpath("data/publisher_families.toml").read_text(encoding="utf-8")
    )
    return read_families(tomllib.loads(source))


def family(publisher: str | None, url_host: str | None, families: Families | None = None) -> str:
    """Return the family id of a publisher; the domain of its site, or its own name, where none is listed.

    The host (with or without user and port) decides before the name, except for sites that show the texts of others
    (`aggregators`), whose host counts only without a name. Papers of one name in two countries have two domains, and
    are two publishers. A name in the form of a host counts as one; another is returned in small letters without spaces,
    points and a leading "The". "" when nothing is known. `families` are those shipped when None.
    """
    return _family(publisher, url_host, families) if families else _shipped_family(publisher, url_host)


@lru_cache(maxsize=4096)  # outlets repeat by the thousand
def _shipped_family(publisher: str | None, url_host: str | None) -> str:
    return _family(publisher, url_host, shipped_families())


def _family(publisher: str | None, url_host: str | None, known: Families) -> str:
    host = (url_host or "").strip().casefold().rstrip(".").rpartition("@")[2].partition(":")[0]
    if _suffix_of(host, known.aggregators):
        host = "" if publisher and publisher.strip() else host
    if found := _suffix_of(host, known.hosts):
        return known.hosts[found]
    name = _fold(publisher or "")
    if name in known.names:
        return known.names[name]
    if host:
        return _registrable(host, known)
    return _registrable(name, known) if "." in name and " " not in name else name.replace(".", "")


def independent_count(members: Iterable[Member], families: Families | None = None) -> int:
    """Count the independent sources among the reports of a story (see `independent_sources`); 0 without reports."""
    return len(set(independent_sources(members, families).values()))


def independent_sources(members: Iterable[Member], families: Families | None = None) -> dict[int, str]:
    """Return the independent source that each report of a story counts as, by article id.

    Publishers of one family are one source; so are reprints of one agency, and copies of one text (one
    `copy_group_id`), whose credit may be printed on some of them only: the source of all is that of the credited copy
    with the smallest id, else of the copy with the smallest id. A source is an agency's id or what `family` returns; a
    bare name that is the first label of one other source's domain is that source. A report of which neither publisher,
    host nor agency is known is a source by itself. The order of the members does not matter; without any the result is
    empty.
    """
    reports = sorted(members, key=lambda m: m.article_id)
    source_of_copies: dict[int, str] = {}
    for is_credited in (True, False):  # a credit on any copy speaks for all of them
        for report in reports:
            if report.copy_group_id is not None and bool(report.wire_agency) == is_credited:
                source_of_copies.setdefault(report.copy_group_id, _source(report, families))
    sources = {
        report.article_id: _source(report, families)
        if report.copy_group_id is None
        else source_of_copies[report.copy_group_id]
        for report in reports
    }
    domains = _domains_by_name(sources.values())
    return {article: domains.get(source, source) for article, source in sources.items()}


def _domains_by_name(sources: Iterable[str]) -> dict[str, str]:
    """Return the domain that a bare name must mean: that of the only one among the sources that begins with it.

    A feed may give "Harbour Post" where the page has harbourpost.example.
    """
    found: dict[str, set[str]] = {}
    for source in sources:
        if "." in source and " " not in source:
            found.setdefault(source.partition(".")[0], set()).add(source)
    return {name: min(domains) for name, domains in found.items() if len(domains) == 1}


def outlet_count(publishers: Iterable[str | None]) -> int:
    """Count distinct outlets by name: "The Kellan Courier" and "Kellan Courier" are one.

    Case, spaces and punctuation do not count; None and blank names are left out.
    """
    return len({_fold(name).replace(".", "") for name in publishers if name and name.strip()})


def _source(report: Member, families: Families | None) -> str:
    if report.wire_agency:
        return report.wire_agency.casefold()
    return family(report.publisher, report.url_host, families) or f"article {format_id(report.article_id)}"


def _suffix_of(host: str, known: Iterable[str] | Mapping[str, str] | frozenset[str]) -> str | None:
    """Return the longest of the known hosts that a host is, or lies under."""
    listed = known if isinstance(known, Mapping | frozenset) else frozenset(known)
    while host:
        if host in listed:
            return host
        host = host.partition(".")[2]
    return None


def _registrable(host: str, known: Families) -> str:
    """Return the domain under which a site is registered ("news.example.co.uk" → "example.co.uk")."""
    if under := _suffix_of(host, known.hosting):
        return host.removesuffix(under).rstrip(".").rpartition(".")[2] or under
    return _registered(host) or host


@lru_cache(maxsize=4096)  # hosts repeat by the thousand
def _registered(host: str) -> str | None:
    return registrable_host(f"https://{_PLAIN_PREFIX.sub('', host)}/")


@lru_cache(maxsize=4096)
def _fold(name: str) -> str:
    """Return a publisher's name as names are compared: small letters, without spaces, marks and a leading "The"."""
    plain = unicodedata.normalize("NFKC", name).casefold().strip()
    plain = plain.removeprefix("www.").removeprefix("the ")
    return "".join(c for c in plain if c.isalnum() or c == "." or unicodedata.category(c)[0] == "M").strip(
        "."
    )


def _texts(entry: Mapping[str, object], key: str) -> list[str]:
    listed = entry.get(key, [])
    if not isinstance(listed, list) or not all(isinstance(text, str) for text in listed):
        raise ValueError(f"{key} of {entry.get('id', 'the file')} must be a list of texts")
    return listed
