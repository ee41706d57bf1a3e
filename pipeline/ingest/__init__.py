"""Stage 1: a session folder, as the platform left it, becomes a ``Session`` with its files sealed in the vault."""

from pipeline.ingest.ingest import ingest
from pipeline.ingest.listing import entries, fingerprint, strays
from pipeline.ingest.same_recording import differences, is_known, register, union
from pipeline.ingest.series_tracks import read_tracks, tracks_digest
from pipeline.ingest.unread import unread

__all__ = [
    "differences",
    "entries",
    "fingerprint",
    "ingest",
    "is_known",
    "read_tracks",
    "register",
    "strays",
    "tracks_digest",
    "union",
    "unread",
]
