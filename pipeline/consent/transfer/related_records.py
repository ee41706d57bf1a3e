"""What an export of the log holds beside events: what was decided and matched, notices served, and withdrawals."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, select

from pipeline.consent.log import decisions, identity_matches, manual_decisions, notice_deliveries
from pipeline.consent.log.events import canonical, sha256
from pipeline.consent.log.identity import Keys
from pipeline.consent.log.identity_matches import StaffMatch
from pipeline.consent.log.notice_deliveries import NoticeDelivery, Reach
from pipeline.records import Purpose
from pipeline.store import tombstones, withdrawals
from pipeline.store.tables.erasures import tombstone, withdrawal
from pipeline.store.tables.rulings import decision, identity_match, manual_decision, notice_delivery
from pipeline.store.withdrawals import Withdrawal, WithdrawalState

Lines = Sequence[Mapping[str, Any]]
KINDS = ("act", "match", "served", "decision", "withdrawal", "tombstone", "forgotten")
"""The types of these lines, in the order in which they stand."""
_PLACE = ("seq", "prev_hash")
_SEALED = ("reason", "evidence")


def lines(connection: Connection) -> Iterator[dict[str, Any]]:
    """Every line, each chain in its order; reasons as they are encrypted in the store."""
    for row in _rows(connection, manual_decision):
        yield {"type": "act", "body": row.body}
    for row in _rows(connection, identity_match):
        yield {"type": "match", "body": row.body, "sealed": base64.b64encode(row.sealed).decode("ascii")}
    for row in _rows(connection, notice_delivery):
        yield {"type": "served", "body": row.body}
    for row in _rows(connection, decision):
        yield {"type": "decision", "body": row.body}
    for row in connection.execute(select(withdrawal).order_by(withdrawal.c.filed_at, withdrawal.c.withdrawal_id)):
        yield {"type": "withdrawal", **{name: value for name, value in row._mapping.items() if name != "state"}}
    for row in connection.execute(select(tombstone).order_by(tombstone.c.digest)):
        yield {"type": "tombstone", **row._mapping}
    for withdrawal_id, value_hash in withdrawals.looked_up(connection):
        yield {"type": "forgotten", "withdrawal_id": withdrawal_id, "hash": value_hash}


def bring_in(connection: Connection, lines_by_kind: Mapping[str, Lines], source: Keys, own: Keys) -> list[Withdrawal]:
    """Adds what is not on file, encrypted anew under this workspace's key; returns the withdrawals to be filed.

    A withdrawal is carried out again here, whatever was done for it elsewhere.
    """
    _acts(connection, lines_by_kind["act"], source, own)
    _matches(connection, lines_by_kind["match"], source, own)
    notice_deliveries.append(connection, (_served(json.loads(line["body"])) for line in lines_by_kind["served"]))
    decisions.bring_in(connection, (line["body"] for line in lines_by_kind["decision"]))
    known = set(connection.execute(select(withdrawal.c.withdrawal_id)).scalars())
    fresh = [_filed(line) for line in lines_by_kind["withdrawal"] if line["withdrawal_id"] not in known]
    for line in lines_by_kind["tombstone"]:
        fields = {name: line[name] for name in ("kind", "withdrawal_id", "session_id")}
        at = datetime.fromisoformat(line["erased_at"])
        tombstones.put(connection, line["digest"], **fields, erased_at=at)
    for line in lines_by_kind["forgotten"] if source is own else ():
        withdrawals.remember_erased_hashes(connection, line["withdrawal_id"], [line["hash"]])
    return fresh


def _rows(connection: Connection, table: Table) -> Iterable[Any]:
    return connection.execute(select(table).order_by(table.c.seq))


def _unplaced(body: str, *, without: Iterable[str] = ()) -> str:
    """What an entry of a chain says, whatever its place: by that it is known again."""
    return canonical({name: value for name, value in json.loads(body).items() if name not in {*_PLACE, *without}})


def _acts(connection: Connection, lines: Lines, source: Keys, own: Keys) -> None:
    known = {_unplaced(row.body, without=_SEALED) for row in _rows(connection, manual_decision)}
    for line in lines:
        if _unplaced(line["body"], without=_SEALED) in known:
            continue
        body = {name: value for name, value in json.loads(line["body"]).items() if name not in _PLACE}
        session_id = body.pop("session_id")
        if source is not own:
            bound = f"{session_id}\n{body['participant_id']}"
            body |= {name: _resealed(body[name], bound, source, own) for name in _SEALED}
        manual_decisions.append(connection, body, session_id)


def _resealed(value: str, bound: str, source: Keys, own: Keys) -> str:
    """An encrypted text under another key; the digest of a file stays as it is."""
    if re.fullmatch(r"[0-9a-f]{64}", value):
        return value
    sealed = base64.b64decode(value)
    return base64.b64encode(own.seal(source.open(sealed, bound), bound)).decode("ascii")


def _matches(connection: Connection, lines: Lines, source: Keys, own: Keys) -> None:
    known = {_unplaced(row.body) for row in _rows(connection, identity_match)}
    for line in lines:
        if _unplaced(line["body"]) in known:
            continue
        body = json.loads(line["body"])
        reason = source.open(base64.b64decode(line["sealed"]), sha256(line["body"]))
        act = StaffMatch(**{name: value for name, value in body.items() if name not in _PLACE})
        identity_matches.append(connection, own, act, reason)


def _served(body: Mapping[str, Any]) -> NoticeDelivery:
    fields = {name: body[name] for name in NoticeDelivery.__slots__}
    times = {name: datetime.fromisoformat(body[name]) for name in ("since", "at")}
    return NoticeDelivery(**{**fields, **times, "reach": Reach(body["reach"])})


def _filed(line: Mapping[str, Any]) -> Withdrawal:
    return Withdrawal(
        withdrawal_id=line["withdrawal_id"],
        party_ids=tuple(json.loads(line["party_ids"])),
        purposes=tuple(Purpose(purpose) for purpose in json.loads(line["purposes"])),
        session_id=line["session_id"],
        erase=bool(line["erase"]),
        whole=bool(line["whole"]),
        filed_at=datetime.fromisoformat(line["filed_at"]),
        state=WithdrawalState.FILED,
    )
