"""`prefect run`: added to Prefect where that can be done, left out with a word where it cannot."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.prefect_command import newsfold_arguments
from flows.prefect_support.plugin import add_command


@pytest.mark.parametrize("program", ["pytest", "/usr/bin/newsfold", "", "/srv/prefect/manage.py"])
def test_other_programs_are_left_as_they_are(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "prefect.cli._app", None)  # importing it would raise
    assert add_command([program, "run"]) is False


class CommandLine:
    """Stands in for Prefect's private command-line object."""

    def __init__(self, *names: str) -> None:
        self.names = list(names)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def command(self, target: str, *, name: str, help: str) -> None:
        assert ":" in target
        assert help
        self.names.append(name)


def pretend_prefect(monkeypatch: pytest.MonkeyPatch, app: object) -> None:
    module = types.ModuleType("prefect.cli._app")
    if app is not None:
        module._app = app  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "prefect.cli._app", module)


def test_the_command_is_added_once_and_never_over_another(monkeypatch: pytest.MonkeyPatch) -> None:
    app = CommandLine("deploy")
    pretend_prefect(monkeypatch, app)
    assert add_command(["/opt/bin/prefect", "run"])
    assert app.names == ["deploy", "run"]
    theirs = CommandLine("run")
    pretend_prefect(monkeypatch, theirs)
    assert not add_command(["/opt/bin/prefect", "run"])
    assert theirs.names == ["run"]


@pytest.mark.parametrize("app", [None, object()])
def test_a_prefect_with_other_insides_is_left_alone_and_says_what_to_type(
    app: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pretend_prefect(monkeypatch, app)
    assert not add_command(["prefect", "deploy"])
    assert capsys.readouterr().err == ""
    assert not add_command(["prefect", "run"])
    assert "newsfold ingest" in capsys.readouterr().err


def test_words_after_run_are_newsfolds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert newsfold_arguments(("ingest", "a", "--home", "h")) == [
        "ingest",
        "--prefect",
        "always",
        "a",
        "--home",
        "h",
    ]
    assert newsfold_arguments(()) == ["ingest", "--prefect", "always"]
    assert newsfold_arguments(("maintain",)) == ["maintain", "--prefect", "always"]
    with pytest.raises(SystemExit) as ended:
        newsfold_arguments(("deploy",))
    assert ended.value.code == 2
    (tmp_path / "seeds" / "inbox").mkdir(parents=True)
    assert newsfold_arguments(()) == ["ingest", "--prefect", "always", "seeds/inbox"]
    (tmp_path / "inbox").mkdir()
    assert newsfold_arguments(()) == ["ingest", "--prefect", "always"]
