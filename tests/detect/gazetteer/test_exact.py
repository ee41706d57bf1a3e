from __future__ import annotations

import pytest

from pipeline.detect.engine import find
from pipeline.errors import ConfigurationError
from pipeline.records import Context, DetectionRule, KnownPerson, Pattern, Term

CONTEXT = Context(
    participants=(
        KnownPerson(name="Priya Raman", aliases=("Pri",), company="Halcyon Freight Inc"),
        KnownPerson(name="Will Ng"),
    ),
    companies=("North Wind Traders",),
    terms=(Term(text="Blue Falcon 2", kind="product", aliases=("BF2",)), Term(text="C++"), Term(text="zed-core")),
    allow=("Lumen Labs", "falcon"),
)


def surfaces(text: str, context: Context = CONTEXT) -> dict[str, str]:
    return {match.text: match.entity for match in find(text, context)}


@pytest.mark.parametrize(
    ("text", "surface", "entity"),
    [
        ("that was Priya's idea", "Priya", "person:priya raman"),
        ("priya raman said so", "priya raman", "person:priya raman"),
        ("ask PRI about it", "PRI", "person:priya raman"),
        ("we at halcyon ship it", "halcyon", "company:halcyon freight inc"),
        ("the northwind traders account", "northwind traders", "company:north wind traders"),
        ("see northwindtraders for it", "northwindtraders", "company:north wind traders"),
        ("it is n w t that asked", "n w t", "company:north wind traders"),
        ("h a l c y o n like the bird", "h a l c y o n", "company:halcyon freight inc"),
        ("is blue-falcon two ready", "blue-falcon two", "term:blue falcon 2"),
        ("is BF2 ready", "BF2", "term:blue falcon 2"),
        ("we use C++, mostly", "C++", "term:c~c++"),
        ("the zed core build", "zed core", "term:zed core"),
    ],
)
def test_every_spelling_of_what_is_known_is_found(text: str, surface: str, entity: str) -> None:
    assert surfaces(text).get(surface) == entity


LISTED = Context(
    terms=(
        Term(text="Project Nightjar"),
        Term(text="Operation Orange", kind="product"),
        Term(text="Vermilion Initiative", aliases=("code name Halberd",)),
        Term(text="Project Next Level"),
        Term(text="Kestrel Robotics Inc", kind="company", aliases=("Quillon Labs",)),
    )
)


@pytest.mark.parametrize(
    ("text", "surface", "entity"),
    [
        ("Nightjar is late", "Nightjar", "term:project nightjar"),
        ("is the night jar rollout late", "night jar", "term:project nightjar"),
        ("we ship Orange in May", "Orange", "term:operation orange"),
        ("so vermilion is late", "vermilion", "term:vermilion initiative"),
        ("and halberd too", "halberd", "term:vermilion initiative"),
        ("project next level begins", "project next level", "term:project next level"),
        ("kestrel said no", "kestrel", "company:kestrel robotics inc"),
        ("Kestrel Robotics said no", "Kestrel Robotics", "company:kestrel robotics inc"),
        ("and quillon agreed", "quillon", "company:kestrel robotics inc"),
    ],
)
def test_what_a_list_names_is_found_as_people_say_it_for_short(text: str, surface: str, entity: str) -> None:
    assert surfaces(text, LISTED).get(surface) == entity


@pytest.mark.parametrize("text", ["an orange button", "take it to the next level", "this project is an initiative"])
def test_a_short_form_that_is_ordinary_talk_is_none(text: str) -> None:
    assert surfaces(text, LISTED) == {}


@pytest.mark.parametrize("text", ["it will rain", "Will it rain", "we will call", "the vitamin c is in"])
def test_an_ordinary_word_is_no_name_without_evidence(text: str) -> None:
    assert surfaces(text) == {}


@pytest.mark.parametrize("text", ["I think Will knows", "Will, can you say", "thanks will for that", "mr will ng"])
def test_an_ordinary_word_in_the_place_of_a_name_is_one(text: str) -> None:
    assert any(surface.lower().startswith("will") for surface in surfaces(text))


@pytest.mark.parametrize("text", ["so halcyan freight asked", "priyah raymen said", "this is preeya ramen from there"])
def test_a_misspelt_name_goes_to_its_entity(text: str) -> None:
    matches = [match for match in find(text, CONTEXT) if match.rule == "sounds like"]
    assert matches
    assert {match.entity for match in matches} <= {"person:priya raman", "company:halcyon freight inc"}


def test_a_family_name_behind_a_known_given_name_goes_with_it() -> None:
    assert surfaces("so priya krzyzewska said it").get("priya krzyzewska") == "person:priya raman"
    assert "priya said" not in surfaces("so priya said it")
    assert "Priya tokenizes" not in surfaces("Then Priya tokenizes it")


def test_common_talk_sounds_like_nobody() -> None:
    text = "so we were thinking about the price of the queue and whether it would work for a larger team next year"
    assert find(text, CONTEXT) == []


def test_a_part_that_two_people_share_is_its_own_entity() -> None:
    context = Context(participants=(KnownPerson(name="Chris Vance"), KnownPerson(name="Chris Oduya")))
    assert surfaces("so chris said, and chris oduya agreed", context) == {
        "chris": "person:chris",
        "chris oduya": "person:chris oduya",
    }


def test_allow_frees_from_rules_but_not_from_lists() -> None:
    context = Context(
        participants=(KnownPerson(name="Ana Lima", company="Lumen Labs"),), allow=("Lumen Labs", "docs.lumen.example")
    )
    text = "Ana Lima of Lumen Labs wrote docs.lumen.example and docs.other.example"
    assert set(surfaces(text, context)) == {"Ana Lima", "docs.other.example"}
    listed = Context(terms=(Term(text="Lumen Labs"),), allow=("Lumen Labs",))
    assert "Lumen Labs" in surfaces(text, listed)


def test_allow_does_not_free_the_address_of_a_participant() -> None:
    people = (KnownPerson(name="Ana Lima", email="desk@lumen.example"),)
    context = Context(participants=people, allow=("desk@lumen.example", "press@lumen.example"))
    assert set(surfaces("mail desk@lumen.example or press@lumen.example", context)) == {"desk@lumen.example"}


def test_a_known_address_wins_over_its_format_and_leaves_the_name_in_it_to_its_own_proposal() -> None:
    context = Context(participants=(KnownPerson(name="Ana Lima", email="ana.lima@halcyon.example"),))
    found = {
        (match.text, match.rule) for match in find("mail ana.lima@halcyon.example or ana.lima@other.example", context)
    }
    assert ("ana.lima@halcyon.example", DetectionRule.KNOWN_ADDRESS) in found
    assert ("ana.lima", DetectionRule.KNOWN_NAME) in found
    assert ("ana.lima@other.example", DetectionRule.WRITTEN_IDENTIFIER) in found


def test_spans_are_the_characters_of_the_text() -> None:
    text = "Señora Raman's team (Priya) met NORTH WIND; mail priya.raman@halcyon.example"
    for match in find(text, CONTEXT):
        assert text[match.start_char : match.end_char] == match.text
        assert 0 < match.score <= 1


def test_a_pattern_is_found_whatever_its_case_and_never_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.lexicon.patterns.LIMIT_S", 0.05)
    context = Context(patterns=(Pattern(text=r"\bHF-[0-9]{4}\b", kind="product", where="entry 1"),), allow=("hf-1234",))
    text = "is hf-1234 or HF-12345 there"
    assert [(match.text, match.label, match.rule) for match in find(text, context)] == [
        ("hf-1234", "PRODUCT", "term pattern")
    ]
    hanging = Context(patterns=(Pattern(text=r"(a|aa)+$", where="terms.toml, entry 7 of patterns"),))
    with pytest.raises(ConfigurationError, match="entry 7 of patterns takes too long"):
        find("a" * 200 + "b", hanging)


NAMES = Context(
    participants=(
        KnownPerson(name="Robert Griffin"),
        KnownPerson(name="Liz Moore"),
        KnownPerson(name="Łukasz Müller"),
        KnownPerson(name="Anna-Lena van der Berg"),
        KnownPerson(name="John Pierpont Morgan"),
    ),
)


@pytest.mark.parametrize(
    ("text", "surface", "entity"),
    [
        ("then bob said so", "bob", "person:robert griffin"),
        ("and Bobby's idea", "Bobby", "person:robert griffin"),
        ("elizabeth agreed", "elizabeth", "person:liz moore"),
        ("lukasz mueller wrote it", "lukasz mueller", "person:lukasz muller"),
        ("Muller wrote it", "Muller", "person:lukasz muller"),
        ("griffin robert is on", "griffin robert", "person:robert griffin"),
        ("annalena was there", "annalena", "person:anna lena van der berg"),
        ("ask j p morgan", "j p morgan", "person:john pierpont morgan"),
        ("as J.P. said", "J.P", "person:john pierpont morgan"),
    ],
)
def test_pet_forms_initials_order_and_accents_lead_to_their_person(text: str, surface: str, entity: str) -> None:
    assert surfaces(text, NAMES).get(surface) == entity


@pytest.mark.parametrize("text", ["we drove the van to der end", "rob the bank", "will it rob us of time"])
def test_particles_are_no_names(text: str) -> None:
    assert not any(surface in ("van", "der") for surface in surfaces(text, NAMES))


@pytest.mark.parametrize(
    "company", ["North Wind S.A.", "North Wind Sp. z o.o.", "North Wind Pte. Ltd.", "North Wind GmbH & Co. KG"]
)
def test_a_company_is_called_without_its_legal_form_however_that_is_written(company: str) -> None:
    context = Context(companies=(company,))
    assert "north wind" in surfaces("so north wind wants it", context)
    assert company.rstrip(".") in surfaces(f"so {company} wants it", context)


@pytest.mark.parametrize("company", ["On", "Go", "GO", "Up Ltd", "on"])
def test_a_company_of_two_letters_is_found_by_its_capital(company: str) -> None:
    name = company.split()[0].capitalize()
    context = Context(companies=(company,))
    assert name in surfaces(f"We asked {name} about the shoes.", context)
    assert not surfaces(f"we {name.lower()} to the next {name.lower()} this", context)


def test_two_initials_of_a_company_are_capitals() -> None:
    context = Context(companies=("North Wind",))
    assert "NW" in surfaces("We asked NW about the shoes.", context)
    assert not surfaces("We asked Nw about the shoes.", context)


def test_a_legal_form_alone_is_a_name() -> None:
    assert "Sarl" in surfaces("we asked Sarl about it", Context(companies=("Sarl",)))


@pytest.mark.parametrize(
    ("text", "surface"),
    [
        ("run HalcyonClient first", "Halcyon"),
        ("call myHalcyonApp again", "Halcyon"),
        ("a HTTPHalcyonError came up", "Halcyon"),
        ("the NorthWindTradersExporter job", "NorthWindTraders"),
        ("see BlueFalcon2Config there", "BlueFalcon2"),
    ],
)
def test_a_name_within_a_word_that_capitals_part(text: str, surface: str) -> None:
    assert surface in surfaces(text)


@pytest.mark.parametrize(
    ("text", "surface"),
    [("run halcyonctl get", "halcyonctl"), ("the falconapi is slow", "falconapi"), ("Heronctl works", "Heronctl")],
)
def test_a_listed_name_in_the_name_of_a_tool_in_small_letters(text: str, surface: str) -> None:
    context = Context(companies=("Halcyon Freight",), terms=(Term(text="Heron"), Term(text="Falcon")))
    assert surface in surfaces(text, context)


@pytest.mark.parametrize("word", ["heronry", "kubectl", "ctl", "priyactl", "herond", "markdown", "willapp"])
def test_no_other_word_is_the_name_of_a_tool(word: str) -> None:
    context = Context(participants=(KnownPerson(name="Priya Will"),), terms=(Term(text="Heron"), Term(text="Mark")))
    listed = [match.text for match in find(f"the {word} is near", context) if match.rule.spec.listed]
    assert word not in listed


@pytest.mark.parametrize("text", ["priApp is up", "WillNgine runs", "the iPhone", "GitHub is down", "halcyonic days"])
def test_other_words_with_capitals_stay(text: str) -> None:
    assert not {"pri", "Will", "Ng", "halcyon"} & set(surfaces(text))
