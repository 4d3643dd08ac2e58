"""Addresses of buckets in, objects found out, and streams that read them on after a broken connection."""

from __future__ import annotations

import fnmatch
import io
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, groupby, islice
from typing import TYPE_CHECKING, Any, BinaryIO

from flows.intake.discover import (
    LITTER_FOLDERS,
    BrokenReadError,
    FoundFile,
    MissingPathError,
    reject,
    show,
    sort_out,
)
from transforms.types import Disposition, Reason, Rejection
from warehouse.object_store import Address, StoreError, describe_error, file_system, folders_below

if TYPE_CHECKING:
    from typing_extensions import Buffer  # collections.abc has it from Python 3.12

# One request's bytes: large enough that its delay (20-100 ms) is small beside its transfer, small beside a worker.
REQUEST_BYTES = 8 << 20
# Waits between tries to go on reading, after the client's own: half a minute, in which a service is restarted. With
# the client's own waits it stays below what a document may wait.
RESUME_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
# Services keep the time of a change by the second: within so many, a later change may show the same time.
_SAME_TIME_SECONDS = 2.0
# Keys of a list that are asked for in one call.
KEYS_AT_ONCE = 1000
_WILD = re.compile(r"[*?\[]")


def find_objects(
    addresses: Sequence[Address], keys: Sequence[Address] = (), *, now: float, home_files: frozenset[str]
) -> Iterator[FoundFile | Rejection]:
    """Yield every object under the addresses once, in a fixed order: addresses, folders and names sorted.

    An address is an object, a folder (a prefix), or a key with `*`, `?`, `[…]`, or `**` for any number of segments; the
    bucket has no wildcards. Then come `keys`, objects that a list names, sorted: one that does not exist is a
    rejection, as is one that its name excludes (`sort_out`) and a folder that is hidden or holds one of `home_files`.
    `now` is in seconds since 1970. Nothing is opened. While it is iterated it raises MissingPathError where an address
    names nothing, StoreError where the service does not answer or refuses, AddressError where an account or region is
    not set.
    """
    seen: set[str] = set()
    for one in chain.from_iterable(
        (*(_under(address, home_files) for address in _each(addresses)), _named(keys))
    ):
        if one.source_ref not in seen:
            seen.add(one.source_ref)
            yield _mark_recent(one, now) if isinstance(one, FoundFile) else one


def _each(addresses: Sequence[Address]) -> list[Address]:
    return sorted(set(addresses))


def _named(keys: Sequence[Address]) -> Iterator[FoundFile | Rejection]:
    """Ask for objects by their keys, many of a bucket in one call: the client asks side by side."""
    from pyarrow.fs import FileType

    for group in _by_bucket(_each(keys)):
        fs, _ = file_system(group[0])
        for address, info in zip(group, _infos(fs, group), strict=True):
            if info.type == FileType.File:
                yield sort_out_object(address, info, is_named=True)
            else:
                yield reject(show(str(address)), Reason.VANISHED, "listed, and not there")


def _by_bucket(addresses: Sequence[Address]) -> Iterator[list[Address]]:
    """Cut sorted addresses into groups of one call: each bucket has a service, region and file system of its own."""
    for _, of_bucket in groupby(addresses, key=lambda one: (one.scheme, one.bucket)):
        while group := list(islice(of_bucket, KEYS_AT_ONCE)):
            yield group


def _infos(fs: Any, group: Sequence[Address]) -> list[Any]:
    try:
        return list(fs.get_file_info([address.path for address in group]))
    except OSError as error:
        raise StoreError(group[0], error) from error


def _under(address: Address, home_files: frozenset[str]) -> Iterator[FoundFile | Rejection]:
    from pyarrow.fs import FileType

    try:
        fs, path = file_system(address)
        info = fs.get_file_info(path)
        if info.type == FileType.File:
            yield sort_out_object(address, info, is_named=True)
        elif info.type == FileType.Directory:
            yield from _walk(address, home_files)
        elif _WILD.search(address.path):
            yield from _match(address, home_files)
        else:
            raise MissingPathError(f"nothing there: {show(str(address))}")
    except OSError as error:
        raise StoreError(address, error) from error


def _walk(
    folder: Address, home_files: frozenset[str], infos_of: Callable[[str], list[Any]] | None = None
) -> Iterator[FoundFile | Rejection]:
    """Walk depth first, one folder's names in memory at a time where the service lists folders."""
    from pyarrow.fs import FileType

    infos_of = infos_of or folders_below(folder)
    infos = infos_of(folder.path)
    if not home_files.isdisjoint(info.base_name for info in infos):
        yield reject(show(str(folder)), Reason.NOT_A_FILE, "a home of newsfold", Disposition.SKIPPED)
        return
    for info in infos:
        inner = Address(folder.scheme, info.path)
        if info.type == FileType.Directory:
            if info.base_name.startswith(".") or info.base_name.lower() in LITTER_FOLDERS:
                yield reject(show(str(inner)), Reason.NOT_A_FILE, "a hidden folder", Disposition.SKIPPED)
            else:
                yield from _walk(inner, home_files, infos_of)
        else:
            yield sort_out_object(inner, info, is_named=False)


def _match(pattern: Address, home_files: frozenset[str]) -> Iterator[FoundFile | Rejection]:
    """Walk what lies under the part before the first wildcard, and keep what the whole matches, by segments."""
    segments = pattern.path.split("/")
    first = next(number for number, one in enumerate(segments) if _WILD.search(one))
    if first == 0:
        raise MissingPathError(f"{show(str(pattern))}: name the bucket, and wildcards after it")
    folder = Address(pattern.scheme, "/".join(segments[:first]))
    has_any = False
    for one in _walk(folder, home_files):
        key = one.location if isinstance(one, FoundFile) else one.source_ref
        if is_match(key.partition("://")[2].split("/"), segments):
            has_any = True
            yield one
    if not has_any:
        raise MissingPathError(f"nothing there: {show(str(pattern))}")


def is_match(names: Sequence[str], pattern: Sequence[str]) -> bool:
    """Return whether path segments match a pattern, segment by segment, by the rules of `fnmatch`, case-sensitive.

    A segment `**` matches any number of segments, none included. Takes time in the product of the two lengths.
    """
    reached = {0}
    for name in names:
        reached = _past_any(reached, pattern)
        reached = {
            at + (pattern[at] != "**")
            for at in reached
            if at < len(pattern) and (pattern[at] == "**" or fnmatch.fnmatchcase(name, pattern[at]))
        }
    return len(pattern) in _past_any(reached, pattern)


def _past_any(reached: set[int], pattern: Sequence[str]) -> set[int]:
    passed = set(reached)
    for at in range(len(pattern)):
        if at in passed and pattern[at] == "**":
            passed.add(at + 1)
    return passed


def sort_out_object(address: Address, info: Any, *, is_named: bool) -> FoundFile | Rejection:
    """Return an object as a FoundFile, or the rejection by which its name excludes it (see `sort_out`).

    `info` is pyarrow's FileInfo of it; `is_named` says that the caller named this object. An object exists whole or not
    at all, so none is deferred for having changed just now.
    """
    location = str(address)
    refused = sort_out(show(location), info.base_name, info.size or 0, is_named=is_named)
    return refused or FoundFile(
        location=location, source_ref=show(location), size=info.size or 0, mtime_ns=info.mtime_ns or 0
    )


def _mark_recent(file: FoundFile, now: float) -> FoundFile:
    """Give an object that changed just now a time that never comes again: another change may show the same second."""
    is_recent = abs(now - file.mtime_ns / 1e9) < _SAME_TIME_SECONDS
    return replace(file, mtime_ns=-int(now * 1e9)) if is_recent else file


def etag_of(file: FoundFile) -> str:
    """Return an identifier of an object's present bytes: its etag and size, and its path unless it is of S3.

    One request, which reads no bytes; "" where no etag is stated. Raises OSError.
    """
    address = _address(file)
    fs, path = file_system(address)
    with fs.open_input_file(path) as source:
        return _etag(source, address)


def _address(file: FoundFile) -> Address:
    scheme, _, path = file.location.partition("://")
    return Address(scheme, path)


def _etag(source: Any, address: Address) -> str:
    stated = {str(name).lower(): value for name, value in (source.metadata() or {}).items()}
    etag = stated.get("etag", b"")
    text = (etag.decode("latin-1") if isinstance(etag, bytes) else str(etag)).strip('"')
    # an S3 etag is a hash of the bytes, or is as good as unique; others are unique within one object
    name = "" if address.scheme == "s3" else f":{address.path}"
    return f"etag:{text}:{source.size()}{name}" if text else ""


def open_object(file: FoundFile) -> BinaryIO:
    """Open an object as a seekable stream for reading; the caller closes it.

    A broken connection is tried again for half a minute, and reading goes on where it was. Raises, when it is opened or
    read, FileNotFoundError or PermissionError, and BrokenReadError when tries ran out or the object was replaced.
    """
    return io.BufferedReader(_Resuming(file), REQUEST_BYTES)


def failure_of(stream: BinaryIO) -> OSError | None:
    """Return the error that ended the reading of a stream of `open_object` early; None without one.

    A reader may have mistaken that for the end of the file or for damage. None for any other stream.
    """
    return getattr(getattr(stream, "raw", None), "failure", None)


class _Resuming(io.RawIOBase):
    """An object as a raw stream: each read is a request of its own, tried again with growing waits.

    It reads one state of the object: one that was replaced meanwhile raises BrokenReadError.
    """

    def __init__(self, file: FoundFile) -> None:
        self._file = file
        self._at = 0
        self._source: Any = None
        self._etag = ""
        self._size = 0
        self.failure: OSError | None = None  # why reading ended; a reader may have taken it for damage
        self._try(bytes)  # opens it

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: Buffer) -> int:
        view = memoryview(buffer).cast("B")
        wanted = min(len(view), self._size - self._at)
        if wanted <= 0:
            return 0
        data = self._try(lambda: self._source.read_at(wanted, self._at))
        if not data:
            raise OSError("the object ended before its size")
        view[: len(data)] = data
        self._at += len(data)
        return len(data)

    def readall(self) -> bytes:
        """Read the rest by large requests; the inherited method asks for 8 KiB at a time."""
        parts = []
        while part := self.read(REQUEST_BYTES):
            parts.append(part)
        return b"".join(parts)

    def close(self) -> None:
        if self._source is not None and not self.closed:
            self._source.close()
        super().close()

    def _try(self, work: Callable[[], bytes]) -> bytes:
        """Do it, and again after each wait; raises BrokenReadError when the last one fails."""
        for wait in (*RESUME_SECONDS, None):
            try:
                if self._source is None:
                    self._open()
                return work()
            except (FileNotFoundError, PermissionError, BrokenReadError) as error:
                self.failure = error
                raise
            except OSError as error:  # Arrow gives no class or code by which a refusal differs from a break
                self._source = None
                if wait is None:
                    self.failure = BrokenReadError(describe_error(error))
                    raise self.failure from error
                time.sleep(wait)
        raise AssertionError

    def _open(self) -> None:
        address = _address(self._file)
        fs, path = file_system(address)
        source = fs.open_input_file(path)
        etag, size = _etag(source, address), source.size()
        if self._etag and (etag, size) != (self._etag, self._size):
            raise BrokenReadError("replaced while it was read")
        self._source, self._etag, self._size = source, etag, size
