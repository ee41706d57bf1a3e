"""Looks at the tiles of a gallery view again and again, and says for which spans all of them surely stood still.

Every frame is looked at, not only those whose labels are read: where a gutter goes, or the letters of a label change,
nothing is known of the span between the two readings. So a tile that moves is known in neither of its places meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.gallery.grid import LEVELS, SLACK, Grid, PixelBox, Plane, grid_of
from pipeline.gallery.label_match import LabelNames
from pipeline.gallery.label_strips import label_boxes, page_of
from pipeline.media.frames import Frame
from pipeline.records import GallerySpan, GalleryTile, LabelMatch, OcrWord, Region

SAME_LETTERS = 0.9
"""The correlation of a label with itself in a later frame, under which it counts as changed."""
LETTERS_FROM = 120
"""Brightness under which nothing counts: a picture that moves beneath a see-through pill. Letters have 200 and more."""
LEAST_GUTTER = 0.75
"""The share of the gutters that has to keep its colour: a frame round whoever speaks takes some of it."""
GUARD_S = 0.5
"""Seconds before and behind any change of which nothing is known either: a picture may change before its label does."""
GUTTER_STEP = 5
"""Of the gutters' pixels every fifth is looked at: that takes a fifth of the time and shows the same."""
LEAST_SHARED = 0.9
"""The share of a tile that two looks must have in common for it to be the same: a judgement, edges differ by pixels."""
SOON_S = 0.2
"""How soon after a change the tiles are looked at again; a gallery that is sorted anew moves for longer."""

Lines = Sequence[Sequence[OcrWord]]
Reader = Callable[[Plane], Lines]
"""Reads the lines of writing on a gray page."""


@dataclass(frozen=True, slots=True)
class _Look:
    """A frame whose labels were read: its tiles, and what later frames are compared with."""

    at_s: float
    plane: Plane
    grid: Grid | None = None
    gutters: NDArray[np.intp] | None = None
    labels: tuple[PixelBox | None, ...] = ()
    tiles: tuple[GalleryTile, ...] = ()

    def still_stands(self, plane: Plane) -> bool:
        """Whether the gutters are where they were, and every label that may be somebody's has its letters."""
        if self.grid is None or plane.shape != self.plane.shape:
            return False
        return self._has_gutters(self.grid, plane) and all(
            label is None or _alike(label.of(self.plane), label.of(plane)) >= SAME_LETTERS
            for label, tile in zip(self.labels, self.tiles, strict=True)
            if tile.people
        )

    def _has_gutters(self, grid: Grid, plane: Plane) -> bool:
        levels = plane.reshape(-1)[self.gutters].astype(np.int16)
        return bool((np.abs(levels - round(grid.level)) <= LEVELS).mean() >= LEAST_GUTTER)


def gallery_spans(
    shown: Iterable[Frame], names: LabelNames, read: Reader, *, per_second: float
) -> Iterator[GallerySpan]:
    """The spans between looks, in order, one behind the other; those in which nothing is known have no tiles.

    ``shown`` are all frames of a picture. The last span ends with the last frame: of what is shown behind it, which is
    that frame, nothing is known.
    """
    before: _Look | None = None
    last: Frame | None = None
    stands = True
    for frame in shown:
        if before is None or last is None:
            before, last = _look(frame, names, read), frame
            continue
        if stands and not before.still_stands(frame.planes[0]):
            if before.grid is not None and last.at_s > before.at_s:
                now = _look(last, names, read)  # what stood until now is known up to here
                yield _between(before, now, stands=True)
                before = now
            stands = False
        last = frame
        if frame.at_s - before.at_s >= (1 / per_second if stands else SOON_S):
            now = _look(frame, names, read)
            yield _between(before, now, stands=stands)
            before, stands = now, True
    if before is not None and last is not None and last.at_s > before.at_s:
        yield _between(before, _look(last, names, read), stands=stands)


def joined(spans: Iterable[GallerySpan]) -> Iterator[GallerySpan]:
    """The spans, those in a row as one where the same people are in the same places: in what is theirs in all."""
    held: GallerySpan | None = None
    for span in spans:
        tiles = _common(held.tiles, span.tiles) if held is not None else None
        if held is not None and tiles is not None:
            held = replace(held, end_s=span.end_s, tiles=tiles)
            continue
        if held is not None:
            yield held
        held = span
    if held is not None:
        yield held


def guarded(spans: Sequence[GallerySpan]) -> Iterator[GallerySpan]:
    """The same spans, with what is not known wider by ``GUARD_S`` on both sides."""
    at_s = spans[0].start_s if spans else 0.0
    for before, span, after in zip((None, *spans), spans, (*spans[1:], None), strict=False):
        start_s = span.start_s + (GUARD_S if before is not None and not before.tiles else 0.0)
        end_s = span.end_s - (GUARD_S if after is not None and not after.tiles else 0.0)
        if span.tiles and start_s < end_s:
            if at_s < start_s:
                yield GallerySpan(start_s=at_s, end_s=start_s)
            yield replace(span, start_s=start_s, end_s=end_s)
            at_s = end_s
    if spans and at_s < spans[-1].end_s:
        yield GallerySpan(start_s=at_s, end_s=spans[-1].end_s)


def _look(frame: Frame, names: LabelNames, read: Reader) -> _Look:
    plane = frame.planes[0].copy()
    grid = grid_of(plane)
    if grid is None:
        return _Look(frame.at_s, plane)
    boxes = label_boxes(plane, grid)
    texts = _texts(read(page_of(plane, grid, boxes)), len(boxes)) if any(boxes) else [""] * len(boxes)
    tiles = []
    for cell, box, text in zip(grid.cells, boxes, texts, strict=True):
        people, match = names.match(text) if text else ((), LabelMatch.NONE)
        label = _region(box, plane) if box else None
        tiles.append(GalleryTile(region=_region(cell, plane), label=label, people=people, match=match))
    return _Look(frame.at_s, plane, grid, _gutters(plane, grid), boxes, tuple(tiles))


def _gutters(plane: Plane, grid: Grid) -> NDArray[np.intp]:
    """Where some of the pixels beside the tiles are, by their number from the upper left."""
    gutters = np.ones(plane.shape, np.uint8)
    for cell in grid.cells:
        cell.of(gutters)[:] = 0
    return np.flatnonzero(gutters)[::GUTTER_STEP]


def _texts(lines: Lines, count: int) -> list[str]:
    """What was read for each label, by where on the page it stands."""
    texts: list[list[str]] = [[] for _ in range(count)]
    for words in lines:
        for word in words:
            place = int((word.region.top + word.region.bottom) / 2 * count)
            texts[min(place, count - 1)].append(word.text)
    return [" ".join(words) for words in texts]


def _between(before: _Look, now: _Look, *, stands: bool) -> GallerySpan:
    tiles = None
    if stands and now.plane.shape == before.plane.shape and before.still_stands(now.plane):
        tiles = _agreed(before, now)
    return GallerySpan(start_s=before.at_s, end_s=now.at_s, tiles=tiles or ())


def _agreed(before: _Look, now: _Look) -> tuple[GalleryTile, ...] | None:
    """The tiles of two looks, each with what both know of it; None where they are not in the same places."""
    if before.grid is None or now.grid is None or len(before.tiles) != len(now.tiles):
        return None
    if not all(_is_near(one, other) for one, other in zip(before.grid.cells, now.grid.cells, strict=True)):
        return None
    order = list(LabelMatch)
    agreed = []
    for one, other in zip(before.tiles, now.tiles, strict=True):
        people = tuple(sorted({*one.people, *other.people}))
        match = max(one.match, other.match, key=order.index) if len(people) == 1 else LabelMatch.ALIKE
        region, label = one.region.intersection(other.region), _around(one.label, other.label)
        if region is None:
            return None
        match = match if people else LabelMatch.NONE
        agreed.append(GalleryTile(region=region, label=label, people=people, match=match))
    return tuple(agreed)


def _common(held: Sequence[GalleryTile], tiles: Sequence[GalleryTile]) -> tuple[GalleryTile, ...] | None:
    """The tiles of both where they are the same people in the same places; None where they are not."""
    if len(held) != len(tiles):
        return None
    common = []
    for one, other in zip(held, tiles, strict=True):
        region = _same_place(one.region, other.region)
        if region is None or (one.people, one.match) != (other.people, other.match):
            return None
        common.append(replace(one, region=region, label=_around(one.label, other.label)))
    return tuple(common)


def _same_place(one: Region, other: Region) -> Region | None:
    """What two regions share where they are one but for what encoders leave of their edges."""
    shared = one.intersection(other)
    return shared if shared is not None and shared.area >= LEAST_SHARED * max(one.area, other.area) else None


def _around(one: Region | None, other: Region | None) -> Region | None:
    if one is None or other is None:
        return one or other
    return one.union(other)


def _is_near(one: PixelBox, other: PixelBox) -> bool:
    sides = (one.left - other.left, one.top - other.top, one.right - other.right, one.bottom - other.bottom)
    return max(map(abs, sides)) <= 2 * SLACK


def _region(cell: PixelBox, plane: Plane) -> Region:
    high, wide = plane.shape
    return Region(left=cell.left / wide, top=cell.top / high, right=cell.right / wide, bottom=cell.bottom / high)


def _alike(before: Plane, now: Plane) -> float:
    """The correlation of two pictures of one label, in what is as bright as letters."""
    one, other = (np.maximum(part, LETTERS_FROM).astype(np.float32) for part in (before, now))
    one, other = one - one.mean(), other - other.mean()
    power = float(np.sqrt((one**2).sum() * (other**2).sum()))
    return float((one * other).sum()) / power if power > 0 else 0.0
