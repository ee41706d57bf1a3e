"""Puts proposals to people and turns their decisions into the approved plan."""

from pipeline.review.acts import decisions, heads, signed_off_by
from pipeline.review.propose import propose
from pipeline.review.review import review

VERSION = "2"

__all__ = ["VERSION", "decisions", "heads", "propose", "review", "signed_off_by"]
