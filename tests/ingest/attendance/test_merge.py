"""Lists of participants as Zoom, Microsoft Teams and Google Meet write them, and the stays that come of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import InputRefused
from pipeline.ingest import ingest as take_in
from pipeline.ingest import timestamps
from pipeline.ingest.attendance import meet, merge, reader, teams
from pipeline.ingest.attendance import zoom as zoom_report
from pipeline.ingest.attendance.merge import Clock
from pipeline.ingest.attendance.model import AttendanceRow, NoticeAnswer
from pipeline.ingest.draft import Person, Stay
from pipeline.ingest.listing import ListedFile, Listing
from pipeline.ingest.session_toml import parse
from pipeline.records import Attendance, Refused, Session
from pipeline.store import Workspace
from tests.ingest.conftest import Files, MakeFolder, Media
from tests.ingest.outcomes import known

START = datetime(2026, 11, 18, 16)
CLOCK = Clock(START)


def people(rows: Sequence[AttendanceRow], clock: Clock = CLOCK) -> dict[str, Person]:
    return {person.name: person for person in merge.people(rows, clock)}


def spans(person: Person) -> list[tuple[float, float]]:
    return [(stay.join_s, stay.leave_s) for stay in person.stays]


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("11/18/2026 03:59:00 PM", [datetime(2026, 11, 18, 15, 59)]),
        ("7/22/26, 7:00:11 PM", [datetime(2026, 7, 22, 19, 0, 11)]),
        ("7/8/26, 7:00:11 PM", [datetime(2026, 7, 8, 19, 0, 11), datetime(2026, 8, 7, 19, 0, 11)]),
        ("7/22/26, 12:00:11\N{NARROW NO-BREAK SPACE}AM", [datetime(2026, 7, 22, 0, 0, 11)]),
        ("22.07.26, 19:00:11", [datetime(2026, 7, 22, 19, 0, 11)]),
        ("22/07/2026 19:00:11", [datetime(2026, 7, 22, 19, 0, 11)]),
        ("22/7/26, 7:00:11 p. m.", [datetime(2026, 7, 22, 19, 0, 11)]),
        ("2026-07-22 19:00:11", [datetime(2026, 7, 22, 19, 0, 11)]),
        ("4:03 PM", [time(16, 3)]),
        ("16:03:20", [time(16, 3, 20)]),
        ("13:00 PM", []),
        ("13/13/2026 10:00:00", []),
        ("1h 27m 51s", []),
        ("", []),
    ],
)
def test_times_as_they_are_written(text: str, want: list[datetime | time]) -> None:
    assert list(timestamps.readings(text)) == want


def test_a_time_of_day_is_of_the_day_that_brings_it_nearest() -> None:
    start = datetime(2026, 11, 18, 23, 50)
    assert timestamps.nearest((time(0, 10),), start) == datetime(2026, 11, 19, 0, 10)
    assert timestamps.nearest((time(23, 40),), start) == datetime(2026, 11, 18, 23, 40)
    assert timestamps.nearest((), start) is None


def teams_text(language: str = "en", **changed: str) -> str:
    words = {
        "en": (
            "1. Summary|2. Participants|3. In-Meeting Activities|First Join|Last Leave|In-Meeting Duration|Email"
            "|Participant ID (UPN)|Role|Join Time|Leave Time|Duration|Name"
        ),
        "de": (
            "1. Zusammenfassung|2. Teilnehmer|3. Aktivitäten während der Besprechung|Erster Beitritt|Letztes Verlassen"
            "|Dauer|E-Mail|Teilnehmer-ID (UPN)|Rolle|Beitrittszeit|Zeitpunkt des Verlassens|Dauer|Name"
        ),
        "fr": (
            "1. Récapitulatif|2. Participants|3. Activités pendant la réunion|Première participation|Dernier départ"
            "|Durée|E-mail|ID de participant (UPN)|Rôle|Heure de participation|Heure de départ|Durée|Nom"
        ),
        "es": (
            "1. Resumen|2. Participantes|3. Actividades en la reunión|Primera unión|Última salida|Duración"
            "|Correo electrónico|Id. de participante (UPN)|Rol|Hora de unión|Hora de salida|Duración|Nombre"
        ),
        "nb": (
            "1. Sammendrag|2. Deltakere|3. Aktiviteter i møtet|Ble med først|Forlot sist|Varighet|E-post"
            "|Deltaker-ID (UPN)|Rolle|Ble med|Forlot|Varighet|Navn"
        ),
    }[language].split("|")
    one, two, three, first, last, length, mail, upn, role, join, leave, duration, name = words
    at = {
        "en": ("11/18/26, 3:59:40 PM", "11/18/26, 4:20:00 PM", "11/18/26, 4:30:00 PM", "11/18/26, 5:00:00 PM"),
        "es": (
            "18/11/26, 3:59:40 p. m.",
            "18/11/26, 4:20:00 p. m.",
            "18/11/26, 4:30:00 p. m.",
            "18/11/26, 5:00:00 p. m.",
        ),
        "fr": ("18/11/2026 15:59:40", "18/11/2026 16:20:00", "18/11/2026 16:30:00", "18/11/2026 17:00:00"),
    }.get(language, ("18.11.26, 15:59:40", "18.11.26, 16:20:00", "18.11.26, 16:30:00", "18.11.26, 17:00:00"))
    lines = [
        one,
        "Title\tOffice hours",
        "",
        two,
        "\t".join((name, first, last, length, mail, upn, role)),
        "\t".join(("Raman, Priya", at[0], at[3], "50m 20s", "priya@halcyon.example", "priya@halcyon.example", "X")),
        "\t".join(("Guest", at[2], at[3], "30m", "", "", "X")),
        "",
        three,
        "\t".join((name, join, leave, duration, mail, role)),
        "\t".join(("Raman, Priya", at[0], at[1], "20m 20s", "priya@halcyon.example", "X")),
        "\t".join(("Raman, Priya", at[2], at[3], "1h 27m 51s", "priya@halcyon.example", "X")),
        "\t".join(("Guest", at[2], at[3], "30m", "", "X")),
        "",
    ]
    text = "\r\n".join(lines)
    for old, new in changed.items():
        text = text.replace(old, new)
    return text.replace("\r\n", "\n")


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "nb"])
def test_teams_in_several_languages(language: str) -> None:
    report = known(teams.parse(teams_text(language)))
    assert report.topic == "Office hours"
    found = people(report.rows)
    assert list(found) == ["Raman, Priya", "Guest"]
    assert found["Raman, Priya"].email == "priya@halcyon.example"
    assert found["Raman, Priya"].platform_id == "teams:priya@halcyon.example"
    assert spans(found["Raman, Priya"]) == [(-20, 1201), (1800, 3601)]
    assert spans(found["Guest"]) == [(1800, 3601)]
    assert (found["Raman, Priya"].joined_late, found["Guest"].joined_late) == (False, True)


def test_teams_is_told_by_its_tabs_where_no_name_has_a_comma() -> None:
    """Then the commas in the times are as many in every row as separators would be."""
    report = known(teams.parse(teams_text().replace("Raman, Priya", "Priya Raman")))
    assert list(people(report.rows)) == ["Priya Raman", "Guest"]


def test_teams_headers_in_other_case_and_hidden_times() -> None:
    text = teams_text().replace("First Join", "First join").replace("Join Time", "Join time")
    assert len(people(known(teams.parse(text)).rows)) == 2
    hidden = teams_text().split("3. In-Meeting")[0]
    for at in ("11/18/26, 3:59:40 PM", "11/18/26, 4:30:00 PM", "11/18/26, 5:00:00 PM"):
        hidden = hidden.replace(at, "")
    found = people(known(teams.parse(hidden)).rows)
    assert [(person.stays, person.joined_late) for person in found.values()] == [((), True), ((), True)]
    without = "1. Summary\n\n2. Participants\nName\tEmail\tRole\nAna\ta@x\tPresenter\n"
    assert people(known(teams.parse(without)).rows)["Ana"].joined_late


@pytest.mark.parametrize(
    "text",
    [
        teams_text().replace("11/18/26, 4:30:00 PM", "yesterday"),
        "1. A\n\n2. B\nKolonne\tAnnen\nAna\ta@x\n",
        teams_text("nb").replace("Navn\tBle med\t", "Navn\t"),
    ],
)
def test_teams_tables_that_are_not_certain_are_refused(text: str) -> None:
    with pytest.raises(InputRefused):
        teams.parse(text)


MEET = (
    "First name,Last name,Email,Duration,Time joined,Time exited\n"
    "Ana,Diaz,a@x,1 hr,3:59 PM,5:01 PM\nBo,,,5 min,4:30 PM,\n"
)


@pytest.mark.parametrize(
    "text",
    [MEET, "Meeting code,abc\nMeeting title,Plans\n\n" + MEET, MEET.replace("First name,Last name", "Name,Note")],
)
def test_meet_with_and_without_its_block(text: str) -> None:
    report = known(meet.parse(text))
    found = list(people(report.rows).values())
    assert [person.name.split()[0] for person in found] == ["Ana", "Bo"]
    assert (found[0].email, found[0].joined_late, found[1].joined_late) == ("a@x", False, True)
    assert spans(found[0]) == [(-60, 3720)]
    assert spans(found[1])[0][0] == 1800
    assert found[1].stays[0].uncertainty_s == 60
    assert report.topic in ("", "Plans")


def test_other_tables_are_none_of_them() -> None:
    for parser in (teams.parse, meet.parse, zoom_report.parse):
        assert parser("Question,Answer\nMay we?,Yes\n") is None


ZOOM = "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest,Recording Consent\n"


def zoom(*rows: str) -> tuple[AttendanceRow, ...]:
    return known(zoom_report.parse(ZOOM + "\n".join(rows) + "\n")).rows


def test_a_rename_makes_nobody_new_and_two_devices_are_one_person() -> None:
    found = people(
        zoom(
            "Bob,,11/18/2026 04:00:00 PM,11/18/2026 04:10:00 PM,10,Yes,",
            "Bob (he/him) (Bob),,11/18/2026 04:10:00 PM,11/18/2026 04:20:00 PM,10,Yes,",
            "Observer (Bob),,11/18/2026 04:20:00 PM,11/18/2026 04:40:00 PM,20,Yes,OK",
            "Ana,ana@a.example,11/18/2026 04:00:00 PM,11/18/2026 04:40:00 PM,40,No,OK",
            "Ana's phone,ANA@a.example,11/18/2026 04:30:00 PM,11/18/2026 04:40:00 PM,10,No,",
        )
    )
    assert list(found) == ["Bob", "Ana"]
    assert found["Bob"].aliases == ("Bob (he/him)", "Observer")
    assert [stay.accepted_notice for stay in found["Bob"].stays] == [None, None, True]
    assert len(found["Ana"].stays) == 2


def test_somebody_renamed_beside_another_of_the_old_name_stays_apart() -> None:
    found = people(
        zoom(
            "Sam (Alex),,11/18/2026 04:00:00 PM,11/18/2026 04:40:00 PM,40,Yes,",
            "Alex,,11/18/2026 04:20:00 PM,11/18/2026 04:40:00 PM,20,Yes,",
        )
    )
    assert list(found) == ["Sam", "Alex"]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("OK", NoticeAnswer.YES),
        ("y", NoticeAnswer.YES),
        ("", NoticeAnswer.NOTHING),
        ("No", NoticeAnswer.NO),
        ("declined", NoticeAnswer.NO),
    ],
)
def test_answers_to_zooms_own_notice(answer: str, told: NoticeAnswer) -> None:
    assert zoom(f"Ana,a@x,11/18/2026 04:00:00 PM,11/18/2026 04:10:00 PM,10,No,{answer}")[0].notice_answer is told


def test_an_answer_that_is_not_known_is_refused_and_unique_mode_has_no_times() -> None:
    with pytest.raises(InputRefused, match="answer"):
        zoom("Ana,a@x,,,10,No,maybe")
    rows = known(
        zoom_report.parse(
            "Name (Original Name),User Email,Total Duration (Minutes),Guest,Recording Consent\nAna,a@x,9,No,OK\n"
        )
    )
    ana = people(rows.rows)["Ana"]
    assert (ana.joined_late, ana.stays[0].accepted_notice, ana.stays[0].join_s) == (False, True, 0)


def row(name: str, joined: datetime, left: datetime) -> AttendanceRow:
    return AttendanceRow(name=name, email=f"{name}@x", joined=(joined,), left=(left,))


def test_scenario_49_a_change_of_the_clocks_in_the_call_widens_the_doubt() -> None:
    zone = ZoneInfo("Europe/Berlin")
    start = datetime(2026, 10, 25, 1, 30)
    rows = [row("Ana", start, start.replace(hour=4)), row("Bo", start.replace(hour=2), start.replace(hour=4))]
    found = people(rows, Clock(start, zone))
    assert [stay.uncertainty_s for person in found.values() for stay in person.stays] == [3600, 3600]
    plain = people([row("Ana", START, START.replace(hour=18))], Clock(START, zone))
    assert plain["Ana"].stays[0].uncertainty_s == 1


def test_stays_end_at_the_session_and_are_as_wide_as_the_doubt() -> None:
    def made(*some: Stay) -> list[tuple[float, float]]:
        found = reader.within((Person(name="A", stays=some),), 3600.0)
        return [(stay.join_s, stay.leave_s) for stay in found]

    assert made(Stay(join_s=-30, leave_s=9999)) == [(0, 3600)]
    assert made(Stay(join_s=1800, leave_s=2400, uncertainty_s=100)) == [(1700, 2500)]
    assert made(Stay(join_s=1800, leave_s=2400)) == [(1790, 2410)]
    assert made(Stay(join_s=-900, leave_s=-300)) == []
    assert made() == []


def written(text: str | bytes, tmp_path: Path, name: str = "attendance.csv") -> Listing:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return Listing("x", (ListedFile(name, path, path.stat().st_size, 0),))


TEAMS_BYTES = teams_text().replace("\n", "\r\n").encode("utf-16-le")


@pytest.mark.parametrize("mark", [b"\xff\xfe", b""])
def test_the_format_is_known_by_its_header(tmp_path: Path, mark: bytes) -> None:
    for text in (MEET, mark + TEAMS_BYTES, ZOOM + "Ana,a@x,,,1,No,\n"):
        assert reader.named_reports(written(text, tmp_path), ["attendance.csv"]).rows
    with pytest.raises(InputRefused, match="not one of"):
        reader.named_reports(written("A,B\n1,2\n", tmp_path), ["attendance.csv"])
    with pytest.raises(InputRefused, match="not there"):
        reader.named_reports(written(MEET, tmp_path), ["other.csv"])


TOML = """
started_at = 2026-11-18T16:00:00Z
timezone = "UTC"
roster = "attendance.csv"
series = "office-hours"
notice = "asserted"

[[participants]]
name = "Raman, Priya"
email = "priya@halcyon.example"
location = "US-NY"
track = "one.flac"
minor = "unsure"

[[participants]]
name = "Boardroom"
shared_microphone = true
"""


def test_a_folder_with_a_list_becomes_a_session_with_attendance(
    make: MakeFolder, media: Media, workspace: Workspace
) -> None:
    text = teams_text().replace("4:20:00 PM", "4:00:01 PM").replace("4:30:00 PM", "4:00:01 PM")
    files: Files = {
        "session.toml": TOML,
        "attendance.csv": b"\xff\xfe" + text.encode("utf-16-le"),
        "one.flac": media["long.m4a"],
    }
    files["one.flac"] = media["one.flac"]
    session = take_in(make(files), workspace=workspace)
    assert isinstance(session, Session), session
    assert (session.series, session.title) == ("office-hours", "Office hours")
    assert [person.name for person in session.participants] == ["Raman, Priya", "Guest", "Boardroom"]
    assert session.participants[0].minor.value == "unsure"
    assert session.participants[2].shared_microphone
    assert all(isinstance(stay, Attendance) for stay in session.attendance)
    assert session.stays("p3") == (Attendance(participant_id="p3", join_s=0.0, leave_s=session.duration_s),)
    assert "roster" in {sealed.kind for sealed in session.sealed}


def test_a_list_that_is_missing_or_beside_craig_is_refused(
    make: MakeFolder, media: Media, workspace: Workspace, craig_zip: Path
) -> None:
    refused = take_in(make({"session.toml": TOML, "one.flac": media["one.flac"]}), workspace=workspace)
    assert isinstance(refused, Refused) and "roster" in refused.reason


def test_on_time_by_session_toml_undoes_nothing_that_a_list_shows() -> None:
    from pipeline.ingest.participants import merged

    late = Person(name="Ana", joined_late=True, stays=(Stay(join_s=600, leave_s=900), Stay(join_s=1200, leave_s=1800)))
    told = parse("[[participants]]\nname='Ana'\njoined='on_time'\n").participants
    found = merged((late,), told, ())[0]
    assert (found.joined_late, found.stays) == (True, late.stays)
    late_by_host = parse("[[participants]]\nname='Ana'\njoined='late'\n").participants
    assert merged((replace(late, joined_late=False),), late_by_host, ())[0].joined_late


CELLS = st.sampled_from(
    ["1. A", "2. B", "3. C", "\t", "\n", "Name", "Email", "Time joined", "Time exited", ",", "4:00 PM", '"']
)


@given(st.one_of(st.text(), st.lists(CELLS).map("".join)))
def test_any_text_is_read_or_refused(text: str) -> None:
    for parser in (teams.parse, meet.parse):
        try:
            report = parser(text)
            if report is not None:
                assert len(merge.people(report.rows, CLOCK)) <= len(report.rows)
        except InputRefused as error:
            assert error.action


@pytest.mark.parametrize(
    ("join", "leave"),
    [
        ("Nov 18, 2026 16:00:10", "Nov 18, 2026 16:30:00"),
        ("2026/11/18 04:00:10 PM", "2026/11/18 04:30:00 PM"),
        ("18. November 2026 16:00:10", "18. November 2026 16:30:00"),
        ("2026/11/18 下午4:00:10", "2026/11/18 下午4:30:00"),
        ("2026-11-18 4:00:10 p. m.", "2026-11-18 4:30:00 p. m."),
        ("18.11.2026 16:00:10", "18.11.2026 16:30:00"),
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_report_is_read_in_every_writing_of_times_and_with_any_delimiter(
    join: str, leave: str, delimiter: str
) -> None:
    cells = [
        ["Name (Original Name)", "User Email", "Join Time", "Leave Time", "Guest"],
        ["Ana", "a@x", join, leave, "No"],
    ]
    quoted = '"' if delimiter != "\t" else ""
    text = "".join(delimiter.join(f"{quoted}{cell}{quoted}" for cell in row) + "\n" for row in cells)
    report = known(zoom_report.parse(text))
    assert report is not None and report.unread_times == 0
    (person,) = merge.people(report.rows, CLOCK)
    assert spans(person) == [(10.0, 1801.0)] and not person.joined_late


def test_times_that_cannot_be_read_are_counted_and_make_late() -> None:
    report = known(zoom_report.parse(ZOOM + "Ana,a@x,whenever,later,10,No,\nBo,b@x,,,10,No,\n"))
    assert report is not None and report.unread_times == 1
    assert [person.joined_late for person in merge.people(report.rows, CLOCK)] == [True, True]


def test_first_and_last_names_apart_are_one_name_and_registrations_are_no_attendance() -> None:
    text = "Attendee Report\n\nFirst Name,Last Name,Email,Join Time,Leave Time\nAna,Berg,a@x,11/18/2026 16:00:10,\n"
    report = known(zoom_report.parse(text))
    assert report is not None and [row.name for row in report.rows] == ["Ana Berg"]
    assert (
        zoom_report.parse("First Name,Last Name,Email,Registration Time,Approval Status\nAna,Berg,a@x,t,approved\n")
        is None
    )


def test_one_row_twice_in_one_list_is_two_people_and_in_two_downloads_one() -> None:
    """Without an address two guests of one name who came in the same minute have one row: nobody answers for both."""
    text = "Name,Email,Duration,Time joined,Time exited\nAna Diaz,,1 hr,3:59 PM,5:01 PM\n"
    once = known(meet.parse(text))
    twice = known(meet.parse(text + text.splitlines()[1] + "\n"))
    assert [person.name for person in merge.people(reader.merged([once, once]).rows, CLOCK)] == ["Ana Diaz"]
    with pytest.raises(InputRefused, match="two people"):
        merge.people(reader.merged([twice, once]).rows, CLOCK)
    addressed = known(meet.parse((text + text.splitlines()[1] + "\n").replace("Diaz,,", "Diaz,a@x,")))
    assert len(merge.people(reader.merged([addressed]).rows, CLOCK)) == 1
