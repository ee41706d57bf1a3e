"""How late or early a platform's captions are, measured by the words that the recogniser heard of the same talk.

A caption whose first words were heard shows when it should have begun, one whose last words were heard when it should
have ended. Every caption is moved as the measured ones around it were; how far that may still be wrong is the worst
that the same rule misses the measured ones by, each left out once.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import groupby
from statistics import median

from pipeline.lexicon import words_of
from pipeline.records import Cue, Session, Transcript, Word
from pipeline.settings import SpeechSettings

REACH_S = 10.0
"""How far a caption may lie from its words, in seconds, once captions that are further off as a whole are moved."""
LEAST_DOUBT_S = 0.3
"""What no caption's time is better than, in seconds: whisper's own word times are this far off at the border of a turn
(``pipeline/speech/engines/word_times.py``)."""
UNMEASURED_DOUBT_S = 3.0
"""How far a caption may be off, in seconds, where nothing shows it: live captions are two to three seconds late."""
_NEIGHBOURS = 3  # on each side: a median of six is not moved by one caption that matched other words
_FEWEST_MEASURED = 8  # of both kinds of border together: with fewer the worst miss says nothing
_FEWEST_OF_A_KIND = 3
_NEAR_S = 120.0  # a recorder that pauses moves the captions after it; what lies further away says nothing
_BLOCK_WORDS = 200  # captions are compared in blocks, so that the cost grows with the words and not with their square
_FEWEST_WORDS = 3  # that must be heard in a row: two stand together by chance
_SURE_S = 0.15  # a word whose time is off by more shows nothing: a pause beside it is heard as a part of it
_MISSED_WORDS = 5  # that may lie between the border of a caption and the first one heard
_ALIKE_S = 3.0  # how far apart the lags of captions in the same part of a recording may lie
_SUPPORT, _BESIDE = 4, 10  # of the ten on each side as many say the same: strangers' talk shares a phrase now and then
_MANY_HEARD = (
    100  # words without a caption that fits: a recogniser that mishears two words of three gets some three right
)
_WORD_S = 0.35  # how long a missed word is taken to be: 170 words a minute


@dataclass(frozen=True, slots=True, kw_only=True)
class CueTime:
    """Where one caption belongs, in seconds of the session, and how far that may be off.

    ``is_elsewhere``: much was heard around its time, and no caption there says it, so that its time says nothing.
    """

    start_s: float
    end_s: float
    time_uncertainty_s: float
    is_elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class _Border:
    """The start or end of a caption as it is written, and when it was said by the nearest of its words that was heard.

    ``missed_words`` lie between that word and the border; None where none near it was heard.
    """

    written_s: float
    said_s: float = 0.0
    missed_words: int | None = None


class _Lags:
    """By how many seconds borders of captions are written later than they were heard, in order of the written time."""

    def __init__(self, measured: Sequence[tuple[float, float]]) -> None:
        ordered = sorted(measured)
        self._at_s = [at_s for at_s, _ in ordered]
        self._lags_s = [lag_s for _, lag_s in ordered]

    def __len__(self) -> int:
        return len(self._at_s)

    def misses_s(self) -> list[float]:
        """How much later each border is written than the others around it say, each left out once."""
        return [lag_s - self._median(at, without=at) for at, lag_s in enumerate(self._lags_s)]

    def expected_s(self, at_s: float) -> float | None:
        """The lag of a border that is written at ``at_s``; None where no measured one is near on both sides."""
        at = bisect_left(self._at_s, at_s)
        nearest = self._at_s[max(0, at - 1) : at + 1]
        if any(abs(near_s - at_s) > _NEAR_S for near_s in nearest):
            return None
        return self._median(at)

    def _median(self, at: int, *, without: int | None = None) -> float:
        near = range(max(0, at - _NEIGHBOURS), min(len(self), at + _NEIGHBOURS + (without is not None)))
        return median(self._lags_s[index] for index in near if index != without)


def measures_captions(session: Session) -> bool:
    """Whether the session has sound of which captions alone tell who speaks."""
    return bool(session.captions) and any(track.participant_id is None for track in session.tracks)


def caption_times(session: Session, transcript: Transcript, settings: SpeechSettings) -> tuple[CueTime, ...]:
    """Where each caption of the session belongs, in their order; as written, with much doubt, where nothing shows it.

    Only words of mixed sound measure: on their own tracks people need no caption to be told apart. The words of the
    engine ``captions`` are the captions' own, and so measure nothing.
    """
    mixed = {track.track_id for track in session.tracks if track.participant_id is None}
    words = [word for word in transcript.words if word.track_id in mixed and word.time_uncertainty_s <= _SURE_S]
    borders = list(_borders(session.captions, words if settings.engine != "captions" else ()))
    # What would lie outside of the recording was moved to its edge, and says nothing of its lag.
    starts = _measured(start for start, _ in borders if start.written_s > 0.0)
    ends = _measured(end for _, end in borders if end.written_s < session.duration_s)
    fewest = min(len(starts), len(ends))
    if fewest < _FEWEST_OF_A_KIND or len(starts) + len(ends) < _FEWEST_MEASURED:
        return _marked([_as_written(cue) for cue in session.captions], words, settings)
    worst_s = max(*starts.misses_s(), *(-miss_s for miss_s in ends.misses_s()))
    # The worst of a few says less about the next one than the worst of many.
    doubt_s = max(LEAST_DOUBT_S, worst_s * (1 + _FEWEST_OF_A_KIND / fewest))
    return _marked([_moved(cue, starts, ends, doubt_s) for cue in session.captions], words, settings)


def with_caption_times(session: Session, times: Sequence[CueTime]) -> Session:
    """The session with its captions moved to these times.

    Captions inside the media stay where they are, and may be as far off as any of the others was.
    """
    moved = tuple(
        replace(cue, start_s=time.start_s, end_s=time.end_s, time_uncertainty_s=time.time_uncertainty_s)
        for cue, time in zip(session.captions, times, strict=True)
    )
    worst_s = max(map(_farthest_s, session.captions, moved), default=0.0)
    embedded = (replace(cue, time_uncertainty_s=max(cue.time_uncertainty_s, worst_s)) for cue in session.embedded)
    return replace(session, captions=moved, embedded=tuple(embedded))


def _marked(times: Sequence[CueTime], words: Sequence[Word], settings: SpeechSettings) -> tuple[CueTime, ...]:
    """The times in their order, those marked that nothing measured though much was heard around them in a row."""
    elsewhere, starts = set[int](), [word.start_s for word in words]
    order = sorted(range(len(times)), key=lambda index: times[index].start_s)
    for is_measured, run in groupby(order, key=lambda index: times[index].time_uncertainty_s < UNMEASURED_DOUBT_S):
        indices = list(run)
        first_s, last_s = times[indices[0]].start_s, max(times[index].end_s for index in indices)
        heard = bisect_left(starts, last_s) - bisect_left(starts, first_s)
        if not is_measured and heard >= _MANY_HEARD and settings.engine != "captions":
            elsewhere.update(indices)
    return tuple(replace(time, is_elsewhere=index in elsewhere) for index, time in enumerate(times))


def _farthest_s(written: Cue, moved: Cue) -> float:
    """How far the words of a caption may lie from where it was written."""
    moves_s = (abs(written.start_s - moved.start_s), abs(written.end_s - moved.end_s))
    return max(moves_s) + moved.time_uncertainty_s


def _as_written(cue: Cue) -> CueTime:
    return CueTime(start_s=cue.start_s, end_s=cue.end_s, time_uncertainty_s=UNMEASURED_DOUBT_S)


def _moved(cue: Cue, starts: _Lags, ends: _Lags, doubt_s: float) -> CueTime:
    start_lag_s, end_lag_s = starts.expected_s(cue.start_s), ends.expected_s(cue.end_s)
    if start_lag_s is None or end_lag_s is None:
        return replace(_as_written(cue), time_uncertainty_s=max(doubt_s, UNMEASURED_DOUBT_S))
    start_s = max(0.0, cue.start_s - start_lag_s)
    return CueTime(start_s=start_s, end_s=max(start_s, cue.end_s - end_lag_s), time_uncertainty_s=doubt_s)


def _measured(borders: Iterable[_Border]) -> _Lags:
    """The lags of the borders whose own word was heard; with few of those, also those that a word near them tells."""
    heard = [border for border in borders if border.missed_words is not None]
    exact = [border for border in heard if border.missed_words == 0]
    chosen = exact if len(exact) > _FEWEST_OF_A_KIND else heard
    return _Lags([(border.written_s, border.written_s - border.said_s) for border in chosen])


def _borders(cues: Sequence[Cue], words: Sequence[Word]) -> Iterator[tuple[_Border, _Border]]:
    """Start and end of every caption."""
    starts = [word.start_s for word in words]
    far = _far_lags(cues, words)
    for block in _blocks(cues):
        start_s, end_s = block[0].start_s, max(cue.end_s for cue in block)
        lag_s = (far.expected_s((start_s + end_s) / 2) or 0.0) if len(far) else 0.0
        first, last = bisect_left(starts, start_s - lag_s - REACH_S), bisect_left(starts, end_s - lag_s + REACH_S)
        yield from _borders_in(block, words[first:last])


def _far_lags(cues: Sequence[Cue], words: Sequence[Word]) -> _Lags:
    """About how much later than heard captions are written, by phrases that they and the sound have once alone.

    However far: a phrase counts where others of the same part of the recording say the same.
    """
    written, said = _phrases(_timed_tokens(cues)), _phrases(_tokens_heard(words))
    both = sorted((at_s, at_s - said[phrase]) for phrase, at_s in written.items() if phrase in said)
    kept = [
        (at_s, lag_s)
        for index, (at_s, lag_s) in enumerate(both)
        if sum(abs(other - lag_s) <= _ALIKE_S for _, other in both[max(0, index - _BESIDE) : index + _BESIDE + 1])
        > _SUPPORT
    ]
    return _Lags(kept)


def _timed_tokens(cues: Sequence[Cue]) -> list[tuple[str, float]]:
    """The words of captions, each as far into its caption as it stands in the text."""
    timed: list[tuple[str, float]] = []
    for cue in sorted(cues, key=lambda cue: cue.start_s):
        texts = words_of(cue.text)
        step_s = (cue.end_s - cue.start_s) / max(1, len(texts))
        timed += [(text, cue.start_s + step_s * number) for number, text in enumerate(texts)]
    return timed


def _tokens_heard(words: Sequence[Word]) -> list[tuple[str, float]]:
    return [(token, word.start_s) for word in words for token in words_of(word.text)]


def _phrases(timed: Sequence[tuple[str, float]]) -> dict[tuple[str, ...], float]:
    """When each phrase of some words begins, of those that there are once."""
    starts: dict[tuple[str, ...], float] = {}
    again: set[tuple[str, ...]] = set()
    for at in range(len(timed) - _FEWEST_WORDS + 1):
        phrase = tuple(token for token, _ in timed[at : at + _FEWEST_WORDS])
        if phrase in starts:
            again.add(phrase)
        starts[phrase] = timed[at][1]
    return {phrase: at_s for phrase, at_s in starts.items() if phrase not in again}


def _borders_in(cues: Sequence[Cue], words: Sequence[Word]) -> Iterator[tuple[_Border, _Border]]:
    written = [words_of(cue.text) for cue in cues]
    spoken = [(token, word) for word in words for token in words_of(word.text)]
    tokens, heard = [token for texts in written for token in texts], [token for token, _ in spoken]
    words_at: dict[int, Word] = {}
    for match in SequenceMatcher(None, tokens, heard, autojunk=False).get_matching_blocks():
        if match.size >= _FEWEST_WORDS:
            words_at |= {match.a + at: spoken[match.b + at][1] for at in range(match.size)}
    first = 0
    for cue, texts in zip(cues, written, strict=True):
        own = [words_at.get(first + at) for at in range(len(texts))]
        start = _border(cue.start_s, [word.start_s if word else None for word in own], -_WORD_S)
        yield start, _border(cue.end_s, [word.end_s if word else None for word in reversed(own)], _WORD_S)
        first += len(texts)


def _border(written_s: float, said_s: Sequence[float | None], missed_word_s: float) -> _Border:
    """One border of a caption; ``said_s`` is when each word from there on was said, None where it was not heard."""
    for missed_words, at_s in enumerate(said_s[: _MISSED_WORDS + 1]):
        if at_s is not None:
            return _Border(written_s, at_s + missed_words * missed_word_s, missed_words)
    return _Border(written_s)


def _blocks(cues: Sequence[Cue]) -> Iterator[list[Cue]]:
    """The captions in order of time, in blocks of some words."""
    block: list[Cue] = []
    size = 0
    for cue in sorted(cues, key=lambda cue: cue.start_s):
        block.append(cue)
        size += len(words_of(cue.text))
        if size >= _BLOCK_WORDS:
            yield block
            block, size = [], 0
    if block:
        yield block
