"""The other half of a listed name, misheard right beside the half that was heard."""

from __future__ import annotations

import pytest

from pipeline.detect import detect
from pipeline.records import Context, KnownPerson, SoundPlace, Term, Transcript
from pipeline.settings import DetectSettings
from tests.detect.locate.test_doubtful_words import heard
from tests.detect.locate.test_words_and_text import session

CONTEXT = Context(
    participants=(KnownPerson(name="Gruffydd Penhaligon"), KnownPerson(name="Sibusiso Hlongwane")),
    companies=("Llandrillo Water",),
    terms=(Term(text="Drumlin Server", kind="product"),),
)


def halves(transcript: Transcript, context: Context = CONTEXT) -> list[tuple[str, str]]:
    findings = detect(session(), transcript, context, settings=DetectSettings())
    return [(finding.text, finding.entity) for finding in findings if finding.rule == "beside a name"]


def test_unsure_words_behind_a_given_name_are_the_family_name() -> None:
    words = (("is", 1.0), ("Griffith", 0.6), ("and", 0.4), ("I'm", 0.4), ("a", 0.2), ("legend.", 0.4), ("I", 0.3))
    assert halves(heard(*words)) == [("and I'm a legend.", "person:gruffydd penhaligon")]


@pytest.mark.parametrize("alias", ["G P", "Penhaligon Gruff"])
def test_another_way_to_name_somebody_hides_no_half(alias: str) -> None:
    context = Context(participants=(KnownPerson(name="Gruffydd Penhaligon", aliases=(alias,)),))
    words = (("is", 1.0), ("Griffith", 0.6), ("and", 0.4), ("I'm", 0.4), ("a", 0.2), ("legend.", 0.4), ("I", 0.3))
    assert halves(heard(*words), context) == [("and I'm a legend.", "person:gruffydd penhaligon")]


def test_the_same_end_of_two_companies_is_of_neither() -> None:
    context = Context(companies=("Llandrillo Water", "Zennor Water"))
    words = heard(("then", 0.9), ("umbrella", 0.5), ("Water", 0.9), ("called", 0.9))
    assert halves(words, context) == [("umbrella Water", "company:~umbrella water")]


def test_who_keeps_a_secret_still_redacts_the_half_of_a_name_in_it() -> None:
    said = (("nobody", 0.9), ("outside", 0.9), ("knows", 0.9), ("that", 0.9), ("Griffith", 0.9), ("legend", 0.4))
    assert halves(heard(*said)) == [("legend", "person:gruffydd penhaligon")]


def test_the_end_of_a_company_goes_with_unsure_words_before_it() -> None:
    words = (("then", 0.9), ("umbrella", 0.5), ("Water", 0.9), ("called", 0.9))
    (half,) = halves(heard(*words))
    assert half == ("umbrella Water", "company:llandrillo water")
    (finding,) = [
        finding
        for finding in detect(session(), heard(*words), CONTEXT, settings=DetectSettings())
        if finding.entity == half[1]
    ]
    assert isinstance(finding.place, SoundPlace)
    assert finding.place.words == (1, 3)


def test_the_end_of_a_company_goes_with_what_was_found_right_before_it() -> None:
    findings = detect(
        session(),
        heard(("then", 0.9), ("Gruffydd", 0.9), ("Water", 0.9), ("called", 0.9)),
        CONTEXT,
        settings=DetectSettings(),
    )
    covered = {
        index for finding in findings if isinstance(finding.place, SoundPlace) for index in range(*finding.place.words)
    }
    assert {1, 2} <= covered


@pytest.mark.parametrize(
    "words",
    [
        (("is", 1.0), ("Gruffydd", 0.9), ("around", 0.9), ("legend", 0.9)),
        (("is", 1.0), ("Gruffydd.", 0.9), ("legend", 0.3)),
        (("is", 1.0), ("Gruffydd", 0.9), ("in", 0.3), ("the", 0.3), ("room", 0.9)),
        (("some", 1.0), ("umbrella", 0.3), ("water", 0.9)),
        (("some", 1.0), ("umbrella", 0.8), ("Water", 0.9)),
        (("is", 1.0), ("Gruffydd", 0.9), ("Penhaligon", 0.9), ("legend", 0.3)),
    ],
    ids=["sure words", "a sentence ends", "words that bind", "no capital", "a sure word before", "the whole name"],
)
def test_other_words_beside_a_name_stay(words: tuple[tuple[str, float], ...]) -> None:
    assert halves(heard(*words)) == []


def test_no_more_words_go_than_the_missing_half_has_room_for() -> None:
    words = (("Gruffydd", 0.9), *(("legend", 0.3),) * 5)
    (half,) = halves(heard(*words))
    assert half[0] == "legend legend", "16 letters at most for the 10 of Penhaligon"
