"""A Prefect server that answers nothing costs a run one line and a few seconds, or the run when it was asked for."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.cli import cli
from flows.errors import InvalidRequestError, ServiceError
from flows.prefect_support.server_reachable import answers, hide_credentials, reports_to_prefect, shown

PAGE = (
    "<html><body><article><h1>Harbour opens</h1><p>"
    + "The harbour of Port Ellery opened. " * 20
    + "</p></article>"
)


@pytest.fixture
def silent() -> Iterator[str]:
    """An address at which something listens and never answers."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/api"


def test_what_never_answers_is_given_up(silent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not answers(silent, seconds=0.2)
    monkeypatch.setattr("flows.prefect_support.server_reachable.answers", lambda url: False)
    monkeypatch.setenv("PREFECT_API_URL", silent)
    assert reports_to_prefect("auto") is False
    assert reports_to_prefect("never") is False
    with pytest.raises(ServiceError):
        reports_to_prefect("always")
    monkeypatch.delenv("PREFECT_API_URL")
    assert reports_to_prefect("always") is True  # Prefect brings a server of its own
    assert reports_to_prefect("auto") is False


def test_no_secret_of_an_address_is_shown() -> None:
    assert (
        shown("https://user:geheim@prefect.example:8443/api?key=geheim") == "https://prefect.example:8443/api"
    )


def test_user_and_password_of_an_address_go_where_prefect_does_not_show_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://ina:ge%40heim@[::1]:4200/api")
    monkeypatch.setenv("PREFECT_API_AUTH_STRING", "")  # so that what is set below goes again
    monkeypatch.delenv("PREFECT_API_AUTH_STRING")
    hide_credentials()
    assert os.environ["PREFECT_API_URL"] == "http://[::1]:4200/api"
    assert os.environ["PREFECT_API_AUTH_STRING"] == "ina:ge@heim"
    hide_credentials()
    assert os.environ["PREFECT_API_AUTH_STRING"] == "ina:ge@heim"


@pytest.mark.parametrize(
    "url", ["http://u:geheim@h:99999/api", "http://u:geheim@h:many/api", "http://[u:geheim/api"]
)
def test_what_is_no_address_is_wrong_usage(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", url)
    assert not answers(url)
    for choice in ("auto", "always"):
        with pytest.raises(InvalidRequestError, match="PREFECT_API_URL") as caught:
            reports_to_prefect(choice)
        assert "geheim" not in str(caught.value)
    assert reports_to_prefect("never") is False
    done = CliRunner().invoke(cli, ["alerts"])
    assert done.exit_code == 2
    assert "geheim" not in done.output


@pytest.mark.slow
@pytest.mark.parametrize(("choice", "code"), [("auto", 0), ("always", 5)])
def test_a_run_goes_on_without_it_or_ends_with_one_line(
    silent: str, choice: str, code: int, tmp_path: Path
) -> None:
    (tmp_path / "page.html").write_text(PAGE)
    words = [
        "ingest",
        str(tmp_path / "page.html"),
        "--home",
        str(tmp_path / "home"),
        "--prefect",
        choice,
        "-q",
    ]
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", "from flows.cli import main; main()", *words],
        env=os.environ | {"PREFECT_API_URL": silent},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "does not answer" in done.stderr
    if code:
        assert time.monotonic() - began < 60  # five seconds on a quiet machine
