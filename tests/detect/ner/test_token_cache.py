"""Texts that are read chunk by chunk, each kept, have the names that they have as whole docs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.detect.ner import embedding_cache, token_cache
from pipeline.detect.ner.recognizer import model_folder
from pipeline.detect.ner.spacy_component import NamePipeline, load
from pipeline.detect.ner.token_cache import TokenCache
from pipeline.lexicon import FUNCTION_WORDS, words_of
from tests.detect.samples import ODD, PLAIN, texts

NLP = load(model_folder())
PIPELINE = NamePipeline(NLP)
Name = tuple[str, list[tuple[str, int, int]]]


def by_docs(batch: list[str]) -> list[list[Name]]:
    """The names in texts by docs of all their words."""
    docs = [PIPELINE.features(NLP.make_doc(text)) for text in batch]
    return [
        [
            (span.label, [(token.text, token.idx, int(features[token.i])) for token in doc[span.start : span.end]])
            for span in spans
            for features in (PIPELINE.features.of(doc.to_array(["LOWER"]).reshape(-1)),)
        ]
        for doc, spans in zip(docs, PIPELINE.names.find(docs), strict=True)
    ]


def is_name(tokens: list[tuple[str, int, int]], text: str) -> bool:
    words = words_of(text[tokens[0][1] : tokens[-1][1] + len(tokens[-1][0])])
    return any(word not in FUNCTION_WORDS and not word.isdigit() for word in words)


@pytest.mark.parametrize("spaces", [(" ",), (" ", " ", " ", "  ", "\n", "\t ")])
@pytest.mark.parametrize("kept", [8192, 50])
def test_chunks_are_read_as_whole_texts_are(
    spaces: tuple[str, ...], kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedding_cache, "MAX_FORMS", kept)
    monkeypatch.setattr(token_cache, "_BATCH_WORDS", 300)
    batch = texts(150, 6, spaces)
    by_chunks = [
        [(name.label, [(token.text, token.start_char, token.features) for token in name.tokens]) for name in names]
        for names in TokenCache(PIPELINE).names(batch)
    ]
    for text, names, wanted in zip(batch, by_chunks, by_docs(batch), strict=True):
        assert [name for name in names if is_name(name[1], text)] == [name for name in wanted if is_name(name[1], text)]


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.one_of(st.sampled_from(ODD + PLAIN), st.text("aZ.,'’-?!_1é$()", min_size=1, max_size=8)), max_size=9)
)
def test_a_chunk_is_cut_as_it_is_within_a_text(chunks: list[str]) -> None:
    cache = TokenCache(PIPELINE)
    cut = [token.text for chunk in chunks for token in cache._cut(chunk)]
    assert cut == [token.text for chunk in chunks for token in NLP.tokenizer(chunk)]
