"""The engine that cleans: one that was started ahead is taken over by the run."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from flows.intake.cleaning_engine import make_engine, spool_of, start_ahead
from tests.story_samples import settings_of


def test_one_run_takes_over_what_was_started_ahead_and_the_next_has_its_own(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    ahead, spool = start_ahead(settings), spool_of(settings, "test")
    with (
        closing(make_engine(settings, (), spool)) as first,
        closing(make_engine(settings, (), spool)) as second,
    ):
        assert first is ahead
        assert second is not ahead


def test_an_engine_with_other_limits_is_not_taken_over_and_none_starts_for_a_cluster(tmp_path: Path) -> None:
    assert start_ahead(settings_of(tmp_path, engine="prefect:threads")) is None
    patient = settings_of(tmp_path, document_seconds=50)
    ahead, spool = start_ahead(patient), spool_of(patient, "test")
    with closing(make_engine(settings_of(tmp_path), (), spool)) as own:
        assert own is not ahead
    with closing(make_engine(patient, (), spool)) as taken:
        assert taken is ahead
