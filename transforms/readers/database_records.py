"""Records in the notations of databases, change streams and event buses to plain records."""

from __future__ import annotations

import re
from collections.abc import Mapping

# what a cloud database writes around each value to say its type
_SCALARS = frozenset(
    ("stringValue", "timestampValue", "integerValue", "doubleValue", "booleanValue", "referenceValue",
     "S", "N", "BOOL", "SS", "NS")
)  # fmt: skip
_NULLS, _LISTS, _MAPS = ("nullValue", "NULL"), ("arrayValue", "L"), ("mapValue", "M")
_TYPES = _SCALARS.union(_NULLS, _LISTS, _MAPS, ("bytesValue", "geoPointValue", "B", "BS"))
_LOCALE = re.compile(r"[a-z]{2}(?:-[A-Z]{2})?")
_DELETED = re.compile(r"(?:^|[.:_/-])(?:deleted?|removed?|unpublished?|withdrawn?)$", re.I)
_DEEPEST = 8  # lists and objects within one value


def plain_record(value: Mapping[str, object]) -> Mapping[str, object] | None:
    """Return the record that a database, change stream or event bus wrote down; None for any other object.

    Known are objects whose values name their types (`{"title": {"S": "Fire"}}`), alone or under `fields` or `Item`,
    fields written once for one language (`{"title": {"en-GB": "Fire"}}`), changes (`before`, `after` and `op`;
    `operationType`) and events (`specversion` and `data`). A change or event that deletes gives the record with the
    status "deleted". Nothing raises.
    """
    return _changed(value) or _of_event(value) or _typed_record(value)


def _changed(value: Mapping[str, object]) -> Mapping[str, object] | None:
    if "op" in value and "before" in value and "after" in value:
        before, after = value["before"], value["after"]
        if isinstance(after, Mapping):
            return after
        return {**before, "status": "deleted"} if isinstance(before, Mapping) else None
    if isinstance(value.get("operationType"), str) and isinstance(value.get("documentKey"), Mapping):
        document = value.get("fullDocument")
        if isinstance(document, Mapping):
            return document
        return {**_mapping(value["documentKey"]), "status": value["operationType"]}
    return None


def _of_event(value: Mapping[str, object]) -> Mapping[str, object] | None:
    data = value.get("data")
    if "specversion" not in value or not isinstance(data, Mapping):
        return None
    is_deletion = isinstance(kind := value.get("type"), str) and _DELETED.search(kind) is not None
    return {**data, "status": "deleted"} if is_deletion else data


def _typed_record(value: Mapping[str, object]) -> Mapping[str, object] | None:
    for name in ("fields", "Item"):
        inner = value.get(name)
        if isinstance(inner, Mapping) and inner:
            if _are_typed(inner):
                key = value.get("name")
                around = {"id": key.rpartition("/")[2]} if isinstance(key, str) else {}
                return around | _plain_mapping(inner, _DEEPEST)
            if all(_is_in_one_language(field) for field in inner.values()):
                plain = {field: next(iter(_mapping(one).values())) for field, one in inner.items()}
                return {**value, name: plain}
    return _plain_mapping(value, _DEEPEST) if value and _are_typed(value) else None


def _are_typed(value: Mapping[str, object]) -> bool:
    return all(
        isinstance(one, Mapping) and len(one) == 1 and next(iter(one)) in _TYPES for one in value.values()
    )


def _is_in_one_language(value: object) -> bool:
    return (
        isinstance(value, Mapping)
        and len(value) == 1
        and _LOCALE.fullmatch(str(next(iter(value)))) is not None
    )


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _plain_mapping(value: Mapping[str, object], depth: int) -> dict[str, object]:
    return {name: _plain_value(inner, depth) for name, inner in value.items()}


def _plain_value(value: object, depth: int) -> object:
    """Take a value out of what names its type; one that is nested too deeply is lost."""
    if not isinstance(value, Mapping) or len(value) != 1 or not depth:
        return None
    kind, inner = next(iter(value.items()))
    if kind in _SCALARS:
        return inner
    if kind in _MAPS:
        fields = _mapping(inner).get("fields", {}) if kind == "mapValue" else inner
        return _plain_mapping(_mapping(fields), depth - 1)
    if kind in _LISTS:
        values = _mapping(inner).get("values") if kind == "arrayValue" else inner
        return [_plain_value(one, depth - 1) for one in values] if isinstance(values, list) else []
    return None
