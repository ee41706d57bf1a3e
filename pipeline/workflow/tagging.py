"""The tags of a session: made when its internal rendition is published, again when the taxonomy or the tagger changed.

They are made from the published transcript alone, so that nothing but the tags is redone.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline import consent, models, tag
from pipeline.embeddings import encoder_name, load_encoder
from pipeline.export.mentions import request_id_of
from pipeline.records import Audience, Context, Role, Ruling, Session, Tag, Turn
from pipeline.store import Workspace
from pipeline.store.codec import decode, key_of
from pipeline.store.registry import Registry
from pipeline.tag.classifier import MODEL
from pipeline.tag.grouping.asks import plain_words
from pipeline.tag.taxonomy import FILE_NAME
from pipeline.workflow.request_ids import with_earlier_ids
from pipeline.workflow.session_context import SessionContext

TRANSCRIPT = "transcript.jsonl"
ALIAS_KEY = "alias"
"""The workspace's key that aliases of customers and ids of requests are made with."""
_STAGE = "tags"
_ASKED = ("request", "discovery")
_MARKS, _ALL = "exports", "tagger"
"""Under which it is kept what all published sessions are tagged with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaggedSession:
    """The tags of a session under what they were made with: the transcript, the taxonomy, the models.

    ``vectors`` has the sentence vector of each tag by ``encoder``, as half-precision numbers in base 64, so that
    grouping encodes nothing twice; empty for a tag that is neither request nor discovery.
    """

    made_with: str
    tags: tuple[Tag, ...]
    encoder: str
    vectors: tuple[str, ...]


def tags_key(session_id: str) -> str:
    """Under which the tags of a session's internal rendition are kept."""
    return key_of(session_id, Audience.INTERNAL)


def tagged(workspace: Workspace, session_id: str) -> TaggedSession | None:
    """The tags of a session as they are kept; None where it was never tagged."""
    return workspace.stages.get(_STAGE, tags_key(session_id), TaggedSession)


def place_of_tags(workspace: Workspace, session_id: str) -> Path:
    """Where the tags of a session lie."""
    return workspace.stages.place(_STAGE, tags_key(session_id))


def drop_tags(workspace: Workspace, session_id: str) -> None:
    """Removes the tags of a session; they are made again when its rendition is published."""
    workspace.stages.drop(place_of_tags(workspace, session_id))


def count(workspace: Workspace, session_id: str) -> int:
    """How many requests and discoveries were found in a session."""
    kept = tagged(workspace, session_id)
    return sum(tag.label in _ASKED for tag in kept.tags) if kept else 0


def read_taxonomy(workspace: Workspace) -> tag.Taxonomy:
    """The team's own taxonomy, or the shipped one; raises ``ConfigurationError`` naming the key that is wrong."""
    path = workspace.root / FILE_NAME
    return tag.read_taxonomy(path if path.exists() else None)


def tag_session(context: SessionContext, turns: Sequence[Turn], taxonomy: tag.Taxonomy) -> bool:
    """Tags the turns of a session's internal rendition and keeps the tags; False where they stand as they would be."""
    workspace, session_id = context.workspace, context.session.session_id
    made_with = _made_with(turns, taxonomy, staff := staff_of(context.session))
    kept = tagged(workspace, session_id)
    if kept and kept.made_with == made_with:
        return False
    tags = tag.tag(turns, staff=staff, taxonomy=taxonomy)
    if kept:
        key = workspace.key(ALIAS_KEY)
        tags = with_earlier_ids(kept.tags, tags, lambda earlier: request_id_of(earlier, session_id, key))
    result = TaggedSession(made_with=made_with, tags=tags, encoder=encoder_name(), vectors=_packed_vectors(tags))
    context.put(_STAGE, tags_key(session_id), result, TaggedSession, purpose=Audience.INTERNAL.purpose)
    return True


def retag(workspace: Workspace, *, now: datetime) -> int:
    """Tags every published session again whose tags were made with something else; how many there were.

    Raises ``TryAgain`` when consent changes meanwhile.
    """
    taxonomy, registry = read_taxonomy(workspace), Registry(workspace.db)
    tagger = _tagger(taxonomy)
    if workspace.stages.get(_MARKS, _ALL, str) == tagger:
        return 0  # published sessions are tagged as they are published
    changed = 0
    for session_id, state in registry.states().items():
        transcript = workspace.out / session_id / Audience.INTERNAL / TRANSCRIPT
        if f"{session_id}/{Audience.INTERNAL}" in state.result.renditions and transcript.is_file():
            session = registry.session(session_id)
            ruling = consent.rule(session, workspace=workspace, now=now)
            if isinstance(ruling, Ruling):
                context = SessionContext(session=session, workspace=workspace, ruling=ruling, known=Context(), now=now)
                changed += tag_session(context, read_turns(transcript), taxonomy)
    workspace.stages.put(_MARKS, _ALL, tagger)
    return changed


def read_turns(transcript: Path) -> tuple[Turn, ...]:
    """The turns of a published transcript."""
    return tuple(decode(line, Turn) for line in transcript.read_text("utf-8").splitlines() if line.strip())


def staff_of(session: Session) -> tuple[str, ...]:
    """The ids of the team's own people and bots in a session, in order."""
    return tuple(person.participant_id for person in session.participants if person.role in (Role.STAFF, Role.BOT))


def unpacked(vector: str) -> NDArray[np.float32]:
    """A kept vector as numbers, of length 1 again."""
    numbers = np.frombuffer(base64.b64decode(vector), np.float16).astype(np.float32)
    return numbers / max(float(np.linalg.norm(numbers)), 1e-9)


def _packed_vectors(tags: Sequence[Tag]) -> tuple[str, ...]:
    with_request = [index for index, tag in enumerate(tags) if tag.label in _ASKED]
    vectors = load_encoder().encode([plain_words(tags[index].about or tags[index].quote) for index in with_request])
    packed = [""] * len(tags)
    for index, vector in zip(with_request, vectors, strict=True):
        packed[index] = base64.b64encode(vector.astype(np.float16).tobytes()).decode()
    return tuple(packed)


def _made_with(turns: Sequence[Turn], taxonomy: tag.Taxonomy, staff: Sequence[str]) -> str:
    return key_of(_tagger(taxonomy), list(staff), list(turns))


def _tagger(taxonomy: tag.Taxonomy) -> str:
    """What everything is tagged with now."""
    digests = sorted((name, file.sha256) for name, file in models.find(MODEL).files.items())
    return key_of(tag.VERSION, digests, encoder_name(), taxonomy.content)
