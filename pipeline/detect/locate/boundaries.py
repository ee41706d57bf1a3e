"""Looks across the borders between turns, captions and messages, where a name or a number may lie on both sides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.detect.locate.words_and_text import CHAT, Finder, make_finding, sound_places, turns
from pipeline.detect.text.offset_map import OffsetMap, PieceSpan
from pipeline.detect.text.tokens import Match
from pipeline.records import ChatLine, Cue, Finding, TextPlace, Transcript, Word

_WORDS = 8  # on each side: a phone number said in words has ten or eleven, of which some lie on the other side
_REACH_S = 8.0  # a judgement: longer than any "mm-hm" between two halves of a name
_CHAT_REACH_S = 90.0  # a judgement, as for answers in a chat: a message takes a while to write
_BREATH_S = 1.5  # a judgement: people pause so long within a number, and longer between sentences


def across_turns(session_id: str, transcript: Transcript, finder: Finder) -> Iterator[Finding]:
    """What is said over the border of two turns of a track: by two speakers, with a pause, or with a word between.

    Who speaks is often not sure to the word, so that half of a name may be somebody else's.
    """
    words = transcript.words
    for before, after in _neighbours(list(turns(words)), words):
        around = [*before[-_WORDS:], *after[:_WORDS]]
        border = len(before[-_WORDS:])
        gap_s = words[after[0]].start_s - words[before[-1]].end_s
        for match, parts in _crossing([words[index].text for index in around], border, gap_s, finder):
            for place in sound_places(words, [around[part.piece] for part in parts]):
                yield make_finding(session_id, match, place)


def across_chat(session_id: str, chat: Sequence[ChatLine], finder: Finder) -> Iterator[Finding]:
    """What stands over the border of two messages of one person, whoever wrote between.

    Messages of nobody known are taken for one person's.
    """
    last: dict[str | None, int] = {}
    for index, line in enumerate(chat):
        before = last.get(line.participant_id)
        last[line.participant_id] = index
        if before is None or (gap_s := line.at_s - chat[before].at_s) > _CHAT_REACH_S:
            continue
        for match, parts in _crossing([chat[before].text, line.text], 1, gap_s, finder):
            for part in parts:
                number = (before, index)[part.piece]
                place = TextPlace(surface=CHAT, index=number, start_char=part.start_char, end_char=part.end_char)
                yield make_finding(session_id, match, place)


def across_captions(session_id: str, cues: Sequence[Cue], finder: Finder, *, surface: str) -> Iterator[Finding]:
    """What stands over the border of two captions of two speakers, or of one with another's between."""
    for index, cue in enumerate(cues):
        for other in _following(cues, index):
            for match, parts in _crossing([cue.text, cues[other].text], 1, cues[other].start_s - cue.end_s, finder):
                for part in parts:
                    place = TextPlace(
                        surface=surface,
                        index=(index, other)[part.piece],
                        start_char=part.start_char,
                        end_char=part.end_char,
                    )
                    yield make_finding(session_id, match, place)


def _neighbours(all_turns: list[list[int]], words: Sequence[Word]) -> Iterator[tuple[list[int], list[int]]]:
    """The pairs of turns of one track that follow each other, or that have one of another speaker between them."""
    for step in (1, 2):
        for before, after in zip(all_turns, all_turns[step:], strict=False):
            last, first = words[before[-1]], words[after[0]]
            near = last.track_id == first.track_id and first.start_s - last.end_s <= _REACH_S
            if near and (step == 1 or last.participant_id == first.participant_id):
                yield before, after


def _following(cues: Sequence[Cue], index: int) -> Iterator[int]:
    """The next caption, if it is another speaker's, and then the next of the same speaker."""
    who, end_s = cues[index].participant_id, cues[index].end_s
    for other in range(index + 1, len(cues)):
        same = cues[other].participant_id == who
        if cues[other].start_s - end_s > _REACH_S or (same and other == index + 1):
            return
        if same or other == index + 1:
            yield other
        if same:
            return


def _crossing(
    pieces: Sequence[str], border: int, gap_s: float, finder: Finder
) -> Iterator[tuple[Match, list[PieceSpan]]]:
    """The matches in the joined pieces that lie on both sides of a border, with their parts.

    After more than a breath, only what is listed: the end of one sentence and the next often look like an address.
    """
    joined = OffsetMap(pieces)
    for match in finder(joined.text):
        parts = joined.parts(match.start_char, match.end_char)
        crosses = bool(parts) and parts[0].piece < border <= parts[-1].piece
        if crosses and (gap_s <= _BREATH_S or match.rule.spec.listed):
            yield match, parts
