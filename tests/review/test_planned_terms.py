"""Which texts of findings become terms that are replaced wherever they stand, and which are taken out only in place."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipeline.detect import detect
from pipeline.records import (
    ChatLine,
    Context,
    DetectionRule,
    Finding,
    KnownPerson,
    Participant,
    Session,
    TextPlace,
    Track,
    Transcript,
)
from pipeline.review import propose
from pipeline.review.terms import planned_terms
from pipeline.settings import DetectSettings

CONTEXT = Context(
    participants=(KnownPerson(name="Robert Griffin", email="rob-griffin@halcyon.example"),), companies=("Alumbra",)
)


def session(*chat: str) -> Session:
    return Session(
        session_id="2026-11-18-abc",
        source_digest="0" * 64,
        platform="folder",
        title="Office hours",
        started_at=datetime(2026, 11, 18, 15, tzinfo=UTC),
        host="Lumen Labs",
        recorder_location=None,
        notice_asserted=True,
        purposes=(),
        duration_s=60.0,
        participants=(Participant(participant_id="p1", name="Robert Griffin"),),
        tracks=(Track(track_id="t1", participant_id="p1", digest="0" * 64, stream=0, duration_s=60.0),),
        captions=(),
        chat=tuple(ChatLine(at_s=float(at), participant_id=None, text=text) for at, text in enumerate(chat)),
    )


def findings(*chat: str) -> tuple[Finding, ...]:
    return detect(session(*chat), Transcript(engine="test", words=()), CONTEXT, settings=DetectSettings())


def planned(*chat: str) -> set[str]:
    proposals = propose("s1", findings(*chat))
    return {term.text.casefold() for term in planned_terms(session(), CONTEXT, proposals, removed=frozenset())}


def test_a_guess_by_place_is_taken_out_there_and_is_no_term_that_is_replaced_everywhere() -> None:
    chat = ("hello we at a lumber have a question", "we bought a lumber saw", "people at a lumber like it")
    guesses = {(finding.text, finding.rule) for finding in findings(*chat) if finding.entity == "company:alumbra"}
    assert ("a lumber", "place of a name") in guesses
    assert "a lumber" not in planned(*chat)
    assert "alumbra" in planned(*chat), "the name itself is a term"


def test_a_word_that_was_heard_often_for_a_company_is_no_term() -> None:
    chat = ["so lumbra number one is there", "so lumbra number two is there", "lumbra three", "uh lumbra is it"]
    assert "heard often" in {finding.rule for finding in findings(*chat)}
    assert {text for text in planned(*chat) if "lumbra" in text} == {"alumbra"}


def test_a_pet_form_is_taken_out_where_it_was_found_and_is_no_term() -> None:
    chat = ("so bob said it", "the b ob sled is there")
    assert ("bob", "nickname") in {(finding.text, finding.rule) for finding in findings(*chat)}
    assert "bob" not in planned(*chat)
    assert "robert" in planned(*chat)


@pytest.mark.parametrize(
    ("rule", "is_term"),
    [
        ("known name", True),
        ("known address", True),
        ("term list", True),
        ("term pattern", True),
        ("name model", True),
        ("found again", True),
        ("written number", True),
        ("nickname", False),
        ("heard before", False),
        ("sounds like", False),
        ("place of a name", False),
        ("heard often", False),
        ("beside a name", False),
        ("position", False),
        ("spelled out", False),
        ("spaCy model", False),
        ("sound search", False),
        ("also heard", False),
        ("doubtful word", False),
        ("text in the picture", False),
    ],
)
def test_only_a_text_that_is_the_name_itself_is_a_term(rule: str, is_term: bool) -> None:
    place = TextPlace(surface="chat", index=0, start_char=0, end_char=6)
    guess = Finding(
        finding_id="f",
        entity="person:~wexley",
        label="PERSON",
        text="Wexley",
        rule=DetectionRule(rule),
        score=0.9,
        place=place,
    )
    terms = planned_terms(session(), Context(), propose("s1", [guess]), removed=frozenset())
    assert [term.text for term in terms] == (["Wexley"] if is_term else [])


def test_a_known_address_is_one_proposal_with_both_its_written_and_its_spoken_form() -> None:
    chat = ("mail rob-griffin@halcyon.example", "or rob dash griffin at halcyon dot example")
    found = [finding for finding in findings(*chat) if finding.label == "EMAIL"]
    assert {(finding.rule, finding.entity) for finding in found} == {
        ("known address", "email:rob-griffin@halcyon.example")
    }
    assert {"rob-griffin@halcyon.example", "rob dash griffin at halcyon dot example"} <= planned(*chat)
