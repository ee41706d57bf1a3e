"""Listens for the notice in what was said first: an announcement that is audible in the recording itself.

It is evidence only for what is decided after transcription, of those who were there when it was made: a session that is
held for want of proof is sealed and never transcribed, so nothing is heard in it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rapidfuzz import fuzz

from pipeline.consent.events import Draft, EventState, Method, canonical
from pipeline.consent.log import events_under, writing
from pipeline.records import Purpose, Session, Word
from pipeline.store import Workspace

FIRST_S = 600.0
"""How far into the session it is looked for."""
ALIKE = 0.8
"""How much of the wording must be there; the recogniser mishears some of it."""
_TOKEN = re.compile(r"[^\W_]+")
_ABOUT = re.compile(r"\brecord(?:ed|ing|s)?\b")
_NOT = frozenset({"not", "no", "never", "stop", "stopped", "isn", "aren", "won", "don", "without", "unless"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """Where the wording was heard, in seconds of the session, and how much of it, 0 to 1."""

    start_s: float
    end_s: float
    alike: float


def find_announcement(words: Sequence[Word], wording: str) -> Announcement | None:
    """The best place in the first minutes where one voice says the notice's wording; None where nobody surely does.

    A stretch that does not speak of recording, or denies what the wording says, is none, however alike it is.
    """
    reference = _TOKEN.findall(wording.casefold())
    if not _ABOUT.search(" ".join(reference)):
        return None
    voices: dict[tuple[str, str | None], list[Word]] = {}
    for word in words:
        if word.start_s < FIRST_S:
            voices.setdefault((word.track_id, word.participant_id), []).append(word)
    found = [place for said in voices.values() if (place := _best(said, reference)) is not None]
    return max(found, key=lambda place: place.alike, default=None)


def file_announcement(session: Session, heard: Announcement, *, workspace: Workspace, now: datetime) -> bool:
    """Files that a notice was served by announcement to those present; False where that is on file already."""
    at = session.started_at + timedelta(seconds=heard.start_s)
    told = {"start_s": heard.start_s, "end_s": heard.end_s, "alike": heard.alike, "reach": "everyone_in_call"}
    draft = Draft(
        party_id=session.session_id,
        purpose=Purpose.RECORD,
        scope=f"session:{session.session_id}",
        state=EventState.REQUESTED,
        indicated_at=at,
        effective_from=at,
        valid_until=None,
        method=Method.ANNOUNCEMENT,
        subject="announcement",
        evidence=("announcement", canonical(told)),
        entered_by="offrecord",
    )
    with writing(workspace, now=now) as log:
        is_there = bool(events_under(log.connection, [draft.row_key]))
        log.append([] if is_there else [draft])
    return not is_there


def _best(said: Sequence[Word], reference: Sequence[str]) -> Announcement | None:
    """The stretch of one voice that is most like the wording."""
    tokens = [(token, word) for word in said for token in _TOKEN.findall(word.text.casefold())]
    size, wanted, best = len(reference), " ".join(reference), None
    for first in range(max(1, len(tokens) - size + 1)):
        stretch = tokens[first : first + size]
        text = " ".join(token for token, _ in stretch)
        alike = fuzz.ratio(text, wanted) / 100
        near = {token for token, _ in tokens[max(0, first - 3) : first + size]}
        denied = bool(near & _NOT - set(reference))
        if alike >= ALIKE and _ABOUT.search(text) and not denied and (best is None or alike > best.alike):
            best = Announcement(start_s=stretch[0][1].start_s, end_s=stretch[-1][1].end_s, alike=round(alike, 3))
    return best
