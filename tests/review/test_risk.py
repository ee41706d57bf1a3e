"""What makes a session risky, in the order that a lead would look at sessions, and the words that say why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from pipeline.records import DetectionRule, Finding, Proposal, Purpose, SessionResult, TextPlace
from pipeline.review import propose
from pipeline.review.queue import SessionLine, queue
from pipeline.review.risk import risk_of
from pipeline.store import Workspace
from pipeline.store.registry import Registry, SessionState
from pipeline.workflow.review_actions import list_sessions
from tests.clock import now
from tests.render.making import session as made_session
from tests.web.conftest import analysed, workspace

__all__ = ["analysed", "workspace"]
INTERNAL = replace(made_session(), purposes=(Purpose.RECORD, Purpose.TRANSCRIBE, Purpose.INTERNAL_SHARE))
PUBLIC = replace(INTERNAL, purposes=(*INTERNAL.purposes, Purpose.PUBLIC_RECORDING))


def proposals(
    count: int, *, label: str = "PERSON", rule: DetectionRule = DetectionRule.NAME_MODEL, score: float = 0.5
) -> tuple[Proposal, ...]:
    return propose(
        "s1",
        tuple(
            Finding(
                finding_id=f"f-{label}-{number}",
                entity=f"{label.lower()}:{rule.value} {number}",
                label=label,
                text=f"name {number}",
                rule=rule,
                score=score,
                place=TextPlace(surface="chat", index=number, start_char=0, end_char=4),
            )
            for number in range(count)
        ),
    )


def points(*left: Proposal, flagged: int = 0, unheard_s: float = 0.0) -> float:
    return risk_of(INTERNAL, left, flagged=flagged, unheard_s=unheard_s).points


def test_the_row_says_why_with_the_most_first() -> None:
    left = (*proposals(3), *proposals(2, rule=DetectionRule.KNOWN_NAME, score=0.99))
    risk = risk_of(PUBLIC, left, flagged=0, unheard_s=12.2)
    assert risk.reasons == ("3 unsure names", "12 s unheard", "2 listed names", "to be published")
    assert risk.points == pytest.approx(1.5 * (3 * 3 + 0.5 * 12.2 + 2 * 1.5), abs=0.1)
    assert risk_of(INTERNAL, proposals(1), flagged=0, unheard_s=0.0).reasons == ("1 unsure name",)


def test_nothing_left_is_no_risk_whatever_it_is_for() -> None:
    assert risk_of(PUBLIC, (), flagged=0, unheard_s=0.0) == risk_of(INTERNAL, (), flagged=0, unheard_s=0.0)
    assert (points(), risk_of(PUBLIC, (), flagged=0, unheard_s=0.0).reasons) == (0.0, ())


def test_what_is_unsure_goes_before_much_that_is_sure() -> None:
    sure = proposals(7, rule=DetectionRule.WRITTEN_IDENTIFIER, label="EMAIL", score=1.0)
    listed = proposals(3, rule=DetectionRule.TERM_LIST, label="TERM", score=0.99)
    assert points(*proposals(2)) > points(*listed) > points(*sure)
    assert points(*proposals(1, label="SECRET")) > points(*proposals(1)) > points(*proposals(1, label="OTHER"))


def test_doubt_of_a_proof_a_flag_and_unheard_speech_each_go_before_a_guess() -> None:
    again = proposals(1, rule=DetectionRule.HEARD_AGAIN, score=0.9)
    assert again[0].is_heard_again
    guess = points(*proposals(1))
    assert points(*again) > guess and points(*proposals(1), flagged=1) > 2 * guess and points(unheard_s=30.0) > guess
    assert "1 place that the proof heard again" in risk_of(INTERNAL, again, flagged=0, unheard_s=0.0).reasons


def test_the_queue_has_the_reasons_and_what_the_last_run_did_not_hear(workspace: Workspace) -> None:
    (line,) = queue(workspace, now=now())
    assert "2 s unheard" in line.why and "1 unsure name" in line.why and line.risk > 0
    (told,) = list_sessions(workspace, now=now())
    assert told.why == line.why


def test_of_two_sessions_alike_the_one_whose_consent_ends_within_a_week_is_first(workspace: Workspace) -> None:
    registry, at = Registry(workspace.db), now()
    result = SessionResult(session_id=next(iter(registry.digests())), status="held", reason="r", action="a")

    def line_with(valid_until: datetime) -> SessionLine:
        ends = valid_until.timestamp()
        registry.conclude(SessionState(state_key="k", valid_until=ends, attempts=1, result=result))
        (line,) = queue(workspace, now=at)
        return line

    in_time, soon = line_with(at + timedelta(days=8)), line_with(at + timedelta(days=6))
    assert soon.risk > in_time.risk > 0 and set(soon.why) > set(in_time.why)
    assert soon.why[-1] == f"consent, a hold or a retention ends on {(at + timedelta(days=6)).date()}"
    assert line_with(at - timedelta(days=1)) == in_time, "what has ended is the next run's to decide"
    assert risk_of(INTERNAL, (), flagged=0, unheard_s=0.0, ends_on=date(2026, 1, 1)).points == 0
