"""A sentence-embedding model from a folder on this machine: files in, something that turns texts into vectors out."""

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

from flows.settings import SettingsError
from transforms.sentences import Embedder, Encoder, Floats, encode

if TYPE_CHECKING:
    from tokenizers import Tokenizer

WEIGHTS_FILE: Final = "model.safetensors"
# Tokens that a text is cut to. The lead says what happened; twice as many cost twice the time and gained nothing.
MOST_TOKENS: Final = 128
_KINDS: Final = {
    "bert": False,
    "roberta": True,
    "xlm-roberta": True,
}  # whether positions start behind padding
_NUMBERS: Final = {"F32": "<f4", "F16": "<f2"}


def load_embedder(folder: Path) -> Embedder:
    """Load the model in a folder: a BERT-like encoder as sentence-transformers writes it, weights in safetensors.

    Raises SettingsError, in words for the person who set `semantic_model`.
    """
    try:
        seen = [(file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in _files(folder)]
    except OSError as error:
        raise SettingsError(f"semantic_model: {error.filename}: {error.strerror}") from error
    return _load(folder, tuple(seen))


def _files(folder: Path) -> list[Path]:
    return [folder / name for name in ("config.json", "tokenizer.json", WEIGHTS_FILE)]


@dataclass(frozen=True, slots=True)
class _LocalModel:
    """A model held by this process."""

    version: str
    encoder: Encoder
    tokenizer: Tokenizer

    def embed(self, texts: Sequence[str]) -> Floats:
        """Return a unit vector for each text."""
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
        config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        encoder = _make_encoder(folder, config)
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    except (OSError, ValueError, KeyError, TypeError, struct.error) as error:
        raise SettingsError(f"semantic_model: {folder} holds no model that can be used: {error}") from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(
        min(MOST_TOKENS, config.get("max_position_embeddings", MOST_TOKENS) - encoder.first_place)
    )
    return _LocalModel(_name(folder, config), encoder, tokenizer)


def _make_encoder(folder: Path, config: dict[str, Any]) -> Encoder:
    kind, act = config.get("model_type"), config.get("hidden_act")
    if kind not in _KINDS or act != "gelu":
        raise ValueError(f"its kind is {kind} with {act}; {', '.join(_KINDS)} with gelu can be used")
    pooling = folder / "1_Pooling" / "config.json"
    pool = json.loads(pooling.read_text(encoding="utf-8")) if pooling.is_file() else {}
    return Encoder(
        tensors=read_tensors(folder / WEIGHTS_FILE),
        layers=config["num_hidden_layers"],
        heads=config["num_attention_heads"],
        epsilon=config["layer_norm_eps"],
        is_mean=not pool.get("pooling_mode_cls_token", False),
        first_place=config["pad_token_id"] + 1 if _KINDS[kind] else 0,
    )


def read_tensors(path: Path) -> dict[str, Floats]:
    """Read the number tables of a safetensors file; tables of whole numbers are left out.

    Format: the length of a JSON header (8 bytes), the header with type, shape and place of each table, the tables.
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
    for file in [*_files(folder), folder / "1_Pooling" / "config.json"]:
        if file.is_file():
            with file.open("rb") as stream:
                digest.update(hashlib.file_digest(stream, "sha256").digest())
    own = str(config.get("_name_or_path") or config["model_type"]).rstrip("/").rpartition("/")[2]
    return f"{own}-{digest.hexdigest()[:12]}"
