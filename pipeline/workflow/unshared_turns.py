"""The words of those who let requests be read out of what they say, and not be shown: redacted, and in no rendition."""

from __future__ import annotations

from pipeline import review
from pipeline.export.mentions import PURPOSE
from pipeline.records import ReadingPlan
from pipeline.render.chat_turns import chat_turns
from pipeline.render.redacted_turns import redacted_turns
from pipeline.render.terms import TermReplacer
from pipeline.workflow.analyse import AnalysedSession
from pipeline.workflow.crosstalk import with_crosstalk
from pipeline.workflow.readable_turns import ReadableTurns, unshared_speakers


def unshared_turns(analysed: AnalysedSession) -> ReadableTurns:
    """What is read for requests and shown to nobody; nothing where everybody's words may be shown."""
    context, state = analysed.context, analysed.review_state
    speakers = unshared_speakers(context.session, context.ruling)
    if not speakers:
        return ReadableTurns()
    plan = review.reading_plan(
        with_crosstalk(context, PURPOSE).session,
        context.ruling,
        analysed.transcript,
        state.proposals,
        state.decisions,
        PURPOSE,
        settings=context.workspace.settings.redact,
        context=context.known,
    )
    if not isinstance(plan, ReadingPlan):
        return ReadableTurns()
    terms = TermReplacer(plan.terms)
    return ReadableTurns(
        spoken=redacted_turns(analysed.transcript, plan, {}, terms),
        typed=chat_turns(context.session, plan, {}, terms),
    ).of(speakers)
