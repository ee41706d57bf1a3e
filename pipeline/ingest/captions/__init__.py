"""Captions as platforms write them: WebVTT, SubRip, and the text that Zoom saves."""

from pipeline.ingest.captions.model import Caption, CaptionFile
from pipeline.ingest.captions.read import parse

__all__ = ["Caption", "CaptionFile", "parse"]
