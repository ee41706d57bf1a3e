"""The review queue as people see it: sessions by risk, and proposals with what they hide masked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from pipeline.errors import UsageProblem
from pipeline.records import Audience, Decision, Finding, PicturePlace, Proposal, Session, SoundPlace, Verdict
from pipeline.records.session_names import known_platform, session_name
from pipeline.review import decision_log
from pipeline.review.concerns import ConsentMarks
from pipeline.review.risk import risk_of
from pipeline.store import Workspace
from pipeline.store.registry import Registry
from pipeline.store.stage_cache import StageCache

_TRANSCRIPT = "transcript.txt"
_LINES = 3
_SOON = timedelta(days=7)
UNHEARD = "unheard"
"""The stage that has, beside a session's material, how many seconds of speech no word covers: a queue reads no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLine:
    """One session in the queue; ``name`` is for people, ``risk`` is in points and ``why`` says what they are for.

    ``flagged`` of the undecided proposals are left to a lead.

    ``platform`` is empty where nobody knows it, ``leased_to`` where nobody reviews it now.
    """

    session_id: str
    name: str
    platform: str
    undecided: int
    flagged: int
    decided: int
    risk: float
    why: tuple[str, ...]
    signed_off: bool
    leased_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalLine:
    """One proposal; ``times`` are H:MM:SS of its mentions in sound or picture, ``text`` is masked unless revealed.

    ``cannot_be_kept`` says whose consent takes it out whatever is decided; empty where a person decides. ``concerns``
    says what a person who decides has to know: that it touches somebody who did not agree, by id, and how.
    """

    proposal_id: str
    replacement: str
    decision: str
    cannot_be_kept: str
    concerns: tuple[str, ...]
    score: float
    rules: tuple[str, ...]
    mentions: int
    times: tuple[str, ...]
    text: tuple[str, ...]


def proposals_of(workspace: Workspace, session_id: str) -> tuple[Proposal, ...]:
    """The session's proposals of the last run; raises ``UsageProblem`` when it has none."""
    proposals = workspace.stages.get("proposals", session_id, tuple[Proposal, ...])
    if proposals is None:
        raise UsageProblem("no session with that id has been processed", action="see `offrecord review list`")
    return proposals


def queue(workspace: Workspace, *, now: datetime) -> tuple[SessionLine, ...]:
    """All sessions with proposals, the riskiest first; of those with the same risk the oldest."""
    registry = Registry(workspace.db)
    ends_on = {session_id: _ends_soon(state.valid_until, now) for session_id, state in registry.states().items()}
    flagged = decision_log.flags_by_session(workspace.db)
    decided, signed = decision_log.decisions_by_session(workspace.db), decision_log.signed_states(workspace.db)
    sessions = {session.session_id: session for session in registry.sessions()}
    lines = [
        _line(
            sessions[session_id],
            proposals,
            decided.get(session_id, ()),
            signed=signed.get(session_id, frozenset()),
            flagged=flagged.get(session_id, frozenset()),
            unheard_s=_unheard_s(workspace.stages, session_id),
            ends_on=ends_on.get(session_id),
        )
        for session_id, proposals in proposals_by_session(workspace, sessions).items()
    ]
    return tuple(sorted(lines, key=lambda line: (-line.risk, sessions[line.session_id].started_at, line.session_id)))


def _ends_soon(valid_until: float, now: datetime) -> date | None:
    """The day on which a ruling ends, where that is within the days in which a queue should lead to it."""
    is_soon = now.timestamp() < valid_until <= (now + _SOON).timestamp()
    return datetime.fromtimestamp(valid_until, UTC).date() if is_soon else None


def _unheard_s(stages: StageCache, session_id: str) -> float:
    return _read_unheard(stages, session_id, stages.changed_at(stages.place(UNHEARD, session_id)))


@lru_cache(maxsize=1024)
def _read_unheard(stages: StageCache, session_id: str, _: str) -> float:
    return stages.get(UNHEARD, session_id, float) or 0.0


def proposals_by_session(workspace: Workspace, ids: Iterable[str]) -> dict[str, tuple[Proposal, ...]]:
    """The proposals of every one of these sessions that has any."""
    stages = workspace.stages
    kept = {
        session_id: _read(stages, session_id, stages.changed_at(stages.place("proposals", session_id)))
        for session_id in ids
    }
    return {session_id: proposals for session_id, proposals in kept.items() if proposals is not None}


@lru_cache(maxsize=1024)
def _read(stages: StageCache, session_id: str, _: str) -> tuple[Proposal, ...] | None:
    """A session's proposals, read once for each time that they were written: a server asks for all again and again."""
    return stages.get("proposals", session_id, tuple[Proposal, ...])


def show(
    workspace: Workspace,
    session_id: str,
    *,
    reveal: bool,
    undecided: bool = False,
    below: float = 2.0,
    marks: ConsentMarks,
) -> tuple[ProposalLine, ...]:
    """The session's proposals, undecided ones first; those alone, or only those that are less sure than ``below``.

    ``marks`` says which of them consent takes out, and which concern somebody who did not agree.
    """
    proposals = proposals_of(workspace, session_id)
    latest = {decision.proposal_id: decision for decision in decision_log.decisions(workspace.db, session_id)}
    flagged = decision_log.flags(workspace.db, session_id)
    ordered = sorted(proposals, key=lambda proposal: proposal.proposal_id in latest)
    return tuple(
        shown(
            proposal,
            latest.get(proposal.proposal_id) or flagged.get(proposal.proposal_id),
            reveal=reveal,
            marks=marks,
        )
        for proposal in ordered
        if proposal.score < below and not (undecided and proposal.proposal_id in latest)
    )


def chosen(
    workspace: Workspace, session_id: str, named: Sequence[str], *, all_undecided: bool, verdict: Verdict
) -> list[str]:
    """The ids that a decision is about: those named, by id or by label, or all that nobody decided or left to a lead.

    Raises ``UsageProblem`` when it is neither, or when a person should look at each.
    """
    proposals = proposals_of(workspace, session_id)
    if all_undecided and verdict is not Verdict.REDACT:
        raise UsageProblem("--all-undecided goes with --redact only", action="decide each other proposal by its id")
    if bool(named) is all_undecided:
        raise UsageProblem("name proposals or give --all-undecided", action="see `offrecord review show`")
    if not named:
        left = decision_log.undecided(proposals, decision_log.decisions(workspace.db, session_id))
        flagged = decision_log.flags(workspace.db, session_id)
        return [proposal.proposal_id for proposal in left if proposal.proposal_id not in flagged]
    ids = {proposal.proposal_id: proposal.proposal_id for proposal in proposals} | {
        proposal.replacement: proposal.proposal_id for proposal in proposals
    }
    if not all(name in ids for name in named):
        raise UsageProblem("the session has no such proposal", action="see `offrecord review show`")
    return list(dict.fromkeys(ids[name] for name in named))


def alike(
    workspace: Workspace, session_id: str, proposal_ids: Collection[str], *, verdict: Verdict
) -> dict[str, list[str]]:
    """By session the undecided proposals of the same entities in all the other sessions: only to take them out."""
    if verdict is not Verdict.REDACT:
        raise UsageProblem(
            "--all-sessions goes with --redact only", action="list words that are no names under allow in terms.toml"
        )
    entities = {
        proposal.entity for proposal in proposals_of(workspace, session_id) if proposal.proposal_id in proposal_ids
    }
    same_entity, flagged = {}, decision_log.flags_by_session(workspace.db)
    for other, proposals in proposals_by_session(workspace, Registry(workspace.db).digests()).items():
        left = decision_log.undecided(proposals, decision_log.decisions(workspace.db, other))
        left_to_lead = flagged.get(other, frozenset())
        ids = [each.proposal_id for each in left if each.entity in entities and each.proposal_id not in left_to_lead]
        if ids and other != session_id:
            same_entity[other] = ids
    return same_entity


def _line(
    session: Session,
    proposals: tuple[Proposal, ...],
    decided: Sequence[Decision],
    *,
    signed: frozenset[str],
    flagged: frozenset[str],
    unheard_s: float,
    ends_on: date | None,
) -> SessionLine:
    left = decision_log.undecided(proposals, decided)
    is_finished = bool(proposals) and not left
    for_lead = sum(proposal.proposal_id in flagged for proposal in left)
    unheard_s = 0.0 if is_finished else unheard_s
    risk = risk_of(session, left, flagged=for_lead, unheard_s=unheard_s, ends_on=ends_on)
    state = decision_log.state_of(decision_log.not_of_picture(proposals), decided) if signed else ""
    return SessionLine(
        session_id=session.session_id,
        name=session_name(session),
        platform=known_platform(session),
        undecided=len(left),
        flagged=for_lead,
        decided=len(proposals) - len(left),
        risk=risk.points,
        why=risk.reasons,
        signed_off=state in signed,
    )


def shown(proposal: Proposal, decision: Decision | None, *, reveal: bool, marks: ConsentMarks) -> ProposalLine:
    """One proposal as a person sees it, with what consent has to do with it."""
    closed = marks.closed.get(proposal.proposal_id, "")
    texts = dict.fromkeys(finding.text for finding in proposal.findings)
    return ProposalLine(
        proposal_id=proposal.proposal_id,
        replacement=proposal.replacement,
        decision=shown_verdict(decision, closed=closed),
        cannot_be_kept=closed,
        concerns=marks.concerns.get(proposal.proposal_id, ()),
        score=proposal.score,
        rules=tuple(dict.fromkeys(finding.rule for finding in proposal.findings)),
        mentions=len(proposal.findings),
        times=tuple(dict.fromkeys(filter(None, map(_time, proposal.findings)))),
        text=tuple(texts if reveal else dict.fromkeys(map(mask, texts))),
    )


def shown_verdict(decision: Decision | None, *, closed: str) -> str:
    """What holds of a proposal: what somebody decided, but redact for a keep that consent does not allow."""
    verdict = decision.verdict if decision else None
    if verdict is Verdict.KEEP and closed:
        verdict = Verdict.REDACT
    return verdict.value if verdict else "undecided"


def mask(text: str) -> str:
    """The text with every letter and digit hidden."""
    return "".join("•" if char.isalnum() else char for char in text)


def _time(finding: Finding) -> str:
    if not isinstance(finding.place, SoundPlace | PicturePlace):
        return ""
    at_s = int(finding.place.start_s)
    return f"{at_s // 3600}:{at_s // 60 % 60:02}:{at_s % 60:02}"


def said_around(workspace: Workspace, proposal: Proposal) -> tuple[str, ...]:
    """The first lines of the internal rendition's transcript that have the label; none while it is not out."""
    path = workspace.out / proposal.session_id / Audience.INTERNAL / _TRANSCRIPT
    if not path.is_file():
        return ()
    lines = (line.strip() for line in path.read_text("utf-8").splitlines())
    return tuple(line for line in lines if proposal.replacement in line)[:_LINES]
