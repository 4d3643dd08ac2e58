"""Ids and hashes of one kind: text in, 64 bits out, the same on every machine and for ever."""

from __future__ import annotations

from xxhash import xxh3_64_intdigest


def hash_text(text: str) -> int:
    """Hash any text, lone surrogates included (XXH3, 64 bits)."""
    return xxh3_64_intdigest(text.encode("utf-8", "surrogatepass"))


def document_id(source_ref: str, sha256: str) -> int:
    """Return the id of a raw document: of its place and its bytes."""
    return hash_text(f"{source_ref}\n{sha256}")
