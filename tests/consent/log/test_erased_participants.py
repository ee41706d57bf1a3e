"""What the record says of an erased person goes from it, and what is kept of it encrypted only closes."""

from __future__ import annotations

from pathlib import Path

from pipeline import consent
from pipeline.consent.evaluation.explain import explain
from pipeline.consent.log.agreements import AgreementKind, Clause
from pipeline.consent.log.erased_participants import PLACEHOLDER
from pipeline.consent.staff.organisations import agree
from pipeline.consent.staff.withdraw import Erasure, withdraw
from pipeline.records import Purpose, Role
from pipeline.store import Workspace
from pipeline.store.registry import Registry
from pipeline.workflow import erasure
from tests.consent.conftest import NOW, START, Files, person, row, session

ANA, BO = "ana@a.example", "bo@b.example"


def test_company_place_and_role_go_with_the_name(workspace: Workspace, file_answers: Files, tmp_path: Path) -> None:
    file_answers(row(ANA), row(BO))
    ana = person(1, ANA, name="Ana Diaz", company="Granite Foundry", role=Role.CUSTOMER, location="DE")
    meeting = session(ana, person(2, BO))
    registry = Registry(workspace.db)
    registry.take(tmp_path / "inbox", "f", meeting)
    agree(
        "Granite Foundry",
        recording=None,
        publication=Clause.FORBIDDEN,
        kind=AgreementKind.NDA,
        valid_from=START,
        valid_until=None,
        actor="sam",
        evidence="x",
        workspace=workspace,
        now=NOW,
    )
    before = {one.rule for one in explain(meeting, workspace=workspace, now=NOW) if one.person == "p2"}
    withdraw(
        ANA,
        purposes=list(Purpose),
        session_id=None,
        erasure=Erasure(erase=True, whole=True),
        actor="sam",
        reason="mail",
        workspace=workspace,
        now=NOW,
    )
    erasure.carry_out(workspace, now=NOW)
    stored = registry.session(meeting.session_id)
    erased = stored.participant("p1")
    assert (erased.name, erased.company, erased.location, erased.role) == (PLACEHOLDER, None, None, Role.UNKNOWN)
    worked = consent.working_session(stored, workspace=workspace).participant("p1")
    assert (worked.name, worked.company, worked.location) == ("Ana Diaz", "Granite Foundry", "DE")
    after = {one.rule for one in explain(stored, workspace=workspace, now=NOW) if one.person == "p2"}
    assert after == before and "M1" in after
