"""The language model decompressed in the user's cache folder, for all runs: mapped into memory and shared by workers.

py3langid takes two seconds of every worker to read its compressed file, and a hundred megabytes of each. The folder can
be deleted at any time; where it cannot be written, every worker reads py3langid's file.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path

import numpy as np

from transforms.language.detector_model import TABLES, LanguageModel, aliases_in, read_model
from warehouse.cache_folder import cache_folder

# Rises when what is stored changes; the name of the folder has the rest that it depends on.
_LAYOUT = 1
FOLDER = "language-model"
_NAMES = "languages"
_loading = threading.Lock()


def shared_model() -> LanguageModel:
    """Return the language model, loaded once a process (see `find_model`); a second thread waits for the first."""
    with _loading:
        return _find_once()


@cache
def _find_once() -> LanguageModel:
    return find_model()


def find_model() -> LanguageModel:
    """Return the language model from the cache folder, mapped into memory.

    If the cache has none, read py3langid's model and store it there; models of other versions are deleted then. A cache
    that cannot be read or written is no error.
    """
    with suppress(
        OSError, ValueError, RuntimeError
    ):  # no folder, no home, another form: as if there were none
        return _open(cache_folder(FOLDER) / _key())
    model = read_model()
    with suppress(OSError, RuntimeError):  # a full disk, a read-only home: the next worker reads it again
        _store(model, cache_folder(FOLDER), _key())
    return model


def _key() -> str:
    return f"{_LAYOUT}-{version('py3langid')}-{np.intp(0).dtype.str[1:]}"


def _open(folder: Path) -> LanguageModel:
    # as plain arrays over the mapping: NumPy's own class for it runs Python code at every step
    tables = {name: np.load(folder / f"{name}.npy", mmap_mode="r").view(np.ndarray) for name in TABLES}
    languages = np.load(folder / f"{_NAMES}.npy").tolist()
    return LanguageModel(languages=tuple(languages), aliases=aliases_in(languages), **tables)


def _store(model: LanguageModel, folder: Path, key: str) -> None:
    """Write beside and rename, so that nobody opens half of it; remove what other versions stored."""
    folder.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=folder))
    try:
        for name in TABLES:
            np.save(draft / f"{name}.npy", getattr(model, name))
        np.save(draft / f"{_NAMES}.npy", np.array(model.languages))
        shutil.rmtree(folder / key, ignore_errors=True)  # there, and of no use; who has it open keeps it
        draft.rename(folder / key)
    finally:
        for other in folder.iterdir():
            if other.name != key:
                shutil.rmtree(other, ignore_errors=True)
