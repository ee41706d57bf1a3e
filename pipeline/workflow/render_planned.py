"""Renders and proves a planned rendition, and grows its plan by what the proof hears again until nothing is left."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

from pipeline import render, speech
from pipeline.files import make_private
from pipeline.proof import failure_line, prove_unchanged
from pipeline.records import Failed, Leak, ProofVerdict, Rendition, RepairState
from pipeline.render import manifest
from pipeline.store.codec import key_of
from pipeline.workflow import repair
from pipeline.workflow.analyse import AnalysedSession, propose_again
from pipeline.workflow.plan_renditions import PlannedRendition
from pipeline.workflow.provenance import provenance_of

UseProved = Callable[[PlannedRendition, Rendition, Path], None]
"""Is called with a rendition that passed its proof while it still lies in the scratch folder that is given."""


def render_proved(
    planned: PlannedRendition,
    use: UseProved,
    *,
    recall: Callable[[PlannedRendition], Rendition | None] = lambda planned: None,
) -> tuple[AnalysedSession, Rendition | Failed]:
    """The rendition that ``recall`` knows, or a new one that passed its proof, after ``use``; and the session with all
    that its proof heard again.
    """
    while True:
        placed = recall(planned)
        if placed is not None:
            return planned.analysed, placed
        state = repair.state_of(planned, _key(planned, with_plan=False))
        outcome = state.failure or _render(planned, state, use)
        if not isinstance(outcome, Leak):
            return planned.analysed, outcome
        grown = repair.grow(planned, state, outcome)
        if isinstance(grown, Failed):
            return propose_again(planned.analysed), grown
        planned = grown


def key_of_rendition(planned: PlannedRendition) -> str:
    """What a rendition is made from."""
    return _key(planned, with_plan=True)


def _key(planned: PlannedRendition, *, with_plan: bool) -> str:
    """What a rendition is made from; or all of it but the plan."""
    context, transcript = planned.analysed.context, planned.analysed.transcript
    workspace, redact = context.workspace, context.workspace.settings.redact
    made_with = [_made_with(planned), workspace.key("plan").hex()]
    plan = [planned.plan] if with_plan else []
    chat = [render.CHAT_VERSION] if context.session.chat else []
    return key_of(render.VERSION, *chat, made_with, plan, context.session, transcript, redact.fill, redact.srt)


def _made_with(planned: PlannedRendition) -> dict[str, str]:
    return {**manifest.versions(), "recogniser": planned.analysed.transcript.engine}


def _render(planned: PlannedRendition, state: RepairState, use: UseProved) -> Rendition | Failed | Leak:
    """A new rendition of a plan that passed its proof, after ``use``; of a repaired one only what changed is heard."""
    context, plan, transcript = planned.analysed.context, planned.plan, planned.analysed.transcript
    session, workspace, settings = context.session, context.workspace, context.workspace.settings.redact
    scratch = make_private(workspace.scratch / f"{session.session_id}-{plan.audience}")
    try:
        rendition = render.render(
            session,
            plan,
            transcript,
            vault=workspace.vault,
            scratch=scratch,
            listen=partial(
                speech.relisten, settings=workspace.settings.speech, within=repair.spans_to_hear(planned, state)
            ),
            key=key_of_rendition(planned),
            fill=settings.fill,
            srt=settings.srt,
            basis=provenance_of(context, plan, _made_with(planned)),
        )
        if isinstance(rendition, Rendition):
            proof = prove_unchanged(scratch / rendition.folder, public_key=workspace.signer.public_key)
            if proof.verdict is not ProofVerdict.PROVED:
                return Failed(reason=f"proof: {failure_line(proof)}", action="run again, and `offrecord doctor`")
            use(planned, rendition, scratch)
    finally:
        shutil.rmtree(scratch)
    return rendition
