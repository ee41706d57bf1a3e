"""Opening media that nobody has checked yet: real files only, by descriptor, through allow-lists."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import InputRefused

FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,wav,w64,mp3,flac,ogg,aac"
MAX_STREAMS = 32
MAX_PIXELS = 40_000_000
MAX_DURATION_S = 12 * 3600.0
MIN_RATE, MAX_RATE = 8_000, 192_000
MAX_CHANNELS = 8
WHOLE_FILE = "get the whole file and put it in its place"
CONVERT = "`ffmpeg -i FILE -c copy NEW.mkv`"
OTHER_FILE = "take it out of the folder or give the file as it was recorded"

# ffmpeg says why it refused on stderr, beside names and tags: only these known words are read from it, never repeated.
_FORMAT = "it is a playlist, or a format that is not supported"
_SAID = (
    ("not on whitelist", _FORMAT),
    ("moov atom not found", "it was cut off before it was finished"),
    ("max_streams", "it has too many streams"),
    ("Format not", "it is not a media file"),
    ("Invalid data", "it is not a media file"),
)
_HARMLESS = re.compile(
    r"^\[(?:a?png|mjpegb?|jpegls|jpeg2000|libopenjpeg|bmp|gif|tiff|webp|targa|p[bgpa]m) @ \w+\]"
    r"|Invalid PCM packet, data has size \d+ but at least a size of \d+ was expected"
)
_FOLLOWS = re.compile(r"Last message repeated|Error while decoding stream #\d+:\d+: Invalid data found")
_UNREADABLE = "a media file cannot be opened, or is a link"


@contextmanager
def opened(path: Path) -> Iterator[int]:
    """A descriptor of the regular file at ``path``, never through a link; raises ``InputRefused``."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise InputRefused(_UNREADABLE, action="give a readable, regular file") from error
    try:
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode):
            raise InputRefused("a media file is not a regular file", action="give a regular file")
        if status.st_size == 0:
            raise InputRefused("a media file is empty", action=OTHER_FILE)
        yield fd
    finally:
        os.close(fd)


def url(fd: int) -> str:
    """How ffmpeg opens the descriptor: no name of a file ever stands in a command line or a message."""
    return f"file:/dev/fd/{fd}"


def input_options() -> dict[str, str | int]:
    """The options that go before every input that came from outside.

    A list of allowed decoders is not among them: times are counted from what ffmpeg finds out about all streams, and
    where it may not look at a picture, sound that begins later would be moved.
    """
    return {
        "protocol_whitelist": "file",
        "format_whitelist": FORMATS,
        "max_streams": MAX_STREAMS,
    }


def probe_head() -> list[str]:
    """The first words of every ffprobe command line, the hardened options among them."""
    options = [word for key, value in input_options().items() for word in (f"-{key}", str(value))]
    return ["ffprobe", "-hide_banner", "-v", "warning", *options, "-max_pixels", str(MAX_PIXELS)]


def complaints(stderr: str) -> str:
    """What a tool said, but for what is no fault: a wrong cover, or a last sample that is cut.

    ffmpeg looks at a cover once, to find out what it is; nothing here ever asks for one.
    """
    lines: list[str] = []
    harmless = False
    for line in stderr.splitlines():
        harmless = _HARMLESS.search(line) is not None or (harmless and _FOLLOWS.search(line) is not None)
        if not harmless:
            lines.append(line)
    return "\n".join(lines).strip()


def refusal(stderr: str) -> InputRefused:
    """A one-line reason made from what ffmpeg said, without repeating any of it."""
    complaint = complaints(stderr)
    for word, reason in _SAID:
        if word in complaint:
            action = f"{OTHER_FILE}, or convert it without loss, for example with {CONVERT}"
            return InputRefused(
                f"a media file is refused: {reason}", action=action if reason == _FORMAT else OTHER_FILE
            )
    return damaged()


def damaged() -> InputRefused:
    """For a file that ffmpeg complains of on its way to the end."""
    message = "a media file cannot be read to its end: it is damaged or cut off, or holds what is no sound"
    return InputRefused(message, action=WHOLE_FILE)


def cut_off() -> InputRefused:
    """For a file that holds less than its header promises."""
    return InputRefused("a media file is cut off: it is shorter than it says", action=WHOLE_FILE)
