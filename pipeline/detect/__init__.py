"""Finds confidential names, terms and identifiers in words, captions, chat, title and sound."""

from pipeline.detect.detect import detect

VERSION = "4"

__all__ = ["detect"]
