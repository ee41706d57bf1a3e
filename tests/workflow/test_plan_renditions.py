"""Review plans a session once for each audience; audit and publication take that plan."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pipeline import review, run
from pipeline.records import Audience, Pending, Purpose
from pipeline.workflow.plan_renditions import PlannedRendition, plan_renditions
from pipeline.workflow.publish import publish_all
from tests.workflow.conftest import NOW, REQUEST, PublishingSession

BOTH = (Purpose.INTERNAL_SHARE, Purpose.PUBLIC_RECORDING)


@pytest.fixture
def planned(publishing: PublishingSession, monkeypatch: pytest.MonkeyPatch) -> list[Audience]:
    """The audiences that review plans for, in order, while ``run.process`` takes the session as it is analysed."""
    plan, audiences = review.review, list[Audience]()

    def counted(*arguments: Any, **named: Any) -> Any:
        audiences.append(arguments[5])
        return plan(*arguments, **named)

    monkeypatch.setattr("pipeline.workflow.plan_renditions.review.review", counted)
    monkeypatch.setattr(run, "analyse", lambda *_, **__: publishing.analysed)
    publishing.session = replace(publishing.session, purposes=BOTH)
    return audiences


def test_a_run_plans_once_for_each_audience(publishing: PublishingSession, planned: list[Audience]) -> None:
    analysed = publishing.analysed
    publish_all(analysed, plan_renditions(analysed), release_request=REQUEST)
    planned.clear()
    publishing.findings = publishing.findings[:1]
    progress = run.process(publishing.session, publishing.workspace, now=NOW)
    assert planned == [Audience.INTERNAL, Audience.PUBLIC], "audited and published from the same plans"
    assert len(progress.result.renditions) == 2


def test_a_session_with_kept_proposals_is_planned_strictly_as_well(
    publishing: PublishingSession, planned: list[Audience]
) -> None:
    publishing.kept = ("term:call",)
    run.process(publishing.session, publishing.workspace, now=NOW)
    assert planned == [Audience.INTERNAL, Audience.INTERNAL, Audience.PUBLIC, Audience.PUBLIC]
    plan = plan_renditions(publishing.analysed)[Audience.INTERNAL]
    assert isinstance(plan, PlannedRendition) and plan.strict != plan.hidden


def test_only_what_is_requested_or_published_is_planned(publishing: PublishingSession, planned: list[Audience]) -> None:
    publishing.session = replace(publishing.session, purposes=BOTH[:1])
    run.process(publishing.session, publishing.workspace, now=NOW)
    assert planned == [Audience.INTERNAL]


def test_a_rendition_that_is_not_requested_any_more_is_withdrawn(
    publishing: PublishingSession, planned: list[Audience]
) -> None:
    analysed = publishing.analysed
    publish_all(analysed, plan_renditions(analysed), release_request=REQUEST)
    assert publishing.out(Audience.PUBLIC)
    publishing.session = replace(publishing.session, purposes=BOTH[:1])
    progress = run.process(publishing.session, publishing.workspace, now=NOW)
    assert progress.result.renditions == ("s1/internal",)
    assert publishing.out(Audience.PUBLIC) is None, "nobody would read consent for it again"
    publishing.session = replace(publishing.session, purposes=BOTH)
    analysed = publishing.analysed
    outcome = publish_all(analysed, plan_renditions(analysed)).outcomes[Audience.PUBLIC]
    assert isinstance(outcome.stop, Pending), "and it needs a new release"
