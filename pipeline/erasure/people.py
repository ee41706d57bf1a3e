"""Whom a withdrawal is about in each session."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.consent.evaluation.rule_tables import Identity
from pipeline.consent.evaluation.snapshot import read_snapshot
from pipeline.records import Session
from pipeline.store import Workspace
from pipeline.store.registry import Registry
from pipeline.store.withdrawals import Filed


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """A session with the participants who are the person for sure, by party, and those who only may be."""

    session: Session
    sure: dict[str, str]
    unsure: frozenset[str]


def affected(workspace: Workspace, filed: Filed) -> Iterator[Affected]:
    """The sessions within a withdrawal's scope where somebody is, or may be, the person; raises as consent does."""
    for session in Registry(workspace.db).sessions():
        if filed.session_id not in (None, session.session_id):
            continue
        matches = read_snapshot(session, workspace=workspace).matches
        theirs = {who: match for who, match in matches.items() if set(match.party_ids) & set(filed.party_ids)}
        sure = {who: match.party_ids[0] for who, match in theirs.items() if match.identity is Identity.MATCHED}
        if theirs:
            yield Affected(session=session, sure=sure, unsure=frozenset(theirs) - frozenset(sure))
