"""`newsfold config` tells what counts and where it came from; a mistake in a name or a value is wrong usage."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flows.cli import cli
from flows.settings import Settings


@pytest.fixture(autouse=True)
def somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"NEWSFOLD_{name.upper()}", raising=False)
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, ["config", *words])


def test_the_flag_wins_over_the_environment_and_that_over_the_file(
    somewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (somewhere / "newsfold.toml").write_text('home = "a"\nworkers = 3\ninbox = "post"\n')
    monkeypatch.setenv("NEWSFOLD_WORKERS", "2")
    monkeypatch.setenv("NEWSFOLD_HOME", "b")
    told = json.loads(run("--home", "c", "--json").stdout)
    assert list(told) == list(Settings.model_fields)
    assert told["home"] == {"value": "c", "source": "flag"}
    assert told["workers"] == {"value": 2, "source": "NEWSFOLD_WORKERS"}
    assert told["inbox"] == {"value": "post", "source": "newsfold.toml"}
    assert told["keep_published"]["source"] == "default"


def test_people_see_every_setting_with_its_meaning() -> None:
    shown = run().stdout
    for name, field in Settings.model_fields.items():
        assert name in shown
        assert (field.description or "?").split()[0] in shown


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("hoem = 'x'", "did you mean 'home'?"),
        ("workers = 'many'", "workers"),
        ("workers = ", "newsfold.toml"),
        ("workers = 0", "from newsfold.toml"),
    ],
)
def test_a_mistake_in_the_file_is_wrong_usage(somewhere: Path, line: str, wanted: str) -> None:
    (somewhere / "newsfold.toml").write_text(line)
    told = run()
    assert told.exit_code == 2
    assert wanted in told.output
    assert "Traceback" not in told.output


def test_a_mistake_in_the_environment_is_wrong_usage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSFOLD_WORKER", "2")
    told = run()
    assert told.exit_code == 2
    assert "NEWSFOLD_WORKER: there is no setting 'worker', did you mean 'workers'?" in told.output
