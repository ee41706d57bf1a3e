"""Galleries as meeting platforms record them, made by ffmpeg, and who really is where in each of their frames."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.media.making import H264, ffmpeg

Box = tuple[int, int, int, int]
"""Left, top, right and bottom in pixels."""


@dataclass(frozen=True)
class Style:
    """How a platform draws its gallery: colours, the pill behind a label, and how large its letters are."""

    background: str = "0x1a1a1a"
    pill: str = "black@0.65"
    letters: float = 0.075
    """The size of the letters, as a share of a tile's height, between 8 and 26 pixels at 720 lines."""
    muted: bool = False
    """Whether an icon stands before the name, and lies over its first letter by a pixel."""


ZOOM, TEAMS, MEET = Style(), Style("0x292929", "0x1f1f1f@0.8"), Style("0x202124", "black@0.0")
MUTED = Style(muted=True)


@dataclass(frozen=True)
class Scene:
    """A stretch of the recording: who is in which tile under which label, from left to right and top to bottom.

    ``kind`` is ``gallery``, ``speaker`` (one person fills the picture) or ``share`` (a slide beside a strip of tiles).
    """

    length_s: float
    people: tuple[tuple[str, str], ...]
    """Whose picture a tile is, and what its label says; empty for no label."""
    kind: str = "gallery"
    style: Style = ZOOM


@dataclass(frozen=True)
class Shown:
    """Somebody's picture in a frame."""

    person: str
    label: str
    box: Box


def gallery(path: Path, scenes: Sequence[Scene], *, width: int, height: int, rate: int = 10) -> Path:
    """The scenes one after the other as H.264 of a video call's rate."""
    graph = [part for number, scene in enumerate(scenes) for part in _scene(number, scene, width, height, rate)]
    joined = "".join(f"[s{number}]" for number in range(len(scenes)))
    graph.append(f"{joined}concat=n={len(scenes)}[out]")
    bits = f"{width * height * rate // 15}"
    coded = (*H264[:2], "-preset", "veryfast", "-b:v", bits, *H264[4:], "-g", f"{5 * rate}")
    ffmpeg("-filter_complex", ";".join(graph), "-map", "[out]", *coded, path)
    return path


def shown(scenes: Sequence[Scene], at_s: float, *, width: int, height: int) -> tuple[Shown, ...]:
    """Who is seen at a time, and where."""
    for scene in scenes:
        if at_s < scene.length_s - 1e-6:
            break
        at_s -= scene.length_s
    boxes = places(scene, width, height)
    return tuple(Shown(person, label, box) for (person, label), box in zip(scene.people, boxes, strict=True))


def places(scene: Scene, width: int, height: int) -> list[Box]:
    """Where the tiles of a scene lie, in the order of its people."""
    if scene.kind == "speaker":
        return [(0, 0, width, height)]
    if scene.kind == "share":
        high = height // 6 // 2 * 2
        wide = high * 16 // 9 // 2 * 2
        return [
            (width - wide - 4, 4 + n * (high + 4), width - 4, 4 + n * (high + 4) + high)
            for n in range(len(scene.people))
        ]
    return list(_grid(len(scene.people), width, height))


def _grid(count: int, width: int, height: int) -> Iterator[Box]:
    """Tiles of 16 to 9 in rows; the last row in the middle."""
    columns = next(n for n in range(1, 8) if n * n >= count)
    rows = -(-count // columns)
    gap = max(4, height // 120 // 2 * 2)
    wide = min((width - gap * (columns + 1)) // columns, (height - gap * (rows + 1)) // rows * 16 // 9) // 2 * 2
    high = wide * 9 // 16 // 2 * 2
    top = (height - rows * high - (rows - 1) * gap) // 2 // 2 * 2
    for row in range(rows):
        here = min(columns, count - row * columns)
        left = (width - here * wide - (here - 1) * gap) // 2 // 2 * 2
        for column in range(here):
            x, y = left + column * (wide + gap), top + row * (high + gap)
            yield x, y, x + wide, y + high


def _scene(number: int, scene: Scene, width: int, height: int, rate: int) -> Iterator[str]:
    """The parts of a filter graph that draw one scene as ``[s<number>]``."""
    base = f"color=c={scene.style.background}:s={width}x{height}:r={rate}:d={scene.length_s}"
    if scene.kind == "share":
        base += f",drawbox=0:0:{width * 3 // 4}:ih:white:fill,drawbox=40:60:{width // 2}:40:0x3050a0:fill"
        base += f",drawbox=40:140:{width // 3}:{height // 2}:0x90a0c0:fill"
    yield f"{base}[b{number}x0]"
    for index, ((person, label), box) in enumerate(zip(scene.people, places(scene, width, height), strict=True)):
        yield f"{_tile(person, label, box, scene, height, rate)}[t{number}x{index}]"
        out = f"b{number}x{index + 1}" if index + 1 < len(scene.people) else f"s{number}"
        yield f"[b{number}x{index}][t{number}x{index}]overlay={box[0]}:{box[1]}[{out}]"


def _tile(person: str, label: str, box: Box, scene: Scene, height: int, rate: int) -> str:
    """Somebody's moving picture, with noise, under their label in its lower left corner."""
    wide, high = box[2] - box[0], box[3] - box[1]
    seed = zlib.crc32(person.encode())
    colours = ":".join(f"c{n}=0x{(seed * (n + 3) * 2654435761) % 0xA0A0A0 + 0x303030:06x}" for n in range(3))
    picture = f"gradients=s={wide}x{high}:r={rate}:d={scene.length_s}:n=3:{colours}:seed={seed % 1000}:speed=0.03"
    picture += ",format=yuv420p,noise=alls=6:allf=t"
    if not label:
        return picture
    scale = height / 720
    size = round(min(26 * scale, max(13 * scale, high * scene.style.letters, 8)))
    icon = size if scene.style.muted else 0
    across, down = round(size * 0.35) + icon, round(high - 1.35 * size)
    # A pill as wide as the letters: drawtext draws it itself.
    pill = f"box=1:boxcolor={scene.style.pill}:boxborderw={max(1, size // 4)}"
    shadow = ":shadowx=1:shadowy=1:shadowcolor=black@0.6" if scene.style is MEET else ""
    text = label.replace("\\", "\\\\").replace("'", "’").replace(":", "\\:")
    picture += f",drawtext=font=Sans:text='{text}':x={across}:y={down}:fontsize={size}:fontcolor=white:{pill}{shadow}"
    if icon:
        picture += f",drawbox={round(size * 0.2)}:{down}:{icon}:{size}:0xd03030:fill"
    return picture
