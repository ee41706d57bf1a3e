"""What a turn says to be secret in another turn is found there, whoever speaks and on whatever track."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.detect import detect
from pipeline.records import (
    ChatLine,
    Context,
    Cue,
    DetectionRule,
    Finding,
    Participant,
    Session,
    SoundPlace,
    TextPlace,
    Track,
    Transcript,
    Word,
)
from pipeline.settings import DetectSettings

Said = tuple[str, float, str]
"""Who speaks, when they begin, in seconds, and what they say; ``a`` and ``b`` have tracks of their own, ``m`` none."""


def heard(*lines: Said) -> Transcript:
    words = [
        Word(
            start_s=start_s + 0.3 * index,
            end_s=start_s + 0.3 * index + 0.25,
            time_uncertainty_s=0.1,
            text=text,
            probability=0.9,
            track_id="mix" if who.startswith("m") else who,
            participant_id=who,
        )
        for who, start_s, line in lines
        for index, text in enumerate(line.split())
    ]
    return Transcript(engine="test", words=tuple(sorted(words, key=lambda word: word.start_s)))


def session(captions: tuple[Cue, ...] = (), chat: tuple[ChatLine, ...] = ()) -> Session:
    people = tuple(Participant(participant_id=name, name=f"Someone {name}") for name in ("a", "b"))
    return Session(
        session_id="2026-11-18-abc",
        source_digest="0" * 64,
        platform="folder",
        title="",
        started_at=datetime(2026, 11, 18, 15, tzinfo=UTC),
        host="Lumen Labs",
        recorder_location=None,
        notice_asserted=True,
        purposes=(),
        duration_s=600.0,
        participants=people,
        tracks=tuple(
            Track(track_id=name, participant_id=name, digest="0" * 64, stream=0, duration_s=600.0) for name in "ab"
        ),
        captions=captions,
        chat=chat,
    )


def findings(meeting: Session, transcript: Transcript) -> list[Finding]:
    return list(detect(meeting, transcript, Context(), settings=DetectSettings()))


def secret_words(*lines: Said) -> set[str]:
    """The words of what is said that lie in a finding that makes them a secret."""
    transcript = heard(*lines)
    return {
        transcript.words[index].text
        for finding in findings(session(), transcript)
        if finding.rule is DetectionRule.SAID_TO_BE_SECRET and isinstance(finding.place, SoundPlace)
        for index in range(*finding.place.words)
    }


@pytest.mark.parametrize(
    "lines",
    [
        [("a", 0.0, "Is that true? This is off the record."), ("b", 4.0, "We close the Leeds office. Thanks.")],
        [("a", 0.0, "Off the record."), ("b", 2.0, "Sure."), ("a", 5.0, "We close the Leeds office. Thanks.")],
        [("a", 0.0, "Off the record."), ("a", 6.0, "We close the Leeds office. Thanks.")],
        [
            ("a", 0.0, "Please keep this between us."),
            ("b", 3.0, "Of course, nothing of this leaves the room."),
            ("a", 9.0, "We close the Leeds office. Thanks."),
        ],
        [("b", 0.0, "Thanks. We close the Leeds office."), ("a", 3.0, "Nobody outside knows about that.")],
        [
            ("a", 0.0, "Thanks. We close the Leeds office."),
            ("b", 3.0, "Oh, that is big news."),
            ("a", 6.0, "Nobody outside knows about it."),
        ],
        [("m1", 0.0, "This is off the record."), ("m2", 4.0, "We close the Leeds office. Thanks.")],
    ],
)
def test_what_is_meant_in_another_turn_is_secret(lines: list[Said]) -> None:
    secret = secret_words(*lines)
    assert {"close", "Leeds", "office."} <= secret
    assert "Thanks." not in secret


@pytest.mark.parametrize(
    "lines",
    [
        [("a", 0.0, "Off the record."), ("b", 200.0, "We close the Leeds office.")],
        [("b", 0.0, "We close the Leeds office."), ("a", 60.0, "Nobody outside knows about it.")],
        [("a", 0.0, "We shipped it in May."), ("b", 3.0, "We close the Leeds office.")],
        [("a", 0.0, "That ships in May under NDA."), ("b", 5.0, "We close the Leeds office.")],
    ],
)
def test_what_is_not_meant_is_no_secret(lines: list[Said]) -> None:
    assert "Leeds" not in secret_words(*lines)


def test_a_name_in_it_is_secret_wherever_it_is_said() -> None:
    transcript = heard(
        ("a", 0.0, "This stays off the record."),
        ("b", 3.0, "Well, the next one is called Tarrow."),
        ("a", 60.0, "Did you say that Tarrow ships in May?"),
    )
    again = [finding for finding in findings(session(), transcript) if finding.rule is DetectionRule.NAMED_AS_SECRET]
    assert {finding.text for finding in again} == {"Tarrow"}
    assert any(isinstance(finding.place, SoundPlace) and finding.place.start_s > 60.0 for finding in again)


def test_captions_and_chat_are_read_so_too() -> None:
    captions = (
        Cue(start_s=0.0, end_s=2.0, participant_id="a", text="This is off"),
        Cue(start_s=2.0, end_s=3.0, participant_id="a", text="the record."),
        Cue(start_s=3.5, end_s=6.0, participant_id="b", text="We close the Leeds office."),
    )
    chat = (
        ChatLine(at_s=10.0, participant_id="a", text="we close the Leeds office"),
        ChatLine(at_s=40.0, participant_id="b", text="please don't share that"),
        ChatLine(at_s=400.0, participant_id="b", text="thanks"),
    )
    places = {
        (place.surface, place.index)
        for finding in findings(session(captions, chat), heard())
        if isinstance(place := finding.place, TextPlace)
    }
    assert places == {("captions", 0), ("captions", 1), ("captions", 2), ("chat", 0), ("chat", 1)}


def test_nobody_decides_twice_on_what_a_larger_statement_holds() -> None:
    lines = [("a", 0.0, "This is off the record."), ("b", 4.0, "We close the Leeds office.")]
    said = [each for each in findings(session(), heard(*lines)) if each.rule is DetectionRule.SAID_TO_BE_SECRET]
    assert len({finding.entity for finding in said}) == 1
    assert [finding.place.track_id for finding in said if isinstance(finding.place, SoundPlace)] == ["a", "b"]


SENTENCES = st.sampled_from(
    ["Off the record.", "Sure.", "We close the Leeds office.", "Nobody outside knows about it.", "It ships in May."]
)


@given(st.lists(st.tuples(st.sampled_from("ab"), st.floats(0.0, 12.0), SENTENCES), max_size=8))
def test_every_word_that_a_turn_alone_makes_a_secret_stays_one(spoken: list[tuple[str, float, str]]) -> None:
    lines, start_s = [], 0.0
    for who, pause_s, line in spoken:
        lines.append((who, start_s, line))
        start_s += 0.3 * len(line.split()) + pause_s
    secret = secret_words(*lines)
    assert ("record." in secret) == any(line == "Off the record." for _, _, line in spoken)
    assert ("knows" in secret) == any(line.startswith("Nobody") for _, _, line in spoken)


def test_what_somebody_promises_is_left_and_what_they_were_told_is_secret() -> None:
    told = [("a", 0.0, "We close the Leeds office."), ("b", 4.0, "Of course, we will keep that between us.")]
    assert secret_words(*told) == {"We", "close", "the", "Leeds", "office."}


def test_a_promise_means_what_another_told_and_not_what_its_own_speaker_said() -> None:
    words = secret_words(
        ("b", 0.0, "Is anybody else coming?"),
        ("a", 3.0, "We close the Leeds office in the spring of next year."),
        ("b", 7.5, "It will stay between us."),
    )
    assert "Leeds" in words
    assert not words & {"anybody", "stay"}


def test_what_is_asked_in_the_words_of_a_promise_goes_with_what_was_said_before_an_answer() -> None:
    asked = [("a", 0.0, "We close the Leeds office."), ("b", 2.0, "Oh."), ("a", 3.0, "It will stay between us.")]
    assert "Leeds" in secret_words(*asked)


@pytest.mark.parametrize(
    "asked",
    ["That stays between us, please.", "We keep that to ourselves, of course.", "None of that leaves this room, okay?"],
)
def test_who_told_a_secret_asks_for_it_after_a_while_in_the_words_of_a_promise(asked: str) -> None:
    talk = ("b", 4.0, "Oh. That is news, when we met in spring you sounded so happy with all of it here.")
    assert "Leeds" in secret_words(("a", 0.0, "We close the Leeds office."), talk, ("a", 11.0, asked))


@pytest.mark.parametrize(
    "asked",
    [
        "Off the record, what will you do?",
        "Just between us, how bad was it?",
        "This question is off the record. What will you do?",
    ],
)
def test_what_answers_a_question_that_is_asked_in_confidence_is_secret(asked: str) -> None:
    answer = ("b", 5.0, "We close the Leeds office. Thanks.")
    assert "Leeds" in secret_words(("a", 0.0, asked), answer)
    assert "Leeds" in secret_words(("m1", 0.0, asked), ("m2", *answer[1:]))


def test_a_question_behind_what_is_secret_takes_no_answer() -> None:
    told = ("a", 0.0, "We sell the lens division, and that is off the record.")
    asked = ("a", 4.0, "Where is your printer?")
    assert "Leeds" not in secret_words(told, asked, ("b", 6.0, "It stands in the Leeds office."))


NEXT = [("b", 9.0, "Thank you. Is there anything else that the others need?")]


def test_an_announcement_that_says_itself_what_is_secret_takes_no_answer() -> None:
    announced = (
        "a",
        0.0,
        "What I say now is not meant for the notes, we are looking for a buyer for the lens division.",
    )
    words = secret_words(announced, *NEXT)
    assert {"lens", "division."} <= words
    assert "else" not in words


@pytest.mark.parametrize(
    "lines",
    [
        [
            ("a", 0.0, "What I say now is not meant for the notes, I mean that."),
            ("b", 5.0, "Sure."),
            ("a", 7.0, "We close the Leeds office."),
        ],
        [
            ("a", 0.0, "What I say now is not meant for the notes, we had a long fight over this with the auditors."),
            ("b", 9.0, "We close the Leeds office."),
        ],
        [
            ("a", 0.0, "The next bit is not for the notes, our lawyers and the whole board argued for weeks."),
            ("b", 9.0, "Sure."),
            ("a", 11.0, "We close the Leeds office."),
        ],
        [
            ("a", 0.0, "What you hear next is not for the notes, please."),
            ("b", 5.0, "We close the Leeds office."),
        ],
        [
            ("a", 0.0, "What you say next stays in this room, we switched the second device off."),
            ("b", 6.0, "We close the Leeds office."),
        ],
        [
            ("a", 0.0, "What we show now is confidential, my colleague has prepared slides."),
            ("b", 6.0, "We close the Leeds office."),
        ],
        [
            ("a", 0.0, "What I say now is between us, my boss gets nervous quickly."),
            ("b", 5.0, "Go on."),
            ("a", 7.0, "So we close the Leeds office."),
        ],
    ],
)
def test_what_is_announced_is_secret_also_behind_an_answer(lines: list[Said]) -> None:
    assert "Leeds" in secret_words(*lines)
