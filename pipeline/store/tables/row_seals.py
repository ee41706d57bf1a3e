"""The seals of all tables whose rows may change or go, and the triggers that keep them."""

from __future__ import annotations

from sqlalchemy import Column, Connection, String, Table, event

from pipeline.store.tables import (
    artefacts,
    changes,
    consent,
    erasures,
    legal_holds,
    names,
    releases,
    requests,
    review,
    runs,
    voices,
)
from pipeline.store.tables.schema import metadata, run_on_change

row_seal = Table(
    "row_seal",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("seal", String(200), nullable=False),
    comment="For each table how many rows it has and a keyed sum over them, with each change one version further.",
)

SEALED = (
    *(runs.session, runs.session_outline, runs.entry, runs.result),
    *(changes.session_index, changes.consent_change),
    *(artefacts.artefact, artefacts.artefact_copy),
    *(erasures.withdrawal, erasures.tombstone, erasures.erased_mark, erasures.erased_participant),
    *(consent.party, consent.alias, consent.notice, consent.answer_row),
    *(review.decision, review.sign_off, review.picture_decision, review.finding_edit, review.lease),
    *(names.misheard, names.pseudonym_label),
    *(releases.publication, releases.release_act, releases.preview_act),
    *(requests.request_act,),
    *(legal_holds.legal_hold,),
    *(voices.voice_name,),
)
"""Every table that is no chain, which holds its own rows together, and not the fence: a value of anybody else's making
opens it to no run."""


def triggers_of(name: str, columns: tuple[str, ...]) -> dict[str, str]:
    """The triggers that carry each change of a table into its seal, by their names; on SQLite."""
    new, old = (f"row_mac('{name}', {', '.join(f'{row}.{column}' for column in columns)})" for row in ("NEW", "OLD"))
    changes = {"insert": (new, "''"), "update": (new, old), "delete": ("''", old)}
    return {
        f"{name}_seal_{act}": f"CREATE TRIGGER {name}_seal_{act} AFTER {act.upper()} ON {name} BEGIN "
        f"UPDATE row_seal SET seal = resealed(name, seal, {added}, {removed}) WHERE name = '{name}'; END"
        for act, (added, removed) in changes.items()
    }


_NOTE_ROW = """
INSERT INTO pg_temp.unsealed_row (name, added, removed) VALUES (
    TG_TABLE_NAME,
    CASE WHEN TG_OP <> 'DELETE' THEN row_to_json(NEW) END,
    CASE WHEN TG_OP <> 'INSERT' THEN row_to_json(OLD) END
);
"""
"""What PostgreSQL does with each change: it is sealed right before the commit (``pipeline.store.postgresql``)."""


def _keep_sealed(target: Table, connection: Connection, **_: object) -> None:
    if connection.dialect.name == "sqlite":
        for statement in triggers_of(target.name, tuple(target.c.keys())).values():
            connection.exec_driver_sql(statement)
    else:
        name = f"{target.name}_seal"
        after = f"CREATE TRIGGER {name} AFTER INSERT OR UPDATE OR DELETE ON {target.name}"
        run_on_change(connection, after, name, _NOTE_ROW)


for _table in SEALED:
    event.listen(_table, "after_create", _keep_sealed)
