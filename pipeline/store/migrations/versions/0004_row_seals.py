"""Seals over every table that is no chain; what is there when they are made counts as it is."""

from alembic import op
from sqlalchemy import Column, String

revision = "0004"
down_revision = "0003"

_MODULUS = 1 << 256
_SEALED = {
    "session": ("session_id", "source_digest", "started_at", "ingested_at", "body"),
    "entry": ("entry_id", "path", "fingerprint", "session_id", "status", "reason", "action"),
    "result": ("session_id", "state_key", "valid_until", "attempts", "body"),
    "artefact": (
        *("artefact_id", "kind", "location", "sha256"),
        *("session_id", "contributors", "log_head", "state"),
    ),
    "artefact_copy": ("artefact_id", "went_to", "noted_by", "noted_at"),
    "withdrawal": (
        *("withdrawal_id", "party_ids", "purposes", "session_id"),
        *("erase", "whole", "filed_at", "state"),
    ),
    "tombstone": ("digest", "kind", "withdrawal_id", "session_id", "erased_at"),
    "erased_mark": ("withdrawal_id", "kind", "words", "mark"),
    "erased_participant": ("session_id", "participant_id", "party_id", "sealed"),
    "consent_party": ("party_id", "created_at", "vouched"),
    "consent_alias": ("alias_id", "party_id", "kind", "value_hash", "value_enc", "verified", "created_at"),
    "consent_notice": ("digest", "notice_id", "version", "language", "body"),
    "consent_answer_row": ("source", "line", "party_id", "digest", "sealed", "changed_by"),
    "decision": ("seq", "session_id", "proposal_id", "verdict", "actor", "reason", "decided_at"),
    "sign_off": ("seq", "session_id", "audience", "state", "actor", "signed_at"),
    "picture_decision": ("seq", "session_id", "act", "body", "actor", "reason", "acted_at"),
    "misheard": ("mark", "entity_mark", "sealed"),
    "pseudonym_label": ("kind", "number", "mark"),
    "publication": ("entry", "seq", "session_id", "audience", "scope"),
    "request_act": ("seq", "request_id", "act", "other_id", "title", "actor", "reason", "acted_at"),
    "release_act": ("seq", "session_id", "audience", "act", "state", "actor", "reason", "at"),
}


def upgrade() -> None:
    op.create_table(
        "row_seal",
        Column("name", String(40), primary_key=True),
        Column("seal", String(200), nullable=False),
    )
    for name, columns in _SEALED.items():
        _seal(name, columns)


def _seal(name: str, columns: tuple[str, ...]) -> None:
    connection = op.get_bind()
    rows = connection.exec_driver_sql(f"SELECT row_mac('{name}', {', '.join(columns)}) FROM {name}")
    macs = [int(mac, 16) for (mac,) in rows]
    total = f"{sum(macs) % _MODULUS:064x}"
    statement = "INSERT INTO row_seal (name, seal) VALUES (?, seal_of(?, 1, ?, ?))"
    connection.exec_driver_sql(statement, (name, name, len(macs), total))
    new, old = (f"row_mac('{name}', {', '.join(f'{row}.{column}' for column in columns)})" for row in ("NEW", "OLD"))
    for act, added, removed in (("insert", new, "''"), ("update", new, old), ("delete", "''", old)):
        op.execute(
            f"CREATE TRIGGER {name}_seal_{act} AFTER {act.upper()} ON {name} BEGIN "
            f"UPDATE row_seal SET seal = resealed(name, seal, {added}, {removed}) WHERE name = '{name}'; END"
        )
