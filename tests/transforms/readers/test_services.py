"""Deliveries of interfaces, readers' services and content systems, each in its own layout: one article comes out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.transforms.readers.reading import read_all
from transforms.types import RawDocument

TITLE = "Port Ellery votes to rebuild lighthouse"
PARAGRAPHS = [
    "The harbour council of Port Ellery voted on Tuesday to rebuild the old lighthouse.",
    "Engineers said the work would take two years and cost four million crowns.",
]
TEXT = " ".join(PARAGRAPHS)
HTML = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
URL = "https://ellery.example/2026/03/lighthouse"
TIME = "2026-03-03T08:15:00Z"
SECONDS = 1772525700

LAYOUTS: dict[str, Any] = {
    "Arc XP": {
        "type": "story",
        "headlines": {"basic": TITLE, "web": ""},
        "description": {"basic": "A vote."},
        "content_elements": [
            {"type": "text", "content": PARAGRAPHS[0]},
            {"type": "image", "caption": "A lamp", "url": "https://ellery.example/lamp.jpg"},
            {"type": "oembed_response", "raw_oembed": {"html": "<b>no text</b>"}},
            {"type": "text", "content": PARAGRAPHS[1]},
        ],
        "first_publish_date": TIME,
        "credits": {"by": [{"type": "author", "name": "Ann Lee"}]},
        "website_url": URL,
    },
    "a reader's list by id": {
        "list": {
            "229": {
                "resolved_title": TITLE,
                "resolved_url": URL,
                "excerpt": TEXT,
                "authors": {"1": {"name": "Ann Lee"}},
            }
        }
    },
    "an encyclopedia's page by id": {
        "query": {"pages": {"123": {"title": TITLE, "extract": TEXT, "fullurl": URL}}}
    },
    "a reader's archive": {
        "results": [
            {"title": TITLE, "source_url": URL, "html_content": HTML, "published_date": SECONDS * 1000}
        ]
    },
    "Google Reader": {
        "items": [
            {
                "title": TITLE,
                "summary": {"content": HTML},
                "published": SECONDS,
                "canonical": [{"href": URL}],
                "origin": {"title": "Ellery Post"},
            }
        ]
    },
    "Miniflux": {
        "entries": [
            {
                "title": TITLE,
                "url": URL,
                "content": HTML,
                "published_at": TIME,
                "author": "Ann Lee",
                "feed": {"title": "Ellery Post"},
            }
        ]
    },
    "a feed turned into JSON": {
        "rss": {
            "channel": {
                "title": "Ellery Post",
                "item": [{"title": TITLE, "link": URL, "description": HTML, "dc:creator": "Ann Lee"}],
            }
        }
    },
    "stock news": {
        "feed": [{"title": TITLE, "url": URL, "time_published": "20260303T081500", "summary": TEXT}]
    },
    "a scraper": {
        "data": [{"markdown": "\n\n".join(PARAGRAPHS), "metadata": {"title": TITLE, "sourceURL": URL}}]
    },
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_one_article_comes_out_with_what_its_layout_states(name: str) -> None:
    (found,) = read_all(json.dumps(LAYOUTS[name]).encode())
    assert isinstance(found, RawDocument)
    assert found.stated.title == TITLE
    assert found.stated.url == URL
    assert all(paragraph in found.body for paragraph in PARAGRAPHS)
    assert "no text" not in found.body
    delivery = json.dumps(LAYOUTS[name])
    assert found.stated.authors == (("Ann Lee",) if "Ann Lee" in delivery else ())
    if "Ellery Post" in delivery and "channel" not in delivery:
        assert found.stated.publisher == "Ellery Post"
    if any(mark in delivery for mark in (TIME, str(SECONDS), "20260303T")):
        assert found.stated.published is not None


@pytest.mark.parametrize(
    "value",
    [
        {"item": {"article-1": {"title": "Only a heading"}}, "text": TEXT, "title": TITLE},
        {"title": TITLE, "text": TEXT, "media:title": "A lamp", "atom:link": "https://ellery.example/feed"},
    ],
)
def test_names_beside_an_article_do_not_replace_its_own(value: dict[str, Any]) -> None:
    (found,) = read_all(json.dumps(value).encode())
    assert isinstance(found, RawDocument)
    assert (found.stated.title, found.body, found.stated.url) == (TITLE, TEXT, None)
