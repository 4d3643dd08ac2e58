"""What someone sees who opens the reading room for the first time: the biggest story, why, and how to take one out."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from lxml.html import fromstring
from starlette.testclient import TestClient

from tests.story_samples import article_id, fold_in, report, stories
from tests.web.conftest import ADDRESS, SAME_ORIGIN
from warehouse.connection import open_published
from web.app import create_app


def own_form(page: str) -> dict[str, str]:
    """Return the fields of the first form of a page that is posted."""
    form = next(one for one in fromstring(page).iter("form") if one.get("method") == "post")
    fields = [one for one in form.iter("input", "textarea") if one.get("name")]
    return {str(one.get("name")): str(one.get("value") or one.text or "") for one in fields}


def test_the_biggest_story_is_first_however_old(client: TestClient) -> None:
    page = client.get("/?order=size").text
    sizes = [
        (int(independent), int(articles))
        for articles, independent in re.findall(r"(\d+) articles?, (\d+) independent", page)
    ]
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) > 1


@pytest.mark.slow
def test_what_does_not_belong_is_taken_out_alone_and_the_rest_stays(
    client: TestClient, web_home: Path
) -> None:
    before = stories(web_home)
    article = article_id(web_home, "e0t1")
    story = client.get(f"/api/v1/articles/{article}").json()["story_id"]
    entry = next(
        one
        for one in fromstring(client.get(f"/story/{story}").text).iter("li")
        if one.get("id") == f"a{article}"
    )
    link = next(one for one in entry.iter("a") if one.text == "Does not belong here")
    preview = client.get(str(link.get("href"))).text
    assert "into a story of its own" in unescape(preview)
    answer = client.post("/decide", data=own_form(preview), headers=SAME_ORIGIN)
    assert frozenset({"e0t1"}) in stories(web_home)
    assert frozenset({"e0t0", "e0t2", "e0t0c1"}) in stories(web_home)
    outcome = answer.text.partition('id="outcome"')[2].partition("</p>")[0]
    assert "Taken out." in outcome
    here = set(re.findall(r'href="([^"]+)"', outcome))
    for name in ("e0t1", "e0t0"):
        place = client.get(f"/api/v1/articles/{article_id(web_home, name)}").json()["story_id"]
        assert f"/story/{place}" in here
    again = client.post("/decide", data=own_form(answer.text), headers=SAME_ORIGIN)
    assert "Taken back." in again.text
    assert stories(web_home) == before


def test_each_member_says_which_report_it_is_here_for(client: TestClient, web_home: Path) -> None:
    story = client.get(f"/api/v1/articles/{article_id(web_home, 'e0t0')}").json()["story_id"]
    reasons = re.findall(r'<details class="why">.*?</details>', client.get(f"/story/{story}").text, re.DOTALL)
    assert len(reasons) == 3
    for reason in reasons:
        assert re.search(r"same event as “<bdi>Collapse|other reports hang on it", reason), reason
        assert ("Why here? the others hang on it" in reason) == ("The other reports hang" in reason)


@pytest.mark.slow
def test_a_newcomer_meets_one_name_of_a_story_and_a_way_to_compare_from_every_report(
    client: TestClient, web_home: Path
) -> None:
    article = article_id(web_home, "e0t1")
    former = client.get(f"/api/v1/articles/{article}").json()
    with open_published(web_home) as con:
        (newest,) = con.execute(
            "SELECT latest_article_id FROM stories WHERE story_id = ?", [former["story_id"]]
        ).fetchone() or ("",)
    address = f"/decide?verb=correct&a={newest}&field=title&value=Seven%20rivets"
    client.post("/decide", data=own_form(client.get(address).text), headers=SAME_ORIGIN)
    story = f"/story/{former['story_id']}"
    preview = f"/decide?verb=split&story={former['story_id']}&a={article}"
    for page in (
        "/",
        story,
        "/compare",
        f"/article/{article}",
        "/outlet/Outlet%201",
        preview,
        f"/watches?thread={story[7:]}",
    ):
        assert ">Seven rivets" in client.get(page).text.partition("<main")[2], page
    reasons = re.findall(r'<details class="why">.*?</details>', client.get(story).text, re.DOTALL)
    assert all("/why?a=" in reason for reason in reasons)


def test_a_search_without_a_find_says_how_to_ask(client: TestClient) -> None:
    assert "words to leave out find nothing" in client.get("/search?q=-viaduct").text
    page = client.get("/search?q=viaduct+zzzz").text
    assert "Nothing has all of these words" in page
    assert "is a phrase" in page
    assert "is a phrase" not in client.get("/search?q=viaduct+AND+Hollin").text


def test_why_not_here_finds_an_article_by_its_words(client: TestClient, web_home: Path) -> None:
    story = client.get(f"/api/v1/articles/{article_id(web_home, 'e0t0')}").json()["story_id"]
    page = client.get("/why", params={"a": "refinery blaze", "story": story}).text
    other = article_id(web_home, "e1t0")
    assert f'href="/why?a={other}&amp;story={story}"' in page
    assert "Why here, or why not?" in client.get(f"/why?a={other}&story={story}").text
    assert client.get("/why", params={"a": "zzzz", "story": story}).status_code == 404
    assert (
        "<script>alert"
        not in client.get("/why", params={"a": "<script>alert(1)</script>", "story": story}).text
    )


@pytest.fixture(scope="module")
def unsure(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fold reports of one event that state a day, an hour without its zone, and an hour with it."""
    times = ("2026-03-05", "2026-03-05T11:30:00", "2026-03-05T12:00:00Z")
    rows = [report(0, telling, published=at) for telling, at in enumerate(times)]
    return fold_in(tmp_path_factory.mktemp("unsure"), rows) / "home"


def test_who_can_have_been_first_says_what_is_not_stated(unsure: Path) -> None:
    with TestClient(create_app(unsure), base_url=ADDRESS) as client:
        story = client.get(f"/api/v1/articles/{article_id(unsure, 'e0t0')}").json()["story_id"]
        first = client.get(f"/story/{story}").text.partition("Who can have been first")[2]
        assert "Any of 3" in first
        assert 'Outlet 0</bdi></a>, <time datetime="2026-03-05">5 Mar 2026</time> (hour not stated)' in first
        assert re.search(r"5 Mar 2026, 11:30</time> \(zone not stated: from \d+ Mar, .* to .* UTC\)", first)
        assert re.search(r"5 Mar 2026, 12:00</time></li>", first)


def test_a_day_is_not_shown_as_midnight(unsure: Path) -> None:
    with TestClient(create_app(unsure), base_url=ADDRESS) as client:
        for address in ("/search?q=viaduct", "/", "/?order=size"):
            page = client.get(address).text
            assert "5 Mar 2026" in page
            assert "00:00" not in page.partition("<ol")[2]
