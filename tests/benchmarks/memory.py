"""Peak memory of a night with a three-hour recording, beside one of ten minutes."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.sessions import session_folder, timed
from tests.end_to_end.conftest import HAS_MODEL, prepared

GOAL_MB = 1300 if HAS_MODEL else 400
"""With Whisper base, or with the bundled recogniser."""


def measure(folder: Path) -> list[str]:
    """Three hours and ten minutes with the same talk in them; the rest is silence, so that the run ends soon."""
    peaks = {}
    for name, pause_s in (("ten minutes", 240.0), ("three hours", 5330.0)):
        inbox = folder / name
        session_folder(inbox, "session", repeats=2, pause_s=pause_s)
        peaks[name] = timed("run", inbox, "--workspace", prepared(folder / f"ws {name}")).peak_mb
    figures = ", ".join(f"{name} {peak:.0f} MB" for name, peak in peaks.items())
    return [f"largest process: {figures} (goal {GOAL_MB} MB, the same for both)"]
