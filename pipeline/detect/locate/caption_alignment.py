"""Finds where a caption's mention was said: between the same words that captions and speech engine have around it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from difflib import SequenceMatcher

from pipeline.detect.locate.words_and_text import runs
from pipeline.detect.text.tokens import read
from pipeline.lexicon import words_of
from pipeline.records import Cue, SoundPlace, TextPlace, Word

_NEAR_S = 1.5  # platforms show captions up to about a second late
# What must agree on a side: two words, or one of five letters, which rarely stands there by chance. Judgements.
_FEWEST_WORDS, _LONG_WORD = 2, 5
_LETTER_S = 0.04  # the quickest talk: 25 letters a second; with less room the mention is not between these words


class CaptionAlignment:
    """The words of a transcript, to find captions' mentions among."""

    def __init__(self, words: Sequence[Word]) -> None:
        self._words = words
        self._starts = [word.start_s for word in words]

    def places(self, cue: Cue, place: TextPlace, track_id: str) -> list[SoundPlace]:
        """The sound between the words around a mention, once for each run of words that were heard there instead.

        Empty unless both hold the same words directly before and directly after it, with time enough between.
        """
        first = bisect_left(self._starts, cue.start_s - _NEAR_S)
        last = bisect_left(self._starts, cue.end_s + _NEAR_S)
        heard = [index for index in range(first, last) if self._words[index].track_id == track_id]
        tokens = read(cue.text).tokens
        inside = [
            index
            for index, token in enumerate(tokens)
            if place.start_char < token.end_char and token.start_char < place.end_char
        ]
        if not heard or not inside:
            return []
        recognized = ["".join(words_of(self._words[index].text)) for index in heard]
        before, after = _around([token.plain for token in tokens], recognized, inside[0], inside[-1] + 1)
        if before is None or after is None:
            return []
        start_s, end_s = self._words[heard[before]].end_s, self._words[heard[after]].start_s
        if end_s - start_s < _LETTER_S * (place.end_char - place.start_char):
            return []
        time_uncertainty_s = max(
            self._words[heard[before]].time_uncertainty_s, self._words[heard[after]].time_uncertainty_s
        )
        return [
            SoundPlace(
                track_id=track_id, start_s=start_s, end_s=end_s, time_uncertainty_s=time_uncertainty_s, words=words
            )
            for words in runs(heard[before + 1 : after]) or [(0, 0)]
        ]


def _around(written: list[str], recognized: list[str], first: int, end: int) -> tuple[int | None, int | None]:
    """The recognised words that are the ones directly before ``first`` and directly from ``end`` on, as indices."""
    blocks = SequenceMatcher(None, written, recognized, autojunk=False).get_matching_blocks()
    firm = [
        block for block in blocks if block.size >= _FEWEST_WORDS or (block.size and len(written[block.a]) >= _LONG_WORD)
    ]
    before = next((block.b + block.size - 1 for block in firm if block.a + block.size == first), None)
    after = next((block.b for block in firm if block.a == end), None)
    return before, after
