"""Exports consent records in DPV terms, after reading back what was written and comparing it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, select

from pipeline.consent.evaluation.rule_tables import Identity
from pipeline.consent.evaluation.snapshot import read_snapshot
from pipeline.consent.interchange import dpv
from pipeline.consent.interchange.record import Record, records
from pipeline.consent.log.identity import AliasKind, Keys
from pipeline.consent.log.parties import find
from pipeline.errors import ProofFailed, UsageProblem
from pipeline.store import Workspace
from pipeline.store.database import reading, unreadable_is_closed
from pipeline.store.registry import Registry
from pipeline.store.tables.consent import alias as alias_table
from pipeline.store.tables.consent import party as party_table


def export_dpv(email: str | None, *, workspace: Workspace, now: datetime) -> str:
    """The JSON-LD of one person's record, or of everybody's as a graph where no address is given.

    Raises ``UsageProblem`` for somebody who is not on file, and ``ProofFailed`` when the text does not read back.
    """
    with unreadable_is_closed(), reading(workspace.db) as connection:
        on_file = list(records(connection, party_ids_of(email, connection, workspace)))
    on_file = with_places(on_file, workspace)
    nodes = (
        dpv.node(
            record,
            kind=dpv.RECORD,
            identifier=dpv.record_id(record.party_id),
            controller=controller_of(workspace),
            now=now,
        )
        for record in on_file
    )
    text = dpv.document(nodes, single=len(on_file) == 1 and email is not None)
    check(text, on_file, now)
    return text


def with_places(records: Iterable[Record], workspace: Workspace) -> list[Record]:
    """The records with the places whose rules may count: of every session that somebody was in for sure."""
    places: dict[str, set[str]] = defaultdict(set)
    for session in Registry(workspace.db).sessions():
        for who, match in read_snapshot(session, workspace=workspace).matches.items():
            if match.identity is Identity.MATCHED:
                locations = {session.participant(who).location, session.recorder_location}
                places[match.party_ids[0]] |= {location for location in locations if location}
    return [replace(record, places=tuple(sorted(places[record.party_id]))) for record in records]


def check(text: str, expected: Sequence[Record], now: datetime) -> None:
    """Raises ``ProofFailed`` unless the text reads back as these records with the states that they have now."""
    read = dpv.read(text)
    same = tuple(each.record for each in read) == tuple(expected)
    if not same or any(each.states != each.record.states(now) for each in read):
        raise ProofFailed("the export does not match what is on file", action="nothing was written; report this")


def party_ids_of(who: str | None, connection: Connection, workspace: Workspace) -> list[str]:
    """Whom an address or a party id stands for; everybody on file where it is None."""
    organisations = select(alias_table.c.party_id).where(alias_table.c.kind == AliasKind.ORGANISATION.value)
    columns = party_table.c
    everybody = select(columns.party_id).where(columns.party_id.not_in(organisations))
    everybody = everybody.order_by(columns.created_at, columns.party_id)
    if who is None:
        return list(connection.execute(everybody).scalars())
    keys = Keys(workspace.key("identity"))
    aliases = find(connection, keys, [keys.hashed(AliasKind.EMAIL, who)])
    ids = dict.fromkeys(alias.party_id for hits in aliases.values() for alias in hits)
    is_there = connection.execute(everybody.where(party_table.c.party_id == who)).scalar()
    if not ids and is_there is None:
        raise UsageProblem("nobody is on file under that address or id", action="check how it is written")
    return list(ids) or [who]


def controller_of(workspace: Workspace) -> dpv.Controller:
    """Who the settings say answers for the recordings."""
    settings = workspace.settings.consent
    return dpv.Controller(name=settings.controller, withdrawal_url=settings.withdrawal_url)
