"""Whom a withdrawal affects in each session."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipeline.consent.evaluation.rule_tables import Identity
from pipeline.consent.evaluation.snapshot import read_snapshot
from pipeline.records import Session
from pipeline.store import Workspace
from pipeline.store.registry import Registry
from pipeline.store.withdrawals import Withdrawal
from pipeline.workflow import session_index


@dataclass(frozen=True, slots=True, kw_only=True)
class AffectedSession:
    """A session with the participants who are the person, or of the organisation, for sure, and those who may be."""

    session: Session
    sure: dict[str, str]
    unsure: frozenset[str]


def surely_in(sessions: Iterable[AffectedSession]) -> dict[str, frozenset[str]]:
    """By the id of each session who of its participants is the person for sure."""
    return {affected.session.session_id: frozenset(affected.sure) for affected in sessions}


def affected_sessions(workspace: Workspace, filed: Withdrawal) -> Iterator[AffectedSession]:
    """The sessions within a withdrawal's scope where somebody is, or may be, the person; raises as consent does."""
    registry = Registry(workspace.db)
    of_people = session_index.sessions_of(workspace, filed.party_ids)
    for session_id in of_people if filed.session_id is None else [filed.session_id]:
        session = registry.session(session_id)
        snapshot, about = read_snapshot(session, workspace=workspace), set(filed.party_ids)
        theirs = {who: match for who, match in snapshot.matches.items() if set(match.party_ids) & about}
        sure = {who: match.party_ids[0] for who, match in theirs.items() if match.identity is Identity.MATCHED}
        unsure = frozenset(theirs) - frozenset(sure)
        of_organisation = {
            who: clause.org_id
            for who, clauses in snapshot.agreements.items()
            for clause in clauses
            if clause.org_id in about
        }
        if theirs or of_organisation:
            yield AffectedSession(session=session, sure={**of_organisation, **sure}, unsure=unsure)
