"""Files in general: written all or nothing, private, and known by their digest."""

from pipeline.files.atomic import make_private, sync_folder, write_atomic, write_bytes
from pipeline.files.digests import file_digest
from pipeline.files.exchange import exchange
from pipeline.files.locks import locked
from pipeline.files.private_text import private_text
from pipeline.files.space import is_full

__all__ = [
    "exchange",
    "file_digest",
    "is_full",
    "locked",
    "make_private",
    "private_text",
    "sync_folder",
    "write_atomic",
    "write_bytes",
]
