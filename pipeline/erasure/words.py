"""What an erased person was known by and said, as keyed hashes over words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlalchemy import Connection, select

from pipeline.consent.log.identity import Alias, AliasKind, Keys, Verified
from pipeline.lexicon import is_common, words_of
from pipeline.records import ChatLine, Crosstalk, Cue, Participant, Session, Transcript, Word
from pipeline.store.tables.consent import alias as alias_table

GRAM = 5
"""How many words in a row, said by the person and by nobody else in the session, give a segment away."""

_ESCAPES = re.compile(r"\\[nrtbf]")
_MIN_LETTERS = 3


def tokens(text: str) -> tuple[str, ...]:
    """The words of a text in the form in which they are compared; escapes of JSON are no letters."""
    return words_of(_ESCAPES.sub(" ", text))


def windows(words: Sequence[str], size: int) -> Iterator[str]:
    """Every run of ``size`` words."""
    for start in range(len(words) - size + 1):
        yield " ".join(words[start : start + size])


def searchable(aliases: Iterable[str]) -> dict[str, int]:
    """Each alias as its words, with their number; a single ordinary or very short word could be anybody."""
    found = {}
    for words in map(tokens, aliases):
        if len(words) > 1 or (words and len(words[0]) >= _MIN_LETTERS and not is_common(words[0])):
            found[" ".join(words)] = len(words)
    return found


def names(aliases: Mapping[str, int], text: str) -> bool:
    """Whether a text holds one of these aliases, as ``searchable`` gives them."""
    said = tokens(text)
    return any(alias in windows(said, size) for alias, size in aliases.items())


def known_by(person: Participant) -> list[str]:
    """What one session knows a participant by."""
    return [one for one in (person.name, *person.aliases, person.email, person.platform_id) if one]


def on_file(connection: Connection, keys: Keys, party_ids: Iterable[str]) -> list[str]:
    """What the consent store knows these people by."""
    query = select(alias_table).where(alias_table.c.party_id.in_(sorted(party_ids)))
    return [
        keys.open_alias(Alias(row.party_id, AliasKind(row.kind), row.value_hash, Verified(row.verified)), row.value_enc)
        for row in connection.execute(query)
    ]


def said_by(session: Session, transcripts: Iterable[Transcript], people: frozenset[str]) -> frozenset[str]:
    """The runs of words that these people alone said or wrote; what bled into another's track is not the other's."""
    theirs: set[str] = set()
    others: set[str] = set()
    for who, words in _utterances(session, transcripts):
        (theirs if who in people else others).update(windows(words, GRAM))
    return frozenset(theirs - others)


def _is_in(word: Word, bleed: Crosstalk) -> bool:
    return word.track_id == bleed.track_id and word.start_s < bleed.end_s and bleed.start_s < word.end_s


def _utterances(session: Session, transcripts: Iterable[Transcript]) -> Iterator[tuple[str | None, Sequence[str]]]:
    lines: tuple[Cue | ChatLine, ...] = (*session.captions, *session.embedded, *session.chat)
    for line in lines:
        yield line.participant_id, tokens(line.text)
    for transcript in transcripts:
        heard: dict[str | None, list[str]] = {}
        for word in transcript.words:
            if any(_is_in(word, bleed) for bleed in session.crosstalk):
                continue
            heard.setdefault(word.participant_id, []).extend(tokens(word.text))
        yield from heard.items()
