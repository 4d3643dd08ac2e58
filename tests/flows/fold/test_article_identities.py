"""What is one article does not depend on order or batching, and no text vanishes in another article."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from flows.fold.article_identities import resolve, restore_claims
from tests.warehouse_samples import NOON, ask
from transforms.cleaning.clean import clean
from transforms.types import Article, Format, RawDocument, Stated
from warehouse.batch_schemas import article_row, article_schema, rejection_schema, to_batch
from warehouse.checks import run_checks
from warehouse.connection import open_working, transaction
from warehouse.load import LoadResult, load_documents
from warehouse.runs import RunOutcome, begin_run, finish_run

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

NOW = datetime.fromisoformat("2026-12-01T12:00")
_SYLLABLES = [
    "ba",
    "co",
    "di",
    "fu",
    "ga",
    "he",
    "ji",
    "ko",
    "lu",
    "ma",
    "ne",
    "po",
    "ra",
    "si",
    "tu",
    "va",
    "wo",
    "ze",
]


def words(count: int, *seed: object) -> str:
    """Return made-up words, others for each seed."""
    random = Random(repr(seed))
    return " ".join("".join(random.choices(_SYLLABLES, k=random.randint(1, 4))) for _ in range(count))


def paragraph(subject: int, number: int) -> str:
    """Return a paragraph of its own for each subject and number."""
    return words(28, subject, number).capitalize() + "."


def headline(subject: int) -> str:
    return words(7, "headline", subject).capitalize()


def text_of(subject: int, numbers: Sequence[int]) -> str:
    return "\n".join(paragraph(subject, number) for number in numbers)


def record(place: str, title: str, text: str, **stated: Any) -> Article:
    """Clean one record of a file."""
    found = clean(
        RawDocument(
            source_ref=place,
            format=Format.JSON,
            sha256=hashlib.sha256(f"{place}{title}{text}{stated}".encode()).hexdigest(),
            size=len(text),
            body=text,
            is_html=False,
            stated=Stated(title=title, is_clean=True, **stated),
        ),
        now=NOW,
    )
    assert isinstance(found, Article)
    return found


def arrive(home: Path, articles: Sequence[Article], *, day: int = 0) -> LoadResult:
    """Do a run over articles in its own opening of the home."""
    with open_working(home, purpose="test") as con:
        return load(con, articles, day=day)


def load(con: DuckDBPyConnection, articles: Sequence[Article], *, day: int = 0) -> LoadResult:
    """Do a run over articles: find whose states they are, load them, check."""
    now = NOON + timedelta(days=day)
    run_id = begin_run(con, command="test", settings={}, versions={}, now=now)
    rows = [article_row(one, format="json", sha256=f"{one.document_id:x}", size=1) for one in articles]
    with transaction(con):
        restore_claims(con)
        resolved = resolve(con, to_batch(rows, article_schema()))
        result = load_documents(
            con, run_id, resolved.articles, to_batch([], rejection_schema()), now=now, merges=resolved.merges
        )
        counted = sum(result.dispositions.values())
        assert counted == len(articles)
        outcome = RunOutcome(
            files=1, documents=counted, dispositions=result.dispositions, reasons=result.reasons
        )
        finish_run(con, run_id, outcome, now=now)
    broken = [check.describe() for check in run_checks(con) if not check.passes]
    assert not [line for line in broken if "story" not in line and "stories" not in line]
    return result


def outcome(batches: Sequence[Sequence[Article]]) -> tuple[list[Any], list[Any]]:
    """Return the current articles, and which contents are one article, after batches came in."""
    with TemporaryDirectory() as folder, open_working(Path(folder), purpose="test") as con:
        for day, batch in enumerate(batches):
            load(con, batch, day=day)
        current = con.execute("SELECT title, text, version FROM articles ORDER BY ALL").fetchall()
        together = con.execute(
            "SELECT list_sort(list(content_hash)) FROM (SELECT article_id, content_hash FROM articles "
            "UNION ALL SELECT article_id, content_hash FROM article_versions) GROUP BY article_id ORDER BY ALL"
        ).fetchall()
        return current, together


few = settings(
    max_examples=5,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)

# Claims that unrelated articles share: the link of a feed, a section, a placeholder, a number, an id that is reused.
SHARED = (
    {"url": "https://gazette.example/hotnews"},
    {"url": "https://gazette.example/news", "external_id": "N/A"},
    {"external_id": "0", "publisher": "Gazette"},
    {"external_id": "17", "publisher": "Gazette"},
    {"external_id": "gz-2026-0017", "publisher": "Gazette"},
    {"url": "https://gazette.example/2026/story-17.html"},
)


@pytest.mark.slow
@few
@given(shared=st.sampled_from(SHARED), order=st.permutations(range(5)), cut=st.integers(0, 5))
def test_unrelated_articles_that_claim_the_same_are_all_kept(
    shared: dict[str, str], order: list[int], cut: int
) -> None:
    articles = [
        record(f"/in/{subject}.jsonl#1", headline(subject), text_of(subject, range(4)), **shared)
        for subject in order
    ]
    current, together = outcome([articles[:cut], articles[cut:]])
    assert len(current) == len(together) == 5
    assert {version for _, _, version in current} == {1}


@st.composite
def chains(draw: st.DrawFn) -> list[list[list[int]]]:
    """Draw for each of three subjects some versions, each keeping most of the paragraphs of the one before."""
    found = []
    for _ in range(3):
        versions = [[0, 1, 2, 3]]
        for number in range(draw(st.integers(0, 3))):
            kept = list(versions[-1])
            kept[draw(st.integers(0, 3))] = 10 + number
            versions.append(kept)
        found.append(versions)
    return found


@pytest.mark.slow
@few
@given(
    versions=chains(),
    shared=st.sampled_from((SHARED[0], SHARED[3], SHARED[4], SHARED[5])),
    is_timed=st.booleans(),
    data=st.data(),
)
def test_versions_chain_in_any_order_and_batching(
    versions: list[list[list[int]]], shared: dict[str, str], is_timed: bool, data: st.DataObject
) -> None:
    articles = [
        record(
            f"/in/{subject}-{number}.jsonl#1",
            headline(subject),
            text_of(subject, paragraphs),
            updated=f"2026-02-{number + 1:02d}T10:00:00Z" if is_timed else None,
            **shared,
        )
        for subject, chain in enumerate(versions)
        for number, paragraphs in enumerate(chain)
    ]
    expected = outcome([articles])
    assert len(expected[0]) == 3
    assert sum(len(contents) for (contents,) in expected[1]) == len({one.content_hash for one in articles})
    if is_timed:
        latest = {text_of(subject, chain[-1]) for subject, chain in enumerate(versions)}
        assert {text for _, text, _ in expected[0]} == latest
    order = data.draw(st.permutations(articles))
    cuts = sorted(data.draw(st.sets(st.integers(1, max(1, len(order) - 1)), max_size=3)))
    batches = [order[a:b] for a, b in zip([0, *cuts], [*cuts, len(order)], strict=True)]
    assert outcome(batches) == expected


def test_the_version_between_joins_two_articles_and_their_ids_lead_to_one(tmp_path: Path) -> None:
    first, between, last = (
        record(
            f"/in/{name}.json",
            title,
            text_of(0, numbers),
            external_id="gz-2026-0001",
            publisher="Gazette",
            updated=updated,
        )
        for name, title, numbers, updated in (
            ("a", "The ferry of the harbour is stopped", (0, 1, 2, 3), "2026-02-01T10:00:00Z"),
            ("b", "Council to pay for the vessel", (2, 3, 12, 13), "2026-02-02T10:00:00Z"),
            ("c", "Island without milk until spring", (12, 13, 14, 15), "2026-02-03T10:00:00Z"),
        )
    )
    assert arrive(tmp_path, [first]).dispositions == {"loaded": 1}
    assert arrive(tmp_path, [last], day=1).dispositions == {"loaded": 1}
    ids = [article for (article,) in ask(tmp_path, "SELECT article_id FROM articles ORDER BY ALL")]
    result = arrive(tmp_path, [between], day=2)
    assert result.dispositions == {"new_version": 1}
    assert set(result.changed_ids.tolist()) == set(ids)
    assert ask(tmp_path, "SELECT title, version FROM articles") == [("Island without milk until spring", 3)]
    (kept,) = (article for (article,) in ask(tmp_path, "SELECT article_id FROM articles"))
    (gone,) = set(ids) - {kept}
    assert ask(tmp_path, "SELECT old_id, article_id FROM article_redirects") == [(gone, kept)]
    assert ask(tmp_path, "SELECT DISTINCT article_id FROM documents") == [(kept,)]
    again = arrive(tmp_path, [first, last, between], day=3)
    assert again.dispositions == {"unchanged": 3}


def test_the_id_of_an_article_is_the_same_whatever_way_it_is_found(tmp_path: Path) -> None:
    text, title = text_of(1, range(4)), "Engineers find a crack in the dam"
    found = [
        record("/in/a#1", title, text, url="https://gazette.example/2026/crack?utm_source=x"),
        record("/in/b#1", title, text, url="http://www.gazette.example/2026/crack", external_id="g-1"),
        record("/in/c#1", title, text, url="https://www.google.com/url?q=https://gazette.example/2026/crack"),
    ]
    assert len({one.article_id for one in found}) == 1
    arrive(tmp_path, found)
    assert ask(tmp_path, "SELECT count(*) FROM articles") == [(1,)]


def test_a_loose_claim_joins_copies_alone() -> None:
    title = "Water is lowered behind the dam"
    one = record("/in/a#1", title, text_of(1, range(4)), url="https://g.example/s.php?id=7")
    shown = record("/in/b#1", title, text_of(1, range(4)), url="https://g.example/s.php?id=7&view=print")
    other = record("/in/c#1", title, text_of(1, range(6, 10)), url="https://g.example/s.php?id=7&view=4")
    current, together = outcome([[one, shown, other]])
    assert len(current) == 2
    assert len(together) == 2


def test_a_corrected_file_replaces_its_text_though_shorter(tmp_path: Path) -> None:
    numbers = range(5)
    wrong = record("/in/a.json", "Ferry is stopped after a fire", text_of(0, numbers), publisher="Gazette")
    right = record(
        "/in/a.json", "Ferry is stopped after a fire", text_of(0, numbers[:-1]), publisher="Gazette"
    )
    arrive(tmp_path, [wrong])
    assert arrive(tmp_path, [right], day=1).dispositions == {"new_version": 1}
    assert ask(tmp_path, "SELECT text, version FROM articles") == [(right.text, 2)]
    assert arrive(tmp_path, [wrong], day=2).dispositions == {"new_version": 1}  # put back as it was
    assert ask(tmp_path, "SELECT text FROM articles") == [(wrong.text,)]


@pytest.mark.parametrize("is_shorter_later", [False, True])
def test_the_state_captured_later_is_current(tmp_path: Path, is_shorter_later: bool) -> None:
    states = [
        record(
            f"/in/{number}.json",
            "Ferry is stopped after a fire",
            text_of(0, range(size)),
            url="https://gazette.example/ferry",
            published="2026-01-15T09:00:00Z",
            captured=f"2026-01-{16 + number}T10:00:00Z",
        )
        for number, size in enumerate((5, 3) if is_shorter_later else (3, 5))
    ]
    for batches in ([[*states]], [[states[1]], [states[0]]], [[states[0]], [states[1]]]):
        current, _ = outcome(batches)
        assert [(text, version) for _, text, version in current] == [(states[1].text, 2)]
    arrive(tmp_path, states)
    assert ask(tmp_path, "SELECT captured_at FROM articles") == [(datetime(2026, 1, 17, 10),)]  # noqa: DTZ001


def kill(article: str, **stated: Any) -> Article:
    return record(f"/in/kill-{article}.json", "Killed", "", external_id=article, status="canceled", **stated)


def item(version: int, size: int = 4, **stated: Any) -> Article:
    return record(
        f"/in/v{version}.json",
        "Ferry is stopped after a fire",
        text_of(0, range(size)),
        external_id="urn:norwire:1",
        publisher="Norwire",
        version=str(version),
        **stated,
    )


@pytest.mark.slow
@few
@given(order=st.permutations(("v1", "kill", "v3")), cut=st.integers(0, 3))
def test_a_withdrawal_holds_until_a_later_state_is_usable(order: list[str], cut: int) -> None:
    documents = {"v1": item(1), "kill": kill("urn:norwire:1", version="2"), "v3": item(3, 3)}
    with TemporaryDirectory() as folder:
        home = Path(folder)
        seen: set[str] = set()
        for day, batch in enumerate((order[:cut], order[cut:])):
            arrive(home, [documents[name] for name in batch], day=day)
            seen |= set(batch)
            held = ask(home, "SELECT is_held, withdrawn_at IS NOT NULL FROM articles")
            if "v3" in seen:
                assert held == [(False, False)]
            elif seen == {"v1", "kill"}:
                assert held == [(True, True)]


def test_a_withdrawal_is_reported_linked_and_counted_once(tmp_path: Path) -> None:
    other = record(
        "/in/o.json", "Ferry is stopped after a fire", text_of(1, range(4)), external_id="urn:norwire:2"
    )
    arrive(tmp_path, [item(1), other])
    result = arrive(tmp_path, [kill("urn:norwire:1", version="2")], day=1)
    assert result.withdrawn == ("Ferry is stopped after a fire",)
    assert result.dispositions == {"skipped": 1}
    assert result.reasons == {"withdrawal": 1}
    linked = ask(tmp_path, "SELECT d.article_id = a.article_id, a.external_id FROM documents d, articles a "
                           "WHERE d.reason = 'withdrawal' AND a.is_held")  # fmt: skip
    assert linked == [(True, "urn:norwire:1")]
    assert arrive(tmp_path, [kill("urn:norwire:1", version="2")], day=2).dispositions == {"unchanged": 1}
    back = arrive(tmp_path, [item(3)], day=3)
    assert back.restored == ("Ferry is stopped after a fire",)


def test_an_embargo_holds_an_article_until_its_time(tmp_path: Path) -> None:
    from warehouse.load import lift_embargoes

    arrive(tmp_path, [item(1, embargoed="2026-03-01T06:00:00Z")])
    assert ask(tmp_path, "SELECT is_held, embargoed_until FROM articles") == [
        (True, datetime(2026, 3, 1, 6))  # noqa: DTZ001
    ]
    with open_working(tmp_path, purpose="test") as con:
        before = datetime(2026, 3, 1, 5)  # noqa: DTZ001
        assert lift_embargoes(con, "r1", now=before).tolist() == []
        assert len(lift_embargoes(con, "r2", now=before + timedelta(hours=1))) == 1
        assert len(lift_embargoes(con, "r3", now=before + timedelta(hours=2))) == 0


def test_claims_are_made_again_where_they_are_missing(tmp_path: Path) -> None:
    arrive(tmp_path, [item(1)])
    with open_working(tmp_path, purpose="test") as con:
        con.execute("DELETE FROM article_claims")
    assert arrive(tmp_path, [item(2, 3)], day=1).dispositions == {"new_version": 1}
