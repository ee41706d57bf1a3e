"""Which tiles of a gallery view stay visible where only some people may be seen, and what is covered beside them; pure.

A list of what is allowed, never of what is not: a tile stays only where its label is surely that of somebody who may be
seen, and without the label, since names stand in no other file of a rendition either. All of the picture is covered
where somebody who may not be seen has no tile that is surely theirs.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline import spans
from pipeline.records import (
    Audience,
    GallerySpan,
    GalleryTile,
    GalleryTiles,
    LabelMatch,
    ListAuthority,
    Outcome,
    Participant,
    Purpose,
    RedactionBox,
    Region,
    Ruling,
    Session,
    VisibleTile,
)
from pipeline.records.ruling import strictest

OUTSIDE_TILES = "beside the gallery tiles"
NO_GALLERY = "no gallery whose tiles stand still"
CLOSED = "consent closes it for everybody"
LABEL_MARGIN = 0.3
BEHIND_S = 1.0
"""Seconds beyond the end of sound and picture that are covered too: the last frame is shown for ever."""
_IDENTIFYING = (LabelMatch.EXACT, LabelMatch.CLOSE)


@dataclass(frozen=True, slots=True, kw_only=True)
class GalleryView:
    """The tiles that stay visible, and boxes that together cover all that is beside them at any time."""

    tiles: tuple[VisibleTile, ...]
    covers: tuple[RedactionBox, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """A span in which nothing changes: who of the session may be seen, and who has to be found among the tiles."""

    start_s: float
    end_s: float
    visible: frozenset[str]
    hidden: tuple[str, ...]
    is_closed: bool


class _Consents:
    """Who may be seen when: worked out once, and looked up for each span."""

    def __init__(self, session: Session, ruling: Ruling, audience: Audience) -> None:
        purposes = Purpose.RECORD, Purpose.TRANSCRIBE, audience.purpose
        self._times = sorted({at_s for cell in ruling.cells for at_s in (cell.interval.start_s, cell.interval.end_s)})
        self._closed = spans.merge(spans.times(shut for purpose in purposes for shut in ruling.closed_spans(purpose)))
        self._open = {
            person.participant_id: _open_spans(ruling, person.participant_id, purposes)
            for person in session.participants
        }

    def parts(self, start_s: float, end_s: float) -> Iterator[tuple[float, float]]:
        """A span in parts, at each time at which consent changes for anybody."""
        inner = self._times[bisect_right(self._times, start_s) : bisect_left(self._times, end_s)]
        return pairwise((start_s, *inner, end_s))

    def is_open(self, person: Participant, start_s: float, end_s: float) -> bool:
        """Whether somebody proceeds throughout a part."""
        return any(
            first_s <= start_s and end_s <= last_s
            for first_s, last_s in spans.overlapping(self._open[person.participant_id], start_s, end_s)
        )

    def is_closed(self, start_s: float, end_s: float) -> bool:
        """Whether a part holds or refuses for anybody."""
        return bool(spans.overlapping(self._closed, start_s, end_s))


def _open_spans(ruling: Ruling, participant_id: str, purposes: Sequence[Purpose]) -> list[tuple[float, float]]:
    """Where somebody proceeds for every purpose; not where nothing was decided, as where a list has them absent.

    Their sound may be open there, for there is none of it; but whoever is in a tile all the same never said yes.
    """
    openings = [(0.0, math.inf)]
    for purpose in purposes:
        cells = [cell for cell in ruling.cells if (cell.participant_id, cell.purpose) == (participant_id, purpose)]
        decided = strictest(((cell.interval, cell.outcome) for cell in cells), math.inf, elsewhere=Outcome.HOLD)
        openings = spans.intersect(
            openings, spans.times(span for span, outcome in decided if outcome is Outcome.PROCEED)
        )
    return openings


def gallery_view(session: Session, ruling: Ruling, audience: Audience, seen: GalleryTiles) -> GalleryView | None:
    """What stays visible of a picture by its tiles; None where that is nothing, or the audience is the public."""
    if audience is not Audience.INTERNAL or session.video is None:
        return None
    ends = [session.duration_s, session.video.duration_s, *(span.end_s for span in seen.spans)]
    end_s = max(ends) + BEHIND_S
    consents = _Consents(session, ruling, audience)
    tiles: list[VisibleTile] = []
    covers: list[RedactionBox] = []
    for span in _without_gaps(seen.spans, end_s):
        for part in _parts(session, consents, span):
            why = _why_all(span, part)
            shown = [] if why else [tile for tile in span.tiles if _is_shown(tile, span, part)]
            tiles += [_visible(tile, part) for tile in shown]
            covers += _covers(span, part, shown, why)
    return GalleryView(tiles=tuple(tiles), covers=tuple(_joined(covers))) if tiles else None


def may_be_shown_in_tiles(session: Session, ruling: Ruling, audience: Audience) -> bool:
    """Whether consent lets anybody be seen in an internal rendition at any time, as far as tiles tell people apart."""
    if audience is not Audience.INTERNAL or session.video is None:
        return False
    consents = _Consents(session, ruling, audience)
    return any(
        consents.is_open(person, start_s, end_s)
        for start_s, end_s in consents.parts(0.0, session.duration_s)
        for person in session.participants
    )


def _without_gaps(seen: Sequence[GallerySpan], end_s: float) -> Iterator[GallerySpan]:
    """The spans and, without tiles, what is between and behind them."""
    at_s = 0.0
    for span in seen:
        if span.start_s > at_s:
            yield GallerySpan(start_s=at_s, end_s=span.start_s)
        yield span
        at_s = span.end_s
    yield GallerySpan(start_s=at_s, end_s=end_s)


def _parts(session: Session, consents: _Consents, span: GallerySpan) -> Iterator[_Part]:
    for start_s, end_s in consents.parts(span.start_s, span.end_s):
        visible = frozenset(
            person.participant_id
            for person in session.participants
            if consents.is_open(person, start_s, end_s) and not person.shared_microphone
        )
        hidden = tuple(
            person.participant_id
            for person in session.participants
            if person.participant_id not in visible and _may_be_there(session, person, start_s, end_s)
        )
        yield _Part(start_s, end_s, visible, hidden, consents.is_closed(start_s, end_s))


def _may_be_there(session: Session, person: Participant, start_s: float, end_s: float) -> bool:
    """Whether somebody may be in the call: what a host or a file says of their absence opens nothing."""
    if session.list_authority is not ListAuthority.PLATFORM:
        return True
    return any(stay.join_s <= end_s and stay.leave_s >= start_s for stay in session.stays(person.participant_id))


def _why_all(span: GallerySpan, part: _Part) -> str:
    """Why all of the picture is covered; empty where some of it may stay."""
    if part.is_closed:
        return CLOSED
    if not span.tiles:
        return NO_GALLERY
    identified = {tile.people[0] for tile in span.tiles if len(tile.people) == 1 and tile.match in _IDENTIFYING}
    lost = [person for person in part.hidden if person not in identified]
    return f"no gallery tile is surely of {', '.join(lost)}" if lost else ""


def _is_shown(tile: GalleryTile, span: GallerySpan, part: _Part) -> bool:
    """Whether a tile is surely of somebody who may be seen: no other tile of the picture may be theirs too."""
    if tile.match is not LabelMatch.EXACT or len(tile.people) != 1:
        return False
    (person,) = tile.people
    return person in part.visible and tile.label is not None and sum(person in each.people for each in span.tiles) == 1


def _visible(tile: GalleryTile, part: _Part) -> VisibleTile:
    return VisibleTile(start_s=part.start_s, end_s=part.end_s, region=tile.region, participant_id=tile.people[0])


def _covers(span: GallerySpan, part: _Part, shown: Sequence[GalleryTile], why: str) -> Iterator[RedactionBox]:
    if not shown:
        yield RedactionBox(
            start_s=part.start_s, end_s=part.end_s, reason=why or "no gallery tile is surely of who may be seen"
        )
        return
    for tile in span.tiles:
        if tile not in shown:
            yield _box(part, tile.region, f"gallery tile of {', '.join(tile.people) or 'nobody known'}")
        elif tile.label is not None:
            yield _box(part, _wider(tile.label), f"name label of {', '.join(tile.people)}")
    for region in outside([tile.region for tile in span.tiles]):
        yield _box(part, region, OUTSIDE_TILES)


def _box(part: _Part, region: Region, reason: str) -> RedactionBox:
    return RedactionBox(start_s=part.start_s, end_s=part.end_s, region=region, reason=reason)


def _wider(label: Region) -> Region:
    """A label with a margin on each side, as its box is drawn along the letters."""
    margin = LABEL_MARGIN * (label.bottom - label.top)
    return Region(
        left=max(0.0, label.left - margin),
        top=max(0.0, label.top - margin),
        right=min(1.0, label.right + margin),
        bottom=min(1.0, label.bottom + margin),
    )


def outside(regions: Sequence[Region]) -> list[Region]:
    """The rectangles that make up all of a picture beside some regions of it."""
    sides = sorted({0.0, 1.0, *(side for region in regions for side in (region.top, region.bottom))})
    rows: list[tuple[float, float, list[tuple[float, float]]]] = []
    for top, bottom in pairwise(sides):
        across = [(region.left, region.right) for region in regions if region.top <= top and region.bottom >= bottom]
        free = spans.complement(across, 0.0, 1.0)
        if rows and rows[-1][2] == free:
            rows[-1] = (rows[-1][0], bottom, free)
        else:
            rows.append((top, bottom, free))
    return [
        Region(left=left, top=top, right=right, bottom=bottom) for top, bottom, free in rows for left, right in free
    ]


def _joined(covers: Iterable[RedactionBox]) -> Iterator[RedactionBox]:
    """The same covers, those in the same place for the same reason that follow one another as one."""
    open_covers: dict[tuple[Region | None, str], RedactionBox] = {}
    for cover in covers:
        place = (cover.region, cover.reason)
        before = open_covers.get(place)
        if before is not None and cover.start_s <= before.end_s:
            cover = RedactionBox(start_s=before.start_s, end_s=cover.end_s, region=cover.region, reason=cover.reason)
        elif before is not None:
            yield before
        open_covers[place] = cover
    yield from open_covers.values()
