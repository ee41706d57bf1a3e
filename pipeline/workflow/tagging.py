"""The tags of a session: made when its internal rendition is published, again when the taxonomy or the tagger changed.

They are made from the published transcript and chat, and from the redacted words of those who let requests be read out
of what they say and type, and not be shown; of all that only of who proceeds for product work. Nothing but the tags is
redone.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline import consent, models, tag
from pipeline.embeddings import encoder_name, load_encoder
from pipeline.export.mentions import PURPOSE, request_id_of
from pipeline.records import Answer, Audience, ChatLine, Context, RequestSource, Ruling, Tag, Turn
from pipeline.records.removed_parts import CHAT_CLOCK_S
from pipeline.store import Workspace
from pipeline.store.codec import key_of
from pipeline.store.registry import Registry
from pipeline.tag.classifier import MODEL
from pipeline.tag.grouping.asks import plain_words
from pipeline.tag.taxonomy import FILE_NAME
from pipeline.workflow.readable_turns import ReadableTurns, published_turns, readable, staff_of, unshared_speakers
from pipeline.workflow.request_ids import with_earlier_ids
from pipeline.workflow.session_context import SessionContext

ALIAS_KEY = "alias"
"""The workspace's key that aliases of customers and ids of requests are made with."""
_STAGE = "tags"
_ASKED = ("request", "discovery")
NOTHING_UNSHARED = ReadableTurns()
_READ_OUT_S = 90.0
"""How long ago a message may have been sent that staff read out, in seconds: a judgement, as for answers in a chat."""
_TYPED_BACK_S, _HEARD_BACK_S = 900.0, 90.0
"""How long ago what staff answer by typing may have been written, and said, in seconds: a judgement; a chat is answered
when there is time, whoever else wrote meanwhile."""
_MARKS, _ALL = "exports", "tagger"
"""Under which it is kept what all published sessions are tagged with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaggedSession:
    """The tags of a session under what they were made with: the transcript, the taxonomy, the models.

    ``vectors`` has the sentence vector of each tag by ``encoder``, as half-precision numbers in base 64, so that
    grouping encodes nothing twice; empty for a tag that is neither request nor discovery. ``unshared`` are the redacted
    turns that are in no rendition, ``unshared_chat`` such messages: they are kept to be tagged again, and shown to
    nobody.
    """

    made_with: str
    tags: tuple[Tag, ...]
    encoder: str
    vectors: tuple[str, ...]
    unshared: tuple[Turn, ...] = ()
    unshared_chat: tuple[Turn, ...] = ()

    @property
    def kept_back(self) -> ReadableTurns:
        """What was read of those who let their words be shown to nobody."""
        return ReadableTurns(spoken=self.unshared, typed=self.unshared_chat)


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


def tag_session(
    context: SessionContext,
    published: ReadableTurns,
    taxonomy: tag.Taxonomy,
    *,
    unshared: ReadableTurns = NOTHING_UNSHARED,
) -> bool:
    """Tags the turns of a session's internal rendition and those that are not shown, and keeps the tags.

    What was said and what was typed are tagged apart: neither changes what is found in the other. False where the tags
    stand as they would be. Who does not let their words be used for product work is not read.
    """
    workspace, session, session_id = context.workspace, context.session, context.session.session_id
    unshared = unshared.of(unshared_speakers(session, context.ruling))
    turns = readable(session, context.ruling, published, unshared)
    made_with = _made_with(turns, taxonomy, staff := staff_of(session))
    kept = tagged(workspace, session_id)
    if kept and kept.made_with == made_with:
        return False
    spoken = tag.tag(turns.spoken, staff=staff, taxonomy=taxonomy)
    typed = tag.tag_chat(turns.typed, staff=staff, taxonomy=taxonomy) if turns.typed else ()
    tags = tuple(sorted((*spoken, *typed), key=lambda each: each.start_s))
    said = (*published.spoken, *unshared.spoken)
    tags = with_speakers_before_answers(tags, said, staff, chat=session.chat, earlier=kept.tags if kept else ())
    if kept:
        key = workspace.key(ALIAS_KEY)
        tags = with_earlier_ids(kept.tags, tags, lambda earlier: request_id_of(earlier, session_id, key))
    result = TaggedSession(
        made_with=made_with,
        tags=tags,
        encoder=encoder_name(),
        vectors=_packed_vectors(tags),
        unshared=unshared.spoken,
        unshared_chat=unshared.typed,
    )
    context.put(_STAGE, tags_key(session_id), result, TaggedSession, purpose=PURPOSE)
    return True


def with_speakers_before_answers(
    tags: Sequence[Tag],
    turns: Sequence[Turn],
    staff: Collection[str],
    *,
    earlier: Sequence[Tag],
    chat: Sequence[ChatLine] = (),
) -> tuple[Tag, ...]:
    """The tags, their answers with who spoke last before each, also where ``earlier`` tags alone know of them.

    Whoever says no to everything later is read no more, and what staff said to them would answer somebody else. Staff
    also read aloud what was typed, to everyone or to them alone: whoever wrote just before is one of them. What they
    type may be for anybody who wrote or spoke in the minutes before.
    """
    others = sorted((turn for turn in turns if turn.participant_id not in staff), key=lambda turn: turn.start_s)
    written = [line for line in chat if line.participant_id not in staff]
    known = [each.answer for each in earlier if each.answer]

    def behind(answer: Answer, source: RequestSource) -> tuple[str, ...]:
        is_typed = source is RequestSource.CHAT
        before = [turn for turn in others if turn.start_s < answer.start_s]
        heard = [turn for turn in before if is_typed and turn.end_s >= answer.start_s - _HEARD_BACK_S]
        first_s = answer.start_s - (_TYPED_BACK_S if is_typed else _READ_OUT_S)
        wrote = [line.participant_id for line in written if first_s <= line.at_s <= answer.end_s + CHAT_CLOCK_S]
        # What was typed takes no time: its answer begins and ends in one second.
        then = [each.behind for each in known if each.start_s <= answer.end_s and answer.start_s <= each.end_s]
        spoke = [turn.participant_id for turn in (*before[-1:], *heard)]
        return tuple(sorted({who or "" for who in (*spoke, *wrote, *chain.from_iterable(then))}))

    return tuple(
        replace(each, answer=replace(each.answer, behind=behind(each.answer, each.source))) if each.answer else each
        for each in tags
    )


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
        turns = published_turns(workspace.out / session_id / Audience.INTERNAL)
        if f"{session_id}/{Audience.INTERNAL}" in state.result.renditions and turns is not None:
            session = registry.session(session_id)
            ruling = consent.rule(session, workspace=workspace, now=now)
            if isinstance(ruling, Ruling):
                context = SessionContext(session=session, workspace=workspace, ruling=ruling, known=Context(), now=now)
                kept = tagged(workspace, session_id)
                unshared = kept.kept_back if kept else NOTHING_UNSHARED
                changed += tag_session(context, turns, taxonomy, unshared=unshared)
    workspace.stages.put(_MARKS, _ALL, tagger)
    return changed


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


def _made_with(turns: ReadableTurns, taxonomy: tag.Taxonomy, staff: Sequence[str]) -> str:
    typed = [list(turns.typed)] if turns.typed else []
    return key_of(_tagger(taxonomy), list(staff), list(turns.spoken), *typed)


def _tagger(taxonomy: tag.Taxonomy) -> str:
    """What everything is tagged with now."""
    digests = sorted((name, file.sha256) for name, file in models.find(MODEL).files.items())
    return key_of(tag.VERSION, digests, encoder_name(), taxonomy.content)
