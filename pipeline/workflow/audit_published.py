"""Holds each published rendition against what is known now, and says which places of it are exposures."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from pipeline.proof import MANIFEST, read_manifest
from pipeline.records import Audience, Exposure
from pipeline.render import file_names
from pipeline.render.redaction_diff import RedactionScope, newly_exposed
from pipeline.render.terms import TermReplacer
from pipeline.store import releases
from pipeline.store.codec import decode
from pipeline.workflow.analyse import AnalysedSession
from pipeline.workflow.plan_renditions import PlannedRendition, Plans

_TEXTS = (
    file_names.CAPTIONS,
    file_names.CAPTIONS_SRT,
    file_names.TRANSCRIPT,
    file_names.TRANSCRIPT_JSONL,
    file_names.CHAT,
    file_names.CHAT_JSONL,
)
_MEDIA = (file_names.SOUND, file_names.PICTURE)


def audit_published(analysed: AnalysedSession, plans: Plans) -> tuple[Exposure, ...]:
    """Every place of what is published that the plans redact: by its file, and by time or line, never by its text.

    Nothing where consent has ended: what is published is withdrawn as a whole then, and the report says why.
    """
    return tuple(
        exposure
        for audience in Audience
        if (planned := _least(plans, audience)) is not None
        for exposure in _in_rendition(analysed, planned, audience)
    )


def _least(plans: Plans, audience: Audience) -> PlannedRendition | None:
    """What a rendition has to hide at least: a public one whose review is open, as much as an internal one."""
    for wanted in (audience, Audience.INTERNAL):
        planned = plans.get(wanted)
        if isinstance(planned, PlannedRendition):
            return planned
    return None


def _in_rendition(analysed: AnalysedSession, planned: PlannedRendition, audience: Audience) -> Iterator[Exposure]:
    workspace, session_id = analysed.context.workspace, analysed.context.session.session_id
    folder = workspace.out / file_names.folder_of(session_id, audience)
    proof = read_manifest(folder / MANIFEST)
    if proof is None:
        return
    before = releases.latest(workspace.db, session_id, audience)
    if before is not None and before[0] == proof.entry:
        shown = newly_exposed(planned.hidden, decode(before[1], RedactionScope))
        for file in _MEDIA:
            if (folder / file).is_file():
                yield from _in_sound(shown.windows, audience, file)
    yield from _in_texts(folder, TermReplacer(planned.plan.terms), audience)


def _in_sound(windows: tuple[tuple[str, float, float], ...], audience: Audience, file: str) -> Iterator[Exposure]:
    for start_s, end_s in sorted({(start_s, end_s) for _, start_s, end_s in windows}):
        yield Exposure(audience=audience, file=file, where=f"{start_s:.2f} s to {end_s:.2f} s")


def _in_texts(folder: Path, terms: TermReplacer, audience: Audience) -> Iterator[Exposure]:
    for name in _TEXTS:
        path = folder / name
        # What people write in the chat may hold other line breaks than this one.
        for number, line in enumerate(path.read_text("utf-8").split("\n")[:-1] if path.is_file() else (), 1):
            text = json.loads(line)["text"] if path.suffix == ".jsonl" else line
            for start_char, end_char, _ in terms.spans(text):
                where = f"line {number}, characters {start_char} to {end_char}"
                yield Exposure(audience=audience, file=name, where=where)
