"""Makes findings of matches: in the words of a transcript, and in captions, chat and title."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby, pairwise

from pipeline.detect.text.offset_map import OffsetMap
from pipeline.detect.text.tokens import Match
from pipeline.errors import OffrecordError
from pipeline.records import (
    Cue,
    DetectionRule,
    Finding,
    PicturePlace,
    Rank,
    Region,
    SoundPlace,
    TextPlace,
    Transcript,
    Word,
)

Finder = Callable[[str], list[Match]]
CAPTIONS, EMBEDDED, CHAT = "captions", "embedded captions", "chat"
_PAUSE_S = 3.0  # a judgement: nobody pauses so long within a name or a number; ``boundaries`` looks across all the same
_SILENCE_S = 1.0  # a judgement: longer than a breath between two sentences

LONGEST_TEXT_CHARS = 500
"""So much of a mention's text is kept with each of its places: a run of digits may go on through every caption of a
session, and with all of it in each of them what is kept would grow with the square (48 MB for 2,000 captions)."""


def make_finding(session_id: str, match: Match, place: SoundPlace | TextPlace | PicturePlace) -> Finding:
    """A finding of a match; its id is the same whenever the same is found in the same place, by any rule."""
    entity = _bounded(match.entity)
    digest = hashlib.sha256(f"{session_id}\n{entity}\n{_canonical(place)}".encode()).hexdigest()
    return Finding(
        finding_id=f"f-{digest[:16]}",
        entity=entity,
        label=match.label,
        text=match.text[:LONGEST_TEXT_CHARS],
        rule=match.rule,
        score=match.score,
        place=place,
    )


def _bounded(entity: str) -> str:
    """An entity whose name is as long as a mention may be; beyond that its digest stands for the rest."""
    if len(entity) <= LONGEST_TEXT_CHARS:
        return entity
    return f"{entity[:LONGEST_TEXT_CHARS]}…{hashlib.sha256(entity.encode()).hexdigest()[:16]}"


def _canonical(place: SoundPlace | TextPlace | PicturePlace) -> str:
    """A place as the ids of findings are made from it.

    A sign-off holds for the ids that were signed, so that this text stays as the first version wrote it, whatever
    fields and classes are called since.
    """
    match place:
        case SoundPlace(track_id=track_id, start_s=start_s, end_s=end_s, time_uncertainty_s=doubt_s, words=words):
            return f"SoundPlace({track_id=}, {start_s=}, {end_s=}, {doubt_s=}, {words=})"
        case TextPlace(surface=surface, index=index, start_char=start_char, end_char=end_char):
            return f"TextPlace({surface=}, {index=}, {start_char=}, {end_char=})"
        case PicturePlace(region=Region(left=left, top=top, right=right, bottom=bottom), start_s=start_s, end_s=end_s):
            return f"PicturePlace(region=Region({left=}, {top=}, {right=}, {bottom=}), {start_s=}, {end_s=})"


def in_words(session_id: str, transcript: Transcript, finder: Finder) -> Iterator[Finding]:
    """The findings in what was heard, turn by turn."""
    for turn in turns(transcript.words):
        joined = OffsetMap([transcript.words[index].text for index in turn])
        for match in finder(joined.text):
            touched = [turn[part.piece] for part in joined.parts(match.start_char, match.end_char)]
            is_statement = match.rule is DetectionRule.SAID_TO_BE_SECRET
            for place in (statement_places if is_statement else _places)(transcript, touched):
                yield make_finding(session_id, match, place)


def _places(transcript: Transcript, touched: list[int]) -> Iterator[SoundPlace]:
    return sound_places(transcript.words, touched)


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

    Raises ``OffrecordError`` when there are no words: a mention without a place would be published.
    """
    if not touched:
        raise OffrecordError("a finding touches no timed word", action="report this; nothing was published")
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


def statement_places(transcript: Transcript, touched: list[int]) -> Iterator[SoundPlace]:
    """Where sentences of one track are in the sound: each stretch of them without a long silence.

    Who asks something while the speaker is silent says nothing of what they tell. Speech that no word covers is no
    silence.
    """
    words, stretch = transcript.words, touched[:1]
    for before, after in pairwise(touched):
        if _is_silence(transcript, words[before], words[after]):
            yield from sound_places(words, stretch)
            stretch = []
        stretch.append(after)
    yield from sound_places(words, stretch)


def _is_silence(transcript: Transcript, before: Word, after: Word) -> bool:
    """Whether nothing was heard of the track for a second and more between two words.

    A sound of speech by itself is something, also where it is too short to count as speech that no word covers.
    """
    start_s, end_s = before.end_s, after.start_s
    return end_s - start_s >= _SILENCE_S and not (
        any(
            gap.track_id == before.track_id and gap.start_s < end_s and start_s < gap.end_s
            for gap in transcript.unheard
        )
        or any(
            voice.track_id == before.track_id and start_s < voice.start_s and voice.end_s < end_s
            for voice in transcript.voiced
        )
    )


def words_found(findings: Iterable[Finding]) -> set[int]:
    """The indices of the words that findings name; a statement names none: who keeps it still redacts what is in it."""
    places = (finding.place for finding in findings if finding.rule.spec.rank is not Rank.STATEMENT)
    return {index for place in places if isinstance(place, SoundPlace) for index in range(*place.words)}


def runs(indices: Sequence[int]) -> list[tuple[int, int]]:
    """Indices in order as half-open ranges of neighbours."""
    grouped = groupby(enumerate(indices), key=lambda pair: pair[1] - pair[0])
    members = [[index for _, index in pairs] for _, pairs in grouped]
    return [(group[0], group[-1] + 1) for group in members]


def in_text(session_id: str, surface: str, index: int, text: str, finder: Finder) -> Iterator[Finding]:
    """The findings in one chat line or the title."""
    for match in finder(text):
        place = TextPlace(surface=surface, index=index, start_char=match.start_char, end_char=match.end_char)
        yield make_finding(session_id, match, place)


def in_captions(session_id: str, cues: Sequence[Cue], finder: Finder, *, surface: str = CAPTIONS) -> Iterator[Finding]:
    """The findings in captions; a name that runs over two captions of one speaker is found too, as a part in each."""
    run: list[int] = []
    for index in [*range(len(cues)), None]:
        if run and (index is None or cues[index].participant_id != cues[run[-1]].participant_id):
            yield from _in_run(session_id, cues, run, finder, surface)
            run = []
        if index is not None:
            run.append(index)


def _in_run(session_id: str, cues: Sequence[Cue], run: list[int], finder: Finder, surface: str) -> Iterator[Finding]:
    joined = OffsetMap([cues[index].text for index in run])
    for match in finder(joined.text):
        for part in joined.parts(match.start_char, match.end_char):
            place = TextPlace(
                surface=surface, index=run[part.piece], start_char=part.start_char, end_char=part.end_char
            )
            yield make_finding(session_id, match, place)
