"""The picture of a session for a reviewer: a piece as a silent film, black where consent closes it, and its covers.

Nothing of it is kept on disk, as nothing of the sound is, so that a withdrawal takes effect at once.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipeline import spans
from pipeline.errors import UsageProblem
from pipeline.media.picture_piece import write_picture_piece
from pipeline.records import Outcome, Purpose, RedactionBox, Ruling, Session
from pipeline.records.shell_actor import mark
from pipeline.review.picture import decisions as picture_decisions
from pipeline.review.picture.plan import covers_of
from pipeline.store import Workspace
from pipeline.workflow.picture_gallery import closed_by_tiles
from pipeline.workflow.review_material import Closed, ReviewSession

_NEEDED = (Purpose.RECORD, Purpose.TRANSCRIBE)
_WHOLE = (0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverView:
    """One cover: its seconds, its box as shares of the picture (left, top, right, bottom), and the proposal it is for.

    ``proposal_id`` is empty for a cover that a person laid, and for what consent closes, which has a ``reason``.
    """

    proposal_id: str
    start_s: float
    end_s: float
    box: tuple[float, float, float, float]
    reason: str = ""


def note_watch(workspace: Workspace, session_id: str, *, actor: str, start_s: float, end_s: float) -> None:
    """Notes in the ledger that somebody sees the original picture."""
    at = datetime.now(UTC).isoformat()
    body = {"session_id": session_id, "actor": mark(actor), "start_s": round(start_s, 1), "end_s": round(end_s, 1)}
    workspace.ledger.append("watch", f"{session_id} {at}", body)


def closed_picture(session: Session, ruling: Ruling, closed: Closed = ()) -> list[tuple[float, float]]:
    """The spans in which nobody may look at a session's picture, in order and apart.

    It shows everybody: it is closed where the sound of any track is, as ``closed`` and the ruling say, and where
    anybody may not be recorded or transcribed, heard or not.
    """
    shut = [span for _, of_track in closed for span in of_track]
    for purpose in _NEEDED:
        shut += spans.times(ruling.closed_spans(purpose))
        for person in session.participants:
            outcomes = ruling.spans(purpose, person.participant_id)
            shut += spans.times(span for span, outcome in outcomes if outcome is not Outcome.PROCEED)
    reach_s = max((cell.interval.end_s for cell in ruling.cells), default=0.0)
    return spans.merge([*shut, (reach_s, max(reach_s, session.duration_s))])


def picture_piece(workspace: Workspace, opened: ReviewSession, *, start_s: float, end_s: float) -> bytes:
    """The original picture from ``start_s`` to ``end_s``, without covers, as MP4; black where consent closes it.

    Raises ``UsageProblem`` where the session has no picture, and for a piece that is not within it or too long.
    """
    video = opened.session.video
    if video is None:
        raise UsageProblem("the session has no picture", action="there is nothing to see")
    end_s = min(end_s, opened.session.duration_s)
    closed = closed_picture(opened.session, opened.ruling, opened.material.closed)
    with tempfile.TemporaryDirectory(dir=workspace.scratch) as folder:
        path = Path(folder) / "piece.mp4"
        write_picture_piece(workspace.vault.path(video.digest), path, start_s=start_s, end_s=end_s, closed=closed)
        return path.read_bytes()


def cover_views(workspace: Workspace, opened: ReviewSession) -> tuple[CoverView, ...]:
    """Every cover of a session in order of time, of proposals whatever was decided, and of people."""
    return tuple(sorted(_covers(workspace, opened), key=lambda cover: (cover.start_s, cover.box)))


def _covers(workspace: Workspace, opened: ReviewSession) -> Iterator[CoverView]:
    for cover in covers_of(opened.proposals):
        yield _view(cover, cover.proposal_ids[0])
    for cover in picture_decisions.covers(workspace.db, opened.session.session_id).values():
        yield _view(cover, "")
    for cover in closed_by_tiles(workspace, opened.session, opened.ruling):
        yield _view(cover, "", reason=cover.reason)


def _view(cover: RedactionBox, proposal_id: str, *, reason: str = "") -> CoverView:
    region = cover.region
    box = (region.left, region.top, region.right, region.bottom) if region else _WHOLE
    return CoverView(proposal_id=proposal_id, start_s=cover.start_s, end_s=cover.end_s, box=box, reason=reason)
