"""A label is exactly one participant's, perhaps somebody's, or nobody's; a near match never opens."""

from __future__ import annotations

import pytest

from pipeline.gallery.label_match import LabelNames
from pipeline.records import LabelMatch, Participant

NAMES = LabelNames(
    [
        Participant(participant_id=f"p{number}", name=name, aliases=aliases, company="Acme Labs")
        for number, (name, aliases) in enumerate(
            [
                ("Ana Silva", ()),
                ("Ben Okafor", ("Benjamin Okafor",)),
                ("Bartholomew Featherstonehaugh", ()),
                ("Jon Smith", ()),
                ("Jan Smith", ()),
                ("Zoë Łukasz", ()),
                ("Bo", ()),
            ],
            start=1,
        )
    ]
)


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("Ana Silva", "p1"),
        ("ANA SILVA", "p1"),
        ("| Ana Silva", "p1"),
        ("x Ana Silva", "p1"),
        ("Ana Silva (Host)", "p1"),
        ("Ana Silva | Acme", "p1"),
        ("Ana Silva (she/her)", "p1"),
        ("AnaSiIva", "p1"),
        ("Benjamin Okafor", "p2"),
        ("Bartholomew Feathe…", "p3"),
        ("Bartholomew Feathe...", "p3"),
        ("Zoe Lukasz", "p6"),
    ],
)
def test_whose_name_it_is_letter_by_letter(text: str, person: str) -> None:
    assert NAMES.match(text) == ((person,), LabelMatch.EXACT)


@pytest.mark.parametrize(
    ("text", "person", "match"),
    [
        ("Ana Sllvq", "p1", LabelMatch.CLOSE),
        ("Ana Silv", "p1", LabelMatch.CLOSE),
        ("Bartholomew Feathe", "p3", LabelMatch.CLOSE),
        ("Ana", "p1", LabelMatch.ALIKE),
        ("Silva Ana", "p1", LabelMatch.ALIKE),
        ("A. Silva", "p1", LabelMatch.ALIKE),
        ("Bo", "p7", LabelMatch.ALIKE),
        ("Bart…", "p3", LabelMatch.ALIKE),
        ("Ana Silva (presenting)", "p1", LabelMatch.CLOSE),
        ("Ana Silva - screen share", "p1", LabelMatch.CLOSE),
        ("Ana Silva's screen", "p1", LabelMatch.ALIKE),
        ("Ana Silva / Omar", "p1", LabelMatch.CLOSE),
        ("Ana Silva (with Omar)", "p1", LabelMatch.CLOSE),
        ("Ana Silva (she/her) & Jo", "p1", LabelMatch.CLOSE),
        ("Ana Silva & Jo", "p1", LabelMatch.CLOSE),
        ("Ana Silva/Jo", "p1", LabelMatch.CLOSE),
    ],
)
def test_what_may_be_somebodys_name_is_never_exact(text: str, person: str, match: LabelMatch) -> None:
    people, how = NAMES.match(text)
    assert person in people and how in (match, LabelMatch.ALIKE) and how is not LabelMatch.EXACT


def test_a_name_like_that_of_somebody_else_is_nobodys_for_sure() -> None:
    assert NAMES.match("Jon Smith") == (("p4", "p5"), LabelMatch.ALIKE)


@pytest.mark.parametrize("text", ["", "iPhone", "Meeting room 3", "||", "Kwame Mensah"])
def test_nobodys_name(text: str) -> None:
    assert NAMES.match(text) == ((), LabelMatch.NONE)
