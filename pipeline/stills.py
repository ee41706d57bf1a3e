"""One frame of a session's picture for the person who decides about it, with the covers drawn that it would have."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import UsageProblem
from pipeline.files import write_bytes
from pipeline.media.frames import Frame, frame_at
from pipeline.media.png import png
from pipeline.records import RedactionBox, Region, Verdict
from pipeline.render.picture import CLOCK_S, draw_box
from pipeline.review import decision_log
from pipeline.review.picture import decisions
from pipeline.review.picture.plan import covers_of
from pipeline.review.picture.queue import session_of
from pipeline.review.queue import proposals_of
from pipeline.store import Workspace

SUFFIX = ".png"
_LINE = 4
_WHITE = 235


@dataclass(frozen=True, slots=True, kw_only=True)
class Still:
    """What was written: a frame that is shown from ``from_s`` to ``to_s``, None for the last, and its covers."""

    from_s: float
    to_s: float | None
    covers: int


def still(workspace: Workspace, session_id: str, at_s: float, out: Path, *, actor: str, under: bool = False) -> Still:
    """Write the frame that is shown at ``at_s`` as a new PNG file, 0600, outside the folder of renditions.

    Covers that are proposed, decided or laid are drawn as a rendition would have them. With ``under`` only their edges
    are, and the ledger notes that ``actor`` looked at what they hide. Raises ``UsageProblem`` where that cannot be.
    """
    video = session_of(workspace, session_id).video
    if video is None:
        raise UsageProblem("the session has no picture", action="nothing; there is nothing to look at")
    if not 0 <= at_s <= video.duration_s:
        raise UsageProblem(f"the picture lasts {video.duration_s:.1f} s", action="correct --at")
    _may_write(workspace, out)
    frame, until_s = frame_at(workspace.vault.path(video.digest), at_s)
    from_s = min(frame.at_s, at_s)
    covers = [one for one in _covers(workspace, session_id) if _touches(one, from_s, until_s)]
    for cover in covers:
        (_edge if under else draw_box)(frame, cover.region)
    if under:
        decision_log.note_reveal(workspace.db, session_id, actor=actor)
    write_bytes(out, png(frame))
    return Still(from_s=from_s, to_s=None if math.isinf(until_s) else until_s, covers=len(covers))


def _may_write(workspace: Workspace, out: Path) -> None:
    if out.suffix.lower() != SUFFIX:
        raise UsageProblem("a still is a PNG file", action=f"give a name that ends in {SUFFIX}")
    if out.exists() or out.is_symlink() or not out.parent.is_dir():
        raise UsageProblem("the output is there already, or its folder is not", action="give another name")
    if out.parent.resolve().is_relative_to(workspace.out.resolve()):
        raise UsageProblem("a still may not lie among the renditions", action="write it elsewhere")


def _covers(workspace: Workspace, session_id: str) -> Iterator[RedactionBox]:
    """Every cover that holds while nobody decides anything else."""
    verdicts = {one.proposal_id: one.verdict for one in decision_log.decisions(workspace.db, session_id)}
    proposals = proposals_of(workspace, session_id)
    yield from covers_of(one for one in proposals if verdicts.get(one.proposal_id) is not Verdict.KEEP)
    yield from decisions.covers(workspace.db, session_id).values()


def _touches(cover: RedactionBox, from_s: float, until_s: float) -> bool:
    return cover.start_s < until_s + CLOCK_S and cover.end_s > from_s - CLOCK_S


def _edge(frame: Frame, region: Region | None) -> None:
    """A white line just inside a region."""
    sides = (region.left, region.top, region.right, region.bottom) if region else (0.0, 0.0, 1.0, 1.0)
    left, right = round(sides[0] * frame.width), round(sides[2] * frame.width)
    top, bottom = round(sides[1] * frame.height), round(sides[3] * frame.height)
    part = frame.planes[0][top:bottom, left:right]
    for line in (part[:_LINE], part[-_LINE:], part[:, :_LINE], part[:, -_LINE:]):
        line[:] = _WHITE
