"""The faces in a session's picture, where settings ask to cover them: looked for once, and proposed as covers.

They only add covers to a picture that consent lets be seen. What is not found is not covered, so that this replaces
neither consent nor the person who approves a picture for the public.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from pipeline import faces
from pipeline.errors import InputRefused
from pipeline.faces import FaceDetector, FaceLook
from pipeline.media.frames import frames
from pipeline.media.ocr import Cover
from pipeline.media.stillness import is_cut, is_still, squares
from pipeline.records import FaceTracks, Purpose, RedactionBox
from pipeline.store.codec import key_of
from pipeline.workflow.picture_gallery import blanking, is_asked
from pipeline.workflow.picture_text import is_shown
from pipeline.workflow.session_context import SessionContext


def is_available() -> bool:
    """Whether the model that finds faces is on this machine."""
    return faces.version() is not None


def see_faces(context: SessionContext, hidden: Sequence[RedactionBox] = ()) -> FaceTracks | None:
    """The faces in the picture; None where nobody asks for them, no rendition may show it, or it cannot be looked at.

    Where only some tiles of it may be shown, what is ``hidden`` is not looked at. Raises ``ConfigurationError`` where
    the model is not what it was.
    """
    session, settings = context.session, context.workspace.settings.picture
    version = faces.version()
    if session.video is None or not _is_asked(context) or version is None:
        return None
    if not is_shown(context) and not hidden:
        return None
    hidden = () if is_shown(context) else tuple(hidden)
    key = key_of(version, session.video.digest, settings.faces_per_second, *hidden)
    stored = context.workspace.stages.get("faces", key, FaceTracks)
    if stored is not None:
        return stored
    path = context.workspace.vault.path(session.video.digest)
    try:
        looks = tuple(_looks(path, faces.load_detector(), settings.faces_per_second, blanking(hidden)))
    except InputRefused:  # the sound may be whole all the same: only the picture is left out
        return None
    seen = FaceTracks(detector=version, looks=len(looks), tracks=faces.followed(looks))
    context.put("faces", key, seen, purpose=Purpose.TRANSCRIBE)
    return seen


def may_be_kept(context: SessionContext, seen: FaceTracks | None) -> bool:
    """Whether the settings let the picture be kept: it was looked at for faces, or nobody asks for that."""
    return seen is not None or not _is_asked(context)


def is_unseen(context: SessionContext) -> bool:
    """Whether the picture is left out because faces are to be covered and the model that finds them is missing."""
    tiles = is_asked(context.workspace, context.session, context.ruling)
    return _is_asked(context) and not is_available() and (tiles or is_shown(context))


def _is_asked(context: SessionContext) -> bool:
    settings = context.workspace.settings.picture
    return settings.keep and settings.cover_faces


def _looks(path: Path, detector: FaceDetector, per_second: float, cover: Cover | None) -> Iterator[FaceLook]:
    """Each look at the picture; where nothing moved since the last one, its faces are still there."""
    before: tuple[np.ndarray[tuple[int, ...], np.dtype[np.float32]], FaceLook] | None = None
    for frame in frames(path, per_second=per_second, as_shown=cover is not None):
        if cover is not None:
            cover(frame)
        seen = squares(frame.planes[0])
        if before is not None and is_still(before[0], seen):
            look = FaceLook(at_s=frame.at_s, boxes=before[1].boxes)
        else:
            cut = before is not None and is_cut(before[0], seen)
            look = FaceLook(at_s=frame.at_s, boxes=detector.boxes(frame.rgb()), is_cut=cut)
            before = (seen, look)
        yield look
