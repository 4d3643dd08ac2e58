"""News that never happened, made up as fast as it can be written: events, several reports of each, copies of reports.

Every article has a text of its own. Words come from wordfreq's list with their real frequencies, so that rare and
common terms are as rare and common as in news; each event has a subject, people, places and figures of its own, and
each report of it draws other sentences from them. How many reports an event has, and how many copies a report, falls
off like a power law. One seed gives one corpus, and the first n articles of it are the same however many are made.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from itertools import accumulate, cycle

PER_DAY = 10_000  # articles: what a collector of some thousand feeds receives
SUBJECTS = 4_000  # fields of news, each with words of its own: what makes unrelated events look alike
MOST_REPORTS, MOST_COPIES = 40, 25
REPORTS_FALL, COPIES_FALL = 2.4, 2.8  # exponents: most events have one report, most reports no copy
OUTLETS = 600
BEGIN = datetime(2026, 1, 5, 5, 0, tzinfo=UTC)


def _listed(words: str) -> list[str]:
    return words.split()


_SYLLABLES = _listed(
    "an ar bel ber bo bra cal car co cor da del dor e el en er fa fer ga gan hal har hel in is ja ka kar la lan "
    "le lin lo ma mar mel mi mo na nel no nor o or pa per ra ren ri ro sa san se sha ta tel ti to ur va ven vi wa ya"
)
_GIVEN = _listed(
    "Ada Ali Amir Ana Anna Ben Boris Carla Carlos Chen Clara Dana David Elif Elena Emma Eva Farid Femi Greta Hana Hugo "
    "Ibrahim Ines Ivan Jan Joana John Jonas Karim Kofi Lars Laura Leila Li Lucia Luis Marek Maria Mark Mina Nadia Nina "
    "Noor Olga Omar Oscar Paula Petra Pierre Priya Rafael Rosa Ruth Sara Sofia Tariq Tomas Vera Victor Wei Yara Yusuf"
)
_OFFICES = (
    "minister", "spokeswoman", "mayor", "judge", "analyst", "director", "coach", "union leader", "police chief",
    "governor", "researcher", "prosecutor", "witness", "engineer", "senator", "chairman",
)  # fmt: skip
# Slots: p person, s surname, l place, w word of the event or its subject, n figure, d day.
_TEMPLATES = (
    "{p} in {l} said on {d} that the {w} of the {w} had reached {n}.",
    "The {w} came after {n} people were named in a report about the {w} and the {w}.",
    "Officials confirmed that {p} would lead the {w}, which had been planned since {d}.",
    '"We did not expect this {w}, and nobody in {l} was told about the {w}," {s} said.',
    "According to {p}, the {w} will cost {n} million and include a new {w} near {l}.",
    "{s} rejected the claim, saying the {w} had been {w} long before the {w}.",
    "On {d} a second {w} followed in {l}, where the {w} is still under way.",
    "About {n} residents of {l} have signed a petition against the {w} and its {w}.",
    "The {w}, first reported by local media, has raised questions about {w} and {w} in the region.",
    "Figures published on {d} show that the {w} rose by {n} percent, more than the {w} had in {l}.",
    "{p} told reporters that talks with {s} about the {w} were difficult but not over.",
    "A court in {l} is expected to hear the {w} case, with {p} among the witnesses.",
    "Experts say the {w} may change how {w} is handled, although the {w} remains unclear.",
    "In {l}, hundreds gathered near the {w} to ask for a different {w}.",
    "The company behind the {w} said {n} jobs in {l} were safe for now.",
    "{p} and {s} met for {n} hours, and both described the {w} as {w}.",
    "Earlier this month the {w} was delayed because of the {w}, a setback that {s} called {w}.",
    "It is the third {w} of its kind since {d}, and the {w} so far has been {w}.",
    "Critics point to the {w}, which was meant to end the {w} but left {l} without a {w}.",
    "The next {w} is due on {d}, when {s} must decide about {n} million for the {w}.",
    '"There is no {w} without a {w}," {p} wrote, adding that {l} would not wait.',
    "Rescue teams, {n} in all, searched the {w} until late on {d}.",
    "No one was {w} when the {w} began, but {s} said the {w} had been close.",
    "The {w} in {l} has {n} members, of whom {n} voted for the {w}.",
)
_SENTENCES = tuple((re.sub(r"\{\w\}", "%s", text), re.findall(r"\{(\w)\}", text)) for text in _TEMPLATES)
_WEEKDAYS = _listed("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
_MONTHS = _listed("January February March April May June July August September October November December")
_CLOSINGS = (
    "Follow {} for more stories like this.",
    "Sign up for the {} newsletter to get the news of the day in your inbox.",
    "© 2026 {}. All rights reserved.",
    "{} is not responsible for the content of external sites.",
)


@dataclass(frozen=True, slots=True)
class MadeUp:
    """One made-up article and the event it reports."""

    number: int
    event: int
    url: str
    title: str
    paragraphs: tuple[str, ...]
    author: str
    publisher: str
    host: str
    published: str  # ISO 8601
    section: str

    def record(self) -> dict[str, object]:
        """Give the article as a feed of records would."""
        return {
            "id": f"a{self.number}",
            "url": self.url,
            "title": self.title,
            "text": "\n".join(self.paragraphs),
            "authors": [self.author],
            "publisher": self.publisher,
            "published": self.published,
            "language": "en",
            "section": self.section,
        }


def make_articles(count: int, *, seed: int = 7) -> Iterator[MadeUp]:
    """Make up `count` articles, in the order in which they would come in; memory does not grow with `count`."""
    world = _World(seed)
    number = event = 0
    while number < count:
        for article in _cover(world, event, number):
            if number == count:
                return
            yield article
            number += 1
        event += 1


class _World:
    """What all events share: words, names of people, places and outlets."""

    def __init__(self, seed: int) -> None:
        from wordfreq import top_n_list, word_frequency

        rng = random.Random(seed)
        words = [word for word in top_n_list("en", 45_000)[300:] if word.isalpha() and len(word) > 3]
        weights = list(accumulate(word_frequency(word, "en") ** 0.75 for word in words))
        self.seed = seed
        self.subjects = [
            tuple(dict.fromkeys(rng.choices(words, cum_weights=weights, k=90))) for _ in range(SUBJECTS)
        ]
        self.rare = words[3_000:]
        self.surnames = _name(rng, 30_000, 2, 4)
        self.places = _name(rng, 6_000, 2, 3)
        names = _name(rng, OUTLETS, 2, 2)
        papers = ("Post", "Times", "Herald", "Journal", "Courier", "Tribune", "Gazette", "Daily")
        self.outlets = [
            (f"{name} {papers[i % 8]}", f"{name}{papers[i % 8]}{i}.example.com".lower())
            for i, name in enumerate(names)
        ]


def _name(rng: random.Random, count: int, fewest: int, most: int) -> list[str]:
    return ["".join(rng.choices(_SYLLABLES, k=rng.randint(fewest, most))).capitalize() for _ in range(count)]


@dataclass(slots=True)
class _Report:
    """What a report, and with it all its copies, says."""

    title: str
    paragraphs: tuple[str, ...]
    author: str
    section: str


def _cover(world: _World, event: int, number: int) -> Iterator[MadeUp]:
    """Give all reports of one event with their copies; `number` is that of the first."""
    rng = random.Random(world.seed * 1_000_003 + event)
    begin = BEGIN + timedelta(days=number / PER_DAY)
    subject = world.subjects[rng.randrange(SUBJECTS)]
    own = rng.sample(world.rare, 12)
    facts: dict[str, list[str]] = {
        "w": [*own, *own, *rng.choices(subject, k=40)],
        "s": rng.choices(world.surnames, k=4),
        "l": rng.choices(world.places, k=4),
        "n": [str(rng.randint(2, 990)) for _ in range(6)],
        "d": [_name_day(begin + timedelta(days=shift)) for shift in (-9, -1, 0, 4)],
    }
    facts["p"] = [
        f"{office.capitalize()} {given} {surname}"
        for office, given, surname in zip(
            rng.choices(_OFFICES, k=4), rng.choices(_GIVEN, k=4), facts["s"], strict=True
        )
    ]
    at = 0
    for _ in range(_fall_off(rng, MOST_REPORTS, REPORTS_FALL)):
        report = _write(rng, facts, subject)
        hours = rng.random() * 30
        for copy in range(_fall_off(rng, MOST_COPIES, COPIES_FALL)):
            name, host = world.outlets[int(len(world.outlets) * rng.random() ** 2)]
            when = begin + timedelta(hours=hours + copy * rng.random())
            paragraphs = report.paragraphs if copy == 0 else _edit(rng, report.paragraphs)
            if rng.random() < 0.4:
                paragraphs = (*paragraphs, rng.choice(_CLOSINGS).format(name))
            slug = report.title.lower().replace(" ", "-").replace(",", "")
            yield MadeUp(
                number=number + at,
                event=event,
                url=f"https://{host}/{when.year}/{when.month:02}/{when.day:02}/{slug}-{number + at}",
                title=report.title if copy == 0 or rng.random() < 0.7 else f"{report.title}, {name} reports",
                paragraphs=paragraphs,
                author=report.author,
                publisher=name,
                host=host,
                published=when.isoformat(timespec="minutes"),
                section=report.section,
            )
            at += 1


def _name_day(day: datetime) -> str:
    return f"{_WEEKDAYS[day.weekday()]}, {day.day} {_MONTHS[day.month - 1]}"


def _fall_off(rng: random.Random, most: int, exponent: float) -> int:
    return min(most, int((1.0 - rng.random()) ** (-1 / (exponent - 1))))


def _write(rng: random.Random, facts: dict[str, list[str]], subject: tuple[str, ...]) -> _Report:
    """Write one report: six to thirty sentences, a lead among them, in short paragraphs."""
    length = 6 + int(24 * rng.random() ** 2)
    chosen = rng.choices(_SENTENCES, k=length)
    words = iter(rng.choices(facts["w"], k=4 * length + 4))
    shift = rng.randrange(4)
    draw = {kind: cycle(pool[shift:] + pool[:shift]).__next__ for kind, pool in facts.items()}
    draw["w"] = words.__next__
    sentences = [text % tuple([draw[kind]() for kind in kinds]) for text, kinds in chosen]
    step = rng.randint(1, 3)
    paragraphs = tuple(" ".join(sentences[i : i + step]) for i in range(0, length, step))
    place, surname = facts["l"][0], facts["s"][rng.randrange(2)]
    headline = f"{surname} says {next(words)} {next(words)} in {place} after {next(words)}"
    return _Report(
        headline, paragraphs, f"{rng.choice(_GIVEN)} {rng.choice(facts['s'])}", subject[0].capitalize()
    )


def _edit(rng: random.Random, paragraphs: tuple[str, ...]) -> tuple[str, ...]:
    """Shorten a text as desks do: from the end, rarely a paragraph within."""
    if len(paragraphs) > 4 and rng.random() < 0.4:
        paragraphs = paragraphs[: -rng.randint(1, len(paragraphs) // 3)]
    if len(paragraphs) > 5 and rng.random() < 0.2:
        left_out = rng.randrange(1, len(paragraphs))
        paragraphs = paragraphs[:left_out] + paragraphs[left_out + 1 :]
    return paragraphs


def as_page(article: MadeUp, *, padding: int = 0) -> str:
    """Put an article on a page with what surrounds one: menus, teasers, comments, and `padding` bytes of code."""
    return _PAGES[len(article.host) % len(_PAGES)].format(
        title=escape(article.title),
        publisher=escape(article.publisher),
        host=article.host,
        url=article.url,
        published=article.published,
        author=escape(article.author),
        section=escape(article.section),
        body="\n".join(f"<p>{escape(text)}</p>" for text in article.paragraphs),
        number=article.number,
        code="".join(
            f"window.q=window.q||[];q.push(['set',{n * article.number}]);" for n in range(padding // 46)
        ),
    )


# Some 700 elements and 180 links, about as many as the median of real news pages has.
_MENU = "".join(
    f'<li class="nav-item"><a href="/{name}/" data-track="nav-{name}"><span>{name.title()}</span></a>'
    '<div class="sub"><ul>'
    + "".join(f'<li><a href="/{name}/{n}">{name.title()} {n}</a></li>' for n in range(4))
    + "</ul></div></li>"
    for name in _listed(
        "home world politics business economy markets technology science health climate culture film music books "
        "travel food sport football tennis cricket opinion letters obituaries weather puzzles video podcasts jobs"
    )
)
_TEASERS = "".join(
    f'<article class="teaser"><div class="box"><a href="/more/{n}"><picture><img src="/t/{n}.jpg" alt=""></picture>'
    f'<h3>More from this section, number {n}</h3></a><div class="info"><span class="when">{n} hours ago</span>'
    '<span class="who">By the desk</span></div></div></article>'
    for n in range(36)
)
_HEAD = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title} | {publisher}</title>'
    '<link rel="canonical" href="{url}"><meta property="og:title" content="{title}">'
    '<meta property="og:site_name" content="{publisher}"><meta property="og:type" content="article">'
    '<meta property="article:published_time" content="{published}"><meta name="author" content="{author}">'
    '<script type="application/ld+json">{{"@context":"https://schema.org","@type":"NewsArticle","headline":"{title}",'
    '"datePublished":"{published}","author":{{"@type":"Person","name":"{author}"}},'
    '"publisher":{{"@type":"Organization","name":"{publisher}"}}}}</script><script>{code}</script></head>'
)
_PAGES = (
    _HEAD + '<body class="post"><header><nav><ul>' + _MENU + "</ul></nav></header><main><article><h1>{title}</h1>"
    '<div class="meta"><span class="byline">By {author}</span> <time datetime="{published}">{published}</time></div>'
    '<div class="article-body">{body}</div></article><aside class="related"><h2>Related</h2>' + _TEASERS
    + '</aside></main><footer><p>© 2026 {publisher}</p><form action="/newsletter"><input name="mail"></form></footer>'
    "</body></html>",
    _HEAD + '<body><div id="wrap"><div class="top"><ul>' + _MENU + '</ul></div><div class="main"><div class="story">'
    '<p class="kicker">{section}</p><h1 class="headline">{title}</h1><p class="info">{author}, {publisher}</p>{body}'
    '<div class="share">Share this article</div></div><div class="sidebar">' + _TEASERS
    + '</div></div><div class="comments"><h2>Comments</h2><div class="comment"><p>First!</p></div></div>'
    '<div class="bottom">Terms Privacy Contact</div></div></body></html>',
    _HEAD + '<body><nav class="menu">' + _MENU + '</nav><section itemprop="articleBody"><h1>{title}</h1>{body}'
    "</section><section>" + _TEASERS + '</section><div class="cookie">We use cookies. <button>Accept</button></div>'
    "</body></html>",
)  # fmt: skip


def as_warc_record(article: MadeUp, page: str) -> bytes:
    """Wrap a page as a crawler stores its response."""
    payload = page.encode()
    response = (
        f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(payload)}\r\n\r\n"
    ).encode() + payload
    header = (
        f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{article.number:012x}>"
        f"\r\nWARC-Date: 2026-04-01T00:00:00Z\r\nWARC-Target-URI: {article.url}"
        f"\r\nContent-Type: application/http; msgtype=response\r\nContent-Length: {len(response)}\r\n\r\n"
    ).encode()
    return header + response + b"\r\n\r\n"
