"""One frame of a session's picture for the person who decides about it, under the boxes that a rendition would draw."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipeline import consent, spans
from pipeline.errors import RefusedByPolicy, UsageProblem
from pipeline.files import write_bytes
from pipeline.media.frames import Frame, frame_at
from pipeline.media.png import png
from pipeline.records import RedactionBox, Region, Ruling, Session, Verdict
from pipeline.render.picture import CLOCK_S, draw_box
from pipeline.review import decision_log
from pipeline.review.picture import decisions as picture_decisions
from pipeline.review.picture.plan import covers_of
from pipeline.review.picture.queue import session_of
from pipeline.review.queue import proposals_of
from pipeline.store import Workspace
from pipeline.workflow.picture_gallery import closed_by_tiles
from pipeline.workflow.review_material import is_analysed, material_of
from pipeline.workflow.review_picture import closed_picture

SUFFIX = ".png"
_LINE = 4
"""Pixels: one is left of them where a 4K picture is shown at a quarter of its size."""
_WHITE = 235
"""The brightest luma of limited range (ITU-R BT.709)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FramePreview:
    """What was written: a frame that is shown from ``from_s`` to ``to_s``, None for the last, and how many covers."""

    from_s: float
    to_s: float | None
    covers: int


def write_frame(
    workspace: Workspace, session_id: str, at_s: float, out: Path, *, actor: str, now: datetime, outline: bool = False
) -> FramePreview:
    """Writes the frame that is shown at ``at_s`` as a new PNG file, 0600, outside the folder of renditions.

    Covers that are proposed, decided or added are drawn as a rendition has them. With ``outline`` only their edges are,
    and the ledger records that ``actor`` saw what they hide. Raises ``UsageProblem`` where the frame cannot be written,
    ``RefusedByPolicy`` where consent lets nobody look.
    """
    session = consent.working_session(session_of(workspace, session_id), workspace=workspace)
    video = session.video
    if video is None:
        raise UsageProblem("the session has no picture", action="there is no frame to write")
    if not 0 <= at_s <= video.duration_s:
        raise UsageProblem(f"the picture lasts {video.duration_s:.1f} s", action="correct --at")
    _may_write(workspace, out)
    ruling = _ruling(workspace, session, now=now)
    closed = _closed(workspace, session, ruling)
    frame, until_s = frame_at(workspace.vault.path(video.digest), at_s)
    from_s = min(frame.at_s, at_s)
    if spans.overlapping(closed, from_s - CLOCK_S, max(at_s, from_s) + CLOCK_S):
        raise RefusedByPolicy(
            "consent lets nobody see the picture of that time",
            action=f"see `offrecord consent show {session_id}`",
        )
    laid = (*_boxes(workspace, session_id), *closed_by_tiles(workspace, session, ruling))
    boxes = [box for box in laid if _touches(box, from_s, until_s)]
    for box in boxes:
        (_draw_outline if outline else draw_box)(frame, box.region)
    if outline:
        decision_log.note_reveal(workspace.db, session_id, actor=actor)
    write_bytes(out, png(frame))
    return FramePreview(from_s=from_s, to_s=None if math.isinf(until_s) else until_s, covers=len(boxes))


def _ruling(workspace: Workspace, session: Session, *, now: datetime) -> Ruling:
    ruling = consent.current_ruling(session, workspace=workspace, now=now)
    if not isinstance(ruling, Ruling):
        raise RefusedByPolicy(f"nobody may look: {ruling.reason}", action=ruling.action)
    return ruling


def _closed(workspace: Workspace, session: Session, ruling: Ruling) -> list[tuple[float, float]]:
    """Where nobody may look, as the ruling of now says, and as the last run did where there was one."""
    closed = material_of(workspace, session.session_id).closed if is_analysed(workspace, session.session_id) else ()
    return closed_picture(session, ruling, closed)


def _may_write(workspace: Workspace, out: Path) -> None:
    if out.suffix.lower() != SUFFIX:
        raise UsageProblem("a frame is a PNG file", action=f"give a name that ends in {SUFFIX}")
    if out.exists() or out.is_symlink() or not out.parent.is_dir():
        raise UsageProblem("the output exists already, or its folder does not", action="give another name")
    if out.parent.resolve().is_relative_to(workspace.out.resolve()):
        raise UsageProblem("a frame may not lie among the renditions", action="write it elsewhere")


def _boxes(workspace: Workspace, session_id: str) -> Iterator[RedactionBox]:
    """Every box that is drawn while nobody decides anything else."""
    decisions = decision_log.decisions(workspace.db, session_id)
    verdicts = {decision.proposal_id: decision.verdict for decision in decisions}
    proposals = proposals_of(workspace, session_id)
    yield from covers_of(each for each in proposals if verdicts.get(each.proposal_id) is not Verdict.KEEP)
    yield from picture_decisions.covers(workspace.db, session_id).values()


def _touches(box: RedactionBox, from_s: float, until_s: float) -> bool:
    return box.start_s < until_s + CLOCK_S and box.end_s > from_s - CLOCK_S


def _draw_outline(frame: Frame, region: Region | None) -> None:
    """Draws a white line just inside a region."""
    sides = (region.left, region.top, region.right, region.bottom) if region else (0.0, 0.0, 1.0, 1.0)
    left, right = round(sides[0] * frame.width), round(sides[2] * frame.width)
    top, bottom = round(sides[1] * frame.height), round(sides[3] * frame.height)
    part = frame.planes[0][top:bottom, left:right]
    for line in (part[:_LINE], part[-_LINE:], part[:, :_LINE], part[:, -_LINE:]):
        line[:] = _WHITE
