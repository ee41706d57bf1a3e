"""Stage 1: a session folder, as the platform left it, becomes a ``Session`` with its files sealed in the vault."""

from pipeline.ingest.folder import entries, fingerprint, strays
from pipeline.ingest.stage import ingest

__all__ = ["entries", "fingerprint", "ingest", "strays"]
