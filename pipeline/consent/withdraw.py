"""Withdrawal as staff enter it: for one purpose, several or everything; for one session or all."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.consent.events import Draft, EventState, Method
from pipeline.consent.identity import AliasKind, Keys, Verified
from pipeline.consent.log import writing
from pipeline.consent.parties import Directory
from pipeline.errors import UsageProblem
from pipeline.records import Purpose
from pipeline.store import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """What was filed; ``new_person`` when nobody was on file under that address."""

    events: int
    people: int
    new_person: bool


def withdraw(
    email: str,
    *,
    purposes: Sequence[Purpose],
    session_id: str | None,
    actor: str,
    reason: str,
    workspace: Workspace,
    now: datetime,
) -> Withdrawn:
    """Files a withdrawal for everybody known by an address, also for somebody who never answered."""
    if email.count("@") != 1:
        raise UsageProblem("that is not an e-mail address", action="give the one they answered from")
    keys = Keys(workspace.key("identity"))
    claim = (AliasKind.EMAIL, email, Verified.STAFF)
    with writing(workspace, now=now) as log:
        directory = Directory(log.connection, keys, [claim], now=now)
        holders = [holder.party_id for holder in directory.holders(AliasKind.EMAIL, email)]
        party_ids = list(dict.fromkeys(holders or [directory.settle([claim])]))
        directory.save(log.connection)
        count = log.append(
            Draft(
                party_id=party_id,
                purpose=purpose,
                scope=f"session:{session_id}" if session_id else "any",
                state=EventState.WITHDRAWN,
                indicated_at=now,
                effective_from=now,
                valid_until=None,
                method=Method.STAFF_ENTRY,
                subject=actor,
                entered_by=actor,
                reason=base64.b64encode(keys.seal(reason, party_id)).decode("ascii"),
            )
            for party_id in party_ids
            for purpose in dict.fromkeys(purposes)
        )
    return Withdrawn(events=count, people=len(party_ids), new_person=not holders)
