from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import models
from pipeline.detect.engine import find
from pipeline.detect.ner.chosen_model import chosen, version
from pipeline.detect.ner.recognizer import guesses
from pipeline.detect.ner.spacy_component import Entity
from pipeline.detect.ner.union import EntityFinder, name_recognizer, second_model
from pipeline.detect.scoring.calibration import KnownFor
from pipeline.detect.scoring.second_model import evidence, share_of
from pipeline.detect.text.tokens import Match, Text, read
from pipeline.errors import ConfigurationError
from pipeline.records import Context, DetectionRule, KnownPerson
from pipeline.reports.warnings import warnings
from pipeline.settings import DetectSettings
from pipeline.store import Workspace

NAME = "en-core-web-sm"
UNKNOWN = KnownFor(given_name=0, family_name=0, company=False, ordinary=False, famous=False)


def finder(*named: tuple[str, str]) -> EntityFinder:
    """A second model that finds these words under these labels in any text."""

    def find_all(texts: Sequence[Text]) -> list[list[Entity]]:
        return [
            [Entity(label, text.raw.index(name), text.raw.index(name) + len(name)) for name, label in named]
            for text in texts
        ]

    return find_all


def found(text: str, *named: tuple[str, str], floor: float = 0.38) -> dict[str, Match]:
    (matches,) = name_recognizer(floor, finder(*named))([read(text)])
    return {match.text: match for match in matches}


@pytest.fixture
def pulled() -> None:
    if not chosen(DetectSettings()).pulled:
        pytest.skip(f"{NAME} was not pulled here")


@given(st.text(alphabet="AaBbGr Wil.,'é\n", max_size=40), st.data())
def test_the_second_model_only_adds_whatever_it_says(raw: str, data: st.DataObject) -> None:
    text = read(raw)
    starts = st.integers(0, max(0, len(raw) - 1))
    places = data.draw(st.lists(st.tuples(starts, st.integers(1, 9)), max_size=4)) if raw else []
    labels = data.draw(st.lists(st.sampled_from(["PERSON", "ORG", "GPE", "DATE"]), min_size=4, max_size=4))
    entities = [Entity(label, at, min(len(raw), at + size)) for (at, size), label in zip(places, labels, strict=False)]
    (alone,) = name_recognizer()([text])
    (both,) = name_recognizer(second=lambda texts: [entities])([text])
    scores = {(match.start_char, match.end_char): match.score for match in both}
    for match in alone:
        assert scores[match.start_char, match.end_char] >= match.score
    assert all(0.0 <= match.score <= 1.0 and match.text.strip() for match in both)


def test_what_the_second_model_finds_alone_has_a_rule_and_a_measured_score() -> None:
    match = found("We met the Calverton Group on Monday.", ("Calverton Group", "ORG"))["Calverton Group"]
    assert match.rule in (DetectionRule.SECOND_NAME_MODEL, DetectionRule.NAME_MODEL)
    assert 0.3 <= match.score < 1.0 and match.label == "COMPANY"
    assert found("It was on Monday.", ("Monday", "DATE")) == {}


def test_where_both_find_the_same_words_the_finding_keeps_its_rule_and_is_surer() -> None:
    text = "Yesterday Graham Wilkerson told me about it."
    (own,) = guesses([read(text)])
    match = found(text, ("Graham Wilkerson", "PERSON"))["Graham Wilkerson"]
    assert match.rule is DetectionRule.NAME_MODEL
    assert match.score >= max(guess.score for guess in own)


def test_where_people_are_known_a_weak_guess_of_the_second_model_is_left() -> None:
    text = "And then the Orchard line was a problem"
    assert "Orchard" in found(text, ("Orchard", "ORG"))
    assert "Orchard" not in found(text, ("Orchard", "ORG"), floor=0.8)


def test_where_people_are_known_a_word_that_is_no_english_needs_less() -> None:
    assert "Quovix" in found("And then the Quovix line was a problem", ("Quovix", "ORG"), floor=0.8)
    assert "QUOVIX" not in found("And then the QUOVIX line was a problem", ("QUOVIX", "ORG"), floor=0.8)


@pytest.mark.parametrize(
    ("surer", "than"),
    [
        ("we saw Quovix there.", "we saw quovix there."),
        ("we saw Quovix there.", "we saw QUOVIX there."),
        ("we saw Quovix there.", "we saw Quovix there"),
    ],
)
def test_capitals_and_points_make_a_guess_surer(surer: str, than: str) -> None:
    def share(raw: str) -> float:
        match = Match(7, 13, "COMPANY", raw[7:13], "", DetectionRule.SECOND_NAME_MODEL, 0.0)
        return share_of(evidence(read(raw), match, "ORG", UNKNOWN, []))

    assert share(surer) > share(than)


def test_names_of_written_text_that_the_own_model_misses_are_found(pulled: None) -> None:
    text = "We signed with Tarrow Dynamics last week, and the Meridian Health Board knows."
    known = Context(participants=(KnownPerson(name="Ana Lima"),))
    texts = {match.text for match in find(text, known)}
    alone = {match.text for match in find(text, known, settings=DetectSettings(spacy_model=""))}
    assert texts == {"Tarrow Dynamics", "Meridian Health Board"}
    assert alone == {"Meridian Health Board"}


def test_a_text_without_capitals_never_reaches_the_second_model(pulled: None) -> None:
    texts = [read("and graham wilkerson said no"), read("I said no."), read("")]
    assert list(second_model(NAME)(texts)) == [[], [], []]


def test_without_the_second_model_one_finds_names_and_the_report_says_so(
    tmp_path: Path, new_workspace: Callable[[Path], Workspace], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = version(DetectSettings())
    monkeypatch.setenv("OFFRECORD_MODELS", str(tmp_path / "models"))
    workspace = new_workspace(tmp_path / "ws")
    assert find("thanks Wilma", Context(participants=(KnownPerson(name="Ana Lima"),)))
    lines = [line for line in warnings(workspace, datetime(2026, 11, 23, tzinfo=UTC)) if f"models pull {NAME}" in line]
    assert len(lines) == 1
    assert version(DetectSettings()) == "" != (here or "x")
    assert version(DetectSettings(spacy_model="another_pipeline")) == "another_pipeline"


def test_a_second_model_that_is_not_whole_stops_the_night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OFFRECORD_MODELS", str(tmp_path))
    folder = models.folder(models.find(NAME))
    folder.mkdir()
    (folder / "config.cfg").write_text("[nlp]\n", "utf-8")
    second_model.cache_clear()
    with pytest.raises(ConfigurationError, match=NAME):
        second_model(NAME)
