"""Valid bytes in, broken bytes out: the damage that disks, networks and enemies do."""

from __future__ import annotations

import gzip
import random
import zlib

MAX_BYTES = 1 << 20
# what parsers trip over: limits of numbers, ends of strings, marks of other formats
WORDS = (
    b"\x00", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"\xed\xa0\x80", b"\\ud800",
    b"\r\n\r\n", b"\n", b"\r", b'"', b"{", b"}", b"[", b"]", b"<", b">", b"&#0;", b"&#xD800;",
    b"<!ENTITY x SYSTEM 'file:///x'>", b"]]>", b"<![CDATA[", b"--cut", b"Content-Length: 99999999999\r\n",
    b"charset=utf-7", b"encoding='ebcdic-cp-us'", b"PK\x03\x04", b"\x1f\x8b\x08\x00", b"%PDF-", b"stream\n", b"endobj",
    b"../../", b"null", b"NaN", b"1e999", b"-1", b"WARC/1.0\r\n", b"\x1b[2J", b"\xe2\x80\xae",
    b"Transfer-Encoding: chunked\r\n", b"Content-Encoding: gzip\r\n",
)  # fmt: skip


def random_bytes(dice: random.Random) -> bytes:
    """Give noise of a random length, some of it behind the first bytes of a known format."""
    head = dice.choice(
        (b"", b"", b"<html>", b'{"', b"%PDF-1.7\n", b"WARC/1.0\r\n", b"\x1f\x8b\x08", b"PK\x03\x04", b"PAR1")
    )
    return head + dice.randbytes(dice.randrange(0, 4000))


def mutate(data: bytes, dice: random.Random) -> bytes:
    """Damage the bytes one to eight times; a packed sample is now and then damaged inside and packed again."""
    if data[:2] == b"\x1f\x8b" and dice.random() < 0.5:
        try:
            return gzip.compress(mutate(gzip.decompress(data), dice), compresslevel=1)
        except (OSError, EOFError, zlib.error):
            return data[: dice.randrange(len(data))]
    out = bytearray(data)
    for _ in range(dice.randint(1, 8)):
        _damage(out, dice)
        if len(out) > MAX_BYTES:
            del out[MAX_BYTES:]
    return bytes(out)


def _damage(out: bytearray, dice: random.Random) -> None:
    at = dice.randrange(len(out) + 1)
    length = min(dice.choice((1, 2, 4, 8, 64, 512)), len(out) - at)
    match dice.randrange(8):
        case 0:
            del out[at:]
        case 1:
            del out[at : at + length]
        case 2:
            out[at : at + length] = dice.randbytes(length)
        case 3:
            out[at:at] = dice.choice(WORDS)
        case 4:
            out[at : at + length] = dice.choice(WORDS)
        case 5:
            other = dice.randrange(len(out) + 1)
            out[at:at] = out[other : other + length]
        case 6:
            out[at:at] = bytes(out[at : at + length]) * dice.choice((2, 10, 100))
        case _:
            if at < len(out):
                out[at] ^= 1 << dice.randrange(8)
