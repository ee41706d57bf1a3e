"""Puts proposals to people and turns their decisions into the approved plan."""

from pipeline.review.closed_names import purposes_of
from pipeline.review.concerns import ConsentMarks, consent_marks
from pipeline.review.decision_log import decisions, heads, numbered, signed_off_by
from pipeline.review.finding_edits import edited, edits, edits_in
from pipeline.review.picture.plan import may_be_shown, picture_review
from pipeline.review.picture.tiles import gallery_view, may_be_shown_in_tiles
from pipeline.review.plan import reading_plan, review
from pipeline.review.propose import propose
from pipeline.review.reported_speech import reported_speech
from pipeline.review.speaker_edits import attributed

VERSION = "6"

__all__ = [
    "VERSION",
    "ConsentMarks",
    "attributed",
    "consent_marks",
    "decisions",
    "edited",
    "edits",
    "edits_in",
    "gallery_view",
    "heads",
    "may_be_shown",
    "may_be_shown_in_tiles",
    "numbered",
    "picture_review",
    "propose",
    "purposes_of",
    "reading_plan",
    "reported_speech",
    "review",
    "signed_off_by",
]
