from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.detect.engine import find
from pipeline.detect.gazetteer.context_patterns import CONTEXT_PATTERNS
from pipeline.detect.gazetteer.in_context import context_recognizer
from pipeline.detect.second_pass import find_in_session
from pipeline.detect.text.tokens import read
from pipeline.lexicon import SurfaceForm, is_common, is_english, surface_forms
from pipeline.lexicon.phonetic import best_match, similarity, sound_of
from pipeline.records import Context, DetectionRule, KnownPerson

CONTEXT = Context(
    participants=(KnownPerson(name="Tomasz Wilk"), KnownPerson(name="Yusra Hadid"), KnownPerson(name="Greg Ashdown")),
    companies=("Brightloom Inc", "Zelq"),
)
RULE = context_recognizer(surface_forms(CONTEXT))


def placed(text: str) -> dict[str, str]:
    return {match.text: match.entity for match in RULE(read(text))}


@pytest.mark.parametrize(
    ("text", "surface", "entity"),
    [
        ("hello and welcome to the bright blue third quarter webinar", "bright blue", "company:brightloom inc"),
        ("we at brighter use it every day", "brighter", "company:brightloom inc"),
        ("thanks to the bright loan team for that", "bright loan", "company:brightloom inc"),
        ("i work for brought loom", "brought loom", "company:brightloom inc"),
        ("companies like bridle um do that", "bridle um", "company:brightloom inc"),
        ("the next question comes from tom ash will with us", "tom ash will", "person:tomasz wilk"),
        ("i will hand it over to yours", "yours", "person:yusra hadid"),
        ("thanks grey", "grey", "person:greg ashdown"),
        ("as thomas said before", "thomas", "person:tomasz wilk"),
        ("use rah please go ahead", "use rah", "person:yusra hadid"),
    ],
)
def test_what_stands_in_the_place_of_a_known_name_is_that_name(text: str, surface: str, entity: str) -> None:
    assert placed(text).get(surface) == entity


@pytest.mark.parametrize(
    "text",
    [
        "welcome to the second quarter earnings call",
        "welcome to our weekly community meeting",
        "thanks for joining us on this call",
        "we at the office think so",
        "thank you very much",
        "as i said before",
        "over to the next question",
        "the support team is here",
        "you can go ahead",
    ],
)
def test_what_always_stands_there_is_no_name(text: str) -> None:
    assert placed(text) == {}


def test_without_its_place_the_same_word_is_no_name() -> None:
    assert find("that was a bridle um on a horse", CONTEXT) == []


def test_a_name_that_was_heard_well_takes_no_word_behind_it() -> None:
    assert set(placed("thanks tomasz wilk you are right")) == {"tomasz wilk"}


def test_the_more_names_are_known_the_more_alike_they_must_be() -> None:
    text = "we at brighter use it every day"
    many = tuple(f"Name{number} Made" for number in range(300))
    crowded = context_recognizer(surface_forms(Context(companies=("Brightloom Inc", *many))))
    assert "brighter" not in {match.text for match in crowded(read(text))}
    assert {match.entity for match in crowded(read("we at brightloome use it"))} == {"company:brightloom inc"}


def test_nothing_is_known_nothing_is_found() -> None:
    assert context_recognizer(())(read("thanks greg from brightloom")) == []


def test_what_stands_in_the_place_again_and_again_is_found_everywhere() -> None:
    texts = [
        "hello we at bridle um have a question",
        "the bridle um team asked for it",
        "so then bridle um came up with something",
    ]
    assert "bridle um" in {match.text for match in find_in_session(texts, CONTEXT)[2]}
    assert "bridle um" not in {match.text for match in find_in_session(texts[2:], CONTEXT)[0]}


def test_a_common_word_that_stood_in_the_place_is_found_only_in_such_places() -> None:
    known = Context(companies=("Zelqor",))
    texts = ["we at floor like it", "the people at floor like it"]
    texts += ["we had a floor there", "a floor is fine", "another floor was better", "this floor is over", "no floor"]
    found = find_in_session([*texts, "that is good for floor"], known)
    assert [bool(matches) for matches in found] == [True, True, False, False, False, False, False, True]


def test_a_word_that_is_said_too_often_is_found_with_its_plural_and_a_weak_syllable_before_it() -> None:
    known = Context(companies=("Oveltra",))
    texts = [f"so veltra number {number} is there" for number in ("one", "two", "three")]
    found = find_in_session([*texts, "one of the veltras there", "so uh veltra is it"], known)
    assert "the veltras" in {match.text for match in found[3]}
    assert "uh veltra" in {match.text for match in found[4]}


def test_an_english_word_that_is_used_like_no_name_is_not_said_for_one() -> None:
    known = Context(companies=("Vike",))
    assert find_in_session(["the bike goes there", "they had a bike", "this bike there"], known) == [[], [], []]
    assert all(find_in_session(["so bike goes there", "they had bike", "then bike there"], known))


def test_a_rarer_english_word_needs_more_than_one_that_is_in_no_dictionary() -> None:
    context = Context(participants=(KnownPerson(name="Carl Derving"),))
    assert is_english("derived") and not is_common("derived") and not is_english("dervink")
    assert find("it was derived there", context) == []
    assert {match.text for match in find("it was dervink there", context)} == {"dervink"}


def test_a_rare_word_never_needs_more_than_a_common_one() -> None:
    assert all(0 < place.similarity_rare <= place.similarity < 1 for place in CONTEXT_PATTERNS)


words = st.text("abcdeiklmnorstuy", min_size=1, max_size=12)


@given(words, st.lists(words, min_size=1, max_size=6), st.floats(0, 1))
def test_the_likest_is_the_best_of_all_and_enough(heard: str, known: list[str], needed: float) -> None:
    sounds = [sound_of(one) for one in known]
    found = best_match(heard, known, sounds, needed)
    measured = [similarity(heard, one, sound) for one, sound in zip(known, sounds, strict=True)]
    assert found is None or (found[0] >= needed and found[0] >= max(measured))
    assert found is not None or max(measured) < needed
    both = [best_match(heard, known, sounds, bar) for bar in (needed / 2, needed)]
    assert all(found is None or found == first for first, found in pairwise(both))


@given(st.lists(words, min_size=1, max_size=12))
def test_a_hit_is_always_words_of_the_text(said: list[str]) -> None:
    text = read("welcome to the " + " ".join(said) + " call")
    assert all(text.raw[match.start_char : match.end_char] == match.text for match in RULE(text))


def test_an_english_word_in_small_letters_needs_as_much_as_a_common_one() -> None:
    people = Context(participants=(KnownPerson(name="Imogen Treharne"),))
    assert find("It has its own retry. Could you turn that off?", people) == []
    assert [match.text for match in find("So Trehern could you turn that off?", people)] == ["Trehern"]


def test_a_company_ends_where_its_last_word_is_heard_as_it_is() -> None:
    rail = Context(companies=("Trzebinski Rail",))
    (match,) = [one for one in find("I lead the group at TSHBI and SKD rail, yet", rail) if one.label == "COMPANY"]
    assert match.text == "TSHBI and SKD rail"


def test_only_names_of_four_letters_and_more_are_looked_for() -> None:
    short = SurfaceForm("Zel", "company:zel", "COMPANY", DetectionRule.KNOWN_COMPANY, 0.9)
    assert context_recognizer((short,))(read("we at sell like it")) == []
