"""A dry run says which field went where, from a sample, and leaves no trace."""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from datetime import datetime
from pathlib import Path

from click.testing import CliRunner

from flows.cli import cli
from flows.intake.discover import FoundFile, discover
from flows.intake.dry_run_survey import (
    SAMPLE_DOCUMENTS,
    SAMPLE_FILES,
    SourceSurvey,
    survey,
    survey_lines,
    survey_record,
)
from tests.deliveries.articles import make_stories
from tests.deliveries.records import RECORDS, write_json
from transforms.readers import ReadOptions

NOW = datetime(2026, 4, 1)  # noqa: DTZ001 - times are naive UTC throughout


def found_in(folder: Path) -> list[FoundFile]:
    return [one for one in discover([folder], now=2e9) if isinstance(one, FoundFile)]


def test_each_source_names_its_fields(tmp_path: Path) -> None:
    stories = make_stories(3)
    (tmp_path / "a.json").write_bytes(
        write_json([RECORDS["times"](one) for one in stories], "array", "compact")
    )
    (tmp_path / "b.json").write_text('[{"kopf": "x", "fliess": "y"}]')
    first, second = survey(found_in(tmp_path), ReadOptions(), NOW)
    assert first.names["title", "headline.main"] == first.names["authors", "byline.original"] == 3
    assert first.documents == 3
    assert not second.names
    [why] = second.rejections
    assert "fields seen: kopf, fliess" in why
    lines = survey_lines(first)
    assert any(line.split()[:3] == ["title", "<-", "headline.main"] for line in lines)


def test_only_a_sample_is_read(tmp_path: Path) -> None:
    records = [RECORDS["plain"](one) for one in make_stories(SAMPLE_DOCUMENTS + 30)]
    (tmp_path / "many.jsonl").write_bytes(write_json(records, "array", "lines"))
    for number in range(9):
        (tmp_path / f"page{number}.html").write_text(f"<title>T {number}</title><p>Some words of a page.</p>")
    pages, records_survey = sorted(
        survey(found_in(tmp_path), ReadOptions(), NOW), key=lambda one: one.files, reverse=True
    )
    assert records_survey.documents == SAMPLE_DOCUMENTS
    assert pages.files == 5
    assert "(9 files)" in pages.source


def test_every_document_of_a_source_adds_its_fields(tmp_path: Path) -> None:
    page = "<html><head><title>Title {0}</title></head><body><p>Some words of page {0}.</p></body></html>"
    for number in range(6):
        (tmp_path / f"page{number}.htm").write_text(page.format(number))
    with zipfile.ZipFile(tmp_path / "mixed.zip", "w") as mixed:  # records beside pages, either first
        for number, name in enumerate(("a.html", "b.json", "c.html", "d.json")):
            record = json.dumps({"headline": f"Record {number}", "body": f"Some words of record {number}."})
            mixed.writestr(name, page.format(number) if name.endswith("html") else record)
    several, pages = sorted(survey(found_in(tmp_path), ReadOptions(), NOW), key=lambda one: one.files)
    assert pages.documents == pages.files == 5
    assert sum(count for (ours, _), count in pages.names.items() if ours == "title") == 5
    assert any("5 of 5" in line and line.split()[0] == "title" for line in survey_lines(pages))
    assert several.documents == 4
    titles = {theirs: count for (ours, theirs), count in several.names.items() if ours == "title"}
    assert titles.pop("headline") == 2
    assert list(titles.values()) == [2]


def test_the_page_says_how_much_is_read_and_shown() -> None:
    page = (Path(__file__).parents[3] / "docs" / "formats.md").read_text()
    outcome = " ".join(page.partition("## Records")[2].partition("Names are compared")[0].split())
    assert f"the first {SAMPLE_DOCUMENTS} documents" in outcome
    assert f"more than {SAMPLE_FILES} files of a folder end alike, the first {SAMPLE_FILES}" in outcome
    result = SourceSurvey("x", unused=Counter(f"name{n}" for n in range(30)))
    result.rejections.update(f"reason{n}" for n in range(30))
    shown = "\n".join(survey_lines(result))
    assert f"{shown.count('name')} commonest names" in outcome
    assert f"{shown.count('reason')} commonest reasons" in outcome
    record = survey_record(result)
    assert len(record["not_used"]) == len(record["rejections"]) == 30  # type: ignore[arg-type]


def test_the_command_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jsonl").write_text('{"title": "A title", "text": "Some words."}\n{"tit')
    home = tmp_path / "home"
    arguments = ["ingest", str(tmp_path / "in"), "--home", str(home), "--dry-run"]
    result = CliRunner().invoke(cli, [*arguments, "--json"])
    assert result.exit_code == 0
    record = json.loads(result.stdout.splitlines()[0])
    assert {"field": "title", "name": "title", "documents": 1, "example": "A title"} in record["fields"]
    assert len(record["rejections"]) == 1
    assert CliRunner().invoke(cli, arguments).exit_code == 0
    assert not home.exists()
