"""What makes something a secret in words that no phrase has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from unittest.mock import patch

import pytest

from pipeline.detect import secrecy_model, sentence_model
from pipeline.detect.gazetteer.statements import statement_recognizer
from pipeline.detect.secrecy_model import MODEL, simplified
from pipeline.detect.sentence_model import Examples
from pipeline.detect.text.tokens import read
from pipeline.embeddings import encoder_name
from pipeline.lexicon.cues import SpokenSentence, places, shipped_cues
from pipeline.records import SpokenCues
from tests.benchmarks.secrecy import is_covered, others_of, recognizers, secrets_of

needs_model = pytest.mark.skipif(encoder_name() != "minilm", reason="the sentence model is not pulled")
NEW_WORDS = [
    ("The heron is our new logo. It never left my drawer, and I'd have it stay there.", "The heron is our new logo"),
    ("We start again from nothing. Her people mustn't get wind of that, they don't suspect a thing.", "We start again"),
    ("She's the mole. Uh, they, they haven't a clue, you know, about it.", "She's the mole"),
]


def statements(text: str, cues: SpokenCues | None = None) -> list[str]:
    return [match.text for match in statement_recognizer(cues or shipped_cues())(read(text))]


def test_the_stored_weights_are_those_of_the_shipped_examples() -> None:
    cues = shipped_cues()
    assert MODEL.stored(Examples(cues.secret_examples, cues.no_secret_examples)) is not None
    assert MODEL.stored(Examples(cues.secret_examples[1:], cues.no_secret_examples)) is None


@needs_model
@pytest.mark.parametrize(("text", "secret"), NEW_WORDS)
def test_a_secret_that_no_phrase_announces_is_found(text: str, secret: str) -> None:
    assert statements(text, replace(shipped_cues(), secret_examples=())) == []
    assert secret in " ".join(statements(text))


@pytest.mark.parametrize(
    ("name", "phrases", "with_model"),
    [("a", 34, 39), ("b", 17, 35), ("c", 17, 25), ("d", 13, 25), ("e", 4, 25), ("f", 30, 57)],
)
def test_how_many_of_the_written_secrets_are_found(name: str, phrases: int, with_model: int) -> None:
    by_phrases, by_both = recognizers().values()
    secrets = secrets_of(name)
    assert sum(is_covered(secret, by_phrases) for secret in secrets) >= phrases
    if encoder_name() == "minilm":
        assert sum(is_covered(secret, by_both) for secret in secrets) >= with_model


@pytest.mark.parametrize(("name", "most"), [("a", 4), ("b", 2), ("c", 8), ("d", 1), ("e", 1), ("f", 14)])
def test_how_much_of_other_talk_is_taken_for_a_secret(name: str, most: int) -> None:
    for recognize in recognizers().values():
        assert sum(bool(recognize(read(text))) for text in others_of(name)) <= most


@needs_model
def test_the_model_takes_nothing_from_what_a_phrase_finds() -> None:
    text = "The servers stay here. By the way, this has not been announced but the bank will merge its data centers."
    assert statements(text) == ["By the way, this has not been announced but the bank will merge its data centers"]


@needs_model
def test_a_teams_own_examples_count_at_once() -> None:
    text = "The walnut goes to market. That one sits in the blue cupboard, you know."
    own = replace(
        shipped_cues(),
        secret_examples=("that one sits in the blue cupboard", "those sit in the blue cupboard"),
        no_secret_examples=("that one sits on the desk", "the market is open"),
    )
    assert statements(text) == []
    assert "The walnut goes to market" in " ".join(statements(text, own))


def test_without_the_sentence_model_phrases_find_what_they_found() -> None:
    with patch.object(sentence_model, "encoder_name", return_value="tfidf"):
        assert statements(NEW_WORDS[2][0]) == []
        assert statements("We buy Veltra. Nobody outside knows about it.") == [
            "We buy Veltra. Nobody outside knows about it"
        ]


def test_without_examples_of_both_kinds_there_is_no_model() -> None:
    with patch.object(sentence_model, "_vector", side_effect=AssertionError):
        assert statements(NEW_WORDS[2][0], replace(shipped_cues(), no_secret_examples=())) == []


def test_hesitation_and_what_is_said_twice_are_no_words_of_it() -> None:
    assert simplified("um, it’s, it’s not, you know, out there") == "it's not, out there"
    assert simplified("I mean we're, we're keeping it quiet") == "we're keeping it quiet"
    assert simplified("human error") == "human error"


@pytest.mark.parametrize("length", [30, 300, 3000])
def test_what_is_encoded_grows_with_the_words_alone(length: int) -> None:
    raw = " ".join(f"nobody{number} told" for number in range(length // 2))
    spans, words = places(raw)
    clauses = list(secrecy_model._clauses(raw, spans, words, SpokenSentence(0, len(words)), 0))
    assert length / 7 - 2 <= len(clauses) <= length / 7 + 1
    assert {index for clause in clauses for index in range(clause.start, clause.end)} == set(range(len(words)))


def test_a_clause_ends_at_a_comma_and_before_a_but() -> None:
    raw = "Yes, so nobody knows it, um, but we close the plant in May because it loses money"
    spans, words = places(raw)
    clauses = secrecy_model._clauses(raw, spans, words, SpokenSentence(0, len(words)), 0)
    assert [raw[spans[clause.start][0] : spans[clause.end - 1][1]] for clause in clauses] == [
        "Yes, so nobody knows it",
        "um, but we close the plant in May",
        "because it loses money",
    ]


@needs_model
def test_an_example_of_a_team_is_fitted_without_encoding_the_shipped_ones_again() -> None:
    """That took every process of a night 12 s."""
    shipped = MODEL.examples_of(shipped_cues())
    own = Examples((*shipped.like, "that one stays in the biscuit tin"), shipped.unlike[1:])
    encoded: list[str] = []

    def counted(texts: Iterable[str]) -> sentence_model.Vectors:
        encoded.extend(kept := list(texts))
        return encode(kept)

    encode = sentence_model._encoded
    with patch.object(sentence_model, "_encoded", counted):
        fitted = MODEL.fit(own, MODEL.shipped_vectors())
    assert encoded == ["that one stays in the biscuit tin"]
    said = encode(["that one stays in the biscuit tin", "we moved to Postgres", "nobody outside has heard it"])
    stored = MODEL.stored(shipped)
    assert stored is not None
    assert MODEL._scores(fitted, said)[0] >= MODEL.least > MODEL._scores(stored, said)[0]
    assert abs(MODEL._scores(fitted, said)[1:] - MODEL._scores(stored, said)[1:]).max() < 0.05


@needs_model
def test_where_the_shipped_examples_changed_since_no_vector_of_theirs_is_taken() -> None:
    changed = replace(shipped_cues(), secret_examples=shipped_cues().secret_examples[1:])
    with patch.object(sentence_model, "shipped_cues", lambda: changed):
        assert MODEL.shipped_vectors() == {}
