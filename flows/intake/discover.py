"""Paths in, files found out: a walk in a stable order that opens nothing but lists of files and loses nothing."""

from __future__ import annotations

import errno
import glob
import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from transforms.types import Disposition, Format, Reason, Rejection
from warehouse.errors import NewsfoldError
from warehouse.object_store import Address, Place

# names that browsers, rsync, sftp and editors give a file while they write it
UNFINISHED_SUFFIXES = (
    ".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", ".filepart", ".incomplete", ".opdownload",
)  # fmt: skip
LITTER_NAMES = frozenset({".ds_store", "thumbs.db", "desktop.ini", ".directory", ".localized"})
_EFFECTIVE = os.access in os.supports_effective_ids
LITTER_FOLDERS = frozenset({"__macosx"})


class MissingPathError(NewsfoldError):
    """A path that the caller named does not exist, or a pattern matches nothing (exit code 2).

    All other problems of discovery are Rejections.
    """

    advice = "correct the path; `newsfold config` shows the inbox"


class NotAFileError(OSError):
    """A path that was a regular file when it was found is something else now."""


class BrokenReadError(OSError):
    """A service stopped answering while an object was read; the object is not at fault, and the next run reads it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFile:
    """A regular file or an object of a bucket that a run may read: location, name for people, size, time of change."""

    location: str  # absolute path as the system names it, or address; text, since there may be a million
    source_ref: str  # the same for people: see `show_path`
    size: int
    mtime_ns: int
    is_link: bool = False  # reached by a link that the caller named or allowed

    @property
    def path(self) -> Path:
        """Return the path of a file of this machine; meaningless for an object."""
        return Path(self.location)

    @property
    def is_object(self) -> bool:
        """Return whether this is an object in a bucket: its location does not begin with a slash."""
        return not self.location.startswith("/")


def show_path(path: Path) -> str:
    r"""Write a path, made absolute, as text that prints anywhere and that no other path has.

    Bytes that are not UTF-8, control characters and other unprintable ones become `\xNN` or `\uNNNN`, and a backslash
    becomes two. Links stay as they are named, unless the path has `..` in it.
    """
    return show(_absolute(path))


def show(location: str) -> str:
    """Write a path or an address as text that prints anywhere, escaped as in `show_path`, but not made absolute."""
    if location.isprintable() and "\\" not in location:
        return location
    text = os.fsencode(location).replace(b"\\", b"\\\\").decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def _absolute(path: Path) -> str:
    # `link/..` is not where the link is, so only then are links resolved; else a path stays as people know it
    if path.name == "..":
        return str(path.resolve())
    return str(path.parent.resolve() / path.name if ".." in path.parts else path.absolute())


def refuse(source_ref: str, error: OSError, size: int = 0) -> Rejection:
    """Return the rejection of a file that the operating system, or a service, did not let the run read.

    A BrokenReadError is deferred to the next run; all else is rejected: NOT_A_FILE for a NotAFileError or a link,
    VANISHED for a FileNotFoundError, else UNREADABLE. `size` is in bytes.
    """
    if isinstance(error, BrokenReadError):
        return reject(source_ref, Reason.UNREADABLE, str(error), Disposition.DEFERRED, size)
    if isinstance(error, NotAFileError):
        reason, detail = Reason.NOT_A_FILE, str(error)
    elif isinstance(error, FileNotFoundError):
        reason, detail = Reason.VANISHED, "gone before it could be read"
    elif error.errno == errno.ELOOP:
        reason, detail = Reason.NOT_A_FILE, "a link, or a loop of links"
    else:
        reason, detail = Reason.UNREADABLE, os.strerror(error.errno) if error.errno else str(error)
    return reject(source_ref, reason, detail, size=size)


def open_file(file: FoundFile) -> BinaryIO:
    """Open a found file as a seekable binary stream; the caller closes it.

    Never waits, and never opens a pipe, device or link that took its place. For an object see `open_object`. Raises
    OSError (NotAFileError is one), which `refuse` turns into a Rejection.
    """
    if file.is_object:
        from flows.intake.buckets import open_object

        return open_object(file)
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC | (0 if file.is_link else os.O_NOFOLLOW)
    fd = os.open(file.location, flags)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise NotAFileError(errno.EINVAL, "no longer a regular file")
    return os.fdopen(fd, "rb")


def identity_of(file: FoundFile) -> str:
    """Return an identifier of a file's bytes: their SHA-256 as hexadecimal digits.

    For an object it is its etag and size (`etag_of`), or the SHA-256 where no etag is stated. Raises OSError.
    """
    if file.is_object:
        from flows.intake.buckets import etag_of

        if etag := etag_of(file):
            return etag
    return sha256_of(file)


def sha256_of(file: FoundFile) -> str:
    """Return the SHA-256 of a file's bytes, hex, reading them a MiB at a time. Raises OSError."""
    digest = hashlib.sha256()
    with open_file(file) as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def discover(
    paths: Sequence[Place],
    *,
    now: float,
    settle_seconds: float = 0.0,
    follow_links: bool = False,
    home_files: Sequence[str] = (),
) -> Iterator[FoundFile | Rejection]:
    """Yield the files under `paths`, each path once, in one order whatever that of `paths`.

    A path is a file, a folder or a pattern (`**` for any depth), here or in a bucket (see `find_objects`), or a list of
    files (`*.paths`, `*.paths.gz`; see `read_paths_file`). First come lines of lists that name no file, then files of
    this machine, named ones sorted by their bytes and folders depth first likewise, then objects. What is not taken is
    a Rejection: hidden folders and files that file managers and editors leave (skipped), links within folders without
    `follow_links` (links that the caller named are followed), folders that hold one of `home_files`, unreadable files
    and what is no regular file; deferred to the next run are files whose name says that they are unfinished, and files
    that changed within `settle_seconds` of `now` (seconds since 1970).

    No paths yield nothing. A path of this machine that names nothing raises MissingPathError at the call, an address
    when its turn comes; StoreError where a service does not answer or refuses.
    """
    paths, listed, refused = _read_lists(paths)
    local = [path for path in paths if isinstance(path, Path)]
    named = sorted(
        {_absolute(Path(path)) for given in local for path in _expand(given)}
        | {_absolute(path) for path in listed if isinstance(path, Path)},
        key=os.fsencode,
    )
    found = _Walk(frozenset(named), now, settle_seconds, follow_links, frozenset(home_files)).run(named)
    addresses = [path for path in paths if isinstance(path, Address)]
    keys = [path for path in listed if isinstance(path, Address)]
    if not addresses and not keys:
        return chain(refused, found)
    from flows.intake.buckets import find_objects

    objects = find_objects(addresses, keys, now=now, home_files=frozenset(home_files))
    return chain(refused, found, objects)


def _read_lists(paths: Sequence[Place]) -> tuple[list[Place], list[Place], list[Rejection]]:
    """Put what lists name in their place: the paths that are no lists, the places listed, and lines that name none."""
    from flows.intake.paths_files import is_paths_file, read_paths_file

    plain: list[Place] = []
    listed: list[Place] = []
    refused: list[Rejection] = []
    for path in paths:
        if not is_paths_file(path) or (isinstance(path, Path) and not path.is_file()):
            plain.append(path)
            continue
        try:
            for one in read_paths_file(path):
                if isinstance(one, Rejection):
                    refused.append(one)
                else:
                    listed.append(one)
        except OSError as error:
            refused.append(refuse(show(str(path)), error))
    return plain, listed, refused


def _expand(path: Path) -> list[str]:
    if os.path.lexists(path):
        return [str(path)]
    matches = glob.glob(str(path), recursive=True)  # noqa: PTH207 - a pattern may begin with /
    if not matches:
        raise MissingPathError(f"nothing there: {show_path(path)}")
    return matches


def reject(
    source_ref: str,
    reason: Reason,
    detail: str,
    disposition: Disposition = Disposition.REJECTED,
    size: int = 0,
) -> Rejection:
    """Make the rejection of a whole file: of unknown format and without a hash. `size` is in bytes."""
    return Rejection(
        source_ref=source_ref,
        format=Format.UNKNOWN,
        reason=reason,
        detail=detail,
        disposition=disposition,
        size=size,
    )


def sort_out(ref: str, name: str, size: int, *, is_named: bool) -> Rejection | None:
    """Reject a file by its name: left by a file manager (skipped), or unfinished (deferred); None for one to be read.

    `ref` names the file in the rejection, `name` is its last segment (case does not count), `size` its bytes. A name
    that ends in `~` or begins with `.` or `~$` may be read where the caller named the file (`is_named`) and no other
    rule holds.
    """
    low = name.lower()
    if low in LITTER_NAMES or low.startswith("._") or (low.endswith("~") and not is_named):
        return reject(
            ref, Reason.NOT_AN_ARTICLE, "left by a file manager or editor", Disposition.SKIPPED, size
        )
    if low.endswith(UNFINISHED_SUFFIXES) or (low.startswith((".", "~$")) and not is_named):
        return reject(ref, Reason.STILL_WRITTEN, "its name says it is unfinished", Disposition.DEFERRED, size)
    return None


def _name_type(mode: int) -> str:
    for is_type, name in (
        (stat.S_ISFIFO, "a pipe"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISBLK, "a block device"),
        (stat.S_ISCHR, "a character device"),
    ):
        if is_type(mode):
            return name
    return "no regular file"


class _Walk:
    """One discovery: its parameters, and the folders it has been in."""

    def __init__(
        self,
        named: frozenset[str],
        now: float,
        settle_seconds: float,
        follow_links: bool,
        home_files: frozenset[str],
    ) -> None:
        self._home_files = home_files
        self._named = named
        self._now = now
        self._settle_seconds = settle_seconds
        self._follow_links = follow_links
        self._visited: set[tuple[int, int]] = set()

    def run(self, named: Sequence[str]) -> Iterator[FoundFile | Rejection]:
        for path in named:
            yield from self._visit(path, is_named=True)

    def _visit(self, path: str, *, is_named: bool) -> Iterator[FoundFile | Rejection]:
        ref = show(path)
        name = os.path.basename(path)  # noqa: PTH119 - a folder of a million names: plain text, not Path objects
        try:
            status = os.lstat(path)
            is_link = stat.S_ISLNK(status.st_mode)
            if is_link:
                if not is_named and not self._follow_links:
                    yield reject(
                        ref, Reason.NOT_A_FILE, "a link; links are not followed", Disposition.SKIPPED
                    )
                    return
                try:
                    status = os.stat(path)  # noqa: PTH116 - plain text, as above
                except FileNotFoundError:
                    yield reject(ref, Reason.NOT_A_FILE, "a link to nothing")
                    return
            if stat.S_ISDIR(status.st_mode):
                yield from self._enter(path, ref, name, status, is_named=is_named)
            elif stat.S_ISREG(status.st_mode):
                yield self._take(path, ref, name, status, is_named=is_named, is_link=is_link)
            else:
                yield reject(ref, Reason.NOT_A_FILE, _name_type(status.st_mode))
        except OSError as error:
            yield refuse(ref, error)

    def _enter(
        self, path: str, ref: str, name: str, status: os.stat_result, *, is_named: bool
    ) -> Iterator[FoundFile | Rejection]:
        if not is_named and (name.startswith(".") or name.lower() in LITTER_FOLDERS):
            yield reject(ref, Reason.NOT_A_FILE, "a hidden folder", Disposition.SKIPPED)
            return
        identity = (status.st_dev, status.st_ino)
        if identity in self._visited:
            yield reject(ref, Reason.NOT_A_FILE, "a folder already walked", Disposition.SKIPPED)
            return
        self._visited.add(identity)
        names = os.listdir(path)  # noqa: PTH208 - plain text, as above
        if not self._home_files.isdisjoint(names):
            yield reject(ref, Reason.NOT_A_FILE, "a home of newsfold", Disposition.SKIPPED)
            return
        for child in sorted(names, key=os.fsencode):
            inner = os.path.join(path, child)  # noqa: PTH118 - plain text, as above
            if inner not in self._named:  # named ones have their own turn
                yield from self._visit(inner, is_named=False)

    def _take(
        self, path: str, ref: str, name: str, status: os.stat_result, *, is_named: bool, is_link: bool
    ) -> FoundFile | Rejection:
        size = status.st_size
        if refused := sort_out(ref, name, size, is_named=is_named):
            return refused
        # a time in the future (a wrong clock) says nothing about when the file was written
        if abs(self._now - status.st_mtime) < self._settle_seconds:
            return reject(
                ref,
                Reason.STILL_WRITTEN,
                f"changed less than {self._settle_seconds:g} s ago",
                Disposition.DEFERRED,
                size,
            )
        if not os.access(path, os.R_OK, effective_ids=_EFFECTIVE):
            return reject(ref, Reason.UNREADABLE, os.strerror(errno.EACCES), size=size)
        return FoundFile(
            location=path, source_ref=ref, size=size, mtime_ns=status.st_mtime_ns, is_link=is_link
        )
