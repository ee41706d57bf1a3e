"""What an erased person is known by and said, as runs of words, of which the store keeps keyed hashes only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

from sqlalchemy import Connection, select

from pipeline.consent.log.identity import Alias, AliasKind, Keys, Verified
from pipeline.lexicon import is_common, words_of
from pipeline.records import ChatLine, Crosstalk, Cue, Participant, Session, Transcript, Word
from pipeline.store import Workspace
from pipeline.store.blobs.concurrency import map_concurrently
from pipeline.store.registry import Registry
from pipeline.store.tables.consent import alias as alias_table

GRAM_WORDS = 5
"""How many words in a row, said by the person and by nobody else, give a segment away.

Shorter runs are said by others too, and a search for them finds what is nobody's; longer ones miss what was cut.
"""

_ESCAPES = re.compile(r"\\[nrtbf]")
_MIN_LETTERS = 3
"""Of a single word that is searched for: initials and words as "al" or "jo" are in everybody's talk."""


def tokens(text: str) -> tuple[str, ...]:
    """The words of a text in the form in which they are compared; escapes of JSON are no letters."""
    return words_of(_ESCAPES.sub(" ", text))


def runs(words: Sequence[str], size: int) -> Iterator[str]:
    """Every run of ``size`` words."""
    for start in range(len(words) - size + 1):
        yield " ".join(words[start : start + size])


def searchable(aliases: Iterable[str]) -> dict[str, int]:
    """Each alias as its words, with their number; a single ordinary or very short word could be anybody."""
    return {
        " ".join(words): len(words)
        for words in map(tokens, aliases)
        if len(words) > 1 or (words and len(words[0]) >= _MIN_LETTERS and not is_common(words[0]))
    }


def mentions(aliases: Mapping[str, int], text: str) -> bool:
    """Whether a text holds one of these aliases, as ``searchable`` gives them."""
    words = tokens(text)
    return any(alias in runs(words, size) for alias, size in aliases.items())


def names_of(person: Participant) -> list[str]:
    """What one session knows a participant by."""
    return [name for name in (person.name, *person.aliases, person.email, person.platform_id) if name]


def aliases_of(connection: Connection, keys: Keys, party_ids: Iterable[str]) -> list[str]:
    """What the consent store knows these people by."""
    query = select(alias_table).where(alias_table.c.party_id.in_(sorted(party_ids)))
    return [
        keys.open_alias(Alias(row.party_id, AliasKind(row.kind), row.value_hash, Verified(row.verified)), row.value_enc)
        for row in connection.execute(query)
    ]


def unique_runs(session: Session, transcripts: Iterable[Transcript], people: frozenset[str]) -> frozenset[str]:
    """The runs of words that these people alone said or wrote; crosstalk on another's track is not the other's."""
    theirs: set[str] = set()
    others: set[str] = set()
    for who, words in _utterances(session, transcripts):
        (theirs if who in people else others).update(runs(words, GRAM_WORDS))
    return frozenset(theirs - others)


def said_elsewhere(workspace: Workspace, people: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """The runs of these people, by the id of each session where they are, that others say in any other session.

    "It would be great if" is five words that customers of many sessions say: they give nobody away, and an export that
    holds them holds nothing of the person. Who speaks without a name may be the person, so what they say is no other's.
    """
    registry, theirs, shared = Registry(workspace.db), set[str](), set[str]()
    for session in registry.sessions(people):
        for who, words in _utterances(session, transcripts_of(workspace, session.session_id)):
            if who in people[session.session_id]:
                theirs.update(runs(words, GRAM_WORDS))
    others = registry.sessions(registry.digests().keys() - people.keys()) if theirs else ()
    # Of many sessions at once, where each transcript has to be fetched from object storage.
    read = partial(_with_transcripts, workspace)
    for session, transcripts in map_concurrently(read, others, at_once=workspace.stages.store.at_once):
        for who, words in _utterances(session, transcripts):
            if who is not None:
                shared |= theirs.intersection(runs(words, GRAM_WORDS))
    return frozenset(shared)


def _with_transcripts(workspace: Workspace, session: Session) -> tuple[Session, list[Transcript]]:
    return session, transcripts_of(workspace, session.session_id)


def transcripts_of(workspace: Workspace, session_id: str) -> list[Transcript]:
    """Every stored transcript of a session, also those that a changed setting has replaced."""
    places = [workspace.root / artefact.location for artefact in workspace.artefacts.of(session_id)]
    folder = workspace.stages.root / "speech"
    opened = workspace.stages.opened_each([place for place in places if place.parent == folder], at_once=1)
    stored = [workspace.stages.decoded(content, Transcript) for _, content in opened if content is not None]
    return [transcript for transcript in stored if transcript is not None]


def _is_in(word: Word, crosstalk: Crosstalk) -> bool:
    is_same = word.track_id == crosstalk.track_id
    return is_same and word.start_s < crosstalk.end_s and crosstalk.start_s < word.end_s


def _utterances(session: Session, transcripts: Iterable[Transcript]) -> Iterator[tuple[str | None, Sequence[str]]]:
    lines: tuple[Cue | ChatLine, ...] = (*session.captions, *session.embedded, *session.chat)
    for line in lines:
        yield line.participant_id, tokens(line.text)
    for transcript in transcripts:
        spoken: dict[str | None, list[str]] = {}
        for word in transcript.words:
            if any(_is_in(word, crosstalk) for crosstalk in session.crosstalk):
                continue
            spoken.setdefault(word.participant_id, []).extend(tokens(word.text))
        yield from spoken.items()
