"""A session as its conversation: what was heard, shown or written, turn by turn, and the turns' sentences in time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from pipeline.detect.gazetteer.promises import is_sure_promise
from pipeline.detect.locate.words_and_text import turns as turns_of_words
from pipeline.detect.text.offset_map import OffsetMap
from pipeline.lexicon.cues import places, sentences
from pipeline.lexicon.plain import words_of
from pipeline.records import ChatLine, Cue, Transcript

# Judgements, in seconds: what is said next is said soon, whoever says it, and a line of chat takes a while to write.
NEXT_S = 8.0
CHAT_S = 120.0
# Who promises to keep something means what another told; only within an "mm-hm" may it be what they said themselves.
_OWN_PROMISE_S = 4.0
_BORDER = " \n "  # the end of a sentence, also where nobody wrote a point


@dataclass(frozen=True, slots=True)
class ConversationTurn:
    """What one speaker says or writes without another between: its pieces (words, captions, lines of chat).

    ``speaker`` is the track or surface and the participant, if known; ``pieces`` are indices in the transcript, the
    captions or the chat, and ``times`` when each begins and ends, in seconds.
    """

    speaker: tuple[str, str | None]
    pieces: tuple[int, ...]
    text: OffsetMap
    times: tuple[tuple[float, float], ...]


class TurnSentence(NamedTuple):
    """The characters ``[start_char, end_char)`` of turn ``turn``, and when they are said, in seconds."""

    start_s: float
    end_s: float
    turn: int
    start_char: int
    end_char: int


class Conversation:
    """Turns, and the sentences of all of them by when they begin, as ``sentences``."""

    def __init__(self, turns: Iterable[ConversationTurn]) -> None:
        self.turns = tuple(turns)
        self.sentences = sorted(each for number, turn in enumerate(self.turns) for each in _sentences(number, turn))

    def raw(self, sentence: TurnSentence) -> str:
        """A sentence as it is written, with its question mark."""
        text = self.turns[sentence.turn].text.text
        is_question = text[sentence.end_char :].startswith("?")
        return text[sentence.start_char : sentence.end_char + is_question]

    def speaker(self, sentence: TurnSentence) -> tuple[str, str | None]:
        """Who says a sentence: the track or surface, and the participant if known."""
        return self.turns[sentence.turn].speaker


def spoken_conversation(transcript: Transcript) -> Conversation:
    """What was heard, of all tracks."""
    words = transcript.words
    return Conversation(
        ConversationTurn(
            speaker=(words[turn[0]].track_id, words[turn[0]].participant_id),
            pieces=tuple(turn),
            text=OffsetMap([words[index].text for index in turn]),
            times=tuple((words[index].start_s, words[index].end_s) for index in turn),
        )
        for turn in turns_of_words(words)
        if turn
    )


def captioned_conversation(captions: Sequence[Cue], surface: str) -> Conversation:
    """The captions that follow each other with the same speaker, as one turn each."""
    speakers = groupby(range(len(captions)), key=lambda index: captions[index].participant_id)
    return Conversation(
        ConversationTurn(
            speaker=(surface, participant_id),
            pieces=tuple(run),
            text=OffsetMap([captions[index].text for index in run]),
            times=tuple((captions[index].start_s, captions[index].end_s) for index in run),
        )
        for participant_id, indices in speakers
        for run in [list(indices)]
    )


def written_conversation(chat: Sequence[ChatLine]) -> Conversation:
    """Each line of a chat as a turn."""
    return Conversation(
        ConversationTurn(
            speaker=("chat", line.participant_id),
            pieces=(index,),
            text=OffsetMap([line.text]),
            times=((line.at_s, line.at_s),),
        )
        for index, line in enumerate(chat)
    )


def _sentences(number: int, turn: ConversationTurn) -> Iterator[TurnSentence]:
    words, _ = places(turn.text.text)
    for first, last in sentences(turn.text.text, words):
        start_char, end_char = words[first][0], words[last - 1][1]
        parts = turn.text.parts(start_char, end_char)
        yield TurnSentence(turn.times[parts[0].piece][0], turn.times[parts[-1].piece][1], number, start_char, end_char)


def within_reach(
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


def joined_sentences(near: Sequence[TurnSentence], conversation: Conversation) -> OffsetMap:
    """Sentences that follow each other as one text, each its own sentence there too."""
    return OffsetMap([conversation.raw(sentence) for sentence in near], _BORDER)
