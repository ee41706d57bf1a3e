"""A session's rendition that is out, as a redacted vCon with its consent, searched before it is let out."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from pipeline import consent, nightly, render, review
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
from pipeline.vcon_parts import MEDIA, Case, base64url, document, file_names, names_of, sha512

_KEY = "alias"
_HANDED_OUT = "vcon"
_FIXED = frozenset(
    {
        "anonymous", "person", "recording", "recording-set", "text", "json", "none", "consent", "jcs", "offrecord",
        "lawful_basis", "wtf_transcription", "wtf-1.0", "external_system", "sha-256", "application/json", "text/plain",
        "consent-and-confidentiality", "matched", "ambiguous", "unmatched", "form", "1d", "join", "drop",
        *MEDIA.values(),
        *Purpose, *Outcome, *ConsentStatus,
        *(name for one in PURPOSES.values() for name in (*one.vcon, *one.conditions)),
    }
)  # fmt: skip
"""Values of the format itself, which are no leak of a term that happens to be called alike."""


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

    With ``sign`` as a JWS in the name of the workspace. What is handed out is noted as a copy that went ``to`` there.
    Raises ``RefusedByPolicy`` when consent does not allow it or nothing is out, ``TryAgain`` when anything changed
    since the last run, and ``ProofFailed`` when what was made holds anything that it must not.
    """
    session = consent.working_session(Registry(workspace.db).session(session_id), workspace=workspace)
    ruling = consent.current_ruling(session, workspace=workspace, now=now)
    if not isinstance(ruling, Ruling) or not ruling.allows(audience.purpose):
        raise RefusedByPolicy("consent does not allow this export", action="see `offrecord consent show`")
    rendition, people = (
        _placed(session_id, audience, workspace, now),
        participant_consents(session, workspace=workspace, now=now),
    )
    says = _version_of(rendition, people)
    case = Case(
        session=session,
        rendition=rendition,
        folder=workspace.out / rendition_names.folder_of(session_id, audience),
        url=url,
        people=people,
        uuids=_uuids(session, audience, says, workspace),
        removed=_taken_out(session, ruling, audience),
        now=now,
    )
    content = document(case)
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    vcon_format.check(text)
    never = forbidden(session, ruling, audience, workspace, now=now)
    refuse_leaks(text, never, allowed_hashes=_vouched(case, content), fixed=_FIXED)
    handed = jws.signed(text, workspace.signer) if sign else text
    with consent.release(workspace, ruling):
        about = {"session_id": session_id, "audience": str(audience), "says": says, "uuid": case.uuids["vcon"]}
        workspace.ledger.append(_HANDED_OUT, sha256(handed), about)
        _note(case, ruling, sha256(handed), workspace, to=to)
    return handed


def _note(case: Case, ruling: Ruling, digest: str, workspace: Workspace, *, to: str) -> None:
    """Registers the vCon with who is in it, beside the proof of what it was made from, and where it went."""
    ids = (one.participant_id for one in case.people)
    traces = {who: "mention" if who in case.removed else "speech" for who in ids}
    artefact_id = workspace.artefacts.note(
        "vcon",
        case.folder / MANIFEST,
        session_id=case.session.session_id,
        contributors={who: sorted({"mention", trace}) for who, trace in traces.items()},
        log_head=ruling.log_head,
        digest=digest,
    )
    workspace.artefacts.copied(artefact_id, to=to, by="offrecord export vcon", now=case.now)


def forbidden(
    session: Session, ruling: Ruling, audience: Audience, workspace: Workspace, *, now: datetime
) -> Forbidden:
    """What may not be in a session's vCon: names, planned terms, original file names, digests of every original."""
    proposals = workspace.stages.get("proposals", session.session_id, tuple[Proposal, ...]) or ()
    verdicts = {one.proposal_id: one.verdict for one in review.decisions(workspace.db, session.session_id)}
    applied = [one for one in proposals if verdicts.get(one.proposal_id) is not Verdict.KEEP]
    context = terms.known_to(session, workspace.listed(), on=now.date())
    planned = planned_terms(session, context, applied, removed=ruling.removed(audience.purpose))
    folders = [
        Path(path) for path, one in Registry(workspace.db).entries().items() if one.session_id == session.session_id
    ]
    originals = {path.name for folder in folders for path in (folder, *folder.rglob("*"))}
    ours = {path.name for path in (workspace.out / rendition_names.folder_of(session.session_id, audience)).iterdir()}
    return Forbidden(
        texts=frozenset({*names_of(session), *(term.text for term in planned)}),
        file_names=frozenset(originals - ours),
        digests=frozenset({bytes.fromhex(digest) for digest in workspace.vault.digests()} | _long(session, workspace)),
    )


def _taken_out(session: Session, ruling: Ruling, audience: Audience) -> frozenset[str]:
    """Who is taken out for an audience, throughout or in a part."""
    ids = (person.participant_id for person in session.participants)
    return frozenset(
        who for who in ids if any(outcome is not Outcome.PROCEED for _, outcome in ruling.spans(audience.purpose, who))
    )


def _placed(session_id: str, audience: Audience, workspace: Workspace, now: datetime) -> Rendition:
    """The rendition that is out, as it was proved and as everything still has it."""
    registry = Registry(workspace.db)
    standing = registry.states().get(session_id)
    proof = read_manifest(workspace.out / rendition_names.folder_of(session_id, audience) / MANIFEST)
    if (
        standing is None
        or proof is None
        or rendition_names.folder_of(session_id, audience) not in standing.result.renditions
    ):
        raise RefusedByPolicy(f"no {audience} rendition of this session is out", action="see `offrecord status`")
    if standing.state_key != nightly.state_keys(workspace, registry, on=now.date())[session_id]:
        raise TryAgain("something changed since this session was last worked", action="run `offrecord run` first")
    if proof.entry != releases.current_entry(workspace.ledger, session_id, audience):
        raise ProofFailed("the rendition there is not the one that was put out", action="run `offrecord verify`")
    public_key = workspace.signer.public_key
    placed = render.recall(session_id, audience, workspace.out, proof.key, public_key=public_key)
    if placed is None:
        raise ProofFailed("a file of the rendition is not as it was proved", action="run `offrecord verify`")
    return placed


def _vouched(case: Case, content: Mapping[str, Any]) -> set[str]:
    """The hashes that may be there: of redacted files, of notices, and of what the document itself holds."""
    bodies = [one["body"] for one in content["attachments"]]
    files = {f"sha512-{base64url(sha512(case.folder / name))}" for name in MEDIA if name in file_names(case.rendition)}
    return {
        *files,
        *hashes_of(case.people),
        *(content_hash(body) for body in bodies),
        sha256(canonical(content["dialog"])),
    }


def _long(session: Session, workspace: Workspace) -> set[bytes]:
    """The SHA-512 of the session's originals, as a vCon would name them."""
    return {sha512(workspace.vault.path(sealed.digest)) for sealed in session.sealed}


def _version_of(rendition: Rendition, people: Sequence[ParticipantConsent]) -> str:
    """A hash of what a vCon says of the recording and of consent: another version has another."""
    consents = [
        (one.participant_id, {purpose: state.status for purpose, state in one.states.items()}) for one in people
    ]
    return key_of([file.digest for file in rendition.files], consents)


def _uuids(session: Session, audience: Audience, says: str, workspace: Workspace) -> dict[str, str]:
    """UUIDs (version 8) that nobody can link to anything outside its vCons: keyed, and the same while it says the same.

    Each version is the redacted form of the one that was handed out before it; the first, of one that was never made.
    """
    key, what = workspace.key(_KEY), ("unredacted", *(one.participant_id for one in session.participants))

    def made(name: str) -> str:
        drawn = bytearray(hmac.digest(key, f"vcon\n{session.session_id}\n{audience}\n{name}".encode(), "sha256")[:16])
        drawn[6], drawn[8] = drawn[6] & 0x0F | 0x80, drawn[8] & 0x3F | 0x80
        return str(UUID(bytes=bytes(drawn)))

    about = {"session_id": session.session_id, "audience": str(audience)}
    handed = [json.loads(body) for _, body in workspace.ledger.under(_HANDED_OUT, "")]
    before = [one["uuid"] for one in handed if one["says"] != says and about.items() <= one.items()]
    uuids = {name: made(name) for name in what} | {"vcon": made(f"vcon {says}")}
    return uuids | {"unredacted": before[-1]} if before else uuids
