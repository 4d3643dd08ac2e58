"""No secret of the environment or of a saved block stands in what a run leaves: files, database, messages."""

from __future__ import annotations

import http.server
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.prefect_support.serve import local_server
from tests.flows.prefect_support.prefect_server import (
    NEWSFOLD,
    PAGE,
    api,
    environment,
    free_port,
    listening,
    run_script,
)

# What each of these holds must stand nowhere; a watch's own file, for its owner alone, is where it is kept.
SECRETS = {
    name: f"marked{number}secret"
    for number, name in enumerate(
        (
            "PREFECT_API_KEY",
            "PREFECT_API_AUTH_STRING",
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN",
            "AZURE_STORAGE_KEY",
            "AZURE_STORAGE_SAS_TOKEN",
            "AZURE_CLIENT_SECRET",
            "NEWSFOLD_WEB_TOKEN",
        )
    )
}
IN_ADDRESS, IN_HOOK, IN_BLOCK, IN_HEADER, IN_ENGINE, IN_BUCKET, IN_PASSWORD = (
    f"marked{name}secret" for name in "abcdefg"
)
MARKS = [
    mark.encode()
    for mark in (
        *SECRETS.values(),
        IN_ADDRESS,
        IN_HOOK,
        IN_BLOCK,
        IN_HEADER,
        IN_ENGINE,
        IN_BUCKET,
        IN_PASSWORD,
    )
]
# The address of a custom webhook is no secret to Prefect, which puts it into its events; what is in `secrets` is one.
BLOCKS = """
import sys
from prefect.blocks.notifications import CustomWebhookNotificationBlock
from prefect.blocks.webhook import Webhook
closed, refusing, path, header = sys.argv[1:]
message = {"subject": "{{subject}}", "body": "{{body}}", "token": "{{token}}"}
secrets = {"token": header, "path": path}
CustomWebhookNotificationBlock(name="desk", url=closed + "{{path}}", json_data=message, secrets=secrets).save("desk")
Webhook(url=refusing + path, headers={"Authorization": header}).save("refusing")
"""


class Refusing(http.server.BaseHTTPRequestHandler):
    """Answers whatever it gets with an error."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(500)
        self.end_headers()

    def log_message(self, *words: object) -> None:
        """Say nothing."""


@pytest.fixture
def refusing() -> Iterator[str]:
    with listening(Refusing) as address:
        yield address


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, str]]]:
    """A Prefect server, and an environment full of secrets."""
    folder = tmp_path_factory.mktemp("secrets")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment(folder).items():
            patch.setenv(name, value)
        patch.delenv("PREFECT_API_URL", raising=False)
        with local_server(free_port()) as started:
            started.wait()
            yield folder, environment(folder, started.api_url)


def holders(folder: Path) -> list[str]:
    """Return the files in which a secret stands, each with the words around one."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.parent.name != "watches":
            held = path.read_bytes()
            places = [held.index(mark) for mark in MARKS if mark in held]
            found += [f"{path}: …{held[max(0, at - 200) : at + 20]!r}" for at in places[:1]]
    return found


@pytest.mark.slow
def test_no_secret_stands_in_what_a_run_leaves(
    server: tuple[Path, dict[str, str]], refusing: str, tmp_path: Path
) -> None:
    folder, plain = server
    closed = free_port()
    hook = f"http://desk:{IN_PASSWORD}@127.0.0.1:{closed}/hook/{IN_HOOK}"
    saved = run_script(plain, BLOCKS, f"http://127.0.0.1:{closed}/", refusing, IN_BLOCK, IN_HEADER)
    assert saved.returncode == 0, saved.stderr
    address = plain["PREFECT_API_URL"].replace("://", f"://reader:{IN_ADDRESS}@")
    shown: list[str] = []

    def run(*words: str, code: int = 0, **variables: str) -> str:
        env = plain | SECRETS | {"PREFECT_API_URL": address, "PREFECT_LOGGING_LEVEL": "DEBUG"} | variables
        command = [str(NEWSFOLD), *words]
        done = subprocess.run(command, env=env, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        shown.append(done.stdout + done.stderr)
        return shown[-1]

    inbox, damaged = folder / "inbox", folder / "damaged"
    inbox.mkdir()
    damaged.mkdir()
    (damaged / "working.duckdb").write_bytes(os.urandom(1 << 16))
    (inbox / "one.html").write_text(PAGE.format(title="spring storm"))
    run("ingest", str(inbox))
    run("watch", "add", "storm", "--webhook", hook, "--from-start")
    for block in ("custom-webhook/desk", "webhook/refusing"):
        run("watch", "add", "lighthouse", "--block", block, "--from-start")
    (inbox / "two.html").write_text(PAGE.format(title="second storm"))
    printed = run(
        "ingest", str(inbox), "--log-format", "json", NEWSFOLD_METRICS_FILE=str(folder / "metrics.prom")
    )
    assert "block 'webhook/refusing' did not send: it was answered 500" in printed
    assert "block 'custom-webhook/desk' did not send" in printed
    run("alerts", NEWSFOLD_NOTIFY_BLOCK="webhook/refusing")
    for block in ("custom-webhook/desk", "webhook/refusing"):
        printed = run("ingest", str(inbox), "--home", str(damaged), code=4, NEWSFOLD_NOTIFY_BLOCK=block)
        assert f"block '{block}' did not send" in printed
    run("ingest", f"s3://reader:{IN_BUCKET}@news/inbox", code=2)
    run("ingest", "s3://news/inbox/", code=5, AWS_ENDPOINT_URL=f"http://127.0.0.1:{closed}", AWS_REGION="x")
    run("ingest", str(inbox), code=2, NEWSFOLD_ENGINE=f"dask://reader:{IN_ENGINE}@127.0.0.1:{closed}")
    for words in ("config", "runs", "watch list"):
        run(*words.split(), "--json")
    run("export", "jsonl", str(folder / "exported.jsonl"))
    assert len(api(plain, "/flow_runs/filter", {"limit": 50})) >= 4
    (folder / "shown").write_text("\n".join(shown))
    assert holders(folder) == []
