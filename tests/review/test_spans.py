from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipeline.records import RedactionInterval
from pipeline.review.spans import clip, merge, pad

seconds = st.floats(0, 100, allow_nan=False)


@st.composite
def windows(draw: st.DrawFn) -> RedactionInterval:
    start_s = draw(seconds)
    return RedactionInterval(
        start_s=start_s,
        end_s=start_s + draw(st.floats(0.01, 5)),
        track_id=draw(st.sampled_from([None, "t1"])),
        reasons=(draw(st.sampled_from("abc")),),
        proposal_ids=(draw(st.sampled_from("xyz")),),
    )


@given(windows(), st.floats(0, 2), st.floats(0, 2))
def test_padding_widens_by_pad_and_doubt_on_both_sides(
    window: RedactionInterval, pad_s: float, time_uncertainty_s: float
) -> None:
    padded = pad(window, pad_s=pad_s, time_uncertainty_s=time_uncertainty_s)
    assert padded.start_s == window.start_s - (pad_s + time_uncertainty_s)
    assert padded.end_s == window.end_s + (pad_s + time_uncertainty_s)


@given(windows(), st.floats(-5, 0), st.floats(-5, 0))
def test_padding_never_narrows(window: RedactionInterval, pad_s: float, time_uncertainty_s: float) -> None:
    assert pad(window, pad_s=pad_s, time_uncertainty_s=time_uncertainty_s) == window


@given(windows(), st.floats(0.1, 120), st.floats(0, 10))
def test_clipping_keeps_exactly_what_is_inside(window: RedactionInterval, duration_s: float, before_s: float) -> None:
    early = RedactionInterval(start_s=window.start_s - before_s, end_s=window.end_s, track_id=window.track_id)
    clipped = clip(early, duration_s=duration_s)
    if clipped is None:
        assert early.start_s >= duration_s or early.end_s <= 0
    else:
        assert (clipped.start_s, clipped.end_s) == (max(0.0, early.start_s), min(duration_s, early.end_s))
        assert 0 <= clipped.start_s < clipped.end_s <= duration_s


@given(st.lists(windows(), max_size=12), st.floats(0, 3))
def test_merging_uncovers_nothing_and_forgets_nobody(given_windows: list[RedactionInterval], join_s: float) -> None:
    merged = merge(given_windows, join_s=join_s)
    for window in given_windows:
        (cover,) = [
            one
            for one in merged
            if one.track_id == window.track_id and one.start_s <= window.start_s and window.end_s <= one.end_s
        ]
        assert set(window.reasons) <= set(cover.reasons)
        assert set(window.proposal_ids) <= set(cover.proposal_ids)


@given(st.lists(windows(), max_size=12), st.floats(0, 3))
def test_merged_windows_are_in_order_and_apart(given_windows: list[RedactionInterval], join_s: float) -> None:
    merged = merge(given_windows, join_s=join_s)
    for track_id in (None, "t1"):
        own = [one for one in merged if one.track_id == track_id]
        assert all(second.start_s > first.end_s + join_s for first, second in pairwise(own))
    assert merge(merged, join_s=join_s) == merged
