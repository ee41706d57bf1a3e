"""The review queue as people see it: sessions by risk, and proposals with what they hide masked."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from pipeline.errors import UsageProblem
from pipeline.records import Decision, Finding, PicturePlace, Proposal, SoundPlace, Verdict
from pipeline.review import acts
from pipeline.store import Workspace
from pipeline.store.database import reading
from pipeline.store.schema import session as sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLine:
    """One session in the queue; ``risk`` is the sum of the undecided proposals' scores."""

    session_id: str
    undecided: int
    decided: int
    risk: float
    signed_off: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalLine:
    """One proposal; ``times`` are H:MM:SS of its mentions in sound or picture, ``text`` is masked unless revealed."""

    proposal_id: str
    replacement: str
    decision: str
    score: float
    rules: tuple[str, ...]
    mentions: int
    times: tuple[str, ...]
    text: tuple[str, ...]


def proposals_of(workspace: Workspace, session_id: str) -> tuple[Proposal, ...]:
    """The session's proposals of the last run; raises ``UsageProblem`` when it has none."""
    found = workspace.stages.recall("proposals", session_id, tuple[Proposal, ...])
    if found is None:
        raise UsageProblem("no such session has been worked", action="see `offrecord review list`")
    return found


def queue(workspace: Workspace) -> tuple[SessionLine, ...]:
    """All sessions with proposals, the riskiest first."""
    with reading(workspace.db) as connection:
        ids = connection.execute(select(sessions.c.session_id)).scalars().all()
    kept = {one: workspace.stages.recall("proposals", one, tuple[Proposal, ...]) for one in ids}
    lines = [_line(workspace, one, proposals) for one, proposals in kept.items() if proposals is not None]
    return tuple(sorted(lines, key=lambda line: (-line.risk, line.session_id)))


def show(workspace: Workspace, session_id: str, *, reveal: bool) -> tuple[ProposalLine, ...]:
    """The session's proposals, undecided ones first."""
    proposals = proposals_of(workspace, session_id)
    latest = {one.proposal_id: one for one in acts.decisions(workspace.db, session_id)}
    ordered = sorted(proposals, key=lambda one: one.proposal_id in latest)
    return tuple(_shown(one, latest.get(one.proposal_id), reveal) for one in ordered)


def chosen(
    workspace: Workspace, session_id: str, proposal_id: str | None, *, all_undecided: bool, verdict: Verdict
) -> list[str]:
    """The ids that a decision is about: one, or all that nobody decided; raises ``UsageProblem`` when it is neither."""
    proposals = proposals_of(workspace, session_id)
    if all_undecided and verdict is Verdict.KEEP:
        raise UsageProblem("keeping needs a look at each proposal", action="decide them one by one")
    if (proposal_id is None) is not all_undecided:
        raise UsageProblem("name one proposal or give --all-undecided", action="see `offrecord review show`")
    if proposal_id is None:
        left = acts.undecided(proposals, acts.decisions(workspace.db, session_id))
        return [proposal.proposal_id for proposal in left]
    if proposal_id not in {one.proposal_id for one in proposals}:
        raise UsageProblem("the session has no such proposal", action="see `offrecord review show`")
    return [proposal_id]


def _line(workspace: Workspace, session_id: str, proposals: tuple[Proposal, ...]) -> SessionLine:
    left = acts.undecided(proposals, acts.decisions(workspace.db, session_id))
    return SessionLine(
        session_id=session_id,
        undecided=len(left),
        decided=len(proposals) - len(left),
        risk=round(sum(one.score for one in left), 2),
        signed_off=acts.signed_off_by(workspace.db, session_id, proposals) is not None,
    )


def _shown(proposal: Proposal, decision: Decision | None, reveal: bool) -> ProposalLine:
    texts = dict.fromkeys(finding.text for finding in proposal.findings)
    return ProposalLine(
        proposal_id=proposal.proposal_id,
        replacement=proposal.replacement,
        decision=decision.verdict.value if decision else "undecided",
        score=proposal.score,
        rules=tuple(dict.fromkeys(finding.rule for finding in proposal.findings)),
        mentions=len(proposal.findings),
        times=tuple(dict.fromkeys(filter(None, map(_time, proposal.findings)))),
        text=tuple(texts if reveal else dict.fromkeys(map(mask, texts))),
    )


def mask(text: str) -> str:
    """The text with every letter and digit hidden."""
    return "".join("•" if char.isalnum() else char for char in text)


def _time(finding: Finding) -> str:
    if not isinstance(finding.place, SoundPlace | PicturePlace):
        return ""
    at_s = int(finding.place.start_s)
    return f"{at_s // 3600}:{at_s // 60 % 60:02}:{at_s % 60:02}"


def verdict_of(*, redact: bool, keep: bool) -> Verdict:
    """The verdict that two flags ask for; raises ``UsageProblem`` when it is not one of them."""
    if redact is keep:
        raise UsageProblem("give --redact or --keep", action="one of them")
    return Verdict.REDACT if redact else Verdict.KEEP
