"""The names of what a rendition holds: made from ids, never from what a source was called."""

from __future__ import annotations

import re

from pipeline.records import Audience

CAPTIONS = "captions.vtt"
CAPTIONS_SRT = "captions.srt"
TRANSCRIPT = "transcript.txt"
TRANSCRIPT_JSONL = "transcript.jsonl"
CHAT = "chat.txt"
CHAT_JSONL = "chat.jsonl"
SOUND = "sound.m4a"
PICTURE = "picture.mp4"
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")


def folder_of(session_id: str, audience: Audience) -> str:
    """The folder of a rendition, relative to the output folder; ``ValueError`` for an id that is no plain name."""
    if not _SAFE.fullmatch(session_id):
        raise ValueError("a session id is no plain name")
    return f"{session_id}/{audience.value}"
