"""What people see of a picture's review: its proposals and covers, by time and place, masked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.errors import UsageProblem
from pipeline.records import PicturePlace, RedactionBox, Region, Session
from pipeline.review import decision_log
from pipeline.review.picture import decisions
from pipeline.review.queue import mask, proposals_of
from pipeline.store import Workspace
from pipeline.store.registry import Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureLine:
    """One place of the picture: a proposal (``r-…``) with how sure it is, a cover (``c…``), what consent
    closes (``consent``), or the approval.
    """

    id: str
    state: str
    from_s: float | None = None
    to_s: float | None = None
    box: str = ""
    score: float | None = None
    text: str = ""


def session_of(workspace: Workspace, session_id: str) -> Session:
    """The session of this id; raises ``UsageProblem`` where there is none."""
    registry = Registry(workspace.db)
    if session_id not in registry.digests():
        raise UsageProblem("there is no session of that id", action="see `offrecord status`")
    return registry.session(session_id)


def show(
    workspace: Workspace, session_id: str, *, reveal: bool, closed: Sequence[RedactionBox] = ()
) -> tuple[PictureLine, ...]:
    """The places in order of time, and whether somebody approved the picture as it stands now.

    ``closed`` is what consent covers beside them, which nobody lifts.
    """
    session, proposals = session_of(workspace, session_id), proposals_of(workspace, session_id)
    listed = (*_places(workspace, session_id, reveal=reveal), *(_cover("consent", box) for box in closed))
    places = sorted(listed, key=lambda line: (line.from_s or 0.0, line.id))
    actor = decisions.approved_by(workspace.db, session, proposals)
    state = "approved for the public" if actor else "not approved" if session.video else "there is no picture"
    return (*places, PictureLine(id="picture", state=state))


def region_of(box: str | None) -> Region | None:
    """The region of ``left,top,right,bottom`` in shares of the picture, None for all of it; ``UsageProblem`` else."""
    if box is None:
        return None
    try:
        left, top, right, bottom = (float(part) for part in box.split(","))
    except ValueError:
        raise UsageProblem("the box is not four numbers", action="give left,top,right,bottom from 0 to 1") from None
    return Region(left=left, top=top, right=right, bottom=bottom)


def _places(workspace: Workspace, session_id: str, *, reveal: bool) -> Iterator[PictureLine]:
    latest = {
        decision.proposal_id: decision.verdict.value for decision in decision_log.decisions(workspace.db, session_id)
    }
    for proposal in proposals_of(workspace, session_id):
        for finding in proposal.findings:
            if isinstance(finding.place, PicturePlace):
                yield PictureLine(
                    id=proposal.proposal_id,
                    state=latest.get(proposal.proposal_id, "undecided"),
                    from_s=finding.place.start_s,
                    to_s=finding.place.end_s,
                    box=_box(finding.place.region),
                    score=finding.score,
                    text=finding.text if reveal else mask(finding.text),
                )
    for cover_id, cover in decisions.covers(workspace.db, session_id).items():
        yield _cover(cover_id, cover)


def _cover(cover_id: str, cover: RedactionBox) -> PictureLine:
    return PictureLine(
        id=cover_id,
        state="covered",
        from_s=cover.start_s,
        to_s=cover.end_s,
        box=_box(cover.region),
        text=cover.reason,
    )


def _box(region: Region | None) -> str:
    if region is None:
        return "all"
    return ",".join(f"{share:.3f}" for share in (region.left, region.top, region.right, region.bottom))
