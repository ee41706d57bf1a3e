"""Whether a proposal of nobody known is heard like the name of a participant: the same name, misheard or misspelt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from itertools import pairwise

from pipeline.lexicon import is_common, words_of
from pipeline.lexicon.nicknames import is_given_name
from pipeline.lexicon.phonetic import similarity, sound_of
from pipeline.records import DetectionRule, Participant, Proposal, Session
from pipeline.review.attribution import is_another_given_name
from pipeline.review.terms import entities_of_person

_LINKED = DetectionRule.SOUNDS_LIKE.spec.identifies or 1.0
"""From here on detection calls what sounds like a known name by that name."""
_LIKE = 0.8
"""From here on a reviewer is told. Of 158 common family names beside 24 made-up rare ones, in 3,792 pairs, none is 0.9
like and 4 are 0.8 like (tests/review/test_name_likeness.py); of 86 ways to mishear those, 64 are 0.9, all 0.8 like."""
_FEWEST_LETTERS = 4
"""Of a word that is compared by its sound: shorter ones sound like too much."""


class NameLikeness(IntEnum):
    """How like a name something is: not at all, so that a reviewer is told, or so that detection links the two."""

    NONE = 0
    LIKE = 1
    LINKED = 2


def most_like(session: Session, proposal: Proposal, people: Iterable[str], least: NameLikeness) -> frozenset[str]:
    """Those of the participants whose whole name, or the rare part of it, a proposal is at least so like to the ear.

    None where it is another participant's by name. Only ``LIKE`` where a list names somebody else so, or where it has a
    given name that is none of theirs.
    """
    if not any(finding.label == "PERSON" for finding in proposal.findings):
        return frozenset()
    by_id = {each.participant_id: each for each in session.participants}
    named = {who for who, person in by_id.items() if proposal.entity in entities_of_person(person)}
    return frozenset(who for who in people if not named - {who} and _likeness(proposal, by_id[who]) >= least)


def _likeness(proposal: Proposal, person: Participant) -> NameLikeness:
    most = NameLikeness.LIKE if _is_listed(proposal) else NameLikeness.LINKED
    texts = dict.fromkeys(finding.text for finding in proposal.findings if finding.label == "PERSON")
    names = (person.name, *person.aliases)
    return min(most, max((_like(text, name) for text in texts for name in names), default=NameLikeness.NONE))


def _is_listed(proposal: Proposal) -> bool:
    """Whether a list names somebody so; who marks a name by hand lists nobody."""
    rules = {finding.rule for finding in proposal.findings} - {DetectionRule.REVIEWER}
    return any(rule.spec.listed or rule is DetectionRule.KNOWN_ELSEWHERE for rule in rules)


def _like(text: str, name: str) -> NameLikeness:
    heard, known = words_of(text), words_of(name)
    if not heard or not known:
        return NameLikeness.NONE
    if _is_whole(heard, known):
        return NameLikeness.LINKED
    parts = [_similar(form, part) for form in _forms(heard) for part in _rare(known)]
    most = max((*parts, _run_together(heard, known)), default=0.0)
    if most < _LIKE:
        return NameLikeness.NONE
    is_other = len(heard) > 1 and is_another_given_name(text, name)
    return NameLikeness.LINKED if most >= _LINKED and not is_other else NameLikeness.LIKE


def _is_whole(heard: Sequence[str], known: Sequence[str]) -> bool:
    """Whether two names of several words are alike word by word, in either order; an initial stands for a word."""
    if not 1 < len(heard) == len(known):
        return False
    orders = (known, (*known[1:], known[0]))
    return any(all(_stands_for(*pair) for pair in zip(heard, order, strict=True)) for order in orders)


def _stands_for(heard: str, known: str) -> bool:
    if len(heard) == 1:
        return known.startswith(heard)
    return heard == known or _similar(heard, known) >= _LIKE


def _run_together(heard: Sequence[str], known: Sequence[str]) -> float:
    """How like the whole names are, as they run together; 0 where they share a word, which says nothing of the rest."""
    if min(len(heard), len(known)) < 2 or set(heard) & set(known):
        return 0.0
    return _similar("".join(heard), "".join(known))


def _rare(known: Sequence[str]) -> list[str]:
    """The words of a name that tell it from others: none in any talk, and no given name, which stands first."""
    own = known[1:] if len(known) > 1 and not is_given_name(known[-1]) else known
    return [word for word in own if len(word) >= _FEWEST_LETTERS and not is_common(word) and not is_given_name(word)]


def _forms(heard: Sequence[str]) -> Iterator[str]:
    """Each word, and two in a row run together, as "oka for"."""
    yield from (word for word in heard if len(word) >= _FEWEST_LETTERS)
    yield from (first + second for first, second in pairwise(heard))


def _similar(heard: str, known: str) -> float:
    return similarity(heard, known, sound_of(known))
