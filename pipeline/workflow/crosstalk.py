"""Crosstalk: where voices that are removed are heard in tracks that stay; found before anything is recognised."""

from __future__ import annotations

from dataclasses import replace

from pipeline.proof import RemovedVoice, find_crosstalk
from pipeline.records import Crosstalk, Outcome, Purpose, RedactionInterval, Track
from pipeline.store.codec import key_of
from pipeline.workflow.session_context import SessionContext

VERSION = "3"


def with_crosstalk(context: SessionContext, purpose: Purpose) -> SessionContext:
    """The context with all crosstalk of those who are removed for a purpose, throughout or in a part.

    The tracks are compared once for the same tracks and spans.
    """
    session = context.session
    left = [
        RemovedVoice(track=track, windows=intervals)
        for track in session.tracks
        if (intervals := _removed_intervals(context, purpose, track))
    ]
    kept = [track for track in session.tracks if track.participant_id is not None]
    if not left or len(kept) < 2:
        return context
    key = key_of(VERSION, session.tracks, session.duration_s, left)
    crosstalk = context.workspace.stages.get("crosstalk", key, tuple[Crosstalk, ...])
    if crosstalk is None:
        crosstalk = find_crosstalk(session, left, kept, vault=context.workspace.vault)
        context.put("crosstalk", key, crosstalk, tuple[Crosstalk, ...], purpose=Purpose.TRANSCRIBE)
    every = tuple(dict.fromkeys((*session.crosstalk, *crosstalk)))
    return replace(context, session=replace(session, crosstalk=every))


def _removed_intervals(context: SessionContext, purpose: Purpose, track: Track) -> tuple[RedactionInterval, ...]:
    """When the owner of a track is removed."""
    if track.participant_id is None:
        return ()
    return tuple(
        RedactionInterval(start_s=span.start_s, end_s=span.end_s)
        for span, outcome in context.ruling.spans(purpose, track.participant_id)
        if outcome is not Outcome.PROCEED
    )
