"""Carries withdrawals out in a run: erases or drops first, and searches every store for leftovers at its end."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from sqlalchemy import delete, select

from pipeline.consent.answers import answer_rows
from pipeline.consent.log import erased_participants, journal
from pipeline.consent.log.identity import AliasKind, Keys
from pipeline.consent.log.log import holding_releases
from pipeline.consent.log.parties import vouch
from pipeline.errors import WorkspaceDamaged
from pipeline.store import Workspace, database, record_keys, tombstones, withdrawals
from pipeline.store.artefacts import ArtefactState
from pipeline.store.database import reading
from pipeline.store.registry import Registry
from pipeline.store.tables.consent import alias as alias_table
from pipeline.store.tables.erasures import erased_participant
from pipeline.store.tables.erasures import tombstone as tombstone_table
from pipeline.store.withdrawals import Withdrawal, WithdrawalState
from pipeline.workflow.erasure import fingerprints
from pipeline.workflow.erasure.affected import affected_sessions, surely_in
from pipeline.workflow.erasure.erase import delete_derived, erase, without_names
from pipeline.workflow.erasure.leftovers import find_leftovers
from pipeline.workflow.erasure.quarantine import is_quarantined, quarantine


def carry_out(workspace: Workspace, *, now: datetime, by_time: bool = True) -> None:
    """Does what withdrawals ask for, and erases again what a backup brought back; under the lock of the workspace.

    Stopped at any instruction, the next run goes on. Without ``by_time``, where the clock is in doubt, no recording is
    erased whole because its time to be decided about is over.
    """
    for filed in withdrawals.read(workspace.db):
        if filed.state is WithdrawalState.FILED and not is_quarantined(workspace, filed):
            with holding_releases(workspace):
                quarantine(workspace, filed, now=now)
        if filed.state in (WithdrawalState.FILED, WithdrawalState.WAITING):
            waits = _erased(workspace, filed, now, by_time=by_time) if filed.erase else _dropped(workspace, filed)
            withdrawals.set_state(
                workspace.db, filed.withdrawal_id, WithdrawalState.WAITING if waits else WithdrawalState.DONE
            )
    _replay(workspace, now)


def verify_withdrawals(workspace: Workspace) -> None:
    """Searches for what each withdrawal should have left nowhere; raises ``WorkspaceDamaged`` while there is any.

    Under the lock of the workspace.
    """
    incomplete, done = [], [each for each in withdrawals.read(workspace.db) if each.state is WithdrawalState.DONE]
    if done:
        workspace.sweep_buckets()  # so that what could not be deleted at once is no leftover, if it can be now
    for filed in done:
        if find_leftovers(workspace, filed):
            incomplete.append(filed.withdrawal_id)
        else:
            withdrawals.set_state(workspace.db, filed.withdrawal_id, WithdrawalState.VERIFIED)
            where = "every store" if filed.erase else "published renditions"
            withdrawals.step(workspace.ledger, filed.withdrawal_id, "verified", where, {})
    if incomplete:
        raise WorkspaceDamaged(
            f"leftovers of withdrawn data are found: {', '.join(incomplete)}",
            action="`offrecord consent verify-withdrawal` with that id shows where",
        )


def _dropped(workspace: Workspace, filed: Withdrawal) -> bool:
    if filed.about_sound:
        for affected in affected_sessions(workspace, filed):
            delete_derived(workspace, filed, affected.session.session_id, copies=False)
    return False


def _erased(workspace: Workspace, filed: Withdrawal, now: datetime, *, by_time: bool) -> bool:
    """Every session first, then the names in everybody's texts; the aliases last, by which sessions are found."""
    sessions = list(affected_sessions(workspace, filed))
    elsewhere, waits = fingerprints.said_elsewhere(workspace, surely_in(sessions)), []
    for affected in sessions:
        if affected.sure:
            with workspace.vault.in_use():
                waits.append(erase(workspace, filed, affected, elsewhere=elsewhere, now=now, by_time=by_time))
    unsure = any(affected.unsure for affected in sessions)
    registry, names = Registry(workspace.db), _names(workspace, filed)
    for session in registry.sessions():
        if filed.session_id in (None, session.session_id):
            changed = without_names(session, names)
            if changed != session:
                registry.rewrite_erased(changed)
                delete_derived(workspace, filed, session.session_id)
    for path in registry.entries():
        if filed.session_id is None and any(
            alias in " ".join(fingerprints.tokens(path)) for alias in fingerprints.searchable(names)
        ):
            registry.hide_path(path)
    record_keys.drop_unused(workspace.db)
    if filed.session_id is None and not unsure:
        _forget_aliases(workspace, filed, names)
    database.purge_deleted(workspace.db)
    return unsure or any(waits)


def _names(workspace: Workspace, filed: Withdrawal) -> list[str]:
    """What the person is known by on file and in the sessions that they were erased from."""
    keys, registry = Keys(workspace.key("identity")), Registry(workspace.db)
    with reading(workspace.db) as connection:
        names = fingerprints.aliases_of(connection, keys, filed.party_ids)
        query = select(erased_participant).where(erased_participant.c.party_id.in_(filed.party_ids))
        rows = connection.execute(query).all()
    for row in rows:
        session = erased_participants.with_erased(registry.session(row.session_id), workspace=workspace)
        names += fingerprints.names_of(session.participant(row.participant_id))
    return sorted(set(names))


def _forget_aliases(workspace: Workspace, filed: Withdrawal, names: list[str]) -> None:
    keys = Keys(workspace.key("identity"))
    with workspace.db.begin() as connection:
        for text, size in fingerprints.searchable(names).items():
            withdrawals.mark(connection, filed.withdrawal_id, "alias", size, keys.marked(text))
        is_named = partial(fingerprints.mentions, fingerprints.searchable(names))
        rows = answer_rows.erase(connection, keys, filed.party_ids, is_named, filed.withdrawal_id)
        theirs = alias_table.c.party_id.in_(filed.party_ids)
        by = (theirs, alias_table.c.kind.in_([AliasKind.EMAIL, AliasKind.PLATFORM]))
        withdrawals.remember_erased_hashes(
            connection,
            filed.withdrawal_id,
            connection.execute(select(alias_table.c.value_hash).where(*by)).scalars().all(),
        )
        connection.execute(delete(alias_table).where(theirs))
        vouch(connection, keys, filed.party_ids)
    with holding_releases(workspace):
        journal.forget(workspace, filed.party_ids)
    for party_id in filed.party_ids:
        withdrawals.step(workspace.ledger, filed.withdrawal_id, "forgotten: what they are known by", party_id, {})
    if rows:
        withdrawals.step(workspace.ledger, filed.withdrawal_id, "erased: rows of answers", str(rows), {})


def _replay(workspace: Workspace, now: datetime) -> None:
    """Deletes what was erased and is there: after a kill between two steps, or brought back by a backup."""
    if not any(filed.erase for filed in withdrawals.read(workspace.db)):
        return
    with reading(workspace.db) as connection:
        stones = connection.execute(select(tombstone_table).where(tombstone_table.c.kind == tombstones.VAULT)).all()
    by_withdrawal = {stone.digest: stone.withdrawal_id for stone in stones}
    for digest in workspace.vault.erase_each(by_withdrawal):
        what = f"{digest}/{now:%Y-%m-%d}"
        withdrawals.step(workspace.ledger, by_withdrawal[digest], "erased from the vault", what, {})
    artefacts = list(workspace.artefacts.all())
    current = {artefact.location for artefact in artefacts if artefact.state is not ArtefactState.ERASED}
    erased = {each.location for each in artefacts if each.state is ArtefactState.ERASED} - current
    places = {workspace.root / location for location in erased}
    workspace.stages.drop_each({place for place in places if place.is_relative_to(workspace.stages.root)})
