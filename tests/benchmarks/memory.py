"""Peak memory of a night with a three-hour recording, beside one of ten minutes, and one of talk without a pause."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.sessions import session_folder, timed
from tests.end_to_end.conftest import HAS_MODEL, prepared

GOAL_MB = 1300 if HAS_MODEL else 400
"""With Whisper base, or with the bundled recogniser."""


def measure(folder: Path) -> list[str]:
    """Three hours and ten minutes with the same talk in them, the rest silence, so that the run ends soon; talk alone.

    Whisper hears five minutes in one go: ten minutes without a pause hold all that hours do.
    """
    peaks = {}
    lengths = (("ten minutes", 2, 240.0), ("three hours", 2, 5330.0), ("ten minutes of nothing but talk", 9, 0.5))
    for name, repeats, pause_s in lengths:
        inbox = folder / name
        session_folder(inbox, "session", repeats=repeats, pause_s=pause_s)
        peaks[name] = timed("run", inbox, "--workspace", prepared(folder / f"ws {name}")).peak_mb
    figures = ", ".join(f"{name} {peak:.0f} MB" for name, peak in peaks.items())
    return [f"largest process: {figures} (goal {GOAL_MB} MB, the same for the first two)"]
