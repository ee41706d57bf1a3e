"""Own staff who said no stay out under whatever form of their name a list has them."""

from __future__ import annotations

from functools import partial

import pytest

from pipeline.consent.evaluation.explain import explain
from pipeline.consent.staff.match_participant import file_match
from pipeline.lexicon.like_names import are_alike
from pipeline.records import Role
from pipeline.store import Workspace
from pipeline.store.database import reading
from pipeline.store.tables.consent import party
from tests.consent.conftest import ALL_NO, NOW, Files, person, row, session

OLAF = "olaf@l.example"
FORMS = (
    *("Olaf Berg (Lumen Labs)", "Berg, Olaf", "Olaf  Berg", "Ólaf Berg", "OlafBerg", "Olaf B.", "O. Berg", "Olaf"),
    *("Olaf Berg 🎉", "Olaf Berg | Lumen Labs", "Olaf Magnus Berg", "Olav Berg", "OLAF BERG [he/him]", "olaf.berg"),
)
staff = partial(person, role=Role.STAFF, company="Lumen Labs", location="DE")


def outcome(name: str, workspace: Workspace) -> str:
    rows = explain(session(staff(1, name=name)), workspace=workspace, now=NOW)
    return next(str(cell.outcome) for cell in rows if cell.purpose == "transcribe")


@pytest.mark.parametrize("name", FORMS)
def test_no_form_of_their_name_opens_what_own_staff_refused(
    name: str, workspace: Workspace, file_answers: Files
) -> None:
    assert outcome(name, workspace) == "proceed"
    file_answers(row(OLAF, ALL_NO, name="Olaf Berg"))
    assert outcome(name, workspace) in ("hold", "refuse")


@pytest.mark.parametrize("name", ["Mia Torres", "Olaf Lund", "Anna Berg", "Lumen Labs Olga"])
def test_other_staff_go_on(name: str, workspace: Workspace, file_answers: Files) -> None:
    file_answers(row(OLAF, ALL_NO, name="Olaf Berg"))
    assert outcome(name, workspace) == "proceed"


def test_the_yes_of_somebody_of_a_like_name_holds_nothing(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row(OLAF, name="Olaf Berg"))
    assert outcome("Olaf B.", workspace) == "proceed"


def test_staff_say_who_it_is(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row(OLAF, ALL_NO, name="Olaf Berg"), row("other@l.example", name="Somebody Else"))
    meeting = session(staff(1, name="Olaf B."))
    with reading(workspace.db) as connection:
        parties = connection.execute(party.select().with_only_columns(party.c.party_id)).scalars().all()
    outcomes = set()
    for each in parties:
        file_match(meeting, "p1", each, actor="ana", reason="asked him", workspace=workspace, now=NOW)
        outcomes.add(outcome("Olaf B.", workspace))
    assert "proceed" in outcomes and outcomes & {"hold", "refuse"}


def test_words_in_common_are_not_enough() -> None:
    assert not are_alike("Sam Lee", "Sam Okafor")
    assert not are_alike("", "Sam Okafor")
    assert not are_alike("S. O.", "Sam Okafor")
