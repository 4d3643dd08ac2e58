"""Discovery on a real file system, with everything a folder can hold that is not a news file."""

from __future__ import annotations

import hashlib
import os
import random
import socket
import tempfile
import time
from pathlib import Path

import pytest

from flows.intake.discover import (
    FoundFile,
    MissingPathError,
    discover,
    open_file,
    refuse,
    sha256_of,
    show_path,
)
from transforms.types import Disposition, Reason, Rejection

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
    left_by_programs = (Disposition.SKIPPED, Reason.NOT_AN_ARTICLE)
    expected = {
        **dict.fromkeys(("a.html.part", "b.TMP", "c.crdownload", ".d.html.x7Gh2"), deferred),
        **dict.fromkeys((".DS_Store", "Thumbs.db", "._done.html", "done.html~"), left_by_programs),
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
    read = set()
    for each in found:
        with open_file(each) as file:
            read.add(file.read())
    assert read == set(names)
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


def test_what_may_not_be_read_is_reported() -> None:
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


def test_a_home_inside_the_input_is_no_input(tmp_path: Path) -> None:
    (tmp_path / "news.txt").write_text("A report.")
    home = tmp_path / "deep" / "home"
    home.mkdir(parents=True)
    for name in ("working.duckdb", "working.lock", "news.duckdb"):
        (home / name).write_text("x")
    (home / "spool").mkdir()
    (home / "spool" / "a.txt").write_text("x")
    found = list(discover([tmp_path], now=2e9, home_files=("working.duckdb",)))
    assert [Path(one.source_ref).name for one in found if isinstance(one, FoundFile)] == ["news.txt"]
    [skipped] = [one for one in found if isinstance(one, Rejection)]
    assert (skipped.source_ref, skipped.disposition) == (str(home), Disposition.SKIPPED)
