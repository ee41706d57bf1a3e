"""WebVTT by its own parsing rules: which lines are a cue, and which voice says which words."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import InputRefused
from pipeline.ingest.captions import Caption, parse, webvtt

OK = "00:00:01.000 --> 00:00:02.000"


def cues(*lines: str) -> list[tuple[str | None, str]]:
    return [(caption.speaker, caption.text) for caption in webvtt.parse("\n".join(("WEBVTT", "", *lines))).captions]


def dropped(*lines: str) -> int:
    return webvtt.parse("\n".join(("WEBVTT", "", *lines))).dropped


@pytest.mark.parametrize(
    "first", ["WEBVTT", "WEBVTT kind: captions", "WEBVTT\tx", "WEBVTT\nKind: captions\nLanguage: en"]
)
def test_what_stands_in_the_header_is_no_cue(first: str) -> None:
    assert parse(f"{first}\n\n{OK}\none\n").captions == (Caption(1.0, 2.0, None, "one"),)
    assert parse(f"{first}\n").captions == ()


@pytest.mark.parametrize("first", ["WEBVTTX", "webvtt", " WEBVTT", "WEBVT"])
def test_another_first_line_is_no_webvtt(first: str) -> None:
    assert not webvtt.is_webvtt(f"{first}\n\n{OK}\none\n")


@pytest.mark.parametrize("identifier", ["7", "-- >", "->", " ", "an id", "6f2c/12-0"])
def test_one_line_before_the_timing_is_the_cues_name(identifier: str) -> None:
    assert cues(identifier, OK, "one") == [(None, "one")]
    assert dropped(identifier, OK, "one") == 0


def test_a_line_with_an_arrow_begins_a_cue_wherever_it_stands() -> None:
    lines = ("-->", OK, "one", "x-->", OK, "two", "3", OK, "three", OK, "four")
    assert [text for _, text in cues(*lines)] == ["one", "two", "three", "four"]
    assert dropped(*lines) == 2


def test_a_blank_line_that_is_not_empty_ends_nothing() -> None:
    assert cues(OK, "one", " ", "two", "", "stray", "", OK, "three") == [(None, "one\n \ntwo"), (None, "three")]
    assert dropped(OK, "one", " ", "two", "", "stray", "", OK, "three") == 1


@pytest.mark.parametrize(
    ("timing", "want"),
    [
        ("00:01.000-->00:02.000align:start", (1.0, 2.0)),
        ("00:01,000 --> 00:02,500", (1.0, 2.5)),
        ("\t00:01.000 \t-->\f00:02.000 line:0", (1.0, 2.0)),
        ("1:00:00.000 --> 100:00:00.000", (3600.0, 360000.0)),
        ("000:00:01.000 --> 0000:00:02.000", (1.0, 2.0)),
        *((wrong, None) for wrong in ("0:01.000 --> 0:02.000", "00:01.00 --> 00:02.00", "00:01.0000 --> 00:02.0000")),
        *((wrong, None) for wrong in ("00:01;000 --> 00:02.000", "00:61.000 --> 00:62.000", "60:01.000 --> 60:02.000")),
        *(
            (wrong, None)
            for wrong in ("00:00:1.000 --> 00:00:2.000", "00:02.000 --> 00:01.000", "٠٠:٠١.٠٠٠ --> ٠٠:٠٢.٠٠٠")
        ),
        *((wrong, None) for wrong in ("00:01.000 -- > 00:02.000 -->", "x 00:01.000 --> 00:02.000", "-->")),
    ],
)
def test_a_timing_is_read_as_the_rules_say_or_its_cue_is_dropped(timing: str, want: tuple[float, float] | None) -> None:
    file = webvtt.parse(f"WEBVTT\n\n{timing}\nwords\nmore\n\n{OK}\nlast\n")
    times = [(caption.start_s, caption.end_s) for caption in file.captions]
    assert times == ([want, (1.0, 2.0)] if want else [(1.0, 2.0)])
    assert file.dropped == (0 if want else 3)


def test_notes_styles_and_regions_are_no_text_and_do_not_count() -> None:
    lines = ("NOTE", "a note", "", "NOTE one", "two", "", "STYLE", "::cue { color: red }", "", "REGION", "id:a", "")
    assert (cues(*lines, OK, "one"), dropped(*lines, OK, "one")) == ([(None, "one")], 0)


def test_an_empty_line_after_the_timing_keeps_the_words() -> None:
    assert cues(OK, "", "<v Ann>one</v>", "", "2", OK, "", "", "two") == [("Ann", "one"), (None, "two")]
    assert cues(OK, "", "NOTE x", "", OK, "two") == [(None, "two")]


def test_each_voice_has_its_own_words() -> None:
    text = "a <v.loud.first Ann &amp; Bo>one <b>two</b></v> b <v Cy>three <v Dee>four</v> five"
    assert cues(OK, text) == [
        (None, "a"),
        ("Ann & Bo", "one two"),
        (None, "b"),
        ("Cy", "three"),
        ("Dee", "four"),
        ("Cy", "five"),
    ]
    assert cues(OK, "<v Ann>one", "<v Bo>two") == [("Ann", "one"), ("Bo", "two")]
    assert cues(OK, "<v>one</v>", "</v>two") == [(None, "one\ntwo")]


def test_entities_and_what_only_looks_like_a_tag() -> None:
    assert cues(OK, "1 &lt; 2 &amp;&nbsp;x < 3 <00:01.500>&quot;y&quot; <i.a>z</i> <lang en>w") == [
        (None, '1 < 2 &\N{NO-BREAK SPACE}x < 3 "y" z w')
    ]


def test_line_ends_and_the_mark_of_the_encoding_are_read_before(tmp_path: Path) -> None:
    from pipeline.ingest.encodings import decoded

    written = "\ufeffWEBVTT\r\n\r\n1\r00:01.000 --> 00:02.000\r\none\r\n\r\n"
    assert parse(decoded(written.encode(), "captions")).captions == (Caption(1.0, 2.0, None, "one"),)


def test_a_file_without_one_cue_that_can_be_read_is_refused() -> None:
    with pytest.raises(InputRefused, match="valid time"):
        parse("WEBVTT\n\n0:01.000 --> 0:02.000\nwords\n")


PIECES = st.sampled_from(
    [OK, "-->", "x --> y", "one", "<v Ann>two</v>", "<v Bo>three", "", " ", "NOTE", "4", "00:00:03.000 -> 00:00:04.000"]
)


@given(st.lists(PIECES, max_size=30))
def test_every_line_of_words_is_in_a_caption_or_counted(lines: list[str]) -> None:
    file = webvtt.parse("\n".join(("WEBVTT", "", *lines)))
    said = sum(text.count("two") + text.count("three") for text in (caption.text for caption in file.captions))
    words = sum("two" in line or "three" in line for line in lines)
    assert words - said <= file.dropped or "NOTE" in lines
    assert all("-->" not in caption.text for caption in file.captions)
    assert all(caption.speaker == "Ann" for caption in file.captions if "two" in caption.text)
