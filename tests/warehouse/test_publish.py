"""Publishing: the contract, a file that appears whole, small steps that end where one large step would."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tests.warehouse_samples import NOON, ask, ingest, load, rejection, sample
from warehouse.batch_schemas import article_schema, rejection_schema, to_batch
from warehouse.connection import (
    history_path,
    open_published,
    open_sealed,
    open_working,
    published_path,
    transaction,
)
from warehouse.load import load_documents
from warehouse.publish import KEEP_PUBLISHED, TABLES, publish, spare_path
from warehouse.runs import RunOutcome, begin_run, finish_run
from warehouse.sql_files import Statement, statement

CONTRACT = {
    "stories": "story_id, title, canonical_article_id, canonical_reason, url, publisher, language, first_published_at, "
    "last_published_at, article_count, copy_group_count, publisher_count, independent_count, key_terms, created_at, "
    "updated_at",
    "articles": "article_id, external_id, source_ref, url, canonical_url, publisher, title, text, lead, authors, "
    "published_at, published_precision, language, kind, wire_agency, word_count, copy_group_id, story_id, "
    "is_canonical, version, first_seen_at, content_hash",
    "story_articles": "story_id, article_id, role, score, joined_at",
    "links": "article_a, article_b, relation, score, decision, features, model_version",
    "story_events": "story_id, event, other_story_id, happened_at, run_id",
    "documents": "document_id, source_ref, format, sha256, bytes, disposition, reason, detail, article_id, run_id, "
    "seen_at",
    "runs": "run_id, started_at, finished_at, status, documents, dispositions, stories_new, stories_changed, "
    "stage_seconds, settings, versions",
}
MACROS = {
    "story_timeline": "FROM story_timeline((SELECT max(story_id) FROM stories))",
    "stories_between": "FROM stories_between('2026-02-13', '2026-02-14')",
    "coverage": "FROM coverage('Harbour Post')",
    "search_stories": "FROM search_stories('HEADLINE fért')",  # case, accents and word endings do not matter
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a publication."""
    home = tmp_path_factory.mktemp("published")
    articles = [sample("férte"), sample("b", publisher="Other Outlet"), sample("wall", kind="stub")]
    ingest(home, articles, [rejection("x")])
    with open_working(home, purpose="test") as con:
        con.execute(
            "INSERT INTO decisions (decision_id, relation, article_a, article_b, story_id, made_by, made_at, why) "
            "SELECT 1, 'cannot_link', min(article_id), max(article_id), NULL, 'ina', ?, 'no' "
            "FROM story_articles",
            [NOON],
        )
        publish(con, home, now=NOON)
    return home


def contents(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return everything a published file says, apart from when it was published."""
    con = open_sealed(path)
    try:
        found = {table: con.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES}
        found["about"] = con.execute("SELECT * FROM _about WHERE name <> 'published_at'").fetchall()
    finally:
        con.close()
    return {table: sorted(rows, key=repr) for table, rows in found.items()}


def test_the_contract_is_there_and_says_what_it_is(home: Path) -> None:
    con = open_published(home)
    for table, columns in CONTRACT.items():
        con.execute(f"SELECT {columns} FROM {table}").fetchall()
    silent = """SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal AND comment IS NULL
                UNION ALL SELECT table_name, '' FROM duckdb_tables() WHERE comment IS NULL
                UNION ALL SELECT function_name, '' FROM duckdb_functions()
                WHERE NOT internal AND function_type = 'table_macro' AND comment IS NULL"""
    assert con.execute(silent).fetchall() == []
    for name, query in MACROS.items():
        assert len(con.execute(query).fetchall()) >= 1, name
    assert con.execute("FROM search_stories('headline absent')").fetchall() == []
    assert con.execute("FROM search_stories('')").fetchall() == []
    con.close()


def test_ids_are_sixteen_digits_and_stubs_have_no_story(home: Path) -> None:
    con = open_published(home)
    ids = con.execute("SELECT article_id, story_id, kind FROM articles").fetchall()
    assert all(len(article_id) == 16 for article_id, _, _ in ids)
    assert [story_id for _, story_id, kind in ids if kind == "stub"] == [None]
    decided = con.execute("SELECT relation, made_by, why, revoked_at FROM decisions").fetchall()
    assert decided == [("cannot_link", "ina", "no", None)]
    assert con.execute(
        "SELECT storage_version FROM (SELECT tags['storage_version'] AS storage_version "
        "FROM duckdb_databases() WHERE NOT internal)"
    ).fetchall() == [("v1.5.0+",)]
    con.close()


@pytest.mark.slow
def test_small_steps_end_where_one_large_step_does(tmp_path: Path) -> None:
    ingest(
        tmp_path,
        [sample("a"), sample("b"), sample("c")],
        [rejection("late", "still_written", "deferred")],
        is_published=True,
    )
    with open_working(tmp_path, purpose="evidence") as con:
        for n in range(5):
            con.execute(
                "INSERT INTO links SELECT ?, 9, 'exact', 1, 'passes', NULL, NULL, NULL, max(run_id), ? FROM runs",
                [n, NOON],
            )
        con.execute(  # between two articles, the others are between numbers
            "INSERT INTO links SELECT min(article_id), max(article_id), 'near_duplicate', 1, 'passes', NULL, NULL, "
            "NULL, (SELECT max(run_id) FROM runs), ? FROM articles",
            [NOON],
        )
    for day in range(1, KEEP_PUBLISHED + 4):  # long enough for the first file to be used again
        changed = sample("a", f"Day {day}.", updated_at=NOON + timedelta(days=day))
        ingest(
            tmp_path,
            [changed, sample(f"day{day}"), sample("b")],
            [rejection(f"r{day}")],
            day=day,
            is_published=True,
        )
    with open_working(tmp_path, purpose="a fold that moves, merges and removes") as con:
        con.execute(
            "UPDATE story_articles SET story_id = (SELECT min(story_id) FROM stories), role = 'report' "
            "WHERE story_id = (SELECT max(story_id) FROM stories)"
        )
        con.execute(
            "INSERT INTO story_events (story_id, event, other_story_id, article_count, happened_at, run_id) "
            "SELECT max(story_id), 'redirected', min(story_id), NULL, ?, "
            "(SELECT max(run_id) FROM runs) FROM stories",
            [NOON + timedelta(days=99)],
        )
        con.execute("DELETE FROM stories WHERE story_id = (SELECT max(story_id) FROM stories)")
        con.execute(
            "UPDATE stories SET article_count = 2 WHERE story_id = (SELECT min(story_id) FROM stories)"
        )
        con.execute("DELETE FROM documents WHERE reason = 'empty'")
        con.execute("DELETE FROM links WHERE article_a = 1 OR relation = 'near_duplicate'")
        step = publish(con, tmp_path, now=NOON)
        assert not step.is_complete
        stepped = contents(published_path(tmp_path))
        assert publish(con, tmp_path, now=NOON, anew=True).is_complete
    assert contents(published_path(tmp_path)) == stepped
    assert len(stepped["story_redirects"]) == 1


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list to which the name of each statement is added that publishing asks for, as it does."""
    names: list[str] = []

    def watched(folder: str, name: str) -> Statement:
        names.append(name)
        return statement(folder, name)

    monkeypatch.setattr("warehouse.publish.statement", watched)
    return names


def test_links_taken_back_of_changed_articles_are_found_without_reading_all(
    tmp_path: Path, asked: list[str]
) -> None:
    ingest(tmp_path, [sample("a"), sample("b"), sample("c")], is_published=True)
    with open_working(tmp_path, purpose="a fold that takes a link back") as con:
        con.execute(
            "INSERT INTO links SELECT a.article_id, b.article_id, 'exact', 1, 'passes', NULL, NULL, NULL, a.run_id, ? "
            "FROM articles a JOIN articles b ON a.article_id < b.article_id",
            [NOON],
        )
        publish(con, tmp_path, now=NOON, anew=True)
        con.execute(
            "UPDATE articles SET version = 2 WHERE article_id = (SELECT max(article_id) FROM articles)"
        )
        con.execute(
            "DELETE FROM links WHERE article_a = (SELECT min(article_id) FROM articles) "
            "AND article_b = (SELECT max(article_id) FROM articles)"
        )
        asked.clear()
        assert not publish(con, tmp_path, now=NOON).is_complete
    assert "gone_links_of_changed" in asked
    assert "gone_links" not in asked
    published = {
        tuple(int(str(end), 16) for end in row[:2]) for row in contents(published_path(tmp_path))["links"]
    }
    assert published == set(ask(tmp_path, "SELECT article_a, article_b FROM links"))
    assert len(published) == 2


@pytest.mark.slow
def test_articles_that_nothing_names_as_changed_are_compared_together_and_one_by_one_where_that_shows_a_difference(
    tmp_path: Path, asked: list[str]
) -> None:
    ingest(tmp_path, [sample("a"), sample("b"), sample("c")], is_published=True)
    asked.clear()
    ingest(tmp_path, [sample("d")], day=1, is_published=True)
    assert "unexplained" in asked
    assert "all_suspects" not in asked  # what the run wrote names all that differs
    for change in (
        "UPDATE story_articles SET score = 0.5 WHERE article_id = (SELECT min(article_id) FROM articles)",
        "UPDATE copy_members SET is_representative = NOT is_representative",
        "UPDATE articles SET captured_at = TIMESTAMP '2026-01-01' "
        "WHERE article_id = (SELECT max(article_id) FROM articles)",
        "DELETE FROM articles WHERE article_id = (SELECT min(article_id) FROM articles)",
    ):
        asked.clear()
        with open_working(tmp_path, purpose="a change that no run is named for") as con:
            con.execute(change)
            assert not publish(con, tmp_path, now=NOON).is_complete
            assert "all_suspects" in asked
            stepped = contents(published_path(tmp_path))
            assert publish(con, tmp_path, now=NOON, anew=True).is_complete
        assert contents(published_path(tmp_path)) == stepped


@pytest.mark.slow
def test_relations_are_compared_around_stories_that_differ_and_all_of_them_where_that_leaves_a_difference(
    tmp_path: Path, asked: list[str]
) -> None:
    ingest(tmp_path, [sample(name) for name in "abcd"], is_published=True)
    pairs = (
        "INSERT INTO story_relations SELECT a.story_id, b.story_id, 'related', .5, a.canonical_article_id, "
        "b.canonical_article_id FROM stories a JOIN stories b ON a.story_id < b.story_id"
    )
    changes = (  # and how often relations are compared then
        (pairs + "; UPDATE stories SET thread_id = 1", 1),
        ("DELETE FROM story_relations WHERE story_a = (SELECT min(story_id) FROM stories); "
         "UPDATE stories SET thread_id = 2 WHERE story_id = (SELECT min(story_id) FROM stories)", 1),
        ("UPDATE story_relations SET score = .6 WHERE story_b = (SELECT max(story_id) FROM stories)", 2),
        ("DELETE FROM story_relations WHERE story_b = (SELECT max(story_id) FROM stories)", 2),
        ("DELETE FROM story_relations; " + pairs, 2),
    )  # fmt: skip
    with open_working(tmp_path, purpose="relations change") as con:
        for change, times in changes:
            con.execute(change)
            asked.clear()
            assert not publish(
                con, tmp_path, now=NOON, keep=0
            ).is_complete  # no older file to bring up to date
            assert asked.count("changed_relations") == times, change
            stepped = contents(published_path(tmp_path))
            assert publish(con, tmp_path, now=NOON, keep=0, anew=True).is_complete
            assert contents(published_path(tmp_path)) == stepped
            assert (
                len(stepped["story_relations"])
                == con.execute("SELECT count(*) FROM story_relations").fetchall()[0][0]
            )


@pytest.mark.slow
def test_links_that_come_into_a_published_run_say_whether_their_articles_are_together(tmp_path: Path) -> None:
    ingest(tmp_path, [sample("a"), sample("b")], is_published=True)
    with open_working(tmp_path, purpose="links and one story") as con:
        con.execute(
            "UPDATE story_articles SET story_id = (SELECT min(story_id) FROM stories), role = 'report'"
        )
        con.execute("DELETE FROM stories WHERE story_id <> (SELECT min(story_id) FROM stories)")
        publish(con, tmp_path, now=NOON, keep=0, anew=True)
        con.execute(
            "INSERT INTO links SELECT min(article_id), max(article_id), 'exact', 1, 'passes', NULL, NULL, NULL, "
            "max(run_id), ? FROM articles",
            [NOON],
        )
        assert not publish(con, tmp_path, now=NOON, keep=0).is_complete
    with open_published(tmp_path) as published:
        assert published.execute("SELECT together FROM links").fetchall() == [(True,)]


@pytest.mark.slow
def test_documents_of_merged_articles_lead_to_what_they_became_however_late_it_is_published(
    tmp_path: Path,
) -> None:
    one, other = sample("one"), sample("other", "The ferry left port at last.")
    ingest(tmp_path, [one, other], is_published=True)
    with open_working(tmp_path, purpose="test") as con:
        run_id = begin_run(con, command="test", settings={}, versions={}, now=NOON + timedelta(days=1))
        with transaction(con):
            gone = {other["article_id"]: one["article_id"]}
            none = to_batch([], article_schema()), to_batch([], rejection_schema())
            load_documents(con, run_id, *none, now=NOON + timedelta(days=1), merges=gone)
            for table in ("stories", "story_articles"):
                con.execute(f"DELETE FROM {table} WHERE story_id = ?", [other["article_id"]])
            con.execute("DELETE FROM copy_members WHERE article_id = ?", [other["article_id"]])
            finish_run(con, run_id, RunOutcome(), now=NOON + timedelta(days=1))
        load(con, [sample("later")], day=2)
        step = publish(con, tmp_path, now=NOON + timedelta(days=2))
        stepped = contents(published_path(tmp_path))
        assert publish(con, tmp_path, now=NOON, anew=True).is_complete
    assert contents(published_path(tmp_path)) == stepped
    assert not step.is_complete
    leads = {row[-3] for row in stepped["documents"]}
    assert leads == {f"{row['article_id']:016x}" for row in (one, sample("later"))}


@pytest.mark.slow
def test_older_files_are_kept_and_a_reader_keeps_its_own(tmp_path: Path) -> None:
    ingest(tmp_path, [sample("a")], is_published=True)
    reader = open_published(tmp_path)
    outside = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import duckdb, sys\ncon = duckdb.connect(sys.argv[1], read_only=True)\n"
            "print(flush=True)\nsys.stdin.read()\nprint(con.execute('SELECT count(*) FROM articles').fetchall())",
            str(published_path(tmp_path)),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert outside.stdout is not None
    outside.stdout.readline()
    for day in range(1, KEEP_PUBLISHED + 4):
        ingest(tmp_path, [sample(f"day{day}")], day=day, is_published=True)
        assert reader.execute("SELECT count(*), max(title) FROM articles").fetchall() == [
            (1, "Headline of a")
        ]
    reader.close()
    assert outside.communicate("")[0].strip() == "[(1,)]"
    assert len(list(history_path(tmp_path).iterdir())) == KEEP_PUBLISHED
    assert spare_path(tmp_path).exists()
    assert contents(published_path(tmp_path))["about"]


@pytest.mark.slow
def test_a_reader_of_this_very_process_keeps_its_file_too(tmp_path: Path) -> None:
    """The kernel's locks do not stand between two connections of one process: nothing else protects its file."""
    ingest(tmp_path, [sample("a")], is_published=True)
    reader = open_published(tmp_path)
    inode = published_path(tmp_path).stat().st_ino
    for day in range(1, KEEP_PUBLISHED + 4):
        ingest(tmp_path, [sample(f"day{day}")], day=day, is_published=True)
        assert published_path(tmp_path).stat().st_ino != inode, (
            "the file that is being read was written again"
        )
    assert reader.execute("SELECT count(*), max(title) FROM articles").fetchall() == [(1, "Headline of a")]
    reader.close()


READERS = """
import sys, time
from pathlib import Path
from warehouse.connection import open_published
home, seen = Path(sys.argv[1]), set()
print("ready", flush=True)
is_over = False
while not is_over:
    is_over = (home / "stop").exists()  # then it looks once more
    con = open_published(home)
    counts = con.execute(
        "SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM stories), (SELECT count(*) FROM documents), "
        "(SELECT value::INT FROM _about WHERE topic = 'count' AND name = 'articles')"
    ).fetchall()[0]
    con.close()
    if len(set(counts)) != 1:
        sys.exit(f"a mixture: {counts}")
    seen.add(counts[0])
    if not is_over:
        time.sleep(2.5)  # opening costs 50 ms of processor: twenty readers must leave some for the writer
print(*sorted(seen))
"""


@pytest.mark.slow
def test_twenty_readers_of_many_publications_never_see_an_error_or_a_mixture(tmp_path: Path) -> None:
    """Each reader is a process of its own, as people's are: within one, the engine would share what it has open."""
    ingest(tmp_path, [sample("a")], is_published=True)
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", READERS, str(tmp_path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(20)
    ]
    try:
        for reader in readers:
            assert reader.stdout is not None
            assert reader.stdout.readline() == "ready\n"
        with open_working(tmp_path, purpose="many runs") as con:
            for day in range(1, 26):
                load(con, [sample(f"day{day}")], day=day)
                publish(con, tmp_path, now=NOON + timedelta(days=day))
    finally:
        (tmp_path / "stop").touch()
        rows = [reader.communicate(timeout=60) for reader in readers]
    assert [(reader.returncode, errors) for reader, (_, errors) in zip(readers, rows, strict=True)] == [
        (0, "")
    ] * 20
    seen = {int(number) for out, _ in rows for number in out.split()}
    assert seen <= set(range(1, 27))
    assert len(seen) > 1  # how many of the publications they saw is up to the machine


@pytest.mark.slow
def test_a_published_file_that_cannot_be_used_is_written_anew(tmp_path: Path) -> None:
    ingest(tmp_path, [sample("a")], is_published=True)
    published_path(tmp_path).write_bytes(b"nonsense" * 4096)
    with open_working(tmp_path, purpose="test") as con:
        assert publish(con, tmp_path, now=NOON).is_complete
    assert ask(tmp_path, "SELECT count(*) FROM articles") == [(1,)]
    assert len(contents(published_path(tmp_path))["articles"]) == 1


def test_the_command_line_of_duckdb_1_5_reads_it(home: Path) -> None:
    cli = pytest.importorskip("duckdb_cli", reason="the package duckdb-cli (1.5) is not installed here")
    answer = subprocess.run(
        [
            sys.executable,
            "-m",
            cli.__name__,
            "-readonly",
            "-csv",
            str(published_path(home)),
            "-c",
            "SELECT title FROM stories ORDER BY title; FROM search_stories('headline b'); "
            "FROM coverage('Other Outlet')",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    assert "Headline of férte" in answer.stdout


@pytest.mark.slow
def test_a_run_that_changes_nothing_is_published_and_pushes_nothing_out_of_the_history(
    tmp_path: Path,
) -> None:
    ingest(tmp_path, [sample("a")], is_published=True)
    ingest(tmp_path, [sample("b")], day=1, is_published=True)
    kept = list(history_path(tmp_path).iterdir())
    assert len(kept) == 1
    for day in range(2, 6):
        ingest(tmp_path, [sample("b")], day=day, is_published=True)
        with open_published(tmp_path) as con:
            about = dict(con.execute("SELECT name, value FROM _about WHERE topic = 'file'").fetchall())
            last = con.execute("SELECT max(run_id), max(finished_at)::VARCHAR || ' UTC' FROM runs").fetchall()
            assert (about["run_id"], about["checked_at"]) == last[0]
            assert about["changed_run_id"] < about["run_id"]
    assert list(history_path(tmp_path).iterdir()) == kept


@pytest.mark.slow
def test_withdrawn_articles_keep_no_words_and_embargoed_ones_do_until_their_time(tmp_path: Path) -> None:
    later = NOON + timedelta(days=2)
    ingest(
        tmp_path,
        [sample("a"), sample("killed", withdrawn_at=NOON), sample("sealed", embargoed_until=later)],
    )
    words = "SELECT count(*) FROM articles WHERE title IS NOT NULL OR text IS NOT NULL OR lead IS NOT NULL"
    with open_working(tmp_path, purpose="test") as con:
        publish(con, tmp_path, now=NOON)
    with open_published(tmp_path) as published:
        assert published.execute(words).fetchall() == [(1,)]
        assert published.execute("SELECT count(*) FROM articles").fetchall() == [(2,)]
    with open_working(tmp_path, purpose="test") as con:
        con.execute("UPDATE articles SET is_held = false WHERE embargoed_until IS NOT NULL")
        assert not publish(con, tmp_path, now=later).is_complete
    with open_published(tmp_path) as published:
        assert published.execute(words).fetchall() == [(2,)]
