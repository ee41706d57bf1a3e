"""Until the next change that the passing of time can bring, nothing about a session changes by itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from pipeline import consent
from pipeline.consent.evaluation.evaluate import evaluate
from pipeline.consent.evaluation.snapshot import read_snapshot
from pipeline.consent.log.agreements import AgreementKind, Clause
from pipeline.consent.staff.match_participant import file_match
from pipeline.records import Cell, Session
from pipeline.store import Workspace
from pipeline.workflow.consent_actions import file_agreement
from tests.consent.conftest import ALL_NO, NOW, Files, person, row, session
from tests.consent.evaluation.test_jurisdictions import ROW
from tests.consent.tables import bodies

ANA = "ana@a.example"
DAY = timedelta(days=1)
DAYS = range(4, 440, 12)
"""What is looked at: a review of these places holds for a year."""


def decided(meeting: Session, workspace: Workspace, at: datetime) -> tuple[Cell, ...]:
    return evaluate(read_snapshot(meeting, workspace=workspace, now=at), now=at).cells


def changes(meeting: Session, workspace: Workspace, until: datetime) -> list[datetime]:
    """Every moment that is named, one after the other."""
    named, at = [], NOW
    while (following := consent.next_change(meeting, workspace=workspace, now=at)) and following <= until:
        assert following > at
        named.append(at := following)
    return named


@pytest.mark.parametrize("case", ["a yes that ends", "a hold", "an agreement", "a review"])
def test_nothing_changes_between_two_named_moments(workspace: Workspace, file_answers: Files, case: str) -> None:
    meeting = session(person(1, ANA, company="Granite Foundry", location="US-NY"))
    match case:
        case "a yes that ends":
            file_answers(row(ANA))
        case "a hold":
            consent.rule(meeting, workspace=workspace, now=NOW)
        case "an agreement":
            file_answers(row(ANA))
            file_agreement(
                "Granite Foundry",
                kind=AgreementKind.NDA,
                publication=Clause.FORBIDDEN,
                valid_from=NOW + 20 * DAY,
                valid_until=NOW + 60 * DAY + timedelta(hours=7),
                actor="sam",
                evidence="x",
                workspace=workspace,
                now=NOW,
            )
        case _:
            (workspace.root / "jurisdictions.toml").write_text(ROW.replace("express", "by_notice"), "utf-8")
    named = changes(meeting, workspace, NOW + DAYS[-1] * DAY)
    seen = [(at, decided(meeting, workspace, at)) for at in (NOW, *(NOW + day * DAY for day in DAYS))]
    changed = [(before, at) for (before, earlier), (at, later) in pairwise(seen) if earlier != later]
    assert changed, "the case is one of no change"
    for before, at in changed:
        assert any(before < moment <= at for moment in named), f"nothing is named from {before} to {at}: {named}"


def test_the_last_day_of_a_review_still_counts(workspace: Workspace, file_answers: Files) -> None:
    (workspace.root / "jurisdictions.toml").write_text(ROW, "utf-8")
    meeting = session(person(1, ANA, location="US-NY"))
    named = changes(meeting, workspace, NOW + DAYS[-1] * DAY)
    assert datetime(2027, 1, 2, tzinfo=UTC) in named and date(2027, 1, 1).isoformat() in ROW


def test_where_time_changes_nothing_there_is_no_moment(workspace: Workspace) -> None:
    nowhere = session(person(1, ANA, location=None), recorder_location=None, participants=())
    assert consent.next_change(nowhere, workspace=workspace, now=NOW) is None


def test_a_match_of_a_clock_that_was_wrong_is_a_moment(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row(ANA, ALL_NO))
    (ana,) = {body["party_id"] for body in bodies(workspace)}
    meeting, later = session(person(1, location="US-NY")), NOW + 20 * DAY
    file_match(meeting, "p1", ana, actor="sam", reason="mail", workspace=workspace, now=later)
    assert later in changes(meeting, workspace, NOW + 30 * DAY)
    assert decided(meeting, workspace, later - DAY) != decided(meeting, workspace, later)
