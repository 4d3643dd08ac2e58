"""Watches in the reading room: make one from a search, see what each has reported, read its feeds, remove it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, PlainTextResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from flows.errors import InvalidRequestError
from flows.operations.watches import (
    FOLDER_NAME,
    Watch,
    WatchEvent,
    add_watch,
    find_watch,
    list_watches,
    remove_watch,
    stories_of_thread,
)
from flows.recorded_run import utc_now
from warehouse.web_queries import ask
from web.reading_room_pages import missing, show
from web.request_guard import own_form
from web.shared_state import Room, room_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

router = APIRouter()
AGAIN = {
    "source": "a new independent source",
    "correction": "a correction",
    "withdrawal": "a withdrawal",
    "follow_up": "a follow-up, whatever its words",
}
_EVENTS = {"new": "new story", "source": "new independent source", "follow_up": "follow-up"}
_FEEDS = {"atom": "application/atom+xml", "json": "application/feed+json"}
_SHOWN_EVENTS = 12  # of one watch
_LONGEST = 300
_MOST_SOURCES = 1000


@router.get("/watches", response_class=HTMLResponse)
def watches(request: Request) -> Response:
    """Show every watch, the newest first, with its latest events and what waits, and a form for a new one.

    The form is filled in from `q`; with `thread`, the id of a thread or a story, it is for that thread, 404 if unknown.
    """
    room = room_of(request)
    found = list_watches(room.home)[::-1]
    asked, thread = (request.query_params.get(name, "")[:_LONGEST] for name in ("q", "thread"))
    with room.published.reading() as con:
        names = _names(con, found)
        titles = {
            key: _thread_title(con, key) for key in {thread.lower(), *(one.thread for one in found)} if key
        }
    if thread and titles[thread.lower()] is None:
        return missing(request, f"no thread, and no story, has the id {thread}")
    shown = [
        _as_shown(room.home, one, names) | {"thread_title": titles.get(one.thread or "")} for one in found
    ]
    return show(
        request, "watches.html", watches=shown, again=AGAIN, event_names=_EVENTS, asked=asked,
        asked_thread=thread.lower(), asked_title=titles.get(thread.lower()),
    )  # fmt: skip


@router.post("/watches")
async def change(request: Request) -> Response:
    """Make a watch with a feed from the fields of a form, or remove the one that `remove` names, and show the list.

    It redirects (303). Webhooks and Prefect blocks are set on the command line alone, since this machine sends what
    they get. 403 for a form that is not of this session, 400 for what is no watch and where nothing can be decided.
    """
    room = room_of(request)
    form = await own_form(request, room.guard)
    if isinstance(form, Response):
        return form
    if not room.can_decide:
        return PlainTextResponse("watches cannot be changed here\n", 400)
    try:
        await run_in_threadpool(_change, room, form)
    except InvalidRequestError as error:
        return show(request, "missing.html", status=400, what=str(error), heading="That is no watch")
    return RedirectResponse("/watches", status_code=303)


@router.get("/watches/{name}")
def feed(request: Request, name: str) -> Response:
    """Send the feed of a watch, named `ID.atom` or `ID.json`; 404 for another name, and before its first look."""
    home = room_of(request).home
    key, _, kind = name.partition(".")
    try:
        path = _feed_path(home, find_watch(home, key), kind) if kind in _FEEDS else None
    except InvalidRequestError:
        path = None
    if path is None or not path.is_file():
        return missing(request, f"there is no feed called {name}")
    return FileResponse(path, media_type=_FEEDS[kind])


def _change(room: Room, form: Mapping[str, str]) -> None:
    if key := form.get("remove", "").strip():
        remove_watch(room.home, key)
        return
    words, thread, language, outlet = (
        form.get(name, "").strip()[:_LONGEST] for name in ("words", "thread", "language", "outlet")
    )
    sources = form.get("sources", "").strip() or "1"
    if not sources.isascii() or not sources.isdecimal() or not 1 <= int(sources[:9]) <= _MOST_SOURCES:
        raise InvalidRequestError(f"independent sources are a number from 1 to {_MOST_SOURCES}")
    with room.published.reading() as con:
        add_watch(
            con, room.home, words, thread=thread or None, language=language or None, publisher=outlet or None,
            sources=int(sources), events=[event for event in AGAIN if form.get(event)], now=utc_now(),
        )  # fmt: skip


def _feed_path(home: Path, watch: Watch, kind: str) -> Path:
    return home / FOLDER_NAME / f"{watch.watch_id}.feed.{kind}"


def _as_shown(home: Path, watch: Watch, names: Mapping[str, str | None]) -> dict[str, Any]:
    """Return what the page shows of a watch; of a webhook its host alone, since an address can hold a secret."""
    return {
        "watch_id": watch.watch_id,
        "words": watch.words,
        "name": watch.name,
        "thread": watch.thread,
        "language": watch.language,
        "outlet": watch.publisher,
        "sources": watch.sources,
        "again": [AGAIN[event] for event in watch.events if event in AGAIN],
        "feeds": [kind for kind in _FEEDS if watch.feed and _feed_path(home, watch, kind).is_file()],
        "has_feed": watch.feed,
        "receivers": [name for name in (urlsplit(watch.webhook or "").hostname, watch.block) if name],
        "known_count": len(watch.reported),
        "event_count": len(watch.outbox),
        "events": [
            {"event": event, "title": names.get(event.story_id), "is_there": event.story_id in names}
            for event in _latest(watch)
        ],
        "waiting": watch.waiting,
        "given_up": watch.given_up,
        "error": watch.error,
        "looked_at": watch.looked_at,
        "made_at": watch.made_at,
    }


def _latest(watch: Watch) -> list[WatchEvent]:
    return sorted(watch.outbox, key=lambda event: event.at, reverse=True)[:_SHOWN_EVENTS]


def _thread_title(con: DuckDBPyConnection, thread: str) -> str | None:
    """Return the headline of a thread's story with most independent sources; None where nothing has that id."""
    stories = stories_of_thread(con, thread)
    if not stories:
        return None
    biggest = max(stories, key=lambda row: (row["independent_count"], row["article_count"], row["story_id"]))
    return biggest["latest_title"] or biggest["title"] or "(no headline)"


def _names(con: DuckDBPyConnection, found: list[Watch]) -> dict[str, str | None]:
    """Return the headline of each story, by any id it had, that the page names; those that are gone are left out."""
    wanted = {event.story_id for watch in found for event in _latest(watch)}
    rows = ask(con, "story_names", story_ids=sorted(wanted)) if wanted else []
    return {row["story_id"]: row["title"] for row in rows}
