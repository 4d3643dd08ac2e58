"""Deliver what watches have to report: feeds written anew, webhooks signed and tried again, Prefect blocks notified."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http.client import HTTPException
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes, urlsplit, urlunsplit

from flows.operations.home_files import replace_file
from flows.operations.watches import (
    FEED_ITEMS,
    FOLDER_NAME,
    Watch,
    WatchEvent,
    find_events,
    has_watches,
    hold_watches,
    list_watches,
    save,
)
from flows.recorded_run import utc_now
from warehouse.connection import open_published
from warehouse.export import FeedItem, feed_items_of, write_atom, write_json_feed

if TYPE_CHECKING:
    from flows.settings.settings import Settings

# A receiver that does not answer holds a run up no longer than this.
WEBHOOK_SECONDS = 10.0
# Waiting doubles from the first to the last; `WatchEvent.is_given_up` says when it ends.
_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=6)

Notify = Callable[[str, str, str], None]  # a saved Prefect block, a subject, a text


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """The result of one run of all watches: numbers of watches, of events delivered, and of events to be tried again.

    `errors` has one line for each delivery that failed in it.
    """

    watches: int
    events: int  # delivered now
    waiting: int  # to be tried again
    errors: tuple[str, ...]


def run_watches(
    settings: Settings, *, notify: Notify | None = None, now: datetime | None = None
) -> Delivered:
    """Run every watch over the published file, deliver the events that are due, and write the feeds anew.

    Each event is on disk before it is sent and marked after, so that a kill in between sends it again with the same key
    and never loses it. One that fails is tried again after 1 minute, then after twice as long, at most 6 hours, 20
    times in all, and delays no other; each failure is among the `errors` once and does not raise. `notify(block,
    subject, text)` sends through Prefect blocks; without it an event for a block fails. `now` is UTC without a zone.

    Zeros where there are no watches. Raises NotPublished where there are, and nothing is published yet. Waits while
    another process holds the watches.
    """
    home, at = settings.home, now or utc_now()
    if not has_watches(home):
        return Delivered(watches=0, events=0, waiting=0, errors=())
    count = events = waiting = 0
    errors: list[str] = []
    with hold_watches(home), open_published(home) as con:
        for former in list_watches(home):
            watch = find_events(con, former, now=at)
            save(home, watch)
            items = {
                item.story_id: item for item in feed_items_of(con, [event.story_id for event in watch.outbox])
            }
            for event in watch.outbox:
                if not event.is_waiting or (event.next_at and event.next_at > at):
                    continue
                done = _deliver(watch, event, items.get(event.story_id), notify, at)
                watch = _with_event(watch, done)
                save(home, watch)
                events += done.delivered_at is not None
                if done.error:
                    end = f"; given up after {done.attempts} tries" if done.is_given_up else ""
                    errors.append(f"watch {watch.watch_id[:8]} ({watch.name}): {done.error}{end}")
            waiting += watch.waiting
            if watch.feed:
                _write_feeds(home, watch, items, at)
            count += 1
    return Delivered(watches=count, events=events, waiting=waiting, errors=tuple(errors))


def rewrite_feeds(home: Path) -> None:
    """Write the feeds of all watches anew from what is published now, so that erased articles are in none.

    Watches without a feed, and a home without watches, are left alone. Raises NotPublished where there are watches and
    nothing is published. Waits while another process holds the watches.
    """
    if not has_watches(home):
        return
    with hold_watches(home), open_published(home) as con:
        for watch in list_watches(home):
            if watch.feed:
                ids = [event.story_id for event in watch.outbox]
                items = {item.story_id: item for item in feed_items_of(con, ids)}
                _write_feeds(home, watch, items, utc_now())


def _deliver(
    watch: Watch, event: WatchEvent, item: FeedItem | None, notify: Notify | None, at: datetime
) -> WatchEvent:
    try:
        send_event(watch, event, item, notify)
    except (
        OSError,
        HTTPException,
        ValueError,
        RuntimeError,
    ) as error:  # RuntimeError: what a Prefect block raises
        wait = min(_FIRST_WAIT * 2**event.attempts, _LONGEST_WAIT)
        message = f"the answer is not HTTP: {error}" if isinstance(error, HTTPException) else str(error)
        reason = " ".join(message.split())[:200] or type(error).__name__
        return replace(event, attempts=event.attempts + 1, next_at=at + wait, error=reason)
    return replace(event, delivered_at=at, attempts=event.attempts + 1, next_at=None, error=None)


def send_event(watch: Watch, event: WatchEvent, item: FeedItem | None, notify: Notify | None) -> None:
    """Send an event to the webhook of a watch, then to its Prefect block; of a watch with neither nothing is sent.

    `item` is its story, None where that no longer exists; `notify(block, subject, text)` sends through blocks. Raises
    OSError for a webhook that does not answer 2xx, HTTPException for one that does not answer HTTP, RuntimeError for a
    block when `notify` is None, and what `notify` raises.
    """
    if watch.webhook:
        post(watch.webhook, payload(watch, event, item), secret=watch.secret, key=event.key)
    if watch.block:
        if notify is None:
            raise RuntimeError("a Prefect block is notified by runs that report to Prefect")
        title = item.title if item else f"story {event.story_id}"
        notify(watch.block, f"newsfold: {watch.name}", f"{event.event}: {title}")


def payload(watch: Watch, event: WatchEvent, item: FeedItem | None) -> bytes:
    """Return the body that a webhook receives, JSON in UTF-8.

    It has key, watch_id, words, thread (null for a watch of words alone), event, story_id and `at` (UTC); with `item`
    also title, url, publisher and summary of the story, url and publisher null where unknown.
    """
    body: dict[str, Any] = {
        "key": event.key,
        "watch_id": watch.watch_id,
        "words": watch.words,
        "thread": watch.thread,
        "event": event.event,
        "story_id": event.story_id,
        "at": f"{event.at:%Y-%m-%dT%H:%M:%SZ}",
    }
    if item is not None:
        body |= {"title": item.title, "url": item.url, "publisher": item.publisher, "summary": item.summary}
    return json.dumps(body, ensure_ascii=False).encode()


def post(address: str, body: bytes, *, secret: str, key: str) -> None:
    """Post signed JSON to a webhook once, without a retry; the body of the answer is ignored.

    `X-Newsfold-Signature` is `sha256=` and the HMAC-SHA256 of the body under `secret` in hexadecimal digits,
    `Idempotency-Key` is `key`; user and password of the address go into `Authorization`, as browsers send them. Raises
    OSError where nobody answers within WEBHOOK_SECONDS, and for every answer but 2xx: redirects are not followed.
    Raises http.client.HTTPException where the answer is not HTTP.
    """
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    parts = urlsplit(address)
    user, _, host = parts.netloc.rpartition("@")
    request = urllib.request.Request(  # noqa: S310 - add_watch takes http and https alone
        urlunsplit(parts._replace(netloc=host, fragment="")),
        data=body,
        headers={
            "Content-Type": "application/json",
            "Idempotency-Key": key,
            "X-Newsfold-Signature": f"sha256={signature}",
            "User-Agent": "newsfold",
        },
    )
    if user:
        basic = base64.b64encode(unquote_to_bytes(user)).decode()
        request.add_header("Authorization", f"Basic {basic}")
    with urllib.request.build_opener(_NoRedirect).open(request, timeout=WEBHOOK_SECONDS) as answer:
        answer.read(1024)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> None:
        raise urllib.error.HTTPError(
            req.full_url, code, "the webhook redirects, which is not followed", headers, fp
        )


def _with_event(watch: Watch, event: WatchEvent) -> Watch:
    return replace(watch, outbox=tuple(event if one.key == event.key else one for one in watch.outbox))


def _write_feeds(home: Path, watch: Watch, items: dict[str, FeedItem], now: datetime) -> None:
    """Write the feeds of a watch from its events, the latest first; each story stands there once."""
    ids = dict.fromkeys(event.story_id for event in reversed(watch.outbox) if event.event != "withdrawal")
    shown = [items[story_id] for story_id in ids if story_id in items][:FEED_ITEMS]
    title, link = f"newsfold: {watch.name}", f"urn:newsfold:watch:{watch.watch_id}"
    for name, body in (
        ("atom", write_atom(shown, title=title, link=link, now=now)),
        ("json", write_json_feed(shown, title=title, link=link)),
    ):
        replace_file(home / FOLDER_NAME / f"{watch.watch_id}.feed.{name}", body, mode=0o644)
