"""Stage 6: from an approved plan to redacted files that are proved, or to nothing."""

from pipeline.render.session import render

__all__ = ["render"]
