from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from pipeline.tag.areas import area_of
from pipeline.tag.lines import tag_lines

from pipeline.cli import main
from pipeline.errors import UsageProblem
from pipeline.records import Turn
from pipeline.tag import tag
from pipeline.tag.cues import LABELS
from pipeline.tag.tag import judge, sentences, trim


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("it would be great if the python client could retry on its own", "request"),
        ("Can you add SSO to the console?", "request"),
        ("is there any way to export the audit log", "request"),
        ("we really need a way to replay webhooks", "request"),
        ("I didn't know you could filter by region", "discovery"),
        ("oh wait you can already do that in the dashboard", "discovery"),
        ("the consumer keeps crashing after the upgrade", "problem"),
        ("the webhook doesn't work behind our proxy", "problem"),
        ("we really love how the docs are written", "praise"),
        ("how does the retry policy count attempts?", "question"),
        ("we are three people in the data team", "none"),
        ("we'd love to have [person 1] on the show", "none"),
        ("i wish you the best of luck", "none"),
        ("", "none"),
    ],
)
def test_what_people_say(text: str, label: str) -> None:
    assert judge(text).label == label


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("the python sdk", "client libraries"),
        ("replay the webhook deliveries", "retries & delivery"),
        ("sso and audit logs with roles", "security & auth"),
        ("a tutorial in the docs", "docs"),
        ("our invoice and pricing", "billing"),
        ("lunch was fine", "other"),
    ],
)
def test_areas_go_by_words(text: str, area: str) -> None:
    assert area_of(text) == area


def turn(text: str) -> Turn:
    return Turn(start_s=100.0, end_s=110.0, participant_id="p1", speaker="[person 1]", text=text)


def test_a_turn_is_tagged_by_sentence_with_its_share_of_the_time() -> None:
    text = "We run it at [company 1]. It would be nice to have a dry run option. Thanks."
    (one,) = tag([turn(text)])
    assert (one.label, one.quote) == ("request", "It would be nice to have a dry run option.")
    assert 100.0 < one.start_s < one.end_s < 110.0
    assert one.participant_id == "p1"


def test_a_quote_from_talk_without_signs_is_trimmed_around_its_cue() -> None:
    before, after = "word " * 60, " word" * 60
    text = f"{before}it would be nice if [company 1] had a dry run{after}"
    (one,) = tag([turn(text)])
    assert "it would be nice if [company 1] had a dry run" in one.quote
    assert len(one.quote.split()) <= 45
    assert one.quote in text


@given(st.text(max_size=200))
def test_any_text_has_a_label_and_a_score(text: str) -> None:
    judged = judge(text)
    assert judged.label in LABELS
    assert 0.0 <= judged.score <= 1.0


@given(st.text("ab .?![]", max_size=80))
def test_sentences_are_pieces_of_the_text(text: str) -> None:
    found = list(sentences(text))
    assert all(text[start : start + len(sentence)] == sentence for start, sentence in found)
    assert "".join(sentence for _, sentence in found).replace(" ", "") == text.replace(" ", "")
    for _, sentence in found:
        quote, offset = trim(sentence, 0, 1)
        assert sentence[offset : offset + len(quote)] == quote


def test_the_command_answers_in_order() -> None:
    lines = '{"id": "a", "text": "please add dark mode"}\n{"id": "b", "text": "hello"}\n'
    result = CliRunner().invoke(main, ["tag"], input=lines)
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(answer["id"], answer["label"], answer["area"]) for answer in answers] == [
        ("a", "request", "user interface"),
        ("b", "none", "other"),
    ]


@pytest.mark.parametrize("line", ['{"id": 1, "txt": "topsecret"}', "topsecret"])
def test_a_bad_line_is_named_by_number_only(line: str) -> None:
    with pytest.raises(UsageProblem) as caught:
        list(tag_lines(['{"id": 1, "text": "x"}', line]))
    assert "line 2" in str(caught.value)
    assert "topsecret" not in str(caught.value)
