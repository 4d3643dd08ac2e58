"""Deliveries of interfaces, readers' services and content systems, each in its own layout: one article comes out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.transforms.readers.reading import read_all
from transforms.readers.documents import Item
from transforms.text.publication_status import is_withdrawn
from transforms.types import Disposition, RawDocument, Rejection

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


def _is_skipped(item: Item) -> bool:
    return isinstance(item, Rejection) and item.disposition is Disposition.SKIPPED


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
    "a table of a content system, exported": [
        {"type": "header", "version": "5.2.1", "comment": "Export to JSON"},
        {"type": "database", "name": "wp"},
        {
            "type": "table",
            "name": "wp_posts",
            "data": [
                {
                    "ID": "10",
                    "post_title": TITLE,
                    "post_content": HTML,
                    "post_date_gmt": "2026-03-03 08:15:00",
                    "guid": URL,
                    "post_status": "publish",
                    "post_type": "post",
                },
                {
                    "ID": "11",
                    "post_title": TITLE,
                    "post_content": HTML,
                    "post_status": "inherit",
                    "post_type": "revision",
                },
                {
                    "ID": "12",
                    "post_title": "lamp",
                    "guid": URL,
                    "post_status": "inherit",
                    "post_type": "attachment",
                },
            ],
        },
    ],
    "Firestore": {
        "documents": [
            {
                "name": "projects/p/databases/(default)/documents/articles/a1",
                "fields": {
                    "title": {"stringValue": TITLE},
                    "body": {"stringValue": TEXT},
                    "url": {"stringValue": URL},
                    "publishedAt": {"timestampValue": TIME},
                    "views": {"integerValue": "12"},
                    "author": {"mapValue": {"fields": {"name": {"stringValue": "Ann Lee"}}}},
                },
                "createTime": "2026-04-09T00:00:00Z",
            }
        ]
    },
    "DynamoDB": {
        "Item": {
            "title": {"S": TITLE},
            "paragraphs": {"L": [{"S": paragraph} for paragraph in PARAGRAPHS]},
            "url": {"S": URL},
            "published_at": {"N": str(SECONDS)},
            "paid": {"BOOL": False},
        }
    },
    "Contentful": {
        "entries": [
            {
                "sys": {"id": "e1", "createdAt": "2026-02-20T00:00:00Z"},
                "fields": {
                    "title": {"en-GB": TITLE},
                    "url": {"en-GB": URL},
                    "publishDate": {"en-GB": TIME},
                    "body": {
                        "en-GB": {
                            "nodeType": "document",
                            "content": [
                                {
                                    "nodeType": "paragraph",
                                    "content": [
                                        {"nodeType": "text", "value": text[:9]},
                                        {"nodeType": "text", "value": text[9:], "marks": [{"type": "bold"}]},
                                    ],
                                }
                                for text in PARAGRAPHS
                            ],
                        }
                    },
                },
            }
        ],
        "assets": [{"fields": {"title": {"en-GB": "A lamp"}, "description": {"en-GB": "no text"}}}],
    },
    "Sanity": {
        "_id": "p1",
        "_createdAt": "2026-02-20T00:00:00Z",
        "title": TITLE,
        "link": URL,
        "publishedAt": TIME,
        "body": [
            {
                "_type": "block",
                "children": [{"_type": "span", "text": text[:9]}, {"_type": "span", "text": text[9:]}],
            }
            for text in PARAGRAPHS
        ],
    },
    "a change of a database": {
        "payload": {
            "before": {"title": "An older headline", "body": "no text", "url": URL},
            "after": {"title": TITLE, "body": TEXT, "url": URL, "published_at": SECONDS * 1000},
            "source": {"connector": "postgresql", "name": "cms", "ts_ms": 1790000000000},
            "op": "u",
        }
    },
    "an event": {
        "specversion": "1.0",
        "id": "e-1",
        "type": "cms.article.published",
        "source": "/cms",
        "time": "2026-04-09T00:00:00Z",
        "data": {"title": TITLE, "body": TEXT, "url": URL, "publishedAt": TIME},
    },
    "a base of tables": {
        "records": [
            {
                "id": "rec1",
                "createdTime": "2026-04-09T00:00:00.000Z",
                "fields": {
                    "Headline": TITLE,
                    "Body": TEXT,
                    "Link": URL,
                    "Published": TIME,
                    "Author": "Ann Lee",
                },
            }
        ]
    },
    "a graph of nodes": {
        "data": {
            "articles": {
                "edges": [
                    {
                        "node": {
                            "title": TITLE,
                            "content": HTML,
                            "link": URL,
                            "date": TIME,
                            "author": {"node": {"name": "Ann Lee"}},
                        }
                    }
                ]
            }
        }
    },
    "an agency's item with NITF": {
        "data": {
            "items": [
                {
                    "item": {
                        "uri": "https://ap.example/1",
                        "type": "text",
                        "versioncreated": TIME,
                        "title": "BC-Lighthouse",
                        "headline": TITLE,
                        "canonicalurl": URL,
                        "bylines": [{"by": "By Ann Lee", "title": "Writer"}],
                        "body_nitf": f"<nitf><body><body.content><block>{HTML}</block></body.content></body></nitf>",
                    }
                }
            ]
        }
    },
    "an agency's paragraphs": {
        "response": {
            "docs": [{"title": TITLE, "news": PARAGRAPHS, "href": URL, "published": TIME, "status": "Usable"}]
        }
    },
    "a corpus": {"document": TEXT, "title": TITLE, "url": URL},
    "a scraper": {
        "data": [{"markdown": "\n\n".join(PARAGRAPHS), "metadata": {"title": TITLE, "sourceURL": URL}}]
    },
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_one_article_comes_out_with_what_its_layout_states(name: str) -> None:
    found, *others = [item for item in read_all(json.dumps(LAYOUTS[name]).encode()) if not _is_skipped(item)]
    assert not others
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
        assert (found.stated.published or "").replace("-", "").replace(" ", "T").startswith("20260303T08")


ARTICLE = {"id": "a1", "title": TITLE, "text": TEXT}
UNPUBLISHED = [
    ARTICLE | {"status": "draft"},
    ARTICLE | {"post_status": "Private"},
    ARTICLE | {"published": False},
    ARTICLE | {"is_published": "false"},
    ARTICLE | {"draft": True},
    ARTICLE | {"_id": "drafts.a1"},
    {"type": "node--article", "id": "a1", "attributes": ARTICLE | {"status": False}},
    ARTICLE | {"status": [{"value": False}]},
]
PUBLISHED = [
    ARTICLE | {"status": "published", "draft": False, "published": True, "is_draft": "no"},
    ARTICLE | {"status": True, "_id": "draftsman", "author": {"name": "Ann Lee", "published": False}},
    ARTICLE | {"published": 0, "tags": ["draft", "private"]},
]


@pytest.mark.parametrize("record", UNPUBLISHED)
def test_what_is_not_published_is_no_article(record: dict[str, Any]) -> None:
    (found,) = read_all(json.dumps(record).encode())
    assert not isinstance(found, RawDocument)
    assert found.disposition is Disposition.SKIPPED


@pytest.mark.parametrize("record", PUBLISHED)
def test_flags_of_other_things_hide_no_article(record: dict[str, Any]) -> None:
    (found,) = read_all(json.dumps(record).encode())
    assert isinstance(found, RawDocument)


@pytest.mark.parametrize(
    "record",
    [
        {"op": "d", "before": ARTICLE, "after": None, "source": {"name": "cms"}},
        {"operationType": "delete", "documentKey": {"_id": "a1"}},
        {
            "specversion": "1.0",
            "id": "e-2",
            "type": "cms.article.deleted",
            "source": "/c",
            "data": {"id": "a1"},
        },
        {"an": "a1", "action": "del"},
    ],
)
def test_a_deletion_withdraws(record: dict[str, Any]) -> None:
    (found,) = read_all(json.dumps(record).encode())
    assert isinstance(found, RawDocument)
    assert is_withdrawn(found.stated.status)
    assert found.stated.external_id == "a1"


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
