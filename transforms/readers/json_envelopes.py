"""One parsed value of JSON in, the records inside it out: what wraps a record, what lists or names several."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from transforms.readers.database_records import plain_record
from transforms.readers.field_table import field_table, plain_name
from transforms.readers.field_values import is_nothing
from transforms.readers.json_tables import rows_of
from transforms.readers.json_values import LEAST_TEXT, TEXT_NAMES
from transforms.readers.record_fields import find_fields, has_title
from transforms.types import Format

# a news item in the agencies' JSON: what identifies it, what only such an item states, and its words
_NINJS_IDENTITIES = frozenset(("uri", "guid", "urn"))
_NINJS_MARKS = frozenset(("versioncreated", "pubstatus", "bodyxhtml", "bodies"))
_NINJS_CONTENT = frozenset(
    ("headline", "headlines", "bodyxhtml", "bodyhtml", "bodytext", "bodies", "articlehtml", "title", "name", "type")
)  # fmt: skip
# types of objects that say something of another one, and where that is (schema.org, ActivityStreams)
_AROUND = {"ListItem": "item", "DataFeedItem": "item", "Create": "object", "Update": "object"}
_WORDS = frozenset(("text", "title", "summary"))
_DEEPEST = 10  # objects and lists around a record; the groups of search engines have nine
_LOOKED_AT = 20  # values of a list by which it is known

FieldMap = Mapping[str, str]


def special_kind(value: Mapping[str, object]) -> Format | None:
    """Return `JSON_FEED` or `NINJS` for an object of these formats, which have readers of their own; else None.

    A JSON Feed states its `version` and a list of `items`; ninjs an identity, a field that only ninjs has, and content.
    """
    version = value.get("version")
    if (
        isinstance(version, str)
        and "jsonfeed.org/version" in version
        and isinstance(value.get("items"), list)
    ):
        return Format.JSON_FEED
    names = {plain_name(str(name)) for name in value}
    if names & _NINJS_IDENTITIES and names & _NINJS_MARKS and names & _NINJS_CONTENT:
        return Format.NINJS
    return None


def is_record(value: Mapping[str, object], field_map: FieldMap) -> bool:
    """Return whether a JSON object is a record (one document), and not an envelope around records or a block of text.

    A record has a title, or a text or summary with an address, time of publication or id. `field_map` maps our fields
    to theirs.
    """
    if "title" not in field_map and has_title(value):  # which is both, in nearly every record
        return True
    named = _stated_fields(value, field_map)
    return bool(named & _WORDS) and bool(named & {"title", "url", "published", "external_id"})


def has_substance(value: Mapping[str, object], field_map: FieldMap) -> bool:
    """Return whether an object has a text, summary or time of publication.

    Options and links of an interface do not: they have a title or an address at most.
    """
    return bool(_stated_fields(value, field_map) & {"text", "summary", "published"})


def _stated_fields(value: Mapping[str, object], field_map: FieldMap) -> set[str]:
    return {name for name, inner in find_fields(value, field_map).items() if not is_nothing(inner)}


def text_names(field_map: FieldMap) -> frozenset[str]:
    """Return the names (see `plain_name`) of text fields: an object with a string under one of them is a record.

    They are `TEXT_NAMES`, and the name that `field_map` (our field → theirs) maps to `text`, unless it is a path with
    dots. Names of headlines and other fields are not among them: an envelope around records can have those too.
    """
    mapped = field_map.get("text", ".")
    return TEXT_NAMES if "." in mapped else TEXT_NAMES | {plain_name(mapped)}


def are_records(values: Sequence[object], field_map: FieldMap, *, is_named: bool = True) -> bool:
    """Return whether one of the first 20 values of a list is a record; False for an empty list.

    `is_named`: the name of the list means records; otherwise a record has to have a text, summary or time, or to be
    ninjs.
    """
    objects = [value for value in values[:_LOOKED_AT] if isinstance(value, Mapping)]
    return any(
        special_kind(value) is Format.NINJS
        or (is_record(value, field_map) and (is_named or has_substance(value, field_map)))
        for value in objects
    )


def unwrap(value: Mapping[str, object], field_map: FieldMap, depth: int = _DEEPEST) -> Mapping[str, object]:
    """Return the single item inside envelopes (`{"data": {"item": {…}}}`), at most `depth` levels down, else `value`.

    Envelopes known by type (ListItem, Create …) are always opened, others as long as they are no record and list none.
    Of several envelopes with text the first in the field table's order counts. What a database or an event bus wrote
    is made plain (`plain_record`).
    """
    if special_kind(value) is not None or not depth:
        return value
    if (plain_one := plain_record(value)) is not None:
        return unwrap(plain_one, field_map, depth - 1)
    stated = value.get("@type", value.get("type"))
    around = value.get(_AROUND.get(stated, "")) if isinstance(stated, str) else None
    if isinstance(around, Mapping):
        return unwrap(around, field_map, depth - 1)
    inside = [inner for inner in value.values() if isinstance(inner, Mapping)]
    item = next((one for one in inside if special_kind(one)), None) if len(inside) <= 3 else None
    if item is not None:
        return item
    if is_record(value, field_map) or _has_named_list(value, field_map):
        return value
    plain = {plain_name(str(name)): inner for name, inner in value.items()}
    names = (*field_table().envelopes, *field_table().lists)
    for inner in (plain[name] for name in names if name in plain):
        found = unwrap(inner, field_map, depth - 1) if isinstance(inner, Mapping) else None
        if found is not None and (special_kind(found) or _stated_fields(found, field_map) & _WORDS):
            return found
    return value


def nested_records(value: Mapping[str, object], field_map: FieldMap) -> list[object] | None:
    """Return the values of all lists of records inside an object, in its order; None for a record and where none is.

    First it decides whether the object is itself a record. It is with a string under one of `TEXT_NAMES`, or with a
    text under a name that is mapped to `text`, if that has 80 characters or there is no list under the field table's
    names of lists. An object that `is_record` accepts is an envelope only where those names lead to records and its
    text has fewer than 80 characters; then only lists under such names count. In any other object records are found
    under any name but those `beside` in the field table (comments, media, authors), up to 10 levels down: in lists of
    lists, in objects keyed by their ids, as rows of a table, or single. A value of such a list may be no object.
    """
    if _states_text(value, field_map):
        return None
    is_own = rows_of(value) is None and is_record(
        value, field_map
    )  # the columns of a table have names of fields
    if is_own and (_has_own_text(value, field_map) or not _has_named_list(value, field_map)):
        return None
    return list(_gather(value, field_map, _DEEPEST, is_named=True, only_named=is_own)) or None


def _states_text(value: Mapping[str, object], field_map: FieldMap) -> bool:
    own_texts = text_names(field_map)
    texts = {plain_name(str(name)): inner for name, inner in value.items() if isinstance(inner, str)}
    stated = {name: len(inner) for name, inner in texts.items() if name in own_texts}
    if not TEXT_NAMES.isdisjoint(stated) or max(stated.values(), default=0) >= LEAST_TEXT:
        return True
    return bool(stated) and not _has_named_list(value, field_map)


def _has_own_text(value: Mapping[str, object], field_map: FieldMap) -> bool:
    text = find_fields(value, field_map).get("text")
    return isinstance(text, str) and len(text) >= LEAST_TEXT


def _has_named_list(value: Mapping[str, object], field_map: FieldMap, depth: int = 3) -> bool:
    lists = field_table().lists
    named = [inner for name, inner in value.items() if plain_name(str(name)) in lists]
    return any(isinstance(inner, list) and are_records(inner, field_map) for inner in named) or (
        depth > 0
        and any(
            isinstance(inner, Mapping) and _has_named_list(inner, field_map, depth - 1) for inner in named
        )
    )


def _gather(
    value: Mapping[str, object], field_map: FieldMap, depth: int, *, is_named: bool, only_named: bool
) -> Iterator[object]:
    """Yield the records inside an object, in its order; `is_named`: names of the field table lead to it."""
    inside = [inner for inner in value.values() if isinstance(inner, Mapping)]
    are_ids = (
        not only_named and 0 < len(inside) == len(value) and (len(value) > 1 or _is_id(next(iter(value))))
    )
    if are_ids and all(is_record(inner, field_map) for inner in inside[:_LOOKED_AT]):
        yield from inside
        return
    if not only_named and (rows := rows_of(value)) is not None:
        yield from rows
        return
    table = field_table()
    for key, inner in value.items():
        name = plain_name(str(key))
        leads = is_named and name in table.lists
        if name in table.beside or not isinstance(inner, Mapping | list) or (only_named and not leads):
            continue
        yield from _gather_inner(inner, field_map, depth - 1, is_named=leads, only_named=only_named)


def _is_id(name: str) -> bool:
    return any(character.isdigit() for character in name)


def _gather_inner(
    inner: Mapping[str, object] | list[object],
    field_map: FieldMap,
    depth: int,
    *,
    is_named: bool,
    only_named: bool,
) -> Iterator[object]:
    if isinstance(inner, list):
        if are_records(inner, field_map, is_named=is_named):
            yield from inner
            return
        for one in inner if depth > 0 else ():
            if isinstance(one, Mapping | list):
                yield from _gather_inner(one, field_map, depth - 1, is_named=False, only_named=only_named)
    elif _stands_alone(inner, field_map):
        yield inner
    elif depth > 0:
        yield from _gather(inner, field_map, depth, is_named=is_named, only_named=only_named)


def _stands_alone(value: Mapping[str, object], field_map: FieldMap) -> bool:
    """Distinguish a record under a name that does not say so from what else has a title: a person, an error."""
    named = _stated_fields(value, field_map)
    return bool(named & {"title", "text"}) and len(named & {"title", "text", "published"}) > 1
