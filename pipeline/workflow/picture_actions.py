"""What a reviewer does about a session's picture, one function each: see it, cover and uncover it, approve it."""

from __future__ import annotations

from datetime import datetime

from pipeline import consent
from pipeline.records import RedactionBox, Ruling
from pipeline.review import decision_log
from pipeline.review.picture import decisions, queue
from pipeline.review.picture.queue import PictureLine
from pipeline.review.queue import proposals_of
from pipeline.store import Workspace
from pipeline.workflow.picture_gallery import closed_by_tiles


def show_picture(
    workspace: Workspace, session_id: str, *, now: datetime, reveal_to: str | None = None
) -> tuple[PictureLine, ...]:
    """What was read in the picture, its covers and its approval: masked, or revealed to an actor.

    With them is what consent closes where only some tiles of a gallery view may be seen, as it is decided now.

    The ledger records who sees the texts first. Raises ``UsageProblem`` where there is no such session.
    """
    session = consent.working_session(queue.session_of(workspace, session_id), workspace=workspace)
    ruling = consent.current_ruling(session, workspace=workspace, now=now)
    closed = closed_by_tiles(workspace, session, ruling) if isinstance(ruling, Ruling) else ()
    lines = queue.show(workspace, session_id, reveal=reveal_to is not None, closed=closed)
    if reveal_to is not None:
        decision_log.note_reveal(workspace.db, session_id, actor=reveal_to)
    return lines


def cover_picture(
    workspace: Workspace, session_id: str, *, start_s: float, end_s: float, box: str | None, actor: str, reason: str
) -> str:
    """Covers a part of the picture, or all of it where ``box`` is None; gives the id of the cover.

    ``box`` is ``left,top,right,bottom`` as shares of the picture. Raises ``UsageProblem`` where it covers nothing.
    """
    cover = RedactionBox(start_s=start_s, end_s=end_s, region=queue.region_of(box), reason=reason)
    session = queue.session_of(workspace, session_id)
    return decisions.cover(workspace.db, session, cover, actor=actor)


def uncover_picture(workspace: Workspace, session_id: str, cover_id: str, *, actor: str, reason: str) -> None:
    """Takes back a cover that a person added; raises ``UsageProblem`` where there is none of this id."""
    decisions.lift(workspace.db, session_id, cover_id, actor=actor, reason=reason)


def approve_picture(workspace: Workspace, session_id: str, *, actor: str, reason: str) -> None:
    """Stores that the picture, covered exactly as it is now, may be public.

    Raises ``RefusedByPolicy`` while a proposal about the picture is undecided.
    """
    session = queue.session_of(workspace, session_id)
    decisions.approve(workspace.db, session, proposals_of(workspace, session_id), actor=actor, reason=reason)
