"""Finds confidential names, terms and identifiers in words, captions, chat, title and sound."""

from pipeline.detect.detect import detect
from pipeline.detect.locate.heard_again import heard_again_findings

VERSION = "4"

__all__ = ["VERSION", "detect", "heard_again_findings"]
