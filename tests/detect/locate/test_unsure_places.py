"""Names that no list holds, heard as ordinary words where only a name can stand."""

from __future__ import annotations

import pytest

from pipeline.records import Context
from tests.detect.locate.test_doubtful_words import doubtful, heard
from tests.detect.locate.test_words_and_text import CONTEXT


def said(text: str) -> list[tuple[str, float]]:
    """Words with their probabilities: "your bright/.4 mood/.1" is sure of the first."""
    pairs = (word.partition("/") for word in text.split())
    return [(word, float(probability or 0.99)) for word, _, probability in pairs]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("it is your partner bright/.40 mood/.08 cloud,/.40 but I", "bright mood cloud,"),
        ("my boss, who's/.60 an/.16 actor/.14 should/.62 like", "who's an actor"),
        ("we used animal/.12 before, which", "animal"),
        ("our resellers trace/.19 more sales/.38 at cost", "trace more sales"),
        ("It used to be a/.45 card/.79 wallet/.36 or/.34 who", "a card wallet"),
        ("He can be reached under a/.70 check/.36 to/.6 somebody", "a check"),
    ],
)
def test_unsure_words_behind_who_somebody_is_are_a_name(text: str, name: str) -> None:
    assert name in doubtful(heard(*said(text)))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("it is done. new/.38 and/.38 wrote/.46 a wrapper", "new and"),
        ("copied twice still/.45 knows/.85 the/.52 found/.90 that in", "still knows the"),
        ("slow, but cast/.3 oval/.6 keeps/.6 it running", "cast oval"),
    ],
)
def test_unsure_words_before_what_somebody_did_are_a_name(text: str, name: str) -> None:
    assert name in doubtful(heard(*said(text)))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("the rooms come from such/.11 more/.64 interiors,/.94 and those", "such more interiors,"),
        ("I am afraid. Wind/.92 me/.33 a/.99 software/.97 took most of it", "Wind me a software"),
        ("she came to us from done/.29 more/.99 castings./.90 You should", "done more castings."),
        ("we use something from older/.93 market/.6 systems/.52 for it", "older market systems"),
        ("a script that/.7 oval/.34 consulting/.93 wrote for us", "that oval consulting"),
    ],
)
def test_unsure_words_before_the_last_word_of_a_company_are_its_name(text: str, name: str) -> None:
    assert name in doubtful(heard(*said(text)))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("we rented machines from Auburn/.35 and they needed", "Auburn"),
        ("and send it to copper/.32 line./.49 We also", "copper line."),
        ("for us it is a/.29 counter/.38 sales.brindlecask.com please", "a counter"),
        ("Thank you, Folus/.96 on/.72 at/.11 kettle.example.com, she", "Folus on at"),
    ],
)
def test_other_places_of_names(text: str, name: str) -> None:
    assert name in doubtful(heard(*said(text)))


@pytest.mark.parametrize(
    "text",
    [
        "it is your partner who should know about it",
        "my boss should/.4 like that",
        "Hours/.48 power/.31 upon/.40 time we waited",
        "the tables/.34 look/.31 weakly./.60 We used it",
        "I would ask them/.5 nearly/.4 every/.6 day",
        "we/.3 wrote/.4 it ourselves",
        "the Signaling/.34 Group/.78 is here",
        "he was in Rotterdam/.84 with us",
        "the emerging work in/.45 using GraphQL/.39 networks/.70 to design",
        "it comes from the server/.6 software of ours",
        "We were told/.97 at/.85 noon/.9 that it works",
        "the Senior/.50 Developer/.95 of the team",
        "and the second/.6 release of the software takes long",
        "we moved on Tuesday/.51 to the second session",
        "I wrote to/.36 them about the import",
    ],
)
def test_unsure_words_of_talk_are_no_names(text: str) -> None:
    assert doubtful(heard(*said(text))) == []


def test_what_the_allow_list_names_is_no_name() -> None:
    words = said("we rented machines from Auburn/.35 and they needed")
    assert doubtful(heard(*words), Context(participants=CONTEXT.participants, allow=("Auburn",))) == []
