"""Articles as items of the agencies' formats, over the elements and roles that the standards allow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from itertools import product

from tests.deliveries.articles import Story

_NAR = "http://iptc.org/std/nar/2006-10-01/"


def _paragraphs(story: Story) -> str:
    return "".join(f"<p>{escape(one)}</p>" for one in story.paragraphs)


def newsml_g2(story: Story) -> Iterator[tuple[str, str]]:
    """Write the item with each kind of content, headline role and creator."""
    nitf = f"<nitf><body><body.content>{_paragraphs(story)}</body.content></body></nitf>"
    page = f"<html xmlns='http://www.w3.org/1999/xhtml'><body><header><p>slug</p></header>{_paragraphs(story)}</body></html>"
    contents = {
        "nitf": f"<inlineXML contenttype='application/nitf+xml'>{nitf}</inlineXML>",
        "xhtml": f"<inlineXML contenttype='application/xhtml+xml'>{page}</inlineXML>",
        "text": f"<inlineData contenttype='text/plain'>{escape(story.text)}</inlineData>",
        "escaped": f"<inlineData contenttype='text/html'>{escape(_paragraphs(story))}</inlineData>",
    }
    heads = {
        "one": f"<headline>{escape(story.title)}</headline>",
        "roles": f"<headline role='hld:sub'>Below it</headline><headline role='hld:main'>{escape(story.title)}</headline>",
    }
    creators = {
        "by": f"<by>By {story.author}</by>",
        "name": f"<creator qcode='s:1'><name>{story.author}</name></creator>",
        "login": f"<creator qcode='s:x'><name>x.y</name></creator><creator><name>{story.author}</name></creator>",
    }
    for (kind, content), (head, headline), (who, creator) in product(
        contents.items(), heads.items(), creators.items()
    ):
        yield (
            f"newsml-g2 {kind} {head} {who}",
            (
                f"<?xml version='1.0'?><newsItem xmlns='{_NAR}' guid='urn:g2:{story.number}' version='1' xml:lang='en'>"
                f"<itemMeta><itemClass qcode='ninat:text'/><provider literal='{story.publisher}'/>"
                f"<versionCreated>{story.published}</versionCreated><pubStatus qcode='stat:usable'/></itemMeta>"
                f"<contentMeta>{creator}{headline}</contentMeta><contentSet>{content}</contentSet></newsItem>"
            ),
        )


def newsml_1(story: Story) -> Iterator[tuple[str, str]]:
    """Write the item with its body in each place and role."""
    bodies = {
        "p": _paragraphs(story),
        "nitf": f"<nitf><body><body.content>{_paragraphs(story)}</body.content></body></nitf>",
        "cdata": f"<![CDATA[{_paragraphs(story)}]]>",
    }
    befores = {
        "alone": "",
        "style first": "<NewsComponent><Role FormalName='Supporting'/><ContentItem><MimeType FormalName='text/css'/>"
        "<DataContent>.a {margin: 2px}</DataContent></ContentItem></NewsComponent>",
        "caption first": "<NewsComponent><Role FormalName='Caption'/><ContentItem><DataContent><p>A picture of it.</p>"
        "</DataContent></ContentItem></NewsComponent>",
    }
    identity = (
        f"<Identification><NewsIdentifier><ProviderId>tarn.example</ProviderId><DateId>20260302</DateId>"
        f"<NewsItemId>{story.number}</NewsItemId><RevisionId>1</RevisionId>"
        f"<PublicIdentifier>urn:tarn</PublicIdentifier></NewsIdentifier></Identification>"
    )
    times = story.published.replace("-", "").replace(":", "")
    for (kind, body), (place, before) in product(bodies.items(), befores.items()):
        yield (
            f"newsml-1 {kind} {place}",
            (
                f"<?xml version='1.0'?><NewsML><NewsItem>{identity}<NewsManagement><FirstCreated>{times}</FirstCreated>"
                f"<Status FormalName='Usable'/></NewsManagement><NewsComponent><NewsLines><HeadLine>{escape(story.title)}"
                f"</HeadLine><ByLine>By {story.author}</ByLine></NewsLines>{before}<NewsComponent><Role FormalName='Main'/>"
                f"<ContentItem><DataContent>{body}</DataContent></ContentItem></NewsComponent></NewsComponent></NewsItem></NewsML>"
            ),
        )


def nitf(story: Story) -> Iterator[tuple[str, str]]:
    """Write the document with each form of byline and dateline."""
    bylines = {
        "person": f"<byline>By <person>{story.author}</person><byttl>Staff Writer</byttl></byline>",
        "text": f"<byline>By {story.author}</byline>",
    }
    datelines = {
        "none": "",
        "machine": "<dateline><location>Marl</location><story.date norm='20260302'>20260302T0900</story.date></dateline>",
    }
    for (who, byline), (place, dateline) in product(bylines.items(), datelines.items()):
        yield (
            f"nitf {who} {place}",
            (
                f"<?xml version='1.0'?><nitf><head><title>x</title><docdata><doc-id id-string='N{story.number}'/>"
                f"<date.issue norm='{story.published}'/></docdata></head><body><body.head><hedline><hl1>{escape(story.title)}"
                f"</hl1></hedline>{byline}{dateline}</body.head><body.content>{_paragraphs(story)}</body.content></body></nitf>"
            ),
        )


def ninjs(story: Story) -> Iterator[tuple[str, str]]:
    """Write the object in each generation's names and with each form of body."""
    html, text = _paragraphs(story), story.text
    bodies: dict[str, dict[str, object]] = {
        "xhtml": {"body_xhtml": html}, "html": {"body_html": html}, "text": {"body_text": text}, "dpa": {"article_html": html},
        "bodies": {"bodies": [{"role": "main", "contenttype": "text/html", "value": html}]},
        "two bodies": {"bodies": [{"role": "caption", "value": html + html}, {"role": "main", "value": html}]},
    }  # fmt: skip
    heads: dict[str, dict[str, object]] = {
        "one": {"headline": story.title},
        "roles": {
            "headlines": [{"role": "sub", "value": story.title * 2}, {"role": "main", "value": story.title}]
        },
    }
    names: dict[str, dict[str, object]] = {
        "small": {"uri": "urn:1", "versioncreated": story.published, "pubstatus": "usable", "provider": story.publisher},
        "camel": {"uri": "urn:1", "versionCreated": story.published, "pubStatus": "usable",
                  "provider": {"name": story.publisher}},
        "snake": {"guid": "urn:1", "version_created": story.published, "pubstatus": "usable", "source": story.publisher},
    }  # fmt: skip
    for (kind, body), (head, headline), (style, item) in product(
        bodies.items(), heads.items(), names.items()
    ):
        value = {"type": "text", "language": "en", "byline": f"By {story.author}"} | item | headline | body
        yield f"ninjs {kind} {head} {style}", json.dumps(value)


WIRES = {"NewsML-G2": newsml_g2, "NewsML 1": newsml_1, "NITF": nitf, "ninjs": ninjs}
