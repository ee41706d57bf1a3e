"""Times as platforms write them come to one form, and what a text leaves open stays open."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.files.written_times import plain_time

NARROW, SPACE = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("text", "want"),
    [
        *(("Nov 18, 2026 09:59:55", "2026-11-18 09:59:55"), ("November 18, 2026 9:59 PM", "2026-11-18 9:59 PM")),
        *(("18. November 2026 um 15:05 Uhr", "2026-11-18 15:05"), ("18-Nov-26 15:05", "2026-11-18 15:05")),
        *(("1er décembre 2026 à 15:05", "2026-12-01 15:05"), ("18 de março de 2026 15:05", "2026-03-18 15:05")),
        *(
            ("Wednesday, November 18, 2026 3:05 PM", "2026-11-18 3:05 PM"),
            ("Mi., 18. Nov. 2026 15:05", "2026-11-18 15:05"),
        ),
        *(("2026/11/18 下午3:05:00", "2026/11/18 3:05:00 PM"), ("2026年11月18日 上午9:05", "2026-11-18 9:05 AM")),
        *(("2026. 11. 18. 오후 3:05:00", "2026-11-18 3:05:00 PM"), ("2026年11月18日(水) 15:05", "2026-11-18 15:05")),
        *((f"9:40:00{NARROW}p.{SPACE}m.", "9:40:00 PM"), ("9:40 a.m.", "9:40 AM"), ("9:40pm", "9:40 PM")),
        *(("\N{LEFT-TO-RIGHT MARK}7/22/26, 7:00:11\N{NARROW NO-BREAK SPACE}PM", "7/22/26, 7:00:11 PM"),),
        *(("11/12/2026 10:00", "11/12/2026 10:00"), ("2026-11-18T15:00:00Z", "2026-11-18T15:00:00Z")),
        *(("18 Foo 2026 15:05", "18 Foo 2026 15:05"), ("no time", "no time"), ("", "")),
    ],
)
def test_one_form_for_every_language(text: str, want: str) -> None:
    assert plain_time(text) == want


@given(st.text(max_size=40))
def test_any_text_is_tidied_and_twice_is_once(text: str) -> None:
    once = plain_time(text)
    assert plain_time(once) == once or re.search(r"\d", once)
