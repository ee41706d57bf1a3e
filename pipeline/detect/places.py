"""Makes findings out of hits: in the words of a transcript, and in captions, chat and title."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, pairwise

from pipeline.detect.joined import Joined
from pipeline.detect.text import Hit
from pipeline.errors import OffrecordError
from pipeline.records import Cue, Finding, PicturePlace, SoundPlace, TextPlace, Transcript, Word

Find = Callable[[str], list[Hit]]
CAPTIONS, EMBEDDED = "captions", "embedded captions"
_PAUSE_S = 3.0
LONGEST_TEXT_CHARS = 500
"""So much of a mention's text is kept with each of its places: a run of digits may go on through every caption of a
session, and with all of it in each of them what is kept would grow with the square (48 MB for 2,000 captions)."""


def finding(session_id: str, hit: Hit, place: SoundPlace | TextPlace | PicturePlace) -> Finding:
    """A finding of a hit; its id is the same whenever the same is found in the same place, by any rule."""
    entity = _bounded(hit.entity)
    digest = hashlib.sha256(f"{session_id}\n{entity}\n{_identity(place)}".encode()).hexdigest()
    return Finding(
        finding_id=f"f-{digest[:16]}",
        entity=entity,
        label=hit.label,
        text=hit.text[:LONGEST_TEXT_CHARS],
        rule=hit.rule,
        score=hit.score,
        place=place,
    )


def _bounded(entity: str) -> str:
    """An entity whose name is as long as a mention may be; beyond that its digest stands for the rest."""
    if len(entity) <= LONGEST_TEXT_CHARS:
        return entity
    return f"{entity[:LONGEST_TEXT_CHARS]}…{hashlib.sha256(entity.encode()).hexdigest()[:16]}"


def _identity(place: SoundPlace | TextPlace | PicturePlace) -> str:
    """A place as 0.1.0 wrote it into ids: sign-offs stand on them, so they do not change when a field is renamed."""
    if isinstance(place, SoundPlace):
        times = f"start_s={place.start_s!r}, end_s={place.end_s!r}, doubt_s={place.time_uncertainty_s!r}"
        return f"SoundPlace(track_id={place.track_id!r}, {times}, words={place.words!r})"
    if isinstance(place, TextPlace):
        span = f"start_char={place.start_char!r}, end_char={place.end_char!r}"
        return f"TextPlace(surface={place.surface!r}, index={place.index!r}, {span})"
    sides = ", ".join(f"{side}={getattr(place.region, side)!r}" for side in ("left", "top", "right", "bottom"))
    return f"PicturePlace(region=Region({sides}), start_s={place.start_s!r}, end_s={place.end_s!r})"


def in_words(session_id: str, transcript: Transcript, find: Find) -> Iterator[Finding]:
    """The findings in what was heard, turn by turn."""
    for turn in turns(transcript.words):
        joined = Joined([transcript.words[index].text for index in turn])
        for hit in find(joined.text):
            touched = [turn[part.piece] for part in joined.parts(hit.start_char, hit.end_char)]
            for place in sound_places(transcript.words, touched):
                yield finding(session_id, hit, place)


def turns(words: Sequence[Word]) -> Iterator[list[int]]:
    """The indices of the words of each turn: one track, one speaker, no pause of three seconds."""
    tracks: dict[str, list[int]] = {}
    for index, word in enumerate(words):
        tracks.setdefault(word.track_id, []).append(index)
    for indices in tracks.values():
        turn = indices[:1]
        for before, index in pairwise(indices):
            same = words[before].participant_id == words[index].participant_id
            if not same or words[index].start_s - words[before].end_s > _PAUSE_S:
                yield turn
                turn = []
            turn.append(index)
        yield turn


def sound_places(words: Sequence[Word], touched: list[int]) -> Iterator[SoundPlace]:
    """Where some words of one track are in the sound: the whole span once for each run of neighbours in the transcript.

    Raises ``OffrecordError`` when there are no words: a mention without a place would be let out.
    """
    if not touched:
        raise OffrecordError("a finding touches no timed word", action="report this; nothing was let out")
    chosen = [words[index] for index in touched]
    start = touched[0]
    for index, following in [*pairwise(touched), (touched[-1], -1)]:
        if following != index + 1:
            yield SoundPlace(
                track_id=chosen[0].track_id,
                start_s=min(word.start_s for word in chosen),
                end_s=max(word.end_s for word in chosen),
                time_uncertainty_s=max(word.time_uncertainty_s for word in chosen),
                words=(start, index + 1),
            )
            start = following


def runs(indices: Sequence[int]) -> list[tuple[int, int]]:
    """Indices in order as half-open ranges of neighbours."""
    grouped = groupby(enumerate(indices), key=lambda pair: pair[1] - pair[0])
    members = [[index for _, index in group] for _, group in grouped]
    return [(one[0], one[-1] + 1) for one in members]


def in_text(session_id: str, surface: str, index: int, text: str, find: Find) -> Iterator[Finding]:
    """The findings in one chat line or the title."""
    for hit in find(text):
        place = TextPlace(surface=surface, index=index, start_char=hit.start_char, end_char=hit.end_char)
        yield finding(session_id, hit, place)


def in_captions(session_id: str, cues: Sequence[Cue], find: Find, *, surface: str = CAPTIONS) -> Iterator[Finding]:
    """The findings in captions; a name that runs over two captions of one speaker is found too, as a part in each."""
    run: list[int] = []
    for index in [*range(len(cues)), None]:
        if run and (index is None or cues[index].participant_id != cues[run[-1]].participant_id):
            yield from _in_run(session_id, cues, run, find, surface)
            run = []
        if index is not None:
            run.append(index)


def _in_run(session_id: str, cues: Sequence[Cue], run: list[int], find: Find, surface: str) -> Iterator[Finding]:
    joined = Joined([cues[index].text for index in run])
    for hit in find(joined.text):
        for part in joined.parts(hit.start_char, hit.end_char):
            place = TextPlace(
                surface=surface, index=run[part.piece], start_char=part.start_char, end_char=part.end_char
            )
            yield finding(session_id, hit, place)
