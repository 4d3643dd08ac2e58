"""Steps that all decisions of people share: record them, fold again, say what moved; or try and undo."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from flows.errors import InvalidRequestError
from flows.fold.copies import as_ids
from flows.fold.corrections import Corrected, correct_stored
from flows.fold.decisions_in_force import Decisions, contradiction, read_decisions
from flows.fold.refold import fold_around
from flows.recorded_run import record_run, utc_now
from transforms.text.ids import hash_text
from transforms.types import format_id
from warehouse import decision_records, folding_stories
from warehouse.connection import open_working, rolled_back, working_path
from warehouse.decision_records import Decision, NamedArticle, NamedStory
from warehouse.errors import NotPublished
from warehouse.runs import RunOutcome

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from flows.fold.stories import StoryChange
    from flows.settings.settings import Settings

CORRECTIONS = ("correct", "rename_outlet")
# Characters of a headline in a message: enough to know the article again.
_TITLE = 60
_BOUND = {
    "must_link": "linked",
    "cannot_link": "set apart",
    "not_copy": "kept in one story as two texts",
    "pin": "pinned",
}
_DRY_RUN = "dry run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Articles that a decision takes out of one story, and the story that they are in afterwards."""

    articles: tuple[str, ...]  # their headlines with outlets, the earliest first
    from_story: NamedStory
    to_story: NamedStory | None  # None: in no story
    is_new: bool = False  # the story they go to did not exist before
    article_count: int = 0  # articles of the story they are in afterwards

    def describe(self) -> str:
        """Return the move as one line of text: articles, former story, story afterwards."""
        first, others = self.articles[0], len(self.articles) - 1
        who = first + (f" and {others} more" if others else "")
        if self.to_story is None:
            return f"{who}: out of {name_story(self.from_story)}, into no story"
        kind = "a new story" if self.is_new else f"{name_story(self.to_story)}"
        return f"{who}: from {name_story(self.from_story)} to {kind} of {self.article_count}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionResult:
    """What a decision did, or would do in a dry run: its record, the stories concerned, and the articles that move.

    `run_id` is None where nothing was done: the decision was in force already, or it was a dry run.
    """

    decision: Decision
    run_id: str | None
    stories: tuple[NamedStory, ...]  # where its articles are now
    also: tuple[Decision, ...] = ()  # made, or taken back, together with it
    moves: tuple[Move, ...] = ()
    what: str | None = None  # in words; None for one decision about articles
    is_dry_run: bool = False

    def describe(self) -> str:
        """Return the decision and its state as one line of text."""
        one = self.decision
        where = ", ".join(name_story(story) for story in self.stories)
        label = "stories" if len(self.stories) > 1 else "story"
        now = "then" if self.is_dry_run else "now"
        place = f"{label} {now}: {where}" if where else f"in no story {now}"
        if one.relation == "rename_outlet":
            place = f"{len(self.moves)} moves" if self.moves else "no story changes its members"
        what = self.what or _what(one)
        if one.revoked_at is not None:
            verb = "would be taken back" if self.is_dry_run else "taken back"
            return f"{format_id(one.decision_id)} {verb}: {what}; {place}"
        if self.is_dry_run:
            return f"{what} (nothing done: dry run); {place}"
        stood = " already" if self.run_id is None else ""
        more = f" and {len(self.also)} more, which are taken back together" if self.also else ""
        return f"{what}{stood} (decision {format_id(one.decision_id)}{more}); {place}"

    def lines(self) -> list[str]:
        """Return the decision as lines of text: what it is, then each move."""
        return [self.describe(), *(move.describe() for move in self.moves)]


def carry_out_decisions(
    con: DuckDBPyConnection,
    settings: Settings,
    command: str,
    made: Sequence[Decision],
    *,
    what: str | None = None,
    is_dry_run: bool = False,
) -> DecisionResult:
    """Carry decisions out as one run: record or revoke them, fold the stories of their articles again, and publish.

    `made` holds at least one; each with `revoked_at` is revoked, each without is added. `command` is the run's name in
    the ledger, `what` describes all of it in words. A dry run does the same in a transaction that is rolled back,
    publishes nothing and returns what would be. Call it outside a transaction. Raises CheckFailed, and nothing is
    changed then.
    """
    first, *rest = made
    before = {story.story_id: story for story in stories_of(con, made)}

    def result(run_id: str | None, moved_by: str) -> DecisionResult:
        return DecisionResult(
            decision=first, run_id=run_id, stories=stories_of(con, made), also=tuple(rest), what=what,
            moves=_moves(con, moved_by, before), is_dry_run=is_dry_run,
        )  # fmt: skip

    if is_dry_run:
        with rolled_back(con):
            fold_decided(con, settings, made, run_id=_DRY_RUN, now=utc_now())
            return result(None, _DRY_RUN)

    def work(run_id: str, now: datetime) -> tuple[None, RunOutcome]:
        folded = fold_decided(con, settings, made, run_id=run_id, now=now)
        message = f"{first.relation} {format_id(first.decision_id)} by {first.revoked_by or first.made_by}"
        return None, RunOutcome(stories_new=folded.new, stories_changed=folded.changed, message=message)

    run_id, _ = record_run(con, settings, command, work)
    return result(run_id, run_id)


def fold_decided(
    con: DuckDBPyConnection, settings: Settings, made: Sequence[Decision], *, run_id: str, now: datetime
) -> StoryChange:
    """Record or revoke decisions and fold the stories of their articles again, inside the caller's transaction.

    Each with `revoked_at` is revoked, each without is added. Returns how many stories are new and changed.
    `now` is naive UTC.
    """
    for one in made:
        if one.revoked_at is None:
            decision_records.add_decision(con, one)
        else:
            decision_records.revoke_decision(
                con, one.decision_id, by=one.revoked_by or "", why=one.revoked_why, now=one.revoked_at
            )
    corrected = Corrected(compared=as_ids(()), renamed=as_ids(()))
    if any(one.relation in CORRECTIONS for one in made):
        corrected = correct_stored(con, run_id=run_id, now=now)
    return fold_around(
        con, settings, read_decisions(con), decided=[*decided_articles(made), *corrected.renamed.tolist()],
        compared=corrected.compared, run_id=run_id, now=now,
    )  # fmt: skip


def decided_articles(made: Sequence[Decision]) -> list[int]:
    """Return the ids of articles that decisions name, each once, in their order; an outlet has none."""
    named = (number for one in made for number in (one.article_a, one.article_b) if number is not None)
    return list(dict.fromkeys(named))


def new_decision(
    relation: str,
    article_a: int | None = None,
    article_b: int | None = None,
    *,
    story_id: int | None = None,
    field: str | None = None,
    value: str | None = None,
    why: str | None,
    by: str | None,
) -> Decision:
    """Return a new decision, dated now and not recorded yet; of a pair the smaller id comes first.

    `relation` is must_link, cannot_link, not_copy, pin, correct or rename_outlet, which is not checked; `story_id` is
    for a pin, `field` and `value` for the last two. Without `by` the login name is recorded; spaces in `by` and `why`
    are made single, and an empty `why` is None.
    """
    now = utc_now()
    by = " ".join((by or login_name()).split())
    if article_a is not None and article_b is not None and article_a > article_b:
        article_a, article_b = article_b, article_a
    named = f"{relation}:{article_a}:{article_b}:{field}:{value}:{by}:{now.isoformat()}"
    return Decision(
        decision_id=hash_text(named),
        relation=relation,
        article_a=article_a,
        article_b=article_b,
        story_id=story_id,
        field=field,
        value=value,
        made_by=by,
        made_at=now,
        why=" ".join((why or "").split()) or None,
    )


def mark_as_one(made: Sequence[Decision]) -> list[Decision]:
    """Mark the decisions of one command with the id of the first, so that one revocation revokes all of them.

    A single decision, or none, is returned as it is.
    """
    if len(made) < 2:
        return list(made)
    return [replace(one, made_with=made[0].decision_id) for one in made]


def refuse_contradiction(decisions: Decisions, made: Decision, in_force: Sequence[Decision]) -> None:
    """Raise InvalidRequestError when a new decision about a pair contradicts those in force; else do nothing.

    It does where a chain of must-links would join two articles that a cannot-link sets apart. `decisions` are those in
    force, `in_force` the same as records, for a message that names the chain and what to revoke. A `relation` other
    than cannot_link counts as a link.
    """
    pair = (made.article_a or 0, made.article_b or 0)
    if made.relation != "cannot_link":
        wider = replace(decisions, must=(*decisions.must, pair))
    else:
        wider = replace(decisions, cannot=(*decisions.cannot, pair))
    chain = contradiction(wider)
    if chain is None:
        return
    titles = {one.article_a: one.title_a for one in in_force} | {
        one.article_b: one.title_b for one in in_force
    }
    steps = list(pairwise(chain))
    involved = [
        one
        for one in in_force
        if {one.article_a, one.article_b} in [set(step) for step in [*steps, (chain[0], chain[-1])]]
        and one.relation in ("must_link", "cannot_link", "not_copy")
    ]
    links = " – ".join(f"{format_id(number)} ({shorten(titles.get(number))})" for number in chain)
    conflicting = "; ".join(
        f"{format_id(one.decision_id)}: {_what(one)} by {one.made_by} on {one.made_at:%Y-%m-%d}"
        for one in involved
    )
    wanted = "set apart" if made.relation == "cannot_link" else "link"
    raise InvalidRequestError(
        f"cannot {wanted} {format_id(pair[0])} and {format_id(pair[1])}: all of {links} would be in one story, "
        f"yet its two ends must be in two. Take one of these back first: {conflicting}"
    )


def stories_of(con: DuckDBPyConnection, made: Sequence[Decision]) -> tuple[NamedStory, ...]:
    """Return the stories that the articles of decisions are in now, each once, in the order of the articles.

    Articles in no story are left out; raises UnknownArticle for one that was erased.
    """
    found: dict[int, NamedStory] = {}
    for number in decided_articles(made):
        article = decision_records.find_article(con, format_id(number))
        if article.story_id is not None:
            found[article.story_id] = decision_records.find_story(con, format_id(article.story_id))
    return tuple(found.values())


@contextmanager
def open_for_decision(settings: Settings, purpose: str) -> Iterator[DuckDBPyConnection]:
    """Open the working file of a home for a decision, for the block; `purpose` names the holder to others who wait.

    Raises NotPublished where the home has no warehouse, Busy when another process holds it longer than `wait_seconds`.
    """
    if not working_path(settings.home).exists():
        raise NotPublished(f"there is no warehouse in {settings.home} yet")
    with open_working(settings.home, wait_seconds=settings.wait_seconds, purpose=purpose) as con:
        yield con


def login_name() -> str:
    """Return the login name of whoever runs this process; "uid N" where the system has none, as in containers."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return f"uid {os.getuid()}"


def name_article(article: NamedArticle) -> str:
    """Return the id of an article with its headline, at most 60 characters of it, in brackets, for a message."""
    return f"{format_id(article.article_id)} ({shorten(article.title)})"


def name_story(story: NamedStory) -> str:
    """Return the id of a story with its headline, at most 60 characters, in brackets; without one the id alone."""
    return (
        f"{format_id(story.story_id)} ({shorten(story.title)})" if story.title else format_id(story.story_id)
    )


def shorten(title: str | None) -> str:
    """Cut a headline to 60 characters for a message, the last one an ellipsis; "erased" where there is none."""
    title = title or "erased"
    return title if len(title) <= _TITLE else f"{title[: _TITLE - 1].rstrip()}…"


def _what(one: Decision) -> str:
    if one.relation == "rename_outlet":
        return f"outlet “{one.field}” renamed to “{one.value}”"
    named = " and ".join(format_id(number) for number in decided_articles([one]))
    if one.relation == "correct":
        return f"{one.field} of {named} corrected to “{shorten(one.value or 'undated')}”"
    return f"{named} {'no longer ' if one.revoked_at else ''}{_BOUND[one.relation]}"


def _moves(con: DuckDBPyConnection, run_id: str, before: dict[int, NamedStory]) -> tuple[Move, ...]:
    groups: dict[tuple[int, int | None], list[dict[str, Any]]] = {}
    for row in folding_stories.moved_articles(con, run_id):
        groups.setdefault((row["from_story_id"], row["to_story_id"]), []).append(row)
    return tuple(
        Move(
            articles=tuple(
                f"“{shorten(one['title'])}” ({one['publisher'] or 'outlet unknown'})" for one in members
            ),
            from_story=before.get(old, NamedStory(story_id=old, title="")),
            to_story=None if new is None else NamedStory(story_id=new, title=members[0]["to_title"]),
            is_new=bool(members[0]["is_new"]),
            article_count=members[0]["to_article_count"] or 0,
        )
        for (old, new), members in groups.items()
    )
