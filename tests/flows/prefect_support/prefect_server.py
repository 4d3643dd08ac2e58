"""A Prefect server and the commands around it, as tests start and ask them."""

from __future__ import annotations

import http.server
import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[3]
PREFECT = Path(sys.executable).with_name("prefect")
NEWSFOLD = Path(sys.executable).with_name("newsfold")
PAGE = """<html lang="en"><head><title>{title}</title></head><body><article><h1>{title}</h1>
<p>The harbour council of Port Ellery voted on Tuesday to rebuild the old lighthouse after the {title}.</p>
<p>Engineers said that the work would take two years and cost four million crowns, half of it from the state.</p>
<p>Mayor Ines Calder called the vote a relief for the fishing fleet, which had sailed by lamp since spring.</p>
</article></body></html>"""
# No test fails for want of seconds: this only ends one that hangs. What is waited for is an event, or a process's end.
PATIENCE = 1800.0


def wait_until(
    condition: Callable[[], object],
    seconds: float,
    what: str,
    *,
    unless: subprocess.Popen[bytes] | None = None,
) -> None:
    """Wait for an event; fail at once when the process that would bring it has ended."""
    end = time.monotonic() + seconds
    while not condition():
        assert unless is None or unless.poll() is None, f"ended before {what}"
        assert time.monotonic() < end, f"not within {seconds:g} s: {what}"
        time.sleep(0.5)


@contextmanager
def listening(handler: type[http.server.BaseHTTPRequestHandler]) -> Iterator[str]:
    """Serve HTTP by a handler on a free port of this machine for the block; yield the address."""
    server = http.server.HTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(folder: Path, api_url: str = "") -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "NEWSFOLD_"))
    }
    chosen = {
        "PREFECT_HOME": str(folder / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_WORKER_QUERY_SECONDS": "2",
        "NEWSFOLD_HOME": str(folder / "home"),
        "NEWSFOLD_INBOX": str(folder / "inbox"),
        "NEWSFOLD_SETTLE_SECONDS": "0",
        "NEWSFOLD_WORKERS": "1",
    }
    return kept | chosen | ({"PREFECT_API_URL": api_url} if api_url else {})


def ask(env: dict[str, str], query: str) -> list[str]:
    """Ask the published warehouse as people do; the first column as text, nothing while there is no warehouse."""
    done = subprocess.run(
        [NEWSFOLD, "sql", "--json", query], env=env, cwd=ROOT, capture_output=True, text=True, check=False
    )
    return [str(next(iter(json.loads(line).values()))) for line in done.stdout.splitlines()]


def stories(env: dict[str, str]) -> list[str]:
    return ask(env, "SELECT title FROM stories ORDER BY title")


def prefect(env: dict[str, str], *arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PREFECT, *arguments], env=env, cwd=cwd, capture_output=True, text=True, check=False, timeout=PATIENCE
    )


def api(env: dict[str, str], path: str, body: dict[str, object]) -> list[dict[str, object]]:
    """Ask the server as its own pages do."""
    request = urllib.request.Request(
        env["PREFECT_API_URL"] + path,
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        found: list[dict[str, object]] = json.load(answer)
    return found


def artifacts(env: dict[str, str], run_id: str) -> dict[str, str]:
    """Return what a run put into the pages of the server, by key."""
    found = api(env, "/artifacts/filter", {"flow_runs": {"id": {"any_": [run_id]}}})
    return {str(each["key"]): str(each["data"]) for each in found}


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def run_script(env: dict[str, str], code: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *words], env=env, cwd=ROOT, capture_output=True, text=True, check=False
    )
