"""Stage 6: from an approved plan to redacted files that are proved, or to nothing."""

from pipeline.render.publish import publish
from pipeline.render.rendition import recall
from pipeline.render.session import render

VERSION = "4"

__all__ = ["VERSION", "publish", "recall", "render"]
