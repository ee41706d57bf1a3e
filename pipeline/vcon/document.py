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
class VconSource:
    """What a vCon is made of: the session, its published rendition, where its files will be, and when."""

    session: Session
    rendition: Rendition
    folder: Path
    url: str | None
    people: Sequence[ParticipantConsent]
    uuids: Mapping[str, str]
    removed: frozenset[str]
    now: datetime


def document(source: VconSource) -> dict[str, Any]:
    """The whole vCon, not yet searched for leaks."""
    dialog = list(_dialogs(source))
    return {
        "vcon": vcon_format.VERSION,
        "uuid": source.uuids["vcon"],
        "extensions": list(vcon_format.EXTENSIONS),
        "created_at": stamp(source.now),
        "updated_at": stamp(source.now),
        "subject": f"Office hours {source.session.started_at.date().isoformat()}",
        "redacted": {"uuid": source.uuids["unredacted"], "type": "consent-and-confidentiality"},
        "parties": [
            {
                "type": "person",
                "uuid": source.uuids[person.participant_id],
                "name": "anonymous",
                "validation": "form" if person.identity == "matched" else "none",
            }
            for person in source.people
        ],
        "dialog": dialog,
        "analysis": [_transcript(source, [index for index, part in enumerate(dialog) if "filename" in part] or [0])],
        "attachments": attachments(
            source.people, vcon_uuid=source.uuids["vcon"], dialog_sha256=sha256(canonical(dialog)), now=source.now
        ),
    }


def _dialogs(source: VconSource) -> Iterator[dict[str, Any]]:
    """The set, an empty placeholder for each original track, then what was made of them, then the chat."""
    session, everybody = source.session, list(range(len(source.people)))
    start, placeholders = stamp(session.started_at), range(1, 1 + len(session.tracks))
    media = [name for name in MEDIA if name in file_names(source.rendition)]
    members = list(range(1, 1 + len(session.tracks) + len(media)))
    index = {person.participant_id: number for number, person in enumerate(session.participants)}
    yield {
        "type": "recording-set",
        "start": start,
        "duration": round(session.duration_s, 3),
        "parties": everybody,
        "recordings": members,
        "application": session.platform,
        **_history(source, index),
    }
    for _, track in zip(placeholders, session.tracks, strict=True):
        began = stamp(session.started_at + timedelta(seconds=track.offset_s))
        whose = everybody if track.participant_id is None else index[track.participant_id]
        yield {"type": "recording", "start": began, "parties": whose, "recording_set": 0}
    spoke = {turn.participant_id for turn in source.rendition.turns if turn.participant_id}
    speakers = [index[who] for who in sorted(spoke)]
    for name in media:
        recording = {
            "type": "recording",
            "start": start,
            "parties": speakers,
            "recording_set": 0,
        }
        yield {**recording, "mediatype": MEDIA[name], **_fetched(source, name)}
    chat = source.folder / rendition_names.CHAT
    if chat.is_file() and chat.read_text("utf-8"):
        text = _scrub(source.session).replace(chat.read_text("utf-8"))
        yield {"type": "text", "start": start, "parties": everybody, "mediatype": "text/plain", **_inline("none", text)}


def _history(source: VconSource, index: Mapping[str, int]) -> dict[str, Any]:
    """When each joined and left, as far as a list of the platform says it; nothing of whoever is removed."""
    start, length_s = source.session.started_at, source.session.duration_s
    changes = [
        (at_s, index[stay.participant_id], event)
        for stay in source.session.attendance
        if stay.participant_id not in source.removed
        for at_s, event in ((max(0.0, stay.join_s), "join"), (min(length_s, stay.leave_s), "drop"))
    ]
    events = [
        {"party": party, "time": stamp(start + timedelta(seconds=at_s)), "event": event}
        for at_s, party, event in sorted(changes)
    ]
    return {"party_history": events} if events else {}


def _fetched(source: VconSource, name: str) -> dict[str, str]:
    """Where a file of the rendition is, with the hash of its redacted bytes; nothing where it is not handed out."""
    if source.url is None:
        return {}
    return {
        "filename": name,
        "url": f"{source.url.rstrip('/')}/{name}",
        "content_hash": f"sha512-{base64url(sha512(source.folder / name))}",
    }


def _transcript(source: VconSource, dialog: Sequence[int]) -> dict[str, Any]:
    scrub = _scrub(source.session)
    segments = [
        {
            "id": number,
            "start": turn.start_s,
            "end": turn.end_s,
            "text": scrub.replace(turn.text),
            "speaker": source.uuids.get(turn.participant_id or "", "unknown"),
        }
        for number, turn in enumerate(source.rendition.turns)
    ]
    audio = {"duration": round(source.session.duration_s, 3)}
    body = {
        "transcript": {"text": "\n".join(str(segment["text"]) for segment in segments), **audio},
        "segments": segments,
        "metadata": {"processed_at": stamp(source.now), "provider": "offrecord", "audio": audio, "options": {}},
    }
    header = {"type": "wtf_transcription", "dialog": list(dialog), "vendor": "offrecord", "product": __version__}
    return {**header, "schema": "wtf-1.0", "mediatype": "application/json", **_inline("json", body)}


def _inline(encoding: str, body: object) -> dict[str, object]:
    return {"encoding": encoding, "body": body}


def _scrub(session: Session) -> TermReplacer:
    """Replaces every participant's name in a text, also one that a reviewer kept for readers inside the team."""
    return TermReplacer(
        [PlannedTerm(text=name, replacement=_NAME) for name in sorted(names_of(session), key=len, reverse=True)]
    )


def names_of(session: Session) -> set[str]:
    """What the participants are known by: names, aliases, addresses and platform ids."""
    return {
        name
        for person in session.participants
        for name in (person.name, *person.aliases, person.email or "", (person.platform_id or "").partition(":")[2])
        if len(name.strip()) > 1
    }


def file_names(rendition: Rendition) -> set[str]:
    """What the files of a rendition are called."""
    return {file.name for file in rendition.files}


def sha512(path: Path) -> bytes:
    """The SHA-512 of a file's bytes, which is the digest that a vCon names."""
    return bytes.fromhex(file_digest(path, "sha512"))


def base64url(digest: bytes) -> str:
    """A digest as vCons write it."""
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
