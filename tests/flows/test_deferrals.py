"""A file that is put off run after run is counted, until it is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.pipeline import fold_files
from flows.settings.settings import load_settings


@pytest.mark.slow
def test_runs_that_put_a_file_off_are_counted(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "log.txt.part").write_text("still being written")
    settings = load_settings(home=tmp_path / "home", inbox=inbox, workers=1)
    named = [fold_files([inbox], settings).put_off for _ in range(12)]
    assert named[:10] == [[]] * 10
    ((_, runs),) = named[11]
    assert runs >= 10  # not the exact number: the clock of a machine may step back
    assert named[11][0][0].endswith("log.txt.part")
