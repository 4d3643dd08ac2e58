"""Watches: saved searches that report each story once, and again only for what was asked.

A watch and what it has reported lie in one JSON file under `watches/` in the home, replaced in one step. An event is
written into that file before it is delivered, with a key made of the watch, the story and what happened; a webhook
gets the key as `Idempotency-Key`, so one that was sent before a kill and is sent again is known as the same.
The file holds ids and counts, never text: what is erased or withdrawn drops out of its feeds with the next look.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flows.errors import InvalidRequestError
from flows.operations.home_files import locked, replace_file
from transforms.text.ids import hash_text
from warehouse.web_queries import ask, ask_one

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FOLDER_NAME = "watches"
EVENTS = ("new", "source", "correction", "withdrawal", "follow_up")
# What a feed shows at most, and how many events are remembered after they were delivered.
FEED_ITEMS = 100
_REMEMBERED_EVENTS = 1000
_MOST_ATTEMPTS = 20  # an event that no one took so often is given up


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """What a watch has reported of a story: the most independent sources it had, and new versions of its articles."""

    sources: int
    corrections: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchEvent:
    """One event to deliver: kind, story, attempts so far. `delivered_at` is None until every receiver has it.

    It is not sent again before `next_at`.
    """

    key: str
    event: str
    story_id: str
    at: datetime  # UTC
    delivered_at: datetime | None = None
    attempts: int = 0
    next_at: datetime | None = None
    error: str | None = None

    @property
    def is_given_up(self) -> bool:
        """Return whether the event failed so often (20 times) that it is not sent again."""
        return self.delivered_at is None and self.attempts >= _MOST_ATTEMPTS

    @property
    def is_waiting(self) -> bool:
        """Return whether the event still has to be delivered, now or later."""
        return self.delivered_at is None and not self.is_given_up


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A saved search: words, conditions, receivers (feed, webhook, Prefect block), what it reported, what is due."""

    watch_id: str
    words: str  # empty where it asks for all stories of a thread
    thread: str | None = None  # id of a thread, or of a story that was in none when the watch was made
    language: str | None = None
    publisher: str | None = None
    sources: int = 1
    events: tuple[str, ...] = ("new",)
    feed: bool = True
    webhook: str | None = None
    secret: str = ""
    block: str | None = None  # a Prefect notification block, as type/name
    made_at: datetime
    looked_at: datetime | None = None
    reported: dict[str, Reported] = field(default_factory=dict)
    outbox: tuple[WatchEvent, ...] = ()

    @property
    def name(self) -> str:
        """Return what the watch searches for: its words, its thread by the id, or both."""
        thread = f"thread {self.thread}" if self.thread else ""
        return " in ".join(part for part in (self.words, thread) if part)

    @property
    def receiver(self) -> str | None:
        """Return the webhook without what can be a secret (scheme, host and port alone); None without a webhook."""
        if self.webhook is None:
            return None
        parts = urlsplit(self.webhook)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/…"

    @property
    def waiting(self) -> int:
        """Return the number of events that still have to be delivered."""
        return sum(event.is_waiting for event in self.outbox)

    @property
    def given_up(self) -> int:
        """Return the number of events that failed so often (20 times) that they are not sent again."""
        return sum(event.is_given_up for event in self.outbox)

    @property
    def error(self) -> str | None:
        """Return the last error among the events that are not delivered; None without one."""
        undelivered = (event for event in reversed(self.outbox) if event.delivered_at is None)
        return next((event.error for event in undelivered if event.error), None)


def _can_be_posted_to(address: str) -> bool:
    try:
        parts = urlsplit(address)
        is_whole = bool(parts.hostname) and parts.port != 0  # asking for the port reads it
    except ValueError:
        return False
    return is_whole and parts.scheme in ("http", "https") and re.fullmatch(r"[!-~]+", address) is not None


def add_watch(
    con: DuckDBPyConnection,
    home: Path,
    words: str,
    *,
    thread: str | None = None,
    language: str | None = None,
    publisher: str | None = None,
    sources: int = 1,
    events: Sequence[str] = ("new",),
    feed: bool = True,
    webhook: str | None = None,
    block: str | None = None,
    now: datetime,
    from_start: bool = False,
) -> Watch:
    """Save a search with its receivers in a file of the home, and return it.

    `words` are those of a search: all of them, "a phrase", -word, OR. `thread` is the id of a thread or of a story,
    in a thread or not yet: only stories in that thread are found then, and `words` may be empty. `sources` is the least
    number of independent sources; "new" is always among the `events`. `webhook` is an address of http or https, `block`
    a Prefect block as type/name. `now` is UTC without a zone. Stories that the published file `con` has already are not
    reported, unless `from_start`. Waits while another process holds the watches. Raises InvalidRequestError for neither
    words nor thread, an unknown thread, another kind of address, or an event that is not in EVENTS.
    """
    words = " ".join(words.split())
    if not words and not thread:
        raise InvalidRequestError("a watch needs words to look for, or a thread")
    if webhook is not None and not _can_be_posted_to(webhook):  # without the address: it is often the secret
        raise InvalidRequestError(
            "a webhook is an address that begins with http:// or https:// and a host, in ASCII, without spaces"
        )
    unknown = sorted(set(events) - set(EVENTS))
    if unknown:
        raise InvalidRequestError(f"a watch reports {', '.join(EVENTS)}, not {', '.join(unknown)}")
    thread = _find_thread(con, thread) if thread else None
    conditions = f"{words}:{thread}:{language}:{publisher}:{sources}:{webhook}:{now.isoformat()}"
    made = Watch(
        watch_id=f"{hash_text(conditions):016x}",
        words=words,
        thread=thread,
        language=language,
        publisher=publisher,
        sources=sources,
        events=tuple(event for event in EVENTS if event in {"new", *events}),
        feed=feed,
        webhook=webhook,
        secret=secrets.token_hex(32) if webhook else "",
        block=block,
        made_at=now,
    )
    if not from_start:
        made = replace(find_events(con, made, now=now), outbox=())
    with hold_watches(home):
        save(home, made)
    return made


def _find_thread(con: DuckDBPyConnection, key: str) -> str:
    """Return the present id of the thread that `key` names, or that of the story where it is in none."""
    key = key.strip().lower()
    if stories := ask(con, "thread_stories", key=key):
        return str(stories[0]["thread_id"])
    if (story := ask_one(con, "story", story_id=key)) is not None:
        return str(story["story_id"])
    raise InvalidRequestError(f"no thread, and no story, has the id {key}")


def stories_of_thread(con: DuckDBPyConnection, thread: str) -> list[dict[str, Any]]:
    """Return the rows of the stories of a watch's thread, in order; one story where it is in no thread.

    Empty where neither is there any more.
    """
    return ask(con, "thread_stories", key=thread) or ask(con, "story", story_id=thread)


def remove_watch(home: Path, key: str) -> Watch:
    """Delete the watch whose id begins with `key`, with its feeds, and return it; waits while others hold them.

    Raises InvalidRequestError where no id or several begin so.
    """
    with hold_watches(home):
        found = find_watch(home, key)
        for path in (home / FOLDER_NAME).glob(f"{found.watch_id}.*"):
            path.unlink()
    return found


def find_watch(home: Path, key: str) -> Watch:
    """Return the watch whose id begins with `key`, in any case.

    Raises InvalidRequestError where no id or several begin so, and for an empty key.
    """
    found = [watch for watch in list_watches(home) if key and watch.watch_id.startswith(key.lower())]
    if len(found) != 1:
        which = "several watches have" if found else "no watch has"
        raise InvalidRequestError(f"{which} an id beginning with {key!r}")
    return found[0]


def list_watches(home: Path) -> list[Watch]:
    """Return all watches of a home, the oldest first; an empty list where there are none."""
    paths = sorted((home / FOLDER_NAME).glob("*.watch.json"))
    return sorted((_load(path) for path in paths), key=lambda watch: (watch.made_at, watch.watch_id))


def find_events(con: DuckDBPyConnection, watch: Watch, *, now: datetime) -> Watch:
    """Search the published file for a watch and return the watch with new events in its `outbox`; nothing is saved.

    Only kinds that the watch asks for: new (a story not reported before), source (more independent sources than ever),
    correction (more new versions of its articles), withdrawal (a reported story is gone; one that was merged into
    another is not), follow_up (a story without the words of the watch that follows up a known one, directly or not). An
    event whose key is in the outbox is not added again; of delivered events the last thousand are
    kept. `reported` becomes what was found now, and what was reported before under the ids that those stories have now.
    `now` is UTC without a zone.
    """
    reported, gone = _follow_redirects(con, watch)
    events: list[WatchEvent] = []

    def report(event: str, story_id: str, detail: object) -> None:
        if event in watch.events:
            key = f"{hash_text(f'{watch.watch_id}:{story_id}:{event}:{detail}'):016x}"
            events.append(WatchEvent(key=key, event=event, story_id=story_id, at=now))

    for story_id in gone:
        report("withdrawal", story_id, "gone")
    for row in _matches(con, watch, reported):
        story_id, sources, corrections = (
            row["story_id"],
            row["independent_count"],
            int(row["correction_count"]),
        )
        former = reported.get(story_id)
        if former is None:
            report("follow_up" if row["is_follow_up"] else "new", story_id, "new")
        else:
            if sources > former.sources:
                report("source", story_id, sources)
            if corrections > former.corrections:
                report("correction", story_id, corrections)
        most = max(sources, former.sources) if former else sources
        reported[story_id] = Reported(sources=most, corrections=corrections)
    known = {event.key for event in watch.outbox}
    outbox = (*watch.outbox, *(event for event in events if event.key not in known))
    return replace(watch, reported=reported, outbox=_forget_old(outbox), looked_at=now)


def _matches(con: DuckDBPyConnection, watch: Watch, reported: Iterable[str]) -> list[dict[str, Any]]:
    within = [row["story_id"] for row in stories_of_thread(con, watch.thread)] if watch.thread else None
    return ask(
        con, "watch_matches", words=watch.words, within=within, language=watch.language, publisher=watch.publisher,
        sources=watch.sources, follow_ups="follow_up" in watch.events, reported=list(reported),
    )  # fmt: skip


def _follow_redirects(con: DuckDBPyConnection, watch: Watch) -> tuple[dict[str, Reported], list[str]]:
    """Return what was reported by the ids that stories have now, and the ids, sorted, of those that no longer exist."""
    current: dict[str, Reported] = {}
    gone: list[str] = []
    for row in ask(con, "watch_current", story_ids=list(watch.reported)):
        found = row["current_story_id"]
        if found is not None:
            old, other = watch.reported[row["story_id"]], current.get(found)
            current[found] = old if other is None or old.sources >= other.sources else other
        else:
            gone.append(row["story_id"])
    return current, sorted(gone)


def _forget_old(outbox: Sequence[WatchEvent]) -> tuple[WatchEvent, ...]:
    waiting = [event for event in outbox if event.delivered_at is None]
    done = [event for event in outbox if event.delivered_at is not None][-_REMEMBERED_EVENTS:]
    return tuple(sorted([*done, *waiting], key=lambda event: (event.at, event.key)))


def save(home: Path, watch: Watch) -> None:
    """Write a watch into its file in the home, replacing the former one; only its owner may read it (it has a secret).

    Call it inside `hold_watches`.
    """
    text = json.dumps(asdict(watch), default=_plain, ensure_ascii=False)
    replace_file(home / FOLDER_NAME / f"{watch.watch_id}.watch.json", text.encode())


def has_watches(home: Path) -> bool:
    """Return whether a home has at least one watch."""
    return any((home / FOLDER_NAME).glob("*.watch.json"))


def hold_watches(home: Path) -> AbstractContextManager[None]:
    """Lock the watches of a home against other processes for the block, waiting without limit; does not nest."""
    return locked(home / FOLDER_NAME / "lock")


def _load(path: Path) -> Watch:
    row: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    row["events"] = tuple(row["events"])
    row["reported"] = {story_id: Reported(**known) for story_id, known in row["reported"].items()}
    row["outbox"] = tuple(
        WatchEvent(**{**event, **_times(event, "at", "delivered_at", "next_at")}) for event in row["outbox"]
    )
    return Watch(**{**row, **_times(row, "made_at", "looked_at")})


def _times(row: dict[str, Any], *names: str) -> dict[str, datetime | None]:
    return {name: datetime.fromisoformat(row[name]) if row[name] else None for name in names}


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
