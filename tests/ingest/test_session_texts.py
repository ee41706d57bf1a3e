"""What the texts of a session may be at most, and what is said of those that cannot be read."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.errors import InputRefused
from pipeline.ingest import session_texts
from pipeline.ingest.platforms import generic, zoom
from pipeline.ingest.session_toml import SessionToml
from tests.ingest.conftest import CONF, listed

GRAPH = json.dumps(
    {
        "value": [
            {
                "createdDateTime": "2026-11-18T15:00:01Z",
                "from": {"user": {"displayName": "Priya Raman"}},
                "body": {"contentType": "text", "content": "Hello"},
            }
        ]
    }
)
SPOKEN = "WEBVTT\n\n00:01.000 --> 00:02.000\none\n\n00:02.000 --> 00:03.000\ntwo\n"


def test_more_captions_than_anybody_says_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listing = listed({"c.vtt": SPOKEN}, tmp_path)
    draft = generic.read(listing, SessionToml(captions="c.vtt"))
    assert len(session_texts.read(listing, draft, {}, 60.0).captions) == 2
    monkeypatch.setattr(session_texts, "MAX_CAPTIONS", 1)
    with pytest.raises(InputRefused, match="more than 1 captions"):
        session_texts.read(listing, draft, {}, 60.0)


def test_texts_of_a_zoom_folder_that_cannot_be_read_are_counted(tmp_path: Path) -> None:
    files = {
        "recording.conf": CONF,
        "audio1123456789.m4a": "x",
        "closed_caption.txt": "words alone\n",
    }
    listing = listed(files, tmp_path)
    draft = replace(zoom.read(listing, SessionToml()), mixed=())
    texts = session_texts.read(listing, draft, {}, 60.0)
    assert (texts.unread_captions, texts.files) == (1, ())


def test_a_file_that_cannot_be_read_is_counted_beside_an_empty_one(tmp_path: Path) -> None:
    listing = listed({"a.vtt": "neither\n\nof them\n", "b.vtt": "WEBVTT\n"}, tmp_path)
    draft = replace(generic.read(listing, SessionToml()), captions=("a.vtt", "b.vtt"), mixed=())
    texts = session_texts.read(listing, draft, {}, 60.0)
    assert (texts.captions, texts.unread_captions, texts.files) == ((), 2, (("b.vtt", "captions"),))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("chat.json", GRAPH[:-40]),
        ("chat.json", ""),
        ("chat.json", GRAPH + "\n" + GRAPH[:-40]),
        ("Besprechung Chatverlauf.txt", "neither\n"),
        ("GMT20261118-150000_RecordingnewChat.txt", "neither\n"),
        ("export.json", GRAPH[:-40]),
        ("chat.json", '[{"user": "Priya", "text": "Hello"}]'),
        ("Meeting messages.txt", "neither\n\nof them\n"),
        ("chat.txt", b"15:00:01\tPriya:\t\xe2\x82"),
        ("meeting_saved_new_chat.txt", "neither\n"),
        ("chat.docx", b"PK\x03\x04 cut"),
        ("Office hours - Chat.sbv", "00:00:01.000,00:00:02.000\nPriya: Hello\n\n00:00:03.000,00:00:04.000\n"),
    ],
)
@pytest.mark.parametrize("is_named", [False, True])
def test_a_chat_that_cannot_be_read_refuses_the_session(
    name: str, content: str | bytes, is_named: bool, tmp_path: Path
) -> None:
    listing = listed({name: content, "chat1.txt": "15:00:01\tHannah:\tHi.\n"}, tmp_path)
    draft = generic.read(listing, SessionToml(chat=name if is_named else None))
    with pytest.raises(InputRefused, match="chat") as refusal:
        session_texts.read(listing, draft, {}, 60.0)
    assert "download it again, or take it out of the folder" in refusal.value.action or (
        is_named and refusal.value.action
    )
    assert "Priya" not in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("chat.json", '{"@odata.context": "x", "value": []}'),
        ("chat.json", '[{"value": []}, {"value": []}]'),
        ("chat.json", '{"data": {"value": [], "count": 0}}'),
        ("chat.json", '{"ok": true, "messages": []}'),
        ("chat.txt", ""),
        ("Meeting notes.txt", "15:00:01\tPriya:\twants exports\n"),
        ("transcript.txt", "00:00:05\tPriya:\thello\n"),
        ("subtitles.sbv", "0:00:01.000,0:00:02.000\nPriya: Hello\n"),
        ("chatgpt answers.txt", "neither\n"),
        ("Chatham rules.txt", "neither\n"),
        ("chatbot.py", "neither\n"),
        ("conversation starters.docx", b"PK\x03\x04 cut"),
        ("message queue design.md", "neither\n"),
    ],
)
def test_a_chat_that_says_nothing_or_a_file_that_is_none_refuses_nothing(
    name: str, content: str | bytes, tmp_path: Path
) -> None:
    listing = listed({name: content}, tmp_path)
    assert session_texts.read(listing, generic.read(listing, SessionToml()), {}, 60.0).files == ()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("chat.json", GRAPH + "\n" + GRAPH),
        ("export.json", GRAPH + "\n" + GRAPH),
        ("chat.txt", "15:00:01\tPriya Raman:\tHi.\n"),
        ("meeting_saved_chat.txt", "15:00:01 From Priya Raman to Everyone:\n\tHi.\n"),
        ("Office hours - Chat.sbv", "00:00:01.000,00:00:02.000\nPriya Raman: Hello\n"),
    ],
)
def test_who_wrote_in_a_chat_that_session_toml_does_not_name_took_part(name: str, content: str, tmp_path: Path) -> None:
    """What a host leaves out of session.toml asks nobody less."""
    listing = listed({name: content}, tmp_path)
    facts = SessionToml(started_at=datetime(2026, 11, 18, 15, tzinfo=UTC), timezone="UTC")
    texts = session_texts.read(listing, generic.read(listing, facts), {}, 60.0)
    assert texts.files == ((name, "chat"),)
    assert "Priya Raman" in texts.names
