"""Consent events: what a person answered for one purpose at one time, and its canonical form in the log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from pipeline.consent.log.unreadable import unreadable
from pipeline.errors import ConsentUnreadable
from pipeline.records import Purpose
from pipeline.store import chains
from pipeline.store.tables.consent import consent_event


class EventState(StrEnum):
    """What an event records; ``revoked`` counts as withdrawn, ``invalidated`` and ``requested`` as absent."""

    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"
    INVALIDATED = "invalidated"
    UNKNOWN = "unknown"
    REQUESTED = "requested"

    @property
    def restrictiveness(self) -> int:
        """0 for a yes, 1 for nothing, 2 for doubt, 3 for a no: of events as late as each other the highest counts."""
        return _CLOSEDNESS[self]

    @property
    def is_no(self) -> bool:
        """Whether it takes consent away."""
        return self.restrictiveness == _CLOSEDNESS[EventState.REFUSED]


_CLOSEDNESS = {
    EventState.GIVEN: 0,
    EventState.REQUESTED: 1,
    EventState.INVALIDATED: 1,
    EventState.UNKNOWN: 2,
    EventState.REFUSED: 3,
    EventState.WITHDRAWN: 3,
    EventState.REVOKED: 3,
}


class Method(StrEnum):
    """How an event came to be."""

    FORM = "form"
    STAFF_ENTRY = "staff_entry"
    VCON = "vcon"
    AGREEMENT = "agreement"
    ANNOUNCEMENT = "announcement"
    CODE = "code"


@dataclass(frozen=True, kw_only=True)
class Draft:
    """An event before it is in the log; ``notice`` is the digest of the notice they saw, ``reason`` is encrypted.

    ``indicated_by`` is the party who answered for them, where that is another; ``by_guardian`` says a guardian did.
    ``of_age`` is what they attested of their age with it, None where the form does not ask.
    """

    party_id: str
    purpose: Purpose
    scope: str
    state: EventState
    indicated_at: datetime
    effective_from: datetime
    valid_until: datetime | None
    method: Method
    subject: str
    indicated_text: str = ""
    notice: str | None = None
    evidence: tuple[str, ...] = ()
    entered_by: str = ""
    reason: str = ""
    revision: int = 0
    indicated_by: str = ""
    by_guardian: bool = False
    of_age: bool | None = None

    @cached_property
    def row_key(self) -> str:
        """The same for the same answer: who, for what, within which scope, on which form, at what time."""
        parts = (self.party_id, self.purpose, self.scope, self.method, self.subject, self.indicated_at.isoformat())
        return sha256(canonical((*parts, self.indicated_by) if self.indicated_by else parts))

    @cached_property
    def event_id(self) -> str:
        """Made from the content, so that the same event is never there twice."""
        return "evt_" + sha256(canonical((self.row_key, self.state, self.revision)))[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event as the log holds it."""

    event_id: str
    row_key: str
    seq: int
    party_id: str
    purpose: Purpose
    scope: str
    state: EventState
    indicated_at: datetime
    effective_from: datetime
    valid_until: datetime | None
    notice: str | None
    by_guardian: bool = False
    of_age: bool | None = None


canonical, sha256 = chains.canonical, chains.text_digest
"""The fixed form of JSON that every chain is made of, and the digest of a text."""


def body_of(draft: Draft, *, received_at: datetime) -> dict[str, object]:
    """What the log says of a draft, but for its place in the log."""
    return {
        "event_id": draft.event_id,
        "row_key": draft.row_key,
        "party_id": draft.party_id,
        "purpose": draft.purpose,
        "scope": draft.scope,
        "state": draft.state,
        "indicated_at": draft.indicated_at.isoformat(),
        "indicated_text": draft.indicated_text,
        "effective_from": draft.effective_from.isoformat(),
        "valid_until": draft.valid_until and draft.valid_until.isoformat(),
        "received_at": received_at.isoformat(),
        "method": draft.method,
        "notice": draft.notice,
        "evidence": list(draft.evidence),
        "entered_by": draft.entered_by,
        "reason": draft.reason,
        **({"indicated_by": draft.indicated_by, "by_guardian": draft.by_guardian} if draft.indicated_by else {}),
        **({"of_age": draft.of_age} if draft.of_age is not None else {}),
    }


def checked_body(row: Any) -> dict[str, Any]:
    """The body of a row of the log, with its place; raises ``ConsentUnreadable`` when any of it was changed."""
    return CHAIN.body(row, placed=True)


def from_row(row: Any) -> Event:
    """The event in a row of the log; raises ``ConsentUnreadable`` when the row was changed."""
    body = checked_body(row)
    return Event(
        event_id=row.event_id,
        row_key=row.row_key,
        seq=row.seq,
        party_id=row.party_id,
        purpose=Purpose(body["purpose"]),
        scope=body["scope"],
        state=EventState(body["state"]),
        indicated_at=datetime.fromisoformat(body["indicated_at"]),
        effective_from=datetime.fromisoformat(body["effective_from"]),
        valid_until=body["valid_until"] and datetime.fromisoformat(body["valid_until"]),
        notice=body["notice"],
        by_guardian=body.get("by_guardian", False),
        of_age=body.get("of_age"),
    )


def broken(seq: object) -> ConsentUnreadable:
    """The error for a log that is not as it was written."""
    return unreadable(f"the consent log is not as it was written, at event {seq}")


CHAIN = chains.Chain(consent_event, repeats=("event_id", "party_id", "row_key"), changed=broken)
"""The log of events."""
