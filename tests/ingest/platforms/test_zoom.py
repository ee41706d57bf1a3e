"""Zoom's local folder: its configuration, report and per-person files."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import InputRefused
from pipeline.ingest.attendance import merge
from pipeline.ingest.attendance import zoom as zoom_report
from pipeline.ingest.attendance.merge import Clock
from pipeline.ingest.draft import Person
from pipeline.ingest.platforms import zoom
from pipeline.ingest.session_toml import parse
from tests.ingest.conftest import CONF, NOTHING_TOLD, REPORT, listed
from tests.ingest.outcomes import known

MAIN = ("video1123456789.mp4",)
START = datetime(2026, 11, 18, 16)


def people(*names: str) -> tuple[Person, ...]:
    return tuple(Person(name=name) for name in names)


@pytest.mark.parametrize(
    "conf",
    [
        "",
        "[]",
        "{}",
        '{"items": []}',
        '{"items": [{"process": 0, "audio": "a.m4a"}]}',
        '{"items": [{"process": 99, "audio": "a.m4a"}]}',
        '{"items": [{"process": 100, "audio": "", "video": ""}]}',
        '{"items": [{"process": 100, "audio": 7}]}',
        '{"items": [{"process": 100, "audio": "a"}, {"process": 100, "audio": "b"}]}',
        '{"items": 3}',
    ],
)
def test_scenario_33_what_is_not_one_converted_recording_is_refused(conf: str) -> None:
    with pytest.raises(InputRefused):
        zoom.converted(conf)


@pytest.mark.parametrize("extra", ["x.zoom", "double_click_to_convert_01.zoom", "v.mp4.tmp"])
def test_remains_of_a_conversion_are_refused(tmp_path: Path, extra: str) -> None:
    files = {"recording.conf": CONF, "audio1123456789.m4a": "x", extra: "x"}
    with pytest.raises(InputRefused, match="not converted"):
        zoom.read(listed(files, tmp_path), NOTHING_TOLD)


def test_a_missing_named_file_is_refused_and_others_are_not_taken(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="missing"):
        zoom.read(listed({"recording.conf": CONF, "audio2.m4a": "x"}, tmp_path), NOTHING_TOLD)
    outside = json.dumps({"items": [{"audio": "../../secret.m4a", "process": 100}]})
    with pytest.raises(InputRefused, match="missing"):
        zoom.read(listed({"recording.conf": outside}, tmp_path), NOTHING_TOLD)


def test_without_a_configuration_one_segment_is_taken_and_two_are_refused(tmp_path: Path) -> None:
    assert zoom.read(listed({"zoom_0.mp4": "x", "audio_only.m4a": "x"}, tmp_path), NOTHING_TOLD).mixed == (
        "audio_only.m4a",
        "zoom_0.mp4",
    )
    with pytest.raises(InputRefused, match="segment"):
        zoom.read(listed({"zoom_0.mp4": "x", "zoom_1.mp4": "x"}, tmp_path), NOTHING_TOLD)


def test_files_are_matched_by_name_without_the_recordings_digits() -> None:
    files = ["Audio Record/audioHudsonMitchell-P31123456789.m4a", "Audio Record/audio_only_2_JoséÑ.m4a"]
    found = zoom.owned(people("Hudson Mitchell - P", "José Ñ", "Silent"), files, MAIN)
    assert [person.track for person in found] == [*files, None]


@pytest.mark.parametrize(
    ("names", "files"),
    [
        (("Sam", "Sam"), ["audioSam111123456789"]),
        (("Sam", "Sam2"), ["audioSam211123456789"]),
        (("Sam",), ["audioSam111123456789", "audioSam211123456789"]),
        (("Sam",), ["audioEve111123456789"]),
        (("Sam",), ["audioSamuel111123456789"]),
        (("Sam",), ["audioSam"]),
        (("!!!",), ["audio111123456789"]),
    ],
)
def test_uncertain_owners_are_refused(names: tuple[str, ...], files: list[str]) -> None:
    with pytest.raises(InputRefused):
        zoom.owned(people(*names), [f"Audio Record/{name}.m4a" for name in files], MAIN)


def test_session_toml_settles_two_people_of_one_name(tmp_path: Path) -> None:
    files = {
        "recording.conf": CONF,
        "audio1123456789.m4a": "x",
        "Audio Record/audioSam11123456789.m4a": "x",
        "Audio Record/audioSam21123456789.m4a": "x",
        "p.csv": "Name (Original Name),User Email\nSam,one@x\nSam,two@x\n",
    }
    told = "".join(
        f"[[participants]]\nname='Sam'\nemail='{mail}@x'\ntrack='Audio Record/audioSam{number}1123456789.m4a'\n"
        for number, mail in ((2, "one"), (1, "two"))
    )
    with pytest.raises(InputRefused):
        zoom.read(listed(files, tmp_path), NOTHING_TOLD)
    draft = zoom.read(listed(files, tmp_path), parse(told))
    assert [person.track for person in draft.people] == [
        "Audio Record/audioSam21123456789.m4a",
        "Audio Record/audioSam11123456789.m4a",
    ]


@pytest.mark.parametrize(
    "text",
    [
        REPORT,
        "Meeting ID,Topic,Start Time,End Time,User Email,Duration (Minutes),Participants\n1,T,x,y,z,1,2\n\n" + REPORT,
        REPORT.replace("User Email", "Email")
        .replace("Join Time", "Join time")
        .replace("(Original Name)", "(original name)"),
        "Attendee Details\nAttended,User Name (Original Name),First Name,Email,Join Time,Leave Time\n"
        "Yes,Priya Raman (Pri),P,priya@halcyon.example,11/18/2026 15:59:00,11/18/2026 16:30:00\nNo,Not There,N,n@x,,\n"
        "Panelist Details\nAttended,User Name (Original Name),Email,Join Time,Leave Time\n"
        "Yes,Hannah Berg,hannah@lumen.example,11/18/2026 16:10:00,11/18/2026 16:30:00\n",
    ],
    ids=["plain", "meta", "new", "webinar"],
)
def test_every_variant_of_the_report(text: str) -> None:
    report = known(zoom_report.parse(text))
    found = merge.people(report.rows, Clock(START))
    assert [(p.name, p.aliases, p.email, p.joined_late) for p in found] == [
        ("Priya Raman", ("Pri",), "priya@halcyon.example", False),
        ("Hannah Berg", (), "hannah@lumen.example", True),
    ]


def test_the_topic_and_the_waiting_room() -> None:
    report = known(
        zoom_report.parse(
            "Topic,Meeting ID\nPlans,1\n\nName (original name),Email,In waiting room,Recording disclaimer response\n"
            "Ann,a@x,No,OK\nBob,b@x,Yes,\nCy,c@x,No,\n"
        )
    )
    assert report.topic == "Plans"
    assert [(p.name, p.joined_late) for p in merge.people(report.rows, Clock(START))] == [("Ann", False), ("Cy", True)]


def test_nobody_is_on_time_by_a_report_of_another_zone_or_without_times() -> None:
    for clock in (Clock(START.replace(hour=7)), Clock(START.replace(hour=22)), Clock(None)):
        assert all(person.joined_late for person in merge.people(known(zoom_report.parse(REPORT)).rows, clock))


def test_rejoining_is_one_person_and_two_at_once_are_refused() -> None:
    head = "Name (Original Name),User Email,Join Time,Leave Time\n"
    again = "Sam,,11/18/2026 04:00:00 PM,11/18/2026 04:10:00 PM\nSam,,11/18/2026 04:20:00 PM,11/18/2026 04:30:00 PM\n"
    assert len(merge.people(known(zoom_report.parse(head + again)).rows, Clock(START))) == 1
    with pytest.raises(InputRefused):
        merge.people(known(zoom_report.parse(head + again.replace("04:20", "04:05"))).rows, Clock(START))
    with pytest.raises(InputRefused):
        merge.people(known(zoom_report.parse("Name (Original Name),User Email\nSam,\nSam,\n")).rows, Clock(START))


def test_reports_that_cannot_be_told_apart_or_read_are_refused(tmp_path: Path) -> None:
    files = {"recording.conf": CONF, "audio1123456789.m4a": "x"}
    other = "Meeting ID,Topic\n1,Office hours\n\n" + REPORT, "Meeting ID,Topic\n2,Something else\n\n" + REPORT
    with pytest.raises(InputRefused, match="2 participants reports of different meetings"):
        zoom.read(listed({**files, "a.csv": other[0], "b.csv": other[1]}, tmp_path), NOTHING_TOLD)
    with pytest.raises(InputRefused, match="columns"):
        zoom.read(listed({**files, "a.csv": "Nom,Courriel\nA,b\n"}, tmp_path), NOTHING_TOLD)


def test_scenario_36_several_reports_of_one_session_are_one_list(tmp_path: Path) -> None:
    """Whoever is in any of them was there: a report that was downloaded early lacks who came later."""
    head, first, second = REPORT.splitlines(keepends=True)
    files = {"recording.conf": CONF, "audio1123456789.m4a": "x", "a.csv": head + first, "b.csv": head + first + second}
    draft = zoom.read(listed(files, tmp_path), NOTHING_TOLD)
    assert [person.email for person in draft.people] == ["priya@halcyon.example", "hannah@lumen.example"]
    assert [name for name, kind in draft.texts if kind == "roster"] == ["a.csv", "b.csv"] and draft.platform_list


def test_the_folders_name_is_a_start_or_nothing() -> None:
    assert zoom.folder_start("2026-11-18 16.00.00 Topic 123") == START
    assert zoom.folder_start("2026-13-18 16.00.00 Topic") is None
    assert zoom.folder_start("Topic") is None


CELLS = st.sampled_from(
    [
        "Name (Original Name)",
        "Email",
        "Join Time",
        "11/18/2026 04:00:00 PM",
        "a@x",
        "A (B)",
        '"',
        ",",
        "\n",
        "Topic",
        "\0",
    ]
)


@given(st.one_of(st.text(), st.lists(CELLS).map(",".join), st.lists(CELLS).map("".join)))
def test_any_report_is_read_or_refused(text: str) -> None:
    try:
        report = zoom_report.parse(text)
        if report is not None:
            assert len(merge.people(report.rows, Clock(START))) <= len(report.rows)
    except InputRefused as error:
        assert error.action


@given(
    st.one_of(
        st.text(),
        st.recursive(
            st.none() | st.integers() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["items", "process", "audio"]), inner),
        ).map(json.dumps),
    )
)
def test_any_configuration_is_read_or_refused(text: str) -> None:
    try:
        assert zoom.converted(text)
    except InputRefused as error:
        assert error.action
