"""What is out and should not be: each rendition held against what is known now, before anything is made again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from pipeline.case import Case, Proposed
from pipeline.letting_out import Candidate, candidate
from pipeline.proof import MANIFEST, read_manifest
from pipeline.records import Audience, Exposure, Transcript
from pipeline.render import file_names
from pipeline.render.redaction_diff import RedactionScope, newly_exposed
from pipeline.render.terms import TermReplacer
from pipeline.store import releases
from pipeline.store.codec import decode

_TEXTS = (
    file_names.CAPTIONS,
    file_names.CAPTIONS_SRT,
    file_names.TRANSCRIPT,
    file_names.TRANSCRIPT_JSONL,
    file_names.CHAT,
)
_MEDIA = (file_names.SOUND, file_names.PICTURE)


def broken(case: Case, transcript: Transcript, proposed: Proposed) -> tuple[Exposure, ...]:
    """Every place of what is out that would be taken out now: by its file, and by time or line, never by its text.

    Nothing where consent has ended: what is out is taken back as a whole then, and the report says why.
    """
    return tuple(one for audience in Audience for one in _in_rendition(case, transcript, proposed, audience))


def _in_rendition(case: Case, transcript: Transcript, proposed: Proposed, audience: Audience) -> Iterator[Exposure]:
    workspace, session_id = case.workspace, case.session.session_id
    folder = workspace.out / file_names.folder_of(session_id, audience)
    told = read_manifest(folder / MANIFEST)
    if told is None:
        return
    wanted = candidate(case, transcript, proposed, audience)
    if not isinstance(wanted, Candidate):  # a public one whose review is open hides at least what an internal one does
        wanted = candidate(case, transcript, proposed, Audience.INTERNAL)
    if not isinstance(wanted, Candidate):
        return
    before = releases.latest(workspace.db, session_id, audience)
    if before is not None and before[0] == told.entry:
        shown = newly_exposed(wanted.hidden, decode(before[1], RedactionScope))
        for file in _MEDIA:
            if (folder / file).is_file():
                yield from _in_sound(shown.windows, audience, file)
    yield from _in_texts(folder, TermReplacer(wanted.plan.terms), audience)


def _in_sound(windows: tuple[tuple[str, float, float], ...], audience: Audience, file: str) -> Iterator[Exposure]:
    for start_s, end_s in sorted({(start_s, end_s) for _, start_s, end_s in windows}):
        yield Exposure(audience=audience, file=file, where=f"{start_s:.2f} s to {end_s:.2f} s")


def _in_texts(folder: Path, terms: TermReplacer, audience: Audience) -> Iterator[Exposure]:
    for name in _TEXTS:
        path = folder / name
        for number, line in enumerate(path.read_text("utf-8").splitlines() if path.is_file() else (), 1):
            text = json.loads(line)["text"] if path.suffix == ".jsonl" else line
            for start_char, end_char, _ in terms.spans(text):
                where = f"line {number}, characters {start_char} to {end_char}"
                yield Exposure(audience=audience, file=name, where=where)
