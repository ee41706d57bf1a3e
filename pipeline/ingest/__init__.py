"""Stage 1: a session folder, as the platform left it, becomes a ``Session`` with its files sealed in the vault."""

from pipeline.ingest.folder import entries, fingerprint, strays
from pipeline.ingest.same_recording import is_known, register, union
from pipeline.ingest.stage import ingest

__all__ = ["entries", "fingerprint", "ingest", "is_known", "register", "strays", "union"]
