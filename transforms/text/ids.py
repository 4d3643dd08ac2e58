"""Ids and hashes of one kind: text in, 64 bits out, the same on every machine and for ever."""

from __future__ import annotations

from xxhash import xxh3_64_intdigest


def hash_text(text: str) -> int:
    """Return the XXH3 hash of a text's UTF-8, 0 to 2**64 - 1; takes any text, lone surrogates and "" included."""
    return xxh3_64_intdigest(text.encode("utf-8", "surrogatepass"))


def document_id(source_ref: str, sha256: str) -> int:
    """Return the 64-bit id of a raw document: a hash of its source reference and its SHA-256 as text (hex)."""
    return hash_text(f"{source_ref}\n{sha256}")
