"""Small synthetic media for the tests, made by ffmpeg, each with something planted in it."""

from __future__ import annotations

import subprocess
from pathlib import Path

SECRET = "FALCONSECRET"
TONE_START_S, TONE_END_S, LENGTH_S = 1.0, 2.0, 3.0
PICTURE = ("-f", "lavfi", "-i", f"testsrc=s=160x120:r=10:d={LENGTH_S}")
H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")


Words = tuple[str | Path, ...]
"""Words of a command line, paths among them."""


def ffmpeg(*words: str | Path) -> bytes:
    """Run ffmpeg for a fixture; its standard output."""
    argv = ["ffmpeg", "-hide_banner", "-nostdin", "-v", "error", "-y", *map(str, words)]
    return subprocess.run(argv, check=True, capture_output=True, stdin=subprocess.DEVNULL).stdout


def tone(
    start_s: float = TONE_START_S, end_s: float = TONE_END_S, length_s: float = LENGTH_S, hz: int = 1000
) -> tuple[str, ...]:
    """Input words for stereo sound that is silent but for a tone."""
    wave = f"0.5*sin(2*PI*{hz}*t)*between(t,{start_s},{end_s})"
    return ("-f", "lavfi", "-i", f"aevalsrc='{wave}|{wave}':s=48000:d={length_s}")


def with_captions_608(source: Path, target: Path, text: str) -> Path:
    """Plant CEA-608 roll-up captions in the SEI of an H.264 picture, one pair of bytes a frame."""
    raw = ffmpeg("-i", source, "-map", "0:v", "-c", "copy", "-bsf:v", "h264_mp4toannexb", "-f", "h264", "pipe:1")
    pairs = [(0x14, 0x25)] * 2 + [(0x14, 0x2D)] * 2 + [(0x14, 0x70)] * 2
    pairs += [(ord(text[at]), ord((text + " ")[at + 1])) for at in range(0, len(text), 2)]
    pairs += [(0x14, 0x2D)] * 2 + [(0x14, 0x2C)] * 2
    out, units = b"", raw.replace(b"\x00\x00\x00\x01", b"\x00\x00\x01").split(b"\x00\x00\x01")[1:]
    for unit in units:
        if unit[0] & 31 in (1, 5):
            one, two = pairs.pop(0) if pairs else (0, 0)
            out += b"\x00\x00\x00\x01" + _caption_unit(one, two)
        out += b"\x00\x00\x00\x01" + unit
    bare = target.with_suffix(".h264")
    bare.write_bytes(out)
    ffmpeg("-r", "10", "-i", bare, "-i", source, "-map", "0:v", "-map", "1:a", "-c", "copy", target)
    return target


def captions_608(path: Path) -> str:
    """The hidden captions that ffmpeg can extract from a picture: the detector of the measurements."""
    return ffmpeg("-f", "lavfi", "-i", f"movie={path}[out0+subcc]", "-map", "0:s", "-f", "srt", "pipe:1").decode()


def _caption_unit(one: int, two: int) -> bytes:
    data = b"\xb5\x00\x31GA94\x03" + bytes([0x41, 0xFF, 0xFC, _odd(one), _odd(two), 0xFF])
    payload = b"\x06\x04" + bytes([len(data)]) + data + b"\x80"
    for low in (0, 1, 2, 3):
        payload = payload.replace(bytes([0, 0, low]), bytes([0, 0, 3, low]))
    return payload


def _odd(value: int) -> int:
    return value | (0x80 if bin(value).count("1") % 2 == 0 else 0)
