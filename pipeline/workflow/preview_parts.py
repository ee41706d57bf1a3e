"""Cuts the parts that feature one participant out of a public rendition that passed its proof and is not published."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.errors import RefusedByPolicy, WorkspaceDamaged
from pipeline.files import make_private
from pipeline.proof import MANIFEST, Manifest, read_manifest
from pipeline.records import Purpose, Rendition, Session, Turn
from pipeline.render import file_names
from pipeline.render.chat_turns import chat_turns
from pipeline.render.clip import SOUND, THUMBNAIL, cut_clip
from pipeline.render.speakers import labels
from pipeline.render.terms import TermReplacer
from pipeline.render.text_files import chat_txt
from pipeline.workflow.plan_renditions import PlannedRendition
from pipeline.workflow.preview_records import PartFile, PreviewMaterial, PreviewPart
from pipeline.workflow.session_context import SessionContext

MATERIAL, SOUND_STAGE, STILL_STAGE = "preview", "preview-sound", "preview-still"
_AROUND_S = 0.5
"""Before and after the words of a part, but nothing of what others say before and after."""
_JOIN_S = 3.0
_LONGEST_S = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """Turns of one participant that follow one another, and the seconds around them that are theirs."""

    start_s: float
    end_s: float
    turns: tuple[Turn, ...]


def material_key(session_id: str, participant_id: str) -> str:
    """Under which a participant's newest preview is kept."""
    return f"{session_id}-{participant_id}"


def part_key(session_id: str, participant_id: str, number: int) -> str:
    """Under which the sound and the still of one part are kept."""
    return f"{material_key(session_id, participant_id)}-{number}"


def keep_parts(
    planned: PlannedRendition, rendition: Rendition, scratch: Path, *, participant_id: str, state: str
) -> None:
    """Keeps what one participant is shown, encrypted like all stage results and registered for withdrawals.

    Raises ``RefusedByPolicy`` where nothing in the rendition is theirs, ``ProofFailed`` where a part cannot be proved.
    """
    context, session_id = planned.analysed.context, rendition.session_id
    folder = scratch / rendition.folder
    manifest = read_manifest(folder / MANIFEST)
    if manifest is None:
        raise WorkspaceDamaged("a rendition lost its proof while it was made", action="run this again")
    chat = _chat(planned, folder, participant_id)
    spans = list(_spans(rendition.turns, participant_id, manifest.length_s))
    if not spans and not chat:
        raise RefusedByPolicy("the public rendition holds nothing of the participant", action="they need no preview")
    cutting = make_private(scratch / "parts")
    parts = tuple(
        _keep_part(context, folder, manifest, span, cutting, key=part_key(session_id, participant_id, number))
        for number, span in enumerate(spans)
    )
    material = PreviewMaterial(state=state, parts=parts, chat=chat)
    context.put(MATERIAL, material_key(session_id, participant_id), material, purpose=Purpose.PUBLIC_RECORDING)


def _keep_part(
    context: SessionContext, folder: Path, manifest: Manifest, span: _Span, cutting: Path, *, key: str
) -> PreviewPart:
    out = make_private(cutting / key)
    signer = context.workspace.signer
    cut_clip(folder, manifest, span.turns, start_s=span.start_s, end_s=span.end_s, out=out, signer=signer)
    still = out / THUMBNAIL
    context.put(SOUND_STAGE, key, _file(out / SOUND), purpose=Purpose.PUBLIC_RECORDING)
    if still.is_file():
        context.put(STILL_STAGE, key, _file(still), purpose=Purpose.PUBLIC_RECORDING)
    has_picture = still.is_file()
    shutil.rmtree(out)
    lines = tuple(turn.text for turn in span.turns)
    return PreviewPart(start_s=span.start_s, end_s=span.end_s, lines=lines, has_picture=has_picture)


def _file(path: Path) -> PartFile:
    return PartFile(content=base64.b64encode(path.read_bytes()).decode())


def _spans(turns: Sequence[Turn], participant_id: str, length_s: float) -> Iterator[_Span]:
    """The participant's turns, joined where nobody else speaks in a short pause between them."""
    others = [turn for turn in turns if turn.participant_id != participant_id]
    group: list[Turn] = []
    for turn in turns:
        if turn.participant_id != participant_id:
            continue
        if group and not _follows(group, turn, others):
            yield _padded(group, others, length_s)
            group = []
        group.append(turn)
    if group:
        yield _padded(group, others, length_s)


def _follows(group: Sequence[Turn], turn: Turn, others: Sequence[Turn]) -> bool:
    last_s = group[-1].end_s
    is_near = turn.start_s - last_s <= _JOIN_S and turn.end_s - group[0].start_s <= _LONGEST_S
    return is_near and not any(other.start_s < turn.start_s and other.end_s > last_s for other in others)


def _padded(group: Sequence[Turn], others: Sequence[Turn], length_s: float) -> _Span:
    first_s, last_s = group[0].start_s, max(turn.end_s for turn in group)
    before_s = max((turn.end_s for turn in others if turn.end_s <= first_s), default=0.0)
    after_s = min((turn.start_s for turn in others if turn.start_s >= last_s), default=length_s)
    return _Span(
        start_s=max(before_s, first_s - _AROUND_S),
        end_s=min(after_s, length_s, last_s + _AROUND_S),
        turns=tuple(group),
    )


def _chat(planned: PlannedRendition, folder: Path, participant_id: str) -> tuple[str, ...]:
    """The lines that they wrote, as they stand in the proved rendition and nowhere else."""
    path, session = folder / file_names.CHAT, planned.analysed.context.session
    if not path.is_file():
        return ()
    proved = set(path.read_text("utf-8").splitlines())
    return tuple(line for line in _own_lines(session, planned, participant_id) if line in proved)


def _own_lines(session: Session, planned: PlannedRendition, participant_id: str) -> list[str]:
    others = {person.participant_id for person in session.participants} - {participant_id}
    alone = replace(planned.plan, removed=planned.plan.removed | others)
    turns = chat_turns(session, alone, labels(session, planned.plan), TermReplacer(planned.plan.terms))
    return chat_txt(turns).splitlines()
