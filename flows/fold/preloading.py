"""Load what folding needs in a thread of its own, while documents are cleaned in other processes."""

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
def warm_up() -> Iterator[Callable[[int], None]]:
    """Load what folding needs while documents are read: yield a function to call with the number of documents begun.

    At the first document it starts to load the packages that every fold needs, from `MANY_DOCUMENTS` on also numba,
    each once and in a thread of its own. The end of the block, also by an error, waits for these threads.
    """
    threads: dict[Callable[[], None], threading.Thread] = {}

    def report_begun(documents: int) -> None:
        for least, load in ((1, load_packages), (MANY_DOCUMENTS, load_compiled)):
            if documents >= least and load not in threads:
                threads[load] = threading.Thread(target=load, name=f"newsfold-{load.__name__}")
                threads[load].start()

    try:
        yield report_begun
    finally:
        for thread in threads.values():
            thread.join()


def load_packages() -> None:
    """Import datasketch and wordfreq, and read public suffixes and English stems: nearly every fold needs them."""
    from transforms.cleaning.urls import registrable_host
    from transforms.copies.signatures import empty_minhash
    from transforms.language.background import load_background

    empty_minhash()
    load_background().document_share("news", "en")
    registrable_host("https://example.org/")


def load_compiled() -> None:
    """Import numba where it is installed, and compute the MinHash of an empty text, which loads the compiled loops."""
    from transforms.copies.shingles import shingle_texts
    from transforms.copies.signatures import sign
    from transforms.kernel.numba_compilation import has_numba

    has_numba()
    shingles = shingle_texts([""])
    sign(shingles.values, shingles.offsets)
