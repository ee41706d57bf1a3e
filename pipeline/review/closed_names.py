"""Which proposals nobody can keep: consent takes the name of a participant out, whatever is decided about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from pipeline.lexicon import words_of
from pipeline.records import Audience, Outcome, Proposal, Purpose, Ruling, Session, term_heard
from pipeline.review.name_likeness import NameLikeness, most_like
from pipeline.review.terms import entities_of, is_of

_SAID_NO = ("C3", "C6", "C10", "U2")
"""The rules behind which there is a no; the others miss a yes."""
_RENDITIONS = {Audience.INTERNAL.purpose: "what the team gets", Audience.PUBLIC.purpose: "what is published"}


def named_out(session: Session, ruling: Ruling, purpose: Purpose) -> frozenset[str]:
    """Those of whom no name stays for a purpose: who does not proceed throughout."""
    return frozenset(
        person.participant_id
        for person in session.participants
        if any(outcome is not Outcome.PROCEED for _, outcome in ruling.spans(purpose, person.participant_id))
    )


def closed_names(session: Session, ruling: Ruling, proposals: Iterable[Proposal]) -> Mapping[str, str]:
    """By id of each proposal that is taken out for every audience that the session asks for: who did not agree.

    It is as "p2 said no", "p2 did not agree" or "may be the name of p2, who said no"; ids, never names.
    """
    named = {purpose: named_out(session, ruling, purpose) for purpose in purposes_of(session)}
    answers = answers_of(session, ruling)
    closed = {}
    for proposal in proposals:
        by = names_of(session, proposal, answers)
        if by and all(by.keys() & out for out in named.values()):
            marks = (name_mark(who, answers[who], by[who]) for who in sorted(by))
            closed[proposal.proposal_id] = ", ".join(marks)
    return closed


def names_of(session: Session, proposal: Proposal, people: Iterable[str]) -> Mapping[str, bool]:
    """Of which of these participants a proposal is the name, and whether it surely is: else it is only heard so."""
    people = sorted(people)
    entities = {who: entities_of(session, frozenset({who})) for who in people}
    surely = {who for who, of_them in entities.items() if is_of(proposal, of_them) or _is_heard(proposal, of_them)}
    heard_so = most_like(session, proposal, people, NameLikeness.LINKED)
    return {who: who in surely for who in people if who in surely or who in heard_so}


def name_mark(participant_id: str, answered: str, is_sure: bool) -> str:
    """What a reviewer is told of a name that nobody may keep."""
    return f"{participant_id} {answered}" if is_sure else f"may be the name of {participant_id}, who {answered}"


def purposes_of(session: Session) -> tuple[Purpose, ...]:
    """What the renditions that a session asks for need of everybody who is named in them."""
    asked = tuple(audience.purpose for audience in Audience if audience.purpose in session.purposes)
    return asked or (Audience.INTERNAL.purpose,)


def _is_heard(proposal: Proposal, entities: frozenset[str]) -> bool:
    """Whether a proof heard again a name that is made of nothing but theirs."""
    term = term_heard(proposal.entity) if proposal.is_heard_again else None
    words = words_of(term or "")
    return bool(words) and all(f"person:{word}" in entities for word in words)


def answers_of(session: Session, ruling: Ruling) -> Mapping[str, str]:
    """What each who is taken out answered: "said no" or "did not agree", and to what where it is not to all."""
    named = {purpose: named_out(session, ruling, purpose) for purpose in purposes_of(session)}
    rules: dict[str, set[str]] = {who: set() for who in sorted(frozenset().union(*named.values()))}
    for cell in ruling.cells:
        if cell.participant_id in named.get(cell.purpose, ()):
            rules[cell.participant_id].add(cell.rule_id.partition("+")[0])
    return {
        who: _answer([purpose for purpose, out in named.items() if who in out], len(named), by)
        for who, by in rules.items()
    }


def _answer(refused: Sequence[Purpose], asked: int, rules: AbstractSet[str]) -> str:
    said = "did not agree" if rules.isdisjoint(_SAID_NO) else "said no"
    return said if len(refused) == asked else f"{said} to {_RENDITIONS[refused[0]]}"
