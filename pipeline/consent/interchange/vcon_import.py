"""Takes in the consent that somebody else's vCon claims: a yes only as evidence to review, a no at its word."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.consent.interchange.dpv import unrepeated
from pipeline.consent.interchange.vcon_legacy import upgraded
from pipeline.consent.interchange.vocabulary import PURPOSES
from pipeline.consent.log.events import Draft, Event, EventState, Method, canonical, sha256
from pipeline.consent.log.identity import AliasKind, Keys, Verified
from pipeline.consent.log.log import events_of, writing
from pipeline.consent.log.parties import Claim, Directory
from pipeline.errors import InputRefused
from pipeline.records import Purpose
from pipeline.store import Workspace

UNDERSTOOD = frozenset({"lawful_basis", "consent", "wtf_transcription"})
"""The extensions that may stand under ``critical``."""
_KNOWN_AS = {
    name: tuple(purpose for purpose in Purpose if name in PURPOSES[purpose].vcon)
    for terms in PURPOSES.values()
    for name in terms.vcon
}
_CONDITIONS = {condition: purpose for purpose in Purpose for condition in PURPOSES[purpose].conditions}
_LARGEST = 1 << 27
_NAMED, _LONGEST_NAME = 5, 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedVcon:
    """What one import filed: ``to_review`` of a claimed yes, ``refusals`` of a no; ``nobody`` had no address.

    ``on_file`` were filed before, or are of somebody whose own answer for that purpose is on file.
    """

    grants: int
    to_review: int
    refusals: int
    nobody: int
    not_ours: int
    on_file: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One claim of a vCon: whose (by address), for what, yes or no, and when."""

    email: str | None
    purposes: tuple[Purpose, ...]
    granted: bool
    at: datetime
    digest: str


def import_vcon(file: Path, *, session_id: str | None, actor: str, workspace: Workspace, now: datetime) -> ImportedVcon:
    """Files what a vCon claims: unknown where it says yes, refused where it says no; none of it opens an outcome.

    Raises ``InputRefused`` for what is no vCon, is encrypted, or needs an extension that is not known.
    """
    content = _content(file)
    grants = list(read_grants(content, now=now))
    source = hashlib.sha256(content).hexdigest()
    scope = f"session:{session_id}" if session_id else "any"
    claims = [_claim(grant.email) for grant in grants if grant.email and grant.purposes]
    with writing(workspace, now=now) as log:
        directory = Directory(log.connection, Keys(workspace.key("identity")), claims, now=now)
        drafts = _drafts(grants, directory, scope, source, actor)
        directory.save(log.connection)
        own = events_of(log.connection, {draft.party_id for draft in drafts})
        fresh = [draft for draft in drafts if not _is_known(draft, own)]
        log.append(fresh)
    return ImportedVcon(
        grants=len(grants),
        to_review=sum(draft.state is EventState.UNKNOWN for draft in fresh),
        refusals=sum(draft.state is EventState.REFUSED for draft in fresh),
        nobody=sum(grant.email is None for grant in grants),
        not_ours=sum(not grant.purposes for grant in grants),
        on_file=len(drafts) - len(fresh),
    )


def read_grants(content: bytes, *, now: datetime) -> Iterator[Grant]:
    """Every claim in a vCon of any draft; raises ``InputRefused`` where it does not plainly say."""
    vcon = _checked(upgraded(_unsigned(_object(content))))
    parties, made_at = _list(vcon, "parties"), _moment(vcon.get("created_at"), now)
    for attachment in _list(vcon, "attachments"):
        kind = attachment.get("purpose") if attachment.get("type") is None else attachment.get("type")
        if kind not in ("lawful_basis", "consent"):
            continue
        index = attachment.get("party")
        if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index < len(parties):
            raise InputRefused("the vCon claims consent of a party that it does not list", action="have it corrected")
        body = _body(attachment)
        for grant in [*_list(body, "purpose_grants"), *_list(body, "consents")]:
            yield _grant(grant, parties[index], body, made_at)


def _content(file: Path) -> bytes:
    try:
        if file.stat().st_size > _LARGEST:
            raise InputRefused("the vCon is larger than 128 MiB", action="have it exported without media in line")
        return file.read_bytes()
    except OSError as error:
        raise InputRefused("the vCon cannot be read", action="check its path") from error


def _object(content: bytes | str) -> dict[str, Any]:
    try:
        content_object = json.loads(content, object_pairs_hook=unrepeated)
    except (ValueError, RecursionError) as error:
        raise InputRefused("this is no vCon: not valid JSON", action="export it again") from error
    if not isinstance(content_object, dict):
        raise InputRefused("this is no vCon: not a JSON object", action="export it again")
    return content_object


def _unsigned(envelope: dict[str, Any]) -> dict[str, Any]:
    """What a signed vCon holds; no key is trusted, so a signature changes nothing."""
    if "ciphertext" in envelope:
        raise InputRefused("the vCon is encrypted", action="decrypt it first")
    if "payload" not in envelope:
        return envelope
    payload = str(envelope["payload"])
    try:
        return _object(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except ValueError as error:
        raise InputRefused("the vCon's signed payload cannot be read", action="export it again") from error


def _checked(vcon: dict[str, Any]) -> dict[str, Any]:
    critical = vcon.get("critical", [])
    if not isinstance(critical, list):
        raise InputRefused("the vCon's critical is not a list of extensions", action="have it corrected")
    unknown = sorted({_shown(name) for name in critical if name not in UNDERSTOOD})
    if unknown:
        names = ", ".join(unknown[:_NAMED])
        raise InputRefused(
            f"the vCon needs an extension that is not known here: {names}", action="have it exported without it"
        )
    if "redacted" in vcon and "amended" in vcon:
        raise InputRefused("the vCon is both redacted and amended", action="have it corrected")
    for part in ("redacted", "amended"):
        reference = vcon.get(part)
        if isinstance(reference, dict) and "url" in reference and "content_hash" not in reference:
            raise InputRefused(f"the vCon's {part} has a url without its content_hash", action="have it corrected")
    if not isinstance(vcon.get("uuid"), str) or not isinstance(vcon.get("parties"), list):
        raise InputRefused("this is no vCon: uuid or parties are missing", action="export it again")
    return vcon


def _shown(name: object) -> str:
    """A name out of somebody else's file as it may stand in an error: short, in plain letters."""
    text = ascii(name) if not isinstance(name, str) or not name.isascii() or not name.isprintable() else repr(name)
    return text if len(text) <= _LONGEST_NAME else f"{text[:_LONGEST_NAME]}...'"


def _list(value: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    items = value.get(name, [])
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise InputRefused(f"the vCon's {name} are not a list of objects", action="have it corrected")
    return items


def _body(attachment: Mapping[str, Any]) -> dict[str, Any]:
    """The body of an attachment, which may be JSON written as a string."""
    body = attachment.get("body")
    if isinstance(body, str):
        return _object(body)
    if not isinstance(body, dict):
        raise InputRefused("an attachment about consent has no body in line", action="have it exported in line")
    return body


def _grant(grant: Mapping[str, Any], party: Mapping[str, Any], body: Mapping[str, Any], made_at: datetime) -> Grant:
    """One grant; whatever is not plainly a no counts as a claimed yes, which is the same as not knowing."""
    conditions = [str(condition) for condition in grant.get("conditions", []) if isinstance(condition, str)]
    named = tuple(_CONDITIONS[condition] for condition in conditions if condition in _CONDITIONS)
    name = str(grant.get("purpose", grant.get("consent", "")))
    answer = grant.get("granted", grant.get("value", grant.get("status")))
    email = party.get("mailto", party.get("email"))
    address = str(email).removeprefix("mailto:").strip() if email else ""
    return Grant(
        email=address if address.count("@") == 1 else None,
        purposes=named or _KNOWN_AS.get(name) or tuple(purpose for purpose in Purpose if purpose == name),
        granted=answer not in (False, "denied", "refused", "revoked", "withdrawn"),
        at=_moment(grant.get("granted_at", grant.get("timestamp")), made_at),
        digest=sha256(canonical(body)),
    )


def _moment(text: object, latest: datetime) -> datetime:
    """When something was said; the latest that it can be where that cannot be read, and never later."""
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return latest
    return min(at.astimezone(UTC), latest) if at.tzinfo else latest


def _drafts(grants: Sequence[Grant], directory: Directory, scope: str, source: str, actor: str) -> list[Draft]:
    """One event for each claim, purpose and person known by that address; people who are new are added."""
    drafts: dict[str, Draft] = {}
    for grant in grants:
        for party_id in _people(grant, directory):
            for purpose in grant.purposes:
                draft = Draft(
                    party_id=party_id,
                    purpose=purpose,
                    scope=scope,
                    state=EventState.UNKNOWN if grant.granted else EventState.REFUSED,
                    indicated_at=grant.at,
                    effective_from=grant.at,
                    valid_until=None,
                    method=Method.VCON,
                    subject=source,
                    evidence=("vcon", source, grant.digest),
                    entered_by=actor,
                )
                drafts.setdefault(draft.event_id, draft)
    return list(drafts.values())


def _people(grant: Grant, directory: Directory) -> list[str]:
    if grant.email is None or not grant.purposes:
        return []
    holders = [holder.party_id for holder in directory.holders(AliasKind.EMAIL, grant.email)]
    return list(dict.fromkeys(holders)) or [directory.settle([_claim(grant.email)])]


def _claim(email: str) -> Claim:
    return (AliasKind.EMAIL, email, Verified.THEMSELVES)


def _is_known(draft: Draft, own: Sequence[Event]) -> bool:
    """Whether it is filed already, or claims a yes of somebody whose own word for that purpose is on file."""
    about = [event for event in own if (event.party_id, event.purpose) == (draft.party_id, draft.purpose)]
    return any(event.event_id == draft.event_id for event in about) or (
        draft.state is EventState.UNKNOWN and bool(about)
    )
