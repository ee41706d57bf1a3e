"""When the words that Whisper wrote were said: its own times put right, then aligned to the sound by pocketsphinx.

Whisper's times come from its attention and are early; a word after a pause begins in the pause. On 804 words of the
sample sessions and six made voices its starts are off by -0.06 s in the median and 0.22 s at the 95th percentile;
aligned by pocketsphinx by 0.01 s and 0.04 s (the 99th: 0.11 s), at a hundred times real time on one core.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, groupby, pairwise

from pipeline.speech.audio_types import AudioChunk, HeardWord, Span, spread_words
from pipeline.speech.engines.border_doubt import NOISY_DOUBT_S, border_doubt_s
from pipeline.speech.engines.sphinx import Aligner
from pipeline.speech.engines.windows import Window
from pipeline.speech.engines.written import Piece
from pipeline.speech.pronunciation.name_entries import KeywordPronunciation
from pipeline.speech.pronunciation.pronounce import Pronouncer
from pipeline.speech.pronunciation.verbalize import spoken_words

# The median by which Whisper's borders come too early on the words above; without it the 95th percentile is 0.15 s.
EARLY_S = 0.07
WHISPER_DOUBT_S = 0.2
# Where both disagree by more than this one of them is lost, and the word may be anywhere in both. Below it the
# alignment is right whatever Whisper says: of 56 words at which they were 0.2 to 0.5 s apart none began 0.02 s too late
# or ended 0.03 s too early.
_LOST_S = 0.5
LOST_DOUBT_S = 0.15
_LONGEST_WORD_S = 5.0
_FEWEST_TO_CUT = 2
_SHORTEST_S = 0.02
_LEAST_FOR_LETTER_S = 0.03
_EDGE_S = 0.3
# Of the first words that fit where the whole text does not: fewer may be where they are by chance.
_FEWEST_SURE = 3
_SEAM_S = 0.1


def located(words: Sequence[Piece], window: Window) -> list[tuple[Span, list[HeardWord]]]:
    """The words of a window on the track's clock, together for each part that they were heard in.

    A word without a time of its own (Whisper gives some digits and signs none) shares the time between its neighbours,
    with the doubt that this brings.
    """
    placed = []
    for word in _timed(words, window.length_s):
        part, span = window.locate(word.span)
        placed.append((part, replace(word, span=span)))
    return [(part, _in_order([word for _, word in group])) for part, group in groupby(placed, key=lambda pair: pair[0])]


def _timed(words: Sequence[Piece], length_s: float) -> list[HeardWord]:
    spans = [_corrected(word.span) for word in words]
    start, end = Span(0.0, 0.0), Span(length_s, length_s)
    edges = [start, *spans, end]
    timed: list[HeardWord] = []
    for unknown, run in groupby(range(len(words)), key=lambda index: spans[index] is None):
        indices = list(run)
        if unknown:
            before, after = edges[indices[0]], edges[indices[-1] + 2]
            timed += _between(before or start, after or end, [words[index] for index in indices])
        else:
            timed += [
                HeardWord(span, words[index].text, words[index].probability, WHISPER_DOUBT_S)
                for index in indices
                if (span := spans[index]) is not None
            ]
    return timed


def _corrected(span: Span | None) -> Span | None:
    """Whisper's time of a word as it is meant; None where it is no time to say anything in."""
    return span.shifted(EARLY_S) if span is not None and span.length_s >= _SHORTEST_S else None


def _between(before: Span, after: Span, words: Sequence[Piece]) -> list[HeardWord]:
    """Words without a time, over the gap between their neighbours; over half of these too where there is none."""
    gap = Span(before.end_s, after.start_s)
    if gap.length_s < _LEAST_FOR_LETTER_S * sum(len(word.text) for word in words):
        gap = Span((before.start_s + before.end_s) / 2, (after.start_s + after.end_s) / 2)
    spread = spread_words([word.text for word in words], gap, probability=0.0)
    return [replace(placed, probability=word.probability) for placed, word in zip(spread, words, strict=True)]


def aligned(words: Sequence[HeardWord], part: Span, chunk: AudioChunk, pronouncer: Pronouncer) -> list[HeardWord]:
    """The same words with the times of the sound, where they fit it; ``words`` are all that was heard in ``part``."""
    texts = [[text.lower() for text in spoken_words(word.text) if pronouncer.word(text.lower())] for word in words]
    vocabulary = dict.fromkeys(text for spoken in texts for text in spoken)
    aligner = Aligner([KeywordPronunciation(text, way) for text in vocabulary for way in pronouncer.word(text)])
    spans, slipped = _without_slips(list(zip(words, texts, strict=True)), part, chunk, aligner)
    doubt_s = border_doubt_s(chunk.cut(common) for common in _common(chunk.speech, part))
    doubts_s = [max(doubt_s, NOISY_DOUBT_S) if number in slipped else doubt_s for number in range(len(words))]
    agreed = [
        _agreed(word, span, doubt_s) if span else word
        for word, span, doubt_s in zip(words, spans, doubts_s, strict=True)
    ]
    return _in_order(agreed)


def _without_slips(
    words: Sequence[tuple[HeardWord, list[str]]], part: Span, chunk: AudioChunk, aligner: Aligner
) -> tuple[list[Span | None], set[int]]:
    """The aligned spans, and the numbers of those that were far from Whisper's own and are not when aligned once more.

    Behind a name that was pronounced in another way the alignment slips, up to two seconds, while Whisper is right. The
    name itself may hold the slip where it is: then the others are aligned without it. Of 68 such words of seven written
    sets none begins more than 0.01 s too late then, and two end 0.1 s too early.
    """
    spans, slipped = _fitted(words, part, chunk, aligner), set[int]()
    heard = [word for word, _ in words]
    for is_lost, group in groupby(range(len(words)), key=lambda index: _is_lost(heard[index], spans[index])):
        run = list(group) if is_lost else []
        for again in (run, run[1:]):
            if any(_is_lost(heard[index], spans[index]) for index in again):
                place = _between_neighbours(heard, again, part)
                fitted = _fitted([words[index] for index in again], place, chunk, aligner)
                for index, span in zip(again, fitted, strict=True):
                    if span is not None and not _is_lost(heard[index], span):
                        spans[index] = span
                        slipped.add(index)
    return spans, slipped


def _between_neighbours(words: Sequence[HeardWord], run: Sequence[int], part: Span) -> Span:
    """The sound of some words up to the middle between Whisper's times of them and of the words beside them."""
    first, last = run[0], run[-1]
    start_s = (words[first - 1].span.end_s + words[first].span.start_s) / 2 - _EDGE_S if first else part.start_s
    end_s = (
        (words[last].span.end_s + words[last + 1].span.start_s) / 2 + _EDGE_S if last + 1 < len(words) else part.end_s
    )
    return Span(max(start_s, part.start_s), min(end_s, part.end_s))


def _is_lost(word: HeardWord, span: Span | None) -> bool:
    """Whether an aligned span is so far from Whisper's own that one of them is wrong."""
    return span is not None and _apart_s(word, span) > max(_LOST_S, word.time_uncertainty_s)


def _apart_s(word: HeardWord, span: Span) -> float:
    return max(abs(span.start_s - word.span.start_s), abs(span.end_s - word.span.end_s))


def _common(speech: Sequence[Span], part: Span) -> list[Span]:
    """The speech within a part."""
    return [
        Span(max(span.start_s, part.start_s), min(span.end_s, part.end_s)) for span in speech if span.overlap_s(part)
    ]


def _in_order(words: Sequence[HeardWord]) -> list[HeardWord]:
    """The words, none of which begins after the next or ends before the one before it; spans only become wider."""
    ends = accumulate((word.span.end_s for word in words), max)
    starts = accumulate((word.span.start_s for word in reversed(words)), min)
    return [
        replace(word, span=Span(start_s, end_s))
        for word, start_s, end_s in zip(words, reversed(list(starts)), ends, strict=True)
    ]


def _fitted(
    words: Sequence[tuple[HeardWord, list[str]]], part: Span, chunk: AudioChunk, aligner: Aligner
) -> list[Span | None]:
    """The aligned span of each word; what does not fit together is aligned in pieces.

    Where the text fits but for its end, which nobody says, that is aligned alone behind the rest; else the words are
    cut apart at the longest pause in them.
    """
    aligned_spans = aligner.align(chunk.cut(part), [text for _, texts in words for text in texts])
    spans = _of_first_words(words, [span.shifted(part.start_s) for span in aligned_spans])
    if len(spans) == len(words):
        return spans
    fitting = [span for span in spans if span is not None]
    if len(fitting) >= _FEWEST_SURE:
        rest = Span(max(part.start_s, fitting[-1].end_s - _SEAM_S), part.end_s)
        return [*spans, *_fitted(words[len(spans) :], rest, chunk, aligner)]
    if len(words) < _FEWEST_TO_CUT:
        return [None] * len(words)
    pauses = [after.span.start_s - before.span.end_s for (before, _), (after, _) in pairwise(words)]
    # Weighed by where it lies, as halves of one word and of all the others would not fit any better.
    at = max(range(len(pauses)), key=lambda i: (pauses[i] + _EDGE_S) * min(i + 1, len(pauses) - i) ** 0.5)
    border_s = (words[at][0].span.end_s + words[at + 1][0].span.start_s) / 2
    border_s = min(max(border_s, part.start_s), part.end_s)
    before = Span(part.start_s, min(border_s + _EDGE_S, part.end_s))
    after = Span(max(border_s - _EDGE_S, part.start_s), part.end_s)
    return _fitted(words[: at + 1], before, chunk, aligner) + _fitted(words[at + 1 :], after, chunk, aligner)


def _of_first_words(words: Sequence[tuple[HeardWord, list[str]]], texts_spans: Sequence[Span]) -> list[Span | None]:
    """The spans of the first words, as many as have all their texts aligned; None of a word without a text."""
    spans, at = list[Span | None](), 0
    for _, texts in words:
        own = texts_spans[at : at + len(texts)]
        if len(own) < len(texts):
            break
        spans.append(Span(own[0].start_s, own[-1].end_s) if own else None)
        at += len(texts)
    return spans


def _agreed(word: HeardWord, span: Span, doubt_s: float) -> HeardWord:
    """A word at its aligned span with its doubt; where Whisper's own is very far from it, over both, with more."""
    if not _is_lost(word, span):
        return replace(word, span=span, time_uncertainty_s=doubt_s)
    both = Span(min(span.start_s, word.span.start_s), max(span.end_s, word.span.end_s))
    if both.length_s > _LONGEST_WORD_S:
        return word
    return replace(word, span=both, time_uncertainty_s=max(LOST_DOUBT_S, word.time_uncertainty_s))
