"""Requests in the chat: consecutive messages are one turn, and nothing is read that its writer did not write."""

from __future__ import annotations

import pytest

from pipeline.records import RequestSource, Tag, Turn
from pipeline.tag import read_taxonomy, tag_chat
from pipeline.tag.own_words import OwnWords

ASKED = "Could you please add an audit log for exports?"


def message(text: str, at_s: float = 10.0, who: str | None = "p1") -> Turn:
    return Turn(start_s=at_s, end_s=at_s, participant_id=who, speaker="x", text=text)


def tagged(*messages: Turn, staff: tuple[str, ...] = ("p9",)) -> tuple[Tag, ...]:
    return tag_chat(messages, staff=staff, taxonomy=read_taxonomy(None))


def test_a_typed_request_has_its_writer_its_second_and_its_source() -> None:
    (request,) = tagged(message("hi all", 2.0), message(ASKED, 81.0))
    assert (request.label, request.participant_id, request.source) == ("request", "p1", RequestSource.CHAT)
    assert (request.start_s, request.end_s, request.quote) == (81.0, 81.0, ASKED)
    assert "audit log" in request.title.casefold()


@pytest.mark.parametrize(
    "parts",
    [
        ("it would be great if we could", "export dashboards as parquet files"),
        ("it would be great if we", "could export dashboards", "as parquet files."),
        ("it would be great", "if we could export dashboards as parquet files"),
        ("it would be great if we could\nexport dashboards as parquet files",),
    ],
)
def test_a_sentence_over_several_messages_is_one_request(parts: tuple[str, ...]) -> None:
    (request,) = tagged(*(message(part, 20.0 + 5 * at) for at, part in enumerate(parts)))
    assert request.quote.rstrip(".") == "it would be great if we could export dashboards as parquet files"
    assert (request.start_s, request.end_s) == (20.0, 20.0 + 5 * (len(parts) - 1))


def test_each_of_two_requests_in_a_row_has_the_time_of_its_own_message() -> None:
    found = tagged(message(ASKED, 20.0), message("Please add dark mode to the console.", 50.0))
    assert [(each.start_s, each.label) for each in found] == [(20.0, "request"), (50.0, "request")]


def test_please_ends_a_message_where_nothing_is_to_follow() -> None:
    (request,) = tagged(
        message("also a new widget please"), message("and we want an audit report in the dashboard", 20.0)
    )
    assert (request.quote, request.start_s) == ("and we want an audit report in the dashboard", 20.0)
    (request,) = tagged(message("could you please"), message("add an audit log for exports", 20.0))
    assert (request.quote, request.start_s) == ("could you please add an audit log for exports", 10.0)


@pytest.mark.parametrize("gap", [message("mm", 12.0, "p2"), None])
def test_another_between_or_a_long_pause_ends_a_turn(gap: Turn | None) -> None:
    later_s = 15.0 if gap else 200.0
    apart = [message("it would be great if we could", 10.0), *([gap] if gap else []), message("log in.", later_s)]
    assert not any("log in" in each.quote and "great" in each.quote for each in tagged(*apart))


@pytest.mark.parametrize(
    "text",
    [
        f'Replying to "{ASKED}"\n\n+1',
        f'Replying to "{ASKED[:30]}..."\nyes',
        'Replying to "Could you add "dark mode" and an audit log please"\n\nyes',
        'Replying to "Could you please add\nan audit log for exports"\nyes',
        f'Replying to "{ASKED}',
        f'Reacted to "{ASKED}" with 👍',
        f'Removed a 👍 reaction from "{ASKED}"',
        f"Antwort auf „{ASKED}“\nja",
        f"「{ASKED}」に返信",
        f"> {ASKED}",
        f"p2 10:00\n> {ASKED}\n> Please add dark mode.",
        "https://example.com/could-you-please-add?an=audit-log",
        "👍👍",
        "[redacted]",
        "[customer A] [url 1]",
        "",
    ],
)
def test_what_somebody_replies_to_reacts_to_or_quotes_is_not_their_request(text: str) -> None:
    assert tagged(message(text)) == ()


def test_a_reply_that_asks_is_a_request_of_who_replies() -> None:
    (request,) = tagged(message('Replying to "How do I log in?"\n\nPlease add single sign-on for contractors.'))
    assert request.quote == "Please add single sign-on for contractors."


def test_what_another_wrote_before_is_not_read_again_as_somebody_elses() -> None:
    lines = [message(ASKED, 1.0, "p2"), message(f"Ana 10:01\n{ASKED}", 5.0), message(ASKED.upper(), 9.0)]
    assert [each.participant_id for each in tagged(*lines)] == ["p2"]
    same = [message("Dark mode please!", 1.0, "p2"), message("dark mode, please", 5.0)]
    assert OwnWords().of("p1", same[1].text) and len({who.participant_id for who in same}) == 2
    own = OwnWords()
    assert [own.of(str(each.participant_id), each.text) != () for each in same] == [True, True], "many want the same"


def test_links_are_not_in_what_is_quoted() -> None:
    (request,) = tagged(message("Please support https://wiki.example.com/x/?a=b#c as an import source."))
    assert request.quote == "Please support [link] as an import source."


def test_staff_ask_for_nothing_and_their_typed_answer_belongs_to_the_request() -> None:
    answer = "Yes, you can turn it on in the settings under audit."
    (request,) = tagged(message(ASKED, 10.0), message(answer, 20.0, "p9"), message(ASKED + " Really.", 30.0, "p9"))
    assert request.participant_id == "p1"
    assert request.answer and (request.answer.text, request.answer.participant_id) == (answer, "p9")


def test_who_wrote_it_must_be_known() -> None:
    assert tagged(message(ASKED, who=None)) == ()
    (known,) = tagged(message(ASKED, 1.0, None), message(ASKED, 2.0))
    assert known.participant_id == "p1"


def test_two_who_type_the_same_in_the_same_minute_are_two_and_one_who_does_is_one() -> None:
    short = "Please add dark mode."
    found = tagged(message(short, 60.0), message(short, 60.0, "p2"), message(short, 60.0))
    assert sorted(str(each.participant_id) for each in found) == ["p1", "p2"]
