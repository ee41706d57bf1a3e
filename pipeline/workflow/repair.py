"""Grows the plan of a rendition by what its proof heard or read again, round by round, until nothing is left of it.

A plan only grows: every place is kept, in order, with the session's stage results. How far a repair is stands there
too, so that a run that was killed goes on with the round that it was in, and ends the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline import detect, spans, speech
from pipeline.records import (
    Failed,
    HeardAgain,
    KeywordHit,
    Leak,
    Purpose,
    RepairState,
    SoundPlace,
)
from pipeline.store.codec import key_of
from pipeline.workflow.analyse import HEARD_AGAIN, heard_again_in, propose_again
from pipeline.workflow.plan_renditions import PlannedRendition, plan_rendition
from pipeline.workflow.session_context import SessionContext

ROUNDS = 3
# Recognisers hear a word by what is said around it: a chunk of sound this much longer than what changed, on both sides,
# holds the sentence and its neighbours (sentences of the samples last at most 9 s).
AROUND_S = 10.0
# What is left of a name lies beside its window; the second recognition hears twice as far.
NEAR_S = 1.0
_PLACE_DIGITS = 3


def state_of(planned: PlannedRendition, made_with: str) -> RepairState:
    """How far the repair of a planned rendition is: at its beginning, unless it began for the very same inputs.

    ``made_with`` stands for the programs, settings and the transcript. A decision about a place begins anew.
    """
    analysed, audience = planned.analysed, planned.plan.audience
    state, again = analysed.review_state, heard_again_in(analysed.context)
    places = {proposal.proposal_id for proposal in state.proposals if proposal.is_heard_again}
    decided = [[each.proposal_id, each.verdict.value] for each in state.decisions if each.proposal_id in places]
    base = key_of(speech.VERSION, detect.VERSION, made_with, planned.found_plan, decided)
    stored = again.state(audience)
    if stored is not None and stored.base == base:
        return stored
    return RepairState(audience=audience, base=base, heard_before=len(again.heard), read_before=len(again.read))


def spans_to_hear(planned: PlannedRendition, state: RepairState) -> Sequence[tuple[float, float]] | None:
    """What of a rendition must be listened to, in seconds; None for all of it.

    At first what lies beside its windows and wherever the transcript is not sure; all of it where it has a name that
    the first search did not know, and nobody measured that sure words of the engine hide none. After a repair what
    that changed.
    """
    if state.rounds == 0:
        return _to_hear_first(planned)
    context, transcript = planned.analysed.context, planned.analysed.transcript
    again = heard_again_in(context)
    latest = HeardAgain(heard=again.heard[state.heard_before :], read=again.read[state.read_before :])
    findings = detect.heard_again_findings(context.session, transcript, latest)
    places = spans.merge(
        (finding.place.start_s, finding.place.end_s) for finding in findings if isinstance(finding.place, SoundPlace)
    )
    changed = [
        (window.start_s, window.end_s)
        for window in planned.plan.windows
        if spans.overlapping(places, window.start_s, window.end_s)
    ]
    return spans.merge(spans.clip(spans.pad(changed, AROUND_S), 0.0, context.session.duration_s))


def _to_hear_first(planned: PlannedRendition) -> Sequence[tuple[float, float]] | None:
    context, plan = planned.analysed.context, planned.plan
    terms, settings = [term.text for term in plan.terms], context.workspace.settings.speech
    if not settings.keyword_search:
        return None
    sure_probability = speech.sure_probability(settings)
    if sure_probability is None and not _were_searched(terms, context):
        return None
    unsure = speech.doubtful(
        context.session,
        context.ruling,
        planned.analysed.transcript,
        kept=plan.keep_tracks,
        terms=terms,
        sure_probability=sure_probability,
    )
    if unsure is None:
        return None
    near_windows = spans.pad(((window.start_s, window.end_s) for window in plan.windows), NEAR_S)
    return spans.merge(spans.clip([*unsure, *near_windows], 0.0, context.session.duration_s), gap=NEAR_S)


def _were_searched(terms: Sequence[str], context: SessionContext) -> bool:
    """Whether the first search of the sound knew all of these: a name that detection found nobody listened for yet."""
    searched = {keyword.text.casefold() for keyword in speech.vocabulary(context.known)}
    return all(term.casefold() in searched for term in terms)


def grow(planned: PlannedRendition, state: RepairState, leak: Leak) -> PlannedRendition | Failed:
    """The rendition planned anew with what was found in it taken out, or the failure that is left after the last round.

    The failure also stands where nothing that was found has a place that could be taken out.
    """
    analysed = planned.analysed
    again = heard_again_in(analysed.context)
    failure = leak.failure if state.rounds >= ROUNDS else None
    after = replace(
        state,
        rounds=state.rounds + 1,
        heard_before=len(again.heard),
        read_before=len(again.read),
        failure=failure,
    )
    _store(analysed.context, _with(again, leak), after)
    analysed = propose_again(analysed)
    if failure is not None:
        return failure
    grown = plan_rendition(analysed, planned.plan.audience)
    if isinstance(grown, PlannedRendition) and grown.plan != planned.plan:
        return grown
    _store(analysed.context, heard_again_in(analysed.context), replace(after, failure=leak.failure))
    return leak.failure


def _with(again: HeardAgain, leak: Leak) -> HeardAgain:
    heard = dict.fromkeys([*again.heard, *map(_rounded, leak.heard)])
    read = dict.fromkeys([*again.read, *leak.read])
    return replace(again, heard=tuple(heard), read=tuple(read))


def _rounded(hit: KeywordHit) -> KeywordHit:
    return replace(hit, start_s=round(hit.start_s, _PLACE_DIGITS), end_s=round(hit.end_s, _PLACE_DIGITS))


def _store(context: SessionContext, again: HeardAgain, state: RepairState) -> None:
    others = tuple(other for other in again.states if other.audience is not state.audience)
    kept = replace(again, states=(*others, state))
    context.put(HEARD_AGAIN, context.session.session_id, kept, HeardAgain, purpose=Purpose.TRANSCRIBE)
