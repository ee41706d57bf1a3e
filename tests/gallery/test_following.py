"""Tiles are known while they stand still with labels that can be read, and not while anything of that changes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from pipeline import gallery
from pipeline.media import ocr
from pipeline.media.frames import Frame, frames
from pipeline.records import GallerySpan, LabelMatch, OcrWord, Region
from tests.gallery.making import MUTED, Scene
from tests.gallery.making import gallery as made
from tests.gallery.ruled import PEOPLE
from tests.gallery.test_grid import FOUR, picture

FIRST = tuple((person.participant_id, person.name) for person in PEOPLE[:4])
RESORTED = (FIRST[3], FIRST[1], FIRST[0], FIRST[2])
SCENES = (
    Scene(2.0, FIRST, style=MUTED),
    Scene(2.0, RESORTED),
    Scene(1.0, (("p2", ""),), "speaker"),
    Scene(1.0, FIRST, "share"),
)


def spans_of(path: Path) -> tuple[GallerySpan, ...]:
    shown = frames(path, gray=True)
    return gallery.tiles_of(shown, PEOPLE, lambda page: ocr.read_pages([page])[0], per_second=1.0)


@pytest.mark.usefixtures("text_reader")
def test_who_is_in_which_tile_while_they_stand_still(tmp_path: Path) -> None:
    spans = spans_of(made(tmp_path / "film.mp4", SCENES, width=640, height=360, rate=5))
    assert [span.start_s for span in spans[1:]] == [span.end_s for span in spans[:-1]], "no gap"
    assert (spans[0].start_s, spans[-1].end_s) == (0.0, 5.8)
    known = [span for span in spans if span.tiles]
    order = [[tile.people for tile in span.tiles] for span in known]
    assert [("p1",), ("p2",), ("p3",), ("p4",)] in order
    assert [("p4",), ("p2",), ("p1",), ("p3",)] in order
    assert all(tile.match is LabelMatch.EXACT for span in known for tile in span.tiles)
    assert all(span.end_s < 2.0 or (span.start_s >= 2.0 and span.end_s < 4.0) for span in known)
    assert sum(span.end_s - span.start_s for span in known) >= 1.8


class Labels:
    """Reads what it is told, label by label."""

    def __init__(self, *texts: str) -> None:
        self.texts = texts

    def __call__(self, page: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> Sequence[Sequence[OcrWord]]:
        count = len(self.texts)
        places = (Region(left=0, top=at / count, right=1, bottom=(at + 1) / count) for at in range(count))
        return [
            [OcrWord(text=text, region=place, confidence=0.9)] for text, place in zip(self.texts, places, strict=True)
        ]


def still(count: int, changed: dict[int, int] | None = None) -> list[Frame]:
    """Frames of four tiles, five a second, each with a label of its own; ``changed`` says whose label is another's."""
    shown = []
    for number in range(count):
        plane = picture(*FOUR)
        for index, (left, _, _, bottom) in enumerate(FOUR):
            plane[bottom - 30 : bottom - 8, left + 4 : left + 120] = 40
            label = (changed or {}).get(number, index) if index == 1 else index
            letters = np.random.default_rng(label).integers(0, 2, (4, 40)).repeat(3, 0).repeat(2, 1) * 200
            plane[bottom - 26 : bottom - 14, left + 8 : left + 88] = 40 + letters
        shown.append(Frame(at_s=number / 5, width=640, height=360, gray=True, data=bytearray(plane.tobytes())))
    return shown


READ = Labels("Ana Silva", "Ben Okafor", "Chidi Nwosu", "Dora Lindqvist")


def test_a_label_that_is_another_for_one_frame_breaks_the_span() -> None:
    spans = gallery.tiles_of(still(16), PEOPLE, READ, per_second=1.0)
    assert [(span.start_s, span.end_s, bool(span.tiles)) for span in spans] == [(0.0, 3.0, True)]
    spans = gallery.tiles_of(still(16, {7: 9}), PEOPLE, READ, per_second=1.0)
    assert not any(span.tiles for span in spans if span.start_s <= 1.4 < span.end_s or span.start_s < 1.6 <= span.end_s)
    assert [(span.start_s, span.end_s, bool(span.tiles)) for span in spans] == [
        (0.0, pytest.approx(0.7), True),
        (pytest.approx(0.7), pytest.approx(2.1), False),
        (pytest.approx(2.1), 3.0, True),
    ]


def test_what_two_looks_read_differently_is_no_exact_match() -> None:
    texts = iter([READ.texts, ("Ana Silva", "Bon Okafor", "", "Lena Fischer"), READ.texts])

    def read(page: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> Sequence[Sequence[OcrWord]]:
        return Labels(*next(texts))(page)

    span, *_ = gallery.tiles_of(still(11), PEOPLE, read, per_second=1.0)
    assert [tile.match for tile in span.tiles] == [
        LabelMatch.EXACT,
        LabelMatch.CLOSE,
        LabelMatch.NONE,
        LabelMatch.ALIKE,
    ]


def test_a_picture_without_frames_has_no_tiles() -> None:
    assert gallery.tiles_of([], PEOPLE, READ, per_second=1.0) == ()
    assert gallery.tiles_of(still(1), PEOPLE, READ, per_second=1.0) == ()
