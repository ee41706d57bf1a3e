"""Which proposals nobody can keep: consent takes the name of a participant out, whatever is decided about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipeline.lexicon import words_of
from pipeline.records import Audience, Outcome, Proposal, Purpose, Ruling, Session, term_heard
from pipeline.review.terms import entities_of, is_of

_SAID_NO = ("C3", "C6", "C10", "U2")
"""The rules behind which there is a no; the others miss a yes."""


def named_out(session: Session, ruling: Ruling, purpose: Purpose) -> frozenset[str]:
    """Those of whom no name stays for a purpose: who does not proceed throughout."""
    return frozenset(
        person.participant_id
        for person in session.participants
        if any(outcome is not Outcome.PROCEED for _, outcome in ruling.spans(purpose, person.participant_id))
    )


def closed_names(session: Session, ruling: Ruling, proposals: Iterable[Proposal]) -> Mapping[str, str]:
    """By id of each proposal that is taken out for every audience that the session asks for: who did not agree.

    It is as "p2 said no" or "p2 did not agree"; ids, never names.
    """
    purposes = purposes_of(session)
    named = {purpose: named_out(session, ruling, purpose) for purpose in purposes}
    entities = {who: entities_of(session, frozenset({who})) for who in frozenset().union(*named.values())}
    closed = {}
    for proposal in proposals:
        by = {who for who, of_them in entities.items() if is_of(proposal, of_them) or _is_heard(proposal, of_them)}
        if by and all(by & out for out in named.values()):
            closed[proposal.proposal_id] = ", ".join(_answer(ruling, who, purposes) for who in sorted(by))
    return closed


def purposes_of(session: Session) -> tuple[Purpose, ...]:
    """What the renditions that a session asks for need of everybody who is named in them."""
    asked = tuple(audience.purpose for audience in Audience if audience.purpose in session.purposes)
    return asked or (Audience.INTERNAL.purpose,)


def _is_heard(proposal: Proposal, entities: frozenset[str]) -> bool:
    """Whether a proof heard again a name that is made of nothing but theirs."""
    term = term_heard(proposal.entity) if proposal.is_heard_again else None
    words = words_of(term or "")
    return bool(words) and all(f"person:{word}" in entities for word in words)


def _answer(ruling: Ruling, participant_id: str, purposes: Iterable[Purpose]) -> str:
    rules = {
        cell.rule_id.partition("+")[0]
        for cell in ruling.cells
        if cell.participant_id == participant_id and cell.purpose in purposes
    }
    return f"{participant_id} {'said no' if rules.intersection(_SAID_NO) else 'did not agree'}"
