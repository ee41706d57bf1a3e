"""What a proof hears again is taken out, round by round, and comes back only by a person's word about that place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import detect, review, spans
from pipeline.errors import UsageProblem
from pipeline.records import (
    ApprovedPlan,
    Audience,
    ChatLine,
    Context,
    Decision,
    Failed,
    Finding,
    HeardAgain,
    KeywordHit,
    Proposal,
    SoundPlace,
    Term,
    Verdict,
)
from pipeline.render.redaction_diff import RedactionScope, newly_exposed, scope_of
from pipeline.review import decision_log
from pipeline.review.queue import proposals_of
from pipeline.settings import RedactSettings
from pipeline.store import releases
from pipeline.store.codec import decode
from pipeline.workflow import repair
from tests.render.making import LENGTH_S, TRANSCRIPT, level_db, session, sound, word
from tests.workflow.conftest import CALL, FALCON, NOW, REQUEST, PublishingSession, finding_of, ruling_of

Span = tuple[float, float]
TERM = "falcon secret"
RATE = 48_000


def hit(start_s: float, end_s: float, term: str = TERM) -> KeywordHit:
    return KeywordHit(term=term, track_id="0", start_s=start_s, end_s=end_s, time_uncertainty_s=0.02, score=0.9)


class Ears:
    """Hears the term at some places the first time, and then where they are loud; notes what it was asked to hear."""

    def __init__(self, *places: Span, deaf_to_silence: bool = False) -> None:
        self.places = places
        self.deaf_to_silence = deaf_to_silence
        self.asked: list[Sequence[Span] | None] = []

    def __call__(
        self,
        path: Path,
        terms: Sequence[str],
        near: object,
        *,
        settings: object = None,
        within: Sequence[Span] | None = None,
    ) -> list[KeywordHit]:
        self.asked.append(within)
        assert TERM in terms
        loud = sound(path)
        return [
            hit(*place)
            for place in self.places
            if self.deaf_to_silence
            or len(self.asked) == 1
            or level_db(loud[round(place[0] * RATE) : round(place[1] * RATE)]) > -60
        ]


@pytest.fixture
def ears(publishing: PublishingSession, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ears]:
    publishing.findings = (FALCON,)
    publishing.known = Context(terms=(Term(text=TERM),))

    def listening(*places: Span, deaf_to_silence: bool = False) -> Ears:
        made = Ears(*places, deaf_to_silence=deaf_to_silence)
        monkeypatch.setattr("pipeline.workflow.render_planned.speech.relisten", made)
        return made

    return listening


def heard_proposals(publishing: PublishingSession) -> list[Proposal]:
    return [proposal for proposal in proposals_of(publishing.workspace, "s1") if proposal.is_heard_again]


def scope(publishing: PublishingSession, audience: Audience = Audience.INTERNAL) -> RedactionScope:
    latest = releases.latest(publishing.workspace.db, "s1", audience)
    assert latest is not None
    return decode(latest[1], RedactionScope)


def covered(windows: Sequence[tuple[str, float, float]], place: Span) -> bool:
    return not spans.subtract([place], [(start_s, end_s) for track, start_s, end_s in windows if not track])


def test_what_is_heard_again_is_taken_out_in_the_same_run(
    publishing: PublishingSession, ears: Callable[..., Ears]
) -> None:
    listening = ears((2.25, 2.55))
    outcome = publishing.publish()
    assert outcome.published is not None and outcome.stop is None
    heard = sound(publishing.workspace.out / outcome.published.folder / "sound.m4a")
    assert level_db(heard[round(2.3 * RATE) : round(2.5 * RATE)]) < -60
    assert covered(scope(publishing).windows, (2.25, 2.55)), "what is recorded is the plan that was published"
    (proposal,) = heard_proposals(publishing)
    assert (proposal.replacement, proposal.findings[0].rule) == ("[heard 1]", "heard again")
    text = publishing.out()
    assert text is not None and "right" not in text and "now" not in text and "heard again" not in text
    assert all(asked and not spans.subtract([(2.25, 2.55)], asked) for asked in listening.asked)


def test_where_nothing_searched_the_sound_all_of_it_is_listened_to(
    publishing: PublishingSession, ears: Callable[..., Ears]
) -> None:
    listening, settings = ears(), publishing.workspace.settings
    speech = settings.speech.model_copy(update={"keyword_search": False})
    publishing.workspace.settings = settings.model_copy(update={"speech": speech})
    publishing.publish()
    assert listening.asked == [None]


@pytest.mark.parametrize(("engine", "is_everywhere"), [("sphinx", True), ("whisper", False)])
def test_a_name_that_nobody_listened_for_is_listened_for_everywhere_unless_sure_words_hide_none(
    publishing: PublishingSession, ears: Callable[..., Ears], engine: str, is_everywhere: bool
) -> None:
    listening, publishing.known, settings = ears(), Context(), publishing.workspace.settings
    speech = settings.speech.model_copy(update={"engine": engine})
    publishing.workspace.settings = settings.model_copy(update={"speech": speech})
    publishing.publish()
    assert [asked is None for asked in listening.asked] == [is_everywhere]


def test_a_later_night_makes_the_same_and_listens_to_nothing(
    publishing: PublishingSession, ears: Callable[..., Ears]
) -> None:
    listening = ears((2.25, 2.55))
    first = publishing.publish().published
    assert len(listening.asked) == 2
    assert publishing.publish().published == first
    assert len(listening.asked) == 2


def test_a_run_that_is_killed_goes_on_and_ends_the_same(
    publishing: PublishingSession, ears: Callable[..., Ears], monkeypatch: pytest.MonkeyPatch
) -> None:
    listening = ears((2.25, 2.55))

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("pipeline.workflow.repair.plan_rendition", killed)
        with pytest.raises(KeyboardInterrupt):
            publishing.publish()
    assert publishing.out() is None
    assert publishing.publish().published is not None
    assert len(listening.asked) == 2 and listening.asked[1] is not None, "it goes on with the second round"
    assert covered(scope(publishing).windows, (2.25, 2.55))


def test_what_is_still_heard_after_three_rounds_fails_and_can_be_listened_to(
    publishing: PublishingSession, ears: Callable[..., Ears]
) -> None:
    class Ghosts(Ears):
        def __call__(self, path: Path, terms: Sequence[str], near: object, **more: object) -> list[KeywordHit]:
            super().__call__(path, terms, near)
            at_s = 0.1 * len(self.asked)
            return [hit(at_s, at_s + 0.05)]

    ghosts = Ghosts()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("pipeline.workflow.render_planned.speech.relisten", ghosts)
        outcome = publishing.publish()
        assert isinstance(outcome.stop, Failed) and "listening again: 1 heard" in outcome.stop.reason
        assert "review listen s1" in outcome.stop.action
        assert len(ghosts.asked) == 1 + repair.ROUNDS
        assert publishing.out() is None
        again = publishing.publish()
        assert again.stop == outcome.stop and len(ghosts.asked) == 1 + repair.ROUNDS, "a retry fails at once"
    assert heard_proposals(publishing)
    ears()
    publishing.decided = {heard_proposals(publishing)[-1].proposal_id: Verdict.REDACT}
    assert publishing.publish().published is not None, "a decision begins anew"


def test_what_stays_heard_in_silence_ends_after_the_rounds(
    publishing: PublishingSession, ears: Callable[..., Ears]
) -> None:
    listening = ears((2.25, 2.55), deaf_to_silence=True)
    outcome = publishing.publish()
    assert isinstance(outcome.stop, Failed)
    assert len(listening.asked) == 2, "what is silent already cannot be taken out again"


def test_not_it_brings_back_that_place_and_that_term_only(
    publishing: PublishingSession, ears: Callable[..., Ears]
) -> None:
    ears((2.25, 2.55), (0.5, 0.7))
    assert publishing.publish().published is not None
    first, second = sorted(heard_proposals(publishing), key=lambda proposal: span_of(proposal.findings[0]))
    publishing.decided = {second.proposal_id: Verdict.KEEP}
    outcome = publishing.publish()
    assert outcome.published is not None, outcome
    assert covered(scope(publishing).windows, (0.5, 0.7))
    assert not covered(scope(publishing).windows, (2.25, 2.55))
    text = publishing.out()
    assert text is not None and "now" in text
    listening = ears((2.25, 2.55), (0.85, 0.95))
    assert first.proposal_id != second.proposal_id
    publishing.findings = (FALCON, CALL)
    assert publishing.publish().published is not None
    assert listening.asked and covered(scope(publishing).windows, (0.85, 0.95)), "any other place is taken out"


def test_not_it_needs_a_name_and_a_reason(publishing: PublishingSession, ears: Callable[..., Ears]) -> None:
    ears((2.25, 2.55))
    publishing.publish()
    (proposal,) = heard_proposals(publishing)
    for actor, reason in (("", "not it"), ("ann", " ")):
        with pytest.raises(UsageProblem):
            decision_log.decide(
                publishing.workspace.db,
                "s1",
                [proposal.proposal_id],
                verdict=Verdict.KEEP,
                actor=actor,
                reason=reason,
            )


def test_the_public_rendition_hides_what_the_internal_one_heard_again(
    publishing: PublishingSession, ears: Callable[..., Ears]
) -> None:
    ears((2.25, 2.55))
    assert publishing.publish().published is not None
    public = publishing.publish(Audience.PUBLIC, release_request=REQUEST)
    assert public.published is not None, public.stop
    assert covered(scope(publishing, Audience.PUBLIC).windows, (2.25, 2.55))
    assert not decision_log.needs_decision(heard_proposals(publishing))


def test_what_is_read_in_a_text_is_planned_where_it_stands(
    publishing: PublishingSession, ears: Callable[..., Ears], monkeypatch: pytest.MonkeyPatch
) -> None:
    ears()
    words = (*TRANSCRIPT.words[:-1], word("falken", 2.6, 2.75), word("secret", 2.76, 2.95))
    monkeypatch.setattr(PublishingSession, "transcript", replace(TRANSCRIPT, words=words))
    line = ChatLine(at_s=1.0, participant_id="p1", text="is Falken secret out?")
    publishing.session = replace(publishing.session, chat=(line,))
    outcome = publishing.publish()
    assert outcome.published is not None, outcome.stop
    text = publishing.out()
    assert text is not None and "falken" not in text and "secret" not in text
    chat = (publishing.workspace.out / outcome.published.folder / "chat.txt").read_text("utf-8")
    assert "is [term 1] out?" in chat
    assert covered(scope(publishing).windows, (2.6, 2.95)), "its sound goes too"


places = st.tuples(st.floats(0, LENGTH_S - 0.1), st.floats(0.02, 0.6)).map(lambda pair: (pair[0], pair[0] + pair[1]))
hits = st.lists(places.map(lambda place: hit(*place)), max_size=6)
PLAIN = RedactSettings()


@given(hits, hits, st.sampled_from([PLAIN, PLAIN.model_copy(update={"duration_step_s": 0.5})]))
def test_a_plan_only_grows(before: list[KeywordHit], after: list[KeywordHit], settings: RedactSettings) -> None:
    earlier, later = planned(before, settings), planned([*before, *after], settings)
    assert {each.proposal_id for each in earlier[0]} <= {each.proposal_id for each in later[0]}
    assert not newly_exposed(scope_of_plan(earlier[1]), scope_of_plan(later[1]))


def span_of(finding: Finding) -> tuple[float, float]:
    """Where in the sound it is, in seconds."""
    assert isinstance(finding.place, SoundPlace)
    return finding.place.start_s, finding.place.end_s


@given(hits, st.data())
def test_not_it_is_about_one_place(heard: list[KeywordHit], data: st.DataObject) -> None:
    proposals, whole = planned(heard, PLAIN)
    ids = sorted({each.proposal_id for each in proposals if each.is_heard_again})
    kept = data.draw(st.sets(st.sampled_from(ids)) if ids else st.just(set()))
    _, plan = planned(heard, PLAIN, kept=kept)
    left = [each for each in proposals if each.is_heard_again and each.proposal_id not in kept]
    for proposal in left:
        for finding in proposal.findings:
            start_s, end_s = span_of(finding)
            windows = [(w.track_id or "", w.start_s, w.end_s) for w in plan.windows]
            assert covered(windows, (start_s, min(LENGTH_S, end_s)))
    assert len({(each.term, each.start_s, each.end_s) for each in plan.dismissed}) >= len(kept)
    assert plan.terms == whole.terms


def planned(
    heard: Sequence[KeywordHit], settings: RedactSettings, *, kept: frozenset[str] | set[str] = frozenset()
) -> tuple[tuple[Proposal, ...], ApprovedPlan]:
    """The proposals and the plan of the made session with these hits, all of it undecided but what is kept."""
    meeting = session()
    found = review.propose("s1", (FALCON, finding_of("term:we", (0, 1))))
    again = detect.heard_again_findings(meeting, TRANSCRIPT, HeardAgain(heard=tuple(heard)))
    proposals = (*found, *review.propose("s1", again))
    decisions = [
        Decision(proposal_id=each, verdict=Verdict.KEEP, actor="ann", reason="not it", decided_at=NOW) for each in kept
    ]
    plan = review.review(
        meeting,
        ruling_of("0"),
        TRANSCRIPT,
        proposals,
        decisions,
        Audience.INTERNAL,
        settings=settings,
        context=Context(),
    )
    assert isinstance(plan, ApprovedPlan)
    return proposals, plan


def scope_of_plan(plan: ApprovedPlan) -> RedactionScope:
    return scope_of(plan, str)
