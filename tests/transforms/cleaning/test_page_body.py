"""The article of a page comes out whole, its noise stays out, and no page can hold the pipeline up."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.cleaning.metadata import read_metadata
from transforms.cleaning.page_body import MAX_CHARS, Body, extract_body, flatten, parse_fragment, parse_page
from transforms.types import Reason

SENTENCES = [
    "The old crane at the northern quay fell into the water early on Monday, and nobody was hurt.",
    "Workers had noticed a crack in its foot two weeks before, the harbour master said at noon.",
    "Ships are being led to the southern quay until divers have raised the wreck from the ground.",
    "The company that built the crane in 1968 no longer exists, and its plans were lost in a fire.",
    "The council will decide in April whether a new crane is to be bought or the quay given up.",
]
BODY = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
TEXT = "\n".join(SENTENCES)
TITLE = "Crane falls into harbour"


def extract(inner: str, title: str | None = TITLE, head: str = "") -> Body:
    page = f"<html><head><title>{TITLE}</title>{head}</head><body>{inner}</body></html>"
    tree = parse_page(page)
    assert not isinstance(tree, Reason)
    return extract_body(tree, title=title, markup=page)


NOISE = {
    "newsletter": '<div class="newsletter-box"><p>The best of the coast by mail.</p></div>',
    "related": '<div class="related-articles"><h3>Related</h3><p>Ferry strike enters its second week.</p></div>',
    "link paragraph": '<p><a href="/x">Ferry strike enters its second week at the port</a></p>',
    "labelled link": '<p>Read more: <a href="/x">Ferry strike enters its second week at the port</a></p>',
    "link list": '<ul><li><a href="/a">Ferry strike</a></li><li><a href="/b">Lighthouse sold</a></li></ul>',
    "share bar": '<div class="share-buttons"><span>Share this on every network that you like to use</span></div>',
    "comments": '<div id="comments"><p>I always said that it would fall.</p></div>',
    "contact": '<p>To <a href="mailto:desk@example.com">the news desk</a> if you know more.</p>',
    "mailing": '<p>You get this as a reader. <a href="/u/1">Unsubscribe</a></p>',
    "profiles": '<p>On <a href="https://twitter.com/a">one</a> and <a href="https://facebook.com/a">other</a>.</p>',
    "caption": '<figure><img src="a.jpg"><figcaption>The crane as it looked in its last summer.</figcaption></figure>',
    "tooltip": '<span class="rollover-people">The harbour master has held office since 2011 and was born here.</span>',
    "author": '<div class="author-bio"><p>Ann Lee writes about ships and the people who live from them.</p></div>',
    "print": '<div class="print-only"><p>Printed from the pages of the paper, all rights are reserved.</p></div>',
    "script": "<script>var text = 'The crane is mentioned in this script as well';</script>",
    "nested article": f'<article><h2><a href="/y">Ferry strike</a></h2><p>{"The strike goes on. " * 9}</p></article>',
}


@pytest.mark.parametrize("name", NOISE)
def test_noise_within_an_article_is_taken_out_and_its_text_kept(name: str) -> None:
    middle = BODY.replace("<p>Ships", f"{NOISE[name]}<p>Ships")
    found = extract(f"<article><h1>{TITLE}</h1><div class='article-body'>{middle}</div></article>")
    assert found.text == TEXT


def test_the_headline_and_what_frames_it_are_not_text() -> None:
    header = f"<header><h1>{TITLE}</h1><p>Nobody was hurt on the quay</p></header>"
    assert extract(f"<article>{header}<div>{BODY}</div></article>").text == TEXT
    plain = f"<h1>{TITLE}</h1><h2 class='sub-headline'>Nobody was hurt on the quay</h2>"
    assert extract(f"<article>{plain}<div>{BODY}</div></article>").text == TEXT


def test_a_body_cut_into_parts_is_joined() -> None:
    more = "".join(f"<p>{sentence.replace('crane', 'derrick')}</p>" for sentence in SENTENCES)
    parts = "".join(
        f"<div class='grid'><div class='body article__body'>{part}</div></div>" for part in (BODY, more)
    )
    found = extract(f"<main><h1>{TITLE}</h1></main><div class='chunks'>{parts}</div>")
    assert "derrick" in found.text
    assert found.text.startswith(SENTENCES[0])


def test_a_table_that_lays_out_the_page_is_no_table() -> None:
    menu = "<td class='left'><h4>Desks</h4><ul><li><a href='/a'>Oslo</a></li><li><a href='/b'>Lima</a></li></ul></td>"
    story = f"<td><span class='slug'>NO-Crane</span><h1>{TITLE}</h1><div>{BODY}</div></td>"
    assert extract(f"<table><tr>{menu}{story}</tr></table>").text == TEXT
    data = "<table><tr><th>Quay</th><th>Cranes</th></tr><tr><td>North</td><td>2</td></tr></table>"
    assert "Cranes" in extract(f"<article><h1>{TITLE}</h1>{BODY}{data}</article>").text


def test_labels_times_and_names_above_the_text_are_cut_with_the_headline() -> None:
    above = f"<p>Coast</p><p>{TITLE}</p><p>By Ann Lee</p><p>2 March 2026, 08:00</p>"
    assert extract(f"<div>{above}{BODY}</div>").text == TEXT


def test_of_several_articles_the_one_with_the_headline_is_taken() -> None:
    strike = "<p>The strike at the ferry port goes on and on this week.</p>" * 12
    other = f"<article><h2>Ferry strike</h2>{strike}</article>"
    found = extract(f"<article><h1>{TITLE}</h1>{BODY}</article>{other}")
    assert found.text == TEXT


def test_quoted_posts_belong_to_the_report() -> None:
    quote = '<blockquote class="twitter-tweet"><p>What a noise that was at the quay!</p></blockquote>'
    post = f'<div class="social-embed">{quote}</div>'
    found = extract(f"<article><h1>{TITLE}</h1>{BODY}{post}</article>")
    assert "What a noise that was" in found.text


@pytest.mark.parametrize(
    "inner",
    [
        "<div>Just a few words.</div>",
        "<p>One line.</p>",
        "<table><tr><td>Crane</td><td>fallen</td></tr></table>",
        "<noscript><p>Text for readers without scripts stands here.</p></noscript>",
        f"<button class='menu'>{BODY}",
        "<div class='sidebar related newsletter'>Text in a box with all the wrong names.</div>",
    ],
)
def test_no_page_with_text_comes_out_empty(inner: str) -> None:
    assert extract(inner, title=None).text


def test_a_list_of_links_is_known_by_its_share() -> None:
    links = "".join(f"<li><a href='/{i}'>Headline of the day number {i}</a></li>" for i in range(80))
    assert extract(f"<ul>{links}</ul>", title=None).link_ratio > 0.5
    assert extract(f"<article>{BODY}</article>").link_ratio == 0.0


def test_fragments_are_flattened_to_their_blocks() -> None:
    assert (
        parse_fragment("<p>One &amp; <b>two</b></p><p>three<br>four</p><script>x()</script>")
        == "One & two\nthree\nfour"
    )


def test_what_systems_add_below_a_feed_entry_is_left_out() -> None:
    added = f'<p>This entry, <a href="/x">{TITLE}</a>, was first seen on <a href="/">Harbour Post</a>.</p>'
    assert parse_fragment(f"<p>{SENTENCES[0]}</p>{added}", TITLE) == SENTENCES[0]
    assert "first seen" in parse_fragment(f"<p>{SENTENCES[0]}</p>{added}", "Another title")


def test_extraction_does_not_depend_on_what_came_before() -> None:
    page = f"<article><h1>{TITLE}</h1>{BODY}</article>"
    assert len({extract(page).text for _ in range(8)}) == 1


HOSTILE = {
    "links": (
        "<body>" + "".join(f'<a href="/{i}">Headline {i}</a> ' for i in range(20_000)),
        Reason.TOO_MANY_LINKS,
    ),
    "size": ("<p>" + "x" * MAX_CHARS, Reason.TOO_LARGE),
    "elements": ("<body>" + "<p>word</p>" * 100_000, Reason.TOO_LARGE),
    "shown text": ("<body>" + "<p>" + "&amp; " * 1_900_000, Reason.TOO_LARGE),
    "nested tags": ("<body>" + "<div>" * 100_000 + "deep" + "</div>" * 100_000, None),
    "nested tables": ("<body>" + "<table><tr><td>" * 30_000 + "deep", None),
    "huge attribute": (f'<body><img src="{"x" * 9_000_000}"><p>{SENTENCES[0]}</p>', None),
    "huge class": (f'<body><div class="{"related-" * 200_000}"><p>{SENTENCES[0]}</p></div>', None),
    "huge class around dates": (
        f'<body><h1>{TITLE}</h1><div class="{"x " * 100_000} comment">' + "<span>2024-01-01</span> " * 2_000,
        None,
    ),
    "a link around dates": (
        f'<body><h1>{TITLE}</h1><a href="/x">' + "<span>2024-01-01</span> " * 3_000,
        None,
    ),
    "data uri": (f'<body><img src="data:image/png;base64,{"A" * 9_000_000}"><p>{SENTENCES[0]}</p>', None),
    "open brackets": ("<" * 1_000_000, None),
    "entity bomb": ('<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><body><p>&b;&b;</p>', None),
    "external entity": ('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><body><p>&a;</p>', None),
}


@pytest.mark.parametrize(
    "name", ["links", "size", "elements", "shown text", "entity bomb", "external entity"]
)
def test_a_hostile_page_is_refused_or_survived(name: str) -> None:
    _survive(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_no_hostile_page_takes_long(name: str) -> None:
    start = time.process_time()
    _survive(name)
    assert time.process_time() - start < 20


def _survive(name: str) -> None:
    page, reason = HOSTILE[name]
    tree = parse_page(page)
    if reason is not None:
        assert tree is reason
    elif not isinstance(tree, Reason):
        read_metadata(tree, url=None, now=datetime(2026, 11, 28, tzinfo=UTC))
        assert "root:" not in flatten(tree)
        assert "aaaa" not in extract_body(tree, markup=page).text


def sentences(words: list[str]) -> str:
    """Return paragraphs of running text about some words, none of which is in `SENTENCES`."""
    return "".join(
        f"<p>The {word} was seen by everybody who came to the meeting on that evening, and nobody doubted it.</p>"
        for word in words
    )


WORDS = ["bell", "mast", "anchor", "rope", "lamp", "sail", "oar", "net"]
NAMES = st.sampled_from(
    [
        "hide-for-small", "related-content-wrapper", "newsletter-body", "sidebar-grid__content", "Report__Section--Ads",
        "post-text-hidden", "promo-inner", "social-embed-container", "widget_text", "article-share-wrap", "latest-grid",
    ]
)  # fmt: skip


@given(st.lists(st.tuples(NAMES, st.sampled_from(["div", "section", "article"])), min_size=1, max_size=4))
def test_running_text_stays_whatever_its_boxes_are_called(boxes: list[tuple[str, str]]) -> None:
    parts = "".join(
        f"<{tag} class='{name}'>{sentences(WORDS[2 * k : 2 * k + 2])}</{tag}>"
        for k, (name, tag) in enumerate(boxes)
    )
    found = extract(f"<article><h1>{TITLE}</h1>{BODY}{parts}</article>")
    assert all(sentence in found.text for sentence in SENTENCES)
    assert all(f"The {word} was seen" in found.text for word in WORDS[: 2 * len(boxes)])


@given(st.lists(st.sampled_from(sorted(NOISE)), min_size=1, max_size=6), st.booleans())
def test_boxes_of_noise_stay_out_however_many_there_are(names: list[str], is_before: bool) -> None:
    noise = "".join(NOISE[name] for name in names)
    inner = f"{noise}{BODY}" if is_before else f"{BODY}{noise}"
    assert extract(f"<article><h1>{TITLE}</h1><div>{inner}</div></article>").text == TEXT


def test_teasers_in_front_do_not_displace_the_article() -> None:
    teasers = "".join(
        f"<article><h2><a href='/{k}'>A long winter for {word} makers</a> <span>No end in sight</span></h2></article>"
        for k, word in enumerate(WORDS)
    )
    for holder in ("aside", "footer", "div"):
        found = extract(
            f"<div>{teasers}</div><{holder}><article>{BODY}{sentences(WORDS)}</article></{holder}>"
        )
        assert "winter" not in found.text
        assert all(f"The {word} was seen" in found.text for word in WORDS)


def test_a_box_with_more_text_than_was_extracted_is_taken() -> None:
    teaser = (
        "<div class='post-content'><p>"
        + "The ferry strike is in its second week at the port. " * 5
        + "</p></div>"
    )
    found = extract(f"{teaser}<div id='x'><div>{BODY}{sentences(WORDS)}</div></div>")
    assert all(sentence in found.text for sentence in SENTENCES)


@pytest.mark.parametrize("form", ["<div><span>{}</span></div>", "{}<br><br>", "<div>{}</div>"])
def test_a_page_without_paragraphs_is_read_and_pruned_as_others(form: str) -> None:
    body = "".join(form.format(sentence) for sentence in SENTENCES)
    list_of_links = "<h3>Most read</h3><ol><li><a href='/1'>Cat saved<li><a href='/2'>Prize draw</ol>"
    bottom = "<div id='ft'>Copyright Harbour Post. All rights reserved.</div>"
    found = extract(f"<div class='a'>{body}</div><div class='b'>{list_of_links}</div>{bottom}")
    assert found.text == TEXT


CITED = [
    '<p>Her <a href="https://linkedin.com/in/a">page</a>, since <a href="https://x.com/help">closed</a>, is long.</p>',
    '<p>The mayor wrote on <a href="https://x.com/a/status/1">X</a> and on '
    '<a href="https://facebook.com/a/posts/2">Facebook</a> that all were well.</p>',
    "<p>Upper county: <a href=/a>Northam</a>, <a href=/b>Westley</a>, <a href=/c>Easton</a>, <a href=/d>Sutton</a></p>",
    "<p>The quake was felt in:</p><ul><li><a href=/a>Northam</a></li><li><a href=/b>Westley</a></li></ul>",
]


@pytest.mark.parametrize("cited", CITED)
def test_links_that_the_article_gives_are_text(cited: str) -> None:
    found = extract(f"<article><h1>{TITLE}</h1>{BODY}{cited}{BODY.replace('crane', 'derrick')}</article>")
    shown = " ".join(parse_fragment(cited).replace("\n", " ").split())
    assert all(word in found.text for word in shown.split())


@pytest.mark.parametrize(
    "line",
    [
        '<p>Follow us on <a href="https://x.com/a">X</a> and on <a href="https://facebook.com/a">Facebook</a>.</p>',
        "<p>Tags: <a href=/a>Ports</a>, <a href=/b>Coast</a>, <a href=/c>Cranes</a>, <a href=/d>Work</a></p>",
        "<p>Read also:</p><ul><li><a href=/a>Ferry strike goes on</a></li><li><a href=/b>Lighthouse sold</a></li></ul>",
    ],
)
def test_links_that_the_page_adds_are_not(line: str) -> None:
    found = extract(f"<article><h1>{TITLE}</h1>{BODY}{line}{BODY.replace('crane', 'derrick')}</article>")
    assert found.text == f"{TEXT}\n{TEXT.replace('crane', 'derrick')}"


def test_a_standfirst_is_kept_apart_from_the_text() -> None:
    standfirst = "Nobody was hurt on the quay, and ships go elsewhere"
    for shown in (
        f"<h1>{TITLE}</h1><h2>{standfirst}</h2>",
        f"<header><h1>{TITLE}</h1><p>{standfirst}</p></header>",
        f"<h1>{TITLE}</h1><div class='article-subtitle'>{standfirst}</div>",
    ):
        found = extract(f"<article>{shown}{BODY}</article>")
        assert (found.standfirst, found.text) == (standfirst, TEXT)
    byline = f"<header><h1>{TITLE}</h1><p>By Ann Lee, correspondent</p></header>"
    assert extract(f"<article>{byline}{BODY}</article>").standfirst is None


READERS = "".join(
    f"<div><b>reader{n}</b><p>{n}. Honestly nobody who has to live here was asked about it, and the quay and the "
    "roads and the schools are left to rot while the council holds one long meeting after another.</p></div>"
    for n in range(9)
)


@pytest.mark.parametrize("box", ["<div class='opinions'>{}</div>", "<section>{}</section>", "{}"])
@pytest.mark.parametrize("heading", ["<h3>9 comments</h3>", "<div><h2>Comments (9)</h2></div>"])
def test_comments_longer_than_the_article_stay_out(box: str, heading: str) -> None:
    found = extract(f"<div><h1>{TITLE}</h1>{BODY}</div>{box.format(heading + READERS)}").text
    assert found == TEXT


def test_a_heading_that_comments_could_have_takes_no_article() -> None:
    above = f"<h2>Comments</h2><div><h1>{TITLE}</h1>{BODY}</div>"
    linked = f"<h1>{TITLE}</h1>{BODY}<h3><a href='#c'>9 comments</a></h3>{BODY.replace('e', 'o')}"
    assert extract(above).text.endswith(SENTENCES[-1])
    assert extract(linked).text.endswith(SENTENCES[-1].replace("e", "o"))


WALL = (
    "<div><h3>Subscribe to continue reading</h3><p>Get all of it for only $1 a week.</p><p>Log in</p></div>"
)


def test_an_offer_to_subscribe_is_no_text() -> None:
    lead = extract(f"<h1>{TITLE}</h1>" + "".join(f"<p>{each}</p>" for each in SENTENCES[:3]) + WALL)
    assert (lead.text, lead.is_walled) == ("\n".join(SENTENCES[:3]), True)
    whole = extract(f"<h1>{TITLE}</h1>{BODY}{BODY.replace('e', 'o')}{BODY.replace('a', 'u')}{WALL}")
    assert (whole.text.count("\n"), whole.is_walled) == (14, False)
    prose = "The paper now asks its readers to subscribe to continue reading, and many who had read it for years left."
    assert extract(f"<h1>{TITLE}</h1>{BODY}<p>{prose}</p>").text.endswith(prose)


def test_joiners_that_are_spelling_stay() -> None:
    text = "مهندسان در دو پایه میانی ترک‌های عمیق یافتند و پل قدیمی روی رودخانه را به روی خودروها بستند."
    assert extract(f"<h1>{TITLE}</h1>" + f"<p>{text}</p>" * 6).text.split("\n")[0] == text


LEAD = "Divers look for the wreck, and the company that built it is gone."


@pytest.mark.parametrize(
    "line", ["<div class='summary'>{}</div>", "<p class='description'>{}</p>", "<div><h2>{}</h2></div>"]
)
def test_a_line_between_headline_and_text_is_kept_as_standfirst(line: str) -> None:
    header = f"<div><h1>{TITLE}</h1></div>{line.format(LEAD)}"
    found = extract(f"{header}<div class='article-body'>{BODY}</div>")
    assert found.text in (TEXT, f"{LEAD}\n{TEXT}")
    assert (found.standfirst == LEAD) != (LEAD in found.text)


def test_a_row_of_tools_below_the_headline_is_no_standfirst() -> None:
    tools = "20 Jan 2026 11:32 GMT | World | Print this | Send to a colleague | Text size: A A A"
    for row in (f"<div>{tools}</div>", f"<p>{tools}</p>"):
        found = extract(f"<h1>{TITLE}</h1>{row}<div class='article-body'>{BODY}</div>")
        assert (found.standfirst, found.text) == (None, TEXT)
    line = "Nobody was hurt on the quay, and ships go elsewhere | The minister comes on Monday"
    assert (
        extract(f"<h1>{TITLE}</h1><h2>{line}</h2><div>{BODY}</div>").standfirst == line
    )  # one bar is punctuation


def test_boilerplate_below_the_headline_is_no_standfirst() -> None:
    header = f"<div><h1>{TITLE}</h1></div><div>By Ann Lee</div><div>3 March 2026, 7:12</div>"
    assert extract(f"{header}<div class='article-body'>{BODY}</div>").standfirst is None
    linked = f"<div><a href='/x'>{LEAD}</a></div>"
    assert extract(f"<h1>{TITLE}</h1>{linked}<div class='article-body'>{BODY}</div>").standfirst is None
