"""Stage 3: a ``Session`` and its ``Ruling`` to a ``Transcript``; see docs/speech.md."""

from pipeline.speech.hearing import transcribe

__all__ = ["transcribe"]
