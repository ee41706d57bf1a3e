"""Scenarios of the written rules that no other test has by number, and others of their kind that somebody may try."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline import consent, speech
from pipeline.consent.evaluation.announcement import find_announcements
from pipeline.consent.evaluation.explain import explain
from pipeline.consent.log.manual_decisions import ManualAction
from pipeline.consent.staff.match_participant import file_match, suggestions
from pipeline.consent.staff.resolve_hold import resolve
from pipeline.consent.staff.withdraw import withdraw
from pipeline.errors import RefusedByPolicy
from pipeline.records import Attendance, Cue, Purpose, Role, Ruling, Session, SessionPolicy
from pipeline.store import Workspace, terms
from tests.consent.conftest import ALL_NO, NOW, Files, person, row, session
from tests.consent.evaluation.test_announcement import ELSEWHERE, file_wording, words_of

TESTS = Path(__file__).parents[2]
NUMBERS = range(1, 50, 2)


def cell(meeting: Session, workspace: Workspace, number: int, purpose: str) -> str:
    shown = {(one.person, one.purpose): one for one in explain(meeting, workspace=workspace, now=NOW)}
    return f"{shown[f'p{number}', purpose].outcome} {shown[f'p{number}', purpose].rule}"


@pytest.mark.parametrize("number", NUMBERS)
def test_every_scenario_is_a_test_by_its_number(number: int) -> None:
    texts = "".join(path.read_text("utf-8") for path in TESTS.rglob("test_*.py"))
    assert re.search(rf"^def test_scenario_{number}_", texts, re.MULTILINE)


def test_scenario_23_who_refused_is_known_to_be_named_by_others(workspace: Workspace, file_answers: Files) -> None:
    """Their name becomes something to take out wherever others say it, with what they are also called."""
    file_answers(row("ana@a.example", ALL_NO), row("bo@b.example"))
    said = Cue(start_s=9.0, end_s=12.0, participant_id="p2", text="as Ana Diaz said, and Didi agreed")
    theirs = replace(said, participant_id="p1", start_s=1.0, end_s=4.0)
    ana = person(1, "ana@a.example", name="Ana Diaz", aliases=("Didi",))
    meeting = session(ana, person(2, "bo@b.example"), captions=(theirs, said))
    ruling = consent.rule(meeting, workspace=workspace, now=NOW)
    assert isinstance(ruling, Ruling) and ruling.removed(Purpose.TRANSCRIBE) == {"p1"}
    known = terms.known_to(meeting, workspace.listed(), on=NOW.date())
    assert {"Ana Diaz", "Didi"} <= {
        name for participant in known.participants for name in (participant.name, *participant.aliases)
    }
    assert theirs not in speech.readable(meeting, ruling).captions and said in speech.readable(meeting, ruling).captions


@pytest.mark.parametrize(
    ("known_by", "refused_by"),
    [
        ("hugo.stein@h.example", "hugostein@h.example"),
        ("hugostein@h.example", "hugo.stein@h.example"),
        ("hugo@h.example", "hugo+calls@h.example"),
        ("hugo+calls@h.example", "Hugo@h.example"),
    ],
)
def test_the_yes_of_one_address_does_not_open_what_was_refused_by_one_that_is_like_it(
    known_by: str, refused_by: str, workspace: Workspace, file_answers: Files
) -> None:
    file_answers(row(known_by))
    meeting = session(person(1, known_by))
    assert cell(meeting, workspace, 1, "transcribe") == "proceed U1"
    file_answers(row(refused_by, ALL_NO))
    assert cell(meeting, workspace, 1, "transcribe").split()[0] in ("hold", "refuse", "minus")


def test_a_withdrawal_under_a_like_address_does_not_pass_for_nobodys(workspace: Workspace, file_answers: Files) -> None:
    """Of the kind of 41: somebody withdraws from one spelling of their address, and said yes from another."""
    file_answers(row("a.diaz@a.example"))
    meeting = session(person(1, "adiaz@a.example"))
    assert cell(meeting, workspace, 1, "transcribe") == "hold U1+I"
    withdraw(
        "adiaz+oh@a.example",
        purposes=tuple(Purpose),
        session_id=None,
        actor="sam",
        reason="e-mail",
        workspace=workspace,
        now=NOW,
    )
    assert cell(meeting, workspace, 1, "transcribe") == "hold C5"
    (first, *_) = suggestions(meeting, workspace=workspace)
    file_match(meeting, "p1", first.party, actor="sam", reason="voice", workspace=workspace, now=NOW)
    assert first.status == "ambiguous"


def test_an_announcement_proves_nothing_about_somebody_who_left_while_it_was_made(
    workspace: Workspace, file_answers: Files, tmp_path: Path
) -> None:
    """Of the kind of 35: they hung up before its end and came back, or a bot played it to an empty room."""
    file_answers(row("ana@a.example"), form=ELSEWHERE)
    file_wording(workspace, tmp_path)
    said = Cue(start_s=10.0, end_s=14.0, participant_id="p1", text="This session is recorded.")
    bot = person(1, name="Recorder", role=Role.BOT, location=None)
    stays = [Attendance(participant_id="p1", join_s=0.0, leave_s=3600.0)]
    for span in ((0.0, 13.0), (60.0, 3600.0)):
        stays.append(Attendance(participant_id="p2", join_s=span[0], leave_s=span[1]))
    meeting = session(bot, person(2, "ana@a.example"), captions=(said,), attendance=tuple(stays))
    assert cell(meeting, workspace, 2, "record") == "hold C5"
    stayed = replace(meeting, attendance=(stays[0], Attendance(participant_id="p2", join_s=9.0, leave_s=3600.0)))
    assert cell(stayed, workspace, 2, "record") == "proceed C4"
    assert consent.rule(stayed, workspace=workspace, now=NOW)


@pytest.mark.parametrize(
    "text",
    [
        "Can you confirm this session is recorded?",
        "So if this session is recorded I would rather leave.",
        "We said this session is not recorded, right?",
        "Unless this session is recorded we cannot share it.",
        "This session is being reported.",
        "I hope that this session is recorded",
    ],
)
def test_what_only_sounds_like_the_notice_is_none(text: str) -> None:
    assert not find_announcements(words_of(text), "This session is recorded.")


def test_no_policy_and_no_person_opens_a_no(workspace: Workspace, file_answers: Files) -> None:
    """Of the kind of 17 and 21: the loosest policy there is, and staff who insist, against somebody who said no."""
    (workspace.root / "offrecord.toml").write_text("[consent]\nexclude_silent_nonresponders = true\n", "utf-8")
    opened = Workspace.open(workspace.root)
    file_answers(row("ana@a.example", ALL_NO))
    policy = SessionPolicy(minimum_rule="notify", exclude_silent_nonresponders=True, hold_deadline_days=365)
    silent = person(1, "ana@a.example", location="DE", spoke=False)
    meeting = session(silent, person(2, role=Role.STAFF, company="Lumen Labs"), policy=policy)
    assert cell(meeting, opened, 1, "record") == "hold C10"
    with pytest.raises(RefusedByPolicy):
        resolve(
            meeting,
            "p1",
            Purpose.RECORD,
            ManualAction.ALLOW,
            actor="a",
            reason="b",
            evidence="c",
            workspace=opened,
            now=NOW,
        )
