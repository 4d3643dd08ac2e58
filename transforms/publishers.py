"""Publisher and host → the family they belong to; members of a story → how many independent voices tell it."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from transforms.members import Member

UNKNOWN = ""  # the family of an article of which neither publisher nor host is known

# Second-level names under which a country registers sites ("co.uk"): the registrable name is one label further left.
_SECOND_LEVEL = frozenset(
    [
        "ac",
        "co",
        "com",
        "edu",
        "gob",
        "gov",
        "gouv",
        "go",
        "in",
        "info",
        "ltd",
        "mil",
        "ne",
        "net",
        "nom",
        "or",
        "org",
    ]
)
# What hosts carry before a publisher's name without meaning another publisher.
_PLAIN_PREFIX = re.compile(r"^(?:www\d?|m|mobile|amp|edition|news|en|us|uk|feeds?|rss)\.")


@dataclass(frozen=True, slots=True)
class Families:
    """Publisher families by host and by name."""

    hosts: Mapping[str, str]  # host → family id
    names: Mapping[str, str]  # name as `_fold` gives it → family id
    aggregators: frozenset[str]
    hosting: frozenset[str]


def read_families(values: Mapping[str, object], over: Families | None = None) -> Families:
    """Turn the parsed values of a family file into families, laid over others.

    Raises ValueError, in words for the person who wrote the file, when its form is not that of the shipped one.
    """
    entries = values.get("family", [])
    if not isinstance(entries, list) or not all(
        isinstance(entry, dict) and entry.get("id") for entry in entries
    ):
        raise ValueError("a family file needs [[family]] entries, each with an id")
    base = over or Families({}, {}, frozenset(), frozenset())
    replaced = {entry["id"] for entry in entries}
    hosts = {host: family for host, family in base.hosts.items() if family not in replaced}
    names = {name: family for name, family in base.names.items() if family not in replaced}
    for entry in entries:
        hosts |= dict.fromkeys((host.casefold() for host in _texts(entry, "hosts")), entry["id"])
        names |= dict.fromkeys((_fold(name) for name in [*_texts(entry, "names"), entry["id"]]), entry["id"])
    return Families(
        hosts=hosts,
        names=names,
        aggregators=base.aggregators | frozenset(_texts(values, "aggregators")),
        hosting=base.hosting | frozenset(_texts(values, "hosting")),
    )


@cache
def shipped_families() -> Families:
    """Give the families that come with the package."""
    source = (
        resources.files("transforms").joinpath("data/publisher_families.toml").read_text(encoding="utf-8")
    )
    return read_families(tomllib.loads(source))


def family(publisher: str | None, url_host: str | None, families: Families | None = None) -> str:
    """Give the family of a publisher; the registrable name of its site, or its own name, where none is listed.

    The host decides before the name, but for sites that show the texts of others. "" when nothing is known.
    """
    known = families or shipped_families()
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
    """Count the independent voices among the reports of a story.

    Publishers of one family count once; so do reprints of one agency, and reports of one wording, whose credit may be
    printed on some of them only. A report of which neither publisher nor agency is known counts by itself. The order of
    the members does not matter.
    """
    reports = sorted(members, key=lambda m: m.article_id)
    voice_of_wording: dict[int, str] = {}
    for is_credited in (True, False):  # a credit on any copy speaks for all of them
        for report in reports:
            if report.copy_group_id is not None and bool(report.wire_agency) == is_credited:
                voice_of_wording.setdefault(report.copy_group_id, _voice(report, families))
    return len(
        {
            _voice(report, families)
            if report.copy_group_id is None
            else voice_of_wording[report.copy_group_id]
            for report in reports
        }
    )


def _voice(report: Member, families: Families | None) -> str:
    if report.wire_agency:
        return report.wire_agency.casefold()
    return family(report.publisher, report.url_host, families) or f"article {report.article_id}"


def _suffix_of(host: str, known: Iterable[str] | Mapping[str, str] | frozenset[str]) -> str | None:
    """Give the longest of the known hosts that a host is, or lies under."""
    listed = known if isinstance(known, Mapping | frozenset) else frozenset(known)
    while host:
        if host in listed:
            return host
        host = host.partition(".")[2]
    return None


def _registrable(host: str, known: Families) -> str:
    """Give the name under which a site is registered, without its suffix: "news.example.co.uk" → "example"."""
    if under := _suffix_of(host, known.hosting):
        return host.removesuffix(under).rstrip(".").rpartition(".")[2] or under
    labels = _PLAIN_PREFIX.sub("", host).split(".")
    if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL:
        return labels[-3]
    if len(labels) > 1 and labels[0] and not labels[-1].isdigit():
        return labels[-2]
    return host


def _fold(name: str) -> str:
    """Give a publisher's name as names are compared: small letters, without spaces, marks and a leading "The"."""
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
