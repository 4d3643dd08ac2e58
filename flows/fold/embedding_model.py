"""A sentence-embedding model from a folder on this machine: files in, an `Embedder` out."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from flows.settings.settings import SettingsError
from transforms.language.sentence_encoder import Embedder, Encoder, Floats, encode

if TYPE_CHECKING:
    from tokenizers import Tokenizer

WEIGHTS_FILE: Final = "model.safetensors"
POOLING_FILE: Final = "1_Pooling/config.json"
# Tokens after which a text is truncated: the lead has what happened, and twice as many gained nothing.
MOST_TOKENS: Final = 128
_KINDS: Final = {
    "bert": False,
    "roberta": True,
    "xlm-roberta": True,
}  # whether positions start behind padding
_NUMBERS: Final = {"F32": "<f4", "F16": "<f2"}


def load_embedder(folder: Path) -> Embedder:
    """Load a sentence-embedding model from a folder: a BERT-like encoder as sentence-transformers writes it.

    The folder needs config.json (bert, roberta or xlm-roberta with gelu), tokenizer.json and model.safetensors; texts
    are cut after 128 tokens. A vector is the mean over all tokens, or that of the first token where
    1_Pooling/config.json asks for it. The last model stays in memory until the size or time of one of these files
    changes. Raises SettingsError, whose message names the setting `semantic_model`, where a file is missing or of
    another form, or `tokenizers` is not installed.
    """
    try:
        seen = [(str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in _files(folder)]
    except OSError as error:
        raise SettingsError(f"semantic_model: {error.filename}: {error.strerror}") from error
    return _load(folder, tuple(seen))


def _files(folder: Path) -> list[Path]:
    needed = [folder / name for name in ("config.json", "tokenizer.json", WEIGHTS_FILE)]
    pooling = folder / POOLING_FILE
    return [*needed, pooling] if pooling.is_file() else needed


@dataclass(frozen=True, slots=True)
class _LocalModel:
    """A model held by this process."""

    version: str
    encoder: Encoder
    tokenizer: Tokenizer

    def embed(self, texts: Sequence[str]) -> Floats:
        """Return one unit vector (row, float32) for each text, in order; shape (0, 0) for no texts."""
        found = [encode(self.encoder, self.tokenizer.encode(text).ids) for text in texts]
        return np.stack(found) if found else np.empty((0, 0), np.float32)


@lru_cache(maxsize=1)
def _load(folder: Path, seen: tuple[tuple[str, int, int], ...]) -> Embedder:
    try:
        from tokenizers import Tokenizer
    except ImportError as error:
        raise SettingsError(
            "semantic_model needs the extra newsfold[semantic], which is one package: pip install tokenizers"
        ) from error
    try:
        config = _read_object(folder / "config.json")
        encoder = _make_encoder(folder, config)
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.enable_truncation(
            min(MOST_TOKENS, config.get("max_position_embeddings", MOST_TOKENS) - encoder.first_position)
        )
    except Exception as error:
        raise SettingsError(f"semantic_model: {folder} holds no model that can be used: {error}") from error
    return _LocalModel(_name(folder, config), encoder, tokenizer)


def _read_object(path: Path) -> dict[str, Any]:
    found = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(found, dict):
        raise TypeError(f"{path.name} holds no JSON object")
    return found


def _make_encoder(folder: Path, config: dict[str, Any]) -> Encoder:
    kind, act = config.get("model_type"), config.get("hidden_act")
    if kind not in _KINDS or act != "gelu":
        raise ValueError(f"its kind is {kind} with {act}; {', '.join(_KINDS)} with gelu can be used")
    pooling = folder / POOLING_FILE
    pool = _read_object(pooling) if pooling.is_file() else {}
    return Encoder(
        tensors=read_tensors(folder / WEIGHTS_FILE),
        layers=config["num_hidden_layers"],
        heads=config["num_attention_heads"],
        epsilon=config["layer_norm_eps"],
        is_mean=not pool.get("pooling_mode_cls_token", False),
        first_position=config["pad_token_id"] + 1 if _KINDS[kind] else 0,
    )


def read_tensors(path: Path) -> dict[str, Floats]:
    """Read the F32 and F16 tensors of a safetensors file by name, as float32; tensors of other types are left out.

    Format: the length of a JSON header (8 bytes), the header with type, shape and offsets of each tensor, the tensors.
    Raises OSError, and ValueError, KeyError, TypeError or struct.error for a file of another form.
    """
    data = np.memmap(path, dtype=np.uint8, mode="r")
    (length,) = struct.unpack("<Q", data[:8].tobytes())
    if length > len(data) - 8:
        raise ValueError(f"{path.name} is cut off or no safetensors file")
    header: dict[str, Any] = json.loads(data[8 : 8 + length].tobytes())
    tensors: dict[str, Floats] = {}
    for name, entry in header.items():
        if name == "__metadata__" or entry["dtype"] not in _NUMBERS:
            continue
        start, end = (8 + length + offset for offset in entry["data_offsets"])
        table = np.frombuffer(data[start:end], _NUMBERS[entry["dtype"]]).reshape(entry["shape"])
        tensors[name] = np.asarray(table, dtype=np.float32)
    return tensors


def _name(folder: Path, config: dict[str, Any]) -> str:
    """Name a model by its own name and by what its vectors depend on, wherever it lies."""
    digest = hashlib.sha256(str(MOST_TOKENS).encode())
    for file in _files(folder):
        with file.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    own = str(config.get("_name_or_path") or config["model_type"]).rstrip("/").rpartition("/")[2]
    return f"{own}-{digest.hexdigest()[:12]}"
