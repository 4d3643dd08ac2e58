"""The language model unpacked in the user's cache folder, once for all runs: mapped into memory and shared by workers.

Unpacking takes .8 s of every worker, and its memory a hundred megabytes of each. What is in the folder can be deleted
at any time; where it cannot be written, or does not fit, every worker unpacks for itself.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

import numpy as np

from transforms.langmodel import TABLES, LanguageModel, aliases_in, unpack_model

# Counted up when what is stored changes; the name tells of the rest that it depends on.
_LAYOUT = 1
_NAMES = "languages"


def cache_folder() -> Path:
    """Return the folder for what can be made again: XDG_CACHE_HOME as that specification has it."""
    stated = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(stated) if Path(stated).is_absolute() else Path("~/.cache").expanduser()
    return base / "newsfold" / "language-model"


def find_model() -> LanguageModel:
    """Open the model in the cache; unpack it and leave it there for the next when there is none."""
    with suppress(
        OSError, ValueError, RuntimeError
    ):  # no folder, no home, another form: as if there were none
        return _open(cache_folder() / _key())
    model = unpack_model()
    with suppress(OSError, RuntimeError):  # a full disk, a read-only home: the next worker unpacks again
        _leave(model, cache_folder(), _key())
    return model


def _key() -> str:
    return f"{_LAYOUT}-{version('py3langid')}-{np.intp(0).dtype.str[1:]}"


def _open(folder: Path) -> LanguageModel:
    # as plain arrays over the mapping: NumPy's own class for it runs Python code at every step
    tables = {name: np.load(folder / f"{name}.npy", mmap_mode="r").view(np.ndarray) for name in TABLES}
    languages = np.load(folder / f"{_NAMES}.npy").tolist()
    return LanguageModel(languages=tuple(languages), aliases=aliases_in(languages), **tables)


def _leave(model: LanguageModel, folder: Path, key: str) -> None:
    """Write beside and rename, so that nobody opens half of it; what other versions left goes."""
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
