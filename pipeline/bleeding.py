"""Where voices that are left out bleed into tracks that stay: found before anything listens, so that nothing does."""

from __future__ import annotations

from dataclasses import replace

from pipeline.case import Case
from pipeline.proof import RemovedVoice, find_crosstalk
from pipeline.records import Crosstalk, Outcome, Purpose, RedactionInterval, Track
from pipeline.store.codec import key_of

VERSION = "1"


def quieted(case: Case, purpose: Purpose) -> Case:
    """The case with all that bleeds of those who are taken out for a purpose, throughout or in a part.

    Compared once for the same tracks and spans.
    """
    session = case.session
    left = [RemovedVoice(track=track, windows=out) for track in session.tracks if (out := _out(case, purpose, track))]
    kept = [track for track in session.tracks if track.participant_id is not None]
    if not left or len(kept) < 2:
        return case
    key = key_of(VERSION, session.tracks, session.duration_s, left)
    found = case.workspace.stages.get("bleed", key, tuple[Crosstalk, ...])
    if found is None:
        found = find_crosstalk(session, left, kept, vault=case.workspace.vault)
        case.keep("bleed", key, found, tuple[Crosstalk, ...], purpose=Purpose.TRANSCRIBE)
    return replace(case, session=replace(session, crosstalk=tuple(dict.fromkeys((*session.crosstalk, *found)))))


def _out(case: Case, purpose: Purpose, track: Track) -> tuple[RedactionInterval, ...]:
    """When the owner of a track is taken out."""
    if track.participant_id is None:
        return ()
    return tuple(
        RedactionInterval(start_s=span.start_s, end_s=span.end_s)
        for span, outcome in case.ruling.spans(purpose, track.participant_id)
        if outcome is not Outcome.PROCEED
    )
