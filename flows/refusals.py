"""What a person asked for and cannot have, as an error that any command turns into one line."""

from __future__ import annotations


class RefusedError(Exception):
    """A request that makes no sense as things stand; the message says why, and what to do instead."""
