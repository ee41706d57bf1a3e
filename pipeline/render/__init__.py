"""Stage 6: from an approved plan to redacted files that are proved, or to nothing."""

from pipeline.render.publish import publish
from pipeline.render.render_session import render
from pipeline.render.rendition import recall

VERSION = "6"

__all__ = ["VERSION", "publish", "recall", "render"]
