"""How late or early a platform's captions are, measured by the words that the recogniser heard of the same talk.

A caption whose words were heard shows when it should have stood. Every caption is moved as the measured ones around it
were; how far that may still be wrong is the worst that the same rule misses the measured ones by, each left out once.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from statistics import median

from pipeline.lexicon import words_of
from pipeline.records import CAPTION_DOUBT_S, Cue, Session, Transcript, Word
from pipeline.settings import SpeechSettings

REACH_S = 10.0
"""How far a caption may lie from its words, in seconds; services show them up to some seconds late."""
LEAST_DOUBT_S = 0.3
"""What no caption's time is better than, in seconds: whisper's own word times are this far off at the border of a turn
(``pipeline/speech/engines/word_times.py``)."""
_NEIGHBOURS = 3  # on each side: a median of six is not moved by one caption that matched other words
_FEWEST_MEASURED = 6  # with fewer the worst miss says little
_NEAR_S = 120.0  # a recorder that pauses moves the captions after it; what lies further away says nothing
_BLOCK_WORDS = 200  # captions are compared in blocks, so that the cost grows with the words and not with their square
_FEWEST_WORDS, _LEAST_MATCHED = 3, 0.6  # what of a caption must be heard in a row, and of all its words


@dataclass(frozen=True, slots=True, kw_only=True)
class CueTime:
    """Where one caption belongs, in seconds of the session, and how far that may be off."""

    start_s: float
    end_s: float
    time_uncertainty_s: float


@dataclass(frozen=True, slots=True)
class _Measured:
    """A caption whose words were heard: how many seconds later than they its start and its end are written."""

    cue: int
    start_s: float
    start_lag_s: float
    end_lag_s: float


def caption_times(session: Session, transcript: Transcript) -> tuple[CueTime, ...]:
    """Where each caption of the session belongs, in their order; empty where that cannot be measured.

    Only words of mixed sound measure: on their own tracks people need no caption to be told apart.
    """
    mixed = {track.track_id for track in session.tracks if track.participant_id is None}
    words = [word for word in transcript.words if word.track_id in mixed]
    measured = sorted(_measured(session.captions, words), key=lambda one: one.start_s)
    if len(measured) < _FEWEST_MEASURED:
        return ()
    starts = [one.start_s for one in measured]
    starts_lag_s, ends_lag_s = [one.start_lag_s for one in measured], [one.end_lag_s for one in measured]
    early_s = max(lag_s - _around(starts, starts_lag_s, at, at) for at, lag_s in enumerate(starts_lag_s))
    late_s = max(_around(starts, ends_lag_s, at, at) - lag_s for at, lag_s in enumerate(ends_lag_s))
    # The worst of a few says less about the next one than the worst of many.
    doubt_s = max(LEAST_DOUBT_S, max(early_s, late_s) * (1 + _NEIGHBOURS / len(measured)))
    return tuple(_moved(cue, starts, starts_lag_s, ends_lag_s, doubt_s) for cue in session.captions)


def measures_captions(session: Session, settings: SpeechSettings) -> bool:
    """Whether words are heard apart from the captions, of somebody whom the captions alone tell apart."""
    mixed = any(track.participant_id is None for track in session.tracks)
    return mixed and bool(session.captions) and settings.engine != "captions"


def with_caption_times(session: Session, times: Sequence[CueTime]) -> Session:
    """The session with its captions moved to these times; as it is where there are none."""
    if not times:
        return session
    cues = zip(session.captions, times, strict=True)
    moved = (
        replace(cue, start_s=time.start_s, end_s=time.end_s, time_uncertainty_s=time.time_uncertainty_s)
        for cue, time in cues
    )
    return replace(session, captions=tuple(moved))


def _moved(
    cue: Cue, starts: Sequence[float], starts_lag_s: Sequence[float], ends_lag_s: Sequence[float], doubt_s: float
) -> CueTime:
    """The time of one caption; where nothing near was measured, as written with the doubt of what is not measured."""
    at = bisect_left(starts, cue.start_s)
    before, after = starts[max(0, at - 1) : at], starts[at : at + 1]
    if any(abs(near_s - cue.start_s) > _NEAR_S for near_s in (*before, *after)):
        return CueTime(start_s=cue.start_s, end_s=cue.end_s, time_uncertainty_s=max(doubt_s, CAPTION_DOUBT_S))
    start_s = max(0.0, cue.start_s - _around(starts, starts_lag_s, at))
    end_s = max(start_s, cue.end_s - _around(starts, ends_lag_s, at))
    return CueTime(start_s=start_s, end_s=end_s, time_uncertainty_s=doubt_s)


def _around(starts: Sequence[float], lags_s: Sequence[float], at: int, without: int | None = None) -> float:
    """The median lag of the measured captions around a place in their order, one of them left out."""
    near = range(max(0, at - _NEIGHBOURS), min(len(starts), at + _NEIGHBOURS + (without is not None)))
    return median(lags_s[index] for index in near if index != without)


def _measured(cues: Sequence[Cue], words: Sequence[Word]) -> Iterator[_Measured]:
    """The captions most of whose words were heard near, in a row."""
    starts = [word.start_s for word in words]
    for block in _blocks(cues):
        first = bisect_left(starts, cues[block[0]].start_s - REACH_S)
        last = bisect_left(starts, max(cues[index].end_s for index in block) + REACH_S)
        heard = [(token, word) for word in words[first:last] for token in words_of(word.text)]
        yield from _measured_in(cues, block, heard)


def _measured_in(cues: Sequence[Cue], block: Sequence[int], heard: Sequence[tuple[str, Word]]) -> Iterator[_Measured]:
    written = [(token, index) for index in block for token in words_of(cues[index].text)]
    matcher = SequenceMatcher(None, [token for token, _ in written], [token for token, _ in heard], autojunk=False)
    places: dict[int, int] = {}
    for match in matcher.get_matching_blocks():
        if match.size >= _FEWEST_WORDS:
            places |= {match.a + at: match.b + at for at in range(match.size)}
    tokens: dict[int, list[int]] = {}
    for place, (_, index) in enumerate(written):
        tokens.setdefault(index, []).append(place)
    for index, own in tokens.items():
        if own[0] not in places or own[-1] not in places:
            continue
        if sum(place in places for place in own) < max(_FEWEST_WORDS, _LEAST_MATCHED * len(own)):
            continue
        first, last = heard[places[own[0]]][1], heard[places[own[-1]]][1]
        yield _Measured(
            cue=index,
            start_s=cues[index].start_s,
            start_lag_s=cues[index].start_s - first.start_s,
            end_lag_s=cues[index].end_s - last.end_s,
        )


def _blocks(cues: Sequence[Cue]) -> Iterator[list[int]]:
    """The captions in order of time, by their places, in blocks of some words."""
    block: list[int] = []
    size = 0
    for index in sorted(range(len(cues)), key=lambda index: cues[index].start_s):
        block.append(index)
        size += len(words_of(cues[index].text))
        if size >= _BLOCK_WORDS:
            yield block
            block, size = [], 0
    if block:
        yield block
