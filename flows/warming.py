"""Begin with the compiler while documents are cleaned elsewhere, and nobody waits for it yet."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Documents from which on folding will need the compiler; each is begun twice, to be read and to be cleaned. Comparing a
# hundred articles takes longer than to begin with numba.
MANY_DOCUMENTS = 200


@contextmanager
def warming() -> Iterator[Callable[[int], None]]:
    """Give what is told the number of documents begun; loads numba, once, when they are many, and has ended then."""
    threads: list[threading.Thread] = []

    def hear(documents: int) -> None:
        if documents >= MANY_DOCUMENTS and not threads:
            threads.append(threading.Thread(target=load_compiled, name="newsfold-warming"))
            threads[0].start()

    try:
        yield hear
    finally:
        for thread in threads:
            thread.join()


def load_compiled() -> None:
    """Load numba, and by using them the tables and the loops that signing needs."""
    from transforms.compiled import has_numba
    from transforms.shingles import shingle_texts
    from transforms.signatures import sign

    has_numba()
    shingles = shingle_texts([""])
    sign(shingles.values, shingles.offsets)
