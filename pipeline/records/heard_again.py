"""What listening to a rendition again, or reading it, still finds of the planned terms, and how far its repair is."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.records.ruling import Failed
from pipeline.records.transcript import KeywordHit
from pipeline.records.vocabulary import Audience

_PREFIX, _AT = "heard again:", "@"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTerm:
    """Words of a rendition's text that are, or sound like, a planned term; in small letters, without punctuation."""

    term: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """A rendition that did not pass because terms were heard or read in it, and where; all else of it passed."""

    failure: Failed
    heard: tuple[KeywordHit, ...] = ()
    read: tuple[ReadTerm, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairState:
    """How far the repair of one rendition is: after how many rounds, and what ended it, if anything did.

    ``base`` stands for all that the rendition is made from but what was heard again. ``heard_before`` and
    ``read_before`` count what was known before the latest round.
    """

    audience: Audience
    base: str
    rounds: int = 0
    heard_before: int = 0
    read_before: int = 0
    failure: Failed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardAgain:
    """All that was heard or read again in a session's renditions, in the order in which it came up; it only grows."""

    heard: tuple[KeywordHit, ...] = ()
    read: tuple[ReadTerm, ...] = ()
    states: tuple[RepairState, ...] = ()

    def state(self, audience: Audience) -> RepairState | None:
        """The state of one rendition's repair; None before the first."""
        return next((state for state in self.states if state.audience is audience), None)


def entity_of_heard(term: str, place: str) -> str:
    """The entity of one term at one place: decided apart from all other places."""
    return f"{_PREFIX}{term.casefold()}{_AT}{place}"


def term_heard(entity: str) -> str | None:
    """The term, in small letters, of an entity that was heard again; None for any other entity."""
    if not entity.startswith(_PREFIX):
        return None
    return entity.removeprefix(_PREFIX).rpartition(_AT)[0]
