"""People are named as authors; outlets, offices, credits of pictures and the authors of teasers are not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.cleaning.bylines import is_person, shown_authors, split_names
from transforms.cleaning.metadata import read_metadata
from transforms.cleaning.page_body import parse_page
from transforms.types import Reason

PROSE = (
    "<p>The old crane at the northern quay fell into the water early on Monday, and nobody was hurt.</p>" * 4
)
FIRST = st.sampled_from(["Ann", "Bo", "Inés", "Łukasz", "Søren", "Jean-Luc", "O'Neil"])
LAST = st.sampled_from(["Lee", "Ek", "Aldana", "Müller", "de la Cruz", "van den Berg", "Bates Jr."])
NAMES = st.builds("{} {}".format, FIRST, LAST)


def authors(head: str = "", above: str = "", below: str = "") -> tuple[str, ...]:
    page = (
        "<html><head><title>Crane falls</title><meta property='og:site_name' content='Harbour Post'>"
        f"{head}</head><body><main>"
        f"<article><h1>Crane falls into harbour</h1>{above}{PROSE}</article>{below}</main></body></html>"
    )
    tree = parse_page(page)
    assert not isinstance(tree, Reason)
    return read_metadata(
        tree, url="https://harbourpost.example/a", now=datetime(2026, 3, 1, tzinfo=UTC)
    ).authors


BYLINES = [
    '<p class="author">By <span class="author-name">{}</span></p>',
    '<p class="byline">By {}, Business Editor</p>',
    '<div class="article__byline"><a rel="noopener author" href="/p">{}</a></div>',
    "<p>By {}</p>",
    "<span>Von {}</span>",
    "<dl><dt>Autorin</dt><dd>{}</dd></dl>",
    "<div><p><strong>By</strong></p></div><div><p>{}</p></div>",
    "<p><strong>Author: {}, adviser in Lund.</strong></p>",
    '<span class="documentAuthor">erstellt von {}</span>',
    '<div class="post-footer"><a rel="author" href="/p">{}</a></div>',
    '<div class="entry-meta"><span class="posted-by">Posted by {}</span></div>',
    '<address class="article-author">{} (obe)</address>',
]


@given(NAMES, st.sampled_from(BYLINES))
def test_a_byline_that_readers_see_names_the_author(name: str, form: str) -> None:
    assert authors(above=form.format(name)) == (name,)


ELSEWHERE = [
    '<aside class="related"><div><a href="/x">Ten beaches</a> <span itemprop="author">{}</span></div></aside>',
    '<div class="comment-list"><span class="author">{}</span> writes</div>',
    '<div class="teaser"><h3>Ten beaches</h3><p class="byline">By {}</p></div>',
    '<article><h2><a href="/x">Ten beaches</a></h2><p class="author">{}</p></article>',
    '<footer><a rel="author" href="/p">{}</a></footer>',
]


@given(NAMES, st.sampled_from(ELSEWHERE))
def test_the_author_of_a_teaser_or_comment_is_not_the_articles(name: str, form: str) -> None:
    assert authors(below=form.format(name)) == ()
    assert authors(above='<span itemprop="author">Mia Own</span>', below=form.format(name)) == ("Mia Own",)


@given(NAMES)
def test_the_outlet_is_no_author(name: str) -> None:
    stated = '<meta name="author" content="{}">'
    shown = BYLINES[0].format(name)
    for outlet in ("Harbour Post", "The Harbour Post", "harbourpost.example", "harbourpost.example, Lund"):
        assert authors(head=stated.format(outlet), above=shown) == (name,)
    desk = '{"@type": "NewsArticle", "author": {"@type": "Organization", "name": "Desk Nine"}}'
    assert authors(head=f'<script type="application/ld+json">{desk}</script>', above=shown) == (name,)


@given(NAMES)
def test_a_login_or_a_company_gives_way_to_the_name_that_is_shown(name: str) -> None:
    stated = '<meta name="author" content="{}">'
    shown = BYLINES[0].format(name)
    for login in ("ann.lee", "sarah-indra", "siteadmin"):
        assert authors(head=stated.format(login), above=shown) == (name,)
        assert authors(head=stated.format(login)) == ()
    assert authors(head=stated.format("Quay Works GmbH"), above=shown) == (name,)
    assert authors(head=stated.format("Quay Works GmbH")) == ("Quay Works GmbH",)


def test_a_single_word_gives_way_to_the_name_that_it_is_part_of() -> None:
    stated = '<meta name="author" content="Todd">'
    assert authors(head=stated, above="<p>By Todd Bates</p>") == ("Todd Bates",)
    assert authors(head=stated, above="<p>By Ann Lee</p>") == ("Todd",)
    assert authors(head=stated) == ("Todd",)


@pytest.mark.parametrize(
    "below",
    [
        "<p>Source: Ann Lee</p>",
        "<p>By the river: Ann Lee</p>",
        "<dl><dt>Photo</dt><dd>Ann Lee</dd></dl>",
        "<div class='comments'><p>Author: Ann Lee</p></div>",
        "<p>Author</p>",
    ],
)
def test_other_labels_name_no_author(below: str) -> None:
    assert authors(below=below) == ()


def test_a_name_beside_the_date_above_the_headline_is_the_author() -> None:
    tree = parse_page(
        "<body><div><small>04.02.2026 | 13:10 Uhr | Ann Lee</small><h1>Plan approved</h1></div><p>It was.</p></body>"
    )
    assert not isinstance(tree, Reason)
    assert shown_authors(tree) == ["Ann Lee"]


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        ("Elena Ober (obe)", ["Elena Ober"]),
        ("(Image: Agency Pictures)", []),
        ("Foto: Max Bild", []),
        ("Photo by: Max Bild", []),
        ("Ann Lee, Business Editor", ["Ann Lee"]),
        ("Ann Lee and Bo Ek", ["Ann Lee", "Bo Ek"]),
        ("Nicolas Gutierrez C.", ["Nicolas Gutierrez C."]),
        ("Perry Bacon Jr.", ["Perry Bacon Jr."]),
        ("By Ann Lee.", ["Ann Lee"]),
        ("View all posts by Ann Lee", ["Ann Lee"]),
        ("hessenbote.de", []),
        ("Bo Deskson", ["Bo Deskson"]),
    ],
)
def test_a_line_gives_the_names_in_it(raw: str, names: list[str]) -> None:
    assert split_names(raw) == names


@given(st.text(max_size=200))
def test_any_text_gives_names_that_are_parts_of_it(raw: str) -> None:
    for name in split_names(raw):
        assert name
        assert len(name) <= 80
    is_person(raw)


PIECES = ["<article>", "</article>", "<h1>A b c", "<p class=byline>", "By Ann Lee", "</p>", "<aside>"]


@given(st.lists(st.sampled_from(PIECES)))
def test_any_markup_is_survived(pieces: list[str]) -> None:
    tree = parse_page(f"<body>{''.join(pieces)}</body>")
    if not isinstance(tree, Reason):
        assert all(is_person(name) for name in shown_authors(tree))


@given(NAMES, st.sampled_from(["<p>11.12.2025 - {}</p>", "<small>04.02.2026 | 13:10 Uhr | {}</small>"]))
def test_a_name_beside_the_date_below_the_headline_is_the_author(name: str, line: str) -> None:
    tree = parse_page(
        f"<body><h1>Harbour plan approved</h1>{line.format(name)}<p>The council voted.</p></body>"
    )
    assert not isinstance(tree, Reason)
    assert shown_authors(tree) == [name]


@pytest.mark.parametrize("line", ["11.12.2025 - Sport", "Politics | Ann Lee", "Storm - what we know"])
def test_a_line_of_other_parts_names_nobody(line: str) -> None:
    tree = parse_page(f"<body><h1>Harbour plan approved</h1><p>{line}</p><p>The council voted.</p></body>")
    assert not isinstance(tree, Reason)
    assert shown_authors(tree) == []


def test_one_word_is_a_name_where_the_markup_says_so() -> None:
    for markup, names in (
        ('<a rel="author" href="/a">Paddy</a>', ["Paddy"]),
        ('<span class="author fn">Dominique</span>', ["Dominique"]),
        ('<span class="author">Sport</span>', []),
        ('<a rel="author" href="/a">Admin</a>', []),
    ):
        tree = parse_page(
            f"<body><h1>Harbour plan approved</h1><p>{markup}</p><p>The council voted.</p></body>"
        )
        assert not isinstance(tree, Reason)
        assert shown_authors(tree) == names, markup


@pytest.mark.parametrize(
    ("markup", "name"),
    [
        ("<ul><li>Von <a href='/k'>Karla Niemeyer</a>, Wendelstein</li></ul>", "Karla Niemeyer"),
        ("<p>Af <strong>Henrik Toftegaard</strong><br>2. mar. 2026 kl. 20.15</p>", "Henrik Toftegaard"),
        ("<p>by Tom Ashdown - March 3, 2026</p>", "Tom Ashdown"),
        (
            "<div class='byline'><span class='name'>Ulrika Forsgren</span> u@nt.example</div>",
            "Ulrika Forsgren",
        ),
        (
            "<div class='dateAuthor'><span class='name'>Marek Zieliński</span> 2 marca 2026</div>",
            "Marek Zieliński",
        ),
        ("<div class='auteur'>Door onze verslaggever <b>Wouter Hoekema</b></div>", "Wouter Hoekema"),
        ("<div class='detail__author'>Rahmat Hidayat - <span>kabarNews</span></div>", "Rahmat Hidayat"),
        ("<div>Írta: <a href='/b'>Barta Zsófia</a></div>", "Barta Zsófia"),
        ("<p>Γράφει ο <a href='/p'>Πέτρος Λαμπράκος</a></p>", "Πέτρος Λαμπράκος"),
        ("<p>מאת: <a href='/d'>דן אורבך</a></p>", "דן אורבך"),
        (
            "<span itemprop='author' itemscope>Escrito por <b itemprop='name'>Lucía Ferrándiz</b></span>",
            "Lucía Ferrándiz",
        ),
    ],
)
def test_a_name_is_read_out_of_the_line_around_it(markup: str, name: str) -> None:
    assert authors(above=markup) == (name,)


@pytest.mark.parametrize(
    "markup",
    [
        "<p>Northern Ireland - March 3, 2026</p>",
        "<div class='byline'><a href='mailto:desk@post.example'>desk@post.example</a></div>",
        "<div class='author-line'>Published in <a href='/x'>politics</a> at 7:12</div>",
    ],
)
def test_a_line_without_a_person_names_nobody(markup: str) -> None:
    assert authors(above=markup) == ()


def test_without_an_h1_the_line_below_the_headline_counts() -> None:
    shown = "<b>Crane falls into harbour</b><p>By Ann Lee<br>Staff</p>"
    page = parse_page(f"<title>Post: Crane falls into harbour</title>{shown}{PROSE}")
    assert shown_authors(page) == ["Ann Lee"]
