"""Withdrawals, as staff enter them or as they come by form: for one purpose or several; for one session or all."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.consent.log.events import Draft, EventState, Method
from pipeline.consent.log.identity import AliasKind, Keys, Verified, is_address
from pipeline.consent.log.log import writing
from pipeline.consent.log.parties import Directory
from pipeline.consent.log.withdrawal_events import withdrawal_id_of
from pipeline.consent.staff.closing import CloseWithdrawn, nothing_withdrawn
from pipeline.errors import RefusedByPolicy, UsageProblem
from pipeline.records import Purpose
from pipeline.store import Workspace
from pipeline.store.registry import Registry
from pipeline.store.withdrawals import Withdrawal


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledWithdrawal:
    """What was filed; ``new_person`` when nobody was on file under that address.

    ``withdrawn_renditions`` are the renditions that are out no more, ``next_step`` what there is left to do.
    """

    events: int
    people: int
    new_person: bool
    withdrawal: str = ""
    withdrawn_renditions: tuple[str, ...] = ()
    next_step: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What a withdrawal asks beyond stopping: erasure, and of mixed recordings ``whole`` ones, not after a hold."""

    erase: bool = False
    whole: bool = False
    party_id: str | None = None


def withdraw(
    email: str,
    *,
    purposes: Sequence[Purpose],
    session_id: str | None,
    actor: str,
    reason: str,
    workspace: Workspace,
    now: datetime,
    erasure: Erasure | None = None,
    then: CloseWithdrawn = nothing_withdrawn,
) -> FiledWithdrawal:
    """Files a withdrawal for everybody known by an address, also for somebody who never answered.

    ``then`` takes back what is out against it while nothing can be released. An erasure is one person's: raises
    ``RefusedByPolicy`` when
    several are known by the address and none of them is named, ``UsageProblem`` for a session that there is not.
    """
    if not is_address(email):
        raise UsageProblem("that is not an e-mail address", action="give the one they answered from")
    if session_id is not None:
        Registry(workspace.db).session(session_id)
    keys = Keys(workspace.key("identity"))
    claim = (AliasKind.EMAIL, email, Verified.STAFF)
    erasure_asked = erasure or Erasure()
    filed: list[Withdrawal] = []
    withdrawn_folders: list[str] = []

    def afterwards() -> None:
        withdrawn_folders.extend(folder for withdrawal in filed for folder in then(withdrawal))

    with writing(workspace, now=now, then=afterwards) as log:
        directory = Directory(log.connection, keys, [claim], now=now)
        holders = [holder.party_id for holder in directory.holders(AliasKind.EMAIL, email)]
        party_ids = _chosen(list(dict.fromkeys(holders)), erasure_asked) or [directory.settle([claim])]
        directory.save(log.connection)
        drafts = [
            _draft(party_id, purpose, session_id, actor=actor, reason=keys.seal(reason, party_id), now=now)
            for party_id in party_ids
            for purpose in dict.fromkeys(purposes)
        ]
        count = log.append(drafts)
        filed.append(_withdrawal(drafts, session_id, erasure_asked, now=now))
        log.withdraw(filed[0])
    return FiledWithdrawal(
        events=count,
        people=len(party_ids),
        new_person=not holders,
        withdrawal=filed[0].withdrawal_id,
        withdrawn_renditions=tuple(withdrawn_folders),
        next_step=_next_step(filed[0], new_person=not holders),
    )


def _withdrawal(drafts: Sequence[Draft], session_id: str | None, erasure: Erasure, *, now: datetime) -> Withdrawal:
    return Withdrawal(
        withdrawal_id=withdrawal_id_of(drafts),
        party_ids=tuple(dict.fromkeys(draft.party_id for draft in drafts)),
        purposes=tuple(dict.fromkeys(draft.purpose for draft in drafts)),
        session_id=session_id,
        erase=erasure.erase,
        whole=erasure.whole,
        filed_at=now,
    )


def _next_step(filed: Withdrawal, *, new_person: bool) -> str:
    """What there is left to do, in one sentence or two."""
    does = "erases them and makes" if filed.erase else "makes"
    steps = [f"`offrecord run` {does} again without them what may go on."]
    if new_person:
        steps.append("Nobody was on file under that address: check it, and see `offrecord consent match`.")
    steps.append("`offrecord consent receipt --withdrawal` says what cannot be called back.")
    return " ".join(steps)


def _draft(
    party_id: str, purpose: Purpose, session_id: str | None, *, actor: str, reason: bytes, now: datetime
) -> Draft:
    return Draft(
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
        reason=base64.b64encode(reason).decode("ascii"),
    )


def _chosen(holders: list[str], erasure: Erasure) -> list[str]:
    if erasure.party_id is not None:
        if erasure.party_id not in holders:
            raise UsageProblem("nobody of that id is known by that address", action="check --party and --email")
        return [erasure.party_id]
    if erasure.erase and len(holders) > 1:
        raise RefusedByPolicy(
            f"several people are known by that address: {', '.join(holders)}; an erasure is one person's",
            action="find out who asks and name them with --party",
        )
    return holders
