"""The encoders: writes sound and a plain picture through ffmpeg so that the same bytes come out every time."""

import subprocess
import tempfile
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from performance import Performance
from voices import SAMPLE_RATE, Sound

BITEXACT = ("-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact", "-threads", "1")
CODECS = {
    ".flac": ("-c:a", "flac", "-compression_level", "12"),
    ".m4a": ("-c:a", "aac", "-b:a", "48k", "-movflags", "+faststart"),
    ".opus": ("-c:a", "libopus", "-b:a", "32k"),
}
WIDTH, HEIGHT, FRAMES_PER_S = 320, 180, 5
BACKGROUND, QUIET_TILE, SPEAKING_TILE = (24, 26, 32), (70, 78, 96), (96, 190, 140)


@dataclass(frozen=True)
class VideoText:
    """The texts that an MP4 carries beside picture and sound: tags and chapters (ffmetadata), subtitles (SRT)."""

    ffmetadata: str
    srt: str


def encode_sound(sound: Sound, path: Path) -> None:
    """Writes one sound; the suffix chooses the codec."""
    with tempfile.TemporaryDirectory() as folder:
        source = _write_wave(sound, Path(folder))
        _ffmpeg(["-i", str(source), *CODECS[path.suffix], str(path)])


def encode_video(performance: Performance, path: Path, text: VideoText | None = None) -> None:
    """Writes a faststart MP4 with one tile a person, lit while that person speaks, and the texts if given."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = _write_wave(performance.mixed, folder)
        pictures = folder / "pictures.rgb"
        pictures.write_bytes(b"".join(frame.tobytes() for frame in _draw_frames(performance)))
        size = f"{WIDTH}x{HEIGHT}"
        inputs = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size, "-r", str(FRAMES_PER_S), "-i", str(pictures)]
        inputs += ["-i", str(source)]
        maps = ["-map", "0:v", "-map", "1:a"]
        if text is not None:
            (folder / "tags.txt").write_text(text.ffmetadata, encoding="utf-8")
            (folder / "subtitles.srt").write_text(text.srt, encoding="utf-8")
            inputs += ["-i", str(folder / "subtitles.srt"), "-f", "ffmetadata", "-i", str(folder / "tags.txt")]
            maps += ["-map", "2:s", "-c:s", "mov_text", "-map_metadata", "3", "-map_chapters", "3"]
        picture = ["-c:v", "libx264", "-preset", "slow", "-crf", "28", "-pix_fmt", "yuv420p"]
        _ffmpeg([*inputs, *maps, *picture, *CODECS[".m4a"], str(path)])


def _ffmpeg(arguments: Sequence[str]) -> None:
    *before, output = arguments
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", *before, *BITEXACT, output]
    subprocess.run(command, check=True)


def _write_wave(sound: Sound, folder: Path) -> Path:
    path = folder / "sound.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def _draw_frames(performance: Performance) -> list[NDArray[np.uint8]]:
    people = list(performance.people)
    count = round(performance.duration_s * FRAMES_PER_S)
    return [_draw_frame(people, _speaker_at(performance, index / FRAMES_PER_S)) for index in range(count)]


def _speaker_at(performance: Performance, at_s: float) -> str | None:
    for spoken in performance.spoken:
        if spoken.start_s <= at_s < spoken.end_s:
            return spoken.utterance.speaker
    return None


def _draw_frame(people: list[str], speaker: str | None) -> NDArray[np.uint8]:
    frame = np.full((HEIGHT, WIDTH, 3), BACKGROUND, np.uint8)
    column = WIDTH // len(people)
    for index, person in enumerate(people):
        left = index * column
        frame[40:140, left + 8 : left + column - 8] = SPEAKING_TILE if person == speaker else QUIET_TILE
    return frame
