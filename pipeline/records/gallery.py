"""What the name labels in a gallery view say of who is in which tile."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pipeline.records.picture import Region


class LabelMatch(StrEnum):
    """How a label agrees with the name of the one participant whose it may be.

    ``exact`` is letter by letter; ``close`` but for a letter or two, or cut off; ``alike`` as names of one person may
    be, or as the names of several people; ``none`` is a label of nobody known, or one that could not be read.
    """

    EXACT = "exact"
    CLOSE = "close"
    ALIKE = "alike"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class GalleryTile:
    """A tile and the ids of everybody whose its label may be, near matches among them; no text is kept.

    ``label`` is where in the picture its letters are, None where none were seen.
    """

    region: Region
    label: Region | None = None
    people: tuple[str, ...] = ()
    match: LabelMatch = LabelMatch.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class GallerySpan:
    """A span in which the tiles surely stand still, at every frame of it; without tiles nothing is known of it."""

    start_s: float
    end_s: float
    tiles: tuple[GalleryTile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GalleryTiles:
    """The tiles in a session's picture, span by span, as a reader of text saw them; what no span holds is not known."""

    reader: str
    spans: tuple[GallerySpan, ...] = ()
