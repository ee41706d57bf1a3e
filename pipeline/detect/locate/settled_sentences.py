"""Which sentences of a conversation are no secret by what is said next: "is that confidential?", and "no, it's public".

Who is asked answers in a turn of their own, and somebody else may take it back. So it is looked for in the sentences of
all speakers, in the order of time; each turn by itself, and what one speaker says, are then read knowing it.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.detect.gazetteer.secrecy_questions import settled_questions
from pipeline.detect.gazetteer.statements import cues_in
from pipeline.detect.locate.conversation import (
    NEXT_S,
    Conversation,
    TurnSentence,
    joined_sentences,
    within_reach,
)
from pipeline.detect.text.offset_map import OffsetMap
from pipeline.detect.text.tokens import read
from pipeline.lexicon.cues import sentences
from pipeline.records import SpokenCues

SentencePlaces = frozenset[tuple[int, int]]
"""The turns of sentences, and the characters at which they begin there."""


def settled_sentences(conversation: Conversation, cues: SpokenCues, *, next_s: float = NEXT_S) -> SentencePlaces:
    """The sentences of which the conversation says that nothing there is secret."""
    settled: set[tuple[int, int]] = set()
    for near in within_reach(conversation.sentences, next_s, None):
        joined = joined_sentences(near, conversation)
        text = read(joined.text)
        parts = sentences(text.raw, [(token.start_char, token.end_char) for token in text.tokens])
        if settled_questions(text, parts, frozenset()):  # what else is said only leaves fewer
            known = frozenset(cue.sentence for cue in cues_in(text, cues)[2])
            starts = {text.tokens[parts[number].start].start_char for number in settled_questions(text, parts, known)}
            settled |= {
                (sentence.turn, sentence.start_char)
                for sentence, start in zip(near, joined.starts, strict=True)
                if start in starts
            }
    return frozenset(settled)


def starts_within(near: Sequence[TurnSentence], joined: OffsetMap, settled: SentencePlaces) -> frozenset[int]:
    """The characters of a joined text at which settled sentences begin."""
    return frozenset(
        start
        for sentence, start in zip(near, joined.starts, strict=True)
        if (sentence.turn, sentence.start_char) in settled
    )


def settled_by_turn(conversation: Conversation, settled: SentencePlaces) -> dict[str, frozenset[int]]:
    """By the text of each turn the characters at which settled sentences begin; of equal turns what all have."""
    by_text: dict[str, frozenset[int]] = {}
    for number, turn in enumerate(conversation.turns):
        starts = frozenset(start_char for of_turn, start_char in settled if of_turn == number)
        by_text[turn.text.text] = by_text.get(turn.text.text, starts) & starts
    return by_text
