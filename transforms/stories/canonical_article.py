"""The reports of a story → the one that stands for it, with the reason in words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from transforms.cleaning.agency_credits import Agencies, publisher_agency
from transforms.stories.publishers import Families, family
from transforms.stories.story_member import Member
from transforms.types import Kind, Precision

POLICIES = ("original-fullest", "earliest", "longest", "preferred-publishers")

_LAST = datetime.max  # noqa: DTZ901  times here have no zone, and an unknown one comes last
# The worse a kind represents a story, the later: a live blog has it in pieces, a digest among others, a stub hardly.
_KIND_ORDER = (
    Kind.ARTICLE, Kind.TEMPLATE, Kind.GALLERY, Kind.TEASER, Kind.LIVE_BLOG,
    Kind.ROUND_UP, Kind.DIGEST, Kind.INDEX, Kind.STUB,
)  # fmt: skip
_KIND_RANK = {kind: rank for rank, kind in enumerate(_KIND_ORDER)}


def choose(
    members: Collection[Member],
    policy: str = "original-fullest",
    preferred: Sequence[str] = (),
    *,
    families: Families | None = None,
    agencies: Agencies | None = None,
) -> tuple[int, str]:
    """Choose the canonical article of a story and say why: its article id and the reason in English.

    Under each policy the kinds come first (articles, templates, galleries, teasers, live blogs, round-ups, digests,
    indexes, stubs), and of one kind what is no opinion. Then original-fullest prefers what is open to read, then what
    is in its publisher's own words (see `is_original`; a credit printed on one copy of a text holds for all of them),
    then the most words; earliest takes the earliest time, longest the most words. preferred-publishers: the fullest
    original one of the first publisher of `preferred` (names, hosts or family ids, in any case; a blank one matches
    nobody) that has a report other than indexes and stubs; without any, original-fullest. Ties go to the earliest time,
    then the smallest id; an unknown time comes last, and of a day known without its hour the end counts. The order of
    the members does not matter. `families` and `agencies` default to those shipped.

    Raises ValueError for an unknown policy and for no members.
    """
    if policy not in POLICIES:
        raise ValueError(f"unknown policy {policy!r}; known are {', '.join(POLICIES)}")
    if not members:
        raise ValueError("a story needs at least one member")
    members = [
        replace(member, wire_agency=None) if is_original(member, agencies) else member
        for member in _share_credits(members)
    ]
    if len(members) == 1:
        return next(iter(members)).article_id, "the only report"
    if policy == "earliest":
        return _choose_earliest(members)
    if policy == "longest":
        best = min(members, key=lambda m: (_rank(m), -m.word_count, *_tie(m)))
        return best.article_id, f"the longest {_noun(best)}, {best.word_count} words"
    if policy == "preferred-publishers":
        for wanted in preferred:
            chosen = [m for m in members if _is_of(m, wanted, families)]
            if chosen and min(_KIND_RANK[m.kind] for m in chosen) < _KIND_RANK[Kind.INDEX]:
                best = min(chosen, key=_fullest_key)
                return (
                    best.article_id,
                    f"{wanted} comes first among the preferred publishers; {_why(best, chosen)}",
                )
        article_id, reason = _choose_fullest(members)
        return article_id, f"no preferred publisher has a report; {reason}"
    return _choose_fullest(members)


def newest_report(members: Iterable[Member]) -> int | None:
    """Return the article id of the full report published last; None when there is no report with a time.

    A full report is open to read, an article or template, and no opinion. Where no such one has a time, any report will
    do. Of a day known without its hour the beginning counts, so that a report of that day that states its hour is the
    newer. Ties go to the one with more words, then to the smaller id.
    """
    dated = [(_is_full(m), m.published_at, m.word_count, -m.article_id) for m in members if m.published_at]
    return -max(dated)[3] if dated else None


def _is_full(member: Member) -> bool:
    is_whole = _KIND_RANK[member.kind] <= _KIND_RANK[Kind.TEMPLATE] and not member.is_paywalled
    return is_whole and not member.is_opinion


def is_original(member: Member, agencies: Agencies | None = None) -> bool:
    """Return whether a report is in its publisher's own words: it credits no agency, or its publisher is that agency.

    `agencies` are those shipped when None.
    """
    if not member.wire_agency:
        return True
    return publisher_agency(member.publisher, member.url_host, agencies) == member.wire_agency


def _share_credits(members: Collection[Member]) -> list[Member]:
    """Assign every copy of a text the agency that is credited on any of them; of two, the one on the smallest id."""
    credited: dict[int, str] = {}
    for member in sorted(members, key=lambda m: m.article_id):
        if member.copy_group_id is not None and member.wire_agency:
            credited.setdefault(member.copy_group_id, member.wire_agency)
    return [
        replace(m, wire_agency=credited[m.copy_group_id])
        if m.copy_group_id in credited and not m.wire_agency
        else m
        for m in members
    ]


def _choose_fullest(members: Collection[Member]) -> tuple[int, str]:
    best = min(members, key=_fullest_key)
    return best.article_id, _why(best, members)


def _choose_earliest(members: Collection[Member]) -> tuple[int, str]:
    best = min(members, key=lambda m: (_rank(m), *_tie(m)))
    if best.published_at is None:
        return best.article_id, f"no {_noun(best)} has a known time; the smallest id"
    day_only = best.precision is Precision.DAY
    shown = f"{best.published_at:%Y-%m-%d}" if day_only else f"{best.published_at:%Y-%m-%d %H:%M}"
    return best.article_id, f"the earliest {_noun(best)}, {shown}"


def _fullest_key(member: Member) -> tuple[tuple[int, bool], bool, bool, int, datetime, int]:
    # A text behind a paywall is cut off, so being open counts before being original.
    return (
        _rank(member),
        member.is_paywalled,
        member.wire_agency is not None,
        -member.word_count,
        *_tie(member),
    )


def _why(best: Member, members: Iterable[Member]) -> str:
    others = [m for m in members if m.article_id != best.article_id]
    words = ["the fullest"] if others else ["the only"]
    if any(m.is_paywalled for m in others) and not best.is_paywalled:
        words.append("open")
    if any(m.wire_agency for m in others) and not best.wire_agency:
        words.append("original")
    reason = f"{' '.join(words)} {_noun(best)}, {best.word_count} words"
    if best.is_paywalled:
        reason += "; all are behind a paywall"
    if best.wire_agency:
        reason += f"; a reprint of {best.wire_agency}, since no original is open"
    rivals = [m for m in others if _fullest_key(m)[:4] == _fullest_key(best)[:4]]
    if rivals:
        reason += (
            "; of equals the earliest"
            if best.published_at is not None and any(_tie(m)[0] != _tie(best)[0] for m in rivals)
            else "; of equals the smallest id"
        )
    return reason


def _tie(member: Member) -> tuple[datetime, int]:
    at = member.published_at
    if at is None or member.precision is Precision.NONE:
        return _LAST, member.article_id
    if member.precision is Precision.DAY:
        at = at.replace(hour=23, minute=59, second=59, microsecond=0)
    return at, member.article_id


def _rank(member: Member) -> tuple[int, bool]:
    return _KIND_RANK[member.kind], member.is_opinion


def _noun(member: Member) -> str:
    if member.is_opinion:
        return "opinion piece"
    return "report" if member.kind is Kind.ARTICLE else member.kind.value.replace("_", " ")


def _is_of(member: Member, wanted: str, families: Families | None) -> bool:
    """Return whether a publisher is the wanted one, by name, by host, or by belonging to the family of that id."""
    plain = wanted.strip().casefold()
    if not plain:
        return False
    host = (member.url_host or "").casefold()
    if plain in ((member.publisher or "").strip().casefold(), host) or host.endswith(f".{plain}"):
        return True
    return family(member.publisher, member.url_host, families) == plain
