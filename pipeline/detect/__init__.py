"""Finds confidential names, terms and identifiers in words, captions, chat, title and sound."""

from pipeline.detect.consent_cues import consent_cues
from pipeline.detect.detect import detect
from pipeline.detect.locate.faces import face_findings
from pipeline.detect.locate.heard_again import heard_again_findings
from pipeline.detect.named_elsewhere import named_elsewhere, words_in
from pipeline.detect.ner.chosen_model import version

VERSION = "49"

__all__ = [
    "VERSION",
    "consent_cues",
    "detect",
    "face_findings",
    "heard_again_findings",
    "named_elsewhere",
    "version",
    "words_in",
]
