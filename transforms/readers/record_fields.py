"""One record with named fields (a JSON object, a row of a table) to a raw document: which name means what."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from transforms.readers.byte_streams import one_line
from transforms.readers.documents import Item, document, reject, skip
from transforms.readers.field_table import Meaning, field_table, meanings_of, plain_name
from transforms.readers.field_values import (
    is_nothing,
    label_of,
    labels_of,
    line_of,
    states_time,
    string_of,
    time_of,
)
from transforms.readers.read_options import ReadOptions
from transforms.readers.record_text import looks_like_html, text_of
from transforms.readers.wire_text import web_address
from transforms.text.publication_status import is_draft, is_withdrawn
from transforms.types import Format, Reason, Stated

# what news interfaces append to a text that they shortened: "… [+1234 chars]", "[…]"
_ELLIPSIS = r"(?:…|\.{3}|&hellip;|&#8230;)"
_MORE = (
    r"(?:(?:read|show|view|see) (?:more|full)|continue reading|mehr(?: lesen)?|weiterlesen|lire (?:la suite|plus)"
    r"|la suite|leer más|seguir leyendo|ver más|leggi (?:tutto|di più)|continua(?: a leggere)?|leia mais|continue lendo"
    r"|lees (?:meer|verder)|läs mer|les mer|læs mere|lue lisää|czytaj (?:dalej|więcej)|celý článek|читать далее"
    r"|читати далі|devamını oku|続きを読む|阅读全文|查看全文|閱讀全文|더보기)"
)
_COUNTED = r"(?:more )?(?:char|word|zeichen|caract|signes|tekens)"
_CUT_OFF = re.compile(
    rf"(?:{_ELLIPSIS}?[ \n]?\[(?:\+? ?\d[\d,.]{{0,9}} ?k? ?{_COUNTED}[^\]]{{0,17}}"
    rf"|{_ELLIPSIS}|{_MORE}(?: ?[…→»>])?)\]"
    rf"|{_ELLIPSIS}?[ \n]?\(\+? ?\d[\d,.]{{0,9}} more (?:char|word)[^\)]{{0,12}}\)"
    rf"|{_ELLIPSIS}[ \n]?\(?{_MORE}\)?(?: ?[…→»>])?"
    rf"|[ \n]{_MORE} ?[…→»>]"
    r")\s*+$",
    re.I,
)
_BREAKS_OFF = re.compile(rf"[^\W\d_]{_ELLIPSIS}$")
# Characters of a text up to which dots behind its last word say that it was shortened; interfaces keep 100 to 260.
_SHORTENED = 400
_TAG = re.compile(r"<[a-z/!?][^<>]*>", re.I)  # "5 < 6" begins none
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8}\d?);", re.I)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_TIME_OF_DAY = re.compile(r"\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:?\d\d)?")
_NAIVE_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?$")
_TIMES = ("published", "updated", "captured", "embargoed")
_INSIDE, _NEVER = 1000, 1_000_000  # a name inside an envelope comes after every name of the record itself
_ARTICLE_ADDRESS = re.compile(r"https?://[^/\s]++/[^\s]")
# A description this long is the article itself: teasers of 20 news feeds end below 600 characters of text, while
# feeds that put their articles into <description> seldom have one below 1,500.
FULL_TEXT_CHARS = 1200
# of ActivityStreams, which say something of what others wrote
_ACTIVITIES = ("Announce", "Like", "Dislike", "Follow", "Add", "Remove", "Undo", "Accept", "Block")
_BULK_ACTIONS = ("index", "create", "update", "delete")  # of a search engine's bulk file
_LINES_OF_A_DUMP = frozenset(("type", "name", "version", "comment"))
# parts of a WordPress site that are no posts
WORDPRESS_PARTS = frozenset(
    ("attachment", "page", "nav_menu_item", "revision", "custom_css", "customize_changeset", "oembed_cache",
     "acf-field", "acf-field-group", "user_request", "feedback", "shop_order", "product", "product_variation",
     "elementor_library")
)  # fmt: skip
# Flags of content systems, and what each of them says of a draft. A number is none: it may count something.
_DRAFT_FLAGS = {
    "draft": True, "isdraft": True, "unpublished": True, "published": False, "ispublished": False, "status": False,
}  # fmt: skip
_FLAG_WORDS = {"true": True, "yes": True, "false": False, "no": False}
_LONGEST_FLAG = 6  # characters, white space included
_DRAFT_ID = "drafts."  # what Sanity puts before the id of an article that is being edited
# names of times at which something was made: of a record that is an envelope, they tell when it was entered
_TIMES_OF_MAKING = frozenset(
    (
        "created",
        "createdat",
        "createdtime",
        "datecreated",
        "creationdate",
        "createtime",
        "timestamp",
        "time",
        "ts",
    )
)
_VAGUE_NAMES = ("article", "story", "document")
SHORTEST_VAGUE = 40  # characters of a text in a field that is called "article": less is a title or a key


def record_to_document(
    record: Mapping[str, object],
    source_ref: str,
    form: Format,
    options: ReadOptions | None = None,
    own_bytes: bytes | None = None,
) -> Item:
    """Turn one record into a document; a rejection when it has neither title nor text.

    A record of another kind (comment, person), or not published yet, is skipped; one whose status withdraws an article
    needs only its id or address. The field map of `options` maps our field to theirs (`{"text": "body_html"}`, dots go
    down) and wins over names found by themselves, even where the record lacks it. `own_bytes` are the record as
    received; without them the hash is of the record as canonical JSON, the same for a row of any table format. A text
    that is only a summary, or cut, is marked so. Calls `options.on_record`, if set, unless it skips the record.
    """
    raw = own_bytes if own_bytes is not None else _canonical(record)
    if (kind := _other_node(record)) is not None:
        return skip(source_ref, form, f"a {kind}, which is no article", raw)
    chosen = options if options is not None else ReadOptions()
    named = find_named_fields(record, chosen.field_map)
    if chosen.on_record is not None:
        chosen.on_record(source_ref, named, [str(name) for name in record])
    found = {ours: value for ours, (_, value) in named.items()}
    publisher = _host_or_name(label_of(found.get("publisher")))
    title = without_outlet(_title_of(found.get("title")) or "", publisher or "") or None
    body = _body_of(found)
    if named.get("text", ("",))[0] == "message" and not title and _is_answer(record):
        return reject(
            source_ref, form, Reason.NO_TEXT, f"an interface's answer: {one_line(body.text, 80)}", raw
        )
    status = string_of(found.get("status"))
    if is_draft(status) or _is_flagged_as_draft(record):
        return skip(source_ref, form, "a record that is not published", raw)
    names_item = found.get("external_id") is not None or found.get("url") is not None
    if not body.text and not title and not (names_item and is_withdrawn(status)):
        return reject(source_ref, form, Reason.NO_TEXT, _seen_fields(record), raw)
    stated = Stated(
        url=string_of(found.get("url")),
        external_id=string_of(found.get("external_id")),
        title=title,
        publisher=publisher,
        authors=labels_of(found.get("authors")),
        published=_published_of(found, record),
        updated=time_of(found.get("updated")),
        language=string_of(found.get("language")),
        section=label_of(found.get("section")),
        tags=labels_of(found.get("tags"), split=True),
        image_url=string_of(found.get("image_url")),
        agency=label_of(found.get("agency")),
        kind=label_of(found.get("kind")),
        is_summary=body.is_summary,
        is_cut=body.is_cut,
        is_clean=True,
        captured=time_of(found.get("captured")),
        status=status,
        embargoed=time_of(found.get("embargoed")),
        version=string_of(found.get("version")),
        evolved_from=string_of(found.get("evolved_from")),
        genre=label_of(found.get("genre")),
        standfirst=body.standfirst,
    )
    return document(source_ref, form, raw, body.text, looks_like_html(body.text), stated)


@dataclass(frozen=True, slots=True)
class _RecordBody:
    text: str
    is_summary: bool = False
    is_cut: bool = False
    standfirst: str | None = None


def _body_of(found: Mapping[str, object]) -> _RecordBody:
    """Choose between a record's text and its summary, and recognise a shortened text."""
    text, summary = text_of(found.get("text")), text_of(found.get("summary"))
    cut = _CUT_OFF.search(text, max(0, len(text) - 80))
    if cut is not None:
        text = text[: cut.start()].rstrip(" .…\n")
        if len(summary) > len(text):
            text = summary
        return _RecordBody(text, is_summary=True, is_cut=True)
    if len(text) <= _SHORTENED and _BREAKS_OFF.search(text):
        return _RecordBody(max(text, summary, key=len), is_summary=True, is_cut=True)
    if text:
        return _RecordBody(text, standfirst=_standfirst(summary, text))
    return _RecordBody(summary, is_summary=bool(summary) and not is_whole_text(summary))


def _standfirst(summary: str, text: str) -> str | None:
    """Return a summary beside a text as one line, unless the text begins with it."""
    plain = " ".join(html.unescape(_TAG.sub(" ", summary)).split())
    return plain if plain and plain not in text and not _CUT_OFF.search(plain[-80:]) else None


def is_whole_text(summary: str) -> bool:
    """Return whether a text that its source calls a summary is long enough to be the article itself.

    That is 1,200 characters, or 400 in at least three paragraphs (lines that are not empty, or `</p>`). False for "".
    """
    paragraphs = sum(1 for line in summary.splitlines() if line.strip())
    paragraphs = max(paragraphs, summary.lower().count("</p>"))
    return len(summary) >= FULL_TEXT_CHARS or (paragraphs >= 3 and len(summary) >= FULL_TEXT_CHARS // 3)


def _title_of(value: object) -> str | None:
    title = line_of(value)
    if title is not None and "&" in title and _ENTITY.search(title):
        title = " ".join(html.unescape(title).split()) or None
    return title


def without_outlet(title: str, outlet: str) -> str:
    """Remove the outlet's name from the end of a headline, after " - ", " – ", " — " or " | ", in any case.

    Case is ignored as Unicode folds it: "Straße" is "STRASSE". A headline that ends otherwise, or is nothing but the
    name, stays as it is, and so does every headline where `outlet` is empty.
    """
    if not outlet:
        return title
    for mark in (" - ", " – ", " — ", " | "):
        headline, *rest = title.rsplit(mark, outlet.count(mark) + 1)
        if rest and mark.join(rest).casefold() == outlet.casefold():
            return headline.rstrip() or title
    return title


def _published_of(found: Mapping[str, object], record: Mapping[str, object]) -> str | None:
    """Return the stated time, completed by a time of day or a zone that stands in a field of its own."""
    stated = time_of(found.get("published"))
    if stated is None:
        return None
    plain = {plain_name(str(name)): value for name, value in record.items()}
    clock = plain.get("time")
    if _DAY.fullmatch(stated) and isinstance(clock, str) and _TIME_OF_DAY.fullmatch(clock.strip()):
        stated = f"{stated}T{clock.strip()}"
    zone = plain.get("pubdatetz") or plain.get("timezone") or plain.get("tz")
    if isinstance(zone, str) and zone.strip().upper() in ("UTC", "GMT") and _NAIVE_TIME.match(stated):
        stated += "Z"
    return stated


def _other_node(record: Mapping[str, object]) -> str | None:
    """Name what a record describes that is no article: a site, person or picture of JSON-LD, a line for a program."""
    kind = record.get("type")
    if kind in ("header", "database") and _LINES_OF_A_DUMP.issuperset(record):
        return "line that describes a database"
    if (post := record.get("post_type")) in WORDPRESS_PARTS:
        return f"{post} of a content system"
    if kind == "service" and "action" in record:
        return "message of a channel's service"
    if kind in _ACTIVITIES and "actor" in record:
        return "reference to what another one wrote"
    if record.get("kind") == "t1" and isinstance(record.get("data"), Mapping):
        return "comment"
    for action, target in record.items() if len(record) == 1 else ():
        if (
            action in _BULK_ACTIONS
            and isinstance(target, Mapping)
            and all(name[:1] == "_" for name in target)
        ):
            return "line that says what to do with the next one"
    stated = record.get("@type")
    types = [str(one) for one in (stated if isinstance(stated, list) else [stated]) if one]
    if not types or any(one.endswith(("Article", "Posting", "Report", "Review")) for one in types):
        return None
    names = {plain_name(str(name)) for name in record}
    return None if names & {"articlebody", "headline", "text"} else types[0][:40]


def _is_flagged_as_draft(record: Mapping[str, object]) -> bool:
    if str(record.get("_id", "")).startswith(_DRAFT_ID):
        return True
    envelopes = field_table().envelopes
    inside = [
        inner
        for name, inner in record.items()
        if isinstance(inner, Mapping) and plain_name(str(name)) in envelopes
    ]
    return any(
        (flag := _flag_of(value)) is not None and _DRAFT_FLAGS.get(plain_name(str(name))) is flag
        for around in (record, *inside)
        for name, value in around.items()
    )


def _flag_of(value: object) -> bool | None:
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], Mapping):
        value = value[0].get("value")  # a field of Drupal
    if isinstance(value, str) and len(value) <= _LONGEST_FLAG:
        return _FLAG_WORDS.get(value.strip().lower())
    return value if isinstance(value, bool) else None


def _is_answer(record: Mapping[str, object]) -> bool:
    """Distinguish what an interface says of a request from a post whose text is called a message."""
    return bool({"status", "code", "error", "errors", "statusCode", "success"} & set(record))


def _seen_fields(record: Mapping[str, object]) -> str:
    names = [one_line(str(name), 24) for name in list(record)[:8]]
    more = ", …" if len(record) > len(names) else ""
    return f"no title and no text; fields seen: {', '.join(names)}{more}; --map text=NAME names the right one"


def mappable_fields() -> tuple[str, ...]:
    """Return the names of our fields that may be keys of a field map, in the order of the field table."""
    return tuple(field_table().names)


def find_fields(
    record: Mapping[str, object], field_map: Mapping[str, str] | None = None
) -> dict[str, object]:
    """Return the value of each of our fields (title, text, published, …) that a record has; {} where it has none.

    Fields of `field_map` (our name → theirs) win, with None where the record lacks them; then names of the record
    itself, then those in envelopes one level down, each by the rank of the name in the field table. Flags and empty
    values are ignored.
    """
    return {ours: value for ours, (_, value) in find_named_fields(record, field_map).items()}


def find_named_fields(
    record: Mapping[str, object], field_map: Mapping[str, str] | None = None
) -> dict[str, tuple[str, object]]:
    """Return, for each of our fields that is found, the name (a path with dots) that it stands under, and its value.

    Fields of `field_map` (ours to theirs) win, with None where the record lacks them; then names of the record itself,
    then those in envelopes one level down, each in the table's order of rank, the first of equal ones. Flags, empty
    values, and what can be no time in a field of times are skipped. {} where nothing is found.
    """
    search = _Search()
    envelopes = field_table().envelopes
    inside: dict[str, tuple[str, Mapping[str, object]]] = {}
    for name, value in record.items():
        plain = plain_name(str(name))
        if plain in envelopes and isinstance(value, Mapping):
            inside.setdefault(plain, (str(name), value))
        else:
            search.take(str(name), value, 0, "")
    for envelope in envelopes:
        around, inner = inside.get(envelope, ("", {}))
        for name, value in inner.items():
            search.take(str(name), value, _INSIDE, f"{around}.")
    found = search.found
    for ours, theirs in (field_map or {}).items():
        found[ours] = (theirs, _follow(record, theirs))
    return found


def has_title(record: Mapping[str, object]) -> bool:
    """Return whether a name at the top level of the record means a title and holds a text that is not empty.

    Envelopes are not opened, and no field map counts.
    """
    return any(
        isinstance(value, str) and not is_nothing(value)
        for name, value in record.items()
        if any(meaning.field == "title" and not meaning.below for meaning, _ in _ranked_meanings(str(name)))
    )


class _Search:
    """The best value for each of our fields among the names seen so far."""

    def __init__(self) -> None:
        self.found: dict[str, tuple[str, object]] = {}
        self._ranks: dict[str, float] = {}

    def take(self, name: str, value: object, base: int, around: str) -> None:
        ranked = _ranked_meanings(name)  # most fields of most records mean nothing to us
        if not ranked or isinstance(value, bool) or is_nothing(value):
            return
        if name.lower().endswith("gmt") and isinstance(value, str) and _NAIVE_TIME.match(value):
            value += "Z"  # the name says the zone
        for meaning, rank in ranked:
            inner = _below(value, meaning.below) if meaning.below else value
            if meaning.below and (is_nothing(inner) or isinstance(inner, bool)):
                continue
            if meaning.field in _TIMES and not states_time(inner):
                continue  # "true", 1, "0000-00-00": it hides no good field behind it
            path = ".".join((around + name, *meaning.below)) if meaning.below else around + name
            if meaning.field == "text" and _is_key_or_address(name, inner):
                continue
            is_making = meaning.field == "published" and plain_name(name) in _TIMES_OF_MAKING
            self._keep(meaning.field, path, inner, (_INSIDE if is_making else base) + rank)
            if meaning.field == "publisher" and isinstance(inner, str) and _ARTICLE_ADDRESS.match(inner):
                self._keep("url", path, inner, base + _INSIDE // 2)  # trafilatura's `source`

    def _keep(self, ours: str, path: str, value: object, rank: float) -> None:
        if rank < self._ranks.get(ours, _NEVER):
            self._ranks[ours] = rank
            self.found[ours] = (path, value)


def _is_key_or_address(name: str, value: object) -> bool:
    """Distinguish a key or an address in a field that only says "article" from an article's text."""
    if plain_name(name) not in _VAGUE_NAMES or not isinstance(value, str):
        return False
    return len(value.strip()) < SHORTEST_VAGUE or bool(_ARTICLE_ADDRESS.match(value))


@lru_cache(maxsize=4096)  # names repeat in every record of a file
def _ranked_meanings(name: str) -> tuple[tuple[Meaning, float], ...]:
    return tuple((meaning, _rank_of(name, meaning)) for meaning in meanings_of(name))


def _rank_of(name: str, meaning: Meaning) -> float:
    """Return how good a name is; "modified_gmt" comes right before the "modified" of the site's own clock."""
    plain = plain_name(name)
    local = plain.removesuffix("gmt").removesuffix("utc")
    if local == plain:
        return meaning.rank
    ranks = [each.rank for each in meanings_of(local) if each.field == meaning.field]
    return min([meaning.rank, *(rank - 0.5 for rank in ranks)])


def _below(value: object, steps: tuple[str, ...]) -> object:
    for step in steps:
        if isinstance(value, list) and value:
            value = value[0]
        if not isinstance(value, Mapping):
            return None
        value = next((inner for name, inner in value.items() if plain_name(str(name)) == step), None)
    return value


def _follow(record: Mapping[str, object], path: str) -> object:
    """Take the value at a path given by the user: the exact name first, else dots as steps."""
    if path in record:
        return record[path]
    value: object = record
    for step in path.split("."):
        if not isinstance(value, Mapping) or step not in value:
            return None
        value = value[step]
    return value


def _host_or_name(publisher: str | None) -> str | None:
    """Return the host where a publisher is stated as an address: the page of a site is no article's own address."""
    if publisher is None or web_address(publisher) is None:
        return publisher
    try:
        return urlsplit(publisher).hostname
    except ValueError:
        return None


def _canonical(record: Mapping[str, object]) -> bytes:
    text = json.dumps(dict(record), ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return text.encode("utf-8", "surrogatepass")
