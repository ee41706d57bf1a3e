"""What agreements with organisations forbid: an organisation can only take away."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, select

from pipeline.consent.log.events import Method, checked_body
from pipeline.consent.log.identity import AliasKind, Keys, normalise
from pipeline.consent.log.parties import chunks, find
from pipeline.records import Participant, Purpose, Role, Session
from pipeline.store.tables.consent import consent_event

_LEGAL_FORMS = re.compile(
    "ab|ag|as|bv|co|company|corp|corporation|gmbh|inc|incorporated|kg|limited|llc|llp|ltd|nv|oy|plc|pty|sa|sarl|sas|se|spa|srl"
)
PUBLICATION = (Purpose.PUBLIC_RECORDING, Purpose.PUBLIC_QUOTE, Purpose.CODE_PUBLISH)


class AgreementKind(StrEnum):
    """What sort of paper an agreement is: of each kind the latest in force counts, over all kinds the strictest."""

    NDA = "nda"
    MSA = "msa"
    DPA = "dpa"
    RECORDING_POLICY = "recording_policy"
    PUBLICATION_CLAUSE = "publication_clause"


class Clause(StrEnum):
    """What a clause provides for recording or publication; all but ``forbidden`` leave it to each person."""

    ALLOWED = "allowed"
    NOTICE = "notice"
    PER_ITEM_APPROVAL = "per_item_approval"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One clause as it was filed: what it forbids, from when, until when."""

    event_id: str
    org_id: str
    kind: AgreementKind
    purpose: Purpose
    says: Clause
    filed_at: datetime
    valid_from: datetime
    valid_until: datetime | None

    def holds(self, at: datetime) -> bool:
        """Whether it is in force at a moment."""
        return self.valid_from <= at and (self.valid_until is None or at < self.valid_until)


def known_as(name: str) -> tuple[str, ...]:
    """A company's name as it was written, and without punctuation and what says its legal form."""
    words = re.findall(r"[^\W_]+", normalise(name))
    while len(words) > 1 and _LEGAL_FORMS.fullmatch(words[-1]):
        words.pop()
    return tuple(dict.fromkeys((normalise(name), " ".join(words) or normalise(name))))


def read(connection: Connection, keys: Keys, session: Session) -> Mapping[str, tuple[Agreement, ...]]:
    """The agreements that each participant's organisation has, by participant id.

    It is theirs by the name of their company, or by the domain of their address: it can only take away.
    """
    hashes = {person.participant_id: lookups_of(person, session, keys) for person in session.participants}
    aliases = find(connection, keys, (value for values in hashes.values() for value in values))
    parties = {
        who: list(dict.fromkeys(alias.party_id for value in values for alias in aliases.get(value, ())))
        for who, values in hashes.items()
    }
    agreements = agreements_of(connection, [org_id for values in parties.values() for org_id in values])
    return {
        who: tuple(agreement for org_id in ids for agreement in agreements.get(org_id, ()))
        for who, ids in parties.items()
    }


def lookups_of(person: Participant, session: Session, keys: Keys) -> list[str]:
    """The keyed hashes under which a participant's organisation is looked up."""
    name, (_, _, host) = _organisation(person, session), (person.email or "").partition("@")
    labels = normalise(host).split(".")
    domains = [".".join(labels[first:]) for first in range(len(labels) - 1)]
    return [
        *(keys.hashed(AliasKind.ORGANISATION, form) for form in (known_as(name) if name else ())),
        *(keys.hashed(AliasKind.DOMAIN, domain) for domain in domains),
    ]


def agreements_of(connection: Connection, org_ids: Iterable[str]) -> dict[str, list[Agreement]]:
    """The agreements of these organisations, in the order in which they were filed."""
    by_organisation: dict[str, list[Agreement]] = {}
    for ids in chunks(sorted(set(org_ids))):
        query = select(consent_event).where(consent_event.c.party_id.in_(ids)).order_by(consent_event.c.seq)
        for row in connection.execute(query):
            body = checked_body(row)
            if body["method"] != Method.AGREEMENT:
                continue
            says = json.loads(body["evidence"][1])
            agreement = Agreement(
                event_id=row.event_id,
                org_id=row.party_id,
                kind=AgreementKind(says["kind"]),
                purpose=Purpose(body["purpose"]),
                says=Clause(says["says"]),
                filed_at=datetime.fromisoformat(body["indicated_at"]),
                valid_from=datetime.fromisoformat(body["effective_from"]),
                valid_until=body["valid_until"] and datetime.fromisoformat(body["valid_until"]),
            )
            by_organisation.setdefault(row.party_id, []).append(agreement)
    return by_organisation


def forbidden(agreements: Iterable[Agreement], at: datetime, *, now: datetime) -> dict[Purpose, Agreement]:
    """What is forbidden at a moment, with its clause: of each organisation and kind the latest in force counts.

    A clause that allows counts only where it was filed by ``now``: one that a wrong clock dated later opens nothing.
    """
    latest: dict[tuple[str, AgreementKind, Purpose], Agreement] = {}
    for agreement in agreements:
        counts = agreement.says is Clause.FORBIDDEN or agreement.filed_at <= now
        if counts and agreement.holds(at):
            latest[agreement.org_id, agreement.kind, agreement.purpose] = agreement
    return {agreement.purpose: agreement for agreement in latest.values() if agreement.says is Clause.FORBIDDEN}


def _organisation(person: Participant, session: Session) -> str | None:
    own = person.role is Role.STAFF and person.company is None
    name = session.host if own else person.company
    return name if name and name.strip() else None
