"""Watches tell each story once, again only for what was asked, and lose or double nothing over failures and kills."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from flows.cli import cli
from flows.errors import InvalidRequestError
from flows.operations.watch_delivery import run_watches
from flows.operations.watches import (
    FOLDER_NAME,
    Watch,
    add_watch,
    hold_watches,
    list_watches,
    remove_watch,
    save,
)
from flows.recorded_run import utc_now
from tests.story_samples import copy_of, fold, report, settings_of, write_inbox
from warehouse.connection import open_published


@dataclass
class Receiver:
    """A real server on loopback that keeps what it was sent; `refuse` requests are answered with 503."""

    address: str = ""
    refuse: int = 0
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def keys(self) -> list[str]:
        return [headers["Idempotency-Key"] for headers, _ in self.got]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.got.append((dict(self.headers.items()), body))
            made.refuse -= 1
            self.send_response(503 if made.refuse >= 0 else 204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.address = f"http://127.0.0.1:{server.server_port}/hook"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


def watch(home: Path, words: str = "viaduct", **fields: Any) -> Watch:
    with open_published(home) as con:
        return add_watch(con, home, words, now=utc_now(), **fields)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    fold(tmp_path / "home", write_inbox(tmp_path / "inbox", "first", [report(1, 0)]))
    return tmp_path / "home"


def more(home: Path, name: str, *rows: dict[str, Any]) -> None:
    fold(home, write_inbox(home.parent / "inbox", name, rows))


def test_a_story_is_reported_once_and_in_the_feeds(home: Path, receiver: Receiver) -> None:
    made = watch(home, webhook=receiver.address)
    settings = settings_of(home)
    assert run_watches(settings).events == 0
    more(home, "second", report(0, 0))
    assert run_watches(settings).events == 1
    more(home, "third", report(0, 1), copy_of(report(0, 0), 1))
    assert run_watches(settings).events == 0
    ((headers, body),) = receiver.got
    expected = hmac.new(made.secret.encode(), body, hashlib.sha256).hexdigest()
    assert headers["X-Newsfold-Signature"] == f"sha256={expected}"
    assert json.loads(body)["event"] == "new"
    feed = json.loads((home / FOLDER_NAME / f"{made.watch_id}.feed.json").read_bytes())
    assert [item["id"] for item in feed["items"]] == [f"urn:newsfold:story:{json.loads(body)['story_id']}"]
    remove_watch(home, made.watch_id[:6])
    assert not list((home / FOLDER_NAME).glob("*.feed.*"))


def test_user_and_password_of_an_address_are_sent_as_browsers_do(home: Path, receiver: Receiver) -> None:
    made = watch(home, webhook=receiver.address.replace("://", "://desk:p%40ss@"))
    more(home, "second", report(0, 0))
    assert run_watches(settings_of(home)).errors == ()
    ((headers, _),) = receiver.got
    assert headers["Authorization"] == f"Basic {base64.b64encode(b'desk:p@ss').decode()}"
    assert made.receiver == receiver.address.replace("/hook", "/…")


@pytest.mark.parametrize(
    "address",
    [
        "https://host:port/geheim",
        "https://user:geheim@host:99999/",
        "https://host/ge heim",
        "https:///geheim",
        "https://[geheim/",
        "ftp://host/geheim",
        "geheim",
        "https://host/geheim\n",
        "https://host/geheimnisvoll-ä",
    ],
)
def test_what_cannot_be_posted_to_is_refused_without_repeating_it(home: Path, address: str) -> None:
    with pytest.raises(InvalidRequestError, match="http://") as refused:
        watch(home, webhook=address)
    assert "geheim" not in str(refused.value)


def test_what_was_there_is_reported_only_when_asked(home: Path) -> None:
    watch(home, "Pellworth")
    watch(home, "Pellworth", from_start=True)
    assert run_watches(settings_of(home)).events == 1


@pytest.mark.slow
def test_a_new_source_is_reported_when_asked(home: Path) -> None:
    watch(home, events=("source",))
    more(home, "second", report(0, 0))
    assert run_watches(settings_of(home)).events == 1
    more(home, "third", report(0, 1))
    assert run_watches(settings_of(home)).events == 1
    more(home, "fourth", copy_of(report(0, 1), 1))
    assert run_watches(settings_of(home)).events == 0
    assert [event.event for event in list_watches(home)[0].outbox] == ["new", "source"]


@pytest.mark.slow
def test_a_watch_for_two_sources_waits_for_the_second(home: Path) -> None:
    watch(home, sources=2)
    more(home, "second", report(0, 0))
    assert run_watches(settings_of(home)).events == 0
    more(home, "third", report(0, 1))
    assert run_watches(settings_of(home)).events == 1


STORM = Path(__file__).parents[2] / "cases" / "thread" / "storm-in-four-stories" / "in" / "reports.jsonl"


def storm(*names: str) -> list[dict[str, Any]]:
    """Return reports of a storm (f and l), and of its damage (d) and an inquiry (i), which follow it up."""
    rows = [json.loads(line) for line in STORM.read_text(encoding="utf-8").splitlines()]
    return [row for row in rows if row["id"][0] in names]


def events_of(home: Path, made: Watch) -> list[tuple[str, str]]:
    """Return what a watch has reported in all, as event and first letter of the reports."""
    (found,) = [one for one in list_watches(home) if one.watch_id == made.watch_id]
    with open_published(home) as con:
        rows = con.execute("SELECT DISTINCT story_id, left(external_id, 1) FROM articles").fetchall()
    return [(event.event, dict(rows)[event.story_id]) for event in found.outbox]


@pytest.mark.slow
def test_a_watch_by_thread_or_for_follow_ups_reports_what_has_other_words(home: Path) -> None:
    more(home, "landfall", *storm("f", "l"))
    with open_published(home) as con:
        [(landfall,)] = con.execute("SELECT story_id FROM stories WHERE title LIKE '%Petra%'").fetchall()
    words = watch(home, '"weather office"')
    follow_ups = watch(home, '"weather office"', events=("follow_up",))
    thread = watch(home, "", thread=landfall.upper())  # a story that nothing follows up yet
    both = watch(home, "insurers", thread=landfall)
    more(home, "damage", *storm("d", "i"), report(0, 0))
    assert run_watches(settings_of(home)).events == 5
    assert run_watches(settings_of(home)).events == 0
    assert events_of(home, words) == []
    assert sorted(events_of(home, follow_ups)) == [("follow_up", "d"), ("follow_up", "i")]
    assert sorted(events_of(home, thread)) == [("new", "d"), ("new", "i")]
    assert events_of(home, both) == [("new", "d")]
    assert both.name == f"insurers in thread {landfall}"


def test_a_watch_needs_words_or_a_thread_that_is_there(home: Path) -> None:
    for fields in ({"words": " "}, {"words": "x", "thread": "0"}, {"words": "", "thread": " "}):
        with pytest.raises(InvalidRequestError, match="thread"):
            watch(home, **fields)
    listed = CliRunner().invoke(cli, ["watch", "add", "--thread", "nonsense", "--home", str(home)])
    assert listed.exit_code == 2
    assert "nonsense" in listed.stderr


def test_what_no_one_took_is_given_up_once_and_stays_in_the_list(home: Path, receiver: Receiver) -> None:
    made = watch(home, "Pellworth", webhook=receiver.address, from_start=True)
    receiver.refuse = 1
    now = utc_now()
    run_watches(settings_of(home), now=now)
    (made,) = list_watches(home)
    (event,) = made.outbox
    with hold_watches(home):
        save(home, replace(made, outbox=(replace(event, attempts=19),)))
    receiver.refuse = 1
    last = run_watches(settings_of(home), now=now + timedelta(days=1))
    assert "given up" in last.errors[0]
    assert (last.events, last.waiting) == (0, 0)
    later = run_watches(settings_of(home), now=now + timedelta(days=9))
    assert (later.events, later.waiting, later.errors) == (0, 0, ())
    assert len(receiver.got) == 2
    listed = CliRunner().invoke(cli, ["watch", "list", "--home", str(home), "--json"])
    row = json.loads(listed.stdout)
    assert (row["waiting"], row["given_up"]) == (0, 1)
    assert "503" in row["error"]


@pytest.mark.slow
def test_a_receiver_that_refuses_gets_it_later_with_the_same_key(home: Path, receiver: Receiver) -> None:
    watch(home, webhook=receiver.address)
    receiver.refuse = 2
    more(home, "second", report(0, 0))
    now = utc_now()
    first = run_watches(settings_of(home), now=now)
    assert (first.events, first.waiting) == (0, 1)
    assert "503" in first.errors[0]
    assert run_watches(settings_of(home), now=now).waiting == 1  # not yet time
    assert len(receiver.got) == 1
    assert run_watches(settings_of(home), now=now + timedelta(minutes=5)).waiting == 1
    assert run_watches(settings_of(home), now=now + timedelta(hours=1)).events == 1
    assert run_watches(settings_of(home), now=now + timedelta(days=1)).events == 0
    assert len(set(receiver.keys())) == 1


RUBBISH = [
    b"SSH-2.0-OpenSSH_9.6\r\n",
    b" \r\n",
    b"\x00\xff\x1b[31m" * 50,
    b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000 + b"\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nrubbish\r\n",
    b"",
]


@pytest.fixture
def rubbish() -> Iterator[str]:
    """Give the address of a server that answers each request with the next of what is no HTTP."""
    server = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        for reply in RUBBISH:
            with server.accept()[0] as client:
                client.settimeout(5)
                got = b""
                while b"}" not in got and (part := client.recv(65536)):  # all of it, or closing resets it
                    got += part
                client.sendall(reply)

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}/hook"
    thread.join(5)
    server.close()


@pytest.mark.slow
def test_a_receiver_that_speaks_no_http_is_tried_later_and_holds_up_no_other(
    home: Path, receiver: Receiver, rubbish: str
) -> None:
    bad, good = watch(home, webhook=rubbish), watch(home, webhook=receiver.address)
    more(home, "second", report(0, 0))
    at = utc_now()
    for number in range(1, len(RUBBISH) + 1):
        result = run_watches(settings_of(home), now=at)
        assert (result.events, result.waiting) == (int(number == 1), 1)
        [error] = result.errors
        assert error.startswith(f"watch {bad.watch_id[:8]} (viaduct): ")
        assert not error.endswith(": ")
        events = {one.watch_id: one.outbox[0] for one in list_watches(home)}
        failed, sent = events[bad.watch_id], events[good.watch_id]
        assert (failed.attempts, failed.delivered_at) == (number, None)
        assert failed.next_at == at + timedelta(minutes=2 ** (number - 1))
        assert (sent.attempts, sent.error) == (1, None)
        at = failed.next_at
    assert len(receiver.got) == 1


KILLED = """
import os, signal, sys
from flows.operations import watch_delivery
from tests.story_samples import settings_of
from pathlib import Path
send = watch_delivery.send_event
def die(*words):
    send(*words)
    os.kill(os.getpid(), signal.SIGKILL)
watch_delivery.send_event = die
watch_delivery.run_watches(settings_of(Path(sys.argv[1])))
"""


@pytest.mark.slow
def test_a_kill_between_sending_and_noting_sends_the_same_key_again_and_no_other(
    home: Path, receiver: Receiver
) -> None:
    watch(home, webhook=receiver.address)
    more(home, "second", report(0, 0))
    env = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(home)], env=env, check=False, cwd=Path(__file__).parents[3]
    )
    assert done.returncode == -signal.SIGKILL
    assert run_watches(settings_of(home)).events == 1
    assert run_watches(settings_of(home)).events == 0
    assert len(receiver.got) == 2
    assert len(set(receiver.keys())) == 1


@pytest.mark.slow
def test_stories_that_merge_are_not_new_again(home: Path) -> None:
    from flows.operations.link_unlink_pin import link
    from tests.story_samples import article_id

    watch(home, events=("withdrawal",))
    more(home, "second", report(0, 0))
    more(home, "third", report(1, 1, title="A viaduct too, far away"))
    assert run_watches(settings_of(home)).events == 2
    link(settings_of(home), article_id(home, "e0t0"), article_id(home, "e1t1"))
    assert run_watches(settings_of(home)).events == 0  # and none of the two is withdrawn


@pytest.mark.slow
def test_a_watch_sees_every_story_that_matches_however_many(home: Path) -> None:
    words = [f"{chr(97 + number % 26)}{number}qu{chr(97 + number // 26)}" for number in range(1, 1100)]
    rows = [
        report(
            2,
            0,
            id=f"v{n}",
            title=f"Viaduct {' '.join(words[n * 9 : n * 9 + 4])}",
            text=f"Viaduct {' '.join(words[n * 9 : n * 9 + 9])}.",
            url=f"https://v.example/{n}",
            publisher=f"Paper {n}",
        )
        for n in range(115)
    ]
    more(home, "many", *rows)
    with open_published(home) as con:
        matching = con.execute(
            "SELECT count(DISTINCT story_id) FROM articles WHERE title LIKE 'Viaduct %'"
        ).fetchall()
    assert matching[0][0] > 100
    assert len(watch(home).reported) == matching[0][0]
