"""The error for a consent store that is not as it was written, with the one way back to one that is."""

from __future__ import annotations

from pipeline.errors import ConsentUnreadable
from pipeline.store.database import RESTORE


def unreadable(what: str) -> ConsentUnreadable:
    """The error that says what was changed, cut or cannot be read."""
    return ConsentUnreadable(what, action=RESTORE)
