"""Finds what a turn says to be secret in another: "off the record", and the next speaker, or the same one later, tells.

Within a turn the recogniser of statements sees the sentences beside a cue. What is meant is as often in the turn before
or behind it: of another speaker, on another track, after a pause, or after an "of course" of somebody else.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from operator import itemgetter
from typing import NamedTuple

from pipeline.detect.gazetteer.promises import is_promise
from pipeline.detect.gazetteer.statements import StatementRecognizer, Turns, statement_recognizer
from pipeline.detect.locate.conversation import (
    CHAT_S,
    NEXT_S,
    Conversation,
    TurnSentence,
    captioned_conversation,
    joined_sentences,
    spoken_conversation,
    within_reach,
    written_conversation,
)
from pipeline.detect.locate.settled_sentences import (
    SentencePlaces,
    settled_by_turn,
    settled_sentences,
    starts_within,
)
from pipeline.detect.locate.words_and_text import CAPTIONS, CHAT, EMBEDDED, make_finding, statement_places
from pipeline.detect.text.tokens import Match, Text, read
from pipeline.lexicon.cues import shipped_cues
from pipeline.lexicon.plain import words_of
from pipeline.records import (
    Context,
    Cue,
    DetectionRule,
    Finding,
    PicturePlace,
    Session,
    SoundPlace,
    SpokenCues,
    TextPlace,
    Transcript,
)

# A judgement, in seconds: whoever asked for secrecy lets somebody else answer first.
_OWN_NEXT_S = 30.0
_ON_BOTH_SIDES = 3  # sentences of a match: the cue, the one before it and the one behind


class _Recognizers(NamedTuple):
    """The recognisers for all speakers' sentences and for those of one, and the cues that they know."""

    of_all: StatementRecognizer
    of_one: StatementRecognizer
    cues: SpokenCues


class CrossingStatement(NamedTuple):
    """What is said to be secret over several turns: the text it was found in, the match there, and its places."""

    text: Text
    match: Match
    places: tuple[SoundPlace | TextPlace, ...]


def crossing_statements(session: Session, transcript: Transcript, context: Context) -> tuple[CrossingStatement, ...]:
    """What is said to be secret by the words of another turn, of what was heard, of captions and of chat."""
    cues = context.cues or shipped_cues()
    recognize = _Recognizers(statement_recognizer(cues, Turns.OF_ALL), statement_recognizer(cues, Turns.OF_ONE), cues)
    return (
        *_in_words(transcript, recognize),
        *_in_captions(session.captions, CAPTIONS, recognize),
        *_in_captions(session.embedded, EMBEDDED, recognize),
        *_in_texts(written_conversation(session.chat), CHAT, recognize, CHAT_S, CHAT_S),
    )


def told_open(session: Session, transcript: Transcript, context: Context) -> dict[str, frozenset[int]]:
    """By the text of each turn, caption run and line of chat: where sentences begin that are said to be no secret."""
    cues = context.cues or shipped_cues()
    conversations = (
        (spoken_conversation(transcript), NEXT_S),
        (captioned_conversation(session.captions, CAPTIONS), NEXT_S),
        (captioned_conversation(session.embedded, EMBEDDED), NEXT_S),
        (written_conversation(session.chat), CHAT_S),
    )
    by_text: dict[str, frozenset[int]] = {}
    for conversation, next_s in conversations:
        settled = settled_sentences(conversation, cues, next_s=next_s)
        for text, starts in settled_by_turn(conversation, settled).items():
            by_text[text] = by_text.get(text, starts) & starts
    return by_text


def statement_findings(session_id: str, statements: Iterable[CrossingStatement]) -> list[Finding]:
    """One finding for each place of each statement."""
    return [make_finding(session_id, statement.match, place) for statement in statements for place in statement.places]


def without_parts(findings: Iterable[Finding], crossing: Sequence[Finding]) -> list[Finding]:
    """The findings but for statements that lie within a crossing one: nobody need decide on them twice."""
    wholes: dict[str, list[tuple[int, int]]] = {}
    for where, span in sorted(_extent(finding.place) for finding in crossing):
        furthest = wholes[where][-1][1] if where in wholes else 0
        wholes.setdefault(where, []).append((span[0], max(span[1], furthest)))

    def is_part(finding: Finding) -> bool:
        if finding.rule is not DetectionRule.SAID_TO_BE_SECRET:
            return False
        where, (start, end) = _extent(finding.place)
        begun = wholes.get(where, [])
        before = bisect_right(begun, start, key=itemgetter(0))
        return before > 0 and begun[before - 1][1] >= end

    return [finding for finding in findings if not is_part(finding)]


def _extent(place: SoundPlace | TextPlace | PicturePlace) -> tuple[str, tuple[int, int]]:
    """What a place lies in, and from where to where: words of the transcript, or characters of one text."""
    match place:
        case SoundPlace(words=(start, end)):
            return "words", (start, end)
        case TextPlace(surface=surface, index=index, start_char=start, end_char=end):
            return f"{surface} {index}", (start, end)
        case _:
            return "picture", (0, 0)


def _in_words(transcript: Transcript, recognize: _Recognizers) -> Iterator[CrossingStatement]:
    spoken = spoken_conversation(transcript)
    for text, match, parts in _crossing(spoken, recognize, NEXT_S, _OWN_NEXT_S):
        touched = [
            [spoken.turns[turn].pieces[part.piece] for part in spoken.turns[turn].text.parts(start_char, end_char)]
            for turn, start_char, end_char in parts
        ]
        found = (place for indices in touched for place in statement_places(transcript, indices))
        yield CrossingStatement(text, match, tuple(found))


def _in_captions(captions: Sequence[Cue], surface: str, recognize: _Recognizers) -> Iterator[CrossingStatement]:
    return _in_texts(captioned_conversation(captions, surface), surface, recognize, NEXT_S, _OWN_NEXT_S)


def _in_texts(
    written: Conversation, surface: str, recognize: _Recognizers, next_s: float, own_next_s: float
) -> Iterator[CrossingStatement]:
    for text, match, parts in _crossing(written, recognize, next_s, own_next_s):
        found = (
            TextPlace(
                surface=surface,
                index=written.turns[turn].pieces[part.piece],
                start_char=part.start_char,
                end_char=part.end_char,
            )
            for turn, start_char, end_char in parts
            for part in written.turns[turn].text.parts(start_char, end_char)
        )
        yield CrossingStatement(text, match, tuple(found))


_Parts = list[tuple[int, int, int]]
"""The characters of each turn that a match touches: its number, and where they start and end."""


def _crossing(
    spoken: Conversation, recognize: _Recognizers, next_s: float, own_next_s: float
) -> Iterator[tuple[Text, Match, _Parts]]:
    """The matches over several turns: in the order of time, and in that of each speaker alone."""
    by_speaker: dict[tuple[str, str | None], list[TurnSentence]] = {}
    for sentence in spoken.sentences:
        by_speaker.setdefault(spoken.speaker(sentence), []).append(sentence)
    settled = settled_sentences(spoken, recognize.cues, next_s=next_s)
    matches = chain(
        _matches(within_reach(spoken.sentences, next_s, None), spoken, recognize.of_all, settled),
        *(
            _matches(within_reach(own, own_next_s, spoken), spoken, recognize.of_one, settled)
            for own in by_speaker.values()
        ),
    )
    seen: set[tuple[tuple[int, int, int], ...]] = set()
    for text, match, parts in matches:
        if not _goes_on(parts) and len({turn for turn, *_ in parts}) > 1 and tuple(parts) not in seen:
            seen.add(tuple(parts))
            yield text, match, _without_promises(parts, spoken)


def _without_promises(parts: _Parts, spoken: Conversation) -> _Parts:
    """The parts of a match but for sentences that only promise to keep it."""
    return [
        (turn, start_char, end_char)
        for turn, start_char, end_char in parts
        if not is_promise(words_of(spoken.turns[turn].text.text[start_char:end_char]))
    ]


def _goes_on(parts: _Parts) -> bool:
    """Whether a cue between two sentences, either of which it may mean, has the second in its own turn.

    Who says "please let this stay in the room" and goes on means what follows: what somebody said before is left.
    """
    turns = [turn for turn, *_ in parts]
    return len(turns) == _ON_BOTH_SIDES and turns[0] != turns[1] == turns[2]


def _matches(
    nears: Iterable[Sequence[TurnSentence]],
    spoken: Conversation,
    recognize: StatementRecognizer,
    settled: SentencePlaces,
) -> Iterator[tuple[Text, Match, _Parts]]:
    """The matches in sentences that follow each other, with their characters in each turn."""
    for near in nears:
        joined = joined_sentences(near, spoken)
        text = read(joined.text)
        for match in recognize(text, starts_within(near, joined, settled)):
            yield (
                text,
                match,
                [
                    (
                        near[part.piece].turn,
                        near[part.piece].start_char + part.start_char,
                        near[part.piece].start_char + part.end_char,
                    )
                    for part in joined.parts(match.start_char, match.end_char)
                ],
            )
