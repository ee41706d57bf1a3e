from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from pipeline.embeddings import encoder as encoders
from pipeline.embeddings import load_encoder
from pipeline.embeddings.hashed import COLUMNS, HashedTfidf
from pipeline.embeddings.minilm import MiniLM, read_safetensors
from pipeline.errors import ConfigurationError

Array = NDArray[np.float32]
HIDDEN, HEADS, LAYERS, INNER, EPSILON = 16, 2, 2, 32, 1e-12
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "we", "need", "single", "sign", "on", "for", "contractors", "rain"]


def write_safetensors(path: Path, arrays: dict[str, Array]) -> None:
    header, content = {}, b""
    for name, array in arrays.items():
        begin = len(content)
        content += array.astype(np.float32).tobytes()
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [begin, len(content)]}
    told = json.dumps({"__metadata__": {"format": "pt"}, **header}).encode()
    path.write_bytes(len(told).to_bytes(8, "little") + told + content)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Array]]:
    """A BERT of two small layers with random weights, in the files of the real one."""
    folder, rng = tmp_path_factory.mktemp("model"), np.random.default_rng(3)

    def made(*shape: int) -> Array:
        return (rng.standard_normal(shape) * 0.4).astype(np.float32)

    arrays = {
        "embeddings.word_embeddings.weight": made(len(WORDS), HIDDEN),
        "embeddings.position_embeddings.weight": made(64, HIDDEN),
        "embeddings.token_type_embeddings.weight": made(2, HIDDEN),
    }
    shapes = {
        "attention.self.query": (HIDDEN, HIDDEN),
        "attention.self.key": (HIDDEN, HIDDEN),
        "attention.self.value": (HIDDEN, HIDDEN),
        "attention.output.dense": (HIDDEN, HIDDEN),
        "intermediate.dense": (INNER, HIDDEN),
        "output.dense": (HIDDEN, INNER),
    }
    norms = ["embeddings.LayerNorm"]
    for layer in range(LAYERS):
        name = f"encoder.layer.{layer}"
        norms += [f"{name}.attention.output.LayerNorm", f"{name}.output.LayerNorm"]
        for part, shape in shapes.items():
            arrays |= {f"{name}.{part}.weight": made(*shape), f"{name}.{part}.bias": made(shape[0])}
    for name in norms:
        arrays |= {f"{name}.weight": 1 + made(HIDDEN), f"{name}.bias": made(HIDDEN)}
    write_safetensors(folder / "model.safetensors", arrays)
    config = {
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "hidden_size": HIDDEN,
        "layer_norm_eps": EPSILON,
    }
    (folder / "config.json").write_text(json.dumps(config))
    tokenizer = Tokenizer(models.WordPiece({word: place for place, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder, arrays


def expected(text: str, arrays: dict[str, Array]) -> Array:
    """The same by the book (Devlin et al. 2019), mean over the tokens, length 1."""
    ids = [2, *(WORDS.index(word) if word in WORDS else 1 for word in text.lower().split()), 3]
    x = arrays["embeddings.word_embeddings.weight"][ids] + arrays["embeddings.position_embeddings.weight"][: len(ids)]
    x = norm(x + arrays["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm", arrays)
    for layer in range(LAYERS):
        name = f"encoder.layer.{layer}"
        q, k, v = (linear(x, f"{name}.attention.self.{part}", arrays) for part in ("query", "key", "value"))
        size = HIDDEN // HEADS
        heads = []
        for head in range(HEADS):
            own = slice(head * size, (head + 1) * size)
            scores = q[:, own] @ k[:, own].T / math.sqrt(size)
            weights = np.exp(scores - scores.max(axis=1, keepdims=True))
            heads.append(weights / weights.sum(axis=1, keepdims=True) @ v[:, own])
        attended = linear(np.hstack(heads), f"{name}.attention.output.dense", arrays)
        x = norm(x + attended, f"{name}.attention.output.LayerNorm", arrays)
        inner = linear(x, f"{name}.intermediate.dense", arrays)
        inner = inner * 0.5 * (1 + np.vectorize(math.erf)(inner / math.sqrt(2)))
        x = norm(x + linear(inner, f"{name}.output.dense", arrays), f"{name}.output.LayerNorm", arrays)
    mean = x.mean(axis=0)
    return np.asarray(mean / np.linalg.norm(mean), np.float32)


def linear(x: Array, name: str, arrays: dict[str, Array]) -> Array:
    return x @ arrays[f"{name}.weight"].T + arrays[f"{name}.bias"]


def norm(x: Array, name: str, arrays: dict[str, Array]) -> Array:
    spread = np.sqrt(x.var(axis=1, keepdims=True) + EPSILON)
    return np.asarray((x - x.mean(axis=1, keepdims=True)) / spread * arrays[f"{name}.weight"] + arrays[f"{name}.bias"])


def test_vectors_are_those_of_the_paper_whatever_the_batch(model: tuple[Path, dict[str, Array]]) -> None:
    folder, arrays = model
    texts = [
        "we need single sign on",
        "Rain",
        "we need single sign on for contractors for contractors",
        "",
        "rain for we",
    ]
    vectors = MiniLM(folder).encode(texts * 30)[:5]
    for text, vector in zip(texts, vectors, strict=True):
        wanted = expected(text, arrays) if text else np.zeros(HIDDEN)
        assert np.allclose(vector, wanted, atol=1e-4)


def test_a_damaged_file_of_weights_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    for content in (b"12345678", b"\x00" * 20, (400).to_bytes(8, "little") + b"{}"):
        path.write_bytes(content)
        with pytest.raises(ConfigurationError):
            read_safetensors(path)


def test_without_the_model_there_is_tfidf_and_a_damaged_one_is_never_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OFFRECORD_MODELS", str(tmp_path))
    assert load_encoder().name == "tfidf"
    (tmp_path / encoders.MODEL).mkdir()
    with pytest.raises(ConfigurationError):
        load_encoder()


def test_tfidf_knows_the_same_request_by_its_rare_words() -> None:
    texts = ["please rotate the certificates", "we need certificate rotation", "the weather is nice", "the and of"]
    vectors = HashedTfidf().encode(texts)
    cosines = vectors @ vectors.T
    assert cosines[0, 1] > 0.2 > abs(cosines[0, 2])
    assert not vectors[3].any()


@given(st.lists(st.text(max_size=40), max_size=6))
def test_tfidf_vectors_have_length_one_and_stand_alone(texts: list[str]) -> None:
    vectors = HashedTfidf().encode(texts)
    assert vectors.shape == (len(texts), COLUMNS)
    for text, vector in zip(texts, vectors, strict=True):
        assert math.isclose(float(np.linalg.norm(vector)), 1.0, abs_tol=1e-4) or not vector.any()
        assert np.array_equal(HashedTfidf().encode([text])[0], vector)


def test_a_model_that_comes_or_goes_while_a_process_runs_is_the_one_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = load_encoder().name
    monkeypatch.setenv("OFFRECORD_MODELS", str(tmp_path))
    assert (load_encoder().name, encoders.encoder_name()) == ("tfidf", "tfidf")
    monkeypatch.undo()
    assert (load_encoder().name, encoders.encoder_name()) == (before, before)
