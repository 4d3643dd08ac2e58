"""`newsfold config` shows what counts and where it came from; a mistake in a name or a value is wrong usage."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flows.cli import cli
from flows.settings.home_folder import plain_home
from flows.settings.settings import Settings, SettingsError, load_settings, stated_value


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
    output = json.loads(run("--home", "c", "--json").stdout)
    assert list(output) == list(Settings.model_fields)
    assert output["home"] == {"value": "c", "source": "flag"}
    assert output["workers"] == {"value": 2, "source": "NEWSFOLD_WORKERS"}
    assert output["inbox"] == {"value": "post", "source": "newsfold.toml"}
    assert output["keep_published"]["source"] == "default"


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
    result = run()
    assert result.exit_code == 2
    assert wanted in result.output
    assert "Traceback" not in result.output


def test_a_mistake_in_the_environment_is_wrong_usage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSFOLD_WORKER", "2")
    result = run()
    assert result.exit_code == 2
    assert "NEWSFOLD_WORKER: there is no setting 'worker', did you mean 'workers'?" in result.output


@pytest.mark.parametrize("name", ["field_map", "retry_delays", "preferred_publishers"])
@pytest.mark.parametrize("value", ["nojson", "", "{", "[1,"])
def test_a_list_or_map_that_is_no_json_is_wrong_usage(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"NEWSFOLD_{name.upper()}", value)
    result = run()
    assert result.exit_code == 2
    assert f"{name}: " in result.output
    assert f"(from NEWSFOLD_{name.upper()})" in result.output
    with pytest.raises(SettingsError) as raised:
        load_settings()
    assert "\n" not in str(raised.value)


def test_an_error_inside_a_list_names_the_source_of_the_list(
    somewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (somewhere / "newsfold.toml").write_text("retry_delays = [60, -1]\n")
    with pytest.raises(SettingsError, match=r"retry_delays\.1: .*\(from newsfold\.toml\)"):
        load_settings()
    monkeypatch.setenv("newsfold_retry_delays", "[1, 2, -1]")
    with pytest.raises(SettingsError, match=r"retry_delays\.2: .*\(from newsfold_retry_delays\)"):
        load_settings()
    with pytest.raises(SettingsError, match=r"retry_delays\.1: .*\(from flag\)"):
        load_settings(retry_delays=(60, -1))


def test_names_of_the_environment_count_in_any_case_and_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSFOLD_WORKERS", "2")
    monkeypatch.setenv("newsfold_workers", "3")  # the later one counts
    monkeypatch.setenv("Newsfold_Log_Format", "json")
    output = json.loads(run("--json").stdout)
    assert output["workers"] == {"value": 3, "source": "newsfold_workers"}
    assert output["log_format"] == {"value": "json", "source": "Newsfold_Log_Format"}
    assert stated_value("log_format", {}) == "json"
    monkeypatch.setenv("newsfold_data", "x")  # no setting in any case
    load_settings()
    monkeypatch.setenv("newsfold_worker", "2")
    with pytest.raises(SettingsError, match=r"newsfold_worker: .*did you mean 'workers'"):
        load_settings()


@pytest.mark.parametrize("flag", [None, Path("from-flag")])
@pytest.mark.parametrize("line", ["", 'home = "from-file"', "workers = 2"])
@pytest.mark.parametrize(
    "variable", ["", "NEWSFOLD_HOME=from-env", "newsfold_home=lower", "NEWSFOLD_HOME=", "NEWSFOLD_WORKERS=3"]
)
def test_commands_that_only_look_find_the_same_home(
    somewhere: Path, monkeypatch: pytest.MonkeyPatch, flag: Path | None, line: str, variable: str
) -> None:
    if line:
        (somewhere / "newsfold.toml").write_text(line, encoding="utf-8")
    if variable:
        monkeypatch.setenv(*variable.split("="))
    result = plain_home(flag)
    assert result is None or result == load_settings(home=flag).home
    is_plain = not line and variable in ("", "NEWSFOLD_HOME=from-env")
    assert (result is not None) >= is_plain


def test_looking_needs_no_settings_where_there_are_none(somewhere: Path) -> None:
    script = (
        "import sys; from flows.commands.options import published; from warehouse.errors import WarehouseError\n"
        "try:\n    with published(None): pass\n"
        "except WarehouseError: print(sorted({'pydantic', 'numpy', 'scipy'} & set(sys.modules)))"
    )
    plain = {name: value for name, value in os.environ.items() if not name.startswith("NEWSFOLD_")}
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=somewhere, env=plain
    )
    assert result.stdout == "[]\n"
