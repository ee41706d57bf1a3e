"""Many matches confirmed at once: who is exact, what is remembered for later sessions, and what undoes it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Unpack

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.consent.evaluation.explain import explain
from pipeline.consent.log.log import verify_chain
from pipeline.consent.staff.confirm_exact import ConfirmedMatch, confirm_exact
from pipeline.consent.staff.match_participant import file_match
from pipeline.errors import UsageProblem
from pipeline.records import Participant, Purpose, Role, Session
from pipeline.store import Workspace
from pipeline.store.registry import Registry
from tests.consent.conftest import ALL_NO, ALL_YES, COLUMNS, NOW, Files, form_text, person, row, session
from tests.fields import ParticipantFields

TYPED = form_text(options={"email_verified": "false", "platform_verified": "false"})
"""A form in which respondents type their own address: nobody vouches for it."""


def rule(of: Session, workspace: Workspace, number: int = 1) -> str:
    cells = explain(of, workspace=workspace, now=NOW)
    return next(
        f"{cell.outcome} {cell.rule}" for cell in cells if (cell.person, cell.purpose) == (f"p{number}", "transcribe")
    )


def confirm(*sessions: Session, workspace: Workspace, is_trial: bool = False) -> tuple[ConfirmedMatch, ...]:
    return confirm_exact(sessions, actor="sam", reason="they answered", workspace=workspace, now=NOW, is_trial=is_trial)


def named(number: int, email: str, name: str, /, **changed: Unpack[ParticipantFields]) -> Participant:
    return replace(person(number, email, name=name), **changed)


def later(earlier: Session, *people: Participant) -> Session:
    started_at = earlier.started_at + timedelta(days=1)
    return replace(session(*people), session_id="2026-11-19-bbbbbbbb", started_at=started_at)


def test_typed_addresses_are_confirmed_at_once_and_remembered(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@x.example", name="Ana Ruiz"), row("bo@x.example", name="Bo Li"), form=TYPED)
    first = session(named(1, "ana@x.example", "Ana Ruiz"), named(2, "Bo@X.example", "Bo Li"))
    assert rule(first, workspace).endswith("+I")
    assert [each.confirmed for each in confirm(first, workspace=workspace)] == [True, True]
    assert [rule(first, workspace, number) for number in (1, 2)] == ["proceed U1", "proceed U1"]
    assert rule(later(first, named(1, "bo@x.example", "Bo")), workspace) == "proceed U1"
    assert confirm(first, workspace=workspace) == ()
    verify_chain(workspace)


def test_a_trial_files_nothing(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@x.example"), form=TYPED)
    of = session(named(1, "ana@x.example", "Ana Ruiz"))
    assert [each.confirmed for each in confirm(of, workspace=workspace, is_trial=True)] == [True]
    assert rule(of, workspace).endswith("+I")


@pytest.mark.parametrize("where", ["first", "second"])
def test_undoing_one_anywhere_ends_it_everywhere(workspace: Workspace, file_answers: Files, where: str) -> None:
    file_answers(row("ana@x.example"), form=TYPED)
    first = session(named(1, "ana@x.example", "Ana Ruiz"))
    second = later(first, named(1, "ana@x.example", "Ana R."))
    confirm(first, workspace=workspace)
    here, other = (first, second) if where == "first" else (second, first)
    closed: list[str] = []

    def close(session_id: str, _: Sequence[Purpose]) -> tuple[str, ...]:
        closed.append(session_id)
        return ()

    file_match(
        here,
        "p1",
        None,
        actor="sam",
        reason="a namesake",
        workspace=workspace,
        now=NOW,
        others=[other],
        then=close,
    )
    assert [rule(each, workspace).endswith("+I") for each in (first, second)] == [True, True]
    assert sorted(closed) == sorted([first.session_id, second.session_id])
    assert confirm(first, workspace=workspace)[0].confirmed


@pytest.mark.parametrize(
    "who",
    [
        named(1, "a.na@x.example", "Ana Ruiz"),
        named(1, "ana+oh@x.example", "Ana Ruiz"),
        named(1, "ana@x.example", "Ana Ruiz", shared_microphone=True),
        named(1, "ana@x.example", "Otter", role=Role.BOT),
        person(1, name="Ana Ruiz"),
    ],
)
def test_whoever_is_not_exact_is_left(workspace: Workspace, file_answers: Files, who: Participant) -> None:
    file_answers(row("ana@x.example", name="Ana Ruiz"), form=TYPED)
    assert confirm(session(who), workspace=workspace) == ()


def test_another_name_on_file_is_left_and_said(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@x.example", name="Ana Ruiz"), form=TYPED)
    of = session(named(1, "ana@x.example", "Zdenek Novak"))
    (left,) = confirm(of, workspace=workspace)
    assert not left.confirmed
    assert "another name" in left.reason
    assert rule(of, workspace).endswith("+I")


def test_a_second_holder_of_the_address_makes_it_ambiguous_again(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@x.example"), form=TYPED)
    of = session(named(1, "ana@x.example", "Ana Ruiz"))
    confirm(of, workspace=workspace)
    twice = form_text(columns=COLUMNS | {"Other": "typed_email"}, version='"2"', options={"email_verified": "true"})
    header = ["Timestamp", "Email", "Name", "Discord", "Other", "Record?", "Improve?", "Share?", "Publish?"]
    file_answers(["2026-11-11 09:00:00", "eve@x.example", "", "", "ana@x.example", *ALL_YES], header=header, form=twice)
    assert rule(of, workspace).endswith("+I")


def test_a_no_is_confirmed_too(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@x.example", ALL_NO), form=TYPED)
    of = session(named(1, "ana@x.example", "Ana Ruiz"))
    confirm(of, workspace=workspace)
    assert "proceed" not in rule(of, workspace)


def test_a_confirmation_of_a_wrong_clock_does_not_count(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@x.example"), form=TYPED)
    of = session(named(1, "ana@x.example", "Ana Ruiz"))
    confirm_exact([of], actor="sam", reason="r", workspace=workspace, now=NOW + timedelta(days=9000))
    assert rule(of, workspace).endswith("+I")


def test_who_confirms_and_why_is_needed(workspace: Workspace) -> None:
    with pytest.raises(UsageProblem, match="who confirms"):
        confirm_exact([], actor="", reason="", workspace=workspace, now=NOW)


def test_the_command_confirms_in_all_sessions(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@x.example"), form=TYPED)
    of = session(named(1, "ana@x.example", "Ana Ruiz"))
    Registry(workspace.db).take(workspace.root / "inbox" / "a", "f", of)
    words = ["consent", "match", "--all-exact", "--by", "sam", "--reason", "r", "-w", str(workspace.root), "--json"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.stderr
    assert [(each["participant"], each["confirmed"]) for each in json.loads(done.stdout)] == [("p1", True)]
    undone = CliRunner().invoke(main, [*words[:2], of.session_id, "p1", "--undo", *words[3:]])
    assert json.loads(undone.stdout)["status"] == "ambiguous"


@pytest.mark.parametrize("words", [[], ["S", "p1", "--all-exact"], ["S", "--dry-run"], ["S", "--party", "prt_1"]])
def test_what_is_not_clear_is_wrong_usage(workspace: Workspace, words: list[str]) -> None:
    done = CliRunner().invoke(main, ["consent", "match", *words, "-w", str(workspace.root)])
    assert done.exit_code == 2
    assert done.stderr.startswith("offrecord: ")
