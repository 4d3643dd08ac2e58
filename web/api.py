"""The interface for programs: JSON under /api/v1, in a stable order, with cursors, ETags and problem+json errors."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from fastapi.encoders import jsonable_encoder
from pydantic import BaseModel, ConfigDict, ValidationError

from flows.errors import InvalidRequestError
from flows.operations import decision_journal
from warehouse.errors import WarehouseError
from warehouse.web_queries import ask, ask_one, changes_since
from web.pair_explanation import as_record, explain_in_story, explain_two
from web.problem_json import problem
from web.shared_state import room_of


def refuse_unknown(request: Request) -> None:
    """Raise HTTPException (422) for a query parameter that the requested address does not take; else do nothing.

    A filter with a typing error would otherwise find everything.
    """
    dependant = getattr(request.scope.get("route"), "dependant", None)
    known = [field.alias for field in dependant.query_params] if dependant else []
    if unknown := sorted({*request.query_params} - {*known, "token"}):
        raise HTTPException(
            422, f"there is no parameter {unknown[0]}; there are: {', '.join(known) or 'none'}"
        )


router = APIRouter(prefix="/api/v1", tags=["newsfold"], dependencies=[Depends(refuse_unknown)])
Limit = Annotated[int, Query(ge=1, le=500)]
Sources = Annotated[int | None, Query(ge=1, le=1_000_000)]
_ID = re.compile(r"[0-9a-f]{16}")
Key = Annotated[str, Query(min_length=1, max_length=2048)]


class PostedDecision(BaseModel):
    """A posted decision: verb, keys, reason and person, and whether it is a dry run."""

    model_config = ConfigDict(strict=True, extra="forbid")  # a trial that is misspelt decides nothing

    verb: str
    keys: list[str]
    why: str | None = None
    by: str | None = None
    dry_run: bool = False


def reasons(errors: Sequence[Mapping[str, Any]]) -> str:
    """Return in one line what is wrong with a request: each place with its reason, separated by "; ".

    `errors` are those of pydantic's validation, of which `loc` and `msg` are read; "" for none.
    """
    return "; ".join(f"{'.'.join(map(str, error['loc'])) or 'body'}: {error['msg']}" for error in errors)


def answer(request: Request, body: Any) -> Response:
    """Answer a request with `body`, anything FastAPI can encode, as JSON with an ETag: a hash of the JSON.

    304 without a body where the client has it already (`If-None-Match`).
    """
    text = json.dumps(jsonable_encoder(body), ensure_ascii=False)
    tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    known = request.headers.get("if-none-match", "")
    if tag in known or known.strip() == "*":
        return Response(status_code=304, headers=headers)
    return Response(text, media_type="application/json", headers=headers)


@router.get("/stories")
def stories(
    request: Request,
    language: str | None = None,
    publisher: str | None = None,
    kind: str | None = None,
    sources: Sources = None,
    since: Annotated[str | None, Query(description="a run: stories changed by it or after it")] = None,
    cursor: str | None = None,
    limit: Limit = 50,
) -> Response:
    """List stories, the last changed first: {"stories": rows, "next_cursor": text for the next page, null at the end}.

    `since` is a run: stories that it or a later one changed. 400 for a cursor that is not one of ours, 404 for an
    unknown run, 503 until something is published.
    """
    room = room_of(request)
    after = _decode(cursor)
    if cursor and after is None:
        return problem(400, "the cursor is not one of ours")
    with room.published.reading() as con:
        started = ask_one(con, "run_start", run_id=since) if since else None
        if since and started is None:
            return problem(404, "no such run", since)
        rows = ask(
            con, "api_stories", language=language, publisher=publisher, kind=kind, sources=sources,
            since=started["started_at"] if started else None,
            after_time=after[0] if after else None, after_id=after[1] if after else None, limit=limit,
        )  # fmt: skip
    following = _encode(rows[-1]["updated_at"], rows[-1]["story_id"]) if len(rows) == limit else None
    return answer(request, {"stories": rows, "next_cursor": following})


@router.get("/stories/{story_id}")
def story(request: Request, story_id: str) -> Response:
    """Return one story as an object, with `articles`, `events` and `other_languages`; a former id finds it too.

    Articles by time, undated ones last, at most 2,000; events the latest first, at most 200. `asked_id` is the id asked
    for. 404 for an unknown id.
    """
    room = room_of(request)
    with room.published.reading() as con:
        found = ask_one(con, "story", story_id=story_id.lower())
        if found is None:
            return problem(404, "no such story", story_id)
        members = ask(con, "members", story_id=found["story_id"])
        events = ask(con, "events", story_id=found["story_id"])
        others = ask(con, "other_languages", story_id=found["story_id"])
    more = {"asked_id": story_id, "articles": members, "events": events, "other_languages": others}
    return answer(request, found | more)


@router.get("/articles/{article_id}")
def article(request: Request, article_id: str) -> Response:
    """Return one article as an object, with its text and `versions`, the oldest first, the current one last.

    404 for an unknown id.
    """
    room = room_of(request)
    with room.published.reading() as con:
        found = ask_one(con, "article", article_id=article_id.lower())
        if found is None:
            return problem(404, "no such article", article_id)
        versions = ask(con, "versions", article_id=found["article_id"])
    return answer(request, found | {"versions": versions})


@router.get("/search")
def search(
    request: Request, q: Annotated[str, Query(min_length=1, max_length=300)], limit: Limit = 30
) -> Response:
    """Search stories and articles, the best first: {"stories": rows, "articles": rows}, at most `limit` of each.

    All words of `q` count; "a phrase", -word and OR as in `search_stories`.
    """
    room = room_of(request)
    with room.published.reading() as con:
        found = {name: ask(con, f"search_{name}", words=q, limit=limit) for name in ("stories", "articles")}
    return answer(request, found)


@router.get("/explain")
def explain(request: Request, a: Key, b: Key | None = None, story: Key | None = None) -> Response:
    """Explain why two articles are together or apart, or why an article is in a story or not.

    The answer has `articles`, `sentences` and `details` (`pair_explanation.as_record`). Give `a` and either `b` or
    `story`, else it is 400; 404 where one of them is not known. An article is named by its id or the beginning of it,
    its external id or its URL, as it is written; a story by its id, its beginning or a former one.
    """
    room = room_of(request)
    if (b is None) == (story is None):
        return problem(400, "give either b or story")
    with room.published.reading() as con:
        found = (
            explain_two(con, room.home, a, b)
            if b is not None
            else explain_in_story(con, room.home, a, str(story))
        )
    if found is None:
        return problem(404, "one of the two is not known here")
    return answer(request, as_record(found))


@router.get("/threads")
def threads(request: Request, limit: Limit = 50) -> Response:
    """List threads, the latest reported first: {"threads": rows}, each with the headlines of its stories in order."""
    room = room_of(request)
    with room.published.reading() as con:
        return answer(request, {"threads": ask(con, "threads", limit=limit)})


@router.get("/threads/{key}")
def thread(request: Request, key: str) -> Response:
    """Return the stories of a thread in order: {"stories": rows}; a former id, or a story in it, finds it too.

    404 for any other key.
    """
    room = room_of(request)
    with room.published.reading() as con:
        stories = ask(con, "thread_stories", key=key.lower())
    return answer(request, {"stories": stories}) if stories else problem(404, "no such thread", key)


@router.get("/outlets")
def outlets(request: Request, limit: Limit = 100) -> Response:
    """List outlets, most articles first: {"outlets": rows}, each with its articles in stories and their number."""
    room = room_of(request)
    with room.published.reading() as con:
        return answer(request, {"outlets": ask(con, "compare_outlets", since=None, until=None, limit=limit)})


@router.get("/changes")
def changes(
    request: Request,
    since: Annotated[str, Query(description="a run, or next_since of the answer before")] = "",
    limit: Limit = 500,
) -> Response:
    """List what happened to stories and articles after a run, in order, so that a subscriber can update its copy.

    The answer has `changes`, `next_since` and `is_complete` (see `changes_since`): whole runs, as many as have `limit`
    rows together and at least one; `next_since` asks for the rest while not `is_complete`. Without `since` everything;
    404 for an unknown run.
    """
    room = room_of(request)
    with room.published.reading() as con:
        if since and ask_one(con, "run_start", run_id=since) is None:
            return problem(404, "no such run", since)
        return answer(request, changes_since(con, since, limit=limit))


@router.get("/decisions")
def decisions(request: Request, limit: Limit = 100) -> Response:
    """List what people decided, the latest first, revoked ones included, as {"decisions": [...]}.

    Each is a row of the table `decisions` with the headlines of its articles as title_a and title_b, null for none.
    """
    room = room_of(request)
    with room.published.reading() as con:
        return answer(request, {"decisions": ask(con, "decisions", limit=limit)})


@router.post("/decisions")
async def decide(request: Request) -> Response:
    """Decide, with a bearer token: verb, keys, why, by. With `dry_run` true it returns what that would move.

    Verbs and keys: link, unlink, not_copy (two articles), pin (story, article), move (article, story), split (story,
    articles), merge (two stories), correct (article, field, value), rename_outlet (old, new), revoke (decision).

    The answer has `state`: done, refused (`message` says why), waiting for a run to end, or tried. 400 for a body
    that is no JSON, an unknown verb and another number of keys than it takes; 422 for a field that is missing, unknown
    or of another type: `keys` is a list of texts, `dry_run` true or false; 403 without the token or where nothing can
    be decided.
    """
    from starlette.concurrency import run_in_threadpool

    from web.request_guard import read_body

    room = room_of(request)
    if not room.can_decide:
        return problem(403, "nothing can be decided here: newsfold web runs with --read-only")
    if not room.guard.bears_token(request):
        return problem(403, "decisions need a bearer token", "start newsfold web with --token and send it")
    try:
        asked = PostedDecision.model_validate_json(await read_body(request))
    except ValidationError as error:
        is_json = error.errors()[0]["type"] != "json_invalid"
        return problem(422 if is_json else 400, "the body is not a decision", reasons(error.errors()))
    if asked.dry_run:
        return answer(request, await run_in_threadpool(_preview, room.home, asked.verb, asked.keys))
    try:
        done = await run_in_threadpool(
            decision_journal.decide, room.home, asked.verb, asked.keys, why=asked.why, by=asked.by
        )
    except InvalidRequestError as error:
        return problem(400, "the body is not a decision", str(error))
    if done is None:
        return answer(request, {"state": "waiting", "message": "written down; the next run carries it out"})
    return answer(request, {"state": "refused" if done.is_refused else "done", "message": done.sentence})


def _preview(home: Path, verb: str, keys: Sequence[str]) -> dict[str, Any]:
    try:
        found = decision_journal.preview(home, verb, keys)
    except (InvalidRequestError, WarehouseError) as error:
        return {"state": "refused", "message": str(error)}
    if found is None:
        return {"state": "waiting", "message": "a run holds the warehouse: it cannot be tried now"}
    return {"state": "tried", "message": found.describe(), "moves": [move.describe() for move in found.moves]}


def _encode(time: datetime, key: str) -> str:
    return base64.urlsafe_b64encode(f"{time.isoformat()} {key}".encode()).decode()


def _decode(cursor: str | None) -> tuple[datetime, str] | None:
    try:
        text, _, key = base64.urlsafe_b64decode(cursor or "").decode().partition(" ")
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    is_ours = time.tzinfo is None and _ID.fullmatch(key) and _encode(time, key) == cursor
    return (time, key) if is_ours else None
