"""The pages of the reading room: a request in, HTML out. What they show is asked of the published file."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.templating import Jinja2Templates

from warehouse.export import neutralise
from warehouse.web_queries import ask, ask_one
from web import charts
from web.pair_explanation import explain_in_story, explain_two
from web.shared_state import room_of
from web.text_comparison import numbers_of_one, read_reports, shared_and_different, word_diff

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PAGE_STORIES = 32
PAGE_SOURCES = 9  # of a story: with these a page stays below 30 kB
_COMPARED_STORIES, _COMPARED_OUTLETS = 12, 12
_FIRST_REPORTS = 6
_OFFERED, _LONGEST_SEARCH = 10, 300
_SEEN_COOKIE = "newsfold_seen"
_YEAR_SECONDS = 365 * 86400
_MOST_COUNTED = 100_000  # a larger number in an address counts as this
router = APIRouter()
templates = Jinja2Templates(directory=str(Path(__file__).parent / "templates"))


def show(request: Request, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
    """Render a template with its values and what every page needs: the form token, and whether people may decide."""
    room = room_of(request)
    common = {
        "token": room.guard.form_token(request.state.session),
        "can_decide": room.can_decide,
    }
    return templates.TemplateResponse(request, template, common | values, status_code=status)


def missing(request: Request, what: str) -> HTMLResponse:
    """Return the page (404) that says that `what`, a phrase such as "no article is by X", was not found."""
    return show(request, "missing.html", status=404, what=what)


@router.get("/", response_class=HTMLResponse)
def today(request: Request) -> Response:
    """Show the stories of the day, those that many independent sources report first, 32 a page.

    The weight of a story (its sources, and a fifth for each further article) halves every two days; `order=time` puts
    the latest first, `order=size` the biggest of any age. A cookie keeps when this was shown, to mark what is new
    since. Filters of the query: `language`, `publisher`, `kind`, `hours` (before the newest report), `sources` (at
    least so many independent ones); `page` counts from 1. Numbers below 1 and what is no number count as not given; a
    page after the last redirects (303) to the first.
    """
    room = room_of(request)
    chosen = _filters(request)
    page = max(1, _whole(request.query_params.get("page"), 1))
    seen = _time(request.cookies.get(_SEEN_COOKIE))
    with room.published.reading() as con:
        totals = ask_one(con, "totals") or {}
        newest = totals.get("newest_at")
        hours = _whole(chosen.get("hours"), 0)
        stories = ask(
            con,
            "today",
            language=chosen.get("language"),
            publisher=chosen.get("publisher"),
            kind=chosen.get("kind"),
            sources=_whole(chosen.get("sources"), 0) or None,
            since=newest - timedelta(hours=hours) if newest and hours else None,
            order=chosen.get("order", "weight"),
            limit=PAGE_STORIES,
            offset=(page - 1) * PAGE_STORIES,
        )
        options = _options(con)
    if not stories and page > 1:
        return RedirectResponse(_address("/", chosen), status_code=303)
    for story in stories:
        story["is_new"] = bool(seen and story["created_at"] > seen)
        story["has_grown"] = bool(seen and not story["is_new"] and story["updated_at"] > seen)
    found = stories[0]["found_count"] if stories else 0
    response = show(
        request, "today.html", stories=stories, totals=totals, options=options, chosen=chosen, page=page,
        pages=-(-found // PAGE_STORIES), seen=seen, address=_address,
    )  # fmt: skip
    response.set_cookie(
        _SEEN_COOKIE,
        _now().isoformat(timespec="seconds"),
        max_age=_YEAR_SECONDS,
        httponly=True,
        samesite="strict",
    )
    return response


@router.get("/story/{story_id}", response_class=HTMLResponse)
def story(request: Request, story_id: str) -> Response:
    """Show one story: its timeline, its reports by source (nine a page), why each is here, and what happened to it.

    Above them it says which reports were withdrawn, and which were changed by their publisher or corrected by people.
    With `at`, as it was after that run. A former id redirects (308); an unknown one is 404, as is that of a story that
    has no article any more, and says why.
    """
    room = room_of(request)
    if at := request.query_params.get("at", "").strip():
        return _story_at(request, story_id.lower(), at)
    with room.published.reading() as con:
        found = ask_one(con, "story", story_id=story_id.lower())
        if found is None:
            return missing(
                request, _what_became_of(con, story_id.lower()) or f"no story has the id {story_id}"
            )
        if found["story_id"] != story_id:
            return RedirectResponse(f"/story/{found['story_id']}", status_code=308)
        members = ask(con, "members", story_id=story_id)
        thread = ask(con, "thread_stories", key=story_id) if found["thread_id"] else []
        related = ask(con, "related", story_id=story_id)
        other_languages = ask(con, "other_languages", story_id=story_id)
        events = ask(con, "events", story_id=story_id)
        withdrawn = ask(con, "story_withdrawals", story_id=story_id)
        first = ask(con, "first_reports", story_id=story_id, limit=_FIRST_REPORTS)
        reports = read_reports(con, story_id)
    texts = [report["text"] or "" for report in reports]
    common = shared_and_different(texts, found["language"])
    own = [pair for pair in zip(reports, numbers_of_one(texts), strict=True) if pair[1]]
    sources = _by_source(members)
    pages = max(1, -(-len(sources) // PAGE_SOURCES))
    page = min(max(1, _whole(request.query_params.get("page"), 1)), pages)
    first_shown = (page - 1) * PAGE_SOURCES
    shown = sources[first_shown : first_shown + PAGE_SOURCES]
    here = {one["article_id"] for source in shown for one in (source["lead"], *source["others"])}
    return show(
        request, "story.html", story=found, members=[one for one in members if one["article_id"] in here],
        sources=shown, first_shown=first_shown, source_count=len(sources), page=page, pages=pages, events=events[:20],
        thread=thread, related=related, other_languages=other_languages,
        changed=[one for one in members if one["version"] > 1], withdrawn=withdrawn,
        corrected=[one for one in members if one["corrections"]],
        timeline=charts.draw_timeline(members), first=first, common=common, own=own if len(texts) > 1 else [],
        by_id={one["article_id"]: one for one in members},
        hanging={one["via_article_id"]: one["article_id"] for one in reversed(members)},
    )  # fmt: skip


def _headline(story: Mapping[str, Any]) -> str:
    return story["latest_title"] or story["title"] or "(no headline)"


def _what_became_of(con: DuckDBPyConnection, story_id: str) -> str | None:
    """Return when a story that is not here any more ended and why, without a full stop; None for an unknown id."""
    ended = [event for event in ask(con, "events", story_id=story_id) if event["event"] == "dissolved"]
    if not ended:
        return None
    withdrawn = ask(con, "story_withdrawals", story_id=story_id)
    why = "withdrawn by their publishers" if withdrawn else "erased, or put into other stories"
    return f"the story {story_id} ended on {ended[0]['happened_at']:%-d %b %Y}: its reports were {why}"


def _story_at(request: Request, story_id: str, run_id: str) -> Response:
    """One story as it was after a run, as far as the events tell."""
    with room_of(request).published.reading() as con:
        run = ask_one(con, "run_start", run_id=run_id)
        life = ask_one(con, "story_life", story_id=story_id, run_id=run_id) or {}
        if run is None or life["first_run_id"] is None:
            return missing(request, f"no story has the id {story_id}, or no run is called {run_id}")
        members = ask(
            con, "story_at", story_id=story_id, run_id=run_id, at=run["finished_at"] or run["started_at"]
        )
        now = ask_one(con, "story", story_id=story_id)
    existed = life["first_run_id"] <= run_id and life["last_state"] in ("born", "restored")
    return show(
        request, "story_at.html", story_id=story_id, run=run, life=life, members=members if existed else [],
        existed=existed, title=_headline(now) if now else story_id,
    )  # fmt: skip


@router.get("/article/{article_id}", response_class=HTMLResponse)
def article(request: Request, article_id: str) -> Response:
    """Show one article with its text, versions and the story that it is in, by its whole id; 404 for an unknown one."""
    room = room_of(request)
    with room.published.reading() as con:
        found = ask_one(con, "article", article_id=article_id.lower())
        if found is None:
            return missing(request, f"no article has the id {article_id}")
        versions = ask(con, "versions", article_id=found["article_id"])
        original = ask_one(con, "original", article_id=found["article_id"]) if found["corrections"] else None
    changes = [
        {"before": old, "after": new, "pieces": word_diff(old["text"] or "", new["text"] or "")}
        for old, new in pairwise(versions)
    ]
    return show(
        request, "article.html", article=found, versions=versions, changes=changes[::-1], original=original
    )


@router.get("/why", response_class=HTMLResponse)
def why(request: Request) -> Response:
    """Show why two articles are together or apart, or why an article is in a story or not; both texts side by side.

    An article is named by its id or the beginning of it, its external id or its URL, as it is written. Without `a`,
    or with neither `b` nor `story`, it asks for them. Beside a story, words that name no article are searched for, and
    what is found is offered (ten at most); else 404 where one is not known.
    """
    room = room_of(request)
    found: list[dict[str, Any]] = []
    a, b, story_id = (request.query_params.get(name, "").strip() for name in ("a", "b", "story"))
    if not a or not (b or story_id):
        return show(request, "why_ask.html", a=a, b=b)
    with room.published.reading() as con:
        answer = (
            explain_in_story(con, room.home, a, story_id) if story_id else explain_two(con, room.home, a, b)
        )
        if answer is None and story_id:
            found = ask(con, "search_articles", words=a[:_LONGEST_SEARCH], limit=_OFFERED)
    if found:
        return show(request, "why_ask.html", a=a, b=b, story_id=story_id, found=found)
    if answer is None:
        return missing(request, "one of the two is not known here")
    return show(request, "why.html", answer=answer)


@router.get("/search", response_class=HTMLResponse)
def search(request: Request) -> Response:
    """Show stories and articles that have the words of the parameter `q`, the best first, at most 30 of each.

    Words are asked as in `search_stories`: "a phrase", -word, OR.
    """
    room = room_of(request)
    words = " ".join(request.query_params.get("q", "").split())[:_LONGEST_SEARCH]
    stories: list[dict[str, Any]] = []
    articles: list[dict[str, Any]] = []
    if words:
        with room.published.reading() as con:
            stories = ask(con, "search_stories", words=words, limit=30)
            articles = ask(con, "search_articles", words=words, limit=30)
    only_left_out = all(word.startswith("-") for word in words.split())
    return show(
        request, "search.html", words=words, stories=stories, articles=articles, only_left_out=only_left_out
    )


@router.get("/outlet/{publisher:path}", response_class=HTMLResponse)
def outlet(request: Request, publisher: str) -> Response:
    """Show what one outlet reports on, how soon, and with whom; `publisher` is its name, exactly.

    404 for a name that no article is under; 60 stories at most.
    """
    room = room_of(request)
    with room.published.reading() as con:
        about = ask_one(con, "outlet", publisher=publisher)
        if about is None or not about["article_count"]:
            return missing(request, f"no article is by {publisher}")
        stories = ask(con, "outlet_stories", publisher=publisher, limit=60)
        neighbours = ask(con, "outlet_neighbours", publisher=publisher)
    timed = [row for row in stories if row["hours_behind"] is not None and row["article_count"] > 1]
    return show(
        request, "outlet.html", publisher=publisher, about=about, stories=stories, neighbours=neighbours,
        first_count=sum(1 for row in timed if row["hours_behind"] <= 0), timed_count=len(timed),
    )  # fmt: skip


@router.get("/thread/{key}", response_class=HTMLResponse)
def thread(request: Request, key: str) -> Response:
    """Show one thread: its stories in order, each with the one that it follows up.

    A former id, or a story in it, redirects (308), a story in no thread to its own page (303); any other is 404.
    """
    room = room_of(request)
    with room.published.reading() as con:
        stories = ask(con, "thread_stories", key=key.lower())
        alone = None if stories else ask_one(con, "story", story_id=key.lower())
    if alone is not None:
        return RedirectResponse(f"/story/{alone['story_id']}", status_code=303)
    if not stories:
        return missing(request, f"no thread has the id {key}")
    if stories[0]["thread_id"] != key:
        return RedirectResponse(f"/thread/{stories[0]['thread_id']}", status_code=308)
    return show(request, "thread.html", stories=stories)


@router.get("/compare", response_class=HTMLResponse)
def compare(request: Request) -> Response:
    """Show outlets against stories over a span of days, as a picture and a table; with `format=csv` send a file.

    The twelve stories with most independent sources, the twelve outlets that report on most of these; `since` is in,
    `until` is not, and what is no day counts as not given.
    """
    room = room_of(request)
    since, until = (_day(request.query_params.get(name)) for name in ("since", "until"))
    with room.published.reading() as con:
        outlets = ask(
            con,
            "compared_outlets",
            since=since,
            until=until,
            stories=_COMPARED_STORIES,
            limit=_COMPARED_OUTLETS,
        )
        names = [row["publisher"] for row in outlets]
        cells = ask(con, "compare_cells", since=since, until=until, limit=_COMPARED_STORIES, publishers=names)
        days = ask(con, "attention", since=since, until=until)
    if request.query_params.get("format") == "csv":
        return _csv(cells, "newsfold-compare.csv")
    titles = {cell["story_id"]: cell["title"] for cell in cells}
    counts = {(cell["story_id"], cell["publisher"]): cell["article_count"] for cell in cells}
    curve = [(row["day"], row["article_count"]) for row in reversed(days)]
    return show(
        request, "compare.html", outlets=outlets, cells=cells, titles=titles, counts=counts, since=since, until=until,
        matrix=charts.draw_matrix(titles, names, counts), attention=charts.draw_attention(curve), days=curve,
        csv_address=_address("/compare", {"since": since, "until": until, "format": "csv"}), now=_now(),
    )  # fmt: skip


@router.get("/review", response_class=HTMLResponse)
def review(request: Request) -> Response:
    """Show the articles and stories where a person's decision matters most, grouped by reason, at most 25 for each.

    The request has no parameters; without any such article the page says so.
    """
    room = room_of(request)
    with room.published.reading() as con:
        rows = ask(con, "review", limit=25)
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row["reason"], []).append(row)
    return show(request, "review.html", groups=groups)


@router.get("/runs", response_class=HTMLResponse)
def runs(request: Request) -> Response:
    """Show how far documents came, what the last 30 runs did, which outlets arrive late, and every disposition."""
    room = room_of(request)
    with room.published.reading() as con:
        listed = ask(con, "runs", limit=30)
        dispositions = ask(con, "run_dispositions")
        steps = ask_one(con, "run_funnel") or {}
        slow = ask(con, "slow_outlets", limit=8)
        totals = ask_one(con, "totals") or {}
    last = totals.get("last_run_at")
    stale_hours = (_now() - last).total_seconds() / 3600 if last else None
    return show(
        request, "runs.html", runs=listed, dispositions=dispositions, totals=totals, stale_hours=stale_hours,
        slow=slow, steps=steps, funnel=charts.draw_funnel(steps), trend=charts.draw_trend(listed[::-1]),
    )  # fmt: skip


def _options(con: DuckDBPyConnection) -> dict[str, list[dict[str, Any]]]:
    options: dict[str, list[dict[str, Any]]] = {}
    for row in ask(con, "filters"):
        options.setdefault(row["field"], []).append(row)
    return options


def _filters(request: Request) -> dict[str, str]:
    names = ("language", "publisher", "kind", "hours", "sources", "order")
    return {name: value[:200] for name in names if (value := request.query_params.get(name, "").strip())}


def _by_source(members: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Fold reprints into their source: one entry for each independent source, the earliest first."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for member in members:
        groups.setdefault(member["source_id"] or member["article_id"], []).append(member)
    found = []
    for articles in groups.values():
        ranked = sorted(articles, key=lambda one: (not one["is_canonical"], one["role"] == "copy"))
        lead = ranked[0]
        found.append({"lead": lead, "others": [a for a in articles if a is not lead]})
    return found


def _csv(rows: list[dict[str, Any]], name: str) -> Response:
    out = io.StringIO()
    if rows:
        writer = csv.DictWriter(out, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows({key: _as_cell(value) for key, value in row.items()} for row in rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _as_cell(value: object) -> object:
    return neutralise(value) if isinstance(value, str) else value


def _address(path: str, values: Mapping[str, object], **changed: object) -> str:
    kept = {key: str(value) for key, value in {**values, **changed}.items() if value not in (None, "")}
    return f"{path}?{urlencode(kept)}" if kept else path


def _whole(text: str | None, otherwise: int) -> int:
    if not text or not text.isdecimal():
        return otherwise
    return min(int(text), _MOST_COUNTED) if len(text) < 7 else _MOST_COUNTED


def _time(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None) if text else None
    except ValueError:
        return None


def _day(text: str | None) -> date | None:
    found = _time(text)
    return found.date() if found else None


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
