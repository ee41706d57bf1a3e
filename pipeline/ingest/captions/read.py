"""Reads captions by the rules of their own format."""

from __future__ import annotations

from pipeline.errors import InputRefused
from pipeline.ingest.captions import saved, subrip, webvtt
from pipeline.ingest.captions.model import CaptionFile


def parse(text: str) -> CaptionFile:
    """Every caption of a file; raises ``InputRefused`` where it has none of the forms, or nothing in it can be read."""
    if webvtt.is_webvtt(text):
        captions = webvtt.parse(text)
        if captions.dropped and not captions.captions:
            raise InputRefused("captions: no cue has a valid time", action="correct them, or leave them out")
        return captions
    return subrip.parse(text) if "-->" in text else saved.parse(text)
