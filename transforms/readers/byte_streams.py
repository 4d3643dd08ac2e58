"""Bytes on their way in: a window to look ahead in a stream, and decompressors that notice truncation and bombs."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable
from typing import Protocol

from transforms.readers.read_options import ReadOptions
from transforms.types import Disposition, Reason

CHUNK = 1 << 18  # bytes asked of a stream at once: big enough that Python's share of the work vanishes
PACKED_CHUNK = 1 << 14  # packed bytes given to a decompressor at once
ZSTD_SLICE = 1 << 10  # zstandard has no output limit a call: 1 KiB in is at most 32 MiB out
LZMA_MEMORY = 1 << 28  # highest preset needs 65 MiB; more is an attack on memory


class StopReading(Exception):  # carries a verdict to the place that yields it, no error of ours
    """Raised to stop reading a source: why (`reason`), in words (`detail`), and the disposition of what is left.

    It never leaves the package: it becomes a `Rejection`.
    """

    def __init__(self, reason: Reason, detail: str, disposition: Disposition = Disposition.REJECTED) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.disposition = disposition


class Budget:
    """A counter of the decompressed bytes of one outermost file over all levels, which refuses decompression bombs.

    `consumed()` returns the compressed bytes read so far: a bomb is recognised by its first bytes. `is_spent` is True
    once it has refused.
    """

    def __init__(self, consumed: Callable[[], int], options: ReadOptions) -> None:
        self.consumed = consumed
        self.is_spent = False
        self._spent = 0
        self._options = options

    def spend(self, count: int) -> None:
        """Add `count` decompressed bytes to the total; raise StopReading (`ARCHIVE_BOMB`) when that is too much.

        Totals up to `expansion_floor` always pass. Above it, too much is more than `expansion_floor` +
        `max_expansion` for each packed byte consumed, or more than `max_decompressed_bytes`; `is_spent` is set before
        raising.
        """
        self._spent += count
        options = self._options
        if self._spent <= options.expansion_floor:
            return
        allowance = min(
            options.expansion_floor + options.max_expansion * self.consumed(), options.max_decompressed_bytes
        )
        if self._spent > allowance:
            self.is_spent = True
            raise StopReading(Reason.ARCHIVE_BOMB, f"decompresses to more than {allowance} bytes")


class Window:
    """A buffer for looking ahead in a one-way stream and reading it. `pull(n)` gives at most n bytes, b"" at the end.

    A failure of the source (StopReading, OSError, ValueError) is held back until every byte before it was returned, so
    that what was readable is read. `failure` is that failure as StopReading; None while there is none.
    """

    def __init__(self, pull: Callable[[int], bytes]) -> None:
        self._pull = pull
        self._buffer = b""
        self._at = 0
        self._ended = False
        self._taken = 0
        self.failure: StopReading | None = None

    def tell(self) -> int:
        """Return how many bytes were read since the window was made; those only peeked at do not count."""
        return self._taken

    def _fill(self) -> bool:
        """Append one pull to the buffer; False at the end or a failure."""
        if self._ended:
            return False
        try:
            data = self._pull(CHUNK)
        except StopReading as stop:
            self.failure, self._ended = stop, True
            return False
        except (OSError, ValueError) as error:  # the caller's file went away under us, or was closed
            self.failure = StopReading(Reason.UNREADABLE, one_line(f"cannot be read: {error}"))
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
        """Return up to `count` next bytes without consuming them; fewer only at the end or before a failure.

        Nothing raises: a failure is raised by `read`.
        """
        while self._left() < count and self._fill():
            pass
        return self._buffer[self._at : self._at + count]

    def read(self, count: int = -1) -> bytes:
        """Take up to `count` bytes, all when negative; fewer at the end or before a failure, b"" at the end.

        Raises `failure` (StopReading) where no byte is left before it; with a negative `count`, always where there is
        one.
        """
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
        """Take one line with its line feed, or its first `limit` bytes where it is longer; b"" at the end.

        The rest of a longer line comes next. Raises `failure` (StopReading) where no byte is left before it.
        """
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

    def skip(self, count: int, loss: str) -> None:
        """Take `count` bytes and drop them.

        Raises StopReading: `TRUNCATED` with the detail `loss` where the stream ends before, or the source's own
        failure.
        """
        while count > 0:
            part = self.read(min(count, CHUNK))
            if not part:
                raise StopReading(Reason.TRUNCATED, loss)
            count -= len(part)

    def skip_line(self) -> None:
        """Take what is left of the line, with its line feed, and drop it; nothing at the end.

        Raises `failure` (StopReading) where the source fails before the line ends.
        """
        while (part := self.readline(CHUNK)) and not part.endswith(b"\n"):
            pass

    def read_whole(self, limit: int, what: str = "document") -> bytes:
        """Read everything that is left; b"" when nothing is.

        Raises StopReading: `TOO_LARGE` above `limit` bytes (`what` names it in the message), or the source's failure,
        so that half a document is never returned.
        """
        parts = []
        length = 0
        while part := self.read(CHUNK):
            length += len(part)
            if length > limit:
                raise StopReading(Reason.TOO_LARGE, f"{what} is larger than {limit} bytes")
            parts.append(part)
        return b"".join(parts)


class _Decompressor(Protocol):
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


def _unlzma() -> _Decompressor:
    return lzma.LZMADecompressor(memlimit=LZMA_MEMORY)


DECOMPRESSORS: dict[str, tuple[Callable[[], _Decompressor], bytes]] = {
    "gzip": (_Inflate, b"\x1f\x8b"),
    "zstd": (_Zstd, b"\x28\xb5\x2f\xfd"),
    "bzip2": (bz2.BZ2Decompressor, b"BZh"),
    "xz": (_unlzma, b"\xfd7zXZ\x00"),
}


def decompress(packed: Window, packing: str, budget: Budget) -> Window:
    """Return a window on the content of a compressed stream, all its members in a row as one.

    `packing` is "gzip", "zstd", "bzip2" or "xz"; anything else is a KeyError. The window, not this call, raises
    StopReading: `TRUNCATED` where the end is missing, after all that could be decompressed; `BAD_ARCHIVE` at a wrong
    byte; `ARCHIVE_BOMB` when `budget` is exceeded. Bytes after the last member that are no member are ignored, as gzip
    and the like do.
    """
    make, magic = DECOMPRESSORS[packing]
    decompressor = make()
    waiting = b""

    def pull(count: int) -> bytes:
        nonlocal decompressor, waiting
        while True:
            if decompressor.eof:
                waiting = (decompressor.unused_data or packed.read(PACKED_CHUNK)).lstrip(b"\x00")
                if len(waiting) < len(magic):
                    waiting += packed.read(PACKED_CHUNK)
                if not waiting.startswith(magic):
                    return b""
                decompressor = make()
            if not waiting and decompressor.needs_input:
                waiting = packed.read(PACKED_CHUNK)
                if not waiting:
                    raise StopReading(Reason.TRUNCATED, f"the {packing} stream ends too early")
            try:
                out = decompressor.decompress(waiting, count)
            except (zlib.error, lzma.LZMAError, OSError, ValueError, EOFError) as error:
                raise StopReading(
                    Reason.BAD_ARCHIVE, one_line(f"damaged {packing} stream: {error}")
                ) from error
            waiting = b""
            if out:
                budget.spend(len(out))
                return out

    return Window(pull)


def one_line(text: str, limit: int = 200) -> str:
    """Return text as one line that is safe to print; unprintable characters become hexadecimal codes.

    A text longer than `limit` characters, codes included, is cut and ends in "…". "" gives "".
    """
    safe = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text[: limit + 1])
    return safe if len(safe) <= limit else safe[:limit] + "…"
