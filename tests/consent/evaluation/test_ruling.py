"""The ruling: scenarios of the written rules by their number, and the modifiers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Unpack

import pytest

from pipeline import consent
from pipeline.consent.evaluation.explain import explain
from pipeline.consent.staff.withdraw import withdraw
from pipeline.records import Cue, Held, Participant, Purpose, Refused, Role, Ruling, Session, Track
from pipeline.store import Workspace
from pipeline.store.registry import Registry
from tests.consent.conftest import ALL_NO, ALL_YES, ANSWERS, NOW, START, Files, form_text, person, row, session
from tests.fields import ParticipantFields

INTERNAL = (Purpose.TRANSCRIBE, Purpose.INTERNAL_IMPROVE, Purpose.INTERNAL_SHARE)
PUBLIC = Purpose.PUBLIC_RECORDING
MINUTE = timedelta(minutes=1)


def cells(meeting: Session, workspace: Workspace, *, now: datetime = NOW) -> dict[tuple[str, str], str]:
    """Outcome and rule by participant and purpose, also where the session may not go on."""
    return {
        (one.person, one.purpose): f"{one.outcome} {one.rule}" for one in explain(meeting, workspace=workspace, now=now)
    }


def of(number: int, meeting: Session, workspace: Workspace, *, now: datetime = NOW) -> dict[str, str]:
    return {purpose: cell for (who, purpose), cell in cells(meeting, workspace, now=now).items() if who == f"p{number}"}


def ruled(meeting: Session, workspace: Workspace, *, now: datetime = NOW) -> Ruling:
    ruling = consent.rule(meeting, workspace=workspace, now=now)
    assert isinstance(ruling, Ruling), ruling
    return ruling


def text(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize("place", ["US-NY", "US-CA", "DE", "ZZ", None])
def test_scenario_1_everyone_matched_all_yes(place: str | None, workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"), row("bo@b.example"))
    meeting = session(person(1, "ANA@a.example", location=place), person(2, "bo@b.example"))
    ruling = ruled(meeting, workspace)
    assert all(ruling.allows(purpose) and not ruling.removed(purpose) for purpose in (*INTERNAL, PUBLIC))
    assert {cell.rule_id for cell in ruling.cells} == {"C1", "U1"}
    assert all(cell.evidence for cell in ruling.cells)
    assert ruling.log_head == consent.log_head(workspace)
    assert ruling.valid_until == NOW + timedelta(hours=24)


def test_scenario_3_two_devices_of_one_account(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example", discord="123"))
    meeting = session(person(1, platform_id="discord:123"), person(2, platform_id="Discord:123", name="Phone"))
    assert ruled(meeting, workspace).removed(Purpose.TRANSCRIBE) == frozenset()


def test_scenario_5_a_refusal_follows_the_account_not_the_name(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("bob@b.example", ALL_NO, name="Bob"), row("ana@a.example"))
    meeting = session(person(1, "bob@b.example", name="Observer"), person(2, "ana@a.example", name="Bob"))
    ruling = ruled(meeting, workspace)
    assert ruling.removed(Purpose.TRANSCRIBE) == {"p1"}
    assert of(1, meeting, workspace)["transcribe"] == "minus U2"
    assert of(1, meeting, workspace)["record"] == "minus U2"


@pytest.mark.parametrize(
    ("place", "asserted", "want"),
    [
        ("US-NY", True, "hold C5"),
        ("US-NY", False, "hold C2"),
        ("US-CA", True, "hold C8"),
        ("US-CA", False, "refuse C9"),
        ("DE", True, "hold C12"),
        ("DE", False, "refuse C11"),
    ],
)
def test_scenario_7_a_dial_in_nobody_knows(
    place: str, asserted: bool, want: str, workspace: Workspace, file_answers: Files
) -> None:
    file_answers(row("ana@a.example"))
    guest = person(1, name="+1 ***-***-1234", location=place)
    meeting = session(guest, person(2, "ana@a.example"), notice_asserted=asserted)
    assert of(1, meeting, workspace)["transcribe"] == want
    stop = consent.rule(meeting, workspace=workspace, now=NOW)
    assert isinstance(stop, Held if want.startswith("hold") else Refused)
    assert f"p1 {want.split()[1]}" in stop.reason
    assert "1234" not in stop.reason + stop.action
    mixed = session(guest, person(2, "ana@a.example"), notice_asserted=asserted, mixed=("p1", "p2"))
    assert of(1, mixed, workspace)["transcribe"] == (want if want.startswith("refuse") else "hold U7+M")


def test_scenario_11_a_yes_two_days_later_cures_no_capture(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example", at="2026-11-20 09:00:00"))
    meeting = session(person(1, "ana@a.example", location="DE"))
    assert of(1, meeting, workspace)["internal_improve"] == "hold C12"
    stop = consent.rule(meeting, workspace=workspace, now=NOW)
    assert isinstance(stop, Held)
    assert "2026-12-06" in stop.action, "two weeks from when it was first held"


def test_scenario_15_expired_since_the_session(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example", at="2025-11-20 09:00:00"))
    meeting = session(person(1, "ana@a.example"))
    before, after = (datetime(2026, 11, day, 12, tzinfo=UTC) for day in (19, 21))
    assert of(1, meeting, workspace, now=before)["internal_improve"] == "proceed U1"
    assert ruled(meeting, workspace, now=before).valid_until == datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert of(1, meeting, workspace, now=after)["record"] == "proceed C1"
    assert of(1, meeting, workspace, now=after)["internal_improve"] == "hold U4"
    file_answers(row("ana@a.example", at="2025-11-20 09:00:00"), row("ana@a.example", at="2026-11-21 08:00:00"))
    assert of(1, meeting, workspace, now=after)["internal_improve"] == "proceed U1"


@pytest.mark.parametrize(("place", "want"), [("US-NY", "minus C3"), ("US-CA", "refuse C6"), ("DE", "refuse C10")])
@pytest.mark.parametrize("edit_in_place", [True, False])
def test_scenario_17_no_turned_into_yes_after_the_call(
    place: str, want: str, edit_in_place: bool, workspace: Workspace, file_answers: Files
) -> None:
    first = row("ana@a.example", ALL_NO)
    file_answers(first)
    at = first[0] if edit_in_place else text(START + timedelta(days=1))
    file_answers(row("ana@a.example", ALL_YES, at=at), now=START + timedelta(days=1))
    meeting = session(person(1, "ana@a.example", location=place))
    assert of(1, meeting, workspace)["transcribe"] == want
    refused, given = explain(meeting, workspace=workspace, now=NOW)[0].evidence[:2]
    assert refused != given


def test_scenario_21_a_silent_refusal(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example", ALL_NO), row("bo@b.example"))
    meeting = session(person(1, "ana@a.example", spoke=False), person(2, "bo@b.example"), mixed=("p1", "p2"))
    assert ruled(meeting, workspace).removed(Purpose.TRANSCRIBE) == {"p1"}
    silent = session(person(1, "nobody@b.example", spoke=False, location="DE"))
    assert of(1, silent, workspace)["transcribe"] == "hold C12"


def test_scenario_35_a_late_joiner_heard_no_announcement(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"))
    late = session(person(1, joined_late=True), person(2, "ana@a.example", joined_late=True))
    assert of(1, late, workspace)["transcribe"] == "hold C2"
    assert of(2, late, workspace)["transcribe"] == "proceed U1"


@pytest.mark.parametrize(("mixed", "want"), [((), "minus U2"), (("p1",), "refuse U2+M")])
def test_scenario_39_refused_for_the_public_only(
    mixed: tuple[str, ...], want: str, workspace: Workspace, file_answers: Files
) -> None:
    file_answers(row("kai@k.example", ("Yes", "Yes", "Yes", "No")))
    meeting = session(person(1, "kai@k.example", location="DE"), mixed=mixed)
    assert of(1, meeting, workspace)["internal_share"] == "proceed U1"
    assert of(1, meeting, workspace)["public_recording"] == want
    assert ruled(meeting, workspace).allows(Purpose.INTERNAL_SHARE)


def test_scenario_41_another_spelling_of_the_address_only_suggests(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("j.doe+oh@corp.example", name="J Doe"))
    unsettled = session(person(1, "jdoe@corp.example", name=" j doe"))
    assert of(1, unsettled, workspace)["internal_improve"] == "hold U1+I"
    stop = consent.rule(unsettled, workspace=workspace, now=NOW)
    assert isinstance(stop, Held)
    assert "session.toml" in stop.action
    by_address = session(person(1, "jdoe@corp.example", name="Somebody"))
    assert of(1, by_address, workspace)["internal_improve"] == "hold U1+I"
    unknown = session(person(1, "jdoe@elsewhere.example", name="Somebody"))
    assert of(1, unknown, workspace)["internal_improve"] == "hold C5"


@pytest.mark.parametrize(("mixed", "want"), [((), None), (("p1",), Held)])
def test_a_no_is_taken_out_where_it_can_be(
    mixed: tuple[str, ...], want: type | None, workspace: Workspace, file_answers: Files
) -> None:
    file_answers(row("ana@a.example", ALL_NO), row("bo@b.example"))
    meeting = session(person(1, "ana@a.example"), person(2, "bo@b.example"), mixed=mixed)
    ruling = consent.rule(meeting, workspace=workspace, now=NOW)
    assert isinstance(ruling, want or Ruling)
    if isinstance(ruling, Ruling):
        assert ruling.removed(Purpose.TRANSCRIBE) == {"p1"}
    else:
        assert "own track" in ruling.action


def captioned(meeting: Session, *cues: tuple[float, float, str | None]) -> Session:
    captions = (Cue(start_s=start, end_s=end, participant_id=who, text="w") for start, end, who in cues)
    mix = Track(track_id="m", participant_id=None, digest="d" * 64, stream=0, duration_s=3600.0)
    return replace(meeting, tracks=(mix,), captions=tuple(captions))


def test_captions_that_name_the_speakers_let_a_voice_be_taken_out(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example", ALL_NO), row("bo@b.example"))
    meeting = session(person(1, "ana@a.example"), person(2, "bo@b.example"))
    told = captioned(meeting, (0.0, 1800.0, "p2"), (1800.0, 2400.0, "p1"), (2400.0, 3600.0, "p2"))
    assert ruled(told, workspace).removed(Purpose.TRANSCRIBE) == {"p1"}
    assert set(of(1, told, workspace).values()) == {"minus U2"}
    doubtful = captioned(meeting, (0.0, 1800.0, "p2"), (1800.0, 2400.0, "p1"), (2400.0, 3600.0, None))
    assert of(1, doubtful, workspace)["transcribe"].endswith("+M")
    assert of(1, doubtful, workspace)["public_recording"] == "refuse U2+M"
    assert isinstance(consent.rule(doubtful, workspace=workspace, now=NOW), Held)


@pytest.mark.parametrize("lag", [timedelta(hours=1), timedelta(days=30)])
def test_withdrawn_after_the_session(lag: timedelta, workspace: Workspace, file_answers: Files) -> None:
    # A no counts at once, even when this machine's clock is behind the form's.
    file_answers(row("ana@a.example"), row("bo@b.example"))
    at = text(START + timedelta(hours=2) + lag)
    file_answers(row("ana@a.example", ("I withdraw",) * 4, at=at))
    meeting = session(person(1, "ana@a.example"), person(2, "bo@b.example"))
    assert set(of(1, meeting, workspace).values()) == {"minus U2"}
    assert ruled(meeting, workspace).removed(Purpose.INTERNAL_SHARE) == {"p1"}


@pytest.mark.parametrize("scope", ['"session:2026-11-18-aaaaaaaa"', '"series:office-hours"', '"until:2026-11-18"'])
def test_scopes_that_cover_the_session(scope: str, workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"), form=form_text(scope=scope))
    assert ruled(session(person(1, "ana@a.example")), workspace).allows(Purpose.TRANSCRIBE)


@pytest.mark.parametrize("scope", ['"session:another"', '"until:2026-11-17"'])
def test_scopes_that_do_not(scope: str, workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"), form=form_text(scope=scope))
    assert of(1, session(person(1, "ana@a.example")), workspace)["transcribe"] == "hold C5"


def test_forms_of_two_series_leave_open_which_one_a_session_is_of(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"))
    file_answers(row("bo@b.example", ALL_NO), form=form_text(notice_id='"other"', scope='"series:other"'))
    meeting = session(person(1, "ana@a.example"), person(2, "bo@b.example"))
    assert of(1, meeting, workspace)["internal_improve"] == "hold U4"
    assert of(2, meeting, workspace)["internal_improve"] == "minus U2"


def test_a_narrow_yes_beats_an_earlier_wide_no_but_not_a_later_one(workspace: Workspace, file_answers: Files) -> None:
    own = form_text(notice_id='"own"', scope='"session:2026-11-18-aaaaaaaa"')
    file_answers(row("ana@a.example", ALL_NO))
    file_answers(row("ana@a.example", at="2026-11-12 09:00:00"), form=own)
    meeting = session(person(1, "ana@a.example"))
    assert of(1, meeting, workspace)["internal_share"] == "proceed U1"
    file_answers(row("ana@a.example", ALL_NO, at="2026-11-13 09:00:00"))
    assert of(1, meeting, workspace)["internal_share"] == "minus U2"


@pytest.mark.parametrize("options", [{"email_verified": "false"}, {}])
def test_an_address_that_nobody_checked_only_suggests(
    options: dict[str, str], workspace: Workspace, file_answers: Files
) -> None:
    file_answers(row("ana@a.example"), form=form_text(options=options))
    assert of(1, session(person(1, "ana@a.example")), workspace)["internal_share"] == "hold U1+I"


def test_somebody_elses_claim_opens_nothing(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("bob@b.example", ALL_NO, discord="123"))
    claims = form_text(notice_id='"claims"', options={"email_verified": "true"})
    file_answers(row("eve@e.example", ALL_YES, discord="123"), form=claims)
    meeting = session(person(1, platform_id="discord:123"))
    assert of(1, meeting, workspace)["internal_share"] == "minus U2"
    file_answers(row("eve@e.example", ALL_YES, discord="456"), form=claims)
    assert of(1, session(person(1, platform_id="discord:456")), workspace)["internal_share"] == "hold U1+I"


def test_a_changed_notice_carries_no_yes(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"))
    with workspace.db.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER consent_notice_no_update")
        connection.exec_driver_sql("UPDATE consent_notice SET body = replace(body, 'We record', 'We listen')")
    assert of(1, session(person(1, "ana@a.example")), workspace)["transcribe"] == "hold U4"


def test_a_notice_without_an_answer_suffices_where_the_law_says_so(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example", ("Ask me later",) * 4))
    for place, want in (("US-NY", "proceed U8"), ("US-CA", "proceed U8"), ("US-WA", "hold C12"), ("DE", "hold C12")):
        meeting = session(person(1, "ana@a.example", location=place))
        assert of(1, meeting, workspace)["internal_improve"] == want
    meeting = session(person(1, "ana@a.example"), purposes=(Purpose.FOLLOWUP_CONTACT,))
    assert of(1, meeting, workspace)["followup_contact"] == "minus U9"


def test_special_and_code_purposes(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"))
    meeting = session(person(1, "ana@a.example"), purposes=(Purpose.VOICEPRINT, Purpose.CODE_PUBLISH))
    ruling = ruled(meeting, workspace)
    assert of(1, meeting, workspace)["voiceprint"] == "refuse S2"
    assert of(1, meeting, workspace)["code_publish"] == "refuse O1"
    assert not ruling.allows(Purpose.VOICEPRINT)


def staff(number: int, email: str | None = None, **changed: Unpack[ParticipantFields]) -> Participant:
    plain = person(number, email, role=Role.STAFF, company="lumen labs", location="DE")
    return replace(plain, **changed)


def test_m7_own_staff_need_no_form_inside_the_team(workspace: Workspace) -> None:
    meeting = session(staff(1), staff(2, "sam@l.example", company=None))
    ruling = ruled(meeting, workspace)
    assert {of(1, meeting, workspace)[purpose] for purpose in ("record", *INTERNAL)} == {"proceed M7"}
    assert ruling.allows(Purpose.INTERNAL_SHARE)
    assert not ruling.allows(PUBLIC)


def test_m7_publishing_needs_their_yes(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("sam@l.example", ("Yes", "Yes", "Yes", "No")), row("kim@l.example"))
    meeting = session(staff(1, "sam@l.example"), staff(2, "kim@l.example"))
    assert of(1, meeting, workspace)["public_recording"] == "minus U2"
    assert of(2, meeting, workspace)["public_recording"] == "proceed U1"


def test_m7_a_no_of_theirs_counts(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("sam@l.example", ("Ask me later", "No", "Yes", "Yes")), row("kim@l.example", ALL_NO))
    meeting = session(staff(1, "sam@l.example"), staff(2, "kim@l.example"))
    assert of(1, meeting, workspace)["internal_improve"] == "minus U2"
    assert of(1, meeting, workspace)["internal_share"] == "proceed M7"
    assert of(2, meeting, workspace)["transcribe"] == "refuse C10"


def test_m7_other_peoples_staff_are_guests(workspace: Workspace) -> None:
    meeting = session(staff(1, company="Other", location="US-NY"), host="Lumen Labs")
    assert of(1, meeting, workspace)["transcribe"] == "hold C5"
    assert of(1, session(staff(1, location="US-NY"), host=None), workspace)["transcribe"] == "hold C5"


def test_m3_a_bot_holds_publication_only(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"))
    meeting = session(person(1, role=Role.BOT, location=None), person(2, "ana@a.example"))
    ruling = ruled(meeting, workspace)
    assert of(1, meeting, workspace)["internal_share"] == "proceed M3"
    assert of(1, meeting, workspace)["public_recording"] == "hold M3"
    assert of(2, meeting, workspace)["public_recording"] == "proceed U1"
    assert not ruling.allows(PUBLIC)


def test_nobody_known_is_nobody_asked(workspace: Workspace) -> None:
    stop = consent.rule(session(), workspace=workspace, now=NOW)
    assert isinstance(stop, Held)
    assert "session.toml" in stop.action


def test_a_later_no_to_recording_counts_for_everything(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"))
    withdraw(
        "ana@a.example",
        purposes=[Purpose.RECORD],
        session_id=None,
        actor="sam",
        reason="by telephone",
        workspace=workspace,
        now=NOW,
    )
    assert set(of(1, session(person(1, "ana@a.example")), workspace).values()) == {"minus U2"}


def test_withdrawing_for_one_session_leaves_the_others(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"))
    Registry(workspace.db).take(workspace.root / "inbox", "f", session(person(1, "ana@a.example")))
    done = withdraw(
        " Ana@a.example",
        purposes=list(Purpose),
        session_id="2026-11-18-aaaaaaaa",
        actor="sam",
        reason="by telephone",
        workspace=workspace,
        now=NOW,
    )
    assert (done.events, done.people, done.new_person) == (10, 1, False)
    assert set(of(1, session(person(1, "ana@a.example")), workspace).values()) == {"minus U2"}
    other = session(person(1, "ana@a.example"), session_id="2026-11-18-bbbbbbbb")
    assert ruled(other, workspace).removed(Purpose.TRANSCRIBE) == frozenset()


def test_a_withdrawal_from_somebody_new_is_honoured_and_joined_later(workspace: Workspace, file_answers: Files) -> None:
    def said_no(purposes: list[Purpose]) -> bool:
        return withdraw(
            "ana@a.example",
            purposes=purposes,
            session_id=None,
            actor="sam",
            reason="by telephone",
            workspace=workspace,
            now=START - timedelta(days=1),
        ).new_person

    assert said_no(list(Purpose))
    assert file_answers(row("ana@a.example")).people == 0
    assert of(1, session(person(1, "ana@a.example")), workspace)["transcribe"] == "minus U2"


def test_reasons_name_ids_only(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example", ALL_NO, name="Ana Unmistakable"))
    meeting = session(person(1, "ana@a.example", name="Ana Unmistakable"), mixed=("p1",))
    stop = consent.rule(meeting, workspace=workspace, now=NOW)
    assert isinstance(stop, Held)
    assert "p1" in stop.reason
    assert "Unmistakable" not in str(stop)
    assert {one.person for one in explain(meeting, workspace=workspace, now=NOW, names=True)} == {"Ana Unmistakable"}


def test_many_people_against_many_events(workspace: Workspace, file_answers: Files) -> None:
    file_answers(*(row(f"p{n}@a.example") for n in range(2000)))
    meeting = session(*(person(n, f"p{n}@a.example") for n in range(50)))
    ruling = ruled(meeting, workspace)
    assert len(ruling.cells) == 50 * 5
    assert {cell.rule_id for cell in ruling.cells} == {"C1", "U1"}


TWO_SERIES = form_text(scope='"series:workshops"', notice_id='"workshops"')


@pytest.mark.parametrize(("series", "says"), [(None, "which series"), ("office-hour", "correct series")])
def test_a_series_that_is_missing_or_wrong_is_what_the_action_is_about(
    workspace: Workspace, file_answers: Files, series: str | None, says: str
) -> None:
    file_answers(row("ana@a.example"))
    file_answers(row("bo@b.example"), form=TWO_SERIES)
    stop = consent.rule(session(person(1, "ana@a.example"), series=series), workspace=workspace, now=NOW)
    assert isinstance(stop, Held)
    assert says in stop.action
    assert "answer the form again" not in stop.action


@pytest.mark.parametrize("answers", [ALL_YES, ("", "", "", "")])
def test_whoever_is_ambiguous_is_to_be_matched(
    workspace: Workspace, file_answers: Files, answers: tuple[str, ...]
) -> None:
    form = form_text(options={"email_verified": "false"}, answers=ANSWERS | {"": "requested"})
    file_answers(row("ana@a.example", answers), form=form)
    stop = consent.rule(session(person(1, "ana@a.example")), workspace=workspace, now=NOW)
    assert isinstance(stop, Held)
    assert "offrecord consent match" in stop.action


@pytest.mark.parametrize("where", ["US-TX", "US-CA", None])
def test_whoever_is_known_by_a_name_alone_may_have_answered_and_is_to_be_matched(
    workspace: Workspace, file_answers: Files, where: str | None
) -> None:
    file_answers(row("ana@a.example"))
    stop = consent.rule(session(person(1, location=where)), workspace=workspace, now=NOW)
    assert isinstance(stop, Held | Refused)
    assert "session.toml" in stop.action and "offrecord consent match" in stop.action
    assert "delete" not in stop.action
