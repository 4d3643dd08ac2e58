"""Magic numbers: the first bytes of a stream in; its packing, or the binary or marked format that it is, out."""

from __future__ import annotations

import re
from enum import StrEnum

from transforms.types import Format


class Packing(StrEnum):
    """Compressions (one file in one: gzip, zstd, bzip2, xz) and archives (many files in one: zip, tar)."""

    GZIP = "gzip"
    ZSTD = "zstd"
    BZIP2 = "bzip2"
    XZ = "xz"
    ZIP = "zip"
    TAR = "tar"


class Binary(StrEnum):
    """Kinds of files that hold no text of articles: images, fonts, media, office documents, programs, databases."""

    IMAGE = "image"
    FONT = "font"
    MEDIA = "audio or video"
    OFFICE = "office document"
    PROGRAM = "program"
    DATABASE = "database"
    OTHER = "binary data"


_PACKINGS = (
    (b"\x1f\x8b\x08", Packing.GZIP),
    (b"\x28\xb5\x2f\xfd", Packing.ZSTD),
    (b"\xfd7zXZ\x00", Packing.XZ),
    (b"PK\x03\x04", Packing.ZIP),
    (b"PK\x05\x06", Packing.ZIP),
)
_BZIP2 = re.compile(rb"BZh[1-9](?:1AY&SY|\x17\x72\x45\x38\x50\x90)")
_BINARIES = (
    (b"\x89PNG\r\n", Binary.IMAGE),
    (b"\xff\xd8\xff", Binary.IMAGE),
    (b"GIF8", Binary.IMAGE),
    (b"\x00\x00\x01\x00", Binary.IMAGE),
    (b"II*\x00", Binary.IMAGE),
    (b"MM\x00*", Binary.IMAGE),
    (b"BM", Binary.IMAGE),
    (b"wOFF", Binary.FONT),
    (b"wOF2", Binary.FONT),
    (b"\x00\x01\x00\x00\x00", Binary.FONT),
    (b"OTTO\x00", Binary.FONT),
    (b"ID3", Binary.MEDIA),
    (b"\xff\xfb", Binary.MEDIA),
    (b"OggS", Binary.MEDIA),
    (b"fLaC", Binary.MEDIA),
    (b"\x1aE\xdf\xa3", Binary.MEDIA),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Binary.OFFICE),
    (b"{\\rtf", Binary.OFFICE),
    (b"\x7fELF", Binary.PROGRAM),
    (b"MZ\x90\x00", Binary.PROGRAM),
    (b"\xca\xfe\xba\xbe", Binary.PROGRAM),
    (b"\x00asm", Binary.PROGRAM),
    (b"SQLite format 3\x00", Binary.DATABASE),
    (b"ORC\x00", Binary.DATABASE),
    (b"Obj\x01", Binary.DATABASE),
    (b"ARROW1\x00", Binary.DATABASE),
    (b"#!/bin/", Binary.PROGRAM),
    (b"#!/usr/", Binary.PROGRAM),
    (b"BEGIN:VCALENDAR", Binary.OFFICE),
    (b"BEGIN:VCARD", Binary.OFFICE),
    (b"%!PS", Binary.OFFICE),
    (b"\\documentclass", Binary.OFFICE),
    (b"bplist00", Binary.OTHER),
    (b"-----BEGIN ", Binary.OTHER),
    (b"7z\xbc\xaf\x27\x1c", Binary.OTHER),
    (b"Rar!\x1a\x07", Binary.OTHER),
)


def by_magic(head: bytes) -> Format | Packing | Binary | None:
    """Return what the first bytes alone show for certain; None for text, and for binary data without a known mark.

    1,024 bytes are enough. Nothing raises.
    """
    for magic, packing in _PACKINGS:
        if head.startswith(magic):
            return _office(head) or packing
    if _BZIP2.match(head):
        return Packing.BZIP2
    if head.startswith(b"PAR1"):
        return Format.PARQUET
    if head.startswith((b"WARC/1.", b"WARC/0.")):
        return Format.WARC
    if head.startswith(b"filedesc://"):
        return Format.ARC
    if b"%PDF-" in head[:1024] and head.lstrip()[:1] != b"<":
        return Format.PDF
    if _is_tar(head[:512]):
        return Packing.TAR
    for magic, binary in _BINARIES:
        if head.startswith(magic) and (len(magic) > 3 or b"\x00" in head[:64]):
            return binary
    if head[:4] == b"RIFF":
        return Binary.IMAGE if head[8:12] == b"WEBP" else Binary.MEDIA
    if head[4:8] == b"ftyp":
        return Binary.IMAGE if head[8:12] in (b"avif", b"heic", b"mif1") else Binary.MEDIA
    return None


def _office(head: bytes) -> Binary | None:
    """Distinguish zipped office files (docx, odt, epub) from a zip of documents by their first member."""
    first = head[30:80] if head.startswith(b"PK\x03\x04") else b""
    if first.startswith((b"[Content_Types].xml", b"mimetypeapplication/", b"_rels/.rels", b"word/", b"xl/")):
        return Binary.OFFICE
    return None


def _is_tar(block: bytes) -> bool:
    """Check the header checksum, which old tars without the `ustar` mark have too."""
    if len(block) < 512 or not block.strip(b"\x00"):
        return False
    stored = block[148:156].strip(b" \x00")
    if not stored or not re.fullmatch(rb"[0-7]+", stored):
        return False
    return int(stored, 8) == sum(block) - sum(block[148:156]) + 8 * 32
