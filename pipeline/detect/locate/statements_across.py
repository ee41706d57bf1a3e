"""Finds what a turn says to be secret in another: "off the record", and the next speaker, or the same one later, tells.

Within a turn the recogniser of statements sees the sentences beside a cue. What is meant is as often in the turn before
or behind it: of another speaker, on another track, after a pause, or after an "of course" of somebody else.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import NamedTuple

from pipeline.detect.gazetteer.promises import is_promise, is_sure_promise
from pipeline.detect.gazetteer.statements import Turns, statement_recognizer
from pipeline.detect.locate.conversation import (
    Conversation,
    TurnSentence,
    captioned_conversation,
    spoken_conversation,
    written_conversation,
)
from pipeline.detect.locate.words_and_text import CAPTIONS, CHAT, EMBEDDED, make_finding, statement_places
from pipeline.detect.text.offset_map import OffsetMap
from pipeline.detect.text.tokens import Match, Recognizer, Text, read
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
    TextPlace,
    Transcript,
)

# Judgements, in seconds: what is said next is said soon, whoever says it; whoever asked for secrecy lets somebody else
# answer first; and a line of chat takes a while to write.
_NEXT_S = 8.0
_OWN_NEXT_S = 30.0
_CHAT_S = 120.0
# Who promises to keep something means what another told; only within an "mm-hm" may it be what they said themselves.
_OWN_PROMISE_S = 4.0
_ON_BOTH_SIDES = 3  # sentences of a match: the cue, the one before it and the one behind
_BORDER = " \n "  # the end of a sentence, also where nobody wrote a point


_Recognizers = Mapping[Turns, Recognizer]


class CrossingStatement(NamedTuple):
    """What is said to be secret over several turns: the text it was found in, the match there, and its places."""

    text: Text
    match: Match
    places: tuple[SoundPlace | TextPlace, ...]


def crossing_statements(session: Session, transcript: Transcript, context: Context) -> tuple[CrossingStatement, ...]:
    """What is said to be secret by the words of another turn, of what was heard, of captions and of chat."""
    cues = context.cues or shipped_cues()
    recognize = {turns: statement_recognizer(cues, turns) for turns in (Turns.OF_ALL, Turns.OF_ONE)}
    return (
        *_in_words(transcript, recognize),
        *_in_captions(session.captions, CAPTIONS, recognize),
        *_in_captions(session.embedded, EMBEDDED, recognize),
        *_in_texts(written_conversation(session.chat), CHAT, recognize, _CHAT_S, _CHAT_S),
    )


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
    for text, match, parts in _crossing(spoken, recognize, _NEXT_S, _OWN_NEXT_S):
        touched = [
            [spoken.turns[turn].pieces[part.piece] for part in spoken.turns[turn].text.parts(start_char, end_char)]
            for turn, start_char, end_char in parts
        ]
        found = (place for indices in touched for place in statement_places(transcript, indices))
        yield CrossingStatement(text, match, tuple(found))


def _in_captions(captions: Sequence[Cue], surface: str, recognize: _Recognizers) -> Iterator[CrossingStatement]:
    return _in_texts(captioned_conversation(captions, surface), surface, recognize, _NEXT_S, _OWN_NEXT_S)


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
    orders = [
        (Turns.OF_ALL, spoken.sentences, next_s),
        *((Turns.OF_ONE, own, own_next_s) for own in by_speaker.values()),
    ]
    seen: set[tuple[tuple[int, int, int], ...]] = set()
    for turns, order, reach_s in orders:
        for near in _within_reach(order, reach_s, spoken if turns is Turns.OF_ONE else None):
            for text, match, parts in _matches(near, spoken, recognize[turns]):
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


def _within_reach(
    order: Sequence[TurnSentence], reach_s: float, of_one: Conversation | None
) -> Iterator[list[TurnSentence]]:
    """Sentences in order, parted where nobody says anything for longer than ``reach_s`` seconds.

    Those of one speaker, ``of_one``, are parted before what they promise sooner.
    """
    near: list[TurnSentence] = []
    until_s = 0.0
    for sentence in order:
        gap_s = sentence.start_s - until_s
        is_far = gap_s > reach_s or (
            of_one is not None and gap_s > _OWN_PROMISE_S and is_sure_promise(words_of(of_one.raw(sentence)))
        )
        if near and is_far:
            yield near
            near = []
        near.append(sentence)
        until_s = max(until_s, sentence.end_s)
    if near:
        yield near


def _matches(
    near: Sequence[TurnSentence], spoken: Conversation, recognize: Recognizer
) -> Iterator[tuple[Text, Match, _Parts]]:
    """The matches in sentences that follow each other, with their characters in each turn."""
    joined = OffsetMap([spoken.raw(sentence) for sentence in near], _BORDER)
    text = read(joined.text)
    for match in recognize(text):
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
