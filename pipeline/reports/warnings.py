"""What the operator is warned of in every report: what lapses, what may be read by others, what hears badly."""

from __future__ import annotations

from datetime import datetime

from pipeline import consent, detect
from pipeline.consent.evaluation.jurisdictions import rules_of
from pipeline.embeddings import MODEL as SENTENCE_MODEL
from pipeline.embeddings import encoder_name
from pipeline.embeddings.hashed import HashedTfidf
from pipeline.settings import DetectSettings, RunSettings, SpeechSettings
from pipeline.store import Workspace
from pipeline.workflow.vault_keys import copy_warnings
from pipeline.workflow.voice_count import is_available


def warnings(workspace: Workspace, now: datetime) -> tuple[str, ...]:
    """The lines on top of a report made on a day; raises ``ConfigurationError`` where the table of places is broken."""
    return (
        *consent.journal_warnings(workspace, now=now),
        *rules_of(workspace.root).warnings(now.date()),
        *workspace.list_warnings(now.date()),
        *copy_warnings(workspace, now=now),
        *_of_recogniser(workspace.settings.speech),
        *_of_name_models(workspace.settings.detect),
        *_of_voices(workspace.settings.run),
        *_of_sentence_vectors(),
    )


def _of_recogniser(settings: SpeechSettings) -> tuple[str, ...]:
    """The recogniser that needs no download is no one to trust: on real speech it mishears about every third word."""
    if settings.engine != "sphinx":
        return ()
    return (
        "Sessions are recognised with sphinx, which mishears about every third word of real speech, so names may stay: "
        "run `offrecord models pull whisper-base` and set speech.engine to whisper.",
    )


def _of_name_models(settings: DetectSettings) -> tuple[str, ...]:
    """A second model of names that is asked for and not here: written text then loses one name in ten."""
    if not settings.spacy_model or detect.version(settings):
        return ()
    return (
        "Names that nobody listed are looked for by one model instead of two, which finds fewer: "
        f"run `offrecord models pull {settings.spacy_model}`.",
    )


def _of_voices(settings: RunSettings) -> tuple[str, ...]:
    """Counting voices is asked for, and nothing here can."""
    if not settings.count_voices or is_available():
        return ()
    return ("Voices are not counted, because their model is not pulled: run `offrecord models pull voices`.",)


def _of_sentence_vectors() -> tuple[str, ...]:
    """Without the sentence model two in three wordings of one request stay apart."""
    if encoder_name() != HashedTfidf.name:
        return ()
    return (
        "Most wordings of one request are not put together, and fewer objections to the recording and fewer things "
        "said to be secret are noticed, because the sentence model is not pulled: "
        f"run `offrecord models pull {SENTENCE_MODEL}`, then `offrecord requests retag`.",
    )
