"""Stage 6: from an approved plan to redacted files that are proved, or to nothing."""

from pipeline.render.publish import publish
from pipeline.render.render_session import render
from pipeline.render.rendition import recall

VERSION = "6"
CHAT_VERSION = "2"
"""Raised where what is made of a chat alone changes: then only sessions that have one are rendered again."""

__all__ = ["CHAT_VERSION", "VERSION", "publish", "recall", "render"]
