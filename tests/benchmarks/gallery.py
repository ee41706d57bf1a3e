"""How much of people stays visible by the tiles of a gallery view: of who may not be seen none, of the others as much
as the layout tells apart. Galleries of many sizes and layouts, planned as a session with one refuser would be.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline import gallery
from pipeline.lexicon import words_of
from pipeline.media import ocr
from pipeline.media.frames import Frame, frames
from pipeline.proof import gallery_tiles as proof
from pipeline.records import Audience, GallerySpan, GalleryTiles, Region
from pipeline.render.picture import Painter
from pipeline.review.picture.tiles import gallery_view
from tests.gallery.making import MEET, MUTED, TEAMS, ZOOM, Scene, places, shown
from tests.gallery.making import gallery as made
from tests.gallery.ruled import PEOPLE, ruled, session_of

SIZES = ((640, 360), (1280, 720), (1920, 1080))
RATE, SECONDS = 10, 6.0
REFUSER = "p2"
LONG = "Bartholomew Featherstonehaugh"


@dataclass(frozen=True)
class Kept:
    """What of the pictures of a film stays visible: pixels times seconds, how long looking at it took,
    and how many of its labels the proof would read.
    """

    refuser: float
    refuser_all: float
    others: float
    others_all: float
    seconds: float
    read: int
    labels: int


def measure(folder: Path) -> Iterator[str]:
    """A line for each size and layout."""
    for name, scenes in films().items():
        for width, height in SIZES:
            kept = _kept(folder / "film.mp4", scenes, width, height)
            length_s = sum(scene.length_s for scene in scenes)
            yield (
                f"{name:28} {height:4} lines: of the refuser {kept.refuser / max(kept.refuser_all, 1):.4f} left, "
                f"of the others {kept.others / max(kept.others_all, 1):.2f} kept, "
                f"{kept.seconds * 60 / length_s:.1f} s a minute, the proof reads {kept.read} of {kept.labels} labels"
            )


def films() -> Mapping[str, Sequence[Scene]]:
    """The layouts by name."""
    people = tuple((person.participant_id, person.name) for person in PEOPLE)
    four, nine = people[:4], people[:9]
    resorted = (four[3], four[1], four[0], four[2])
    renamed = (four[0], (REFUSER, "iPhone"), *four[2:])
    as_other = (four[0], (REFUSER, four[2][1]), *four[2:])
    long = (four[0], four[1], ("p26", LONG), ("p3", "Chidi Nwosu"))
    cut = (four[0], four[1], ("p26", LONG[:16] + "…"), ("p3", "Chidi Nwosu"))
    return {
        **{f"{count} tiles": (Scene(SECONDS, people[:count]),) for count in (2, 4, 9, 25)},
        "4 tiles, Teams": (Scene(SECONDS, four, style=TEAMS),),
        "4 tiles, Meet (no pill)": (Scene(SECONDS, four, style=MEET),),
        "4 tiles, an icon by the name": (Scene(SECONDS, four, style=MUTED),),
        "a long name": (Scene(SECONDS, long),),
        "a long name cut off": (Scene(SECONDS, cut),),
        "sorted anew": (Scene(SECONDS / 2, four), Scene(SECONDS / 2, resorted)),
        "somebody joins": (Scene(SECONDS / 2, nine[:8]), Scene(SECONDS / 2, nine)),
        "the refuser renamed": (Scene(SECONDS / 2, four), Scene(SECONDS / 2, renamed)),
        "renamed as another": (Scene(SECONDS / 2, four), Scene(SECONDS / 2, as_other)),
        "without the refuser's label": (Scene(SECONDS, (four[0], (REFUSER, ""), *four[2:])),),
        "speaker view": (
            Scene(SECONDS / 2, four),
            Scene(SECONDS / 4, ((REFUSER, ""),), "speaker"),
            Scene(SECONDS / 4, (four[0],), "speaker"),
        ),
        "a shared screen with a strip": (Scene(SECONDS / 2, four), Scene(SECONDS / 2, four, "share", ZOOM)),
    }


def _kept(path: Path, scenes: Sequence[Scene], width: int, height: int) -> Kept:
    made(path, scenes, width=width, height=height, rate=RATE)
    began = _used()
    spans = gallery.tiles_of(frames(path, gray=True), PEOPLE, lambda page: ocr.read_pages([page])[0], per_second=1.0)
    seconds = _used() - began
    return replace(_counted(spans, scenes, width, height, seconds), **_read_by_proof(path, scenes[0], width, height))


def _read_by_proof(path: Path, scene: Scene, width: int, height: int) -> dict[str, int]:
    """How many labels of the first scene are read in the way in which the proof looks for names."""
    frame = next(frames(path, gray=True))
    regions = [
        Region(left=left / width, top=top / height, right=right / width, bottom=bottom / height)
        for left, top, right, bottom in places(scene, width, height)
    ]
    lines = [
        words_of(" ".join(word.text for word in line)) for line in ocr.read_pages([proof._page(frame, regions)])[0]
    ]
    labels = [words_of(label) for _, label in scene.people if label]
    return {"read": sum(any(proof._is_read(label, line) for line in lines) for label in labels), "labels": len(labels)}


def _counted(spans: Sequence[GallerySpan], scenes: Sequence[Scene], width: int, height: int, seconds: float) -> Kept:
    length_s = sum(scene.length_s for scene in scenes)
    session = session_of(length_s)
    tiles = GalleryTiles(reader="", spans=tuple(spans))
    view = gallery_view(session, ruled(length_s, REFUSER), Audience.INTERNAL, tiles)
    painter = Painter(view.covers) if view is not None else None
    seen = {True: 0.0, False: 0.0}
    whole = {True: 0.0, False: 0.0}
    for number in range(round(length_s * RATE)):
        white = bytearray(b"\xff" * width * height)
        frame = Frame(at_s=number / RATE, width=width, height=height, gray=True, data=white)
        if painter is not None:
            painter(frame, (number + 1) / RATE)
        else:
            frame.planes[0][:] = 0
        for each in shown(scenes, number / RATE, width=width, height=height):
            left, top, right, bottom = each.box
            is_refuser = each.person == REFUSER
            seen[is_refuser] += float((frame.planes[0][top:bottom, left:right] == 255).sum()) / RATE
            whole[is_refuser] += (right - left) * (bottom - top) / RATE
    return Kept(seen[True], whole[True], seen[False], whole[False], seconds, 0, 0)


def _used() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime
