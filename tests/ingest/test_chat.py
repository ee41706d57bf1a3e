"""Zoom's chat text in all its forms: read, or what was not understood is counted and is nobody's."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import InputRefused
from pipeline.ingest.chat import ChatMessage, parse
from pipeline.ingest.clock import chat_times

START = datetime(2026, 11, 18, 10)
HEADERS = [
    "10:00:05 From Priya Raman to Everyone:",
    "10:00:05 Von Priya Raman an Alle:",
    "10:00:05 De Priya Raman à Tout le monde:",
    "10:00:05 De Priya Raman para Todos:",
    "10:00:05 Da Priya Raman a Tutti:",
    "10:00:05 Van Priya Raman aan Iedereen:",
    "10:00:05 От Priya Raman Кому Все:",
    "10:00:05 開始 Priya Raman 宛先 全員:",
    "10:00:05 从 Priya Raman 到 所有人:",
    "10:00:05 從 Priya Raman 到 所有人:",
    "2026-11-18 10:00:05 From Priya Raman to Everyone:",
    "2026/11/18 10:00:05 From Priya Raman to Everyone (in Meeting):",
    "18.11.2026 10:00:05 Von Priya Raman an Alle :",
    "10:00:05 AM From Priya Raman to Everyone:",
]


def read(text: str) -> list[tuple[str, str, bool]]:
    return [(message.sender, message.text, message.direct) for message in parse(text).messages]


@pytest.mark.parametrize("header", HEADERS)
def test_a_header_is_read_in_every_language_and_with_its_date(header: str) -> None:
    file = parse(f"{header}\n\tone: two\n\n\tthree\n")
    (message,) = file.messages
    assert (message.sender, message.text, message.direct) == ("Priya Raman", "one: two\n\nthree", False)
    assert (message.at_s, message.wall, file.unread) == (36005.0, True, 0)
    assert message.day in (None, date(2026, 11, 18))


@pytest.mark.parametrize(
    ("line", "want"),
    [
        ("00:00:31\t From  Ann : connect to host port 22: refused", ("Ann", "connect to host port 22: refused", False)),
        ("00:00:31 From Ann : from me to you: hi", ("Ann", "from me to you: hi", False)),
        ("00:00:31 From  Ann  to  Everyone : a: b", ("Ann", "a: b", False)),
        ("00:00:31 From Ann to Go to Everyone: hi", ("Ann to Go", "hi", False)),
        ("00:00:31 From Ann to Bo(Direct Message): hi", ("Ann", "hi", True)),
        ("00:00:31 From Ann to Bo (Privately) : hi", ("Ann", "hi", True)),
        ("00:00:31 From Ann to Bo (Direct Message): say it to Everyone: hi", ("Ann", "say it to Everyone: hi", True)),
        (
            "00:00:31 From Ann: Ops to Bo (Direct Message): tell it to Everyone: hi",
            ("Ann: Ops", "tell it to Everyone: hi", True),
        ),
        ("00:00:31 From Ann to Go (Ops) to Everyone: hi", ("Ann to Go (Ops)", "hi", False)),
        ("00:00:31 From Ann: Ops to Everyone: hi", ("Ann: Ops", "hi", False)),
        ("00:00:31 From Ann to Hosts and panelists: hi", ("Ann", "hi", True)),
        ("00:00:31 Von Ann an Bo(Direktnachricht): hi", ("Ann", "hi", True)),
        ("00:00:31\tAnn: Ops:\thi", ("Ann: Ops", "hi", False)),
        ("00:00:31 開始 安 : hi", ("安", "hi", False)),
    ],
)
def test_sender_recipient_and_text_are_told_apart(line: str, want: tuple[str, str, bool]) -> None:
    assert read(line) == [want]


@pytest.mark.parametrize(
    "header",
    ["10:00:09 Lähettäjä Cy vastaanottaja Kaikki:", "2026-11-18 10:00 Cy writes", "10:00:09 Cy:", "10:00:09 hello"],
)
def test_a_header_that_is_not_understood_goes_on_with_nobodys_message(header: str) -> None:
    file = parse(
        f"10:00:05 From Ann to Everyone:\n\tmine\n{header}\n\ttheirs\n\talso\n10:00:12 From Bo to Everyone:\n\tlast\n"
    )
    assert [(message.sender, message.text) for message in file.messages] == [("Ann", "mine"), ("Bo", "last")]
    assert file.unread == 3


def test_a_time_in_what_somebody_writes_is_no_header() -> None:
    assert read("10:00:05 From Ann to Everyone:\n\t10:30:00 would do\n10:30 too\nand 10:30:00\n") == [
        ("Ann", "10:30:00 would do\n10:30 too\nand 10:30:00", False)
    ]


@pytest.mark.parametrize("text", ["no chat at all", "10:00:09 Lähettäjä Cy vastaanottaja Kaikki:\n\thi\n"])
def test_a_file_without_one_message_that_can_be_read_is_refused(text: str) -> None:
    with pytest.raises(InputRefused, match="chat"):
        parse(text)


def times(*messages: tuple[date | None, str], start: datetime = START, duration_s: float = 600.0) -> list[float | None]:
    made = []
    for day, clock in messages:
        hours, minutes, seconds = map(int, clock.split(":"))
        made.append(ChatMessage(hours * 3600.0 + minutes * 60 + seconds, "A", "x", wall=True, direct=False, day=day))
    return chat_times(made, start, duration_s)


def test_messages_of_other_meetings_in_the_same_file_are_left_out() -> None:
    today, before = date(2026, 11, 18), date(2026, 11, 11)
    assert times((before, "10:00:05"), (today, "10:00:07"), (today, "10:09:00")) == [None, 7.0, 540.0]
    assert times((None, "08:30:00"), (None, "10:00:07"), (None, "10:15:00"), (None, "16:00:00")) == [
        None,
        7.0,
        600.0,
        None,
    ]
    assert times((today, "23:59:58"), (date(2026, 11, 19), "00:00:05"), start=datetime(2026, 11, 18, 23, 59, 55)) == [
        3.0,
        10.0,
    ]


def test_a_file_of_other_meetings_alone_is_refused() -> None:
    with pytest.raises(InputRefused, match="other meetings"):
        times((date(2026, 11, 11), "10:00:05"))
    with pytest.raises(InputRefused, match="timezone"):
        times((None, "16:00:05"), start=START)


@given(st.lists(st.sampled_from([*HEADERS, "10:00:09 Cy?", "\ttext", "text", "", "00:00:01\tAnn:\thi"]), max_size=12))
def test_every_line_is_in_a_message_or_counted(lines: list[str]) -> None:
    try:
        file = parse("\n".join(lines))
    except InputRefused:
        assert not any(line in HEADERS or "Ann" in line for line in lines)
        return
    written = sum(line.strip() == "text" for line in lines)
    read_lines = sum(message.text.split("\n").count("text") for message in file.messages)
    assert written - read_lines <= file.unread
