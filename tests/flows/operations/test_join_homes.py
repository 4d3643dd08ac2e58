"""Homes folded apart and joined: one run over everything gives the same, by language and by month."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from flows.commands.merge import command
from flows.errors import InvalidRequestError
from flows.operations.erase import erase
from flows.operations.join_homes import join_homes
from flows.operations.link_unlink_pin import link
from tests.story_samples import article_id, ask, copy_of, fold, report, settings_of, write_inbox
from warehouse.checks import run_checks
from warehouse.connection import open_published, open_working, working_path
from warehouse.home_joining import ErasedElsewhereError, NoHomeError, OverlappingHomesError

pytestmark = pytest.mark.slow

# the second month reports events of the first again
MONTHS = (
    [report(event, telling) for event in range(3) for telling in range(2)],
    [report(event, 2) for event in range(3)] + [report(4, 0)],
)
# stories that run over the night between two months, and reports without a date on either side of it
_LATE = {event: f"2026-03-31T2{event}:00:00Z" for event in range(3)}
_EARLY = {event: f"2026-04-01T0{event}:30:00Z" for event in range(3)}
SEAM = (
    [report(event, telling, published=_LATE[event]) for event in range(3) for telling in range(2)]
    + [report(3, 0, published=None), report(4, 0, published=_LATE[0])],
    [report(event, 2, published=_EARLY[event]) for event in range(3)]
    + [report(3, 1, published=None), report(4, 1, published=None), report(5, 0, published=None)]
    + [
        copy_of(report(0, 0, published=_LATE[0]), 1, published=_EARLY[0]),
        copy_of(report(3, 0), 2, published=None),
    ],
)
GERMAN = [
    report(
        event, telling, id=f"de{event}{telling}", url=f"https://blatt{telling}.example/{event}", language="de",
        title=f"Unglück am Hafen von Ort {event}: {telling} Fragen",
        text=" ".join(
            f"Der Bürgermeister von Hafenstadt {event} sprach über Kräne, Schiffe und Gerüste, "
            f"die Nummer {n} und die Untersuchung der Behörde {event}." for n in range(6)
        ),
    )
    for event in range(2)
    for telling in range(2)
]  # fmt: skip
VIEWS = {
    "articles": "article_id, title, story_id, copy_group_id, is_canonical, language, version",
    "stories": "story_id, title, article_count, independent_count, canonical_article_id, thread_id",
    "story_articles": "story_id, article_id, role, score, decided_by, via_article_id, margin",
    "links": "article_a, article_b, relation, decision, together, score, features",
    "documents": "document_id, source_ref, disposition, article_id",
    "story_relations": "story_a, story_b, relation, score",
}


def views(home: Path, *names: str) -> dict[str, list[Any]]:
    with open_published(home) as con:
        return {
            name: con.execute(f"SELECT {VIEWS[name]} FROM {name} ORDER BY ALL").fetchall()
            for name in names or VIEWS
        }


def fold_apart(root: Path, *deliveries: list[dict[str, Any]]) -> list[Path]:
    """Fold each delivery into a home of its own, and all of them, in order, into `root/one`."""
    homes = []
    for number, records in enumerate(deliveries):
        inbox = write_inbox(root / "inbox", f"d{number}", records)
        fold(root / f"home{number}", inbox)
        homes.append(root / f"home{number}")
        fold(root / "one", inbox)
    return homes


def assert_sound(home: Path) -> None:
    with open_working(home, purpose="test") as con:
        assert [check.describe() for check in run_checks(con, deep=True) if not check.passes] == []


def groups(home: Path) -> set[frozenset[str]]:
    rows = ask(home, "SELECT list(article_id) FROM story_articles GROUP BY story_id")
    return {frozenset(map(str, members)) for (members,) in rows}


def test_homes_by_language_give_the_tables_of_one_run(tmp_path: Path) -> None:
    homes = fold_apart(tmp_path, MONTHS[0], GERMAN)
    link(settings_of(homes[0]), article_id(homes[0], "e0t0"), article_id(homes[0], "e1t0"))
    link(settings_of(tmp_path / "one"), article_id(homes[0], "e0t0"), article_id(homes[0], "e1t0"))
    joined = join_homes(settings_of(tmp_path / "joined"), homes)
    assert joined.refolded == ""
    assert views(tmp_path / "joined") == views(tmp_path / "one")
    assert_sound(tmp_path / "joined")
    more = write_inbox(tmp_path / "inbox", "more", MONTHS[1])
    fold(tmp_path / "joined", more)
    fold(tmp_path / "one", more)
    assert views(tmp_path / "joined") == views(tmp_path / "one")


def test_months_are_folded_again_at_the_seam(tmp_path: Path) -> None:
    homes = fold_apart(tmp_path, *SEAM)
    joined = join_homes(settings_of(tmp_path / "joined"), homes)
    assert "en" in joined.refolded
    assert groups(tmp_path / "joined") == groups(tmp_path / "one")
    sides = [{str(one) for (one,) in ask(home, "SELECT article_id FROM articles")} for home in homes]
    across = [group for group in groups(tmp_path / "joined") if all(group & side for side in sides)]
    # one of them of undated reports alone, one of a dated and an undated one
    assert len(across) == 5
    assert views(tmp_path / "joined", "documents", "links") == views(tmp_path / "one", "documents", "links")
    assert_sound(tmp_path / "joined")
    known = {row[0] for home in homes for row in ask(home, "SELECT story_id FROM stories")}
    with open_published(tmp_path / "joined") as con:
        rows = con.execute(
            "SELECT story_id FROM stories UNION SELECT story_id FROM story_redirects"
        ).fetchall()
    assert {f"{story:016x}" for story in known} <= {story for (story,) in rows}  # no id leads nowhere


def test_homes_that_share_something_or_are_none_are_refused(tmp_path: Path) -> None:
    homes = fold_apart(tmp_path, MONTHS[0], MONTHS[0][:1])
    with pytest.raises(OverlappingHomesError, match="both have article"):
        join_homes(settings_of(tmp_path / "joined"), homes)
    for others, error in (
        ([homes[0], tmp_path / "none"], NoHomeError),
        ([homes[0], tmp_path / "inbox" / ".." / homes[0].name], InvalidRequestError),
    ):
        with pytest.raises(error):
            join_homes(settings_of(tmp_path / "joined"), others)
    assert not working_path(tmp_path / "joined").exists()  # so nothing was joined, as the error says
    assert join_homes(settings_of(tmp_path / "joined"), homes[:1]).homes == 1
    with pytest.raises(InvalidRequestError, match="already"):
        join_homes(settings_of(homes[0]), homes)
    for words in ([str(homes[0]), "--home", str(tmp_path / "new")], [str(one) for one in homes], ["abc"]):
        assert CliRunner().invoke(command, words).exit_code == 2


def test_a_home_that_has_what_was_erased_in_another_is_refused(tmp_path: Path) -> None:
    moved = report(4, 0, id="moved", url="http://www.outlet0.example/e1t0/")  # the address of an erased one
    named = report(5, 0, id="named", publisher="Gone Gazette")
    alike = report(2, 0)
    other = [report(3, 1), report(0, 0), moved, named, alike]
    deliveries = ([*MONTHS[0], report(6, 0, id="gone", publisher="Gone Gazette")], other)
    homes = []
    for number, records in enumerate(deliveries):
        homes.append(tmp_path / f"home{number}")
        fold(homes[-1], write_inbox(tmp_path / "inbox", f"d{number}", records))
    for name in ("e0t0", "e1t0", "e2t0"):
        erase(settings_of(homes[0]), article_id(homes[0], name))
    erase(settings_of(homes[0]), "Gone Gazette")
    for turn, order in enumerate((homes, homes[::-1])):
        with pytest.raises(ErasedElsewhereError, match=r"^4 articles of .* were erased in "):
            join_homes(settings_of(tmp_path / f"refused{turn}"), order)
    for name in ("e0t0", "moved", "named", "e2t0"):
        erase(settings_of(homes[1]), article_id(homes[1], name))
    join_homes(settings_of(tmp_path / "joined"), homes)
    assert_sound(tmp_path / "joined")
    assert ask(tmp_path / "joined", "SELECT count(*) FROM articles") == [(4,)]
    with pytest.raises(NoHomeError, match="no working file"):
        join_homes(settings_of(tmp_path / "new"), [homes[0], tmp_path / "inbox"])
