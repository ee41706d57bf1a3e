"""An announcement counts where the notice's wording is surely heard, on what the samples really say."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import consent, ingest, speech
from pipeline.consent.evaluation.announcement import Announcement, find_announcements
from pipeline.consent.evaluation.explain import explain
from pipeline.consent.log import notice_deliveries
from pipeline.consent.notices.versions import file_announced
from pipeline.errors import ConsentUnreadable, InputRefused, UsageProblem
from pipeline.ingest.attendance.reader import within
from pipeline.ingest.draft import Person, Stay
from pipeline.records import Attendance, Cue, Held, Purpose, Role, Ruling, Session, Transcript, Word
from pipeline.store import Workspace
from pipeline.store.database import reading
from pipeline.store.tables.rulings import notice_delivery
from pipeline.workflow.analyse import AnalysedSession, analyse
from tests.consent.conftest import NOW, Files, form_text, person, row, session

SAMPLES = Path(__file__).parents[3] / "sample_media"
TRUTH = SAMPLES / "truth"
WORDING = "This session is recorded."
ELSEWHERE = form_text(scope='"session:2026-01-05-cccccccc"')
"""A form for another session: who answered it is known, but was not told of this one."""
ASKED = {"Timestamp": "timestamp", "Email": "email", "Record?": "purpose:record,transcribe"}
OF_RECORDING = form_text(version='"2"', names_purposes='["record", "transcribe"]', columns=ASKED)


def find_announcement(words: Sequence[Word], wording: str) -> Announcement | None:
    return next(iter(find_announcements(words, wording)), None)


def file_wording(workspace: Workspace, tmp_path: Path, *, text: str = WORDING, **changed: str) -> str:
    """Files the notice that is announced; returns its digest."""
    values = {"notice_id": "announcement", "version": "1", "language": "en", "text": text} | changed
    path = tmp_path / "notice.toml"
    names = 'names_purposes = ["record", "transcribe", "internal_improve", "internal_share"]\n'
    path.write_text(names + "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items()), "utf-8")
    return file_announced(path, workspace=workspace, now=NOW).digest


def words_of(text: str, *, at_s: float = 0.0) -> tuple[Word, ...]:
    return tuple(
        Word(
            start_s=at_s + number,
            end_s=at_s + number + 1,
            time_uncertainty_s=0.1,
            text=token,
            probability=1.0,
            track_id="t0",
            participant_id="p1",
        )
        for number, token in enumerate(text.split())
    )


def sample(name: str) -> tuple[Word, ...]:
    body = json.loads((TRUTH / name).read_text("utf-8"))
    return tuple(
        Word(
            start_s=word["start_s"],
            end_s=word["end_s"],
            time_uncertainty_s=0.1,
            text=word["text"],
            probability=1.0,
            track_id=word["track"],
            participant_id=word["participant"],
        )
        for word in body["words"]
    )


@pytest.mark.parametrize(
    ("name", "wording"),
    [
        ("2026-11-18-a-own-tracks.json", WORDING),
        ("2026-11-18-f-withdrawn.json", WORDING),
        ("2026-11-18-c-refused-own-track.json", "This call is recorded"),
        ("2026-11-18-h-craig.json", "this channel is recorded"),
        ("2026-11-18-d-refused-mixed.json", "I am recording this call"),
    ],
)
def test_it_is_heard_where_the_samples_say_it(name: str, wording: str) -> None:
    announcement = find_announcement(sample(name), wording)
    assert announcement is not None and announcement.alike == 1.0 and 0 < announcement.start_s < announcement.end_s < 20


@pytest.mark.parametrize("name", ["2026-11-18-j-public.json", "2026-11-18-e-no-record.json", "2026-11-18-l-empty.json"])
def test_it_is_not_heard_where_nobody_says_it(name: str) -> None:
    assert find_announcement(sample(name), WORDING) is None


def test_a_word_that_was_misheard_still_counts() -> None:
    assert find_announcement(words_of("hello this lesson is recorded thank you"), WORDING) is not None


@pytest.mark.parametrize(
    "text",
    [
        "this session is not recorded",
        "I do not think this session is recorded",
        "this session is reported",
        "this session was lovely",
        "is this session recorded",
        "I wonder whether this session is recorded",
        "this session is recorded no it is not",
        "when this session is recorded tell me",
        "recorded",
        "",
    ],
)
def test_what_does_not_say_it_does_not_count(text: str) -> None:
    assert find_announcement(words_of(text), WORDING) is None


def test_it_is_looked_for_in_the_first_minutes_of_one_voice() -> None:
    assert find_announcement(words_of("this session is recorded", at_s=601.0), WORDING) is None
    one, other = words_of("this session"), words_of("is recorded", at_s=2.0)
    assert find_announcement((*one, *(replace(word, track_id="t1") for word in other)), WORDING) is None


def test_a_wording_without_recording_finds_nothing() -> None:
    assert find_announcement(words_of("welcome to office hours"), "welcome to office hours") is None


@given(st.lists(st.sampled_from(["this", "session", "is", "recorded", "not", "hello", "we"]), max_size=12))
def test_a_place_is_within_what_was_said(tokens: list[str]) -> None:
    words = words_of(" ".join(tokens))
    announcement = find_announcement(words, WORDING)
    assert announcement is None or (words[0].start_s <= announcement.start_s < announcement.end_s <= words[-1].end_s)


STAFF = person(1, name="Hannah", role=Role.STAFF, company="Lumen Labs")
GUEST = person(2, "ana@a.example")


def said(text: str = "Welcome, this session is recorded.", *, by: str | None = "p1", at_s: float = 1.0) -> Cue:
    return Cue(start_s=at_s, end_s=at_s + 4.0, participant_id=by, text=text)


def spans(meeting: Session, workspace: Workspace, number: int, purpose: Purpose) -> list[tuple[float, float, str]]:
    return [
        (cell.from_s, cell.to_s, f"{cell.outcome} {cell.rule}")
        for cell in explain(meeting, workspace=workspace, now=NOW)
        if (cell.person, cell.purpose) == (f"p{number}", purpose)
    ]


@pytest.fixture
def known(workspace: Workspace, file_answers: Files, tmp_path: Path) -> Workspace:
    """Ana is known, but was not told of this session by any form; the announcement's wording is on file."""
    file_answers(row("ana@a.example"), form=ELSEWHERE)
    file_wording(workspace, tmp_path)
    return workspace


def test_captions_that_say_it_are_evidence_from_then_on(known: Workspace) -> None:
    meeting = session(STAFF, GUEST, captions=(said(),))
    assert spans(meeting, known, 2, Purpose.RECORD) == [(0.0, 5.0, "hold C5"), (5.0, 3600.0, "proceed C4")]
    assert spans(meeting, known, 2, Purpose.TRANSCRIBE)[1][2] == "proceed U8"
    ruling = consent.rule(meeting, workspace=known, now=NOW)
    assert isinstance(ruling, Ruling)
    assert [(span.start_s, span.end_s) for span in ruling.closed_spans(Purpose.TRANSCRIBE)] == [(0.0, 5.0)]
    without = replace(meeting, captions=())
    assert isinstance(consent.rule(without, workspace=known, now=NOW), Held)


def test_it_becomes_a_record_of_its_own_once(known: Workspace) -> None:
    meeting, before = session(STAFF, GUEST, captions=(said(),)), consent.log_head(known)
    for _ in range(2):
        consent.rule(meeting, workspace=known, now=NOW)
    with reading(known.db) as connection:
        (delivery,) = [
            delivery
            for delivery in notice_deliveries.on_file(connection, meeting.session_id, ())
            if delivery.participant_id is None
        ]
        assert (
            delivery.reach is notice_deliveries.Reach.EVERYONE_IN_CALL
            and delivery.at == meeting.started_at + timedelta(seconds=5)
        )
    (cell,) = [cell for cell in explain(meeting, workspace=known, now=NOW) if cell.rule == "C4"]
    assert delivery.delivery_id in cell.evidence and delivery.evidence in cell.evidence
    assert consent.log_head(known) == before and consent.verify_chain(known)
    with known.db.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER consent_notice_delivery_no_update")
        connection.execute(notice_delivery.update().values(body=notice_delivery.c.body + " "))
    with pytest.raises(ConsentUnreadable, match="notice deliveries"):
        consent.verify_chain(known)


@pytest.mark.parametrize(
    "cue",
    [
        said(by="p2"),
        said(by=None),
        said("Is this session recorded?"),
        said("No, this session is not recorded."),
        said(at_s=601.0),
    ],
    ids=["customer", "nobody named", "question", "denied", "too late"],
)
def test_what_the_team_does_not_surely_say_at_the_start_is_none(cue: Cue, known: Workspace) -> None:
    meeting = session(STAFF, GUEST, captions=(cue,))
    assert spans(meeting, known, 2, Purpose.RECORD) == [(0.0, 3600.0, "hold C5")]


def test_somebody_at_the_teams_shared_microphone_is_not_surely_the_team(known: Workspace) -> None:
    meeting = session(replace(STAFF, shared_microphone=True), GUEST, captions=(said(),))
    assert spans(meeting, known, 2, Purpose.RECORD) == [(0.0, 3600.0, "hold C5")]


@pytest.mark.parametrize(
    ("join_s", "time_uncertainty_s", "want"),
    [(0.0, 0.0, "proceed C4"), (2.0, 0.0, "hold C5"), (0.0, 1.0, "hold C5"), (900.0, 0.0, "hold C5")],
)
def test_a_spoken_notice_reaches_only_who_was_surely_there(
    join_s: float, time_uncertainty_s: float, want: str, known: Workspace
) -> None:
    there = Attendance(participant_id="p2", join_s=join_s, leave_s=3600.0, uncertainty_s=time_uncertainty_s)
    host = Attendance(participant_id="p1", join_s=0.0, leave_s=3600.0)
    meeting = session(STAFF, GUEST, captions=(said(),), attendance=(host, there))
    assert spans(meeting, known, 2, Purpose.RECORD)[-1][2] == want
    unlisted = replace(meeting, attendance=(host,))
    assert spans(unlisted, known, 2, Purpose.RECORD)[-1][2] == "hold C5"


def test_joining_within_a_minute_is_not_having_heard_what_was_said_before(known: Workspace) -> None:
    """The list's grace counts somebody as there from the start, who may have missed the announcement."""
    joins = {"p1": -300.0, "p2": 45.0}
    listed = tuple(Person(name=who, stays=(Stay(join_s=at, leave_s=3600.0),)) for who, at in joins.items())
    stays = within(listed, 3600.0)
    assert [(stay.join_s, stay.surely_s) for stay in stays] == [(0.0, (0.0, 3590.0)), (0.0, (55.0, 3590.0))]
    meeting = session(STAFF, GUEST, captions=(said(at_s=30.0),), attendance=stays)
    assert spans(meeting, known, 2, Purpose.RECORD)[-1][2] == "hold C5"
    later = replace(meeting, captions=(said(at_s=60.0),))
    assert spans(later, known, 2, Purpose.RECORD)[-1][2] == "proceed C4"


def test_said_again_it_reaches_who_came_late(known: Workspace) -> None:
    stays = [Attendance(participant_id="p1", join_s=0.0, leave_s=3600.0)]
    stays.append(Attendance(participant_id="p2", join_s=120.0, leave_s=3600.0))
    late = replace(GUEST, joined_late=True)
    meeting = session(STAFF, late, captions=(said(), said(at_s=200.0)), attendance=tuple(stays))
    assert spans(meeting, known, 2, Purpose.RECORD) == [(120.0, 204.0, "hold C2"), (204.0, 3600.0, "proceed C4")]
    assert spans(replace(meeting, attendance=()), known, 2, Purpose.RECORD)[-1][2] == "hold C2"


def test_in_washington_only_an_announcement_in_the_recording_counts(known: Workspace) -> None:
    meeting = session(STAFF, replace(GUEST, location="US-WA"))
    assert spans(meeting, known, 2, Purpose.RECORD) == [(0.0, 3600.0, "hold C12")]
    spoken = replace(meeting, captions=(said(),))
    assert spans(spoken, known, 2, Purpose.RECORD) == [(0.0, 5.0, "hold C12"), (5.0, 3600.0, "proceed C7")]


def test_where_an_express_yes_is_needed_it_opens_nothing(known: Workspace) -> None:
    meeting = session(STAFF, replace(GUEST, location="DE"), captions=(said(),))
    assert {want for *_, want in spans(meeting, known, 2, Purpose.RECORD)} == {"hold C12"}


def test_what_is_heard_in_the_sound_counts_while_that_track_is_the_teams(known: Workspace, file_answers: Files) -> None:
    file_answers(["2026-11-10 09:00:00", "ana@a.example", "Yes"], header=list(ASKED), form=OF_RECORDING)
    meeting = session(STAFF, GUEST, duration_s=60.0)
    meeting = replace(meeting, tracks=tuple(replace(track, digest=track.track_id * 32) for track in meeting.tracks))
    words = words_of("welcome this session is recorded")
    assert spans(meeting, known, 2, Purpose.INTERNAL_IMPROVE) == [(0.0, 60.0, "minus U9")]
    theirs = tuple(replace(word, track_id="t1", participant_id="p2") for word in words)
    assert not consent.record_announcements(meeting, theirs, workspace=known)
    assert consent.record_announcements(meeting, words, workspace=known)
    assert not consent.record_announcements(meeting, words, workspace=known)
    assert spans(meeting, known, 2, Purpose.INTERNAL_IMPROVE) == [(0.0, 5.0, "minus U9"), (5.0, 60.0, "proceed U8")]
    as_customer = replace(meeting, participants=(replace(STAFF, role=Role.CUSTOMER), GUEST))
    assert spans(as_customer, known, 2, Purpose.INTERNAL_IMPROVE) == [(0.0, 60.0, "minus U9")]


def test_a_run_that_hears_it_rules_again_at_once(
    known: Workspace, file_answers: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_answers(["2026-11-10 09:00:00", "ana@a.example", "Yes"], header=list(ASKED), form=OF_RECORDING)
    meeting = session(STAFF, GUEST, duration_s=60.0)
    heard = Transcript(engine="test", words=words_of("welcome this session is recorded"))
    monkeypatch.setattr(speech, "transcribe", lambda *_, **__: heard)
    monkeypatch.setattr(speech, "keyword_search", lambda *_, **__: ())
    analysed = analyse(meeting, known, now=NOW)
    assert isinstance(analysed, AnalysedSession)
    assert {"U8"} == {
        cell.rule_id
        for cell in analysed.context.ruling.cells
        if (cell.participant_id, cell.purpose) == ("p2", Purpose.INTERNAL_SHARE) and cell.interval.start_s > 0
    }


def test_the_sample_is_opened_by_what_its_captions_say(
    workspace: Workspace, file_answers: Files, tmp_path: Path
) -> None:
    folder = SAMPLES / "sessions" / "2026-11-18-b-halcyon-freight-mixed"
    meeting = ingest.ingest(folder, workspace=workspace)
    assert isinstance(meeting, Session)
    file_answers(*(row(participant.email) for participant in meeting.participants if participant.email), form=ELSEWHERE)
    meeting = replace(
        meeting, participants=tuple(replace(participant, location="US-NY") for participant in meeting.participants)
    )
    assert isinstance(consent.rule(meeting, workspace=workspace, now=NOW), Held)
    file_wording(workspace, tmp_path)
    ruling = consent.rule(meeting, workspace=workspace, now=NOW)
    assert isinstance(ruling, Ruling)
    (closed,) = ruling.closed_spans(Purpose.TRANSCRIBE)
    assert closed.start_s == 0.0 and closed.end_s == meeting.captions[0].end_s
    assert not ruling.removed(Purpose.INTERNAL_SHARE)


def test_a_wording_is_a_notice_version_and_never_changes(workspace: Workspace, tmp_path: Path) -> None:
    before = consent.log_head(workspace)
    digest = file_wording(workspace, tmp_path)
    assert file_wording(workspace, tmp_path) == digest and consent.log_head(workspace) != before
    with pytest.raises(InputRefused, match="on file with another text"):
        file_wording(workspace, tmp_path, text="This call is recorded.")
    with pytest.raises(UsageProblem, match="text"):
        file_wording(workspace, tmp_path, text="Welcome to our office hours.", version="2")
    with pytest.raises(UsageProblem, match="columns"):
        file_wording(workspace, tmp_path, version="3", columns="x")


def test_a_form_that_was_sent_off_is_a_notice_served(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"), row("bo@b.example"))
    file_answers(row("ana@a.example"), row("bo@b.example"))
    with reading(workspace.db) as connection:
        rows = connection.execute(notice_delivery.select()).all()
        (one,) = notice_deliveries.on_file(connection, "", [rows[0].party_id])
    assert len(rows) == 2
    assert one.reach is notice_deliveries.Reach.INDIVIDUAL and one.evidence.startswith("evt_")
