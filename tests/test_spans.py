"""The arithmetic of half-open intervals, held against counting every point of them."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipeline.records import Interval
from pipeline.spans import (
    SpanIndex,
    clip,
    complement,
    contains,
    intersect,
    merge,
    overlapping,
    pad,
    subtract,
    sweep,
    times,
    total,
)

LAST = 60
Spans = list[tuple[int, int]]
points = st.integers(0, LAST)
spans_of_points = st.lists(st.tuples(points, points), max_size=12)
floats = st.floats(-1e6, 1e6)
spans_of_floats = st.lists(st.tuples(floats, floats), max_size=12)


def covered(spans: Spans) -> set[int]:
    return {at for start, end in spans for at in range(start, end)}


def is_merged(spans: Spans) -> bool:
    apart = all(before[1] < after[0] for before, after in pairwise(spans))
    return apart and all(start < end for start, end in spans)


@given(spans_of_points)
def test_merging_changes_nothing_of_what_is_covered(spans: Spans) -> None:
    merged = merge(spans)
    assert is_merged(merged)
    assert covered(merged) == covered(spans)
    assert merge(merged) == merged
    assert total(spans) == len(covered(spans))


@given(spans_of_points, st.integers(0, 10))
def test_spans_no_further_apart_than_the_gap_are_one(spans: Spans, gap: int) -> None:
    merged = merge(spans, gap=gap)
    assert covered(merged) >= covered(spans)
    assert all(after[0] - before[1] > gap for before, after in pairwise(merged))
    assert {edge for span in merged for edge in span} <= {edge for span in spans for edge in span}


@given(spans_of_points, spans_of_points)
def test_sets_of_points_are_what_they_should_be(spans: Spans, others: Spans) -> None:
    for result, expected in (
        (subtract(spans, others), covered(spans) - covered(others)),
        (intersect(spans, others), covered(spans) & covered(others)),
        (complement(spans, 5, 50), set(range(5, 50)) - covered(spans)),
    ):
        assert is_merged(result)
        assert covered(result) == expected


@given(spans_of_floats, spans_of_floats)
def test_floats_are_divided_without_a_rest(spans: list[tuple[float, float]], others: list[tuple[float, float]]) -> None:
    kept, lost = subtract(spans, others), intersect(spans, others)
    assert merge([*kept, *lost]) == merge(spans)
    assert intersect(kept, others) == []


@given(spans_of_points, points, points)
def test_a_clip_keeps_each_span_apart_and_within(spans: Spans, start: int, end: int) -> None:
    clipped = clip(spans, start, end)
    assert covered(clipped) == covered(spans) & set(range(start, end))
    assert len(clipped) <= len(spans)


@given(spans_of_points, st.integers(0, 9))
def test_padding_can_be_withdrawn_renditions(spans: Spans, by: int) -> None:
    whole = [span for span in spans if span[0] < span[1]]
    assert pad(pad(whole, by), -by) == whole
    assert covered(pad(whole, -by)) <= covered(whole) <= covered(pad(whole, by))


@given(spans_of_points, points, points)
def test_what_overlaps_a_stretch_is_found(spans: Spans, start: int, end: int) -> None:
    merged = merge(spans)
    near = [span for span in merged if span[0] < end and span[1] > start]
    assert list(overlapping(merged, start, end)) == near
    assert start >= end or near == [span for span in merged if covered([span]) & set(range(start, end))]
    assert contains(merged, start) == (start in covered(spans))


@given(spans_of_points, points, points)
def test_an_index_finds_what_a_walk_finds(spans: Spans, start: int, end: int) -> None:
    index = SpanIndex(spans, lambda span: span)
    walked = [span for span in sorted(spans) if span[0] < end and span[1] > start]
    assert list(index.overlapping(start, end)) == walked


def test_an_index_looks_at_few_of_many_things() -> None:
    asked: list[float] = []

    class Edge(float):
        def __le__(self, other: float) -> bool:
            asked.append(self)
            return float(self) <= other

    index = SpanIndex([(float(at), Edge(at + 0.5)) for at in range(4096)], lambda span: span)
    assert [start for start, _ in index.overlapping(2000.2, 2001.0)] == [2000.0]
    assert len(asked) < 60


@given(st.lists(st.tuples(points, points, st.integers(0, 3)), max_size=12))
def test_the_highest_value_holds_at_every_point(rows: list[tuple[int, int, int]]) -> None:
    swept = sweep(rows, 3, 57, rank=lambda value: value, rest=-1)
    assert [row[0] for row in swept[1:]] == [row[1] for row in swept[:-1]]
    assert all(before[2] != after[2] for before, after in pairwise(swept))
    for at in range(3, 57):
        expected = max((value for start, end, value in rows if start <= at < end), default=-1)
        assert [value for start, end, value in swept if start <= at < end] == [expected]


def test_things_that_last_are_spans() -> None:
    assert times([Interval(start_s=1.0, end_s=2.5)]) == [(1.0, 2.5)]
    assert merge([(2, 2), (5, 4)]) == []
    assert list(SpanIndex[tuple[float, float]]([], lambda span: span).overlapping(0.0, 1.0)) == []
