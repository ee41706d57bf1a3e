"""How well faces are found and covered: by their height, in moving pictures that were encoded; and what is no face.

The portraits are a public picture that scikit-image brings and those of a folder, one face each. Each is laid, at many
heights, mirrored and not, two at a time, over noisy slides, moves, and is encoded as a call would be. Where a face is
at its full size was looked at by eye. Needs ``pip install scikit-image``, which nothing else here does.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from pipeline import faces
from pipeline.faces import FaceDetector
from pipeline.media.frames import frames
from pipeline.records import FaceLook, Region
from tests.media.making import ffmpeg
from tests.speech.conftest import SAMPLES

Picture = NDArray[np.uint8]
HEIGHTS = (12, 16, 24, 32, 48, 64, 96, 160)
WIDTH, HEIGHT, RATE, SECONDS = 1280, 720, 10, 8
PER_SECOND = 2.0
SLIDES = (
    "2026-11-18-i-video/recording.mp4",
    "2026-11-18 15.00.00 Office hours with Silver Lake Media 85512345678/video1855512345.mp4",
)
HEAD = 0.6
"""How much around a face is laid with it, by its box: a detector looks at hair and shoulders too."""


def measure(portraits: Sequence[Picture]) -> Iterator[str]:
    """A line for each height, one for what is no face, and one for the speed."""
    detector = faces.load_detector()
    heads = [_head(portrait, detector) for portrait in portraits]
    began, looked = time.process_time(), 0
    for height in HEIGHTS:
        shown = [_covered(heads, number, height, detector) for number in range(len(heads))]
        found, covered, looks = (sum(column) for column in zip(*shown, strict=True))
        looked += looks
        faces_shown, whole = looks * 2, SECONDS * RATE * len(heads) * 2
        yield f"{height:4} px: found in {found / faces_shown:.3f} of looks, covered in {covered / whole:.3f} of frames"
    took_s = (time.process_time() - began) / looked
    yield f"{took_s:.2f} s of one core a look at {WIDTH} by {HEIGHT}, making the pictures included"
    yield from _false_alarms(detector)


@dataclass(frozen=True)
class Head:
    """A head with what is around it, and where in that the face is."""

    picture: Picture
    face: Region

    @property
    def mirrored(self) -> Head:
        face = replace(self.face, left=1 - self.face.right, right=1 - self.face.left)
        return Head(self.picture[:, ::-1], face)

    def of_height(self, pixels: int) -> Head:
        """The same with the face of this height."""
        from skimage.transform import resize

        high = pixels / (self.face.bottom - self.face.top)
        size = round(high), max(4, round(high * self.picture.shape[1] / self.picture.shape[0]))
        return Head(resize(self.picture, size, anti_aliasing=True, preserve_range=True), self.face)

    def at(self, top: int, left: int) -> Region:
        """Where the face is in the shown picture, with the head in a place of it."""
        high, wide = self.picture.shape[:2]
        return Region(
            left=(left + self.face.left * wide) / WIDTH,
            top=(top + self.face.top * high) / HEIGHT,
            right=(left + self.face.right * wide) / WIDTH,
            bottom=(top + self.face.bottom * high) / HEIGHT,
        )


def _head(portrait: Picture, detector: FaceDetector) -> Head:
    box = max(detector.boxes(portrait), key=lambda each: each.score).region
    high, wide = portrait.shape[:2]
    top, bottom, left, right = box.top * high, box.bottom * high, box.left * wide, box.right * wide
    across, down = HEAD * (right - left), HEAD * (bottom - top)
    first, last = max(0, round(top - down)), min(high, round(bottom + down))
    begin, end = max(0, round(left - across)), min(wide, round(right + across))
    size, width = last - first, end - begin
    face = Region(
        left=(left - begin) / width,
        top=(top - first) / size,
        right=(right - begin) / width,
        bottom=(bottom - first) / size,
    )
    return Head(portrait[first:last, begin:end], face)


def _covered(heads: Sequence[Head], number: int, height: int, detector: FaceDetector) -> tuple[int, int, int]:
    """In how many looks two moving faces were found, in how many frames covered, and how many looks there were."""
    pair = [heads[number].of_height(height), heads[(number + 1) % len(heads)].mirrored.of_height(height)]
    shown, places = _moving(pair, height, np.random.default_rng(number * 1000 + height))
    looks = _looks(shown, detector)
    spans = [span for track in faces.followed(looks) for span in track.spans]
    found = covered = 0
    for face in places:
        for look in looks:
            place = face[min(len(face) - 1, round(look.at_s * RATE))]
            found += any(_share(place, box.region) > 0.5 for box in look.boxes)
        for frame, place in enumerate(face):
            at_s = frame / RATE
            covered += any(span.start_s <= at_s < span.end_s and _share(place, span.region) > 0.9 for span in spans)
    return found, covered, len(looks)


def _moving(pair: Sequence[Head], height: int, random: np.random.Generator) -> tuple[Picture, list[list[Region]]]:
    """Frames in which two heads move over a noisy slide, and where each face is in each."""
    slide = np.full((HEIGHT, WIDTH, 3), 235.0, np.float32)
    for top in range(60, HEIGHT - 40, 60):
        slide[top : top + 14, 80 : 80 + int(random.integers(200, 900))] = random.integers(20, 120)
    starts = [(random.uniform(0.1, 0.4), 0.25), (random.uniform(0.1, 0.4), 0.75)]
    places: list[list[Region]] = [[], []]
    shown = []
    noise = random.normal(0, 4, slide.shape).astype(np.float32)
    for frame in range(SECONDS * RATE):
        picture = slide + np.roll(noise, 37 * frame, axis=1)
        sway = 0.5 * height * np.sin(2 * np.pi * frame / RATE / 4)
        for head, (down, across), face in zip(pair, starts, places, strict=True):
            high, wide = head.picture.shape[:2]
            top = int(np.clip(down * HEIGHT + sway / 3, 0, HEIGHT - high))
            left = int(np.clip(across * WIDTH - wide / 2 + sway, 0, WIDTH - wide))
            picture[top : top + high, left : left + wide] = head.picture
            face.append(head.at(top, left))
        shown.append(picture.clip(0, 255).astype(np.uint8))
    return np.stack(shown), places


def _share(place: Region, cover: Region) -> float:
    """How much of a face is within a region."""
    wide = max(0.0, min(place.right, cover.right) - max(place.left, cover.left))
    high = max(0.0, min(place.bottom, cover.bottom) - max(place.top, cover.top))
    return wide * high / ((place.right - place.left) * (place.bottom - place.top))


def _looks(shown: Picture, detector: FaceDetector) -> list[FaceLook]:
    """What is found in pictures that were encoded as a call is."""
    with tempfile.TemporaryDirectory() as folder:
        raw, encoded = Path(folder) / "shown.rgb", Path(folder) / "shown.mp4"
        raw.write_bytes(shown.tobytes())
        size = ("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{WIDTH}x{HEIGHT}", "-r", str(RATE))
        ffmpeg(*size, "-i", raw, "-c:v", "libx264", "-crf", "28", "-pix_fmt", "yuv420p", encoded)
        return [
            FaceLook(at_s=frame.at_s, boxes=detector.boxes(frame.rgb()))
            for frame in frames(encoded, per_second=PER_SECOND)
        ]


def _false_alarms(detector: FaceDetector) -> Iterator[str]:
    """Faces in the sample recordings, which show none: slides, names and shapes."""
    alarms, minutes = 0, 0.0
    for name in SLIDES:
        shown = frames(SAMPLES / "sessions" / name, per_second=PER_SECOND)
        looks = [FaceLook(at_s=frame.at_s, boxes=detector.boxes(frame.rgb())) for frame in shown]
        alarms, minutes = alarms + len(faces.followed(looks)), minutes + len(looks) / PER_SECOND / 60
    yield f"{alarms / minutes:.1f} false alarms a minute in {minutes:.1f} minutes of slides"


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False)
def main(folder: Path | None) -> None:
    """Measure with the portrait that scikit-image brings, and with those in FOLDER where it is given."""
    from skimage import data, io

    paths = sorted(path for path in folder.iterdir() if path.suffix in {".jpg", ".png"}) if folder else []
    portraits: list[Any] = [data.astronaut(), *(io.imread(path)[..., :3] for path in paths)]
    for line in measure(portraits):
        click.echo(line)


if __name__ == "__main__":
    sys.exit(main())
