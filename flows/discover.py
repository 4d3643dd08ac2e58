"""Paths in, files found out: a stable walk that opens nothing and loses nothing."""

from __future__ import annotations

import errno
import glob
import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from transforms.types import Disposition, Format, Reason, Rejection

# names that browsers, rsync, sftp and editors give a file while they write it
UNFINISHED_SUFFIXES = (
    ".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", ".filepart", ".incomplete", ".opdownload",
)  # fmt: skip
LITTER_NAMES = frozenset({".ds_store", "thumbs.db", "desktop.ini", ".directory", ".localized"})
_EFFECTIVE = os.access in os.supports_effective_ids
LITTER_FOLDERS = frozenset({"__macosx"})


class DiscoverError(Exception):
    """Base of what discovery raises; everything else it meets is a Rejection."""


class MissingPathError(DiscoverError):
    """A path the caller named does not exist, or a pattern matches nothing: wrong usage, exit code 2."""


class NotAFileError(OSError):
    """What was a file when found is something else now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFile:
    """A regular file that may be read."""

    location: str  # absolute, as the system names it; text and not a Path, since there may be a million
    source_ref: str  # the same for people: see `show_path`
    size: int
    mtime_ns: int
    is_link: bool = False  # reached by a link that the caller named or allowed

    @property
    def path(self) -> Path:
        """Where it is."""
        return Path(self.location)


def show_path(path: Path) -> str:
    r"""Write an absolute path as text that prints anywhere and stands for this path only.

    Bytes that are not UTF-8, control characters and other unprintable ones become `\xNN` or `\uNNNN`, and a
    backslash becomes two.
    """
    return _show(_absolute(path))


def _show(location: str) -> str:
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
    """Say in the product's words why the operating system would not let a file be read."""
    if isinstance(error, NotAFileError):
        reason, detail = Reason.NOT_A_FILE, str(error)
    elif isinstance(error, FileNotFoundError):
        reason, detail = Reason.VANISHED, "gone before it could be read"
    elif error.errno == errno.ELOOP:
        reason, detail = Reason.NOT_A_FILE, "a link, or a loop of links"
    else:
        reason, detail = Reason.UNREADABLE, os.strerror(error.errno) if error.errno else str(error)
    return _reject(source_ref, reason, detail, size=size)


def open_file(file: FoundFile) -> BinaryIO:
    """Open a found file for reading; never waits, and never opens a pipe or device that took its place.

    Raises OSError, which `refuse` turns into a Rejection.
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC | (0 if file.is_link else os.O_NOFOLLOW)
    fd = os.open(file.location, flags)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise NotAFileError(errno.EINVAL, "no longer a regular file")
    return os.fdopen(fd, "rb")


def sha256_of(file: FoundFile) -> str:
    """Hash a file's bytes in constant memory, hex. Raises OSError."""
    digest = hashlib.sha256()
    with open_file(file) as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def discover(
    paths: Sequence[Path], *, now: float, settle_seconds: float = 0.0, follow_links: bool = False
) -> Iterator[FoundFile | Rejection]:
    """Yield every file under `paths` once, sorted by the bytes of its path, whatever the order of `paths`.

    A path is a file, a folder or a pattern (`**` for any depth). Links are followed where the caller named
    them, within folders only with `follow_links`. Files whose name says that they are unfinished, and files
    changed in the last `settle_seconds` before `now` (seconds since 1970), are deferred to the next run.
    Raises MissingPathError before anything is yielded.
    """
    named = sorted({_absolute(Path(path)) for given in paths for path in _expand(given)}, key=os.fsencode)
    return _Walk(frozenset(named), now, settle_seconds, follow_links).run(named)


def _expand(path: Path) -> list[str]:
    if os.path.lexists(path):
        return [str(path)]
    matches = glob.glob(str(path), recursive=True)  # noqa: PTH207 - a pattern may begin with /
    if not matches:
        raise MissingPathError(f"nothing there: {show_path(path)}")
    return matches


def _reject(
    source_ref: str,
    reason: Reason,
    detail: str,
    disposition: Disposition = Disposition.REJECTED,
    size: int = 0,
) -> Rejection:
    return Rejection(
        source_ref=source_ref,
        format=Format.UNKNOWN,
        reason=reason,
        detail=detail,
        disposition=disposition,
        size=size,
    )


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
    """One discovery: what it was told, and the folders it has been in."""

    def __init__(self, named: frozenset[str], now: float, settle_seconds: float, follow_links: bool) -> None:
        self._named = named
        self._now = now
        self._settle_seconds = settle_seconds
        self._follow_links = follow_links
        self._visited: set[tuple[int, int]] = set()

    def run(self, named: Sequence[str]) -> Iterator[FoundFile | Rejection]:
        for path in named:
            yield from self._visit(path, is_named=True)

    def _visit(self, path: str, *, is_named: bool) -> Iterator[FoundFile | Rejection]:
        ref = _show(path)
        name = os.path.basename(path)  # noqa: PTH119 - a folder of a million names: plain text, not Path objects
        try:
            status = os.lstat(path)
            is_link = stat.S_ISLNK(status.st_mode)
            if is_link:
                if not is_named and not self._follow_links:
                    yield _reject(
                        ref, Reason.NOT_A_FILE, "a link; links are not followed", Disposition.SKIPPED
                    )
                    return
                try:
                    status = os.stat(path)  # noqa: PTH116 - plain text, as above
                except FileNotFoundError:
                    yield _reject(ref, Reason.NOT_A_FILE, "a link to nothing")
                    return
            if stat.S_ISDIR(status.st_mode):
                yield from self._enter(path, ref, name, status, is_named=is_named)
            elif stat.S_ISREG(status.st_mode):
                yield self._take(path, ref, name, status, is_named=is_named, is_link=is_link)
            else:
                yield _reject(ref, Reason.NOT_A_FILE, _name_type(status.st_mode))
        except OSError as error:
            yield refuse(ref, error)

    def _enter(
        self, path: str, ref: str, name: str, status: os.stat_result, *, is_named: bool
    ) -> Iterator[FoundFile | Rejection]:
        if not is_named and (name.startswith(".") or name.lower() in LITTER_FOLDERS):
            yield _reject(ref, Reason.NOT_A_FILE, "a hidden folder", Disposition.SKIPPED)
            return
        identity = (status.st_dev, status.st_ino)
        if identity in self._visited:
            yield _reject(ref, Reason.NOT_A_FILE, "a folder already walked", Disposition.SKIPPED)
            return
        self._visited.add(identity)
        for child in sorted(os.listdir(path), key=os.fsencode):  # noqa: PTH208 - plain text, as above
            inner = os.path.join(path, child)  # noqa: PTH118 - plain text, as above
            if inner not in self._named:  # named ones have their own turn
                yield from self._visit(inner, is_named=False)

    def _take(
        self, path: str, ref: str, name: str, status: os.stat_result, *, is_named: bool, is_link: bool
    ) -> FoundFile | Rejection:
        low, size = name.lower(), status.st_size
        if low in LITTER_NAMES or low.startswith("._") or (low.endswith("~") and not is_named):
            return _reject(
                ref, Reason.NOT_AN_ARTICLE, "litter of a file manager or editor", Disposition.SKIPPED, size
            )
        if low.endswith(UNFINISHED_SUFFIXES) or (low.startswith((".", "~$")) and not is_named):
            return _reject(
                ref, Reason.STILL_WRITTEN, "its name says it is unfinished", Disposition.DEFERRED, size
            )
        # a time in the future (a wrong clock) says nothing about when the file was written
        if abs(self._now - status.st_mtime) < self._settle_seconds:
            return _reject(
                ref,
                Reason.STILL_WRITTEN,
                f"changed less than {self._settle_seconds:g} s ago",
                Disposition.DEFERRED,
                size,
            )
        if not os.access(path, os.R_OK, effective_ids=_EFFECTIVE):
            return _reject(ref, Reason.UNREADABLE, os.strerror(errno.EACCES), size=size)
        return FoundFile(
            location=path, source_ref=ref, size=size, mtime_ns=status.st_mtime_ns, is_link=is_link
        )
