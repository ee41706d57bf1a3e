"""The quick ways through the name model and the rules give what the plain ways give."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc

from pipeline.detect.identifiers import secrets as keys
from pipeline.detect.identifiers.presidio import _NO_ARTIFACTS, RECOGNISERS
from pipeline.detect.ner import embedding_cache as forms_module
from pipeline.detect.ner import introductions as position
from pipeline.detect.ner import spacy_component as tagger
from pipeline.detect.ner import token_cache as chunks_module
from pipeline.detect.ner import word_features as kinds
from pipeline.detect.ner.recognizer import model_folder
from pipeline.detect.ner.spacy_component import Found
from pipeline.detect.ner.token_cache import Chunks
from pipeline.detect.text.tokens import read
from pipeline.lexicon import FUNCTION_WORDS, words_of
from pipeline.lexicon.common import ranks
from pipeline.lexicon.plain import TOKEN, plain, word_set

NLP = tagger.load(model_folder())
KINDS, NAMES = tagger.parts(NLP)
ODD = sorted(
    word_set(
        """graham Wilkerson tomasz, Yusra. "halcyon freight" Arvenix's it's don't gonna cannot I'm U.S. Mr. e.g. O'Neil
        1,000 $5 3pm C++ :) ;-) a-b-c x/y http://a.b.com/x jane@acme.example ... -- naïve café 東京 may bill McDonald
        iPhone. END! cant, wont? ’s 'n' (bank and/or bank). MARK: of the us google microsoft"""
    )
)
PLAIN = [
    *list(ranks())[:400],
    *sorted(word_set("wilkersen brumovia vantrexa halcyon tomash graham maria jerod kubernetes google")),
]


def texts(count: int, seed: int, spaces: tuple[str, ...] = (" ",)) -> list[str]:
    draw = random.Random(seed)
    return [
        "".join(
            draw.choice(ODD if draw.random() < 0.3 else PLAIN) + draw.choice(spaces)
            for _ in range(draw.choice((0, 1, 2, 3, 7, 30)))
        ).strip(" ")
        for _ in range(count)
    ]


def docs_of(some: list[str]) -> list[Doc]:
    return [KINDS(NLP.make_doc(text)) for text in some]


def by_thinc(docs: list[Doc], model: Any) -> list[np.ndarray]:
    return [np.asarray(chances) for chances in model.predict(docs)]


def runs(chances: np.ndarray, floor: float) -> Iterator[Found]:
    """The names among words, one word after the other."""
    named, start = 1.0 - chances[:, 0], None
    begins = chances[:, 1::2].sum(axis=1) > chances[:, 2::2].sum(axis=1)
    for index in range(len(named) + 1):
        inside = index < len(named) and named[index] >= floor
        if start is not None and (not inside or begins[index]):
            labels = (chances[start:index, 1::2] + chances[start:index, 2::2]).sum(axis=0)
            yield Found(start, index, tagger.LABELS[int(labels.argmax())], float(named[start:index].max()))
            start = None
        if inside and start is None:
            start = index


def same(found: list[Found], wanted: list[Found]) -> bool:
    return [one[:3] for one in found] == [one[:3] for one in wanted] and np.allclose(
        [one.chance for one in found], [one.chance for one in wanted], atol=1e-5
    )


@pytest.mark.parametrize("some", [texts(200, 1), ["maria"], [" ".join(texts(900, 2))], ["", "maria lopez", ""]])
def test_names_are_those_of_the_model_as_thinc_runs_it(some: list[str]) -> None:
    docs = docs_of(some)
    filled = [doc for doc in docs if len(doc)]
    wanted = dict(zip(map(id, filled), by_thinc(filled, NAMES.model), strict=True))
    for doc, found in zip(docs, NAMES.find(docs), strict=True):
        assert same(found, list(runs(wanted[id(doc)], NAMES.floor)) if len(doc) else [])


@pytest.mark.parametrize(("width", "depth", "window", "pieces"), [(32, 1, 1, 2), (16, 3, 2, 3), (24, 2, 1, 4)])
def test_a_model_of_any_size_is_run_as_thinc_runs_it(
    width: int, depth: int, window: int, pieces: int, tmp_path: Path
) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe(kinds.FACTORY)
    encode = {"width": width, "depth": depth, "window_size": window, "maxout_pieces": pieces}
    names = nlp.add_pipe(
        tagger.FACTORY,
        config={"floor": 0.9, "model": {"tok2vec": {"embed": {"width": width}, "encode": encode}}},
    )
    docs = [doc for doc in docs_of(texts(80, 3)) if len(doc)]
    names.model.initialize(X=docs[:5], Y=[names.model.ops.alloc2f(len(doc), 9) for doc in docs[:5]])
    draw = np.random.default_rng(5)
    softmax = names.model.get_ref("softmax")
    softmax.set_param("W", draw.standard_normal(softmax.get_param("W").shape).astype("f") / 4)
    nlp.to_disk(tmp_path)
    read_again = spacy.load(tmp_path).get_pipe(tagger.FACTORY)
    wanted = [list(runs(chances, 0.9)) for chances in by_thinc(docs, names.model)]
    assert any(wanted)
    for found in (names.find(docs), read_again.find(docs)):
        assert all(map(same, found, wanted))


def test_the_component_gives_each_doc_the_names_it_has_alone() -> None:
    some = [text for text in texts(150, 4) if text]
    together = [[(e.start, e.end, e.label_) for e in doc.ents] for doc in NLP.pipe(some, batch_size=7)]
    assert together == [[(e.start, e.end, e.label_) for e in NLP(text).ents] for text in some]


def by_docs(some: list[str]) -> list[list[tuple[str, list[tuple[str, int, int]]]]]:
    """The names in texts by docs of all their words, but for those of numbers and function words alone."""
    named = []
    for doc, found in zip(docs := docs_of(some), NAMES.find(docs), strict=True):
        known = KINDS.of_words(doc)
        named.append(
            [
                (one.label, [(token.text, token.idx, int(known[token.i])) for token in doc[one.start : one.end]])
                for one in found
            ]
        )
    return named


def is_name(tokens: list[tuple[str, int, int]], text: str) -> bool:
    words = words_of(text[tokens[0][1] : tokens[-1][1] + len(tokens[-1][0])])
    return any(word not in FUNCTION_WORDS and not word.isdigit() for word in words)


@pytest.mark.parametrize("spaces", [(" ",), (" ", " ", " ", "  ", "\n", "\t ")])
@pytest.mark.parametrize("kept", [8192, 50])
def test_chunks_are_read_as_whole_texts_are(
    spaces: tuple[str, ...], kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms_module, "KEPT", kept)
    monkeypatch.setattr(chunks_module, "_TOGETHER", 300)
    some = texts(150, 6, spaces)
    found = [
        [(one.label, list(map(tuple, one.tokens))) for one in names] for names in Chunks(NLP, KINDS, NAMES).named(some)
    ]
    for text, ours, wanted in zip(some, found, by_docs(some), strict=True):
        assert [one for one in ours if is_name(one[1], text)] == [one for one in wanted if is_name(one[1], text)]


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.one_of(st.sampled_from(ODD + PLAIN), st.text("aZ.,'’-?!_1é$()", min_size=1, max_size=8)), max_size=9)
)
def test_a_chunk_is_cut_as_it_is_within_a_text(some: list[str]) -> None:
    reader = Chunks(NLP, KINDS, NAMES)
    cut = [word for chunk in some for word, _ in reader._cut(chunk)]
    assert cut == [token.text for chunk in some for token in NLP.tokenizer(chunk)]


def test_a_words_attributes_are_those_of_a_doc() -> None:
    words = [*ODD, *PLAIN, "acl", "ORG", "GPE", "xcomp", "a" * 99, "a" * 100, "a" * 101]
    columns = ["NORM", "TAG", "LEMMA", "PREFIX", "SUFFIX", "SHAPE", "LOWER"]
    doc = KINDS(Doc(NLP.vocab, words=words))
    of_words, attributes = KINDS.attributes(words, columns)
    assert (attributes == doc.to_array(columns)).all()
    assert (of_words == KINDS.of_words(doc)).all()


@given(st.text("aB'’s _.\n1é"))
def test_a_text_is_cut_into_tokens_wherever_its_spaces_are(raw: str) -> None:
    words = [(match.start(), match.group()) for match in TOKEN.finditer(raw)]
    assert [(token.start_char, token.plain) for token in read(raw).tokens] == [(at, plain(word)) for at, word in words]
    for token, (at, word) in zip(read(raw).tokens, words, strict=True):
        assert token.end_char == at + len(word) - 2 * (word[-2:].lower() in ("'s", "’s"))


@pytest.mark.parametrize("recogniser", RECOGNISERS)
@settings(deadline=None, max_examples=30)
@given(data=st.data())
def test_what_a_recogniser_finds_has_the_signs_that_are_looked_for(recogniser: Any, data: st.DataObject) -> None:
    asked = recogniser()
    pattern = data.draw(st.sampled_from(asked.patterns))
    flags = 0 if "Iban" in type(asked).__name__ else re.IGNORECASE
    text = data.draw(st.from_regex(re.compile(pattern.regex, flags)))
    found = asked.analyze(text, asked.supported_entities, _NO_ARTIFACTS)
    assert not found or re.search(RECOGNISERS[recogniser], text)


@settings(deadline=None)
@given(st.from_regex(keys._WORTH_A_LOOK))
def test_a_text_that_is_worth_a_look_for_keys_gets_one(raw: str) -> None:
    assert keys._may_hold_one(raw)


def test_a_cue_is_found_wherever_it_stands_in_a_text() -> None:
    draw = random.Random(8)
    cues = [" ".join(pattern.cue) for pattern in position._PATTERNS]
    behind = [" ".join(pattern.then) for pattern in position._PATTERNS if pattern.then]
    nlp, rule = spacy.blank("en"), position.position_rule()
    matchers = [position._matcher(nlp, word) for word in position._OPENINGS]
    hits = 0
    for _ in range(400):
        parts = [draw.choice((cues, behind, PLAIN, ODD, PLAIN)) for _ in range(draw.choice((3, 8, 25)))]
        text = read("".join(draw.choice(part) + draw.choice(("  ", " ", " ", "\n", " ")) for part in parts))
        doc = nlp.make_doc(text.raw)
        wanted = {hit for matcher in matchers for hit in position._slots(text, 0, doc, matcher)}
        assert set(rule(text)) == (wanted if position._WORTH_A_LOOK.search(text.raw) else set())
        hits += len(wanted)
    assert hits > 50
