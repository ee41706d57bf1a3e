"""Sample sessions cut short, for tests that need real talk and little of it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

SESSIONS = Path(__file__).parent.parent / "sample_media" / "sessions"
_COPIED, _ENCODED = {".opus", ".mp4"}, {".flac"}


def shortened(name: str, folder: Path, *, seconds: float) -> Path:
    """Copies a sample session into a folder, each of its media files as far as ``seconds``."""
    made = shutil.copytree(SESSIONS / name, folder / name)
    for path in sorted(made.iterdir()):
        if path.suffix in _COPIED | _ENCODED:
            codec = ["-c", "copy"] if path.suffix in _COPIED else []
            source = SESSIONS / name / path.name
            command: list[str | Path] = [
                "ffmpeg",
                "-v",
                "error",
                "-y",
                "-i",
                source,
                "-map",
                "0",
                "-t",
                f"{seconds}",
                *codec,
                path,
            ]
            subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return made
