"""Reads captions by the rules of their own format."""

from __future__ import annotations

from pipeline.errors import InputRefused
from pipeline.ingest.captions import saved, subrip, transcript, webvtt
from pipeline.ingest.captions.model import CaptionFile


def parse(text: str, *, is_document: bool = False) -> CaptionFile:
    """Every caption of a file; raises ``InputRefused`` where it has none of the forms, or nothing in it can be read.

    ``is_document`` says that the text was taken out of a Word file: there a timing is Teams', not SubRip's.
    """
    if webvtt.is_webvtt(text):
        captions = webvtt.parse(text)
        if captions.dropped and not captions.captions:
            raise InputRefused("captions: no cue has a valid time", action="correct them, or leave them out")
        return captions
    if "-->" in text:
        return transcript.parse_timed_turns(text) if is_document else subrip.parse(text)
    if is_document and transcript.is_turns(text):
        return transcript.parse_turns(text)
    return transcript.parse_stretches(text) if transcript.is_stretches(text) else saved.parse(text)
