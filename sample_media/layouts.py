"""The plain layouts: media files as a team would drop them into a folder beside a session.toml.

Each layout writes the files of one session and answers with the file in which each person is heard.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from captions import write_srt, write_vtt
from encode import VideoText, encode_sound, encode_video
from performance import Performance

Heard = dict[str, str]
Layout = Callable[[Path, Performance, datetime], Heard]

VIDEO_TITLE = "Copperfield Airlines, regions"
VIDEO_COMMENT = "for Robert Diaz, robert.diaz@copperfield.example"
VIDEO_CHAPTERS = ((0.0, "Welcome"), (0.3, "Copperfield and the slow region"), (0.75, "Project Marlin"))


def own_tracks(suffix: str) -> Layout:
    """One file a person."""

    def write(folder: Path, performance: Performance, _started_at: datetime) -> Heard:
        heard = {key: f"{person.slug}{suffix}" for key, person in performance.people.items()}
        for key, name in heard.items():
            encode_sound(performance.tracks[key], folder / name)
        return heard

    return write


def mixed(name: str, *, captions: bool = False) -> Layout:
    """Everybody in one file, with captions.vtt beside it if asked for."""

    def write(folder: Path, performance: Performance, _started_at: datetime) -> Heard:
        encode_sound(performance.mixed, folder / name)
        if captions:
            (folder / "captions.vtt").write_text(write_vtt(performance), encoding="utf-8")
        return dict.fromkeys(performance.people, name)

    return write


def video(folder: Path, performance: Performance, _started_at: datetime) -> Heard:
    """An MP4 whose subtitles, chapters and tags hold secrets of their own."""
    encode_video(performance, folder / "recording.mp4", VideoText(_video_tags(performance), write_srt(performance)))
    return dict.fromkeys(performance.people, "recording.mp4")


def truncated(folder: Path, performance: Performance, _started_at: datetime) -> Heard:
    """An MP4 that was cut while it was copied: its header still promises the whole length."""
    path = folder / "recording.mp4"
    encode_video(performance, path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    return {}


def empty(folder: Path, _performance: Performance, _started_at: datetime) -> Heard:
    """A file of no bytes."""
    (folder / "recording.wav").write_bytes(b"")
    return {}


def playlist(folder: Path, _performance: Performance, _started_at: datetime) -> Heard:
    """A playlist that calls itself an MP4 and points at a file that is none of our business."""
    lines = ("#EXTM3U", "#EXT-X-TARGETDURATION:10", "#EXTINF:10,", "/etc/hostname", "#EXT-X-ENDLIST", "")
    (folder / "recording.mp4").write_text("\n".join(lines), encoding="utf-8")
    return {}


def _video_tags(performance: Performance) -> str:
    end_s = performance.duration_s
    lines = [";FFMETADATA1", f"title={VIDEO_TITLE}", f"comment={VIDEO_COMMENT}"]
    starts = [share * end_s for share, _ in VIDEO_CHAPTERS]
    for start_s, stop_s, (_, title) in zip(starts, [*starts[1:], end_s], VIDEO_CHAPTERS, strict=True):
        lines += ["[CHAPTER]", "TIMEBASE=1/1000", f"START={start_s * 1000:.0f}", f"END={stop_s * 1000:.0f}"]
        lines.append(f"title={title}")
    return "\n".join(lines) + "\n"
