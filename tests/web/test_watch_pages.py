"""Watches made and read in the reading room: from a search to what it reported, its feed, and its end."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from flows.operations.watch_delivery import run_watches
from flows.operations.watches import list_watches
from tests.story_samples import article_id, fold, report, settings_of, write_inbox
from tests.web.conftest import ADDRESS, SAME_ORIGIN, token_of
from web.app import create_app


def post(client: TestClient, **form: str) -> int:
    token = token_of(client.get("/watches").text)
    return client.post("/watches", data=form | {"token": token}, headers=SAME_ORIGIN).status_code


@pytest.mark.slow
def test_a_search_becomes_a_watch_that_shows_what_it_reported(web_home: Path, tmp_path: Path) -> None:
    with TestClient(create_app(web_home), base_url=ADDRESS) as client:
        page = client.get("/search?q=aquarium+-toll").text
        link = re.search(r'href="(/watches\?q=[^"]+)"', page)
        assert link
        assert 'value="aquarium -toll"' in client.get(link[1]).text
        assert post(client, words="aquarium -toll", sources="1", correction="1") == 200
        (watch,) = list_watches(web_home)
        assert (watch.words, watch.events, watch.feed) == ("aquarium -toll", ("new", "correction"), True)
        assert client.get(f"/watches/{watch.watch_id}.json").status_code == 404
    fold(web_home, write_inbox(tmp_path / "more", "more", [report(4, 0)]).parent)
    run_watches(settings_of(web_home))  # in this process the room has to be closed: one file a path is open
    with TestClient(create_app(web_home), base_url=ADDRESS) as client:
        page = client.get("/watches").text
        assert "new story: <a" in page
        assert "Quarantine at Costera aquarium" in page
        assert "Costera aquarium" in client.get(f"/watches/{watch.watch_id}.atom").text
        feed = client.get(f"/watches/{watch.watch_id}.json")
        assert len(json.loads(feed.text)["items"]) == 1
        assert post(client, remove=watch.watch_id) == 200
        assert not list_watches(web_home)
        assert client.get(f"/watches/{watch.watch_id}.json").status_code == 404


def test_what_is_no_watch_is_refused_and_changes_nothing(client: TestClient, web_home: Path) -> None:
    for form in (
        {"words": " "},
        {"words": "a", "sources": "0"},
        {"words": "a", "sources": "²"},
        {"words": "a", "thread": "0"},
        {"remove": "0"},
    ):
        assert post(client, **form) == 400, form
    token = token_of(client.get("/watches").text)
    elsewhere = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
    assert client.post("/watches", data={"words": "a", "token": token}, headers=elsewhere).status_code == 403
    assert client.post("/watches", data={"words": "a", "token": "0"}, headers=SAME_ORIGIN).status_code == 403
    assert not list_watches(web_home)
    with TestClient(create_app(web_home, can_decide=False), base_url=ADDRESS) as reader:
        assert '<form class="filters"' not in reader.get("/watches").text


def test_a_thread_is_watched_from_the_page_of_a_story(client: TestClient, web_home: Path) -> None:
    story = client.get(f"/api/v1/articles/{article_id(web_home, 'e0t0')}").json()["story_id"]
    assert f'href="/watches?thread={story}"' in client.get(f"/story/{story}").text
    page = client.get(f"/watches?thread={story}").text
    assert f'name="thread" value="{story}"' in page
    assert "Collapse at Hollin viaduct" in page
    assert post(client, thread=story, words="", follow_up="1") == 200
    (watch,) = list_watches(web_home)
    assert (watch.words, watch.thread, watch.events) == ("", story, ("new", "follow_up"))
    shown = client.get("/watches").text.partition("<section")[2]
    assert f'Thread: <a href="/thread/{story}"><bdi>Collapse at Hollin viaduct' in shown
    leads = client.get(f"/thread/{story}", follow_redirects=False)
    assert (leads.status_code, leads.headers["location"]) == (303, f"/story/{story}")
    assert client.get("/watches?thread=nonsense").status_code == 404


@pytest.mark.parametrize(
    "name", [".json", "0.json", "..%2f..%2fnews.json", "x.watch.json", "0000000000000000.duckdb"]
)
def test_only_feeds_are_sent(client: TestClient, name: str) -> None:
    assert client.get(f"/watches/{name}").status_code == 404


def test_what_is_secret_of_a_watch_is_not_shown(client: TestClient, web_home: Path) -> None:
    from flows.operations.watches import add_watch
    from flows.recorded_run import utc_now
    from warehouse.connection import open_published

    with open_published(web_home) as con:
        made = add_watch(
            con,
            web_home,
            "<b>viaduct</b>",
            webhook="https://hook.example/T0/s3cret",
            now=utc_now(),
            from_start=True,
        )
    page = client.get("/watches").text
    assert "hook.example" in page
    assert "s3cret" not in page
    assert made.secret not in page
    assert "<b>viaduct" not in page
