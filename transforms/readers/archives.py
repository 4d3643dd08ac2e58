"""Zip and tar to their members, in their stored order; what is unsafe or encrypted is rejected alone."""

from __future__ import annotations

import io
import re
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from transforms.readers.byte_streams import Budget, StopReading, Window, one_line
from transforms.readers.documents import Source
from transforms.readers.read_options import ReadOptions
from transforms.types import Disposition, Reason

TAR_BLOCK = 512
_CUT = "the tar ends inside a member"
MAX_LONG_NAME = 1 << 16  # bytes of an extended header: names end at 4 KiB everywhere, attacks do not
_ASSETS = re.compile(
    r"\.(?:css|js|mjs|map|png|jpe?g|gif|svg|webp|avif|ico|bmp|woff2?|ttf|otf|eot|mp[34]|webm|ogg|wav)$", re.I
)
_LEFTOVERS = re.compile(r"(?:^|/)(?:__MACOSX/.*|\.DS_Store|Thumbs\.db|desktop\.ini|\._[^/]*)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveMember:
    """One member of an archive: its safe name, and a window on its bytes or, in `stop`, why it is not read."""

    name: str
    window: Window | None = None
    stop: StopReading | None = None


def read_members(source: Source, packing: str) -> Iterator[ArchiveMember]:
    """Yield the files in an archive: of "zip" in the order of its directory, of anything else as tar in stored order.

    Directories are skipped; an empty archive yields nothing. A member with an unsafe name, a link, and one that is
    encrypted, a bomb, or part of a page (image, style, script) comes with its reason as `stop` and no window. A window
    is valid until the next member is asked for. Raises StopReading for damage, truncation or failure of the archive
    itself, and for a zip whose directory exceeds `max_directory_bytes`.
    """
    return _zip_members(source) if packing == "zip" else _tar_members(source)


def _verdict(name: str) -> StopReading | None:
    """Refuse names that would leave the archive, and skip what belongs to a page or a file system."""
    path = name.replace("\\", "/")
    if (
        not path
        or path.startswith("/")
        or re.match(r"[A-Za-z]:", path)
        or ".." in path.split("/")
        or "\x00" in path
    ):
        return StopReading(Reason.UNSAFE_PATH, f"unsafe member name {one_line(name, 80)}")
    if _LEFTOVERS.search(path) or _ASSETS.search(path):
        return StopReading(
            Reason.NOT_AN_ARTICLE, "a file that belongs to a page or a system", Disposition.SKIPPED
        )
    return None


def _zip_members(source: Source) -> Iterator[ArchiveMember]:
    file = source.seekable("zip inside another archive")
    _check_directory(file, source.options)
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error) as error:
        raise StopReading(Reason.BAD_ARCHIVE, one_line(f"damaged zip: {error}")) from error
    for info in archive.infolist():
        if info.orig_filename.endswith("/"):
            continue  # a directory
        name = one_line(info.orig_filename, 1000)
        stop = _verdict(info.orig_filename)
        mode = info.external_attr >> 16
        if stop is None and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
            stop = StopReading(Reason.UNSAFE_PATH, "a link or device, not a file")
        if stop is None and info.flag_bits & 1:
            stop = StopReading(Reason.ENCRYPTED, "the member is encrypted")
        if stop is None and _is_bomb(info, source.options):
            stop = StopReading(
                Reason.ARCHIVE_BOMB, f"{info.compress_size} bytes would decompress to {info.file_size}"
            )
        if stop is not None:
            yield ArchiveMember(name=name, stop=stop)
            continue
        yield _open_member(archive, info, name, source.budget)


def _is_bomb(info: zipfile.ZipInfo, options: ReadOptions) -> bool:
    return info.file_size > max(options.expansion_floor, options.max_expansion * info.compress_size)


def _open_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, budget: Budget) -> ArchiveMember:
    try:
        member = archive.open(info)
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        OSError,
        ValueError,
        RuntimeError,
        struct.error,
    ) as error:
        return ArchiveMember(
            name=name, stop=StopReading(Reason.BAD_ARCHIVE, one_line(f"cannot be decompressed: {error}"))
        )

    def pull(count: int) -> bytes:
        try:
            data = member.read(count)
        except EOFError as error:
            raise StopReading(Reason.TRUNCATED, "the member ends too early") from error
        except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError) as error:
            raise StopReading(Reason.BAD_ARCHIVE, one_line(f"damaged member: {error}")) from error
        budget.spend(len(data))
        return data

    return ArchiveMember(name=name, window=Window(pull))


def _check_directory(file: BinaryIO, options: ReadOptions) -> None:
    """Refuse a table of contents too large to hold, before `zipfile` holds it."""
    size = file.seek(0, io.SEEK_END)
    tail_size = min(size, 65557)  # the end record and the longest comment
    file.seek(size - tail_size)
    tail = file.read(tail_size)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or at + 22 > len(tail):
        raise StopReading(Reason.TRUNCATED, "the zip has no table of contents: its end is missing")
    directory = int(struct.unpack_from("<I", tail, at + 12)[0])
    wide = tail.rfind(b"PK\x06\x06", 0, at)
    if directory == 0xFFFFFFFF and wide >= 0 and wide + 48 <= len(tail):
        directory = int(struct.unpack_from("<Q", tail, wide + 40)[0])
    if directory > options.max_directory_bytes:
        raise StopReading(Reason.TOO_LARGE, f"the zip's table of contents takes {directory} bytes")
    file.seek(0)


def _tar_members(source: Source) -> Iterator[ArchiveMember]:
    """Walk the headers block by block: nothing is kept of a member once the next one comes."""
    window = source.window
    long_name: str | None = None
    long_size: int | None = None
    while True:
        block = window.read(TAR_BLOCK)
        if len(block) < TAR_BLOCK:
            if window.failure is not None:
                raise window.failure
            raise StopReading(Reason.TRUNCATED, "the tar ends without its end mark")
        try:
            info = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
        except tarfile.EOFHeaderError:  # type: ignore[attr-defined]
            return
        except tarfile.HeaderError as error:
            raise StopReading(Reason.BAD_ARCHIVE, one_line(f"damaged tar header: {error}")) from error
        if info.size < 0:
            raise StopReading(Reason.BAD_ARCHIVE, "damaged tar header: negative size")
        if info.type in (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME):
            data = _extended(window, info.size)
            if info.type == tarfile.GNUTYPE_LONGNAME:
                long_name = data.rstrip(b"\x00").decode("utf-8", "surrogateescape")
            else:
                long_name, long_size = _pax(data, long_name)
            continue
        if info.type in (tarfile.XGLTYPE, tarfile.GNUTYPE_LONGLINK):
            _extended(window, info.size)
            continue
        name = long_name if long_name is not None else info.name
        size = long_size if long_size is not None else info.size
        long_name = long_size = None
        if info.type == tarfile.DIRTYPE:
            window.skip(_padded(size), _CUT)
            continue
        part = _TarContent(window, size)
        yield _tar_member(name, info, part)
        part.finish()


def _tar_member(name: str, info: tarfile.TarInfo, part: _TarContent) -> ArchiveMember:
    stop = _verdict(name)
    if stop is None and info.type == tarfile.GNUTYPE_SPARSE:
        stop = StopReading(Reason.BAD_ARCHIVE, "a sparse file, which news never is")
    elif stop is None and info.type not in tarfile.REGULAR_TYPES:
        stop = StopReading(Reason.UNSAFE_PATH, "a link or device, not a file")
    safe = one_line(name, 1000)
    return ArchiveMember(name=safe, stop=stop) if stop else ArchiveMember(name=safe, window=Window(part.pull))


class _TarContent:
    """The bytes of one tar member, and the padding after them."""

    def __init__(self, window: Window, size: int) -> None:
        self._window = window
        self._left = size
        self._padding = _padded(size) - size

    def pull(self, count: int) -> bytes:
        data = self._window.read(min(count, self._left))
        if not data and self._left:
            raise StopReading(Reason.TRUNCATED, "the tar ends inside this member")
        self._left -= len(data)
        return data

    def finish(self) -> None:
        self._window.skip(self._left + self._padding, _CUT)


def _extended(window: Window, size: int) -> bytes:
    if size > MAX_LONG_NAME:
        raise StopReading(Reason.BAD_ARCHIVE, f"a tar header of {size} bytes")
    data = window.read(_padded(size))
    return data[:size]


def _pax(data: bytes, name: str | None) -> tuple[str | None, int | None]:
    """Take path and size out of `length key=value` lines."""
    size = None
    for line in data.split(b"\n"):
        key, _, value = line.partition(b" ")[2].partition(b"=")
        if key == b"path":
            name = value.decode("utf-8", "surrogateescape")
        elif key == b"size" and value.isdigit() and len(value) < 20:
            size = int(value)
    return name, size


def _padded(size: int) -> int:
    return -(-size // TAR_BLOCK) * TAR_BLOCK
