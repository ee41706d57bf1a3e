"""The listeners beside the words: the keyword search in the sound, and the names that an engine also considered."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from pipeline.detect.locate.words_and_text import make_finding, runs
from pipeline.detect.text.tokens import Match
from pipeline.lexicon import words_of
from pipeline.lexicon.surface_forms import SurfaceForm, surface_forms
from pipeline.records import Alternative, Context, DetectionRule, Finding, KeywordHit, SoundPlace, Transcript, Word

# By the engine's least probability, the share of those names that was said there: on 149 seconds of read speech all six
# from 0.1 on, and four of the eight below (docs/speech.md).
_SHARES = ((0.1, 0.85), (0.0, 0.5))
_SHARED = 0.3  # of the shorter of word and span lies in the other; a judgement
# A recogniser that is told names falls into loops of one where it hears one that it can't make out: 12 times in a row,
# at most 5 s apart, in two of twelve sessions, over the name said and what came next. People say it three times.
_MOST_REPEATS, _LOOP_GAP_S = 3, 5.0


class WordIndex:
    """Says which words of a transcript lie in a span of a track."""

    def __init__(self, words: Sequence[Word]) -> None:
        self._words = words
        self._starts = [word.start_s for word in words]
        self._longest_s = max((word.end_s - word.start_s for word in words), default=0.0)

    def ranges(self, track_id: str, start_s: float, end_s: float) -> list[tuple[int, int]]:
        """The half-open ranges of words that share a good part of the span; ``(0, 0)`` alone when there is none."""
        return runs(self._inside(track_id, start_s, end_s)) or [(0, 0)]

    def text(self, track_id: str, start_s: float, end_s: float) -> str:
        """These words as they are written."""
        return " ".join(self._words[at].text for at in self._inside(track_id, start_s, end_s))

    def _inside(self, track_id: str, start_s: float, end_s: float) -> list[int]:
        first, last = bisect_left(self._starts, start_s - self._longest_s), bisect_left(self._starts, end_s)
        return [at for at in range(first, last) if self._is_in(self._words[at], track_id, start_s, end_s)]

    @staticmethod
    def _is_in(word: Word, track_id: str, start_s: float, end_s: float) -> bool:
        least_s = _SHARED * min(word.end_s - word.start_s, end_s - start_s)
        shared_s = min(word.end_s, end_s) - max(word.start_s, start_s)
        return word.track_id == track_id and shared_s >= least_s


def acoustic_findings(session_id: str, transcript: Transcript, context: Context) -> Iterator[Finding]:
    """The names heard by the search in the sound or also thought of by an engine, with the words recognised there.

    The text of what the search heard is these words: they are what there is to tell whose name it is.
    """
    known = {form.key: form for form in reversed(surface_forms(context))}
    beneath = WordIndex(transcript.words)
    for heard in transcript.heard_terms:
        score = round(min(1.0, max(0.0, heard.score)), 3)
        match = _match(heard.term, known, DetectionRule.SOUND_SEARCH, score)
        match = replace(match, text=beneath.text(heard.track_id, heard.start_s, heard.end_s) or match.text)
        yield from _findings(session_id, match, heard, beneath)
    for other in _without_loops(transcript.alternatives):
        score = next(share for least, share in _SHARES if other.probability >= least)
        yield from _findings(session_id, _match(other.text, known, DetectionRule.ALSO_HEARD, score), other, beneath)


def _without_loops(alternatives: Iterable[Alternative]) -> Iterator[Alternative]:
    """The names that an engine thought of, without what it only repeats again and again of one: the first times stay.

    Of several thoughts of the same time each stays.
    """
    of_name: dict[tuple[str, str], tuple[int, float]] = {}
    for other in sorted(alternatives, key=lambda one: one.start_s):
        times, until_s = of_name.get((other.track_id, other.text), (0, float("-inf")))
        if other.start_s - until_s > _LOOP_GAP_S:
            times = 0
        if other.start_s >= until_s:
            times += 1
        of_name[other.track_id, other.text] = times, max(until_s, other.end_s)
        if times <= _MOST_REPEATS:
            yield other


def _match(text: str, known: dict[str, SurfaceForm], rule: DetectionRule, score: float) -> Match:
    form = known.get("".join(words_of(text)))
    label, entity = (form.label, form.entity) if form else ("TERM", f"term:{text.casefold()}")
    return Match(0, len(text), label, text, entity, rule, score)


def _findings(session_id: str, match: Match, heard: KeywordHit | Alternative, beneath: WordIndex) -> Iterator[Finding]:
    """The whole span once for each run of the words there."""
    for words in beneath.ranges(heard.track_id, heard.start_s, heard.end_s):
        place = SoundPlace(
            track_id=heard.track_id,
            start_s=heard.start_s,
            end_s=heard.end_s,
            time_uncertainty_s=heard.time_uncertainty_s,
            words=words,
        )
        yield make_finding(session_id, match, place)
