"""How one rendition of a session gets out, stays out or is taken back; never weaker than what was out before.

The run lets an internal rendition out as soon as consent allows it, and keeps a public one up that somebody released;
the first public rendition, and any after it was taken back, needs ``offrecord release``.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from pipeline import consent, render, requests, review, speech, tag
from pipeline.basis import basis_of
from pipeline.bleeding import quieted
from pipeline.case import Case, Proposed
from pipeline.errors import UsageProblem
from pipeline.files import make_private
from pipeline.proof import MANIFEST, failure_line, prove_unchanged, read_manifest
from pipeline.records import (
    ApprovedPlan,
    Audience,
    Failed,
    Pending,
    ProofVerdict,
    RedactionInterval,
    Rendition,
    Stop,
    Tag,
    Transcript,
    Verdict,
)
from pipeline.render import manifest
from pipeline.render.redaction_diff import NewlyExposed, RedactionScope, newly_exposed, scope_of
from pipeline.store import Workspace, releases
from pipeline.store.codec import decode, encode, key_of
from pipeline.store.releases import ReleaseAct

_WAITING = "weaker"
_EARLIER = "hidden before a track went"


@dataclass(frozen=True, slots=True, kw_only=True)
class Let:
    """What became of one rendition: what of it is out, and what stops it, or a newer one."""

    out: Rendition | None = None
    stop: Stop | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A person's wish to release the public rendition, and why."""

    actor: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A rendition that may be made: its plan, what it hides, and what it would hide had nobody kept anything."""

    case: Case
    transcript: Transcript
    proposed: Proposed
    plan: ApprovedPlan
    hidden: RedactionScope
    strict: RedactionScope


def candidate(case: Case, transcript: Transcript, proposed: Proposed, audience: Audience) -> Candidate | Stop:
    """The rendition that an audience would get, or what stops it: consent, or a review that is not finished."""
    plan = _planned(case, transcript, proposed, audience)
    if not isinstance(plan, ApprovedPlan):
        return plan
    undone = tuple(replace(one, verdict=Verdict.REDACT) for one in proposed.decisions)
    strict = _planned(case, transcript, replace(proposed, decisions=undone), audience)
    marked = partial(manifest.mark, case.workspace.key("plan"), "term")
    hidden = scope_of(plan, marked)
    return Candidate(
        case=case,
        transcript=transcript,
        proposed=proposed,
        plan=plan,
        hidden=hidden,
        strict=scope_of(strict, marked) if isinstance(strict, ApprovedPlan) else hidden,
    )


def let_out(
    case: Case, transcript: Transcript, proposed: Proposed, audience: Audience, *, wish: Wish | None = None
) -> Let:
    """Plans, renders, proves and puts in place one rendition, or takes back what may no longer be out."""
    found = candidate(case, transcript, proposed, audience)
    if not isinstance(found, Candidate):
        return _taken_back(case, audience, found)
    found = _with_earlier(found)
    stop = what_stops(found, wish=wish)
    if stop is not None:
        return _still_out(found, stop)
    made = _render(found, wish)
    if not isinstance(made, Rendition):
        return _taken_back(case, audience, made)
    if audience is Audience.INTERNAL:
        key = requests.tags_key(case.session.session_id)
        case.keep("tags", key, tag.tag(made.turns), tuple[Tag, ...], purpose=audience.purpose)
    return Let(out=made)


def what_stops(found: Candidate, *, wish: Wish | None) -> Pending | None:
    """What keeps a planned rendition in: nobody released it, or it would show what one before or beside it hides."""
    case, audience = found.case, found.plan.audience
    session_id, workspace = case.session.session_id, case.workspace
    public = audience is Audience.PUBLIC
    if public and wish is None and not releases.is_released(workspace.ledger, session_id, audience):
        return Pending(
            reason="reviewed and signed off; nobody released it", action=f"run `offrecord release {session_id}`"
        )
    # What people decided to keep is approved by that decision; but in public nothing comes back without a new release.
    shown = _unapproved(workspace, session_id, audience, found.hidden if public and wish is None else found.strict)
    if not shown:
        return None
    workspace.stages.put(_WAITING, f"{session_id}-{audience}", shown)
    return Pending(
        reason=f"the {audience} rendition would show what an earlier one hides: {shown}",
        action=f"see why, then `offrecord review approve-weaker {session_id} --audience {audience}`",
    )


def approve(workspace: Workspace, session_id: str, audience: Audience, *, wish: Wish, now: datetime) -> NewlyExposed:
    """Keeps a person's approval of exactly what waits for one; raises ``UsageProblem`` where nothing does."""
    shown = workspace.stages.get(_WAITING, f"{session_id}-{audience}", NewlyExposed)
    if shown is None or not shown:
        raise UsageProblem("nothing of this session waits for that", action="`offrecord status` says what waits")
    actor, reason, state = wish.actor, wish.reason, key_of(shown)
    releases.record_act(
        workspace.db, session_id, audience, ReleaseAct.APPROVE, state=state, actor=actor, reason=reason, now=now
    )
    return shown


def _planned(case: Case, transcript: Transcript, proposed: Proposed, audience: Audience) -> ApprovedPlan | Stop:
    return review.review(
        quieted(case, audience.purpose).session,
        case.ruling,
        transcript,
        proposed.proposals,
        proposed.decisions,
        audience,
        settings=case.workspace.settings.redact,
        context=case.context,
        signed_off_by=proposed.signed_off_by,
        picture=proposed.picture,
    )


def _with_earlier(found: Candidate) -> Candidate:
    """Where a track went, what was found in it cannot be found again: what that hid in the others stays hidden."""
    session_id, audience = found.case.session.session_id, found.plan.audience
    last = releases.latest(found.case.workspace.db, session_id, audience)
    before = decode(last[1], RedactionScope) if last else None
    if before is None or set(before.tracks) <= set(found.hidden.tracks):
        return found
    lost = newly_exposed(before, found.strict)
    windows = tuple(
        RedactionInterval(start_s=a, end_s=b, track_id=track, reasons=(_EARLIER,)) for track, a, b in lost.windows
    )
    plan = replace(found.plan, windows=(*found.plan.windows, *windows))
    return replace(found, plan=plan, hidden=_and(found.hidden, lost), strict=_and(found.strict, lost))


def _and(hidden: RedactionScope, lost: NewlyExposed) -> RedactionScope:
    return replace(
        hidden,
        windows=(*hidden.windows, *lost.windows),
        terms=tuple(sorted({*hidden.terms, *lost.terms})),
        texts=(*hidden.texts, *lost.texts),
    )


def _unapproved(workspace: Workspace, session_id: str, audience: Audience, after: RedactionScope) -> NewlyExposed:
    """What a rendition would show that the last one of its own hides, or the one beside it that is out.

    A public rendition hides more for consent's sake: so the public one is held against the internal one alone.
    """
    beside = [Audience.INTERNAL] if audience is Audience.PUBLIC else []
    others = [one for one in beside if (workspace.out / session_id / one).is_dir()]
    for one in (audience, *others):
        before = releases.latest(workspace.db, session_id, one)
        shown = newly_exposed(decode(before[1], RedactionScope), after) if before else NewlyExposed()
        if shown and not releases.is_approved(workspace.db, session_id, audience, key_of(shown)):
            return shown
    return NewlyExposed()


def _still_out(found: Candidate, stop: Stop) -> Let:
    """The rendition that is out stays where it hides all that the new one would; else it is taken back."""
    case, audience = found.case, found.plan.audience
    session_id, workspace = case.session.session_id, case.workspace
    told = read_manifest(workspace.out / session_id / audience / MANIFEST)
    before = releases.latest(workspace.db, session_id, audience)
    if (
        told
        and before
        and told.entry == before[0]
        and not newly_exposed(found.hidden, decode(before[1], RedactionScope))
    ):
        with consent.release(workspace, case.ruling):
            placed = _placed(case, audience, told.key)
            if placed is not None:
                case.note("rendition", workspace.out / placed.folder, purpose=audience.purpose)
                return Let(out=placed, stop=stop)
    return _taken_back(case, audience, stop)


def _taken_back(case: Case, audience: Audience, stop: Stop) -> Let:
    case.workspace.retract(case.session.session_id, audience)
    return Let(stop=stop)


def _placed(case: Case, audience: Audience, key: str) -> Rendition | None:
    workspace = case.workspace
    public_key = workspace.signer.public_key
    return render.recall(case.session.session_id, audience, workspace.out, key, public_key=public_key)


def _render(found: Candidate, wish: Wish | None) -> Rendition | Failed:
    """The rendition of a plan, in place: the one that is there already, or a new one that was proved."""
    case, plan, transcript = found.case, found.plan, found.transcript
    session, workspace, settings = case.session, case.workspace, case.workspace.settings.redact
    fill, srt = settings.fill, settings.srt
    made_with = {**manifest.versions(), "recogniser": transcript.engine}
    key = key_of(render.VERSION, made_with, workspace.key("plan").hex(), plan, session, transcript, fill, srt)
    with consent.release(workspace, case.ruling):
        placed = _placed(case, plan.audience, key)
        if placed is not None:
            _note(found, placed, wish)
            return placed
    scratch = make_private(workspace.scratch / f"{session.session_id}-{plan.audience}")
    try:
        made = render.render(
            session,
            plan,
            transcript,
            vault=workspace.vault,
            scratch=scratch,
            listen=speech.listen,
            key=key,
            fill=fill,
            srt=srt,
            basis=basis_of(found.case, found.plan, made_with),
        )
        if isinstance(made, Rendition):
            proof = prove_unchanged(scratch / made.folder, public_key=workspace.signer.public_key)
            if proof.verdict is not ProofVerdict.PROVED:
                return Failed(reason=f"proof: {failure_line(proof)}", action="run again, and `offrecord doctor`")
            with consent.release(workspace, case.ruling):
                _wished(found, wish)
                render.publish(made, scratch=scratch, out=workspace.out)
                _note(found, made, None)
    finally:
        shutil.rmtree(scratch)
    return made


def _wished(found: Candidate, wish: Wish | None) -> None:
    """Keeps who released it, before anybody can see it."""
    case, audience = found.case, found.plan.audience
    session_id, workspace = case.session.session_id, case.workspace
    if wish is not None and audience is Audience.PUBLIC:
        state = key_of(found.hidden)
        actor, reason, now = wish.actor, wish.reason, case.now
        releases.record_act(
            workspace.db, session_id, audience, ReleaseAct.RELEASE, state=state, actor=actor, reason=reason, now=now
        )


def _note(found: Candidate, made: Rendition, wish: Wish | None) -> None:
    """Notes what is out in the ledger, with the digest of its proof and what it hides; once."""
    _wished(found, wish)
    case, workspace = found.case, found.case.workspace
    folder = workspace.out / made.folder
    told = read_manifest(folder / MANIFEST)
    proof = next(file.digest for file in made.files if file.name == MANIFEST)
    if told is not None:
        body = {"session_id": made.session_id, "audience": str(made.audience), "verdict": told.verdict, "proof": proof}
        hidden = encode(found.hidden).decode()
        releases.record_publication(workspace.db, told.entry, made.session_id, made.audience, scope=hidden, body=body)
    case.note("rendition", folder, purpose=made.audience.purpose)
