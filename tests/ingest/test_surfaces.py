"""Captions and chat in all their written forms."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import InputRefused
from pipeline.ingest import captions, chat, surfaces
from pipeline.ingest.chat import ChatFile
from pipeline.ingest.clock import chat_times, session_times
from pipeline.ingest.draft import Person
from pipeline.ingest.participants import Speakers
from pipeline.records import ChatLine, Cue

PEOPLE = (Person(name="Priya Raman", aliases=("Pri",)), Person(name="Sam"), Person(name="SAM"))
ANY_CAPTIONS = st.lists(
    st.sampled_from(
        [
            "WEBVTT",
            "\n",
            "\n\n",
            "00:01.000 --> 00:02.000",
            "1:00:00,5 --> 00:00,1",
            "-->",
            "<v A>",
            "</v>",
            "[A] 10:00:00",
            "A: b",
            "NOTE x",
            "é\u200b",
            " ",
        ]
    )
).map("".join)
ANY_CHAT = st.lists(
    st.sampled_from(
        ["10:00:00", "\t", "\n", " From ", "A B", " to ", "Everyone", ":", ":\t", "(Direct Message)", "x", "99:00:00"]
    )
).map("".join)


def cues(text: str, *, start: datetime | None = None, duration_s: float = 100.0) -> tuple[Cue, ...]:
    return surfaces.cues(captions.parse(text).captions, Speakers(PEOPLE), start=start, duration_s=duration_s)


def placed(file: ChatFile, *, start: datetime | None = None, duration_s: float = 100.0) -> tuple[ChatLine, ...]:
    times = chat_times(file.messages, start, duration_s)
    kept = [replace(each, at_s=at_s) for each, at_s in zip(file.messages, times, strict=True) if at_s is not None]
    return surfaces.chat_lines(kept, Speakers(PEOPLE))


def test_webvtt_with_voices_prefixes_notes_and_tags() -> None:
    found = cues(
        "WEBVTT - x\n\nNOTE a --> b\n\nSTYLE\n::cue {}\n\nid\n00:01.000 --> 00:02.500 align:start\n"
        "<v.loud Priya Raman>one <b>bold</b> &amp; two</v> <v Other>three</v>\n\n"
        "01:00:00.000 --> 01:00:01.000\nPRI: late\n\n"
        "00:03.000 --> 00:04.000\nNote to all: four\nfive\n"
    )
    assert [(cue.start_s, cue.end_s, cue.participant_id, cue.text) for cue in found] == [
        (1.0, 2.5, "p1", "one bold & two"),
        (1.0, 2.5, None, "three"),
        (100.0, 100.0, "p1", "late"),
        (3.0, 4.0, None, "Note to all: four\nfive"),
    ]


def test_subrip_and_a_name_that_two_people_bear() -> None:
    found = cues("1\n00:00:01,000 --> 00:00:02,000\nSam: hi\n\n2\n00:00:03,5 --> 00:00:04,000\nPriya Raman: yes\n")
    assert [(cue.start_s, cue.participant_id, cue.text) for cue in found] == [(1.0, None, "hi"), (3.5, "p1", "yes")]


def test_zooms_saved_captions_on_the_wall_clock() -> None:
    found = cues("[Priya Raman] 16:00:05\nhello\nthere\n\n[X] 16:00:09\nbye\n", start=datetime(2026, 11, 18, 16))
    assert [(cue.start_s, cue.end_s, cue.participant_id, cue.text) for cue in found] == [
        (5.0, 9.0, "p1", "hello\nthere"),
        (9.0, 100.0, None, "bye"),
    ]


@pytest.mark.parametrize("text", ["plain text", "WEBVTT\n\n00:05.000 --> 00:01.000\nx\n", "WEBVTT\n\nx --> y\nz\n"])
def test_other_captions_are_refused(text: str) -> None:
    with pytest.raises(InputRefused):
        captions.parse(text)


def test_chat_in_the_cloud_form() -> None:
    written = chat.parse("00:00:05\tPriya Raman:\thi\nmore: of it\n00:01:00\tX:\tbye\n")
    lines = placed(written)
    assert [(line.at_s, line.participant_id, line.text, line.direct) for line in lines] == [
        (5.0, "p1", "hi\nmore: of it", False),
        (60.0, None, "bye", False),
    ]


def test_chat_in_the_local_forms_over_midnight() -> None:
    written = chat.parse(
        "23:59:50 From Pri to Everyone:\n\tearly\n00:00:20 From Priya Raman (Pri) to Sam(Direct Message):\n\tpsst\n"
        "00:00:30 From Pri to Sam (Privately): inline\n00:00:31\t From  Pri : old form\n"
    )
    lines = placed(written, start=datetime(2026, 11, 18, 23, 59, 55))
    assert [(line.at_s, line.participant_id, line.text, line.direct) for line in lines] == [
        (0.0, "p1", "early", False),
        (25.0, "p1", "psst", True),
        (35.0, "p1", "inline", True),
        (36.0, "p1", "old form", False),
    ]


def test_a_clock_that_fits_nothing_is_refused_with_what_to_do() -> None:
    with pytest.raises(InputRefused, match="timezone"):
        session_times([36000.0], None, 60.0, "chat")
    with pytest.raises(InputRefused):
        chat.parse("no chat at all")


@given(st.lists(st.floats(0, 86399)), st.datetimes(), st.floats(1, 20000))
def test_times_lie_in_the_session_or_are_refused(clock_s: list[float], start: datetime, duration_s: float) -> None:
    try:
        placed = session_times(clock_s, start, duration_s, "chat")
    except InputRefused:
        return
    assert all(0 <= at_s <= duration_s for at_s in placed)
    assert len(placed) == len(clock_s)


@given(st.one_of(st.text(), ANY_CAPTIONS))
def test_any_captions_are_read_or_refused(text: str) -> None:
    try:
        found = cues(text, duration_s=50.0)
    except InputRefused:
        return
    assert all(0 <= cue.start_s <= cue.end_s <= 50.0 and cue.text for cue in found)


@given(st.one_of(st.text(), ANY_CHAT))
def test_any_chat_is_read_or_refused(text: str) -> None:
    try:
        assert all(line.text and line.at_s >= 0 for line in chat.parse(text).messages)
    except InputRefused as error:
        assert error.action
