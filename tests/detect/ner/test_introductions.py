from __future__ import annotations

import random

import pytest

from pipeline.detect.engine import find
from pipeline.detect.ner import introductions
from pipeline.detect.ner.spacy_component import TokenMatcher
from pipeline.detect.text.tokens import read
from pipeline.errors import ConfigurationError, Exit
from pipeline.records import Context
from pipeline.settings import DetectSettings
from tests.detect.samples import ODD, PLAIN


@pytest.mark.parametrize(
    ("text", "surface"),
    [
        ("hi this is tomasz wilk from the other team", "tomasz wilk"),
        ("my name is oyelaran", "oyelaran"),
        ("our next question comes from praying raymond with them", "praying raymond"),
        ("my colleague yusra will tell you", "yusra"),
        ("i work at vantrexa", "vantrexa"),
        ("our customer Brightloom asked", "Brightloom"),
        ("thanks zsofia that helps", "zsofia"),
    ],
)
def test_a_name_is_found_by_its_place(text: str, surface: str) -> None:
    assert surface in {match.text for match in find(text, Context()) if match.rule in ("position", "name model")}


@pytest.mark.parametrize(
    "text", ["thanks a lot for that", "this is the thing from before", "thanks everyone", "hi there"]
)
def test_the_place_alone_makes_no_name(text: str) -> None:
    assert find(text, Context()) == []


def test_a_missing_model_is_a_configuration_error_without_its_name() -> None:
    with pytest.raises(ConfigurationError) as caught:
        find("hello", Context(), settings=DetectSettings(spacy_model="xx_not_there"))
    assert caught.value.code is Exit.CONFIGURATION


def test_a_cue_is_found_wherever_it_stands_in_a_text() -> None:
    draw = random.Random(8)
    cues = [" ".join(pattern.cue) for pattern in introductions._PATTERNS]
    behind = [" ".join(pattern.then) for pattern in introductions._PATTERNS if pattern.then]
    rule = introductions.introduction_recognizer()
    openings = {word: introductions._token_patterns(word) for word in introductions._OPENINGS}
    matcher, matches = TokenMatcher(openings), 0
    for _ in range(400):
        parts = [draw.choice((cues, behind, PLAIN, ODD, PLAIN)) for _ in range(draw.choice((3, 8, 25)))]
        text = read("".join(draw.choice(part) + draw.choice(("  ", " ", " ", "\n", " ")) for part in parts))
        wanted = {
            match
            for word in openings
            for key, tokens in matcher.matches(word, text.raw)
            for match in introductions._in_slot(text, 0, introductions._PATTERNS[int(key)], tokens)
        }
        assert set(rule(text)) == (wanted if introductions._WORTH_A_LOOK.search(text.raw) else set())
        matches += len(wanted)
    assert matches > 50
