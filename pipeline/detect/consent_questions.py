"""Finds who answers a question about the recording, or about their age, so that a person must decide.

"Is everybody okay with being recorded?" "Not really." The answer alone says nothing of a recording, so no phrase finds
it; and a question may be asked aloud and be answered in the chat.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from enum import Enum
from operator import itemgetter
from typing import NamedTuple

from pipeline.detect.locate.conversation import (
    Conversation,
    TurnSentence,
    captioned_conversation,
    spoken_conversation,
    written_conversation,
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
_START_S = itemgetter(0)


class Asks(Enum):
    """What a question asks for, and so what a bare yes or no, or a number, means."""

    AGREEMENT = "agreement"
    OBJECTIONS = "objections"
    AGE = "age"
    WHETHER_OF_AGE = "whether of age"
    NOTHING = "nothing"  # it only speaks of the recording

    @property
    def kind(self) -> ConsentCueKind:
        """What an answer to it is, where a person must decide about it."""
        of_age = self in (Asks.AGE, Asks.WHETHER_OF_AGE)
        return ConsentCueKind.MINOR if of_age else ConsentCueKind.STOP_RECORDING


class _Question(NamedTuple):
    sentence: TurnSentence
    participant_id: str | None
    asks: Asks


def consent_answers(session: Session, transcript: Transcript, cues: SpokenCues) -> Iterator[ConsentCue]:
    """Every answer that objects to the recording or tells of a minor, by what was heard, by captions and by chat."""
    written = written_conversation(session.chat)
    for spoken, in_sound in (
        (spoken_conversation(transcript), True),
        (captioned_conversation(session.captions, CAPTIONS), False),
        (captioned_conversation(session.embedded, EMBEDDED), False),
    ):
        asked = list(_questions(spoken, cues))
        for kind, answer in _answers(asked, spoken, cues, within_s=_ANSWER_S, asked_here=True):
            yield ConsentCue(
                kind=kind,
                track_id=spoken.speaker(answer)[0] if in_sound else None,
                start_s=answer.start_s,
                end_s=answer.end_s,
            )
        yield from _in_chat(asked, written, cues, asked_here=False)
    yield from _in_chat(list(_questions(written, cues)), written, cues, asked_here=True)


def _in_chat(
    asked: Sequence[_Question], written: Conversation, cues: SpokenCues, *, asked_here: bool
) -> Iterator[ConsentCue]:
    for kind, answer in _answers(asked, written, cues, within_s=_CHAT_ANSWER_S, asked_here=asked_here):
        yield ConsentCue(kind=kind, chat_line=written.turns[answer.turn].pieces[0])


def _questions(spoken: Conversation, cues: SpokenCues) -> Iterator[_Question]:
    """The questions, each in a sentence or in two of a turn: "We record this call. Is that okay?"."""
    before: dict[int, list[str]] = {}
    for sentence in spoken.sentences:
        words = _words(sentence, spoken)
        asks = asked_by(words, cues) or asked_by([*before.get(sentence.turn, []), *words], cues)
        if asks is not None:
            yield _Question(sentence, spoken.speaker(sentence)[1], asks)
        before[sentence.turn] = words


def asked_by(words: Sequence[str], cues: SpokenCues) -> Asks | None:
    """What a sentence of these plain words asks about the recording or about age; None where it asks nothing."""
    questions = (
        (Asks.OBJECTIONS, cues.asks_for_objections),
        (Asks.AGREEMENT, cues.asks_to_record),
        (Asks.AGE, cues.asks_age),
        (Asks.WHETHER_OF_AGE, cues.asks_whether_of_age),
        (Asks.NOTHING, cues.mentions_recording),
    )
    return next((asks for asks, phrases in questions if says(phrases, words)), None)


def _answers(
    asked: Sequence[_Question], spoken: Conversation, cues: SpokenCues, *, within_s: float, asked_here: bool
) -> Iterator[tuple[ConsentCueKind, TurnSentence]]:
    """The sentences that answer one of the questions, begun within some seconds of its end, so that it matters.

    ``asked_here`` says that the questions are of this conversation: all sentences of a line of chat have its time, and
    those behind the question in its own line answer it too.
    """
    in_time = spoken.sentences
    for question in asked:
        answers: Counter[tuple[str, str | None]] = Counter()
        asked_s = question.sentence.start_s
        after = bisect_right(in_time, question.sentence) if asked_here else bisect_right(in_time, asked_s, key=_START_S)
        for number in range(after, len(in_time)):
            sentence = in_time[number]
            if sentence.start_s > question.sentence.end_s + within_s:
                break
            speaker = spoken.speaker(sentence)
            answers_self = speaker[1] is not None and speaker[1] == question.participant_id
            if answers_self and question.asks is not Asks.NOTHING:
                continue
            answers[speaker] += 1
            most = _ANSWERS_OF_ONE if speaker[1] is not None else _ANSWERS_OF_ANYBODY
            if answers[speaker] <= most and _matters(_words(sentence, spoken), question.asks, cues):
                yield question.asks.kind, sentence


def _matters(words: Sequence[str], asks: Asks, cues: SpokenCues) -> bool:
    """Whether an answer objects, or is a minor's.

    What refuses objects in any case, a bare yes or no unless something in it assents.
    """
    match asks:
        case Asks.AGE:
            return says(cues.age_of_a_minor, words)
        case Asks.WHETHER_OF_AGE:
            return says(cues.denies, words)
        case Asks.NOTHING:
            return says(cues.refuses, words) or says(cues.unaware, words)
        case Asks.AGREEMENT:
            bare = cues.denies
        case Asks.OBJECTIONS:
            bare = cues.affirms
    return says(cues.refuses, words) or (says(bare, words) and not says(cues.assents, words))


def _words(sentence: TurnSentence, spoken: Conversation) -> list[str]:
    return places(spoken.raw(sentence))[1]
