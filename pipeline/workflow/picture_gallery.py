"""The tiles of a gallery view in a session's picture, where settings ask for them and only some people may be seen."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline import gallery, review
from pipeline.errors import InputRefused
from pipeline.media import ocr
from pipeline.media.frames import Frame, frames
from pipeline.media.ocr import Cover
from pipeline.records import Audience, GalleryTiles, Purpose, RedactionBox, Ruling, Session
from pipeline.render.picture import CLOCK_S, draw_box
from pipeline.spans import SpanIndex
from pipeline.store import Workspace
from pipeline.store.codec import key_of
from pipeline.workflow.session_context import SessionContext

STAGE = "gallery"


def is_asked(workspace: Workspace, session: Session, ruling: Ruling) -> bool:
    """Whether the settings ask for tiles, and consent lets somebody be seen by them where not everybody may be."""
    settings = workspace.settings.picture
    return (
        settings.keep
        and settings.gallery_tiles
        and Audience.INTERNAL.purpose in session.purposes
        and not review.may_be_shown(session, ruling, Audience.INTERNAL)
        and review.may_be_shown_in_tiles(session, ruling, Audience.INTERNAL)
    )


def see_gallery(context: SessionContext) -> GalleryTiles | None:
    """The tiles and whose labels they have; None where nobody asks for them, or the picture cannot be looked at.

    What is stored has ids of participants and no text.
    """
    session, workspace = context.session, context.workspace
    reader = ocr.version()
    if session.video is None or reader is None or not is_asked(workspace, session, context.ruling):
        return None
    key = _key(workspace, session, reader)
    stored = workspace.stages.get(STAGE, key, GalleryTiles)
    if stored is not None:
        return stored
    try:
        spans = gallery.tiles_of(
            frames(workspace.vault.path(session.video.digest), gray=True),
            session.participants,
            lambda page: ocr.read_pages([page])[0],
            per_second=workspace.settings.picture.ocr_per_second,
        )
    except InputRefused:  # the sound may be whole all the same: only the picture is left out
        return None
    seen = GalleryTiles(reader=reader, spans=spans)
    context.put(STAGE, key, seen, purpose=Purpose.TRANSCRIBE)
    return seen


def closed_by_tiles(workspace: Workspace, session: Session, ruling: Ruling) -> tuple[RedactionBox, ...]:
    """What consent covers of the picture of the internal rendition, as the last run saw its tiles; empty for none."""
    reader = ocr.version()
    if session.video is None or reader is None or not is_asked(workspace, session, ruling):
        return ()
    seen = workspace.stages.get(STAGE, _key(workspace, session, reader), GalleryTiles)
    view = review.gallery_view(session, ruling, Audience.INTERNAL, seen) if seen else None
    return view.covers if view else ()


def hidden_from_readers(context: SessionContext, seen: GalleryTiles | None) -> tuple[RedactionBox, ...]:
    """What neither writing nor faces are looked for in, as it stays in no rendition; empty where all may be shown."""
    view = review.gallery_view(context.session, context.ruling, Audience.INTERNAL, seen) if seen else None
    return view.covers if view else ()


def blanking(hidden: Sequence[RedactionBox]) -> Cover | None:
    """What blanks a frame where it is hidden at the time at which it is shown; None where nothing is hidden."""
    if not hidden:
        return None
    index = SpanIndex(hidden, lambda box: (box.start_s, box.end_s))

    def blank(frame: Frame) -> None:
        for box in index.overlapping(frame.at_s - CLOCK_S, frame.at_s + CLOCK_S):
            draw_box(frame, box.region)

    return blank


def _key(workspace: Workspace, session: Session, reader: str) -> str:
    names = [[person.participant_id, person.company, person.name, *person.aliases] for person in session.participants]
    digest = session.video.digest if session.video else ""
    return key_of(gallery.VERSION, reader, digest, workspace.settings.picture.ocr_per_second, names)
