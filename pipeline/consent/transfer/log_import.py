"""Imports the durable form of a consent store: all of it or nothing, every byte vouched for, every link checked."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, select

from pipeline.consent.answers.answer_rows import IMPORTED
from pipeline.consent.log.events import canonical, sha256
from pipeline.consent.log.identity import Alias, AliasKind, Keys, Verified
from pipeline.consent.log.log import writing
from pipeline.consent.log.notice_store import FILED
from pipeline.consent.log.parties import chunks, vouch
from pipeline.consent.transfer import related_records
from pipeline.consent.transfer.log_export import FORMAT, ExportSeal, body_of, read_line
from pipeline.errors import InputRefused, UsageProblem
from pipeline.store import Workspace
from pipeline.store.chains import GENESIS
from pipeline.store.ledger import append
from pipeline.store.tables.consent import alias, consent_event, notice, party
from pipeline.store.withdrawals import Withdrawal

_EXPORT_AGAIN = "nothing was imported; export the log again"
Lines = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedLog:
    """What one import did; ``withdrawals`` are those that were not on file, to be carried out here."""

    events: int
    on_file: int
    people: int
    notices: int
    withdrawals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Export:
    """A whole export, every line of it vouched for."""

    digest: str
    notices: Lines
    people: Lines
    events: Lines
    related_records: Mapping[str, Lines]


def import_log(
    file: Path,
    *,
    workspace: Workspace,
    now: datetime,
    key: Path | None = None,
    then: Callable[[Withdrawal], Sequence[str]] = lambda _: (),
) -> ImportedLog:
    """Files every event that the log lacks; raises before anything is written when one byte was changed.

    ``key`` is the identity key of the workspace that wrote the file, where that is another one. ``then`` is done with
    each withdrawal that was not on file, while nothing can be released.
    """
    own = workspace.key("identity")
    source = _secret(key) if key else own
    try:
        content = file.read_bytes()
    except OSError as error:
        raise InputRefused("the export cannot be read", action="check its path") from error
    if not content.startswith(b"{"):  # each line of an export is an object of JSON
        raise _no_export()
    export = _checked(content, ExportSeal(source))
    keys, withdrawn = Keys(own), list[Withdrawal]()
    theirs = Keys(source) if key else keys

    def afterwards() -> None:
        for withdrawal in withdrawn:
            then(withdrawal)

    with writing(workspace, now=now, then=afterwards) as writer:
        connection = writer.connection
        notices = _put_notices(connection, export.notices)
        people = _put_people(connection, export.people, theirs, keys)
        fresh = _lacking(connection, consent_event, "event_id", export.events)
        writer.refile(body_of(line) for line in fresh)
        withdrawn += related_records.bring_in(connection, export.related_records, theirs, keys)
        for withdrawal in withdrawn:
            writer.withdraw(withdrawal)
        append(connection, IMPORTED, export.digest, {"rows": 0, "events": len(fresh)})
    return ImportedLog(
        events=len(fresh),
        on_file=len(export.events) - len(fresh),
        people=people,
        notices=notices,
        withdrawals=tuple(withdrawal.withdrawal_id for withdrawal in withdrawn),
    )


def _secret(path: Path) -> bytes:
    try:
        secret = path.read_bytes()
    except OSError as error:
        raise UsageProblem("the key cannot be read", action="check the path given to --key") from error
    if len(secret) != 32:
        raise UsageProblem(
            "that is not an identity key", action="give keys/identity of the workspace that wrote the file"
        )
    return secret


def _checked(content: bytes, seal: ExportSeal) -> _Export:
    """Everything in the file; raises ``InputRefused`` with the line where it is not as it was written."""
    kinds = ("notice", "person", "event", *related_records.KINDS, "manifest")
    lines: dict[str, list[dict[str, Any]]] = {kind: [] for kind in kinds}
    texts, last = content.split(b"\n"), ""
    for number, text in enumerate(texts[:-1], start=1):
        try:
            line = read_line(text.decode("utf-8"))
            last = line["type"]
            lines[last].append(line)
        except (ValueError, LookupError, TypeError) as error:
            raise InputRefused(f"line {number}: not as it was written", action=_EXPORT_AGAIN) from error
    manifests = lines["manifest"]
    if texts[-1] or len(manifests) != 1 or last != "manifest":
        raise InputRefused(f"line {max(len(texts) - 1, 1)}: the manifest is not the last line", action=_EXPORT_AGAIN)
    _check_manifest(manifests[0], content[: -len(texts[-2]) - 1], lines, seal)
    others = {kind: lines[kind] for kind in related_records.KINDS}
    _check_chain(lines["event"], len(texts) - 1, str(manifests[0]["head"]), after=sum(map(len, others.values())))
    digest = hashlib.sha256(content).hexdigest()
    return _Export(digest, lines["notice"], lines["person"], lines["event"], others)


def _no_export() -> InputRefused:
    return InputRefused("this is no export of a consent log", action="nothing was imported; give --form for a table")


def _check_manifest(
    manifest: Mapping[str, Any], before: bytes, lines: Mapping[str, Sequence[object]], seal: ExportSeal
) -> None:
    if manifest.get("format") != FORMAT:
        raise _no_export()
    if manifest.get("key_id") != seal.key_id:
        raise InputRefused(
            "the export was written with another workspace's identity key, under which its aliases are hashed",
            action="nothing was imported; give that workspace's keys/identity with --key",
        )
    others = sum(len(lines[kind]) for kind in related_records.KINDS)
    counts = (len(lines["event"]), len(lines["person"]), len(lines["notice"]), others)
    stated = tuple(manifest.get(name) for name in ("events", "people", "notices", "beside"))
    whole = manifest.get("sha256") == hashlib.sha256(before).hexdigest() and counts == stated
    if not whole or not hmac.compare_digest(seal.of(manifest).encode(), str(manifest.get("seal")).encode()):
        raise InputRefused("the export is not as it was written", action=_EXPORT_AGAIN)


def _check_chain(events: Lines, last_line: int, head: str, *, after: int) -> None:
    """Every event under its hash, each holding the hash of the one before, the last as the manifest says.

    ``after`` lines stand between the last event and the manifest.
    """
    previous = GENESIS
    for number, line in enumerate(events, start=1):
        digest = line.get("hash")
        if line.get("seq") != number or line.get("prev_hash") != previous or sha256(canonical(body_of(line))) != digest:
            place = last_line - after - len(events) + number - 1
            raise InputRefused(f"line {place}: event {number} breaks the chain", action=_EXPORT_AGAIN)
        previous = str(digest)
    if previous != head:
        raise InputRefused(f"line {last_line}: the head is not the last event", action=_EXPORT_AGAIN)


def _lacking(connection: Connection, table: Table, column: str, lines: Lines) -> Lines:
    """The lines whose id the table does not have."""
    known: set[str] = set()
    for ids in chunks([str(line[column]) for line in lines]):
        known |= set(connection.execute(select(table.c[column]).where(table.c[column].in_(ids))).scalars())
    return [line for line in lines if line[column] not in known]


def _put_notices(connection: Connection, lines: Lines) -> int:
    fresh = _lacking(connection, notice, "digest", lines)
    named = ("notice_id", "version", "language")
    filed = {tuple(row) for row in connection.execute(select(*(notice.c[name] for name in named)))}
    if any(tuple(line[name] for name in named) in filed for line in fresh):
        raise InputRefused(
            "a notice version of the export is on file with another text or mapping",
            action="nothing was imported; a version never changes: find out which text was served",
        )
    if fresh:
        connection.execute(
            notice.insert(), [{name: line[name] for name in ("digest", "body", *named)} for line in fresh]
        )
    for line in fresh:
        append(connection, FILED, line["digest"], {})
    return len(fresh)


def _put_people(connection: Connection, lines: Lines, source: Keys, own: Keys) -> int:
    """Adds the people that are not on file, their aliases hashed and encrypted anew under this workspace's key."""
    fresh = _lacking(connection, party, "party_id", lines)
    if fresh:
        rows = [{name: line[name] for name in ("party_id", "created_at")} | {"vouched": ""} for line in fresh]
        connection.execute(party.insert(), rows)
    known = [_rekeyed(line["party_id"], alias_line, source, own) for line in fresh for alias_line in line["aliases"]]
    if known:
        connection.execute(alias.insert(), known)
    vouch(connection, own, (line["party_id"] for line in fresh))
    return len(fresh)


def _rekeyed(party_id: str, line: Mapping[str, str], source: Keys, own: Keys) -> dict[str, object]:
    kind, verified = AliasKind(line["kind"]), Verified(line["verified"])
    value = source.open_alias(Alias(party_id, kind, line["hash"], verified), base64.b64decode(line["value"]))
    anew = Alias(party_id, kind, own.hashed(kind, value), verified)
    return {
        "alias_id": line["alias_id"],
        "party_id": party_id,
        "kind": kind.value,
        "value_hash": anew.value_hash,
        "value_enc": own.seal_alias(anew, value),
        "verified": verified.value,
        "created_at": line["created_at"],
    }
