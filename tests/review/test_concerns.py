"""A reviewer is told of each proposal that touches somebody who did not agree: whose answer, and how; ids alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline import lexicon
from pipeline.records import (
    ChatLine,
    Finding,
    Interval,
    Outcome,
    Proposal,
    Purpose,
    Ruling,
    Session,
    SoundPlace,
    TextPlace,
    Transcript,
)
from pipeline.review import ConsentMarks, consent_marks, propose, terms
from tests.review.conftest import SESSION_ID, finding, ruling

NO = {Purpose.INTERNAL_SHARE.value: Outcome.MINUS, Purpose.PUBLIC_RECORDING.value: Outcome.MINUS}
PUBLIC_ALONE = {Purpose.PUBLIC_RECORDING.value: Outcome.MINUS}


def said(rule_id: str = "C3", **outcomes: Outcome) -> Ruling:
    """What p2 answered, by this rule where they do not proceed."""
    made = ruling(**outcomes)
    cells = tuple(cell if cell.outcome is Outcome.PROCEED else replace(cell, rule_id=rule_id) for cell in made.cells)
    return replace(made, cells=cells)


@pytest.fixture
def here(session: Session) -> Session:
    """The session of two, of whom the second works for Orbweld Foods and is called Tom Vantrexa."""
    first, second = session.participants
    people = (replace(first, company="Lumen Labs"), replace(second, company="Orbweld Foods Ltd"))
    lines = tuple(
        ChatLine(at_s=float(at), participant_id=who, text="we open in Turin") for at, who in enumerate(("p1", "p2"))
    )
    purposes = (Purpose.INTERNAL_SHARE, Purpose.PUBLIC_RECORDING)
    return replace(session, participants=people, chat=lines, captions=(), purposes=purposes)


def marks_of(
    session: Session, transcript: Transcript | None, made: Finding, answered: Ruling
) -> tuple[ConsentMarks, Proposal]:
    (proposal,) = propose(SESSION_ID, (made,))
    return consent_marks(session, answered, (proposal,), transcript), proposal


@pytest.mark.parametrize(
    ("made", "mark"),
    [
        (finding("company:orbweld foods", "Orbweld Foods", label="COMPANY"), "the company of p2, who said no"),
        (finding("company:orbweld foods ltd", "orb weld", label="COMPANY", rule="sounds like"), "the company of p2"),
        (finding("company:~orbweld foods", "Orbweld Foods", label="COMPANY", rule="name model"), "the company of p2"),
        (finding("term:orbweld foods", "Orbweld Foods", label="TERM", rule="term list"), "the company of p2"),
        (finding("marked:orbweld foods", "Orbweld Foods", label="OTHER", rule="marked by a reviewer"), "the company"),
        (
            finding("speech of:p2", "Tom said that they close.", label="REPORTED_SPEECH", rule="reported speech"),
            "what p2 is reported to have said; p2 said no",
        ),
        (finding("person:~ventrex", "Ventrex", rule="name model"), "may be the name of p2, who said no"),
    ],
)
def test_each_says_whose_answer_it_touches(here: Session, transcript: Transcript, made: Finding, mark: str) -> None:
    marks, proposal = marks_of(here, transcript, made, said(**NO))
    (given,) = marks.concerns[proposal.proposal_id]
    assert given.startswith(mark)
    assert marks.closed == {}, "a person decides"
    agreed, _ = marks_of(here, transcript, made, said())
    assert agreed == ConsentMarks()


def test_what_they_said_to_be_secret_is_theirs(here: Session, transcript: Transcript) -> None:
    def marked(made: Finding, heard: Transcript | None = transcript) -> tuple[str, ...]:
        marks, proposal = marks_of(here, heard, made, said(**NO))
        return marks.concerns.get(proposal.proposal_id, ())

    mark = ("what p2 said to be secret; p2 said no",)
    secret = finding("statement:x", "w", label="STATEMENT", rule="said to be secret", start_s=3.0)
    named = finding("term:~turin", "w", label="PRODUCT", rule="named as secret", start_s=3.0)
    theirs = replace(transcript, words=tuple(replace(word, participant_id="p2") for word in transcript.words))
    for made in (secret, named):
        assert marked(made) == ()
        assert marked(made, theirs) == mark
        assert isinstance(made.place, SoundPlace)
        own_track = replace(made, place=replace(made.place, track_id="t2"))
        assert marked(own_track, None) == mark, "without a transcript the track says who speaks"
    written = finding("statement:y", "we open in Turin", label="STATEMENT", rule="said to be secret", chat=True)
    assert marked(written) == ()
    assert isinstance(written.place, TextPlace)
    assert marked(replace(written, place=replace(written.place, index=1))) == mark


def test_a_name_that_is_heard_like_theirs_is_kept_by_nobody(here: Session, transcript: Transcript) -> None:
    made = finding("person:~tom ventrexa", "TOM Ventrexa", rule="name model")
    marks, proposal = marks_of(here, transcript, made, said(**NO))
    assert marks.closed == {proposal.proposal_id: "may be the name of p2, who said no"}
    assert marks.concerns == {}
    missing, _ = marks_of(here, transcript, made, said("D1", **NO))
    assert missing.closed == {proposal.proposal_id: "may be the name of p2, who did not agree"}


def test_a_no_to_what_is_published_alone_is_told_and_refuses_nothing(here: Session, transcript: Transcript) -> None:
    for made, mark in (
        (finding("person:tom vantrexa", "tom"), "the name of p2, who said no to what is published"),
        (
            finding("person:~tom ventrexa", "TOM Ventrexa", rule="name model"),
            "may be the name of p2, who said no to what is published",
        ),
        (
            finding("company:orbweld foods", "Orbweld", label="COMPANY"),
            "the company of p2, who said no to what is published",
        ),
    ):
        marks, proposal = marks_of(here, transcript, made, said(**PUBLIC_ALONE))
        assert marks == ConsentMarks(concerns={proposal.proposal_id: (mark,)})


def test_the_hosts_own_company_and_other_names_have_no_mark(here: Session, transcript: Transcript) -> None:
    of_host = replace(here, participants=tuple(replace(each, company="Lumen Labs") for each in here.participants))
    made = finding("company:lumen labs", "Lumen Labs", label="COMPANY")
    assert marks_of(of_host, transcript, made, said(**NO))[0] == ConsentMarks()
    for text in ("Otto Quint", "Tom Petersen", "Priya Raman"):
        other = finding(f"person:~{text.casefold()}", text, rule="name model")
        assert marks_of(here, transcript, other, said(**NO))[0] == ConsentMarks()


def test_what_is_known_of_each_participant_is_worked_out_once_for_all_proposals(
    here: Session, transcript: Transcript, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[str] = []

    def entity_of(kind: str, text: str) -> str:
        counted.append(kind)
        return lexicon.entity_of(kind, text)

    def spans(self: Ruling, purpose: Purpose, participant_id: str) -> tuple[tuple[Interval, Outcome], ...]:
        counted.append(participant_id)
        return proper_spans(self, purpose, participant_id)

    proper_spans = Ruling.spans
    monkeypatch.setattr(terms, "entity_of", entity_of)
    monkeypatch.setattr(Ruling, "spans", spans)
    texts = ["Tom Ventrexa", *(f"Quillon Bardo{letter}" for letter in "abcdefghij")]
    proposals = propose(SESSION_ID, tuple(finding(f"person:~{text}", text, rule="name model") for text in texts))
    consent_marks(here, said(**NO), proposals[:1], transcript)
    of_one = len(counted)
    counted.clear()
    assert consent_marks(here, said(**NO), proposals, transcript).closed
    assert len(proposals) == len(texts)
    assert len(counted) <= of_one
