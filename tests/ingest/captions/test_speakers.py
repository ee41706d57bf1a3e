"""A caption binds words to somebody only where that is unambiguous."""

from __future__ import annotations

import pytest

from pipeline.ingest.captions import Caption
from pipeline.ingest.captions.speakers import named_in, spoken_parts
from pipeline.ingest.draft import Person
from pipeline.ingest.participants import Speakers, unlisted
from pipeline.records import Provenance

PEOPLE = (
    Person(name="Priya Raman", aliases=("Pri",)),
    Person(name="Tomasz Nowak"),
    Person(name="Sam"),
    Person(name="sam"),
)
SPEAKERS = Speakers(PEOPLE)


def parts(text: str, speaker: str | None = None) -> list[tuple[str | None, str]]:
    return list(spoken_parts(Caption(0.0, 1.0, speaker, text), SPEAKERS))


def test_a_line_that_begins_with_a_known_name_begins_that_speaker() -> None:
    assert parts("Tomasz Nowak: one\ntwo\nPriya Raman: three\nPRI: four") == [
        ("Tomasz Nowak", "one\ntwo"),
        ("Priya Raman", "three"),
        ("PRI", "four"),
    ]
    assert parts("one\nPriya Raman:\ntwo") == [(None, "one"), ("Priya Raman", "two")]


@pytest.mark.parametrize(
    "second",
    ["Prya R.: mine", ">> mine", "- mine", "Guest 2: mine", "[Priya] 10:00:01\nmine", "00:01.000 -> 00:02.000\nmine"],
)
def test_another_speaker_whom_nobody_knows_does_not_go_on_with_the_first(second: str) -> None:
    found = parts(f"Tomasz Nowak: yours\n{second}\nalso mine")
    assert found[0] == ("Tomasz Nowak", "yours")
    assert [speaker for speaker, text in found if "mine" in text] == [None]


def test_a_tag_and_a_line_that_disagree_are_nobodys() -> None:
    assert parts("one\nPriya Raman: two\nthree", "Tomasz Nowak") == [
        ("Tomasz Nowak", "one"),
        (None, "Priya Raman: two\nthree"),
    ]
    assert parts("Tomasz Nowak: one", "Tomasz Nowak") == [("Tomasz Nowak", "Tomasz Nowak: one")]
    assert parts("Question: one\n- two", "Tomasz Nowak") == [("Tomasz Nowak", "Question: one\n- two")]


def test_a_header_within_a_tagged_caption_ends_it() -> None:
    assert parts("one\n[Priya Raman] 10:00:13\ntwo", "Tomasz Nowak") == [("Tomasz Nowak", "one"), (None, "two")]


@pytest.mark.parametrize(
    ("name", "who"),
    [
        *(("Priya Raman [she/her]", "p1"), ("priya raman (She/Her)", "p1"), ("Priya Raman (Halcyon) [she/her]", "p1")),
        *(("Sam", None), ("Sam (he/him)", None), ("Priya", None), ("[she/her]", None)),
    ],
)
def test_what_stands_in_brackets_behind_a_name_is_no_other_name(name: str, who: str | None) -> None:
    assert SPEAKERS.find(name) == who


def test_whom_tags_and_usual_prefixes_name_are_named_and_headings_are_not() -> None:
    tagged = [Caption(0.0, 1.0, "Ann Lee", "x"), Caption(0.0, 1.0, None, "Note: y"), Caption(0.0, 1.0, None, "z")]
    assert named_in(tagged) == ["Ann Lee"]
    prefixed = [Caption(0.0, 1.0, None, f"{name}: x\nBo: y") for name in ("Ann Lee", "Bo", "Cy")]
    assert named_in(prefixed) == ["Ann Lee", "Bo", "Cy"]


def test_whoever_is_named_and_on_no_list_becomes_one_more_participant() -> None:
    names = [
        "Priya Raman",
        "Dee [they/them]",
        "dee",
        "SAM",
        "Speaker 2",
        "Unknown",
        "Guest",
        "me",
        "…",
        "Eli Novak (Ridge)",
    ]
    people = unlisted(PEOPLE, names)
    assert [(person.name, person.spoke) for person in people] == [("Dee", True), ("Eli Novak", True)]
    assert {person.provenance for person in people} == {Provenance.UNLISTED}
