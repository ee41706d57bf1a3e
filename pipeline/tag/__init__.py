"""Finds feature requests and discoveries in the redacted transcript."""

from pipeline.tag.tag import tag

VERSION = "1"

__all__ = ["VERSION", "tag"]
