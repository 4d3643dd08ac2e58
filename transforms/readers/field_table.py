"""The shipped table of field names as look-ups: what a name means, what wraps records, what says nothing."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, lru_cache
from importlib import resources

_SOLR_SUFFIX = re.compile(
    r"_(?:s|ss|t|ts|txt|txt_[a-z]{2}|dt|dts|tdt|str)$"
)  # dynamic fields of search engines


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """One meaning of a field name: our field, its rank among the names for it, and the steps down to the value."""

    field: str  # ours
    rank: int  # lower is better
    below: tuple[str, ...]  # further steps down to the value


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldTable:
    """The content of `transforms/data/fields.toml`: names of fields, of envelopes, of lists, and words for nothing."""

    names: dict[str, tuple[str, ...]]  # our field → their names, best first
    meanings: dict[str, tuple[Meaning, ...]]  # plain first step → what it may mean
    envelopes: tuple[str, ...]
    lists: frozenset[str]
    beside: frozenset[str]
    namespaces: frozenset[str]
    inner: tuple[str, ...]
    nothing: frozenset[str]
    nothing_openings: tuple[str, ...]


@cache
def field_table() -> FieldTable:
    """Return the shipped table of field names (`data/fields.toml`), read at the first call and then kept."""
    source = resources.files("transforms").joinpath("data/fields.toml").read_text(encoding="utf-8")
    data = tomllib.loads(source)
    meanings: dict[str, list[Meaning]] = {}
    for field, names in data["fields"].items():
        for rank, name in enumerate(names):
            first, *below = (plain_name(step) for step in name.split("."))
            meanings.setdefault(first, []).append(Meaning(field=field, rank=rank, below=tuple(below)))
    return FieldTable(
        names={field: tuple(names) for field, names in data["fields"].items()},
        meanings={name: tuple(found) for name, found in meanings.items()},
        envelopes=tuple(data["layout"]["envelopes"]),
        lists=frozenset(data["layout"]["lists"]),
        beside=frozenset(data["layout"]["beside"]),
        namespaces=frozenset(data["layout"]["namespaces"]),
        inner=tuple(data["layout"]["inner"]),
        nothing=frozenset(data["nothing"]["words"]),
        nothing_openings=tuple(data["nothing"]["openings"]),
    )


def explain_unknown_fields(names: Iterable[str]) -> str | None:
    """Return one line that lists the names that are no our fields, and all our fields; None where all are known.

    It suggests the field nearest to the first unknown name by difflib's ratio, if that is at least .5.
    """
    known = list(field_table().names)
    unknown = [name for name in names if name not in known]
    if not unknown:
        return None
    near = get_close_matches(plain_name(unknown[0]), known, n=1, cutoff=0.5)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"{', '.join(unknown)}: no such field{hint} The fields are {', '.join(known)}"


@lru_cache(maxsize=4096)
def plain_name(name: str) -> str:
    """Return a field's name in lower case, its letters and digits only: "pub_Date" and "pubDate" are both "pubdate".

    Only "_source" gives "source_": it is a search engine's envelope, and no publisher. "" for a name without letters or
    digits.
    """
    plain = re.sub(r"[\W_]+", "", name).lower()
    return "source_" if name == "_source" else plain  # a search engine's envelope, not a publisher


@lru_cache(maxsize=4096)
def meanings_of(name: str) -> tuple[Meaning, ...]:
    """Return what a field's name, in any spelling, may mean, in the table's order of our fields; () when unknown.

    An unknown name is looked up again without its namespace (`dc:`, as the table lists them), or without its Solr
    suffix of a type (`_s`, `_txt_en` …).
    """
    table = field_table()
    found = table.meanings.get(plain_name(name))
    namespace, colon, local = name.partition(":")
    if found is None and colon and namespace.lower() in table.namespaces:
        return table.meanings.get(plain_name(local), ())
    if found is None and (suffix := _SOLR_SUFFIX.search(name)):
        found = table.meanings.get(plain_name(name[: suffix.start()]))
    return found or ()
