"""The first schema."""

import importlib
import importlib.util

from alembic import op

from pipeline.store.schema import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    for name in ("artefact_tables", "consent_tables", "match_tables", "review_tables"):
        if importlib.util.find_spec(f"pipeline.store.{name}"):
            importlib.import_module(f"pipeline.store.{name}")
    metadata.create_all(op.get_bind())
