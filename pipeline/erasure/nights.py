"""In a run: what was withdrawn is erased or dropped before work begins, and searched for when it is over."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from sqlalchemy import delete, select

from pipeline.consent.answers import answer_rows
from pipeline.consent.log import erased_participants, journal
from pipeline.consent.log.identity import AliasKind, Keys
from pipeline.consent.log.log import holding_releases
from pipeline.consent.log.parties import vouch
from pipeline.erasure import words
from pipeline.erasure.erase import erase, forget_made, unnamed
from pipeline.erasure.people import affected
from pipeline.erasure.quarantine import is_quarantined, quarantine
from pipeline.erasure.search import search
from pipeline.errors import WorkspaceDamaged
from pipeline.store import Workspace, database, tombstones, withdrawals
from pipeline.store.artefacts import ArtefactState
from pipeline.store.database import reading
from pipeline.store.registry import Registry
from pipeline.store.tables.consent import alias as alias_table
from pipeline.store.tables.erasures import erased_participant
from pipeline.store.tables.erasures import tombstone as tombstone_table
from pipeline.store.withdrawals import Withdrawal, WithdrawalState


def carry_out(workspace: Workspace, *, now: datetime) -> None:
    """Does what withdrawals ask for, and takes out again what a backup brought back; under the lock of the workspace.

    Stopped at any instruction, the next run goes on.
    """
    for filed in withdrawals.read(workspace.db):
        if filed.state is WithdrawalState.FILED and not is_quarantined(workspace, filed):
            with holding_releases(workspace):
                quarantine(workspace, filed, now=now)
        if filed.state in (WithdrawalState.FILED, WithdrawalState.WAITING):
            waits = _erased(workspace, filed, now) if filed.erase else _dropped(workspace, filed)
            withdrawals.set_state(
                workspace.db, filed.withdrawal_id, WithdrawalState.WAITING if waits else WithdrawalState.DONE
            )
    _replay(workspace, now)


def conclude(workspace: Workspace) -> None:
    """Searches for what each withdrawal should have left nowhere; raises ``WorkspaceDamaged`` while there is any."""
    found = []
    for filed in withdrawals.read(workspace.db):
        if filed.state is not WithdrawalState.DONE:
            continue
        hits = search(workspace, filed)
        if hits:
            found.append(filed.withdrawal_id)
        else:
            withdrawals.set_state(workspace.db, filed.withdrawal_id, WithdrawalState.VERIFIED)
            where = "every store" if filed.erase else "what is out"
            withdrawals.step(workspace.ledger, filed.withdrawal_id, "verified", where, {})
    if found:
        raise WorkspaceDamaged(
            f"something is left of what was withdrawn: {', '.join(found)}",
            action="`offrecord consent verify-withdrawal` with that id says where",
        )


def _dropped(workspace: Workspace, filed: Withdrawal) -> bool:
    if filed.about_sound:
        for one in affected(workspace, filed):
            forget_made(workspace, filed, one.session.session_id, copies=False)
    return False


def _erased(workspace: Workspace, filed: Withdrawal, now: datetime) -> bool:
    """Every session first, then the names in everybody's texts; the aliases last, by which sessions are found."""
    found = list(affected(workspace, filed))
    waits = [erase(workspace, filed, one, now=now) for one in found if one.sure]
    unsure = any(one.unsure for one in found)
    registry, names = Registry(workspace.db), _names(workspace, filed)
    for session in registry.sessions():
        if filed.session_id in (None, session.session_id):
            changed = unnamed(session, names)
            if changed != session:
                registry.rewrite(changed)
                forget_made(workspace, filed, session.session_id)
    for path in registry.entries():
        if filed.session_id is None and any(alias in " ".join(words.tokens(path)) for alias in words.searchable(names)):
            registry.hide_path(path)
    if filed.session_id is None and not unsure:
        _forget_aliases(workspace, filed, names)
    return unsure or any(waits)


def _names(workspace: Workspace, filed: Withdrawal) -> list[str]:
    """What the person is known by on file and in the sessions that they were erased from."""
    keys, registry = Keys(workspace.key("identity")), Registry(workspace.db)
    with reading(workspace.db) as connection:
        names = words.on_file(connection, keys, filed.party_ids)
        query = select(erased_participant).where(erased_participant.c.party_id.in_(filed.party_ids))
        rows = connection.execute(query).all()
    for row in rows:
        session = erased_participants.with_erased(registry.session(row.session_id), workspace=workspace)
        names += words.known_by(session.participant(row.participant_id))
    return sorted(set(names))


def _forget_aliases(workspace: Workspace, filed: Withdrawal, names: list[str]) -> None:
    keys = Keys(workspace.key("identity"))
    with workspace.db.begin() as connection:
        for text, size in words.searchable(names).items():
            withdrawals.mark(connection, filed.withdrawal_id, "alias", size, keys.marked(text))
        named = partial(words.names, words.searchable(names))
        rows = answer_rows.erase(connection, keys, filed.party_ids, named, filed.withdrawal_id)
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
    database.settle(workspace.db)


def _replay(workspace: Workspace, now: datetime) -> None:
    """Deletes what was erased and is there: after a kill between two steps, or brought back by a backup."""
    if not any(filed.erase for filed in withdrawals.read(workspace.db)):
        return
    with reading(workspace.db) as connection:
        stones = connection.execute(select(tombstone_table).where(tombstone_table.c.kind == tombstones.VAULT)).all()
    for stone in stones:
        if workspace.vault.erase(stone.digest):
            what = f"{stone.digest}/{now:%Y-%m-%d}"
            withdrawals.step(workspace.ledger, stone.withdrawal_id, "erased from the vault", what, {})
    made = list(workspace.artefacts.all())
    standing = {one.location for one in made if one.state is not ArtefactState.ERASED}
    for one in made:
        place = workspace.root / one.location
        if (
            one.state is ArtefactState.ERASED
            and one.location not in standing
            and place.is_relative_to(workspace.stages.root)
        ):
            workspace.stages.drop(place)
