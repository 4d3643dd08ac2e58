"""Workers make what stories are matched by of what they clean, and a fold takes it for what it is made of alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pytest

from flows.engine.protocol import Done
from flows.engine.worker import Cursor
from flows.fold import evidence
from flows.intake.clean_worker import write_rows
from flows.intake.cleaning import Cleaned, collect
from flows.intake.cleaning_items import CleaningItem
from flows.intake.discover import FoundFile, discover
from flows.intake.split import split
from transforms.language.background import Background, load_background, with_shared_terms
from transforms.readers.options import ReadOptions
from transforms.stories.prepared import Prepared, prepare
from transforms.stories.profile import Report, report_of

NOON = datetime(2026, 11, 20, 12)  # noqa: DTZ001 - UTC
MANY = 600


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inbox")
    places = ("Harlow", "Skarholm", "Varnhem", "Quillby", "Solhamn")
    with (folder / "articles.jsonl").open("w", encoding="utf-8") as out:
        for number in range(MANY):
            place = places[number % len(places)]
            text = (
                f"The council of {place} decided on Friday to close bridge {number} for repairs, the mayor said. "
                f"Drivers have to take road {number * 7} until the work is done in spring. "
            ) * 2
            record = {"id": f"{place}-{number}", "title": f"{place} closes bridge {number}", "text": text}
            out.write(json.dumps(record | {"published": "2026-11-20T10:00:00Z", "language": "en"}) + "\n")
    return folder


def clean(inbox: Path, out: Path, *, prepares: bool) -> Cleaned:
    files = [one for one in discover([inbox], now=2e9) if isinstance(one, FoundFile)]
    items = [
        CleaningItem(work=work, options=ReadOptions(), now=NOON, prepares_stories=prepares)
        for work in split(files)
    ]
    outcomes = []
    for number, item in enumerate(items):
        path = out / f"{number}.arrow"
        write_rows(item, path, Cursor(None, {}))
        outcomes.append(Done(key=item.key, path=path))
    return collect(items, outcomes)


def reports_in(cleaned: Cleaned) -> list[Report]:
    return [report_of(row) for row in cleaned.articles.to_pylist()]


def test_a_fold_takes_what_a_worker_made_under_another_id(
    inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cleaned = clean(inbox, tmp_path, prepares=True)
    reports = [one._replace(article_id=one.article_id ^ 1) for one in reports_in(cleaned)]
    expected = prepare(reports, load_background())
    built: list[Report] = []

    def watched(some: Sequence[Report], background: Background) -> list[Prepared]:
        built.extend(some)
        return prepare(some, background)

    monkeypatch.setattr(evidence, "prepare", watched)
    background = with_shared_terms(load_background(), "names")  # which are stored beside profiles
    made = evidence.take_or_prepare(reports, background, cleaned.prepared)
    assert [(item.profile, item.keys.tolist()) for item in made] == [
        (item.profile, item.keys.tolist()) for item in expected
    ]
    assert len(reports) == MANY
    assert len(built) < MANY / 4

    built.clear()
    corrected = [one._replace(title=f"{one.title}, council says") for one in reports]
    evidence.take_or_prepare(corrected, load_background(), cleaned.prepared)
    assert len(built) == MANY


def test_articles_do_not_depend_on_it_and_few_are_left_to_the_fold(inbox: Path, tmp_path: Path) -> None:
    with_profiles = clean(inbox, tmp_path, prepares=True)
    without = clean(inbox, tmp_path, prepares=False)
    assert with_profiles.articles.equals(without.articles)
    assert with_profiles.prepared.num_rows >= MANY * 3 / 4
    assert without.prepared.num_rows == 0
    reports = reports_in(without)[:3]
    made = evidence.take_or_prepare(reports, load_background(), pa.table(without.prepared))
    assert [item.profile for item in made] == [item.profile for item in prepare(reports, load_background())]
