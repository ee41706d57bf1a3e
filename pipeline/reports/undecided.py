"""What is left to decide in a session whose renditions are published: done, and yet not looked at."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.lexicon.counted import counted, is_or_are
from pipeline.review import decision_log
from pipeline.review.queue import proposals_by_session
from pipeline.store import Workspace

if TYPE_CHECKING:
    from pipeline.reports.morning_report import ReportLine


def decided_by_session(workspace: Workspace) -> Mapping[str, Collection[str]]:
    """By session the proposals that somebody decided."""
    decisions = decision_log.decisions_by_session(workspace.db)
    return {session_id: {each.proposal_id for each in made} for session_id, made in decisions.items()}


def reason_with_undecided(reason: str, left: int) -> str:
    """Why a session is where it is, where ``left`` proposals of what is published are undecided."""
    return f"{reason}; {counted(left, 'proposal')} {is_or_are(left)} undecided and redacted"


def with_undecided(line: ReportLine, decided: Collection[str], workspace: Workspace) -> ReportLine:
    """The line with what is undecided now, which ``offrecord review list`` counts too: in its reason and next action.

    Decisions since the last run count. Proposals are read for a session alone in which somebody decided meanwhile.
    """
    if line.undecided is None or line.proposals is None:
        return line
    left = line.undecided
    if len(decided) != line.proposals - line.undecided:
        proposals = proposals_by_session(workspace, [line.id]).get(line.id, ())
        left = len({each.proposal_id for each in proposals} - set(decided)) if proposals else left
    if line.status != "done" or not left or line.action:
        return replace(line, undecided=left)
    it, they = ("it", "it stays") if left == 1 else ("them", "they stay")
    return replace(
        line,
        undecided=left,
        reason=reason_with_undecided(line.reason, left),
        action=f"`offrecord review interactive {line.id}` decides {it}; until then {they} redacted",
    )
