"""Whether a session's picture is read before it is kept, and the text that was read in it."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline import review
from pipeline.errors import InputRefused
from pipeline.media import ocr
from pipeline.records import Audience, OcrResult, Purpose, RedactionBox
from pipeline.store.codec import key_of
from pipeline.workflow.picture_gallery import blanking, is_asked
from pipeline.workflow.session_context import SessionContext

VERSION = "2"


def read_picture(context: SessionContext, hidden: Sequence[RedactionBox] = ()) -> OcrResult | None:
    """The text in the picture; None where no rendition may show it, nobody asks for it, or it cannot be read.

    Where only some tiles of it may be shown, what is ``hidden`` is not read.
    """
    session, settings = context.session, context.workspace.settings.picture
    version = ocr.version()
    is_wanted = settings.keep and settings.require_ocr and (is_shown(context) or bool(hidden))
    if session.video is None or version is None or not is_wanted:
        return None
    hidden = () if is_shown(context) else tuple(hidden)
    key = key_of(VERSION, version, session.video.digest, settings.ocr_per_second, *hidden)
    stored = context.workspace.stages.get("picture", key, OcrResult)
    if stored is not None:
        return stored
    try:
        path = context.workspace.vault.path(session.video.digest)
        text = ocr.read(path, per_second=settings.ocr_per_second, cover=blanking(hidden))
    except InputRefused:  # the sound may be whole all the same: only the picture is left out
        return None
    context.put("picture", key, text, purpose=Purpose.TRANSCRIBE)
    return text


def may_be_kept(context: SessionContext, text: OcrResult | None) -> bool:
    """Whether the settings let the picture be kept: it was read, or reading is switched off."""
    settings = context.workspace.settings.picture
    return settings.keep and (text is not None or not settings.require_ocr)


def is_unread(context: SessionContext) -> bool:
    """Whether the picture is left out only because tesseract is missing."""
    settings = context.workspace.settings.picture
    is_required = settings.require_ocr and is_shown(context)
    tiles = is_asked(context.workspace, context.session, context.ruling)
    return settings.keep and ocr.version() is None and (is_required or tiles)


def is_shown(context: SessionContext) -> bool:
    """Whether any rendition that the session asks for may show the picture, as far as consent goes."""
    requested = (audience for audience in Audience if audience.purpose in context.session.purposes)
    return any(review.may_be_shown(context.session, context.ruling, audience) for audience in requested)
