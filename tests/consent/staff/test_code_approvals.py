"""Publishing code: every row of the table, delegations, and what stands in the log about it."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cli import main
from pipeline.consent.log.agreements import AgreementKind, Clause
from pipeline.consent.log.events import EventState
from pipeline.consent.staff.code_approvals import Terms, answer, ask, delegate, permission
from pipeline.consent.staff.code_rules import (
    ApprovalStatus,
    Permission,
    decide_code,
    digest_of,
    is_significant,
    snippets,
)
from pipeline.consent.staff.organisations import agree
from pipeline.errors import RefusedByPolicy
from pipeline.records import ChatLine, Outcome
from pipeline.store import Workspace
from pipeline.store.registry import Registry
from pipeline.workflow.code_permission import decide_permission, find_code
from tests.consent.conftest import ALL_NO, NOW, START, Files, person, row, session

DAY = timedelta(days=1)
CODE = b"def retry(call):\n    return call() or call()\n"
GIST = Terms(destination="gist:office-hours", licence="MIT")
ORG, BOSS = "Granite Foundry", "boss@granite.example"
approved = {"same_bytes": True, "same_terms": True, "authorised": True, "in_time": True}


@pytest.mark.parametrize(
    ("said", "want"),
    [
        ({}, "refuse O1"),
        ({"status": ApprovalStatus.PENDING}, "hold O2"),
        ({"status": ApprovalStatus.YES, **approved}, "proceed O3"),
        ({"status": ApprovalStatus.YES, **approved, "same_bytes": False}, "hold O4"),
        ({"status": ApprovalStatus.YES, **approved, "same_terms": False}, "hold O4"),
        ({"status": ApprovalStatus.YES, **approved, "authorised": False}, "hold O5"),
        ({"status": ApprovalStatus.YES, **approved, "forbidden": True}, "refuse O6"),
        ({"claimed_insignificant": True, "significant": False}, "proceed O7"),
        ({"claimed_insignificant": True, "significant": True}, "refuse O1"),
        ({"claimed_insignificant": True}, "refuse O1"),
        ({"status": ApprovalStatus.WITHDRAWN, **approved}, "refuse O8"),
        ({"status": ApprovalStatus.YES, **approved, "in_time": False}, "hold O9"),
        ({"status": ApprovalStatus.NO, "claimed_insignificant": True, "significant": False}, "refuse O10"),
    ],
)
def test_every_row_of_the_table(said: dict[str, Any], want: str) -> None:
    found = decide_code(Permission(**said))
    assert f"{found.outcome} {found.rule}" == want


flags = {name: st.booleans() for name in (*approved, "forbidden", "claimed_insignificant", "significant")}


@given(st.builds(Permission, status=st.sampled_from(ApprovalStatus), **flags))
def test_nothing_is_published_without_a_sure_yes_or_a_vouched_trifle(one: Permission) -> None:
    if decide_code(one).outcome is Outcome.PROCEED:
        sure = one.status is ApprovalStatus.YES and one.same_bytes and one.same_terms and one.authorised and one.in_time
        assert not one.forbidden and (sure or (one.claimed_insignificant and not one.significant))


def granted(workspace: Workspace, *, until: object = None) -> None:
    delegate(ORG, BOSS, until=NOW + 30 * DAY, ends=False, actor="sam", evidence="mail", workspace=workspace, now=NOW)
    ask(ORG, digest_of(CODE), GIST, actor="sam", workspace=workspace, now=NOW)
    said(workspace, EventState.GIVEN)


def said(workspace: Workspace, state: EventState, approver: str = BOSS, *, later: timedelta = DAY) -> None:
    answer(
        ORG,
        digest_of(CODE),
        GIST,
        state=state,
        approver=approver,
        until=NOW + 90 * DAY,
        actor="sam",
        evidence="mail",
        workspace=workspace,
        now=NOW + later,
    )


def rule(workspace: Workspace, code: bytes = CODE, terms: Terms = GIST, *, later: timedelta = 2 * DAY) -> str:
    return decide_code(permission(ORG, digest_of(code), terms, workspace=workspace, now=NOW + later)).rule


def test_from_asking_to_taking_back(workspace: Workspace) -> None:
    assert rule(workspace) == "O1"
    ask(ORG, digest_of(CODE), GIST, actor="sam", workspace=workspace, now=NOW)
    assert rule(workspace) == "O2"
    assert rule(workspace, later=15 * DAY) == "O1"
    granted(workspace)
    assert rule(workspace) == "O3"
    said(workspace, EventState.WITHDRAWN, later=3 * DAY)
    assert rule(workspace, later=4 * DAY) == "O8"


def test_scenario_31_one_changed_byte_holds(workspace: Workspace) -> None:
    granted(workspace)
    assert rule(workspace, CODE + b" ") == "O4"
    assert rule(workspace, terms=Terms(destination="blog", licence="MIT")) == "O4"
    assert rule(workspace, terms=Terms(destination="gist:office-hours", licence="Apache-2.0")) == "O4"
    ask(ORG, digest_of(CODE + b" "), GIST, actor="sam", workspace=workspace, now=NOW + 2 * DAY)
    assert rule(workspace, CODE + b" ", later=3 * DAY) == "O2"


def test_scenario_31_an_approver_who_left_can_no_longer_speak(workspace: Workspace) -> None:
    granted(workspace)
    assert rule(workspace, later=29 * DAY) == "O3"
    assert rule(workspace, later=31 * DAY) == "O5"
    delegate(ORG, BOSS, until=None, ends=True, actor="sam", evidence="m", workspace=workspace, now=NOW + 2 * DAY)
    assert rule(workspace, later=3 * DAY) == "O5"


def test_scenario_29_nobody_speaks_for_an_organisation_unasked(workspace: Workspace) -> None:
    ask(ORG, digest_of(CODE), GIST, actor="sam", workspace=workspace, now=NOW)
    said(workspace, EventState.GIVEN, "assistant@granite.example")
    assert rule(workspace) == "O5"
    delegate(
        ORG,
        "assistant@granite.example",
        until=None,
        ends=False,
        actor="sam",
        evidence="mail",
        workspace=workspace,
        now=NOW + 2 * DAY,
    )
    assert rule(workspace, later=3 * DAY) == "O5"


def test_an_approval_runs_out(workspace: Workspace) -> None:
    granted(workspace)
    delegate(ORG, BOSS, until=None, ends=False, actor="sam", evidence="m", workspace=workspace, now=NOW + 2 * DAY)
    assert rule(workspace, later=91 * DAY) == "O9"


def test_an_agreement_that_forbids_goes_before_an_approval(workspace: Workspace) -> None:
    granted(workspace)
    common: dict[str, Any] = {"actor": "sam", "evidence": "signed", "workspace": workspace, "now": NOW}
    agree(
        ORG,
        kind=AgreementKind.NDA,
        recording=None,
        publication=Clause.FORBIDDEN,
        valid_from=START,
        valid_until=NOW + 10 * DAY,
        **common,
    )
    assert rule(workspace) == "O6"
    assert rule(workspace, later=11 * DAY) == "O3"


CHAT = "try this\n```python\nprint('a')\n```\nor\n\n    one()\n    two()\n\nbye"


def test_code_is_found_between_fences_and_where_it_is_indented() -> None:
    assert list(snippets(CHAT)) == ["print('a')\n", "one()\ntwo()\n"]
    assert list(snippets("no code here, only `a word`")) == []


@pytest.mark.parametrize(
    ("code", "identifies", "want"),
    [
        ("x = 1\n", False, False),
        ("x = 1\n", True, True),
        ("x = 1\n" * 20, False, False),
        ("x = 1\n" * 21, False, True),
        ("CREATE TABLE a (b int);", False, True),
        ('{"$schema": "x"}', False, True),
        ("message Ping {\n}", False, True),
    ],
)
def test_what_is_significant(code: str, identifies: bool, want: bool) -> None:
    assert is_significant(code, identifies=identifies) is want


@pytest.fixture
def taken(workspace: Workspace, file_answers: Files, tmp_path: Path) -> str:
    file_answers(row("ana@a.example"), row("bo@b.example", ALL_NO))
    lines = (
        ChatLine(at_s=1.0, participant_id="p1", text=CHAT),
        ChatLine(at_s=2.0, participant_id="p2", text="```\nrefused()\n```"),
        ChatLine(at_s=3.0, participant_id="p1", text="```\nprivate()\n```", direct=True),
        ChatLine(at_s=4.0, participant_id=None, text="```\nwhose()\n```"),
    )
    meeting = session(person(1, "ana@a.example", company=ORG), person(2, "bo@b.example"), chat=lines)
    Registry(workspace.db).take(tmp_path / "inbox", "f", meeting)
    return meeting.session_id


def run(monkeypatch: pytest.MonkeyPatch, workspace: Workspace, *words: object) -> Result:
    monkeypatch.setattr("pipeline.cli.code.now", lambda: NOW)
    return CliRunner().invoke(main, ["consent", *map(str, words), "-w", str(workspace.root)])


def test_code_of_those_who_agreed_is_found_and_saved(workspace: Workspace, taken: str, tmp_path: Path) -> None:
    found = find_code(taken, workspace=workspace, save_to=tmp_path / "code", now=NOW)
    assert [one.lines for one in found] == [1, 2]
    saved = sorted(path.read_bytes() for path in (tmp_path / "code").iterdir())
    assert saved == [b"one()\ntwo()\n", b"print('a')\n"]


def test_the_commands_from_finding_to_a_yes(
    workspace: Workspace, taken: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "retry.py"
    path.write_bytes(CODE)
    about = ("--organisation", ORG, "--destination", "gist:oh", "--licence", "MIT")
    show = ("code", "show", path, "--session", taken, *about, "--json")
    assert json.loads(run(monkeypatch, workspace, *show).stdout)["rule"] == "O1"
    asked = run(monkeypatch, workspace, "code", "ask", path, "--session", taken, *about, "--by", "sam", "--json")
    assert json.loads(asked.stdout)["blocked_by"] == [], asked.output
    assert json.loads(run(monkeypatch, workspace, *show).stdout)["rule"] == "O2"
    noted = ("--evidence", "mail of Tuesday", "--by", "sam")
    who = ("--organisation", ORG, "--email", BOSS, "--until", "2027-01-01")
    assert run(monkeypatch, workspace, "code", "delegate", *who, *noted).exit_code == 0
    yes = run(monkeypatch, workspace, "code", "answer", path, "yes", "--email", BOSS, *about, *noted)
    assert yes.exit_code == 0, yes.output
    decided = json.loads(run(monkeypatch, workspace, *show).stdout)
    assert (decided["outcome"], decided["rule"], decided["sha256"]) == ("proceed", "O3", digest_of(CODE))
    path.write_bytes(CODE.replace(b"or", b"if"))
    assert json.loads(run(monkeypatch, workspace, *show).stdout)["rule"] == "O4"
    forbid = ("agreement", "--name", ORG, "--kind", "nda", "--publication", "forbidden", *noted, "--json")
    assert json.loads(run(monkeypatch, workspace, *forbid).stdout) == {"clauses": 3, "withdrawn_renditions": []}
    assert json.loads(run(monkeypatch, workspace, *show).stdout)["rule"] == "O6"
    assert run(monkeypatch, workspace, "agreement", "--name", ORG, "--kind", "nda", *noted).exit_code == 2


@pytest.mark.parametrize(
    "secret",
    [
        "key = 'AKIAIOSFODNN7EXAMPLE'",
        "password: hunter2hunter2",
        "API_KEY=abc123",
        "token = 'wqxz'",
        "# mail ana@granite.example",
        "owner = 'Person 1'",
        "client = 'Granite Foundry'",
    ],
)
def test_nobody_is_asked_about_what_holds_a_secret(
    workspace: Workspace, taken: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    path = tmp_path / "x.py"
    path.write_text(f"a = 1\n{secret}\n", "utf-8")
    about = ("--organisation", ORG, "--destination", "gist:oh", "--licence", "MIT")
    done = run(monkeypatch, workspace, "code", "ask", path, "--session", taken, *about, "--by", "sam")
    assert done.exit_code == 7
    assert secret not in done.stderr and "Granite" not in done.stderr
    terms = Terms(destination="gist:oh", licence="MIT")
    assert permission(ORG, digest_of(path.read_bytes()), terms, workspace=workspace, now=NOW) == Permission()


def test_a_trifle_needs_a_name_a_reason_and_nothing_that_points_at_anybody(
    workspace: Workspace, taken: str, tmp_path: Path
) -> None:
    path = tmp_path / "x.py"

    def outcome(code: str, by: tuple[str, str] | None) -> str:
        path.write_text(code, "utf-8")
        return decide_permission(path, ORG, GIST, session_id=taken, trifle=by, workspace=workspace, now=NOW).rule

    assert outcome("x = 1\n", ("sam", "one line")) == "O7"
    assert outcome("x = 1\n", None) == "O1"
    assert outcome("x = 1\n", ("sam", " ")) == "O1"
    assert outcome("get('https://api.granite.example/v1')\n", ("sam", "one line")) == "O1"
    assert outcome("x = 1\n" * 21, ("sam", "long")) == "O1"


def test_a_session_that_is_held_gives_no_code(workspace: Workspace, tmp_path: Path) -> None:
    meeting = session(person(1, "new@a.example"), chat=(ChatLine(at_s=1.0, participant_id="p1", text=CHAT),))
    Registry(workspace.db).take(tmp_path / "inbox", "f", meeting)
    with pytest.raises(RefusedByPolicy):
        find_code(meeting.session_id, workspace=workspace, save_to=None, now=NOW)
