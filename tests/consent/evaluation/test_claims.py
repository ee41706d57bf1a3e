"""A claim of the host or of a file closes; it opens nothing unless the recording or the platform agrees."""

from __future__ import annotations

from dataclasses import replace
from typing import Unpack

import pytest

from pipeline import consent
from pipeline.consent.evaluation.claims import LONGEST_GAP_S, UNKNOWN_ID, effective_session, proved_silent
from pipeline.consent.evaluation.explain import explain
from pipeline.consent.evaluation.notetakers import is_notetaker
from pipeline.records import (
    Cue,
    Held,
    ListAuthority,
    NamedTurn,
    NamedVoices,
    Participant,
    Provenance,
    Purpose,
    Refused,
    Role,
    Ruling,
    Session,
    Track,
)
from pipeline.store import Workspace
from tests.consent.conftest import ALL_NO, NOW, Files, person, row, session
from tests.fields import ParticipantFields, SessionFields

MIXED = Track(track_id="m", participant_id=None, digest="e" * 64, stream=0, duration_s=3600.0)
ANA, BO = "ana@a.example", "bo@b.example"


def mixed(*people: Participant, **changed: Unpack[SessionFields]) -> Session:
    """A session of these people in one mixed track."""
    meeting = session(*people, mixed=[each.participant_id for each in people], **changed)
    return replace(meeting, tracks=(MIXED,))


def cues(*ids: str | None, every_s: float = 20.0) -> tuple[Cue, ...]:
    """Captions of a whole hour by these speakers in turn."""
    starts = [number * every_s for number in range(int(3600 / every_s))]
    return tuple(
        Cue(start_s=at, end_s=at + every_s - 1, participant_id=ids[number % len(ids)], text="some words")
        for number, at in enumerate(starts)
    )


def cells(meeting: Session, workspace: Workspace, who: str) -> dict[str, str]:
    """The outcome and rule of each purpose for one participant."""
    rows = explain(meeting, workspace=workspace, now=NOW)
    return {one.purpose: f"{one.outcome} {one.rule}" for one in rows if one.person == who}


@pytest.fixture
def answered(workspace: Workspace, file_answers: Files) -> Workspace:
    file_answers(row(ANA, ALL_NO), row(BO))
    return workspace


def test_the_hosts_word_that_a_refuser_is_silent_opens_no_mixed_sound(answered: Workspace) -> None:
    silent = mixed(person(1, ANA, spoke=False), person(2, BO))
    assert cells(silent, answered, "p1") == cells(mixed(person(1, ANA), person(2, BO)), answered, "p1")
    assert cells(silent, answered, "p1")["record"] == "hold U2+M"
    assert isinstance(consent.rule(silent, workspace=answered, now=NOW), Held)
    assert consent.working_session(silent, workspace=answered).participant("p1").spoke


def test_captions_of_the_whole_session_that_never_name_them_prove_it(answered: Workspace) -> None:
    meeting = mixed(person(1, ANA, spoke=False), person(2, BO), captions=cues("p2"))
    assert cells(meeting, answered, "p1")["record"] == "minus U2"
    ruling = consent.rule(meeting, workspace=answered, now=NOW)
    assert isinstance(ruling, Ruling) and "p1" in ruling.removed(Purpose.TRANSCRIBE)


@pytest.mark.parametrize(
    "captions",
    [
        (),
        cues("p2", None),
        cues("p2", "p1"),
        cues("p2")[:-6],
        cues("p2")[6:],
        (*cues("p2")[:30], *cues("p2")[36:]),
    ],
    ids=["none", "a speaker unknown", "names them", "ends early", "begins late", "a gap"],
)
def test_other_captions_prove_nothing(captions: tuple[Cue, ...]) -> None:
    meeting = mixed(person(1, ANA, spoke=False), person(2, BO), captions=captions)
    assert not proved_silent(meeting, meeting.participant("p1"))
    assert LONGEST_GAP_S < 6 * 20.0


def test_a_voice_under_their_name_shows_that_they_speak(answered: Workspace) -> None:
    meeting = mixed(person(1, ANA, spoke=False), person(2, BO), captions=cues("p2"))
    # The platform captions everybody at a microphone as its owner.
    voices = NamedVoices(turns=(NamedTurn(start_s=40.0, end_s=50.0, participant_id="p1"),), overlaps=())
    heard = replace(meeting, voices=voices)
    assert not proved_silent(heard, heard.participant("p1"))
    assert effective_session(heard).participant("p1").spoke
    assert not effective_session(meeting).participant("p1").spoke


def test_an_own_track_proves_it_only_where_it_was_measured(answered: Workspace) -> None:
    meeting = session(person(1, ANA, spoke=False, location="DE"), person(2, BO))
    assert cells(meeting, answered, "p1")["record"] == "hold C10"
    heard = replace(meeting, tracks=tuple(replace(track, silent=False) for track in meeting.tracks))
    assert cells(heard, answered, "p1")["record"] == "refuse C10"


def test_a_mixed_recording_holds_until_the_host_says_that_the_list_is_complete(answered: Workspace) -> None:
    meeting = mixed(person(2, BO), list_authority=ListAuthority.NOBODY)
    stop = consent.rule(meeting, workspace=answered, now=NOW)
    assert isinstance(stop, Held) and "participants_complete = true" in stop.action
    assert set(cells(meeting, answered, UNKNOWN_ID).values()) == {"hold L1"}
    for authority in (ListAuthority.HOST, ListAuthority.PLATFORM):
        assert isinstance(consent.rule(replace(meeting, list_authority=authority), workspace=answered, now=NOW), Ruling)
    own = session(person(2, BO), list_authority=ListAuthority.NOBODY)
    assert isinstance(consent.rule(own, workspace=answered, now=NOW), Ruling)


def test_the_hold_of_media_that_nobody_described_names_the_command_that_describes_them(answered: Workspace) -> None:
    meeting = mixed(list_authority=ListAuthority.NOBODY, start_is_estimated=True)
    named = mixed(person(2, BO, provenance=Provenance.UNLISTED), start_is_estimated=True)
    for loose in (meeting, named):
        stop = consent.rule(loose, workspace=answered, now=NOW)
        assert isinstance(stop, Held) and f"`offrecord session draft {loose.session_id}`" in stop.action
    stop = consent.rule(replace(meeting, start_is_estimated=False), workspace=answered, now=NOW)
    assert isinstance(stop, Held) and "session draft" not in stop.action


def test_where_nobody_is_listed_mixed_sound_holds_and_does_not_refuse(answered: Workspace) -> None:
    meeting = mixed(list_authority=ListAuthority.NOBODY, notice_asserted=False, recorder_location="DE")
    stop = consent.rule(meeting, workspace=answered, now=NOW)
    assert isinstance(stop, Held) and UNKNOWN_ID in stop.reason


def test_whoever_else_may_speak_has_no_special_purpose_and_no_place(answered: Workspace) -> None:
    special = (Purpose.VOICEPRINT, Purpose.CODE_PUBLISH)
    meeting = mixed(person(2, BO), list_authority=ListAuthority.NOBODY, purposes=special)
    assert cells(meeting, answered, UNKNOWN_ID)["voiceprint"] == "refuse L1"
    assert cells(meeting, answered, "p2")["record"] == "proceed C1"


@pytest.mark.parametrize("captions", [(), cues("p2", "p3")])
def test_who_is_named_and_not_listed_holds_and_is_named(captions: tuple[Cue, ...], answered: Workspace) -> None:
    """Also where their part could be cut out: somebody whose name nobody listed may have said no."""
    missing = person(3, None, name="Priya Raman", provenance=Provenance.UNLISTED)
    for found in (mixed(person(2, BO), missing, captions=captions), session(person(2, BO), missing)):
        stop = consent.rule(found, workspace=answered, now=NOW)
        assert isinstance(stop, Held | Refused) and "p3" in stop.reason
        assert cells(found, answered, "p3")["public_recording"].startswith("hold")
        assert "Priya Raman" in {one.person for one in explain(found, workspace=answered, now=NOW, names=True)}
        assert "Priya" not in str(stop)


def test_who_is_named_and_not_listed_keeps_a_no(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row(ANA, ALL_NO, name="Priya Raman"), row(BO))
    missing = person(3, None, name="Priya Raman", provenance=Provenance.UNLISTED, location="DE")
    assert cells(session(person(2, BO), missing), workspace, "p3")["transcribe"] == "refuse C10"


@pytest.mark.parametrize("name", ["Person 1", "Otter.ai", "Ana's Fireflies.ai Notetaker"])
@pytest.mark.parametrize("email", [ANA, None])
def test_role_bot_does_not_beat_a_no(name: str, email: str | None, workspace: Workspace, file_answers: Files) -> None:
    file_answers(row(ANA, ALL_NO, name=name), row(BO))
    bot = person(1, email, name=name, role=Role.BOT, location=None)
    for found in (
        session(bot, person(2, BO)),
        mixed(bot, person(2, BO)),
        mixed(bot, person(2, BO), captions=cues("p2")),
    ):
        outcomes = {outcome.split()[0] for outcome in cells(found, workspace, "p1").values()}
        assert outcomes <= {"hold", "refuse"}
        assert not isinstance(consent.rule(found, workspace=workspace, now=NOW), Ruling)


def test_a_bot_that_may_be_heard_holds(answered: Workspace) -> None:
    bot = person(1, role=Role.BOT, name="Recorder", location=None)
    assert cells(mixed(bot, person(2, BO)), answered, "p1")["record"] == "hold L3"
    assert cells(mixed(bot, person(2, BO), captions=cues("p1", "p2")), answered, "p1")["record"].startswith("hold")
    loud = session(bot, person(2, BO))
    loud = replace(loud, tracks=tuple(replace(track, silent=False) for track in loud.tracks))
    assert cells(loud, answered, "p1")["transcribe"] == "hold L3"
    assert cells(mixed(bot, person(2, BO), captions=cues("p2")), answered, "p1")["record"] == "proceed M3"
    assert cells(session(bot, person(2, BO)), answered, "p1")["public_recording"] == "hold M3"


def test_a_known_notetaker_is_a_bot_without_a_role(answered: Workspace) -> None:
    bot = person(1, name="Bo's OtterPilot", location=None)
    for found in (mixed(bot, person(2, BO)), session(bot, person(2, BO), mixed=["p1"])):
        assert cells(found, answered, "p1")["internal_share"] == "proceed M3"
        assert cells(found, answered, "p1")["public_recording"] == "hold M3"
    spoken = session(bot, person(2, BO))
    assert cells(spoken, answered, "p1")["internal_share"].startswith("hold")


@pytest.mark.parametrize(
    ("name", "platform", "known"),
    [
        ("Otter.ai", "zoom", True),
        ("Fireflies.ai Notetaker Bruno", "teams", True),
        ("read.ai meeting notes", "zoom", True),
        ("Sam's Fathom Notetaker", "meet", True),
        ("tl;dv", "meet", True),
        ("AI NOTETAKER", "zoom", True),
        ("Craig", "discord", True),
        ("Craig", "zoom", False),
        ("Craig Jones", "discord", False),
        ("Otter", "zoom", False),
        ("Sam Lee (Otter.ai)", "zoom", False),
        ("Priya Raman", "zoom", False),
    ],
)
def test_notetakers_by_name(name: str, platform: str, known: bool) -> None:
    assert is_notetaker([name], None, platform=platform) is known


def test_a_notetaker_by_its_address() -> None:
    assert is_notetaker(["Fred"], "Fred@Fireflies.ai", platform="zoom")
    assert not is_notetaker(["Sam"], "sam@fireflies.ai", platform="zoom")


def test_a_bots_place_does_not_count_and_a_claimed_bots_does(answered: Workspace) -> None:
    bot = person(1, name="Otter.ai", location="DE")
    assert cells(session(bot, person(2, BO), mixed=["p1"]), answered, "p2")["record"] == "proceed C1"
    silent = session(person(3, "cy@c.example"), person(1, role=Role.BOT, location="DE"), mixed=["p1"])
    loud = mixed(person(3, "cy@c.example"), person(1, role=Role.BOT, location="DE"))
    assert cells(silent, answered, "p3")["record"] == "hold C5"
    assert cells(loud, answered, "p3")["record"] == "hold C12"


def test_role_staff_opens_nothing_for_who_is_on_file_otherwise(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row(ANA, ("Yes", "Yes", "Yes", "Yes"), at="2024-11-10 09:00:00", name="Ana"), row(BO))
    staff: ParticipantFields = {"role": Role.STAFF, "company": "Lumen Labs", "location": "DE"}
    assert cells(session(person(1, ANA, **staff)), workspace, "p1")["internal_share"] == "hold U4"
    assert cells(session(replace(person(1, name="Ana"), **staff)), workspace, "p1")["internal_share"].startswith("hold")


@pytest.mark.parametrize("late", [True, False])
def test_role_staff_softens_no_refusal(late: bool, answered: Workspace) -> None:
    """A refuser whom nobody notified holds (C2); their being staff is no notice to them."""
    meeting = session(person(1, ANA, joined_late=late), person(2, BO), notice_asserted=False)
    claimed = replace(
        meeting,
        participants=tuple(replace(each, role=Role.STAFF, company="Lumen Labs") for each in meeting.participants),
    )
    assert cells(claimed, answered, "p1") == cells(meeting, answered, "p1")


@pytest.mark.parametrize("filed", ["Dana Cole", "\u200fDana\u200f Cole\u200e", "\u202bDana Cole\u202c"])
@pytest.mark.parametrize("listed", ["Dana Cole", "\u200fDana Cole"])
def test_marks_of_writing_direction_open_nothing_that_a_refusal_closes(
    workspace: Workspace, file_answers: Files, filed: str, listed: str
) -> None:
    """Sessions have names without those marks; who said no under a name with some is not called a bot to be kept."""
    file_answers(row("dana@a.example", ALL_NO, name=filed))
    rows = explain(session(person(1, name=listed, role=Role.BOT)), workspace=workspace, now=NOW)
    assert {str(cell.outcome) for cell in rows if cell.purpose == "transcribe"} == {"hold"}
