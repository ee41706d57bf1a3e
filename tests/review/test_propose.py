from __future__ import annotations

from dataclasses import replace

from pipeline.detect import detect
from pipeline.records import Context, Finding, KnownPerson, Transcript
from pipeline.review import propose
from pipeline.settings import DetectSettings
from tests.render.making import session as made_session
from tests.render.making import word
from tests.review.conftest import SESSION_ID, finding


def test_one_entity_is_one_proposal_and_people_come_first(findings: tuple[Finding, ...]) -> None:
    proposals = propose(SESSION_ID, findings)
    assert [(proposal.entity, proposal.replacement) for proposal in proposals] == [
        ("person:tom vantrexa", "[person 1]"),
        ("person:priya raman", "[person 2]"),
        ("company:halcyon freight inc", "[company 1]"),
        ("person:~praying", "[person 3]"),
        ("person:~noel", "[person 4]"),
        ("email:pri@halcyon.example", "[email 1]"),
    ]
    assert [len(proposal.findings) for proposal in proposals] == [1, 1, 1, 1, 1, 1]


def test_ids_are_stable_and_tell_sessions_apart(findings: tuple[Finding, ...]) -> None:
    first, again = propose(SESSION_ID, findings), propose(SESSION_ID, reversed(findings))
    assert {one.entity: one.proposal_id for one in first} == {one.entity: one.proposal_id for one in again}
    other = propose("2026-11-19-def", findings)
    assert not {one.proposal_id for one in first} & {one.proposal_id for one in other}
    assert not any("priya" in one.proposal_id for one in first)


def test_nothing_found_proposes_nothing() -> None:
    assert propose(SESSION_ID, ()) == ()


def test_a_later_finding_does_not_change_the_proposal_id(findings: tuple[Finding, ...]) -> None:
    more = (*findings, finding("person:priya raman", "pri", start_s=20.0))
    before = {proposal.entity: proposal.proposal_id for proposal in propose(SESSION_ID, findings)}
    assert {proposal.entity: proposal.proposal_id for proposal in propose(SESSION_ID, more)} == before


def test_who_is_known_in_every_session_has_one_label_and_takes_no_number(findings: tuple[Finding, ...]) -> None:
    known = {"person:priya raman": "[participant 7]", "company:halcyon freight inc": "[customer B]"}
    labels = {proposal.entity: proposal.replacement for proposal in propose(SESSION_ID, findings, known=known)}
    assert labels["person:priya raman"] == "[participant 7]"
    assert labels["company:halcyon freight inc"] == "[customer B]"
    assert labels["person:tom vantrexa"] == "[person 1]"
    assert labels["person:~noel"] == "[person 3]"


def test_a_guess_goes_with_the_one_name_it_can_be() -> None:
    said = [
        finding(f"person:{name}", name) for name in ("~maria lopez", "~maria", "~mario", "~tom", "~anna bel", "~anna")
    ]
    assert [(proposal.entity, len(proposal.findings)) for proposal in propose(SESSION_ID, said)] == [
        ("person:~anna bel", 2),
        ("person:~maria lopez", 3),
        ("person:~tom", 1),
    ]
    two = [finding(f"person:{name}", name) for name in ("~maria", "~maria lopez", "maria silva")]
    assert {proposal.entity for proposal in propose(SESSION_ID, two)} == {
        f"person:{n}" for n in ("~maria", "~maria lopez", "maria silva")
    }


def test_a_person_before_their_own_address_has_their_label_and_the_address_its_own() -> None:
    said = "you can reach priya at priya dot raman at halcyon dot example thanks"
    words = tuple(word(text, 0.5 * at, 0.5 * at + 0.4) for at, text in enumerate(said.split()))
    known = Context(participants=(KnownPerson(name="Priya Raman", email="priya.raman@halcyon.example"),))
    heard = Transcript(engine="by hand", words=words)
    findings = detect(replace(made_session(), captions=(), chat=()), heard, known, settings=DetectSettings())
    labels = {each.entity: each.replacement for each in propose(SESSION_ID, findings)}
    assert labels == {"person:priya raman": "[person 1]", "email:priya.raman@halcyon.example": "[email 1]"}
