"""Whatever is asked, by address, form, header or JSON, the reading room answers it or says what is wrong with it."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode as b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from tests.story_samples import article_id, fold_in, report
from tests.web.conftest import ADDRESS, SAME_ORIGIN, token_of
from web.app import create_app

TOKEN = "sécret-łódź"
BEARER = [(b"authorization", f"Bearer {TOKEN}".encode())]
ROUTES = [
    "/", "/story/{}", "/article/{}", "/why", "/search", "/outlet/{}", "/thread/{}", "/compare", "/review", "/runs",
    "/decide", "/decisions", *(f"/api/v1/{name}" for name in (
        "stories", "stories/{}", "articles/{}", "search", "explain", "threads", "threads/{}", "outlets", "changes",
        "decisions", "openapi.json",
    )),
]  # fmt: skip
NAMES = (
    "page", "hours", "sources", "limit", "cursor", "since", "until", "order", "format", "language", "publisher", "kind",
    "a", "b", "story", "other", "field", "value", "old", "new", "verb", "at", "q", "said", "refused", "token",
)  # fmt: skip
VERBS = ("link", "unlink", "not_copy", "pin", "move", "split", "merge", "correct", "rename_outlet", "revoke")
NUMBERS = (
    "0", "-1", "1", "007", "2", "1e9", "1.5", "NaN", "Infinity", "-inf", "+3", " 4 ", "٣", "²", "½", "0x10", "true",
    "9" * 6, "9" * 7, str(2**31), str(2**63), str(2**64), "9" * 40, "-" + "9" * 40, "9" * 1500,
)  # fmt: skip
TIMES = (
    "2026-03-01", "0001-01-01", "9999-12-31", "9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+14:00", "2026-02-30",
    "MDAwMS0wMS0wMVQwMDowMDowMCsxNDowMCB4", "OTk5OS0xMi0zMVQyMzo1OTo1OS0xNDowMCB4", "MjAyNi0wMy0wMSA=", "é",
)  # fmt: skip
ODD = (
    "", " ", "\0", "a\0b", "%", "_", "'", '"', '"a', "-", "-a", "OR", "*", "(", "\\", "../..", "{{7*7}}", "\ufeff",
    "\u202e", "é", "𝒳", "İ", "ß", "http://[", ",", ",,", "title", "published", "time", "csv", "0" * 16, "f", "x" * 1200,
)  # fmt: skip
VALUES = st.sampled_from([*NUMBERS, *TIMES, *ODD, *VERBS]) | st.text(
    st.characters(exclude_categories=["Cs"]), max_size=12
)
QUERIES = st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=6)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([*VERBS, *ODD, "\ud800"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
HEADERS = ("host", "origin", "cookie", "authorization", "content-length", "sec-fetch-site", "if-none-match")


@pytest.fixture(scope="module")
def room(folded_once: Path) -> Iterator[TestClient]:
    """Ask a room that demands a token, with an error of the server raised; nothing here decides anything."""
    with TestClient(create_app(folded_once / "home", access_token=TOKEN), base_url=ADDRESS) as made:
        made.headers.update(BEARER)
        made.follow_redirects = False
        yield made


@pytest.fixture(scope="module")
def known(folded_once: Path) -> list[str]:
    """Return ids that queries can name."""
    return [article_id(folded_once / "home", name) for name in ("e0t0", "e1t0")]


@pytest.mark.parametrize("route", ROUTES)
@settings(max_examples=15)
@given(key=VALUES, query=QUERIES)
def test_no_address_is_an_error_of_the_server(
    room: TestClient, route: str, key: str, query: list[tuple[str, str]]
) -> None:
    if route != "/decide":
        query = [(name, value) for name, value in query if name != "token"]
    answer = room.get(f"{route.format(quote(key, safe=''))}?{urlencode(query)}")
    assert answer.status_code < 500
    if answer.status_code >= 400:
        kinds = "application/problem+json" if route.startswith("/api/") else ("text/html", "text/plain")
        assert answer.headers["content-type"].startswith(kinds)


@pytest.mark.parametrize(
    ("route", "name"),
    [
        ("/", "page"), ("/", "hours"), ("/", "sources"), ("/story/{}", "page"), ("/api/v1/stories", "sources"),
        ("/api/v1/stories", "cursor"), ("/compare", "since"), ("/compare", "until"),
        *((f"/api/v1/{what}", "limit") for what in ("stories", "threads", "outlets", "changes", "decisions")),
    ],
)  # fmt: skip
def test_a_number_or_time_of_any_form_is_answered(
    room: TestClient, known: list[str], route: str, name: str
) -> None:
    story = room.get(f"/api/v1/articles/{known[0]}").json()["story_id"]
    for value in TIMES if name in ("since", "until", "cursor") else NUMBERS:
        query = [(name, "1"), (name, value)]  # of a parameter that is repeated the last counts
        assert room.get(f"{route.format(story)}?{urlencode(query)}").status_code < 500, value


@settings(max_examples=60)
@given(
    cookies=st.lists(
        st.tuples(
            st.sampled_from(["newsfold_session", "newsfold_seen", "newsfold_by", "newsfold_access", "x"]),
            VALUES,
        )
    ),
    headers=st.lists(st.tuples(st.sampled_from(HEADERS), VALUES), max_size=3),
    is_post=st.booleans(),
)
@example([], [("origin", "http://[")], True)
@example([], [("host", "[::1")], False)
@example([], [("host", "127.0.0.1:x")], False)
@example([], [("host", "127.0.0.1:99999")], False)
@example([], [("content-length", "²")], True)
@example([], [("content-length", "9" * 5000)], True)
@example([("newsfold_access", "é")], [("authorization", "Bearer é")], False)
def test_no_header_is_an_error_of_the_server(
    room: TestClient, cookies: list[tuple[str, str]], headers: list[tuple[str, str]], is_post: bool
) -> None:
    sent = [(name.encode(), value.encode()) for name, value in headers]
    sent.append((b"cookie", "; ".join(f"{name}={value}" for name, value in cookies).encode()))
    answer = room.request("POST" if is_post else "GET", "/decide" if is_post else "/", headers=sent)
    room.cookies.clear()
    assert answer.status_code < 500


@settings(max_examples=60)
@given(fields=st.lists(st.tuples(st.sampled_from([*NAMES, "by", "why"]), VALUES), max_size=60))
@example([("token", "é")])
@example([("a", "1")] * 51)
def test_no_form_is_an_error_of_the_server(room: TestClient, fields: list[tuple[str, str]]) -> None:
    answer = room.post("/decide", content=urlencode(fields), headers=SAME_ORIGIN)
    assert answer.status_code == (400 if len(fields) > 50 else 403)


@settings(max_examples=60)
@given(
    verb=JSON,
    keys=JSON | st.lists(st.text(), max_size=3),
    why=JSON,
    by=JSON,
    is_whole=st.booleans(),
    other=JSON,
)
@example("link", "ab", None, None, True, None)
@example("link", ["a", "b"], 5, None, True, None)
@example("link", ["a", "b"], None, 5, True, None)
def test_no_json_is_an_error_of_the_server(
    room: TestClient, verb: Any, keys: Any, why: Any, by: Any, is_whole: bool, other: Any
) -> None:
    body = {"verb": verb, "keys": keys, "why": why, "by": by, "dry_run": True} if is_whole else other
    if is_whole:
        assert room.post("/api/v1/decisions", content=json.dumps(body | {"dryrun": True})).status_code == 422
    answer = room.post("/api/v1/decisions", content=json.dumps(body))
    assert answer.status_code < 500
    is_sound = (
        is_whole
        and isinstance(verb, str)
        and isinstance(keys, list)
        and all(isinstance(k, str) for k in keys)
    )
    if not is_sound or not all(one is None or isinstance(one, str) for one in (why, by)):
        assert answer.status_code in (400, 422)
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "body",
    ["", "{", "[" * 60_000, '{"verb": "link", "keys": ["\\ud800", "b"], "dry_run": true}', "9" * 5000, "x" * 66_000],
)  # fmt: skip
def test_a_body_that_is_no_json_is_answered_so(room: TestClient, body: str) -> None:
    assert room.post("/api/v1/decisions", content=body).status_code in (400, 413)


@pytest.mark.parametrize(
    ("method", "address", "headers", "status"),
    [
        ("PUT", "/api/v1/stories", {}, 405),
        ("POST", "/api/v1/stories", {}, 405),
        ("GET", "/api/v1/stories?lang=en", {}, 422),
        ("GET", "/api/v1/threads/x?limit=1", {}, 422),
        ("GET", f"/api/v1/stories?q={'x' * 5000}", {}, 414),
        ("GET", "/api/v1/stories", {"authorization": "Bearer no"}, 401),
        ("GET", "/api/v1/stories", {"host": "elsewhere.example"}, 400),
        ("GET", "/api", {}, 404),
    ],
)
def test_a_program_is_refused_by_problem_json(
    room: TestClient, method: str, address: str, headers: dict[str, str], status: int
) -> None:
    room.cookies.clear()  # a test before this one may have been let in by ?token=…
    answer = room.request(method, address, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["status"] == status
    assert ("allow" in answer.headers, "www-authenticate" in answer.headers) == (status == 405, status == 401)


@pytest.mark.parametrize(
    "address", ["/runs", "/api/v1/stories", "/api/v1/stories/0", "/static/style.css", "/nothing"]
)
def test_head_is_answered_as_get_without_the_body(room: TestClient, address: str) -> None:
    head, get = room.head(address), room.get(address)
    assert (head.status_code, head.content) == (get.status_code, b"")
    for name in ("content-type", "content-length", "etag"):
        assert head.headers.get(name) == get.headers.get(name)


def test_only_cursors_that_were_given_out_are_taken(room: TestClient) -> None:
    cursor = room.get("/api/v1/stories?limit=1").json()["next_cursor"]
    assert room.get("/api/v1/stories", params={"cursor": cursor}).status_code == 200
    times = ("2026-01-01 ", "2026-01-01T00:00:00", "2026-01-01T00:00:00+05:00 " + "0" * 16)
    for other in (f"{cursor}x", cursor[:-4], *(b64encode(text.encode()).decode() for text in times)):
        assert room.get("/api/v1/stories", params={"cursor": other}).status_code == 400, other
    for known in ("*", room.get("/api/v1/threads").headers["etag"]):
        assert room.get("/api/v1/threads", headers={"If-None-Match": known}).status_code == 304


@pytest.mark.parametrize("dry_run", ["yes", 1, [], None])
def test_a_trial_that_is_not_said_clearly_decides_nothing(
    room: TestClient, known: list[str], dry_run: object
) -> None:
    body = {"verb": "link", "keys": known, "dry_run": dry_run}
    assert room.post("/api/v1/decisions", json=body).status_code == 422


def test_a_token_that_is_not_ascii_is_known_by_address_cookie_and_bearer(folded_once: Path) -> None:
    app = create_app(folded_once / "home", access_token=TOKEN)
    with TestClient(app, base_url=ADDRESS) as client:
        assert client.get("/runs", params={"token": "sécret"}).status_code == 401
        assert client.get("/runs", headers=BEARER).status_code == 200
        assert client.get("/runs", params={"token": TOKEN}).status_code == 200
        assert client.get("/runs").status_code == 200  # remembered


@pytest.mark.parametrize("host", ["[::1", "127.0.0.1:x", "127.0.0.1@evil.example", "localhost/x", "é", ""])
def test_what_is_no_host_is_refused(room: TestClient, host: str) -> None:
    assert room.get("/runs", headers=[(b"host", host.encode())]).status_code == 400


def test_a_name_that_is_not_ascii_is_remembered_for_the_next_decision(
    client: TestClient, known: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.decision_pages.decision_journal.decide", lambda *_, **__: None)
    address = "/decide?" + urlencode({"verb": "unlink", "a": known[0], "b": known[1]})
    form = {"verb": "unlink", "a": known[0], "b": known[1], "by": "Łucja; Ñandú%41"}
    form["token"] = token_of(client.get(address).text)
    assert client.post("/decide", data=form, headers=SAME_ORIGIN).status_code == 200
    assert form["by"] in client.get(address).text


@pytest.fixture(scope="module")
def capitals(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Ask a room over two reports whose ids and addresses have capitals, and are short or long."""
    rows = [
        report(0, 0, id="A", url="https://outlet.example/News/One?Id=" + "X" * 80),
        report(0, 1, id="Wire/B-7", url="https://outlet.example/News/Two"),
    ]
    home = fold_in(tmp_path_factory.mktemp("capitals"), rows) / "home"
    with TestClient(create_app(home), base_url=ADDRESS) as made:
        yield made


@pytest.mark.parametrize("key", ["A", "https://outlet.example/News/One?Id=" + "X" * 80, "id", "ID"])
def test_an_article_is_explained_by_whatever_names_it(capitals: TestClient, key: str) -> None:
    (found,) = capitals.get("/api/v1/stories").json()["stories"]
    articles = capitals.get(f"/api/v1/stories/{found['story_id']}").json()["articles"]
    own = next(one["article_id"] for one in articles if "One" in one["url"])
    named = {"id": own, "ID": own.upper()}.get(key, key)
    story = found["story_id"] if key != "ID" else found["story_id"].upper()
    for other in ({"b": "Wire/B-7"}, {"story": story}):
        query = {"a": named} | other
        assert capitals.get("/why", params=query).status_code == 200
        assert capitals.get("/api/v1/explain", params=query).status_code == 200
