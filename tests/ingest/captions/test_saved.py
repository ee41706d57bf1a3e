"""SubRip and Zoom's saved captions: every header is a border, whether it is understood or not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import InputRefused
from pipeline.ingest.captions import parse
from pipeline.ingest.captions.model import looks_like_header


def said(text: str) -> list[tuple[float, str | None, str]]:
    return [(caption.start_s, caption.speaker, caption.text) for caption in parse(text).captions]


@pytest.mark.parametrize(
    ("header", "speaker"),
    [
        ("[Ann Lee] 10:00:05", "Ann Lee"),
        ("[Ann [she/her]] 10:00:05", "Ann [she/her]"),
        ("[[Ops] Ann] 10:00:05", "[Ops] Ann"),
        ("[Ann] (Ops)] 10:00:05  ", "Ann] (Ops)"),
        ("[Ann] 10:00:05 AM", "Ann"),
        ("[安 李] 10:00:05", "安 李"),
    ],
)
def test_a_header_is_everything_up_to_the_last_bracket_and_a_time(header: str, speaker: str) -> None:
    assert said(f"[Bo] 10:00:00\none\n\n{header}\ntwo\n") == [(36000.0, "Bo", "one"), (36005.0, speaker, "two")]


@pytest.mark.parametrize(
    "header",
    [
        *("[Ann] 10:00", "Ann 10:00:05", "Ann Lee (10:00:05)", "10:00:05", "[10:00:05] Ann:", "10:00:05 -> 10:00:07"),
        *("Ann Lee\t10:00:05", "00:01.000 --> 00:02.000 x", "10:00:05 AM", "00:00:01,000 => 00:00:02,000"),
    ],
)
def test_what_looks_like_a_header_and_is_none_never_goes_on_with_anybodys_words(header: str) -> None:
    assert looks_like_header(header)
    if "-->" not in header:
        captions = said(f"[Bo] 10:00:00\none\n{header}\ntwo\n")
        assert captions[0] == (36000.0, "Bo", "one")
        assert [speaker for _, speaker, text in captions if "two" in text] == [None]


@pytest.mark.parametrize("line", ["we met at 10:30", "Ann: yes", "it took 5:12 minutes", "see [1] and [2]", "- a list"])
def test_ordinary_lines_are_no_headers(line: str) -> None:
    assert not looks_like_header(line)


def test_captions_without_names_are_nobodys() -> None:
    assert said("10:00:00 Welcome.\n10:00:05  Hi, Ann: here.\n  more\n") == [
        (36000.0, None, "Welcome."),
        (36005.0, None, "Hi, Ann: here.\nmore"),
    ]
    with pytest.raises(InputRefused):
        parse("Welcome.\n10:00:05 Hi.\n")


def test_subrip_begins_a_caption_at_each_timing() -> None:
    text = (
        "1\n00:00:01,000 --> 00:00:02,500 X1:0\n{\\an8}<i>one</i>\n2\n0:00:03,5 --> 00:00:04\ntwo\n\nafter\n\n"
        "3\n00:00:09,000 --> 00:00:05,000\nlost\n\n4\n01:05,000 --> 01:06,000\nthree &amp; four\n"
    )
    file = parse(text)
    assert [(caption.start_s, caption.end_s, caption.text) for caption in file.captions] == [
        (1.0, 2.5, "one"),
        (3.5, 4.0, "two"),
        (3.5, 4.0, "after"),
        (65.0, 66.0, "three & four"),
    ]
    assert file.dropped == 2
    with pytest.raises(InputRefused, match="valid time"):
        parse("1\n00:00:09 --> x\nlost\n")


@given(
    st.lists(st.sampled_from(["[Ann] 10:00:01", "[Bo] 10:00:02", "10:00:03", "one", "Cy 10:00:04", ""]), max_size=20)
)
def test_words_are_those_of_the_last_header_before_them(lines: list[str]) -> None:
    try:
        file = parse("\n".join(["[Bo] 10:00:00", *lines]))
    except InputRefused:
        return
    want, speaker = list[str | None](), "Bo"
    for line in lines:
        known = {"[Ann] 10:00:01": "Ann", "[Bo] 10:00:02": "Bo", "10:00:03": "", "Cy 10:00:04": ""}
        speaker = known.get(line, speaker)
        want += [speaker or None] if line == "one" else []
    assert [caption.speaker for caption in file.captions for _ in caption.text.split("\n")] == want
