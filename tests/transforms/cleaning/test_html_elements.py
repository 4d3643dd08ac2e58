"""The elements before and behind an element of a page."""

from __future__ import annotations

from lxml import html

from transforms.cleaning.html_elements import following, preceding

_PAGE = """<html><body><div id="a"><p>One</p><!-- not an element --><div><p>Two <span>deep</span></p></div></div>
<section><p>Beside</p><h1>Headline <span>in it</span></h1><p>Three</p><ul><li><p>Four</p></li></ul></section>
<div><p>Five</p> and <span>more</span></div></body></html>"""


def test_elements_before_and_behind_are_those_of_the_axes_of_xpath() -> None:
    tree = html.document_fromstring(_PAGE)
    tags = ("p", "div", "span")
    test = " or ".join(f"self::{tag}" for tag in tags)
    for element in tree.iter():
        if isinstance(element.tag, str):
            assert list(following(element, *tags)) == element.xpath(f"following::*[{test}]")
            assert list(preceding(element, *tags))[::-1] == element.xpath(f"preceding::*[{test}]")
