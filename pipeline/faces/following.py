"""Follows faces from look to look, and says where each may be between them; pure.

Between two looks a face is in what its boxes of both cover together, with a margin, as long as it goes straight. Before
the first look that found it and after the last it may be there all the same: a detector misses faces that turn away.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pipeline.records import FaceBox, FaceLook, FaceSpan, FaceTrack, Region

MARGIN = 0.35
"""How much is covered on each side of a box beyond it, by its own width and height: hair, ears and chin are a face."""
MISSED = 2
"""In how many looks in a row a face may not be found and be followed all the same; it is covered as long beyond."""
NEAR = 1.0
"""How far a face may go from one look to the next, by the longer side of its box."""
GROWTH = 1.3
"""How much larger than the largest of some regions the one that covers all may be, for their spans to be one."""


@dataclass(slots=True)
class _Followed:
    """A face under way: in which looks it was found, by their numbers, and where."""

    boxes: list[tuple[int, FaceBox]]

    @property
    def last(self) -> tuple[int, FaceBox]:
        return self.boxes[-1]


def followed(looks: Sequence[FaceLook]) -> tuple[FaceTrack, ...]:
    """Every face of these looks, which are in order of time, in order of when it was found first.

    None is followed over a cut: where the speaker changes, another face is where the last one was, and whoever keeps
    one would keep both.
    """
    tracks: list[_Followed] = []
    scene = 0
    for number, look in enumerate(looks):
        scene = number if look.is_cut else scene
        free = [track for track in tracks if track.last[0] >= max(scene, number - MISSED - 1)]
        for box in look.boxes:
            nearest = min(free, key=lambda track: _distance(track.last[1], box), default=None)
            if nearest is not None and _distance(nearest.last[1], box) <= NEAR:
                free.remove(nearest)
                nearest.boxes.append((number, box))
            else:
                tracks.append(_Followed([(number, box)]))
    times = [look.at_s for look in looks]
    return tuple(
        FaceTrack(spans=tuple(_joined(_spans(track, times))), score=round(max(box.score for _, box in track.boxes), 3))
        for track in tracks
    )


def _distance(box: FaceBox, other: FaceBox) -> float:
    """How far apart the middles of two boxes are, by the longer side of the larger."""
    first, second = box.region, other.region
    right = (first.left + first.right - second.left - second.right) / 2
    down = (first.top + first.bottom - second.top - second.bottom) / 2
    sides = (first.width, first.height, second.width, second.height)
    return max(abs(right), abs(down)) / max(*sides, 1e-9)


def _spans(track: _Followed, times: Sequence[float]) -> Iterator[FaceSpan]:
    """Where the face may be, from look to look."""
    first, last = track.boxes[0], track.last
    begin_s = times[max(0, first[0] - 1 - MISSED)] if first[0] > MISSED else 0.0
    step_s = times[1] - times[0] if len(times) > 1 else 1.0
    after = last[0] + 1 + MISSED
    end_s = times[after] if after < len(times) else times[-1] + (after - len(times) + 1) * step_s
    yield FaceSpan(start_s=begin_s, end_s=times[first[0]], region=_padded(first[1].region))
    for (number, box), (following, other) in pairwise(track.boxes):
        region = _padded(box.region.union(other.region))
        yield FaceSpan(start_s=times[number], end_s=times[following], region=region)
    yield FaceSpan(start_s=times[last[0]], end_s=end_s, region=_padded(last[1].region))


def _joined(spans: Iterator[FaceSpan]) -> Iterator[FaceSpan]:
    """The spans with those in a row as one where the face hardly moves."""
    held: FaceSpan | None = None
    largest = 0.0
    for span in spans:
        if span.start_s >= span.end_s:
            continue
        largest = max(largest, span.region.area)
        if held is not None:
            region = held.region.union(span.region)
            if region.area <= GROWTH * largest:
                held = replace(held, end_s=span.end_s, region=region)
                continue
            yield held
        held, largest = span, span.region.area
    if held is not None:
        yield held


def _padded(region: Region) -> Region:
    across, down = MARGIN * region.width, MARGIN * region.height
    return Region(
        left=max(0.0, region.left - across),
        top=max(0.0, region.top - down),
        right=min(1.0, region.right + across),
        bottom=min(1.0, region.bottom + down),
    )
