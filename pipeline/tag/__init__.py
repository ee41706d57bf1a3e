"""Finds feature requests and discoveries in the redacted transcript and the redacted chat."""

from pipeline.tag.tag import tag
from pipeline.tag.taxonomy import Taxonomy, read_taxonomy
from pipeline.tag.typed import tag_chat

VERSION = "18"

__all__ = ["VERSION", "Taxonomy", "read_taxonomy", "tag", "tag_chat"]
