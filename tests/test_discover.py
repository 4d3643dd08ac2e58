"""Discovery on a real file system, with everything a folder can hold that is not a news file."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import random
import socket
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.discover import FoundFile, MissingPathError, discover, open_file, refuse, sha256_of, show_path
from flows.split import PartStream, WorkItem, split
from transforms.readers import read
from transforms.readers.options import ReadOptions
from transforms.types import Disposition, Format, Reason, Rejection

NOW = 2_000_000_000.0


def write(path: Path, content: bytes = b"words", age: float = 3600.0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (NOW - age, NOW - age))
    return path


def find(
    *paths: Path, settle_seconds: float = 0.0, follow_links: bool = False
) -> list[FoundFile | Rejection]:
    return list(discover(paths, now=NOW, settle_seconds=settle_seconds, follow_links=follow_links))


def refs(found: list[FoundFile | Rejection], folder: Path) -> list[str]:
    return [each.source_ref.removeprefix(f"{folder}/") for each in found if isinstance(each, FoundFile)]


def rejections(found: list[FoundFile | Rejection]) -> dict[str, tuple[Disposition, Reason]]:
    return {
        each.source_ref.rpartition("/")[2]: (each.disposition, each.reason)
        for each in found
        if isinstance(each, Rejection)
    }


def test_order_is_by_bytes_and_not_by_arguments(tmp_path: Path) -> None:
    for name in ("b/2", "b/10", "a", "Z", "é", "c/x/y"):
        write(tmp_path / name)
    found = find(tmp_path)
    assert refs(found, tmp_path) == ["Z", "a", "b/10", "b/2", "c/x/y", "é"]
    parts = [tmp_path / name for name in ("é", "c", "b", "a", "Z")]
    assert find(*parts) == find(*reversed(parts)) == found


def test_each_file_comes_once_however_often_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "in" / "a.html")
    write(tmp_path / "in" / "deep" / "b.html")
    monkeypatch.chdir(tmp_path)
    named = [
        Path("in"),
        Path("in/a.html"),
        tmp_path / "in" / "deep",
        Path("in/../in/a.html"),
        Path("in/**/*.html"),
    ]
    assert refs(find(*named), tmp_path) == ["in/a.html", "in/deep/b.html"]


def test_patterns_and_missing_paths(tmp_path: Path) -> None:
    write(tmp_path / "a.html")
    write(tmp_path / "b.txt")
    write(tmp_path / "[odd].txt")
    assert refs(find(tmp_path / "*.html"), tmp_path) == ["a.html"]
    assert refs(find(tmp_path / "[odd].txt"), tmp_path) == ["[odd].txt"]
    for missing in (tmp_path / "nothing", tmp_path / "*.pdf"):
        with pytest.raises(MissingPathError, match="nothing there"):
            list(discover([tmp_path / "a.html", missing], now=NOW))


def test_what_is_no_regular_file_is_rejected_and_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as unix:
        unix.bind(str(tmp_path / "socket"))
        found = find(tmp_path, Path("/dev/null"))
    assert rejections(found) == dict.fromkeys(
        ("pipe", "socket", "null"), (Disposition.REJECTED, Reason.NOT_A_FILE)
    )


def test_links_in_folders_need_permission_and_named_ones_do_not(tmp_path: Path) -> None:
    write(tmp_path / "outside" / "news.html")
    inbox = tmp_path / "inbox"
    write(inbox / "own.html")
    (inbox / "file").symlink_to(tmp_path / "outside" / "news.html")
    (inbox / "folder").symlink_to(tmp_path / "outside")
    (inbox / "loop").symlink_to(inbox)
    (inbox / "self").symlink_to("self")
    (inbox / "void").symlink_to("void-of-it")
    skipped = (Disposition.SKIPPED, Reason.NOT_A_FILE)
    assert refs(find(inbox), inbox) == ["own.html"]
    assert rejections(find(inbox)) == dict.fromkeys(("file", "folder", "loop", "self", "void"), skipped)
    followed = find(inbox, follow_links=True)
    assert refs(followed, inbox) == ["file", "folder/news.html", "own.html"]
    bad = (Disposition.REJECTED, Reason.NOT_A_FILE)
    assert rejections(followed) == {"loop": skipped, "self": bad, "void": bad}
    assert refs(find(inbox / "file", inbox / "folder"), inbox) == ["file", "folder/news.html"]


def test_unfinished_and_fresh_files_wait_for_the_next_run(tmp_path: Path) -> None:
    write(tmp_path / "done.html")
    write(tmp_path / "fresh.html", age=2.0)
    write(tmp_path / "from-the-future.html", age=-86_400.0)
    for name in ("a.html.part", "b.TMP", "c.crdownload", ".d.html.x7Gh2"):
        write(tmp_path / name)
    for name in (".DS_Store", "Thumbs.db", "._done.html", "done.html~"):
        write(tmp_path / name)
    write(tmp_path / ".git" / "config")
    deferred = (Disposition.DEFERRED, Reason.STILL_WRITTEN)
    litter = (Disposition.SKIPPED, Reason.NOT_AN_ARTICLE)
    expected = {
        **dict.fromkeys(("a.html.part", "b.TMP", "c.crdownload", ".d.html.x7Gh2"), deferred),
        **dict.fromkeys((".DS_Store", "Thumbs.db", "._done.html", "done.html~"), litter),
        ".git": (Disposition.SKIPPED, Reason.NOT_A_FILE),
    }
    by_hand = find(tmp_path)
    assert refs(by_hand, tmp_path) == ["done.html", "fresh.html", "from-the-future.html"]
    assert rejections(by_hand) == expected
    scheduled = find(tmp_path, settle_seconds=10.0)
    assert refs(scheduled, tmp_path) == ["done.html", "from-the-future.html"]
    assert rejections(scheduled) == {**expected, "fresh.html": deferred}


def test_names_that_are_not_text_stay_apart_and_print(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path)
    names = [
        b"\xff.html",
        b"\\xff.html",
        b"caf\xe9",
        "café".encode(),
        b"two\nlines",
        b"\x1b[31mred",
        "‮rtl".encode(),
    ]
    for name in names:
        with open(os.path.join(folder, name), "wb") as file:
            file.write(name)
    found = [each for each in find(tmp_path) if isinstance(each, FoundFile)]
    assert len(found) == len({each.source_ref for each in found}) == len(names)
    assert all(each.source_ref.isprintable() for each in found)
    assert {open_file(each).read() for each in found} == set(names)
    assert show_path(tmp_path / os.fsdecode(b"\xff.html")) == f"{tmp_path}/\\xff.html"


def test_what_changes_after_it_was_found_is_refused_with_a_reason(tmp_path: Path) -> None:
    gone, swapped, linked = (write(tmp_path / name) for name in ("gone", "piped", "linked"))
    found = [each for each in find(tmp_path) if isinstance(each, FoundFile)]
    for path in (gone, swapped, linked):
        path.unlink()
    os.mkfifo(swapped)
    linked.symlink_to("/etc/hostname")
    reasons = {}
    for each in found:
        with pytest.raises(OSError) as caught:
            sha256_of(each)
        reasons[each.path.name] = refuse(each.source_ref, caught.value).reason
    assert reasons == {"gone": Reason.VANISHED, "piped": Reason.NOT_A_FILE, "linked": Reason.NOT_A_FILE}


def test_what_may_not_be_read_is_told() -> None:
    unreadable = (Disposition.REJECTED, Reason.UNREADABLE)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        write(folder / "open.html").chmod(0o644)
        write(folder / "secret.html").chmod(0)
        write(folder / "closed" / "a.html").parent.chmod(0)
        is_root = os.geteuid() == 0
        try:
            if is_root:  # may read everything
                os.seteuid(65534)
            found = find(folder)
        finally:
            if is_root:
                os.seteuid(0)
            (folder / "closed").chmod(0o700)
        assert refs(found, folder) == ["open.html"]
        assert rejections(found) == {"secret.html": unreadable, "closed": unreadable}


def test_the_hash_is_of_the_bytes(tmp_path: Path) -> None:
    content = random.Random(1).randbytes(3_000_001)
    write(tmp_path / "a", content)
    (found,) = find(tmp_path)
    assert isinstance(found, FoundFile)
    assert sha256_of(found) == hashlib.sha256(content).hexdigest()


def test_a_folder_of_many_files_is_walked_quickly(tmp_path: Path) -> None:
    for number in range(2000):
        (tmp_path / f"{number}.html").touch()
    started = time.process_time()
    assert len(find(tmp_path)) == 2000
    assert time.process_time() - started < 1.0  # measured: .03 s


# --- work items


def cut(path: Path, item_bytes: int) -> list[WorkItem]:
    return split([each for each in find(path) if isinstance(each, FoundFile)], item_bytes=item_bytes)


def read_part(item: WorkItem) -> bytes:
    with open_file(item.files[0]) as stream:
        if item.part is None:
            return stream.read()
        part = PartStream(stream, item.part)
        part.read(7)
        assert part.seek(0, os.SEEK_END) == item.part.end - item.part.start
        assert part.read() == b""
        assert part.seek(0) == 0
        return part.read(10) + part.readline() + b"".join(part)


def test_small_files_go_together_and_every_file_goes_once(tmp_path: Path) -> None:
    for number in range(300):
        write(tmp_path / f"{number:03}", b"x" * (number * 10))
    items = cut(tmp_path, 20_000)
    assert [file.path.name for item in items for file in item.files] == [
        f"{number:03}" for number in range(300)
    ]
    assert all(item.cost <= 20_000 and len(item.files) <= 64 for item in items)
    assert 16 <= len(items) < 100
    assert len({item.key for item in items}) == len(items)
    assert cut(tmp_path, 20_000) == items
    write(tmp_path / "007", b"changed")
    changed = {item.key for item in cut(tmp_path, 20_000)} ^ {item.key for item in items}
    assert len(changed) == 2


LINE = st.one_of(
    st.binary(max_size=60).map(lambda noise: noise.replace(b"\n", b" ")),
    st.dictionaries(st.text(max_size=4), st.text(max_size=30), max_size=3).map(
        lambda row: json.dumps(row).encode()
    ),
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LINE, min_size=1, max_size=80), st.integers(30, 400), st.booleans())
def test_parts_of_jsonl_add_up_to_the_file(
    tmp_path: Path, rows: list[bytes], item_bytes: int, ends_with_newline: bool
) -> None:
    content = b"\n".join([b'{"title": "first"}', *rows]) + (b"\n" if ends_with_newline else b"")
    items = cut(write(tmp_path / "rows.jsonl", content), item_bytes)
    assert b"".join(read_part(item) for item in items) == content
    line = 1
    for item in items if len(items) > 1 else []:
        assert item.part is not None
        assert item.part.first_record == line
        line += read_part(item).count(b"\n")


def read_all(path: Path, item_bytes: int) -> list[tuple[str, Format, str]]:
    """What the readers make of a file, whole or in parts."""
    found = []
    for item in cut(path, item_bytes):
        with open_file(item.files[0]) as stream:
            first = item.part.first_record if item.part else 1
            source = PartStream(stream, item.part) if item.part else stream
            for each in read(source, path.name, ReadOptions(first_record=first)):
                found.append((each.source_ref, each.format, str(getattr(each, "reason", each.sha256))))
    return found


@pytest.mark.parametrize(
    "odd",
    [
        '{"title": "cut of',
        "\0\1\2",
        "",
        '"just a string"',
        '{"title": "t", "text": "%s"}' % ("far too long " * 90),
    ],
)
def test_reading_the_parts_is_reading_the_file(odd: str, tmp_path: Path) -> None:
    """A broken line costs itself wherever the cuts fall: no part begins with a line that hides what the file is."""
    usual = [
        json.dumps({"title": f"Number {number}", "text": "some words here " * 9}) for number in range(300)
    ]
    path = write(
        tmp_path / "rows",
        "\n".join(odd if number % 7 == 5 else row for number, row in enumerate(usual)).encode(),
    )
    assert len(cut(path, 400)) > 50
    assert read_all(path, 400) == read_all(path, 1 << 30)


def test_reading_the_parts_of_an_archive_is_reading_the_archive(tmp_path: Path) -> None:
    path = write(tmp_path / "crawl", b"".join(gzip.compress(each) for each in records(120)))
    assert read_all(path, 4000) == read_all(path, 1 << 30)


def test_one_json_document_is_not_cut(tmp_path: Path) -> None:
    rows = [{"title": f"Number {number}", "text": "words " * 20} for number in range(200)]
    for name, content in (
        ("indented", json.dumps(rows, indent=1)),
        ("wrapped", '{"articles": [\n' + ",\n".join(json.dumps(row) for row in rows) + "\n]}"),
        ("array", "[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]"),
        ("flat", json.dumps({"articles": rows})),
    ):
        items = cut(write(tmp_path / name, content.encode()), 1000)
        assert [item.part for item in items] == [None], name


def record(number: int, content: bytes) -> bytes:
    header = f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:x:{number}>\r\nContent-Length: {len(content)}"
    return header.encode() + b"\r\n\r\n" + content + b"\r\n\r\n"


def records(count: int) -> list[bytes]:
    """Records of which some hold whole archives: an offset must never be guessed from what content looks like."""
    inner = record(999, b"a page inside an archive inside a page")
    noise = random.Random(5)
    return [
        record(number, (inner, gzip.compress(inner, mtime=0), noise.randbytes(700))[number % 3])
        for number in range(count)
    ]


@pytest.mark.parametrize("is_gzip", [False, True])
def test_a_web_archive_is_cut_at_its_own_records_only(is_gzip: bool, tmp_path: Path) -> None:
    whole = [gzip.compress(each) if is_gzip else each for each in records(120)]
    items = cut(write(tmp_path / "crawl", b"".join(whole)), 4000)
    assert len(items) > 5
    assert b"".join(read_part(item) for item in items) == b"".join(whole)
    rest = records(120)
    for item in items:
        assert item.part is not None
        assert (item.part.format, item.part.is_gzip) == (Format.WARC, is_gzip)
        assert item.part.first_record == 121 - len(rest)
        plain = gzip.decompress(read_part(item)) if is_gzip else read_part(item)
        while plain:
            assert plain.startswith(rest[0])
            plain = plain[len(rest.pop(0)) :]
    assert rest == []


@pytest.mark.parametrize(
    "kind", ["one member for all", "two records a member", "cut short", "junk after", "bomb"]
)
def test_a_web_archive_that_keeps_no_rule_stays_whole_or_readable(kind: str, tmp_path: Path) -> None:
    each = [gzip.compress(one) for one in records(60)]
    content = {
        "one member for all": gzip.compress(b"".join(records(60))),
        "two records a member": b"".join([*each[:40], gzip.compress(b"".join(records(2))), *each[40:]]),
        "cut short": b"".join(each)[:-30],
        "junk after": b"".join(each) + b"<html>" * 500,
        "bomb": b"".join([*each, gzip.compress(record(1, b"\0" * 30_000_000))]),
    }[kind]
    items = cut(write(tmp_path / "crawl.warc.gz", content), 3000)
    assert b"".join(read_part(item) for item in items) == content
    assert (len(items) > 1) == (kind in ("cut short", "bomb"))
