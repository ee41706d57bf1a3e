"""What is seen in a session's picture, and what of it is covered."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A rectangle as fractions, 0 to 1, of the picture's width and height as it is shown."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """The share of the picture's width."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """The share of the picture's height."""
        return self.bottom - self.top

    @property
    def area(self) -> float:
        """The share of the picture."""
        return self.width * self.height

    def union(self, other: Region) -> Region:
        """The smallest region that holds both."""
        return Region(
            left=min(self.left, other.left),
            top=min(self.top, other.top),
            right=max(self.right, other.right),
            bottom=max(self.bottom, other.bottom),
        )

    def intersection(self, other: Region) -> Region | None:
        """What both have of the picture; None where they have nothing in common."""
        shared = Region(
            left=max(self.left, other.left),
            top=max(self.top, other.top),
            right=min(self.right, other.right),
            bottom=min(self.bottom, other.bottom),
        )
        return shared if shared.left < shared.right and shared.top < shared.bottom else None


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactionBox:
    """A span of the picture that is covered by one colour: a region, or with None all of it."""

    start_s: float
    end_s: float
    region: Region | None = None
    reason: str = ""
    proposal_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VisibleTile:
    """Where somebody may be seen, from ``start_s`` to ``end_s``; beside such tiles the picture is covered."""

    start_s: float
    end_s: float
    region: Region
    participant_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PicturePlan:
    """The picture is kept under these covers; ``reviewed_by`` is who approved it, None where nobody looked at it.

    Where only some people may be seen, ``tiles`` is all that is, and ``closed`` covers what is beside them: nobody
    lifts that. ``tiles`` None is a picture in which everybody may be seen.
    """

    covers: tuple[RedactionBox, ...] = ()
    reviewed_by: str | None = None
    tiles: tuple[VisibleTile, ...] | None = None
    closed: tuple[RedactionBox, ...] = ()

    @property
    def all_covers(self) -> tuple[RedactionBox, ...]:
        """What people and proposals cover, and what consent closes."""
        return (*self.covers, *self.closed)


@dataclass(frozen=True, slots=True, kw_only=True)
class OcrWord:
    """One word read in the picture, and how sure the reader is, 0 to 1."""

    text: str
    region: Region
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OcrLine:
    """One line of writing that stands in the picture from ``start_s`` to ``end_s``, the doubt in both included."""

    start_s: float
    end_s: float
    words: tuple[OcrWord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OcrResult:
    """All writing that was read in a session's picture, in ``frames`` frames that differ from the one before."""

    reader: str
    frames: int
    lines: tuple[OcrLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceBox:
    """A face in one frame, and how sure the detector is, 0 to 1."""

    region: Region
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceLook:
    """The faces in the frame that is shown at ``at_s``; ``is_cut`` where another scene began since the look before."""

    at_s: float
    boxes: tuple[FaceBox, ...]
    is_cut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceSpan:
    """A region in which a face is from ``start_s`` to ``end_s``, with the doubt in both included."""

    start_s: float
    end_s: float
    region: Region


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceTrack:
    """One face as it was followed from frame to frame, in order of time without gaps; whose it is nobody knows."""

    spans: tuple[FaceSpan, ...]
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceTracks:
    """All faces that were found in a session's picture, which was looked at ``looks`` times."""

    detector: str
    looks: int
    tracks: tuple[FaceTrack, ...] = ()
