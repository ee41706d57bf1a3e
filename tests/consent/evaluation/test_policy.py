"""What workspace, series and session ask for beyond the law: of all of them the strictest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline import consent
from pipeline.consent.evaluation.explain import decision_history, explain
from pipeline.errors import ConfigurationError, InputRefused
from pipeline.ingest.session_toml import parse
from pipeline.records import Held, Outcome, Purpose, Refused, Ruling, Session, SessionPolicy
from pipeline.settings import read
from pipeline.store import Workspace
from tests.consent.conftest import ALL_NO, NOW, Files, form_text, person, row, session


def with_settings(workspace: Workspace, text: str) -> Workspace:
    (workspace.root / "offrecord.toml").write_text(text, "utf-8")
    return Workspace.open(workspace.root)


def cell(meeting: Session, workspace: Workspace, number: int, purpose: str) -> str:
    shown = {(one.person, one.purpose): one for one in explain(meeting, workspace=workspace, now=NOW)}
    return f"{shown[f'p{number}', purpose].outcome} {shown[f'p{number}', purpose].rule}"


FLOOR = '[consent]\nminimum_rule = "consent_by_notice"\n[consent.series.beta]\nminimum_rule = "consent_express"\n'


@pytest.mark.parametrize(
    ("series", "asked", "want"),
    [
        ("other", None, "hold C8"),
        ("beta", None, "hold C12"),
        (None, None, "hold C12"),
        ("other", "consent_express", "hold C12"),
        ("beta", "notify", "hold C12"),
    ],
)
def test_the_strictest_floor_counts(series: str | None, asked: str | None, want: str, workspace: Workspace) -> None:
    opened = with_settings(workspace, FLOOR)
    meeting = session(person(1), series=series, policy=SessionPolicy(minimum_rule=asked))
    assert cell(meeting, opened, 1, "record") == want
    consent.rule(meeting, workspace=opened, now=NOW)
    floors = {entry.inputs["policy"]["floor_rule"] for entry in decision_history(meeting, workspace=opened)}
    assert floors == {"consent_by_notice" if want == "hold C8" else "consent_express"}


def test_the_shortest_deadline_counts(workspace: Workspace) -> None:
    meeting = session(person(1), policy=SessionPolicy(hold_deadline_days=3))
    held = consent.rule(meeting, workspace=workspace, now=NOW)
    assert isinstance(held, Held) and "2026-11-25" in held.action
    opened = with_settings(workspace, "[consent]\nhold_deadline_days = 2\n")
    held = consent.rule(meeting, workspace=opened, now=NOW)
    assert isinstance(held, Held) and "2026-11-24" in held.action


def test_a_purpose_that_is_not_enabled_is_refused_whoever_agreed(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"))
    opened = with_settings(workspace, '[consent]\npurposes_enabled = ["internal_improve", "public_recording"]\n')
    meeting = session(person(1, "ana@a.example"))
    assert cell(meeting, opened, 1, "internal_share") == "refuse P2"
    assert cell(meeting, opened, 1, "internal_improve") == "proceed U1"
    ruling = consent.rule(meeting, workspace=opened, now=NOW)
    assert isinstance(ruling, Ruling) and not ruling.allows(Purpose.INTERNAL_SHARE)
    asked = replace(meeting, policy=SessionPolicy(purposes_enabled=(Purpose.INTERNAL_IMPROVE,)))
    assert cell(asked, opened, 1, "public_recording") == "refuse P2"


RELAX = "[consent]\nexclude_silent_nonresponders = true\n"


def test_scenario_21_who_was_silent_may_be_left_out_where_the_policy_says_so(
    workspace: Workspace, file_answers: Files
) -> None:
    file_answers(row("ana@a.example"), row("bo@b.example"), form=form_text(scope='"session:2026-01-05-cccccccc"'))
    file_answers(row("ana@a.example"), form=form_text(version='"2"'))
    silent = person(2, "bo@b.example", location="DE", spoke=False)
    meeting = session(person(1, "ana@a.example"), silent)
    assert cell(meeting, workspace, 2, "record") == "hold C12"
    opened = with_settings(workspace, RELAX)
    assert {cell(meeting, opened, 2, one) for one in ("record", "transcribe", "public_recording")} == {"minus P1"}
    ruling = consent.rule(meeting, workspace=opened, now=NOW)
    assert isinstance(ruling, Ruling) and ruling.removed(Purpose.TRANSCRIBE) == {"p2"}
    for closed in (
        replace(meeting, policy=SessionPolicy(exclude_silent_nonresponders=False)),
        replace(meeting, participants=(meeting.participants[0], replace(silent, spoke=True))),
        replace(meeting, participants=(meeting.participants[0], replace(silent, email="new@c.example"))),
    ):
        assert cell(closed, opened, 2, "record") == "hold C12"
    assert (
        cell(replace(meeting, policy=SessionPolicy(exclude_silent_nonresponders=True)), workspace, 2, "record")
        == "hold C12"
    )


def test_a_silent_no_is_never_relaxed(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"), row("bo@b.example", ALL_NO))
    opened = with_settings(workspace, RELAX)
    meeting = session(person(1, "ana@a.example"), person(2, "bo@b.example", location="DE", spoke=False))
    assert cell(meeting, opened, 2, "record") == "hold C10"


def test_a_required_notice_is_the_only_one_that_counts(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"))
    asked = session(person(1, "ana@a.example"), policy=SessionPolicy(notice_required="office-hours@2"))
    assert cell(asked, workspace, 1, "record") == "hold U4"
    assert cell(asked, workspace, 1, "internal_share") == "hold U4"
    newer = form_text(version='"3"', supersedes='"2"')
    file_answers(form=form_text(version='"2"', supersedes='"1"'))
    file_answers(row("ana@a.example", at="2026-11-11 09:00:00"), form=newer)
    assert cell(asked, workspace, 1, "internal_share") == "proceed U1"
    both = with_settings(workspace, '[consent]\nnotice_required = "privacy@9"\n')
    assert cell(asked, both, 1, "record") == "hold U4"


def test_a_no_counts_under_any_notice(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example", ALL_NO))
    asked = session(person(1, "ana@a.example"), policy=SessionPolicy(notice_required="office-hours@2"))
    assert cell(asked, workspace, 1, "record") == "minus U2"


@pytest.mark.parametrize(
    "text",
    [
        'minimum_rule = "unknown"',
        "hold_deadline_days = 0",
        'purposes_enabled = ["marketing"]',
        'notice_required = "office-hours"',
        "staff_review = false",
    ],
)
def test_a_policy_that_cannot_be_read_stops(text: str, tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match=text.partition(" ")[0]):
        parse(f"[policy]\n{text}\n")
    (tmp_path / "offrecord.toml").write_text(f"[consent]\n{text}\n", "utf-8")
    with pytest.raises(ConfigurationError, match=text.partition(" ")[0]):
        read(tmp_path)


def test_nothing_asked_for_is_left_when_all_is_refused(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example", ALL_NO))
    meeting = session(person(1, "ana@a.example", location="DE"), policy=SessionPolicy(minimum_rule="notify"))
    stop = consent.rule(meeting, workspace=workspace, now=NOW)
    assert isinstance(stop, Refused)
    assert {entry.outcome for entry in decision_history(meeting, workspace=workspace)} == {Outcome.REFUSE.value}
