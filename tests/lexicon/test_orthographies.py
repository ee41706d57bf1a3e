from __future__ import annotations

import pytest

from pipeline.lexicon.orthographies import phrase_readings, readings


@pytest.mark.parametrize(
    ("name", "reading"),
    [
        ("Saoirse", "seersha"),
        ("Caoimhe", "keeva"),
        ("Niamh", "neev"),
        ("Eoghan", "owen"),
        ("Gruffydd", "griffith"),
        ("Wojciech", "voychek"),
        ("Łukasz", "wookash"),
        ("Agnieszka", "agnyeshka"),
        ("Szczepan", "shchepan"),
        ("Wrzosek", "zhosek"),
        ("Nguyễn", "wen"),
        ("Huong", "hwong"),
        ("Çağrı", "chari"),
        ("Ngozi", "engozee"),
        ("Xiaoming", "shiaoming"),
        ("Petrović", "petrovich"),
        ("Guillermo", "giyermo"),
        ("Giuseppe", "juseppe"),
    ],
)
def test_a_name_of_another_language_sounds_so(name: str, reading: str) -> None:
    assert reading in readings(name)


@pytest.mark.parametrize(
    "name", ["Robert", "Daniel", "Johnson", "Kensington", "Halcyon", "Anderson", "Wilson", "Al", ""]
)
def test_an_english_name_has_its_spelling_alone(name: str) -> None:
    assert readings(name) == ()


def test_the_words_of_a_name_are_read_each_for_itself() -> None:
    assert ("zhosek", "logistics") in phrase_readings("Wrzosek Logistics")
    assert phrase_readings("Brightwater Labs") == ()
