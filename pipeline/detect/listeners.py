"""The other listeners beside the recogniser: the platform's captions, and the search in the sound itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.detect.places import EMBEDDED, finding
from pipeline.detect.text import Hit
from pipeline.lexicon import words_of
from pipeline.lexicon.spellings import spellings
from pipeline.records import Context, Cue, Finding, HeardTerm, Session, SoundPlace, TextPlace, Transcript

SEARCH_RULE = "sound search"
_NEAR_S = 1.0
_SHORT_S = 2.5
_DOUBT = 0.4


def from_search(session_id: str, transcript: Transcript, context: Context) -> Iterator[Finding]:
    """The terms heard by the search in the sound, each with the words that were recognised there instead."""
    known = {spelling.key: spelling for spelling in reversed(spellings(context))}
    for heard in transcript.heard_terms:
        spelling = known.get("".join(words_of(heard.term)))
        label, entity = (spelling.label, spelling.entity) if spelling else ("TERM", f"term:{heard.term.casefold()}")
        score = round(min(1.0, max(0.0, heard.score)), 3)
        hit = Hit(0, len(heard.term), label, heard.term, entity, SEARCH_RULE, score)
        place = SoundPlace(
            track_id=heard.track_id,
            start_s=heard.start_s,
            end_s=heard.end_s,
            doubt_s=heard.doubt_s,
            words=_words_at(transcript, heard),
        )
        yield finding(session_id, hit, place)


def _words_at(transcript: Transcript, heard: HeardTerm) -> tuple[int, int]:
    """The first run of words of the track whose middle lies in the span; ``(0, 0)`` when there is none."""
    start = end = 0
    for index, word in enumerate(transcript.words):
        inside = word.track_id == heard.track_id and heard.start_s <= (word.start_s + word.end_s) / 2 < heard.end_s
        if inside and end in (0, index):
            start, end = (start if end else index), index + 1
    return start, end


def sound_of_captions(session: Session, found: Sequence[Finding], spoken: Sequence[Finding]) -> Iterator[Finding]:
    """What captions heard and the recogniser did not, as places in the sound."""
    for one in found:
        if not isinstance(one.place, TextPlace) or not session.tracks:
            continue
        cues = session.embedded if one.place.surface == EMBEDDED else session.captions
        cue = cues[one.place.index]
        if not any(_same(one, other, cue) for other in spoken):
            hit = Hit(one.place.start_char, one.place.end_char, one.label, one.text, one.entity, one.rule, one.score)
            yield finding(session.session_id, hit, _within(cue, one.place, _track(session, cue)))


def _same(one: Finding, other: Finding, cue: Cue) -> bool:
    place = other.place
    if other.entity != one.entity or not isinstance(place, SoundPlace):
        return False
    return place.start_s < cue.end_s + _NEAR_S and place.end_s > cue.start_s - _NEAR_S


def _within(cue: Cue, place: TextPlace, track_id: str) -> SoundPlace:
    """The share of the caption's time that its characters take, in doubt by much of it; all of a short caption."""
    length_s, size = cue.end_s - cue.start_s, max(1, len(cue.text))
    if length_s < _SHORT_S:
        return SoundPlace(track_id=track_id, start_s=cue.start_s, end_s=cue.end_s, doubt_s=_NEAR_S * 0.3)
    start_s = cue.start_s + length_s * place.start_char / size
    end_s = cue.start_s + length_s * place.end_char / size
    return SoundPlace(track_id=track_id, start_s=start_s, end_s=end_s, doubt_s=length_s * _DOUBT)


def _track(session: Session, cue: Cue) -> str:
    """The speaker's own track, else the first: windows are for all tracks anyway."""
    for track in session.tracks:
        if cue.participant_id is not None and track.participant_id == cue.participant_id:
            return track.track_id
    return session.tracks[0].track_id
