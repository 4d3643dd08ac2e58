"""Decisions of people over any score: link, set apart, pin, revoke; each recorded, applied at once and published."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from flows.errors import InvalidRequestError
from flows.fold.decisions_in_force import read_decisions
from flows.operations.decision_steps import (
    DecisionResult,
    carry_out_decisions,
    login_name,
    name_article,
    new_decision,
    open_for_decision,
    refuse_contradiction,
    stories_of,
)
from flows.recorded_run import utc_now
from transforms.stories.clustering import EXCLUDED_KINDS
from transforms.types import Kind, format_id
from warehouse import decision_records
from warehouse.connection import open_published
from warehouse.decision_records import Decision, NamedArticle

if TYPE_CHECKING:
    from flows.settings.settings import Settings


def link(
    settings: Settings,
    key_a: str,
    key_b: str,
    *,
    why: str | None = None,
    by: str | None = None,
    is_dry_run: bool = False,
) -> DecisionResult:
    """Put two articles into one story, whatever their scores, in this and every later run.

    Each is named by its id, the beginning of it, its external id or its URL. Without `by` the login name is recorded; a
    dry run is rolled back. Where the link is in force already, it is returned with `run_id` None.

    Raises InvalidRequestError when both are one article, someone set them apart, directly or over a chain of links, or
    one is of a kind that joins no story; NotFound when a key fits none or several; NotPublished where the home has no
    warehouse; Busy.
    """
    return _decide_pair(settings, "must_link", key_a, key_b, why, by, is_dry_run)


def unlink(
    settings: Settings,
    key_a: str,
    key_b: str,
    *,
    why: str | None = None,
    by: str | None = None,
    not_a_copy: bool = False,
    is_dry_run: bool = False,
) -> DecisionResult:
    """Keep two articles in different stories, in this and every later run; named and recorded as in `link`.

    With `not_a_copy` they are kept in one story instead, but as two texts: neither counts as a copy of the other.
    Raises InvalidRequestError when both are one article, or the decision contradicts links of people (with `not_a_copy`
    a separation), or with `not_a_copy` one is of a kind that joins no story; NotFound when a key fits none or several;
    NotPublished where the home has no warehouse; Busy.
    """
    relation = "not_copy" if not_a_copy else "cannot_link"
    return _decide_pair(settings, relation, key_a, key_b, why, by, is_dry_run)


def pin(
    settings: Settings,
    story_key: str,
    article_key: str,
    *,
    why: str | None = None,
    by: str | None = None,
    is_dry_run: bool = False,
) -> DecisionResult:
    """Make an article the canonical one of its story, also as the story grows; the latest pin in a story counts.

    The story is named by its id, the beginning of it, or a former id, the article as in `link`. Where this pin is the
    latest already, it is returned with `run_id` None. Raises InvalidRequestError when the article is not in that story;
    NotFound when a key fits none or several; NotPublished where the home has no warehouse; Busy.
    """
    with open_for_decision(settings, "newsfold pin") as con:
        story = decision_records.find_story(con, story_key)
        article = decision_records.find_article(con, article_key)
        if article.story_id != story.story_id:
            where = f"in {format_id(article.story_id)}" if article.story_id is not None else "in no story"
            raise InvalidRequestError(
                f"{name_article(article)} is {where}, not in {format_id(story.story_id)}: nothing pinned"
            )
        made = new_decision("pin", article.article_id, story_id=story.story_id, why=why, by=by)
        pins = [one for one in decision_records.list_decisions(con) if one.relation == "pin"]
        if pins and (pins[0].article_a, pins[0].story_id) == (made.article_a, made.story_id):
            return DecisionResult(decision=pins[0], run_id=None, stories=(story,))
        return carry_out_decisions(con, settings, "pin", [made], is_dry_run=is_dry_run)


def revoke(
    settings: Settings, key: str, *, why: str | None = None, by: str | None = None, is_dry_run: bool = False
) -> DecisionResult:
    """Revoke a decision, with those that the same command made; the scores and decisions that it overruled count again.

    `key` is the decision's id or the beginning of it. Its record stays, with `by` (without it the login name),
    `why` and the time. Raises InvalidRequestError when it is revoked already; NotFound when no id or several begin so;
    NotPublished where the home has no warehouse; Busy.
    """
    with open_for_decision(settings, "newsfold decisions") as con:
        found = decision_records.find_decision(con, key)
        if found.revoked_at is not None:
            raise InvalidRequestError(
                f"{format_id(found.decision_id)} was taken back by {found.revoked_by} on {found.revoked_at:%Y-%m-%d}"
            )
        made_with = found.made_with
        others = [
            one
            for one in decision_records.list_decisions(con)
            if made_with is not None and one.made_with == made_with and one.decision_id != found.decision_id
        ]
        now, who = utc_now(), by or login_name()
        back = [replace(one, revoked_at=now, revoked_by=who, revoked_why=why) for one in (found, *others)]
        return carry_out_decisions(con, settings, "decisions revoke", back, is_dry_run=is_dry_run)


def list_decisions(settings: Settings, *, with_revoked: bool = False) -> list[Decision]:
    """Return the decisions in force, with `with_revoked` also revoked ones, the latest first; empty for none.

    They are read from the published file, without waiting for a run: a decision is published before its command ends.
    Raises NotPublished where there is no published file.
    """
    con = open_published(settings.home)
    try:
        return decision_records.published_decisions(con, with_revoked=with_revoked)
    finally:
        con.close()


def _decide_pair(
    settings: Settings,
    relation: str,
    key_a: str,
    key_b: str,
    why: str | None,
    by: str | None,
    is_dry_run: bool,
) -> DecisionResult:
    command = "link" if relation == "must_link" else "unlink"
    with open_for_decision(settings, f"newsfold {command}") as con:
        a, b = (decision_records.find_article(con, key) for key in (key_a, key_b))
        if a.article_id == b.article_id:
            raise InvalidRequestError(f"{key_a} and {key_b} are the same article: {name_article(a)}")
        made = new_decision(relation, a.article_id, b.article_id, why=why, by=by)
        in_force = decision_records.list_decisions(con)
        for one in in_force:
            if (one.relation, one.article_a, one.article_b) == (relation, made.article_a, made.article_b):
                return DecisionResult(decision=one, run_id=None, stories=stories_of(con, [one]))
        if relation != "cannot_link":
            _refuse_no_report(*sorted((a, b), key=lambda one: one.article_id))
        refuse_contradiction(read_decisions(con), made, in_force)
        return carry_out_decisions(con, settings, command, [made], is_dry_run=is_dry_run)


def _refuse_no_report(*articles: NamedArticle) -> None:
    """Refuse to link what joins no story: the link would seem to hold and do nothing."""
    for article in articles:
        if Kind(article.kind) in EXCLUDED_KINDS:
            because = f": {article.kind_reason}" if article.kind_reason else ""
            raise InvalidRequestError(
                f"{name_article(article)} is no report ({article.kind}{because}), and joins no story: nothing linked"
            )
