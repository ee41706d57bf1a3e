"""A session as its conversation: what was heard, shown or written, turn by turn, and the turns' sentences in time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from pipeline.detect.locate.words_and_text import turns
from pipeline.detect.text.offset_map import OffsetMap
from pipeline.lexicon.cues import places, sentences
from pipeline.records import ChatLine, Cue, Transcript


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

    def raw(self, spoken: Sequence[ConversationTurn]) -> str:
        """The sentence as it is written."""
        return spoken[self.turn].text.text[self.start_char : self.end_char]


def spoken_turns(transcript: Transcript) -> list[ConversationTurn]:
    """The turns of all tracks."""
    words = transcript.words
    return [
        ConversationTurn(
            speaker=(words[turn[0]].track_id, words[turn[0]].participant_id),
            pieces=tuple(turn),
            text=OffsetMap([words[index].text for index in turn]),
            times=tuple((words[index].start_s, words[index].end_s) for index in turn),
        )
        for turn in turns(words)
        if turn
    ]


def captioned_turns(captions: Sequence[Cue], surface: str) -> list[ConversationTurn]:
    """The captions that follow each other with the same speaker, as one turn each."""
    speakers = groupby(range(len(captions)), key=lambda index: captions[index].participant_id)
    return [
        ConversationTurn(
            speaker=(surface, participant_id),
            pieces=tuple(run),
            text=OffsetMap([captions[index].text for index in run]),
            times=tuple((captions[index].start_s, captions[index].end_s) for index in run),
        )
        for participant_id, indices in speakers
        for run in [list(indices)]
    ]


def written_turns(chat: Sequence[ChatLine]) -> list[ConversationTurn]:
    """Each line of a chat as a turn."""
    return [
        ConversationTurn(
            speaker=("chat", line.participant_id),
            pieces=(index,),
            text=OffsetMap([line.text]),
            times=((line.at_s, line.at_s),),
        )
        for index, line in enumerate(chat)
    ]


def sentences_in_time(spoken: Sequence[ConversationTurn]) -> list[TurnSentence]:
    """The sentences of all turns, by when they begin."""
    return sorted(sentence for number, turn in enumerate(spoken) for sentence in _sentences(number, turn))


def _sentences(number: int, turn: ConversationTurn) -> Iterator[TurnSentence]:
    words, _ = places(turn.text.text)
    for first, last in sentences(turn.text.text, words):
        start_char, end_char = words[first][0], words[last - 1][1]
        parts = turn.text.parts(start_char, end_char)
        yield TurnSentence(turn.times[parts[0].piece][0], turn.times[parts[-1].piece][1], number, start_char, end_char)
