"""What a redacted vCon holds: parties, dialogs, the transcript and the consent, after core-03."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pipeline import __version__
from pipeline.consent.interchange import vcon_format
from pipeline.consent.interchange.vcon_attachments import ParticipantConsent, attachments
from pipeline.consent.interchange.vcon_format import stamp
from pipeline.consent.log.events import canonical, sha256
from pipeline.files import file_digest
from pipeline.records import PlannedTerm, Rendition, Session
from pipeline.render import file_names as rendition_names
from pipeline.render.terms import TermReplacer

MEDIA = {rendition_names.SOUND: "audio/mp4", rendition_names.PICTURE: "video/mp4"}
_NAME = "[name]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is handed out, of which session, where its files will be, and when."""

    session: Session
    rendition: Rendition
    folder: Path
    url: str | None
    people: Sequence[ParticipantConsent]
    uuids: Mapping[str, str]
    removed: frozenset[str]
    now: datetime


def document(case: Case) -> dict[str, Any]:
    """The whole vCon, not yet searched."""
    dialog = list(_dialogs(case))
    return {
        "vcon": vcon_format.VERSION,
        "uuid": case.uuids["vcon"],
        "extensions": list(vcon_format.EXTENSIONS),
        "created_at": stamp(case.now),
        "updated_at": stamp(case.now),
        "subject": f"Office hours {case.session.started_at.date().isoformat()}",
        "redacted": {"uuid": case.uuids["unredacted"], "type": "consent-and-confidentiality"},
        "parties": [
            {
                "type": "person",
                "uuid": case.uuids[one.participant_id],
                "name": "anonymous",
                "validation": "form" if one.identity == "matched" else "none",
            }
            for one in case.people
        ],
        "dialog": dialog,
        "analysis": [_transcript(case, [index for index, one in enumerate(dialog) if "filename" in one] or [0])],
        "attachments": attachments(
            case.people, vcon_uuid=case.uuids["vcon"], dialog_sha256=sha256(canonical(dialog)), now=case.now
        ),
    }


def _dialogs(case: Case) -> Iterator[dict[str, Any]]:
    """The set, an empty placeholder for each original track, then what was made of them, then the chat."""
    session, everybody = case.session, list(range(len(case.people)))
    start, placeholders = stamp(session.started_at), range(1, 1 + len(session.tracks))
    made = [name for name in MEDIA if name in file_names(case.rendition)]
    members = list(range(1, 1 + len(session.tracks) + len(made)))
    index = {person.participant_id: number for number, person in enumerate(session.participants)}
    yield {
        "type": "recording-set",
        "start": start,
        "duration": round(session.duration_s, 3),
        "parties": everybody,
        "recordings": members,
        "application": session.platform,
        **_history(case, index),
    }
    for _, track in zip(placeholders, session.tracks, strict=True):
        began = stamp(session.started_at + timedelta(seconds=track.offset_s))
        whose = everybody if track.participant_id is None else index[track.participant_id]
        yield {"type": "recording", "start": began, "parties": whose, "recording_set": 0}
    heard = [
        index[one] for one in sorted({turn.participant_id for turn in case.rendition.turns if turn.participant_id})
    ]
    for name in made:
        recording = {"type": "recording", "start": start, "parties": heard, "recording_set": 0}
        yield {**recording, "mediatype": MEDIA[name], **_fetched(case, name)}
    chat = case.folder / rendition_names.CHAT
    if chat.is_file() and chat.read_text("utf-8"):
        text = _scrub(case.session).replace(chat.read_text("utf-8"))
        yield {"type": "text", "start": start, "parties": everybody, "mediatype": "text/plain", **_inline("none", text)}


def _history(case: Case, index: Mapping[str, int]) -> dict[str, Any]:
    """When each came and went, as far as a list of the platform says it; nothing of whoever is taken out."""
    start, length_s = case.session.started_at, case.session.duration_s
    moments = [
        (at_s, index[stay.participant_id], event)
        for stay in case.session.attendance
        if stay.participant_id not in case.removed
        for at_s, event in ((max(0.0, stay.join_s), "join"), (min(length_s, stay.leave_s), "drop"))
    ]
    events = [
        {"party": party, "time": stamp(start + timedelta(seconds=at_s)), "event": event}
        for at_s, party, event in sorted(moments)
    ]
    return {"party_history": events} if events else {}


def _fetched(case: Case, name: str) -> dict[str, str]:
    """Where a file of the rendition is, with the hash of its redacted bytes; nothing when it is not handed out."""
    if case.url is None:
        return {}
    return {
        "filename": name,
        "url": f"{case.url.rstrip('/')}/{name}",
        "content_hash": f"sha512-{base64url(sha512(case.folder / name))}",
    }


def _transcript(case: Case, dialog: Sequence[int]) -> dict[str, Any]:
    scrub = _scrub(case.session)
    segments = [
        {
            "id": number,
            "start": turn.start_s,
            "end": turn.end_s,
            "text": scrub.replace(turn.text),
            "speaker": case.uuids.get(turn.participant_id or "", "unknown"),
        }
        for number, turn in enumerate(case.rendition.turns)
    ]
    audio = {"duration": round(case.session.duration_s, 3)}
    body = {
        "transcript": {"text": "\n".join(str(one["text"]) for one in segments), **audio},
        "segments": segments,
        "metadata": {"processed_at": stamp(case.now), "provider": "offrecord", "audio": audio, "options": {}},
    }
    made = {"type": "wtf_transcription", "dialog": list(dialog), "vendor": "offrecord", "product": __version__}
    return {**made, "schema": "wtf-1.0", "mediatype": "application/json", **_inline("json", body)}


def _inline(encoding: str, body: object) -> dict[str, object]:
    return {"encoding": encoding, "body": body}


def _scrub(session: Session) -> TermReplacer:
    """Takes every participant's name out of a text, also one that a reviewer kept for readers inside the team."""
    return TermReplacer(
        [PlannedTerm(text=name, replacement=_NAME) for name in sorted(names_of(session), key=len, reverse=True)]
    )


def names_of(session: Session) -> set[str]:
    """What the participants go by."""
    said = (
        (one.name, *one.aliases, one.email or "", (one.platform_id or "").partition(":")[2])
        for one in session.participants
    )
    return {name for some in said for name in some if len(name.strip()) > 1}


def file_names(rendition: Rendition) -> set[str]:
    """What the files of a rendition are called."""
    return {file.name for file in rendition.files}


def sha512(path: Path) -> bytes:
    """The SHA-512 of a file's bytes, which is the digest that a vCon names."""
    return bytes.fromhex(file_digest(path, "sha512"))


def base64url(digest: bytes) -> str:
    """A digest as vCons write it."""
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
