"""Load what folding needs while the first documents are cleaned elsewhere, and nobody waits for it yet."""

from __future__ import annotations

import threading

from transforms.background import load_background
from transforms.shingles import shingle_texts
from transforms.signatures import sign


def begin_warming() -> threading.Thread:
    """Start loading tables, compiled code and datasketch; join the thread before the process ends."""
    thread = threading.Thread(target=_warm, name="newsfold-warming")
    thread.start()
    return thread


def _warm() -> None:
    shingles = shingle_texts([""])
    sign(shingles.values, shingles.offsets)
    load_background()
