"""What staff enter into the consent store, one function each, with everything that has to follow from it at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from pipeline.consent.agreements import Kind, Says
from pipeline.consent.human import Act
from pipeline.consent.importer import Imported, import_answers
from pipeline.consent.matching import Settled, settle
from pipeline.consent.organisations import agree
from pipeline.consent.resolve import Resolved, resolve
from pipeline.consent.restore import Restored, import_log
from pipeline.consent.withdraw import Erasure, Withdrawn, withdraw
from pipeline.errors import UsageProblem
from pipeline.records import Purpose
from pipeline.store import Workspace
from pipeline.store.artefacts import Copy
from pipeline.store.registry import Registry
from pipeline.workflow.erasure import quarantine

_EVER = datetime(1970, 1, 1, tzinfo=UTC)


def import_consent(
    file: Path, *, form: Path | None, key: Path | None, workspace: Workspace, now: datetime
) -> Imported | Restored:
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
) -> Withdrawn:
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
    act: Act,
    *,
    actor: str,
    reason: str,
    evidence: str,
    workspace: Workspace,
    now: datetime,
) -> Resolved:
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
) -> Settled:
    """Files who a participant is; with None as the party, takes back what was filed."""
    session = Registry(workspace.db).session(session_id)
    return settle(session, participant_id, party_id, actor=actor, reason=reason, workspace=workspace, now=now)


def file_agreement(
    name: str,
    *,
    aliases: Iterable[str] = (),
    domains: Iterable[str] = (),
    kind: Kind,
    recording: Says | None = None,
    publication: Says | None = None,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
    actor: str,
    evidence: str,
    workspace: Workspace,
    now: datetime,
) -> int:
    """Files what an agreement with an organisation says, from ever where it has no start; returns its clauses."""
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
    )


def record_copy(artefact_id: str, *, to: str, actor: str, workspace: Workspace, now: datetime) -> Copy:
    """Records that a copy of an artefact left the workspace: receipts of withdrawals name it as not recalled."""
    return workspace.artefacts.copied(artefact_id, to=to, by=actor, now=now)
