"""People overrule the engine: link, set apart, pin and take back, each recorded, applied at once and published."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from flows.decisions import Decisions, contradiction, read_decisions
from flows.recording import record_run, utc_now
from flows.refolding import fold_around
from flows.refusals import RefusedError
from transforms.ids import hash_text
from transforms.stories import STANDING_APART
from transforms.types import Kind, format_id
from warehouse import overrides
from warehouse.connection import open_published, open_working, working_path
from warehouse.errors import NotPublished
from warehouse.overrides import NamedArticle, NamedStory, Override
from warehouse.runs import RunOutcome

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from flows.settings import Settings

# Characters of a headline in a message: enough to know the article again.
_TITLE = 60
_BOUND = {"must_link": "linked", "cannot_link": "set apart", "pin": "pinned"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Overruled:
    """What a decision did. `run_id` is None when the very same one stood already, and nothing was done."""

    override: Override
    run_id: str | None
    stories: tuple[NamedStory, ...]  # where its articles are now

    def describe(self) -> str:
        """Say it in one line."""
        one = self.override
        named = " and ".join(
            format_id(number) for number in (one.article_a, one.article_b) if number is not None
        )
        where = ", ".join(f"{format_id(story.story_id)} ({_short(story.title)})" for story in self.stories)
        place = (
            f"{'stories' if len(self.stories) > 1 else 'story'} now: {where}" if where else "in no story now"
        )
        if one.revoked_at is not None:
            return (
                f"{format_id(one.override_id)} taken back: {named} no longer {_BOUND[one.relation]}; {place}"
            )
        stood = " already" if self.run_id is None else ""
        return f"{named} {_BOUND[one.relation]}{stood} (override {format_id(one.override_id)}); {place}"


def link(
    settings: Settings, key_a: str, key_b: str, *, why: str | None = None, by: str | None = None
) -> Overruled:
    """Put two articles into one story, whatever their scores, in this and every later run.

    Raises RefusedError when someone set them apart, directly or over a chain, or one is no report; NotFound.
    """
    return _decide_pair(settings, "must_link", key_a, key_b, why, by)


def unlink(
    settings: Settings, key_a: str, key_b: str, *, why: str | None = None, by: str | None = None
) -> Overruled:
    """Keep two articles in different stories, in this and every later run.

    Raises RefusedError when someone linked them, directly or over a chain; NotFound.
    """
    return _decide_pair(settings, "cannot_link", key_a, key_b, why, by)


def pin(
    settings: Settings, story_key: str, article_key: str, *, why: str | None = None, by: str | None = None
) -> Overruled:
    """Let an article stand for its story, wherever that grows; the latest pin within a story wins.

    Raises RefusedError when the article is not in that story; NotFound.
    """
    with _opened(settings, "newsfold pin") as con:
        story = overrides.find_story(con, story_key)
        article = overrides.find_article(con, article_key)
        if article.story_id != story.story_id:
            where = f"in {format_id(article.story_id)}" if article.story_id is not None else "in no story"
            raise RefusedError(
                f"{_name(article)} is {where}, not in {format_id(story.story_id)}: nothing pinned"
            )
        made = _make("pin", article.article_id, None, story.story_id, why, by)
        pins = [one for one in overrides.list_overrides(con) if one.relation == "pin"]
        if pins and (pins[0].article_a, pins[0].story_id) == (made.article_a, made.story_id):
            return Overruled(override=pins[0], run_id=None, stories=(story,))
        return _apply(con, settings, "pin", made, lambda: overrides.add_override(con, made))


def revoke(settings: Settings, key: str, *, by: str | None = None) -> Overruled:
    """Take a decision back; the scores decide again. Raises RefusedError when that was done before; NotFound."""
    with _opened(settings, "newsfold overrides") as con:
        found = overrides.find_override(con, key)
        if found.revoked_at is not None:
            raise RefusedError(
                f"{format_id(found.override_id)} was taken back by {found.revoked_by} on {found.revoked_at:%Y-%m-%d}"
            )
        back = replace(found, revoked_at=utc_now(), revoked_by=by or login_name())
        return _apply(
            con,
            settings,
            "overrides revoke",
            back,
            lambda: overrides.revoke_override(
                con, back.override_id, by=back.revoked_by or "", now=back.revoked_at or utc_now()
            ),
        )


def list_overrides(settings: Settings, *, with_revoked: bool = False) -> list[Override]:
    """Return decisions, the latest first, from the published file: a decision publishes before its command ends."""
    con = open_published(settings.home)
    try:
        return overrides.published_overrides(con, with_revoked=with_revoked)
    finally:
        con.close()


def login_name() -> str:
    """Return who is asking; in a container without a user database that is a number."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return f"uid {os.getuid()}"


def _decide_pair(
    settings: Settings, relation: str, key_a: str, key_b: str, why: str | None, by: str | None
) -> Overruled:
    command = "link" if relation == "must_link" else "unlink"
    with _opened(settings, f"newsfold {command}") as con:
        a, b = (overrides.find_article(con, key) for key in (key_a, key_b))
        if a.article_id == b.article_id:
            raise RefusedError(f"{key_a} and {key_b} are the same article: {_name(a)}")
        if a.article_id > b.article_id:
            a, b = b, a
        standing = overrides.list_overrides(con)
        pair = (a.article_id, b.article_id)
        for one in standing:
            if (one.relation, one.article_a, one.article_b) == (relation, *pair):
                return Overruled(override=one, run_id=None, stories=_stories(con, one))
        if relation == "must_link":
            _refuse_no_report(a, b)
        made = _make(relation, *pair, None, why, by)
        _refuse_contradiction(read_decisions(con), made, standing)
        return _apply(con, settings, command, made, lambda: overrides.add_override(con, made))


def _apply(
    con: DuckDBPyConnection, settings: Settings, command: str, made: Override, record: Callable[[], None]
) -> Overruled:
    """Write the decision down and make the stories it touches again, as one recorded run."""
    decided = [number for number in (made.article_a, made.article_b) if number is not None]

    def work(run_id: str, now: datetime) -> tuple[None, RunOutcome]:
        record()
        told = fold_around(con, settings, read_decisions(con), decided=decided, run_id=run_id, now=now)
        what = f"{made.relation} {format_id(made.override_id)} by {made.revoked_by or made.made_by}"
        return None, RunOutcome(stories_new=told.new, stories_changed=told.changed, message=what)

    run_id, _ = record_run(con, settings, command, work)
    return Overruled(override=made, run_id=run_id, stories=_stories(con, made))


def _refuse_no_report(*articles: NamedArticle) -> None:
    """Refuse to link what joins no story: the link would seem to hold and do nothing."""
    for article in articles:
        if Kind(article.kind) in STANDING_APART:
            because = f": {article.kind_reason}" if article.kind_reason else ""
            raise RefusedError(
                f"{_name(article)} is no report ({article.kind}{because}), and joins no story: nothing linked"
            )


def _refuse_contradiction(decisions: Decisions, made: Override, standing: Sequence[Override]) -> None:
    """Refuse a decision that cannot hold beside those that stand, naming the chain between its two ends."""
    pair = (made.article_a, made.article_b or 0)
    if made.relation == "must_link":
        wider = replace(decisions, must=(*decisions.must, pair))
    else:
        wider = replace(decisions, cannot=(*decisions.cannot, pair))
    chain = contradiction(wider)
    if chain is None:
        return
    titles = {one.article_a: one.title_a for one in standing} | {
        one.article_b: one.title_b for one in standing
    }
    steps = list(pairwise(chain))
    involved = [
        one
        for one in standing
        if {one.article_a, one.article_b} in [set(step) for step in [*steps, (chain[0], chain[-1])]]
        and one.relation != "pin"
    ]
    links = " – ".join(f"{format_id(number)} ({_short(titles.get(number))})" for number in chain)
    told = "; ".join(
        f"{format_id(one.override_id)}: {format_id(one.article_a)} and {format_id(one.article_b or 0)} "
        f"{_BOUND[one.relation]} by {one.made_by} on {one.made_at:%Y-%m-%d}"
        for one in involved
    )
    wanted = "link" if made.relation == "must_link" else "set apart"
    raise RefusedError(
        f"cannot {wanted} {format_id(pair[0])} and {format_id(pair[1])}: all of {links} would be in one story, "
        f"yet its two ends must be in two. Take one of these back first: {told}"
    )


def _make(
    relation: str,
    article_a: int,
    article_b: int | None,
    story_id: int | None,
    why: str | None,
    by: str | None,
) -> Override:
    now = utc_now()
    by = " ".join((by or login_name()).split())
    return Override(
        override_id=hash_text(f"{relation}:{article_a}:{article_b}:{by}:{now.isoformat()}"),
        relation=relation,
        article_a=article_a,
        article_b=article_b,
        story_id=story_id,
        made_by=by,
        made_at=now,
        why=" ".join((why or "").split()) or None,
    )


def _stories(con: DuckDBPyConnection, made: Override) -> tuple[NamedStory, ...]:
    found: dict[int, NamedStory] = {}
    for number in (made.article_a, made.article_b):
        if number is not None:
            article = overrides.find_article(con, format_id(number))
            if article.story_id is not None:
                found[article.story_id] = overrides.find_story(con, format_id(article.story_id))
    return tuple(found.values())


@contextmanager
def _opened(settings: Settings, purpose: str) -> Iterator[DuckDBPyConnection]:
    if not working_path(settings.home).exists():
        raise NotPublished(f"there is no warehouse in {settings.home} yet: run `newsfold ingest` first")
    with open_working(settings.home, wait_seconds=settings.wait_seconds, purpose=purpose) as con:
        yield con


def _name(article: NamedArticle) -> str:
    return f"{format_id(article.article_id)} ({_short(article.title)})"


def _short(title: str | None) -> str:
    title = title or "erased"
    return title if len(title) <= _TITLE else f"{title[: _TITLE - 1].rstrip()}…"
