"""Files are read again under a corrected map or on request, and what was loaded from them keeps its ids."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from flows.operations.retry import forget_reading, retry
from flows.run_report import in_words
from tests.story_samples import ask, fold, report, settings_of
from transforms.types import Disposition

RIGHT = {"text": "fliesstext", "title": "kopf", "publisher": "blatt"}
WRONG = {"text": "kopf", "title": "blatt"}
ARTICLES = "SELECT article_id, title, text, version FROM articles ORDER BY ALL"

pytestmark = pytest.mark.slow


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """Return an inbox with records whose names are not ours, and a text that a map has nothing to do with."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    records = [
        {"kopf": one["title"], "fliesstext": one["text"], "blatt": one["publisher"], "adresse": one["url"]}
        for one in (report(event, 0) for event in range(3))
    ]
    (folder / "dump.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")
    (folder / "note.txt").write_text(f"{report(4, 0)['title']}\n\n{report(4, 0)['text']}\n", encoding="utf-8")
    return folder


def titles(home: Path) -> list[Any]:
    return [title for (title,) in ask(home, "SELECT title FROM articles ORDER BY ALL")]


def test_a_corrected_map_reads_records_again_and_keeps_ids(tmp_path: Path, inbox: Path) -> None:
    home = tmp_path / "home"
    fold(home, inbox, field_map=WRONG)
    before = ask(home, ARTICLES)
    done = fold(home, inbox, field_map=RIGHT)
    after = ask(home, ARTICLES)
    assert [row[0] for row in after] == [row[0] for row in before]
    assert [row[3] for row in after] == [1] * 4  # what a wrong map made was never a state of the article
    assert {report(event, 0)["title"] for event in range(3)} <= set(titles(home))
    assert done.dispositions[Disposition.UNCHANGED] == 1
    assert dict(fold(home, inbox, field_map=RIGHT).dispositions) == {Disposition.UNCHANGED: 4}


def test_a_run_without_the_map_leaves_records_and_says_so(tmp_path: Path, inbox: Path) -> None:
    home = tmp_path / "home"
    fold(home, inbox, field_map=RIGHT)
    before = ask(home, ARTICLES)
    done = fold(home, inbox)
    assert dict(done.dispositions) == {Disposition.UNCHANGED: 4}
    assert done.read_otherwise == [str(inbox / "dump.jsonl")]
    assert any(f"newsfold ingest --again {inbox / 'dump.jsonl'}" in line for line in in_words(done))
    assert ask(home, ARTICLES) == before


def test_a_new_cleaner_is_said_and_reads_again_on_request(
    tmp_path: Path, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    fold(home, inbox, field_map=RIGHT)
    before = ask(home, ARTICLES)
    monkeypatch.setattr("flows.intake.known_files.CLEANER_VERSION", 999)
    said = fold(home, inbox, field_map=RIGHT)
    assert len(said.read_otherwise) == 2
    assert forget_reading(settings_of(home), [inbox]) == 2
    again = fold(home, inbox, field_map=RIGHT)
    assert again.read_otherwise == []
    assert dict(again.dispositions) == {Disposition.UNCHANGED: 4}
    assert ask(home, ARTICLES) == before


def test_retry_with_a_map_reads_what_was_rejected_and_what_another_map_read(
    tmp_path: Path, inbox: Path
) -> None:
    home = tmp_path / "home"
    packed = [
        json.dumps({"kopf": one["title"], "fliesstext": one["text"], "blatt": one["publisher"]}).encode()
        + b"\n"
        for one in (report(event, 1) for event in (5, 6))
    ]
    with zipfile.ZipFile(inbox / "more.zip", "w") as archive:
        archive.writestr("more.jsonl", packed[0])
    (inbox / "more.jsonl.gz").write_bytes(gzip.compress(packed[1]))
    fold(home, inbox, field_map=WRONG)
    from flows.engine.protocol import InlineEngine

    done = retry(settings_of(home, field_map=RIGHT), engine=InlineEngine())
    assert done.documents == 5
    assert {report(event, 0)["title"] for event in (0, 1, 2, 5, 6)} <= set(titles(home))
