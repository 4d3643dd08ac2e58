"""A sentence-embedding model in plain NumPy: token numbers in, unit vectors out (BERT: Devlin et al. 2019)."""

from __future__ import annotations

import math
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

# Characters of an article that a sentence model reads: more than its tokens can hold, and a long text costs nothing.
LEADING_CHARACTERS: Final = 2_000


class Embedder(Protocol):
    """A model that turns texts into float32 unit vectors, one row a text; `version` names model and settings."""

    @property
    def version(self) -> str:
        """Return a text that names model and settings: vectors of one version can be compared."""

    def embed(self, texts: Sequence[str]) -> Floats:
        """Return a float32 unit vector for each text, (texts, dimensions), in their order; no texts give no rows."""


class MultilingualEmbedder(Embedder, Protocol):
    """A model whose vectors of texts in different languages can be compared."""

    @property
    def languages(self) -> Container[str]:
        """Return the languages whose vectors can be compared, as codes of `background.model_language`."""


@dataclass(frozen=True, slots=True)
class Encoder:
    """The weights of a BERT encoder (Devlin et al. 2019) and how its output becomes one vector.

    Tensors have the names of the published models ("embeddings.word_embeddings.weight"). Raises ValueError when one
    of `layers` layers is missing.
    """

    tensors: Mapping[str, Floats]
    layers: int
    heads: int
    epsilon: float
    is_mean: bool  # the mean over all tokens; otherwise the vector of the first
    first_position: int = 0  # number of the first position; RoBERTa and its kin start behind their padding

    def __post_init__(self) -> None:
        missing = [name for name in _names(self.layers) if name not in self.tensors]
        if missing:
            raise ValueError(f"no BERT encoder of {self.layers} layers: {missing[0]} is missing")


def encode(encoder: Encoder, tokens: Sequence[int]) -> Floats:
    """Return the float32 unit vector of one text, given its token numbers, the model's begin and end marks included.

    There is at least one token and no more than the model has positions: with more it raises ValueError, for an unknown
    number IndexError. Texts are encoded one at a time, so that a vector never depends on what else is in a batch.
    """
    get, start = encoder.tensors.__getitem__, encoder.first_position
    state = (
        get("embeddings.word_embeddings.weight")[np.asarray(tokens, dtype=np.int64)]
        + get("embeddings.position_embeddings.weight")[start : start + len(tokens)]
        + get("embeddings.token_type_embeddings.weight")[0]
    )
    state = _normalise(encoder, state, "embeddings.LayerNorm")
    for layer in range(encoder.layers):
        state = _pass_layer(encoder, state, f"encoder.layer.{layer}")
    vector: Floats = state.mean(axis=0) if encoder.is_mean else state[0]
    return np.asarray(vector / (np.sqrt(vector @ vector) or 1.0), dtype=np.float32)


def _pass_layer(encoder: Encoder, state: Floats, name: str) -> Floats:
    size, width = state.shape
    shape = (size, encoder.heads, width // encoder.heads)

    def project(what: str) -> Floats:
        found: Floats = _linear(encoder, state, f"{name}.attention.self.{what}").reshape(shape).swapaxes(0, 1)
        return found

    query, key, value = project("query"), project("key"), project("value")
    weights = query @ key.swapaxes(1, 2) / np.float32(math.sqrt(shape[2]))
    weights = np.exp(weights - weights.max(axis=2, keepdims=True))
    weights /= weights.sum(axis=2, keepdims=True)
    mixed = (weights @ value).swapaxes(0, 1).reshape(size, width)
    attended = _linear(encoder, mixed, f"{name}.attention.output.dense") + state
    attended = _normalise(encoder, attended, f"{name}.attention.output.LayerNorm")
    inner = _gelu(_linear(encoder, attended, f"{name}.intermediate.dense"))
    return _normalise(
        encoder, _linear(encoder, inner, f"{name}.output.dense") + attended, f"{name}.output.LayerNorm"
    )


def _linear(encoder: Encoder, state: Floats, name: str) -> Floats:
    found: Floats = state @ encoder.tensors[f"{name}.weight"].T + encoder.tensors[f"{name}.bias"]
    return found


def _normalise(encoder: Encoder, state: Floats, name: str) -> Floats:
    centred = state - state.mean(axis=1, keepdims=True)
    scale = np.sqrt((centred * centred).mean(axis=1, keepdims=True) + np.float32(encoder.epsilon))
    found: Floats = centred / scale * encoder.tensors[f"{name}.weight"] + encoder.tensors[f"{name}.bias"]
    return found


def _gelu(x: Floats) -> Floats:
    """Return x times the normal distribution function, by a rational approximation of erf.

    Abramowitz & Stegun 7.1.26, off by less than 2e-7.
    """
    size = np.abs(x) * np.float32(math.sqrt(0.5))
    t = 1 / (1 + np.float32(0.3275911) * size)
    series: Floats = np.zeros_like(t)
    for factor in np.array((1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592), np.float32):
        series = np.asarray((series + factor) * t, np.float32)
    erf = np.copysign(1 - series * np.exp(-size * size), x)
    found: Floats = x * (1 + erf) * np.float32(0.5)
    return found


def _names(layers: int) -> list[str]:
    tables = ["word_embeddings", "position_embeddings", "token_type_embeddings"]
    found = [f"embeddings.{table}.weight" for table in tables]
    norms, parts = ["embeddings.LayerNorm"], []
    for layer in range(layers):
        name = f"encoder.layer.{layer}"
        parts += [f"{name}.attention.self.{what}" for what in ("query", "key", "value")]
        parts += [f"{name}.{what}.dense" for what in ("attention.output", "intermediate", "output")]
        norms += [f"{name}.attention.output.LayerNorm", f"{name}.output.LayerNorm"]
    return found + [f"{part}.{side}" for part in norms + parts for side in ("weight", "bias")]
