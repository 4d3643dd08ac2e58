"""One taxonomy of errors: each class carries its exit code and what to do, and words in a message decide nothing."""

from __future__ import annotations

import errno
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import httpx
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import flows
from flows.cli import DEFECT, INTERRUPTED, cli
from flows.engine.protocol import NoRoomError, TaskError, WorkerStartError
from flows.errors import ChecksFailedError, InvalidRequestError, ServiceError, can_pass, describe, explain
from flows.intake.discover import MissingPathError
from flows.settings.settings import SettingsError
from warehouse.connection import engine_errors, translate
from warehouse.errors import (
    BadQuery,
    Busy,
    CheckFailed,
    Damaged,
    DiskFull,
    ExitCode,
    Holder,
    HomeUnusable,
    NewerSchema,
    NewsfoldError,
    NotPublished,
    StorageFailed,
)

ROOT = Path(__file__).parents[2]
FULL = OSError(errno.ENOSPC, "No space left on device")
# Words by which damage, a full disk or a lock was recognised once; a headline, a column or a path can hold them all.
ALARMING = st.sampled_from(
    ["checksum", "corrupt", "No space left on device", "ENOSPC", "Could not set lock", "Permission denied"]
)


def every_error(kind: type[NewsfoldError] = NewsfoldError) -> Iterator[type[NewsfoldError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from every_error(below)


def load_all() -> None:
    for found in pkgutil.walk_packages(flows.__path__, "flows."):
        if "plugin" not in found.name and not found.name.endswith("__main__"):
            importlib.import_module(found.name)


def test_every_error_carries_its_code_its_meaning_and_its_remedy() -> None:
    load_all()
    classes = [kind for kind in every_error() if kind.__module__.startswith(("flows", "warehouse"))]
    assert len(classes) > 15
    for kind in classes:
        assert isinstance(kind.exit_code, ExitCode), kind
        assert kind.exit_code not in (ExitCode.DONE, ExitCode.DEFECT), kind
        assert kind.meaning.endswith("."), kind
        assert kind is Damaged or kind.advice, kind


@pytest.mark.parametrize(
    ("error", "code", "passes", "words"),
    [
        (Busy(Path("w"), Holder(pid=7)), 3, True, "process 7"),
        (DiskFull("the disk is full"), 5, True, "make room"),
        (StorageFailed("the file system refused: I/O"), 5, True, "newsfold doctor"),
        (FULL, 5, True, "No space left"),
        (NoRoomError("[Errno 28]"), 5, True, "out of file handles"),
        (TaskError("RuntimeError: no", trace="trace"), 5, False, "newsfold doctor"),
        (TaskError("RuntimeError: [Errno 28] is a headline"), 5, False, "newsfold doctor"),
        (WorkerStartError("workers cannot start: ImportError: lxml"), 5, False, "install newsfold again"),
        (Damaged("block 3"), 4, False, "newsfold recover"),
        (CheckFailed("c", "p", [(1,)]), 4, False, "rolled back"),
        (ChecksFailedError("c: 1 row"), 4, False, "check --deep"),
        (NewerSchema(9, 1), 2, False, "newer newsfold"),
        (HomeUnusable("cannot use h as home"), 2, False, "--home"),
        (NotPublished("nothing yet"), 2, False, "newsfold ingest"),
        (InvalidRequestError("no"), 2, False, "Nothing was changed"),
        (MissingPathError("x"), 2, False, "newsfold config"),
        (SettingsError("workers: many"), 2, False, "newsfold config"),
        (ServiceError("no answer"), 5, True, "--prefect never"),
        (httpx.ConnectError("refused"), 5, True, "--prefect never"),
        (ModuleNotFoundError("No module named 'lxml_html_clean'"), 5, False, "install newsfold again"),
        (MemoryError(), 5, False, "lower workers"),
        (TimeoutError(), 5, False, "run_seconds"),
        (KeyboardInterrupt(), 5, False, "Ctrl-C"),
        (ZeroDivisionError("x"), 70, False, "ZeroDivisionError: x"),
    ],
)
def test_a_failure_is_explained_in_plain_words(
    error: BaseException, code: int, passes: bool, words: str
) -> None:
    failure = explain(error)
    assert words in " ".join(failure.lines())
    assert all(failure.lines())
    assert failure.exit_code == code
    assert "\n" not in describe(error)
    assert can_pass(error) is passes


@given(ALARMING, st.text(max_size=20))
def test_no_word_in_a_message_makes_an_error_of_a_query_damage_or_a_full_disk(alarm: str, more: str) -> None:
    for kind in (
        duckdb.BinderException,
        duckdb.ConversionException,
        duckdb.InvalidInputException,
        duckdb.ParserException,
        duckdb.CatalogException,
        duckdb.OutOfRangeException,
        duckdb.PermissionException,
    ):
        assert translate(kind(f"{alarm} {more}")) is None


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (duckdb.Error("any words"), Damaged),
        (duckdb.SerializationException("any words"), Damaged),
        (duckdb.FatalException("any words"), Damaged),
        (duckdb.IOException("any words, and corrupt too"), StorageFailed),
        (duckdb.TransactionException("any words"), StorageFailed),
        (duckdb.OutOfMemoryException("any words"), DiskFull),
    ],
)
def test_errors_of_the_engine_are_known_by_their_class(
    error: duckdb.Error, kind: type[Exception], tmp_path: Path
) -> None:
    with pytest.raises(kind) as caught, engine_errors(at=tmp_path):
        raise error
    assert type(caught.value) is kind


def test_a_refused_write_is_a_full_disk_when_the_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warehouse.connection.has_room", lambda path: False)
    for error in (duckdb.IOException("x"), duckdb.TransactionException("x"), duckdb.FatalException("x")):
        assert isinstance(translate(error, at=tmp_path), DiskFull)


def test_the_command_line_ends_with_the_exit_codes_of_the_table() -> None:
    assert (DEFECT, INTERRUPTED) == (ExitCode.DEFECT, ExitCode.INTERRUPTED)


def test_the_docs_have_every_exit_code() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", page, re.M)} == {int(code) for code in ExitCode}


@pytest.mark.parametrize(
    ("error", "code"),
    [(BadQuery("no"), 2), (Damaged("d"), 4), (DiskFull("f"), 5), (ImportError("x"), 5), (OSError("o"), 5)],
)
def test_a_command_ends_with_the_code_of_the_class(
    error: Exception, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("warehouse.latest_runs.latest_runs", fail)
    done = CliRunner().invoke(cli, ["runs"])
    assert done.exit_code == code
    assert done.stderr.startswith("newsfold: ")
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.output
