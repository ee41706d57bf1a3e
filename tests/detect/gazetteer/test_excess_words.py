"""What is given back beside a name that was heard as it is."""

from __future__ import annotations

import pytest

from pipeline.detect.engine import find
from pipeline.detect.gazetteer.excess_words import without_excess
from pipeline.lexicon import SurfaceForm
from pipeline.records import Context, DetectionRule, KnownPerson, Term

FORM = SurfaceForm("Rajiv Kulshreshtha", "person:rajiv kulshreshtha", "PERSON", DetectionRule.KNOWN_NAME, 0.9)
CONTEXT = Context(participants=(KnownPerson(name="Rajiv Kulshreshtha"), KnownPerson(name="Odile Fenwick")))


@pytest.mark.parametrize(
    ("heard", "left"),
    [
        ("rajiv last", "rajiv"),
        ("goodbye rajiv", "rajiv"),
        ("hi rajiv kulshreshtha thanks", "rajiv kulshreshtha"),
        ("good morning rajiv kulshreshtha", "rajiv kulshreshtha"),
        ("thanks kulshreshtha", "kulshreshtha"),
        ("rajiv cool", "rajiv cool"),
        ("rajiv before", "rajiv"),
        ("rajiv goodbye", "rajiv"),
        ("rage kulshreshtha", "rage kulshreshtha"),
        ("mr rage kulshreshtha", "mr rage kulshreshtha"),
        ("rajiv cool stress", "rajiv cool stress"),
        ("rajiv full stretch a", "rajiv full stretch a"),
        ("rajiv bull rest of", "rajiv bull rest of"),
        ("goodbye rajiv bull rest of", "goodbye rajiv bull rest of"),
        ("rajiv last week", "rajiv"),
        ("rajiv before the end", "rajiv"),
        ("rajiv brumovia", "rajiv brumovia"),
        ("raj of cool", "raj of cool"),
        ("rajiv", "rajiv"),
    ],
)
def test_ordinary_words_beside_a_name_are_given_back(heard: str, left: str) -> None:
    words = ["well", *heard.split(), "so"]
    first, last = without_excess(words, 1, len(words) - 2, FORM)
    assert " ".join(words[first : last + 1]) == left


@pytest.mark.parametrize(
    "text", ["I asked Rajiv last week.", "Thank you, Rajiv, goodbye.", "Hi, Odile Fenwick, welcome."]
)
def test_no_neighbour_goes_with_a_known_name(text: str) -> None:
    found = {match.text.lower() for match in find(text, CONTEXT)}
    assert found in ({"rajiv"}, {"odile fenwick"})


COMPANIES = Context(
    participants=(KnownPerson(name="Kwame Asante", company="Kestrel Payments"), KnownPerson(name="Bjorn Akesson")),
    companies=("Halden Automation GmbH", "Ashgrove Trust plc", "Windrose Energy", "Corvane Bank", "Harrow & Pike LLP"),
)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("kestrel will not renew this year", ["kestrel"]),
        ("and kestrel does not use the sandbox any more", ["kestrel"]),
        ("last week halden asked for a smaller one", ["halden"]),
        ("and with ashgrove they would be ready", ["ashgrove"]),
        ("for that windrose will add more of them", ["windrose"]),
        ("that is what corvane pays for", ["corvane"]),
        ("then kwame says the till is slow", ["kwame"]),
        ("i think bjorn you have to speak up", ["bjorn"]),
        ("thanks to bjorn and kwame has a question", ["bjorn", "kwame"]),
        ("from kestrel paiment we had a mail", ["kestrel paiment"]),
        ("then kwami wrote it down", ["kwami"]),
        ("and windrose insures them", ["windrose"]),
        ("i work at harrow and pike we are two hundred", ["harrow and pike"]),
        ("with bjorn okeson it is on mute", ["bjorn okeson"]),
    ],
)
def test_what_goes_on_behind_a_name_is_no_part_of_it(text: str, names: list[str]) -> None:
    matches = find(text, COMPANIES)
    longest = [
        match for match in matches if not any(match.text in other.text and match is not other for other in matches)
    ]
    assert {one.text for one in longest} == set(names)


def test_where_only_a_name_can_stand_ordinary_words_stay() -> None:
    words = ["over", "to", "rajiv", "internal"]
    assert without_excess(words, 2, 3, FORM) == (2, 2)
    assert without_excess(words, 2, 3, FORM, in_place=True) == (2, 3)
    assert without_excess(["hi", "rajiv"], 0, 1, FORM, in_place=True) == (1, 1)


def test_what_was_heard_for_the_rest_of_a_name_goes_with_it() -> None:
    found = {match.text for match in find("that was rajiv coolest chef i think", CONTEXT)}
    assert any("coolest" in text for text in found)


def test_an_english_word_is_no_mishearing_of_a_name_that_it_begins() -> None:
    context = Context(
        participants=(KnownPerson(name="Hope Young"),),
        terms=(Term(text="TurbineIQ", kind="product"), Term(text="PermitFlow", kind="product")),
        companies=("Summit Title",),
    )
    assert find("we issue nine hundred permits for sixty turbines", context) == []
    assert find("i hope the young people like it", context) == []
    assert [match.text for match in find("and turbine i q is slow", context)] == ["turbine i q"]
    assert "Summit" in {match.text for match in find("It runs at Summit in Denver.", context)}


@pytest.mark.parametrize(
    ("heard", "left"),
    [
        ("Rajiv, Myfanwy said", ["Rajiv"]),
        ("Rajiv, W Kulshresta", ["Rajiv", "Rajiv, W Kulshresta"]),
        ("We asked Rajiv. Kulshresta was there.", ["Rajiv", "Kulshresta"]),
    ],
)
def test_a_sentence_or_another_breath_is_no_part_of_a_name(heard: str, left: list[str]) -> None:
    entity = "person:rajiv kulshreshtha"
    assert [match.text for match in find(heard, CONTEXT) if match.entity == entity] == left
