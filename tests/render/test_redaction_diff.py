"""What one rendition shows that another hides: every kind of it is seen, and nothing is that is not there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.records import (
    PicturePlan,
    PlannedTerm,
    RedactionBox,
    RedactionInterval,
    Region,
    RemovedInterval,
    TextEdit,
    TextPlace,
)
from pipeline.render.redaction_diff import EDGE_S, NewlyExposed, RedactionScope, newly_exposed, scope_of
from tests.render.making import Plan, plan


def marked(text: str) -> str:
    return f"mark of {text}"


def hidden(approved: Plan) -> RedactionScope:
    return scope_of(approved, marked)


HALF = Region(left=0.0, top=0.0, right=0.5, bottom=1.0)
FULL = replace(
    plan(windows=[RedactionInterval(start_s=1.0, end_s=2.0), RedactionInterval(start_s=4.0, end_s=5.0, track_id="t2")]),
    removed=frozenset({"p3"}),
    removed_intervals=(RemovedInterval(start_s=6.0, end_s=7.0, participant_id="p2"),),
    picture=PicturePlan(covers=(RedactionBox(start_s=0.0, end_s=3.0, region=HALF),), reviewed_by="ann"),
)


def without_covers(shown: PicturePlan) -> PicturePlan:
    return replace(shown, covers=())


LESS: dict[str, tuple[dict[str, Any], str]] = {
    "a window": ({"windows": FULL.windows[1:]}, "1 window (from 1.0 s)"),
    "a window of one track": ({"windows": FULL.windows[:1]}, "1 window (from 4.0 s)"),
    "half a window": (
        {"windows": (RedactionInterval(start_s=1.5, end_s=2.0), FULL.windows[1])},
        "1 window (from 1.0 s)",
    ),
    "the middle": (
        {
            "windows": (
                RedactionInterval(start_s=1, end_s=1.2),
                RedactionInterval(start_s=1.8, end_s=2),
                FULL.windows[1],
            )
        },
        "1 window (from 1.2 s)",
    ),
    "all tracks but one": ({"windows": (replace(FULL.windows[0], track_id="t1"), FULL.windows[1])}, "1 window"),
    "a term": ({"terms": FULL.terms[1:]}, "1 term"),
    "a removed person": ({"removed": frozenset()}, "1 person"),
    "a span of a person": ({"removed_intervals": ()}, "1 span of a person"),
    "a place in the chat": ({"text_edits": ()}, "1 place in the chat"),
    "a cover": ({"picture": without_covers(FULL.picture or PicturePlan())}, "1 part of the picture"),
}


@pytest.mark.parametrize("what", LESS)
def test_everything_that_is_hidden_less_is_seen(what: str) -> None:
    change, said = LESS[what]
    shown = newly_exposed(hidden(FULL), hidden(replace(FULL, **change)))
    assert shown
    assert said in str(shown)
    assert not newly_exposed(hidden(replace(FULL, **change)), hidden(FULL)), "hiding more shows nothing"


def test_a_track_or_a_picture_that_was_left_out_is_seen() -> None:
    alone = replace(FULL, keep_tracks=("t1",), picture=None)
    shown = newly_exposed(hidden(alone), hidden(FULL))
    assert (shown.tracks, shown.covers) == (("t2",), 1)
    assert not newly_exposed(hidden(FULL), hidden(alone))


def test_what_is_hidden_otherwise_stays_hidden() -> None:
    wider = replace(
        FULL,
        windows=(
            RedactionInterval(start_s=0.5, end_s=1.4),
            RedactionInterval(start_s=1.4, end_s=2.5),
            RedactionInterval(start_s=3.9, end_s=5.1),
        ),
        removed=frozenset({"p2", "p3"}),
        removed_intervals=(),
        text_edits=(TextEdit(place=TextPlace(surface="chat", index=0, start_char=20, end_char=30), replacement="[x]"),),
        picture=PicturePlan(covers=(RedactionBox(start_s=0.0, end_s=9.0),)),
    )
    assert newly_exposed(hidden(FULL), hidden(wider)) == NewlyExposed()


def test_a_term_is_the_same_however_it_is_written() -> None:
    other = tuple(PlannedTerm(text=term.text.upper(), replacement="[other]") for term in FULL.terms)
    assert not newly_exposed(hidden(FULL), hidden(replace(FULL, terms=other)))


seconds = st.floats(0, 100, allow_nan=False).map(lambda value: round(value, 3))
windows = st.lists(
    st.builds(
        lambda start_s, length_s, track_id: RedactionInterval(
            start_s=start_s, end_s=start_s + length_s, track_id=track_id
        ),
        seconds,
        st.floats(0.2, 5.0).map(lambda value: round(value, 3)),
        st.sampled_from([None, "t1", "t2"]),
    ),
    max_size=6,
)


@given(windows, windows)
def test_two_renditions_show_nothing_beyond_what_both_hide(
    one: list[RedactionInterval], other: list[RedactionInterval]
) -> None:
    first, second = hidden(plan(windows=one)), hidden(plan(windows=other))
    both = hidden(plan(windows=[*one, *other]))
    assert not newly_exposed(first, both)
    assert not newly_exposed(second, both)
    for track, start_s, end_s in newly_exposed(first, second).windows:
        assert end_s - start_s > EDGE_S
        middle = (start_s + end_s) / 2
        assert any(name in ("", track) and a <= middle <= b for name, a, b in first.windows)
        assert not any(name in ("", track) and a <= middle <= b for name, a, b in second.windows)
