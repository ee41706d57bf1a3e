"""Files in general: written all or nothing, private, and known by their digest."""

from pipeline.files.atomic import make_private, sync_folder, write_atomic, write_bytes
from pipeline.files.digests import file_digest
from pipeline.files.locks import locked

__all__ = ["file_digest", "locked", "make_private", "sync_folder", "write_atomic", "write_bytes"]
