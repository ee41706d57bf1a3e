"""A question whether something is secret makes one of it, unless it is answered that it is none."""

from __future__ import annotations

import time

import pytest

from pipeline.detect.gazetteer.statements import statement_recognizer
from pipeline.detect.text.tokens import read
from pipeline.lexicon.cues import shipped_cues
from pipeline.records import ChatLine, DetectionRule, TextPlace, Transcript
from tests.detect.locate.test_statements_across import findings, secret_words, session

TOLD = "We close the Leeds office."
SECRET = {"We", "close", "the", "Leeds", "office."}
recognize = statement_recognizer(shipped_cues())


def dialogue(*said: str, of_one: bool = False) -> list[tuple[str, float, str]]:
    """Turns of two speakers, or of nobody knows whom, half a second apart, behind what is told."""
    lines, at_s = [], 0.0
    for number, line in enumerate((TOLD, *said)):
        lines.append(("m" if of_one else "ab"[number % 2], at_s, line))
        at_s += 0.3 * len(line.split()) + 0.5
    return lines


@pytest.mark.parametrize("of_one", [False, True])
@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("That's not confidential, is it?", "No, no, it's on our website."),
        ("Is this under NDA?", "No, it's all public."),
        ("Is this confidential?", "No, not at all."),
        ("That's not under NDA, is it?", "Nope. We announced it last month."),
        ("Is that public?", "Yes, it's on our website since last week."),
        ("That isn't public, is it?", "Yes, it is."),
    ],
)
def test_what_is_answered_to_be_no_secret_is_none(question: str, answer: str, *, of_one: bool) -> None:
    assert secret_words(*dialogue(question, answer, of_one=of_one)) == set()


@pytest.mark.parametrize("of_one", [False, True])
@pytest.mark.parametrize(
    "said",
    [
        ["That's not confidential, is it?"],
        ["That's not confidential, is it?", "It is."],
        ["That's not confidential, is it?", "No. Well, actually, it is."],
        ["That's not confidential, is it?", "No, but please keep it in this room."],
        ["That's not confidential, is it?", "No, I don't think so."],
        ["Is that confidential?", "Not after June."],
        ["Is that confidential?", "No, not really."],
        ["Is that confidential?", "No. But only because the press does not know it yet."],
        ["Is that confidential?", "No.", "Hang on, it is."],
        ["Is this under NDA?", "No idea."],
        ["Is that public?"],
        ["Is that public?", "It will be in June."],
        ["Is that public?", "Yes, from June on."],
        ["Is that public?", "Absolutely not."],
        ["That's not public, is it?", "Yes."],
        ["Is that public?", "It's on our website.", "That page is not live."],
        ["Can I tell my team about that?", "Better not."],
        ["May I mention that?", "Not yet, please."],
        ["Do your customers know?", "Not yet."],
        ["That's no secret, is it?", "It's in the papers. Next week, that is."],
        ["That's not confidential, is it?", "No. The press release goes out in June."],
        ["That's not confidential, is it?", "No.", "The press release goes out in June."],
        ["Is that confidential?", "No. Then again it might be."],
        ["Is this under NDA?", "No. Inside the four walls here at any rate."],
        ["Is this under NDA?", "No. The lawyers told me otherwise."],
        ["Is that confidential?", "No.", "Yes."],
        ["Is this under NDA?", "No. The Manchester one was in the news."],
        ["Is that public?", "Yes. No."],
        ["Is that public?", "Yes.", "No."],
        ["Is that public?", "Yes. The customers get a letter in March."],
        ["Is that public?", "Yes, it's on our website. The employees learn it on Monday."],
        ["Can I tell my team about that?", "Wait until June."],
        ["Can I tell my team about that?", "Only after June, please."],
        ["Can I tell my team about that?", "Under no circumstances."],
        ["Do your customers know about it?", "Hold off until Friday."],
        ["Do your customers know about it?", "Not a soul."],
        ["Is that under NDA?", "No.", "Okay.", "Great.", "Sorry, it is under NDA."],
        ["Can I repeat that?", "No, that part is not announced."],
        ["Can I quote that?", "Rather not."],
        ["Are we allowed to say that?", "We are not."],
    ],
)
def test_any_other_answer_keeps_it_secret(said: list[str], *, of_one: bool) -> None:
    assert secret_words(*dialogue(*said, of_one=of_one)) >= SECRET


def test_who_takes_a_denial_back_in_the_next_turn_makes_it_a_secret() -> None:
    assert secret_words(*dialogue("Okay.", "That's not confidential.", "Are you sure? Legal says it is.")) != set()


@pytest.mark.parametrize(
    "text",
    [
        "The roadmap has forty entries. That's not confidential.",
        "We ship in May. It's not a secret.",
        "The limit is forty. Can I tell my team about that? Sure, go ahead.",
        "The limit is forty. Is that public? Yes. It's in the release notes.",
        "Is there a limit? Do your customers know about it? Yes, most of them.",
    ],
)
def test_what_is_said_to_be_no_secret_is_none(text: str) -> None:
    assert recognize(read(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "We close the Leeds office. This is not confidential, it's top secret.",
        "We close the Leeds office. It's not public. It's confidential.",
        "We close the Leeds office. It's not confidential yet. It will be.",
        "We close the Leeds office. That's not confidential. But don't write it down.",
    ],
)
def test_what_only_begins_like_a_denial_is_secret(text: str) -> None:
    assert any("We close the Leeds office" in match.text for match in recognize(read(text)))


def test_the_same_question_is_read_apart_in_each_turn_of_a_chat() -> None:
    """Equal lines of chat are one text: answered in one place only, they stay questions in both."""
    lines = ("Is this under NDA?", "No, it's all public.", "We close the Leeds office.", "Is this under NDA?", "Yes.")
    chat = tuple(
        ChatLine(at_s=20.0 * number, participant_id="ab"[number % 2], text=text) for number, text in enumerate(lines)
    )
    found = findings(session(chat=chat), Transcript(engine="test", words=()))
    of_secrets = [each.place for each in found if each.rule is DetectionRule.SAID_TO_BE_SECRET]
    assert 2 in {place.index for place in of_secrets if isinstance(place, TextPlace)}


def test_a_long_run_of_tags_takes_no_time() -> None:
    began = time.process_time()
    recognize(read(f"Is that confidential {'or is it ' * 40}?"))
    recognize(read(f"Is that confidential {'or is it ' * 12}no? {'no ' * 39}but."))
    assert time.process_time() - began < 2.0


def test_a_question_of_what_was_said_means_nothing_that_comes() -> None:
    lines = dialogue("That's not confidential, is it? I was told to make it fast.")
    assert secret_words(*lines) == SECRET | {"That's", "not", "confidential,", "is", "it?"}


def test_a_request_in_the_form_of_a_question_means_what_comes() -> None:
    assert "Leeds" in secret_words(("a", 0.0, "This is confidential, right? We close the Leeds office."))


@pytest.mark.parametrize("promise", ["It stays with us, promised.", "I won't tell anyone."])
def test_a_promise_means_the_sentence_but_one_before_as_well(promise: str) -> None:
    told = "We close the Leeds office. It was a hard year for everybody."
    assert secret_words(("a", 0.0, told), ("b", 4.0, promise)) >= SECRET


def test_a_promise_that_answers_a_request_means_no_sentence_before_that() -> None:
    told = "Thanks a lot. Keep this to yourselves, we close the Leeds office. So we look for rooms."
    assert "Thanks" not in secret_words(("a", 0.0, told), ("b", 7.0, "I won't tell anyone."))


@pytest.mark.parametrize(
    "ending", [". So not a word until then.", ". Not a word until then.", ", nobody has to be told."]
)
def test_a_sentence_that_its_recogniser_cut_in_two_is_secret_as_a_whole(ending: str) -> None:
    said = recognize(read(f"We close the Leeds office in May{ending}"))
    assert any(match.text.startswith("We close the Leeds office") for match in said)


@pytest.mark.parametrize("text", ["Nobody needs to know how the cache works.", "Nobody has to be told how to use it."])
def test_who_need_not_learn_how_something_works_is_kept_out_of_no_secret(text: str) -> None:
    assert recognize(read(f"The export is there. {text}")) == []
