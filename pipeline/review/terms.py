"""Which texts may appear nowhere in the output, and what stands in their place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.lexicon import Spelling, entity_of, spellings, words_of
from pipeline.lexicon.spellings import HEARD_BEFORE, NICKNAME
from pipeline.records import Context, PlannedTerm, Proposal, Session
from pipeline.review.reported_speech import RULE as REPORTED_SPEECH

_UNSURE_TEXT = frozenset(
    {
        "sounds like",
        "beside a name",
        "position",
        "sound search",
        "also heard",
        "spaCy model",
        "spelled out",
        REPORTED_SPEECH,
    }
)
_GUESSED = frozenset({NICKNAME, HEARD_BEFORE})  # where they were found they are out, elsewhere they may be another
_WRITTEN = ("email:", "url:", "host:", "ip:")
_MIN_LETTERS = 3
REMOVED = "[removed participant]"


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
    known = spellings(context)
    terms: dict[str, PlannedTerm] = {}
    proposed = (pair for one in applied for pair in _of_proposal(one, known))
    pairs = [*_of_removed(session, known, removed), *proposed, *_of_removed(session, known, partly)]
    for text, replacement in pairs:
        terms.setdefault(text.casefold(), PlannedTerm(text=text, replacement=replacement))
    return tuple(sorted(terms.values(), key=lambda term: (-len(term.text), term.text)))


def entities_of(session: Session, removed: frozenset[str]) -> frozenset[str]:
    """The entities of removed participants, and those of the parts of their names: taken out whatever was decided."""
    names = {
        name
        for participant_id in removed
        for person in (session.participant(participant_id),)
        for name in (person.name, *person.aliases)
    }
    parts = {word for name in names for word in words_of(name)}
    return frozenset(entity_of("person", text) for text in names | parts)


def _of_removed(session: Session, known: tuple[Spelling, ...], removed: frozenset[str]) -> Iterator[tuple[str, str]]:
    for participant_id in sorted(removed):
        person = session.participant(participant_id)
        own = {key for name in (person.name, *person.aliases) for key in ("".join(words_of(name)), *words_of(name))}
        for spelling in known:
            if spelling.entity == entity_of("person", person.name) or spelling.key in own:
                yield from _usable(spelling, REMOVED)
        for text in (person.name, *person.aliases, *([person.email] if person.email else [])):
            if len("".join(words_of(text))) >= _MIN_LETTERS:
                yield text, REMOVED


def _of_proposal(proposal: Proposal, known: tuple[Spelling, ...]) -> Iterator[tuple[str, str]]:
    for spelling in known:
        if spelling.entity == proposal.entity:
            yield from _usable(spelling, proposal.replacement)
    if proposal.entity.startswith(_WRITTEN):
        yield proposal.entity.partition(":")[2], proposal.replacement
    ordinary = {spelling.key for spelling in known if spelling.ordinary}
    texts = dict.fromkeys(finding.text for finding in proposal.findings if finding.rule not in _UNSURE_TEXT)
    for text in texts:
        if len(text.strip()) >= _MIN_LETTERS and "".join(words_of(text)) not in ordinary:
            yield text, proposal.replacement


def _usable(spelling: Spelling, replacement: str) -> Iterator[tuple[str, str]]:
    if not spelling.ordinary and spelling.rule not in _GUESSED and len(spelling.key) >= _MIN_LETTERS:
        yield spelling.text, replacement
