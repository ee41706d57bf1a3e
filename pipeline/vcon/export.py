"""Exports a published rendition as a redacted vCon with its consent, searched for leaks before it is handed out."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from pipeline import consent, render, review
from pipeline.consent.evaluation.rule_tables import ConsentStatus
from pipeline.consent.interchange import vcon_format
from pipeline.consent.interchange.leak_check import Forbidden, refuse_leaks
from pipeline.consent.interchange.vcon_attachments import (
    ParticipantConsent,
    content_hash,
    hashes_of,
    participant_consents,
)
from pipeline.consent.interchange.vocabulary import PURPOSES
from pipeline.consent.log.events import canonical, sha256
from pipeline.errors import ProofFailed, RefusedByPolicy, TryAgain
from pipeline.proof import MANIFEST, read_manifest
from pipeline.records import Audience, Outcome, Proposal, Purpose, Rendition, Ruling, Session, Verdict
from pipeline.render import file_names as rendition_names
from pipeline.review.terms import planned_terms
from pipeline.store import Workspace, jws, releases, terms
from pipeline.store.codec import key_of
from pipeline.store.registry import Registry
from pipeline.vcon.document import MEDIA, VconSource, base64url, document, file_names, names_of, sha512
from pipeline.workflow.state_key import state_keys

_KEY = "alias"
_HANDED_OUT = "vcon"
_FIXED = frozenset(
    {
        "anonymous", "person", "recording", "recording-set", "text", "json", "none", "consent", "jcs", "offrecord",
        "lawful_basis", "wtf_transcription", "wtf-1.0", "external_system", "sha-256", "application/json", "text/plain",
        "consent-and-confidentiality", "matched", "ambiguous", "unmatched", "form", "1d", "join", "drop",
        *MEDIA.values(),
        *Purpose, *Outcome, *ConsentStatus,
        *(name for term in PURPOSES.values() for name in (*term.vcon, *term.conditions)),
    }
)  # fmt: skip
"""Values of the format itself, which are no leak of a term that happens to be the same word."""


def export(
    session_id: str,
    audience: Audience,
    *,
    workspace: Workspace,
    url: str | None,
    now: datetime,
    sign: bool = False,
    to: str = "standard output",
) -> str:
    """The vCon of a rendition as JSON text; ``url`` is where its files will be fetched, none for the text alone.

    With ``sign`` it is a JWS in the name of the workspace. It is recorded as a copy that went ``to`` there.
    Raises ``RefusedByPolicy`` where consent does not allow it or nothing is published, ``TryAgain`` where anything
    changed since the last run, and ``ProofFailed`` where the document holds anything that it must not.
    """
    session = consent.working_session(Registry(workspace.db).session(session_id), workspace=workspace)
    ruling = consent.current_ruling(session, workspace=workspace, now=now)
    if not isinstance(ruling, Ruling) or not ruling.allows(audience.purpose):
        raise RefusedByPolicy("consent does not allow this export", action="see `offrecord consent show`")
    rendition, people = (
        _published(session_id, audience, workspace, now),
        participant_consents(session, workspace=workspace, now=now),
    )
    version = _version_of(rendition, people)
    source = VconSource(
        session=session,
        rendition=rendition,
        folder=workspace.out / rendition_names.folder_of(session_id, audience),
        url=url,
        people=people,
        uuids=_uuids(session, audience, version, workspace),
        removed=_removed(session, ruling, audience),
        now=now,
    )
    content = document(source)
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    vcon_format.check(text)
    secrets = forbidden(session, ruling, audience, workspace, now=now)
    refuse_leaks(text, secrets, allowed_hashes=_vouched(source, content), fixed=_FIXED)
    vcon = jws.signed(text, workspace.signer) if sign else text
    with consent.release(workspace, ruling):
        about = {"session_id": session_id, "audience": str(audience), "says": version, "uuid": source.uuids["vcon"]}
        workspace.ledger.append(_HANDED_OUT, sha256(vcon), about)
        _record_copy(source, ruling, sha256(vcon), workspace, to=to)
    return vcon


def _record_copy(source: VconSource, ruling: Ruling, digest: str, workspace: Workspace, *, to: str) -> None:
    """Registers the vCon with who is in it, beside the proof of what it was made from, and where it went."""
    ids = [person.participant_id for person in source.people]
    artefact_id = workspace.artefacts.note(
        "vcon",
        source.folder / MANIFEST,
        session_id=source.session.session_id,
        contributors={who: ["mention"] if who in source.removed else ["mention", "speech"] for who in ids},
        log_head=ruling.log_head,
        digest=digest,
    )
    workspace.artefacts.copied(artefact_id, to=to, by="offrecord export vcon", now=source.now)


def forbidden(
    session: Session, ruling: Ruling, audience: Audience, workspace: Workspace, *, now: datetime
) -> Forbidden:
    """What may not be in a session's vCon: names, planned terms, original file names, digests of every original."""
    proposals = workspace.stages.get("proposals", session.session_id, tuple[Proposal, ...]) or ()
    decisions = review.decisions(workspace.db, session.session_id)
    verdicts = {decision.proposal_id: decision.verdict for decision in decisions}
    applied = [proposal for proposal in proposals if verdicts.get(proposal.proposal_id) is not Verdict.KEEP]
    context = terms.known_to(session, workspace.listed(), on=now.date())
    planned = planned_terms(session, context, applied, removed=ruling.removed(audience.purpose))
    entries = Registry(workspace.db).entries()
    folders = [Path(path) for path, entry in entries.items() if entry.session_id == session.session_id]
    originals = {path.name for folder in folders for path in (folder, *folder.rglob("*"))}
    ours = {path.name for path in (workspace.out / rendition_names.folder_of(session.session_id, audience)).iterdir()}
    return Forbidden(
        texts=frozenset({*names_of(session), *(term.text for term in planned)}),
        file_names=frozenset(originals - ours),
        digests=frozenset(
            {*map(bytes.fromhex, workspace.vault.known_digests()), *_sha512_of_originals(session, workspace)}
        ),
    )


def _removed(session: Session, ruling: Ruling, audience: Audience) -> frozenset[str]:
    """Who is removed for an audience, throughout or in a part."""
    ids = (person.participant_id for person in session.participants)
    return frozenset(
        who for who in ids if any(outcome is not Outcome.PROCEED for _, outcome in ruling.spans(audience.purpose, who))
    )


def _published(session_id: str, audience: Audience, workspace: Workspace, now: datetime) -> Rendition:
    """The published rendition, as it was proved and as everything still has it."""
    registry = Registry(workspace.db)
    state = registry.states().get(session_id)
    proof = read_manifest(workspace.out / rendition_names.folder_of(session_id, audience) / MANIFEST)
    if state is None or proof is None or rendition_names.folder_of(session_id, audience) not in state.result.renditions:
        raise RefusedByPolicy(f"no {audience} rendition of this session is published", action="see `offrecord status`")
    if state.state_key != state_keys(workspace, registry, on=now.date())[session_id]:
        raise TryAgain("something changed since this session was last processed", action="run `offrecord run` first")
    if proof.entry != releases.current_entry(workspace.ledger, session_id, audience):
        raise ProofFailed("the rendition there is not the one that was published", action="run `offrecord verify`")
    public_key = workspace.signer.public_key
    placed = render.recall(session_id, audience, workspace.out, proof.key, public_key=public_key)
    if placed is None:
        raise ProofFailed("a file of the rendition is not as it was proved", action="run `offrecord verify`")
    return placed


def _vouched(source: VconSource, content: Mapping[str, Any]) -> set[str]:
    """The hashes that may be there: of redacted files, of notices, and of what the document itself holds."""
    bodies = [attachment["body"] for attachment in content["attachments"]]
    files = {
        f"sha512-{base64url(sha512(source.folder / name))}" for name in MEDIA if name in file_names(source.rendition)
    }
    return {
        *files,
        *hashes_of(source.people),
        *(content_hash(body) for body in bodies),
        sha256(canonical(content["dialog"])),
    }


def _sha512_of_originals(session: Session, workspace: Workspace) -> set[bytes]:
    """The SHA-512 of the session's originals, as a vCon would name them."""
    return {sha512(workspace.vault.path(sealed.digest)) for sealed in session.sealed}


def _version_of(rendition: Rendition, people: Sequence[ParticipantConsent]) -> str:
    """A hash of what a vCon says of the recording and of consent: another version has another."""
    consents = [
        (person.participant_id, {purpose: state.status for purpose, state in person.states.items()})
        for person in people
    ]
    return key_of([file.digest for file in rendition.files], consents)


def _uuids(session: Session, audience: Audience, version: str, workspace: Workspace) -> dict[str, str]:
    """UUIDs (version 8, RFC 9562) that nobody can link to anything outside its vCons: keyed, one for each version.

    Each version is the redacted form of the one that was handed out before it; the first, of one that is never made.
    """
    key, whose = workspace.key(_KEY), ("unredacted", *(person.participant_id for person in session.participants))

    def uuid(name: str) -> str:
        drawn = bytearray(hmac.digest(key, f"vcon\n{session.session_id}\n{audience}\n{name}".encode(), "sha256")[:16])
        drawn[6], drawn[8] = drawn[6] & 0x0F | 0x80, drawn[8] & 0x3F | 0x80
        return str(UUID(bytes=bytes(drawn)))

    about = {"session_id": session.session_id, "audience": str(audience)}
    copies = [json.loads(body) for _, body in workspace.ledger.under(_HANDED_OUT, "")]
    before = [copy["uuid"] for copy in copies if copy["says"] != version and about.items() <= copy.items()]
    uuids = {name: uuid(name) for name in whose} | {"vcon": uuid(f"vcon {version}")}
    return uuids | {"unredacted": before[-1]} if before else uuids
