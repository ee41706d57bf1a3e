"""Finds feature requests and discoveries in the redacted transcript."""

from pipeline.tag.tag import tag
from pipeline.tag.taxonomy import Taxonomy, read_taxonomy

VERSION = "14"

__all__ = ["VERSION", "Taxonomy", "read_taxonomy", "tag"]
