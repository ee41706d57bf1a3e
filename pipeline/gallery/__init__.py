"""Who is in which tile of a gallery view, by the name labels that a platform draws into them; nobody is recognised."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.gallery.following import Reader, gallery_spans, guarded, joined
from pipeline.gallery.label_match import LabelNames
from pipeline.media.frames import Frame
from pipeline.records import GallerySpan, Participant

VERSION = "2"


def tiles_of(
    shown: Iterable[Frame], people: Sequence[Participant], read: Reader, *, per_second: float
) -> tuple[GallerySpan, ...]:
    """The tiles of a picture and whose labels they have, span by span; ``shown`` are all its frames in brightness.

    Labels are read ``per_second`` times a second by ``read``, and sooner where something moved.
    """
    spans = joined(gallery_spans(shown, LabelNames(people), read, per_second=per_second))
    return tuple(guarded(tuple(spans)))


__all__ = ["VERSION", "Reader", "tiles_of"]
