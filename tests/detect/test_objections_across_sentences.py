"""Objections that lean on the sentence before them, that speak of transcripts, and that are not in English.

In the texts | is where somebody else goes on. All were written before the rules that hear them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.detect import consent_cues
from pipeline.embeddings import encoder_name
from pipeline.records import ChatLine, ConsentCueKind, Context, Transcript
from tests.detect.locate.test_statements_across import heard, session

pytestmark = pytest.mark.skipif(encoder_name() != "minilm", reason="the sentence model is not pulled")
HERE = Path(__file__).parent
OBJECTIONS = (HERE / "objections_to_a_recording.txt").read_text("utf-8").splitlines()
TALK = (HERE / "talk_of_recordings.txt").read_text("utf-8").splitlines()


def is_held_in_speech(dialogue: str) -> bool:
    said = [("ab"[turn % 2], 6.0 * turn, text.strip()) for turn, text in enumerate(dialogue.split("|"))]
    cues = consent_cues(session(), heard(*said), Context())
    return any(cue.kind is ConsentCueKind.STOP_RECORDING for cue in cues)


def is_held_in_chat(message: str) -> bool:
    chat = (ChatLine(at_s=0.0, participant_id=None, text=message),)
    cues = consent_cues(session(chat=chat), Transcript(engine="test", words=()), Context())
    return any(cue.kind is ConsentCueKind.STOP_RECORDING for cue in cues)


@pytest.mark.parametrize("dialogue", OBJECTIONS)
def test_an_objection_holds_the_session_aloud_and_in_the_chat(dialogue: str) -> None:
    assert is_held_in_speech(dialogue)
    assert is_held_in_chat(dialogue.replace(" | ", " "))


@pytest.mark.parametrize("dialogue", TALK)
def test_who_does_not_mind_and_talk_of_products_hold_nobody(dialogue: str) -> None:
    assert not is_held_in_speech(dialogue)
    assert not is_held_in_chat(dialogue.replace(" | ", " "))


@pytest.mark.parametrize(
    "dialogue",
    [
        "You have been recording me since ten? That makes me really uneasy.",
        "So all of this ends up on the internet. Honestly that frightens me.",
        "You published last week's video with me in it. That was against my will.",
    ],
)
def test_two_sentences_together_are_read_as_an_objection_that_neither_is_alone(dialogue: str) -> None:
    first, second = dialogue.replace("?", ".").split(". ")
    assert not is_held_in_speech(first) and not is_held_in_speech(second)
    assert is_held_in_speech(dialogue)
