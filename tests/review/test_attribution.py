from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.records import DetectionRule, Finding
from pipeline.review import propose
from pipeline.review.attribution import attributed
from tests.review.conftest import SESSION_ID, finding


def found(entity: str, text: str, rule: str) -> Finding:
    label = "COMPANY" if entity.startswith("company") else "PERSON"
    return replace(finding(entity, text), rule=DetectionRule(rule), label=label)


@pytest.mark.parametrize(
    ("entity", "text", "rule", "proposed"),
    [
        ("person:dana whitfield", "danson", "sounds like", "person:~danson"),
        ("person:martin keller", "martina", "sounds like", "person:~martina"),
        ("person:sara lindgren", "sarah", "sounds like", "person:~sarah"),
        ("person:sara lindgren", "sarah", "heard before", "person:sara lindgren"),
        ("person:robert lindgren", "bob", "sounds like", "person:~bob"),
        ("person:dana whitfield", "danna", "sounds like", "person:dana whitfield"),
        ("person:dana whitfield", "Dana", "known name", "person:dana whitfield"),
        ("person:clint freeland", "vincent", "place of a name", "person:~vincent"),
        ("person:antonella ricci", "antonela", "place of a name", "person:antonella ricci"),
        ("company:meridian dental", "netherlands", "heard often", "company:~netherlands"),
        ("company:meridian dental", "meridian", "heard often", "company:~meridian"),
        ("person:bobby griffin", "bob", "nickname", "person:bobby griffin"),
        ("company:palani textiles", "textiles", "sounds like", "company:~textiles"),
        ("company:palani textiles", "palany textile", "sounds like", "company:palani textiles"),
        ("company:north wind traders", "north win", "place of a name", "company:north wind traders"),
        ("company:north wind traders", "traders", "place of a name", "company:~traders"),
        ("term:project falcon", "Project Kestrel", "sounds like", "term:~project kestrel"),
        ("term:project falcon", "project", "sounds like", "term:~project"),
        ("term:project falcon", "calcium", "sounds like", "term:~calcium"),
        ("term:project falcon", "Project Falkon", "sounds like", "term:project falcon"),
        ("term:project falcon", "Project Falcon", "term list", "term:project falcon"),
        ("term:project falcon", "Project Falcon", "sound search", "term:project falcon"),
        ("person:ingrid halvorsen", "Havorson,", "sound search", "person:ingrid halvorsen"),
        ("person:rajesh kulkarni", "Ra Yesh", "sound search", "person:rajesh kulkarni"),
        ("person:kevin walsh", "tools.", "sound search", "person:~tools"),
        ("company:orchid payments", "part could", "sound search", "company:~part could"),
        ("person:~danson", "danson", "name model", "person:~danson"),
    ],
)
def test_a_finding_is_put_to_a_known_name_only_where_it_is_like_it(
    entity: str, text: str, rule: str, proposed: str
) -> None:
    assert attributed(found(entity, text, rule)) == proposed


@pytest.mark.parametrize(
    ("text", "others", "proposed"),
    [
        ("falkon", ("term:project falcon",), "term:project falcon"),
        ("kestral", ("term:project falcon", "term:project kestrel"), "term:~kestral"),
        ("falkon", ("term:project falcon", "term:falkon db"), "term:~falkon"),
        ("falkon", ("term:project falcon", "person:emma falkon"), "term:~falkon"),
    ],
)
def test_what_is_as_like_another_known_name_is_put_to_neither(
    text: str, others: tuple[str, ...], proposed: str
) -> None:
    heard = found("term:project falcon", text, "sounds like")
    assert attributed(heard, others) == proposed
    listed = found("term:project falcon", text, "term list")
    assert attributed(listed, others) == "term:project falcon"
    assert {proposal.entity for proposal in propose(SESSION_ID, [heard], known=dict.fromkeys(others, "[term]"))} == {
        proposed
    }


@given(
    st.sampled_from(sorted(DetectionRule)), st.text(max_size=20), st.sampled_from(["person:dana", "company:~x", "e:"])
)
def test_every_finding_is_proposed_under_its_own_entity_or_as_somebody_unknown(
    rule: DetectionRule, text: str, entity: str
) -> None:
    proposed = attributed(found(entity, text, rule))
    assert proposed == entity or proposed.startswith(f"{entity.partition(':')[0]}:~")


def test_no_finding_is_lost_where_it_is_put_to_nobody_known() -> None:
    findings = (
        found("person:dana whitfield", "dana", "known name"),
        found("person:dana whitfield", "danson", "sounds like"),
        found("person:~ted danson", "ted danson", "name model"),
    )
    proposals = propose(SESSION_ID, findings, known={"person:dana whitfield": "[participant 1]"})
    assert {proposal.replacement: {each.text for each in proposal.findings} for proposal in proposals} == {
        "[participant 1]": {"dana"},
        "[person 1]": {"danson", "ted danson"},
    }


def test_a_strangers_name_is_nobodys_that_is_known() -> None:
    """However like it is to a name of theirs; only the very name is, where nobody else can be meant."""
    findings = (
        found("person:martin keller", "Martin", "known name"),
        found("person:martin keller", "Martina", "sounds like"),
        found("person:~martina navratilova", "Martina Navratilova", "name model"),
        found("person:sara lindgren", "Sara Lindgren", "known name"),
        found("person:~sarah", "Sarah", "name model"),
        found("person:~sara", "Sara", "name model"),
    )
    known = {"person:martin keller": "[participant 1]", "person:sara lindgren": "[participant 2]"}
    by_label = {
        proposal.replacement: {each.text for each in proposal.findings}
        for proposal in propose(SESSION_ID, findings, known=known)
    }
    assert by_label.pop("[participant 1]") == {"Martin"}
    assert by_label.pop("[participant 2]") == {"Sara Lindgren", "Sara"}
    assert sorted(map(sorted, by_label.values())) == [["Martina", "Martina Navratilova"], ["Sarah"]]
