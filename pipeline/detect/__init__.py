"""Finds confidential names, terms and identifiers in words, captions, chat, title and sound."""

from pipeline.detect.consent_cues import consent_cues
from pipeline.detect.detect import detect
from pipeline.detect.named_elsewhere import named_elsewhere
from pipeline.detect.ner.union import version

VERSION = "5"

__all__ = ["consent_cues", "detect", "named_elsewhere", "version"]
