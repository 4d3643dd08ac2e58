"""The settings of a deployed run: a home that would vanish with the run is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.settings.parameters import RunSettings, settings_of_run
from flows.settings.settings import SettingsError


def test_a_deployed_run_needs_a_home_that_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NEWSFOLD_HOME", raising=False)
    assert settings_of_run(None, RunSettings()).home == Path("newsfold-home")
    monkeypatch.setenv("PREFECT__RUNTIME__DEPLOYMENT__ID", "a-deployment")
    with pytest.raises(SettingsError, match=r"parameter home, or set NEWSFOLD_HOME"):
        settings_of_run(None, RunSettings())
    assert settings_of_run(str(tmp_path / "home"), None).home == tmp_path / "home"
    (tmp_path / "newsfold-home").mkdir(exist_ok=True)
    assert settings_of_run(None, RunSettings()).home == Path("newsfold-home")
