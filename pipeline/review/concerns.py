"""What a reviewer is told of a proposal that touches somebody who did not agree: whose answer, and how; ids alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pipeline.lexicon import company_key, is_own_company
from pipeline.records import (
    DetectionRule,
    Finding,
    Proposal,
    Ruling,
    Session,
    SoundPlace,
    TextPlace,
    Transcript,
)
from pipeline.review.closed_names import answers_of, closed_names, names_of
from pipeline.review.name_likeness import NameLikeness, most_like
from pipeline.review.reported_speech import speaker_reported
from pipeline.review.terms import IN_PICTURE

_SECRET = frozenset({DetectionRule.SAID_TO_BE_SECRET, DetectionRule.NAMED_AS_SECRET})
_OF_A_COMPANY = frozenset({"company", "term", "marked"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentMarks:
    """By id of a proposal ``closed`` says whose consent takes it out whatever is decided, ``concerns`` whom it touches.

    A mark in ``concerns`` refuses nothing: a person decides, and knows then whose answer stands against it.
    """

    closed: Mapping[str, str] = field(default_factory=dict)
    concerns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def consent_marks(
    session: Session, ruling: Ruling, proposals: Iterable[Proposal], transcript: Transcript | None
) -> ConsentMarks:
    """The marks of some proposals; ``transcript`` says who says what, and without it the tracks alone do."""
    proposals = tuple(proposals)
    closed = closed_names(session, ruling, proposals)
    answers = answers_of(session, ruling)
    concerns = {
        proposal.proposal_id: tuple(_marks(session, proposal, answers, transcript, closed.get(proposal.proposal_id)))
        for proposal in (proposals if answers else ())
    }
    return ConsentMarks(closed=closed, concerns={each: marks for each, marks in concerns.items() if marks})


def _marks(
    session: Session,
    proposal: Proposal,
    answers: Mapping[str, str],
    transcript: Transcript | None,
    closed: str | None,
) -> Iterator[str]:
    surely = names_of(session, proposal, answers)
    like = most_like(session, proposal, answers, NameLikeness.LIKE)
    said_secret = {_speaker(session, finding, transcript) for finding in proposal.findings if finding.rule in _SECRET}
    for who, answered in answers.items():
        if not closed and (who in surely or who in like):
            yield f"{'the' if surely.get(who) else 'may be the'} name of {who}, who {answered}"
        if _is_company(session, proposal, session.participant(who).company):
            yield f"the company of {who}, who {answered}"
        if speaker_reported(proposal.entity) == who:
            yield f"what {who} is reported to have said; {who} {answered}"
        if who in said_secret:
            yield f"what {who} said to be secret; {who} {answered}"


def _is_company(session: Session, proposal: Proposal, company: str | None) -> bool:
    """Whether a proposal, or a finding of it, is or resembles a company that is not the host's own."""
    if not company or is_own_company(company, session.host):
        return False
    key = company_key(company)
    entities = (proposal.entity, *(finding.entity for finding in proposal.findings))
    parts = (entity.removeprefix(IN_PICTURE).partition(":") for entity in entities)
    return any(kind in _OF_A_COMPANY and company_key(name.removeprefix("~")) == key for kind, _, name in parts)


def _speaker(session: Session, finding: Finding, transcript: Transcript | None) -> str | None:
    """Who says or writes what was found; None where nobody knows."""
    match finding.place:
        case SoundPlace(track_id=track_id, words=(first, last)):
            words = transcript.words[first:last] if transcript else ()
            said_by = next((word.participant_id for word in words if word.participant_id), None)
            owner = next((each.participant_id for each in session.tracks if each.track_id == track_id), None)
            return said_by or owner
        case TextPlace(surface="chat", index=index) if index < len(session.chat):
            return session.chat[index].participant_id
        case TextPlace(surface="captions", index=index) if index < len(session.captions):
            return session.captions[index].participant_id
    return None
