"""What the texts of a session may be at most, and what is said of those that cannot be read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import InputRefused
from pipeline.ingest import session_texts
from pipeline.ingest.platforms import generic, zoom
from pipeline.ingest.session_toml import SessionToml
from tests.ingest.conftest import CONF, listed

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
        "meeting_saved_chat.txt": "neither\n\nof them\n",
        "closed_caption.txt": "words alone\n",
    }
    listing = listed(files, tmp_path)
    draft = replace(zoom.read(listing, SessionToml()), mixed=())
    texts = session_texts.read(listing, draft, {}, 60.0)
    assert (texts.unread_chat, texts.unread_captions, texts.files) == (2, 1, ())


def test_a_file_that_cannot_be_read_is_counted_beside_an_empty_one(tmp_path: Path) -> None:
    listing = listed({"a.vtt": "neither\n\nof them\n", "b.vtt": "WEBVTT\n"}, tmp_path)
    draft = replace(generic.read(listing, SessionToml()), captions=("a.vtt", "b.vtt"), mixed=())
    texts = session_texts.read(listing, draft, {}, 60.0)
    assert (texts.captions, texts.unread_captions, texts.files) == ((), 2, (("b.vtt", "captions"),))
