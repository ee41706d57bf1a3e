"""Which texts may appear nowhere in the output, and what stands in their place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from pipeline.lexicon import SurfaceForm, elsewhere_forms, entity_of, surface_forms, words_of
from pipeline.records import Context, Participant, PlannedTerm, Proposal, Session
from pipeline.records.plan import REMOVED

_WRITTEN = ("email:", "url:", "host:", "ip:")
_MIN_LETTERS = 3
IN_PICTURE = "picture:"
"""What the entity of a name that was read in the picture begins with."""


def planned_terms(
    session: Session,
    context: Context,
    applied: Iterable[Proposal],
    *,
    removed: frozenset[str],
    partly: frozenset[str] = frozenset(),
) -> tuple[PlannedTerm, ...]:
    """Every known spelling of what is taken out, the longest first, each text once.

    A text found by its place or sound alone is no term: it may be an ordinary word that was misheard. Those who are
    removed ``partly`` keep the label that was proposed for them.
    """
    known, applied = surface_forms(context), tuple(applied)
    # Only what was found: the names of everybody are not searched for in every rendition.
    entities = {finding.entity for proposal in applied for finding in proposal.findings}
    elsewhere = tuple(form for form in elsewhere_forms(context.elsewhere) if form.entity in entities)
    terms: dict[str, PlannedTerm] = {}
    proposed = (pair for proposal in applied for pair in _of_proposal(proposal, known, elsewhere))
    resembled = (pair for proposal in applied for pair in _resembled(proposal, known))
    pairs = [*_of_removed(session, known, removed), *proposed, *_of_removed(session, known, partly), *resembled]
    for text, replacement in pairs:
        terms.setdefault(text.casefold(), PlannedTerm(text=text, replacement=replacement))
    return tuple(sorted(terms.values(), key=lambda term: (-len(term.text), term.text)))


def entities_of(session: Session, removed: frozenset[str]) -> frozenset[str]:
    """The entities of removed participants, of the parts of their names and of their addresses: out whatever was
    decided.
    """
    return frozenset().union(*(entities_of_person(session.participant(each)) for each in removed))


@lru_cache(maxsize=4096)  # asked of every participant for each proposal
def entities_of_person(person: Participant) -> frozenset[str]:
    """The entities of a participant, of the parts of their names and of their address."""
    names = {person.name, *person.aliases}
    parts = {word for name in names for word in words_of(name)}
    address = {f"email:{person.email.casefold()}"} if person.email else set()
    return frozenset(entity_of("person", text) for text in names | parts) | address


def is_of(proposal: Proposal, entities: frozenset[str]) -> bool:
    """Whether a proposal is of one of these, or any of its findings is or resembles one, whatever it was taken for.

    Also in the picture, marked by hand, or as a company or term: the text goes from everything that is written anyway.
    """
    own = (proposal.entity, *(finding.entity for finding in proposal.findings))
    return any(_as_person(entity) in entities or entity in entities for entity in own)


def _as_person(entity: str) -> str:
    """The entity of a person with this name; of somebody surely known, where it is a guess."""
    return f"person:{entity.removeprefix(IN_PICTURE).partition(':')[2].removeprefix('~')}"


def _of_removed(session: Session, known: tuple[SurfaceForm, ...], removed: frozenset[str]) -> Iterator[tuple[str, str]]:
    for participant_id in sorted(removed):
        person = session.participant(participant_id)
        own = {key for name in (person.name, *person.aliases) for key in ("".join(words_of(name)), *words_of(name))}
        for spelling in known:
            if spelling.entity == entity_of("person", person.name) or spelling.key in own:
                yield from _usable(spelling, REMOVED)
        for text in (person.name, *person.aliases, *([person.email] if person.email else [])):
            if len("".join(words_of(text))) >= _MIN_LETTERS:
                yield text, REMOVED


def _of_proposal(
    proposal: Proposal, known: tuple[SurfaceForm, ...], elsewhere: tuple[SurfaceForm, ...]
) -> Iterator[tuple[str, str]]:
    for spelling in known:
        if spelling.entity == proposal.entity:
            yield from _usable(spelling, proposal.replacement)
    if proposal.entity.startswith(_WRITTEN):
        yield proposal.entity.partition(":")[2], proposal.replacement
    ordinary = {spelling.key for spelling in (*known, *elsewhere) if spelling.ordinary}
    for finding in proposal.findings:
        is_ordinary = "".join(words_of(finding.text)) in ordinary
        if finding.rule.spec.plannable and not is_ordinary and len(finding.text.strip()) >= _MIN_LETTERS:
            yield finding.text, proposal.replacement


def _resembled(proposal: Proposal, known: tuple[SurfaceForm, ...]) -> Iterator[tuple[str, str]]:
    """The forms of known names that a proposal of somebody unknown resembles: they may be meant."""
    entities = {finding.entity for finding in proposal.findings} - {proposal.entity}
    for spelling in known:
        if spelling.entity in entities:
            yield from _usable(spelling, proposal.replacement)


def _usable(spelling: SurfaceForm, replacement: str) -> Iterator[tuple[str, str]]:
    if not spelling.ordinary and spelling.rule.spec.plannable and len(spelling.key) >= _MIN_LETTERS:
        yield spelling.text, replacement
