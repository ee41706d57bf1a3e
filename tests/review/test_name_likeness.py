"""What is heard like the name of a participant is known as theirs; what people are commonly called is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from pipeline.records import DetectionRule, Finding, Participant, Proposal, Session, TextPlace
from pipeline.review.name_likeness import NameLikeness, most_like
from tests.review.conftest import SESSION_ID

COMMON = """smith johnson williams brown jones garcia miller davis rodriguez martinez hernandez lopez gonzalez wilson
    anderson thomas taylor moore jackson martin lee perez thompson white harris sanchez clark ramirez lewis
    robinson walker young allen king wright scott torres nguyen hill flores green adams nelson baker hall
    rivera campbell mitchell carter roberts gomez phillips evans turner diaz parker cruz edwards collins
    reyes stewart morris morales murphy cook rogers gutierrez ortiz morgan cooper peterson bailey reed kelly
    howard ramos kim cox ward richardson watson brooks chavez wood james bennett gray mendoza ruiz hughes
    price alvarez castillo sanders patel myers long ross foster jimenez muller schmidt schneider fischer
    weber meyer wagner becker schulz hoffmann koch richter klein wolf schroeder neumann schwarz zimmermann
    braun hartmann krueger werner lange lehmann ivanov petrov volkov novak kovac horvat nowak kowalski
    wisniewski dubois moreau laurent rossi ferrari bianchi romano silva santos oliveira kumar singh sharma
    gupta chen wang zhang tanaka suzuki okoye adeyemi mensah haddad khan ahmed"""
MISHEARD = {
    "velkov": "velco velcoff welkov felkov velkof velcov volkoff velkow",
    "okafor": "okaphor okafer ocafor okafore oakafor akafor okaffor",
    "raman": "ramen rahman ramon rayman rammon",
    "berg": "burg berk bergh",
    "quint": "quinte kwint quind",
    "lindqvist": "lindquist linkvist lindkvist lindqwist",
    "brandvold": "brandwold brandfold bransvold brandvolt",
    "tessier": "tessia tesier tessie tesseer",
    "haverkamp": "haferkamp havercamp haverkampf",
    "oyelaran": "oyeleran oyelarin oyelarang",
    "szymborski": "shimborski simborski zymborsky szymborsky",
    "castellan": "castelan castellon kastellan",
    "drummond": "drumond drummund drumont",
    "farouk": "faruk farook faroq",
    "ngata": "nagata ngatta engata",
    "petrosyan": "petrosian petrossyan petrozian",
    "ulbricht": "ulbrich olbricht ulbright",
    "valdivia": "valdevia baldivia valdiva",
    "wexler": "vexler wechsler wexlar",
    "yamashiro": "yamashira yamasheero",
    "zielinski": "zelinsky zielinsky jelinski",
    "marchetti": "marketti markety marchetty",
    "halloran": "haloran holloran hallorin",
    "eriksen": "ericsson erikson ericksen",
}
"""Rare family names, made up as those of participants, and ways in which they were or may be misheard."""


Like = Callable[[str, str], NameLikeness]


def named(session: Session, *names: str) -> Session:
    people = tuple(Participant(participant_id=f"p{at}", name=name) for at, name in enumerate(names, 1))
    return replace(session, participants=people)


@pytest.fixture
def likeness(session: Session) -> Like:
    """How like the name of the only participant a text is that a name model took for a person's."""

    def of(text: str, name: str) -> NameLikeness:
        only, proposal = named(session, name), proposal_of(text)
        return max(
            each for each in NameLikeness if each is NameLikeness.NONE or most_like(only, proposal, ["p1"], each)
        )

    return of


def proposal_of(text: str, *, entity: str = "", rule: DetectionRule = DetectionRule.NAME_MODEL) -> Proposal:
    place = TextPlace(surface="chat", index=0, start_char=0, end_char=len(text))
    entity = entity or f"person:~{text.casefold()}"
    finding = Finding(finding_id="f-1", entity=entity, label="PERSON", text=text, rule=rule, score=0.8, place=place)
    return Proposal(
        proposal_id="r-1",
        session_id=SESSION_ID,
        entity=entity,
        label="PERSON",
        replacement="[person 1]",
        findings=(finding,),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DMITRI Velco", NameLikeness.LINKED),
        ("Dimitri Felkoff", NameLikeness.LINKED),
        ("Velco Dmitri", NameLikeness.LINKED),
        ("D. Velco", NameLikeness.LINKED),
        ("Velcoff", NameLikeness.LINKED),
        ("Vel Kov", NameLikeness.LINKED),
        ("Volkov", NameLikeness.LIKE),
        ("Anna Velkov", NameLikeness.LIKE),
        ("Dmitri", NameLikeness.NONE),
        ("Dmitri Petrov", NameLikeness.NONE),
        ("Anna Petrov", NameLikeness.NONE),
    ],
)
def test_how_like_a_name_is(text: str, expected: NameLikeness, likeness: Like) -> None:
    assert likeness(text, "Dmitri Velkov") is expected


def test_ordinary_names_are_not_refused(likeness: Like) -> None:
    """None of 3,792 pairs of a common family name and a rare one, with and without another given name."""
    alone = [
        (common, likeness(common.title(), f"Ines {rare.title()}")) for rare in MISHEARD for common in COMMON.split()
    ]
    assert [common for common, like in alone if like is NameLikeness.LINKED] == []
    assert sorted(common for common, like in alone if like is NameLikeness.LIKE) == [
        "castillo",
        "peterson",
        "petrov",
        "volkov",
    ]
    assert all(likeness(f"Ines {common.title()}", "Ines Okafor") is NameLikeness.NONE for common in COMMON.split())


def test_what_is_misheard_is_never_without_a_mark(likeness: Like) -> None:
    heard = [(text, rare) for rare, texts in MISHEARD.items() for text in texts.split()]
    alone = [likeness(text.title(), f"Ines {rare.title()}") for text, rare in heard]
    assert NameLikeness.NONE not in alone
    assert alone.count(NameLikeness.LINKED) >= 0.7 * len(alone)
    whole = [likeness(f"Inez {text.title()}", f"Ines {rare.title()}") for text, rare in heard]
    assert set(whole) == {NameLikeness.LINKED}


def test_who_is_known_as_somebody_else_is_theirs(session: Session) -> None:
    session = named(session, "Dmitri Velkov", "Anna Velko")
    known = proposal_of("Velko", entity="person:anna velko", rule=DetectionRule.KNOWN_NAME)
    assert most_like(session, known, ["p1"], NameLikeness.LIKE) == frozenset()
    assert most_like(session, known, ["p2"], NameLikeness.LIKE) == {"p2"}


def test_what_a_list_names_is_marked_and_not_refused(session: Session) -> None:
    session = named(session, "Dmitri Velkov")
    listed = proposal_of("Velcoff", entity="person:velcoff", rule=DetectionRule.TERM_LIST)
    assert most_like(session, listed, ["p1"], NameLikeness.LINKED) == frozenset()
    assert most_like(session, listed, ["p1"], NameLikeness.LIKE) == {"p1"}
    by_hand = proposal_of("Velcoff", entity="marked:velcoff", rule=DetectionRule.REVIEWER)
    assert most_like(session, by_hand, ["p1"], NameLikeness.LINKED) == {"p1"}


def test_only_a_person_is_compared(session: Session) -> None:
    product = proposal_of("Velcoff")
    product = replace(product, findings=tuple(replace(each, label="PRODUCT") for each in product.findings))
    assert most_like(named(session, "Dmitri Velkov"), product, ["p1"], NameLikeness.LIKE) == frozenset()
