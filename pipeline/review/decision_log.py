"""The acts of reviewers as they are kept: decisions, sign-offs and looks at what is masked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from pipeline.errors import FlaggedForLead, RefusedByPolicy, UsageProblem, VersionConflict
from pipeline.lexicon.counted import counted, is_or_are
from pipeline.records import Audience, Decision, Proposal, Verdict
from pipeline.records.shell_actor import ShellActor, mark
from pipeline.review.actors import account_marks, marks_of
from pipeline.store import ledger
from pipeline.store.database import reading
from pipeline.store.tables.review import decision, finding_edit, picture_decision, sign_off

UNDECIDED = frozenset({Verdict.OPEN, Verdict.FLAG})
"""Acts after which a proposal is undecided, whatever was decided before."""
_SIGNED_FOR = Audience.PUBLIC.value
"""Whom a sign-off is for: nothing else waits for one."""


def decisions(db: Engine, session_id: str) -> tuple[Decision, ...]:
    """The decisions about a session that nobody took back, in the order they were made."""
    return tuple(decision for _, decision in numbered(db, session_id))


def numbered(db: Engine, session_id: str) -> tuple[tuple[int, Decision], ...]:
    """The same, each with its number, which the ledger has too."""
    return _in_force(acts(db, session_id))


def decisions_by_session(db: Engine) -> dict[str, tuple[Decision, ...]]:
    """The same of every session that has any, in one view of the database."""
    entries_of: dict[str, list[tuple[int, Decision]]] = {}
    with reading(db) as connection:
        for row in connection.execute(select(decision).order_by(decision.c.seq)):
            entries_of.setdefault(row.session_id, []).append((row.seq, _decision(row)))
    return {
        session_id: tuple(decision for _, decision in _in_force(entries)) for session_id, entries in entries_of.items()
    }


def flags(db: Engine, session_id: str) -> dict[str, Decision]:
    """By proposal the acts that leave it to a lead, where nothing followed."""
    latest = {decision.proposal_id: decision for _, decision in acts(db, session_id)}
    return {proposal_id: decision for proposal_id, decision in latest.items() if decision.verdict is Verdict.FLAG}


def ever_flagged(db: Engine, session_id: str) -> frozenset[str]:
    """The proposals that somebody left to a lead at any time."""
    return frozenset(decision.proposal_id for _, decision in acts(db, session_id) if decision.verdict is Verdict.FLAG)


def flags_by_session(db: Engine) -> dict[str, frozenset[str]]:
    """By session the proposals that are left to a lead."""
    later = decision.alias("later")
    same = (later.c.session_id == decision.c.session_id, later.c.proposal_id == decision.c.proposal_id)
    followed = select(later.c.seq).where(*same, later.c.seq > decision.c.seq).exists()
    query = select(decision.c.session_id, decision.c.proposal_id).where(
        decision.c.verdict == Verdict.FLAG.value, ~followed
    )
    flagged: dict[str, set[str]] = {}
    with reading(db) as connection:
        for row in connection.execute(query):
            flagged.setdefault(row.session_id, set()).add(row.proposal_id)
    return {session_id: frozenset(ids) for session_id, ids in flagged.items()}


def signed_states(db: Engine) -> dict[str, frozenset[str]]:
    """By session every state, as ``state_of`` gives it, that somebody signed off for the public."""
    query = select(sign_off.c.session_id, sign_off.c.state).where(sign_off.c.audience == _SIGNED_FOR)
    states: dict[str, set[str]] = {}
    with reading(db) as connection:
        for row in connection.execute(query):
            states.setdefault(row.session_id, set()).add(row.state)
    return {session_id: frozenset(signed) for session_id, signed in states.items()}


def history(db: Engine) -> tuple[tuple[int, str, Decision], ...]:
    """Every act of a decision ever made, taken back or not: its number, its session and what was decided, in order."""
    with reading(db) as connection:
        rows = connection.execute(select(decision).order_by(decision.c.seq))
        return tuple((row.seq, row.session_id, _decision(row)) for row in rows)


def _in_force(entries: Sequence[tuple[int, Decision]]) -> tuple[tuple[int, Decision], ...]:
    undone_at = {decision.proposal_id: seq for seq, decision in entries if decision.verdict in UNDECIDED}
    return tuple((seq, decision) for seq, decision in entries if seq > undone_at.get(decision.proposal_id, 0))


def acts(db: Engine, session_id: str) -> tuple[tuple[int, Decision], ...]:
    """Every act about a session with its number, taken back or not, in order."""
    wanted = select(decision).where(decision.c.session_id == session_id).order_by(decision.c.seq)
    with reading(db) as connection:
        return tuple((row.seq, _decision(row)) for row in connection.execute(wanted))


def _decision(row: Any) -> Decision:
    return Decision(
        proposal_id=row.proposal_id,
        verdict=Verdict(row.verdict),
        actor=row.actor,
        reason=row.reason,
        decided_at=datetime.fromisoformat(row.decided_at),
    )


def undecided(proposals: Iterable[Proposal], decided: Iterable[Decision]) -> tuple[Proposal, ...]:
    """The proposals that nobody decided yet."""
    known = {decision.proposal_id for decision in decided}
    return tuple(proposal for proposal in proposals if proposal.proposal_id not in known)


def versions(db: Engine, session_id: str) -> dict[str, int]:
    """The number of the last act about each proposal, taken back or not; none for one that nobody decided."""
    return {decision.proposal_id: seq for seq, decision in acts(db, session_id)}


def decide(
    db: Engine,
    session_id: str,
    proposal_ids: Sequence[str],
    *,
    verdict: Verdict,
    actor: str,
    reason: str,
    version: int | None = None,
    is_lead: bool = False,
) -> tuple[int, ...]:
    """Keeps one decision for each proposal, all or none, and gives their numbers, which are the versions from then on.

    Raises ``UsageProblem`` when actor or reason is blank, and ``FlaggedForLead`` where a proposal is left to a lead and
    ``is_lead`` does not say that one decides; whoever left it takes that back, too.

    With ``version``, the number of the last act that its maker saw, it is kept only where that still is the last: else
    it raises ``VersionConflict``. The same act again, as a client sends it that got no answer, is kept once.
    """
    if not actor.strip() or not reason.strip():
        raise UsageProblem("a decision needs an actor and a reason", action="give --by and --reason")
    at, numbers = datetime.now(UTC).isoformat(), list[int]()
    with db.begin() as connection:
        for proposal_id in proposal_ids:
            kept = None if version is None else _kept(connection, session_id, proposal_id, verdict, actor, version)
            if kept is not None:
                numbers.append(kept)
                continue
            _require_lead(connection, session_id, proposal_id, verdict, actor, is_lead=is_lead)
            row = {"session_id": session_id, "proposal_id": proposal_id, "verdict": verdict.value}
            added = decision.insert().values(**row, actor=actor, reason=reason, decided_at=at).returning(decision.c.seq)
            seq: int = connection.execute(added).scalar_one()
            ledger.append(connection, "decision", f"{seq}", {**row, **marks_of(actor)})
            numbers.append(seq)
    return tuple(numbers)


def _kept(
    connection: Connection, session_id: str, proposal_id: str, verdict: Verdict, actor: str, version: int
) -> int | None:
    """The number of this very act where it is kept already; ``VersionConflict`` where another follows what was seen."""
    query = (
        select(decision.c.seq, decision.c.verdict, decision.c.actor)
        .where(decision.c.session_id == session_id, decision.c.proposal_id == proposal_id, decision.c.seq > version)
        .order_by(decision.c.seq)
    )
    later = connection.execute(query).all()
    if not later:
        return None
    if len(later) == 1 and (later[0].verdict, later[0].actor) == (verdict.value, actor):
        return int(later[0].seq)
    raise VersionConflict(later[-1].seq)


def _require_lead(
    connection: Connection, session_id: str, proposal_id: str, verdict: Verdict, actor: str, *, is_lead: bool
) -> None:
    """Raises ``FlaggedForLead`` where somebody else than a lead acts on what is left to one.

    Whoever left it may say so again or take it back. Another's flag in its place could be taken back by that other.
    """
    about = (decision.c.session_id == session_id, decision.c.proposal_id == proposal_id)
    columns = (decision.c.seq, decision.c.verdict, decision.c.actor)
    last = connection.execute(select(*columns).where(*about).order_by(decision.c.seq.desc()).limit(1)).first()
    if last is None or last.verdict != Verdict.FLAG or is_lead:
        return
    if verdict not in UNDECIDED or last.actor != actor or not _is_own(connection, last.seq, actor):
        raise FlaggedForLead(last.actor)


def _is_own(connection: Connection, seq: int, actor: str) -> bool:
    """Whether an act under the same name is that person's: by command from the same account, or an account so named."""
    if not isinstance(actor, ShellActor):
        return True
    from_account = account_marks(connection, "decision", [str(seq)]).get(str(seq), mark(actor))
    return from_account == mark(actor.account)


def sign(db: Engine, session_id: str, proposals: Sequence[Proposal], *, audience: Audience, actor: str) -> None:
    """Keeps a sign-off of exactly these proposals and their decisions; raises ``RefusedByPolicy`` while any is open."""
    if not actor.strip():
        raise UsageProblem("a sign-off needs an actor", action="give --by")
    decided = decisions(db, session_id)
    left = len(undecided(needs_decision(proposals), decided))
    if left:
        raise RefusedByPolicy(f"{counted(left, 'proposal')} {is_or_are(left)} undecided", action="decide them first")
    state = state_of(not_of_picture(proposals), decided)
    row = {"session_id": session_id, "audience": audience.value, "state": state}
    at = datetime.now(UTC).isoformat()
    with db.begin() as connection:
        added = sign_off.insert().values(**row, actor=actor, signed_at=at).returning(sign_off.c.seq)
        seq = connection.execute(added).scalar_one()
        ledger.append(connection, "sign-off", f"{seq}", {**row, **marks_of(actor)})


def signed_off_by(db: Engine, session_id: str, proposals: Sequence[Proposal]) -> str | None:
    """Who signed off these very proposals and decisions for the public; None when nobody did, or something changed."""
    state = state_of(not_of_picture(proposals), decisions(db, session_id))
    wanted = (
        select(sign_off.c.actor)
        .where(sign_off.c.session_id == session_id, sign_off.c.audience == _SIGNED_FOR, sign_off.c.state == state)
        .order_by(sign_off.c.seq.desc())
        .limit(1)
    )
    with reading(db) as connection:
        return connection.execute(wanted).scalar_one_or_none()


def not_of_picture(proposals: Iterable[Proposal]) -> tuple[Proposal, ...]:
    """The proposals that a sign-off is about; those about the picture are decided with the picture."""
    return tuple(proposal for proposal in proposals if not proposal.is_picture)


def needs_decision(proposals: Iterable[Proposal]) -> tuple[Proposal, ...]:
    """The proposals that a public rendition waits for; what was heard again is taken out without anybody's doing."""
    return tuple(proposal for proposal in not_of_picture(proposals) if not proposal.is_heard_again)


def state_of(proposals: Iterable[Proposal], decided: Iterable[Decision]) -> str:
    """A hash of the proposals with all their findings and of the verdicts that hold.

    What was heard again, and nobody decided, is not in it: a plan that only grows is the one that was signed.
    """
    verdicts = {decision.proposal_id: decision.verdict.value for decision in decided}
    body = [
        [
            proposal.proposal_id,
            verdicts.get(proposal.proposal_id, ""),
            sorted(finding.finding_id for finding in proposal.findings),
        ]
        for proposal in proposals
        if proposal.proposal_id in verdicts or not proposal.is_heard_again
    ]
    return hashlib.sha256(json.dumps(sorted(body)).encode()).hexdigest()


def heads(db: Engine) -> dict[str, str]:
    """For each session with acts a mark that changes with every act."""
    decision_seqs: dict[str, str] = {}
    with reading(db) as connection:
        for table in (decision, sign_off, picture_decision, finding_edit):
            wanted = select(table.c.session_id, func.max(table.c.seq)).group_by(table.c.session_id)
            for session_id, seq in connection.execute(wanted):
                decision_seqs[session_id] = f"{decision_seqs.get(session_id, '')}/{table.name}:{seq}"
    return decision_seqs


def note_reveal(db: Engine, session_id: str, *, actor: str) -> None:
    """Notes in the ledger that somebody looked at what is masked."""
    at = datetime.now(UTC).isoformat()
    with db.begin() as connection:
        ledger.append(connection, "reveal", f"{session_id} {at}", {"session_id": session_id, **marks_of(actor)})


def note_listening(db: Engine, session_id: str, *, actor: str, voice: int | None = None) -> None:
    """Notes in the ledger that somebody listened to what was heard again in a session.

    With ``voice``, the number of a voice of whom consent may let nobody hear more than says who it is, 0 for each.
    """
    at = datetime.now(UTC).isoformat()
    body = {"session_id": session_id, **marks_of(actor)}
    sample = {} if voice is None else {"closed": True, "voice": voice}
    with db.begin() as connection:
        ledger.append(connection, "listen", f"{session_id} {at}", {**body, **sample})
