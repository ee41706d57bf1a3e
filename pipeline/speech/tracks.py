"""Which tracks of a session may be listened to."""

from __future__ import annotations

from pipeline.records import Purpose, Ruling, Session, Track


def audible(session: Session, ruling: Ruling) -> list[Track]:
    """The tracks that consent lets be transcribed; the sound of anybody else is not opened.

    Own tracks of those who may be transcribed; mixed tracks only in a session without own tracks, and only if nobody is
    taken out.
    """
    removed = ruling.removed(Purpose.TRANSCRIBE)
    decided = {cell.participant_id for cell in ruling.cells if cell.purpose is Purpose.TRANSCRIBE}
    if ruling.session_id != session.session_id or not ruling.allows(Purpose.TRANSCRIBE):
        return []
    own = [track for track in session.tracks if track.participant_id is not None]
    if own:
        return [track for track in own if track.participant_id in decided and track.participant_id not in removed]
    return [] if removed else list(session.tracks)
