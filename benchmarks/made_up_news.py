"""News that never happened, made up as fast as it can be written: events, several reports of each, copies of reports.

Every article has a text of its own: phrases of a few words, filled with words as frequent as in print (wordfreq) and
with those of its event. An event has a subject, which a few subjects share with many others, and people, places,
figures and rare words of its own; each report takes up other ones. It reads like nonsense and counts like news:
`benchmarks.likeness` sets it beside labelled sets. How many reports an event has, and how many copies a report, falls
off like a power law. One seed gives one corpus, and the first n articles of it are the same however many are made.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from itertools import accumulate, cycle

PER_DAY = 10_000  # articles: what a collector of some thousand feeds receives
# Fields of news: what makes unrelated events look alike; a few have most of the events.
SUBJECTS, SUBJECTS_FALL = 4_000, 4.0
MOST_REPORTS, MOST_COPIES = 40, 25
REPORTS_FALL, COPIES_FALL = 2.4, 2.8  # exponents: most events have one report, most reports no copy
OUTLETS = 600
# Words of a subject; of an event, its own and those of its subject; in a report, how many of the event's it takes up,
# how often, beside how many others: so that unrelated articles are as alike as real ones (see `benchmarks.likeness`).
SUBJECT_WORDS, OWN_WORDS, FIELD_WORDS, REPORT_WORDS, WORD_REPEATS, OTHER_WORDS = 12, 8, 24, 24, 3, 240
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
# Between two slots stand at most a few words, as in running text, so that two articles share no more runs of words
# than two real ones do. Slots: w word, p person, s surname, l place, n figure, d day. A phrase as often as listed.
_PHRASES = """
the {w}|the {w}|the {w}|the {w}|of the {w}|of the {w}|of the {w}|in the {w}|in the {w}|to {w}|to {w}|and {w}|and {w}
and the {w}|a {w}|a {w}|of {w}|of {w}|for {w}|with {w}|that {w}|was {w}|is {w}|had {w}|have {w}|were {w}|will {w}
by {w}|on the {w}|to the {w}|for the {w}|at the {w}|from the {w}|with the {w}|by the {w}|that the {w}|as {w}
as a {w}|with a {w}|but {w}|but the {w}|which {w}|which was {w}|who {w}|when {w}|when the {w}|after {w}
after the {w}|before {w}|before the {w}|has been {w}|had been {w}|would {w}|could {w}|not {w}|did not {w}|its {w}
their {w}|his {w}|her {w}|this {w}|these {w}|more {w}|most {w}|other {w}|some {w}|all {w}|two {w}|first {w}|new {w}
over {w}|about {w}|into {w}|under {w}|against {w}|because {w}|while {w}|if {w}|than {w}|or {w}|where {w}|until {w}
since the {w}|during {w}|between {w} and {w}|through {w}|{w} and {w}|{w} {w}|{w} {w}|{w}|{w}|{w}|{w}|{w}
{w}, {w} and {w}|{w} of {w}|{w} to {w}|{w} for {w}|{w} in {w}|the {w} of {w}|one of the {w}|as well as {w}
according to {w}|the {w} said|{w} said|will be {w}|part of {w}|at least {w}|in a {w}|{p}|{s}|{s}|{s}|{s} said
{s} and {s}|{s} {w}|in {l}|in {l}|in {l}|from {l}|{l} {w}|near {l}|on {d}|since {d}|{n} {w}|{n} {w}|{n} people
{n} percent|more than {n}|about {n} {w}|{n} million
"""
_ENDS = ".|.|.|.|.|, {s} said.|, {s} told reporters.|, {s} said of the {w}."
_HEADLINES = """
{s} {w} {w} in {l}|{w} {w}: {s} and the {w}|{l} {w} {w} after {w}|{s} says {w} {w} will {w}|What {s} said about {w} {w}
{n} {w} as {w} {w} in {l}|{w} {w} {w}, {s} warns|Why {l} {w} is {w} {w}|{p}: {w} {w} {w}|{w} {w} {w} {w} for {l}
{s} to {w} {w} over {w}|In {l}, {w} and {w} {w}
"""


def _read_forms(listed: str) -> list[tuple[str, str]]:
    """Read forms with slots as format strings and the kinds of their slots."""
    texts = [text for line in listed.split("\n") for text in line.split("|") if text]
    return [(re.sub(r"\{\w\}", "%s", text), "".join(re.findall(r"\{(\w)\}", text))) for text in texts]


_PHRASE_FORMS, _END_FORMS, _HEADLINE_FORMS = map(_read_forms, (_PHRASES, _ENDS, _HEADLINES))
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


@dataclass(frozen=True, slots=True)
class _Subject:
    """A field of news: its words, and the people and places that come up again and again."""

    words: tuple[str, ...]
    surnames: list[str]
    places: list[str]


class _World:
    """What all events share: words, names of people, places and outlets."""

    def __init__(self, seed: int) -> None:
        from wordfreq import top_n_list, word_frequency

        rng = random.Random(seed)
        words = [word for word in top_n_list("en", 45_000)[300:] if word.isalpha() and len(word) > 3]
        weights = list(accumulate(word_frequency(word, "en") ** 0.75 for word in words))
        self.seed = seed
        self.rare = words[3_000:]
        # A word comes here as often as in print, so that a plain draw follows its frequency.
        plain = [word for word in top_n_list("en", 30_000)[600:] if word.isalpha() and len(word) > 2]
        self.words = rng.choices(plain, [word_frequency(word, "en") for word in plain], k=60_000)
        self.surnames = _name(rng, 30_000, 2, 4)
        self.places = _name(rng, 6_000, 2, 3)
        self.subjects = [
            _Subject(
                tuple(dict.fromkeys(rng.choices(words, cum_weights=weights, k=SUBJECT_WORDS))),
                rng.choices(self.surnames, k=12),
                rng.choices(self.places, k=8),
            )
            for _ in range(SUBJECTS)
        ]
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
    subject = world.subjects[int(SUBJECTS * rng.random() ** SUBJECTS_FALL)]
    own = rng.sample(world.rare, OWN_WORDS)
    facts: dict[str, list[str]] = {
        "w": [*own, *rng.choices(subject.words, k=FIELD_WORDS)],
        "s": rng.choices(subject.surnames, k=2) + rng.choices(world.surnames, k=2),
        "l": rng.choices(subject.places, k=2) + rng.choices(world.places, k=2),
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
        report = _write(rng, world, facts, subject)
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


def _write(rng: random.Random, world: _World, facts: dict[str, list[str]], subject: _Subject) -> _Report:
    """Write one report: six to thirty sentences in short paragraphs, with words of the event among any others."""
    length = 6 + int(24 * rng.random() ** 2)
    chosen = rng.choices(facts["w"], k=REPORT_WORDS)  # what this report makes of the event
    words = rng.choices(chosen * WORD_REPEATS + rng.choices(world.words, k=OTHER_WORDS), k=8 * length)
    shift = rng.randrange(4)
    draw = {kind: cycle(pool[shift:] + pool[:shift]).__next__ for kind, pool in facts.items()}
    draw["w"] = cycle(words).__next__
    lengths, ends = rng.choices(range(4, 11), k=length), rng.choices(_END_FORMS, k=length)
    sentences = []
    for phrases, end in zip(lengths, ends, strict=True):
        texts, kinds = zip(*rng.choices(_PHRASE_FORMS, k=phrases), end, strict=True)
        text = _fill((" ".join(texts[:-1]) + texts[-1], "".join(kinds)), draw)
        sentences.append(text[0].upper() + text[1:])
    step = rng.randint(1, 3)
    draw["w"] = cycle(rng.sample(chosen, k=len(chosen))).__next__
    headline = _fill(rng.choice(_HEADLINE_FORMS), draw)
    return _Report(
        headline[0].upper() + headline[1:],
        tuple(" ".join(sentences[i : i + step]) for i in range(0, length, step)),
        f"{rng.choice(_GIVEN)} {rng.choice(facts['s'])}",
        subject.words[0].capitalize(),
    )


def _fill(form: tuple[str, str], draw: Mapping[str, Callable[[], str]]) -> str:
    return form[0] % tuple([draw[kind]() for kind in form[1]])


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
