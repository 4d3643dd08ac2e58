"""Deciding in place: what a decision would move, its reason, taking it back; journalled, then carried out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, unquote, urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from flows.errors import InvalidRequestError
from flows.operations import decision_journal
from transforms.types import Kind, format_id
from warehouse.errors import WarehouseError
from warehouse.web_queries import ask, ask_one
from web.reading_room_pages import missing, show
from web.request_guard import own_form
from web.shared_state import room_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from flows.operations.decision_journal import Outcome
    from flows.operations.decision_steps import Move

router = APIRouter()
NAMES = {
    "must_link": "together",
    "cannot_link": "apart",
    "not_copy": "not a copy",
    "pin": "in front",
    "correct": "correct",
    "rename_outlet": "rename outlet",
}
FIELDS = {"title": "headline", "published": "date", "kind": "kind", "publisher": "outlet"}


class Verb(NamedTuple):
    """The texts of the pages for one kind of decision: heading, button, what is said once it is made (`done`).

    `fields` are the names of the form's fields that are its keys, in order.
    """

    heading: str
    button: str
    fields: tuple[str, ...]
    done: str


VERBS: Mapping[str, Verb] = {
    "link": Verb("Put these together?", "Put together", ("a", "b"), "Put together."),
    "unlink": Verb("Set these apart?", "Set apart", ("a", "b"), "Set apart."),
    "not_copy": Verb(
        "One story, but two texts?", "Not a copy", ("a", "b"), "Kept in one story as two texts."
    ),
    "pin": Verb("Put this in front of its story?", "Put in front", ("story", "a"), "Put in front."),
    "move": Verb("Move this to another story?", "Move", ("a", "story"), "Moved."),
    "split": Verb("Take out, into a new story?", "Take out", ("story", "a"), "Taken out."),
    "merge": Verb("Make these one story?", "Merge", ("story", "other"), "Merged."),
    "correct": Verb("Correct this?", "Correct", ("a", "field", "value"), "Corrected."),
    "rename_outlet": Verb("Rename this outlet?", "Rename", ("old", "new"), "Renamed."),
    "revoke": Verb("Take this back?", "Take back", ("a",), "Taken back."),
}
_STOOD = "That stood already: nothing changed."
_OF_STORIES = ("pin", "split", "merge")  # one cancels these on the page of the story
_MOST_LINKED = 6  # stories named after a decision
_WAITS = "Written down. The warehouse cannot be changed at the moment; the next run carries it out."
_BY_COOKIE = "newsfold_by"
_LONGEST = 1000


@router.get("/decide", response_class=HTMLResponse)
def preview(request: Request) -> Response:
    """Show what a decision is about and what it would move, before anyone makes it; nothing is changed.

    Where the form lacks a key, the page asks for it. 404 for an unknown verb, and where nothing can be decided.
    """
    room = room_of(request)
    query = request.query_params
    verb = query.get("verb", "")
    if not room.can_decide or verb not in VERBS:
        return missing(request, "there is nothing to decide at this address")
    form = {name: ",".join(map(str.strip, query.getlist(name))) for name in query} | {"verb": verb}
    with room.published.reading() as con:
        about = _about(con, form)
        if _keys(form) is None:
            return _choose(request, con, form, about)
    the_verb = VERBS[verb]
    error = None
    try:
        done = decision_journal.preview(room.home, verb, _keys(form) or ())
    except (InvalidRequestError, WarehouseError) as refused:
        error, done = str(refused), None
    moves = done.moves if done else ()
    ids = {format_id(one.story_id) for move in moves for one in (move.from_story, move.to_story) if one}
    with room.published.reading() as con:
        rows = ask(con, "story_names", story_ids=sorted(ids)) if ids else []
    names = {row["story_id"]: row["title"] for row in rows}
    return show(
        request, "decide.html", heading=the_verb.heading, button=the_verb.button, what=about, error=error,
        moves=[_as_shown(move, names) for move in moves],
        is_busy=done is None and error is None, fields={"verb": verb, **{name: form[name] for name in the_verb.fields}},
        back=_back(verb, about), by=unquote(request.cookies.get(_BY_COOKIE, "")),
    )  # fmt: skip


@router.post("/decide")
async def decide(request: Request) -> Response:
    """Record a decision, carry it out unless a run holds the warehouse, and redirect (303) to the list of decisions.

    The list says which of both happened. 403 for a form that is not of this session, 400 for what is no decision, for
    more than 50 fields, and where nothing can be decided.
    """
    room = room_of(request)
    form = await own_form(request, room.guard)
    if isinstance(form, Response):
        return form
    keys = _keys(form)
    if not room.can_decide or keys is None:
        return PlainTextResponse("that is nothing that can be decided here\n", 400)
    try:
        done = await run_in_threadpool(
            decision_journal.decide, room.home, form["verb"], keys, why=form.get("why"), by=form.get("by")
        )
    except InvalidRequestError as error:
        return PlainTextResponse(f"{error}\n", 400)
    address = urlencode(_outcome(form["verb"], done), doseq=True)
    response = RedirectResponse(f"/decisions?{address}#outcome", status_code=303)
    if form.get("by"):
        response.set_cookie(
            _BY_COOKIE, quote(form["by"][:80]), max_age=365 * 86400, httponly=True, samesite="strict"
        )
    return response


@router.get("/decisions", response_class=HTMLResponse)
def decisions(request: Request) -> Response:
    """Show the last 200 decisions, revoked ones too, and those that wait for a run, with a button to revoke.

    After one was made (`did`, its verb) the page says so, with links to the stories (`story`) that its articles are in
    now.
    """
    room = room_of(request)
    query = request.query_params
    with room.published.reading() as con:
        made = ask(con, "decisions", limit=200)
        named = [ask_one(con, "story", story_id=key) for key in query.getlist("story")[:_MOST_LINKED]]
    outcome = VERBS[query["did"]].done if query.get("did") in VERBS else query.get("said", "")[:600]
    waiting = [
        {
            "sentence": f"{entry.verb.replace('_', ' ')} {' and '.join(entry.keys)}",
            "why": entry.why,
            "by": entry.by,
            "at": entry.at,
        }
        for entry in decision_journal.pending(room.home)
    ]
    return show(
        request, "decisions.html", groups=_groups(made), waiting=waiting, names=NAMES, field_names=FIELDS,
        outcome=outcome, is_refused=query.get("refused") == "1", stories=[row for row in named if row],
    )  # fmt: skip


def _outcome(verb: str, done: Outcome | None) -> dict[str, object]:
    """Return what the page of decisions is asked to say about one that was just made, as fields of its address."""
    if done is None:
        return {"said": _WAITS}
    if done.done is None:
        return {"said": done.sentence, "refused": int(done.is_refused)}
    stories = {"story": [format_id(story.story_id) for story in done.done.stories[:_MOST_LINKED]]}
    return {"said": _STOOD, **stories} if done.done.run_id is None else {"did": verb, **stories}


def _as_shown(move: Move, names: Mapping[str, str | None]) -> dict[str, object]:
    """Return what a template shows of a move: who, from where, to where, each story with its address.

    `names` are the headlines under which the pages show stories, by id.
    """
    to = move.to_story
    from_id, to_id = format_id(move.from_story.story_id), format_id(to.story_id) if to else ""
    return {
        "first": move.articles[0],
        "others": len(move.articles) - 1,
        "from_title": names.get(from_id) or move.from_story.title,
        "from_address": f"/story/{from_id}",
        "to_title": names.get(to_id) or to.title if to else None,
        "to_address": f"/story/{to_id}" if to and not move.is_new else None,
        "is_new": move.is_new,
        "article_count": move.article_count,
    }


def _groups(made: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Put decisions that one command made together, since they are taken back together."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in made:
        groups.setdefault(row["made_with"] or row["decision_id"], []).append(row)
    return list(groups.values())


def _keys(form: Mapping[str, str]) -> tuple[str, ...] | None:
    """Return what the verb takes, or None where the form lacks it. Several ids stand in one field behind each other."""
    if form.get("verb") not in VERBS:
        return None
    names = VERBS[form["verb"]].fields
    given = [form.get(name, "").strip() for name in names]
    if not all(given) or any(len(value) > _LONGEST for value in given):
        return None
    if form["verb"] == "split":
        return (given[0], *(one for one in given[1].split(",") if one))
    return tuple(given)


def _about(con: DuckDBPyConnection, form: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the articles and stories that a form names: rows with `name`, `address` and what they are."""
    found = []
    for name in ("a", "b"):
        for key in form.get(name, "").split(","):
            row = ask_one(con, "article", article_id=key.lower()) if key else None
            if row:
                label = f"{row['title'] or '(withdrawn)'} ({row['publisher'] or 'outlet unknown'})"
                found.append(
                    row | {"name": label, "address": f"/article/{row['article_id']}", "what": "article"}
                )
    for name in ("story", "other"):
        row = ask_one(con, "story", story_id=form[name].lower()) if form.get(name) else None
        if row:
            label = f"{row['latest_title'] or row['title']} ({row['article_count']} articles)"
            found.append(row | {"name": label, "address": f"/story/{row['story_id']}", "what": "story"})
    return found


def _choose(
    request: Request, con: DuckDBPyConnection, form: Mapping[str, str], about: Sequence[dict[str, Any]]
) -> Response:
    """Ask for what a decision still lacks, and offer what is near."""
    articles = [row for row in about if row["what"] == "article"]
    stories = [row for row in about if row["what"] == "story"]
    verb = form["verb"]
    near: list[dict[str, Any]] = []
    if (verb == "move" and articles) or (verb == "merge" and stories):
        near = ask(
            con, "nearest_stories", article_id=articles[0]["article_id"] if verb == "move" else None,
            story_id=None if verb == "move" else stories[0]["story_id"],
        )  # fmt: skip
    return show(
        request, "choose.html", verb=verb, form=form, about=about, near=near, article=articles[0] if articles else None,
        kinds=[str(kind) for kind in Kind], heading=VERBS[verb].heading, back=_back(verb, about),
    )  # fmt: skip


def _back(verb: str, about: Sequence[dict[str, Any]]) -> str:
    """Return the page that a decision was begun on."""
    stories = [row["address"] for row in about if row["what"] == "story"]
    if verb in _OF_STORIES and stories:
        return str(stories[0])
    return str(about[0]["address"]) if about else "/decisions"
