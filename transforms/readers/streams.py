"""Bytes on their way in: a window to look ahead in a stream, and unpackers that notice truncation and bombs."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable
from typing import Protocol

from transforms.readers.options import ReadOptions
from transforms.types import Disposition, Reason

CHUNK = 1 << 18  # bytes asked of a stream at once: big enough that Python's share of the work vanishes
PACKED_CHUNK = 1 << 14  # packed bytes given to an unpacker at once
ZSTD_SLICE = 1 << 10  # zstandard has no output limit a call: 1 KiB in is at most 32 MiB out
LZMA_MEMORY = 1 << 28  # highest preset needs 65 MiB; more is an attack on memory


class Refusal(Exception):  # carries a verdict to the place that yields it, no error of ours
    """Stop reading this source, for this reason. Never leaves the package: it becomes a `Rejection`."""

    def __init__(self, reason: Reason, detail: str, disposition: Disposition = Disposition.REJECTED) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.disposition = disposition


class Budget:
    """Count the unpacked bytes of one outermost file over all levels, and refuse bombs.

    `consumed` says how many packed bytes were taken so far: a bomb is known by its first bytes, whatever follows.
    """

    def __init__(self, consumed: Callable[[], int], options: ReadOptions) -> None:
        self.consumed = consumed
        self.is_spent = False
        self._spent = 0
        self._options = options

    def spend(self, count: int) -> None:
        """Note `count` unpacked bytes; raise `Refusal` when they are too many for what was packed."""
        self._spent += count
        options = self._options
        if self._spent <= options.expansion_floor:
            return
        allowance = min(
            options.expansion_floor + options.max_expansion * self.consumed(), options.max_unpacked_bytes
        )
        if self._spent > allowance:
            self.is_spent = True
            raise Refusal(Reason.ARCHIVE_BOMB, f"unpacks to more than {allowance} bytes")


class Window:
    """Look ahead in a one-way stream, and read it. `pull(n)` gives at most n bytes, b"" at the end.

    A failure of the source is held back until every byte before it was given out, so that what was readable
    is read; `failure` tells the reader of an unfinished record why it is unfinished.
    """

    def __init__(self, pull: Callable[[int], bytes]) -> None:
        self._pull = pull
        self._buffer = b""
        self._at = 0
        self._ended = False
        self._taken = 0
        self.failure: Refusal | None = None

    def tell(self) -> int:
        """Say how many bytes were taken."""
        return self._taken

    def _fill(self) -> bool:
        """Append one pull to the buffer; False at the end or a failure."""
        if self._ended:
            return False
        try:
            data = self._pull(CHUNK)
        except Refusal as refusal:
            self.failure, self._ended = refusal, True
            return False
        except (OSError, ValueError) as error:  # the caller's file went away under us, or was closed
            self.failure = Refusal(Reason.UNREADABLE, one_line(f"cannot be read: {error}"))
            self._ended = True
            return False
        if not data:
            self._ended = True
            return False
        self._buffer = self._buffer[self._at :] + data
        self._at = 0
        return True

    def _left(self) -> int:
        return len(self._buffer) - self._at

    def peek(self, count: int) -> bytes:
        """Give up to `count` bytes without taking them; fewer only at the end or before a failure."""
        while self._left() < count and self._fill():
            pass
        return self._buffer[self._at : self._at + count]

    def read(self, count: int = -1) -> bytes:
        """Take up to `count` bytes (all when negative); fewer at the end or before a failure, which is raised next."""
        if count < 0:
            parts = []
            while part := self.read(CHUNK):
                parts.append(part)
            return b"".join(parts)
        parts = []
        wanted = count
        while wanted > 0:
            if not self._left() and not self._fill():
                break
            part = self._buffer[self._at : self._at + wanted]
            self._at += len(part)
            self._taken += len(part)
            wanted -= len(part)
            parts.append(part)
        if not parts and count and self.failure is not None:
            raise self.failure
        return b"".join(parts)

    def readline(self, limit: int) -> bytes:
        """Take one line with its newline, cut at `limit` bytes; b"" at the end."""
        parts: list[bytes] = []
        length = 0
        while length < limit:
            if not self._left() and not self._fill():
                break
            end = self._buffer.find(b"\n", self._at, self._at + limit - length)
            stop = end + 1 if end >= 0 else min(len(self._buffer), self._at + limit - length)
            part = self._buffer[self._at : stop]
            self._at = stop
            self._taken += len(part)
            length += len(part)
            parts.append(part)
            if end >= 0:
                break
        if not parts and self.failure is not None:
            raise self.failure
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def skip_line(self) -> None:
        """Throw away the rest of the line."""
        while (part := self.readline(CHUNK)) and not part.endswith(b"\n"):
            pass

    def read_whole(self, limit: int, what: str = "document") -> bytes:
        """Take everything; refuse more than `limit` bytes, and refuse half a document as truncated."""
        parts = []
        length = 0
        while part := self.read(CHUNK):
            length += len(part)
            if length > limit:
                raise Refusal(Reason.TOO_LARGE, f"{what} is larger than {limit} bytes")
            parts.append(part)
        return b"".join(parts)


class _Unpacker(Protocol):
    """One packed member: the interface that `bz2` and `lzma` share."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Inflate:
    """One gzip member, with its checksum proved."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(31)  # 31: gzip header and trailer expected
        self._tail = b""
        self.needs_input = True

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        out = self._inner.decompress(self._tail + data, max_length)
        self._tail = self._inner.unconsumed_tail
        self.needs_input = not self._tail and len(out) < max_length
        return out


class _Zstd:
    """One zstandard frame, fed in slices because its output knows no limit."""

    def __init__(self) -> None:
        import zstandard

        self._errors = zstandard.ZstdError
        self._inner = zstandard.ZstdDecompressor(max_window_size=1 << 27).decompressobj()
        self._tail = b""
        self.needs_input = True

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data + self._tail

    def decompress(self, data: bytes, max_length: int) -> bytes:
        waiting = self._tail + data
        try:
            out: bytes = self._inner.decompress(waiting[:ZSTD_SLICE])
        except self._errors as error:
            raise ValueError(str(error)) from error
        self._tail = waiting[ZSTD_SLICE:]
        self.needs_input = not self._tail
        return out


def _unlzma() -> _Unpacker:
    return lzma.LZMADecompressor(memlimit=LZMA_MEMORY)


UNPACKERS: dict[str, tuple[Callable[[], _Unpacker], bytes]] = {
    "gzip": (_Inflate, b"\x1f\x8b"),
    "zstd": (_Zstd, b"\x28\xb5\x2f\xfd"),
    "bzip2": (bz2.BZ2Decompressor, b"BZh"),
    "xz": (_unlzma, b"\xfd7zXZ\x00"),
}


def unpack(packed: Window, packing: str, budget: Budget) -> Window:
    """Open a packed stream (`gzip`, `zstd`, `bzip2`, `xz`), all its members in a row as one.

    A missing end is `TRUNCATED` after all that could be unpacked; a wrong byte is `BAD_ARCHIVE`; too much is
    `ARCHIVE_BOMB`. Bytes after the last member that are no member are ignored, as the packers' own tools do.
    """
    make, magic = UNPACKERS[packing]
    unpacker = make()
    waiting = b""

    def pull(count: int) -> bytes:
        nonlocal unpacker, waiting
        while True:
            if unpacker.eof:
                waiting = (unpacker.unused_data or packed.read(PACKED_CHUNK)).lstrip(b"\x00")
                if len(waiting) < len(magic):
                    waiting += packed.read(PACKED_CHUNK)
                if not waiting.startswith(magic):
                    return b""
                unpacker = make()
            if not waiting and unpacker.needs_input:
                waiting = packed.read(PACKED_CHUNK)
                if not waiting:
                    raise Refusal(Reason.TRUNCATED, f"the {packing} stream ends too early")
            try:
                out = unpacker.decompress(waiting, count)
            except (zlib.error, lzma.LZMAError, OSError, ValueError, EOFError) as error:
                raise Refusal(Reason.BAD_ARCHIVE, one_line(f"damaged {packing} stream: {error}")) from error
            waiting = b""
            if out:
                budget.spend(len(out))
                return out

    return Window(pull)


def one_line(text: str, limit: int = 200) -> str:
    """Make outside text safe to print in one line: no control characters, no lone surrogates, bounded length."""
    short = text[: limit + 1]
    safe = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in short)
    return safe if len(text) <= limit else safe[:limit] + "…"
