"""Articles as the records that interfaces, crawlers and tables make of them, in their envelopes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence

from tests.deliveries.articles import Story

Record = dict[str, object]


def _plain(story: Story) -> Record:
    return {
        "id": story.number,
        "title": story.title,
        "text": story.text,
        "url": story.url,
        "published": story.published,
    }


def _newsapi(story: Story) -> Record:
    return {
        "source": {"id": None, "name": story.publisher}, "author": story.author, "title": story.title,
        "description": story.paragraphs[0], "url": story.url, "publishedAt": story.published, "content": story.text,
    }  # fmt: skip


def _times(story: Story) -> Record:
    return {
        "_id": f"t-{story.number}", "headline": {"main": story.title, "kicker": None}, "web_url": story.url,
        "abstract": story.text + "\n" + story.text, "pub_date": story.published, "source": story.publisher,
        "byline": {"original": f"By {story.author}"}, "keywords": [{"name": "subject", "value": "Towns"}],
    }  # fmt: skip


def _guardian(story: Story) -> Record:
    fields = {"bodyText": story.text, "byline": story.author, "trailText": story.paragraphs[0]}
    return {"id": f"a/{story.number}", "webTitle": story.title, "webUrl": story.url,
            "webPublicationDate": story.published, "fields": fields}  # fmt: skip


def _wordpress(story: Story) -> Record:
    body = "".join(f"<p>{_escaped(one)}</p>" for one in story.paragraphs)
    return {"id": story.number, "link": story.url, "date": story.published,
            "title": {"rendered": _escaped(story.title)}, "content": {"rendered": body}}  # fmt: skip


def _search_hit(story: Story) -> Record:
    return {"_index": "news", "_id": str(story.number), "_source": _plain(story) | {"id": None}}


def _solr(story: Story) -> Record:
    return {"id": str(story.number), "title_s": story.title, "body_txt": list(story.paragraphs), "url_s": story.url,
            "published_dt": story.published}  # fmt: skip


def _crawler(story: Story) -> Record:
    return {"maintext": story.text, "title": story.title, "url": story.url, "date_publish": story.published,
            "authors": [story.author], "source_domain": "paper.example", "date_download": "2026-04-01 00:00:00"}  # fmt: skip


def _sections(story: Story) -> Record:
    body = {
        "summary": [story.paragraphs[0]],
        "sections": [{"headline": [], "paragraphs": list(story.paragraphs[1:])}],
    }
    return {"title": story.title, "body": body, "publishing_date": story.published, "publisher": story.publisher,
            "html": {"requested_url": story.url}}  # fmt: skip


def _blocks(story: Story) -> Record:
    contents: list[Record] = [
        {"type": "title", "content": story.title},
        {"type": "date", "content": 1768480200000},
    ]
    contents += [
        {"type": "sanitized_html", "subtype": "paragraph", "content": one} for one in story.paragraphs
    ]
    return {"id": story.number, "article_url": story.url, "title": story.title, "contents": contents,
            "published_date": 1768480200000}  # fmt: skip


def _linked(story: Story) -> Record:
    return {"@type": "NewsArticle", "@id": story.url, "headline": story.title, "articleBody": story.text,
            "datePublished": story.published, "author": {"@type": "Person", "name": story.author}}  # fmt: skip


def _forum(story: Story) -> Record:
    post = {"id": f"x{story.number}", "title": story.title, "selftext": story.text, "url": story.url,
            "created_utc": 1768480200.0, "subreddit": "news"}  # fmt: skip
    return {"kind": "t3", "data": post}


def _message(story: Story) -> Record:
    return {
        "id": story.number,
        "type": "message",
        "date": story.published,
        "text": f"{story.title}\n\n{story.text}",
    }


def _ninjs(story: Story) -> Record:
    return {"uri": f"urn:tarn:{story.number}", "type": "text", "versioncreated": story.published, "pubstatus": "usable",
            "headline": story.title, "body_text": story.text, "provider": story.publisher}  # fmt: skip


RECORDS: dict[str, Callable[[Story], Record]] = {
    "plain": _plain, "newsapi": _newsapi, "times": _times, "guardian": _guardian, "wordpress": _wordpress,
    "hits": _search_hit, "solr": _solr, "crawler": _crawler, "sections": _sections, "blocks": _blocks,
    "linked": _linked, "forum": _forum, "messages": _message, "ninjs": _ninjs,
}  # fmt: skip

Envelope = Callable[[list[Record]], object]
ENVELOPES: dict[str, Envelope] = {
    "array": lambda records: records,
    "articles": lambda records: {"status": "ok", "totalResults": len(records), "articles": records},
    "results in response": lambda records: {"response": {"status": "ok", "results": records}},
    "docs in response": lambda records: {
        "copyright": "c",
        "response": {"docs": records, "meta": {"hits": 1}},
    },
    "hits in hits": lambda records: {"took": 1, "hits": {"total": {"value": 1}, "hits": records}},
    "graph": lambda records: {"@context": "https://schema.org", "@graph": records},
    "children in data": lambda records: {"kind": "Listing", "data": {"after": None, "children": records}},
    "messages": lambda records: {"name": "Channel", "type": "public_channel", "id": 1, "messages": records},
    "value": lambda records: {"_type": "News", "value": records},
    "item": lambda records: {"total": len(records), "item": records},
    "results in articles": lambda records: {"articles": {"page": 1, "results": records}},
    "data": lambda records: {"jsonapi": {"version": "1.0"}, "data": records},
    "two lists": lambda records: {
        "articles": records[:1],
        "options": [{"name": "a"}],
        "promoted": records[1:],
    },
    "activity": lambda records: {"recentActivity": {"activity": records, "newest": "1"}},
    "under ids": lambda records: {str(900 + at): {"info": record} for at, record in enumerate(records)},
    "clusters": lambda records: {
        "clusters_count": 2,
        "clusters": [{"cluster_id": str(at), "articles": [record]} for at, record in enumerate(records)],
    },
    "buckets": lambda records: {
        "hits": {"total": {"value": 0}, "hits": []},
        "aggregations": {"sites": {"buckets": [{"key": "x", "top": {"hits": {"hits": records}}}]}},
    },
    "responses": lambda records: {"took": 1, "responses": [{"hits": {"hits": [one]}} for one in records]},
    "groups": lambda records: {
        "grouped": {"site": {"groups": [{"groupValue": "a", "doclist": {"docs": records}}]}}
    },
    "list items": lambda records: {
        "@type": "ItemList",
        "itemListElement": [{"@type": "ListItem", "position": 1, "item": one} for one in records],
    },
    "activities": lambda records: {
        "type": "OrderedCollectionPage",
        "orderedItems": [
            {"id": f"a{at}", "type": "Create", "actor": "x", "object": one} for at, one in enumerate(records)
        ],
    },
}
LAYOUTS = ("compact", "indented", "a record a line", "lines", "in a row")


def write_json(records: Sequence[Record], envelope: str, layout: str) -> bytes:
    """Write records in an envelope; the layouts `lines` and `in a row` have none."""
    if layout == "lines":
        return "\n".join(json.dumps(record, ensure_ascii=False) for record in records).encode()
    if layout == "in a row":
        return "\n".join(json.dumps(record, indent=1) for record in records).encode()
    whole = ENVELOPES[envelope](list(records))
    if layout == "a record a line":
        marks = [f'"\x00{number}"' for number in range(len(records))]
        text = json.dumps(ENVELOPES[envelope]([{"mark": number} for number in range(len(records))]))
        for number, record in enumerate(records):
            text = text.replace(f'{{"mark": {number}}}', "\n" + json.dumps(record, ensure_ascii=False), 1)
        assert marks
        return text.encode()
    return json.dumps(whole, ensure_ascii=False, indent=2 if layout == "indented" else None).encode()


def write_table(stories: Sequence[Story], delimiter: str, *, quoted: bool) -> bytes:
    """Write a table with texts of several lines (quoted) or of one."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL)
    writer.writerow(["id", "title", "text", "url"])
    for story in stories:
        text = story.text if quoted else " ".join(story.paragraphs)
        writer.writerow([story.number, story.title, text, story.url])
    return out.getvalue().encode()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
