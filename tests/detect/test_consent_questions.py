"""Answers that hold the session for what was asked: a "no" to the recording, "fifteen" to "how old are you?"."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.detect import consent_cues
from pipeline.records import ChatLine, ConsentCue, ConsentCueKind, Context, Cue
from tests.detect.locate.test_statements_across import Said, heard, session

ASKS = [
    "Is everybody okay with being recorded?",
    "Are you all comfortable with us recording today?",
    "Is it alright if we record this?",
    "Can we record this session?",
    "I'm going to record this call. Is that okay?",
    "We are being recorded, is that fine with everyone?",
    "Do you agree to being recorded?",
    "is it okay with you both if I record",
]
MINDS = [
    "Do you mind if I record this?",
    "Would anybody mind being recorded?",
    "Any objections to us recording?",
    "We record these, does anyone object?",
    "Does anyone have a problem with the recording?",
]


def objections(*lines: Said) -> tuple[ConsentCue, ...]:
    return consent_cues(session(), heard(*lines), Context())


@pytest.mark.parametrize("question", ASKS)
@pytest.mark.parametrize(
    "answer", ["No.", "No, sorry.", "Um, no.", "Not really.", "I'd prefer not.", "Please don't.", "Actually, no."]
)
def test_a_no_to_who_asks_for_agreement_objects(question: str, answer: str) -> None:
    (cue,) = objections(("a", 0.0, question), ("b", 6.0, answer))
    assert cue.kind is ConsentCueKind.STOP_RECORDING
    assert cue.track_id == "b"
    assert cue.start_s >= 6.0


@pytest.mark.parametrize("question", MINDS)
@pytest.mark.parametrize("answer", ["Yes.", "Yes, I do.", "I'd rather you didn't.", "Well, yeah.", "I do mind."])
def test_a_yes_to_who_asks_for_objections_objects(question: str, answer: str) -> None:
    assert len(objections(("a", 0.0, question), ("b", 6.0, answer))) == 1


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How old are you?", "Fifteen."),
        ("How old are you, by the way?", "I just turned 16."),
        ("What grade are you in?", "Ninth grade."),
        ("Are you over eighteen?", "Not yet."),
        ("Are you all adults here?", "No, I am not."),
    ],
)
def test_a_minors_answer_is_one(question: str, answer: str) -> None:
    (cue,) = objections(("a", 0.0, question), ("b", 6.0, answer))
    assert (cue.kind, cue.track_id) == (ConsentCueKind.MINOR, "b")


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How old are you?", "Forty one."),
        ("How old is your cluster?", "Fifteen."),
        ("Are you over eighteen?", "Yes, for years."),
        ("How many nodes are you on?", "Fifteen."),
    ],
)
def test_an_adults_answer_is_none(question: str, answer: str) -> None:
    assert objections(("a", 0.0, question), ("b", 6.0, answer)) == ()


@pytest.mark.parametrize("question", ASKS)
@pytest.mark.parametrize(
    "answer", ["Yes.", "Sure, go ahead.", "No problem.", "No worries at all.", "No, that's fine.", "Okay.", "Yeah."]
)
def test_who_agrees_holds_nothing(question: str, answer: str) -> None:
    assert objections(("a", 0.0, question), ("b", 6.0, answer)) == ()


@pytest.mark.parametrize("question", MINDS)
@pytest.mark.parametrize(
    "answer", ["No.", "No, go ahead.", "Not at all.", "Yeah, that's fine.", "Not really.", "I don't mind.", "Nope."]
)
def test_who_does_not_mind_holds_nothing(question: str, answer: str) -> None:
    assert objections(("a", 0.0, question), ("b", 6.0, answer)) == ()


@pytest.mark.parametrize(
    "lines",
    [
        [("a", 0.0, "Is that okay for the report?"), ("b", 3.0, "No.")],
        [("a", 0.0, "Can we record a macro in the editor?"), ("b", 3.0, "No, not yet.")],
        [("a", 0.0, "Do you mind if I share my screen?"), ("b", 3.0, "Yes.")],
        [("a", 0.0, "Is everybody okay with being recorded?"), ("a", 6.0, "No? Then we begin.")],
        [("a", 0.0, "Is everybody okay with being recorded?"), ("b", 60.0, "No, the export is broken.")],
        [
            ("a", 0.0, "Is everybody okay with being recorded?"),
            ("b", 3.0, "Yes. It is good to be here. No, the export is broken."),
        ],
    ],
)
def test_other_questions_and_later_answers_hold_nothing(lines: list[Said]) -> None:
    assert objections(*lines) == ()


def test_each_of_several_people_is_listened_to() -> None:
    lines = [("a", 0.0, ASKS[0]), ("b", 4.0, "Yes."), ("c", 5.0, "Sure."), ("d", 6.0, "No.")]
    assert [cue.track_id for cue in objections(*lines)] == ["d"]


def test_in_sound_without_speakers_too() -> None:
    transcript = heard(("m", 0.0, "Is everybody okay with being recorded? No, I am not. Well then."))
    unnamed = replace(transcript, words=tuple(replace(word, participant_id=None) for word in transcript.words))
    assert len(consent_cues(session(), unnamed, Context())) == 1


def test_captions_and_chat_answer_too() -> None:
    captions = (
        Cue(start_s=0.0, end_s=2.0, participant_id="a", text=ASKS[0]),
        Cue(start_s=3.0, end_s=4.0, participant_id="b", text="not really"),
    )
    chat = (ChatLine(at_s=20.0, participant_id="b", text="no please"),)
    asked_aloud = consent_cues(session(chat=chat), heard(("a", 0.0, ASKS[0])), Context())
    assert [cue.chat_line for cue in asked_aloud] == [0]
    captioned = consent_cues(session(captions), heard(), Context())
    assert [(cue.start_s, cue.track_id) for cue in captioned] == [(3.0, None)]
    written = (ChatLine(at_s=0.0, participant_id="a", text="ok if we record this?"), *chat)
    assert [cue.chat_line for cue in consent_cues(session(chat=written), heard(), Context())] == [1]


@given(st.sampled_from([*ASKS, *MINDS]), st.sampled_from(["Sure.", "Fine.", "Yes.", "No.", "Hello there."]))
def test_what_refuses_objects_whatever_was_asked_and_said_before(question: str, before: str) -> None:
    lines = [("a", 0.0, question), ("c", 4.0, before), ("b", 6.0, "I'd rather not, if that's okay.")]
    assert "b" in {cue.track_id for cue in objections(*lines)} or "c" in {cue.track_id for cue in objections(*lines)}
