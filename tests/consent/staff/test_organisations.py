"""Organisations can only take away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from pipeline import consent
from pipeline.consent.evaluation.explain import explain
from pipeline.consent.log.agreements import AgreementKind, Clause
from pipeline.consent.staff.organisations import agree
from pipeline.errors import UsageProblem
from pipeline.records import Purpose, Refused, Role, Ruling, Session
from pipeline.store import Workspace
from tests.consent.conftest import NOW, START, Files, person, row, session

DAY = timedelta(days=1)
ORG = "Granite Foundry"


def file(
    workspace: Workspace,
    *,
    name: str = ORG,
    kind: AgreementKind = AgreementKind.NDA,
    recording: Clause | None = None,
    publication: Clause | None = None,
    starts: datetime = START - DAY,
    ends: datetime | None = None,
    aliases: Sequence[str] = (),
    domains: Sequence[str] = (),
) -> None:
    agree(
        name,
        aliases=aliases,
        domains=domains,
        kind=kind,
        recording=recording,
        publication=publication,
        valid_from=starts,
        valid_until=ends,
        actor="sam",
        evidence="signed copy",
        workspace=workspace,
        now=NOW,
    )


@pytest.fixture
def both(file_answers: Files) -> Session:
    file_answers(row("ana@a.example"), row("bo@b.example"))
    return session(person(1, "ana@a.example", company="granite foundry "), person(2, "bo@b.example"))


def outcomes(meeting: Session, workspace: Workspace) -> dict[tuple[str, str], str]:
    return {
        (one.person, one.purpose): f"{one.outcome} {one.rule}" for one in explain(meeting, workspace=workspace, now=NOW)
    }


def test_scenario_27_an_nda_forbids_publication_whatever_people_tick(workspace: Workspace, both: Session) -> None:
    file(workspace, publication=Clause.FORBIDDEN)
    found = outcomes(both, workspace)
    assert found["p1", "public_recording"] == found["p2", "public_recording"] == "refuse M1"
    assert found["p1", "internal_share"] == "proceed U1"
    ruling = consent.rule(both, workspace=workspace, now=NOW)
    assert isinstance(ruling, Ruling)
    assert not ruling.allows(Purpose.PUBLIC_RECORDING) and ruling.allows(Purpose.INTERNAL_SHARE)
    assert all(cell.evidence for cell in ruling.cells if cell.rule_id == "M1")


def test_forbidden_recording_refuses_the_session(workspace: Workspace, both: Session) -> None:
    file(workspace, recording=Clause.FORBIDDEN)
    assert set(outcomes(both, workspace).values()) == {"refuse M1"}
    assert isinstance(consent.rule(both, workspace=workspace, now=NOW), Refused)


@pytest.mark.parametrize("says", [Clause.ALLOWED, Clause.NOTICE, Clause.PER_ITEM_APPROVAL])
def test_an_organisations_yes_opens_nothing(workspace: Workspace, says: Clause) -> None:
    meeting = session(person(1, "ana@a.example", company=ORG))
    before = outcomes(meeting, workspace)
    file(workspace, recording=says, publication=says)
    assert outcomes(meeting, workspace) == before


def test_a_later_paper_of_the_same_kind_replaces_and_another_kind_does_not(workspace: Workspace, both: Session) -> None:
    file(workspace, publication=Clause.FORBIDDEN)
    file(workspace, kind=AgreementKind.MSA, publication=Clause.ALLOWED)
    assert outcomes(both, workspace)["p1", "public_recording"] == "refuse M1"
    file(workspace, publication=Clause.ALLOWED)
    assert outcomes(both, workspace)["p1", "public_recording"] == "proceed U1"


@pytest.mark.parametrize(
    ("starts", "ends", "counts"),
    [
        (START - DAY, None, True),
        (START - DAY, NOW - timedelta(hours=1), True),
        (NOW - timedelta(hours=1), None, True),
        (NOW + DAY, None, False),
        (START - 9 * DAY, START - DAY, False),
    ],
)
def test_what_was_in_force_then_or_is_now_counts(
    workspace: Workspace, both: Session, starts: datetime, ends: datetime | None, counts: bool
) -> None:
    file(workspace, publication=Clause.FORBIDDEN, starts=starts, ends=ends)
    assert (outcomes(both, workspace)["p1", "public_recording"] == "refuse M1") is counts


def test_the_hosts_own_paper_counts_for_its_staff(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"))
    meeting = session(person(1, "ana@a.example", role=Role.STAFF))
    file(workspace, name="lumen labs", publication=Clause.FORBIDDEN)
    assert outcomes(meeting, workspace)["p1", "public_recording"] == "refuse M1"


def test_a_paper_makes_every_session_due_again(workspace: Workspace, both: Session) -> None:
    before = consent.log_head(workspace)
    file(workspace, publication=Clause.FORBIDDEN)
    assert consent.log_head(workspace) != before


@pytest.mark.parametrize(
    ("company", "email", "want"),
    [
        ("Granite Foundry, Inc.", None, "refuse M1"),
        ("GRANITE FOUNDRY GmbH & Co. KG", None, "refuse M1"),
        ("Granite", None, "refuse M1"),
        (None, "kim@granite.example", "refuse M1"),
        ("Freelance", "kim@eu.Granite.example", "refuse M1"),
        (None, "kim@notgranite.example", "hold U6"),
        ("Granite Foundry Friends", None, "hold U6"),
        (None, None, "hold U6"),
    ],
)
def test_an_organisation_is_known_by_its_other_names_and_its_addresses(
    company: str | None, email: str | None, want: str, workspace: Workspace
) -> None:
    file(workspace, publication=Clause.FORBIDDEN, aliases=["Granite"], domains=["granite.example"])
    meeting = session(person(1, email, company=company))
    assert outcomes(meeting, workspace)["p1", "public_recording"] == want


def test_a_paper_under_another_spelling_is_of_the_same_organisation(workspace: Workspace, both: Session) -> None:
    file(workspace, publication=Clause.FORBIDDEN, domains=["granite.example"])
    file(workspace, name="Granite Foundry Ltd.", publication=Clause.ALLOWED)
    assert outcomes(both, workspace)["p1", "public_recording"] == "proceed U1"


def test_of_two_organisations_that_somebody_is_of_both_count(workspace: Workspace) -> None:
    file(workspace, publication=Clause.FORBIDDEN, domains=["granite.example"])
    file(workspace, name="Quarry Works", publication=Clause.ALLOWED)
    meeting = session(person(1, "kim@granite.example", company="Quarry Works"))
    assert outcomes(meeting, workspace)["p1", "public_recording"] == "refuse M1"


@pytest.mark.parametrize("domain", ["granite", "kim@granite.example", ""])
def test_a_domain_that_is_none_files_nothing(domain: str, workspace: Workspace) -> None:
    before = consent.log_head(workspace)
    with pytest.raises(UsageProblem, match="domain"):
        file(workspace, publication=Clause.FORBIDDEN, domains=[domain])
    assert consent.log_head(workspace) == before
