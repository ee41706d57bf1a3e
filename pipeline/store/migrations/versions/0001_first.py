"""The first schema, with the triggers that keep its append-only tables so."""

from alembic import op

from pipeline.store import (
    artefact_tables,
    consent_tables,
    match_tables,
    naming_tables,
    picture_tables,
    release_tables,
    review_tables,
    ruling_tables,
    schema,
)

revision = "0001"
down_revision = None

_PARTS = (
    schema,
    artefact_tables,
    consent_tables,
    match_tables,
    naming_tables,
    picture_tables,
    release_tables,
    review_tables,
    ruling_tables,
)


def upgrade() -> None:
    for part in _PARTS:
        part.metadata.create_all(op.get_bind())
