"""Captions as a listener of their own: what they heard and nothing else did, as places in the sound."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.detect.locate.caption_alignment import CaptionAlignment
from pipeline.detect.locate.words_and_text import EMBEDDED, finding
from pipeline.detect.text.tokens import Match
from pipeline.lexicon import words_of
from pipeline.records import Cue, Finding, Session, SoundPlace, TextPlace, Transcript

_NEAR_S = 1.0
_SHORT_S = 2.5
_DOUBT = 0.4
_JOINED_S = 0.5
_WHOLE = 0.7


@dataclass(slots=True)
class _Mention:
    """Where an entity was heard in the sound, and how many letters of it."""

    start_s: float
    end_s: float
    letters: int


def caption_only_findings(
    session: Session, transcript: Transcript, found: Sequence[Finding], spoken: Sequence[Finding]
) -> Iterator[Finding]:
    """What captions heard and ``spoken`` has not: a mention more in a caption, or more of a name.

    It lies between the words that the recogniser heard around it too, else at the share of the caption's time that its
    characters take, in doubt by much of it.
    """
    heard, between = _mentions(spoken), CaptionAlignment(transcript.words)
    captioned: dict[tuple[str, int, str], list[Finding]] = defaultdict(list)
    for one in found:
        if isinstance(one.place, TextPlace) and session.tracks:
            captioned[one.place.surface, one.place.index, one.entity].append(one)
    for (surface, index, entity), mentions in captioned.items():
        cue = (session.embedded if surface == EMBEDDED else session.captions)[index]
        track_id = _track(session, cue)
        for one, text_place, place in _only_captioned(cue, mentions, heard.get(entity, ()), track_id):
            match = Match(0, len(one.text), one.label, one.text, one.entity, one.rule, one.score)
            for better in between.places(cue, text_place, track_id) or [place]:
                yield finding(session.session_id, match, better)


def _mentions(spoken: Sequence[Finding]) -> dict[str, list[_Mention]]:
    """The mentions of each entity, in order of time; findings that overlap are one, and so are neighbouring parts."""
    found: dict[str, list[_Mention]] = defaultdict(list)
    places = [(one, one.place) for one in spoken if isinstance(one.place, SoundPlace)]
    for one, place in sorted(places, key=lambda pair: (pair[1].start_s, pair[1].end_s)):
        letters, mentions = _letters(one.text), found[one.entity]
        last = mentions[-1] if mentions else None
        if last is None or place.start_s > last.end_s + _JOINED_S:
            mentions.append(_Mention(place.start_s, place.end_s, letters))
            continue
        last.letters = max(last.letters, letters) if place.start_s < last.end_s else last.letters + letters
        last.end_s = max(last.end_s, place.end_s)
    return found


def _only_captioned(
    cue: Cue, found: Sequence[Finding], heard: Sequence[_Mention], track_id: str
) -> Iterator[tuple[Finding, TextPlace, SoundPlace]]:
    """The mentions of an entity in a caption that were not heard; what was heard serves as many as it has letters."""
    near = [one for one in heard if one.start_s < cue.end_s + _NEAR_S and one.end_s > cue.start_s - _NEAR_S]
    left = [replace(one) for one in near]
    for one, place in _apart(found):
        letters, within = _letters(cue.text[place.start_char : place.end_char]), _within(cue, place, track_id)
        same = [other for other in left if other.letters >= _WHOLE * letters]
        if same:
            min(same, key=lambda other: abs(other.start_s - within.start_s)).letters -= letters
        else:
            yield one, place, within


def _apart(found: Sequence[Finding]) -> list[tuple[Finding, TextPlace]]:
    """The findings of a caption, those that overlap or follow each other as one."""
    apart: list[tuple[Finding, TextPlace]] = []
    places = [(one, one.place) for one in found if isinstance(one.place, TextPlace)]
    for one, place in sorted(places, key=lambda pair: (pair[1].start_char, -pair[1].end_char)):
        if apart and place.start_char <= apart[-1][1].end_char + 1:
            first, whole = apart[-1]
            apart[-1] = first, replace(whole, end_char=max(whole.end_char, place.end_char))
        else:
            apart.append((one, place))
    return apart


def _letters(text: str) -> int:
    return sum(map(len, words_of(text)))


def _within(cue: Cue, place: TextPlace, track_id: str) -> SoundPlace:
    """The share of the caption's time that its characters take, in doubt by much of it; all of a short caption."""
    length_s, size = cue.end_s - cue.start_s, max(1, len(cue.text))
    if length_s < _SHORT_S:
        return SoundPlace(track_id=track_id, start_s=cue.start_s, end_s=cue.end_s, time_uncertainty_s=_NEAR_S * 0.3)
    start_s = cue.start_s + length_s * place.start_char / size
    end_s = cue.start_s + length_s * place.end_char / size
    return SoundPlace(track_id=track_id, start_s=start_s, end_s=end_s, time_uncertainty_s=length_s * _DOUBT)


def _track(session: Session, cue: Cue) -> str:
    """The speaker's own track, else the first: windows are for all tracks anyway."""
    for track in session.tracks:
        if cue.participant_id is not None and track.participant_id == cue.participant_id:
            return track.track_id
    return session.tracks[0].track_id
