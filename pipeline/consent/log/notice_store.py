"""Notice versions as they are stored: canonical text under its digest, which no later filing may change."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from pipeline.consent.log.events import sha256
from pipeline.consent.log.unreadable import unreadable
from pipeline.errors import InputRefused
from pipeline.store import ledger
from pipeline.store.tables.consent import notice as notice_table
from pipeline.store.tables.runs import ledger as ledger_table

FILED = "notice"
"""The kind of ledger entry whose key is the digest of a notice version that was filed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredNotice:
    """One notice version: ``body`` is canonical JSON of its text, purposes and form mapping."""

    notice_id: str
    version: str
    language: str
    body: str

    @property
    def digest(self) -> str:
        """The SHA-256 of text, purposes and mapping together."""
        return sha256(self.body)


def put(connection: Connection, notice: StoredNotice) -> str:
    """Files a notice version and returns its digest; raises ``InputRefused`` when the version is filed with another."""
    columns = notice_table.c
    same = (
        columns.notice_id == notice.notice_id,
        columns.version == notice.version,
        columns.language == notice.language,
    )
    known = connection.execute(select(columns.digest).where(*same)).scalar()
    if known is None:
        values = {name: getattr(notice, name) for name in StoredNotice.__slots__}
        connection.execute(notice_table.insert().values(digest=notice.digest, **values))
        ledger.append(connection, FILED, notice.digest, {})
    elif known != notice.digest:
        raise InputRefused(
            "this notice version is on file with another text or mapping",
            action=(
                "a version never changes: write a new version into the file, for a form also "
                f'supersedes = "{notice.version}", and run the command again; what is on file is not added twice'
            ),
        )
    return notice.digest


def verify(connection: Connection) -> None:
    """Raises ``ConsentUnreadable`` where a notice version is not as it was filed, or is gone.

    A version with a material change ends earlier consent by being there: without it that would count again.
    """
    rows = connection.execute(select(notice_table.c.digest, notice_table.c.body)).all()
    filed = set(connection.execute(select(ledger_table.c.key).where(ledger_table.c.kind == FILED)).scalars())
    if any(sha256(row.body) != row.digest for row in rows) or not filed <= {row.digest for row in rows}:
        raise unreadable("a notice version is not as it was filed")


def material(connection: Connection) -> list[str]:
    """The digests of the versions that may change what is allowed by being on file alone, sorted.

    Those with a material change, and those that are announced: recordings from before are then searched for them.
    """
    body = notice_table.c.body
    says = body.contains('"material_change":true', autoescape=True) | body.startswith('{"spoken":', autoescape=True)
    return list(connection.execute(select(notice_table.c.digest).where(says).order_by(notice_table.c.digest)).scalars())
