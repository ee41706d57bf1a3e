"""A session's rendition that is out, as a redacted vCon with its consent, searched before it is let out."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from pipeline import __version__, consent, nightly, render, review
from pipeline.consent.decide import State
from pipeline.consent.events import canonical, sha256
from pipeline.consent.interchange import vcon_format
from pipeline.consent.interchange.attached import Stood, attachments, content_hash, hashes_of, stood
from pipeline.consent.interchange.scrub import Forbidden, refuse_leaks
from pipeline.consent.interchange.terms import PURPOSES
from pipeline.consent.interchange.vcon_format import stamp
from pipeline.errors import ProofFailed, RefusedByPolicy, TryAgain
from pipeline.records import Audience, Outcome, PlannedTerm, Proposal, Purpose, Rendition, Ruling, Session, Verdict
from pipeline.render import manifest, names
from pipeline.render.terms import Terms
from pipeline.review.terms import planned_terms
from pipeline.store import Workspace, terms
from pipeline.store.registry import Registry

_KEY = "alias"
_MEDIA = {names.SOUND: "audio/mp4", names.PICTURE: "video/mp4"}
_NAME = "[name]"
_FIXED = frozenset(
    {
        "anonymous", "person", "recording", "recording-set", "text", "json", "none", "consent", "jcs", "offrecord",
        "lawful_basis", "wtf_transcription", "wtf-1.0", "external_system", "sha-256", "application/json", "text/plain",
        "consent-and-confidentiality", "matched", "ambiguous", "unmatched", "form", "1d", *_MEDIA.values(),
        *Purpose, *Outcome, *State, *(name for one in PURPOSES.values() for name in (*one.vcon, *one.conditions)),
    }
)  # fmt: skip
"""Values of the format itself, which are no leak of a term that happens to be called alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """What is handed out, of which session, where its files will be, and when."""

    session: Session
    rendition: Rendition
    folder: Path
    url: str | None
    people: Sequence[Stood]
    uuids: Mapping[str, str]
    now: datetime


def export(session_id: str, audience: Audience, *, workspace: Workspace, url: str | None, now: datetime) -> str:
    """The vCon of a rendition as JSON text; ``url`` is where its files will be fetched, none for the text alone.

    Raises ``RefusedByPolicy`` when consent does not allow it or nothing is out, ``TryAgain`` when anything changed
    since the last run, and ``ProofFailed`` when what was made holds anything that it must not.
    """
    session = Registry(workspace.db).session(session_id)
    ruling = consent.rule(session, workspace=workspace, now=now)
    if not isinstance(ruling, Ruling) or not ruling.allows(audience.purpose):
        raise RefusedByPolicy("consent does not allow this export", action="see `offrecord consent show`")
    case = _Case(
        session=session,
        rendition=_placed(session_id, audience, workspace),
        folder=workspace.out / names.folder_of(session_id, audience),
        url=url,
        people=stood(session, workspace=workspace, now=now),
        uuids=_uuids(session, audience, workspace),
        now=now,
    )
    document = _document(case)
    text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    vcon_format.check(text)
    refuse_leaks(
        text, forbidden(session, ruling, audience, workspace), allowed_hashes=_vouched(case, document), fixed=_FIXED
    )
    with consent.release(workspace, ruling):
        workspace.ledger.append("vcon", sha256(text), {"session_id": session_id, "audience": str(audience)})
    return text


def forbidden(session: Session, ruling: Ruling, audience: Audience, workspace: Workspace) -> Forbidden:
    """What may not be in a session's vCon: names, planned terms, original file names, digests of every original."""
    proposals = workspace.stages.recall("proposals", session.session_id, tuple[Proposal, ...]) or ()
    verdicts = {one.proposal_id: one.verdict for one in review.decisions(workspace.db, session.session_id)}
    applied = [one for one in proposals if verdicts.get(one.proposal_id) is not Verdict.KEEP]
    context = terms.known_to(session, workspace.listed())
    planned = planned_terms(session, context, applied, removed=ruling.removed(audience.purpose))
    folders = [
        Path(path) for path, one in Registry(workspace.db).entries().items() if one.session_id == session.session_id
    ]
    originals = {path.name for folder in folders for path in (folder, *folder.rglob("*"))}
    ours = {path.name for path in (workspace.out / names.folder_of(session.session_id, audience)).iterdir()}
    return Forbidden(
        texts=frozenset({*_names(session), *(term.text for term in planned)}),
        file_names=frozenset(originals - ours),
        digests=frozenset({bytes.fromhex(digest) for digest in workspace.vault.digests()} | _long(session, workspace)),
    )


def _placed(session_id: str, audience: Audience, workspace: Workspace) -> Rendition:
    """The rendition that is out, as it was proved and as everything still has it."""
    registry = Registry(workspace.db)
    standing = registry.standings().get(session_id)
    proof = manifest.read(workspace.out / names.folder_of(session_id, audience) / manifest.NAME)
    if standing is None or proof is None or names.folder_of(session_id, audience) not in standing.result.renditions:
        raise RefusedByPolicy(f"no {audience} rendition of this session is out", action="see `offrecord status`")
    if standing.state_key != nightly.state_keys(workspace, registry)[session_id]:
        raise TryAgain("something changed since this session was last worked", action="run `offrecord run` first")
    placed = render.recall(session_id, audience, workspace.out, proof.key)
    if placed is None:
        raise ProofFailed("a file of the rendition is not as it was proved", action="run `offrecord verify`")
    return placed


def _document(case: _Case) -> dict[str, Any]:
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


def _dialogs(case: _Case) -> Iterator[dict[str, Any]]:
    """The set, an empty placeholder for each original track, then what was made of them, then the chat."""
    session, everybody = case.session, list(range(len(case.people)))
    start, placeholders = stamp(session.started_at), range(1, 1 + len(session.tracks))
    made = [name for name in _MEDIA if name in _file_names(case.rendition)]
    members = list(range(1, 1 + len(session.tracks) + len(made)))
    index = {person.participant_id: number for number, person in enumerate(session.participants)}
    yield {
        "type": "recording-set",
        "start": start,
        "duration": round(session.duration_s, 3),
        "parties": everybody,
        "recordings": members,
        "application": session.platform,
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
        yield {**recording, "mediatype": _MEDIA[name], **_fetched(case, name)}
    chat = case.folder / names.CHAT
    if chat.is_file() and chat.read_text("utf-8"):
        text = _scrub(case.session).replace(chat.read_text("utf-8"))
        yield {"type": "text", "start": start, "parties": everybody, "mediatype": "text/plain", **_inline("none", text)}


def _fetched(case: _Case, name: str) -> dict[str, str]:
    """Where a file of the rendition is, with the hash of its redacted bytes; nothing when it is not handed out."""
    if case.url is None:
        return {}
    return {
        "filename": name,
        "url": f"{case.url.rstrip('/')}/{name}",
        "content_hash": f"sha512-{_base64url(_sha512(case.folder / name))}",
    }


def _transcript(case: _Case, dialog: Sequence[int]) -> dict[str, Any]:
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


def _scrub(session: Session) -> Terms:
    """Takes every participant's name out of a text, also one that a reviewer kept for readers inside the team."""
    return Terms([PlannedTerm(text=name, replacement=_NAME) for name in sorted(_names(session), key=len, reverse=True)])


def _names(session: Session) -> set[str]:
    """What the participants go by."""
    said = (
        (one.name, *one.aliases, one.email or "", (one.platform_id or "").partition(":")[2])
        for one in session.participants
    )
    return {name for some in said for name in some if len(name.strip()) > 1}


def _file_names(rendition: Rendition) -> set[str]:
    return {file.name for file in rendition.files}


def _vouched(case: _Case, document: Mapping[str, Any]) -> set[str]:
    """The hashes that may be there: of redacted files, of notices, and of what the document itself holds."""
    bodies = [one["body"] for one in document["attachments"]]
    files = {
        f"sha512-{_base64url(_sha512(case.folder / name))}" for name in _MEDIA if name in _file_names(case.rendition)
    }
    return {
        *files,
        *hashes_of(case.people),
        *(content_hash(body) for body in bodies),
        sha256(canonical(document["dialog"])),
    }


def _long(session: Session, workspace: Workspace) -> set[bytes]:
    """The SHA-512 of the session's originals, as a vCon would name them."""
    return {_sha512(workspace.vault.path(sealed.digest)) for sealed in session.sealed}


def _sha512(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha512").digest()


def _base64url(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _uuids(session: Session, audience: Audience, workspace: Workspace) -> dict[str, str]:
    """UUIDs (version 8) that nobody can link to anything outside this vCon: keyed, and the same in every export."""
    key, what = workspace.key(_KEY), ("vcon", "unredacted", *(one.participant_id for one in session.participants))

    def made(name: str) -> str:
        drawn = bytearray(hmac.digest(key, f"vcon\n{session.session_id}\n{audience}\n{name}".encode(), "sha256")[:16])
        drawn[6], drawn[8] = drawn[6] & 0x0F | 0x80, drawn[8] & 0x3F | 0x80
        return str(UUID(bytes=bytes(drawn)))

    return {name: made(name) for name in what}
