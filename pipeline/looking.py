"""Whether a session's picture has to be read before it is kept, and what was read in it."""

from __future__ import annotations

from pipeline import review
from pipeline.case import Case
from pipeline.errors import InputRefused
from pipeline.media import ocr
from pipeline.records import Audience, OcrResult, Purpose
from pipeline.store.codec import key_of

VERSION = "1"


def look(case: Case) -> OcrResult | None:
    """What can be read in the picture; None where no rendition may show it, nobody asked, or it cannot be read."""
    session, settings = case.session, case.workspace.settings.picture
    version = ocr.version()
    if session.video is None or not settings.keep or not settings.look or version is None or not _is_shown(case):
        return None
    key = key_of(VERSION, version, session.video.digest, settings.looks_per_second)
    seen = case.workspace.stages.get("picture", key, OcrResult)
    if seen is not None:
        return seen
    try:
        seen = ocr.read(case.workspace.vault.path(session.video.digest), per_second=settings.looks_per_second)
    except InputRefused:  # the sound may be whole all the same: the picture alone stays out
        return None
    case.keep("picture", key, seen, purpose=Purpose.TRANSCRIBE)
    return seen


def may_be_kept(case: Case, seen: OcrResult | None) -> bool:
    """Whether the settings let the picture be kept: read, or with reading switched off."""
    settings = case.workspace.settings.picture
    return settings.keep and (seen is not None or not settings.look)


def unread(case: Case) -> bool:
    """Whether the picture stays out for want of a reader alone."""
    settings = case.workspace.settings.picture
    return settings.keep and settings.look and ocr.version() is None and _is_shown(case)


def _is_shown(case: Case) -> bool:
    """Whether any rendition that the session asks for may show the picture, as far as consent goes."""
    wanted = (audience for audience in Audience if audience.purpose in case.session.purposes)
    return any(review.may_be_shown(case.session, case.ruling, audience) for audience in wanted)
