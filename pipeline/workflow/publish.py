"""Publishes, keeps or withdraws each rendition of a session; one is never weaker than what was published before.

A run publishes an internal rendition as soon as consent allows it, and keeps up a public one that somebody released;
the first public rendition, and any after it was withdrawn, needs ``offrecord release``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from pipeline import consent, render
from pipeline.proof import MANIFEST, read_manifest
from pipeline.records import Audience, Failed, Rendition, Stop
from pipeline.render.redaction_diff import RedactionScope, newly_exposed
from pipeline.store import releases
from pipeline.store.artefacts import digest_of
from pipeline.store.codec import decode, encode, key_of
from pipeline.store.releases import ReleaseAct
from pipeline.workflow import tagging
from pipeline.workflow.analyse import AnalysedSession
from pipeline.workflow.copied_renditions import copied
from pipeline.workflow.exposure_approval import blocking_reason
from pipeline.workflow.objections import check_objections
from pipeline.workflow.plan_renditions import PlannedRendition, Plans, plan_rendition, requested_audiences
from pipeline.workflow.readable_turns import ReadableTurns
from pipeline.workflow.render_planned import key_of_rendition, render_proved
from pipeline.workflow.session_context import SessionContext
from pipeline.workflow.unshared_turns import unshared_turns


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishOutcome:
    """What became of one rendition: what of it is published, and what stops it, or a newer one.

    ``repaired`` is the session with what its proof heard again, where it did.
    """

    published: Rendition | None = None
    stop: Stop | None = None
    repaired: AnalysedSession | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedSession:
    """What became of every requested rendition, and the session with all that their proofs heard again."""

    analysed: AnalysedSession
    outcomes: Mapping[Audience, PublishOutcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRequest:
    """A person's request to release the public rendition, and why."""

    actor: str
    reason: str


def publish_all(
    analysed: AnalysedSession, plans: Plans, *, release_request: ReleaseRequest | None = None
) -> PublishedSession:
    """Publishes every requested rendition as far as it may be; with a ``release_request`` the public one too.

    One that is not requested any more is withdrawn, because nothing would read consent for it again. What the proof of
    one hears again is taken out of those that follow it too.
    """
    context = analysed.context
    requested = requested_audiences(context.session, context.workspace, now=context.now)
    for audience in Audience:
        if audience not in requested:
            context.workspace.retract(context.session.session_id, audience)
    outcomes: dict[Audience, PublishOutcome] = {}
    latest = analysed
    for audience in requested:
        planned = plans[audience] if latest is analysed else plan_rendition(latest, audience)
        outcome = publish_rendition(context, audience, planned, release_request=release_request)
        latest = outcome.repaired or latest
        outcomes[audience] = outcome
    return PublishedSession(analysed=latest, outcomes=outcomes)


def publish_rendition(
    context: SessionContext,
    audience: Audience,
    planned: PlannedRendition | Stop,
    *,
    release_request: ReleaseRequest | None = None,
) -> PublishOutcome:
    """Renders, proves and puts in place one planned rendition, or withdraws what may no longer be published."""
    if not isinstance(planned, PlannedRendition):
        return _withdraw(context, audience, planned)
    stop = blocking_reason(planned, is_requested=release_request is not None)
    if stop is not None:
        return _keep_published(planned, stop)
    repaired, rendition = _repaired(planned, release_request)
    changed = None if repaired is planned.analysed else repaired
    if not isinstance(rendition, Rendition):
        return replace(_withdraw(context, audience, rendition), repaired=changed)
    if audience is Audience.INTERNAL:
        turns = ReadableTurns(spoken=rendition.turns, typed=rendition.chat)
        taxonomy, unshared = tagging.read_taxonomy(context.workspace), unshared_turns(repaired)
        tagging.tag_session(context, turns, taxonomy, unshared=unshared)
    return PublishOutcome(published=rendition, repaired=changed)


def _keep_published(planned: PlannedRendition, stop: Stop) -> PublishOutcome:
    """Keeps the published rendition where it hides all that the new one would; else withdraws it."""
    context, audience = planned.analysed.context, planned.plan.audience
    session_id, workspace = context.session.session_id, context.workspace
    proof = read_manifest(workspace.out / session_id / audience / MANIFEST)
    before = releases.latest(workspace.db, session_id, audience)
    if (
        proof
        and before
        and proof.entry == before[0]
        and not newly_exposed(planned.hidden, decode(before[1], RedactionScope))
    ):
        with consent.release(workspace, context.ruling):
            placed = _placed(context, audience, proof.key)
            if placed is not None:
                context.register_artefact("rendition", workspace.out / placed.folder, purpose=audience.purpose)
                return PublishOutcome(published=placed, stop=stop)
    return _withdraw(context, audience, stop)


def _withdraw(context: SessionContext, audience: Audience, stop: Stop) -> PublishOutcome:
    context.workspace.retract(context.session.session_id, audience)
    return PublishOutcome(stop=stop)


def _placed(context: SessionContext, audience: Audience, key: str) -> Rendition | None:
    workspace = context.workspace
    public_key = workspace.signer.public_key
    return render.recall(context.session.session_id, audience, workspace.out, key, public_key=public_key)


def _repaired(
    planned: PlannedRendition, release_request: ReleaseRequest | None
) -> tuple[AnalysedSession, Rendition | Failed]:
    """The rendition of a plan, in place, after the plan grew by what its proof heard again; and the session with that.

    It is the one that is there already, or a new one that passed its proof.
    """
    place = partial(_place, release_request=release_request)
    return render_proved(planned, place, recall=partial(_recalled, release_request=release_request))


def _recalled(planned: PlannedRendition, release_request: ReleaseRequest | None) -> Rendition | None:
    """The rendition that is in place already, and recorded."""
    context = planned.analysed.context
    with consent.release(context.workspace, context.ruling):
        placed = _placed(context, planned.plan.audience, key_of_rendition(planned))
        if placed is not None:
            _record(planned, placed, release_request)
        return placed


def _place(
    planned: PlannedRendition, rendition: Rendition, scratch: Path, *, release_request: ReleaseRequest | None
) -> None:
    """Puts a proved rendition in place, unless consent or a participant's answer changed meanwhile."""
    context = planned.analysed.context
    # The copy first, and not while others wait for the consent log: an upload takes its time.
    copying = copied(context.workspace, rendition, scratch / rendition.folder)
    with copying, consent.release(context.workspace, context.ruling):
        check_objections(context, planned.plan.audience)
        _record_release(planned, release_request)
        # The renames within a write transaction: a worker whose run is over is refused it, and puts nothing out.
        render.publish(rendition, scratch=scratch, out=context.workspace.out, placing=context.workspace.db.begin)
        _record(planned, rendition, None)


def _record_release(planned: PlannedRendition, release_request: ReleaseRequest | None) -> None:
    """Stores who released it, before anybody can see it."""
    context, audience = planned.analysed.context, planned.plan.audience
    if release_request is None or audience is not Audience.PUBLIC:
        return
    releases.record_act(
        context.workspace.db,
        context.session.session_id,
        audience,
        ReleaseAct.RELEASE,
        state=key_of(planned.hidden),
        actor=release_request.actor,
        reason=release_request.reason,
        now=context.now,
    )


def _record(planned: PlannedRendition, rendition: Rendition, release_request: ReleaseRequest | None) -> None:
    """Records what is published in the ledger, with the digest of its proof and what it hides; once."""
    _record_release(planned, release_request)
    context, workspace = planned.analysed.context, planned.analysed.context.workspace
    folder = workspace.out / rendition.folder
    proof, whole = read_manifest(folder / MANIFEST), digest_of(folder)
    digest = next(file.digest for file in rendition.files if file.name == MANIFEST)
    if proof is not None:
        session_id, audience = rendition.session_id, rendition.audience
        about = {"session_id": session_id, "audience": str(audience), "verdict": proof.verdict}
        body = {**about, "proof": digest, "folder": whole}
        hidden = encode(planned.hidden).decode()
        releases.record_publication(workspace.db, proof.entry, session_id, audience, scope=hidden, body=body)
    context.register_artefact("rendition", folder, purpose=rendition.audience.purpose, digest=whole)
