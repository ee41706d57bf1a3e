"""The arithmetic of windows and mixing, the search for terms, and the making of turns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.proof import ExpectedSound
from pipeline.records import (
    Participant,
    PlannedTerm,
    RedactionInterval,
    TextEdit,
    TextPlace,
    Transcript,
    Turn,
    Word,
    WordEdit,
)
from pipeline.render.chat_turns import chat_turns
from pipeline.render.mix import aligned, mixed
from pipeline.render.redacted_turns import redacted_turns
from pipeline.render.sample_ranges import samples_of, silence
from pipeline.render.speakers import labels
from pipeline.render.terms import TermReplacer
from pipeline.render.text_files import captions_srt, captions_vtt, chat_txt
from pipeline.render.tone import put_tone
from tests.render.making import plan, session, word

RATE = 1000
times = st.floats(0, 20, allow_nan=False)
spans = st.tuples(times, times).map(sorted).filter(lambda span: span[0] < span[1])
windows = st.lists(
    st.builds(
        lambda span, track: RedactionInterval(start_s=span[0], end_s=span[1], track_id=track),
        spans,
        st.sampled_from([None, "t1", "t2"]),
    ),
    max_size=8,
)


@given(windows, st.integers(1, 15_000))
def test_every_sample_that_a_window_touches_goes_and_no_other(found: list[RedactionInterval], length: int) -> None:
    block = np.ones((length, 1), np.float32)
    silence(block, 0, samples_of(found, "t1", rate=RATE, length=length))
    for window in found:
        if window.track_id != "t2":
            inside = block[int(np.floor(window.start_s * RATE)) : int(np.ceil(window.end_s * RATE))]
            assert not inside.any()
    kept = np.flatnonzero(block[:, 0])
    mine = [window for window in found if window.track_id != "t2"]
    gone = np.setdiff1d(np.arange(length), kept)
    assert all(any(w.start_s * RATE < n + 1 and n < w.end_s * RATE for w in mine) for n in gone[:50])


@given(windows, st.integers(1, 700))
def test_blocks_are_silenced_as_the_whole_is(found: list[RedactionInterval], size: int) -> None:
    ranges = samples_of(found, "t1", rate=100, length=2000)
    whole = np.ones((2000, 2), np.float32)
    silence(whole, 0, ranges)
    parts = np.ones((2000, 2), np.float32)
    for at in range(0, 2000, size):
        silence(parts[at : at + size], at, ranges)
    np.testing.assert_array_equal(whole, parts)


@given(windows)
def test_spans_of_silence_are_those_of_every_track(found: list[RedactionInterval]) -> None:
    everywhere = ExpectedSound(track_ids=("t1", "t2"), windows=tuple(found), length_s=15.0).silent
    for moment in np.linspace(0.01, 19.99, 173):
        covered = all(
            any(w.track_id in (None, track) and w.start_s <= moment < w.end_s for w in found) for track in ("t1", "t2")
        )
        assert any(start <= moment < end for start, end in everywhere) == (covered and moment < 15.0)


@given(st.lists(st.integers(0, 90), max_size=6), st.integers(-200, 200), st.integers(1, 400), st.integers(1, 70))
def test_alignment_neither_loses_nor_makes_samples(sizes: list[int], offset: int, length: int, size: int) -> None:
    sound = np.arange(1, sum(sizes) + 1, dtype=np.float32)[:, None]
    blocks = np.split(sound, np.cumsum(sizes))
    out = list(aligned(blocks, offset=offset, length=length, size=size, channels=1))
    expected = np.zeros((length, 1), np.float32)
    for number, sample in enumerate(sound[:, 0]):
        if 0 <= number + offset < length:
            expected[number + offset] = sample
    np.testing.assert_array_equal(np.concatenate(out), expected)
    assert all(len(block) == size for block in out[:-1])


def test_a_mix_never_exceeds_one_and_silence_stays_silence() -> None:
    loud = [np.full((100, 1), 1.0, np.float32) for _ in range(6)]
    assert 0.8 < mixed(loud).max() <= 1.0
    assert mixed([-block for block in loud]).min() >= -1.0
    assert not mixed([np.zeros((10, 1), np.float32)] * 3).any()
    one = np.linspace(-1, 1, 50, dtype=np.float32)[:, None]
    np.testing.assert_array_equal(mixed([one]), one)


def test_a_tone_fades_inside_its_range() -> None:
    block = np.ones((48_000, 2), np.float32)
    put_tone(block, 0, [(1000, 9000)], rate=48_000)
    assert (block[:1000] == 1).all()
    assert (block[9000:] == 1).all()
    assert np.abs(block[1000:9000]).max() < 0.06
    assert block[1000, 0] == block[8999, 0] == 0


TERMS = TermReplacer(
    [
        PlannedTerm(text="Halcyon Freight", replacement="[company 1]"),
        PlannedTerm(text="Halcyon", replacement="[company 1]"),
        PlannedTerm(text="DataDog", replacement="[company 2]"),
        PlannedTerm(text="Ann", replacement="[person 1]"),
        PlannedTerm(text="ann.lee@halcyon.example", replacement="[email 1]"),
        PlannedTerm(text="555-0100", replacement="[phone 1]"),
        PlannedTerm(text="Café Lumière", replacement="[place 1]"),
        PlannedTerm(text="!!", replacement="[never]"),
    ]
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("At HALCYON, freight!", "At [company 1]!"),
        ("Halcyon-Freight and Halcyons", "[company 1] and [company 1]"),
        ("halcyonfreight", "[company 1]"),
        ("data dog; Datadog's", "[company 2]; [company 2]'s"),
        ("Ann annoys Ann", "[person 1] annoys [person 1]"),
        ("mail ann.lee@halcyon.example now", "mail [email 1] now"),
        ("5550100 or 555 0100", "[phone 1] or [phone 1]"),
        ("the cafe\u0301 LUMIÈRE", "the [place 1]"),
        ("the cafe lumiere, the Càfé\u0327 Lumie\u0301re", "the [place 1], the [place 1]"),
        (
            "Hal\u200bcyon, Hal\u00adcyons, xHal\u2060cyonx, \u202ehalcyon",
            "[company 1], [company 1], [company 1], \u202e[company 1]",
        ),
        ("Hаlсyоn and h\u0336alcyo\u0336n", "[company 1] and [company 1]"),
        ("A\u200bnn, an\u200dnoys", "[person 1], an\u200dnoys"),
        ("Ann\u200bLee", "[person 1]\u200bLee"),
        ("анна и он", "анна и он"),
        ("nothing here", "nothing here"),
        ("", ""),
    ],
)
def test_terms_are_replaced(text: str, expected: str) -> None:
    assert TERMS.replace(text) == expected


@given(st.text(alphabet="Haln cyoFreightA.-\u0301", max_size=60))
def test_no_term_is_left_after_replacing(text: str) -> None:
    left = TERMS.replace(text)
    for label in ("[company 1]", "[company 2]", "[person 1]"):
        left = left.replace(label, " \x00 ")
    assert not any(TERMS.spans(part) for part in left.split("\x00"))


def turns(
    *words: Word,
    windows: Sequence[RedactionInterval] = (),
    keep: Sequence[str] = ("t1", "t2"),
    removed: frozenset[str] = frozenset(),
) -> list[tuple[str, str]]:
    transcript = Transcript(engine="by hand", words=words)
    approved = plan(windows=windows, keep=keep, removed=removed)
    approved = type(approved)(
        session_id="s1",
        audience=approved.audience,
        windows=approved.windows,
        terms=approved.terms,
        removed=approved.removed,
        keep_tracks=approved.keep_tracks,
    )
    called = labels(session(), approved)
    return [
        (turn.speaker, turn.text) for turn in redacted_turns(transcript, approved, called, TermReplacer(approved.terms))
    ]


def test_whoever_bears_the_name_of_somebody_who_is_removed_is_not_called_removed() -> None:
    first, second = (Participant(participant_id=each, name="Kim Aster") for each in ("p1", "p2"))
    two = replace(session(), participants=(first, second))
    removed = PlannedTerm(text="Kim Aster", replacement="[removed participant]")
    both = labels(two, replace(plan(), terms=(removed,), removed=frozenset({"p2"})))
    assert both == {"p1": "speaker 1", "p2": "[removed participant]"}


def test_a_term_is_found_across_a_pause() -> None:
    said = turns(word("ask", 0, 0.3), word("Priya", 0.4, 0.8), word("Raman", 9.0, 9.5), word("then", 9.6, 9.9))
    assert said == [("[person 1]", "ask [person 1]"), ("[person 1]", "then")]


def test_words_in_a_window_without_a_label_go_as_soon_as_they_touch_it() -> None:
    window = RedactionInterval(start_s=0.45, end_s=1.05)
    words = [word("one", 0, 0.5), word("two", 0.5, 1.0), word("three", 1.0, 1.5), word("four", 1.6, 2.0)]
    assert turns(*words, windows=[window]) == [("[person 1]", "[redacted] four")]


def test_words_of_another_track_stay() -> None:
    window = RedactionInterval(start_s=0.0, end_s=2.0, track_id="t1")
    words = [word("one", 0, 0.5), word("two", 0.5, 1.0, track="t2", by="p2")]
    assert turns(*words, windows=[window]) == [("[person 1]", "[redacted]"), ("staff 1", "two")]


def test_words_of_nobody_known_go_where_somebody_was_removed() -> None:
    words = [word("mine", 0, 0.5, by=None), word("yours", 0.5, 1.0, track="t2", by="p2")]
    assert turns(*words) == [("speaker", "mine"), ("staff 1", "yours")]
    assert turns(*words, removed=frozenset({"p1"})) == [("staff 1", "yours")]


def test_words_of_a_track_that_is_not_kept_go() -> None:
    assert turns(word("mine", 0, 0.5), keep=["t2"]) == []


def test_a_label_is_shown_once_even_when_others_talk_in_between() -> None:
    words = (
        word("falcon", 0, 0.5),
        word("yes", 0.2, 0.4, track="t2", by="p2"),
        word("secret", 0.5, 1.0),
    )
    approved = plan(windows=[])
    edits = (WordEdit(words=(0, 1), replacement="[a]"), WordEdit(words=(2, 3), replacement="[a]"))
    approved = type(approved)(
        session_id="s1", audience=approved.audience, windows=(), word_edits=edits, keep_tracks=("t1", "t2")
    )
    made = redacted_turns(Transcript(engine="by hand", words=words), approved, {}, TermReplacer(()))
    assert [turn.text for turn in made] == ["[a]", "yes"]


def test_a_label_keeps_the_marks_of_what_it_replaces() -> None:
    transcript = Transcript(
        engine="by hand",
        words=(word("from", 0.0, 0.4), word("Halcyon", 0.5, 0.9), word("Freight.", 1.0, 1.4), word("We", 1.5, 1.8)),
    )
    edits = (WordEdit(words=(1, 3), replacement="[company 1]"),)
    (turn,) = redacted_turns(transcript, replace(plan(windows=()), word_edits=edits), {}, TermReplacer(()))
    assert turn.text == "from [company 1]. We"


def test_a_long_talk_is_cut_between_sentences_else_where_it_is_slowest() -> None:
    texts = [f"w{at}." if at in (9, 22) else f"w{at}" for at in range(45)]
    words = tuple(
        replace(word(text, at + 0.0, at + 0.9), ends_sentence=text.endswith(".")) for at, text in enumerate(texts)
    )
    turns = redacted_turns(
        Transcript(engine="by hand", words=words), replace(plan(windows=()), word_edits=()), {}, TermReplacer(())
    )
    assert [turn.text.split()[-1] for turn in turns] == ["w22.", "w44"]
    plain = tuple(replace(one, ends_sentence=False, end_s=one.end_s - 0.5 * (at == 24)) for at, one in enumerate(words))
    turns = redacted_turns(
        Transcript(engine="by hand", words=plain), replace(plan(windows=()), word_edits=()), {}, TermReplacer(())
    )
    assert [turn.text.split()[-1] for turn in turns] == ["w24", "w44"]
    assert " ".join(turn.text for turn in turns).split() == texts


def test_captions_are_escaped_and_cut() -> None:
    long = " ".join(["word"] * 40)
    text = captions_vtt([Turn(start_s=0, end_s=10, participant_id=None, speaker="speaker", text=f"<b> & {long}")])
    assert text.startswith("WEBVTT\n\n00:00:00.000 --> ")
    assert "&lt;b&gt; &amp; word" in text
    assert max(map(len, text.splitlines())) < 110
    assert text.count("word") == 40


def test_edits_of_one_chat_line_do_not_move_each_other() -> None:
    def edit(start: int, end: int) -> TextEdit:
        return TextEdit(place=TextPlace(surface="chat", index=0, start_char=start, end_char=end), replacement="[x]")

    approved = plan(windows=[])
    approved = type(approved)(
        session_id="s1", audience=approved.audience, windows=(), text_edits=(edit(4, 9), edit(0, 3), edit(7, 16))
    )
    turns = chat_turns(session(), approved, {}, TermReplacer(()))
    assert chat_txt(turns).splitlines()[0] == "[00:00:01] speaker: [x] [x] & ask Priya"


def test_subrip_says_what_webvtt_says() -> None:
    turns = [
        Turn(start_s=1.5, end_s=4.0, participant_id=None, speaker="speaker 2", text="a < b"),
        Turn(start_s=0.0, end_s=1.25, participant_id=None, speaker="speaker 1", text="hello"),
    ]
    assert captions_srt(turns) == (
        "1\n00:00:00,000 --> 00:00:01,250\nspeaker 1: hello\n\n2\n00:00:01,500 --> 00:00:04,000\nspeaker 2: a < b\n"
    )
