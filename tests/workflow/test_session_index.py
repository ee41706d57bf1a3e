"""A change in the consent store makes the sessions due that it may concern, and no others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from pipeline.consent.evaluation.snapshot import read_snapshot
from pipeline.consent.log.agreements import AgreementKind, Clause
from pipeline.consent.staff.match_participant import file_match
from pipeline.consent.staff.withdraw import Erasure
from pipeline.errors import WorkspaceDamaged
from pipeline.records import Purpose, Role, Session
from pipeline.store import Workspace
from pipeline.store.database import reading
from pipeline.store.registry import Registry
from pipeline.store.tables.consent import party
from pipeline.workflow.consent_actions import file_agreement, withdraw_consent
from pipeline.workflow.session_index import marks, sessions_of
from pipeline.workflow.state_key import state_keys
from tests.consent.conftest import ALL_NO, NOW, Files, person, row, session
from tests.consent.conftest import file_answers as file_answers
from tests.consent.evaluation.test_announcement import file_wording
from tests.consent.tables import bodies

ANA, BO = "ana@a.example", "bo@b.example"
SESSIONS = {
    "ana": person(1, ANA, name="Ana Lee"),
    "bo": person(1, BO, name="Bo Berg"),
    "like-ana": person(1, "a.na+calls@a.example", name="Somebody"),
    "named-ana": person(1, name="Ana Lee"),
    "granite": person(1, "cy@granite.example", name="Cy Arden", company="Granite Foundry, Inc."),
    "nobody": person(1, "eve@e.example", name="Eve Olsen"),
    "staff": person(1, name="Dag S. (Lumen Labs)", role=Role.STAFF, company="Lumen Labs"),
}


@pytest.fixture
def workspace(tmp_path: Path, new_workspace: Callable[[Path], Workspace]) -> Workspace:
    return new_workspace(tmp_path / "ws")


@pytest.fixture
def taken(workspace: Workspace, file_answers: Files, tmp_path: Path) -> dict[str, Session]:
    """One session of each of these, all of whose changes were looked through."""
    file_answers(row(ANA, name="Ana Lee"), row("eve@e.example"))
    registry, made = Registry(workspace.db), {}
    for number, (name, who) in enumerate(SESSIONS.items()):
        made[name] = session(who, session_id=f"2026-11-18-{number:08x}", source_digest=f"{number:064x}")
        registry.take(tmp_path / "inbox" / name, "f", made[name])
    marks(workspace)
    return made


def concerned(workspace: Workspace, taken: dict[str, Session], change: Callable[[], object]) -> set[str]:
    """Whose state key is another after a change."""
    before = state_keys(workspace, Registry(workspace.db), on=NOW.date())
    change()
    after = state_keys(workspace, Registry(workspace.db), on=NOW.date())
    assert state_keys(workspace, Registry(workspace.db), on=NOW.date()) == after
    return {name for name, each in taken.items() if before[each.session_id] != after[each.session_id]}


def test_an_answer_concerns_whoever_may_have_given_it(
    workspace: Workspace, taken: dict[str, Session], file_answers: Files
) -> None:
    again = partial(file_answers, row(ANA, ALL_NO, at="2026-11-20 09:00:00"))
    assert concerned(workspace, taken, again) == {"ana", "like-ana", "named-ana"}
    assert concerned(workspace, taken, partial(file_answers, row(BO))) == {"bo"}
    assert concerned(workspace, taken, partial(file_answers, row("new@n.example"))) == set()


def test_a_no_concerns_own_staff_of_a_like_name(
    workspace: Workspace, taken: dict[str, Session], file_answers: Files
) -> None:
    refuse = partial(file_answers, row("dag@l.example", ALL_NO, name="Dag Solberg"))
    assert concerned(workspace, taken, refuse) == {"staff"}


def test_an_agreement_concerns_the_people_of_the_organisation(workspace: Workspace, taken: dict[str, Session]) -> None:
    def agree() -> None:
        file_agreement(
            "granite foundry",
            kind=AgreementKind.NDA,
            publication=Clause.FORBIDDEN,
            actor="sam",
            evidence="x",
            workspace=workspace,
            now=NOW,
        )

    assert concerned(workspace, taken, agree) == {"granite"}


def test_what_staff_say_concerns_its_session(workspace: Workspace, taken: dict[str, Session]) -> None:
    ana = next(body["party_id"] for body in bodies(workspace))

    def say(party_id: str | None) -> None:
        file_match(taken["bo"], "p1", party_id, actor="sam", reason="mail", workspace=workspace, now=NOW)

    assert concerned(workspace, taken, partial(say, ana)) == {"bo"}
    assert taken["bo"].session_id in sessions_of(workspace, [ana])
    assert concerned(workspace, taken, partial(say, None)) == {"bo"}


def test_a_notice_concerns_everybody(workspace: Workspace, taken: dict[str, Session], tmp_path: Path) -> None:
    assert concerned(workspace, taken, lambda: file_wording(workspace, tmp_path)) == set(taken)


def test_a_corrected_record_is_found_by_what_it_says_now(
    workspace: Workspace, taken: dict[str, Session], file_answers: Files
) -> None:
    file_answers(row(BO))
    Registry(workspace.db).rewrite(replace(taken["nobody"], participants=(person(1, BO),)))
    change = partial(file_answers, row(BO, ALL_NO, at="2026-11-20 09:00:00"))
    assert concerned(workspace, taken, change) == {"bo", "nobody"}


def test_whoever_may_be_in_a_session_is_found_by_it(
    workspace: Workspace, taken: dict[str, Session], file_answers: Files
) -> None:
    # One who claims Ana's address, which nobody vouches for, and refuses: it may have been her.
    file_answers(row(BO, name="Cy Arden"), row(ANA, ALL_NO, name="Another"))
    with reading(workspace.db) as connection:
        parties = connection.execute(party.select().with_only_columns(party.c.party_id)).scalars().all()
    snapshots = {name: read_snapshot(each, workspace=workspace, now=NOW) for name, each in taken.items()}
    found = 0
    for each in parties:
        theirs = {
            taken[name].session_id
            for name, snapshot in snapshots.items()
            if any(each in match.party_ids for match in snapshot.matches.values())
        }
        assert theirs <= set(sessions_of(workspace, [each]))
        found += len(theirs)
    assert found >= 5


def test_a_withdrawal_looks_at_the_sessions_of_its_person_alone(
    workspace: Workspace, taken: dict[str, Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[str] = []
    registry_session = Registry.session

    def noted(registry: Registry, session_id: str) -> Session:
        looked_at.append(session_id)
        return registry_session(registry, session_id)

    monkeypatch.setattr(Registry, "session", noted)
    withdraw_consent(
        "eve@e.example",
        purposes=[Purpose.INTERNAL_SHARE],
        session_id=None,
        erasure=Erasure(),
        actor="sam",
        reason="mail",
        workspace=workspace,
        now=NOW,
    )
    assert set(looked_at) == {taken["nobody"].session_id}


def test_a_database_that_notes_no_changes_is_damaged(workspace: Workspace, taken: dict[str, Session]) -> None:
    with workspace.db.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER consent_event_change_insert")
    with pytest.raises(WorkspaceDamaged, match="records changes of consent is missing"):
        marks(workspace)


def test_a_new_name_concerns_the_sessions_that_may_say_it(
    workspace: Workspace, taken: dict[str, Session], tmp_path: Path
) -> None:
    for name, each in taken.items():
        workspace.words.keep(
            each.session_id, {"ana": "we met dora hill", "bo": "dora said", "nobody": ""}.get(name, "x").split()
        )
    workspace.words.drop(taken["granite"].session_id)

    def arrive(who: str, number: int) -> None:
        new = session(person(1, name=who), session_id=f"2026-11-19-{number:08x}", source_digest=f"{number:064x}")
        Registry(workspace.db).take(tmp_path / "inbox" / f"new{number}", "f", new)

    assert concerned(workspace, taken, partial(arrive, "Dora Hill", 100)) == {"ana", "granite"}
    workspace.words.keep(taken["granite"].session_id, ())
    assert concerned(workspace, taken, partial(arrive, "Dora Hill", 101)) == set(), "she is known already"


def test_a_name_that_is_known_no_more_concerns_them_too(workspace: Workspace, taken: dict[str, Session]) -> None:
    for name, each in taken.items():
        workspace.words.keep(each.session_id, ["bo", "berg"] if name == "ana" else ())
    gone = replace(taken["bo"], participants=(person(1, BO, name="Bo Other"),))
    assert concerned(workspace, taken, partial(Registry(workspace.db).rewrite, gone)) == {"ana", "bo"}
