"""How far a span of sound may really reach: every doubt about its edges, each with the reason that the plan keeps."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from pipeline.records import RedactionInterval, SoundPlace, SpeechSegment, Track, Transcript, Word
from pipeline.review.spans import pad
from pipeline.settings import RedactSettings

# A word may begin or end anywhere in the silence beside it, but not seconds away.
GAP_S = 0.3
VOICE_S = 0.6
UNTIMED_S = 2.0
SHORTEST_S = 0.02
# A word that takes longer than this and so much more for each letter has a part of the one beside it: "I" behind a name
# took 0.69 s, of which the end of the name was 0.34.
_SLOW_S, _SLOW_LETTER_S = 0.25, 0.09
_SAID_AS_WORDS = 4  # letters for each figure, or letter of an abbreviation: "40", "API"
# Voice activity is told for frames of 0.032 s.
VOICE_DOUBT_S = 0.02


@dataclass(frozen=True, slots=True)
class _Side:
    """How far one edge may move, and why, in seconds outward."""

    by_s: float
    reason: str


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of one track in order of their start, and how far those up to each of them reach."""

    starts: Sequence[float]
    words: Sequence[Word]
    reach: Sequence[float]


class Widener:
    """Widens the findings of one session by what its transcript and its tracks leave open."""

    def __init__(self, transcript: Transcript, tracks: Iterable[Track], settings: RedactSettings) -> None:
        self._transcript = transcript
        self._pad_s = settings.pad_s
        tracks = tuple(tracks)
        self._several = len(tracks) > 1
        self._smear_s = max((track.smear_s for track in tracks), default=0.0)
        by_track: dict[str, list[Word]] = defaultdict(list)
        for word in transcript.words:
            by_track[word.track_id].append(word)
        self._words = {track_id: _in_order(words) for track_id, words in by_track.items()}
        self._voiced = _apart(transcript.voiced)

    def widened(self, place: SoundPlace, *, rule: str, proposal_id: str) -> Iterator[RedactionInterval]:
        """The windows for a finding, as wide as its furthest doubt on either side; a start may become negative.

        The engine's uncertainty, the padding and the smear of the source's codec add up, on every track. The silence up
        to the neighbouring words, and voice that goes on across the edge, are other ways to be wrong: where they reach
        further, there is a second window, on the finding's own track where there are several. Edges that a reviewer
        set by ear have the padding and the smear alone.
        """
        window = RedactionInterval(
            start_s=place.start_s,
            end_s=place.end_s,
            reasons=(
                rule,
                f"pad {self._pad_s:.3f} s",
                f"doubt {place.time_uncertainty_s:.3f} s",
                f"smear {self._smear_s:.3f} s",
            ),
            proposal_ids=(proposal_id,),
        )
        wide = pad(window, pad_s=self._pad_s + self._smear_s, time_uncertainty_s=place.time_uncertainty_s)
        yield wide
        if place.set_by_hand:
            return
        room_before_s, room_after_s = self._room(place)
        before = self._side(place, place.start_s, room_before_s, "before")
        after = self._side(place, place.end_s, room_after_s, "after")
        start_s = min(wide.start_s, place.start_s - before.by_s - self._smear_s)
        end_s = max(wide.end_s, place.end_s + after.by_s + self._smear_s)
        moved = [before.reason] * (start_s < wide.start_s) + [after.reason] * (end_s > wide.end_s)
        if moved:
            track_id = place.track_id if self._several else None
            yield replace(wide, start_s=start_s, end_s=end_s, track_id=track_id, reasons=(*wide.reasons, *moved))

    def of_span(self, start_s: float, end_s: float, reason: str) -> RedactionInterval:
        """The window for speech that is no finding: wider by the padding, the doubt of voice activity and the smear."""
        reasons = (
            reason,
            f"pad {self._pad_s:.3f} s",
            f"doubt {VOICE_DOUBT_S:.3f} s",
            f"smear {self._smear_s:.3f} s",
        )
        window = RedactionInterval(start_s=start_s, end_s=end_s, reasons=reasons)
        return pad(window, pad_s=self._pad_s + self._smear_s, time_uncertainty_s=VOICE_DOUBT_S)

    def _room(self, place: SoundPlace) -> tuple[float, float]:
        """The seconds up to the neighbouring words of the track, before and after; 0 where one overlaps the edge.

        What a neighbour takes too long for may be of the finding.
        """
        known = self._words.get(place.track_id)
        if known is None:
            return UNTIMED_S, UNTIMED_S
        own = set(self._transcript.words[slice(*place.words)])
        first = bisect_left(known.starts, place.start_s)
        while first and known.words[first - 1] in own:
            first -= 1
        before_s = (
            place.start_s - known.reach[first - 1] + _too_slow_s(known.words[first - 1]) if first else place.start_s
        )
        after_s = UNTIMED_S
        for word in (known.words[number] for number in range(first, len(known.words))):
            if word not in own and word.end_s > place.end_s:
                after_s = word.start_s + _too_slow_s(word) - place.end_s
                break
        return max(0.0, before_s), max(0.0, after_s)

    def _side(self, place: SoundPlace, edge_s: float, room_s: float, side: str) -> _Side:
        if place.end_s - place.start_s < SHORTEST_S:
            by_s = min(room_s, UNTIMED_S)
            return _Side(by_s, f"no time of its own: {by_s:.3f} s {side}")
        gap_s = min(room_s, GAP_S)
        voice_s = min(room_s, VOICE_S, self._voice_s(place.track_id, edge_s, before=side == "before"))
        if voice_s > gap_s:
            return _Side(voice_s, f"voice {voice_s:.3f} s {side}")
        return _Side(gap_s, f"gap {gap_s:.3f} s {side}")

    def _voice_s(self, track_id: str, edge_s: float, *, before: bool) -> float:
        """How long voice goes on across the edge until it pauses."""
        segments = self._voiced.get(track_id, [])
        number = bisect_left(segments, edge_s, key=lambda segment: segment.start_s) - 1
        if number < 0 or segments[number].end_s <= edge_s:
            return 0.0
        return edge_s - segments[number].start_s if before else segments[number].end_s - edge_s


def _too_slow_s(word: Word) -> float:
    """The seconds of a word beyond what can be said of it."""
    is_spelled = len(word.text) > 1 and word.text.isupper()
    letters = sum(_SAID_AS_WORDS if is_spelled or char.isdigit() else 1 for char in word.text if char.isalnum())
    return max(0.0, word.end_s - word.start_s - _SLOW_S - _SLOW_LETTER_S * letters) if letters else 0.0


def _apart(segments: Iterable[SpeechSegment]) -> dict[str, list[SpeechSegment]]:
    """The segments of each track in order, those that overlap or touch as one."""
    by_track: dict[str, list[SpeechSegment]] = defaultdict(list)
    for segment in sorted(segments, key=lambda segment: segment.start_s):
        known = by_track[segment.track_id]
        if known and segment.start_s <= known[-1].end_s:
            known[-1] = replace(known[-1], end_s=max(known[-1].end_s, segment.end_s))
        else:
            known.append(segment)
    return by_track


def _in_order(words: list[Word]) -> _Words:
    words.sort(key=lambda word: word.start_s)
    reach = list(accumulate((word.end_s for word in words), max))
    return _Words([word.start_s for word in words], words, reach)
