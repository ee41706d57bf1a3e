"""What staff enter into the consent store, one function each, with everything that has to follow from it at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from pipeline.consent.answers.importer import ImportedAnswers, import_answers
from pipeline.consent.log.agreements import AgreementKind, Clause
from pipeline.consent.log.manual_decisions import ManualAction
from pipeline.consent.log.replay import rebuild
from pipeline.consent.staff.confirm_exact import ConfirmedMatch, confirm_exact
from pipeline.consent.staff.match_participant import MatchResult, file_match
from pipeline.consent.staff.organisations import FiledClauses, agree, revoke
from pipeline.consent.staff.resolve_hold import HoldResolution, resolve
from pipeline.consent.staff.withdraw import Erasure, FiledWithdrawal, withdraw
from pipeline.consent.transfer.log_import import ImportedLog, import_log
from pipeline.errors import UsageProblem
from pipeline.records import Purpose
from pipeline.store import Workspace
from pipeline.store.artefacts import ArtefactCopy
from pipeline.store.registry import Registry
from pipeline.workflow.erasure import quarantine, quarantine_session

_EVER = datetime(1970, 1, 1, tzinfo=UTC)


def import_consent(
    file: Path, *, form: Path | None, key: Path | None, workspace: Workspace, now: datetime
) -> ImportedAnswers | ImportedLog:
    """Files the answers of a table, with its ``form``, or the events of an exported log, with its ``key``.

    What an answer withdraws is withdrawn from ``out/`` while nothing can be released.
    """
    take_back = partial(quarantine, workspace, now=now)
    if form is None:
        return import_log(file, workspace=workspace, now=now, key=key, then=take_back)
    if key is not None:
        raise UsageProblem("a table needs no key", action="give --form for a table, --key only for an export")
    return import_answers(file, form, workspace=workspace, now=now, then=take_back)


def withdraw_consent(
    email: str,
    *,
    purposes: Sequence[Purpose],
    session_id: str | None,
    erasure: Erasure,
    actor: str,
    reason: str,
    workspace: Workspace,
    now: datetime,
) -> FiledWithdrawal:
    """Files a withdrawal, and withdraws every rendition with that person while nothing can be released."""
    return withdraw(
        email,
        purposes=purposes,
        session_id=session_id,
        actor=actor,
        reason=reason,
        workspace=workspace,
        now=now,
        erasure=erasure,
        then=partial(quarantine, workspace, now=now),
    )


def resolve_hold(
    session_id: str,
    participant_id: str,
    purpose: Purpose,
    act: ManualAction,
    *,
    actor: str,
    reason: str,
    evidence: str,
    workspace: Workspace,
    now: datetime,
) -> HoldResolution:
    """Files a person's decision about a hold; raises ``RefusedByPolicy`` where nothing is held, or they said no."""
    session = Registry(workspace.db).session(session_id)
    return resolve(
        session,
        participant_id,
        purpose,
        act,
        actor=actor,
        reason=reason,
        evidence=evidence,
        workspace=workspace,
        now=now,
        then=partial(quarantine_session, workspace, now=now),
    )


def settle_match(
    session_id: str,
    participant_id: str,
    party_id: str | None,
    *,
    actor: str,
    reason: str,
    workspace: Workspace,
    now: datetime,
) -> MatchResult:
    """Files who a participant is; with None as the party, takes back what was filed, in every session."""
    registry = Registry(workspace.db)
    others = (each for each in registry.sessions() if each.session_id != session_id)
    return file_match(
        registry.session(session_id),
        participant_id,
        party_id,
        actor=actor,
        reason=reason,
        workspace=workspace,
        now=now,
        others=() if party_id else others,
        then=partial(quarantine_session, workspace, now=now),
    )


def confirm_exact_matches(
    session_id: str | None,
    *,
    actor: str,
    reason: str,
    workspace: Workspace,
    now: datetime,
    names: bool = False,
    is_trial: bool = False,
) -> tuple[ConfirmedMatch, ...]:
    """Files who everybody is, in one session or in all, whose address or id is exactly that of one person on file."""
    registry = Registry(workspace.db)
    sessions = [registry.session(session_id)] if session_id else registry.sessions()
    return confirm_exact(
        sessions, actor=actor, reason=reason, workspace=workspace, now=now, names=names, is_trial=is_trial
    )


def file_agreement(
    name: str,
    *,
    aliases: Iterable[str] = (),
    domains: Iterable[str] = (),
    kind: AgreementKind,
    recording: Clause | None = None,
    publication: Clause | None = None,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
    actor: str,
    evidence: str,
    workspace: Workspace,
    now: datetime,
) -> FiledClauses:
    """Files what an agreement with an organisation says, from ever where it has no start.

    Every rendition that it forbids now is withdrawn while nothing can be released.
    """
    if recording is None and publication is None:
        raise UsageProblem("say what the agreement says", action="give --recording, --publication or both")
    return agree(
        name,
        aliases=aliases,
        domains=domains,
        kind=kind,
        recording=recording,
        publication=publication,
        valid_from=valid_from or _EVER,
        valid_until=valid_until,
        actor=actor,
        evidence=evidence,
        workspace=workspace,
        now=now,
        then=partial(quarantine, workspace, now=now),
    )


def revoke_consent(
    organisation: str,
    *,
    purposes: Sequence[Purpose],
    actor: str,
    reason: str,
    workspace: Workspace,
    now: datetime,
) -> FiledClauses:
    """Files that an organisation revokes the consent of its people, and withdraws every rendition with any of them."""
    close = partial(quarantine, workspace, now=now)
    return revoke(organisation, purposes=purposes, actor=actor, reason=reason, workspace=workspace, now=now, then=close)


def rebuild_journal(workspace: Workspace) -> int:
    """Writes the journal of refusals and withdrawals anew from the store; returns how many entries it has."""
    return rebuild(workspace)


def record_copy(artefact_id: str, *, to: str, actor: str, workspace: Workspace, now: datetime) -> ArtefactCopy:
    """Records that a copy of an artefact left the workspace: receipts of withdrawals name it as not recalled."""
    return workspace.artefacts.copied(artefact_id, to=to, by=actor, now=now)
