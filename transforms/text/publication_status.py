"""The status that a provider gives an item in, what it asks for out: taken back, not to be published yet."""

from __future__ import annotations

_WITHDRAWN = frozenset(
    ("canceled", "cancelled", "cancel", "withheld", "withhold", "withdrawn", "withdraw", "killed", "kill", "spiked",
     "recalled", "recall", "retracted", "retract", "unpublished", "deleted", "delete", "removed", "revoked",
     "mandatory kill", "mandatorykill", "stopped", "trash", "trashed", "takedown", "take-down", "del")
)  # fmt: skip
_DRAFTS = frozenset(
    ("draft", "auto-draft", "autodraft", "inherit", "pending", "pending review", "private", "future", "scheduled")
)  # fmt: skip
_EMBARGOED = frozenset(("embargoed", "embargo"))


def is_withdrawn(status: str | None) -> bool:
    """Return whether a publication status withdraws its item; False for None, "" and unknown words.

    Such words are canceled, withheld, killed, retracted, deleted and their like, in any case, alone or at the end of a
    qcode ("stat:canceled") or URI. The content of such an item must not be published; it may have nothing but an id.
    """
    return _word(status) in _WITHDRAWN


def is_embargoed(status: str | None) -> bool:
    """Return whether a status alone, without a time, says that its item must not be published yet.

    Such words are "embargo" and "embargoed", in any case, alone or at the end of a qcode or URI. False for None.
    """
    return _word(status) in _EMBARGOED


def is_draft(status: str | None) -> bool:
    """Return whether a status says that an item is still in the making, or for the house alone; False for None.

    Such words are draft, pending, private and scheduled, in any case, alone or at the end of a qcode or URI.
    """
    return _word(status) in _DRAFTS


def _word(status: str | None) -> str:
    return (status or "").casefold().rpartition(":")[2].rpartition("/")[2].strip()
