"""Proof of a picture that keeps only the tiles of some people: blank beside them, and no name of anybody else in it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.fuzz import partial_ratio

from pipeline.errors import InputRefused
from pipeline.lexicon import words_of
from pipeline.lexicon.counted import counted
from pipeline.media import ocr
from pipeline.media.frames import Frame, frames
from pipeline.records import ApprovedPlan, Check, ProofVerdict, Region, Session, VisibleTile
from pipeline.spans import SpanIndex

TILE_CHECKS = OUTSIDE_TILES, NAMES = "picture beside the tiles", "names in the picture"
# Limited range (ITU-R BT.601), and as many levels of 255 as an encoder leaves of one colour.
BLACK, GREY, MOST_OFF = 16, 128, 16
CLOCK_S = 0.003
READ_PER_SECOND = 1.0
# A name of six letters and more is read although one in seven of them is wrong; shorter ones as whole words.
LONG, LIKE = 6, 85.0
# How names are made readable: by what is brighter than its surroundings, a share of the picture's height, and large.
# How many labels are read so is measured in docs/rendering.md.
AROUND, LEAST_BRIGHTER, GAIN, HIGH, SPACE = 0.06, 10.0, 1.6, 900, 20


def tiles_hold(finished: Path, plan: ApprovedPlan, session: Session) -> tuple[Check, ...]:
    """Whether nobody who is taken out is in a tile that stays, all beside the tiles is black, and no such name is read.

    The finished file alone is looked at: every frame for what is black, one a second for names. Nothing is checked of
    a picture in which everybody may be seen.
    """
    if plan.picture is None or plan.picture.tiles is None:
        return ()
    tiles = plan.picture.tiles
    intruder = next((tile for tile in tiles if _is_taken_out(tile, plan)), None)
    if intruder is not None:
        detail = "a tile of somebody who is taken out stays"
        return (Check(name=OUTSIDE_TILES, verdict=ProofVerdict.LEAK, detail=detail, at_s=intruder.start_s),)
    try:
        return _blank(finished, tiles), _unnamed(finished, plan, session, tiles)
    except InputRefused:
        return (Check(name=OUTSIDE_TILES, verdict=ProofVerdict.UNCHECKED, detail="the picture cannot be read"),)


def _is_taken_out(tile: VisibleTile, plan: ApprovedPlan) -> bool:
    return tile.participant_id in plan.removed or any(
        removal.takes(tile.participant_id, tile.start_s, tile.end_s) for removal in plan.removed_intervals
    )


def _blank(finished: Path, tiles: Sequence[VisibleTile]) -> Check:
    """Whether every frame is black where no tile is that stays for as long as the frame is shown."""
    count, most, at_s = 0, 0.0, 0.0
    index = _index_of(tiles)
    for frame, until_s in _timed(frames(finished)):
        count += 1
        off = _off_black(frame, _throughout(index, frame.at_s, until_s))
        if off > most:
            most, at_s = off, frame.at_s
    shown = most > MOST_OFF
    return Check(
        name=OUTSIDE_TILES,
        verdict=ProofVerdict.LEAK if shown else ProofVerdict.PROVED,
        detail=f"{counted(count, 'frame')}, at most {most:.0f} levels of 255 off black",
        at_s=at_s if shown else None,
    )


def _index_of(tiles: Sequence[VisibleTile]) -> SpanIndex[VisibleTile]:
    return SpanIndex(tiles, lambda tile: (tile.start_s, tile.end_s))


def _timed(shown: Iterator[Frame]) -> Iterator[tuple[Frame, float]]:
    before: Frame | None = None
    for frame in shown:
        if before is not None:
            yield before, frame.at_s
        before = frame
    if before is not None:
        yield before, math.inf


def _throughout(tiles: SpanIndex[VisibleTile], from_s: float, until_s: float) -> list[Region]:
    """The regions in which somebody may be seen at every moment of a span; none in one without an end."""
    if math.isinf(until_s):
        return []
    near = list(tiles.overlapping(from_s, until_s + CLOCK_S))
    ends = {tile.end_s for tile in near if from_s + CLOCK_S < tile.end_s < until_s - CLOCK_S}
    regions: list[Region] | None = None
    for at_s in (from_s + CLOCK_S, *(end_s + CLOCK_S for end_s in sorted(ends))):
        here = [tile.region for tile in near if tile.start_s <= at_s < tile.end_s]
        regions = here if regions is None else _common(regions, here)
    return regions or []


def _common(regions: Sequence[Region], others: Sequence[Region]) -> list[Region]:
    """What both have of the picture; nothing twice, for a still frame may be shown through many spans."""
    shared = (one.intersection(other) for one in regions for other in others)
    return list(dict.fromkeys(region for region in shared if region is not None))


def _off_black(frame: Frame, visible: Sequence[Region]) -> float:
    """How far the brightest or most coloured pixel beside the regions is from black, in levels of 255."""
    most = 0.0
    for plane, level in zip(frame.planes, (BLACK, GREY, GREY), strict=True):
        outside = _outside(plane.shape, visible)
        off = np.abs(plane[outside].astype(np.int16) - level)
        most = max(most, float(off.max(initial=0)))
    return most


def _outside(shape: tuple[int, ...], visible: Sequence[Region]) -> NDArray[np.bool_]:
    """The pixels of a plane of which no part is within the regions."""
    height, width = shape
    outside = np.ones((height, width), np.bool_)
    for region in visible:
        rows = slice(int(region.top * height), max(0, math.ceil(region.bottom * height)))
        outside[rows, int(region.left * width) : max(0, math.ceil(region.right * width))] = False
    return outside


def _unnamed(finished: Path, plan: ApprovedPlan, session: Session, tiles: Sequence[VisibleTile]) -> Check:
    """Whether no name of somebody who is taken out can be read in any tile that stays."""
    gone = plan.removed | {removal.participant_id for removal in plan.removed_intervals}
    people = [person for person in session.participants if person.participant_id in gone]
    names = {name for person in people for name in (person.name, *person.aliases) if words_of(name)}
    if ocr.version() is None:
        return Check(name=NAMES, verdict=ProofVerdict.UNCHECKED, detail="tesseract is missing")
    count, index = 0, _index_of(tiles)
    for frame in frames(finished, gray=True, per_second=READ_PER_SECOND, as_shown=True):
        near = index.overlapping(frame.at_s - CLOCK_S, frame.at_s + CLOCK_S)
        here = [tile.region for tile in near if tile.start_s <= frame.at_s < tile.end_s]
        if not here:
            continue
        count += 1
        for line in ocr.read_pages([_page(frame, here)])[0]:
            read = words_of(" ".join(word.text for word in line))
            if any(_is_read(words_of(name), read) for name in names):
                detail = "the name of somebody who is taken out can be read"
                return Check(name=NAMES, verdict=ProofVerdict.LEAK, detail=detail, at_s=frame.at_s)
    detail = f"{counted(len(names), 'name')} looked for in {counted(count, 'frame')}"
    return Check(name=NAMES, verdict=ProofVerdict.PROVED, detail=detail)


def _page(frame: Frame, regions: Sequence[Region]) -> NDArray[np.uint8]:
    """What is brighter than what is around it in each region, dark on white and large, one below the other."""
    bright = frame.planes[0]
    times = 3 if frame.height < HIGH else 2
    parts = []
    for region in regions:
        rows = slice(int(region.top * frame.height), math.ceil(region.bottom * frame.height))
        part = bright[rows, int(region.left * frame.width) : math.ceil(region.right * frame.width)]
        brighter = part - _around(part, max(9, int(AROUND * frame.height) | 1)) - LEAST_BRIGHTER
        dark = 255 - np.clip(brighter * GAIN, 0, 255).astype(np.uint8)
        parts.append(np.pad(dark.repeat(times, 0).repeat(times, 1), SPACE, constant_values=255))
    wide = max(part.shape[1] for part in parts)
    return np.concatenate([np.pad(part, ((0, 0), (0, wide - part.shape[1])), constant_values=255) for part in parts])


def _around(part: NDArray[np.uint8], size: int) -> NDArray[np.float64]:
    """The mean of the square of this odd size around each pixel."""
    edge = size // 2
    sums = np.pad(np.pad(part.astype(np.float64), edge, mode="edge").cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    return np.asarray((sums[size:, size:] - sums[:-size, size:] - sums[size:, :-size] + sums[:-size, :-size]) / size**2)


def _is_read(name: Sequence[str], read: Sequence[str]) -> bool:
    key, letters = "".join(name), "".join(read)
    if len(key) < LONG:
        return any(tuple(name) == tuple(read[at : at + len(name)]) for at in range(len(read)))
    return len(letters) >= LONG and partial_ratio(key, letters) >= LIKE
