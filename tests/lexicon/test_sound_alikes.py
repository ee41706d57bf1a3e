"""How many English words come near the sound of a name."""

from __future__ import annotations

import pytest

from pipeline.detect.engine import find
from pipeline.lexicon.sound_alikes import sounds_like_no_word
from pipeline.records import Context, Term


@pytest.mark.parametrize("name", ["palimpsest", "szczepanik", "saltbridge", "wrzosek"])
def test_hardly_any_word_sounds_like_a_rare_name(name: str) -> None:
    assert sounds_like_no_word(name)


@pytest.mark.parametrize("name", ["undertow", "pettifer", "millrace", "falcon", "onyx"])
def test_words_sound_like_an_ordinary_one_and_a_short_one_like_much(name: str) -> None:
    assert not sounds_like_no_word(name)


def test_a_rare_name_is_found_in_words_that_are_less_like_it() -> None:
    context = Context(terms=(Term(text="Palimpsest", kind="product"), Term(text="Undertow", kind="product")))
    assert [match.text for match in find("how is the rollout of pile limpsist going", context)] == ["pile limpsist"]
    assert find("how is the rollout of pile of impulse going", context) == []
