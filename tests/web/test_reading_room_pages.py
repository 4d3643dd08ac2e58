"""The reading room as an editor meets it: what pages show, what they refuse, and what deciding there does."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from lxml.html import fromstring
from markupsafe import Markup
from starlette.testclient import TestClient

from flows.operations import decision_journal
from tests.story_samples import article_id, fold, fold_in, report, stories, write_inbox
from tests.web.conftest import ADDRESS, HOSTILE, SAME_ORIGIN, token_of
from warehouse.connection import open_published, open_working
from warehouse.web_queries import ask
from web.app import create_app
from web.pair_explanation import name_ids

PAGES = [
    "/",
    "/review",
    "/runs",
    "/compare",
    "/decisions",
    "/watches",
    "/search?q=viaduct",
    "/?language=en&sources=2&order=time",
]


def story_ids(client: TestClient) -> list[str]:
    return re.findall(r'href="/story/([0-9a-f]{16})"', client.get("/").text)


@pytest.mark.parametrize("address", PAGES)
def test_every_page_answers_with_safe_headers(client: TestClient, address: str) -> None:
    page = client.get(address)
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "unsafe-inline" not in page.headers["content-security-policy"]
    for element in fromstring(page.text).iter():
        assert element.tag != "style"
        assert element.tag != "script" or (element.get("src") and not element.text)
        assert not [name for name in map(str, element.attrib) if name.startswith("on") or name == "style"]


def test_the_biggest_story_comes_first_and_folds_its_copies(client: TestClient) -> None:
    page = client.get("/").text
    assert page.index("4 articles, 3 independent sources") < page.index("1 article, 1 independent source")
    assert "1 more from this source" in client.get(f"/story/{story_ids(client)[0]}").text


def test_the_table_of_outlets_and_stories_has_the_order_of_the_picture(client: TestClient) -> None:
    page = client.get("/compare").text
    picture, table = page.partition('class="chart matrix"')[2].split("</svg>", 1)
    rows = [
        re.sub(r"^\u2068|…\u2069$", "", row) for row in re.findall(r'class="lane"[^>]*>([^<]+)<', picture)
    ]
    assert [
        title[: len(row)]
        for title, row in zip(re.findall(r'"/story/\w+"><bdi>([^<]+)', table), rows, strict=True)
    ] == rows
    assert len(rows) == 3


def test_every_story_has_an_outlet_beside_it_before_another_has_two(web_home: Path) -> None:
    with open_published(web_home) as con:
        stories = [(f"s{n}", f"o{n}{letter}") for n in range(5) for letter in "abc"]
        times = "first_published_at TIMESTAMP, last_published_at TIMESTAMP"
        con.execute(f"CREATE TEMP TABLE stories (story_id VARCHAR, independent_count INT, {times})")
        con.execute("CREATE TEMP TABLE articles (story_id VARCHAR, publisher VARCHAR)")
        con.executemany(
            "INSERT INTO articles VALUES (?, ?)", [*stories, ("s0", "everywhere"), ("s4", "everywhere")]
        )
        con.execute("INSERT INTO stories SELECT DISTINCT story_id, 3, now(), now() FROM articles")
        rows = ask(con, "compared_outlets", since=None, until=None, stories=12, limit=6)
    assert [row["publisher"] for row in rows] == ["everywhere", "o1a", "o2a", "o3a", "o0a", "o1b"]


def test_sources_are_slow_by_the_median_of_what_came_in_a_week(web_home: Path) -> None:
    hours = {"fast": (0, 1, 2), "slow": (1, 30, 40), "early": (-3, -2, -1), "rare": (90, 90)}
    with open_published(web_home) as con:
        con.execute("CREATE TEMP TABLE runs AS SELECT TIMESTAMP '2026-03-09 12:00' AS started_at")
        con.execute(
            "CREATE TEMP TABLE articles (publisher VARCHAR, published_at TIMESTAMP, first_seen_at TIMESTAMP, "
            "published_precision VARCHAR)"
        )
        came = datetime(2026, 3, 8, 12)  # noqa: DTZ001
        rows = [
            (name, came - timedelta(hours=n), came, "minute") for name, some in hours.items() for n in some
        ]
        rows += [("fast", came - timedelta(days=9), came, "day")] * 9  # the hour is not stated
        rows += [("fast", came - timedelta(days=90), came - timedelta(days=9), "minute")] * 9  # long ago
        con.executemany("INSERT INTO articles VALUES (?, ?, ?, ?)", rows)
        found = ask(con, "slow_outlets", limit=8)
    assert [(row["publisher"], row["article_count"], row["hours"]) for row in found] == [
        ("slow", 3, 30),
        ("fast", 3, 1),
        ("early", 3, 0),
    ]


def test_runs_show_how_far_documents_came(client: TestClient) -> None:
    page = client.get("/runs").text
    assert "6 arrived, 6 cleaned, 6 loaded, 6 in stories" in page
    assert '<svg class="chart funnel"' in page
    assert "chart trend" not in page  # of one run


@pytest.mark.slow
def test_a_story_says_what_was_withdrawn_and_what_was_changed(client: TestClient, web_home: Path) -> None:
    named = {name: article_id(web_home, name) for name in ("e0t0", "e0t1", "e0t2", "e1t0")}
    story, alone = (
        client.get(f"/api/v1/articles/{named[name]}").json()["story_id"] for name in ("e0t0", "e1t0")
    )
    assert "banner" not in client.get(f"/story/{story}").text
    rows = [
        {"id": name, "url": report(int(name[1]), int(name[3]))["url"], "status": "withdrawn"}
        for name in ("e0t1", "e1t0")
    ]
    rows.append(report(0, 2, text=report(0, 2)["text"] + "\nAn earlier version gave a wrong number."))
    fold(web_home, write_inbox(web_home.parent / "inbox", "later", rows))
    page = client.get(f"/story/{story}").text
    banners = re.findall(r'<p class="banner.*?</p>', page)
    assert ["withdrawn" in banners[0], "Changed by its publisher" in banners[1]] == [True, True]
    assert [re.findall(r'href="/article/([0-9a-f]+)', one) for one in banners] == [
        [named["e0t1"]],
        [named["e0t2"]],
    ]
    assert "<title>(withdrawn)" in client.get(f"/article/{named['e0t1']}").text
    gone = client.get(f"/story/{alone}")
    assert gone.status_code == 404
    assert "its reports were withdrawn by their publishers" in gone.text


def test_an_unknown_or_strange_address_is_answered_plainly(client: TestClient) -> None:
    for address in (
        "/story/0000000000000000",
        "/article/%00",
        "/story/..%2f..",
        "/outlet/nobody",
        "/nothing",
    ):
        assert client.get(address).status_code == 404
    assert client.get("/?page=-1&hours=x&sources=9999999999&order=;drop").status_code == 200


def test_text_from_outside_is_only_ever_text(client: TestClient) -> None:
    found = 0
    addresses = ["/", "/compare", "/review", *[f"/story/{story}" for story in story_ids(client)]]
    for address in addresses:
        page = client.get(address).text
        found += "&lt;script&gt;alert(1)" in page
        assert "<script>alert" not in page
        assert 'href="javascript:' not in page
        assert "onload=x 49" not in page  # what a template evaluates {{7*7}} to
    assert found >= 3, HOSTILE


def test_both_texts_of_a_pair_and_the_reason_are_shown(client: TestClient, web_home: Path) -> None:
    a, b = (article_id(web_home, name) for name in ("e0t0", "e0t1"))
    page = client.get(f"/why?a={a}&b={b}").text
    assert "Why together?" in page
    assert page.count("<mark>") > 4
    assert "Tuesday." in page
    assert "<mark>Tuesday" not in page
    verdict = re.findall(r'<p class="verdict">(.*?)</p>', page)
    title = client.get(f"/api/v1/articles/{a}").json()["story_title"].replace("'", "&#39;")
    assert re.fullmatch(
        rf'Together in story “<a href="/story/[0-9a-f]{{16}}"><bdi>{title}</bdi></a>”\.', verdict[0]
    )
    assert verdict[1].startswith("They are linked")


def test_a_reason_names_stories_and_articles_by_their_headlines_as_text() -> None:
    link = Markup("“<b>A</b>”")
    known, other = "0123456789abcdef", "f" * 16
    found = name_ids(f"In {known}, {other} and {known}0 <i>.", {known: link})
    assert found == f"In “<b>A</b>”, {other} and {known}0 &lt;i&gt;."


def test_deciding_needs_a_form_of_ours_from_here(client: TestClient, web_home: Path) -> None:
    a, b = (article_id(web_home, name) for name in ("e0t0", "e0t1"))
    page = client.get(f"/decide?verb=unlink&a={a}&b={b}").text
    form = {"verb": "unlink", "a": a, "b": b, "token": token_of(page)}
    before = stories(web_home)
    foreign = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
    assert client.post("/decide", data=form, headers=foreign).status_code == 403
    assert client.post("/decide", data=form).status_code == 403
    assert client.post("/decide", data=form | {"token": "0" * 64}, headers=SAME_ORIGIN).status_code == 403
    assert client.post("/decide", data=form | {"why": "x" * 70_000}, headers=SAME_ORIGIN).status_code == 413
    assert stories(web_home) == before


@pytest.mark.slow
def test_a_decision_takes_effect_at_once_and_can_be_taken_back(client: TestClient, web_home: Path) -> None:
    a, b = (article_id(web_home, name) for name in ("e0t0", "e0t1"))
    before = stories(web_home)
    page = client.get(f"/decide?verb=unlink&a={a}&b={b}").text
    form = {"verb": "unlink", "a": a, "b": b, "token": token_of(page), "why": "two accidents", "by": "Ada"}
    answer = client.post("/decide", data=form, headers=SAME_ORIGIN)
    assert answer.status_code == 200
    assert "two accidents" in answer.text
    assert not any({"e0t0", "e0t1"} <= story for story in stories(web_home))
    revoke = re.search(
        r'name="verb" value="revoke"><input type="hidden" name="a" value="([0-9a-f]+)"', answer.text
    )
    assert revoke
    back = client.post(
        "/decide",
        data={"verb": "revoke", "a": revoke[1], "token": token_of(answer.text)},
        headers=SAME_ORIGIN,
    )
    assert "taken back by" in back.text
    assert stories(web_home) == before


def decide(client: TestClient, address: str, **form: str) -> str:
    """Open the page that says what a decision would do, and send its form as it is, with a reason."""
    values = own_form(client.get(address).text) | {"why": "looked"} | form
    return client.post("/decide", data=values, headers=SAME_ORIGIN).text


def own_form(page: str) -> dict[str, str]:
    """Return the fields of the first form of a page that is posted."""
    form = next(one for one in fromstring(page).iter("form") if one.get("method") == "post")
    fields = [one for one in form.iter("input", "textarea") if one.get("name")]
    return {str(one.get("name")): str(one.get("value") or one.text or "") for one in fields}


@pytest.mark.slow
def test_whole_stories_are_moved_split_and_merged_with_a_preview_and_undone(
    client: TestClient, web_home: Path
) -> None:
    before = stories(web_home)
    names = {"e0": article_id(web_home, "e0t1"), "e1": article_id(web_home, "e1t0")}
    one = names["e0"]
    home_of = {
        name: client.get(f"/api/v1/articles/{article}").json()["story_id"] for name, article in names.items()
    }
    wanted = {
        f"/decide?verb=move&a={one}&story={home_of['e1']}": frozenset({"e0t1", "e1t0"}),
        f"/decide?verb=split&story={home_of['e0']}&a={one}": frozenset({"e0t1"}),
        f"/decide?verb=merge&story={home_of['e0']}&other={home_of['e1']}": frozenset(
            {"e0t0", "e0t1", "e0t2", "e0t0c1", "e1t0"}
        ),
    }
    for address, story in wanted.items():
        preview = client.get(address).text
        assert "Collapse at Hollin viaduct" in preview.partition("What it would do")[2], preview
        assert stories(web_home) == before
        answer = decide(client, address)
        assert story in stories(web_home)
        assert "taken back" in client.post("/decide", data=own_form(answer), headers=SAME_ORIGIN).text
        assert stories(web_home) == before


@pytest.mark.slow
def test_a_field_is_corrected_in_place_and_says_so(client: TestClient, web_home: Path) -> None:
    article = article_id(web_home, "e0t0")
    former = client.get(f"/api/v1/articles/{article}").json()["title"]
    chooser = client.get(f"/decide?verb=correct&a={article}").text
    assert chooser.count("<form") == 5  # four fields, and the search
    decide(client, f"/decide?verb=correct&a={article}&field=title&value=A%20%3Cb%3Enew%3C/b%3E%20headline")
    page = client.get(f"/article/{article}").text
    assert "A &lt;b&gt;new&lt;/b&gt; headline" in page
    assert f"headline <bdi>{former.replace(chr(39), '&#39;')}</bdi>" in page
    story = client.get(f"/api/v1/articles/{article}").json()["story_id"]
    page = client.get(f"/story/{story}").text
    assert ">corrected</a>" in page
    assert "Corrected by people" in page
    assert "correct headline" in client.get("/decisions").text
    events = {row["event"] for row in client.get("/api/v1/changes").json()["changes"]}
    assert "corrected" in events
    decide(client, "/decide?verb=rename_outlet&old=Outlet%201&new=The%20First")
    assert client.get("/outlet/The%20First").status_code == 200
    assert client.get("/outlet/Outlet%201").status_code == 404


@pytest.mark.slow
def test_a_decision_that_cannot_be_is_refused_before_it_is_made(client: TestClient, web_home: Path) -> None:
    article = article_id(web_home, "e0t0")
    for address in (
        f"/decide?verb=correct&a={article}&field=published&value=soon",
        f"/decide?verb=link&a={article}&b={article}",
        f"/decide?verb=move&a={article}&story=0000000000000000",
        "/decide?verb=rename_outlet&old=nobody&new=x",
    ):
        page = client.get(address).text
        assert 'role="alert"' in page
        assert 'method="post"' not in page
    with open_working(web_home, purpose="a long run"):
        page = client.get(f"/decide?verb=correct&a={article}&field=title&value=x").text
    assert "A run holds the warehouse" in page
    assert 'method="post"' in page


@pytest.mark.slow
def test_a_decision_made_while_a_run_holds_the_warehouse_waits_and_is_not_lost(
    client: TestClient, web_home: Path
) -> None:
    a, b = (article_id(web_home, name) for name in ("e0t0", "e0t1"))
    token = token_of(client.get(f"/decide?verb=unlink&a={a}&b={b}").text)
    with open_working(web_home, purpose="a long run"):
        answer = client.post(
            "/decide", data={"verb": "unlink", "a": a, "b": b, "token": token}, headers=SAME_ORIGIN
        )
        assert "Written down" in answer.text
        assert len(decision_journal.pending(web_home)) == 1
    from flows.settings.settings import load_settings

    (outcome,) = decision_journal.carry_out(load_settings(home=web_home))
    assert not outcome.is_refused
    assert not decision_journal.pending(web_home)
    assert not any({"e0t0", "e0t1"} <= story for story in stories(web_home))


def test_a_room_that_is_read_only_decides_nothing(web_home: Path) -> None:
    with TestClient(create_app(web_home, can_decide=False), base_url="http://127.0.0.1:1") as client:
        assert client.get("/decide?verb=unlink&a=1&b=2").status_code == 404
        assert "Does not belong here" not in client.get(f"/story/{story_ids(client)[0]}").text


def test_foreign_host_names_are_refused_and_a_token_is_demanded_where_set(web_home: Path) -> None:
    app = create_app(web_home, access_token="secret")
    with TestClient(app, base_url="http://evil.example") as client:
        assert client.get("/").status_code == 400
    with TestClient(app, base_url="http://localhost:9") as client:
        assert client.get("/").status_code == 401
        assert client.get("/?token=wrong").status_code == 401
        assert client.get("/?token=secret").status_code == 200
        assert client.get("/").status_code == 200  # remembered


def test_a_program_decides_only_with_the_token_that_is_set(web_home: Path) -> None:
    body: dict[str, object] = {
        "verb": "link",
        "keys": [article_id(web_home, name) for name in ("e0t0", "e1t0")],
        "why": "one",
    }
    before = stories(web_home)

    def post(token: str | None, headers: dict[str, str]) -> int:
        with TestClient(create_app(web_home, access_token=token), base_url=ADDRESS) as client:
            return client.post("/api/v1/decisions", json=body, headers=headers).status_code

    for given in ({}, {"Authorization": "Bearer secret"}, SAME_ORIGIN):
        assert post(None, given) == 403  # without a token in force no bearer is one
    bearer = {"Authorization": "Bearer secret"}
    assert post("secret", {"Authorization": "Bearer wrong"}) == 401
    assert post("secret", bearer | {"Origin": "https://elsewhere.example"}) == 403
    assert stories(web_home) == before
    body["dry_run"] = True
    assert post("secret", bearer) == 200
    assert stories(web_home) == before
    del body["dry_run"]
    assert post("secret", bearer) == 200
    assert stories(web_home) != before


def test_headlines_taken_from_the_text_are_for_review(tmp_path: Path) -> None:
    rows = [report(0, 0), report(1, 0, title=None), report(2, 0)]
    home = fold_in(tmp_path, rows) / "home"
    with TestClient(create_app(home), base_url=ADDRESS) as client:
        page = client.get("/review").text
    section = page.partition("Headlines taken from the text")[2].partition("</section>")[0]
    assert re.findall(r"/story/[0-9a-f]{16}#a([0-9a-f]{16})", section) == [article_id(home, "e1t0")]


def test_an_empty_home_says_what_to_do(tmp_path: Path) -> None:
    with TestClient(create_app(tmp_path / "none"), base_url="http://127.0.0.1:1") as client:
        page = client.get("/")
        assert page.status_code == 503
        assert "newsfold ingest" in page.text
        problem = client.get("/api/v1/stories")
        assert problem.status_code == 503
        assert problem.headers["content-type"] == "application/problem+json"


@pytest.mark.slow
def test_a_new_publication_is_seen_without_an_error(client: TestClient, web_home: Path) -> None:
    assert "Maribel" not in client.get("/").text
    fold(web_home, write_inbox(web_home.parent / "inbox", "more", [report(4, 0)]))
    page = client.get("/")
    assert page.status_code == 200
    assert "Maribel" in page.text
    assert '<svg class="chart trend"' in client.get("/runs").text


def test_the_interface_pages_through_all_stories_in_a_stable_order(client: TestClient) -> None:
    whole = client.get("/api/v1/stories").json()["stories"]
    found, cursor = [], ""
    while cursor is not None:
        part = client.get(
            "/api/v1/stories", params={"limit": 1} | ({"cursor": cursor} if cursor else {})
        ).json()
        found += part["stories"]
        cursor = part["next_cursor"]
    assert [story["story_id"] for story in found] == [story["story_id"] for story in whole]


def test_the_interface_says_what_is_unchanged_and_what_happened_since_a_run(client: TestClient) -> None:
    first = client.get("/api/v1/stories")
    again = client.get("/api/v1/stories", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    changes = client.get("/api/v1/changes").json()
    assert {row["event"] for row in changes["changes"]} >= {"born", "added"}
    assert client.get("/api/v1/changes", params={"since": changes["next_since"]}).json()["changes"] == []
    assert client.get("/api/v1/changes", params={"since": "nonsense"}).status_code == 404


@pytest.mark.slow
def test_changes_come_in_whole_runs_and_none_is_left_out(client: TestClient, web_home: Path) -> None:
    fold(web_home, write_inbox(web_home.parent / "inbox", "more", [report(4, 0)]))
    whole = client.get("/api/v1/changes").json()
    found: list[object] = []
    since, answers = "", 0
    while True:
        part = client.get("/api/v1/changes", params={"since": since, "limit": 1}).json()
        found, since, answers = found + part["changes"], part["next_since"], answers + 1
        if part["is_complete"]:
            break
    assert found == whole["changes"]
    assert answers == len({row["run_id"] for row in whole["changes"]}) == 2


@pytest.mark.slow
def test_a_story_is_shown_as_it_was_after_a_run(client: TestClient, web_home: Path) -> None:
    first_run = client.get("/api/v1/changes").json()["next_since"]
    story = client.get(f"/api/v1/articles/{article_id(web_home, 'e0t0')}").json()["story_id"]
    moved = article_id(web_home, "e0t1")
    decide(client, f"/decide?verb=split&story={story}&a={moved}")
    fold(web_home, write_inbox(web_home.parent / "inbox", "more", [report(0, 3)]))
    last_run = client.get("/api/v1/changes").json()["next_since"]

    def shown(story_id: str, run_id: str) -> set[str]:
        page = client.get(f"/story/{story_id}?at={run_id}").text
        return set(re.findall(r'<td><a href="/article/([0-9a-f]{16})"', page))

    then = {article_id(web_home, name) for name in ("e0t0", "e0t1", "e0t2", "e0t0c1")}
    assert shown(story, first_run) == then
    now = {row["article_id"] for row in client.get(f"/api/v1/stories/{story}").json()["articles"]}
    assert moved not in now
    assert shown(story, last_run) == now
    other = client.get(f"/api/v1/articles/{moved}").json()["story_id"]
    assert "did not exist yet" in client.get(f"/story/{other}?at={first_run}").text
    assert client.get(f"/story/{story}?at=nonsense").status_code == 404
    assert "as of then" in client.get(f"/story/{story}").text


def test_a_question_that_takes_too_long_is_ended_and_says_so(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.published_reader.QUERY_SECONDS", 0.05)
    endless = "SELECT sum(a.range * b.range) AS story_count FROM range(10000000) a, range(1000000) b"
    monkeypatch.setattr(
        "web.reading_room_pages.ask_one", lambda con, name, **values: con.execute(endless).fetchall()
    )
    page = client.get("/")
    assert page.status_code == 503
    assert "seconds, and was ended" in page.text
