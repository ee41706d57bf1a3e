"""A participant's preview before a public release: made with a link, looked at, answered; and staff's decision.

What is shown is cut out of the public rendition that would be published, rendered and proved, and never lies in the
output folder. An objection holds the release until a person decided about it.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from pipeline import consent, log
from pipeline.consent.log.log import holding_releases
from pipeline.errors import ProofFailed, RefusedByPolicy, UsageProblem
from pipeline.records import Audience, Failed, Purpose, Ruling, Session
from pipeline.store import Workspace, previews
from pipeline.store.codec import decode, encode, key_of
from pipeline.store.previews import PreviewAct
from pipeline.store.registry import Registry
from pipeline.workflow.analyse import AnalysedSession, analyse
from pipeline.workflow.erasure import quarantine_session
from pipeline.workflow.plan_renditions import PlannedRendition, plan_rendition, requested_audiences
from pipeline.workflow.preview_parts import MATERIAL, SOUND_STAGE, STILL_STAGE, keep_parts, material_key, part_key
from pipeline.workflow.preview_records import PartFile, PreviewMaterial, PreviewTerms
from pipeline.workflow.render_planned import render_proved
from pipeline.workflow.sealed_links import seal, unseal

BY_LINK = "the participant, by the link of their preview"
_KEYS = {"preview", "session_id", "participant_id"}
_NEEDED = (Purpose.RECORD, Purpose.TRANSCRIBE, Purpose.PUBLIC_RECORDING)
_LONGEST = 500
"""Characters of what somebody writes with an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewLink:
    """The link for one participant, and until when they may object."""

    participant: str
    until: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPreview:
    """A preview as its participant sees it; ``answer`` is what they answered last, empty while they did not."""

    session: Session
    participant_id: str
    until: datetime
    material: PreviewMaterial
    answer: str


def make_preview(
    session_id: str, participant_id: str, *, url: str, actor: str, workspace: Workspace, now: datetime
) -> PreviewLink:
    """Renders and proves what would be published, keeps the parts of one participant, and gives the link to them.

    Raises ``UsageProblem`` where there is no such participant, ``RefusedByPolicy`` where consent or review block the
    release or nothing in it is theirs, ``ProofFailed`` where it could not be proved.
    """
    log.configure(workspace.logs / "offrecord.jsonl")
    with workspace.locked():
        workspace.sweep()
        consent.verify_chain(workspace)
        session = _session(workspace, session_id, participant_id)
        planned = _planned(session, workspace, now)
        if participant_id in planned.plan.removed:
            raise RefusedByPolicy("the participant is not in the public rendition", action="they need no preview")
        state = consent_state(planned.analysed.context.ruling)
        keep = partial(keep_parts, participant_id=participant_id, state=state)
        analysed, rendered = render_proved(planned, keep)
        if isinstance(rendered, Failed):
            raise ProofFailed(f"no preview: {rendered.reason}", action=rendered.action)
        hidden = _planned_again(analysed, planned)
        until = now + timedelta(days=workspace.settings.review.preview_days)
        terms = PreviewTerms(until=until, scope=encode(hidden.hidden).decode())
        number = previews.record(
            workspace.db,
            session_id,
            participant_id,
            PreviewAct.MADE,
            actor=actor,
            reason="a preview before a public release",
            now=now,
            body=encode(terms).decode(),
        )
    body = {"preview": str(number), "session_id": session_id, "participant_id": participant_id}
    return PreviewLink(
        participant=participant_id,
        until=until.isoformat(timespec="minutes"),
        link=f"{url}/preview/{seal(workspace, body)}",
    )


def open_preview(secret: str, *, workspace: Workspace, now: datetime) -> OpenPreview:
    """What a link shows; raises ``UsageProblem`` for one that is none of ours, ``RefusedByPolicy`` where its days are
    over or consent is no longer what it was when it was made.
    """
    body = unseal(workspace, secret, _KEYS)
    session_id, participant_id = body["session_id"], body["participant_id"]
    acts = previews.events(workspace.db, session_id)
    sent = next((act for act in acts if act.act is PreviewAct.MADE and str(act.seq) == body["preview"]), None)
    if sent is None or sent.participant_id != participant_id:
        raise UsageProblem("this link is not valid", action="ask for a new one")
    until = decode(sent.body, PreviewTerms).until
    if now >= until:
        raise RefusedByPolicy("this preview has expired", action="write to who sent you the link")
    session = _session(workspace, session_id, participant_id)
    material = workspace.stages.get(MATERIAL, material_key(session_id, participant_id), PreviewMaterial)
    ruling = consent.current_ruling(session, workspace=workspace, now=now)
    if material is None or not isinstance(ruling, Ruling) or consent_state(ruling) != material.state:
        raise RefusedByPolicy("somebody's consent changed, so this is no longer shown", action="ask for a new link")
    answers = [act for act in acts if act.participant_id == participant_id and act.seq > sent.seq]
    answer = answers[-1].act.value if answers else ""
    return OpenPreview(session=session, participant_id=participant_id, until=until, material=material, answer=answer)


def part_file(workspace: Workspace, preview: OpenPreview, number: int, *, still: bool = False) -> bytes:
    """The sound of one part of a preview, MPEG-4, or the still beside it, PNG; ``UsageProblem`` where it has none."""
    key = part_key(preview.session.session_id, preview.participant_id, number)
    has_it = 0 <= number < len(preview.material.parts)
    kept = workspace.stages.get(STILL_STAGE if still else SOUND_STAGE, key, PartFile) if has_it else None
    if kept is None:
        raise UsageProblem("there is no such part", action="load the page again")
    return base64.b64decode(kept.content)


def answer_preview(secret: str, *, objects: bool, reason: str, workspace: Workspace, now: datetime) -> OpenPreview:
    """Files a participant's answer: that they object, or that it may be published; and what the page shows then."""
    preview = open_preview(secret, workspace=workspace, now=now)
    session_id, words = preview.session.session_id, " ".join(reason.split())[:_LONGEST]
    if objects:
        object_to_release(
            session_id,
            preview.participant_id,
            actor=BY_LINK,
            reason=words or "no reason given",
            workspace=workspace,
            now=now,
        )
    else:
        _file(workspace, session_id, preview.participant_id, PreviewAct.AGREED, BY_LINK, words or "agreed", now)
    return open_preview(secret, workspace=workspace, now=now)


def object_to_release(
    session_id: str, participant_id: str, *, actor: str, reason: str, workspace: Workspace, now: datetime
) -> bool:
    """Files that a participant objects: no public release until a person decided; True where one was withdrawn."""
    _session(workspace, session_id, participant_id)
    with holding_releases(workspace):
        _file(workspace, session_id, participant_id, PreviewAct.OBJECTED, actor, reason, now)
        return bool(quarantine_session(workspace, session_id, [Purpose.PUBLIC_RECORDING], now=now))


def settle_objection(
    session_id: str, participant_id: str, *, actor: str, reason: str, workspace: Workspace, now: datetime
) -> None:
    """Files a person's decision that an objection no longer holds the release; ``UsageProblem`` where none stands."""
    _session(workspace, session_id, participant_id)
    if participant_id not in previews.objecting(previews.events(workspace.db, session_id)):
        raise UsageProblem(
            "no open objection of that participant is on file", action=f"see `offrecord status` for {session_id}"
        )
    _file(workspace, session_id, participant_id, PreviewAct.SETTLED, actor, reason, now)


def _file(
    workspace: Workspace, session_id: str, participant_id: str, act: PreviewAct, actor: str, reason: str, now: datetime
) -> None:
    previews.record(workspace.db, session_id, participant_id, act, actor=actor, reason=reason, now=now)


def _session(workspace: Workspace, session_id: str, participant_id: str) -> Session:
    session = Registry(workspace.db).session(session_id)
    if participant_id not in {person.participant_id for person in session.participants}:
        raise UsageProblem("the session has no such participant", action=f"see `offrecord consent show {session_id}`")
    return session


def _planned(session: Session, workspace: Workspace, now: datetime) -> PlannedRendition:
    if Audience.PUBLIC not in requested_audiences(session, workspace, now=now):
        raise RefusedByPolicy(
            "no public rendition of this session is requested",
            action="add public_recording to the purposes in its session.toml and run again",
        )
    analysed = analyse(session, workspace, now=now)
    planned = plan_rendition(analysed, Audience.PUBLIC) if isinstance(analysed, AnalysedSession) else analysed
    if not isinstance(planned, PlannedRendition):
        raise RefusedByPolicy(f"no preview: {planned.reason}", action=planned.action)
    return planned


def _planned_again(analysed: AnalysedSession, planned: PlannedRendition) -> PlannedRendition:
    """The plan that was rendered at last, with all that its proof heard again."""
    if analysed is planned.analysed:
        return planned
    grown = plan_rendition(analysed, Audience.PUBLIC)
    return grown if isinstance(grown, PlannedRendition) else planned


def consent_state(ruling: Ruling) -> str:
    """What a preview stands on: who may be recorded, transcribed and published, from when to when."""
    return key_of(
        sorted(
            (cell.participant_id, cell.interval.start_s, cell.interval.end_s, cell.purpose.value, cell.outcome.value)
            for cell in ruling.cells
            if cell.purpose in _NEEDED
        )
    )
