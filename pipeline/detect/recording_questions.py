"""Finds who answers a question about the recording with a "no": "Is everybody okay with being recorded?" "Not really."

The answer alone says nothing of a recording, so no phrase finds it; and a question may be asked aloud and be answered
in the chat.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from enum import Enum
from operator import itemgetter
from typing import NamedTuple

from pipeline.detect.locate.conversation import (
    Turn,
    TurnSentence,
    captioned_turns,
    sentences_in_time,
    spoken_turns,
    written_turns,
)
from pipeline.detect.locate.words_and_text import CAPTIONS, EMBEDDED
from pipeline.lexicon.cues import places, says
from pipeline.records import ConsentCue, ConsentCueKind, Session, SpokenCues, Transcript

# Judgements: an answer is begun within seconds, and is one of the next things that a person says; where nobody tells
# the speakers apart, the next ones are anybody's. A line of chat takes a while to write.
_ANSWER_S = 15.0
_CHAT_ANSWER_S = 90.0
_ANSWERS_OF_ONE = 2
_ANSWERS_OF_ANYBODY = 4


class _Asks(Enum):
    """What a question about the recording asks for, and so what a bare yes or no means."""

    AGREEMENT = "agreement"
    OBJECTIONS = "objections"


class _Question(NamedTuple):
    start_s: float
    end_s: float
    participant_id: str | None
    asks: _Asks


def refused_recordings(session: Session, transcript: Transcript, cues: SpokenCues) -> Iterator[ConsentCue]:
    """Every answer that objects to the recording, by what was heard, by captions and by chat."""
    written = written_turns(session.chat)
    for spoken, in_sound in (
        (spoken_turns(transcript), True),
        (captioned_turns(session.captions, CAPTIONS), False),
        (captioned_turns(session.embedded, EMBEDDED), False),
    ):
        asked = list(_questions(spoken, cues))
        for answer in _refusals(asked, spoken, cues, within_s=_ANSWER_S):
            yield ConsentCue(
                kind=ConsentCueKind.STOP_RECORDING,
                track_id=spoken[answer.turn].speaker[0] if in_sound else None,
                start_s=answer.start_s,
                end_s=answer.end_s,
            )
        yield from _in_chat(asked, written, cues)
    yield from _in_chat(list(_questions(written, cues)), written, cues)


def _in_chat(asked: Sequence[_Question], written: Sequence[Turn], cues: SpokenCues) -> Iterator[ConsentCue]:
    for answer in _refusals(asked, written, cues, within_s=_CHAT_ANSWER_S):
        yield ConsentCue(kind=ConsentCueKind.STOP_RECORDING, chat_line=written[answer.turn].pieces[0])


def _questions(spoken: Sequence[Turn], cues: SpokenCues) -> Iterator[_Question]:
    """The questions, each in a sentence or in two of a turn: "We record this call. Is that okay?"."""
    before: dict[int, list[str]] = {}
    for sentence in sentences_in_time(spoken):
        words = _words(sentence, spoken)
        asks = _asked(words, cues) or _asked([*before.get(sentence.turn, []), *words], cues)
        if asks is not None:
            yield _Question(sentence.start_s, sentence.end_s, spoken[sentence.turn].speaker[1], asks)
        before[sentence.turn] = words


def _asked(words: Sequence[str], cues: SpokenCues) -> _Asks | None:
    if says(cues.asks_for_objections, words):
        return _Asks.OBJECTIONS
    return _Asks.AGREEMENT if says(cues.asks_to_record, words) else None


def _refusals(
    asked: Sequence[_Question], spoken: Sequence[Turn], cues: SpokenCues, *, within_s: float
) -> Iterator[TurnSentence]:
    """The sentences that answer one of the questions, begun within some seconds of its end, and object."""
    in_time = sentences_in_time(spoken)
    for question in asked:
        answers: Counter[tuple[str, str | None]] = Counter()
        for number in range(bisect_right(in_time, question.start_s, key=itemgetter(0)), len(in_time)):
            sentence = in_time[number]
            if sentence.start_s > question.end_s + within_s:
                break
            speaker = spoken[sentence.turn].speaker
            if speaker[1] is not None and speaker[1] == question.participant_id:
                continue
            answers[speaker] += 1
            most = _ANSWERS_OF_ONE if speaker[1] is not None else _ANSWERS_OF_ANYBODY
            if answers[speaker] <= most and _objects(_words(sentence, spoken), question.asks, cues):
                yield sentence


def _objects(words: Sequence[str], asks: _Asks, cues: SpokenCues) -> bool:
    """Whether an answer objects: what refuses does in any case, a bare yes or no unless something in it assents."""
    if says(cues.refuses, words):
        return True
    bare = cues.denies if asks is _Asks.AGREEMENT else cues.affirms
    return says(bare, words) and not says(cues.assents, words)


def _words(sentence: TurnSentence, spoken: Sequence[Turn]) -> list[str]:
    return places(sentence.raw(spoken))[1]
