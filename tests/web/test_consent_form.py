"""The consent form: an answer is filed as an import files one, with its evidence; a link withdraws it at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from pipeline import consent
from pipeline.consent.answers import answer_rows
from pipeline.consent.log.identity import Keys
from pipeline.errors import RefusedByPolicy, UsageProblem
from pipeline.records import Outcome, Purpose, Ruling
from pipeline.store import Workspace
from pipeline.store.database import reading
from pipeline.store.registry import Registry
from pipeline.web.app import participant_app
from pipeline.workflow import consent_form
from pipeline.workflow.consent_form import VALID_FOR, InvitationLink, invite, read_invitation
from tests.clock import now
from tests.web.making import FORM, session_id_of

OURS = {"sec-fetch-site": "same-origin"}
TOMASZ = "tomasz.nowak@northwind.example"
YES = {"q1": "yes", "q2": "yes", "q3": "yes", "q4": "yes"}


def links(workspace: Workspace, *emails: str) -> list[InvitationLink]:
    return invite(session_id_of(workspace), FORM, emails=emails, url="", workspace=workspace, now=now())


def client_of(workspace: Workspace) -> TestClient:
    return TestClient(participant_app(workspace, now=now), headers=OURS)


def outcome(workspace: Workspace, participant_id: str, purpose: Purpose = Purpose.TRANSCRIBE) -> Outcome:
    session = Registry(workspace.db).session(session_id_of(workspace))
    ruling = consent.current_ruling(session, workspace=workspace, now=now())
    if not isinstance(ruling, Ruling):
        return Outcome.HOLD
    return ruling.spans(purpose, participant_id)[0][1]


def stored_cells(workspace: Workspace) -> list[dict[str, str]]:
    with reading(workspace.db) as connection:
        rows = answer_rows.read(connection, Keys(workspace.key("identity")))
        return [dict(row.written or ()) for row in rows]


def test_a_link_for_each_participant_and_one_to_share(workspace: Workspace) -> None:
    made = links(workspace)
    assert made[0].email == "" and TOMASZ in [link.email for link in made]
    assert all("tomasz" not in link.link and "@" not in link.link for link in made), "its address says nothing"
    with pytest.raises(UsageProblem):
        links(workspace, "no address")


def test_a_no_of_a_personal_link_counts_and_its_row_is_the_evidence(workspace: Workspace) -> None:
    assert outcome(workspace, "p3", Purpose.INTERNAL_SHARE) is Outcome.PROCEED
    link = next(link.link for link in links(workspace) if link.email == TOMASZ)
    page = client_of(workspace).post(link, data={**YES, "q3": "no", "place": "Poland", "named": "yes"})
    assert page.status_code == 200 and "Your answer is filed" in page.text
    assert outcome(workspace, "p3", Purpose.INTERNAL_SHARE) is not Outcome.PROCEED
    row = next(cells for cells in stored_cells(workspace) if cells.get("Place"))
    assert (row["Email"], row["Place"], row["May be named"]) == (TOMASZ, "Poland", "Yes")
    assert row["May we share redacted clips with other internal teams?"] == "No"


def test_a_typed_address_is_a_claim_that_opens_nothing(workspace: Workspace) -> None:
    personal = next(link.link for link in links(workspace) if link.email == TOMASZ)
    client_of(workspace).post(personal, data={**YES, "q3": "no"})
    shared = links(workspace)[0].link
    client_of(workspace).post(shared, data={**YES, "email": TOMASZ})
    assert outcome(workspace, "p3", Purpose.INTERNAL_SHARE) is not Outcome.PROCEED


@pytest.mark.parametrize("missing", ["q1", "q4", "email"])
def test_an_answer_that_is_not_whole_is_asked_again_and_files_nothing(workspace: Workspace, missing: str) -> None:
    before = len(stored_cells(workspace))
    sent = {**YES, "email": "new@person.example", "name": "<b>Neu</b>"}
    del sent[missing]
    page = client_of(workspace).post(links(workspace)[0].link, data=sent)
    assert page.status_code == 422 and "Please answer every question" in page.text
    assert "&lt;b&gt;Neu" in page.text and len(stored_cells(workspace)) == before


def test_the_receipts_link_withdraws_with_one_click_and_opening_it_does_nothing(workspace: Workspace) -> None:
    client = client_of(workspace)
    link = next(link.link for link in links(workspace) if link.email == TOMASZ)
    receipt = client.post(link, data=YES).text
    withdraw = receipt.partition('id="withdraw" href="')[2].partition('"')[0]
    assert client.get(withdraw).status_code == 200
    assert outcome(workspace, "p3") is Outcome.PROCEED
    assert "is withdrawn" in client.post(withdraw).text
    assert outcome(workspace, "p3") is not Outcome.PROCEED


def test_links_end_and_cannot_be_forged_or_swapped(workspace: Workspace) -> None:
    link = links(workspace)[0].link
    secret = link.rpartition("/")[2]
    with pytest.raises(RefusedByPolicy):
        read_invitation(secret, workspace=workspace, now=now() + VALID_FOR + timedelta(days=1))
    changed = secret[:-2] + ("AA" if secret[-2:] != "AA" else "BB")
    client = client_of(workspace)
    for wrong in (changed, "x", "", "é", secret[:40]):
        assert client.get(f"/consent/{wrong}").status_code == 404
        assert client.post(f"/withdraw/{wrong or 'x'}").status_code == 404
    assert client.post(f"/withdraw/{secret}").status_code == 404, "an invitation withdraws nothing"


def test_the_form_speaks_the_language_of_its_notice(workspace: Workspace) -> None:
    german = (
        FORM.read_text("utf-8").replace('language = "en"', 'language = "de"').replace("2026-10-01", "2026-10-01-de")
    )
    form = workspace.root.parent / "form.toml"
    form.write_text(german, "utf-8")
    link = invite(session_id_of(workspace), form, emails=(), url="", workspace=workspace, now=now())[0].link
    page = client_of(workspace).get(link).text
    assert '<html lang="de">' in page and "Absenden" in page and "<script" not in page


def test_two_questions_about_one_purpose_are_a_no_where_one_is() -> None:
    questions = tuple(consent_form.Question(name=name, text=name, purposes=(Purpose.RECORD,)) for name in ("q1", "q2"))
    answers = consent_form.Answers(yes={"q1": True, "q2": False}, email="", name="", place="", may_be_named=False)
    assert consent_form._states(questions, answers)[Purpose.RECORD].is_no
