"""One row for each request or discovery that may be shown to product managers, decided without doing anything."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.lexicon import words_of
from pipeline.records import Held, Outcome, Purpose, Ruling, Session, Tag

SCHEMA_VERSION = 1
PURPOSE = Purpose.INTERNAL_IMPROVE
KINDS = frozenset({"request", "discovery"})
_TITLE_CHARS = 80
_LEGAL_FORMS = frozenset({"inc", "ltd", "llc", "corp", "gmbh", "co", "plc", "ag", "the"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One row of the export; ``at`` is H:MM:SS from the session's start, ``customer`` a keyed alias or empty."""

    request_id: str
    kind: str
    title: str
    quote: str
    area: str
    session: str
    started_on: str
    at: str
    start_s: float
    end_s: float
    customer: str
    consent: str
    schema_version: int = SCHEMA_VERSION


def requests_of(
    session: Session, ruling: Ruling, tags: Sequence[Tag], *, key: bytes, now: datetime
) -> tuple[Request, ...] | Held:
    """The rows of one session whose speakers' consent covers product work at this moment.

    Held when the ruling is of another session or no longer holds; a speaker nobody knows is quoted only where every
    participant proceeds.
    """
    if ruling.session_id != session.session_id:
        return Held(reason="the ruling is of another session", action="run `offrecord run` again")
    if ruling.valid_until <= now:
        return Held(reason="the ruling has expired", action="run `offrecord run` again")
    rows = [
        _row(session, tag, key)
        for tag in tags
        if tag.label in KINDS and _may_quote(ruling, session, tag.participant_id)
    ]
    return tuple(sorted(rows, key=lambda row: (row.start_s, row.request_id)))


def _may_quote(ruling: Ruling, session: Session, participant_id: str | None) -> bool:
    cells = [cell for cell in ruling.cells if cell.purpose is PURPOSE]
    if participant_id is None:
        decided = {cell.participant_id for cell in cells}
        everybody = {person.participant_id for person in session.participants}
        return bool(cells) and everybody <= decided and all(cell.outcome is Outcome.PROCEED for cell in cells)
    own = [cell for cell in cells if cell.participant_id == participant_id]
    return bool(own) and all(cell.outcome is Outcome.PROCEED for cell in own)


def _row(session: Session, tag: Tag, key: bytes) -> Request:
    at_s = int(tag.start_s)
    mark = f"{session.session_id}\n{tag.label}\n{tag.start_s:.1f}\n{tag.quote}"
    return Request(
        request_id=f"q-{hmac.new(key, mark.encode(), hashlib.sha256).hexdigest()[:12]}",
        kind=tag.label,
        title=title_of(tag.quote),
        quote=tag.quote,
        area=tag.area,
        session=session.session_id,
        started_on=session.started_at.date().isoformat(),
        at=f"{at_s // 3600}:{at_s // 60 % 60:02}:{at_s % 60:02}",
        start_s=round(tag.start_s, 3),
        end_s=round(tag.end_s, 3),
        customer=_customer(session, tag.participant_id, key),
        consent=PURPOSE.value,
    )


def title_of(quote: str) -> str:
    """The first words of a quote, of 80 characters at most."""
    flat = " ".join(quote.split())
    if len(flat) <= _TITLE_CHARS:
        return flat
    return flat[:_TITLE_CHARS].rsplit(" ", 1)[0] + "…"


def _customer(session: Session, participant_id: str | None, key: bytes) -> str:
    if participant_id is None:
        return ""
    company = session.participant(participant_id).company
    if not company or company == session.host:
        return ""
    return alias(company, key)


def alias(company: str, key: bytes) -> str:
    """A stable name for a customer that tells nothing without the key; legal forms and spelling do not change it."""
    name = "".join(word for word in words_of(company) if word not in _LEGAL_FORMS)
    return f"customer-{hmac.new(key, name.encode(), hashlib.sha256).hexdigest()[:6]}"
