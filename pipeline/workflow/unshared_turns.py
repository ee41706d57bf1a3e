"""The words of those who let requests be read out of what they say, and not be shown: redacted, and in no rendition."""

from __future__ import annotations

from pipeline import review
from pipeline.export.mentions import PURPOSE
from pipeline.records import ReadingPlan, Turn
from pipeline.render.redacted_turns import redacted_turns
from pipeline.render.terms import TermReplacer
from pipeline.workflow.analyse import AnalysedSession
from pipeline.workflow.crosstalk import with_crosstalk
from pipeline.workflow.tagging import unshared_speakers


def unshared_turns(analysed: AnalysedSession) -> tuple[Turn, ...]:
    """The redacted turns that are read for requests and shown to nobody; none where everybody's words may be shown."""
    context, state = analysed.context, analysed.review_state
    speakers = unshared_speakers(context.session, context.ruling)
    if not speakers:
        return ()
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
        return ()
    turns = redacted_turns(analysed.transcript, plan, {}, TermReplacer(plan.terms))
    return tuple(turn for turn in turns if turn.participant_id in speakers)
