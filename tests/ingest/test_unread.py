"""What could not be understood of a session is said in counts, and nothing is said where all was."""

from __future__ import annotations

from dataclasses import replace

from pipeline.ingest import unread
from tests.store.test_store import session


def test_every_count_is_said_once_for_each_session() -> None:
    whole = session()
    some = replace(whole, unread_captions=12, unread_chat=3, unrecognised_files=1)
    one = replace(whole, session_id="s2", unread_chat=2)
    assert list(unread([whole, some, one])) == [
        "2026-11-18-aaaaaaaa: 12 lines of captions, 3 lines of chat and 1 files could not be understood "
        "and are in no output",
        "s2: 2 lines of chat could not be understood and are in no output",
    ]
