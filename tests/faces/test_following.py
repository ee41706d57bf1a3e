"""A face is covered where it was found, between looks, and as long around them as it may be there unseen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.faces import followed
from pipeline.faces.following import MISSED
from pipeline.records import FaceBox, FaceLook, FaceTrack, Region

STEP_S = 0.5


def box(left: float, top: float = 0.3, side: float = 0.1) -> FaceBox:
    return FaceBox(region=Region(left=left, top=top, right=left + side, bottom=top + side), score=0.8)


def looks(*boxes: tuple[FaceBox, ...]) -> tuple[FaceLook, ...]:
    return tuple(FaceLook(at_s=number * STEP_S, boxes=each) for number, each in enumerate(boxes))


def covers(tracks: tuple[FaceTrack, ...], at_s: float, region: Region) -> bool:
    return any(
        span.start_s <= at_s < span.end_s
        and span.region.left <= region.left
        and span.region.top <= region.top
        and span.region.right >= region.right
        and span.region.bottom >= region.bottom
        for track in tracks
        for span in track.spans
    )


def between(region: Region, other: Region, share: float) -> Region:
    sides = ("left", "top", "right", "bottom")
    return Region(**{side: (1 - share) * getattr(region, side) + share * getattr(other, side) for side in sides})


def test_a_face_that_stays_is_one_span_with_a_margin() -> None:
    (track,) = followed(looks(*[(box(0.4),)] * 10))
    (span,) = track.spans
    assert (span.start_s, span.end_s) == (0.0, 9 * STEP_S + (1 + MISSED) * STEP_S)
    assert span.region.left == pytest.approx(0.365) and span.region.bottom == pytest.approx(0.435)


def test_a_face_is_covered_as_long_as_it_may_be_there_unseen() -> None:
    none: tuple[FaceBox, ...] = ()
    tracks = followed(looks(*[none] * 6, (box(0.4),), *[none] * 6))
    (span,) = tracks[0].spans
    assert (span.start_s, span.end_s) == ((6 - 1 - MISSED) * STEP_S, (6 + 1 + MISSED) * STEP_S)


def test_a_face_that_is_missed_for_a_while_is_followed_on_and_covered_between() -> None:
    none: tuple[FaceBox, ...] = ()
    tracks = followed(looks((box(0.4),), *[none] * MISSED, (box(0.45),)))
    assert len(tracks) == 1
    assert all(
        covers(tracks, share * 1.5, between(box(0.4).region, box(0.45).region, share)) for share in (0, 0.5, 0.9)
    )
    assert len(followed(looks((box(0.4),), *[none] * (MISSED + 1), (box(0.45),)))) == 2


@pytest.mark.parametrize("missed", [0, 1])
def test_no_face_is_followed_over_a_cut_and_each_is_covered_beyond_it(missed: int) -> None:
    shown = [*looks((box(0.4),), (box(0.4),), *[()] * missed, (box(0.4),), (box(0.41),))]
    shown[2] = replace(shown[2], is_cut=True)
    first, second = followed(shown)
    assert first.spans[-1].end_s >= (2 + MISSED) * STEP_S and second.spans[0].start_s == 0.0
    assert len(followed([replace(look, is_cut=False) for look in shown])) == 1


def test_two_faces_side_by_side_stay_two() -> None:
    tracks = followed(looks(*[(box(0.2 + n / 100), box(0.6 - n / 100)) for n in range(10)]))
    assert len(tracks) == 2
    assert followed(()) == ()


def test_a_face_that_moves_far_has_spans_that_do_not_grow_with_its_way() -> None:
    (track,) = followed(looks(*[(box(0.05 * n),) for n in range(15)]))
    assert len(track.spans) > 3
    assert all(span.region.right - span.region.left < 0.4 for span in track.spans)
    assert all(one.end_s == other.start_s for one, other in zip(track.spans, track.spans[1:], strict=False))


@given(
    st.lists(
        st.lists(st.tuples(st.floats(0, 0.8), st.floats(0, 0.8), st.floats(0.02, 0.2)), max_size=3),
        min_size=1,
        max_size=8,
    )
)
def test_every_box_is_covered_at_its_look_and_a_little_around_it(drawn: list[list[tuple[float, float, float]]]) -> None:
    seen = looks(*(tuple(box(left, top, side) for left, top, side in each) for each in drawn))
    tracks = followed(seen)
    assert sum(len(look.boxes) for look in seen) >= len(tracks)
    for look in seen:
        for face in look.boxes:
            assert covers(tracks, look.at_s, face.region)
            assert covers(tracks, look.at_s + 0.001, face.region)
    for track in tracks:
        assert all(one.end_s == other.start_s for one, other in zip(track.spans, track.spans[1:], strict=False))
        assert all(span.start_s < span.end_s for span in track.spans)
