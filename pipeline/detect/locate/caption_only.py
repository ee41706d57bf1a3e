"""Captions as a listener of their own: what only they hold, as places in the sound."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.detect.locate.caption_alignment import CaptionAlignment
from pipeline.detect.locate.words_and_text import EMBEDDED, make_finding
from pipeline.detect.text.tokens import Match
from pipeline.lexicon import words_of
from pipeline.records import Cue, Finding, Session, SoundPlace, TextPlace, Transcript

# Judgements, on the safe side: captions run up to a second late, characters are not spread evenly over a caption's
# time, and a mention is rather taken out twice than missed.
_NEAR_S = 1.0
_SHORT_S, _SHORT_DOUBT_S = 2.5, 0.3
_DOUBT = 0.4  # of the caption's time, on each side
_JOINED_S = 0.5  # between two parts of a name
_WHOLE = 0.7  # of a mention's letters were heard: the rest may be a possessive or a plural


@dataclass(slots=True)
class _Mention:
    """Where an entity was heard in the sound, and how many letters of it."""

    start_s: float
    end_s: float
    letters: int


def caption_only_findings(
    session: Session, transcript: Transcript, in_captions: Sequence[Finding], spoken: Sequence[Finding]
) -> Iterator[Finding]:
    """What captions hold and ``spoken`` has not: a mention more in a caption, or more of a name.

    It lies between the words that the speech engine recognised around it too, else at the share of the caption's time
    that its characters take, with an uncertainty of much of that time.
    """
    heard, alignment = _mentions(spoken), CaptionAlignment(transcript.words)
    captioned: dict[tuple[str, int, str], list[Finding]] = defaultdict(list)
    for finding in in_captions:
        if isinstance(finding.place, TextPlace) and session.tracks:
            captioned[finding.place.surface, finding.place.index, finding.entity].append(finding)
    for (surface, index, entity), findings in captioned.items():
        cue = (session.embedded if surface == EMBEDDED else session.captions)[index]
        track_id = _track(session, cue)
        for only, text_place, place in _only_captioned(cue, findings, heard.get(entity, ()), track_id):
            match = Match(0, len(only.text), only.label, only.text, only.entity, only.rule, only.score)
            for aligned in alignment.places(cue, text_place, track_id) or [place]:
                yield make_finding(session.session_id, match, aligned)


def _mentions(spoken: Sequence[Finding]) -> dict[str, list[_Mention]]:
    """The mentions of each entity, in order of time; findings that overlap are one, and so are neighbouring parts."""
    mentions: dict[str, list[_Mention]] = defaultdict(list)
    places = [(finding, finding.place) for finding in spoken if isinstance(finding.place, SoundPlace)]
    for finding, place in sorted(places, key=lambda pair: (pair[1].start_s, pair[1].end_s)):
        letters, of_entity = _letters(finding.text), mentions[finding.entity]
        last = of_entity[-1] if of_entity else None
        if last is None or place.start_s > last.end_s + _JOINED_S:
            of_entity.append(_Mention(place.start_s, place.end_s, letters))
            continue
        last.letters = max(last.letters, letters) if place.start_s < last.end_s else last.letters + letters
        last.end_s = max(last.end_s, place.end_s)
    return mentions


def _only_captioned(
    cue: Cue, findings: Sequence[Finding], heard: Sequence[_Mention], track_id: str
) -> Iterator[tuple[Finding, TextPlace, SoundPlace]]:
    """The mentions of an entity in a caption that were not heard; what was heard serves as many as it has letters."""
    left = [
        replace(mention)
        for mention in heard
        if mention.start_s < cue.end_s + _NEAR_S and mention.end_s > cue.start_s - _NEAR_S
    ]
    for finding, place in _apart(findings):
        letters, within = _letters(cue.text[place.start_char : place.end_char]), _within(cue, place, track_id)
        same = [mention for mention in left if mention.letters >= _WHOLE * letters]
        if same:
            min(same, key=lambda mention: abs(mention.start_s - within.start_s)).letters -= letters
        else:
            yield finding, place, within


def _apart(findings: Sequence[Finding]) -> list[tuple[Finding, TextPlace]]:
    """The findings of a caption, those that overlap or follow each other as one."""
    apart: list[tuple[Finding, TextPlace]] = []
    places = [(finding, finding.place) for finding in findings if isinstance(finding.place, TextPlace)]
    for finding, place in sorted(places, key=lambda pair: (pair[1].start_char, -pair[1].end_char)):
        if apart and place.start_char <= apart[-1][1].end_char + 1:
            first, whole = apart[-1]
            apart[-1] = first, replace(whole, end_char=max(whole.end_char, place.end_char))
        else:
            apart.append((finding, place))
    return apart


def _letters(text: str) -> int:
    return sum(map(len, words_of(text)))


def _within(cue: Cue, place: TextPlace, track_id: str) -> SoundPlace:
    """The share of the caption's time that its characters take, and how far off that may be; all of a short caption."""
    length_s, size = cue.end_s - cue.start_s, max(1, len(cue.text))
    if length_s < _SHORT_S:
        return SoundPlace(track_id=track_id, start_s=cue.start_s, end_s=cue.end_s, time_uncertainty_s=_SHORT_DOUBT_S)
    start_s = cue.start_s + length_s * place.start_char / size
    end_s = cue.start_s + length_s * place.end_char / size
    return SoundPlace(track_id=track_id, start_s=start_s, end_s=end_s, time_uncertainty_s=length_s * _DOUBT)


def _track(session: Session, cue: Cue) -> str:
    """The speaker's own track, else the first: windows are for all tracks anyway."""
    for track in session.tracks:
        if cue.participant_id is not None and track.participant_id == cue.participant_id:
            return track.track_id
    return session.tracks[0].track_id
