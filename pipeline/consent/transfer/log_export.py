"""The durable form of the consent store: JSON Lines, one thing a line, closed by a manifest that vouches for it all."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from pipeline.consent.log import log
from pipeline.consent.log.events import canonical, checked_body, sha256
from pipeline.consent.transfer import related_records
from pipeline.files import write_bytes
from pipeline.store import Workspace
from pipeline.store.database import reading, unreadable_is_closed
from pipeline.store.tables.consent import alias, consent_event, notice, party

FORMAT = "offrecord-consent-2"
_NOT_IN_BODY = ("type", "record_id", "notice_version", "aliases", "hash")
"""What an event's line says beside the event itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedLog:
    """What an export holds: ``related_records`` are decisions and withdrawals; ``head`` is of the last event."""

    events: int
    people: int
    notices: int
    related_records: int
    head: str


class ExportSeal:
    """Vouches with the identity key of a workspace for the bytes of an export."""

    def __init__(self, secret: bytes) -> None:
        self._key = hmac.digest(secret, b"offrecord durable form v1", "sha256")

    @property
    def key_id(self) -> str:
        """Says which key it is, without saying the key."""
        return hmac.digest(self._key, b"key id", "sha256").hex()[:32]

    def of(self, manifest: Mapping[str, object]) -> str:
        """The keyed hash of a manifest without its own ``seal``."""
        unsealed = {name: value for name, value in manifest.items() if name != "seal"}
        return hmac.digest(self._key, canonical(unsealed).encode(), "sha256").hex()


def export_log(file: Path, *, workspace: Workspace) -> ExportedLog:
    """Writes the whole consent store to a file that only its owner can read; no address, id or name stands in it.

    Raises ``ConsentUnreadable`` when the log does not hold.
    """
    log.verify_chain(workspace)
    with unreadable_is_closed(), reading(workspace.db) as connection:
        notices, people = list(_notices(connection)), list(_people(connection))
        events, others = list(_events(connection, people, notices)), list(related_records.lines(connection))
        head = log.head(connection)
    content = "".join(f"{canonical(line)}\n" for line in (*notices, *people, *events, *others)).encode()
    seal = ExportSeal(workspace.key("identity"))
    manifest: dict[str, object] = {
        "type": "manifest",
        "format": FORMAT,
        "events": len(events),
        "people": len(people),
        "notices": len(notices),
        "beside": len(others),
        "head": head.hash,
        "sha256": hashlib.sha256(content).hexdigest(),
        "key_id": seal.key_id,
    }
    closing = canonical({**manifest, "seal": seal.of(manifest)})
    write_bytes(file, content + f"{closing}\n".encode())
    counts = {name: len(lines) for name, lines in (("events", events), ("people", people), ("notices", notices))}
    return ExportedLog(**counts, related_records=len(others), head=head.hash)


def body_of(line: Mapping[str, Any]) -> dict[str, object]:
    """The event in a line as the log holds it: its canonical form is what its hash was made of."""
    return {name: value for name, value in line.items() if name not in _NOT_IN_BODY}


def record_id(party_id: str, digest: str | None) -> str:
    """The consent record that an event belongs to: one for each person and notice version."""
    return "rec_" + sha256(canonical((party_id, digest)))[:32]


def _notices(connection: Connection) -> Iterator[dict[str, Any]]:
    for row in connection.execute(select(notice).order_by(notice.c.digest)):
        named = {"notice_id": row.notice_id, "version": row.version, "language": row.language}
        yield {"type": "notice", "digest": row.digest, "body": row.body, **named}


def _people(connection: Connection) -> Iterator[dict[str, Any]]:
    """Each person with their aliases: the keyed hashes, and the values as they are encrypted in the store."""
    aliases: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in connection.execute(select(alias).order_by(alias.c.alias_id)):
        value = base64.b64encode(row.value_enc).decode("ascii")
        fields = {"alias_id": row.alias_id, "kind": row.kind, "hash": row.value_hash, "verified": row.verified}
        aliases[row.party_id].append({**fields, "value": value, "created_at": row.created_at})
    for row in connection.execute(select(party).order_by(party.c.party_id)):
        known = aliases[row.party_id]
        yield {"type": "person", "party_id": row.party_id, "created_at": row.created_at, "aliases": known}


def _events(
    connection: Connection, people: list[dict[str, Any]], notices: list[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    hashes = {
        person["party_id"]: [f"{known['kind']}:{known['hash']}" for known in person["aliases"]] for person in people
    }
    versions = {notice["digest"]: f"{notice['notice_id']}@{notice['version']}" for notice in notices}
    for row in connection.execute(select(consent_event).order_by(consent_event.c.seq)):
        body = checked_body(row)
        yield {
            "type": "event",
            **body,
            "record_id": record_id(row.party_id, body["notice"]),
            "notice_version": versions.get(body["notice"]),
            "aliases": hashes.get(row.party_id, []),
            "hash": row.hash,
        }


def read_line(text: str) -> dict[str, Any]:
    """One line; raises ``ValueError`` unless it is an object in the one form that an export writes."""
    try:
        line = json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(line, dict) or canonical(line) != text:
        raise ValueError("not as it was written")
    return line
