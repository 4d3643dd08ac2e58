"""From documents that came in to the articles that they are states of: by their claims and their contents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from transforms.cleaning.article_identity import identify
from transforms.copies.agreement import State, agreeing
from transforms.kernel.disjoint_sets import DisjointSets
from transforms.text.ids import hash_text
from transforms.types import Kind, Precision, Stated
from warehouse import article_claims

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# States of one claim that are all compared; of a claim that more share (the link of a whole feed) only those under one
# headline are. Higher finds more versions among them, and costs its square.
MANY = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """The articles of a batch with their final ids, and stored articles that turned out to be one.

    `articles` has the columns of `article_schema`; `merges` is {former id: id of the article that its states become
    part of}.
    """

    articles: pa.Table
    merges: Mapping[int, int]  # former id → id that its states go to


@dataclass(slots=True)
class _Node:
    """One document that came in, or one stored state of an article."""

    state: State
    article_id: int  # stored, or proposed
    is_stored: bool
    document_id: int
    order: tuple[Any, ...] = ()
    claims: list[tuple[int, bool]] = field(default_factory=list)


def resolve(con: DuckDBPyConnection, articles: pa.Table) -> Resolved:
    """Find the article of each document of a batch: the stored one of which it is another state, or a new one.

    `articles` has the columns of `article_schema`; they come back in the same order with `article_id` replaced.
    Documents and stored articles that share a claim (a hash of an id or address) are compared; those that agree
    (`agreeing`) are one article, also indirectly (union-find: version 1 and 3 by version 2). Stored states of one
    article stay together, and a document read again stays with its article. An article keeps its id; where a document
    joins several stored ones, they become part of the one whose id a document proposes, else of that with the smallest
    id. The result does not depend on order or batching, unless more than 60 states share a claim: then only those under
    one headline are compared, 60 of each. Reads the warehouse, writes nothing.
    """
    if not articles.num_rows:
        return Resolved(articles=articles, merges={})
    incoming = _incoming(articles)
    stored = _stored(con, incoming, articles)
    nodes = [*incoming, *stored]
    joined = DisjointSets(range(len(nodes)))
    first_of: dict[int, int] = {}
    document_of: dict[int, int] = {}
    for index, node in enumerate(nodes):
        if node.is_stored:
            joined.unite(index, first_of.setdefault(node.article_id, index))
            document_of.setdefault(node.document_id, index)
    for index, node in enumerate(incoming):
        if node.document_id in document_of:  # the same document, read again
            joined.unite(index, document_of[node.document_id])
    for a, b in _agreeing(nodes):
        joined.unite(a, b)
    return _name(con, articles, nodes, joined)


def restore_claims(con: DuckDBPyConnection) -> None:
    """Compute and store the claims of all states of all articles, if articles are stored but no claim is.

    That is so in a home of an older newsfold, and in one that was rebuilt. Otherwise it does nothing. Opens no
    transaction.
    """
    for rows in article_claims.unclaimed(con):
        found: set[tuple[int, str, int, str]] = set()
        for row in rows:
            url, title, article = row["url"], row["title"], row["article_id"]
            made = identify(
                row["source_ref"],
                Stated(external_id=row["external_id"]),
                title=title,
                url=url,
                fetched=url,
                canonical=row["canonical_url"],
                publisher=row["publisher"],
            )
            for kind, claims in (("strict", made.strict), ("loose", made.loose), ("item", made.items)):
                found |= {(claim, kind, article, title) for claim in claims}
        article_claims.add_claims(con, sorted(found))


def _incoming(articles: pa.Table) -> list[_Node]:
    columns = (
        "article_id", "document_id", "title", "text", "content_hash", "kind", "is_paywalled", "published_at",
        "published_precision", "revision", "claims", "loose_claims", "is_withdrawal",
    )  # fmt: skip
    nodes = []
    for row in articles.select(columns).to_pylist():
        claims = [(claim, True) for claim in row["claims"] or ()]
        claims += [(claim, False) for claim in row["loose_claims"] or ()]
        nodes.append(
            _Node(
                state=_state(row),
                article_id=row["article_id"],
                is_stored=False,
                document_id=row["document_id"],
                order=(row["published_at"] is None, row["published_at"] or 0, row["content_hash"]),
                claims=[] if row["is_withdrawal"] else claims,
            )
        )
    return nodes


def _stored(con: DuckDBPyConnection, incoming: Sequence[_Node], articles: pa.Table) -> list[_Node]:
    """Read the stored states of every article that shares a claim or a document with what came in."""
    claimed = article_claims.claimed_by(
        con,
        claims=[claim for node in incoming for claim, _ in node.claims],
        documents=[node.document_id for node in incoming],
        titles=articles.column("title").to_pylist(),
        many=MANY,
    )
    if not claimed:
        return []
    return [
        _Node(
            state=_state(row),
            article_id=row["article_id"],
            is_stored=True,
            document_id=row["document_id"],
            claims=claimed.get(row["article_id"], []),
        )
        for row in article_claims.states_of(con, list(claimed))
    ]


def _state(row: Mapping[str, Any]) -> State:
    return State(
        title=row["title"],
        text=row["text"],
        content_hash=row["content_hash"],
        is_teaser=row["is_paywalled"] or row["kind"] in (Kind.STUB, Kind.TEASER),
        published_at=row["published_at"] if row["published_precision"] == Precision.MINUTE else None,
        revision=row["revision"],
    )


def _agreeing(nodes: Sequence[_Node]) -> Iterator[tuple[int, int]]:
    """Yield the pairs of nodes that share a claim and agree in content; only other contents are compared."""
    unlike = []
    for (a, b), is_strict in sorted(_pairs(nodes).items()):
        if nodes[a].state.content_hash == nodes[b].state.content_hash:
            yield a, b
        else:
            unlike.append((a, b, is_strict))
    some = sorted({index for a, b, _ in unlike for index in (a, b)})
    place = {index: position for position, index in enumerate(some)}
    agreed = agreeing(
        [nodes[index].state for index in some],
        np.array([place[a] for a, _, _ in unlike], np.int64),
        np.array([place[b] for _, b, _ in unlike], np.int64),
        [is_strict for _, _, is_strict in unlike],
    )
    yield from ((a, b) for (a, b, _), agrees in zip(unlike, agreed, strict=True) if agrees)


def _pairs(nodes: Sequence[_Node]) -> dict[tuple[int, int], bool]:
    """Pair nodes that share a claim, unless both are stored; the value says whether a strict claim is among them."""
    by_claim: dict[tuple[int, bool], list[int]] = defaultdict(list)
    for index, node in enumerate(nodes):
        for claim in node.claims:
            by_claim[claim].append(index)
    pairs: dict[tuple[int, int], bool] = {}
    for (_, is_strict), members in by_claim.items():
        if len(members) == 1:
            continue  # most claims
        for group in _blocks(nodes, members):
            for position, a in enumerate(group):
                for b in group[position + 1 :]:
                    if not (nodes[a].is_stored and nodes[b].is_stored):
                        pairs[a, b] = pairs.get((a, b), False) or is_strict
    return pairs


def _blocks(nodes: Sequence[_Node], members: Sequence[int]) -> Iterable[Sequence[int]]:
    if len(members) <= MANY:
        return [members]
    by_headline: dict[str, list[int]] = defaultdict(list)
    for index in members:
        by_headline[nodes[index].state.title.lower()].append(index)
    return [group[:MANY] for group in by_headline.values()]


def _name(
    con: DuckDBPyConnection, articles: pa.Table, nodes: Sequence[_Node], joined: DisjointSets
) -> Resolved:
    """Assign every set of nodes its id: the one that it is stored under, or else the one proposed if that is free."""
    sets: dict[int, list[int]] = defaultdict(list)
    for index in range(len(nodes)):
        sets[joined.root(index)].append(index)
    ids: dict[int, int] = {}
    merges: dict[int, int] = {}
    new = []
    for root, members in sets.items():
        known = {nodes[index].article_id for index in members if nodes[index].is_stored}
        if not known:
            new.append((min(nodes[index].order for index in members), root))
            continue
        proposed = {nodes[index].article_id for index in members if not nodes[index].is_stored}
        ids[root] = min(known, key=lambda article: (article not in proposed, article))
        merges |= dict.fromkeys(known - {ids[root]}, ids[root])
    wanted = {nodes[index].article_id for _, root in new for index in sets[root]}
    taken = article_claims.used_ids(con, sorted(wanted)) | set(ids.values()) | set(merges)
    for _, root in sorted(new):
        first = min(sets[root], key=lambda index: nodes[index].order)
        choice, attempt = nodes[first].article_id, 0
        while choice in taken:
            choice = hash_text(f"{nodes[first].article_id}\n{nodes[first].state.content_hash}\n{attempt}")
            attempt += 1
        taken.add(choice)
        ids[root] = choice
    column = pa.array(
        [ids[joined.root(index)] for index in range(articles.num_rows)],
        articles.schema.field("article_id").type,
    )
    place = articles.schema.get_field_index("article_id")
    return Resolved(articles=articles.set_column(place, "article_id", column), merges=merges)
