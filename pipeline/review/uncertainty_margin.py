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
# A border with a word that was surely heard, both aligned in clear speech, needs so much less padding (and the silence
# up to that word ends with it). Ten written sets in two draws: 18 s/h less over-muted; 0.04 s/h of listed names and 0.3
# of others leak more, 0.8 at most in a draw. With 0.75 for 0.85 a draw leaks 0.9 more for 1.3 s/h, with 0.65 1.3; with
# 0.02 in place of 0.03 at all other borders 1.1 for 2.8 s/h.
_SURE_PROBABILITY = 0.85
_SURE_DOUBT_S = 0.02
_SURE_LESS_S = 0.03


@dataclass(frozen=True, slots=True)
class _Side:
    """How far one edge may move, and why, in seconds outward."""

    by_s: float
    reason: str


@dataclass(frozen=True, slots=True)
class _Neighbour:
    """What lies beside an edge: the seconds up to the next word of the track, and whether that border is sure."""

    room_s: float
    is_sure: bool = False


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

        The engine's uncertainty, the padding and the smear of the source's codec add up, on every track; beside a word
        that was surely heard there is less padding. The silence up to the neighbouring words, and voice that goes on
        across the edge, are other ways to be wrong: where they reach further, there is a second window, on the
        finding's own track where there are several. Edges that a reviewer set by ear have the padding and the smear
        alone.
        """
        before, after = (_Neighbour(0.0),) * 2 if place.set_by_hand else self._neighbours(place)
        pads_s = self._pad(before), self._pad(after)
        wider_s = self._smear_s + max(0.0, place.time_uncertainty_s)
        wide = RedactionInterval(
            start_s=place.start_s - pads_s[0] - wider_s,
            end_s=place.end_s + pads_s[1] + wider_s,
            reasons=(
                rule,
                _padding(*pads_s),
                f"doubt {place.time_uncertainty_s:.3f} s",
                f"smear {self._smear_s:.3f} s",
            ),
            proposal_ids=(proposal_id,),
        )
        yield wide
        if place.set_by_hand:
            return
        side_before = self._side(place, place.start_s, before, "before")
        side_after = self._side(place, place.end_s, after, "after")
        start_s = min(wide.start_s, place.start_s - side_before.by_s)
        end_s = max(wide.end_s, place.end_s + side_after.by_s)
        moved = [side_before.reason] * (start_s < wide.start_s) + [side_after.reason] * (end_s > wide.end_s)
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

    def _pad(self, neighbour: _Neighbour) -> float:
        return max(0.0, self._pad_s - _SURE_LESS_S) if neighbour.is_sure else self._pad_s

    def _neighbours(self, place: SoundPlace) -> tuple[_Neighbour, _Neighbour]:
        """What lies before and after a place on its track; no room where a word overlaps the edge.

        What a neighbour takes too long for may be of the finding.
        """
        known = self._words.get(place.track_id)
        if known is None:
            return _Neighbour(UNTIMED_S), _Neighbour(UNTIMED_S)
        mine = self._transcript.words[slice(*place.words)]
        own = set(mine)
        first = bisect_left(known.starts, place.start_s)
        while first and known.words[first - 1] in own:
            first -= 1
        before, after = _Neighbour(place.start_s), _Neighbour(UNTIMED_S)
        if first:
            word, reach_s = known.words[first - 1], known.reach[first - 1]
            is_sure = _is_sure(word, place, mine) and reach_s == word.end_s and mine[0].start_s == place.start_s
            before = _Neighbour(max(0.0, place.start_s - reach_s + _too_slow_s(word)), is_sure)
        for word in (known.words[number] for number in range(first, len(known.words))):
            if word not in own and word.end_s > place.end_s:
                is_sure = _is_sure(word, place, mine) and mine[-1].end_s == place.end_s
                after = _Neighbour(max(0.0, word.start_s + _too_slow_s(word) - place.end_s), is_sure)
                break
        return before, after

    def _side(self, place: SoundPlace, edge_s: float, neighbour: _Neighbour, side: str) -> _Side:
        """How far an edge may move beyond padding and doubt; with the smear, but for a sure word that ends it."""
        room_s, smear_s = neighbour.room_s, self._smear_s
        if place.end_s - place.start_s < SHORTEST_S:
            by_s = min(room_s, UNTIMED_S)
            return _Side(by_s + smear_s, f"no time of its own: {by_s:.3f} s {side}")
        gap_s = min(room_s, GAP_S)
        voice_s = min(room_s, VOICE_S, self._voice_s(place.track_id, edge_s, before=side == "before"))
        by_s, reason = (voice_s, "voice") if voice_s > gap_s else (gap_s, "gap")
        ends_with_word = neighbour.is_sure and by_s == room_s
        return _Side(by_s if ends_with_word else by_s + smear_s, f"{reason} {by_s:.3f} s {side}")

    def _voice_s(self, track_id: str, edge_s: float, *, before: bool) -> float:
        """How long voice goes on across the edge until it pauses."""
        segments = self._voiced.get(track_id, [])
        number = bisect_left(segments, edge_s, key=lambda segment: segment.start_s) - 1
        if number < 0 or segments[number].end_s <= edge_s:
            return 0.0
        return edge_s - segments[number].start_s if before else segments[number].end_s - edge_s


def _is_sure(word: Word, place: SoundPlace, own: Sequence[Word]) -> bool:
    """Whether a neighbour was surely heard, and both it and the place are timed by their words in clear speech."""
    return (
        bool(own)
        and place.end_s - place.start_s >= SHORTEST_S
        and max(place.time_uncertainty_s, word.time_uncertainty_s) <= _SURE_DOUBT_S
        and word.probability >= _SURE_PROBABILITY
        and not _too_slow_s(word)
    )


def _padding(before_s: float, after_s: float) -> str:
    """The padding as a reason: once where both edges have the same."""
    narrow_s, wide_s = sorted((before_s, after_s))
    if narrow_s == wide_s:
        return f"pad {wide_s:.3f} s"
    return f"pad {wide_s:.3f} s, {narrow_s:.3f} s {'before' if before_s < after_s else 'after'}"


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
