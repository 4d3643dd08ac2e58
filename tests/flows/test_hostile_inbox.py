"""An inbox with one of every hostile case ends with exit code 0, every document accounted for, in bounded memory."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

# Imported by the interpreter of the run and of each worker before anything else: whoever asks for a socket fails.
FORBID = """
import socket
def refuse(*arguments, **options):
    raise AssertionError("ingest asked for the network")
socket.socket.connect = refuse
socket.getaddrinfo = refuse
socket.create_connection = refuse
"""
REPORT = (
    "The council of Port Ellery voted on Tuesday to rebuild the lighthouse after the storm. "
    "Engineers said that the work would take two years and cost four million crowns. "
)
PAGE = "<html><head><title>{}</title></head><body><article><h1>{}</h1><p>{}</p></article></body></html>"


def page(title: str, body: str = REPORT * 3) -> bytes:
    return PAGE.format(title, title, body).encode()


def tar_with(name: str, data: bytes, kind: bytes = tarfile.REGTYPE) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo(name)
        info.size, info.type, info.linkname = len(data), kind, "/etc/passwd"
        archive.addfile(info, io.BytesIO(data))
        good = page("Beside a hostile member")
        info = tarfile.TarInfo("good.html")
        info.size = len(good)
        archive.addfile(info, io.BytesIO(good))
    return out.getvalue()


def zip_with(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


def nested(levels: int) -> bytes:
    data = page("Deep inside")
    for level in range(levels):
        data = zip_with(f"level-{level}.zip" if level else "page.html", data)
    return data


def billion_laughs() -> bytes:
    lines = ['<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a0 "ha">']
    lines += [f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)]
    return "\n".join([*lines, "]><rss><channel><item><title>&a9;</title></item></channel></rss>"]).encode()


def external_entity() -> bytes:
    return (
        b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        b"<rss><channel><item><title>&x;</title><description>&x;</description></item></channel></rss>"
    )


def warc(cut: int = 0) -> bytes:
    body = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page("From a web archive")
    head = (
        b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://archive.example/a\r\n"
        b"WARC-Date: 2026-01-01T00:00:00Z\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000001>\r\n"
        b"Content-Type: application/http; msgtype=response\r\nContent-Length: %d\r\n\r\n" % len(body)
    )
    whole = (head + body + b"\r\n\r\n") * 2
    return whole[: len(whole) - cut] if cut else whole


def write_cases(folder: Path) -> None:
    """Write one file for every hostile case that needs no special file system."""
    links = "".join(f'<li><a href="/{n}">A headline with number {n}</a></li>' for n in range(20_000))
    lines = [json.dumps({"id": str(n), "title": f"Record {n}", "text": REPORT}) for n in range(2_000)]
    lines[1_233] = '{"id": "broken'
    cases = {
        "bomb.gz": gzip.compress(bytes(100 << 20), 9),
        "bomb.zip": zip_with("zeros.html", bytes(100 << 20)),
        "bomb.bz2": bz2.compress(bytes(100 << 20)),
        "bomb.xz": lzma.compress(bytes(100 << 20)),
        "nested.zip": nested(9),
        "climb.tar": tar_with("../../climbed.html", page("Climbed out")),
        "absolute.tar": tar_with("/tmp/absolute.html", page("From the root")),
        "link.tar": tar_with("link.html", b"", tarfile.SYMTYPE),
        "device.tar": tar_with("device.html", b"", tarfile.CHRTYPE),
        "laughs.xml": billion_laughs(),
        "external.xml": external_entity(),
        "huge.html": page("A page of fifty megabytes", "x" * (55 << 20)),
        "nested-tags.html": b"<html><body>" + b"<div>" * 100_000 + REPORT.encode() + b"</body></html>",
        "links.html": f"<html><body><ul>{links}</ul></body></html>".encode(),
        "nul.html": page("With NUL bytes", REPORT.replace(" ", " \0") * 3),
        "surrogates.jsonl": b'{"id": "s", "title": "lone \\ud800 surrogate", "text": "\\udfff '
        + REPORT.encode()
        + b'"}\n',
        "utf16.html": page("Sixteen bits").decode().encode("utf-16"),
        "cp1251.html": page("Кириллица без объявления", "Совет порта решил восстановить маяк. " * 9)
        .decode()
        .encode("cp1251"),
        "wrong-charset.html": b'<html><head><meta charset="ascii"><title>Wrong</title></head><body><p>'
        + ("Café déjà vu. " + REPORT).encode("latin-1") * 3
        + b"</p></body></html>",
        "directions.html": page("\u202eesrever\u202c zero\u200bwidth", REPORT * 3),
        "escapes.html": page("\x1b[31mred\x1b[0m \x07bell", REPORT * 3),
        "sql.html": page("'); DROP TABLE stories; --", REPORT * 3),
        "picture.html": b"\x89PNG\r\n\x1a\n" + os.urandom(4000),
        "noise.txt": os.urandom(20_000),
        "empty.html": b"",
        "cut.warc": warc(cut=90),
        "cut.warc.gz": gzip.compress(warc())[:-40],
        "cut.html.gz": gzip.compress(page("Cut short") * 50)[:-30],
        "broken-line.jsonl": "\n".join(lines).encode(),
        "half.part": page("Still being written"),
    }
    for name, data in cases.items():
        (folder / name).write_bytes(data)


@pytest.mark.slow
def test_every_hostile_case_is_accounted_for(tmp_path: Path) -> None:
    inbox, home, site = tmp_path / "inbox", tmp_path / "home", tmp_path / "site"
    inbox.mkdir()
    site.mkdir()
    (site / "sitecustomize.py").write_text(FORBID)
    write_cases(inbox)
    os.mkfifo(inbox / "pipe.html")
    (inbox / "dangling.html").symlink_to(tmp_path / "nowhere")
    (inbox / "loop").symlink_to(inbox)
    with open(os.fsencode(inbox) + b"/not-utf8-\xff\xfe.html", "wb") as odd:
        odd.write(page("A name that is no UTF-8"))

    # VmHWM, not ru_maxrss: a process that is started inherits that of the process that starts it.
    measured = (
        "import re, resource, sys; from pathlib import Path; from flows.cli import main\n"
        "try:\n    main(sys.argv[1:])\nfinally:\n"
        "    own = int(re.search(r'VmHWM:\\s+(\\d+) kB', Path('/proc/self/status').read_text())[1])\n"
        "    print(max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", measured, "ingest", inbox, "--home", home, "--json", "--workers", "2"],
        env=os.environ
        | {"PYTHONPATH": f"{site}:{Path(__file__).parents[2]}", "NEWSFOLD_DOCUMENT_SECONDS": "20"},
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    report = json.loads(done.stdout)
    assert report["documents"] == sum(report["dispositions"].values())
    assert report["dispositions"]["loaded"] >= 1_999 + 10
    assert report["dispositions"]["deferred"] == 1
    reasons = set(report["reasons"])
    assert reasons >= {
        "archive_bomb", "archive_too_deep", "unsafe_path", "too_large", "binary", "empty", "truncated", "bad_record",
        "not_a_file", "still_written",
    }  # fmt: skip
    assert not reasons & {"crashed", "out_of_memory", "timeout"}
    assert int(done.stderr.strip().splitlines()[-1]) < 1 << 20, "KiB of the largest process"
    assert not (tmp_path.parent / "climbed.html").exists()
    assert not Path("/tmp/absolute.html").exists()

    def ask(query: str) -> list[dict[str, object]]:
        asked: list[str | Path] = [
            Path(sys.executable).with_name("newsfold"),
            "sql",
            "--json",
            query,
            "--home",
            home,
        ]
        answer = subprocess.run(asked, capture_output=True, text=True, check=True)
        return [json.loads(line) for line in answer.stdout.splitlines()]

    (broken,) = ask(
        "SELECT source_ref FROM documents WHERE reason = 'bad_record' AND source_ref LIKE '%line%'"
    )
    assert str(broken["source_ref"]).endswith("broken-line.jsonl#1234")
    titles = [str(row["title"]) for row in ask("SELECT title FROM articles")]
    assert "'); DROP TABLE stories; --" in titles
    assert not any(
        character < " " or character in "\u202e\u200b\x7f" for title in titles for character in title
    )
    assert not any("root:" in str(row["text"]) for row in ask("SELECT text FROM articles"))
